"""How the office stands, firm by firm: what needs a hand, what waits, how far each is complete; without I/O.

Read with a fixed number of queries and decided beside the loop, however many firms there are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum

from blink_tui.buffer import Buffer, LogRow
from blink_tui.buffer.questions import Question
from blink_tui.model.documents import Role, Status
from blink_tui.model.firms import CredentialState, Firm
from blink_tui.model.months import Month
from blink_tui.model.outages import SystemState
from blink_tui.model.settings import TOKENS_END
from blink_tui.model.telling import Failure
from blink_tui.sync.expiry import Expiry, expiry_of
from blink_tui.sync.problems import passes_by_itself
from blink_tui.sync.standing import Facts, FirmStanding, Span, read_facts, span_of, standings_of


class Need(IntEnum):
    """What a firm needs, the most urgent first."""

    STOPPED = 0
    REFUSED = 1
    NO_ACCESS = 2
    QUARANTINE = 3
    LATE = 4
    NEVER_FETCHED = 5
    NOTHING = 6
    """Nothing but decisions on its documents."""
    PAUSED = 7
    SWITCHED_OFF = 8


@dataclass(frozen=True, slots=True)
class FirmState:
    """One firm at a glance."""

    standing: FirmStanding
    waiting: Mapping[Status, int]
    """Documents that wait for somebody in the office, by status."""
    new: int
    """Documents that came since the user last worked here."""
    failure: Failure | None
    """What stopped the last pass; None when it ended well."""
    expiry: Expiry | None
    """When what logs in ends; None where that is not known."""
    ready: int = 0
    """Documents with a complete proposal."""
    drafts: int = 0
    questions: tuple[Question, ...] = ()
    """Open ones, the oldest first."""
    to_close: bool = False
    """It has books, and its last month is not closed."""

    @property
    def firm(self) -> Firm:
        """Whose state it is."""
        return self.standing.firm

    def held(self, status: Status) -> int:
        """How many documents wait in a status."""
        return self.waiting.get(status, 0)

    @property
    def span(self) -> Span | None:
        """Where the roles that bring the firm's own documents are complete; those of the nights stand apart."""
        return span_of(self.standing.by_day or self.standing.asked)

    @property
    def lag(self) -> timedelta | None:
        """How far the roles that bring the firm's own documents are behind; None before they were fetched."""
        roles = self.standing.by_day or self.standing.asked
        lags = [role.lag for role in roles if role.lag is not None]
        return max(lags) if self.span is not None else None

    @property
    def fetched_once(self) -> bool:
        """Some role was fetched to its end."""
        return any(role.mark is not None for role in self.standing.roles)

    @property
    def stopped(self) -> Mapping[str, Sequence[Role]]:
        """Codes of what stopped roles and was not cured since, each with its roles."""
        return {code: roles for code, roles in self._ends.items() if not passes_by_itself(code)}

    @property
    def held_up(self) -> Mapping[str, Sequence[Role]]:
        """Codes of what roles wait for; their next passes go on by themselves."""
        return {code: roles for code, roles in self._ends.items() if passes_by_itself(code)}

    @property
    def _ends(self) -> Mapping[str, Sequence[Role]]:
        found: dict[str, list[Role]] = {}
        for one in self.standing.asked:
            if one.scheduled.problem is not None:
                found.setdefault(one.scheduled.problem, []).append(one.role)
        return found

    @property
    def refused(self) -> bool:
        """Nothing lets the firm in."""
        credential = self.standing.credential
        return credential is None or credential.state is CredentialState.REFUSED

    @property
    def need(self) -> Need:
        """The first thing to do about it."""
        checks = (
            (not self.firm.enabled, Need.SWITCHED_OFF),
            (self.failure is not None or bool(self.stopped), Need.STOPPED),
            (self.standing.credential is not None and self.refused, Need.REFUSED),
            (bool(self.standing.quarantine), Need.QUARANTINE),
            (self.firm.paused, Need.PAUSED),
            (self.standing.credential is None, Need.NO_ACCESS),
            (self.standing.late, Need.LATE),
            (self.span is None, Need.NEVER_FETCHED),
        )
        return next((need for holds, need in checks if holds), Need.NOTHING)

    @property
    def urgency(self) -> tuple[int, int, str]:
        """Sort key: what needs a hand, then the most undecided documents."""
        return self.need, -self.held(Status.FETCHED), self.firm.name.lower()


@dataclass(frozen=True, slots=True)
class Office:
    """All firms, the most urgent first, and how KSeF is."""

    states: tuple[FirmState, ...]
    systems: tuple[SystemState, ...]
    """Of the environments that the firms are in, as far as the Ministry was asked about them."""

    @property
    def troubled(self) -> tuple[SystemState, ...]:
        """Environments with which something is the matter."""
        return tuple(system for system in self.systems if system.troubled)


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read of all firms."""

    firms: Sequence[Firm]
    facts: Facts
    waiting: Mapping[int, Mapping[Status, int]]
    new: Mapping[int, int]
    latest: Mapping[int, Sequence[LogRow]]
    tokens_end: date | None
    systems: Mapping[str, SystemState]
    work: _Work


@dataclass(frozen=True, slots=True)
class _Work:
    """What people have begun and not ended, by firm."""

    ready: Mapping[int, int]
    drafts: Mapping[int, int]
    questions: Mapping[int, Sequence[Question]]
    to_close: Collection[int]
    """Firms with books whose last month is not closed."""


def last_failure(rows: Sequence[LogRow], unsolved: Collection[str] = ()) -> Failure | None:
    """The newest failure of a firm's newest run, or of an earlier one that is not solved, by its code."""
    newest_first = sorted(rows, key=lambda row: row.id, reverse=True)
    for row in newest_first:
        event = row.event
        if isinstance(event, Failure) and (event.run == newest_first[0].event.run or event.code in unsolved):
            return event
    return None


async def read_office(buffer: Buffer, now: datetime, today: date, seen: int) -> Office:
    """The state of every firm; documents after the one with the id `seen` are new to the user."""
    counting = asyncio.gather(buffer.overview.waiting(), buffer.overview.newer_than(seen))
    try:
        firms = await buffer.firms.list()
        facts = await read_facts(buffer, totals=False)
        latest = await buffer.log.latest()
        tokens_end = await buffer.settings.value(TOKENS_END)
        systems = await buffer.outages.states()
        waiting, new = await counting
    finally:
        counting.cancel()
    work = await _read_work(buffer, Month.of(today).plus(-1))
    read = _Read(firms, facts, waiting, new, latest, tokens_end, systems, work)
    return await asyncio.to_thread(_office, read, now, today)


async def _read_work(buffer: Buffer, month: Month) -> _Work:
    questions: dict[int, list[Question]] = {}
    for one in await buffer.questions.open():
        questions.setdefault(one.firm_id, []).append(one)
    closed = await buffer.closing.locks(month)
    books = await buffer.books.all()
    return _Work(
        await buffer.overview.ready(),
        await buffer.overview.drafts(),
        questions,
        books.keys() - closed.keys(),
    )


def _office(read: _Read, now: datetime, today: date) -> Office:
    states = [_state(standing, read, today) for standing in standings_of(read.facts, read.firms, now)]
    environments = sorted({firm.env for firm in read.firms})
    return Office(
        tuple(sorted(states, key=lambda state: state.urgency)),
        tuple(read.systems[env] for env in environments if env in read.systems),
    )


def _state(standing: FirmStanding, read: _Read, today: date) -> FirmState:
    firm_id = standing.firm.id
    unsolved = {one.scheduled.problem for one in standing.roles if one.scheduled.problem is not None}
    credential = standing.credential
    return FirmState(
        standing,
        read.waiting.get(firm_id, {}),
        read.new.get(firm_id, 0),
        last_failure(read.latest.get(firm_id, ()), unsolved),
        expiry_of(credential, read.tokens_end, today) if credential else None,
        read.work.ready.get(firm_id, 0),
        read.work.drafts.get(firm_id, 0),
        tuple(read.work.questions.get(firm_id, ())),
        standing.firm.enabled and firm_id in read.work.to_close,
    )
