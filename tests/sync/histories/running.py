"""Running histories: a seed gives a family of them, the same each time."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from typing import ClassVar

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.stateful import run_state_machine_as_test

FAMILY = 20
"""Histories of one seed."""
STEPS = 10


@dataclass(frozen=True, slots=True)
class Family:
    """What became of one seed's histories."""

    seed: int
    count: int
    failure: str | None
    """The shortest failing history: what did not hold, and the story."""


def run_family(number: int, count: int = FAMILY, *, shrink: bool = True) -> Family:
    """The histories of a seed; the first that fails is made as short as it goes, and ends the family."""
    from tests.sync.histories.machine import History

    done = 0

    class Counted(History):
        failures: ClassVar[list[str]] = []

        def teardown(self) -> None:
            nonlocal done
            done += not self.failures
            super().teardown()

    bounds = settings(
        max_examples=count,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
        print_blob=False,
        report_multiple_bugs=False,
        phases=(Phase.generate, Phase.shrink) if shrink else (Phase.generate,),
    )
    try:
        run_state_machine_as_test(seed(number)(Counted), settings=bounds)
    except Exception as error:
        # Processes and sockets are not to the last step the same in each run, so that what failed once need not fail
        # again: the shortest story is kept, whatever hypothesis makes of it.
        stories = Counted.failures or ["".join(traceback.format_exception(error))]
        return Family(number, done, min(stories, key=len))
    return Family(number, done, None)


def run_families(seeds: range, workers: int = 2) -> Iterator[Family]:
    """Families as they end."""
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        for done in as_completed([pool.submit(run_family, number) for number in seeds]):
            yield done.result()
