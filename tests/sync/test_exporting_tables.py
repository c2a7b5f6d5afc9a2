"""Tables, journals and packages out of a real buffer: reports mark nothing, bytes are those that were received."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from blink_tui.buffer import Buffer
from blink_tui.ledger.exporters.registers import SALES
from blink_tui.model.documents import Status
from blink_tui.model.errors import BlinkError
from blink_tui.sync.exporting import Wanted, export
from tests.ledger.sheets import csv_table, rows_of, sheets_of
from tests.sync.exporting import NOW, WAPRO, approved, exported, numbers, previewed, statuses


async def test_a_package_holds_what_ksef_sent(buffer: Buffer, tmp_path: Path) -> None:
    firm = await approved(buffer, 5)
    done = await exported(buffer, firm, tmp_path / "out", "package", options={"pdf": "nie"})
    assert (done.documents, done.marks, done.refused) == (5, False, ())
    assert await statuses(buffer, firm) == [Status.APPROVED] * 5
    kept = [document.ksef_number for document in await buffer.documents.get_many(range(1, 6))]
    originals = {number: await buffer.documents.xml(number) for number in kept}
    with zipfile.ZipFile(done.files[0]) as package:
        found = {name: package.read(name) for name in package.namelist()}
        listed = rows_of(csv_table(package.read("lista.csv")))
    found.pop("lista.csv")
    assert found == {f"xml/{number}.xml": content for number, content in originals.items()}
    assert [row["Numer KSeF"] for row in listed] == kept


async def test_a_workbook_before_the_ledger_s_own_format_does_not_block_it(
    buffer: Buffer, tmp_path: Path
) -> None:
    firm = await approved(buffer, 4)
    first = await exported(buffer, firm, tmp_path / "one", "xlsx")
    second = await exported(buffer, firm, tmp_path / "two", "csv")
    again = await exported(buffer, firm, tmp_path / "three", "xlsx")
    assert await statuses(buffer, firm) == [Status.EXPORTED] * 4
    (rows,) = sheets_of(first.files[0].read_bytes()).values()
    assert [row[3] for row in rows[1:5]] == numbers(second.files[0])
    assert first.files[0].read_bytes() == again.files[0].read_bytes()


async def test_the_csv_of_a_firm_with_books_is_a_report_beside_its_ledger(
    buffer: Buffer, tmp_path: Path
) -> None:
    firm = await approved(buffer, 3, books=WAPRO)
    done = await exported(buffer, firm, tmp_path / "out", "csv")
    assert not done.marks
    assert {path.name.rpartition("-")[2] for path in done.files} >= {f"{SALES.id}.csv", "dekrety.csv"}


@pytest.mark.parametrize("form", ["hledger", "beancount"])
async def test_a_journal_of_a_firm_without_books_is_refused(
    buffer: Buffer, tmp_path: Path, form: str
) -> None:
    firm = await approved(buffer, 1)
    with pytest.raises(BlinkError) as refused:
        await export(buffer, firm, Wanted(format=form), tmp_path / "out", who="anna", now=NOW)
    assert refused.value.kind.code == "format-needs-books"


@pytest.mark.parametrize("form", ["csv", "xlsx", "package"])
async def test_a_preview_foresees_the_files(buffer: Buffer, tmp_path: Path, form: str) -> None:
    firm = await approved(buffer, 3)
    foreseen = await previewed(buffer, firm, form, options={"pdf": "nie"} if form == "package" else {})
    done = await exported(
        buffer, firm, tmp_path / "out", form, options={"pdf": "nie"} if form == "package" else {}
    )
    assert [one.name for one in foreseen.files] == [path.name for path in done.files]
    assert foreseen.documents == done.documents == 3
