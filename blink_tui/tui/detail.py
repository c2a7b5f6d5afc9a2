"""A document as pages of text: summary, lines, VAT, payment, parties, XML. Everything from the invoice is cleaned."""

from __future__ import annotations

import asyncio
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from lxml import etree
from rich.cells import cell_len

from blink_tui.buffer import Buffer, Document
from blink_tui.i18n import N_, _
from blink_tui.invoices import read_invoice
from blink_tui.model.errors import BlinkError
from blink_tui.model.invoice import Invoice, InvoiceParty
from blink_tui.model.text import clean
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
    fit_right,
)

TITLES = (N_("Summary"), N_("Lines"), N_("VAT"), N_("Payment"), N_("Parties"), "XML")
"""Titles of the pages, in their order."""
XML_PAGE = 5
"""Place of the XML among the pages."""

_LABEL = 15
_SHORT = 30
_ROOMY = 76
_GLUE = "\N{NO-BREAK SPACE}"
_XML_SHOWN = 64 * 1024
"""Bytes of XML on the screen: composing them stays under 20 ms."""
_PAYMENT_FORMS = {
    1: N_("cash"), 2: N_("card"), 3: N_("voucher"), 4: N_("cheque"), 5: N_("loan"), 6: N_("bank transfer"),
    7: N_("mobile"),
}  # fmt: skip
_MARKS = (
    ("split_payment", N_("split payment (MPP)")),
    ("cash_method", N_("cash method")),
    ("self_billing", N_("self-billing: check its acceptance")),
    ("reverse_charge", N_("reverse charge")),
)


@dataclass(frozen=True, slots=True)
class Content:
    """All that is shown of one document; `invoice` is None where it cannot be read, `problem` then says why."""

    document: Document
    xml: bytes
    invoice: Invoice | None
    problem: str | None


def page(content: Content, index: int, width: int) -> list[Pieces]:
    """One of the pages in the order of `TITLES`, for a width."""
    if index == 0:
        return _summary(content, width)
    if index == XML_PAGE:
        return _xml(content.xml, width)
    if content.invoice is None:
        return [
            _plain(" " + line)
            for line in _wrapped(content.problem or _("The invoice cannot be read."), width)
        ]
    return (_lines, _vat, _payment, _parties)[index - 1](content.invoice, width)


def _plain(text: str) -> Pieces:
    return ((text, "plain"),)


def _wrapped(text: str, width: int) -> list[str]:
    return [line.replace(_GLUE, " ") for line in textwrap.wrap(text, max(20, width - 2))] or [""]


def _field(label: str, value: str, width: int, tone: str = "plain") -> list[Pieces]:
    """A label and its value, wrapped under itself; nothing when there is no value."""
    if not value:
        return []
    first, *rest = _wrapped(value, width - _LABEL - 2)
    head: Pieces = ((" " + fit(label, _LABEL) + " ", "dim"), (first, tone))
    return [head, *(((" " * (_LABEL + 2) + line, tone),) for line in rest)]


def _summary(content: Content, width: int) -> list[Pieces]:
    document, invoice = content.document, content.invoice
    status = f"{STATUS_GLYPHS[document.status]} {_(STATUS_WORDS[document.status])}"
    roles = ", ".join(_(ROLE_WORDS[role]) for role in sorted(document.roles))
    seller = _who(clean(document.seller.name), clean(document.seller.id_value))
    buyer = _who(clean(document.buyer.name), clean(document.buyer.id_value))
    dates = _joined(
        (_("issued"), day(document.issue_date)),
        (_("sold"), day(invoice.sale_date) if invoice else ""),
        (_("received"), day(document.received_date)),
        (_("due"), day(document.due_date)),
    )
    sums = _joined(
        (_("net"), amount(document.net)),
        (_("VAT in PLN"), amount(document.vat)),
        (_("gross"), amount(document.gross)),
    )
    lines = [
        *_field(_("Invoice"), _joined(("", clean(document.invoice_number)), ("", clean(document.kind)),
                                      ("", clean(document.form))), width),
        *_field(_("Seller"), seller, width),
        *_field(_("Buyer"), buyer, width),
        *_field(_("Dates"), dates, width),
        *_field(_("Amounts"), f"{sums} {clean(document.currency)}", width),
        *_field(_("Status"), status, width, STATUS_TONES[document.status]),
        *_field(_("Direction"), _joined(("", _(DIRECTION_WORDS[document.direction])), (_("as"), roles)), width),
        *_field(_("KSeF number"), document.ksef_number, width),
    ]  # fmt: skip
    if invoice is not None:
        marks = ", ".join(_(text) for name, text in _MARKS if getattr(invoice, name))
        lines += _field(_("Marks"), marks, width, "warn")
        lines += _correction(invoice, width)
    if content.problem:
        lines += _field(_("Problem"), "! " + content.problem, width, "bad")
    return lines


def _correction(invoice: Invoice, width: int) -> list[Pieces]:
    originals = ", ".join(
        _joined(("", clean(original.number)), (_("of"), day(original.issue_date)))
        for original in invoice.corrected
    )
    return [
        *_field(_("Corrects"), originals, width),
        *_field(_("Reason"), clean(invoice.correction_reason), width),
    ]


def _joined(*parts: tuple[str, str]) -> str:
    """Parts with dots between them, each with its label; a line does not break within a short part."""
    told = (f"{label} {value}" if label else value for label, value in parts if value)
    return " · ".join(part.replace(" ", _GLUE) if len(part) <= _SHORT else part for part in told)


def _who(name: str, identifier: str) -> str:
    return _joined(("", name), (_("NIP"), identifier))


def _table(
    heads: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[int], right: Sequence[bool]
) -> list[Pieces]:
    def line(cells: Sequence[str]) -> str:
        fitted = (
            fit_right(cell, width) if to_right else fit(cell, width)
            for cell, width, to_right in zip(cells, widths, right, strict=True)
        )
        return " " + " ".join(fitted)

    return [((line(heads), "head"),), *(_plain(line(row)) for row in rows)]


def _lines(invoice: Invoice, width: int) -> list[Pieces]:
    fixed = (4, 9, 5, 12, 13, 6) if width >= _ROOMY else (3, 7, 4, 10, 11, 5)
    name = max(10, width - sum(fixed) - len(fixed) - 1)
    rows = [
        (
            str(index),
            ("- " if line.before else "") + clean(line.name),
            _exact(line.quantity),
            clean(line.unit),
            _exact(line.unit_price if line.unit_price is not None else line.unit_price_gross),
            amount(line.net if line.net is not None else line.gross),
            clean(line.rate),
        )
        for index, line in enumerate(invoice.lines, 1)
    ]
    heads = (_("No."), _("Name"), _("Quantity"), _("Unit"), _("Price"), _("Value"), _("Rate"))
    widths = (fixed[0], name, *fixed[1:])
    lines = _table(heads, rows, widths, (True, False, True, False, True, True, True))
    if any(line.before for line in invoice.lines):
        lines.append(((" " + _("- marks a line as it was before the correction"), "dim"),))
    return lines


def _exact(value: Decimal | None) -> str:
    """A number as precise as it was written, at least without needless zeros."""
    if value is None:
        return ""
    text = f"{value.normalize():,f}"
    return text.replace(",", " ").replace(".", ",")


def _vat(invoice: Invoice, width: int) -> list[Pieces]:
    foreign = invoice.currency != "PLN"
    rows = [
        (clean(row.rate), amount(row.net), amount(row.vat), amount(row.vat_pln) if foreign else "")
        for row in invoice.vat_table
    ]
    rows.append((_("Together"), amount(invoice.net), amount(invoice.vat), ""))
    heads = (_("Rate"), _("Net"), _("VAT"), _("VAT in PLN") if foreign else "")
    cell = min(15, (width - 14) // 3)
    lines = _table(heads, rows, (10, cell, cell, cell), (False, True, True, True))
    due = " " + _("Due altogether") + f": {amount(invoice.total)} {clean(invoice.currency)}"
    return [*lines, _plain(""), _plain(due)]


def _payment(invoice: Invoice, width: int) -> list[Pieces]:
    payment = invoice.payment
    form = _(_PAYMENT_FORMS[payment.form]) if payment.form in _PAYMENT_FORMS else ""
    paid = _joined(("", _("paid")), ("", day(payment.paid_on))) if payment.paid else ""
    lines = [
        *_field(_("To pay"), f"{amount(invoice.total)} {clean(invoice.currency)}", width),
        *_field(_("Paid"), paid, width, "good"),
        *_field(_("Due"), ", ".join(map(day, payment.due)), width),
        *_field(_("Form"), form, width),
    ]
    for account in payment.accounts:
        lines += _field(_("Account"), clean(account), width)
    return lines


def _parties(invoice: Invoice, width: int) -> list[Pieces]:
    lines = [*_party(_("Seller"), invoice.seller, width), *_party(_("Buyer"), invoice.buyer, width)]
    for third in invoice.third_parties:
        role = third.role_description or (str(third.role) if third.role is not None else "")
        lines += _party(_("Podmiot 3") + (f" ({clean(role)})" if role else ""), third, width)
    if invoice.authorized is not None:
        lines += _party(_("Authorised"), invoice.authorized, width)
    return lines


def _party(label: str, party: InvoiceParty, width: int) -> list[Pieces]:
    identifier = party.nip or party.internal_id or party.vat_ue or party.other_id
    address = ", ".join(clean(line) for line in (*party.address, party.country or "") if line)
    contact = _joined(("", clean(party.email)), ("", clean(party.phone)))
    head: Pieces = ((" " + label, "head"),)
    return [
        head,
        *_field(_("Name"), clean(party.name), width),
        *_field(_("NIP or other id"), clean(identifier), width),
        *_field(_("Address"), address, width),
        *_field(_("Contact"), contact, width),
    ]


def _xml(xml: bytes, width: int) -> list[Pieces]:
    """The XML indented for reading; the bytes themselves where they are no XML. Long ones are cut with a word."""
    shown = _indented(xml[:_XML_SHOWN] if len(xml) > _XML_SHOWN else xml)
    lines = [_plain(" " + part) for line in shown.splitlines() for part in _chopped(line, width - 1)]
    if len(xml) > _XML_SHOWN:
        cut = _("Only the beginning is shown; `blink doc xml` gives all of it.")
        lines.append(((" " + cut, "warn"),))
    return lines


def _indented(xml: bytes) -> str:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_blank_text=True)
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError:
        return xml.decode("utf-8", "replace")
    return etree.tostring(root, pretty_print=True, encoding="unicode")


def _chopped(line: str, width: int) -> list[str]:
    """A line in pieces of at most so many cells, its indentation kept."""
    body = clean(line)
    indent = " " * min(len(line) - len(line.lstrip(" ")), width // 2)
    room = max(10, width - len(indent))
    if cell_len(body) <= room:
        return [indent + body]
    return [indent + part for part in textwrap.wrap(body, room, break_on_hyphens=False) or [""]]


async def read_content(buffer: Buffer, document_id: int) -> Content:
    """All that is shown of a document; what cannot be read is its problem. Raises BlinkError(DOCUMENT_UNKNOWN)."""
    document = await buffer.documents.get(document_id)
    problem = clean(document.problem) or None
    xml, invoice = b"", None
    try:
        xml = await buffer.documents.xml(document.ksef_number)
        invoice = await asyncio.to_thread(read_invoice, xml)
    except BlinkError as error:
        problem = clean(str(error))
    return Content(document, xml, invoice, problem)
