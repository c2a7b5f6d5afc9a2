"""Whatever happens between KSeF and a machine that fetches from it, in the end the buffer holds what KSeF holds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from itertools import count

import pytest

from blink_tui.model.documents import Role
from blink_tui.sync.engine import Wish
from tests.sync.histories.running import FAMILY, Family, run_families, run_family
from tests.sync.histories.world import HOUR, Coming, Setting, Spot, World

_PLAIN = Setting(
    start=datetime(2026, 3, 16, 11, tzinfo=UTC),
    first_day=date(2026, 3, 15),
    firms=1,
    bounds="()",
    hwm_lag=120.0,
    hwm_step=0.0,
    max_package=10_000,
    truncate_after=10_000,
    part_size=50_000_000,
    api="2.9",
    digits=6,
    package_digits=7,
    answer_takes=0.02,
)


def report(families: Iterable[Family]) -> tuple[int, list[str]]:
    """How many histories there were, and the stories of those that failed."""
    ended = list(families)
    stories = [f"seed {one.seed}:\n{one.failure}" for one in ended if one.failure is not None]
    return sum(one.count for one in ended), stories


@pytest.mark.proof
def test_a_few_histories() -> None:
    histories, failed = report([run_family(0)])
    assert not failed, "\n\n".join(failed)
    assert histories >= FAMILY


@pytest.mark.proof
def test_five_hundred_histories() -> None:
    histories, failed = report(run_families(range(1, 26)))
    assert not failed, "\n\n".join(failed)
    assert histories >= 500


@pytest.mark.proof
@pytest.mark.parametrize("documents", [2, 9], ids=["one by one", "a package"])
def test_dying_at_each_await_in_turn(documents: int) -> None:
    """A pass over new documents that dies at its first await, the next one at its second, until one lives."""
    stories: list[str] = []
    world = World(_PLAIN, stories.append)
    buyer = Wish((Role.BUYER,))
    try:
        world.passes(None, wish=buyer)
        for dies_at in count(1):
            world.come(Coming("purchase", Spot.MARK, documents, 2 * dies_at, corrects=False))
            world.wait(HOUR + _PLAIN.hwm_lag)
            if not world.passes(dies_at, wish=buyer)[0].killed:
                break
            world.wait(HOUR)
            world.passes(None, wish=buyer)
        world.settle()
        assert dies_at > 100
    finally:
        world.close()
