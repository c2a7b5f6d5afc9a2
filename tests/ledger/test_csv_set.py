"""CSV of the books' tables: as the examples, as a Polish spreadsheet reads it, whole for what is handed over."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from blink_tui.ledger.document import LedgerDocument
from blink_tui.ledger.exporter import Frame
from blink_tui.ledger.exporters.csv_set import EXPORTER
from blink_tui.model.books import BookKind
from blink_tui.model.coding import BookEntry, Identity, Rate, RegisterRow
from blink_tui.model.documents import Direction
from blink_tui.model.invoice import InvoiceParty
from blink_tui.model.months import Month
from tests.invoices.samples import shared
from tests.ledger.hostile import TEXTS, changed, purchase, sale, uncoded, with_text
from tests.ledger.sheets import Table, csv_table, csv_tables, files_of, rows_of
from tests.ledger.six import frame, six_kpir, six_ledger, six_lump_sum
from tests.ledger.worked import worked


def tables(*documents: LedgerDocument, own: Frame | None = None) -> dict[str, list[dict[str, str]]]:
    """Rows of the tables that documents make."""
    found = csv_tables(files_of(EXPORTER, documents, own or frame()))
    return {name: rows_of(table) for name, table in found.items()}


def differing(ours: Table, theirs: Table) -> set[tuple[str, str]]:
    """Number of the document and column of each cell in which two tables differ; the same heads, the same rows."""
    assert ours[0] == theirs[0]
    assert len(ours) == len(theirs)
    number = next(name for name in ours[0] if name.startswith("Numer dok") or "dowodu" in name)
    return {
        (mine[number], name)
        for mine, other in zip(rows_of(ours), rows_of(theirs), strict=True)
        for name in mine
        if mine[name] != other[name]
    }


def example(name: str) -> Table:
    return csv_table((shared("ledger", "examples") / f"{name}.csv").read_bytes())


@pytest.mark.parametrize("name", ["vat_sprzedaz", "vat_zakup"])
def test_registers_are_the_examples(name: str) -> None:
    assert csv_tables(files_of(EXPORTER, six_ledger(), frame()))[name] == example(name)


def test_postings_are_the_example_s_but_for_what_the_firm_s_books_say() -> None:
    ours = csv_tables(files_of(EXPORTER, six_ledger(), frame()))["dekrety"]
    theirs = example("dekrety")
    by_side = [*theirs[:18], theirs[19], theirs[18], theirs[20]]
    by_side[18][0], by_side[19][0] = "18", "19"
    # the scheme for services from abroad has both debits before the credits
    found = differing(ours, by_side)
    # the symbols of registers are those of the firm's source of data (BOOKKEEPING 4)
    assert {one for one in found if one[1] != "Rejestr"} == {("FV/77/2026", "Data księgowania")}
    # booked on the day of the cost, the tax point, where the example has the day of receipt (BOOKKEEPING 1)


def test_the_kpir_is_the_example_s_but_for_a_day() -> None:
    ours = csv_tables(files_of(EXPORTER, six_kpir(), frame(BookKind.KPIR)))["kpir_2026"]
    assert len(ours[0]) == 19
    assert differing(ours, example("kpir_2026")) == {
        ("FV/77/2026", "Data zdarzenia")
    }  # as among the postings


def test_the_register_of_revenue_is_the_example() -> None:
    ours = csv_tables(files_of(EXPORTER, six_lump_sum(), frame(BookKind.LUMP_SUM)))["ryczalt_2026"]
    assert len(ours[0]) == 17
    assert ours == example("ryczalt_2026")


def test_tax_that_the_buyer_owes_has_a_table_of_its_own() -> None:
    # the example of sales leaves it out; the JPK has it among the sales, so together they are the tax due
    found = tables(*six_ledger())
    (row,) = found["vat_nalezny_nabywcy"]
    assert (row["Import usług art. 28b podstawa (K_29)"], row["VAT należny"]) == ("100,00", "23,00")
    assert "vat_nalezny_nabywcy" not in tables(*six_ledger()[:5])


@pytest.mark.parametrize(
    ("kind", "own"),
    [(BookKind.LEDGER, "dekrety"), (BookKind.KPIR, "kpir_2026"), (BookKind.LUMP_SUM, "ryczalt_2026")],
)
def test_the_set_holds_the_tables_that_the_books_have(kind: BookKind, own: str) -> None:
    written = files_of(EXPORTER, [], frame(kind))
    assert set(written) == {"vat_sprzedaz.csv", "vat_zakup.csv", f"{own}.csv"}
    assert all(content.count(b"\r\n") == 1 for content in written.values())


def test_a_file_is_as_a_polish_spreadsheet_reads_it() -> None:
    content = files_of(EXPORTER, six_ledger(), frame())["vat_zakup.csv"]
    assert content.startswith(b"\xef\xbb\xbfLp;")
    assert content.count(b"\r\n") == content.count(b"\n") == 4
    assert "Łąkowa 3, 80-003 Gdańsk" in content.decode()


def test_cp1250_can_be_chosen_and_tells_what_it_cannot_spell() -> None:
    own = frame(settings={"encoding": "cp1250"})
    document = changed(purchase(), seller=replace(purchase().party, name="ООО Źdźbło"))
    (row,) = rows_of(csv_tables(files_of(EXPORTER, [document], own), "cp1250")["vat_zakup"])
    assert row["Kontrahent"] == "??? Źdźbło"
    piece = EXPORTER.prepare(document, own)
    assert piece is not None
    assert "letters-replaced" in [one.code for one in piece.warnings]


@pytest.mark.parametrize("what", TEXTS)
def test_hostile_texts_stay_in_their_cells(what: str) -> None:
    found = csv_tables(
        files_of(EXPORTER, [with_text(TEXTS[what], sale()), with_text(TEXTS[what], purchase())], frame())
    )
    for table in found.values():
        assert {len(row) for row in table} == {len(table[0])}
        for row in table[1:]:
            for name, cell in zip(table[0], row, strict=True):
                is_amount = cell.replace(",", "").removeprefix("-").isdigit()
                assert not cell.startswith(("=", "+", "@")), (name, cell)
                assert is_amount or not cell.startswith("-"), (name, cell)
                assert cell.isprintable()
    assert len(found["dekrety"]) == 1 + 3 + 4


@pytest.mark.parametrize("text", ["=1+1", "+48 22", "-1", "@SUM(A1)", "\t=1+1", "＝1"])
def test_a_text_that_looks_like_a_formula_gets_an_apostrophe(text: str) -> None:
    (row,) = tables(with_text(text, purchase()))["vat_zakup"]
    assert row["Kontrahent"] == row["Opis"] == f"'{text.strip()}"


def test_quotes_semicolons_and_line_breaks_come_back_as_they_were() -> None:
    (row,) = tables(with_text('Firma "A"; B\nsp. z o.o.', sale()))["vat_sprzedaz"]
    assert row["Kontrahent"] == 'Firma "A"; B sp. z o.o.'


def test_cyrillic_letters_stay() -> None:
    (row,) = tables(with_text("ООО «Ромашка»", sale()))["vat_sprzedaz"]
    assert row["Kontrahent"] == "ООО «Ромашка»"


def test_a_number_of_256_characters_stays_whole() -> None:
    number = "FV/" + "9" * 253
    found = tables(changed(purchase(), number=number))
    assert {row["Numer dokumentu"] for rows in found.values() for row in rows} == {number}


def test_an_amount_of_zero_is_blank_but_in_the_totals() -> None:
    row = tables(six_ledger()[1])["vat_sprzedaz"][0]
    assert (row["VAT 23%"], row["Zw"], row["VAT"], row["NP"]) == ("", "", "0,00", "2125,00")


def test_a_foreign_invoice_shows_its_currency_rate_and_gross() -> None:
    coding = replace(six_ledger()[1].coding, vat_rate=Rate(Decimal("4.253187")))
    row = tables(replace(six_ledger()[1], coding=coding))["vat_sprzedaz"][0]
    assert (row["Waluta"], row["Kurs"], row["Brutto w walucie"]) == ("EUR", "4,253187", "500,00")


def test_a_sale_of_a_cash_register_is_marked() -> None:
    document = worked("Faktura do paragonu (FP)")
    found = tables(document.document, own=document.frame)
    assert [row["Typ dokumentu"] for row in found["vat_sprzedaz"]] == ["FP"]
    assert found["dekrety"] == []


def test_several_corrections_of_one_document_are_rows_of_their_own() -> None:
    first = six_ledger()[2]
    second = replace(
        changed(first, number="KFS/2/02/2026"), id=9, ksef_number="1111111111-20260221-0100D4E56F34-22"
    )
    found = tables(first, second)["vat_sprzedaz"]
    assert [(row["Numer dokumentu"], row["Brutto"]) for row in found] == [
        ("KFS/1/02/2026", "-123,00"),
        ("KFS/2/02/2026", "-123,00"),
    ]


def test_parts_that_follow_payments_show_each_its_own_amounts() -> None:
    one = worked("Dostawca z metodą kasową (MK)")
    rows = tables(one.document, own=one.frame)["vat_zakup"]
    assert [(row["Okres VAT"], row["Netto"], row["VAT"]) for row in rows] == [
        ("2026-03", "487,80", "112,20"),
        ("2026-05", "512,20", "117,80"),
    ]
    assert {row["Dokument zakupu"] for row in rows} == {"MK"}


def test_the_first_part_paid_shows_its_own_amounts_alone() -> None:
    row = RegisterRow(
        Direction.PURCHASE,
        Month(2026, 3),
        (("K_42", Decimal("100.00")), ("K_43", Decimal("18.00"))),
        marks=("MK",),
    )
    coding = replace(purchase().coding, identity=Identity.ON_PAYMENT, rows=(row,))
    (told,) = tables(replace(purchase(), coding=coding))["vat_zakup"]
    assert (told["Netto"], told["VAT"], told["Brutto"]) == ("100,00", "18,00", "118,00")


def test_what_is_handed_over_goes_with_its_rows_of_every_month() -> None:
    one = worked("Dostawca z metodą kasową (MK)")
    own = replace(one.frame, months=(Month(2026, 3),))
    assert len(tables(one.document, own=own)["vat_zakup"]) == 2


def test_a_document_without_any_row_stands_among_the_others() -> None:
    nothing = replace(sale().coding, rows=(), lines=(), entries=())
    found = tables(replace(sale(), coding=nothing))
    assert [row["Numer dokumentu"] for row in found["pozostale"]] == ["FS/1/02/2026"]
    assert "pozostale" not in tables(sale())


def test_an_amount_without_a_column_is_told() -> None:
    odd = RegisterRow(Direction.PURCHASE, Month(2026, 2), (("K_42", Decimal(1)), ("K_46", Decimal("-5.00"))))
    piece = EXPORTER.prepare(replace(purchase(), coding=replace(purchase().coding, rows=(odd,))), frame())
    assert piece is not None
    (told,) = piece.warnings
    assert (told.code, told.values["field"], told.values["amount"]) == ("no-column", "K_46", "-5.00")


def test_entries_of_the_kpir_stand_by_day_and_share_a_row() -> None:
    early, late = six_kpir()[0], six_kpir()[3]
    entries = tuple(
        BookEntry(BookKind.KPIR, column, Decimal(amount), date(2026, 1, 7))
        for column, amount in (("12", 10), ("13", 2), ("15", 3))
    )
    document = replace(late, coding=replace(late.coding, entries=entries))
    first, second = tables(early, document, own=frame(BookKind.KPIR))["kpir_2026"]
    assert (first["Lp"], first["Data zdarzenia"], second["Lp"]) == ("1", "2026-01-07", "2")
    names = ("12 Zakup towarów i materiałów", "13 Koszty uboczne", "15 Pozostałe wydatki", "16 Razem wydatki")
    assert [first[name] for name in names] == ["10,00", "2,00", "3,00", "3,00"]


def test_the_kpir_names_who_has_no_number() -> None:
    nobody = InvoiceParty(name="Jan Próbny", no_id=True, seat=six_kpir()[0].party.seat)
    (row,) = tables(changed(six_kpir()[0], buyer=nobody), own=frame(BookKind.KPIR))["kpir_2026"]
    assert (row["Identyfikator podatkowy"], row["Kontrahent"], row["Adres"]) == (
        "", "Jan Próbny", "Próbna 2, 30-002 Kraków",
    )  # fmt: skip


def test_a_document_to_be_put_right_says_so() -> None:
    (row,) = tables(replace(purchase(), amends=True))["vat_zakup"]
    assert row["Opis"] == "DO POPRAWY W KSIĘGACH: Hosting i prasa"


def test_a_firm_without_books_gets_one_plain_list() -> None:
    own = frame(books=None)
    written = files_of(EXPORTER, map(uncoded, six_ledger()), own)
    assert set(written) == {".csv"}
    first, second, *_rest = rows_of(csv_table(written[".csv"]))
    assert list(first) == [
        "Lp", "Kierunek", "Numer dokumentu", "Numer KSeF", "Rodzaj", "Data wystawienia", "Data wpływu",
        "Termin płatności", "NIP", "Kontrahent", "Netto 23%", "VAT 23%", "Netto 8%", "VAT 8%", "Netto 5%", "VAT 5%",
        "Netto 0 KR", "Netto 0 WDT", "Netto 0 EX", "Netto zw", "Netto np I", "Netto np II", "Netto oo",
        "Netto marża", "Netto", "VAT (PLN)", "Brutto", "Waluta",
    ]  # fmt: skip
    assert (first["Kierunek"], first["Termin płatności"], first["Brutto"]) == (
        "sprzedaż",
        "2026-02-19",
        "1230,00",
    )
    assert (second["NIP"], second["Netto np II"], second["Waluta"]) == ("DE999999999", "500,00", "EUR")


def test_a_second_run_is_byte_for_byte_the_first() -> None:
    assert files_of(EXPORTER, six_ledger(), frame()) == files_of(EXPORTER, six_ledger(), frame())
