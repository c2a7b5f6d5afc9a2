"""Descriptions on their way into a field: what nobody typed fits without a word, what a person typed is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from blink_tui.ledger.document import LedgerDocument
from blink_tui.ledger.facts import described
from blink_tui.ledger.texts import Texts
from blink_tui.model.coding import RuleRef
from tests.ledger.six import six_ledger


def about(text: str, *, typed: bool = False, number: str = "FV 2026-00001") -> LedgerDocument:
    document = six_ledger()[0]
    coding = replace(document.coding, description=text, scheme=None if typed else RuleRef("zakup", 1))
    return replace(document, coding=coding, invoice=replace(document.invoice, number=number))


@pytest.mark.parametrize(
    ("text", "limit", "fits"),
    [
        ("Faktura FV 2026-00001 Wydawnictwo Ścibor", 50, "Faktura FV 2026-00001 Wydawnictwo Ścibor"),
        ("Faktura FV 2026-00001 Wydawnictwo Ścibor", 30, "Faktura Wydawnictwo Ścibor"),
        ("Faktura FV 2026-00001 Wydawnictwo Ścibor", 20, "Faktura Wydawnictwo"),
        ("Faktura FV 2026-00001 Skład – Ścibor", 19, "Faktura Skład"),
        ("Konstantynopolitańczykowianeczka", 10, "Konstantyn"),
    ],
)
def test_a_description_that_nobody_typed_is_made_to_fit_without_a_word(
    text: str, limit: int, fits: str
) -> None:
    texts = Texts()
    assert described(about(text), texts, "OPIS", limit) == fits
    assert texts.warnings == ()


def test_the_mark_before_it_keeps_its_place() -> None:
    found = described(about("Faktura FV 2026-00001 Ścibor"), Texts(), "OPIS", 30, mark="DO POPRAWY:")
    assert found == "DO POPRAWY: Faktura Ścibor"


def test_letters_of_a_name_in_it_are_told_with_the_name_alone() -> None:
    texts = Texts(codec="cp1250")
    assert described(about("Faktura Ørsted"), texts, "OPIS", 50) == "Faktura Orsted"
    assert texts.warnings == ()


def test_what_a_person_typed_is_cut_with_a_warning() -> None:
    texts = Texts()
    assert described(about("Remont dachu hali numer dwa", typed=True), texts, "OPIS", 12) == "Remont dachu"
    assert [one.code for one in texts.warnings] == ["text-cut"]
