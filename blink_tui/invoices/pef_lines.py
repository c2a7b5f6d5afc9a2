"""PEF: rows, surcharges and discounts, taxes and totals."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from lxml import etree

from blink_tui.invoices.pef_parties import reference, written
from blink_tui.invoices.tables import (
    PASSED,
    Fields,
    Record,
    Rule,
    amount,
    day,
    flag,
    into,
    many,
    one,
    special,
    text,
    texts,
    written_amount,
)
from blink_tui.model.invoice import InvoiceLine, VatAmount
from blink_tui.model.invoice.pef import (
    Charge,
    Classification,
    GrossData,
    MonetaryTotals,
    PefLine,
    PefState,
    TaxTotal,
)

_RATES = {"Z": "0", "E": "zw", "AE": "oo", "K": "0 WDT", "G": "0 EX", "O": "np"}
"""VAT category other than the taxed ones → rate as FA names it."""


_VAT = into({"ID": PASSED})
"""TaxScheme of a category: no other tax has one."""


def rate_of(category: str | None, percent: Decimal | None) -> str:
    """Name of a rate: the per cent of a taxed category, FA's word for another one."""
    if category in _RATES:
        return _RATES[category]
    return f"{percent.normalize():f}" if percent is not None else category or ""


def parted(fields: Fields, prefix: str = "pef.") -> tuple[Fields, Fields]:
    """Fields of the common shape, and those marked as PEF's own without their mark."""
    own = {name.removeprefix(prefix): value for name, value in fields.items() if name.startswith(prefix)}
    return {name: value for name, value in fields.items() if not name.startswith(prefix)}, own


CHARGE = Record(
    Charge,
    {
        "ChargeIndicator": flag("surcharge"),
        "AllowanceChargeReasonCode": text("reason_code"),
        "AllowanceChargeReason": text("reason"),
        "MultiplierFactorNumeric": amount("percent"),
        "Amount": amount("amount"),
        "BaseAmount": amount("base"),
        "TaxCategory": into({"ID": text("category"), "Percent": amount("rate"), "TaxScheme": _VAT}),
        "TaxTotal": into({"TaxAmount": amount("vat"), "TaxInclusiveAmount": amount("gross")}),
    },
)

TOTALS = Record(
    MonetaryTotals,
    {
        "LineExtensionAmount": amount("lines"),
        "TaxExclusiveAmount": amount("net"),
        "TaxInclusiveAmount": amount("gross"),
        "AllowanceTotalAmount": amount("discounts"),
        "ChargeTotalAmount": amount("surcharges"),
        "PrepaidAmount": amount("prepaid"),
        "PayableRoundingAmount": amount("rounding"),
        "PayableAmount": amount("payable"),
    },
)


def _subtotal(
    net: Decimal | None = None,
    gross: Decimal | None = None,
    percent: Decimal | None = None,
    category: str | None = None,
    **fields: Any,
) -> VatAmount | tuple[Decimal | None, str | None, Decimal | None]:
    if net is None and gross is not None:
        return gross, category, percent
    rate = rate_of(category, percent)
    return VatAmount(rate=rate, net=net or Decimal(0), percent=percent, category=category, **fields)


def _tax_total(rows: tuple[Any, ...] = (), **fields: Any) -> TaxTotal:
    return TaxTotal(
        rows=tuple(row for row in rows if isinstance(row, VatAmount)),
        rates=tuple(row for row in rows if not isinstance(row, VatAmount)),
        **fields,
    )


TAX_TOTAL = Record(
    _tax_total,
    {
        "TaxAmount": special(
            lambda element: {"amount": written_amount(element), "currency": element.get("currencyID")}
        ),
        "TaxInclusiveAmount": amount("gross"),
        "TaxSubtotal": many(
            "rows",
            Record(
                _subtotal,
                {
                    "TaxableAmount": amount("net"),
                    "TaxAmount": amount("vat"),
                    "TaxInclusiveAmount": amount("gross"),
                    "TaxCategory": into(
                        {
                            "ID": text("category"),
                            "Percent": amount("percent"),
                            "TaxExemptionReasonCode": text("exemption_code"),
                            "TaxExemptionReason": text("exemption_reason"),
                            "TaxScheme": _VAT,
                        }
                    ),
                },
            ),
        ),
    },
)


def _measured(number: str, unit: str) -> Rule:
    return special(lambda element: {number: written_amount(element), unit: element.get("unitCode")})


def _classification(element: etree._Element) -> Fields:
    return {
        "pef.classifications": [
            Classification(
                code=written(code) or "", list_id=code.get("listID"), list_version=code.get("listVersionID")
            )
            for code in element
        ]
    }


def _pair(key: str = "", value: str = "") -> tuple[str, str]:
    return key, value


_ITEM: dict[str, Rule] = {
    "Description": text("pef.description"),
    "Name": text("name"),
    "BuyersItemIdentification": into({"ID": text("pef.buyer_index")}),
    "SellersItemIdentification": into({"ID": text("index")}),
    "StandardItemIdentification": into(
        {
            "ID": special(
                lambda element: {"gtin": written(element), "pef.standard_scheme": element.get("schemeID")}
            )
        }
    ),
    "OriginCountry": into({"IdentificationCode": text("pef.origin_country")}),
    "CommodityClassification": special(_classification, "pef.classifications"),
    "ClassifiedTaxCategory": into(
        {"ID": text("pef.category"), "Percent": amount("pef.percent"), "TaxScheme": _VAT}
    ),
    "AdditionalItemProperty": many(
        "pef.properties", Record(_pair, {"Name": text("key"), "Value": text("value")})
    ),
}


def _line(**fields: Any) -> InvoiceLine:
    common, own = parted(fields)
    start, end = own.pop("start", None), own.pop("end", None)
    number = own.get("id") or ""
    rate = rate_of(own.get("category"), own.get("percent"))
    return InvoiceLine(
        number=int(number) if number.isdecimal() and len(number) < 10 else None,
        rate=rate or None,
        pef=PefLine(period=(start, end) if start or end else None, **own),
        **common,
    )


LINE = Record(
    _line,
    {
        "ID": text("pef.id"),
        "Note": texts("pef.notes"),
        "InvoicedQuantity": _measured("quantity", "unit"),
        "CreditedQuantity": _measured("quantity", "unit"),
        "LineExtensionAmount": amount("net"),
        "LineExtensionGrossAmount": amount("gross"),
        "AccountingCost": text("pef.accounting_cost"),
        "InvoicePeriod": into({"StartDate": day("pef.start"), "EndDate": day("pef.end")}),
        "OrderLineReference": into(
            {"LineID": text("pef.order_line"), "OrderReference": into({"ID": text("pef.order")})}
        ),
        "DocumentReference": many("pef.references", reference("DocumentReference")),
        "AllowanceCharge": many("pef.charges", CHARGE),
        "TaxTotal": into({"TaxAmount": amount("vat")}),
        "Item": into(_ITEM),
        "Price": into(
            {
                "PriceAmount": amount("unit_price"),
                "GrossPriceAmount": amount("unit_price_gross"),
                "BaseQuantity": _measured("pef.base_quantity", "pef.base_unit"),
                "AllowanceCharge": many("pef.price_charges", CHARGE),
            }
        ),
    },
)

GROSS_DATA = Record(
    GrossData,
    {
        "CalculationMethod": text("method"),
        "AllowanceCharge": many("charges", CHARGE),
        "TaxTotal": one("tax", TAX_TOTAL),
        "InvoiceLine": many("lines", LINE),
    },
)

STATE = Record(
    PefState,
    {
        "AdditionalInvoiceGrossData": one("gross_data", GROSS_DATA),
        "AllowanceCharge": many("charges", CHARGE),
        "TaxTotal": many("taxes", TAX_TOTAL),
        "LegalMonetaryTotal": one("totals", TOTALS),
        "InvoiceLine": many("lines", LINE),
    },
)


def as_before(lines: tuple[InvoiceLine, ...]) -> tuple[InvoiceLine, ...]:
    """Rows as they were before a correction."""
    return tuple(replace(line, before=True) for line in lines)
