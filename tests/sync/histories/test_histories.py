"""Whatever happens between KSeF and a machine that fetches from it, in the end the buffer holds what KSeF holds."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from tests.sync.histories.running import FAMILY, Family, run_families, run_family


def report(families: Iterable[Family]) -> tuple[int, list[str]]:
    """How many histories there were, and the stories of those that failed."""
    ended = list(families)
    stories = [f"seed {one.seed}:\n{one.failure}" for one in ended if one.failure is not None]
    return sum(one.count for one in ended), stories


def test_a_few_histories() -> None:
    count, failed = report([run_family(0)])
    assert not failed, "\n\n".join(failed)
    assert count >= FAMILY


@pytest.mark.proof
def test_five_hundred_histories() -> None:
    count, failed = report(run_families(range(1, 26)))
    assert not failed, "\n\n".join(failed)
    assert count >= 500
