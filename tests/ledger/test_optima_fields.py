"""Fields of Optima's records by what an invoice and its coding hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from blink_tui.ledger.exporters.optima import EXPORTER
from blink_tui.model.books import BookKind, VatKind, VatStatus
from blink_tui.model.coding import Identity, PostingLine, RegisterRow, Side
from blink_tui.model.documents import Direction
from blink_tui.model.invoice import Payment, VatAmount
from blink_tui.model.months import Month
from tests.ledger.hostile import (
    changed,
    codes,
    purchase,
    sale,
    settled,
    uncoded,
)
from tests.ledger.optima_made import IDS, made, record, told
from tests.ledger.optima_reader import Record
from tests.ledger.six import BOOKS, six_kpir, six_ledger
from tests.ledger.totals import summed
from tests.ledger.worked import worked as worked_document
from tests.ledger.worked import worked_documents


def worked(title: str) -> tuple[Record, list[str]]:
    """A document of the worked set with the frame of its own firm, and what is told of it."""
    one = worked_document(title)
    own = settled(EXPORTER, IDS, books=one.frame.books)
    piece = EXPORTER.prepare(one.document, own)
    assert piece is not None
    return record(one.document, books=one.frame.books), codes(piece)


def test_what_is_deducted_is_what_the_register_of_purchases_holds() -> None:
    for title, document, own in worked_documents():
        one = record(document, books=own.books)
        rows = [row for row in document.coding.rows if row.register is Direction.PURCHASE]
        if one.sale or one["METODA_KASOWA"] == "Tak" or document.coding.identity is Identity.ON_PAYMENT:
            continue
        yes = [position for position in one.positions if position["ODLICZENIA_VAT"] == "tak"]
        for name, fields in (("NETTO_SYS2", {"K_40", "K_42"}), ("VAT_SYS2", {"K_41", "K_43"})):
            held = sum(amount for row in rows for field, amount in row.amounts if field in fields)
            assert sum(Decimal(position[name]) for position in yes) == held, (title, name)


def test_postings_go_side_by_side_and_balance() -> None:
    for title, document, own in worked_documents():
        one = record(document, books=own.books)
        assert one.side("KONTO_WN") == one.side("KONTO_MA") == document.coding.debit, title
        assert len(one.postings) == len(document.coding.lines)
    assert record(sale(), {"accounts": "nie"}).postings == []


def test_a_red_storno_is_a_negative_amount_on_its_side() -> None:
    one = record(six_ledger()[2])
    assert [(row["KONTO_WN"], row["KONTO_MA"], row["KWOTA_KD"]) for row in one.postings] == [
        ("201-2222222222", "", "-123.00"), ("", "702", "-100.00"), ("", "222", "-23.00"),
    ]  # fmt: skip


def test_half_of_a_car_s_tax_is_deducted_and_half_is_not() -> None:
    one, _ = worked("Samochód firmowy używany też prywatnie")
    assert [(row["NETTO"], row["VAT"], row["ODLICZENIA_VAT"]) for row in one.positions] == [
        ("166.67", "38.34", "tak"), ("166.66", "38.33", "nie"),
    ]  # fmt: skip


def test_a_proportion_is_divided_as_deducted_or_left_to_optima() -> None:
    (one,) = [one for one in worked_documents() if one.title.startswith("Proporcja")]
    divided = record(one.document, books=one.frame.books)
    assert [(row["NETTO"], row["VAT"], row["ODLICZENIA_VAT"]) for row in divided.positions] == [
        ("1000.00", "184.00", "tak"), ("0.00", "46.00", "nie"),
    ]  # fmt: skip
    whole = record(one.document, {"proportion": "warunkowo"}, books=one.frame.books)
    assert [(row["NETTO"], row["VAT"], row["ODLICZENIA_VAT"]) for row in whole.positions] == [
        ("1000.00", "230.00", "warunkowo")
    ]


def test_a_car_is_never_left_to_the_proportion() -> None:
    books = replace(BOOKS, vat=(VatStatus(date(2020, 1, 1), VatKind.MONTHLY, proportion=Decimal("0.9")),))
    car = six_ledger()[4]
    one = record(car, {"proportion": "warunkowo"}, books=books)
    assert [(row["VAT"], row["ODLICZENIA_VAT"]) for row in one.positions] == [
        ("46.00", "tak"),
        ("46.00", "nie"),
    ]


def test_what_is_not_deducted_of_an_asset_is_an_asset_too() -> None:
    row = RegisterRow(
        Direction.PURCHASE,
        Month(2026, 2),
        (("K_40", Decimal("300.00")), ("K_41", Decimal("27.00"))),
        Decimal("27.00"),
    )
    document = replace(purchase(), coding=replace(purchase().coding, rows=(row,), identity=Identity.LIMITED))
    kinds = {(row["RODZAJ_ZAKUPU"], row["ODLICZENIA_VAT"]) for row in record(document).positions}
    assert kinds == {("środki trwałe", "tak"), ("środki trwałe", "nie")}


def test_fixed_assets_are_named_so_and_nothing_else_is() -> None:
    one, _ = worked("Środek trwały")
    assert [row["RODZAJ_ZAKUPU"] for row in one.positions] == ["środki trwałe"]
    assert {row["RODZAJ_ZAKUPU"] for row in record(purchase()).positions} == {"usługi"}
    assert worked("WNT")[0].positions[0]["RODZAJ_ZAKUPU"] == "towary"


@pytest.mark.parametrize(
    ("title", "month"),
    [
        ("Usługa marcowa, numer KSeF z kwietnia", "2026-04"),
        ("Korekta sprzedaży in plus", "2026-02"),
        ("Nabywca zwolniony", "Nie"),
        ("Nocleg", "Nie"),
        ("Dostawca z metodą kasową (MK)", "Nie"),
        ("Dostawca z metodą kasową, jeszcze", "Nie"),
        ("Metoda kasowa firmy, dwie stawki", "Nie"),
        ("Faktura VAT RR zapłacona rolnikowi", "2026-04"),
        ("Faktura do paragonu (FP)", "2026-03"),
    ],
)
def test_the_month_of_the_return(title: str, month: str) -> None:
    one, warnings = worked(title)
    assert one["DEKLARACJA_VAT7"] == month
    assert ("optima-payments" in warnings) is ("metod" in title.lower())


def test_without_books_the_month_follows_from_the_invoice() -> None:
    late = replace(uncoded(purchase()), received=date(2026, 4, 2))
    one = record(late, books=None)
    assert one["DEKLARACJA_VAT7"] == "2026-04"
    assert one["DATA_DATAPRAWAODLICZENIA"] == "2026-04-02"
    assert record(uncoded(sale()), books=None)["DEKLARACJA_VAT7"] == "2026-02"


@pytest.mark.parametrize("changes", [{"cash_method": True}, {"form": "FA_RR (1)", "kind": "VAT_RR"}])
def test_without_books_tax_that_follows_payments_waits(changes: dict[str, Any]) -> None:
    document = changed(uncoded(purchase()), **changes)
    assert record(document, books=None)["DEKLARACJA_VAT7"] == "Nie"
    assert told(document) == ["optima-payments"]


def test_rates_that_optima_does_not_tell_apart_are_told() -> None:
    for rate in ("OSS", "marża", "ryczałt taxi"):
        row = VatAmount(rate=rate, net=Decimal(100), vat=Decimal(0))
        assert told(changed(uncoded(sale()), vat_table=(row,))) == ["rate-unsure"]


def test_without_books_the_invoice_s_table_goes_and_its_marks() -> None:
    one = record(uncoded(sale()), books=None)
    assert summed(one.rates()) == {(True, "23"): (Decimal("1000.00"), Decimal("230.00"))}
    assert (one.codes, one.postings, one["REJESTR"]) == (["GTU_12"], [], "SPRZEDAŻ")
    assert "KOLUMNA_KPR" not in one.positions[0]
    assert record(uncoded(purchase()), books=None)["REJESTR"] == "ZAKUP"


def test_the_account_of_what_is_not_deducted_is_the_one_with_its_tax() -> None:
    lines = (
        PostingLine(Side.DEBIT, "402", Decimal("246.00")),
        PostingLine(Side.DEBIT, "401", Decimal("500.00")),
        PostingLine(Side.CREDIT, "202", Decimal("746.00")),
    )
    document = replace(
        purchase(), coding=replace(purchase().coding, lines=lines, rows=(), identity=Identity.NONE)
    )
    accounts = [row["KATEGORIA_POS"] for row in record(document, {"category": "konto"}).positions]
    assert accounts == ["402", "401"]


def test_what_never_was_in_ksef_has_no_day_of_its_receipt_there() -> None:
    one = record(six_ledger()[5])
    assert (one["NR_KSEF"], one["KSEF_DATA_PRZYJECIA"]) == ("", "")


def test_sold_assets_do_not_count_for_the_proportion() -> None:
    lines = tuple(
        replace(line, account="760") if line.account == "702" else line for line in sale().coding.lines
    )
    (row,) = record(replace(sale(), coding=replace(sale().coding, lines=lines))).positions
    assert (row["RODZAJ_SPRZEDAZY"], row["UWZ_W_PROPORCJI"]) == ("środki trwałe", "nie")


def test_registers_are_named_by_the_coding_first() -> None:
    assert record(sale(), {"sales_register": "KRAJ"})["REJESTR"] == "SPR"
    assert record(uncoded(sale()), {"sales_register": "KRAJ"}, books=None)["REJESTR"] == "KRAJ"


def test_the_category_is_the_coding_s_the_account_or_nothing() -> None:
    document = replace(purchase(), coding=replace(purchase().coding, category="BIURO"))
    kinds = {chosen: record(document, {"category": chosen}) for chosen in ("kategoria", "konto", "brak")}
    assert [kinds[one]["KATEGORIA"] for one in kinds] == ["BIURO", "", ""]
    assert [[row["KATEGORIA_POS"] for row in one.positions] for one in kinds.values()] == [
        ["BIURO", "BIURO"], ["402-01", "401-01"], ["", ""],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Towary handlowe 8 i 5 % w KPiR", {("Zakup towarów", "")}),
        ("Sprzedaż podatnika zwolnionego w KPiR", {("Sprzedaż", "")}),
        ("Ryczałt: przychód", {("Nie księgować", "8.50")}),
    ],
)
def test_columns_of_the_kpir_and_of_the_lump_sum(title: str, words: set[tuple[str, str]]) -> None:
    one, _ = worked(title)
    assert {(row["KOLUMNA_KPR"], row.get("KOLUMNA_RYCZALT", "")) for row in one.positions} == words


def test_a_column_that_no_file_has_shown_is_told() -> None:
    document = six_kpir()[3]
    (entry,) = document.coding.entries
    moved = replace(document, coding=replace(document.coding, entries=(replace(entry, column="13"),)))
    books = replace(BOOKS, kind=BookKind.KPIR)
    assert record(moved, books=books).positions[0]["KOLUMNA_KPR"] == "Koszty uboczne"
    piece = EXPORTER.prepare(moved, settled(EXPORTER, IDS, books=books))
    assert piece
    assert codes(piece) == ["optima-column"]


def test_an_amount_of_the_book_that_optima_works_out_otherwise_is_told() -> None:
    _, warnings = worked("Samochód prywatny w KPiR")
    assert "optima-book-amount" in warnings
    assert worked("Samochód wyłącznie")[1] == []


def test_self_assessed_tax_stands_in_purchases_and_its_output_is_told() -> None:
    one, warnings = worked("WNT w euro")
    assert warnings == ["optima-own-tax"]
    assert (one["EKSPORT"], one["DEKLARACJA_VATUE"], one["DEKLARACJA_VAT7"]) == (
        "wewnątrzunijny",
        "Tak",
        "2026-03",
    )
    (row,) = one.positions
    assert (row["STAWKA_VAT"], row["NETTO"], row["NETTO_SYS2"], row["VAT_SYS2"]) == (
        "23.00", "500.00", "2130.00", "489.90",
    )  # fmt: skip
    assert one.payments[0]["KWOTA_PLAT"] == "500.00"
    assert told(replace(uncoded(six_ledger()[5]))) == ["self-assessed-plain"]


def test_a_margin_goes_with_its_typed_tax_and_its_value_is_told() -> None:
    one, warnings = worked("Marża, towary używane")
    assert warnings == ["margin-value"]
    assert summed(one.rates()) == {(True, "23"): (Decimal("813.01"), Decimal("186.99"))}
    assert one.payments[0]["KWOTA_PLAT"] == "5000.00"
    assert one.codes == ["MR_UZ"]


def test_a_document_to_a_receipt_has_its_mark_and_no_payment() -> None:
    one, _ = worked("Faktura do paragonu (FP)")
    assert (one.codes, one.payments, one.postings) == (["FP"], [], [])
    assert {row["UWZ_W_PROPORCJI"] for row in one.positions} == {"nie"}


def test_two_rates_of_a_currency_go_side_by_side() -> None:
    one, _ = worked("Sprzedaż w euro")
    assert (one["WALUTA"], one["NOTOWANIE_WALUTY_ILE"], one["NOTOWANIE_WALUTY_ILE_2"]) == (
        "EUR",
        "4.2400",
        "4.2500",
    )
    (row,) = one.positions
    names = ("NETTO", "VAT", "NETTO_SYS", "VAT_SYS", "NETTO_SYS2", "VAT_SYS2")
    assert [row[name] for name in names] == ["1000.00", "230.00", "4240.00", "977.50", "4250.00", "977.50"]
    assert (one.payments[0]["KWOTA_PLAT"], one.payments[0]["KWOTA_PLN_PLAT"]) == ("1230.00", "5215.20")
    assert "KURS_WALUTY_2" not in record(six_ledger()[1]).fields


def test_a_rate_of_more_than_four_places_is_quoted_for_a_hundred() -> None:
    document = changed(uncoded(sale()), currency="HUF", exchange_rate=Decimal("0.011834"))
    one = record(document, books=None)
    assert (one["NOTOWANIE_WALUTY_ILE"], one["NOTOWANIE_WALUTY_ZA_ILE"]) == ("1.1834", "100")
    assert one.positions[0]["NETTO_SYS"] == "11.83"


def test_a_currency_without_a_rate_keeps_the_document_out() -> None:
    piece = EXPORTER.prepare(changed(uncoded(sale()), currency="USD"), settled(EXPORTER, IDS, books=None))
    assert piece
    assert [(one.code, one.blocks) for one in piece.warnings] == [("rate-unknown", True)]


def test_a_simplified_invoice_without_a_table_is_kept_out() -> None:
    simplified = changed(uncoded(sale()), kind="UPR", vat_table=())
    piece = EXPORTER.prepare(simplified, settled(EXPORTER, IDS, books=None))
    assert piece
    assert [(one.code, one.blocks) for one in piece.warnings] == [("table-missing", True)]
    assert worked("Faktura uproszczona (UPR) bez tabeli")[1] == []


def test_payments_turn_round_with_negative_amounts() -> None:
    directions = [
        (one.payments[0]["KIERUNEK"], one.payments[0]["KWOTA_PLAT"]) for one in made(*six_ledger()).documents
    ]
    assert directions == [
        ("przychód", "1230.00"), ("przychód", "500.00"), ("rozchód", "123.00"),
        ("rozchód", "354.00"), ("rozchód", "492.00"), ("rozchód", "100.00"),
    ]  # fmt: skip
    back = record(changed(purchase(), total=Decimal("-354.00")))
    assert back.payments[0]["KIERUNEK"] == "przychód"


def test_a_document_of_zero_has_its_row_and_no_payment() -> None:
    nothing = VatAmount(rate="23", net=Decimal("0.00"), vat=Decimal("0.00"))
    one = record(changed(uncoded(sale()), vat_table=(nothing,), total=Decimal("0.00")), books=None)
    assert one.payments == []
    assert [(row["NETTO"], row["VAT"]) for row in one.positions] == [("0.00", "0.00")]


def test_split_payment_is_marked_with_its_tax_and_the_seller() -> None:
    one, _ = worked("Mechanizm podzielonej")
    assert (one["MPP"], one.codes) == ("Tak", ["GTU_05", "MPP"])
    payment = one.payments[0]
    assert payment["PLAT_SPLIT_PAYMENT"] == "Tak"
    assert payment["PLAT_SPLIT_KWOTA_VAT"] == "4600.00"
    assert payment["PLAT_SPLIT_NIP"] == "5265877635"
    assert payment["PLAT_SPLIT_NR_DOKUMENTU"] == one["NUMER"]


def test_forms_of_payment_are_optima_s_or_the_firm_s_usual() -> None:
    for form, word in ((1, "gotówka"), (2, "karta"), (6, "przelew"), (7, "inna"), (None, "inna")):
        document = changed(sale(), payment=Payment(form=form, other_form="barter"))
        assert record(document, {"payment_form": "inna"})["FORMA_PLATNOSCI"] == word


def test_kinds_of_transactions() -> None:
    kinds = {
        "Usługa 23 %": "nie", "Wewnątrzwspólnotowa dostawa": "wewnątrzunijny", "Eksport": "pozaunijny",
        "Import usług: podatek": "pozaunijny",
    }  # fmt: skip
    assert {title: worked(title)[0]["EKSPORT"] for title in kinds} == kinds
    one, warnings = worked("Poza terytorium kraju")
    assert (one["EKSPORT"], one["DEKLARACJA_VATUE"]) == ("poza terytorium kraju", "Tak")
    assert warnings == ["optima-mixed-kinds"]


def test_tax_typed_in_the_register_wins_over_the_invoice_s() -> None:
    row = RegisterRow(
        Direction.SALE, Month(2026, 2), (("K_19", Decimal("900.00")), ("K_20", Decimal("207.00")))
    )
    document = replace(sale(), coding=replace(sale().coding, rows=(row,)))
    assert summed(record(document).rates()) == {(True, "23"): (Decimal("900.00"), Decimal("207.00"))}


def test_an_unpaid_farmer_and_a_quarter_are_no_cash_method() -> None:
    one, warnings = worked("Faktura VAT RR zapłacona w części")
    assert (one["ROLNIK"], one["METODA_KASOWA"], one["DEKLARACJA_VAT7"]) == ("Tak", "Nie", "Nie")
    assert (one.positions[0]["STAWKA_VAT"], warnings) == ("7.00", ["optima-payments"])
    books = replace(BOOKS, vat=(VatStatus(date(2020, 1, 1), VatKind.QUARTERLY),))
    assert record(sale(), books=books)["METODA_KASOWA"] == "Nie"


def test_sides_of_the_postings_are_the_coding_s() -> None:
    lines = sale().coding.lines
    assert [bool(row["KONTO_WN"]) for row in record(sale()).postings] == [
        one.side is Side.DEBIT for one in lines
    ]
