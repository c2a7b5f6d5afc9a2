"""The rulebook of a firm that has nothing but what came with the program, and entries of one's own beside it."""

from __future__ import annotations

from blink_tui.coding.rulebook import Rulebook
from blink_tui.coding.toml import digest_of, key_of, read, shipped_entries, written
from blink_tui.model.dates import Instant
from blink_tui.model.rulebook import OFFICE, RulebookEntry

_AT = Instant("2026-01-01T00:00:00Z")


def entries(text: str = "", firm_id: int = OFFICE) -> list[RulebookEntry]:
    """Shipped entries, then those of a TOML text."""
    found = [
        RulebookEntry(OFFICE, kind, name, 1, body, digest, _AT, "blink", True)
        for kind, name, body, digest in shipped_entries()
    ]
    for item in read(text):
        body = written([item])
        found.append(RulebookEntry(firm_id, *key_of(item), 1, body, digest_of(body), _AT, "anna", False))
    return found


def rulebook(text: str = "", firm_id: int = 7) -> Rulebook:
    """What is shipped, with entries of a firm."""
    return Rulebook.of(entries(text, firm_id))


SHIPPED = rulebook()
