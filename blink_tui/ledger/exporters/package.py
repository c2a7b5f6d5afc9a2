"""The plain package for a client or an inspection: XML as received, PDFs, and a list; a zip or a folder.

Files are named by KSeF numbers alone. PDFs are made where documents are prepared, without what checks found: that is
the office's own.
"""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import BinaryIO, NamedTuple

from blink_tui.i18n import N_
from blink_tui.ledger.document import LedgerDocument
from blink_tui.ledger.exporter import Exporter, Files, Frame, Kind, Piece, Setting, Span, Writer
from blink_tui.ledger.exporters import csv_set, xlsx
from blink_tui.ledger.exporters.book_tables import PLAIN
from blink_tui.ledger.table_rows import Line, TablesWriter
from blink_tui.ledger.tables import Column, Row, Table, Told, told_of
from blink_tui.ledger.texts import YES, Texts
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode
from blink_tui.model.values import parse_ksef_number

NO_PDF = ErrorKind(
    "package-without-pdf",
    ExitCode.FAILED,
    N_(
        "The package cannot hold PDFs: they need an additional part, pip install 'blink-tui[pdf]'."
        " Or set pdf to nie for a package of XML alone."
    ),
)
_NO = "nie"
_ZIP, _FOLDER = "zip", "folder"
_CSV, _XLSX = "csv", "xlsx"
_LIST = "lista"


class Body(NamedTuple):
    """What a document adds to a package."""

    stem: str
    """Name of its files; empty where it has none."""
    xml: bytes
    pdf: bytes
    lines: list[Line]


def stem_of(document: LedgerDocument) -> str:
    """Name of a document's files: its KSeF number, and nothing for what is none."""
    try:
        return parse_ksef_number(document.ksef_number)
    except ValueError:
        return ""


def _rows(told: Told) -> Iterator[Row]:
    stem = stem_of(told.document)
    for row in PLAIN.rows(told):
        yield Row((*row.cells, f"xml/{stem}.xml" if stem and told.document.original else ""))


LIST = Table(_LIST, "Dokumenty", (*PLAIN.columns, Column("Plik", width=45)), _rows)


class _Zip:
    """Files of a package inside a zip; every time the same bytes."""

    def __init__(self, out: BinaryIO) -> None:
        self._zip = zipfile.ZipFile(out, "w")

    @contextmanager
    def create(self, part: str, suffix: str) -> Iterator[BinaryIO]:
        """A file that grows aside and becomes a member when it is whole."""
        with tempfile.TemporaryFile() as aside:
            yield aside
            aside.seek(0)
            with self._zip.open(self._member(part + suffix), "w", force_zip64=True) as member:
                shutil.copyfileobj(aside, member)

    def put(self, part: str, suffix: str, content: bytes) -> None:
        """A whole file."""
        self._zip.writestr(self._member(part + suffix), content)

    def close(self) -> None:
        self._zip.close()

    @staticmethod
    def _member(name: str) -> zipfile.ZipInfo:
        member = zipfile.ZipInfo(name)
        member.compress_type = zipfile.ZIP_STORED if name.endswith(".pdf") else zipfile.ZIP_DEFLATED
        return member


class _Folder:
    """Files of a package in a folder."""

    def __init__(self, files: Files) -> None:
        self.create = files.create

    def put(self, part: str, suffix: str, content: bytes) -> None:
        """A whole file."""
        with self.create(part, suffix) as file:
            file.write(content)

    def close(self) -> None:
        """Nothing is left to be done."""


class _Writer:
    """Puts XML and PDFs where they belong as they come, the list at the end."""

    def __init__(self, frame: Frame, files: Files) -> None:
        self._stack = ExitStack()
        zipped = _setting(frame, "container") == _ZIP
        self._into = _Zip(self._stack.enter_context(files.create("", ".zip"))) if zipped else _Folder(files)
        self._list: Writer
        if _setting(frame, "list") == _XLSX:
            self._list = xlsx.WorkbookWriter(frame, self._into, (LIST,), part=_in_package(_LIST, zipped))
        else:
            table = _in_package(_LIST, zipped)
            self._list = TablesWriter(
                (LIST,), lambda _: csv_set.CsvFile(LIST, self._into, csv_set.UTF8, table)
            )

    def add(self, piece: Piece) -> None:
        body: Body = piece.body
        if body.xml:
            self._into.put(f"xml/{body.stem}", ".xml", body.xml)
        if body.pdf:
            self._into.put(f"pdf/{body.stem}", ".pdf", body.pdf)
        self._list.add(replace(piece, body=body.lines))

    def close(self) -> None:
        with self._stack:
            self._list.close()
            self._into.close()


def _in_package(name: str, zipped: bool) -> str:
    """In a folder, a slash says that a file belongs into it."""
    return name if zipped else f"/{name}"


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "container",
        N_("one zip or a folder of files"),
        usual=_ZIP,
        example=_FOLDER,
        choices=(_ZIP, _FOLDER),
    ),
    Setting(
        "list", N_("list of the documents as CSV or XLSX"), usual=_CSV, example=_XLSX, choices=(_CSV, _XLSX)
    ),
    Setting("pdf", N_("PDFs beside the XML"), usual=YES, example=_NO, choices=(YES, _NO)),
)


def _setting(frame: Frame, name: str) -> str:
    return frame.settings.get(name) or next(one.usual for one in SETTINGS if one.name == name)


class _Package:
    id = "package"
    name = N_("package (XML, PDF, list)")
    kind = Kind.REPORT
    span = Span.ISSUE
    needs_books = False
    settings = SETTINGS
    limits: Mapping[str, int] = {}

    def prepare(self, document: LedgerDocument, frame: Frame) -> Piece | None:
        texts, stem = Texts(), stem_of(document)
        rows = tuple(LIST.rows(told_of(document, texts)))
        lines_of = xlsx.lines if _setting(frame, "list") == _XLSX else csv_set.lines
        lines = list(lines_of(0, LIST, rows))
        xml = document.original if stem else b""
        if not xml:
            texts.tell("no-original", N_("It stands on the list alone: its XML is not there."))
        pdf = _pdf(document, frame, texts) if xml and _setting(frame, "pdf") == YES else b""
        number = document.ksef_number or str(document.guid)
        return Piece(document.id, document.ksef_number, number, Body(stem, xml, pdf, lines), texts.warnings)

    def writer(self, frame: Frame, files: Files) -> Writer:
        if _setting(frame, "pdf") == YES:
            from blink_tui.invoices.render_pdf import require_pdf

            try:
                require_pdf()
            except BlinkError as error:
                raise BlinkError(NO_PDF, firm=frame.nip, cause=error.cause) from error
        return _Writer(frame, files)


def _pdf(document: LedgerDocument, frame: Frame, texts: Texts) -> bytes:
    """The document on paper; one that cannot be printed is told and goes as XML alone."""
    from blink_tui.invoices.page_dates import arrival_of
    from blink_tui.invoices.render_pdf import PDF_MISSING, Printed, render_pdf

    page = Printed(
        invoice=document.invoice,
        xml=document.original,
        ksef_number=document.ksef_number,
        qr_host=frame.qr_host or None,
        arrival=arrival_of(document.direction, document.received),
    )
    try:
        made = render_pdf([page])
    except BlinkError as error:
        if error.kind is not PDF_MISSING:  # that one is told of all at once
            texts.tell("no-pdf", N_("It goes without a PDF: {cause}"), cause=str(error))
        return b""
    if made.replaced:
        texts.tell(
            "glyphs-missing",
            N_("The PDF shows □ for characters that no font has: {characters}"),
            characters=made.replaced[:60],
        )
    return made.content


EXPORTER: Exporter = _Package()
