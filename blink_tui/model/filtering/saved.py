"""Filters that a person keeps under a name."""

from __future__ import annotations

import re
from dataclasses import dataclass

from blink_tui.model.dates import Instant
from blink_tui.model.text import clean

_NAME = re.compile(r"[^\W_][\w-]{0,39}")


@dataclass(frozen=True, slots=True)
class SavedFilter:
    """One of them; its text is parsed when it is used, so that `7d` goes by that day."""

    name: str
    text: str
    created: Instant


def parse_name(text: str) -> str:
    """The name of a filter: letters, digits, `-` and `_`, with or without a `@` before it. Raises ValueError."""
    name = clean(text).strip().removeprefix("@")
    if not _NAME.fullmatch(name):
        raise ValueError(text)
    return name


def saved_name(text: str) -> tuple[str, str] | None:
    """The name and what follows it, of a text that begins with `@name`; None for any other text."""
    first, _, rest = text.strip().partition(" ")
    if not first.startswith("@"):
        return None
    try:
        return parse_name(first), rest.strip()
    except ValueError:
        return None
