"""The package: XML as received, PDFs, a list; names from KSeF numbers alone; a zip or a folder."""

from __future__ import annotations

import io
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from blink_tui.ledger.document import LedgerDocument
from blink_tui.ledger.exporter import Frame
from blink_tui.ledger.exporters.package import EXPORTER
from blink_tui.ledger.files import FolderFiles, place
from blink_tui.ledger.settings import filled
from blink_tui.ledger.writing import write
from blink_tui.model.errors import BlinkError
from tests.coding.worked.whole import WORKED
from tests.ledger.hostile import TEXTS, with_text
from tests.ledger.sheets import csv_table, files_of, rows_of, sheets_of
from tests.ledger.six import frame
from tests.ledger.worked import worked_documents


def documents(count: int = 3) -> list[LedgerDocument]:
    """Worked documents with their bytes."""
    return [
        replace(one.document, original=WORKED[one.document.id - 1].xml) for one in worked_documents()[:count]
    ]


def settled(**settings: str) -> Frame:
    own = frame(books=None)
    return replace(own, settings=filled(EXPORTER, {"pdf": "nie", **settings}))


def packed(*of: LedgerDocument, **settings: str) -> dict[str, bytes]:
    """Members of the zip."""
    (content,) = files_of(EXPORTER, of, settled(**settings)).values()
    with zipfile.ZipFile(io.BytesIO(content)) as whole:
        assert whole.testzip() is None
        return {name: whole.read(name) for name in whole.namelist()}


def test_the_zip_holds_the_bytes_as_received_and_a_list() -> None:
    several = documents()
    found = packed(*several)
    assert set(found) == {*(f"xml/{one.ksef_number}.xml" for one in several), "lista.csv"}
    for one in several:
        assert found[f"xml/{one.ksef_number}.xml"] == one.original
    rows = rows_of(csv_table(found["lista.csv"]))
    assert [row["Numer KSeF"] for row in rows] == [one.ksef_number for one in several]
    assert [row["Plik"] for row in rows] == [f"xml/{one.ksef_number}.xml" for one in several]


def test_the_list_may_be_a_workbook() -> None:
    found = packed(*documents(), list="xlsx")
    (rows,) = sheets_of(found["lista.xlsx"]).values()
    assert len(rows) == 1 + 3 + 1
    assert rows[1][-1] == f"xml/{documents()[0].ksef_number}.xml"


def test_a_folder_holds_the_same_files(tmp_path: Path) -> None:
    files = FolderFiles(tmp_path, "1111111111-package-all")
    write(EXPORTER, documents(), settled(container="folder"), files)
    place([one.naming for one in files.written])
    inside = tmp_path / "1111111111-package-all"
    found = {str(path.relative_to(inside)): path.read_bytes() for path in inside.rglob("*") if path.is_file()}
    assert found == packed(*documents())


@pytest.mark.parametrize("what", TEXTS)
def test_no_text_of_an_invoice_becomes_a_name(what: str) -> None:
    document = with_text(TEXTS[what], documents(1)[0])
    assert set(packed(document)) == {f"xml/{document.ksef_number}.xml", "lista.csv"}


@pytest.mark.parametrize("number", ["", "../../etc/passwd", "1111111111-20260313-010000000001-00/x"])
def test_a_number_that_is_none_of_ksef_s_names_no_file(number: str) -> None:
    document = replace(documents(1)[0], ksef_number=number)
    assert set(packed(document)) == {"lista.csv"}
    piece = EXPORTER.prepare(document, settled())
    assert piece is not None
    assert [one.code for one in piece.warnings] == ["no-original"]


def test_a_document_whose_bytes_are_not_there_stands_on_the_list_alone() -> None:
    found = packed(replace(documents(1)[0], original=b""))
    (row,) = rows_of(csv_table(found["lista.csv"]))
    assert (set(found), row["Plik"]) == ({"lista.csv"}, "")


def test_without_documents_there_is_an_empty_list() -> None:
    assert len(csv_table(packed()["lista.csv"])) == 1


def test_pdfs_stand_beside_the_xml_and_a_second_run_is_byte_for_byte_the_first() -> None:
    pytest.importorskip("typst", reason="the extra pdf is not installed")
    several = documents(2)
    own = replace(settled(pdf="tak"), qr_host="https://qr-test.ksef.mf.gov.pl")
    first = files_of(EXPORTER, several, own)
    with zipfile.ZipFile(io.BytesIO(first[".zip"])) as whole:
        for one in several:
            assert whole.read(f"pdf/{one.ksef_number}.pdf").startswith(b"%PDF-")
    assert first == files_of(EXPORTER, several, own)


def test_without_the_extra_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    from blink_tui.invoices import render_pdf

    monkeypatch.setitem(sys.modules, "typst", None)
    render_pdf._compiler.cache_clear()
    with pytest.raises(BlinkError) as refused:
        files_of(EXPORTER, documents(1), settled(pdf="tak"))
    assert refused.value.kind.code == "package-without-pdf"
    assert packed(*documents(1))
    render_pdf._compiler.cache_clear()
