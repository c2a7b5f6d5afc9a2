"""What `--filter` says: the grid's language, or `@name` for one that the user kept."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from blink_tui.cli import output
from blink_tui.cli.context import system_user
from blink_tui.i18n import N_, _
from blink_tui.model.dates import instant_of, warsaw_day
from blink_tui.model.errors import USAGE, BlinkError, ErrorKind, ExitCode
from blink_tui.model.filtering import Filter, FilterError, parse_filter
from blink_tui.model.filtering.saved import parse_name, saved_name
from blink_tui.model.text import clean

if TYPE_CHECKING:
    from blink_tui.buffer import Buffer

BAD_FILTER = ErrorKind("bad-filter", ExitCode.USAGE, N_("{problem}"))


def asked(text: str) -> Filter:
    """The filter that was typed. Raises BlinkError (usage); the text with the place under it goes before, to stderr."""
    today = warsaw_day(instant_of(datetime.now(UTC)))
    try:
        return parse_filter(text, today=today, who=system_user())
    except FilterError as error:
        output.warn(f"  {_shown(text)}\n  {pointer(text, error.start, error.end)}")
        raise BlinkError(BAD_FILTER, problem=clean(str(error))) from None


def checked_name(text: str) -> str:
    """The name of a kept filter. Raises BlinkError (usage)."""
    try:
        return parse_name(text)
    except ValueError:
        problem = _("A filter's name has letters, digits, - and _, at most 40; this is none: {text}")
        raise BlinkError(USAGE, problem=problem.format(text=clean(text))) from None


async def wanted(buffer: Buffer, text: str) -> Filter:
    """The filter that was typed, `@name` before it or alone being one that the user kept. Raises BlinkError (usage)."""
    named = saved_name(text)
    if named is None:
        return asked(text)
    name, rest = named
    saved = asked((await buffer.saved_filters.get(system_user(), name)).text)
    more = asked(rest)
    return Filter((*saved.terms, *more.terms), f"{saved.text} {more.text}".strip())


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
