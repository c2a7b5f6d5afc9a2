"""JPK_PKPIR and JPK_EWP: rows in the order of days, columns by their numbers before 2026, sums of the year."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from blink_tui.ledger.exporters import jpk_ewp, jpk_pkpir
from blink_tui.ledger.formats import exporter
from blink_tui.model.book_rows import BookRegister
from blink_tui.model.books import BookKind
from blink_tui.model.invoice import InvoiceParty
from blink_tui.model.months import Month
from tests.ledger.jpk import PLACE, YEAR, lax_schema, partial, refused, whole, written
from tests.ledger.jpk_made import MARCH, booked, document, kpir, lump_sum
from tests.ledger.six import frame

KPIR = frame(BookKind.KPIR, months=YEAR)
LUMP_SUM = frame(BookKind.LUMP_SUM, months=YEAR)
COLUMNS = {
    "9": "K_7",
    "10": "K_8",
    "12": "K_10",
    "13": "K_11",
    "14": "K_12",
    "15": "K_13",
    "17": "K_15",
    "18": "K_16B",
}


@pytest.mark.parametrize(("column", "field"), COLUMNS.items())
def test_a_column_of_2026_has_the_number_of_before_in_the_file(column: str, field: str) -> None:
    made = document(entries=[kpir(column, "12.30", "2026-03-02")])
    (found,) = partial("jpk_pkpir", [made], KPIR).of("PKPIRWiersz")
    amounts = {name: text for name, text in found.items() if text == "12.30"}
    totals = {"K_7": {"K_9"}, "K_8": {"K_9"}, "K_12": {"K_14"}, "K_13": {"K_14"}}
    assert set(amounts) == {field} | totals.get(field, set())


def test_several_columns_of_a_document_are_one_row_a_day() -> None:
    made = document(
        entries=[
            kpir("12", "100", "2026-03-02"), kpir("15", "20", "2026-03-02"), kpir("15", "3", "2026-03-02"),
            kpir("15", "4", "2026-04-02"),
        ]
    )  # fmt: skip
    first, second = partial("jpk_pkpir", [made], KPIR).of("PKPIRWiersz")
    assert (first["K_10"], first["K_13"], first["K_14"]) == ("100.00", "23.00", "23.00")
    assert (second["K_2"], second["K_13"]) == ("2026-04-02", "4.00")


def test_rows_stand_by_day_and_those_of_a_day_as_they_came() -> None:
    days = ("2026-03-09", "2026-01-31", "2026-03-09", "2026-01-01", "2026-12-31")
    made = [document(entries=[kpir("9", "1", day)], place=place) for place, day in enumerate(days, 1)]
    rows = partial("jpk_pkpir", made, KPIR).of("PKPIRWiersz")
    assert [one["K_1"] for one in rows] == ["1", "2", "3", "4", "5"]
    assert [one["K_3A"] for one in rows] == [f"FV/{place}/2026" for place in (4, 2, 1, 3, 5)]


def test_costs_are_purchases_less_what_is_left_of_them_and_expenses() -> None:
    made = document(
        entries=[
            kpir("9", "10000", "2026-02-01"), kpir("10", "500.50", "2026-02-02"), kpir("12", "3000", "2026-02-03"),
            kpir("13", "100", "2026-02-04"), kpir("14", "200", "2026-02-05"), kpir("15", "50.05", "2026-02-06"),
        ]
    )  # fmt: skip
    told = replace(KPIR, options={"P_1": "1000,00", "P_2": "1500.50"})
    read = partial("jpk_pkpir", [made], told)
    assert [read.fields[name] for name in ("P_1", "P_2", "P_3", "P_4")] == [
        "1000.00", "1500.50", "2849.55", "7650.95",
    ]  # fmt: skip
    assert read.fields["LiczbaWierszy"] == "6"
    assert read.fields["SumaPrzychodow"] == "10500.50"


def test_stock_takings_of_the_year_stand_by_day() -> None:
    told = replace(KPIR, options={"P_5": "2026-09-30=900; 2026-06-30=1234.50"})
    read = partial("jpk_pkpir", [document(entries=[kpir("9", "1", "2026-03-02")])], told)
    assert read.order.count("P_5A") == 2
    assert (read.fields["P_5A"], read.fields["P_5B"]) == ("2026-09-30", "900.00")


@pytest.mark.parametrize(
    "options", [{"P_1": "dużo"}, {"P_2": "-1"}, {"P_5": "2026-06-31=1"}, {"P_5": "1"}, {"purpose": "7"}]
)
def test_stock_that_is_none_is_refused(options: dict[str, str]) -> None:
    with refused("jpk-option"):
        written("jpk_pkpir", [], replace(KPIR, options=options))


def test_a_row_says_who_and_what() -> None:
    nobody = InvoiceParty(no_id=True)
    greek = InvoiceParty(eu_country="EL", vat_ue="123456789", name="Ωμέγα")
    made = [
        document(entries=[kpir("9", "1", "2026-03-02")], other=nobody),
        document(entries=[kpir("9", "1", "2026-03-03")], other=greek, description="Usługa", place=2),
    ]
    first, second = partial("jpk_pkpir", made, KPIR).of("PKPIRWiersz")
    assert "K_4B" not in first
    assert (first["K_5A"], first["K_5B"], first["K_6"]) == ("BRAK", "BRAK", "Sprzedaż")
    assert (second["K_4A"], second["K_4B"], second["K_5A"], second["K_6"]) == (
        "GR",
        "123456789",
        "Ωμέγα",
        "Usługa",
    )


def test_only_the_months_asked_for_count() -> None:
    made = document(entries=[kpir("9", "1", "2026-03-31"), kpir("9", "2", "2026-04-01")])
    read = partial("jpk_pkpir", [made], replace(KPIR, months=(MARCH,)))
    assert [one["K_7"] for one in read.of("PKPIRWiersz")] == ["1.00"]
    assert (read.fields["DataOd"], read.fields["DataDo"]) == ("2026-03-01", "2026-03-31")


@pytest.mark.parametrize("form", ["jpk_pkpir", "jpk_ewp", "jpk_fa"])
def test_nothing_of_a_year_is_no_file_for_the_schema_wants_a_row(form: str) -> None:
    assert written(form, [], frame(months=YEAR, settings=PLACE)) == {}


@pytest.mark.parametrize("months", [(), (Month(2026, 1), MARCH)])
def test_months_apart_are_refused(months: tuple[Month, ...]) -> None:
    with refused("jpk-months"):
        written("jpk_ewp", [], replace(LUMP_SUM, months=months))


def test_a_column_or_a_rate_that_there_is_not_is_told() -> None:
    for form, entry, told in (
        ("jpk_pkpir", kpir("11", "1", "2026-03-02"), KPIR), ("jpk_ewp", lump_sum("2", "1", "2026-03-02"), LUMP_SUM),
    ):  # fmt: skip
        piece = exporter(form).prepare(document(entries=[entry]), told)
        assert piece is not None
        assert [one.blocks for one in piece.warnings] == [True]


def test_revenue_has_a_row_a_rate_and_is_entered_not_before_the_invoice() -> None:
    made = document(
        entries=[
            lump_sum("8.5", "100", "2026-03-02"), lump_sum("8.5", "-10.50", "2026-03-02"),
            lump_sum("3", "7", "2026-03-20"),
        ]
    )  # fmt: skip
    read = partial("jpk_ewp", [made], LUMP_SUM)
    first, second = read.of("EWPWiersz")
    assert [first[name] for name in ("K_2", "K_3", "K_8", "K_9")] == [
        "2026-03-12",
        "2026-03-02",
        "89.50",
        "8.5",
    ]
    assert [second[name] for name in ("K_2", "K_3", "K_8", "K_9")] == [
        "2026-03-20",
        "2026-03-20",
        "7.00",
        "3",
    ]
    assert (read.fields["LiczbaWierszy"], read.fields["SumaPrzychodow"]) == ("2", "96.50")


def test_the_cash_method_of_income_tax_is_marked_where_the_firm_says_so() -> None:
    made = [document(entries=[lump_sum("8.5", "1", "2026-03-02")])]
    assert "Kasowy_PIT" not in partial("jpk_ewp", made, LUMP_SUM).fields
    told = frame(BookKind.LUMP_SUM, {"cash_pit": "tak"}, months=YEAR)
    assert partial("jpk_ewp", made, told).fields["Kasowy_PIT"] == "1"


def test_a_whole_kpir_holds_the_books_other_rows_among_its_own(tmp_path: Path) -> None:
    rest = (
        booked(
            BookRegister.KPIR, {"K_13": "50", "K_14": "50"}, day=date(2026, 3, 1), description="Składki",
            address="Kraków",
        ),
        booked(
            BookRegister.KPIR, {"K_7": "1000", "K_9": "1000"}, day=date(2026, 3, 31), position=2, contractor="",
            name="",
        ),
        booked(BookRegister.SALES, {"K_19": "1"}),
    )  # fmt: skip
    schema = lax_schema(tmp_path, jpk_pkpir.FORM.namespace)
    made = [document(entries=[kpir("9", "200", "2026-03-15")])]
    read = whole("jpk_pkpir", made, replace(KPIR, rest=rest), schema, P_1="0", P_2="0")
    first, second, third = read.of("PKPIRWiersz")
    assert (first["K_6"], first["K_5B"], first["K_13"], first["K_14"]) == (
        "Składki",
        "Kraków",
        "50.00",
        "50.00",
    )
    assert second["K_7"] == "200.00"
    assert (third["K_5A"], third["K_5B"], third["K_6"]) == ("BRAK", "BRAK", "BRAK")
    assert read.amount("SumaPrzychodow") == Decimal(1200)
    assert (read.fields["P_3"], read.fields["P_4"]) == ("50.00", "1150.00")


def test_a_whole_kpir_wants_its_stock_told(tmp_path: Path) -> None:
    with refused("jpk-option"):
        whole("jpk_pkpir", [], KPIR, lax_schema(tmp_path, jpk_pkpir.FORM.namespace), P_1="0")


def test_a_whole_register_of_revenue_holds_the_books_other_rows(tmp_path: Path) -> None:
    rest = (
        booked(BookRegister.REVENUE, {"5.5": "10"}, day=date(2026, 3, 1), issued=None),
        booked(BookRegister.REVENUE, {"K_8": "20"}, "12.5", day=date(2026, 3, 2), issued=None, position=2),
    )
    read = whole("jpk_ewp", [], replace(LUMP_SUM, rest=rest), lax_schema(tmp_path, jpk_ewp.FORM.namespace))
    assert [(one["K_8"], one["K_9"]) for one in read.of("EWPWiersz")] == [("10.00", "5.5"), ("20.00", "12.5")]


@pytest.mark.parametrize("register", [BookRegister.KPIR, BookRegister.REVENUE])
@pytest.mark.parametrize("changes", [{"amounts": ()}, {"day": None, "issued": None}])
def test_a_row_of_a_book_that_cannot_be_written_again_stops_the_whole(
    tmp_path: Path, register: BookRegister, changes: dict[str, object]
) -> None:
    form, made, module = {
        BookRegister.KPIR: ("jpk_pkpir", KPIR, jpk_pkpir), BookRegister.REVENUE: ("jpk_ewp", LUMP_SUM, jpk_ewp)
    }[register]  # fmt: skip
    spoilt = replace(booked(register, {"K_13": "1", "12": "1"}, day=MARCH.first_day), **changes)  # type: ignore[arg-type]
    told = replace(made, rest=(spoilt,))
    with refused("jpk-rest-unusable"):
        whole(
            form,
            [],
            told,
            lax_schema(tmp_path, module.FORM.namespace),
            **({"P_1": "0", "P_2": "0"} if form == "jpk_pkpir" else {}),
        )
