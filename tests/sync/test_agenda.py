"""What whoever runs the schedule has to do, as a table."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from blink_tui.model.dates import instant_of
from blink_tui.model.documents import FirmKind, Role
from blink_tui.model.firms import ContextType, Firm
from blink_tui.model.schedule import NEVER, ScheduledRole
from blink_tui.model.values import Nip
from blink_tui.sync.agenda import Agenda, agenda_of

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
FIRM = Firm(
    1, Nip("1111111111"), ContextType.NIP, "1111111111", "A", "prod", FirmKind.TAXPAYER, "csv", None,
    enabled=True, paused=False, version=1,
)  # fmt: skip
OTHER = replace(FIRM, id=2, nip=Nip("2222222222"), context_value="2222222222")


def role(firm: Firm, role: Role, ago: timedelta | None, every: int | None = 15) -> ScheduledRole:
    asked = None if ago is None else instant_of(NOON - ago)
    return ScheduledRole(firm.id, role, every, asked, None, None, None, (0, 0), None)


RECENTLY, LONG_AGO = timedelta(minutes=1), timedelta(hours=2)
SCHEDULED = {
    1: [role(FIRM, Role.SELLER, RECENTLY), role(FIRM, Role.BUYER, LONG_AGO)],
    2: [role(OTHER, Role.SELLER, RECENTLY), role(OTHER, Role.BUYER, None, NEVER)],
}


def test_firms_with_a_role_that_is_due_are_due_and_the_others_tell_when() -> None:
    found = agenda_of([FIRM, OTHER], SCHEDULED, (), NOON)
    assert found.due == (FIRM,)
    assert found.next_at is not None
    assert NOON + timedelta(minutes=14) <= found.next_at <= NOON + timedelta(minutes=23)
    assert not found.elsewhere


def test_what_another_process_works_on_is_left_to_it() -> None:
    scheduled = {1: [role(FIRM, Role.BUYER, LONG_AGO), role(FIRM, Role.SELLER, LONG_AGO)]}
    assert agenda_of([FIRM], scheduled, {(1, Role.BUYER)}, NOON) == Agenda((FIRM,), None, elsewhere=True)
    both = {(1, Role.BUYER), (1, Role.SELLER)}
    assert agenda_of([FIRM], scheduled, both, NOON) == Agenda((), None, elsewhere=True)
    assert agenda_of([FIRM], scheduled, {(2, Role.BUYER)}, NOON) == Agenda((FIRM,), None)


def test_firms_that_are_paused_or_switched_off_have_no_part_in_it() -> None:
    for resting in (replace(FIRM, paused=True), replace(FIRM, enabled=False)):
        assert agenda_of([resting], SCHEDULED, (), NOON) == Agenda()
