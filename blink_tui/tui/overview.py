"""How each firm stands: complete from and to, how much waits, what went wrong last; what needs a hand comes first."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from blink_tui.buffer import Buffer, LogRow
from blink_tui.model.dates import Instant
from blink_tui.model.documents import Status
from blink_tui.model.firms import Firm
from blink_tui.model.telling import Failure
from blink_tui.sync.standing import FirmStanding, standings

_LOG_ROWS = 200


@dataclass(frozen=True, slots=True)
class FirmState:
    """One firm at a glance."""

    firm: Firm
    since: Instant | None
    """Complete from here in every role that the schedule asks for; None while one was never fetched."""
    until: Instant | None
    """Complete to here in every such role."""
    late: bool
    """A role is further behind than its schedule explains."""
    due: datetime | None
    """When the schedule asks next; None while it does not."""
    total: int
    fetched: int
    """Documents that nobody has decided on."""
    approved: int
    """Documents that wait for the hand-over."""
    failure: Failure | None
    """What stopped the last pass; None when it ended well."""

    @property
    def urgency(self) -> tuple[bool, bool, bool, int, str]:
        """Sort key: working firms, stopped ones, never fetched ones, then the most undecided documents."""
        return (
            not self.firm.enabled, self.failure is None, self.until is not None, -self.fetched, self.firm.name.lower(),
        )  # fmt: skip


def last_failure(rows: Sequence[LogRow], unsolved: Collection[str] = ()) -> Failure | None:
    """The newest failure of a firm's newest run, or of an earlier one that is not solved, by its code."""
    newest_first = sorted(rows, key=lambda row: row.id, reverse=True)
    for row in newest_first:
        event = row.event
        if isinstance(event, Failure) and (event.run == newest_first[0].event.run or event.code in unsolved):
            return event
    return None


async def read_firms(buffer: Buffer, now: datetime) -> list[FirmState]:
    """The state of every firm, most urgent first."""
    firms = await standings(buffer, await buffer.firms.list(), now)
    states = [await _read_firm(buffer, standing) for standing in firms]
    return sorted(states, key=lambda state: state.urgency)


async def _read_firm(buffer: Buffer, standing: FirmStanding) -> FirmState:
    firm = standing.firm
    counts = await buffer.grid.tree_counts((firm.id,))
    rows = await buffer.log.read(firm_id=firm.id, limit=_LOG_ROWS, newest=True)
    unsolved = {one.scheduled.problem for one in standing.roles if one.scheduled.problem is not None}

    def held(status: Status) -> int:
        return sum(count for (_direction, of), count in counts.items() if of is status)

    return FirmState(
        firm,
        standing.since,
        standing.until,
        standing.late,
        standing.due,
        sum(counts.values()),
        held(Status.FETCHED),
        held(Status.APPROVED),
        last_failure(rows, unsolved),
    )
