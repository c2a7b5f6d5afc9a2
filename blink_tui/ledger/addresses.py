"""An invoice's address lines taken apart, as ledger programs want them: street, postal code, town."""

from __future__ import annotations

import re
from typing import NamedTuple

from blink_tui.model.invoice import InvoiceParty
from blink_tui.model.text import clean

_TOWN = re.compile(r"(?P<code>\d{2}-\d{3}|\d{4,5}|[A-Z]\d{2}) +(?P<town>\S.*)")
"""Postal code before the town: Polish, of most of the Union, or an Irish routing key."""
_APART = ","


class Place(NamedTuple):
    """Where a party is; what is not recognised stays in `street`."""

    street: str
    postal_code: str
    town: str
    country: str
    """Two letters; empty where it is not said."""

    @property
    def line(self) -> str:
        """All of it on one line, as registers show it."""
        return ", ".join(filter(None, (self.street, f"{self.postal_code} {self.town}".strip())))


def place_of(party: InvoiceParty) -> Place:
    """The seat of a party: the last part that begins with a postal code is the town, the rest is the street."""
    parts = [part.strip() for line in party.address for part in clean(line).split(_APART) if part.strip()]
    country = clean(party.country)[:2].upper()
    for position in range(len(parts) - 1, -1, -1):
        found = _TOWN.fullmatch(parts[position])
        if found is not None:
            street = ", ".join(parts[:position] + parts[position + 1 :])
            return Place(street, found["code"], found["town"], country)
    return Place(", ".join(parts), "", "", country)
