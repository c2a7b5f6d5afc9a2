"""What `--filter` says: the grid's language, or `@name` for one that the user kept."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime

from blink_tui.cli import output
from blink_tui.cli.context import system_user
from blink_tui.i18n import N_
from blink_tui.model.dates import instant_of, warsaw_day
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode
from blink_tui.model.filtering import Filter, FilterError, parse_filter
from blink_tui.model.text import clean

BAD_FILTER = ErrorKind("bad-filter", ExitCode.USAGE, N_("{problem}"))


def asked(text: str) -> Filter:
    """The filter that was typed. Raises BlinkError (usage); the text with the place under it goes before, to stderr."""
    today = warsaw_day(instant_of(datetime.now(UTC)))
    try:
        return parse_filter(text, today=today, who=system_user())
    except FilterError as error:
        output.warn(f"  {_shown(text)}\n  {pointer(text, error.start, error.end)}")
        raise BlinkError(BAD_FILTER, problem=clean(str(error))) from None


def pointer(text: str, start: int, end: int) -> str:
    """A line that stands under a text and points at a place in it."""
    return " " * _cells(text[:start]) + "^" * max(1, _cells(text[start:end]))


def _shown(text: str) -> str:
    """A text on one line whose characters stand where they stood."""
    return "".join(char if char.isprintable() else " " for char in text)


def _cells(text: str) -> int:
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )
