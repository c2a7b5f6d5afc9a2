"""What is shown of an invoice, once for all renderings: sections of labelled fields, tables and words.

Every text of the invoice is cleaned here (no control, bidirectional or zero-width characters); printers only lay out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from blink_tui.i18n import N_, _
from blink_tui.invoices.checks import Finding, Severity
from blink_tui.invoices.page_blocks import (
    Block,
    Fields,
    Section,
    Table,
    Words,
    amount_in,
    fields,
    joined,
    who,
)
from blink_tui.invoices.page_links import links, parties
from blink_tui.invoices.words import (
    CORRECTION_TYPES,
    KINDS,
    PAYMENT_FORMS,
    day,
    exact,
    money,
    named,
)
from blink_tui.model.invoice import (
    BankAccount,
    Invoice,
    InvoiceLine,
    Payment,
    PaymentTerm,
)
from blink_tui.model.text import clean

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
        Section("parties", _("Parties"), tuple(parties(invoice))),
        Section("checks", _("Checks"), _checks(findings)),
        Section("links", _("Links"), tuple(links(invoice))),
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


def _summary(invoice: Invoice, ksef_number: str | None) -> tuple[Block, ...]:
    period = invoice.period or (None, None)
    marks = [_(text) for name, text in _MARKS if getattr(invoice, name)]
    return (
        fields(
            (_("Invoice"), heading(invoice)),
            (_("KSeF number"), clean(ksef_number)),
            (_("Form"), clean(invoice.form)),
            (_("Seller"), who(invoice.seller)),
            (_("Buyer"), who(invoice.buyer)),
            (_("Issued"), joined(day(invoice.issue_date), clean(invoice.issue_place))),
            (_("Sold"), day(invoice.sale_date)),
            (_("Period"), joined(day(period[0]), day(period[1]), by=" – ")),
            (_("Tax point"), day(invoice.tax_point)),
            (_("Due"), joined(*map(day, invoice.payment.due))),
            (_("Net"), amount_in(invoice.net, invoice.currency)),
            (_("VAT"), amount_in(invoice.vat, invoice.currency)),
            (_("Total"), amount_in(invoice.total, invoice.currency)),
            (_("In words"), clean(invoice.total_words)),
            (_("Marks"), joined(*marks)),
            (_("Program"), clean(invoice.producer)),
        ),
        _correction(invoice),
    )


def _correction(invoice: Invoice) -> Fields:
    effect = invoice.correction_type
    return fields(
        (_("Reason"), clean(invoice.correction_reason)),
        (_("Effect"), named(CORRECTION_TYPES, effect)),
        (_("Corrected period"), clean(invoice.corrected_period)),
        (_("Right number"), clean(invoice.corrected_number)),
        (_("Total before"), amount_in(invoice.total_before, invoice.currency)),
        title=_("Correction"),
    )


def _lines(invoice: Invoice) -> tuple[Block, ...]:
    order = invoice.order
    blocks = [_line_table(invoice.lines)]
    if order is not None:
        title = _("Order of {value}").format(value=amount_in(order.value, invoice.currency))
        blocks.append(_line_table(order.lines, title))
    if any(line.before for line in (*invoice.lines, *(order.lines if order else ()))):
        return (*blocks, Words((_("− marks a row as it was before the correction."),)))
    return tuple(blocks)


def _line_table(lines: Iterable[InvoiceLine], title: str = "") -> Table:
    rows = tuple(
        (
            ("−" if line.before else "") + str(index),
            joined(clean(line.name), _codes(line), by=" "),
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
        line.index and _("index {value}").format(value=clean(line.index)),
        clean(line.quality),
        _("annex 15") if line.annex_15 else "",
        day(line.sale_date),
        line.discount and _("discount {value}").format(value=money(line.discount)),
        line.excise and _("excise {value}").format(value=money(line.excise)),
        line.exchange_rate and _("exchange rate {value}").format(value=exact(line.exchange_rate)),
    )
    text = joined(*(str(code) for code in codes if code))
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
        fields(
            (_("Total"), amount_in(invoice.total, invoice.currency)),
            (_("Total in PLN"), amount_in(invoice.total_pln, "PLN")),
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
    return joined(*kinds) or (_("yes") if notes.margin else "")


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
        fields(
            (_("To pay"), amount_in(invoice.to_pay, invoice.currency)),
            (_("To settle"), amount_in(settlement.to_settle if settlement else None, invoice.currency)),
            (_("Paid"), _paid(payment)),
            *((_("Due"), _term(term)) for term in payment.terms),
            (_("Form"), joined(named(PAYMENT_FORMS, payment.form), clean(payment.other_form))),
            *((label, _account(account)) for label, account in accounts),
            (_("Early payment"), joined(clean(payment.discount_terms), clean(payment.discount), by=": ")),
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
    return joined(_("yes") if payment.paid else states.get(payment.part_paid or 0), day(payment.paid_on))


def _term(term: PaymentTerm) -> str:
    event = joined(str(term.count or ""), clean(term.unit), clean(term.event), by=" ")
    return joined(day(term.day), clean(term.description), event)


def _account(account: BankAccount) -> str:
    return joined(
        clean(account.number), clean(account.bank), clean(account.swift), clean(account.description), by=" · "
    )


def _checks(findings: Sequence[Finding]) -> tuple[Block, ...]:
    if not findings:
        return (Words((_("Nothing odd was found."),)),)
    rows = tuple((_(_SEVERITIES[finding.severity]), clean(str(finding.message))) for finding in findings)
    return (Table(("", _("What was found")), rows, (False, False)),)
