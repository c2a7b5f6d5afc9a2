"""Invoices as PDF/A-3 by typst, the original XML attached, QR code I in the corner. Needs the extra `pdf`.

Text goes in as JSON, never as source. A glyph that no font of typst's has becomes □ and is told in a note, since one
such glyph fails the whole PDF. Many documents belong into a worker process (`printing`): typst keeps what it compiled.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from blink_tui.i18n import N_, _, language
from blink_tui.invoices.checks import Finding
from blink_tui.invoices.page import heading, sections
from blink_tui.invoices.page_blocks import Block, Fields, Section, Table, Words, joined
from blink_tui.invoices.page_dates import Arrival
from blink_tui.invoices.pdf_tables import breaking, laid_out
from blink_tui.invoices.qr import invoice_link, qr_svg
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode
from blink_tui.model.invoice import Invoice

if TYPE_CHECKING:
    import typst

PDF_MISSING = ErrorKind(
    "pdf-missing", ExitCode.FAILED, N_("PDF needs an additional part: pip install 'blink-tui[pdf]'")
)
PDF_FAILED = ErrorKind("pdf-failed", ExitCode.FAILED, N_("The PDF of {title} could not be made."))

_BOX = "□"
_NO_TEXT = frozenset({"qr", "kind", "file"})
"""What of a page's data is not shown as text."""
_HEADING_ROOM, _LINE_ROOM = 30, 60
"""Letters of a word from which it may be broken, in a heading and on a whole line."""
_FIELD_ROOMS, _NARROW_ROOMS = (18, 50), (12, 28)
"""The same for labels and values, over the whole width and where two stand side by side."""
_SAFE = re.compile(r"[ -~\u00a0-\u017f–—‘’‚“”„…€−→·□]*")
"""Characters that the shipped fonts are known to have: no question needs to be asked."""
_FORMAT: Final = "a-3b"
_TIMESTAMP = datetime(2026, 2, 1, tzinfo=UTC)
"""The format wants a date of making."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """A document to be printed."""

    invoice: Invoice
    xml: bytes
    """As received: attached to the PDF and behind the link."""
    ksef_number: str | None = None
    qr_host: str | None = None
    """Host of the environment's links (`qr.QR_HOSTS`); None prints no code."""
    findings: tuple[Finding, ...] = field(default=())
    arrival: Arrival | None = None


@dataclass(frozen=True, slots=True)
class Pdf:
    """One file."""

    content: bytes
    replaced: str
    """Characters that no font has, each once; they are □ in the file."""


def render_pdf(documents: Sequence[Printed]) -> Pdf:
    """One file of one or many documents, each on pages of its own.

    Raises BlinkError: pdf-missing without the extra, pdf-failed when typst refuses (its reason is the cause).
    """
    compiler = _compiler()
    pages = [_document(document) for document in documents]
    strings = {text for page in pages for text in _strings(page)}
    missing = _missing(frozenset("".join(strings)))
    for page in pages:
        _without(page, missing)
        if missing:
            note = _("Characters that cannot be printed are shown as {box}; the attached XML has them.")
            page["notes"].append(note.format(box=_BOX))
    title = pages[0]["named"] if len(pages) == 1 else _("Invoices")
    data = {
        "title": title,
        "lang": language(),
        "footer": _("Made from the XML that KSeF holds."),
        "page": _("page {page} of {pages}"),
        "documents": pages,
    }
    attached: set[str] = set()
    for page, document in zip(pages, documents, strict=True):
        if (
            page["file"] in attached
        ):  # several firms hold the same invoice: its pages differ, its XML does not
            page["file"] = None
        else:
            attached.add(page["file"])
            page["xml"] = _content(document.xml)
    made = _compiled(compiler, data)
    return Pdf(made, "".join(sorted(missing)))


def require_pdf() -> None:
    """Raises BlinkError (pdf-missing) without the extra."""
    _compiler()


@lru_cache(maxsize=1)
def _compiler() -> typst.Compiler:
    """typst with the fonts that it brings along alone, so that a PDF is the same on every machine."""
    try:
        import segno  # noqa: F401 - the code's drawing belongs to the same extra
        import typst
    except ImportError as error:
        raise BlinkError(PDF_MISSING, cause=str(error)) from error
    return typst.Compiler(font_paths=typst.Fonts(include_system_fonts=False))


@lru_cache(maxsize=1)
def _source() -> bytes:
    return files("blink_tui.invoices").joinpath("invoice.typ").read_bytes()


def _compiled(compiler: typst.Compiler, data: dict[str, Any]) -> bytes:
    """The PDF, dated by nothing that changes: the same invoice gives the same bytes."""
    try:
        made = compiler.compile(
            _source(),
            format="pdf",
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            pdf_standards=[_FORMAT],
            timestamp=_TIMESTAMP,
            pdf_tags=False,
        )
    except RuntimeError as error:
        raise BlinkError(PDF_FAILED, title=data["title"], cause=str(error)) from error
    if not isinstance(made, bytes):
        raise BlinkError(PDF_FAILED, title=data["title"], cause=str(type(made)))
    return made


def _content(xml: bytes) -> str | list[int]:
    """Bytes for the template: as text where they are UTF-8, which typst turns into the same bytes."""
    try:
        return xml.decode()
    except UnicodeDecodeError:
        return list(xml)


def _document(document: Printed) -> dict[str, Any]:
    link = _link(document)
    title = heading(document.invoice)
    summary, *others = sections(
        document.invoice,
        ksef_number=document.ksef_number,
        findings=document.findings,
        arrival=document.arrival,
    )
    return {
        "title": breaking(title, _HEADING_ROOM),
        "named": title,
        "notes": [],
        "number": document.ksef_number or "",
        "footer": joined(title, document.ksef_number, by=" · "),
        "link": link or "",
        "qr": qr_svg(link) if link else None,
        "file": f"{document.ksef_number or sha256(document.xml).hexdigest()[:16]}.xml",
        "first": _blocks(summary),
        "sections": [
            {"title": part.title, "pairs": part.id == "parties", "blocks": _blocks(part)}
            for part in others
            if part.blocks
        ],
    }


def _blocks(section: Section) -> list[dict[str, Any]]:
    rooms = _NARROW_ROOMS if section.id == "parties" else _FIELD_ROOMS
    return [_block(block, rooms) for block in section.blocks]


def _link(document: Printed) -> str | None:
    invoice = document.invoice
    if document.qr_host is None or invoice.seller.nip is None or invoice.issue_date is None:
        return None
    digest = sha256(document.xml).digest()
    return invoice_link(document.qr_host, invoice.seller.nip, invoice.issue_date, digest)


def _block(block: Block, rooms: tuple[int, int]) -> dict[str, Any]:
    title = breaking(block.title, _LINE_ROOM) if block.title else None
    match block:
        case Fields(pairs):
            made = [(breaking(label, rooms[0]), breaking(value, rooms[1])) for label, value in pairs]
            return {"kind": "fields", "title": title, "pairs": made}
        case Table():
            return {"kind": "table", "title": title, **laid_out(block)}
        case Words(lines):
            return {"kind": "words", "title": title, "lines": [breaking(line, _LINE_ROOM) for line in lines]}


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, part in value.items():
            if key not in _NO_TEXT:
                yield from _strings(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _strings(part)


def _without(page: dict[str, Any], missing: frozenset[str]) -> None:
    if missing:
        table = dict.fromkeys(map(ord, missing), _BOX)
        page |= {key: value if key in _NO_TEXT else _translated(value, table) for key, value in page.items()}


def _translated(value: Any, table: dict[int, str]) -> Any:
    if isinstance(value, str):
        return value.translate(table)
    if isinstance(value, dict):
        return {key: _translated(part, table) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_translated(part, table) for part in value]
    return value


def _missing(chars: frozenset[str]) -> frozenset[str]:
    """Those of the characters that no font has, found by printing the doubtful ones: all at once, then each."""
    doubtful = sorted(char for char in chars if not _SAFE.fullmatch(char))
    if not doubtful or _printable("".join(doubtful)):
        return frozenset()
    return frozenset(char for char in doubtful if not _printable(char))


@lru_cache(maxsize=8192)
def _printable(text: str) -> bool:
    """True when typst can print these characters in the strict format."""
    source = b'#set text(font: "Libertinus Serif")\n#set document(title: "x")\n#text(sys.inputs.t)'
    try:
        _compiler().compile(source, format="pdf", sys_inputs={"t": " ".join(text)}, pdf_standards=[_FORMAT])
    except RuntimeError:
        return False
    return True
