"""Pages of lists: numbered ones, and ones that go on by a continuation token."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import TypeVar

from blink_tui.sandbox.calls import Call
from blink_tui.sandbox.errors import bad_request

T = TypeVar("T")

_PREFIX = b"page "


def numbered_page(call: Call, items: Sequence[T], largest: int = 100) -> tuple[Sequence[T], bool]:
    """The page that `pageOffset` (counting pages) and `pageSize` ask for, and whether there are more."""
    start = call.integer("pageOffset", 0, 0) * (size := call.integer("pageSize", 10, 10, largest))
    return items[start : start + size], start + size < len(items)


def continued_page(call: Call, items: Sequence[T], largest: int = 100) -> tuple[Sequence[T], str | None]:
    """The page that the continuation token asks for, the first one without it, and the token of the next.

    Raises ApiError 400/21418 for a token that is none.
    """
    size = call.integer("pageSize", 10, 10, largest)
    text = call.headers.get("x-continuation-token")
    start = _place(text) if text else 0
    following = start + size
    return items[start:following], _token(following) if following < len(items) else None


def _token(place: int) -> str:
    return base64.b64encode(_PREFIX + str(place).encode()).decode()


def _place(text: str) -> int:
    try:
        plain = base64.b64decode(text, validate=True)
        prefix, place = plain[: len(_PREFIX)], int(plain[len(_PREFIX) :])
    except ValueError as error:
        raise bad_request(21418) from error
    if prefix != _PREFIX or place < 0:
        raise bad_request(21418)
    return place
