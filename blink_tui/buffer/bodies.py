"""Values kept as JSON: books, codings, proposals; amounts as text, so that they stay exact."""

from __future__ import annotations

from typing import TypeVar

import msgspec

T = TypeVar("T")

_encode = msgspec.json.Encoder(order="deterministic").encode


def dumped(value: object) -> str:
    """A value of the model as JSON; equal values give equal texts."""
    return _encode(value).decode()


def loaded(kind: type[T], text: str) -> T:
    """The value back. Raises msgspec.DecodeError for what is not one of this kind."""
    return msgspec.json.decode(text, type=kind)
