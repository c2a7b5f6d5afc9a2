"""The chain of a firm's events, its documents' and its own: each link's hash covers its content and the link before it.

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


DocumentContent = tuple[str, Sha256, str, str, str, str | None, str, str | None]
"""KSeF number, SHA-256 of its XML, at, who, what, before, after, reason."""
FirmContent = tuple[str, str, str, str | None, str, str | None]
"""At, who, what, before, after, reason: shorter, so that neither can be taken for the other."""
Content = DocumentContent | FirmContent


def linked(head: bytes, contents: Iterable[Content]) -> list[bytes]:
    """Hashes of events that follow a chain ending in `head`."""
    hashes = []
    for content in contents:
        head = hashlib.sha256(head + _encode(content)).digest()
        hashes.append(head)
    return hashes


def first_wrong(head: bytes, links: Sequence[tuple[Content, bytes]]) -> int | None:
    """Index of the first event whose hash does not follow from what stands before it; None when all do."""
    right = linked(head, (content for content, _ in links))
    return next((index for index, (_, found) in enumerate(links) if found != right[index]), None)
