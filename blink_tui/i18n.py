"""Texts in the user's language: Polish first, English at a switch, through gettext.

Source texts are English and stand in the code; `locale/pl` holds the Polish ones. A text that is made
far from where it is shown (an error, an event) travels as a `Message` and is translated when shown.
"""

from __future__ import annotations

import gettext as _gettext
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LANGUAGES = ("pl", "en")
"""Languages that the program speaks; the first is the default."""

_LOCALE_DIR = Path(__file__).with_name("locale")
_translations: dict[str, _gettext.NullTranslations] = {}
_current = "pl"
_spoken: ContextVar[str | None] = ContextVar("spoken", default=None)


def set_language(language: str | None) -> str:
    """Choose the language of everything shown from now on: `pl` or `en`; None asks BLINK_LANG, then Polish.

    An unknown language means Polish. Returns the language chosen.
    """
    global _current  # noqa: PLW0603 - one language per process is the point
    wanted = (language or os.environ.get("BLINK_LANG") or LANGUAGES[0]).lower()[:2]
    _current = wanted if wanted in LANGUAGES else LANGUAGES[0]
    return _current


def language() -> str:
    """The language in force, `pl` or `en`."""
    return _spoken.get() or _current


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Within the block, and for this task alone, texts are in another language."""
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def lend_to_libraries() -> None:
    """Let libraries that translate through gettext's own domain find our texts, in the language in force."""
    os.environ["LANGUAGE"] = _current
    _gettext.bindtextdomain("blink", _LOCALE_DIR)
    _gettext.textdomain("blink")


def _catalogue() -> _gettext.NullTranslations:
    wanted = language()
    if wanted not in _translations:
        _translations[wanted] = _gettext.translation("blink", _LOCALE_DIR, languages=[wanted], fallback=True)
    return _translations[wanted]


def _(text: str) -> str:
    """The text in the language in force."""
    return _catalogue().gettext(text)


def ngettext(one: str, many: str, count: int) -> str:
    """The form of a text that fits a count (Polish has three)."""
    return _catalogue().ngettext(one, many, count)


def N_(text: str) -> str:  # noqa: N802 - the field's name for "collect, translate later"
    """Mark a text for translation without translating it now."""
    return text


@dataclass(frozen=True)
class Message:
    """A text with its values, translated only when shown."""

    text: str
    """English source text with `{name}` places."""
    values: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return _(self.text).format(**self.values)
