"""Books of another program read back out of a file: whatever it is, a head and rows come out (BOOKKEEPING 6)."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

from blink_tui.ledger.readback.jpk import read_jpk
from blink_tui.ledger.readback.tables import TableMap, read_register
from blink_tui.model.book_rows import BookHead, BookRow
from blink_tui.model.values import Nip

_XML = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<\0", b"\xfe\xff\0<")


def read_books(
    path: Path, nip: Nip, named: TableMap | None = None
) -> Generator[BookHead | BookRow, None, None]:
    """The head of a file of books, then its rows in their order; a JPK is read as it comes, a table at once.

    Raises BlinkError: UNREADABLE_BOOKS, BOOKS_OF_ANOTHER, BAD_TABLE, USAGE; OSError where it cannot be opened.
    """
    with path.open("rb") as file:
        begins = file.read(16)
        file.seek(0)
        if begins.lstrip(b" \t\r\n").startswith(_XML):
            yield from read_jpk(file, nip)
        else:
            yield from read_register(file.read(), named or TableMap())
