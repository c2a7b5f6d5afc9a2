"""Symfonia's format 3.0 read back by a reader that shares nothing with the exporter."""

from __future__ import annotations

import pickle
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blink_tui.ledger.document import LedgerDocument
from blink_tui.ledger.exporters.symfonia import EXPORTER
from blink_tui.model.books import Contractor
from blink_tui.model.coding import Coding, Identity
from blink_tui.model.documents import Direction
from blink_tui.model.invoice import CorrectedInvoice, Settlement, VatAmount
from tests.ledger.hostile import TEXTS, changed, codes, exported, purchase, sale, settled, uncoded, with_text
from tests.ledger.six import six_kpir, six_ledger
from tests.ledger.symfonia_reader import File, Section, read
from tests.ledger.tried import Tried
from tests.ledger.worked import OnItsWay, worked, worked_documents

SALE, BOUGHT = "rSPV", "rZPV"
_SOLD = {"K_19": "K_20", "K_17": "K_18", "K_15": "K_16", "K_10": "", "K_11": "", "K_13": "", "K_21": "", "K_22": "",
         "K_23": "K_24", "K_25": "K_26", "K_27": "K_28", "K_29": "K_30", "K_31": "K_32"}  # fmt: skip
_BOUGHT = {"K_40": "K_41", "K_42": "K_43"}


def made(*documents: LedgerDocument, settings: dict[str, str] | None = None, **more: Any) -> File:
    """Documents written and read back."""
    return read(exported(EXPORTER, *documents, settings=settings, **more)[0])


_TRIED = Tried(EXPORTER, read)
record, told = _TRIED.one, _TRIED.told


@lru_cache(maxsize=1)
def in_full_books() -> list[OnItsWay]:
    """The worked documents that Symfonia takes."""
    return [
        one for one in worked_documents() if one.document.coding.lines or one.title.startswith("Faktura do")
    ]


def sums(entries: Iterable[Section]) -> dict[str, tuple[Decimal, Decimal]]:
    """Net and tax of a document's register entries by register."""
    found: dict[str, tuple[Decimal, Decimal]] = {}
    for one in entries:
        net, vat = found.get(one["Skrot"], (Decimal(0), Decimal(0)))
        found[one["Skrot"]] = net + Decimal(one["netto"]), vat + Decimal(one["VAT"])
    return found


def coded(document: LedgerDocument) -> dict[str, tuple[Decimal, Decimal]]:
    """The same, from the fields of its register rows that are in a month."""
    found: dict[str, tuple[Decimal, Decimal]] = {}
    for row in document.coding.rows:
        pairs = _SOLD if row.register is Direction.SALE else _BOUGHT
        amounts = dict(row.amounts)
        short = SALE if row.register is Direction.SALE else BOUGHT
        net, vat = found.get(short, (Decimal(0), Decimal(0)))
        net += sum((amounts.get(base, Decimal(0)) for base in pairs), Decimal(0))
        vat += sum((amounts.get(tax, Decimal(0)) for tax in pairs.values()), Decimal(0))
        found[short] = net, vat
    return found


def test_an_export_without_documents_is_a_right_file() -> None:
    file = made()
    assert (file.contractors, list(file.documents)) == ({}, [])


def test_the_firm_itself_stands_first_as_its_settings_say() -> None:
    own = made(settings={"full_name": "Żuk {i} spółka", "city": "Łódź"}).info.one("Kontrahent")
    assert own.fields == {
        "id": "1", "kod": "1111111111", "nazwa": "Żuk (i) spółka", "miejscowosc": "Łódź", "ulica": "Testowa 1",
        "kodpocz": "00-001", "nip": "1111111111",
    }  # fmt: skip


def test_a_second_run_is_byte_for_byte_the_same() -> None:
    later = settled(EXPORTER).made + timedelta(days=40)
    first, _ = exported(EXPORTER, *six_ledger())
    assert exported(EXPORTER, *six_ledger(), made=later)[0] == first


def test_contractors_come_once_and_before_the_documents() -> None:
    content, _ = exported(EXPORTER, purchase(), sale(), replace(sale(), id=9))
    assert list(read(content).contractors) == ["3333333333", "2222222222"]
    assert content.rindex(b"\nKontrahent{") < content.index(b"\nDokument{")


def test_pieces_travel_between_processes_and_are_alike_only_for_the_same_number() -> None:
    frame = settled(EXPORTER)
    pieces = [EXPORTER.prepare(one, frame) for one in (*six_ledger(), changed(sale(), kind="KOR"))]
    assert pickle.loads(pickle.dumps(pieces)) == pieces
    assert len({one.number for one in pieces if one}) == 7
    assert EXPORTER.prepare(replace(sale(), direction=Direction.NONE), frame) is None


def test_postings_of_the_worked_set_are_whole_and_balance() -> None:
    for title, document, own in in_full_books():
        one = record(document, books=own.books)
        assert one.side("WN") == one.side("MA") == document.coding.debit, title
        assert [row["konto"] for row in one.all("Zapis")] == [line.account for line in document.coding.lines]


def test_register_entries_of_the_worked_set_are_the_coding_s_rows() -> None:
    for title, document, own in in_full_books():
        one = record(document, books=own.books)
        assert sums(one.all("Rejestr")) == coded(document), title


def test_register_entries_stand_in_the_months_of_their_rows() -> None:
    entries = record(worked("Dostawca z metodą kasową (MK)").document).all("Rejestr")
    assert [(one["okres"], one["datarej"], one["VAT"]) for one in entries] == [
        ("2026-03-01", "2026-03-13", "112.20"), ("2026-05-01", "2026-05-01", "117.80"),
    ]  # fmt: skip


def test_tax_that_waits_for_a_payment_and_the_value_of_a_margin_are_told() -> None:
    assert told(worked("Dostawca z metodą kasową (MK)").document) == []
    assert told(worked("Dostawca z metodą kasową, jeszcze").document) == ["symfonia-payments"]
    assert told(worked("Faktura VAT RR zapłacona w części").document) == ["symfonia-payments"]
    assert told(worked("Marża, towary używane").document) == ["margin-value", "symfonia-marks"]


def test_rates_of_a_sale_and_of_a_car() -> None:
    entries = record(worked("Towary 23, 8 i 5 %").document).all("Rejestr")
    assert {(one["stawka"], one["netto"], one["VAT"]) for one in entries} == {
        ("23.00", "1000.00", "230.00"), ("8.00", "500.00", "40.00"), ("5.00", "200.00", "10.00"),
    }  # fmt: skip
    (car,) = record(worked("Samochód firmowy").document).all("Rejestr")
    assert (car["netto"], car["VAT"], car["brutto"]) == ("166.67", "38.34", "205.01")


def test_what_is_not_deducted_has_no_register_entry() -> None:
    one = record(worked("Nocleg").document)
    assert one.all("Rejestr") == []
    assert (one["kwota"], one.side("WN")) == ("540.00", Decimal("540.00"))


def test_self_assessed_tax_stands_in_both_registers() -> None:
    one = record(worked("WNT w euro").document)
    assert sums(one.all("Rejestr")) == dict.fromkeys((SALE, BOUGHT), (Decimal("2130.00"), Decimal("489.90")))
    assert {entry["stawka"] for entry in one.all("Rejestr")} == {"23.00"}
    assert told(worked("WNT w euro").document) == ["symfonia-own-tax"]
    assert (one["kwota"], one["walbrutto"], one["waluta"], one["kurs"]) == (
        "2130.00",
        "500.00",
        "EUR",
        "4.260000",
    )


def test_rates_that_are_none_are_written_as_the_firm_says_and_told() -> None:
    document = worked("Krajowe 0 % i zwolnione").document
    rates = [one["stawka"] for one in record(document, {"exempt": "ZW"}).all("Rejestr")]
    assert sorted(rates) == ["0.00", "ZW"]
    assert told(document) == ["symfonia-rate"]


def test_a_correction_is_a_red_storno_and_names_its_original() -> None:
    one = record(six_ledger()[2])
    assert (one["symbol FK"], one["obsluguj jak"]) == ("FKS", "FVS")
    assert (one["NazwaKor"], one["DataKor"]) == ("FS/1/02/2026", "2026-02-05")
    assert [(row["strona"], row["kwota"]) for row in one.all("Zapis")] == [
        ("WN", "-123.00"), ("MA", "-100.00"), ("MA", "-23.00"),
    ]  # fmt: skip
    assert one.one("Transakcja")["kwota"] == "-123.00"


def test_several_corrections_of_one_document_name_it_and_keep_apart() -> None:
    first = six_ledger()[2]
    second = replace(changed(first, number="KFS/2/02/2026"), id=8)
    both = made(first, second).documents
    assert [one["NazwaKor"] for one in both] == ["FS/1/02/2026"] * 2
    assert [one["kod"] for one in both] == ["KFS/1/02/2026", "KFS/2/02/2026"]


def test_a_correction_of_several_documents_names_the_first_and_tells_the_others() -> None:
    document = changed(
        six_ledger()[2], corrected=tuple(CorrectedInvoice(number=f"FS/{n}") for n in (1, 2, 3))
    )
    one = record(document)
    assert one["NazwaKor"] == "FS/1"
    assert "DataKor" not in one.fields
    assert told(document) == ["symfonia-marks", "several-originals"]


def test_a_purchase_has_its_three_days_and_the_settlement_of_its_supplier() -> None:
    one = record(purchase())
    assert [one[name] for name in ("dataWystawieniaObca", "dataZakupu", "datawpl")] == [
        "2026-02-03", "2026-02-03", "2026-02-04",
    ]  # fmt: skip
    place = one.one("Transakcja")["IdDlaRozliczen"]
    assert [row["konto"] for row in one.all("Zapis") if row["IdDlaRozliczen"] == place] == ["202-3333333333"]


def test_the_settlement_is_on_the_contractor_s_own_account_where_it_has_one() -> None:
    lines = tuple(
        replace(line, account="209-7") if line.account.startswith("202-") else line
        for line in purchase().coding.lines
    )
    document = replace(purchase(), coding=replace(purchase().coding, lines=lines))
    assert told(document) == ["symfonia-no-settlement"]
    known = Contractor("3333333333", "Beta", code="BETA", payable="209-7")
    one = record(replace(document, contractor=known))
    assert one.one("Transakcja")["kwota"] == "354.00"
    assert one.one("Dane Nabywcy")["khkod"] == "BETA"


def test_only_the_side_that_is_owed_is_settled() -> None:
    debit, *others = purchase().coding.lines
    taken_off = (replace(debit, account="202-3333333333"), *others)
    one = record(replace(purchase(), coding=replace(purchase().coding, lines=taken_off)))
    assert [row["kwota"] for row in one.all("Transakcja")] == ["354.00"]


def test_what_is_to_be_paid_may_be_less_than_the_total() -> None:
    less = changed(sale(), settlement=Settlement(to_pay=Decimal("1000.00")))
    one = record(less)
    assert [one[name] for name in ("kwota", "dozaplaty", "wdozaplaty")] == ["1230.00", "1000.00", "1000.00"]
    foreign = changed(worked("Sprzedaż w euro").document, settlement=Settlement(to_pay=Decimal("1000.00")))
    assert [record(foreign)[name] for name in ("dozaplaty", "wdozaplaty")] == ["4240.00", "1000.00"]


def test_a_row_without_a_month_waits() -> None:
    rows = tuple(replace(row, month=None) for row in sale().coding.rows)
    assert record(replace(sale(), coding=replace(sale().coding, rows=rows))).all("Rejestr") == []


def test_contractors_are_known_by_their_number_or_by_their_symbol() -> None:
    known = replace(sale(), contractor=Contractor("2222222222", "Alfa", code="ALFA"))
    assert list(made(known).contractors) == ["2222222222"]
    assert list(made(known, settings={"contractor_id": "kod"}).contractors) == ["ALFA"]
    assert list(made(sale(), settings={"contractor_id": "kod"}).contractors) == ["2222222222"]


def test_symbols_and_registers_are_the_firm_s() -> None:
    told_ = {"sale_symbol": "FS", "sales_register": "SPK", "sales_register_name": "Sprzedaż krajowa"}
    one = record(sale(), told_)
    assert (one["symbol FK"], one.one("Rejestr")["Skrot"], one.one("Rejestr")["Nazwa"]) == (
        "FS", "SPK", "Sprzedaż krajowa",
    )  # fmt: skip
    assert record(sale(), {"registers": "dekret"}).one("Rejestr")["Skrot"] == "SPR"


def test_the_number_of_ksef_ends_the_description_and_amends_begin_it() -> None:
    number = "1111111111-20260205-0100A0F15C11-37"
    assert record(sale())["opis FK"] == f"Usługi doradcze {number}"
    assert (
        record(replace(sale(), amends=True))["opis FK"] == f"DO POPRAWY W KSIĘGACH: Usługi doradcze {number}"
    )


def test_a_currency_is_posted_in_pln_and_told_beside() -> None:
    one = record(worked("Sprzedaż w euro").document)
    names = ("kwota", "netto", "vat", "waluta", "kurs", "walnetto", "walbrutto", "dozaplaty", "wdozaplaty")
    assert [one[name] for name in names] == [
        "5217.50", "4240.00", "977.50", "EUR", "4.240000", "1000.00", "1230.00", "5217.50", "1230.00",
    ]  # fmt: skip
    assert one.one("Transakcja")["kwota"] == "5217.50"
    assert "waluta" not in record(sale()).fields


def test_a_document_to_a_receipt_has_its_mark_and_no_postings() -> None:
    one = record(worked("Faktura do paragonu (FP)").document)
    assert (one["JPK_V7"], one.all("Zapis"), one.all("Transakcja")) == ("FP", [], [])
    assert len(one.all("Rejestr")) == 2
    assert told(worked("Faktura do paragonu (FP)").document) == []


def test_marks_of_split_payment_and_of_farmers() -> None:
    assert record(worked("Mechanizm podzielonej").document)["mppFlags"] == "1"
    assert record(worked("Faktura VAT RR zapłacona rolnikowi").document)["JPK_V7"] == "VAT_RR"


def test_a_correction_of_a_rate_owes_nothing_and_settles_nothing() -> None:
    document = worked("Korekta stawki").document
    one = record(document)
    assert (one["kwota"], one.all("Transakcja")) == ("0.00", [])
    assert [(row["stawka"], row["netto"], row["VAT"]) for row in one.all("Rejestr")] == [
        ("23.00", "-1000.00", "-230.00"), ("8.00", "1138.89", "91.11"),
    ]  # fmt: skip
    assert told(document) == []


def test_without_balanced_postings_a_document_is_kept_out() -> None:
    lines = (*sale().coding.lines[:-1],)
    crooked = replace(sale(), coding=replace(sale().coding, lines=lines))
    for document, code in (
        (crooked, "symfonia-unbalanced"),
        (six_kpir()[0], "symfonia-no-postings"),
        (uncoded(sale()), "symfonia-no-postings"),
    ):
        piece = EXPORTER.prepare(document, settled(EXPORTER))
        assert piece
        assert [one.code for one in piece.warnings if one.blocks] == [code]


def test_a_correction_of_words_alone_has_nothing_to_post_and_goes() -> None:
    nothing = (VatAmount(rate="23", net=Decimal(0), vat=Decimal(0)),)
    words = changed(six_ledger()[2], vat_table=nothing, total=Decimal("0.00"))
    document = replace(words, coding=Coding(scheme=words.coding.scheme, document_type="FSk"))
    one = record(document)
    assert (one["kwota"], one["wdozaplaty"], one.all("Zapis"), one.all("Transakcja")) == (
        "0.00",
        "0.00",
        [],
        [],
    )
    assert told(document) == ["symfonia-marks"]


def test_identities_that_have_no_postings_are_receipts_alone() -> None:
    for title, document, _ in in_full_books():
        assert bool(document.coding.lines) is (document.coding.identity is not Identity.RECEIPT), title


def test_letters_that_windows_1250_lacks_are_replaced_and_told() -> None:
    document = with_text(TEXTS["cyrillic"], sale())
    piece = EXPORTER.prepare(document, settled(EXPORTER))
    assert piece
    assert set(codes(piece)) == {"letters-replaced", "symfonia-marks"}
    (card,) = made(document).contractors.values()
    assert card["nazwa"] == "??? «???????»"


def test_signs_of_the_syntax_are_replaced_and_told() -> None:
    document = changed(sale(), number="FV{1}=2")
    one = record(document)
    assert (one["kod"], one["FK nazwa"], one.all("Zapis")[0]["NumerDok"]) == ("FV(1):2",) * 3
    assert told(document) == ["symfonia-signs", "symfonia-marks"]


def test_a_number_of_256_characters_goes_whole() -> None:
    assert record(changed(sale(), number="N" * 256))["kod"] == "N" * 256


@pytest.mark.parametrize("what", TEXTS)
def test_no_text_breaks_the_syntax(what: str) -> None:
    for document in six_ledger():
        hostile = changed(with_text(TEXTS[what], document), number=TEXTS[what][:256])
        lines = tuple(
            replace(line, account=TEXTS[what], description=TEXTS[what]) for line in document.coding.lines
        )
        made(replace(hostile, coding=replace(hostile.coding, lines=lines)))


@given(st.text(max_size=80), st.text(min_size=1, max_size=300))
def test_any_text_and_number_make_a_file_that_can_be_read(text: str, number: str) -> None:
    one = record(changed(with_text(text, sale()), number=number[:256]))
    assert one["kod"] == one["FK nazwa"]
    assert one.side("WN") == one.side("MA") == Decimal("1230.00")


def test_days_and_amounts_of_zero_and_of_tomorrow() -> None:
    later = replace(purchase(), received=date(2026, 4, 30))
    assert record(later)["datawpl"] == "2026-04-30"
    assert record(later).all("Rejestr")[0]["datarej"] == "2026-02-28"  # the coding puts its VAT into February
