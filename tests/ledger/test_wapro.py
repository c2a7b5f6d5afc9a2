"""MAGIK_EKSPORT: dates, files of 999, contractors, fields by what the invoice and its coding hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blink_tui.ledger.document import LedgerDocument
from blink_tui.ledger.exporter import Piece
from blink_tui.ledger.exporters.wapro import EXPORTER, Body
from blink_tui.ledger.exporters.wapro_xml import clarion, clarion_moment, money
from blink_tui.ledger.writing import write
from blink_tui.model.dates import Instant
from tests.ledger.hostile import (
    TEXTS,
    changed,
    exported,
    purchase,
    sale,
    settled,
    unnumbered,
    with_text,
)
from tests.ledger.memory import MemoryFiles
from tests.ledger.six import frame, six_kpir, six_ledger
from tests.ledger.totals import Totals, of_codings, summed
from tests.ledger.tried import Tried
from tests.ledger.wapro_reader import Read, read
from tests.ledger.worked import worked_documents

_TRIED = Tried(EXPORTER, read)
one, told = _TRIED.one, _TRIED.told


def test_dates_are_clarion() -> None:
    assert clarion(date(2026, 2, 5)) == 82219
    assert clarion(date(1900, 1, 1)) == 36163


@pytest.mark.parametrize(
    ("instant", "day", "time"),
    [
        ("2026-02-05T09:00:00.0000000Z", date(2026, 2, 5), 3600001),
        ("2026-03-31T21:59:59.9900000Z", date(2026, 3, 31), 8640000),
        ("2026-03-31T22:00:00Z", date(2026, 4, 1), 1),
        ("2026-01-31T23:00:00Z", date(2026, 2, 1), 1),
    ],
)
def test_a_moment_is_a_warsaw_day_and_hundredths_from_its_midnight(
    instant: str, day: date, time: int
) -> None:
    assert clarion_moment(Instant(instant)) == (clarion(day), time)


def test_money_is_rounded_half_up_and_never_a_negative_zero() -> None:
    assert [money(Decimal(text)) for text in ("0.005", "-0.005", "2.675", "-0.001", "-0")] == [
        "0.01", "-0.01", "2.68", "0.00", "0.00",
    ]  # fmt: skip


def test_1999_documents_are_three_files_and_no_more_than_999_are_held() -> None:
    files, made = MemoryFiles(), settled(EXPORTER)
    writer = EXPORTER.writer(made, files)
    plain = EXPORTER.prepare(sale(), made)
    assert plain is not None
    body: Body = plain.body
    for number in range(1, 2000):
        before = body.before.replace(b"<ID_DOKUMENTU_ORYG>1<", b"<ID_DOKUMENTU_ORYG>%d<" % number)
        writer.add(Piece(number, "", str(number), body._replace(before=before)))
    assert len(files.written) == 2, "full files go out before the end"
    writer.close()
    found = {name: read(content).documents for name, content in files.written.items()}
    assert {name: len(documents) for name, documents in found.items()} == {
        "1.xml": 999,
        "2.xml": 999,
        "3.xml": 1,
    }
    assert [document.id for documents in found.values() for document in documents] == list(range(1, 2000))


def test_999_documents_are_one_file_without_a_number() -> None:
    files, made = MemoryFiles(), settled(EXPORTER)
    writer = EXPORTER.writer(made, files)
    piece = EXPORTER.prepare(sale(), made)
    assert piece is not None
    for _ in range(999):
        writer.add(piece)
    writer.close()
    assert list(files.written) == [".xml"]
    assert files.only.count(b"<DOKUMENT>") == 999


def test_an_export_without_documents_is_a_right_file() -> None:
    files = MemoryFiles()
    EXPORTER.writer(frame(), files).close()
    assert read(files.only).documents == ()


def test_a_second_run_differs_in_its_time_alone() -> None:
    first, _ = exported(EXPORTER, *six_ledger())
    second, _ = exported(EXPORTER, *six_ledger())
    assert first == second
    later, _ = exported(EXPORTER, *six_ledger(), made=frame().made.replace(day=27, hour=7))
    different = [
        (old, new) for old, new in zip(first.splitlines(), later.splitlines(), strict=True) if old != new
    ]
    assert [old.split(b">")[0] for old, _ in different] == [b"<DATA_EKSPORTU", b"<GODZINA_EKSPORTU"]


@pytest.mark.parametrize("documents", [six_ledger(), six_kpir()], ids=["ledger", "kpir"])
def test_totals_read_back_are_those_of_the_codings(documents: tuple[LedgerDocument, ...]) -> None:
    content, _ = exported(EXPORTER, *documents)
    assert _totals(read(content).documents) == of_codings(documents)


def test_totals_of_the_worked_set_are_those_of_its_codings() -> None:
    for title, document, own in worked_documents():
        files = MemoryFiles()
        write(EXPORTER, [document], own, files)
        (found,) = read(files.only).documents
        assert _totals([found]) == of_codings([document], gross=True), title
        sums = [
            Decimal(found[f"{what}_{'SPRZEDAZY' if document.sale else 'ZAKUPU'}"])
            for what in ("NETTO", "BRUTTO")
        ]
        net = sum((rate.net + rate.cost for rate in found.rates), Decimal(0))
        assert sums == [net, net + sum((rate.vat for rate in found.rates), Decimal(0))], title


def _totals(documents: Iterable[Read]) -> Totals:
    return summed(
        (document.sale, rate.code.lower(), rate.net, rate.vat)
        for document in documents
        for rate in document.rates
    )


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1250"])
@pytest.mark.parametrize("what", TEXTS)
def test_a_file_is_well_formed_whatever_the_invoice_holds(what: str, encoding: str) -> None:
    for document in (sale(), purchase()):
        text = TEXTS[what]
        content, (piece,) = exported(
            EXPORTER, unnumbered(with_text(text, document)), settings={"encoding": encoding, "lines": "tak"}
        )
        found = read(content)
        assert not any(one.blocks for one in piece.warnings)
        (card,) = found.contractors.values()
        if what in {"Polish", "markup", "separators", "formula", "at"}:
            assert card["NAZWA_PELNA"] == text
            assert found.documents[0]["FORMA_PLATNOSCI"] == text
            assert found.documents[0].lines[0]["OPIS_POZYCJI"] == text
        assert len(card["NAZWA"]) <= 50
        assert len(card["NAZWA_PELNA"]) <= 200
        assert len(found.documents[0]["OPIS"]) <= 50


@settings(deadline=None)
@given(st.text(max_size=80), st.text(max_size=60))
def test_any_text_and_number_make_a_file_that_can_be_read(text: str, number: str) -> None:
    document = unnumbered(changed(with_text(text, sale()), number=number))
    content, _ = exported(EXPORTER, document, settings={"cut_numbers": "tak", "lines": "tak"})
    assert len(read(content).documents) == 1


def test_letters_that_windows_1250_lacks_are_replaced_and_told() -> None:
    document = with_text(TEXTS["cyrillic"], sale())
    assert "letters-replaced" not in told(document)
    assert "letters-replaced" in told(document, {"encoding": "windows-1250"})


def test_the_declared_encoding_is_the_one_of_the_bytes() -> None:
    content, _ = exported(EXPORTER, with_text(TEXTS["Polish"], sale()), settings={"encoding": "windows-1250"})
    assert content.startswith(b'<?xml version="1.0" encoding="windows-1250"?>')
    assert "Zażółć gęślą jaźń, ŁÓDŹ".encode("cp1250") in content


def test_a_long_number_is_refused_or_cut_by_choice() -> None:
    document = changed(sale(), number="N" * 256)
    _, (piece,) = exported(EXPORTER, document)
    assert [one.code for one in piece.warnings if one.blocks] == ["number-too-long"]
    assert one(document, {"cut_numbers": "tak"})["NUMER"] == "N" * 30


def test_numbers_alike_after_a_cut_are_alike_in_their_pieces() -> None:
    first, second = (changed(sale(), number="F/" + "1" * 30 + end) for end in ("/A", "/B"))
    _, pieces = exported(
        EXPORTER, replace(first, id=1), replace(second, id=2), settings={"cut_numbers": "tak"}
    )
    assert pieces[0].number == pieces[1].number
