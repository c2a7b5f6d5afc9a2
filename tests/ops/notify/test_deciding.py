"""When what lasts is told, decided without I/O."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from blink_tui.model.dates import instant_of
from blink_tui.model.notices import KeptTrouble, NoticeKind, Phase
from blink_tui.ops.notify.deciding import _phase

EVENING = datetime(2026, 11, 18, 19, 0, tzinfo=UTC)
"""20:00 in Warsaw."""
EIGHT = EVENING + timedelta(hours=12)
STOPPED = KeptTrouble(NoticeKind.STOPPED, 1, "", instant_of(EVENING), None)


def test_what_lasts_is_told_again_on_the_next_day_from_eight_on() -> None:
    told = replace(STOPPED, told_at=instant_of(EVENING))
    assert _phase(told, EVENING + timedelta(hours=1)) is None
    assert _phase(told, EIGHT - timedelta(minutes=1)) is None
    assert _phase(told, EIGHT) is Phase.LASTS


def test_what_may_pass_by_itself_is_told_once_it_has_lasted_and_where_a_clock_was_wrong() -> None:
    assert _phase(STOPPED, EVENING + timedelta(minutes=59)) is None
    assert _phase(STOPPED, EVENING + timedelta(hours=1)) is Phase.BEGAN
    assert _phase(STOPPED, EVENING - timedelta(days=365)) is Phase.BEGAN
