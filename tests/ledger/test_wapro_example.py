"""Our MAGIK_EKSPORT of the six documents against the example beside the checkout, field by field."""

from __future__ import annotations

import dataclasses
from functools import lru_cache

from blink_tui.ledger.exporters.wapro import EXPORTER
from tests.invoices.samples import shared
from tests.ledger.hostile import exported
from tests.ledger.six import six_kpir, six_ledger
from tests.ledger.wapro_reader import File, read

DOCUMENTS = {
    "ID_KONTRAHENTA": {1, 2, 3, 4, 5},
    "ID_PLATNIKA": {1, 2, 3, 4, 5},
    # The example counts contractors; our ids are made of who they are, so they are the same in every file.
    "POLE2": {1, 2, 3, 4, 5},
    # The example has the first debit account; ours has the net side's second one, because 201 and 202 come from the
    # program's scheme (FORMATS 10.4). With pole2=rozrachunki it would hold the other side's account.
}
"""Field → documents in which ours differs."""
RATES = {2: {"rate_day"}}
"""The example has the day of sale; ours that of the table which the rate is from (art. 31a)."""
CARDS = {
    "ID_KONTRAHENTA",  # as in the documents
    "KOD_KONTRAHENTA",  # the example repeats its id; ours is the tax number, by which a person finds the contractor
}
INFO = {"WERSJA_PROGRAMU"}


@lru_cache(maxsize=1)
def ours() -> File:
    """Documents that carry both an account and a KPiR column, as the example's do; the sixth is left out there, too."""
    documents = []
    for ledger, kpir in zip(six_ledger()[:5], six_kpir(), strict=False):
        coding = dataclasses.replace(ledger.coding, entries=kpir.coding.entries)
        documents.append(dataclasses.replace(ledger, coding=coding))
    return read(exported(EXPORTER, *documents)[0])


def example() -> File:
    content = shared("ledger", "examples", "wapro.xml").read_bytes()
    # its register of contractors also has the one of the document that it leaves out
    start = content.index(b"<KONTRAHENT>\n      <ID_KONTRAHENTA>5<")
    return read(content[:start] + content[content.index(b"</KARTOTEKA_KONTRAHENTOW>") :])


def test_documents_have_the_example_s_fields_but_for_those_explained() -> None:
    seen: dict[str, set[int]] = {}
    rates: dict[int, set[str]] = {}
    for theirs, mine in zip(example().documents, ours().documents, strict=True):
        assert list(theirs.fields) == list(mine.fields), "the same elements in the same order"
        for name, text in theirs.fields.items():
            if mine[name] != text:
                seen.setdefault(name, set()).add(mine.id)
        for one, other in zip(theirs.rates, mine.rates, strict=True):
            for field in dataclasses.fields(one):
                if getattr(one, field.name) != getattr(other, field.name):
                    rates.setdefault(mine.id, set()).add(field.name)
    assert (seen, rates) == (DOCUMENTS, RATES)


def test_contractors_have_the_example_s_fields_but_for_those_explained() -> None:
    wanted = {card["NIP"]: card for card in example().contractors.values()}
    found = {card["NIP"]: card for card in ours().contractors.values()}
    assert wanted.keys() == found.keys()
    for number, theirs in wanted.items():
        mine = found[number]
        assert list(theirs) == list(mine)
        assert {name for name in theirs if theirs[name] != mine[name]} == CARDS


def test_the_envelope_is_the_example_s_but_for_the_version() -> None:
    wanted, found = example().info, ours().info
    assert list(wanted) == list(found)
    assert {name for name in wanted if wanted[name] != found[name]} <= INFO
