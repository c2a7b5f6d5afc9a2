"""Decisions of people on documents, however many at once: previewed, carried out in short steps, taken back whole."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from blink_tui.buffer import amounts, coding_states, errors, history, questions, statuses, undoing
from blink_tui.buffer.database import Database
from blink_tui.buffer.grid import Grid
from blink_tui.buffer.grid_filter import GridFilter
from blink_tui.buffer.pace import Pace
from blink_tui.buffer.session import Row, Session
from blink_tui.buffer.standing import Subject, look, standing, subjects
from blink_tui.buffer.undoing import Past, Undone
from blink_tui.buffer.webs import Webs
from blink_tui.model.clock import Clock
from blink_tui.model.dates import Instant, instant_of
from blink_tui.model.decisions import Action, Decision, Standing, refusal
from blink_tui.model.documents import Status
from blink_tui.model.errors import BlinkError
from blink_tui.model.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Every:
    """All documents that a filter leaves, but some."""

    chosen: GridFilter
    besides: frozenset[int] = frozenset()
    """Ids of those left out."""


Selection = Mapping[int, int] | Every
"""Documents by id, each with the version that was looked at, or by a rule."""

_PREVIEWED = 1000
_SELLER_LOOK = 50
_SELLER = """
    SELECT d.status, count(*) FROM (
        SELECT document_id FROM document_trait WHERE firm_id = ? AND seller = ? AND document_id <> ?
        ORDER BY received_date DESC, document_id DESC LIMIT ?
    ) t JOIN document d ON d.id = t.document_id GROUP BY d.status
"""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a decision would do if it were made now."""

    count: int
    """Documents that it would change."""
    sums: tuple[tuple[str, int, Decimal], ...]
    """Currency, how many of them, and their gross."""
    refused: Mapping[Refusal, int]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a long decision is."""

    looked_at: int
    total: int
    done: int


Told = Callable[[Progress], bool | None]
"""Hears of every step; False stops before the next one."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a decision has done."""

    decision_id: int | None
    """None when it changed nothing."""
    done: int
    refused: Mapping[Refusal, int]
    stopped: bool = False


class Decisions:
    """What people decide, kept so that it can be taken back after a restart as well."""

    def __init__(self, database: Database, clock: Clock, grid: Grid, webs: Webs) -> None:
        self._database = database
        self._clock = clock
        self._grid = grid
        self._webs = webs

    async def preview(self, selection: Selection, decision: Decision, *, who: str | None = None) -> Preview:
        """What a decision would do: how many documents, their sums, how many it would leave and why.

        `who` is the one who would decide, None somebody whom four eyes do not concern.
        """
        tally = _Tally()
        if isinstance(selection, Every) and decision.action is not Action.EXCLUDE:
            async for looked, currency, count, gross in self._groups(selection, decision.action, who):
                tally.count(refusal(decision, looked, among_many=True), currency, count, gross)
            return tally.preview()
        ids, versions = await self._looked_at(selection)
        many = _among_many(selection)
        for start in range(0, len(ids), _PREVIEWED):
            end = start + _PREVIEWED
            pairs = list(zip(ids[start:end], versions[start:end], strict=True))
            for one in await subjects(self._database.reader, self._webs, pairs, decision, who):
                tally.count(refusal(decision, one.standing, among_many=many), one.currency, 1, one.gross or 0)
        return tally.preview()

    async def decide(
        self, selection: Selection, decision: Decision, *, who: str, told: Told | None = None
    ) -> Outcome:
        """Decide on documents; those that the rules leave out are counted by why.

        A rule means the documents that it leaves now, as they are now. Many are done in short transactions: what is
        done stays done when the call is cancelled or stopped, and is one decision that can be taken back. The program
        itself codes and does nothing else: raises BlinkError(PERSON_DECIDES).
        """
        if history.is_program(who) and decision.action is not Action.CODE:
            raise BlinkError(errors.PERSON_DECIDES)
        ids, versions = await self._looked_at(selection)
        at = instant_of(self._clock.now())
        step = _Step(self._webs, decision, who, at, among_many=_among_many(selection))
        pace = Pace()
        place, stopped = 0, False
        while place < len(ids) and not stopped:
            end = place + pace.size
            pairs = list(zip(ids[place:end], versions[place:end], strict=True))
            last = place + len(pairs) == len(ids)
            async with self._database.transaction(durable=last) as session:
                pace.begin()
                decision_id, done, refused = await step.take(session, pairs)
            pace.end(len(pairs))
            step.keep(decision_id, done, refused)
            place += len(pairs)
            heard = told(Progress(place, len(ids), step.done)) if told is not None else None
            stopped = heard is False and place < len(ids)
            if place < len(ids) and not stopped:
                await pace.rest()
        if stopped:
            await self._settle(step.decision_id)
        return Outcome(step.decision_id, step.done, dict(step.refused), stopped)

    async def undoable(self, who: str, limit: int = 20) -> list[Past]:
        """Decisions of a person that can be taken back, newest first."""
        return await undoing.undoable(self._database.reader, who, limit)

    async def undo(self, decision_id: int, *, who: str, told: Told | None = None) -> Undone:
        """Take a decision back: each document becomes what it was, unless something happened to it since.

        Stopped in the middle, it goes on where it was when it is asked for again. Raises BlinkError(DECISION_UNKNOWN)
        for what was taken back before or is somebody else's.
        """
        total = await undoing.open_documents(self._database.reader, decision_id, who)
        at = instant_of(self._clock.now())
        back = undoing.WayBack(decision_id, who, at)
        pace = Pace()
        stopped = False
        while not back.ended and not stopped:
            async with self._database.transaction(durable=False) as session:
                pace.begin()
                took = await back.take(session, pace.size)
            pace.end(took.looked_at)
            back.keep(took)
            heard = told(Progress(back.looked_at, total, back.done)) if told is not None else None
            stopped = heard is False and not back.ended
            if not back.ended and not stopped:
                await pace.rest()
        await self._settle(decision_id)
        return Undone(back.done, dict(back.stayed), stopped)

    async def _settle(self, decision_id: int | None) -> None:
        """Make durable what the last steps wrote: whatever is durable makes all before it so."""
        async with self._database.transaction() as session:
            await session.run("UPDATE decision SET documents = documents WHERE id = ?", (decision_id,))

    async def of_seller(self, firm_id: int, seller: str | None, besides: int) -> dict[Status, int]:
        """Where the last documents stand that a firm has of a seller, one of them left out."""
        rows = await self._database.reader.rows(_SELLER, (firm_id, seller or "", besides, _SELLER_LOOK))
        return {Status(status): count for status, count in rows}

    async def _looked_at(self, selection: Selection) -> tuple[array[int], array[int]]:
        if isinstance(selection, Every):
            return await self._grid.versions(selection.chosen, selection.besides)
        return array("q", selection), array("q", selection.values())

    async def _groups(
        self, every: Every, action: Action, who: str | None
    ) -> AsyncIterator[tuple[Standing, str, int, int]]:
        looked = look(action, who)
        columns = ", ".join(looked.columns)
        rows = await self._grid.groups(
            every.chosen,
            every.besides,
            f"{columns}, d.currency, count(*), coalesce(sum(d.gross), 0)",
            ", ".join(map(str, range(1, len(looked.columns) + 2))),
            looked.values,
        )
        for *values, currency, count, gross in rows:
            yield standing(tuple(values)), currency, count, gross


def _among_many(selection: Selection) -> bool:
    return isinstance(selection, Every) or len(selection) > 1


class _Tally:
    """Documents that would be changed, by currency, and those that would not, by why."""

    def __init__(self) -> None:
        self._sums: dict[str, tuple[int, int]] = {}
        self._refused: Counter[Refusal] = Counter()

    def count(self, why: Refusal | None, currency: str, count: int, gross: int) -> None:
        if why is not None:
            self._refused[why] += count
            return
        before, total = self._sums.get(currency, (0, 0))
        self._sums[currency] = before + count, total + gross

    def preview(self) -> Preview:
        sums = tuple(
            (currency, count, amounts.to_amount(units) or Decimal(0))
            for currency, (count, units) in sorted(self._sums.items())
        )
        return Preview(sum(count for _currency, count, _sum in sums), sums, dict(self._refused))


_TAKEN = """
    INSERT INTO decision_document
        (decision_id, document_id, status, previous, version_before, version_after, coding)
    VALUES (?, ?, ?, ?, ?, ?, ?)
"""


def _taken(
    decision_id: int, document: statuses.Standing, before: Mapping[int, coding_states.Snapshot]
) -> Row:
    return (
        decision_id,
        document.id,
        document.status.value,
        document.previous.value if document.previous else None,
        document.version,
        document.version + 1,
        before.get(document.id),
    )


class _Step:
    """The same decision on some documents after others, each time within a transaction of its own."""

    def __init__(self, webs: Webs, decision: Decision, who: str, at: Instant, *, among_many: bool) -> None:
        self._webs = webs
        self._decision = decision
        self._who = who
        self._at = at
        self._among_many = among_many
        self.decision_id: int | None = None
        self.done = 0
        self.refused: Counter[Refusal] = Counter()

    async def take(
        self, session: Session, pairs: Sequence[tuple[int, int]]
    ) -> tuple[int | None, int, Counter[Refusal]]:
        """Decide on some documents; nothing of it counts before the transaction has ended."""
        refused: Counter[Refusal] = Counter()
        taken: list[Subject] = []
        for one in await subjects(session, self._webs, pairs, self._decision, self._who):
            why = refusal(self._decision, one.standing, among_many=self._among_many)
            if why is None:
                taken.append(one)
            else:
                refused[why] += 1
        refused[Refusal.CHANGED] += len(pairs) - len(taken) - refused.total()
        if not taken:
            return self.decision_id, 0, refused
        decision_id = await self._noted(session, len(taken))
        moves = [statuses.moved(one.document, self._decision.target(one.standing)) for one in taken]
        before, moves = await self._settled(session, moves)
        await statuses.move(session, moves, at=self._at, who=self._who, reason=self._decision.kept)
        await session.run_many(_TAKEN, [_taken(decision_id, one.document, before) for one in moves])
        return decision_id, len(taken), refused

    async def _settled(
        self, session: Session, moves: list[statuses.Move]
    ) -> tuple[dict[int, coding_states.Snapshot], list[statuses.Move]]:
        """Codings and questions follow the documents: how codings stood before, and the moves with their reasons."""
        action, ids = self._decision.action, [one.document.id for one in moves]
        if action is Action.CODE:
            before = await coding_states.snapshots(session, ids)
            grounds = await coding_states.code(session, ids, at=self._at, who=self._who)
            return before, [replace(one, reason=grounds[one.document.id]) for one in moves]
        if action is Action.QUERY:
            await questions.ask(session, ids, self._decision.text.strip(), at=self._at, who=self._who)
        asked = [one.document.id for one in moves if one.document.status is Status.QUERIED]
        if asked:
            await questions.close(session, asked, at=self._at)
        fetched = [one.document.id for one in moves if one.to is Status.FETCHED]
        if not fetched:
            return {}, moves
        before = await coding_states.snapshots(session, fetched)
        await coding_states.release(session, fetched)
        return before, moves

    def keep(self, decision_id: int | None, done: int, refused: Counter[Refusal]) -> None:
        """Count what a transaction did that has ended."""
        self.decision_id = decision_id
        self.done += done
        self.refused += refused

    async def _noted(self, session: Session, count: int) -> int:
        """The decision's row, made with its first documents."""
        if self.decision_id is not None:
            await session.run(
                "UPDATE decision SET documents = documents + ? WHERE id = ?", (count, self.decision_id)
            )
            return self.decision_id
        rows = await session.rows(
            "INSERT INTO decision (at, who, action, reason, documents) VALUES (?, ?, ?, ?, ?) RETURNING id",
            (self._at, self._who, self._decision.action.value, self._decision.kept, count),
        )
        return int(rows[0][0])
