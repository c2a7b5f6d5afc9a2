"""How far each firm is with a month: is it covered, what is left in it, what came late or after it (BOOKKEEPING 5).

A month is read from its first day to the mark now and grouped by VAT month: sales of March are numbered in April.
Nothing here signs a month off (`sync.signing`); "ready" says only that nothing known stands in the way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from blink_tui.buffer import Buffer, Closed, MissingSeller, MonthCount
from blink_tui.buffer.book_compare import BookSums
from blink_tui.model.books import Books, VatKind
from blink_tui.model.dates import instant_key, start_of_warsaw_day
from blink_tui.model.deadlines import Deadline, Duty, deadlines_of
from blink_tui.model.documents import Direction, Status
from blink_tui.model.firms import CredentialState, Firm
from blink_tui.model.months import Month
from blink_tui.sync.standing import FirmStanding, read_facts, standings_of

LEFT = (Status.FETCHED, Status.QUERIED, Status.CODED, Status.APPROVED, Status.EXPORTED)
"""Statuses in which a document of a month still needs somebody, in the order of the work."""

Sums = tuple[tuple[str, Decimal], ...]
"""Amounts by currency."""


@dataclass(frozen=True, slots=True)
class FirmMonth:
    """One month of one firm."""

    standing: FirmStanding
    month: Month
    counts: tuple[MonthCount, ...] = ()
    """Its documents of the VAT month."""
    without_month: int = 0
    """Sales and purchases that are not settled and whose VAT month is not known: some may belong here."""
    books: Books | None = None
    lock: Closed | None = None
    """When it was closed, by whom; None while it is open."""
    missing: tuple[MissingSeller, ...] = ()
    """Sellers that recur and have no invoice in it."""
    there: BookSums = field(default_factory=dict)
    """Register totals in the books, where they were read back."""
    asked: int = 0
    """Its documents of which it is not answered whether they stand in the books."""

    @property
    def firm(self) -> Firm:
        """Whose month it is."""
        return self.standing.firm

    def held(self, status: Status) -> int:
        """How many of its documents stand in a status."""
        return sum(one.documents for one in self.counts if one.status is status)

    def sums(self, status: Status) -> Sums:
        """Gross of its documents in a status."""
        return _sums((one.currency, one.gross) for one in self.counts if one.status is status)

    def late(self, direction: Direction) -> int:
        """Purchases issued before the month, or sales received after its VAT was due."""
        return sum(one.late for one in self.counts if one.direction is direction)

    def late_sums(self, direction: Direction) -> Sums:
        """Gross of them."""
        return _sums(
            (one.currency, one.late_gross) for one in self.counts if one.direction is direction and one.late
        )

    @property
    def minus(self) -> int:
        """Corrections in minus among its purchases."""
        return sum(one.minus for one in self.counts if one.direction is Direction.PURCHASE)

    @property
    def minus_sums(self) -> Sums:
        """Gross of them."""
        return _sums(
            (one.currency, one.minus_gross)
            for one in self.counts
            if one.direction is Direction.PURCHASE and one.minus
        )

    @property
    def vat(self) -> VatKind:
        """How the firm settles VAT at the month's end; monthly where nothing is known of its books."""
        return self.books.vat_on(self.month.last_day).kind if self.books is not None else VatKind.MONTHLY

    @property
    def deadlines(self) -> tuple[Deadline, ...]:
        """Until when the month is to be settled."""
        return deadlines_of(self.month, self.vat)

    @property
    def closed(self) -> bool:
        """Nothing may be put into it any more."""
        return self.lock is not None

    @property
    def after(self) -> int:
        """Documents that came after it was closed, though they belong to it."""
        return self.lock.after if self.lock is not None else 0

    @property
    def documents(self) -> int:
        """All its documents."""
        return sum(one.documents for one in self.counts)

    @property
    def left(self) -> int:
        """Documents that still need somebody."""
        return sum(map(self.held, LEFT))

    @property
    def covered(self) -> bool:
        """Everything that KSeF stored in the month is in the buffer, in every role that the schedule asks for.

        Strictly: a firm fetched only from the middle of a month has not got all of it.
        """
        since, until = self.standing.since, self.standing.until
        if since is None or until is None:
            return False
        begins, ends = map(start_of_warsaw_day, (self.month.first_day, self.month.plus(1).first_day))
        waits = any(
            instant_key(one.reached) < instant_key(ends)
            for role in self.standing.asked
            for one in role.history
        )
        whole = instant_key(since) <= instant_key(begins) and instant_key(until) >= instant_key(ends)
        return whole and not waits

    @property
    def stale(self) -> bool:
        """Some role in use is not fetched to now: its mark is older than the schedule lets it become."""
        return self.standing.late

    @property
    def let_in(self) -> bool:
        """What logs in for the firm was accepted when it was last tried."""
        credential = self.standing.credential
        return credential is not None and credential.state is CredentialState.ACCEPTED

    @property
    def ready(self) -> bool:
        """Nothing is left to do, and nothing can be missing."""
        return self.covered and not (self.left or self.without_month or self.standing.quarantine)

    @property
    def urgency(self) -> tuple[bool, bool, bool, int, str]:
        """Sort key: what came after the closing, what is not covered, what has most left, ready, closed."""
        settled = self.closed and not self.after
        return settled, self.ready, self.covered, -self.left, self.firm.name.lower()


def _sums(amounts: Iterable[tuple[str, Decimal]]) -> Sums:
    found: dict[str, Decimal] = {}
    for currency, gross in amounts:
        found[currency] = found.get(currency, Decimal(0)) + gross
    return tuple(sorted(found.items()))


def vat_deadline(month: Month) -> Deadline:
    """Until when the JPK of a month is sent, by those who settle by quarters as well."""
    return next(one for one in deadlines_of(month) if one.duty is Duty.VAT)


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read of a month of all firms."""

    month: Month
    counts: Sequence[MonthCount]
    without: Mapping[int, int]
    locks: Mapping[int, Closed]
    missing: Mapping[int, Sequence[MissingSeller]]
    books: Mapping[int, Books]
    there: Mapping[int, BookSums]
    asked: Mapping[int, int]


async def read_month(buffer: Buffer, month: Month, now: datetime) -> list[FirmMonth]:
    """A month of every firm, what needs a hand first; a firm that is switched off only where it has documents.

    As many statements for two thousand firms as for one.
    """
    read = _Read(
        month,
        await buffer.overview.month(month, vat_deadline(month).day),
        await buffer.overview.without_month(),
        await buffer.closing.locks(month),
        await buffer.closing.missing(month),
        await buffer.books.all(),
        await buffer.book_comparing.sums(month),
        await buffer.book_comparing.asked(month),
    )
    firms = await buffer.firms.list()
    facts = await read_facts(buffer, totals=False)
    return await asyncio.to_thread(lambda: _months(standings_of(facts, firms, now), read))


async def read_firm_month(buffer: Buffer, firm: Firm, month: Month, now: datetime) -> FirmMonth:
    """The same of one firm."""
    found = await read_month(buffer, month, now)
    own = [one for one in found if one.firm.id == firm.id]
    if own:
        return own[0]
    facts = await read_facts(buffer, totals=False)
    (standing,) = standings_of(facts, [firm], now)
    return FirmMonth(standing, month)


def _months(standings: Sequence[FirmStanding], read: _Read) -> list[FirmMonth]:
    by_firm: dict[int, list[MonthCount]] = {}
    for one in read.counts:
        by_firm.setdefault(one.firm_id, []).append(one)

    def of(standing: FirmStanding) -> FirmMonth:
        firm_id = standing.firm.id
        return FirmMonth(
            standing,
            read.month,
            tuple(by_firm.get(firm_id, ())),
            read.without.get(firm_id, 0),
            read.books.get(firm_id),
            read.locks.get(firm_id),
            tuple(read.missing.get(firm_id, ())),
            read.there.get(firm_id, {}),
            read.asked.get(firm_id, 0),
        )

    found = map(of, standings)
    return sorted((one for one in found if one.firm.enabled or one.documents), key=lambda one: one.urgency)
