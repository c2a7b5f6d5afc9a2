"""What is shown of an invoice's parties, its links to other documents, and its attachment."""

from __future__ import annotations

from collections.abc import Iterator

from blink_tui.i18n import _
from blink_tui.invoices.page_blocks import Block, Fields, Table, Words, fields, joined, who
from blink_tui.invoices.words import (
    AUTHORIZED_ROLES,
    TAXPAYER_STATES,
    THIRD_PARTY_ROLES,
    day,
    exact,
    money,
    named,
)
from blink_tui.model.invoice import Address, Invoice, InvoiceParty, Transport
from blink_tui.model.text import clean


def parties(invoice: Invoice) -> Iterator[Block]:
    """Each party with its role."""
    yield _party(invoice.seller, _("Seller"))
    yield _party(invoice.buyer, _("Buyer"))
    for third in invoice.third_parties:
        role = named(THIRD_PARTY_ROLES, third.role) or clean(third.role_description)
        yield _party(third, _("Podmiot 3: {role}").format(role=role))
    if invoice.authorized is not None:
        role = named(AUTHORIZED_ROLES, invoice.authorized.role)
        yield _party(invoice.authorized, _("Authorised: {role}").format(role=role))
    if invoice.corrected_seller is not None:
        yield _party(invoice.corrected_seller, _("Seller before the correction"))
    for buyer in invoice.corrected_buyers:
        yield _party(buyer, _("Buyer before the correction"))
    if invoice.pef is not None:
        for party, title in (
            (invoice.pef.payee, _("Payee")),
            (invoice.pef.tax_representative, _("Tax representative")),
        ):
            if party is not None:
                yield _party(party, title)


def _party(party: InvoiceParty, title: str) -> Fields:
    return fields(
        (_("Name"), clean(party.name)),
        (_("NIP or other id"), clean(party.identifier) or (_("none") if party.no_id else "")),
        (_("Address"), _address(party.seat)),
        (_("Mailing address"), _address(party.mailing)),
        *(
            (_("Contact"), joined(clean(found.name), clean(found.email), clean(found.phone), by=" · "))
            for found in party.contacts
        ),
        ("EORI", clean(party.eori)),
        (_("State"), named(TAXPAYER_STATES, party.status)),
        (_("Customer number"), clean(party.customer_number)),
        (_("Share"), f"{exact(party.share)} %" if party.share is not None else ""),
        (_("Local government unit"), _("yes") if party.local_government else ""),
        (_("VAT group member"), _("yes") if party.vat_group else ""),
        title=title,
    )


def _address(address: Address | None) -> str:
    if address is None:
        return ""
    return joined(*(clean(line) for line in address.lines), clean(address.country), clean(address.gln))


def links(invoice: Invoice) -> Iterator[Block]:
    """Other documents, terms, remarks, the attachment and the footer."""
    corrected = tuple(
        (clean(original.number), day(original.issue_date), clean(original.ksef_number) or _("outside KSeF"))
        for original in invoice.corrected
    )
    yield Table(
        (_("Number"), _("Issued"), _("KSeF number")), corrected, (False,) * 3, _("Corrected invoices")
    )
    advances = tuple((clean(found.number), clean(found.ksef_number)) for found in invoice.advance_invoices)
    yield Table((_("Number"), _("KSeF number")), advances, (False,) * 2, _("Advance invoices"))
    received = tuple(
        (day(found.day), money(found.amount), exact(found.exchange_rate)) for found in invoice.advances
    )
    yield Table(
        (_("Day"), _("Amount"), _("Exchange rate")), received, (False, True, True), _("Advances received")
    )
    terms = invoice.terms
    if terms is not None:
        yield fields(
            *((_("Contract"), joined(clean(found.number), day(found.day))) for found in terms.contracts),
            *((_("Order"), joined(clean(found.number), day(found.day))) for found in terms.orders),
            (_("Lots"), joined(*map(clean, terms.lots))),
            (_("Delivery terms"), clean(terms.delivery)),
            (
                _("Agreed exchange rate"),
                joined(exact(terms.agreed_rate), clean(terms.agreed_currency), by=" "),
            ),
            *((_("Transport"), _transport(found)) for found in terms.transports),
        )
    yield fields(
        (_("Delivery notes"), joined(*map(clean, invoice.delivery_notes))),
        *((_("Payment document"), joined(clean(p.number), day(p.day))) for p in invoice.payment_documents),
    )
    remarks = tuple(
        (str(found.line or ""), clean(found.key), clean(found.value)) for found in invoice.remarks
    )
    yield Table((_("Row"), _("Name"), _("Text")), remarks, (True, False, False), _("Remarks"))
    yield from _attachment(invoice)
    notes = invoice.pef.notes if invoice.pef else ()
    yield Words(tuple(clean(text) for text in (*notes, *invoice.footer)))
    for registered in invoice.registers:
        yield fields(
            (_("Name"), clean(registered.name)),
            ("KRS", clean(registered.krs)),
            ("REGON", clean(registered.regon)),
            ("BDO", clean(registered.bdo)),
        )


def _transport(transport: Transport) -> str:
    carrier = who(transport.carrier) if transport.carrier else ""
    through = (_address(address) for address in transport.sent_through)
    way = joined(_address(transport.sent_from), *through, _address(transport.sent_to), by=" → ")
    return joined(carrier, clean(transport.order_number), clean(transport.other_kind), way)


def _attachment(invoice: Invoice) -> Iterator[Block]:
    for block in invoice.attachment:
        pairs = tuple((clean(key), clean(value)) for key, value in block.metadata)
        yield Fields(pairs, clean(block.title) or _("Attachment"))
        yield Words(tuple(clean(text) for text in block.paragraphs))
        for table in block.tables:
            yield Fields(tuple((clean(key), clean(value)) for key, value in table.metadata))
            heads = tuple(clean(name) for name, _kind in table.heads)
            right = tuple(kind in ("dec", "int") for _name, kind in table.heads)
            rows = tuple(
                tuple(clean(cell) for cell in (*row, *("",) * len(heads))[: len(heads)])
                for row in (*table.rows, *((table.sums,) if table.sums else ()))
            )
            yield Table(heads, rows, right, clean(table.description))
