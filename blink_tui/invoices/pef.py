"""Reader of PEF(3) and PEF_KOR(3): UBL 2.1 invoices and credit notes with the Polish extension."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from lxml import etree

from blink_tui.invoices.fa import completed
from blink_tui.invoices.pef_lines import (
    CHARGE,
    GROSS_DATA,
    LINE,
    STATE,
    TAX_TOTAL,
    TOTALS,
    as_before,
    parted,
)
from blink_tui.invoices.pef_parties import ADDRESS, PARTY, reference, written
from blink_tui.invoices.tables import (
    Fields,
    Record,
    Rule,
    amount,
    day,
    into,
    many,
    one,
    special,
    text,
    texts,
    unreadable,
)
from blink_tui.invoices.xml import day as to_day
from blink_tui.model.invoice import (
    Agreement,
    BankAccount,
    CorrectedInvoice,
    Invoice,
    PartPayment,
    Payment,
    PaymentTerm,
    Pef,
    Settlement,
    Terms,
    VatAmount,
)
from blink_tui.model.invoice.pef import Delivery, PaymentMeans, TaxTotal
from blink_tui.model.values import parse_ksef_number

_FORMS = {"10": 1, "20": 4, "30": 6, "31": 6, "42": 6, "48": 2, "54": 2, "55": 2, "57": 6, "58": 6}
"""Code of a payment means (UNCL 4461) → form of payment as FA numbers it."""
_SELF_BILLED = frozenset({"389", "261"})

_DELIVERY = Record(
    Delivery,
    {
        "ActualDeliveryDate": day("day"),
        "DeliveryLocation": into(
            {
                "ID": special(
                    lambda element: {"location": written(element), "location_scheme": element.get("schemeID")}
                ),
                "Address": one("address", ADDRESS),
            }
        ),
        "DeliveryParty": one("party", PARTY),
    },
)

_MEANS = Record(
    PaymentMeans,
    {
        "PaymentMeansCode": special(
            lambda element: {
                "code": written(element),
                "code_name": (element.get("name") or "").strip() or None,
            }
        ),
        "PaymentDueDate": day("due"),
        "PaymentID": texts("ids"),
        "CardAccount": into(
            {
                "PrimaryAccountNumberID": text("card"),
                "NetworkID": text("card_network"),
                "HolderName": text("card_holder"),
            }
        ),
        "PayeeFinancialAccount": into(
            {
                "ID": text("account"),
                "Name": text("account_name"),
                "FinancialInstitutionBranch": into({"ID": text("branch")}),
            }
        ),
        "PaymentMandate": into(
            {"ID": text("mandate"), "PayerFinancialAccount": into({"ID": text("payer_account")})}
        ),
    },
)


def _due(element: etree._Element) -> Fields:
    """DueDate: a term like any other."""
    day_written = written(element)
    if day_written is None:
        return {}
    try:
        return {"due_terms": [PaymentTerm(day=to_day(day_written))]}
    except ValueError as error:
        raise unreadable(element, day_written) from error


_EXTENSION: dict[str, Rule] = {
    "Comment": texts("pef.comments"),
    "OriginalInvoiceData": one("pef.before", STATE),
    "InvoiceCorrection": one("pef.difference", STATE),
    "AdditionalInvoiceGrossData": one("pef.gross_data", GROSS_DATA),
    "AdditionalInvoiceDataNetto": into({"InvoiceLine": many("pef.net_lines", LINE)}),
    "AdditionalAddressData": into(
        {
            "SellerSupplierParty": into({"Party": one("pef.seller_office", PARTY)}),
            "ReceiverParty": into({"Party": one("pef.receiver", PARTY)}),
        }
    ),
}

_REFERENCES = (
    "DespatchDocumentReference",
    "ReceiptDocumentReference",
    "StatementDocumentReference",
    "OriginatorDocumentReference",
    "AdditionalDocumentReference",
    "ProjectReference",
)

_TABLE: dict[str, Rule] = {
    "UBLExtensions": into(
        {"UBLExtension": into({"Name": texts("pef.extensions"), "ExtensionContent": into(_EXTENSION)})}
    ),
    "CustomizationID": text("pef.customization"),
    "ProfileID": text("pef.profile"),
    "ID": text("number"),
    "IssueDate": day("issue_date"),
    "DueDate": special(_due, "due_terms"),
    "InvoiceTypeCode": text("pef.type_code"),
    "CreditNoteTypeCode": text("pef.type_code"),
    "Note": texts("pef.notes"),
    "TaxPointDate": day("tax_point"),
    "DocumentCurrencyCode": text("currency"),
    "TaxCurrencyCode": text("pef.tax_currency"),
    "AccountingCost": text("pef.accounting_cost"),
    "BuyerReference": text("pef.buyer_reference"),
    "InvoicePeriod": into(
        {
            "StartDate": day("period_start"),
            "EndDate": day("period_end"),
            "DescriptionCode": text("pef.tax_point_code"),
        }
    ),
    "DiscrepancyResponse": many(
        "pef.discrepancies",
        Record(
            lambda reference_id=None, code=None, description=None: (reference_id, code, description),
            {
                "ReferenceID": text("reference_id"),
                "ResponseCode": text("code"),
                "Description": text("description"),
            },
        ),
    ),
    "OrderReference": into({"ID": texts("orders"), "SalesOrderID": text("pef.sales_order")}),
    "ContractDocumentReference": into({"ID": texts("contracts")}),
    "BillingReference": into(
        {
            "InvoiceDocumentReference": many("billed", reference("InvoiceDocumentReference")),
            "CreditNoteDocumentReference": many("billed", reference("CreditNoteDocumentReference")),
        }
    ),
    **{tag: many("pef.references", reference(tag)) for tag in _REFERENCES},
    "AccountingSupplierParty": into({"Party": one("seller", PARTY)}),
    "AccountingCustomerParty": into({"Party": one("buyer", PARTY)}),
    "PayeeParty": one("pef.payee", PARTY),
    "TaxRepresentativeParty": one("pef.tax_representative", PARTY),
    "Delivery": many("pef.deliveries", _DELIVERY),
    "PaymentMeans": many("pef.means", _MEANS),
    "PaymentTerms": into({"Note": texts("term_notes")}),
    "PrepaidPayment": many(
        "prepaid", Record(PartPayment, {"PaidAmount": amount("amount"), "ReceivedDate": day("day")})
    ),
    "AllowanceCharge": many("pef.charges", CHARGE),
    "TaxTotal": many("pef.taxes", TAX_TOTAL),
    "LegalMonetaryTotal": one("pef.totals", TOTALS),
    "InvoiceLine": many("lines", LINE),
    "CreditNoteLine": many("lines", LINE),
}


def _payment(means: tuple[PaymentMeans, ...], fields: Fields) -> Payment:
    notes = fields.pop("term_notes", ())
    return Payment(
        terms=(
            *fields.pop("due_terms", ()),
            *(PaymentTerm(day=one_means.due) for one_means in means if one_means.due),
            *(PaymentTerm(description=note) for note in notes),
        ),
        parts=fields.pop("prepaid", ()),
        form=next((_FORMS[found.code] for found in means if found.code in _FORMS), None),
        bank_accounts=tuple(
            BankAccount(number=found.account, swift=found.branch, description=found.account_name)
            for found in means
            if found.account
        ),
    )


def _vat_table(taxes: tuple[TaxTotal, ...], currency: str) -> tuple[VatAmount, ...]:
    """Rows per rate in the document's currency, with those of a second total, in PLN, beside them.

    A total in PLN without rows belongs to a row only when there is one.
    """
    ours = [tax for tax in taxes if tax.currency in (currency, None)] or list(taxes[:1])
    rows = tuple(row for tax in ours for row in tax.rows)
    for tax in taxes:
        if tax.currency != "PLN" or tax in ours:
            continue
        if tax.rows:
            in_pln = {(row.category, row.percent): row for row in tax.rows}
            rows = tuple(_beside(row, in_pln.get((row.category, row.percent))) for row in rows)
        elif len(rows) == 1:
            rows = (replace(rows[0], vat_pln=tax.amount),)
    return rows


def _beside(row: VatAmount, in_pln: VatAmount | None) -> VatAmount:
    return row if in_pln is None else replace(row, net_pln=in_pln.net, vat_pln=in_pln.vat)


def _common(fields: Fields, pef: Pef) -> Fields:
    """What an invoice and a credit note share."""
    orders, contracts = fields.pop("orders", ()), fields.pop("contracts", ())
    if orders or contracts:
        fields["terms"] = Terms(
            orders=tuple(Agreement(number=number) for number in orders),
            contracts=tuple(Agreement(number=number) for number in contracts),
        )
    rows = tuple(row for tax in pef.taxes for row in tax.rows)
    exempt = [row for row in rows if row.category == "E"]
    if exempt:
        fields["exempt"] = True
        basis = next((row.exemption_reason or row.exemption_code for row in exempt), None)
        fields["exempt_otherwise"] = basis
    fields["reverse_charge"] = any(row.category == "AE" for row in rows)
    fields["self_billing"] = pef.type_code in _SELF_BILLED
    fields["sale_date"] = next((found.day for found in pef.deliveries if found.day), None)
    fields["payment"] = _payment(pef.means, fields)
    return fields


def _invoice(**found: Any) -> Invoice:
    fields, own = parted(found)
    billed = fields.pop("billed", ())
    pef = Pef(**own | {"references": (*own.get("references", ()), *billed)})
    totals = pef.totals
    return completed(
        {
            **_common(fields, pef),
            "form": "PEF (3)",
            "kind": "VAT_PEF_SP" if pef.type_code in _SELF_BILLED else "VAT_PEF",
            "vat_table": _vat_table(pef.taxes, fields.get("currency", "PLN")),
            "total": totals.gross if totals else None,
            "settlement": Settlement(to_pay=totals.payable) if totals else None,
            "pef": pef,
        }
    )


def _corrected(billed: tuple[Any, ...]) -> tuple[CorrectedInvoice, ...]:
    """Originals; some programs write the KSeF number as the number."""
    originals = []
    for found in billed:
        try:
            ksef_number = parse_ksef_number(found.id or "")
        except ValueError:
            ksef_number = None
        originals.append(
            CorrectedInvoice(number=found.id, issue_date=found.issue_date, ksef_number=ksef_number)
        )
    return tuple(originals)


def _credit_note(**found: Any) -> Invoice:
    """A correction: differences out of the extension; without one, everything on it is taken back.

    The document itself shows the state after the correction, the extension the one before and the difference.
    """
    fields, own = parted(found)
    billed, lines = fields.pop("billed", ()), fields.pop("lines", ())
    currency = fields.get("currency", "PLN")
    pef = Pef(**own | {"references": (*own.get("references", ()), *billed)})
    state = pef.difference
    if state is not None:
        totals, table = state.totals, _vat_table(state.taxes, currency)
        lines = (*as_before(pef.before.lines if pef.before else ()), *lines)
        sign = 1
    else:
        totals, lines, sign = pef.totals, as_before(lines), -1
        table = _negated(_vat_table(pef.taxes, currency))
    return completed(
        {
            **_common(fields, pef),
            "form": "PEF_KOR (3)",
            "kind": "KOR_PEF",
            "lines": lines,
            "vat_table": table,
            "total": _times(sign, totals.gross) if totals else None,
            "settlement": Settlement(to_pay=_times(sign, totals.payable)) if totals else None,
            "corrected": _corrected(billed),
            "correction_reason": next((found[2] for found in pef.discrepancies if found[2]), None),
            "pef": pef,
        }
    )


def _times(sign: int, value: Decimal | None) -> Decimal | None:
    return value if value is None or sign == 1 else value.copy_negate()


def _negated(table: tuple[VatAmount, ...]) -> tuple[VatAmount, ...]:
    return tuple(
        replace(row, net=row.net.copy_negate(), vat=_times(-1, row.vat), vat_pln=_times(-1, row.vat_pln))
        for row in table
    )


PEF = Record(_invoice, _TABLE)
"""Everything of an Invoice of UBL."""

PEF_KOR = Record(_credit_note, _TABLE)
"""Everything of a CreditNote of UBL."""
