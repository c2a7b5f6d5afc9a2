"""A document on pages: the invoice as it is rendered everywhere, what only the buffer knows of it, its XML.

What reads and renders invoices is loaded with the first document, which the first rows of a list do not wait for.
"""

from __future__ import annotations

import asyncio
import textwrap
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from rich.cells import cell_len

from blink_tui.buffer import Buffer, Document
from blink_tui.buffer.deriving import HISTORY
from blink_tui.i18n import _
from blink_tui.model.errors import BlinkError
from blink_tui.model.findings import Finding, Severity
from blink_tui.model.text import clean
from blink_tui.model.wrapping import wrapped
from blink_tui.tui.widgets.rows import Pieces
from blink_tui.tui.words import (
    DIRECTION_WORDS,
    ROLE_WORDS,
    STATUS_GLYPHS,
    STATUS_TONES,
    STATUS_WORDS,
    amount,
    day,
    fit,
)

if TYPE_CHECKING:
    from blink_tui.invoices.page_chain import Beside
    from blink_tui.invoices.render_text import Tab
    from blink_tui.model.invoice import Invoice

SUMMARY, XML = "summary", "xml"
"""Ids of the first page and the last; those between are the tabs of the rendering."""

_CHECKS = "checks"
_LABEL = 11
_NARROWEST = 20
_XML_SHOWN = 64 * 1024
"""Bytes of XML on the screen."""


@dataclass(frozen=True, slots=True)
class Content:
    """All that is shown of one document; `invoice` is None where it cannot be read, `problem` then says why."""

    document: Document
    xml: bytes
    invoice: Invoice | None
    findings: tuple[Finding, ...]
    problem: str | None
    beside: Beside | None = None
    """What the buffer knows beside it."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page, laid out for a width."""

    id: str
    title: str
    lines: tuple[Pieces, ...]
    alarm: bool = False
    """Whether it holds something that does not agree."""


async def read_content(buffer: Buffer, document_id: int, today: date) -> Content:
    """All that is shown of a document, checked as of a Warsaw day; what cannot be read is its problem.

    Raises BlinkError(DOCUMENT_UNKNOWN).
    """
    from blink_tui.invoices.page_chain import Beside

    document = await buffer.documents.get(document_id)
    try:
        xml = await buffer.documents.xml(document.ksef_number)
    except BlinkError as error:
        return Content(document, b"", None, (), clean(str(error)))
    history = await buffer.findings.of(document_id, HISTORY)
    beside = Beside(
        document_id=document_id,
        web=await buffer.webs.around([document_id]),
        collective=tuple(await buffer.collective.of_invoice(document.ksef_number)),
    )
    return await asyncio.to_thread(_read, document, xml, today, history, beside)


def _read(
    document: Document, xml: bytes, today: date, history: tuple[Finding, ...], beside: Beside
) -> Content:
    from blink_tui.invoices import read_invoice
    from blink_tui.invoices.checks import Context, check, gravest_first

    try:
        invoice = read_invoice(xml)
    except BlinkError as error:
        return Content(document, xml, None, (), clean(str(error)))
    context = Context(
        today=today,
        firm_nip=document.firm_nip,
        ksef_number=document.ksef_number,
        received=document.received_date,
    )
    findings = gravest_first((*check(invoice, context), *history))
    return Content(document, xml, invoice, findings, clean(document.problem) or None, beside)


def pages(content: Content, width: int) -> tuple[Page, ...]:
    """Every page of a document for a width, the XML last. Long invoices take a while: not for the loop."""
    from blink_tui.invoices.page_dates import arrival_of
    from blink_tui.invoices.render_text import render_tabs

    room = max(_NARROWEST, width - 2)
    xml = Page(XML, "XML", tuple(_xml(content.xml, room)))
    facts = _facts(content, room)
    if content.invoice is None:
        return Page(SUMMARY, _("Summary"), (*facts, *_header(content.document, room)), alarm=True), xml
    odd = any(finding.severity >= Severity.WARNING for finding in content.findings)
    tabs = render_tabs(
        content.invoice,
        ksef_number=content.document.ksef_number,
        findings=content.findings,
        arrival=arrival_of(content.document.direction, content.document.received_date, content.beside),
        width=room,
    )
    return *(_page(tab, facts if tab.id == SUMMARY else (), odd and tab.id == _CHECKS) for tab in tabs), xml


def _page(tab: Tab, before: tuple[Pieces, ...], alarm: bool) -> Page:
    lines = (*before, *map(_plain, tab.lines))
    return Page(tab.id, tab.title, lines or (_toned(_("The invoice says nothing of this."), "dim"),), alarm)


def _plain(text: str) -> Pieces:
    return _toned(text, "plain")


def _toned(text: str, tone: str) -> Pieces:
    return ((" " + text, tone),)


def _facts(content: Content, room: int) -> tuple[Pieces, ...]:
    """What only the buffer knows: status, direction, receipt, and what went wrong with the document."""
    document = content.document
    roles = ", ".join(_(ROLE_WORDS[role]) for role in sorted(document.roles))
    status = f"{STATUS_GLYPHS[document.status]} {_(STATUS_WORDS[document.status])}"
    direction = _("{direction} (as {roles})").format(
        direction=_(DIRECTION_WORDS[document.direction]), roles=roles
    )
    received = _("received {day}").format(day=day(document.received_date)) if document.received_date else ""
    line = " · ".join(part for part in (status, direction, received) if part)
    problem = wrapped("! " + content.problem, room) if content.problem else ()
    return (
        *(_toned(text, STATUS_TONES[document.status]) for text in wrapped(line, room)),
        *(_toned(text, "bad") for text in problem),
        _plain(""),
    )


def _header(document: Document, room: int) -> list[Pieces]:
    """What KSeF's list says of a document that cannot be read itself."""
    seller, buyer = (
        " · ".join(text for text in (clean(party.name), clean(party.id_value)) if text)
        for party in (document.seller, document.buyer)
    )
    fields = (
        (_("Invoice"), f"{clean(document.invoice_number)} · {clean(document.kind)}"),
        (_("KSeF number"), document.ksef_number),
        (_("Form"), clean(document.form)),
        (_("Seller"), seller),
        (_("Buyer"), buyer),
        (_("Issued"), day(document.issue_date)),
        (_("Net"), amount(document.net)),
        (_("VAT in PLN"), amount(document.vat)),
        (_("Gross"), f"{amount(document.gross)} {clean(document.currency)}"),
    )
    return [
        _plain(fit(label if first else "", _LABEL) + "  " + line)
        for label, value in fields
        if value
        for first, line in ((not index, line) for index, line in enumerate(wrapped(value, room - _LABEL - 2)))
    ]


def _xml(xml: bytes, room: int) -> list[Pieces]:
    """The XML indented for reading; the bytes themselves where they are no XML. Long ones are cut with a word."""
    shown = _indented(xml[:_XML_SHOWN] if len(xml) > _XML_SHOWN else xml)
    lines = [_plain(part) for line in shown.splitlines() for part in _chopped(line, room)]
    if len(xml) > _XML_SHOWN:
        cut = _("Only the beginning is shown; `blink doc xml` gives all of it.")
        lines += [_toned(line, "warn") for line in wrapped(cut, room)]
    return lines


def _indented(xml: bytes) -> str:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_blank_text=True)
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError:
        return xml.decode("utf-8", "replace")
    return etree.tostring(root, pretty_print=True, encoding="unicode")


def _chopped(line: str, width: int) -> list[str]:
    """A line in pieces of at most so many cells, its indentation kept."""
    body = clean(line).lstrip()
    indent = " " * min(len(line) - len(line.lstrip(" ")), width // 2)
    room = max(10, width - len(indent))
    if cell_len(body) <= room:
        return [indent + body]
    return [indent + part for part in textwrap.wrap(body, room, break_on_hyphens=False) or [""]]
