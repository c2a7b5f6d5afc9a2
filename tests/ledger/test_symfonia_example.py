"""Our Symfonia file of the six documents against the example beside the checkout, field by field."""

from __future__ import annotations

from functools import lru_cache

from blink_tui.ledger.exporters.symfonia import EXPORTER
from tests.invoices.samples import shared
from tests.ledger.hostile import exported
from tests.ledger.six import six_ledger
from tests.ledger.symfonia_reader import File, Section, read

WITH = ("FS/1/02/2026", "KFS/1/02/2026", "FV/77/2026")
"""Documents of the example, which holds three of the six."""
DOCUMENTS = {
    "opis FK",  # the example has no KSeF number there (FORMATS 4)
    "opis",  # the example repeats the document's description; ours has the text of each posting line
}
HEAD = {"Wersja_programu"}
"""Fields whose values differ."""
ADDED = {
    "netto", "vat",  # FORMATS 4 has both
    "kod_obcy",  # the supplier's number
    "khkod", "khkodpocz", "khKrajKod",  # more of the contractor
}  # fmt: skip
"""Fields that the example leaves out."""


@lru_cache(maxsize=1)
def ours() -> File:
    return read(exported(EXPORTER, *six_ledger())[0])


def example() -> File:
    content = shared("ledger", "examples", "symfonia_fk.txt").read_bytes()
    return read(content.rstrip() + b"\r\n")


def compared(theirs: Section, mine: Section) -> set[str]:
    """Names of the fields whose values differ, in a section and those within it."""
    assert set(mine.fields) - set(theirs.fields) <= ADDED
    found = {name for name, value in theirs.fields.items() if mine.fields.get(name) != value}
    assert [one.name for one in theirs.sections] == [one.name for one in mine.sections]
    for one, other in zip(theirs.sections, mine.sections, strict=True):
        found |= compared(one, other)
    return found


def test_documents_have_the_example_s_fields_but_for_those_explained() -> None:
    mine = {one["kod"]: one for one in ours().documents}
    theirs = example().documents
    assert tuple(one["kod"] for one in theirs) == WITH
    for one in theirs:
        assert compared(one, mine[one["kod"]]) == DOCUMENTS


def test_contractors_and_the_head_have_the_example_s_fields() -> None:
    mine, theirs = ours(), example()
    for id_, card in theirs.contractors.items():
        assert compared(card, mine.contractors[id_]) == set()
    assert compared(theirs.info, mine.info) == HEAD
