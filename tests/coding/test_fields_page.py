"""`docs/coding-fields.md` says what the catalogue says, and its example works."""

from __future__ import annotations

from blink_tui.coding import toml
from blink_tui.coding.rulebook import Rulebook
from blink_tui.model.dates import Instant
from blink_tui.model.rulebook import OFFICE, RulebookEntry
from tests.tools.coding_fields import EXAMPLE, PAGE, page


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m tests.tools.coding_fields"


def test_its_example_compiles() -> None:
    entries = [
        RulebookEntry(OFFICE, *toml.key_of(item), 1, toml.written([item]), "", Instant(""), "", shipped=False)
        for item in toml.read(EXAMPLE)
    ]
    rulebook = Rulebook.of(entries)
    assert [str(problem.message) for problem in rulebook.problems] == []
    assert (len(rulebook.rules), len(rulebook.schemes), len(rulebook.sources)) == (1, 1, 1)
