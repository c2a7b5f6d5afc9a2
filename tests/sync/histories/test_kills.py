"""The real program, killed and started again, on few documents; the bench does it two hundred times on many."""

from __future__ import annotations

import pytest

from tests.bench.kills import killing


@pytest.mark.proof
def test_killed_and_started_again_it_loses_nothing_and_orders_nothing_in_vain() -> None:
    with killing(documents=500, seed=1) as kills:
        count = kills.run(kills=8, aimed=1)
    assert count.right, count
    assert count.unsaved > 0
