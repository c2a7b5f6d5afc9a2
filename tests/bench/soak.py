"""A day of an office in minutes, with everything going wrong that may: nothing is lost, doubled, late or leaked.

    python -m tests.bench.soak [--minutes M] [--seed S] [--firms N] [--hours H] [--keep FOLDER]

The real daemon, two consoles in terminals, exports again and again and a backup work on one profile, in the time of a
page that every process reads: it runs as fast as they are idle and slowly while they compute, so that this machine's
slowness is not taken for KSeF's. Meanwhile invoices come in, each fault of the sandbox strikes at random, KSeF is away,
the machine sleeps, the daemon is killed and told to end. A seed is a run of its own. Exits with 1 where a target is
missed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.bench.soaking.day import Plan
from tests.bench.soaking.whole import soak


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=8.0, help="real time that the day should take")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--firms", type=int, default=200)
    parser.add_argument("--hours", type=float, default=24.0, help="length of the day")
    parser.add_argument("--keep", type=Path, help="a folder to be made, in which everything stays")
    chosen = parser.parse_args()
    plan = Plan(chosen.firms, chosen.hours, chosen.minutes, chosen.seed)
    print(f"seed {plan.seed}: {plan.firms} firms, {plan.hours:g} hours", flush=True)
    if chosen.keep:
        chosen.keep.mkdir(parents=True)
        found = soak(plan, chosen.keep)
    else:
        with tempfile.TemporaryDirectory(prefix="blink-soak-") as folder:
            found = soak(plan, Path(folder))
    for one in found:
        print(one)
    return not all(one.holds for one in found)


if __name__ == "__main__":
    sys.exit(main())
