"""Reader of FA(3) and FA(2): one table, since FA(2) has nothing that FA(3) names otherwise."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from lxml import etree

from blink_tui.invoices.fa_attachment import ATTACHMENT, FOOTER
from blink_tui.invoices.fa_lines import LINE, ORDER
from blink_tui.invoices.fa_notes import ADVANCE, ADVANCE_INVOICE, CORRECTED, MARKS, NOTES, REMARK
from blink_tui.invoices.fa_parties import PARTY, PARTY_HEAD
from blink_tui.invoices.fa_payment import PAYMENT, SETTLEMENT
from blink_tui.invoices.fa_terms import TERMS
from blink_tui.invoices.tables import (
    PASSED,
    Fields,
    Record,
    Rule,
    amount,
    built,
    day,
    flag,
    into,
    many,
    one,
    special,
    text,
    texts,
    whole,
)
from blink_tui.model.invoice import Invoice, InvoiceParty, Notes, VatAmount

_GROUPS = {
    "1": "23", "2": "8", "3": "5", "4": "ryczałt taxi", "5": "OSS",
    "6_1": "0 KR", "6_2": "0 WDT", "6_3": "0 EX",
    "7": "zw", "8": "np I", "9": "np II", "10": "oo", "11": "marża",
}  # fmt: skip
"""Number of a P_13/P_14 pair → rate group. Group 1 holds 22 % or 23 %, group 2 7 % or 8 %."""
_VAT_FIELDS = tuple(
    (f"P_13_{group}", f"P_14_{group}", f"P_14_{group}W", rate) for group, rate in _GROUPS.items()
)
_VAT_TAGS = frozenset(tag for row in _VAT_FIELDS for tag in row[:3])
_NOTHING = Decimal(0)
_NOTE_FIELDS = frozenset(Notes.__dataclass_fields__)
_EMPTY: Fields = {
    "form": "",
    "kind": "",
    "number": "",
    "issue_date": None,
    "seller": InvoiceParty(),
    "buyer": InvoiceParty(),
}


def form_code(element: etree._Element) -> Fields:
    """KodFormularza: the code of the form and the version of its schema."""
    return {"form": element.get("kodSystemowy", ""), "schema_version": element.get("wersjaSchemy")}


HEADER: dict[str, Rule] = {
    "KodFormularza": special(form_code),
    "DataWytworzeniaFa": text("created"),
    "SystemInfo": text("producer"),
    "WariantFormularza": PASSED,
}


def parties(party: Record) -> dict[str, Rule]:
    """The parties of a Faktura, each read by one table."""
    return {
        "Podmiot1": one("seller", party),
        "Podmiot2": one("buyer", party),
        "Podmiot3": many("third_parties", party),
        "PodmiotUpowazniony": one("authorized", party),
    }


_HEAD: dict[str, Rule] = {
    "KodWaluty": text("currency"),
    "P_1": day("issue_date"),
    "P_1M": text("issue_place"),
    "P_2": text("number"),
    "P_6": day("sale_date"),
    "OkresFa": into({"P_6_Od": day("period_start"), "P_6_Do": day("period_end")}),
    **{tag: amount(tag) for tag in sorted(_VAT_TAGS)},
    "P_15": amount("total"),
    "RodzajFaktury": text("kind"),
}

_BODY: dict[str, Rule] = {
    **_HEAD,
    "WZ": texts("delivery_notes"),
    "KursWalutyZ": amount("exchange_rate"),
    "Adnotacje": into({**MARKS, **NOTES}),
    "PrzyczynaKorekty": text("correction_reason"),
    "TypKorekty": whole("correction_type"),
    "DaneFaKorygowanej": many("corrected", CORRECTED),
    "OkresFaKorygowanej": text("corrected_period"),
    "NrFaKorygowany": text("corrected_number"),
    "Podmiot1K": one("corrected_seller", PARTY),
    "Podmiot2K": many("corrected_buyers", PARTY),
    "P_15ZK": amount("total_before"),
    "KursWalutyZK": amount("exchange_rate_before"),
    "ZaliczkaCzesciowa": many("advances", ADVANCE),
    "FP": flag("receipt_follows"),
    "TP": flag("related_parties"),
    "DodatkowyOpis": many("remarks", REMARK),
    "FakturaZaliczkowa": many("advance_invoices", ADVANCE_INVOICE),
    "ZwrotAkcyzy": flag("excise_refund"),
    "FaWiersz": many("lines", LINE),
    "Rozliczenie": one("settlement", SETTLEMENT),
    "Platnosc": one("payment", PAYMENT),
    "WarunkiTransakcji": one("terms", TERMS),
    "Zamowienie": one("order", ORDER),
}


OUTLINED = ("PrzyczynaKorekty", "DaneFaKorygowanej", "Rozliczenie", "Platnosc")
"""Of the body, what an outline has beyond the head."""
OUTLINED_LINE = ("sale_date", "name", "net", "gross", "exchange_rate")
"""Of a row."""
OUTLINED_PARTIES: dict[str, Rule] = {
    tag: one(field, Record(InvoiceParty, {**PARTY_HEAD.table, "Adres": PARTY.table["Adres"]}))
    for tag, field in (("Podmiot1", "seller"), ("Podmiot2", "buyer"))
}


def completed(fields: Fields) -> Invoice:
    """An invoice of what was found; what the schema requires and is missing stays empty."""
    start, end = fields.pop("period_start", None), fields.pop("period_end", None)
    if start or end:
        fields["period"] = (start, end)
    if notes := {name: fields.pop(name) for name in _NOTE_FIELDS & fields.keys()}:
        fields["notes"] = built(Notes, notes)
    return built(Invoice, _EMPTY | fields)


def _invoice(**fields: Any) -> Invoice:
    """With the VAT table: P_13_n with P_14_n and P_14_nW beside it, in the schema's order."""
    amounts = {tag: fields.pop(tag) for tag in _VAT_TAGS & fields.keys()}
    table = tuple(
        VatAmount(
            rate=rate,
            net=amounts.get(net, _NOTHING),
            vat=amounts.get(vat),
            vat_pln=amounts.get(vat_pln),
        )
        for net, vat, vat_pln, rate in _VAT_FIELDS
        if net in amounts or vat in amounts or vat_pln in amounts
    )
    fields["vat_table"] = table
    return completed(fields)


FA = Record(
    _invoice,
    {
        "Naglowek": into(HEADER),
        **parties(PARTY),
        "Fa": into(_BODY),
        "Stopka": into(FOOTER),
        "Zalacznik": into(ATTACHMENT),
    },
)
"""Everything of a Faktura."""

FA_OUTLINE = Record(
    _invoice,
    {
        "Naglowek": into(HEADER),
        **OUTLINED_PARTIES,
        "Fa": into(
            {
                **_HEAD,
                **{tag: _BODY[tag] for tag in ("KursWalutyZ", *OUTLINED, "FP", "TP")},
                "Adnotacje": into({**MARKS, "P_23": NOTES["P_23"], "PMarzy": NOTES["PMarzy"]}),
                "FaWiersz": many("lines", LINE.only(*OUTLINED_LINE, "gtu", "procedure")),
            }
        ),
    },
)
"""What ledgers ask for that take no rows: the head, seats, rate, payment, what it corrects, a little of each row."""

FA_HEAD = Record(
    _invoice,
    {
        "Naglowek": into(HEADER),
        **parties(PARTY_HEAD),
        "Fa": into({**_HEAD, "Adnotacje": into(MARKS), "FaWiersz": many("lines", LINE.only("sale_date"))}),
    },
)
"""Form, parties, number, dates, marks, VAT table and total; of rows the day, which may be the document's only one."""
