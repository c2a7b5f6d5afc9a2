"""What is shown of an invoice, once for all renderings: sections of labelled fields, tables and words.

Every text of the invoice is cleaned here (no control, bidirectional or zero-width characters); printers only lay out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from blink_tui.i18n import N_, _
from blink_tui.invoices.checks import Finding, Severity
from blink_tui.invoices.words import (
    AUTHORIZED_ROLES,
    CORRECTION_TYPES,
    KINDS,
    PAYMENT_FORMS,
    TAXPAYER_STATES,
    THIRD_PARTY_ROLES,
    day,
    exact,
    money,
    named,
)
from blink_tui.model.invoice import (
    Address,
    BankAccount,
    Invoice,
    InvoiceLine,
    InvoiceParty,
    Payment,
    PaymentTerm,
    Transport,
)
from blink_tui.model.text import clean


@dataclass(frozen=True, slots=True)
class Fields:
    """Labels with their values; those without a value are left out."""

    pairs: tuple[tuple[str, str], ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Heads and rows of equal length; `right` marks columns of numbers."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: tuple[bool, ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """Paragraphs."""

    lines: tuple[str, ...]


Block = Fields | Table | Words


@dataclass(frozen=True, slots=True)
class Section:
    """A tab of the console, a chapter of a page."""

    id: str
    """`summary`, `lines`, `vat`, `payment`, `parties`, `checks`, `links`."""
    title: str
    blocks: tuple[Block, ...]


_MARKS = (
    ("split_payment", N_("split payment (MPP)")),
    ("cash_method", N_("cash method")),
    ("self_billing", N_("self-billing")),
    ("reverse_charge", N_("reverse charge")),
    ("receipt_follows", N_("to a receipt (FP)")),
    ("related_parties", N_("connected parties (TP)")),
    ("excise_refund", N_("refund of excise")),
    ("newer_schema", N_("newer schema: see the XML")),
)
_SEVERITIES = {Severity.ALARM: N_("alarm"), Severity.WARNING: N_("warning"), Severity.NOTE: N_("note")}


def sections(
    invoice: Invoice, *, ksef_number: str | None = None, findings: Sequence[Finding] = ()
) -> tuple[Section, ...]:
    """Everything that is shown of an invoice, in the order of the console's tabs; empty blocks are left out."""
    made = (
        Section("summary", _("Summary"), _summary(invoice, ksef_number)),
        Section("lines", _("Lines"), _lines(invoice)),
        Section("vat", _("VAT"), _vat(invoice)),
        Section("payment", _("Payment"), _payment(invoice)),
        Section("parties", _("Parties"), tuple(_parties(invoice))),
        Section("checks", _("Checks"), _checks(findings)),
        Section("links", _("Links"), tuple(_links(invoice))),
    )
    return tuple(Section(part.id, part.title, tuple(filter(_holds, part.blocks))) for part in made)


def heading(invoice: Invoice) -> str:
    """`Invoice FV/1/2026`."""
    kind = _(KINDS[invoice.kind]) if invoice.kind in KINDS else clean(invoice.kind)
    return f"{kind} {clean(invoice.number)}".strip()


def _holds(block: Block) -> bool:
    match block:
        case Fields(pairs):
            return any(value for _label, value in pairs)
        case Table(_heads, rows):
            return bool(rows)
        case Words(lines):
            return bool(lines)


def _fields(*pairs: tuple[str, str | None], title: str = "") -> Fields:
    return Fields(tuple((label, value) for label, value in pairs if value), title)


def _joined(*parts: str | None, by: str = ", ") -> str:
    return by.join(part for part in parts if part)


def _in(value: Decimal | None, currency: str) -> str:
    return f"{money(value)} {clean(currency)}" if value is not None else ""


def _who(party: InvoiceParty) -> str:
    return _joined(clean(party.name), clean(party.identifier), by=" · ")


def _summary(invoice: Invoice, ksef_number: str | None) -> tuple[Block, ...]:
    period = invoice.period or (None, None)
    marks = [_(text) for name, text in _MARKS if getattr(invoice, name)]
    return (
        _fields(
            (_("Invoice"), heading(invoice)),
            (_("KSeF number"), clean(ksef_number)),
            (_("Form"), clean(invoice.form)),
            (_("Seller"), _who(invoice.seller)),
            (_("Buyer"), _who(invoice.buyer)),
            (_("Issued"), _joined(day(invoice.issue_date), clean(invoice.issue_place))),
            (_("Sold"), day(invoice.sale_date)),
            (_("Period"), _joined(day(period[0]), day(period[1]), by=" – ")),
            (_("Tax point"), day(invoice.tax_point)),
            (_("Due"), _joined(*map(day, invoice.payment.due))),
            (_("Net"), _in(invoice.net, invoice.currency)),
            (_("VAT"), _in(invoice.vat, invoice.currency)),
            (_("Total"), _in(invoice.total, invoice.currency)),
            (_("In words"), clean(invoice.total_words)),
            (_("Marks"), _joined(*marks)),
            (_("Program"), clean(invoice.producer)),
        ),
        _correction(invoice),
    )


def _correction(invoice: Invoice) -> Fields:
    effect = invoice.correction_type
    return _fields(
        (_("Reason"), clean(invoice.correction_reason)),
        (_("Effect"), named(CORRECTION_TYPES, effect)),
        (_("Corrected period"), clean(invoice.corrected_period)),
        (_("Right number"), clean(invoice.corrected_number)),
        (_("Total before"), _in(invoice.total_before, invoice.currency)),
        title=_("Correction"),
    )


def _lines(invoice: Invoice) -> tuple[Block, ...]:
    order = invoice.order
    blocks = [_line_table(invoice.lines)]
    if order is not None:
        title = _("Order of {value}").format(value=_in(order.value, invoice.currency))
        blocks.append(_line_table(order.lines, title))
    if any(line.before for line in (*invoice.lines, *(order.lines if order else ()))):
        return (*blocks, Words((_("− marks a row as it was before the correction."),)))
    return tuple(blocks)


def _line_table(lines: Iterable[InvoiceLine], title: str = "") -> Table:
    rows = tuple(
        (
            ("−" if line.before else "") + str(index),
            _joined(clean(line.name), _codes(line), by=" "),
            exact(line.quantity),
            clean(line.unit),
            exact(line.unit_price if line.unit_price is not None else line.unit_price_gross),
            money(line.net if line.net is not None else line.gross),
            _rate(line),
        )
        for index, line in enumerate(lines, 1)
    )
    heads = (_("No."), _("Name"), _("Quantity"), _("Unit"), _("Price"), _("Value"), _("Rate"))
    return Table(heads, rows, (True, False, True, False, True, True, True), title)


def _rate(line: InvoiceLine) -> str:
    return f"{exact(line.oss_rate)} OSS" if line.oss_rate is not None else clean(line.rate)


def _codes(line: InvoiceLine) -> str:
    """Codes and conditions of a row, in brackets."""
    codes = (
        clean(line.gtu),
        clean(line.procedure),
        line.pkwiu and f"PKWiU {clean(line.pkwiu)}",
        line.cn and f"CN {clean(line.cn)}",
        line.pkob and f"PKOB {clean(line.pkob)}",
        line.gtin and f"GTIN {clean(line.gtin)}",
        line.index and f"{_('index')} {clean(line.index)}",
        clean(line.quality),
        _("annex 15") if line.annex_15 else "",
        day(line.sale_date),
        line.discount and f"{_('discount')} {money(line.discount)}",
        line.excise and f"{_('excise')} {money(line.excise)}",
        line.exchange_rate and f"{_('exchange rate')} {exact(line.exchange_rate)}",
    )
    text = _joined(*(str(code) for code in codes if code))
    return f"[{text}]" if text else ""


def _vat(invoice: Invoice) -> tuple[Block, ...]:
    foreign = invoice.currency != "PLN" or any(row.vat_pln is not None for row in invoice.vat_table)
    heads = (_("Rate"), _("Net"), _("VAT"), _("Gross")) + ((_("VAT in PLN"),) if foreign else ())
    rows = [
        (clean(row.rate), money(row.net), money(row.vat), money(row.net + (row.vat or 0)), money(row.vat_pln))
        for row in invoice.vat_table
    ]
    in_pln = [row.vat_pln for row in invoice.vat_table if row.vat_pln is not None]
    together = sum(in_pln, Decimal(0)) if in_pln else None
    if rows:
        whole = (
            _("Together"),
            money(invoice.net),
            money(invoice.vat),
            money(invoice.net + invoice.vat),
            money(together),
        )
        rows.append(whole)
    cut = tuple(row[: len(heads)] for row in rows)
    notes = invoice.notes
    return (
        Table(heads, cut, (False, *(True for _head in heads[1:]))),
        _fields(
            (_("Total"), _in(invoice.total, invoice.currency)),
            (_("Total in PLN"), _in(invoice.total_pln, "PLN")),
            (_("Exchange rate"), exact(invoice.exchange_rate)),
            (_("Exempt by"), clean(notes.exemption_basis)),
            (_("Margin procedure"), _margin(invoice)),
            (_("Triangular"), _("second taxpayer") if notes.triangular else ""),
        ),
    )


def _margin(invoice: Invoice) -> str:
    notes = invoice.notes
    kinds = (
        _("travel agents") if notes.margin_travel else "",
        _("used goods") if notes.margin_used_goods else "",
        _("works of art") if notes.margin_art else "",
        _("antiques") if notes.margin_antiques else "",
    )
    return _joined(*kinds) or (_("yes") if notes.margin else "")


def _payment(invoice: Invoice) -> tuple[Block, ...]:
    payment, settlement = invoice.payment, invoice.settlement
    items = [
        *((_("added"), item) for item in (settlement.charges if settlement else ())),
        *((_("taken off"), item) for item in (settlement.deductions if settlement else ())),
    ]
    accounts = [
        *((_("Account"), account) for account in payment.bank_accounts),
        *((_("Factor's account"), account) for account in payment.factor_accounts),
        *((_("Buyer's account"), account) for account in payment.payer_accounts),
    ]
    return (
        _fields(
            (_("To pay"), _in(invoice.to_pay, invoice.currency)),
            (_("To settle"), _in(settlement.to_settle if settlement else None, invoice.currency)),
            (_("Paid"), _paid(payment)),
            *((_("Due"), _term(term)) for term in payment.terms),
            (_("Form"), _joined(named(PAYMENT_FORMS, payment.form), clean(payment.other_form))),
            *((label, _account(account)) for label, account in accounts),
            (_("Early payment"), _joined(clean(payment.discount_terms), clean(payment.discount), by=": ")),
            (_("Payment link"), clean(payment.link)),
            ("IPKSeF", clean(payment.payment_id)),
        ),
        Table(
            ("", _("Amount"), _("Reason")),
            tuple((label, money(item.amount), clean(item.reason)) for label, item in items),
            (False, True, False),
            _("Settlement"),
        ),
        Table(
            (_("Day"), _("Amount"), _("Form")),
            tuple(
                (day(part.day), money(part.amount), named(PAYMENT_FORMS, part.form) or clean(part.other_form))
                for part in payment.parts
            ),
            (False, True, False),
            _("Part payments"),
        ),
    )


def _paid(payment: Payment) -> str:
    states = {1: _("in part"), 2: _("whole, in parts")}
    return _joined(_("yes") if payment.paid else states.get(payment.part_paid or 0), day(payment.paid_on))


def _term(term: PaymentTerm) -> str:
    event = _joined(str(term.count or ""), clean(term.unit), clean(term.event), by=" ")
    return _joined(day(term.day), clean(term.description), event)


def _account(account: BankAccount) -> str:
    return _joined(
        clean(account.number), clean(account.bank), clean(account.swift), clean(account.description), by=" · "
    )


def _parties(invoice: Invoice) -> Iterator[Block]:
    yield _party(invoice.seller, _("Seller"))
    yield _party(invoice.buyer, _("Buyer"))
    for third in invoice.third_parties:
        role = named(THIRD_PARTY_ROLES, third.role) or clean(third.role_description)
        yield _party(third, f"{_('Podmiot 3')}: {role}")
    if invoice.authorized is not None:
        role = named(AUTHORIZED_ROLES, invoice.authorized.role)
        yield _party(invoice.authorized, f"{_('Authorised')}: {role}")
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
    return _fields(
        (_("Name"), clean(party.name)),
        (_("NIP or other id"), clean(party.identifier) or (_("none") if party.no_id else "")),
        (_("Address"), _address(party.seat)),
        (_("Mailing address"), _address(party.mailing)),
        *(
            (_("Contact"), _joined(clean(found.name), clean(found.email), clean(found.phone), by=" · "))
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
    return _joined(*(clean(line) for line in address.lines), clean(address.country), clean(address.gln))


def _checks(findings: Sequence[Finding]) -> tuple[Block, ...]:
    if not findings:
        return (Words((_("Nothing odd was found."),)),)
    rows = tuple((_(_SEVERITIES[finding.severity]), clean(str(finding.message))) for finding in findings)
    return (Table(("", _("What was found")), rows, (False, False)),)


def _links(invoice: Invoice) -> Iterator[Block]:
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
        yield _fields(
            *((_("Contract"), _joined(clean(found.number), day(found.day))) for found in terms.contracts),
            *((_("Order"), _joined(clean(found.number), day(found.day))) for found in terms.orders),
            (_("Lots"), _joined(*map(clean, terms.lots))),
            (_("Delivery terms"), clean(terms.delivery)),
            (
                _("Agreed exchange rate"),
                _joined(exact(terms.agreed_rate), clean(terms.agreed_currency), by=" "),
            ),
            *((_("Transport"), _transport(found)) for found in terms.transports),
        )
    yield _fields(
        (_("Delivery notes"), _joined(*map(clean, invoice.delivery_notes))),
        *((_("Payment document"), _joined(clean(p.number), day(p.day))) for p in invoice.payment_documents),
    )
    remarks = tuple(
        (str(found.line or ""), clean(found.key), clean(found.value)) for found in invoice.remarks
    )
    yield Table((_("Row"), _("Name"), _("Text")), remarks, (True, False, False), _("Remarks"))
    yield from _attachment(invoice)
    notes = invoice.pef.notes if invoice.pef else ()
    yield Words(tuple(clean(text) for text in (*notes, *invoice.footer)))
    for registered in invoice.registers:
        yield _fields(
            (_("Name"), clean(registered.name)),
            ("KRS", clean(registered.krs)),
            ("REGON", clean(registered.regon)),
            ("BDO", clean(registered.bdo)),
        )


def _transport(transport: Transport) -> str:
    carrier = _who(transport.carrier) if transport.carrier else ""
    through = (_address(address) for address in transport.sent_through)
    way = _joined(_address(transport.sent_from), *through, _address(transport.sent_to), by=" → ")
    return _joined(carrier, clean(transport.order_number), clean(transport.other_kind), way)


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
