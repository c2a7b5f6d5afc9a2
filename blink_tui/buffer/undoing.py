"""Taking decisions back, document by document, as far as nothing else has happened to them since."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from blink_tui.buffer import errors, statuses
from blink_tui.buffer.session import Session
from blink_tui.model.dates import Instant
from blink_tui.model.decisions import Action, Refusal
from blink_tui.model.documents import Status
from blink_tui.model.errors import BlinkError

_IN_BOOKS = frozenset({Status.EXPORTED, Status.BOOKED})
_NEXT = """
    SELECT document_id, status, previous, version_before, version_after FROM decision_document
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


async def _require_open(session: Session, decision_id: int, who: str) -> None:
    row = await session.row(
        "SELECT 1 FROM decision WHERE id = ? AND who = ? AND undone_at IS NULL", (decision_id, who)
    )
    if row is None:
        raise BlinkError(errors.DECISION_UNKNOWN, decision=decision_id)


@dataclass(frozen=True, slots=True)
class _Took:
    """What one transaction did."""

    last: int
    looked_at: int
    done: int
    stayed: Counter[Refusal]
    ended: bool


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
        await _require_open(session, self._decision_id, self._who)
        rows = await session.rows(_NEXT, (self._decision_id, self._last, size))
        now = {one.id: one for one in await statuses.standings(session, [row[0] for row in rows])}
        stayed: Counter[Refusal] = Counter()
        moves: list[statuses.Move] = []
        versions: list[tuple[int, int, int]] = []
        for id_, status, previous, before, version in rows:
            document = now[id_]
            if document.status in _IN_BOOKS:
                stayed[Refusal.IN_BOOKS] += 1
            elif document.version != version:
                stayed[Refusal.CHANGED] += 1
            else:
                came_from = Status(previous) if previous else None
                moves.append(statuses.Move(document, Status(status), came_from))
                versions.append((version + 1, id_, before))
        await statuses.move(
            session, moves, at=self._at, who=self._who, reason=f"decision {self._decision_id}", what="undo"
        )
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
