"""Our Optima file of the six documents against the example beside the checkout, field by field."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from lxml import etree

from blink_tui.ledger.exporters.optima import EXPORTER
from tests.invoices.samples import shared
from tests.ledger.hostile import exported
from tests.ledger.optima_reader import NS, Fields, File, Record, read
from tests.ledger.six import six_ledger

SETTINGS = {"source_id": "BLINK", "target_id": "KSIEG", "category": "konto"}
FIELDS = {
    "ID_ZRODLA": {1, 2, 3, 4, 5},  # the example counts; ours is made of the KSeF number
    "REJESTR": {1, 2, 3, 4, 5},  # the coding's own (SPR, ZAK) comes before the setting (SPRZEDAŻ, ZAKUP)
}
"""Field → documents in which ours differs."""
ADDED = {"PODMIOT_ID", "PLATNIK_ID"}
"""Ids of contractors, which FORMATS 2.3 has and the example leaves out."""
POSITIONS = {
    "ODLICZENIA_VAT": {5},
    "NETTO": {5}, "VAT": {5}, "NETTO_SYS": {5}, "VAT_SYS": {5}, "NETTO_SYS2": {5}, "VAT_SYS2": {5},
    # The example deducts all the tax of a car that is used privately as well; half of it is (BOOKKEEPING 4, FORMATS
    # 8.5), so ours has one position of what is deducted and one of what is not.
    "KOLUMNA_KPR": {1, 2, 3, 4, 5},  # full books have no KPiR: nothing is said of its column
}  # fmt: skip
POSTINGS = {"OPIS_KD": {1, 2, 3, 4, 5}}
"""The example repeats the document's description; ours has the text of each posting line."""
PAYMENTS = {"ID_ZRODLA_PLAT": {1, 2, 3, 4, 5}}
PAYMENTS_ADDED = {"PLATNOSC_PODMIOT_ID"}


@lru_cache(maxsize=1)
def ours() -> File:
    return read(exported(EXPORTER, *six_ledger(), settings=SETTINGS)[0])


@lru_cache(maxsize=1)
def theirs() -> tuple[list[etree._Element], list[etree._Element]]:
    """Contractors and records of the example."""
    root = etree.fromstring(shared("ledger", "examples", "optima_vat.xml").read_bytes())
    cards, sales, purchases = (list(section)[3:] for section in root)
    return cards, [*sales, *purchases]


def leaves(element: etree._Element) -> Fields:
    return {one.tag.removeprefix(NS): one.text or "" for one in element if not len(one)}


def compared(rows: Sequence[Fields], mine: Sequence[Fields], added: set[str]) -> set[str]:
    """Names of the fields that differ in some row; ours may have those added."""
    found = set() if len(rows) == len(mine) else {"number of rows"}
    for one, other in zip(rows, mine, strict=False):
        assert set(other) - set(one) <= added, set(other) - set(one)
        found |= {name for name in one if one[name] != other.get(name)}
    return found


def pairs() -> list[tuple[int, etree._Element, Record]]:
    """Records of the example with ours; of the sixth document, which the example leaves out, none."""
    return list(zip(range(1, 6), theirs()[1], ours().documents, strict=False))


def differing(section: str, row: str, name: str, added: set[str]) -> dict[str, set[int]]:
    """Field of a section → documents in which it differs."""
    found: dict[str, set[int]] = {}
    for place, element, mine in pairs():
        rows = [leaves(one) for one in element.findall(f"{NS}{section}/{NS}{row}")]
        for field in compared(rows, getattr(mine, name), added):
            found.setdefault(field, set()).add(place)
    return found


def test_records_have_the_example_s_fields_but_for_those_explained() -> None:
    found: dict[str, set[int]] = {}
    for place, element, mine in pairs():
        for name in compared([leaves(element)], [mine.fields], ADDED):
            found.setdefault(name, set()).add(place)
    assert found == FIELDS


def test_positions_have_the_example_s_fields_but_for_those_explained() -> None:
    found = differing("POZYCJE", "POZYCJA", "positions", set())
    assert found.pop("number of rows") == {5}
    assert found == {name: places for name, places in POSITIONS.items() if name != "ODLICZENIA_VAT"}
    assert [one["ODLICZENIA_VAT"] for one in ours().documents[4].positions] == ["tak", "nie"]


def test_postings_have_the_example_s_fields_but_for_their_texts() -> None:
    assert differing("KWOTY_DODATKOWE", "POZYCJA_KD", "postings", set()) == POSTINGS


def test_payments_have_the_example_s_fields_but_for_their_ids() -> None:
    assert differing("PLATNOSCI", "PLATNOSC", "payments", PAYMENTS_ADDED) == PAYMENTS


def test_marks_are_the_example_s() -> None:
    for _, element, mine in pairs():
        assert [one.text for one in element.iter(f"{NS}KOD")] == list(mine.codes)


def test_contractors_have_the_example_s_fields_but_for_their_ids() -> None:
    cards = ours().contractors
    for element in theirs()[0]:
        (address,) = element.iter(f"{NS}ADRES")
        card = leaves(element) | leaves(address)
        assert compared([card], [cards[card["AKRONIM"]]], set()) == {"ID_ZRODLA"}
    assert len(theirs()[0]) == len(cards)
