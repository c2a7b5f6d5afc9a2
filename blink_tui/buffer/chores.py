"""What is done from time to time beside fetching: when, by whom, and how it ended; one process at a time does it."""

from __future__ import annotations

from dataclasses import dataclass

from blink_tui.buffer.database import Database
from blink_tui.model.dates import Instant


@dataclass(frozen=True, slots=True)
class ChoreState:
    """How a chore stands."""

    name: str
    taken_at: Instant
    holder: str
    done_at: Instant | None
    """When it last ended well."""
    problem: str | None
    """Code of what it last ended with; None when that was well."""


class Chores:
    """One row for each chore that was ever begun."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> dict[str, ChoreState]:
        """Every chore by its name."""
        rows = await self._database.reader.rows("SELECT name, taken_at, holder, done_at, problem FROM chore")
        return {row[0]: ChoreState(*row) for row in rows}

    async def take(self, name: str, seen: Instant | None, holder: str, now: Instant) -> bool:
        """Begin a chore that was last begun at `seen`: False when anybody has begun it since, so that no two do it."""
        async with self._database.transaction(durable=False) as session:
            row = await session.row("SELECT taken_at FROM chore WHERE name = ?", (name,))
            if (row[0] if row else None) != seen:
                return False
            await session.run(
                "INSERT INTO chore (name, taken_at, holder) VALUES (?, ?, ?) ON CONFLICT (name)"
                " DO UPDATE SET taken_at = excluded.taken_at, holder = excluded.holder",
                (name, now, holder),
            )
            return True

    async def ended(self, name: str, now: Instant, problem: str | None = None) -> None:
        """A chore ended: well, or with what stopped it."""
        async with self._database.transaction(durable=False) as session:
            await session.run(
                "UPDATE chore SET problem = ?2, done_at = CASE WHEN ?2 IS NULL THEN ?3 ELSE done_at END"
                " WHERE name = ?1",
                (name, problem, now),
            )
