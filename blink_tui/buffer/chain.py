"""The chain of a firm's document events: each link's hash covers its content and the link before it.

A changed, missing, added or moved event makes every later hash wrong (DESIGN, rule 8).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import msgspec

from blink_tui.model.values import Sha256

_encode = msgspec.json.Encoder().encode


def genesis(context_type: str, context_value: str) -> bytes:
    """The head of a chain without events: it ties the chain to one context."""
    return hashlib.sha256(_encode(["blink-tui", context_type, context_value])).digest()


Content = tuple[str, Sha256, str, str, str, str | None, str, str | None]
"""KSeF number, SHA-256 of its XML, at, who, what, before, after, reason."""


def linked(head: bytes, length: int, contents: Sequence[Content]) -> list[bytes]:
    """Hashes of events that follow a chain of `length` events ending in `head`."""
    hashes = []
    for seq, content in enumerate(contents, length + 1):
        head = hashlib.sha256(head + _encode((seq, *content))).digest()
        hashes.append(head)
    return hashes


def first_wrong(head: bytes, length: int, links: Iterable[tuple[Content, bytes]]) -> int | None:
    """Position of the first event whose hash does not follow from what stands before it; None when all do."""
    for seq, (content, found) in enumerate(links, length + 1):
        head = hashlib.sha256(head + _encode((seq, *content))).digest()
        if head != found:
            return seq
    return None
