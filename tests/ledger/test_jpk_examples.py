"""The six documents in JPK, field by field as the shared examples have them; what differs is named here."""

from __future__ import annotations

from dataclasses import replace

import pytest

from blink_tui.model.books import BookKind
from blink_tui.model.months import Month
from tests.invoices.samples import shared
from tests.ledger.jpk import PERSON, SCHEMAS, YEAR, Jpk, read_jpk, whole
from tests.ledger.six import frame, six_kpir, six_ledger, six_lump_sum

FEBRUARY = (Month(2026, 2),)
WHEN = ("DataWytworzeniaJPK", "NazwaSystemu")
"""Of the moment and the program that wrote the example."""


def example(name: str) -> Jpk:
    return read_jpk(shared("ledger", "examples", name).read_bytes())


def same_fields(ours: Jpk, theirs: Jpk, *more_of_ours: str) -> None:
    assert [tag for tag in ours.order if tag not in more_of_ours] == list(theirs.order)
    differ = {tag for tag, text in theirs.fields.items() if ours.fields[tag] != text}
    assert differ <= set(WHEN)


def test_v7m_with_its_declaration_is_the_example() -> None:
    schema = shared("ledger", "xsd", SCHEMAS["jpk_v7m"])
    ours, theirs = whole("jpk_v7m", six_ledger(), frame(months=FEBRUARY), schema), example("jpk_v7m3.xml")
    same_fields(ours, theirs)
    assert ours.rows == theirs.rows
    assert [list(row) for row in ours.of("SprzedazWiersz")] == [
        list(row) for row in theirs.of("SprzedazWiersz")
    ]


def test_pkpir_is_the_example_but_for_the_day_of_one_cost() -> None:
    """The example enters a cost when it came; art. 22(6b) PIT has the invoice's date, as our coding."""
    schema = shared("ledger", "xsd", SCHEMAS["jpk_pkpir"])
    told = replace(frame(BookKind.KPIR, PERSON), months=YEAR)
    ours = whole("jpk_pkpir", six_kpir(), told, schema, P_1="0", P_2="0")
    theirs = example("jpk_pkpir3.xml")
    same_fields(ours, theirs, "Email")
    expected = [dict(row) for row in theirs.of("PKPIRWiersz")]
    assert expected[0]["K_2"] == "2026-02-04"
    expected[0]["K_2"] = "2026-02-03"
    assert ours.of("PKPIRWiersz") == expected


def test_ewp_is_the_example() -> None:
    schema = shared("ledger", "xsd", SCHEMAS["jpk_ewp"])
    told = replace(frame(BookKind.LUMP_SUM, PERSON), months=YEAR)
    ours = whole("jpk_ewp", six_lump_sum(), told, schema)
    theirs = example("jpk_ewp4.xml")
    same_fields(ours, theirs, "Email")
    assert ours.rows == theirs.rows


@pytest.mark.parametrize("name", ["jpk_v7m3.xml", "jpk_pkpir3.xml", "jpk_ewp4.xml"])
def test_the_reader_sees_every_row_of_an_example(name: str) -> None:
    content = shared("ledger", "examples", name).read_text()
    read = read_jpk(content.encode())
    for tag, rows in read.rows.items():
        assert len(rows) == content.count(f"<{tag}>")
