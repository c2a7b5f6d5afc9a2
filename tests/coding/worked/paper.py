"""Invoices of the worked set as XML of their official schemas, each from the few things that matter in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from blink_tui.sandbox.generator.layout import STYLES, Writer

FIRM = "5265877635"
"""Whose books are kept."""
SUPPLIER = "1111111111"
CUSTOMER = "5252344078"
CENTRAL = "7770020410"
"""The VAT payer of whose group or local government the firm is a part."""
EARLIER = "1111111111-20260210-010000000001-1A"
"""The invoice that corrections and settlements follow."""

_NAMES = {
    FIRM: "Żuraw Usługi sp. z o.o.",
    SUPPLIER: "Dostawca S.A.",
    CUSTOMER: "Odbiorca S.A.",
    CENTRAL: "Gmina Brzęczkowo",
}
_ABROAD = {
    "DE811569869": "Muster GmbH, Berlin",
    "US": "Sample Inc., Chicago",
}
_FA = "http://crd.gov.pl/wzor/2025/06/25/13775/"
_RR = "http://crd.gov.pl/wzor/2026/03/06/14189/"
_TABLE = {
    "23": "1", "8": "2", "5": "3", "0 KR": "6_1", "0 WDT": "6_2", "0 EX": "6_3",
    "zw": "7", "np I": "8", "np II": "9", "oo": "10", "marża": "11",
}  # fmt: skip
"""Rate → suffix of P_13 and P_14."""
_ADVANCES = ("ZAL", "KOR_ZAL")
_MARKS = ("P_16", "P_17", "P_18", "P_18A")


class Row(NamedTuple):
    """One row of an invoice."""

    name: str
    rate: str
    net: str
    gtu: str = ""
    before: bool = False
    """As it was before the correction."""


class Original(NamedTuple):
    """What a correction corrects."""

    type: int = 2
    """TypKorekty: 1 the original's period, 2 the correction's."""
    number: str = "FV/7/2026"
    issued: str = "2026-02-10"
    ksef_number: str = EARLIER


def fa(
    table: Mapping[str, str],
    *,
    kind: str = "VAT",
    seller: str = SUPPLIER,
    buyer: str = FIRM,
    sold: str = "2026-03-10",
    period: tuple[str, str] | None = None,
    issued: str = "2026-03-12",
    rows: Sequence[Row] | str = "Usługa doradcza",
    total: str = "",
    marks: str = "",
    exempt: str = "",
    margin: str = "",
    fp: bool = False,
    currency: str = "PLN",
    rate: str = "",
    third: tuple[str, str] | None = None,
    corrects: Original | None = None,
    advance: str = "",
) -> bytes:
    """An invoice FA(3): what is sold, bought and at which rates; the other things only where they matter.

    `table` holds net and tax of each rate, `rows` its rows or the one name of all of them, `marks` what of
    P_16, P_17, P_18, P_18A holds, `margin` the number of P_PMarzy, `rate` the rate by which the seller converted the
    tax, `third` the identifier and role of a Podmiot3, `advance` the KSeF number of the invoice that is settled.
    """
    amounts = {name: [Decimal(part) for part in text.split()] for name, text in table.items()}
    if isinstance(rows, str):
        rows = tuple(Row(rows, name, str(parts[0])) for name, parts in amounts.items())
    out = Writer(STYLES[1])
    with out.element("Faktura", f' xmlns="{_FA}"'):
        _header(out, "FA (3)", "1-0E", "FA", "3", issued)
        _parties(out, seller, buyer, third, to_union="0 WDT" in table)
        with out.element("Fa"):
            out.leaf("KodWaluty", currency)
            out.leaf("P_1", issued)
            out.leaf("P_2", f"{kind}/12/2026")
            _when(out, sold, period)
            _amounts(out, amounts, rate)
            out.leaf("P_15", total or str(sum(sum(parts) for parts in amounts.values())))
            out.maybe("KursWalutyZ", rate if kind in _ADVANCES else "")
            _annotations(out, marks.split(), exempt, margin)
            out.leaf("RodzajFaktury", kind)
            _correction(out, corrects)
            out.maybe("FP", "1" if fp else "")
            if advance:
                with out.element("FakturaZaliczkowa"):
                    out.leaf("NrKSeFFaZaliczkowej", advance)
            if kind in _ADVANCES:
                _order(out, amounts)
            else:
                for place, row in enumerate(rows, 1):
                    _row(out, place, row, rate)
    return out.result()


def rr(net: str, tax: str, *, kind: str = "VAT_RR", corrects: Original | None = None) -> bytes:
    """An invoice FA_RR(1) that the firm wrote for a farmer's potatoes, at the flat rate of 7 %."""
    whole = Decimal(net) + Decimal(tax)
    out = Writer(STYLES[1])
    with out.element("Faktura", f' xmlns="{_RR}"'):
        _header(out, "FA_RR (1)", "1-1E", "FA_RR", "1", "2026-03-12")
        with out.element("Podmiot1"):
            _party(out, SUPPLIER)
        with out.element("Podmiot2"):
            _party(out, FIRM)
        with out.element("FakturaRR"):
            out.leaf("KodWaluty", "PLN")
            out.leaf("P_4A", "2026-03-10")
            out.leaf("P_4B", "2026-03-12")
            out.leaf("P_4C", f"{kind}/3/2026")
            out.leaf("P_11_1", net)
            out.leaf("P_11_2", tax)
            out.leaf("P_12_1", str(whole))
            out.leaf("P_12_2", "kwota słownie")
            out.leaf("RodzajFaktury", kind)
            _correction(out, corrects)
            with out.element("FakturaRRWiersz"):
                for tag, text in {
                    "NrWierszaFa": "1", "P_5": "ziemniaki jadalne", "P_6A": "kg", "P_6B": "800", "P_6C": "klasa I",
                    "P_7": f"{abs(Decimal(net)) / 800}", "P_8": net, "P_9": "7", "P_10": tax, "P_11": str(whole),
                }.items():  # fmt: skip
                    out.leaf(tag, text)
    return out.result()


def pef(net: str, tax: str) -> bytes:
    """An invoice of the Peppol network (UBL) for goods at 23 %."""
    whole = Decimal(net) + Decimal(tax)
    parties = "".join(
        f"<cac:Accounting{side}Party><cac:Party><cac:PartyTaxScheme><cbc:CompanyID>{nip}</cbc:CompanyID>"
        "<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme><cac:PartyLegalEntity>"
        f"<cbc:RegistrationName>{_NAMES[nip]}</cbc:RegistrationName></cac:PartyLegalEntity></cac:Party>"
        f"</cac:Accounting{side}Party>"
        for side, nip in (("Supplier", SUPPLIER), ("Customer", FIRM))
    )
    category = (
        "<cbc:ID>S</cbc:ID><cbc:Percent>23</cbc:Percent><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>"
    )
    pln = 'currencyID="PLN"'
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
<cbc:CustomizationID>urn:cen.eu:en16931:2017</cbc:CustomizationID><cbc:ID>PEF/12/2026</cbc:ID>
<cbc:IssueDate>2026-03-12</cbc:IssueDate><cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>
<cbc:TaxPointDate>2026-03-10</cbc:TaxPointDate><cbc:DocumentCurrencyCode>PLN</cbc:DocumentCurrencyCode>
{parties}<cac:TaxTotal><cbc:TaxAmount {pln}>{tax}</cbc:TaxAmount><cac:TaxSubtotal>
<cbc:TaxableAmount {pln}>{net}</cbc:TaxableAmount><cbc:TaxAmount {pln}>{tax}</cbc:TaxAmount>
<cac:TaxCategory>{category}</cac:TaxCategory></cac:TaxSubtotal></cac:TaxTotal>
<cac:LegalMonetaryTotal><cbc:LineExtensionAmount {pln}>{net}</cbc:LineExtensionAmount>
<cbc:TaxExclusiveAmount {pln}>{net}</cbc:TaxExclusiveAmount>
<cbc:TaxInclusiveAmount {pln}>{whole}</cbc:TaxInclusiveAmount><cbc:PayableAmount {pln}>{whole}</cbc:PayableAmount>
</cac:LegalMonetaryTotal><cac:InvoiceLine><cbc:ID>1</cbc:ID>
<cbc:InvoicedQuantity unitCode="C62">1</cbc:InvoicedQuantity>
<cbc:LineExtensionAmount {pln}>{net}</cbc:LineExtensionAmount><cac:Item><cbc:Name>Usługa doradcza</cbc:Name>
<cac:ClassifiedTaxCategory>{category}</cac:ClassifiedTaxCategory></cac:Item>
<cac:Price><cbc:PriceAmount {pln}>{net}</cbc:PriceAmount></cac:Price></cac:InvoiceLine></Invoice>
""".encode()


def _header(out: Writer, form: str, version: str, code: str, variant: str, issued: str) -> None:
    with out.element("Naglowek"):
        out.raw(f'<KodFormularza kodSystemowy="{form}" wersjaSchemy="{version}">{code}</KodFormularza>')
        out.leaf("WariantFormularza", variant)
        out.leaf("DataWytworzeniaFa", f"{issued}T08:00:00Z")


def _party(out: Writer, number: str) -> None:
    """A NIP, an internal id, a VAT number of the Union, or a country's letters for a number that is not known."""
    with out.element("DaneIdentyfikacyjne"):
        if number[:1].isdigit():
            out.leaf("NIP" if len(number) == 10 else "IDWew", number)
        elif len(number) > 2:
            out.leaf("KodUE", number[:2])
            out.leaf("NrVatUE", number[2:])
        else:
            out.leaf("KodKraju", number)
            out.leaf("NrID", "36-1234567")
        out.leaf("Nazwa", _NAMES.get(number) or _ABROAD.get(number) or "Jednostka")
    with out.element("Adres"):
        out.leaf("KodKraju", "PL" if number[:1].isdigit() else number[:2])
        out.leaf("AdresL1", "ul. Źdźbła 1")


def _parties(out: Writer, seller: str, buyer: str, third: tuple[str, str] | None, *, to_union: bool) -> None:
    role = third[1] if third else ""
    with out.element("Podmiot1"):
        out.maybe("PrefiksPodatnika", "PL" if to_union else "")
        _party(out, seller)
    with out.element("Podmiot2"):
        _party(out, buyer)
        out.flag("JST", role == "8")
        out.flag("GV", role == "10")
    if third:
        with out.element("Podmiot3"):
            _party(out, third[0])
            out.leaf("Rola", role)


def _when(out: Writer, sold: str, period: tuple[str, str] | None) -> None:
    if period is None:
        out.maybe("P_6", sold)
        return
    with out.element("OkresFa"):
        out.leaf("P_6_Od", period[0])
        out.leaf("P_6_Do", period[1])


def _amounts(out: Writer, amounts: Mapping[str, Sequence[Decimal]], rate: str) -> None:
    for name, suffix in _TABLE.items():
        for place, one in enumerate(amounts.get(name, ())):
            out.leaf(f"P_{13 + place}_{suffix}", str(one))
            if place and rate:
                out.leaf(f"P_14_{suffix}W", f"{one * Decimal(rate):.2f}")


def _annotations(out: Writer, marks: Sequence[str], exempt: str, margin: str) -> None:
    with out.element("Adnotacje"):
        for mark in _MARKS:
            out.flag(mark, mark in marks)
        with out.element("Zwolnienie"):
            if exempt:
                out.leaf("P_19", "1")
                out.leaf("P_19A", exempt)
            else:
                out.leaf("P_19N", "1")
        with out.element("NoweSrodkiTransportu"):
            out.leaf("P_22N", "1")
        out.leaf("P_23", "2")
        with out.element("PMarzy"):
            out.leaf("P_PMarzy" if margin else "P_PMarzyN", "1")
            if margin:
                out.leaf(f"P_PMarzy_{margin}", "1")


def _correction(out: Writer, original: Original | None) -> None:
    if original is None:
        return
    out.leaf("PrzyczynaKorekty", "zmiana ceny")
    out.leaf("TypKorekty", str(original.type))
    with out.element("DaneFaKorygowanej"):
        out.leaf("DataWystFaKorygowanej", original.issued)
        out.leaf("NrFaKorygowanej", original.number)
        out.leaf("NrKSeF", "1")
        out.leaf("NrKSeFFaKorygowanej", original.ksef_number)


def _row(out: Writer, place: int, row: Row, rate: str) -> None:
    with out.element("FaWiersz"):
        out.leaf("NrWierszaFa", str(place))
        out.leaf("P_7", row.name)
        out.leaf("P_8A", "szt.")
        out.leaf("P_8B", "1")
        if row.rate == "marża":
            out.leaf("P_9B", row.net)
            out.leaf("P_11A", row.net)
        else:
            out.leaf("P_9A", row.net)
            out.leaf("P_11", row.net)
            out.leaf("P_12", row.rate)
        out.maybe("GTU", row.gtu)
        out.maybe("KursWaluty", rate)
        if row.before:
            out.leaf("StanPrzed", "1")


def _order(out: Writer, amounts: Mapping[str, Sequence[Decimal]]) -> None:
    """An order of five times what was paid in advance."""
    with out.element("Zamowienie"):
        out.leaf("WartoscZamowienia", f"{5 * sum(sum(parts) for parts in amounts.values())}")
        for place, (rate, (net, tax)) in enumerate(amounts.items(), 1):
            with out.element("ZamowienieWiersz"):
                out.leaf("NrWierszaZam", str(place))
                out.leaf("P_7Z", "Maszyna na zamówienie")
                out.leaf("P_11NettoZ", str(5 * net))
                out.leaf("P_11VatZ", str(5 * tax))
                out.leaf("P_12Z", rate)
