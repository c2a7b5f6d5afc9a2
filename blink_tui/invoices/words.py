"""Amounts, days and code numbers of an invoice in the words of an accountant."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from blink_tui.i18n import N_, _

PAYMENT_FORMS = {
    1: N_("cash"),
    2: N_("card"),
    3: N_("voucher"),
    4: N_("cheque"),
    5: N_("loan"),
    6: N_("bank transfer"),
    7: N_("mobile"),
}
THIRD_PARTY_ROLES = {
    1: N_("factor"),
    2: N_("recipient"),
    3: N_("original entity"),
    4: N_("further buyer"),
    5: N_("issuer"),
    6: N_("payer"),
    7: N_("local government unit, issuer"),
    8: N_("local government unit, recipient"),
    9: N_("VAT group member, issuer"),
    10: N_("VAT group member, recipient"),
    11: N_("employee"),
}
TRANSPORTS = {
    1: N_("sea"),
    2: N_("rail"),
    3: N_("road"),
    4: N_("air"),
    5: N_("post"),
    7: N_("fixed installation"),
    8: N_("inland waterway"),
}
CARGOES = {
    1: N_("can"),
    2: N_("barrel"),
    3: N_("gas cylinder"),
    4: N_("carton"),
    5: N_("canister"),
    6: N_("cage"),
    7: N_("container"),
    8: N_("basket"),
    9: N_("punnet"),
    10: N_("collective packaging"),
    11: N_("parcel"),
    12: N_("bundle"),
    13: N_("pallet"),
    14: N_("bin"),
    15: N_("bulk container for solids"),
    16: N_("bulk container for liquids"),
    17: N_("box"),
    18: N_("tin"),
    19: N_("crate"),
    20: N_("sack"),
}
AUTHORIZED_ROLES = {1: N_("enforcement authority"), 2: N_("bailiff"), 3: N_("tax representative")}
TAXPAYER_STATES = {
    1: N_("in liquidation"),
    2: N_("in restructuring"),
    3: N_("in bankruptcy"),
    4: N_("enterprise in inheritance"),
}
KINDS = {
    "VAT": N_("Invoice"),
    "KOR": N_("Correction"),
    "ZAL": N_("Advance invoice"),
    "ROZ": N_("Settlement invoice"),
    "UPR": N_("Simplified invoice"),
    "KOR_ZAL": N_("Correction of an advance invoice"),
    "KOR_ROZ": N_("Correction of a settlement invoice"),
    "VAT_RR": N_("VAT RR invoice"),
    "KOR_VAT_RR": N_("Correction of a VAT RR invoice"),
    "VAT_PEF": N_("PEF invoice"),
    "VAT_PEF_SP": N_("PEF invoice, self-billed"),
    "KOR_PEF": N_("PEF correction"),
}
CORRECTION_TYPES = {
    1: N_("effective when the original was"),
    2: N_("effective on the day of the correction"),
    3: N_("effective on another day"),
}


def money(value: Decimal | None) -> str:
    """`1 234,56`, with every decimal that is written beyond two; empty when there is none."""
    if value is None:
        return ""
    exponent = value.as_tuple().exponent
    places = max(2, -exponent) if isinstance(exponent, int) else 2
    return f"{value:,.{places}f}".replace(",", " ").replace(".", ",")


def exact(value: Decimal | None) -> str:
    """A quantity or price as precise as it was written, without needless zeros."""
    if value is None:
        return ""
    text = f"{value:,f}"
    plain = text.rstrip("0").rstrip(".") if "." in text else text
    return plain.replace(",", " ").replace(".", ",")


def day(value: date | None) -> str:
    """`2026-03-31`; empty when there is none."""
    return "" if value is None else value.isoformat()


def named(names: dict[int, str], code: int | None) -> str:
    """The word of a code number, the number itself where it is unknown."""
    if code is None:
        return ""
    return _(names[code]) if code in names else str(code)
