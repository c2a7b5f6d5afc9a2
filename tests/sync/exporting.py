"""Approved documents of a firm, for the tests of exports."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from blink_tui.buffer import Buffer
from blink_tui.model.books import BookKind, Books, CodingLevel, VatKind, VatStatus
from blink_tui.model.documents import Status
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import Firm
from blink_tui.model.values import Nip
from blink_tui.sync.exporting import Exported, Preview, Wanted, export, preview
from tests.tui.office import FIRMS, make, store

NOW = datetime(2026, 11, 20, 12, 0, 5, tzinfo=UTC)
WAPRO = Books(
    kind=BookKind.LEDGER,
    level=CodingLevel.DESCRIPTION,
    program="wapro",
    vat=(VatStatus(date(2026, 1, 1), VatKind.MONTHLY),),
)


async def approved(buffer: Buffer, documents: int, *, books: Books | None = None, of: int = 0) -> Firm:
    """A firm with so many documents; without books its ledger is a set of CSV files."""
    nip, name = FIRMS[of]
    firm = await buffer.firms.add(Nip(nip), name=name, env="test")
    await more(buffer, firm, documents)
    if books is not None:
        await buffer.books.save(firm.id, books, who="anna", version=None)
    return firm


async def more(buffer: Buffer, firm: Firm, documents: int, *, first: int = 0) -> list[int]:
    """More approved documents; their ids."""
    before = await buffer.grid.max_id()
    await store(buffer, firm, make(firm, documents, first=first))
    ids = list(range(before + 1, await buffer.grid.max_id() + 1))
    await buffer.documents.change_status(ids, Status.APPROVED, who="anna")
    return ids


async def exported(buffer: Buffer, firm: Firm, folder: Path, form: str = "csv", **wanted: object) -> Exported:
    return await export(buffer, firm, Wanted(format=form, **wanted), folder, who="anna", now=NOW)  # type: ignore[arg-type]


async def previewed(buffer: Buffer, firm: Firm, form: str = "csv", **wanted: object) -> Preview:
    return await preview(buffer, firm, Wanted(format=form, **wanted), who="anna", now=NOW)  # type: ignore[arg-type]


async def statuses(buffer: Buffer, firm: Firm) -> list[Status]:
    """Of all documents, in the order of their ids."""
    rows = await buffer._database.reader.rows(
        "SELECT status FROM document WHERE firm_id = ? ORDER BY id", (firm.id,)
    )
    return [Status(row[0]) for row in rows]


def numbers(path: Path) -> list[str]:
    """KSeF numbers in a CSV file."""
    text = path.read_bytes().decode("utf-8-sig")
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=";")
    return [row["Numer KSeF"] for row in rows if row["Numer KSeF"]]


def leftovers(folder: Path) -> list[Path]:
    """Unfinished files of exports."""
    return [path for path in folder.rglob("*") if path.name.endswith(".part")]


def names(folder: Path) -> list[str]:
    """Of all that stands in a folder."""
    return sorted(path.name for path in folder.iterdir())


def handed_over(folder: Path) -> list[str]:
    """KSeF numbers in all files of a folder."""
    return [number for path in folder.iterdir() for number in numbers(path)]


async def refused(work: object) -> BlinkError:
    """Why something is not done."""
    with pytest.raises(BlinkError) as refusal:
        await work  # type: ignore[misc] # a coroutine
    return refusal.value
