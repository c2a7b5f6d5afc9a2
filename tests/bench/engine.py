"""Packages of 10,000 invoices: our store stage beside two SDKs that merely download and unpack, in one run.

Each contender fetches the same package from the same sandbox, in a process of its own, in turns. Prints medians, the
ratio to the faster SDK, the time of the derive stage, the longest stall of the engine's loop and, measured apart, the
peak memory of all our processes. Run it on a quiet machine; CPU seconds say what a busy one hides.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from pathlib import Path
from statistics import median

from tests.bench.contenders import Contender, Task, foreign, ours, sandbox
from tests.bench.long_invoices import write_invoices
from tests.bench.measure import MIB, peak_memory, row

_MB = 1_000_000
_PART = 50 * _MB
"""What KSeF cuts packages into."""
_WATCHED = 3


def measure(task: Task, size: int, rounds: int, memory_target: float) -> None:
    """Everything about one package."""
    rivals = list(foreign())
    others = [rival for rival in rivals if isinstance(rival, Contender)]
    print(f"\n{size} MB of XML, tar.gz, {rounds} rounds, medians from the readiness of the package")
    for missing in rivals:
        if isinstance(missing, str):
            print(missing)
    runs = rounds_of([ours(), *others], task, rounds)
    for name, figures in runs.items():
        print(row(name, median(each["stored"] for each in figures), "s"))
        print(row("  CPU", median(each["cpu"] for each in figures), "s"))
        print(row("  from the order on", median(each["ordered"] for each in figures), "s"))
    mine = runs[ours().name]
    if others:
        ratio = median(
            mine[place]["stored"] / min(runs[rival.name][place]["stored"] for rival in others)
            for place in range(rounds)
        )
        print(row("ratio to the faster SDK, median of the rounds", ratio, "", 1.0))
    print(row("derived", median(each["derived"] for each in mine), "s", 12.0))
    # apart from the others: watching a loop costs a little, reading the memory of processes a core
    stall = max(ours("--stalls").figures(task)["stall"] for _ in range(_WATCHED))
    print(row("longest stall of the engine's loop", stall * 1000, "ms", 50))
    print(row("peak memory of our processes (PSS)", memory(ours(), task), "MiB", memory_target))
    for rival in others:
        print(row(f"peak memory of {rival.name}", memory(rival, task), "MiB"))


def rounds_of(contenders: list[Contender], task: Task, rounds: int) -> dict[str, list[dict[str, float]]]:
    """Figures by contender; every round begins with another one, and the first, uncounted, warms all caches."""
    found: dict[str, list[dict[str, float]]] = {contender.name: [] for contender in contenders}
    for number in range(rounds + 1):
        start = number % len(contenders)
        for contender in contenders[start:] + contenders[:start]:
            figures = contender.figures(task)
            if number > 0:
                found[contender.name].append(figures)
    return found


def memory(contender: Contender, task: Task) -> float:
    """Peak of the proportional set size of a contender's processes together, in MiB."""
    process: subprocess.Popen[str] = contender.start(task)
    with peak_memory(process.pid) as peak:
        process.wait()
    return peak.value / MIB


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--part-size", type=int, default=_PART, help="bytes of a part of the package")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--megabytes", type=int, nargs="*", default=[60, 177], help="of XML in a package")
    chosen = parser.parse_args()
    for size in chosen.megabytes:
        with tempfile.TemporaryDirectory(prefix="blink-bench-") as folder:
            nip = write_invoices(Path(folder), chosen.documents, size * _MB)
            with sandbox(Path(folder), nip, chosen.part_size) as task:
                measure(task, size, chosen.rounds, 220 if size <= 60 else 260)


if __name__ == "__main__":
    main()
