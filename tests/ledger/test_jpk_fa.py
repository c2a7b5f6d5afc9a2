"""JPK_FA: the firm's own invoices by the form's own numbers, rows and orders behind their sums."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from blink_tui.ledger.document import LedgerDocument
from blink_tui.ledger.exporters import jpk_fa
from blink_tui.ledger.formats import exporter
from blink_tui.model.book_rows import BookRegister
from blink_tui.model.invoice import (
    AdvanceInvoice,
    CorrectedInvoice,
    InvoiceLine,
    InvoiceParty,
    NewVehicle,
    Notes,
    Order,
    VatAmount,
)
from blink_tui.model.months import Month
from tests.ledger.jpk import PLACE, YEAR, Row, lax_schema, partial, refused, whole, written
from tests.ledger.jpk_made import MARCH, PURCHASE, booked, document
from tests.ledger.six import frame

FRAME = frame(settings=PLACE, months=YEAR, books=None)
LINE = InvoiceLine(
    name="Usługa", unit="szt.", quantity=Decimal("2"), unit_price=Decimal("50"), net=Decimal("100"), rate="23"
)
TABLE = {
    "23": ("P_13_1", "P_14_1"), "8": ("P_13_2", "P_14_2"), "5": ("P_13_3", "P_14_3"),
    "ryczałt taxi": ("P_13_4", "P_14_4"), "oo": ("P_13_4", "P_14_4"), "np I": ("P_13_5", ""),
    "np II": ("P_13_5", ""), "OSS": ("P_13_5", "P_14_5"), "0 KR": ("P_13_6", ""), "0 WDT": ("P_13_6", ""),
    "0 EX": ("P_13_6", ""), "zw": ("P_13_7", ""), "marża": ("", ""),
}  # fmt: skip


def sale(place: int = 1, lines: tuple[InvoiceLine, ...] = (LINE,), **more: object) -> LedgerDocument:
    return document(place=place, lines=lines, **more)  # type: ignore[arg-type] # arguments of document


def only(made: LedgerDocument) -> Row:
    (found,) = partial("jpk_fa", [made], FRAME).of("Faktura")
    return found


def rows(made: LedgerDocument) -> list[Row]:
    return list(partial("jpk_fa", [made], FRAME).of("FakturaWiersz"))


@pytest.mark.parametrize(("rate", "fields"), TABLE.items())
def test_rates_have_the_form_s_own_numbers(rate: str, fields: tuple[str, str]) -> None:
    tax = Decimal("23") if rate in ("23", "8", "5", "ryczałt taxi", "OSS") else None
    found = only(sale(vat_table=(VatAmount(rate=rate, net=Decimal(100), vat=tax),)))
    told = {name: text for name, text in found.items() if name.startswith(("P_13", "P_14"))}
    expected = {fields[0]: "100.00", fields[1]: "23.00" if tax else "0.00"}
    assert told == {name: text for name, text in expected.items() if name}


def test_rates_that_share_a_number_are_added() -> None:
    table = tuple(
        VatAmount(rate=rate, net=Decimal("10.10")) for rate in ("0 KR", "0 WDT", "0 EX", "np I", "np II")
    )
    found = only(sale(vat_table=table))
    assert (found["P_13_6"], found["P_13_5"]) == ("30.30", "20.20")


def test_tax_of_a_foreign_currency_stands_in_pln_beside_it() -> None:
    row = VatAmount(rate="23", net=Decimal(100), vat=Decimal(23), vat_pln=Decimal("97.75"))
    found = only(sale(vat_table=(row,), currency="EUR"))
    assert (found["KodWaluty"], found["P_14_1"], found["P_14_1W"]) == ("EUR", "23.00", "97.75")
    assert "P_14_1W" not in only(sale(vat_table=(row,)))


def test_marks_are_true_and_false_and_say_their_ground() -> None:
    notes = Notes(exempt=True, exempt_by_directive="art. 132", triangular=True, margin=True, margin_art=True)
    found = only(sale(notes=notes, cash_method=True, split_payment=True))
    flags = ("P_16", "P_17", "P_18", "P_18A", "P_19", "P_20", "P_21", "P_22", "P_23", "P_106E_2", "P_106E_3")
    assert [found[name] for name in flags] == [
        "true", "false", "false", "true", "true", "false", "false", "false", "true", "false", "true",
    ]  # fmt: skip
    assert (found["P_19B"], found["P_106E_3A"]) == ("art. 132", "procedura marży - dzieła sztuki")


def test_who_issued_it_in_the_seller_s_place_and_a_new_vehicle() -> None:
    bailiff = InvoiceParty(nip="2222222222", name="Komornik", role=2)
    found = only(sale(authorized=bailiff))
    assert [found[name] for name in ("P_20", "P_20A", "P_20B", "P_21")] == [
        "true",
        "Komornik",
        "BRAK",
        "false",
    ]
    found = only(sale(authorized=replace(bailiff, role=3)))
    assert [found[name] for name in ("P_20", "P_21", "P_21C")] == ["false", "true", "2222222222"]
    vehicle = NewVehicle(first_use=date(2026, 1, 2), mileage="10 km")
    found = only(sale(notes=Notes(new_vehicles=True, vehicles=(vehicle,))))
    assert [found[name] for name in ("P_22", "P_22A", "P_22B")] == ["true", "2026-01-02", "10 km"]


@pytest.mark.parametrize(
    ("kind", "written_kind"),
    [("VAT", "VAT"), ("ROZ", "VAT"), ("UPR", "VAT"), ("ZAL", "ZAL"), ("KOR", "KOREKTA"), ("KOR_ZAL", "KOREKTA")],
)  # fmt: skip
def test_kinds_are_three(kind: str, written_kind: str) -> None:
    assert only(sale(kind=kind))["RodzajFaktury"] == written_kind


def test_a_correction_names_all_its_originals_and_takes_rows_back() -> None:
    before = replace(LINE, before=True)
    after = replace(LINE, net=Decimal("80"), unit_price=Decimal("40"))
    made = sale(
        lines=(before, after), kind="KOR", total=Decimal("-24.60"), correction_reason="Rabat & upust",
        corrected=(CorrectedInvoice(number="FV/1"), CorrectedInvoice(number="FV/2")),
    )  # fmt: skip
    found = only(made)
    assert (found["PrzyczynaKorekty"], found["NrFaKorygowanej"], found["P_15"]) == (
        "Rabat & upust",
        "FV/1, FV/2",
        "-24.60",
    )
    assert [(one["P_8B"], one["P_9A"], one["P_11"]) for one in rows(made)] == [
        ("-2", "50.00", "-100.00"), ("2", "40.00", "80.00"),
    ]  # fmt: skip
    assert partial("jpk_fa", [made], FRAME).fields["WartoscWierszyFaktur"] == "-20.00"


def test_an_advance_has_its_order_and_a_settlement_its_advances() -> None:
    line = InvoiceLine(
        name="Maszyna", net=Decimal(1000), vat=Decimal(230), rate="23", quantity=Decimal("1.500")
    )
    advance = sale(lines=(), kind="ZAL", order=Order(value=Decimal(1230), lines=(line,)))
    settled = sale(
        place=2,
        kind="ROZ",
        advance_invoices=(AdvanceInvoice(number="ZAL/1"), AdvanceInvoice(ksef_number="K")),
    )
    read = partial("jpk_fa", [advance, settled], FRAME)
    (order,) = read.of("Zamowienie")
    assert (order["P_2AZ"], order["WartoscZamowienia"]) == ("FV/1/2026", "1230.00")
    assert (read.fields["LiczbaZamowien"], read.fields["WartoscZamowien"]) == ("1", "1230.00")
    assert read.of("Faktura")[1]["NrFaZaliczkowej"] == "ZAL/1, K"


def test_advances_alone_are_still_valid() -> None:
    read = partial("jpk_fa", [sale(lines=(), kind="ZAL")], FRAME)
    assert read.of("FakturaWiersz") == [{"P_2B": "FV/1/2026"}]
    assert (read.fields["LiczbaWierszyFaktur"], read.fields["WartoscWierszyFaktur"]) == ("1", "0.00")


@pytest.mark.parametrize(
    ("rate", "written_rate"),
    [
        ("23", "23"), ("0 WDT", "0"), ("0 KR", "0"), ("np I", "np"), ("np II", "np"), ("oo", "oo"), ("zw", "zw"),
        ("25", None), (None, None),
    ],
)  # fmt: skip
def test_rates_of_rows(rate: str | None, written_rate: str | None) -> None:
    (found,) = rows(sale(lines=(replace(LINE, rate=rate),)))
    assert found.get("P_12") == written_rate


def test_prices_are_rounded_and_quantities_are_not() -> None:
    line = replace(
        LINE, unit_price=Decimal("0.12500000"), quantity=Decimal("1000.125000"), oss_rate=Decimal("21.5")
    )
    (found,) = rows(sale(lines=(line,)))
    assert (found["P_9A"], found["P_8B"], found["P_12_XII"]) == ("0.13", "1000.125", "21.5")


def test_sums_count_invoices_and_rows() -> None:
    made = [sale(place=place, total=Decimal("-1.50"), lines=(LINE, LINE)) for place in (1, 2, 3)]
    read = partial("jpk_fa", made, FRAME)
    assert (read.fields["LiczbaFaktur"], read.fields["WartoscFaktur"]) == ("3", "-4.50")
    assert (read.fields["LiczbaWierszyFaktur"], read.fields["WartoscWierszyFaktur"]) == ("6", "600.00")
    assert [one["P_2B"] for one in read.of("FakturaWiersz")] == ["FV/1/2026"] * 2 + ["FV/2/2026"] * 2 + [
        "FV/3/2026"
    ] * 2


def test_only_what_the_firm_issued_in_the_span_stands_there() -> None:
    for made in (sale(direction=PURCHASE), sale(form="FA_RR (1)"), sale(issue_date=date(2026, 4, 1))):
        assert exporter("jpk_fa").prepare(made, replace(FRAME, months=(MARCH,))) is None
    assert exporter("jpk_fa").prepare(sale(), replace(FRAME, months=(MARCH,))) is not None


@pytest.mark.parametrize(
    ("street", "told"),
    [
        ("Prosta 1", ("Prosta", "1", None)), ("ul. 3 Maja 15A/7", ("ul. 3 Maja", "15A", "7")),
        ("Prosta 12 m. 5", ("Prosta", "12", "5")), ("Rynek", ("Rynek", "-", None)),
    ],
)  # fmt: skip
def test_the_street_s_last_number_is_the_house(street: str, told: tuple[str, str, str | None]) -> None:
    read = partial("jpk_fa", [sale()], frame(settings={**PLACE, "street": street}, months=YEAR))
    assert (read.fields["Ulica"], read.fields["NrDomu"], read.fields.get("NrLokalu")) == told


@pytest.mark.parametrize("lacking", ["province", "county", "commune", "street", "postal_code"])
def test_what_the_address_needs_is_asked_for(lacking: str) -> None:
    with refused("export-settings-missing") as error:
        written("jpk_fa", [sale()], frame(settings={**PLACE, lacking: ""}, months=YEAR))
    assert lacking in str(error.value)


def test_a_whole_file_is_refused_where_the_books_hold_other_sales(tmp_path: Path) -> None:
    schema = lax_schema(tmp_path, jpk_fa.FORM.namespace)
    assert len(whole("jpk_fa", [sale()], FRAME, schema).of("Faktura")) == 1
    rest = (booked(BookRegister.SALES, {"K_20": "1"}),)
    with refused("jpk-fa-not-whole"):
        whole("jpk_fa", [sale()], replace(FRAME, rest=rest), schema)
    no_invoices = (
        booked(BookRegister.SALES, {"K_20": "1"}, issued=date(2025, 12, 31)), booked(BookRegister.PURCHASES, {}),
        booked(BookRegister.SALES, {"K_20": "1"}, "RO"), booked(BookRegister.SALES, {"K_29": "1", "K_30": "1"}),
    )  # fmt: skip
    assert len(whole("jpk_fa", [sale()], replace(FRAME, rest=no_invoices), schema).of("Faktura")) == 1


def test_months_follow_one_another() -> None:
    with refused("jpk-months"):
        written("jpk_fa", [], replace(FRAME, months=(Month(2026, 1), MARCH)))
