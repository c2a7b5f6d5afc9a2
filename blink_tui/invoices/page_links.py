"""What is shown of an invoice's links to other documents, its terms, remarks, attachment and footer."""

from __future__ import annotations

from collections.abc import Iterator

from blink_tui.i18n import _
from blink_tui.invoices import page_pef
from blink_tui.invoices.page_blocks import (
    Block,
    Fields,
    Table,
    Words,
    fields,
    joined,
    left,
    right,
    table,
    words,
    yes,
)
from blink_tui.invoices.page_parties import address, parties_of
from blink_tui.invoices.words import CARGOES, TRANSPORTS, day, exact, money, named
from blink_tui.model.invoice import AttachmentBlock, AttachmentTable, Invoice, Terms, Transport
from blink_tui.model.text import clean


def links(invoice: Invoice) -> Iterator[Block]:
    """Other documents, terms, remarks, the attachment and the footer."""
    yield _corrected(invoice)
    advances = ((clean(found.number), clean(found.ksef_number)) for found in invoice.advance_invoices)
    yield table((left(_("Number")), left(_("KSeF number"))), advances, _("Advance invoices"))
    received = (
        (day(found.day), money(found.amount), exact(found.exchange_rate)) for found in invoice.advances
    )
    columns = (left(_("Day")), right(_("Amount")), right(_("Exchange rate")))
    yield table(columns, received, _("Advances received"))
    if invoice.terms is not None:
        yield from _terms(invoice.terms)
    yield fields(
        (_("Delivery notes"), joined(*map(clean, invoice.delivery_notes))),
        *((_("Payment document"), joined(clean(p.number), day(p.day))) for p in invoice.payment_documents),
    )
    if invoice.pef is not None:
        yield from page_pef.links(invoice.pef)
    remarks = (
        (str(found.line) if found.line is not None else "", clean(found.key), clean(found.value))
        for found in invoice.remarks
    )
    yield table((right(_("Row")), left(_("Name")), left(_("Text"))), remarks, _("Remarks"))
    for block in invoice.attachment:
        yield from _attachment(block)
    yield words(*invoice.footer, title=_("Footer"))
    yield _registers(invoice)


def _corrected(invoice: Invoice) -> Table:
    rows = (
        (
            clean(found.number),
            day(found.issue_date),
            joined(clean(found.ksef_number), _("outside KSeF") if found.outside_ksef else ""),
        )
        for found in invoice.corrected
    )
    columns = (left(_("Number")), left(_("Issued")), left(_("KSeF number")))
    return table(columns, rows, _("Corrected invoices"))


def _terms(terms: Terms) -> Iterator[Block]:
    yield fields(
        *((_("Contract"), joined(clean(found.number), day(found.day))) for found in terms.contracts),
        *((_("Order"), joined(clean(found.number), day(found.day))) for found in terms.orders),
        (_("Lots"), joined(*map(clean, terms.lots))),
        (_("Delivery terms"), clean(terms.delivery)),
        (_("Agreed exchange rate"), joined(exact(terms.agreed_rate), clean(terms.agreed_currency), by=" ")),
        (_("Intermediary"), yes(terms.intermediary)),
    )
    for transport in terms.transports:
        yield _transport(transport)
        yield from parties_of((_("Carrier"), transport.carrier))


def _transport(found: Transport) -> Fields:
    return fields(
        (_("Kind"), joined(named(TRANSPORTS, found.kind), clean(found.other_kind))),
        (_("Order"), clean(found.order_number)),
        (
            _("Cargo"),
            joined(named(CARGOES, found.cargo), clean(found.other_cargo), clean(found.packing_unit)),
        ),
        (_("Started"), clean(found.started)),
        (_("Ended"), clean(found.ended)),
        (_("From"), address(found.sent_from)),
        *((_("Through"), address(place)) for place in found.sent_through),
        (_("To"), address(found.sent_to)),
        title=_("Transport"),
    )


def _attachment(block: AttachmentBlock) -> Iterator[Block]:
    yield Words((), clean(block.title) or _("Attachment"))
    yield _pairs(block.metadata)
    yield words(*block.paragraphs)
    for found in block.tables:
        yield from _attached_table(found)


def _pairs(pairs: tuple[tuple[str, str], ...]) -> Fields:
    return Fields(tuple((clean(key), clean(value)) for key, value in pairs))


def _attached_table(found: AttachmentTable) -> Iterator[Block]:
    """Every column that has a head, even an empty one: the issuer wanted it there. Cells beyond the heads are kept."""
    yield _pairs(found.metadata)
    rows = (*found.rows, *((found.sums,) if found.sums else ()))
    size = max(len(found.heads), *map(len, rows), 0)
    heads = (*found.heads, *(("", ""),) * (size - len(found.heads)))
    yield Table(
        tuple(clean(name) for name, _kind in heads),
        tuple((*map(clean, row), *("",) * (size - len(row))) for row in rows),
        tuple(kind in ("dec", "int") for _name, kind in heads),
        clean(found.description),
    )


def _registers(invoice: Invoice) -> Table:
    columns = (left(_("Name")), left("KRS"), left("REGON"), left("BDO"))
    rows = (
        (clean(found.name), clean(found.krs), clean(found.regon), clean(found.bdo))
        for found in invoice.registers
    )
    return table(columns, rows, _("Registers"))
