"""Rules, schemes and rows of the data source as texts, every version for ever: an event names the one that was used."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from blink_tui.buffer import history, meanwhile
from blink_tui.buffer.database import Database
from blink_tui.buffer.session import Row, Session
from blink_tui.buffer.sql import composed
from blink_tui.model.clock import Clock
from blink_tui.model.coding import RuleRef
from blink_tui.model.dates import Instant, instant_of
from blink_tui.model.rulebook import OFFICE, EntryKind, RulebookEntry, digest_of

__all__ = ["Rules", "digest_of"]

_COLUMNS = "firm_id, kind, name, version, text, digest, at, who, shipped"
_ALL = """
    SELECT {columns} FROM rulebook r WHERE version = (
        SELECT max(n.version) FROM rulebook n WHERE (n.firm_id, n.kind, n.name) = (r.firm_id, r.kind, r.name)
    ) ORDER BY firm_id, kind, name
"""
_NEWEST = _ALL.replace("WHERE", "WHERE firm_id IN (?, ?) AND", 1)
_VERSIONS = "SELECT {columns} FROM rulebook WHERE (firm_id, kind, name) = (?, ?, ?) ORDER BY version"
_INSERT = "INSERT INTO rulebook ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"


def _entry(row: Row) -> RulebookEntry:
    firm_id, kind, name, version, text, digest, at, who, shipped = row
    return RulebookEntry(firm_id, EntryKind(kind), name, version, text, digest, at, who, bool(shipped))


class Rules:
    """Of the office (`model.rulebook.OFFICE`) and of each firm."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def entries(self, firm_id: int) -> list[RulebookEntry]:
        """The newest of the office, then of the firm, in the order of their names; not those out of use."""
        rows = await self._database.reader.rows(composed(_NEWEST, columns=_COLUMNS), (OFFICE, firm_id))
        return [entry for entry in map(_entry, rows) if entry.text]

    async def all(self) -> dict[int, list[RulebookEntry]]:
        """The newest of the office (`OFFICE`) and of each firm by itself, not those out of use."""
        rows = await self._database.reader.rows(composed(_ALL, columns=_COLUMNS), ())
        found: dict[int, list[RulebookEntry]] = {}
        for entry in map(_entry, rows):
            if entry.text:
                found.setdefault(entry.firm_id, []).append(entry)
        return found

    async def versions(self, firm_id: int, kind: EntryKind, name: str) -> list[RulebookEntry]:
        """Every version of one, oldest first."""
        rows = await self._database.reader.rows(composed(_VERSIONS, columns=_COLUMNS), (firm_id, kind, name))
        return [_entry(row) for row in rows]

    async def save(
        self,
        firm_id: int,
        items: Iterable[tuple[EntryKind, str, str]],
        *,
        who: str,
        shipped: bool = False,
        seen: int | None = None,
    ) -> list[RuleRef]:
        """Keep texts by kind and name, each as a new version where it differs from the newest; returns those.

        An empty text takes one out of use. `shipped` ones leave alone what the office has changed. `seen` is the
        version that was looked at, 0 where none was in use. Documents of the firms concerned wait for a new proposal.
        Raises BlinkError(CHANGED_MEANWHILE).
        """
        at = instant_of(self._clock.now())
        async with self._database.transaction() as session:
            rows = await session.rows(composed(_NEWEST, columns=_COLUMNS), (firm_id, firm_id))
            newest = {(entry.kind, entry.name): entry for entry in map(_entry, rows)}
            changed: list[tuple[RulebookEntry | None, RulebookEntry]] = []
            for kind, name, text in items:
                old = newest.get((kind, name))
                if seen is not None and seen != (old.version if old and old.text else 0):
                    raise meanwhile.by(old.who if old else None, name)
                if _stays(old, text, shipped=shipped):
                    continue
                version = old.version + 1 if old else 1
                new = RulebookEntry(firm_id, kind, name, version, text, digest_of(text), at, who, shipped)
                newest[kind, name] = new
                changed.append((old, new))
            await _write(session, firm_id, changed, at, who)
        return [new.ref for _old, new in changed]


def _stays(old: RulebookEntry | None, text: str, *, shipped: bool) -> bool:
    if old is None:
        return not text
    return old.text == text or (shipped and not old.shipped)


async def _write(
    session: Session,
    firm_id: int,
    changed: Sequence[tuple[RulebookEntry | None, RulebookEntry]],
    at: Instant,
    who: str,
) -> None:
    if not changed:
        return
    await session.run_many(
        composed(_INSERT, columns=_COLUMNS),
        [
            (n.firm_id, n.kind, n.name, n.version, n.text, n.digest, n.at, n.who, int(n.shipped))
            for _old, n in changed
        ],
    )
    if firm_id == OFFICE:
        await session.run("UPDATE books SET stamp = stamp + 1")
        return
    await session.run("UPDATE books SET stamp = stamp + 1 WHERE firm_id = ?", (firm_id,))
    before = _told([old for old, _new in changed if old is not None])
    await history.append_firm(
        session, firm_id, "rules", before, _told([new for _old, new in changed]), at=at, who=who
    )


def _told(entries: Sequence[RulebookEntry]) -> str:
    values = [[entry.kind, str(entry.ref), entry.text] for entry in entries]
    return json.dumps(values, ensure_ascii=False)
