"""What a person chose for this console alone: language, theme, whose clients are "mine"; kept in the memory."""

from __future__ import annotations

from blink_tui.i18n import LANGUAGES, set_language
from blink_tui.tui.memory import Memory
from blink_tui.tui.themes import THEME_WORDS

_NAME = "settings"
ACCOUNTANT = "accountant"
"""The accountant whose clients are "moi klienci" here."""


def preference(memory: Memory, key: str) -> str:
    """What was chosen; empty when nothing was."""
    found = memory.of(_NAME).get(key)
    return found if isinstance(found, str) else ""


def prefer(memory: Memory, key: str, value: str) -> None:
    """Remember a choice; an empty one is forgotten."""
    rest = {name: kept for name, kept in memory.of(_NAME).items() if name != key}
    memory.keep(_NAME, {**rest, **({key: value} if value else {})})


def whose_clients(memory: Memory, who: str) -> str:
    """The accountant whose clients "moi klienci" are: the one that was chosen, else whoever sits here."""
    return preference(memory, ACCOUNTANT) or who


def chosen_theme(memory: Memory, usual: str) -> str:
    """The theme that was chosen, else what the terminal can show."""
    found = preference(memory, "theme")
    return found if found in THEME_WORDS else usual


def chosen_language(memory: Memory) -> str | None:
    """The language that was chosen, if one was."""
    found = preference(memory, "language")
    return found if found in LANGUAGES else None


def choose_language(memory: Memory, language: str) -> None:
    """Speak a language from now on, at the next start, too."""
    prefer(memory, "language", set_language(language))
