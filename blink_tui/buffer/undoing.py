"""Taking decisions back, document by document, as far as nothing else has happened to them since."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from blink_tui.buffer import coding_states, errors, questions, statuses
from blink_tui.buffer.session import Session
from blink_tui.model.dates import Instant
from blink_tui.model.decisions import CODED_OR_LATER, Action
from blink_tui.model.documents import IN_BOOKS, Status
from blink_tui.model.errors import BlinkError
from blink_tui.model.refusals import Refusal

_RECODING = frozenset({Action.CODE, Action.REOPEN})
"""After which a coding may hold that did not, or the other way round."""
_NEXT = """
    SELECT document_id, status, previous, version_before, version_after, coding FROM decision_document
    WHERE decision_id = ? AND document_id > ? AND undone = 0 ORDER BY document_id LIMIT ?
"""


@dataclass(frozen=True, slots=True)
class Past:
    """A decision as it was made."""

    id: int
    at: Instant
    action: Action
    reason: str | None
    documents: int


@dataclass(frozen=True, slots=True)
class Undone:
    """What came of taking a decision back."""

    done: int
    stayed: Mapping[Refusal, int]
    """Documents that stay as they are, by why."""
    stopped: bool = False


async def undoable(session: Session, who: str, limit: int) -> list[Past]:
    """Decisions of a person that can be taken back, newest first."""
    rows = await session.rows(
        "SELECT id, at, action, reason, documents FROM decision WHERE who = ? AND undone_at IS NULL"
        " ORDER BY id DESC LIMIT ?",
        (who, limit),
    )
    return [Past(id_, at, Action(action), reason, documents) for id_, at, action, reason, documents in rows]


async def open_documents(session: Session, decision_id: int, who: str) -> int:
    """How many documents of a decision are still to be taken back. Raises BlinkError(DECISION_UNKNOWN)."""
    await _require_open(session, decision_id, who)
    row = await session.row(
        "SELECT count(*) FROM decision_document WHERE decision_id = ? AND undone = 0", (decision_id,)
    )
    return int(row[0]) if row else 0


async def _require_open(session: Session, decision_id: int, who: str) -> Action:
    row = await session.row(
        "SELECT action FROM decision WHERE id = ? AND who = ? AND undone_at IS NULL", (decision_id, who)
    )
    if row is None:
        raise BlinkError(errors.DECISION_UNKNOWN, decision=decision_id)
    return Action(row[0])


@dataclass(frozen=True, slots=True)
class _Took:
    """What one transaction did."""

    last: int
    looked_at: int
    done: int
    stayed: Counter[Refusal]
    ended: bool


@dataclass(frozen=True, slots=True)
class _Way:
    """One document on its way back."""

    move: statuses.Move
    version: int
    """That it had before the decision."""
    coding: coding_states.Snapshot | None

    @property
    def recoded(self) -> bool:
        """Whether it counted as coded and will not, or the other way round, wherever it was set aside."""
        now, then = self.move.document, self.move
        return _coded(now.status, now.previous) != _coded(then.to, then.previous)

    def refusal(self, version: int, action: Action, *, locked: bool) -> Refusal | None:
        """Why it stays as it is."""
        now, then = self.move.document, self.move
        if now.status in IN_BOOKS and action is not Action.BOOK:
            return Refusal.IN_BOOKS
        if now.version != version:
            return Refusal.CHANGED
        if action is Action.CODE and then.to is not Status.FETCHED:
            return Refusal.PAYMENT
        counted = now.status in CODED_OR_LATER, then.to in CODED_OR_LATER
        return Refusal.LOCKED if locked and counted[0] != counted[1] else None


def _coded(status: Status, previous: Status | None) -> bool:
    return (previous or status) in CODED_OR_LATER


async def _reopen_questions(session: Session, ways: Sequence[_Way], at: Instant) -> None:
    """Questions as they were before the decision: those that it asked are closed, those that it closed are open."""
    asked = [way.move.document.id for way in ways if way.move.document.status is Status.QUERIED]
    if asked:
        await questions.take_back(session, asked, at=at)
    closed = [way.move.document.id for way in ways if way.move.to is Status.QUERIED]
    if closed:
        await questions.open_again(session, closed)


class WayBack:
    """One decision taken back in steps, each within a transaction of its own."""

    def __init__(self, decision_id: int, who: str, at: Instant) -> None:
        self._decision_id = decision_id
        self._who = who
        self._at = at
        self._last = 0
        self.looked_at = 0
        self.done = 0
        self.stayed: Counter[Refusal] = Counter()
        self.ended = False

    async def take(self, session: Session, size: int) -> _Took:
        """Take some documents back. Raises BlinkError(DECISION_UNKNOWN) when somebody else was faster."""
        action = await _require_open(session, self._decision_id, self._who)
        rows = await session.rows(_NEXT, (self._decision_id, self._last, size))
        ids = [row[0] for row in rows]
        now = {one.id: one for one in await statuses.standings(session, ids)}
        locked = await coding_states.locked(session, ids)
        stayed: Counter[Refusal] = Counter()
        ways: list[_Way] = []
        for id_, status, previous, before, version, coding in rows:
            came_from = Status(previous) if previous else None
            way = _Way(statuses.Move(now[id_], Status(status), came_from), before, coding)
            why = way.refusal(version, action, locked=id_ in locked)
            if why is None:
                ways.append(way)
            else:
                stayed[why] += 1
        if action in _RECODING:
            await coding_states.put_back(
                session, {way.move.document.id: way.coding for way in ways if way.recoded}
            )
        await _reopen_questions(session, ways, self._at)
        moves = [way.move for way in ways]
        await statuses.move(
            session, moves, at=self._at, who=self._who, reason=f"decision {self._decision_id}", what="undo"
        )
        versions = [(way.move.document.version + 1, way.move.document.id, way.version) for way in ways]
        await self._note(session, versions)
        ended = len(rows) < size
        if ended:
            await session.run(
                "UPDATE decision SET undone_at = ?, undone_by = ? WHERE id = ?",
                (self._at, self._who, self._decision_id),
            )
        return _Took(rows[-1][0] if rows else self._last, len(rows), len(moves), stayed, ended)

    async def _note(self, session: Session, versions: list[tuple[int, int, int]]) -> None:
        """These are taken back, so the decision before this one can be next, as if this one had never been."""
        await session.run_many(
            "UPDATE decision_document SET undone = 1 WHERE decision_id = ? AND document_id = ?",
            [(self._decision_id, id_) for _now, id_, _before in versions],
        )
        await session.run_many(
            "UPDATE decision_document SET version_after = ? WHERE document_id = ? AND version_after = ? AND undone = 0",
            versions,
        )

    def keep(self, took: _Took) -> None:
        """Count what a transaction did that has ended."""
        self._last = took.last
        self.looked_at += took.looked_at
        self.done += took.done
        self.stayed += took.stayed
        self.ended = took.ended
