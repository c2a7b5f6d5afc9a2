"""What is shown of an invoice's tax and of how it is paid."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from blink_tui.i18n import N_, _
from blink_tui.invoices import page_pef
from blink_tui.invoices.page_blocks import (
    Block,
    Fields,
    Table,
    amount_in,
    fields,
    joined,
    labelled,
    left,
    right,
    table,
    yes,
)
from blink_tui.invoices.words import PAYMENT_FORMS, day, exact, money, named
from blink_tui.model.invoice import BankAccount, Invoice, NewVehicle, Payment, PaymentTerm, Settlement
from blink_tui.model.text import clean

_PART_PAID = {1: N_("in part"), 2: N_("whole, in parts")}
_BANKS_OWN = {
    1: N_("the bank's own, for claims it bought"),
    2: N_("the bank's own, for collecting"),
    3: N_("the bank's own, of its economy"),
}


def vat(invoice: Invoice) -> Iterator[Block]:
    """The VAT table with its sums, rates of exchange, grounds of exemption and procedures."""
    yield page_pef.vat_rows(invoice.vat_table, _together(invoice))
    notes = invoice.notes
    grounds = (notes.exempt_by_act, notes.exempt_by_directive, notes.exempt_otherwise)
    yield fields(
        (_("Total"), amount_in(invoice.total, invoice.currency)),
        (_("Total in PLN"), amount_in(invoice.total_pln, "PLN")),
        (_("Exchange rate"), exact(invoice.exchange_rate)),
        (_("Exchange rate before the correction"), exact(invoice.exchange_rate_before)),
        (_("Exempt by"), joined(*map(clean, grounds)) or yes(notes.exempt)),
        (_("Margin procedure"), _margin(invoice)),
        (_("Triangular"), _("second taxpayer") if notes.triangular else ""),
        (_("New means of transport"), yes(notes.new_vehicles)),
        (_("Statement under art. 42(5)"), yes(notes.vehicle_statement)),
    )
    yield from map(_vehicle, notes.vehicles)
    if invoice.pef is not None:
        yield from page_pef.vat(invoice.pef)


def _together(invoice: Invoice) -> tuple[str, ...]:
    def of(amounts: list[Decimal | None]) -> str:
        there = [amount for amount in amounts if amount is not None]
        return money(sum(there, Decimal(0))) if there else ""

    rows = invoice.vat_table
    return (
        _("Together"),
        money(invoice.net),
        money(invoice.vat),
        money(invoice.net + invoice.vat),
        of([row.net_pln for row in rows]),
        of([row.vat_pln for row in rows]),
        "",
    )


def _margin(invoice: Invoice) -> str:
    notes = invoice.notes
    kinds = (
        _("travel agents") if notes.margin_travel else "",
        _("used goods") if notes.margin_used_goods else "",
        _("works of art") if notes.margin_art else "",
        _("antiques") if notes.margin_antiques else "",
    )
    return joined(*kinds) or yes(notes.margin)


def _vehicle(vehicle: NewVehicle) -> Fields:
    return fields(
        (_("Row"), str(vehicle.line) if vehicle.line is not None else ""),
        (_("First use"), day(vehicle.first_use)),
        (_("Make"), clean(vehicle.make)),
        (_("Model"), clean(vehicle.model)),
        (_("Kind"), clean(vehicle.kind)),
        (_("Colour"), clean(vehicle.colour)),
        (_("Year"), clean(vehicle.year)),
        (_("Registration number"), clean(vehicle.registration)),
        ("VIN", clean(vehicle.vin)),
        (_("Body number"), clean(vehicle.body)),
        (_("Chassis number"), clean(vehicle.chassis)),
        (_("Frame number"), clean(vehicle.frame)),
        (_("Hull number"), clean(vehicle.hull)),
        (_("Serial number"), clean(vehicle.serial)),
        (_("Mileage"), clean(vehicle.mileage)),
        (_("Hours of use"), clean(vehicle.hours)),
        (_("Hours in the air"), clean(vehicle.flight_hours)),
        title=_("New means of transport"),
    )


def payment(invoice: Invoice) -> Iterator[Block]:
    """What is to be paid, when, how and into which account."""
    payment, settlement = invoice.payment, invoice.settlement
    accounts = [
        *((_("Account"), account) for account in payment.bank_accounts),
        *((_("Factor's account"), account) for account in payment.factor_accounts),
        *((_("Buyer's account"), account) for account in payment.payer_accounts),
    ]
    yield fields(
        (_("To pay"), amount_in(invoice.to_pay, invoice.currency)),
        (_("To settle"), amount_in(settlement.to_settle if settlement else None, invoice.currency)),
        (_("Paid"), _paid(payment)),
        *((_("Due"), _term(term)) for term in payment.terms),
        (_("Form"), _form(payment.form, payment.other_form)),
        *((label, _account(account)) for label, account in accounts),
        (_("Early payment"), joined(clean(payment.discount_terms), clean(payment.discount), by=": ")),
        (_("Payment link"), clean(payment.link)),
        ("IPKSeF", clean(payment.payment_id)),
    )
    if settlement is not None:
        yield _settled(settlement)
    parts = ((day(part.day), money(part.amount), _form(part.form, part.other_form)) for part in payment.parts)
    yield table((left(_("Day")), right(_("Amount")), left(_("Form"))), parts, _("Part payments"))
    if invoice.pef is not None:
        yield from page_pef.payment(invoice.pef)


def _settled(settlement: Settlement) -> Table:
    rows = [
        *((_("added"), money(item.amount), clean(item.reason)) for item in settlement.charges),
        (_("added together"), money(settlement.charges_total), ""),
        *((_("taken off"), money(item.amount), clean(item.reason)) for item in settlement.deductions),
        (_("taken off together"), money(settlement.deductions_total), ""),
    ]
    told = (row for row in rows if row[1] or row[2])
    return table((left(""), right(_("Amount")), left(_("Reason"))), told, _("Settlement"))


def _form(form: int | None, other: str | None) -> str:
    return joined(named(PAYMENT_FORMS, form), clean(other))


def _paid(payment: Payment) -> str:
    return joined(yes(payment.paid), named(_PART_PAID, payment.part_paid), day(payment.paid_on))


def _term(term: PaymentTerm) -> str:
    count = str(term.count) if term.count is not None else ""
    event = joined(count, clean(term.unit), clean(term.event), by=" ")
    return joined(day(term.day), clean(term.description), event)


def _account(account: BankAccount) -> str:
    return joined(
        clean(account.number),
        clean(account.bank),
        labelled("SWIFT", account.swift),
        named(_BANKS_OWN, account.bank_own),
        clean(account.description),
        by=" · ",
    )
