"""FA: settlement (Rozliczenie) and payment (Platnosc)."""

from __future__ import annotations

from lxml import etree

from blink_tui.invoices.tables import (
    PASSED,
    Fields,
    Record,
    amount,
    day,
    flag,
    into,
    many,
    reader,
    special,
    text,
    whole,
)
from blink_tui.invoices.xml import name_of
from blink_tui.model.invoice import (
    BankAccount,
    PartPayment,
    Payment,
    PaymentTerm,
    Settlement,
    SettlementItem,
)

ACCOUNT = Record(
    BankAccount,
    {
        "NrRB": text("number"),
        "SWIFT": text("swift"),
        "RachunekWlasnyBanku": whole("bank_own"),
        "NazwaBanku": text("bank"),
        "OpisRachunku": text("description"),
    },
)

_DESCRIBED = Record(
    dict,
    {
        "Ilosc": whole("count"),
        "Jednostka": text("unit"),
        "ZdarzeniePoczatkowe": text("event"),
    },
)


def _described(element: etree._Element) -> Fields:
    """TerminOpis: three fields in FA(3), free words in FA(2)."""
    if len(element):
        found: Fields = reader(_DESCRIBED, (name_of(element)[0],))(element, [])
        return found
    words = (element.text or "").strip()
    return {"description": words} if words else {}


_TERM = Record(PaymentTerm, {"Termin": day("day"), "TerminOpis": special(_described)})

_PART = Record(
    PartPayment,
    {
        "KwotaZaplatyCzesciowej": amount("amount"),
        "DataZaplatyCzesciowej": day("day"),
        "FormaPlatnosci": whole("form"),
        "PlatnoscInna": PASSED,
        "OpisPlatnosci": text("other_form"),
    },
)

PAYMENT = Record(
    Payment,
    {
        "Zaplacono": flag("paid"),
        "DataZaplaty": day("paid_on"),
        "ZnacznikZaplatyCzesciowej": whole("part_paid"),
        "ZaplataCzesciowa": many("parts", _PART),
        "TerminPlatnosci": many("terms", _TERM),
        "FormaPlatnosci": whole("form"),
        "PlatnoscInna": PASSED,
        "OpisPlatnosci": text("other_form"),
        "RachunekBankowy": many("bank_accounts", ACCOUNT),
        "RachunekBankowyFaktora": many("factor_accounts", ACCOUNT),
        "RachunekBankowy1": many("bank_accounts", ACCOUNT),
        "RachunekBankowy2": many("payer_accounts", ACCOUNT),
        "Skonto": into({"WarunkiSkonta": text("discount_terms"), "WysokoscSkonta": text("discount")}),
        "LinkDoPlatnosci": text("link"),
        "IPKSeF": text("payment_id"),
    },
)
"""The two numbered accounts are FA_RR's: the farmer's and the buyer's."""

_ITEM = Record(SettlementItem, {"Kwota": amount("amount"), "Powod": text("reason")})

SETTLEMENT = Record(
    Settlement,
    {
        "Obciazenia": many("charges", _ITEM),
        "SumaObciazen": amount("charges_total"),
        "Odliczenia": many("deductions", _ITEM),
        "SumaOdliczen": amount("deductions_total"),
        "DoZaplaty": amount("to_pay"),
        "DoRozliczenia": amount("to_settle"),
    },
)
