"""A short day of a small office in which everything goes wrong that may."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.soaking.day import Plan
from tests.bench.soaking.whole import soak


@pytest.mark.proof
def test_a_short_day_with_every_fault_loses_doubles_delays_and_leaks_nothing(tmp_path: Path) -> None:
    plan = Plan(20, 2.0, 0.3, 5, backlog=(60,), pace=0.8, exports_every=8.0, grace=0.4, few=True, faults=15.0)
    found = soak(plan, tmp_path)
    assert not [str(one) for one in found if not one.holds], "\n".join(map(str, found))
