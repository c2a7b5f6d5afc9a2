"""The outbox of notices: what has been told, what waits to be sent, and which process sends it.

What is decided is kept in one transaction with everything that it was decided by, so that a kill loses nothing and
tells nothing twice. A message is claimed before it is sent and crossed off afterwards: a kill between the two lets it
be sent once more under the same number.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from blink_tui.buffer.database import Database
from blink_tui.buffer.notice_targets import COLUMNS, target_of
from blink_tui.buffer.session import Row, Session
from blink_tui.buffer.sql import composed
from blink_tui.model.dates import Instant, datetime_of, instant_of
from blink_tui.model.findings import Severity
from blink_tui.model.notices import (
    Claimed,
    Decision,
    Item,
    KeptTrouble,
    NewDocuments,
    NoticeKind,
    Phase,
    SuspectDocument,
)

HELD_FOR = timedelta(minutes=15)
"""Who has not ended a try after so long is stuck, whatever the system says of its process."""
FARTHEST = timedelta(days=8)
"""Nothing is ever put off for longer: a moment beyond was set by a clock that was wrong, and counts for nothing."""


class Outbox:
    """What is told of a profile's firms."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def round(self) -> int:
        """Number of the present round; a decision names the one that it was made in."""
        row = await self._database.reader.row("SELECT number FROM notice_round")
        return int(row[0]) if row else 0

    async def troubles(self) -> list[KeptTrouble]:
        """What was wrong at the last look."""
        rows = await self._database.reader.rows(
            "SELECT kind, firm_id, subject, since, told_at FROM trouble ORDER BY kind, firm_id, subject"
        )
        return [
            KeptTrouble(NoticeKind(kind), firm_id, subject, since, told_at)
            for kind, firm_id, subject, since, told_at in rows
        ]

    async def suspects(self, kinds: Sequence[str]) -> list[SuspectDocument]:
        """Documents with findings of these kinds of which nobody was told."""
        rows = await self._database.scan(
            "SELECT f.document_id, d.firm_id, f.kind FROM document_finding f INDEXED BY document_finding_by_kind"
            " JOIN document d ON d.id = f.document_id WHERE f.kind IN (SELECT value FROM json_each(?))"
            " AND NOT EXISTS (SELECT 1 FROM told_finding t WHERE t.document_id = f.document_id AND t.kind = f.kind)",
            (json.dumps(list(kinds)),),
        )
        return [SuspectDocument(*row) for row in rows]

    async def new_documents(self, after: int, last: int) -> list[NewDocuments]:
        """What came after a document up to another one, by their ids, over all firms."""
        rows = await self._database.scan(
            "SELECT firm_id, direction, currency, count(*), coalesce(sum(gross), 0) FROM document"
            " WHERE id > ? AND id <= ? GROUP BY firm_id, direction, currency",
            (after, last),
        )
        return [NewDocuments(*row) for row in rows]

    async def newest_document(self) -> int:
        """Id of the document that came last; 0 where there is none."""
        row = await self._database.reader.row("SELECT coalesce(max(id), 0) FROM document")
        return int(row[0]) if row else 0

    async def keep(self, decision: Decision) -> bool:
        """Keep what was decided; False, and nothing kept, where another process has decided meanwhile."""
        async with self._database.transaction() as session:
            row = await session.row(
                "UPDATE notice_round SET number = number + 1 WHERE number = ? RETURNING number",
                (decision.round,),
            )
            if row is None:
                return False
            await _keep_troubles(session, decision)
            await session.run_many(
                "INSERT OR IGNORE INTO told_finding (document_id, kind) VALUES (?, ?)",
                [(one.document_id, one.finding) for one in decision.told],
            )
            await session.run_many(
                "INSERT INTO outbox (target_id, firm_id, kind, phase, severity, subject, details, not_before)"
                " SELECT id, ?2, ?3, ?4, ?5, ?6, ?7, ?8 FROM notice_target WHERE id = ?1",
                [(one.target_id, *_item_row(one.item), one.not_before) for one in decision.queued],
            )
            await session.run_many(
                "UPDATE notice_target SET document_id = ?, digested_at = ? WHERE id = ?",
                [(last, decision.at, target_id) for target_id, last in decision.digested.items()],
            )
        return True

    async def waiting(self) -> dict[int, int]:
        """How many things wait for each target."""
        rows = await self._database.reader.rows("SELECT target_id, count(*) FROM outbox GROUP BY target_id")
        return dict(rows)

    async def due(self, now: datetime) -> list[int]:
        """Targets for which there is something to send."""
        rows = await self._database.reader.rows(
            "SELECT id FROM notice_target t WHERE NOT paused AND coalesce(next_at, '') NOT BETWEEN ?1 AND ?2"
            " AND (message IS NOT NULL OR EXISTS (SELECT 1 FROM outbox o WHERE o.target_id = t.id"
            " AND o.not_before NOT BETWEEN ?1 AND ?2)) ORDER BY id",
            _to_come(now),
        )
        return [row[0] for row in rows]

    async def claim(
        self, target_id: int, holder: str, is_gone: Callable[[str], bool], now: datetime
    ) -> Claimed | None:
        """Take the target's message to send it: the one under way, else one of all that is due.

        None when there is nothing to send, or another process is at it.
        """
        at, (after, farthest) = instant_of(now), _to_come(now)
        async with self._database.transaction() as session:
            row = await session.row(
                composed(
                    "SELECT message, begun_at, tries, next_at, holder, held_at, {columns} FROM notice_target"
                    " WHERE id = ? AND NOT paused",
                    columns=COLUMNS,
                ),
                (target_id,),
            )
            if row is None or _held(row[4], row[5], is_gone, now) or after <= (row[3] or "") <= farthest:
                return None
            message, begun_at, tries = row[0], row[1], row[2]
            if message is None:
                message, begun_at, tries = secrets.token_hex(4), at, 0
                await session.run(
                    "UPDATE outbox SET message = ? WHERE target_id = ? AND not_before NOT BETWEEN ? AND ?",
                    (message, target_id, after, farthest),
                )
            items = await _items(session, target_id, message)
            if not items:
                await session.run("UPDATE notice_target SET message = NULL WHERE id = ?", (target_id,))
                return None
            await session.run(
                "UPDATE notice_target SET message = ?, begun_at = ?, tries = ?, holder = ?, held_at = ? WHERE id = ?",
                (message, begun_at, tries, holder, at, target_id),
            )
        return Claimed(target_of(row[6:]), message, begun_at, tries, items)

    async def sent(self, claimed: Claimed, holder: str, at: Instant) -> None:
        """A claimed message went out: it is crossed off."""
        async with self._database.transaction() as session:
            await _end(
                session, claimed, holder, "problem = NULL, sent_at = ?, lost = 0, next_at = NULL", (at,)
            )

    async def failed(self, claimed: Claimed, holder: str, problem: str, next_at: Instant) -> None:
        """A try failed; the next one is made later."""
        async with self._database.transaction() as session:
            await session.run(
                "UPDATE notice_target SET tries = tries + 1, next_at = ?, problem = ?, holder = NULL"
                " WHERE id = ? AND message = ? AND holder = ?",
                (next_at, problem, claimed.target.id, claimed.message, holder),
            )

    async def given_up(self, claimed: Claimed, holder: str, problem: str, next_at: Instant) -> None:
        """The last try failed: what the message told is forgotten."""
        async with self._database.transaction() as session:
            ending = "problem = ?, lost = lost + 1, next_at = ?"
            await _end(session, claimed, holder, ending, (problem, next_at))

    async def let_go(self, claimed: Claimed, holder: str) -> None:
        """A try was stopped before it ended: whoever looks next makes it."""
        async with self._database.transaction() as session:
            await session.run(
                "UPDATE notice_target SET holder = NULL WHERE id = ? AND message = ? AND holder = ?",
                (claimed.target.id, claimed.message, holder),
            )


def _to_come(now: datetime) -> tuple[Instant, Instant]:
    """The first and the last moment that something may still wait for."""
    return instant_of(now + timedelta(microseconds=1)), instant_of(now + FARTHEST)


def _held(holder: str | None, held_at: Instant | None, is_gone: Callable[[str], bool], now: datetime) -> bool:
    """Another try is under way."""
    if holder is None or held_at is None or is_gone(holder):
        return False
    return timedelta() <= now - datetime_of(held_at) < HELD_FOR


async def _items(session: Session, target_id: int, message: str) -> tuple[Item, ...]:
    rows = await session.rows(
        "SELECT kind, phase, severity, firm_id, subject, details FROM outbox WHERE target_id = ? AND message = ?"
        " ORDER BY id",
        (target_id, message),
    )
    return tuple(
        Item(NoticeKind(kind), Phase(phase), Severity(severity), firm_id, subject, json.loads(details))
        for kind, phase, severity, firm_id, subject, details in rows
    )


async def _end(session: Session, claimed: Claimed, holder: str, ending: str, values: Sequence[str]) -> None:
    """Cross a message off, unless another process has it by now."""
    row = await session.row(
        composed(
            "UPDATE notice_target SET message = NULL, tries = 0, holder = NULL, {ending}"
            " WHERE id = ? AND message = ? AND holder = ? RETURNING id",
            ending=ending,
        ),
        (*values, claimed.target.id, claimed.message, holder),
    )
    if row is not None:
        await session.run(
            "DELETE FROM outbox WHERE target_id = ? AND message = ?", (claimed.target.id, claimed.message)
        )


async def _keep_troubles(session: Session, decision: Decision) -> None:
    await session.run_many(
        "INSERT INTO trouble (kind, firm_id, subject, since, told_at) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (kind, firm_id, subject) DO UPDATE SET told_at = excluded.told_at",
        [(one.kind, one.firm_id, one.subject, one.since, one.told_at) for one in decision.troubles],
    )
    await session.run_many(
        "DELETE FROM trouble WHERE kind = ? AND firm_id = ? AND subject = ?", decision.gone
    )


def _item_row(item: Item) -> Row:
    details = json.dumps(dict(item.details), ensure_ascii=False)
    return item.firm_id, item.kind, item.phase, int(item.severity), item.subject, details
