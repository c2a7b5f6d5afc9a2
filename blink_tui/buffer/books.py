"""How each firm keeps its books; whoever changes them makes its documents wait for new proposals."""

from __future__ import annotations

from blink_tui.buffer import amounts, errors, history, meanwhile
from blink_tui.buffer.bodies import dumped, loaded
from blink_tui.buffer.database import Database
from blink_tui.model.books import Books, Keeper
from blink_tui.model.clock import Clock
from blink_tui.model.dates import instant_of

_SAVE = """
    INSERT INTO books (firm_id, body, sales_elsewhere, purchases_elsewhere, four_eyes_from) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET (body, sales_elsewhere, purchases_elsewhere, four_eyes_from, stamp, version) =
        (excluded.body, excluded.sales_elsewhere, excluded.purchases_elsewhere, excluded.four_eyes_from,
        stamp + 1, version + 1)
"""


class BooksOfFirms:
    """By firm; a firm without books has its documents fetched and approved, and not coded."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def get(self, firm_id: int) -> Books | None:
        """A firm's books, None where they are not set up."""
        row = await self._database.reader.row("SELECT body FROM books WHERE firm_id = ?", (firm_id,))
        return loaded(Books, row[0]) if row else None

    async def version(self, firm_id: int) -> int | None:
        """What `save` wants to be told, so that nobody's change is lost."""
        row = await self._database.reader.row("SELECT version FROM books WHERE firm_id = ?", (firm_id,))
        return int(row[0]) if row else None

    async def all(self) -> dict[int, Books]:
        """By firm; those without are left out."""
        rows = await self._database.reader.rows("SELECT firm_id, body FROM books")
        return {firm_id: loaded(Books, body) for firm_id, body in rows}

    async def save(self, firm_id: int, books: Books, *, who: str, version: int | None) -> int:
        """Keep a firm's books and write what changed into its chain; returns their new version.

        `version` is the one that was looked at, None where there were none. Raises BlinkError(CHANGED_MEANWHILE).
        """
        body = dumped(books)
        async with self._database.transaction() as session:
            row = await session.row("SELECT body, version FROM books WHERE firm_id = ?", (firm_id,))
            before, now = row or (None, None)
            if now != version:
                raise await meanwhile.of_firm(session, firm_id, "books", errors.BOOKS_OF_FIRM)
            if body == before:
                return int(now or 0)
            await session.run(_SAVE, (firm_id, body, *_conditions(books)))
            at = instant_of(self._clock.now())
            await history.append_firm(session, firm_id, "books", before, body, at=at, who=who)
            return (now or 0) + 1


def _conditions(books: Books) -> tuple[int, int, int | None]:
    return (
        int(books.sales is Keeper.ELSEWHERE),
        int(books.purchases is Keeper.ELSEWHERE),
        amounts.to_units(books.four_eyes_from),
    )
