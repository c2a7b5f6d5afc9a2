"""How each firm stands: complete from and to, how much waits, what went wrong last; what needs a hand comes first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from blink_tui.buffer import Buffer, LogRow
from blink_tui.model.dates import Instant, instant_key
from blink_tui.model.documents import Status
from blink_tui.model.events import PassFailed
from blink_tui.model.firms import Firm
from blink_tui.model.marks import Mark

_LOG_ROWS = 200


@dataclass(frozen=True, slots=True)
class FirmState:
    """One firm at a glance."""

    firm: Firm
    since: Instant | None
    """Complete from here in every role that was fetched; None before the first pass."""
    until: Instant | None
    """Complete to here in every role that was fetched."""
    total: int
    fetched: int
    """Documents that nobody has decided on."""
    approved: int
    """Documents that wait for the hand-over."""
    failure: PassFailed | None
    """What stopped the last pass; None when it ended well."""

    @property
    def urgency(self) -> tuple[bool, bool, bool, int, str]:
        """Sort key: working firms, stopped ones, never fetched ones, then the most undecided documents."""
        return (
            not self.firm.enabled, self.failure is None, self.until is not None, -self.fetched, self.firm.name.lower(),
        )  # fmt: skip


def complete_between(marks: Iterable[Mark]) -> tuple[Instant | None, Instant | None]:
    """The span in which all of a firm's roles are complete; None, None without any mark."""
    found = list(marks)
    if not found:
        return None, None
    since = max((mark.since for mark in found), key=instant_key)
    until = min((mark.until for mark in found), key=instant_key)
    return since, until


def last_failure(rows: Sequence[LogRow]) -> PassFailed | None:
    """The newest failure of a firm's newest run."""
    newest_first = sorted(rows, key=lambda row: row.id, reverse=True)
    for row in newest_first:
        if row.event.run != newest_first[0].event.run:
            return None
        if isinstance(row.event, PassFailed):
            return row.event
    return None


async def read_firms(buffer: Buffer) -> list[FirmState]:
    """The state of every firm, most urgent first."""
    marks = await buffer.marks.all()
    states = [await _read_firm(buffer, firm, marks) for firm in await buffer.firms.list()]
    return sorted(states, key=lambda state: state.urgency)


async def _read_firm(buffer: Buffer, firm: Firm, marks: Sequence[Mark]) -> FirmState:
    counts = await buffer.grid.tree_counts((firm.id,))
    rows = await buffer.log.read(firm_id=firm.id, limit=_LOG_ROWS, newest=True)
    since, until = complete_between(mark for mark in marks if mark.firm_id == firm.id)

    def held(status: Status) -> int:
        return sum(count for (_direction, of), count in counts.items() if of is status)

    return FirmState(
        firm,
        since,
        until,
        sum(counts.values()),
        held(Status.FETCHED),
        held(Status.APPROVED),
        last_failure(rows),
    )
