"""What is shown of the particulars of PEF (UBL) documents, beside what they share with the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from blink_tui.i18n import N_, _
from blink_tui.invoices.page_blocks import (
    Block,
    Fields,
    Table,
    amount_in,
    fields,
    joined,
    labelled,
    left,
    percent,
    right,
    table,
    words,
)
from blink_tui.invoices.page_parties import address, parties_of
from blink_tui.invoices.words import day, money
from blink_tui.model.invoice import VatAmount
from blink_tui.model.invoice.pef import (
    Charge,
    Delivery,
    GrossData,
    MonetaryTotals,
    PaymentMeans,
    Pef,
    PefState,
    Reference,
    TaxTotal,
)
from blink_tui.model.text import clean

_REFERENCES = {
    "AdditionalDocumentReference": N_("additional document"),
    "CreditNoteDocumentReference": N_("correction"),
    "DespatchDocumentReference": N_("delivery note"),
    "DocumentReference": N_("document"),
    "InvoiceDocumentReference": N_("invoice"),
    "OriginatorDocumentReference": N_("tender or lot"),
    "ProjectReference": N_("project"),
    "ReceiptDocumentReference": N_("confirmation of receipt"),
    "StatementDocumentReference": N_("statement"),
}


def charge(found: Charge) -> str:
    """A surcharge or a discount of a row, as words."""
    label = _("surcharge") if found.surcharge else _("discount")
    base = joined(percent(found.percent), labelled(_("of"), money(found.base)), by=" ")
    tax = joined(clean(found.category), percent(found.rate), labelled(_("VAT"), money(found.vat)), by=" ")
    whole = labelled(_("gross"), money(found.gross))
    why = joined(clean(found.reason), clean(found.reason_code), base, tax, whole)
    return joined(label, money(found.amount), why and f"({why})", by=" ")


def reference(found: Reference) -> str:
    """A document that a row names, as words."""
    return joined(*_reference(found), by=", ")


def _reference(found: Reference) -> tuple[str, ...]:
    kind = _(_REFERENCES[found.kind]) if found.kind in _REFERENCES else clean(found.kind)
    attached = joined(clean(found.file_name), clean(found.mime_code), by=" · ")
    return (
        joined(kind, clean(found.type_code), by=" "),
        joined(clean(found.id), labelled(_("scheme"), found.scheme)),
        day(found.issue_date),
        clean(found.description),
        joined(attached, clean(found.uri), by=" · "),
    )


def vat(pef: Pef) -> Iterator[Block]:
    """Surcharges, taxes in every currency, totals; of a correction also before it and by difference."""
    yield from _amounts(pef.charges, pef.taxes, pef.totals, pef.gross_data, "")
    yield fields(
        (_("Currency of tax"), clean(pef.tax_currency)),
        (_("Code of the tax point"), clean(pef.tax_point_code)),
    )
    for state, title in ((pef.before, _("Before the correction")), (pef.difference, _("Difference"))):
        if state is not None:
            yield from _state(state, title)


def _state(state: PefState, title: str) -> Iterator[Block]:
    yield from _amounts(state.charges, state.taxes, state.totals, state.gross_data, title)


def _amounts(
    charges: Sequence[Charge],
    taxes: Sequence[TaxTotal],
    totals: MonetaryTotals | None,
    gross: GrossData | None,
    title: str,
) -> Iterator[Block]:
    def titled(text: str) -> str:
        return joined(title, text, by=": ")

    yield _charges(charges, titled(_("Surcharges and discounts")))
    for tax in taxes:
        yield from _tax(tax, titled(_("Tax")))
    if totals is not None:
        yield _totals(totals, titled(_("Totals")))
    if gross is not None:
        counted = titled(_("Counted from gross prices"))
        yield fields((_("Method"), clean(gross.method)), title=counted)
        yield _charges(gross.charges, counted)
        if gross.tax is not None:
            yield from _tax(gross.tax, counted)


def _charges(charges: Sequence[Charge], title: str) -> Table:
    columns = (
        left(""), left(_("Reason")), right(_("Percent")), right(_("Of")), right(_("Amount")), left(_("Category")),
        right(_("Rate")), right(_("VAT")), right(_("Gross")),
    )  # fmt: skip
    rows = (
        (
            _("surcharge") if found.surcharge else _("discount"),
            joined(clean(found.reason), clean(found.reason_code)),
            percent(found.percent),
            money(found.base),
            money(found.amount),
            clean(found.category),
            percent(found.rate),
            money(found.vat),
            money(found.gross),
        )
        for found in charges
    )
    return table(columns, rows, title)


def _tax(tax: TaxTotal, title: str) -> Iterator[Block]:
    yield fields(
        (_("VAT"), amount_in(tax.amount, tax.currency)),
        (_("Currency"), clean(tax.currency) if tax.amount is None else ""),
        (_("Gross"), amount_in(tax.gross, tax.currency)),
        title=title,
    )
    yield vat_rows(tax.rows)
    rates = ((clean(category), percent(rate), money(gross)) for gross, category, rate in tax.rates)
    yield table((left(_("Category")), right(_("Rate")), right(_("Gross"))), rates)


def vat_rows(rows: Sequence[VatAmount], together: tuple[str, ...] | None = None) -> Table:
    """Rows per rate, with every column that one of them fills, and perhaps their sums."""
    columns = (
        left(_("Rate")), right(_("Net")), right(_("VAT")), right(_("Gross")), right(_("Net in PLN")),
        right(_("VAT in PLN")), left(_("Exempt by")),
    )  # fmt: skip
    made = [
        (
            clean(row.rate),
            money(row.net),
            money(row.vat),
            money(row.net + (row.vat or 0)),
            money(row.net_pln),
            money(row.vat_pln),
            joined(clean(row.exemption_code), clean(row.exemption_reason)),
        )
        for row in rows
    ]
    return table(columns, [*made, together] if made and together else made)


def _totals(totals: MonetaryTotals, title: str) -> Fields:
    return fields(
        (_("Rows together"), money(totals.lines)),
        (_("Discounts"), money(totals.discounts)),
        (_("Surcharges"), money(totals.surcharges)),
        (_("Net"), money(totals.net)),
        (_("Gross"), money(totals.gross)),
        (_("Prepaid"), money(totals.prepaid)),
        (_("Rounding"), money(totals.rounding)),
        (_("To pay"), money(totals.payable)),
        title=title,
    )


def payment(pef: Pef) -> Iterator[Block]:
    """Each way of paying that the document offers."""
    for means in pef.means:
        yield _means(means)


def _means(means: PaymentMeans) -> Fields:
    return fields(
        (_("Form"), joined(clean(means.code_name), clean(means.code))),
        (_("Due"), day(means.due)),
        (_("To quote"), joined(*map(clean, means.ids))),
        (
            _("Account"),
            joined(clean(means.account), clean(means.branch), clean(means.account_name), by=" · "),
        ),
        (_("Card"), joined(clean(means.card), clean(means.card_network), clean(means.card_holder), by=" · ")),
        (_("Mandate"), clean(means.mandate)),
        (_("Buyer's account"), clean(means.payer_account)),
        title=_("Way of paying"),
    )


def parties(pef: Pef) -> Iterator[Block]:
    """Those that only PEF knows, and where the goods were handed over."""
    yield from parties_of(
        (_("Payee"), pef.payee),
        (_("Tax representative"), pef.tax_representative),
        (_("Issuing office of the seller"), pef.seller_office),
        (_("Receiver"), pef.receiver),
    )
    for delivery in pef.deliveries:
        yield from _delivery(delivery)


def _delivery(delivery: Delivery) -> Iterator[Block]:
    yield fields(
        (_("Day"), day(delivery.day)),
        (_("Place"), joined(clean(delivery.location), labelled(_("scheme"), delivery.location_scheme))),
        (_("Address"), address(delivery.address)),
        title=_("Delivery"),
    )
    yield from parties_of((_("Recipient of the delivery"), delivery.party))


def links(pef: Pef) -> Iterator[Block]:
    """What the document refers to, and what it says in words."""
    yield fields(
        (_("Type"), clean(pef.type_code)),
        (_("Buyer's reference"), clean(pef.buyer_reference)),
        (_("Buyer's account"), clean(pef.accounting_cost)),
        (_("Seller's order"), clean(pef.sales_order)),
    )
    columns = (left(_("Number")), left(_("Code")), left(_("Reason")))
    found = (tuple(map(clean, discrepancy)) for discrepancy in pef.discrepancies)
    yield table(columns, found, _("What is corrected"))
    heads = (_("Document"), _("Number"), _("Issued"), _("Description"), _("File"))
    yield table([*map(left, heads)], map(_reference, pef.references), _("Documents referred to"))
    yield words(*pef.notes, *pef.comments, title=_("Remarks"))
