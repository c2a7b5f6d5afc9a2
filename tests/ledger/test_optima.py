"""Optima's XML read back by a reader that shares nothing with the exporter."""

from __future__ import annotations

import pickle
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blink_tui.ledger.document import LedgerDocument
from blink_tui.ledger.exporters.optima import EXPORTER
from blink_tui.ledger.settings import missing
from blink_tui.model.books import Contractor
from blink_tui.model.coding import Identity
from blink_tui.model.documents import Direction
from blink_tui.model.invoice import CorrectedInvoice, InvoiceParty
from blink_tui.model.text import clean
from tests.ledger.hostile import (
    TEXTS,
    changed,
    exported,
    purchase,
    sale,
    settled,
    with_text,
)
from tests.ledger.optima_made import IDS, made, record, told
from tests.ledger.six import six_kpir, six_ledger, six_lump_sum
from tests.ledger.totals import of_codings, summed
from tests.ledger.worked import worked_documents


def test_an_export_without_documents_is_a_right_file() -> None:
    file = made()
    assert (file.contractors, list(file.documents)) == ({}, [])
    assert set(file.ids) == {("BLINK", "KSIEG")}


def test_the_ids_of_the_databases_are_asked_for_and_checked() -> None:
    assert [one.name for one in missing(EXPORTER, {})] == ["source_id", "target_id"]
    check = EXPORTER.settings[0].check
    assert [check(text) for text in ("BLINK", "A1", "", "ZADŁU", "TOOLONG", "A B", "<a>")] == [True, True] + [
        False
    ] * 5


def test_contractors_come_once_and_sales_before_purchases_whatever_the_order() -> None:
    file = made(purchase(), sale(), replace(sale(), id=9, ksef_number="x"))
    assert [one.sale for one in file.documents] == [True, True, False]
    assert list(file.contractors) == ["3333333333", "2222222222"]


def test_a_second_run_is_byte_for_byte_the_same() -> None:
    later = settled(EXPORTER).made + timedelta(days=40)
    first, _ = exported(EXPORTER, *six_ledger(), settings=IDS)
    assert exported(EXPORTER, *six_ledger(), settings=IDS, made=later)[0] == first


def test_a_document_and_its_payment_keep_their_ids() -> None:
    first, again = record(sale()), record(replace(changed(sale(), number="X"), amends=True, id=77))
    assert first["ID_ZRODLA"] == again["ID_ZRODLA"] == "bc5c7580-6564-5cb0-9e3a-006dd96ed8c3"
    assert first.payments[0]["ID_ZRODLA_PLAT"] == again.payments[0]["ID_ZRODLA_PLAT"] != first["ID_ZRODLA"]


def test_what_the_books_have_already_is_marked_and_comes_under_the_same_id() -> None:
    assert record(sale())["OPIS"] == "Usługi doradcze"
    assert record(replace(sale(), amends=True))["OPIS"] == "DO POPRAWY W KSIĘGACH: Usługi doradcze"


def test_pieces_travel_between_processes_and_are_alike_only_for_the_same_number() -> None:
    frame = settled(EXPORTER, IDS)
    pieces = [EXPORTER.prepare(one, frame) for one in (*six_ledger(), changed(sale(), kind="KOR"))]
    assert pickle.loads(pickle.dumps(pieces)) == pieces
    assert len({one.number for one in pieces if one}) == 7
    assert EXPORTER.prepare(replace(sale(), direction=Direction.NONE), frame) is None


@pytest.mark.parametrize(
    "documents", [six_ledger(), six_kpir(), six_lump_sum()], ids=["books", "kpir", "ryczałt"]
)
def test_totals_read_back_are_those_of_the_codings(documents: tuple[LedgerDocument, ...]) -> None:
    taken = documents[:5]  # of the sixth the tax is not in the VAT table
    assert summed(row for one in made(*taken).documents for row in one.rates()) == of_codings(taken)


def test_totals_of_the_worked_set_are_those_of_its_codings() -> None:
    for title, document, own in worked_documents():
        if document.coding.identity is Identity.SELF_ASSESSED:
            continue
        one = record(document, books=own.books)
        if document.coding.identity is Identity.NONE and not document.sale:
            assert {row["ODLICZENIA_VAT"] for row in one.positions} == {"nie"}
            table = [(False, row.rate, row.net, row.vat) for row in document.coding.table]
            assert summed(one.rates()) == summed(table), title
        else:
            assert summed(one.rates()) == of_codings([document]), title


def test_several_corrections_of_one_document_name_it_and_keep_apart() -> None:
    first = six_ledger()[2]
    second = replace(
        changed(first, number="KFS/2/02/2026"), id=8, ksef_number="1111111111-20260220-0100D4E56F44-22"
    )
    both = made(first, second).documents
    assert [(one["KOREKTA"], one["KOREKTA_NUMER"]) for one in both] == [("Tak", "FS/1/02/2026")] * 2
    assert len({one["ID_ZRODLA"] for one in both}) == 2


def test_a_correction_of_several_documents_names_the_first_and_tells_the_others() -> None:
    several = tuple(CorrectedInvoice(number=f"FS/{number}") for number in (1, 2, 3))
    document = changed(six_ledger()[2], corrected=several)
    assert record(document)["KOREKTA_NUMER"] == "FS/1"
    assert told(document) == ["several-originals"]


def test_a_contractor_without_a_number_or_with_a_long_one_is_told_apart() -> None:
    def bought_by(**party: Any) -> LedgerDocument:
        return changed(sale(), buyer=InvoiceParty(**party))

    consumers = made(
        bought_by(name="Jan Nowak", no_id=True),
        replace(bought_by(name="Jan Nowakowski", no_id=True), ksef_number="a"),
        replace(bought_by(other_id="9" * 40, id_country="US", name="Far Away Inc."), ksef_number="b"),
        replace(bought_by(other_id="9" * 39 + "8", id_country="US", name="Far Away Inc."), ksef_number="c"),
    )
    assert len(consumers.contractors) == 4
    first = next(iter(consumers.contractors.values()))
    assert (first["FINALNY"], first["PLATNIK_VAT"], first["NIP"]) == ("Tak", "Nie", "")


def test_a_contractor_that_the_ledger_knows_keeps_its_symbol() -> None:
    known = Contractor("2222222222", "Alfa", code="ALFA-KRK")
    assert list(made(replace(sale(), contractor=known)).contractors) == ["ALFA-KRK"]


def test_a_long_name_is_broken_between_words_and_none_of_it_is_lost() -> None:
    name = (
        "Przedsiębiorstwo Produkcyjno-Usługowo-Handlowe Export-Import Kowalski i Wspólnicy Spółka Komandytowa"
    )
    (card,) = made(changed(sale(), buyer=replace(sale().invoice.buyer, name=name))).contractors.values()
    lines = [card[f"NAZWA{place}"] for place in (1, 2, 3)]
    assert all(len(line) <= 50 for line in lines)
    assert " ".join(filter(None, lines)) == name
    assert told(changed(sale(), buyer=replace(sale().invoice.buyer, name="x" * 151))) == ["text-cut"]
    tight = f"{'a' * 30} {'b' * 119}"
    (card,) = made(changed(sale(), buyer=replace(sale().invoice.buyer, name=tight))).contractors.values()
    assert "".join(card[f"NAZWA{place}"] for place in (1, 2, 3)) == tight


def test_a_number_of_256_characters_goes_whole_and_a_longer_one_only_by_choice() -> None:
    long = changed(sale(), number="N" * 256)
    assert record(long)["NUMER"] == "N" * 256
    assert told(long) == []
    longer = changed(sale(), number="N" * 257)
    assert told(longer) == ["number-too-long"]
    assert told(longer, {"cut_numbers": "tak"}) == ["text-cut"]


def test_numbers_alike_after_a_cut_are_alike_in_their_pieces() -> None:
    frame = settled(EXPORTER, IDS | {"cut_numbers": "tak"})
    pieces = [EXPORTER.prepare(changed(sale(), number="N" * 256 + end), frame) for end in ("a", "b")]
    assert len({one.number for one in pieces if one}) == 1


@pytest.mark.parametrize("what", TEXTS)
def test_a_file_is_well_formed_whatever_the_invoice_holds(what: str) -> None:
    text = TEXTS[what]
    for document in six_ledger():
        one = record(changed(with_text(text, document), number=text[:256]))
        assert one["NUMER"] == clean(text[:256]).strip()
        assert one["OPIS"] == clean(text).strip()


@given(st.text(max_size=80), st.text(min_size=1, max_size=300))
def test_any_text_and_number_come_back_as_they_were(text: str, number: str) -> None:
    one = record(changed(with_text(text, sale()), number=number[:256]))
    assert (one["OPIS"], one["NUMER"]) == (clean(text).strip(), clean(number[:256]).strip())
