"""Ten thousand histories of `tests.sync.histories`: what must hold, held in how many.

`--from` is the seed to begin with, so that a run can be gone on with; a failing history is printed, and run again by
its seed: `python -m tests.bench.histories --from SEED --count 20`.
"""

from __future__ import annotations

import argparse
import os
import time

from tests.sync.histories.running import FAMILY, run_families


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="first", type=int, default=0, help="seed of the first family")
    parser.add_argument("--count", type=int, default=10_000, help=f"histories; {FAMILY} have one seed")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    chosen = parser.parse_args()
    seeds = range(chosen.first, chosen.first + -(-chosen.count // FAMILY))
    began = time.monotonic()
    histories, failed = 0, []
    for family in run_families(seeds, chosen.workers):
        histories += family.count
        if family.failure is not None:
            failed.append(family.seed)
            print(f"seed {family.seed} failed:\n{family.failure}\n", flush=True)
        print(
            f"seed {family.seed}: {histories} histories in {time.monotonic() - began:.0f} s, "
            f"seeds that failed: {sorted(failed) or 'none'}",
            flush=True,
        )
    return bool(failed)


if __name__ == "__main__":
    raise SystemExit(main())
