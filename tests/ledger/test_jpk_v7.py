"""JPK_V7: rows of a month in the right order, with what must be beside them, as a part that says so."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from blink_tui.ledger.formats import exporter
from blink_tui.model.coding import Choices
from blink_tui.model.errors import BlinkError
from blink_tui.model.invoice import InvoiceLine, InvoiceParty
from blink_tui.model.months import Month
from tests.ledger.hostile import TEXTS, with_text
from tests.ledger.jpk import PARTIAL, PLACE, partial, refused, written
from tests.ledger.jpk_made import MARCH, OTHER, PURCHASE, SALE, bought, document, row, sold
from tests.ledger.six import frame, six_kpir, six_ledger, six_lump_sum
from tests.ledger.worked import worked_documents

IN_MARCH = frame(months=(MARCH,))
TAXED = {"K_19": "100", "K_20": "23"}


def only(*documents: object, tag: str = "SprzedazWiersz") -> dict[str, str]:
    (found,) = partial("jpk_v7m", documents, IN_MARCH).of(tag)  # type: ignore[arg-type] # documents
    return found


def party(**fields: object) -> InvoiceParty:
    return InvoiceParty(name="X", **fields)  # type: ignore[arg-type] # fields of InvoiceParty


def test_a_part_says_so_in_its_name_and_first_inside_and_nowhere_in_what_would_be_filed() -> None:
    content = written("jpk_v7m", [sold(TAXED)], IN_MARCH)[PARTIAL].decode()
    lines = content.splitlines()
    assert lines[0] == '<?xml version="1.0" encoding="UTF-8"?>'
    assert "NIE DO WYSYŁKI" in lines[1]
    assert lines[1].startswith("<!--")
    assert lines[1].endswith("-->")
    assert "CZĘŚCIOW" not in "".join(lines[2:]).upper()
    read = partial("jpk_v7m", [sold(TAXED)], IN_MARCH)
    assert len(read.comments) == 1
    assert "P_38" not in read.fields


def test_a_month_without_documents_is_still_a_right_file() -> None:
    read = partial("jpk_v7m", [], IN_MARCH)
    assert not read.rows
    assert read.fields["LiczbaWierszySprzedazy"] == read.fields["LiczbaWierszyZakupow"] == "0"
    assert read.fields["PodatekNalezny"] == read.fields["PodatekNaliczony"] == "0.00"
    assert read.fields["Miesiac"] == "3"


def test_two_files_of_the_same_documents_differ_in_their_time_alone() -> None:
    later = replace(IN_MARCH, made=IN_MARCH.made.replace(hour=12, minute=34))
    first, second = (written("jpk_v7m", six_ledger(), one)[PARTIAL] for one in (IN_MARCH, later))
    assert first != second
    assert re.sub(rb"T11:00:00Z", b"T12:34:00Z", first) == second


def test_texts_keep_their_letters_and_are_escaped() -> None:
    name = 'Żółć & "Ćma" <sp. z o.o.> Ирина Ωμέγα'
    found = only(sold(TAXED, other=replace(OTHER, name=name), number="FV/ą&<>\"'/Ж"))
    assert found["NazwaKontrahenta"] == name
    assert found["DowodSprzedazy"] == "FV/ą&<>\"'/Ж"


@pytest.mark.parametrize("what", TEXTS)
def test_hostile_texts_leave_the_file_whole(what: str) -> None:
    made = [with_text(TEXTS[what], one) for one in six_ledger()]
    february = frame(months=(Month(2026, 2),))
    read = partial("jpk_v7m", made, february)
    assert len(read.of("SprzedazWiersz")) == 4
    for form, documents, told in (
        ("jpk_fa", made, replace(february, settings={**february.settings, **PLACE})),
        ("jpk_pkpir", [with_text(TEXTS[what], one) for one in six_kpir()], february),
        ("jpk_ewp", [with_text(TEXTS[what], one) for one in six_lump_sum()], february),
    ):
        assert partial(form, documents, told).rows


def test_control_characters_and_line_breaks_do_not_travel() -> None:
    found = only(sold(TAXED, other=replace(OTHER, name="Zła\x01 na\u202ezwa\nw dwóch")))
    assert found["NazwaKontrahenta"] == "Zła nazwa w dwóch"


def test_the_longest_numbers_stay_whole_and_longer_names_are_cut_and_told() -> None:
    long = replace(OTHER, name="n" * 600)
    made = sold(TAXED, number="F" * 256, other=long)
    found = only(made)
    assert found["DowodSprzedazy"] == "F" * 256
    assert found["NazwaKontrahenta"] == "n" * 512
    piece = exporter("jpk_v7m").prepare(made, IN_MARCH)
    assert piece is not None
    assert [one.code for one in piece.warnings] == ["text-cut"]
    too_long = exporter("jpk_v7m").prepare(sold(TAXED, number="F" * 257), IN_MARCH)
    assert too_long is not None
    assert [one.code for one in too_long.warnings if one.blocks] == ["number-too-long"]


@pytest.mark.parametrize(
    ("other", "country", "number"),
    [
        (party(nip="2222222222"), None, "2222222222"),
        (party(internal_id="2222222222-00017"), None, "2222222222"),
        (party(eu_country="DE", vat_ue="811569869"), "DE", "811569869"),
        (party(eu_country="DE", vat_ue="DE811569869"), "DE", "811569869"),
        (party(eu_country="EL", vat_ue="123456789"), "EL", "123456789"),
        (party(eu_country="GR", vat_ue="123456789"), "EL", "123456789"),
        (party(eu_country="PL", vat_ue="2222222222"), None, "2222222222"),
        (party(id_country="US", other_id="36-1234567"), "US", "36-1234567"),
        (party(other_id="AB 1"), None, "AB 1"),
        (party(id_country="?", other_id="AB 1"), None, "AB 1"),
        (party(no_id=True), None, "BRAK"),
    ],
)
def test_who_the_other_side_is(other: InvoiceParty, country: str | None, number: str) -> None:
    found = only(sold(TAXED, other=other))
    assert (found.get("KodKrajuNadaniaTIN"), found["NrKontrahenta"]) == (country, number)


def test_a_consumer_without_a_name_is_nobody() -> None:
    found = only(sold(TAXED, other=InvoiceParty(no_id=True)))
    assert found["NazwaKontrahenta"] == found["NrKontrahenta"] == "BRAK"


def test_days_stand_only_where_they_differ() -> None:
    same = only(sold(TAXED, sale_date=date(2026, 3, 12)))
    assert "DataSprzedazy" not in same
    assert only(sold(TAXED, sale_date=date(2026, 3, 1)))["DataSprzedazy"] == "2026-03-01"
    period = (date(2026, 3, 1), date(2026, 3, 31))
    assert only(sold(TAXED, period=period))["DataSprzedazy"] == "2026-03-31"
    lines = tuple(InvoiceLine(sale_date=date(2026, 3, day)) for day in (2, 9))
    assert only(sold(TAXED, lines=lines))["DataSprzedazy"] == "2026-03-09"
    cost = {"K_42": "100", "K_43": "23"}
    assert "DataWplywu" not in only(bought(cost), tag="ZakupWiersz")
    late = bought(cost, received="2026-03-20", sale_date=date(2026, 3, 1))
    assert only(late, tag="ZakupWiersz")["DataWplywu"] == "2026-03-20"
    earlier = replace(late, coding=replace(late.coding, choices=Choices(receipt=date(2026, 3, 15))))
    assert only(earlier, tag="ZakupWiersz")["DataWplywu"] == "2026-03-15"


def test_base_and_tax_stand_together_even_where_one_is_zero() -> None:
    found = only(sold({"K_19": "0.03"}))
    assert (found["K_19"], found["K_20"]) == ("0.03", "0.00")
    found = only(bought({"K_43": "5.00"}), tag="ZakupWiersz")
    assert (found["K_42"], found["K_43"]) == ("0.00", "5.00")
    assert "K_40" not in found


def test_marks_stand_in_the_schema_s_order() -> None:
    found = only(sold(TAXED, "TP", "GTU_12", "FP", "I_42", "GTU_01", "B_SPV", "WSTO_EE"))
    tags = [tag for tag in found if found[tag] == "1"][1:]
    assert tags == ["GTU_01", "GTU_12", "WSTO_EE", "TP", "I_42", "B_SPV"]
    assert found["TypDokumentu"] == "FP"


def test_a_mark_that_jpk_does_not_know_is_left_out_and_told() -> None:
    piece = exporter("jpk_v7m").prepare(sold(TAXED, "MPP", "GTU_05"), IN_MARCH)
    assert piece is not None
    assert [one.code for one in piece.warnings] == ["jpk-mark-unknown"]
    assert "MPP" not in only(sold(TAXED, "MPP", "GTU_05"))


@pytest.mark.parametrize("mark", ["MK", "VAT_RR", "WEW"])
def test_kinds_of_purchases(mark: str) -> None:
    found = only(bought({"K_42": "100", "K_43": "23"}, mark, "IMP"), tag="ZakupWiersz")
    assert (found["DokumentZakupu"], found["IMP"]) == (mark, "1")


def test_invoices_to_receipts_have_a_row_and_are_in_no_sum() -> None:
    read = partial("jpk_v7m", [sold(TAXED), sold(TAXED, "FP", place=2)], IN_MARCH)
    assert [one.get("TypDokumentu") for one in read.of("SprzedazWiersz")] == [None, "FP"]
    assert read.fields["LiczbaWierszySprzedazy"] == "2"
    assert read.amount("PodatekNalezny") == Decimal("23.00")


def test_a_margin_has_its_tax_its_gross_and_its_mark() -> None:
    found = only(sold({"K_19": "100", "K_20": "23", "SprzedazVAT_Marza": "1000"}, "MR_UZ"))
    assert list(found)[-4:] == ["MR_UZ", "K_19", "K_20", "SprzedazVAT_Marza"]
    assert found["SprzedazVAT_Marza"] == "1000.00"


def test_rows_of_a_document_that_share_month_register_and_marks_are_one() -> None:
    made = document(
        row(PURCHASE, {"K_40": "1000", "K_41": "230"}), row(PURCHASE, {"K_42": "100", "K_43": "23"}),
        row(PURCHASE, {"K_42": "10", "K_43": "2.30"}), row(PURCHASE, {"K_42": "1", "K_43": "0.23"}, "MK"),
        row(PURCHASE, {"K_42": "7", "K_43": "1.61"}, month=Month(2026, 4)),
    )  # fmt: skip
    first, second = partial("jpk_v7m", [made], IN_MARCH).of("ZakupWiersz")
    assert [first[name] for name in ("K_40", "K_41", "K_42", "K_43")] == [
        "1000.00",
        "230.00",
        "110.00",
        "25.30",
    ]
    assert (second["DokumentZakupu"], second["K_42"]) == ("MK", "1.00")


def test_what_the_buyer_taxes_stands_in_both_registers() -> None:
    made = document(
        row(SALE, {"K_29": "100", "K_30": "23"}), row(PURCHASE, {"K_42": "100", "K_43": "23"}),
        direction=PURCHASE, other=party(eu_country="IE", vat_ue="9999999AA"), received="2026-03-20",
    )  # fmt: skip
    read = partial("jpk_v7m", [made], IN_MARCH)
    (out,), (back,) = read.of("SprzedazWiersz"), read.of("ZakupWiersz")
    assert (out["NrKontrahenta"], out["KodKrajuNadaniaTIN"]) == (
        back["NrDostawcy"],
        back["KodKrajuNadaniaTIN"],
    )
    assert (out["K_30"], back["K_43"]) == ("23.00", "23.00")
    assert "DataSprzedazy" not in out
    assert back["DataWplywu"] == "2026-03-20"
    assert read.fields["PodatekNalezny"] == read.fields["PodatekNaliczony"] == "23.00"


def test_corrections_are_differences_and_several_of_one_document_each_have_a_row() -> None:
    minus = [
        sold({"K_19": f"-{place}.00", "K_20": f"-{place}.50"}, kind="KOR", place=place) for place in (1, 2, 3)
    ]
    read = partial("jpk_v7m", [*minus, bought({"K_42": "-10", "K_43": "-2.30"}, place=4)], IN_MARCH)
    assert [one["K_19"] for one in read.of("SprzedazWiersz")] == ["-1.00", "-2.00", "-3.00"]
    assert read.fields["PodatekNalezny"] == "-7.50"
    assert read.fields["PodatekNaliczony"] == "-2.30"


def test_the_control_sum_takes_the_reliefs_off() -> None:
    amounts = {"K_20": "100", "K_33": "5", "K_34": "3", "K_35": "2", "K_36": "1", "K_360": "0.50"}
    assert partial("jpk_v7m", [sold(amounts)], IN_MARCH).fields["PodatekNalezny"] == "104.50"


def test_a_row_stands_in_its_vat_month_whatever_the_month_of_the_books_or_the_receipt() -> None:
    april = row(PURCHASE, {"K_42": "100", "K_43": "23"}, month=Month(2026, 4))
    late = document(april, received="2026-05-02")
    assert exporter("jpk_v7m").prepare(late, IN_MARCH) is None
    read = partial("jpk_v7m", [late], frame(months=(Month(2026, 4),)))
    assert read.of("ZakupWiersz")[0]["DataWplywu"] == "2026-05-02"
    waiting = document(row(PURCHASE, {"K_42": "100", "K_43": "23"}, month=None))
    assert exporter("jpk_v7m").prepare(waiting, IN_MARCH) is None


def test_sales_stand_before_purchases_numbered_by_register_in_the_order_of_documents() -> None:
    made = [
        (sold if place % 2 else bought)({"K_19": "1"} if place % 2 else {"K_42": "1"}, place=place)
        for place in range(1, 8)
    ]
    content = written("jpk_v7m", made, IN_MARCH)[PARTIAL]
    assert (
        content.rindex(b"<SprzedazWiersz>")
        < content.index(b"<SprzedazCtrl>")
        < content.index(b"<ZakupWiersz>")
    )
    read = partial("jpk_v7m", made, IN_MARCH)
    assert [one["LpSprzedazy"] for one in read.of("SprzedazWiersz")] == ["1", "2", "3", "4"]
    assert [one["DowodZakupu"] for one in read.of("ZakupWiersz")] == ["FV/2/2026", "FV/4/2026", "FV/6/2026"]


def test_what_never_was_in_ksef_says_so_and_numbers_of_ksef_one_are_taken() -> None:
    found = only(sold(TAXED, ksef=""))
    assert "NrKSeF" not in found
    assert found["BFK"] == "1"
    old = "2222222222-20260312-010000-000001-00"
    assert only(sold(TAXED, ksef=old))["NrKSeF"] == old


def test_amounts_of_a_foreign_currency_are_in_pln() -> None:
    euros = [one for one in worked_documents() if one.document.invoice.currency == "EUR"]
    assert euros
    for one in euros:
        months = sorted({row.month for row in one.document.coding.rows if row.month})
        for month in months:
            read = partial("jpk_v7m", [one.document], replace(one.frame, months=(month,)))
            found = [*read.of("SprzedazWiersz"), *read.of("ZakupWiersz")]
            amounts = {
                name: Decimal(text) for line in found for name, text in line.items() if name[:2] == "K_"
            }
            expected = {name: value for line in one.document.coding.rows for name, value in line.amounts}
            assert {name: value for name, value in amounts.items() if value} == expected


@pytest.mark.parametrize("months", [(), (MARCH, Month(2026, 4))])
@pytest.mark.parametrize("form", ["jpk_v7m", "jpk_v7k"])
def test_other_than_one_month_is_refused(form: str, months: tuple[Month, ...]) -> None:
    with refused("jpk-months"):
        written(form, [], frame(months=months))


@pytest.mark.parametrize("lacking", ["tax_office", "email", "full_name"])
def test_what_the_header_needs_is_asked_for(lacking: str) -> None:
    with pytest.raises(BlinkError) as error:
        written("jpk_v7m", [], frame(months=(MARCH,), settings={lacking: ""}))
    assert lacking in str(error.value)


def test_a_person_stands_in_the_header_with_the_date_of_birth() -> None:
    told = {
        "full_name": "",
        "first_name": "Łucja",
        "last_name": "Źdźbło",
        "birth_date": "1980-01-31",
        "phone": "+48 22 123 45 67",
    }
    read = partial("jpk_v7m", [], frame(months=(MARCH,), settings=told))
    assert [read.fields[name] for name in ("NIP", "ImiePierwsze", "Nazwisko", "DataUrodzenia", "Telefon")] == [
        "1111111111", "Łucja", "Źdźbło", "1980-01-31", "+48221234567",
    ]  # fmt: skip


def test_v7k_has_its_own_namespace_and_the_month_s_records() -> None:
    content = written("jpk_v7k", [sold(TAXED)], IN_MARCH)[PARTIAL]
    assert b'kodSystemowy="JPK_V7K (3)"' in content
    assert b'xmlns="http://crd.gov.pl/wzor/2025/12/19/14089/"' in content
    read = partial("jpk_v7k", [sold(TAXED)], IN_MARCH)
    assert len(read.of("SprzedazWiersz")) == 1
