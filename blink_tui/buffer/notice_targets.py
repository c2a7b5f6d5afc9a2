"""Whom notices go to, and by which rules; the addresses themselves lie in the vault."""

from __future__ import annotations

from collections.abc import Sequence

from blink_tui.buffer import errors
from blink_tui.buffer.database import Database
from blink_tui.buffer.session import Row, Session
from blink_tui.buffer.sql import composed
from blink_tui.model.dates import Instant
from blink_tui.model.errors import BlinkError
from blink_tui.model.findings import Severity
from blink_tui.model.notices import How, NewTarget, NoticeKind, Rule, Target, parse_digest, parse_quiet

COLUMNS = (
    "name, language, shown, least, digest, quiet, working_days, id, paused, document_id, digested_at, problem, sent_at,"
    " lost"
)


def target_of(row: Row) -> Target:
    """A target out of the columns that `COLUMNS` names."""
    name, language, shown, least, digest, quiet, working, id_, paused, document_id, digested, *fares = row
    problem, sent_at, lost = fares
    return Target(
        name=name,
        language=language,
        shown=shown,
        least=Severity(least),
        digest=parse_digest(digest),
        quiet=parse_quiet(quiet),
        working_days=bool(working),
        id=id_,
        paused=bool(paused),
        document_id=document_id,
        digested_at=digested,
        problem=problem,
        sent_at=sent_at,
        lost=lost,
    )


class NoticeTargets:
    """The targets of a profile."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> list[Target]:
        """All targets by name."""
        rows = await self._database.reader.rows(
            composed("SELECT {columns} FROM notice_target ORDER BY name", columns=COLUMNS)
        )
        return [target_of(row) for row in rows]

    async def get(self, name: str) -> Target:
        """Raises BlinkError(TARGET_UNKNOWN)."""
        row = await self._database.reader.row(
            composed("SELECT {columns} FROM notice_target WHERE name = ?", columns=COLUMNS), (name,)
        )
        if row is None:
            raise BlinkError(errors.TARGET_UNKNOWN, name=name)
        return target_of(row)

    async def add(self, new: NewTarget, rules: Sequence[Rule], now: Instant) -> None:
        """Tell somebody from now on, by rules whose target is not looked at.

        Documents that are there already are not told of; with the first target neither is what is suspicious about
        them. Raises BlinkError(TARGET_EXISTS).
        """
        async with self._database.transaction() as session:
            if await session.row("SELECT 1 FROM notice_target WHERE name = ?", (new.name,)):
                raise BlinkError(errors.TARGET_EXISTS, name=new.name)
            if not await session.row("SELECT 1 FROM notice_target"):
                await _forget_the_past(session)
            row = await session.row(
                "INSERT INTO notice_target (name, language, shown, least, digest, quiet, working_days, document_id,"
                " digested_at) VALUES (?, ?, ?, ?, ?, ?, ?, (SELECT coalesce(max(id), 0) FROM document), ?)"
                " RETURNING id",
                (*_settings(new), now),
            )
            await _set_rules(session, row[0] if row else 0, rules)

    async def change(self, new: NewTarget) -> None:
        """Let a target, by its name, have other settings. Raises BlinkError(TARGET_UNKNOWN)."""
        name, *values = _settings(new)
        async with self._database.transaction() as session:
            await _id_of(session, name)
            await session.run(
                "UPDATE notice_target SET language = ?, shown = ?, least = ?, digest = ?, quiet = ?, working_days = ?,"
                " next_at = NULL WHERE name = ?",
                (*values, name),
            )

    async def pause(self, name: str, *, paused: bool) -> None:
        """Tell a target nothing, or tell it again. Raises BlinkError(TARGET_UNKNOWN)."""
        async with self._database.transaction() as session:
            await _id_of(session, name)
            await session.run("UPDATE notice_target SET paused = ? WHERE name = ?", (int(paused), name))

    async def remove(self, name: str) -> None:
        """Forget a target with all that waits for it; its address is removed from the vault by the caller.

        Raises BlinkError(TARGET_UNKNOWN).
        """
        async with self._database.transaction() as session:
            await session.run(
                "DELETE FROM notice_target WHERE id = ?",
                (await _id_of(session, name),),
            )

    async def rules(self) -> list[Rule]:
        """The rules of all targets."""
        rows = await self._database.reader.rows(
            "SELECT target_id, firm_id, kind, how FROM notice_rule ORDER BY target_id, firm_id, kind"
        )
        return [
            Rule(target_id, firm_id, NoticeKind(kind) if kind else None, How(how))
            for target_id, firm_id, kind, how in rows
        ]

    async def set_rules(self, name: str, rules: Sequence[Rule], *, afresh: bool = False) -> None:
        """Put rules in the place of those for the same firm and kind, or of all with `afresh`.

        Raises BlinkError(TARGET_UNKNOWN).
        """
        async with self._database.transaction() as session:
            target_id = await _id_of(session, name)
            if afresh:
                await session.run("DELETE FROM notice_rule WHERE target_id = ?", (target_id,))
            await _set_rules(session, target_id, rules)


def _settings(new: NewTarget) -> tuple[str | int, ...]:
    return (
        new.name,
        new.language,
        new.shown,
        int(new.least),
        str(new.digest),
        str(new.quiet or ""),
        int(new.working_days),
    )


async def _id_of(session: Session, name: str | int) -> int:
    row = await session.row("SELECT id FROM notice_target WHERE name = ?", (name,))
    if row is None:
        raise BlinkError(errors.TARGET_UNKNOWN, name=name)
    return int(row[0])


async def _set_rules(session: Session, target_id: int, rules: Sequence[Rule]) -> None:
    await session.run_many(
        "INSERT INTO notice_rule (target_id, firm_id, kind, how) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (target_id, firm_id, kind) DO UPDATE SET how = excluded.how",
        [(target_id, rule.firm_id, rule.kind or "", rule.how) for rule in rules],
    )


async def _forget_the_past(session: Session) -> None:
    """Nobody was told anything for a while: what was found meanwhile counts as told, what is wrong begins anew."""
    await session.run(
        "INSERT OR IGNORE INTO told_finding (document_id, kind) SELECT document_id, kind FROM document_finding"
        " WHERE severity > 1"
    )
    await session.run("DELETE FROM trouble")
