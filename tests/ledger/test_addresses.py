"""Addresses as ledger programs want them."""

from __future__ import annotations

import pytest

from blink_tui.ledger.addresses import place_of
from blink_tui.model.invoice import Address, InvoiceParty


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("Próbna 2", "30-002 Kraków"), ("Próbna 2", "30-002", "Kraków")),
        (("ul. Długa 5 m. 7, 00-950 Warszawa",), ("ul. Długa 5 m. 7", "00-950", "Warszawa")),
        (("Beispielstr. 5", "10115 Berlin"), ("Beispielstr. 5", "10115", "Berlin")),
        (("Sample Quay 6", "D02 Dublin"), ("Sample Quay 6", "D02", "Dublin")),
        (("00-001 Warszawa", "Testowa 1"), ("Testowa 1", "00-001", "Warszawa")),
        (("Gdzieś za lasem",), ("Gdzieś za lasem", "", "")),
        ((), ("", "", "")),
        (("12-345",), ("12-345", "", "")),
    ],
)
def test_lines_are_taken_apart(lines: tuple[str, ...], expected: tuple[str, str, str]) -> None:
    place = place_of(InvoiceParty(seat=Address(country="pl", lines=lines)))
    assert (place.street, place.postal_code, place.town) == expected
    assert place.country == "PL"


def test_the_line_of_a_register() -> None:
    party = InvoiceParty(seat=Address(lines=("Próbna 2", "30-002 Kraków")))
    assert place_of(party).line == "Próbna 2, 30-002 Kraków"
