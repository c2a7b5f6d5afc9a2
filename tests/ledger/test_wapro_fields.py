"""Fields of MAGIK_EKSPORT by what an invoice and its coding hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from blink_tui.ledger.exporters.wapro import EXPORTER
from blink_tui.model.books import BookKind, Contractor
from blink_tui.model.coding import BookEntry, Identity, Rate, Side
from blink_tui.model.dates import Instant
from blink_tui.model.documents import Direction
from blink_tui.model.invoice import BankAccount, CorrectedInvoice, Payment, VatAmount
from blink_tui.model.months import Month
from tests.ledger.hostile import (
    changed,
    exported,
    purchase,
    sale,
    uncoded,
)
from tests.ledger.six import frame, six_kpir, six_ledger
from tests.ledger.tried import Tried
from tests.ledger.wapro_reader import Read, read

_TRIED = Tried(EXPORTER, read)
one, told = _TRIED.one, _TRIED.told


def rates(found: Read) -> list[str]:
    """Code, net and tax."""
    return [f"{rate.code} {rate.net} {rate.vat}" for rate in found.rates]


def test_contractors_are_those_of_a_country_and_number_or_of_a_name() -> None:
    document = sale()
    buyer = document.invoice.buyer
    nobody = replace(buyer, nip=None, no_id=True, name="Jan Łoś")
    parties = (
        buyer,
        replace(buyer, name="ALFA pod inną nazwą"),
        replace(buyer, nip=None, eu_country="DE", vat_ue="2222222222"),
        replace(buyer, nip=None, eu_country="FR", vat_ue="2222222222"),
        nobody,
        replace(nobody, name="JAN ŁOŚ"),
    )
    documents = [replace(changed(document, buyer=party), id=place) for place, party in enumerate(parties)]
    content, _ = exported(EXPORTER, *documents)
    found = read(content)
    assert [card["NIP"] for card in found.contractors.values()] == [
        "2222222222", "DE2222222222", "FR2222222222", "",
    ]  # fmt: skip
    assert found.documents[0]["ID_KONTRAHENTA"] == found.documents[1]["ID_KONTRAHENTA"]
    assert found.documents[4]["ID_KONTRAHENTA"] == found.documents[5]["ID_KONTRAHENTA"]
    assert next(iter(found.contractors.values()))["NAZWA"] == "ALFA TEST SP. Z O.O."


def test_a_contractor_keeps_its_id_in_another_file_and_is_a_customer_and_a_supplier() -> None:
    bought = changed(purchase(), seller=sale().invoice.buyer)
    both = read(exported(EXPORTER, sale(), bought)[0])
    (card,) = both.contractors.values()
    assert (card["ODBIORCA"], card["DOSTAWCA"]) == ("1", "1")
    (alone,) = read(exported(EXPORTER, bought)[0]).contractors.values()
    assert alone["ID_KONTRAHENTA"] == card["ID_KONTRAHENTA"]
    assert (alone["ODBIORCA"], alone["DOSTAWCA"]) == ("0", "1")


def test_the_ledger_s_own_code_of_a_contractor_is_used() -> None:
    known = replace(sale(), contractor=Contractor("2222222222", "Alfa", code="ALFA"))
    (card,) = read(exported(EXPORTER, known)[0]).contractors.values()
    assert card["KOD_KONTRAHENTA"] == "ALFA"


def test_the_ksef_number_goes_with_its_day_and_time_and_the_receipt_is_the_legal_one() -> None:
    late = replace(sale(), received=date(2026, 2, 3), received_at=Instant("2026-01-31T23:30:00Z"))
    found = one(late)
    assert found["KSEF_ID"] == late.ksef_number
    assert found.day("DATA_POTW_KSEF") == date(2026, 2, 1)
    assert found["GODZINA_POTW_KSEF"] == str(30 * 60 * 100 + 1)
    assert found.day("DATA_WPLYWU") == date(2026, 2, 3)
    assert "KSEF_ID" not in one(replace(sale(), ksef_number="")).fields
    assert "GODZINA_POTW_KSEF" not in one(replace(sale(), received_at=None)).fields


@pytest.mark.parametrize(
    ("kind", "flags"),
    [
        ("VAT", []),
        ("UPR", []),
        ("KOR", ["CZY_DOKUMENT_KOREKTY"]),
        ("ZAL", ["CZY_FAKTURA_ZALICZKOWA"]),
        ("ROZ", ["CZY_FAKTURA_KONCOWA"]),
        ("KOR_ZAL", ["CZY_DOKUMENT_KOREKTY", "CZY_KOREKTA_FZAL"]),
        ("KOR_ROZ", ["CZY_DOKUMENT_KOREKTY", "CZY_KOREKTA_FZAL_KONCOWEJ"]),
    ],
)
def test_kinds_are_flags(kind: str, flags: list[str]) -> None:
    assert one(changed(sale(), kind=kind)).flags == flags


def test_annotations_are_flags_and_codes() -> None:
    document = changed(
        uncoded(sale()), split_payment=True, receipt_follows=True, cash_method=True, related_parties=True
    )
    found = one(document)
    assert found.flags == ["METODA_KASOWA", "FAKTURA_DO_PARAGONU", "PODLEGA_PP"]
    assert found["RODZAJ_TRANSAKCJI_HANDLOWEJ"] == "GTU_12 MPP TP"
    assert [found[name] for name in ("PP", "PP_NR_FAKTURY", "PP_NIP", "PP_KW_VAT_K", "PP_KW_VAT_R")] == [
        "1", "FS/1/02/2026", "1111111111", "230.00", "230.00",
    ]  # fmt: skip


def test_a_correction_names_the_first_of_its_originals_and_tells_of_the_others() -> None:
    document = six_ledger()[2]
    assert one(document)["NR_DOK_ORYG"] == "FS/1/02/2026"
    several = changed(document, corrected=(*document.invoice.corrected, CorrectedInvoice(number="FS/2")))
    assert one(several)["NR_DOK_ORYG"] == "FS/1/02/2026"
    assert "several-originals" in told(several)


def test_several_corrections_of_one_document_go_each() -> None:
    document = six_ledger()[2]
    second = changed(replace(document, id=9), number="KFS/2/02/2026")
    found = read(exported(EXPORTER, document, second)[0]).documents
    assert [one["NR_DOK_ORYG"] for one in found] == ["FS/1/02/2026"] * 2
    assert [one["BRUTTO_SPRZEDAZY"] for one in found] == ["-123.00"] * 2


def test_zero_and_tiny_amounts() -> None:
    table = (
        VatAmount(rate="23", net=Decimal("0.00"), vat=Decimal("-0.00")),
        VatAmount(rate="8", net=Decimal("0.01")),
    )
    found = one(changed(uncoded(sale()), vat_table=table, total=Decimal("0.01")))
    assert rates(found) == ["23 0.00 0.00", "8 0.01 0.00"]
    assert found["KW_ROZRACH"] == "0.01"


def test_foreign_currency_stands_beside_pln_with_its_rate() -> None:
    found = one(six_ledger()[1])
    (rate,) = found.rates
    assert f"{rate.net} {rate.net_currency} {rate.rate}" == "2125.00 500.00 4.25000000"
    assert (found["SYM_WAL"], found["POZ_WAL_BAZOWE"], found["KURS_WALUTY"]) == ("EUR", "0", "4.25000000")
    assert (found["KW_ROZRACH"], found["KW_ROZRACH_W"]) == ("2125.00", "500.00")


def test_two_rates_of_exchange_are_told_and_an_unknown_one_keeps_the_document_out() -> None:
    document = six_ledger()[1]
    both = replace(document.coding, income_rate=Rate(Decimal("4.24"), date(2026, 2, 5)))
    assert "one-rate" in told(replace(document, coding=both))
    assert "one-rate" not in told(document)
    _, (piece,) = exported(EXPORTER, uncoded(document))
    assert [one.code for one in piece.warnings if one.blocks] == ["rate-unknown"]
    line = replace(document.invoice.lines[0], exchange_rate=Decimal("4.2512"))
    found = one(changed(uncoded(document), lines=(line,)))
    assert (found.rates[0].net, found["KURS_WALUTY"]) == (Decimal("2125.60"), "4.25120000")


def test_an_uncoded_document_goes_with_the_invoice_s_own_table() -> None:
    found = one(uncoded(purchase()), books=None)
    assert rates(found) == ["23 200.00 46.00", "8 100.00 8.00"]
    assert (found["TYP_DOKUMENTU"], found["WYROZNIK"], found["POLE1"]) == ("FZ", "", "")
    assert found["OPIS"] == "Hosting i prasa"


@pytest.mark.parametrize(
    ("kind", "settings", "expected"),
    [
        ("VAT", {}, "FS"),
        ("KOR", {}, "FSk"),
        ("KOR_ZAL", {}, "FSk"),
        ("KOR", {"type_sale_kor": "KF"}, "KF"),
        ("KOR_ROZ", {"type_sale_kor": "KF"}, "KF"),
        ("ZAL", {"type_sale_zal": "FZAL"}, "FZAL"),
        ("KOR_ZAL", {"type_sale_kor_zal": "KFZAL"}, "KFZAL"),
    ],
)
def test_the_type_of_an_uncoded_document_follows_its_kind(
    kind: str, settings: dict[str, str], expected: str
) -> None:
    assert one(changed(uncoded(sale()), kind=kind), settings)["TYP_DOKUMENTU"] == expected


def test_the_type_that_was_coded_wins() -> None:
    document = replace(sale(), coding=replace(sale().coding, document_type="FE"))
    assert one(document, {"type_sale": "XX"})["TYP_DOKUMENTU"] == "FE"
    assert one(replace(uncoded(sale()), direction=Direction.PURCHASE))["TYP_DOKUMENTU"] == "FZ"


def test_the_kpir_column_is_that_of_2026_or_the_old_one() -> None:
    document = replace(six_kpir()[3], coding=six_kpir()[3].coding)
    books = replace(frame(BookKind.KPIR).books, kind=BookKind.KPIR)  # type: ignore[type-var]
    assert one(document, books=books)["POLE1"] == "15"
    assert one(document, {"kpir_numbering": "old"}, books=books)["POLE1"] == "13"
    assert one(six_kpir()[0], {"kpir_numbering": "old"}, books=books)["POLE1"] == "7"


def test_of_several_columns_the_largest_goes_and_the_others_are_told() -> None:
    document = six_kpir()[3]
    day = date(2026, 2, 3)
    entries = (
        BookEntry(BookKind.KPIR, "12", Decimal(100), day),
        BookEntry(BookKind.KPIR, "15", Decimal(200), day),
    )
    both = replace(document, coding=replace(document.coding, entries=entries))
    assert one(both)["POLE1"] == "15"
    assert told(both) == ["wapro-several-columns"]


def test_accounts_of_the_net_side_stand_by_size_and_vat_is_never_one_of_them() -> None:
    document = purchase()
    assert [one(document)[name] for name in ("WYROZNIK", "POLE2", "POLE3")] == ["402-01", "401-01", ""]
    lines = [
        line if line.account != "223" else replace(line, amount=Decimal(900))
        for line in document.coding.lines
    ]
    much_vat = replace(document, coding=replace(document.coding, lines=tuple(lines)))
    assert one(much_vat)["WYROZNIK"] == "402-01"
    assert told(document) == ["wapro-several-accounts"]


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("konto", "402-01"), ("konto2", "401-01"), ("konto3", ""), ("rozrachunki", "202-3333333333"),
        ("kolumna", ""), ("kategoria", "HOST"), ("rejestr", "ZAK"), ("miesiac-vat", "2026-02"), ("mpk", "01"),
        ("projekt", "P7"), ("opis", "Hosting i prasa"), ("ksef", "3333333333-20260204-0200A1B2C344-36"),
        ("puste", ""),
    ],
)  # fmt: skip
def test_free_fields_hold_what_was_chosen(what: str, expected: str) -> None:
    document = purchase()
    marked = [
        replace(line, dimensions=(("mpk", "01"), ("project", "P7"))) if line.side is Side.DEBIT else line
        for line in document.coding.lines
    ]
    coding = replace(document.coding, category="HOST", lines=tuple(marked))
    assert one(replace(document, coding=coding), {"pole2": what})["POLE2"] == expected


@pytest.mark.parametrize(
    ("month", "day"),
    [
        (Month(2026, 2), date(2026, 2, 4)),
        (Month(2026, 4), date(2026, 4, 1)),
        (Month(2026, 1), date(2026, 1, 31)),
    ],
)
def test_the_day_of_vat_lies_in_the_month_of_the_coding(month: Month, day: date) -> None:
    document = purchase()
    (row,) = document.coding.rows
    coding = replace(document.coding, rows=(replace(row, month=month),))
    assert {rate.day for rate in one(replace(document, coding=coding)).rates} == {day}


def test_self_assessed_purchases_go_plainly_with_a_warning_or_stay() -> None:
    document = six_ledger()[5]
    assert told(document) == ["self-assessed-plain"]
    found = one(document)
    assert rates(found) == ["NP 100.00 0.00"]
    _, (piece,) = exported(EXPORTER, document, settings={"self_assessed": "pomin"})
    assert [one.code for one in piece.warnings if one.blocks] == ["self-assessed-left-out"]
    assert "self-assessed-plain" in told(uncoded(document)), "known by its rate without a coding"


def test_a_document_to_be_put_right_says_so_where_schemes_look() -> None:
    found = one(replace(sale(), amends=True))
    assert found["WYROZNIK"] == "DO POPRAWY W KSIĘGACH"
    assert found["OPIS"] == "DO POPRAWY W KSIĘGACH Usługi doradcze"
    assert found.id == one(sale()).id


def test_documents_for_information_are_left_out() -> None:
    assert EXPORTER.prepare(replace(sale(), direction=Direction.NONE), frame()) is None


def test_a_polish_account_goes_without_its_country_and_a_foreign_one_does_not() -> None:
    iban = BankAccount(number="DE89 3704 0044 0532 0130 00")
    polish = BankAccount(number="PL 61 1090 1014 0000 0712 1981 2874")
    found = one(changed(sale(), payment=Payment(form=4, bank_accounts=(iban, polish))))
    assert found["NUMER_RACHUNKU"] == "61109010140000071219812874"
    assert (found["FORMA_PLATNOSCI"], found["ID_FORMY_PLAT"]) == ("czek", "7")
    voucher = one(changed(sale(), payment=Payment(form=3, bank_accounts=(iban,))))
    assert voucher["NUMER_RACHUNKU"] == ""
    assert "ID_FORMY_PLAT" not in voucher.fields


def test_rows_are_written_on_request_and_make_the_difference_of_a_correction() -> None:
    document = six_ledger()[2]
    line = document.invoice.lines[0]
    before = replace(line, net=Decimal(1000), before=True)
    after = replace(line, net=None, gross=Decimal("1107.00"))
    rows = changed(document, lines=(before, after))
    assert one(rows).lines == ()
    found = one(rows, {"lines": "tak"}).lines
    assert [(row["WARTOSC_NETTO"], row["WARTOSC_BRUTTO"]) for row in found] == [
        ("-1000.00", "-1230.00"), ("900.00", "1107.00"),
    ]  # fmt: skip
    assert one(purchase(), {"lines": "tak"}).lines[0]["WARTOSC_ZAKUPU_NETTO"] == "200.00"


def test_what_is_owed_is_dozaplaty_else_p_15() -> None:
    settlement = changed(sale(), kind="ROZ", total=Decimal("230.00"))
    found = one(settlement)
    assert (found["BRUTTO_SPRZEDAZY"], found["KW_ROZRACH"]) == ("1230.00", "230.00")


def test_a_warehouse_is_the_firm_s() -> None:
    found = one(sale(), {"warehouse": "M&1", "warehouse_id": "7"})
    assert (found["SYMBOL_MAGAZYNU"], found["ID_MAGAZYNU"]) == ("M&1", "7")


def test_gross_goes_outside_vat_where_nothing_is_deducted_or_the_table_by_choice() -> None:
    document = purchase()
    nothing = replace(document, coding=replace(document.coding, identity=Identity.NONE, rows=()))
    found = one(nothing)
    assert rates(found) == ["NP 354.00 0.00"]
    assert (found["NETTO_ZAKUPU"], found["BRUTTO_ZAKUPU"], found["KW_ROZRACH"]) == (
        "354.00",
        "354.00",
        "354.00",
    )
    assert rates(one(nothing, {"not_deducted": "tabela"})) == ["23 200.00 46.00", "8 100.00 8.00"]
    assert "nothing-deducted" in told(nothing, {"not_deducted": "tabela"})


def test_what_the_program_has_to_know_by_itself_is_told() -> None:
    assert "part-deducted" in told(six_ledger()[4])
    assert "advances-stay" in told(changed(sale(), kind="ROZ"))
    assert "receipt" in told(changed(sale(), receipt_follows=True))
    assert "amount-differs" in told(six_kpir()[4])
    assert "amount-differs" not in told(six_kpir()[3])
    waiting = replace(purchase().coding, identity=Identity.ON_PAYMENT, rows=())
    assert "waits-for-payment" in told(replace(purchase(), coding=waiting))


def test_two_contractors_whose_ids_would_be_one_get_two() -> None:
    """Their NIPs were looked for until the sums of their bytes met."""
    first, second, third = (
        changed(replace(sale(), id=place), buyer=replace(sale().invoice.buyer, nip=nip))
        for place, nip in enumerate(("6367624370", "7281232721", "2222222222"))
    )
    together = read(exported(EXPORTER, first, second, third)[0]).contractors
    assert len(together) == 3
    turned = read(exported(EXPORTER, third, first)[0]).contractors
    numbers = {card["NIP"]: number for number, card in together.items()}
    assert {card["NIP"]: number for number, card in turned.items()}.items() <= numbers.items()


def test_an_invoice_without_a_vat_table_stays_unless_it_was_typed_or_nothing_is_due() -> None:
    bare = changed(uncoded(sale()), kind="UPR", vat_table=(), total=Decimal(123))
    _, (piece,) = exported(EXPORTER, bare)
    assert [one.code for one in piece.warnings if one.blocks] == ["table-missing"]
    assert "table-missing" not in told(changed(bare, kind="ROZ", total=Decimal(0)))
