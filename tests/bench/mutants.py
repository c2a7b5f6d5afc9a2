"""How many small changes of planner, limiter and marks the quick tests notice: python -m tests.bench.mutants [--go-on]

Prints a score for each module and what survived. Ends with 1 when the score of all is under 90 % or a survivor is not
in docs/mutants.md with its reason. Needs the extra `mutants`; modules and tests stand in pyproject.toml.

mutmut tries its mutants in forks of one process that has imported everything. What a function computes at import is the
same there in all of them, so a survivor that is not listed is tried once more in a process of its own.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).parents[2]
LISTED = ROOT / "docs" / "mutants.md"
WANTED = 0.9
_LONGEST_TRY = 600
"""Seconds after which a mutant that does not end is killed."""
_KILLED = ("killed", "timeout", "segfault")
_SQL = re.compile(r"\b(SELECT|INSERT|UPDATE|DELETE|CONFLICT|SET|WHERE|PRAGMA|BEGIN|excluded)\b")


@dataclass(frozen=True)
class Mutant:
    """One change, and whether a test failed by it."""

    name: str
    status: str
    before: str = ""
    after: str = ""

    @property
    def module(self) -> str:
        return self.name.rpartition(".")[0]

    @property
    def killed(self) -> bool:
        return self.status in _KILLED

    @property
    def spelling(self) -> bool:
        """SQL in letters of another case, which is the same SQL."""
        return self.before.casefold() == self.after.casefold() and bool(_SQL.search(self.before))

    def listed_in(self, text: str) -> bool:
        """The change stands there, as code."""
        return f"`{self.after}`" in text


def mutmut(*arguments: str) -> str:
    """What a command of mutmut prints."""
    command = [sys.executable, "-m", "mutmut", *arguments]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def mutants() -> list[Mutant]:
    """All of the last run; of those that survived, with what was changed."""
    found = []
    for line in mutmut("results", "--all", "true").splitlines():
        name, _, status = line.strip().rpartition(": ")
        mutant = Mutant(name, status)
        found.append(mutant if mutant.killed else Mutant(name, status, *_change(name)))
    return found


def tried_alone(mutant: Mutant) -> Mutant:
    """The same with what the tests say in a process of its own."""
    return mutant if passes(mutant.name) else replace(mutant, status="killed")


def passes(name: str) -> bool:
    """True when all tests pass with a mutant, or with none where the name is empty."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mutmut"]
    tests = [*settings["pytest_add_cli_args"], *settings["pytest_add_cli_args_test_selection"]]
    command = [sys.executable, "-m", "pytest", "-x", "-q", *tests]
    environment = {**os.environ, "MUTANT_UNDER_TEST": name}
    try:
        ended = subprocess.run(
            command,
            cwd=ROOT / "mutants",
            env=environment,
            check=False,
            capture_output=True,
            timeout=_LONGEST_TRY,
        )
    except subprocess.TimeoutExpired:
        return False
    return ended.returncode == 0


def _change(name: str) -> tuple[str, str]:
    """The lines before and after, each as one text."""
    lines = mutmut("show", name).splitlines()
    return _joined(lines, "-"), _joined(lines, "+")


def _joined(lines: Sequence[str], sign: str) -> str:
    changed = (line[1:].strip() for line in lines if line.startswith(sign) and not line.startswith(sign * 3))
    return " ".join(changed)


def table(counted: Sequence[Mutant]) -> list[str]:
    """Rows of a Markdown table: each module, and all."""
    of_module: defaultdict[str, list[Mutant]] = defaultdict(list)
    for mutant in counted:
        of_module[f"`{mutant.module}`"].append(mutant)
    rows = ["| module | mutants | killed | survived | score |", "| --- | ---: | ---: | ---: | ---: |"]
    for name, group in [*sorted(of_module.items()), ("all", list(counted))]:
        killed = sum(mutant.killed for mutant in group)
        rows.append(
            f"| {name} | {len(group)} | {killed} | {len(group) - killed} | {killed / len(group):.1%} |"
        )
    return rows


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--go-on", action="store_true", help="go on with a run that was interrupted")
    options.add_argument("--processes", default="1", help="mutants tried at the same time")
    asked = options.parse_args()
    if not asked.go_on:
        shutil.rmtree(ROOT / "mutants", ignore_errors=True)
    run = [sys.executable, "-m", "mutmut", "run", "--max-children", asked.processes]
    subprocess.run(run, cwd=ROOT, check=True)
    if not passes(""):
        sys.exit("The tests fail without any mutant")
    explained = LISTED.read_text()
    counted = []
    for mutant in mutants():
        if not mutant.spelling:
            sure = mutant.killed or mutant.listed_in(explained)
            counted.append(mutant if sure else tried_alone(mutant))
    print("", *table(counted), "", sep="\n")
    survivors = [mutant for mutant in counted if not mutant.killed]
    unexplained = [mutant for mutant in survivors if not mutant.listed_in(explained)]
    for mutant in survivors:
        known = f"   NOT in {LISTED.name}" if mutant in unexplained else ""
        print(f"{mutant.name}: {mutant.status}{known}\n  - {mutant.before}\n  + {mutant.after}")
    return int(len(survivors) > (1 - WANTED) * len(counted) or bool(unexplained))


if __name__ == "__main__":
    sys.exit(main())
