"""A whole JPK_V7: the books' other rows, the declaration's own arithmetic, the schema's judgment before its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from blink_tui.ledger.document import LedgerDocument
from blink_tui.ledger.exporters import jpk_ewp, jpk_pkpir
from blink_tui.ledger.exporters.jpk_v7 import V7K, V7M
from blink_tui.ledger.readback import read_books
from blink_tui.model.book_rows import BookRegister, BookRow
from blink_tui.model.books import BookKind, VatKind, VatStatus
from blink_tui.model.errors import BlinkError
from blink_tui.model.months import Month
from tests.invoices.samples import shared
from tests.ledger.jpk import SCHEMAS, Jpk, lax_schema, partial, refused, whole, written
from tests.ledger.jpk_made import MARCH, PURCHASE, SALE, booked, bought, document, row, sold
from tests.ledger.six import BOOKS, NIP, frame, six_kpir, six_ledger, six_lump_sum

IN_MARCH = frame(months=(MARCH,))
SOLD, BOUGHT = BookRegister.SALES, BookRegister.PURCHASES
QUARTERLY = replace(BOOKS, vat=(VatStatus(date(2020, 1, 1), VatKind.QUARTERLY),))
IN_QUARTERS = frame(months=(MARCH,), books=QUARTERLY)
QUARTER = (Month(2026, 1), Month(2026, 2), MARCH)


@pytest.fixture
def schema(tmp_path: Path) -> Path:
    return lax_schema(tmp_path, V7M.form.namespace)


def declared(schema: Path, sales: str, purchases: str, **options: str) -> Mapping[str, str]:
    """The declaration of a month with these taxes at 23 %, whatever their bases."""
    made = [sold({"K_20": sales}), bought({"K_43": purchases}, place=2)]
    read = whole("jpk_v7m", made, IN_MARCH, schema, **options)
    return {name: text for name, text in read.fields.items() if name.startswith("P_")}


def refusal(schema: Path, sales: str, purchases: str, **options: str) -> str:
    with refused("jpk-option") as error:
        declared(schema, sales, purchases, **options)
    return str(error.value)


def test_a_whole_file_has_no_mark_of_a_part(schema: Path) -> None:
    read = whole("jpk_v7m", six_ledger(), frame(months=(Month(2026, 2),)), schema)
    assert read.comments == ()
    assert read.order.index("P_38") < read.order.index("LiczbaWierszySprzedazy")


def test_tax_to_be_paid(schema: Path) -> None:
    found = declared(schema, "230.00", "100.00")
    assert found == {
        "P_19": "0",
        "P_20": "230",
        "P_38": "230",
        "P_42": "0",
        "P_43": "100",
        "P_48": "100",
        "P_51": "130",
    }


def test_a_surplus_is_carried_forward(schema: Path) -> None:
    found = declared(schema, "100.00", "230.00")
    assert (found["P_51"], found["P_53"], found["P_62"]) == ("0", "130", "130")
    assert "P_54" not in found


def test_a_surplus_carried_from_before_lowers_what_is_paid(schema: Path) -> None:
    found = declared(schema, "230.00", "100.00", P_39="40")
    assert (found["P_39"], found["P_48"], found["P_51"]) == ("40", "140", "90")
    found = declared(schema, "230.00", "100.00", P_39="200")
    assert (found["P_48"], found["P_51"], found["P_53"], found["P_62"]) == ("300", "0", "70", "70")
    alone = declared(schema, "0.00", "0.00", P_39="7")
    assert (alone["P_48"], alone["P_53"]) == ("7", "7")


def test_a_refund_with_its_way_and_what_is_set_off(schema: Path) -> None:
    told = {"P_54": "100", "P_58": "1", "P_59": "1", "P_60": "30", "P_61": "zaliczka na PIT & CIT"}
    found = declared(schema, "100.00", "250.00", **told)
    assert {name: found[name] for name in told} == told
    assert (found["P_53"], found["P_62"]) == ("150", "50")
    assert "P_62" not in declared(schema, "100.00", "250.00", P_54="150", P_55="1")


@pytest.mark.parametrize(
    ("amount", "zlotys"),
    [
        ("0.49", "0"), ("0.50", "1"), ("1.49", "1"), ("1.50", "2"), ("2.50", "3"), ("0.01", "0"),
        ("-0.49", "0"), ("-0.50", "-1"), ("-1.49", "-1"), ("-1.50", "-2"), ("-2.50", "-3"),
    ],
)  # fmt: skip
def test_fields_are_rounded_each_by_itself_half_away_from_zero(
    schema: Path, amount: str, zlotys: str
) -> None:
    made = [sold({"K_19": "1000", "K_20": amount}), sold({"K_17": "1000", "K_18": amount}, place=2)]
    read = whole("jpk_v7m", made, IN_MARCH, schema)
    assert (read.fields["P_20"], read.fields["P_18"]) == (zlotys, zlotys)
    assert read.fields["P_38"] == str(2 * int(zlotys))


def test_the_sum_is_rounded_and_not_its_rows(schema: Path) -> None:
    made = [sold({"K_19": "1.30", "K_20": "0.30"}, place=place) for place in (1, 2, 3)]
    read = whole("jpk_v7m", made, IN_MARCH, schema)
    assert (read.fields["P_19"], read.fields["P_20"]) == ("4", "1")


def test_bases_add_up_without_their_parts(schema: Path) -> None:
    amounts = {f"K_{number}": "10" for number in (*range(10, 33),)}
    read = whole("jpk_v7m", [sold(amounts)], IN_MARCH, schema)
    assert read.fields["P_37"] == "130"
    assert read.fields["P_38"] == "80"


def test_the_part_of_services_abroad_never_stands_alone(schema: Path) -> None:
    read = whole("jpk_v7m", [sold({"K_11": "0.40", "K_12": "0.60"})], IN_MARCH, schema)
    assert (read.fields["P_11"], read.fields["P_12"]) == ("0", "1")
    read = whole("jpk_v7m", [sold({"K_11": "5"})], IN_MARCH, schema)
    assert "P_12" not in read.fields


def test_receipts_are_in_no_sum_of_the_declaration(schema: Path) -> None:
    read = whole("jpk_v7m", [sold({"K_19": "100", "K_20": "23"}, "FP")], IN_MARCH, schema)
    assert "P_20" not in read.fields
    assert read.fields["P_38"] == "0"


def test_reliefs_flags_and_bad_debts(schema: Path) -> None:
    told = {"P_49": "10", "P_50": "5", "P_63": "1", "P_660": "1", "P_68": "-100", "P_69": "-23"}
    found = declared(schema, "230.00", "100.00", **told)
    assert found["P_51"] == "115"
    assert {name: found[name] for name in told} == told
    assert declared(schema, "100.00", "230.00", P_52="20")["P_53"] == "150"


def test_a_correction_has_its_purpose_and_its_reason(schema: Path) -> None:
    read = whole("jpk_v7m", [], IN_MARCH, schema, purpose="2", P_ORDZU="Doszły faktury <z awarii>")
    assert (read.fields["CelZlozenia"], read.fields["P_ORDZU"]) == ("2", "Doszły faktury <z awarii>")
    with pytest.raises(BlinkError):
        whole("jpk_v7m", [], IN_MARCH, schema, purpose="3")


@pytest.mark.parametrize(
    "options",
    [
        {"P_38": "1"}, {"P_999": "1"}, {"P_39": "1.50"}, {"P_39": "-1"}, {"P_39": "sto"}, {"P_63": "2"},
        {"P_54": "10"}, {"P_54": "10", "P_55": "1", "P_58": "1"}, {"P_55": "1"}, {"P_54": "131", "P_55": "1"},
        {"P_54": "10", "P_55": "1", "P_59": "1"}, {"P_68": "-1"}, {"P_68": "1", "P_69": "-1"}, {"P_49": "1"},
        {"P_54": "10", "P_55": "1", "P_59": "1", "P_60": "11", "P_61": "x"}, {"P_ORDZU": "x"}, {"P_61": "x"},
    ],
)  # fmt: skip
def test_positions_that_cannot_stand_so_are_refused_by_name(schema: Path, options: dict[str, str]) -> None:
    message = refusal(schema, "100.00", "230.00", **options)
    assert any(name in message for name in options)


def test_more_relief_than_tax_is_refused(schema: Path) -> None:
    assert "130" in refusal(schema, "230.00", "100.00", P_49="131")
    assert "30" in refusal(schema, "230.00", "100.00", P_49="100", P_50="31")
    assert "P_52" in refusal(schema, "230.00", "100.00", P_52="1")


@pytest.mark.parametrize("form", ["jpk_v7m", "jpk_v7k"])
def test_positions_of_a_declaration_that_is_not_there_are_refused(form: str) -> None:
    with refused("jpk-option"):
        written(form, [], replace(IN_MARCH, options={"P_39": "100"}))


def test_a_whole_month_before_the_form_was_is_refused(schema: Path) -> None:
    with refused("jpk-months"):
        whole("jpk_v7m", [], replace(IN_MARCH, months=(Month(2026, 1),)), schema)


# the books' other rows


def with_rest(
    schema: Path, *rest: BookRow, documents: tuple[LedgerDocument, ...] = (), form: str = "jpk_v7m"
) -> Jpk:
    return whole(form, documents, replace(IN_MARCH, rest=rest), schema)


def test_the_books_other_rows_stand_after_the_buffer_s_with_their_marks(schema: Path) -> None:
    rest = [
        booked(SOLD, {"K_19": "10", "K_20": "2.30"}, "RO", mark="DI", number="RAPORT/1", contractor="", name=""),
        booked(SOLD, {"K_19": "20", "K_20": "4.60"}, "GTU_02", "TP", position=2, mark="OFF"),
        booked(SOLD, {"K_19": "30", "K_20": "6.90"}, "FP", position=3),
        booked(BOUGHT, {"K_42": "40", "K_43": "9.20"}, "IMP", mark="DI", country="GR", day=date(2026, 3, 9)),
        booked(BOUGHT, {"K_44": "-5", "K_46": "-1"}, "WEW", mark="DI", position=2),
        booked(BookRegister.KPIR, {"K_13": "1"}),
        booked(SOLD, {"K_19": "99", "K_20": "99"}, month=Month(2026, 4)),
    ]  # fmt: skip
    read = with_rest(schema, *rest, documents=(sold({"K_19": "100", "K_20": "23"}),))
    first, report, off, receipt = read.of("SprzedazWiersz")
    assert first["DowodSprzedazy"] == "FV/1/2026"
    assert (report["DI"], report["TypDokumentu"], report["NrKontrahenta"], report["NazwaKontrahenta"]) == (
        "1", "RO", "BRAK", "BRAK",
    )  # fmt: skip
    assert (off["OFF"], off["GTU_02"], off["TP"], off["LpSprzedazy"]) == ("1", "1", "1", "3")
    assert (receipt["BFK"], receipt["TypDokumentu"]) == ("1", "FP")
    imported, internal = read.of("ZakupWiersz")
    assert (imported["KodKrajuNadaniaTIN"], imported["IMP"], imported["DataWplywu"]) == (
        "EL",
        "1",
        "2026-03-09",
    )
    assert (internal["DokumentZakupu"], internal["K_44"], internal["K_46"]) == ("WEW", "-5.00", "-1.00")
    assert read.fields["PodatekNalezny"] == "29.90"
    assert read.fields["PodatekNaliczony"] == "3.20"
    assert (read.fields["P_20"], read.fields["P_43"], read.fields["P_44"]) == ("30", "9", "-5")


def test_a_row_that_got_its_number_meanwhile_is_written_with_it(schema: Path) -> None:
    number = "3333333333-20260303-0200A1B2C344-36"
    read = with_rest(schema, booked(SOLD, {"K_20": "1"}, mark="DI", ksef_number=number))
    (found,) = read.of("SprzedazWiersz")
    assert found["NrKSeF"] == number
    assert "DI" not in found


@pytest.mark.parametrize(
    "changes",
    [
        {"issued": None}, {"amounts": ()}, {"amounts": (("K_20", Decimal(1)), ("K_43", Decimal(1)))}, {"mark": ""},
        {"marks": ("KorektaPodstawyOpodt",)},
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_written_again_stops_the_whole(schema: Path, changes: dict[str, object]) -> None:
    spoilt = replace(booked(SOLD, {"K_20": "1"}, number="R/7"), **changes)  # type: ignore[arg-type]
    with refused("jpk-rest-unusable") as error:
        with_rest(schema, spoilt)
    assert "R/7" in str(error.value)


def test_a_part_never_holds_the_books_other_rows() -> None:
    read = partial("jpk_v7m", [], replace(IN_MARCH, rest=(booked(SOLD, {"K_20": "1"}),)))
    assert not read.rows


def test_a_correction_for_bad_debts_keeps_its_day(schema: Path) -> None:
    amounts = {"K_19": "-100", "K_20": "-23"}
    term, paid = ("TerminPlatnosci", date(2025, 12, 1)), ("DataZaplaty", date(2026, 3, 2))
    rest = [booked(SOLD, amounts, "KorektaPodstawyOpodt", bad_debt=one) for one in (term, paid)]
    read = with_rest(schema, *rest)
    first, second = read.of("SprzedazWiersz")
    assert list(first)[-4:] == ["KorektaPodstawyOpodt", "TerminPlatnosci", "K_19", "K_20"]
    assert (first["TerminPlatnosci"], second["DataZaplaty"]) == ("2025-12-01", "2026-03-02")
    assert (read.fields["P_68"], read.fields["P_69"]) == ("-100", "-23")
    typed = replace(IN_MARCH, rest=tuple(rest))
    assert whole("jpk_v7m", [], typed, schema, P_68="-7", P_69="-1").fields["P_68"] == "-7"


def read_again(files: Mapping[str, bytes], folder: Path) -> tuple[BookRow, ...]:
    """Rows of a file as the books are read back."""
    path = folder / "books.xml"
    (content,) = files.values()
    path.write_bytes(content)
    return tuple(one for one in read_books(path, NIP) if isinstance(one, BookRow))


@pytest.mark.parametrize(
    ("form", "documents", "kind", "namespace"),
    [
        ("jpk_v7m", six_ledger, BookKind.LEDGER, V7M.form.namespace),
        ("jpk_pkpir", six_kpir, BookKind.KPIR, jpk_pkpir.FORM.namespace),
        ("jpk_ewp", six_lump_sum, BookKind.LUMP_SUM, jpk_ewp.FORM.namespace),
    ],
)  # fmt: skip
def test_books_read_back_and_written_again_are_the_same_rows(
    tmp_path: Path,
    form: str,
    documents: Callable[[], Sequence[LedgerDocument]],
    kind: BookKind,
    namespace: str,
) -> None:
    stock = {"P_1": "0", "P_2": "0"} if kind is BookKind.KPIR else {}
    schema = lax_schema(tmp_path, namespace)
    told = frame(kind, months=(Month(2026, 2),), complete=True, options={"schema": str(schema), **stock})
    first = written(form, documents(), told)
    assert written(form, [], replace(told, rest=read_again(first, tmp_path))) == first


def test_a_part_is_never_taken_for_books(tmp_path: Path) -> None:
    part = written("jpk_v7m", six_ledger(), frame(months=(Month(2026, 2),)))
    with refused("books-unreadable"):
        read_again(part, tmp_path)


# the schema


def test_no_whole_file_without_a_schema() -> None:
    with refused("jpk-schema-needed"):
        written("jpk_v7m", [], replace(IN_MARCH, complete=True))


def test_what_the_schema_refuses_is_not_written(tmp_path: Path) -> None:
    wrong = lax_schema(tmp_path, V7K.form.namespace)
    with refused("jpk-refused-by-schema") as error:
        written("jpk_v7m", [], replace(IN_MARCH, complete=True, options={"schema": str(wrong)}))
    assert "JPK" in str(error.value)


def test_the_official_schema_sees_what_is_wrong() -> None:
    official = shared("ledger", "xsd", SCHEMAS["jpk_v7m"])
    told = frame(
        months=(MARCH,), settings={"tax_office": "1401"}, complete=True, options={"schema": str(official)}
    )
    with pytest.raises(BlinkError) as error:
        written("jpk_v7m", [], told)
    assert "KodUrzedu" in str(error.value)


# quarters


def test_a_quarter_s_declaration_stands_with_its_third_month_and_adds_all_three(tmp_path: Path) -> None:
    schema = lax_schema(tmp_path, V7K.form.namespace)
    made = [
        document(
            row(SALE, {"K_19": "100", "K_20": "23"}, month=month), row(PURCHASE, {"K_43": "1"}, month=month),
            place=place,
        )
        for place, month in enumerate(QUARTER, 1)
    ]  # fmt: skip
    rest = (booked(SOLD, {"K_20": "7"}, month=Month(2026, 1)),)
    read = whole("jpk_v7k", made, replace(IN_QUARTERS, months=QUARTER, rest=rest), schema)
    assert (read.fields["Miesiac"], read.fields["Kwartal"]) == ("3", "1")
    assert read.fields["WariantFormularzaDekl"] == "17"
    assert len(read.of("SprzedazWiersz")) == len(read.of("ZakupWiersz")) == 1
    assert read.fields["PodatekNalezny"] == "23.00"
    assert (read.fields["P_20"], read.fields["P_43"], read.fields["P_51"]) == ("76", "3", "73")


def test_the_other_months_of_a_quarter_have_records_alone(tmp_path: Path) -> None:
    schema = lax_schema(tmp_path, V7K.form.namespace)
    february = replace(IN_QUARTERS, months=(Month(2026, 2),))
    assert "P_38" not in whole("jpk_v7k", [], february, schema).fields


def test_a_whole_return_has_the_firm_s_own_form(tmp_path: Path) -> None:
    with refused("jpk-other-form") as error:
        whole(
            "jpk_v7k",
            [],
            replace(IN_MARCH, months=QUARTER, books=BOOKS),
            lax_schema(tmp_path, V7K.form.namespace),
        )
    assert "JPK_V7M" in str(error.value)
    with refused("jpk-other-form"):
        whole("jpk_v7m", [], replace(IN_MARCH, books=QUARTERLY), lax_schema(tmp_path, V7M.form.namespace))


def test_a_quarter_s_last_month_alone_is_refused(tmp_path: Path) -> None:
    schema = lax_schema(tmp_path, V7K.form.namespace)
    with refused("jpk-months"):
        whole("jpk_v7k", [], IN_QUARTERS, schema)


def test_a_firm_exempt_from_vat_without_rows_files_nothing() -> None:
    exempt = replace(BOOKS, vat=(VatStatus(date(2020, 1, 1), VatKind.EXEMPT),))
    with refused("jpk-exempt"):
        written("jpk_v7m", [], replace(IN_MARCH, books=exempt))
