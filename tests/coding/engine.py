"""The coding engine with the rules that are shipped, as every firm has it on its first day."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from blink_tui.coding.propose import code
from blink_tui.coding.rulebook import Rulebook
from blink_tui.coding.toml import shipped_entries
from blink_tui.i18n import language, set_language
from blink_tui.model.coding import Coding
from blink_tui.model.dates import parse_instant
from blink_tui.model.rulebook import OFFICE, RulebookEntry
from tests.coding.worked.document import Worked

AT = parse_instant("2026-01-01T00:00:00Z")
"""When it was shipped."""


@cache
def shipped() -> Rulebook:
    """The shipped rules and schemes, none of them changed."""
    return Rulebook.of(
        RulebookEntry(OFFICE, kind, name, 1, text, digest, AT, "blink", True)
        for kind, name, text, digest in shipped_entries()
    )


def coded(one: Worked) -> Coding:
    """A worked document as the engine codes it."""
    return code(one.facts, shipped(), one.choices)


@contextmanager
def speaking(chosen: str) -> Iterator[None]:
    """Sentences in a language."""
    before = language()
    set_language(chosen)
    try:
        yield
    finally:
        set_language(before)


def sentences(coding: Coding, chosen: str = "pl") -> list[str]:
    """Everything that a coding explains or objects to."""
    with speaking(chosen):
        return [str(problem.message) for problem in (*coding.problems, *coding.reasons)]
