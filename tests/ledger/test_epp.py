"""EDI++ 1.11: syntax, numbers, kinds of transaction, the sections behind the documents."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blink_tui.ledger.document import LedgerDocument
from blink_tui.ledger.exporters.epp import EXPORTER
from blink_tui.ledger.exporters.epp_records import amount, quoted
from blink_tui.ledger.writing import write
from blink_tui.model.books import Contractor
from blink_tui.model.documents import Direction
from blink_tui.model.invoice import CorrectedInvoice, PartPayment, Payment, VatAmount
from blink_tui.model.months import Month
from tests.ledger.epp_reader import Read, read
from tests.ledger.hostile import (
    TEXTS,
    changed,
    codes,
    exported,
    purchase,
    sale,
    settled,
    uncoded,
    unnumbered,
    with_text,
)
from tests.ledger.memory import MemoryFiles
from tests.ledger.six import frame, six_ledger
from tests.ledger.totals import Totals, of_codings, summed
from tests.ledger.tried import Tried
from tests.ledger.worked import worked_documents

_TRIED = Tried(EXPORTER, read)
one, told = _TRIED.one, _TRIED.told


def rated(rate: str) -> LedgerDocument:
    """A sale of 100 at a rate without tax."""
    table = (VatAmount(rate=rate, net=Decimal(100)),)
    return changed(uncoded(sale()), vat_table=table, total=Decimal(100))


def test_values_are_written_as_the_specification_says() -> None:
    assert [amount(Decimal(text)) for text in ("1230", "0.00005", "-0.00001", "-1.5")] == [
        "1230.0000", "0.0001", "0.0000", "-1.5000",
    ]  # fmt: skip
    assert [quoted(text) for text in ('a"b', "", "a,b")] == ['"a""b"', "", '"a,b"']


def test_totals_read_back_are_those_of_the_codings() -> None:
    documents = [document for document in six_ledger() if document.invoice.currency == "PLN"]
    assert _totals(read(exported(EXPORTER, *documents)[0]).documents) == of_codings(documents)


def test_totals_of_the_worked_set_are_those_of_its_codings() -> None:
    for title, document, own in worked_documents():
        files = MemoryFiles()
        write(EXPORTER, [document], own, files)
        (found,) = read(files.only).documents
        if document.invoice.currency == "PLN":
            assert _totals([found]) == of_codings([document], gross=True), title
        else:
            assert [rate.net for rate in found.rates] == [row.net for row in document.invoice.vat_table], (
                title
            )


def _totals(documents: Iterable[Read]) -> Totals:
    names = {"npo": "np", "oo": "np", "ue": "0", "ex": "0"}
    rows = []
    for document in documents:
        for rate in document.rates:
            net, vat, _gross, _cost = rate.margin if any(rate.margin) else (rate.net, rate.vat, 0, 0)
            rows.append((document.sale, names.get(rate.symbol, rate.symbol), Decimal(net), Decimal(vat)))
    return summed(rows)


@pytest.mark.parametrize("what", TEXTS)
def test_records_keep_their_lengths_whatever_the_invoice_holds(what: str) -> None:
    for document in (sale(), purchase()):
        text = TEXTS[what]
        content, (piece,) = exported(EXPORTER, unnumbered(with_text(text, document)))
        (found,) = read(content).documents
        assert not any(one.blocks for one in piece.warnings)
        assert (len(found[13]) <= 40, len(found[14]) <= 255, len(found[50]) <= 50) == (True, True, True)
        if what in {"Polish", "markup", "separators", "formula", "at"}:
            assert found[14] == text
        if what == "cyrillic":
            assert "letters-replaced" in codes(piece)


@settings(deadline=None)
@given(st.text(max_size=80), st.text(max_size=60))
def test_any_text_and_number_make_a_file_that_can_be_read(text: str, number: str) -> None:
    document = unnumbered(changed(with_text(text, sale()), number=number))
    content, _ = exported(EXPORTER, document, settings={"cut_numbers": "tak"})
    assert len(read(content).documents) == 1


def test_the_bytes_are_windows_1250_and_end_with_an_empty_line() -> None:
    content, _ = exported(EXPORTER, with_text(TEXTS["Polish"], sale()))
    assert "Zażółć gęślą jaźń, ŁÓDŹ".encode("cp1250") in content
    assert content.endswith(b"\r\n\r\n")


def test_a_second_run_is_the_same_and_another_day_changes_its_day_alone() -> None:
    first, _ = exported(EXPORTER, *six_ledger())
    assert first == exported(EXPORTER, *six_ledger())[0]
    later, _ = exported(EXPORTER, *six_ledger(), made=frame().made.replace(day=27))
    assert first.replace(b"20260228000000", b"20260227000000") == later


def test_an_export_without_documents_has_its_sections() -> None:
    files = MemoryFiles()
    EXPORTER.writer(frame(), files).close()
    found = read(files.only)
    assert (found.documents, found.sections["KONTRAHENCI"]) == ((), [])


def test_the_period_is_that_of_the_months() -> None:
    plain = read(exported(EXPORTER, sale())[0]).info
    assert plain[15:18] == ["0", "", ""]
    quarter = read(exported(EXPORTER, sale(), months=(Month(2026, 1), Month(2026, 2)))[0]).info
    assert quarter[15:18] == ["1", "20260101000000", "20260228000000"]


def test_the_limit_of_a_number_counts_its_prefix() -> None:
    fits, long = (changed(sale(), number="N" * length) for length in (27, 28))
    assert "number-too-long" not in told(fits)
    _, (piece,) = exported(EXPORTER, long)
    assert [one.code for one in piece.warnings if one.blocks] == ["number-too-long"]
    assert one(long, {"cut_numbers": "tak"})[7] == "FS " + "N" * 27


def test_numbers_alike_after_a_cut_are_alike_in_their_pieces() -> None:
    first, second = (changed(sale(), number="F/" + "1" * 30 + end) for end in ("/A", "/B"))
    cutting = settled(EXPORTER, {"cut_numbers": "tak"})
    pieces = [EXPORTER.prepare(one, cutting) for one in (first, replace(second, id=2))]
    assert [piece.number for piece in pieces if piece] == ["FS F/" + "1" * 25] * 2


def test_a_number_of_256_letters_is_refused_for_a_purchase_too() -> None:
    assert "number-too-long" in told(changed(purchase(), number="ż" * 256))


@pytest.mark.parametrize(
    ("rate", "symbol", "kind"),
    [
        ("0 KR", "0 0.0000", "0"), ("zw", "zw -1.0000", "0"), ("0 EX", "ex -2.0000", "1"), ("0 WDT", "ue -3.0000", "2"),
        ("np I", "npo -4.0000", "12"), ("np II", "npo -4.0000", "4"), ("oo", "oo -5.0000", "6"),
        ("OSS", "npo -4.0000", "23"),
    ],
)  # fmt: skip
def test_rates_have_their_symbols_and_kinds_of_transaction(rate: str, symbol: str, kind: str) -> None:
    found = one(rated(rate))
    assert [f"{row.symbol} {row.percent}" for row in found.rates] == [symbol]
    assert found[55] == kind


def test_services_of_article_100_are_of_the_kind_that_was_chosen() -> None:
    assert one(rated("np II"), {"np_ii": "12"})[55] == "12"


@pytest.mark.parametrize(
    ("kind", "type_", "status"),
    [
        ("VAT", "FS", "0"), ("UPR", "FS", "73"), ("ZAL", "FS", "37"), ("ROZ", "FS", "39"), ("KOR", "KFS", "0"),
        ("KOR_ZAL", "KFS", "38"), ("KOR_ROZ", "KFS", "0"),
    ],
)  # fmt: skip
def test_kinds_have_their_types_and_statuses(kind: str, type_: str, status: str) -> None:
    found = one(changed(sale(), kind=kind))
    assert (found[1], found[41]) == (type_, status)
    cash = one(changed(sale(), kind=kind, cash_method=True))
    assert int(cash[41]) == int(status) + 100


def test_several_corrections_of_one_document_go_each_with_reason_and_day() -> None:
    document = six_ledger()[2]
    second = changed(
        replace(document, id=9),
        number="KFS/2",
        corrected=(*document.invoice.corrected, CorrectedInvoice(number="FS/0")),
    )
    content, pieces = exported(EXPORTER, document, second)
    found = read(content)
    assert [one[8] for one in found.documents] == ["FS FS/1/02/2026"] * 2
    assert set(found.by_number("PRZYCZYNYKOREKT")) == {"KFS KFS/1/02/2026", "KFS KFS/2"}
    assert found.by_number("DATYUJECIAKOREKT")["KFS KFS/2"] == ["2", "20260220000000"]
    assert codes(pieces[1]) == ["several-originals"]


@pytest.mark.parametrize(
    ("month", "recorded"),
    [
        (Month(2026, 2), ["2", "20260220000000"]),
        (Month(2026, 1), ["1", "20260115000000"]),
        (Month(2026, 3), ["3", "20260301000000"]),
    ],
)
def test_a_correction_is_recorded_in_the_firm_s_own_month(month: Month, recorded: list[str]) -> None:
    document = six_ledger()[2]
    document = changed(document, corrected=(CorrectedInvoice(number="A", issue_date=date(2026, 1, 15)),))
    (row,) = document.coding.rows
    moved = replace(document, coding=replace(document.coding, rows=(replace(row, month=month),)))
    found = read(exported(EXPORTER, moved)[0])
    assert found.by_number("DATYUJECIAKOREKT")["KFS KFS/1/02/2026"] == recorded


def test_a_month_that_no_day_tells_is_told() -> None:
    document = purchase()
    (row,) = document.coding.rows
    assert "epp-month-stays" not in told(document)
    later = replace(document.coding, rows=(replace(row, month=Month(2026, 4)),))
    assert told(replace(document, coding=later)) == ["epp-month-stays"]


def test_marks_and_split_payment_stand_by_the_number() -> None:
    document = changed(uncoded(sale()), split_payment=True, related_parties=True, receipt_follows=True)
    found = read(exported(EXPORTER, document)[0])
    marks = found.by_number("DOKUMENTYZNACZNIKIJPKVAT")["FS FS/1/02/2026"]
    assert [place for place, mark in enumerate(marks, 2) if mark != "0"] == [
        4,
        14,
        27,
        29,
    ]  # TP MPP GTU_12 FP
    assert marks[27] == "3"
    assert found.by_number("WYMAGALNOSCMPP") == {"FS FS/1/02/2026": ["1"]}


def test_amounts_are_in_the_document_s_currency_with_its_rate() -> None:
    found = one(six_ledger()[1])
    assert [found[place] for place in (28, 29, 30, 37, 47, 48)] == [
        "500.0000", "0.0000", "500.0000", "500.0000", "EUR", "4.2500",
    ]  # fmt: skip
    _, (piece,) = exported(EXPORTER, uncoded(six_ledger()[1]))
    assert [one.code for one in piece.warnings if one.blocks] == ["rate-unknown"]


def test_what_was_paid_is_not_to_be_paid() -> None:
    paid = one(changed(sale(), payment=Payment(form=1, paid=True, paid_on=date(2026, 2, 6))))
    assert [paid[place] for place in (34, 36, 37)] == ["gotówka", "1230.0000", "0.0000"]
    part = one(changed(sale(), payment=Payment(parts=(PartPayment(amount=Decimal(230)),))))
    assert [part[place] for place in (36, 37)] == ["230.0000", "1000.0000"]


def test_zero_and_negative_amounts() -> None:
    table = (
        VatAmount(rate="23", net=Decimal("-0.00"), vat=Decimal(0)),
        VatAmount(rate="8", net=Decimal("-0.01")),
    )
    found = one(changed(uncoded(sale()), vat_table=table, total=Decimal("-0.01")))
    assert [found[place] for place in (28, 29, 30, 37)] == ["-0.0100", "0.0000", "-0.0100", "-0.0100"]


def test_contractors_stand_once_with_codes_that_differ() -> None:
    buyer = sale().invoice.buyer
    parties = [
        buyer,
        replace(buyer, name="inna nazwa"),
        replace(buyer, nip=None, eu_country="DE", vat_ue="2222222222"),
        replace(buyer, nip=None, id_country="US", other_id="X" * 50),
        replace(buyer, nip=None, id_country="US", other_id="X" * 49 + "Y"),
        replace(buyer, nip=None, no_id=True, name="Jan Łoś"),
        replace(buyer, nip=None, no_id=True, name="Ewa Łoś"),
    ]
    documents = [
        replace(changed(sale(), buyer=party, number=str(place)), id=place)
        for place, party in enumerate(parties)
    ]
    found = read(exported(EXPORTER, *documents)[0])
    assert [row[1] for row in found.sections["KONTRAHENCI"]][:2] == ["NIP2222222222", "DE2222222222"]
    assert len(found.sections["KONTRAHENCI"]) == 6
    assert found.sections["KONTRAHENCI"][-1][0] == "3", "retail"
    known = replace(sale(), contractor=Contractor("2222222222", "Alfa", code="ALFA"))
    assert one(known)[12] == "ALFA"


def test_farmers_and_margins_have_types_that_can_be_chosen() -> None:
    farmer = changed(purchase(), form="FA_RR (1)", kind="VAT_RR")
    assert (one(farmer)[1], one(farmer, {"farmer_type": "FZ"})[1]) == ("FR", "FZ")
    assert one(changed(farmer, kind="KOR_VAT_RR"))[1] == "KFZ"
    assert (one(rated("marża"))[1], one(rated("marża"), {"margin_type": "FS"})[1]) == ("FM", "FS")
    assert told(rated("marża")) == ["epp-rate-unsure"]
    assert not any(one(rated("marża")).rates[0].margin), "nobody typed it"


def test_self_assessed_purchases_go_plainly_with_a_warning_or_stay() -> None:
    document = six_ledger()[5]
    assert told(document) == ["self-assessed-plain"]
    assert (one(document)[55], one(document, {"import_kind": "4"})[55]) == ("11", "4")
    _, (piece,) = exported(EXPORTER, document, settings={"self_assessed": "pomin"})
    assert [one.code for one in piece.warnings if one.blocks] == ["self-assessed-left-out"]


def test_a_document_to_be_put_right_says_so_and_keeps_its_ksef_number() -> None:
    found = one(replace(sale(), amends=True))
    assert found[49] == "DO POPRAWY W KSIĘGACH; KSeF: 1111111111-20260205-0100A0F15C11-37"
    assert found[50] == "DO POPRAWY W KSIĘGACH Usługi doradcze"
    assert found[51] == "DO POPRAWY W KSIĘGACH"


def test_documents_for_information_are_left_out() -> None:
    assert EXPORTER.prepare(replace(sale(), direction=Direction.NONE), frame()) is None


def test_the_category_goes_and_the_uncoded_have_none() -> None:
    document = replace(sale(), coding=replace(sale().coding, category="Usługi"))
    assert one(document)[19] == "Usługi"
    assert one(uncoded(sale()), books=None)[19] == ""


def test_documents_with_the_same_full_number_go_into_files_of_their_own() -> None:
    first = changed(purchase(), number="1/2026")
    other = changed(replace(first, id=9), seller=replace(first.invoice.seller, nip="5555555555"))
    files = MemoryFiles()
    pieces = write(EXPORTER, [first, other, sale()], frame(), files)
    assert pieces[0].number == pieces[1].number == "FZ 1/2026"
    found = {name: [one[4] for one in read(content).documents] for name, content in files.written.items()}
    assert found == {".epp": ["4", "1"], "2.epp": ["9"]}


def test_an_invoice_without_a_vat_table_stays_unless_it_was_typed_or_nothing_is_due() -> None:
    bare = changed(uncoded(sale()), kind="UPR", vat_table=(), total=Decimal(123))
    _, (piece,) = exported(EXPORTER, bare)
    assert [one.code for one in piece.warnings if one.blocks] == ["table-missing"]
    assert "table-missing" not in told(changed(bare, kind="ROZ", total=Decimal(0)))
