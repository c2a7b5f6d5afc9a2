"""How long each firm's documents are kept, and a daily look that tells of those past it; it erases nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from blink_tui.buffer import Buffer
from blink_tui.buffer.log import LogFilter
from blink_tui.buffer.retentions import Latest
from blink_tui.model.books import VatKind
from blink_tui.model.dates import datetime_of, instant_of, warsaw, warsaw_day
from blink_tui.model.events import DocumentsPastRetention
from blink_tui.model.firms import Firm
from blink_tui.model.months import Month
from blink_tui.model.retention import Retention, kept_until, last_past
from blink_tui.ops.chores import Chore, Surroundings

_DAILY = timedelta(days=1)
_LOOKED_BACK = 500
"""Newest entries of a firm's log, among which this year's was told."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """How long a firm's documents are kept."""

    firm: Firm
    retention: Retention
    latest: Latest | None
    """What keeps them longest; None where there is nothing to keep."""
    until: date | None
    """The last day of it; None where there is nothing to keep, and while nothing may be erased."""

    def is_over(self, today: date) -> bool:
        """Nothing of the firm has to be kept any more."""
        if self.retention.held:
            return False
        return self.latest is None or (self.until is not None and self.until < today)


@dataclass(frozen=True, slots=True)
class Past:
    """A firm with documents that need not be kept any more."""

    firm: Firm
    documents: int
    first: Month
    """Of the oldest of them."""
    last: Month
    """The last month that is past."""


async def keeping(buffer: Buffer, firm: Firm, today: date) -> Keeping:
    """How long a firm's documents are kept; one whose month nothing tells counts as today's."""
    retention = await buffer.retentions.of(firm.id)
    latest = await buffer.retentions.latest(firm.id)
    if latest is None:
        return Keeping(firm, retention, None, None)
    month = latest.month or Month.of(today)
    books = await buffer.books.get(firm.id)
    vat = books.vat_on(month.last_day).kind if books else VatKind.QUARTERLY  # the later day of both
    return Keeping(firm, retention, latest, kept_until(month, vat, retention))


async def past_firms(buffer: Buffer, firms: Sequence[Firm], today: date) -> list[Past]:
    """Firms with documents past their time, those of the most documents first."""
    told = await buffer.retentions.all()
    ends = {firm.id: last_past(today, told.get(firm.id)) for firm in firms}
    years = {end.year + 1 for end in ends.values() if end is not None}
    older = {year: {one.firm_id: one for one in await buffer.retentions.older(year)} for year in years}
    found = []
    for firm in firms:
        end = ends[firm.id]
        old = older[end.year + 1].get(firm.id) if end is not None else None
        if end is not None and old is not None:
            found.append(Past(firm, old.documents, old.first, end))
    return sorted(found, key=lambda one: -one.documents)


async def _tell(around: Surroundings) -> None:
    """Put into the log, once a year for each firm, that documents of it need not be kept any more."""
    buffer, now = around.buffer, around.clock.now()
    today = warsaw_day(instant_of(now))
    events = []
    for one in await past_firms(buffer, await buffer.firms.list(), today):
        page = await buffer.log.page(LogFilter(firm_ids=(one.firm.id,)), _LOOKED_BACK)
        told = any(
            isinstance(row.event, DocumentsPastRetention)
            and datetime_of(row.at).astimezone(warsaw()).year == today.year
            for row in page
        )
        if not told:
            events.append(
                DocumentsPastRetention(
                    run="",
                    firm_id=one.firm.id,
                    documents=one.documents,
                    first=str(one.first),
                    last=str(one.last),
                )
            )
    await buffer.log.append(events)


async def _every(_around: Surroundings) -> timedelta | None:
    return _DAILY


RETENTION = Chore("retention", _every, _tell)
"""Once a day; it only tells."""
