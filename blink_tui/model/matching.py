"""Keys by which documents are recognised as alike: their numbers, what their rows say, their bank accounts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import blake2b

_GROUPS = re.compile(r"[a-z]+|[0-9]+", re.ASCII)
_LETTERS = re.compile(r"[^a-z]+", re.ASCII)
_SEPARATORS = re.compile(r"[^0-9A-Z]+", re.ASCII)
_SHORTEST_TEXT = 12
"""Letters; less says too little to be taken for the same text."""
_NRB_DIGITS = 26


def number_key(folded_number: str) -> str:
    """An invoice number without what people write differently: `FV 001/2026` and `fv1-2026` are `fv/1/2026`.

    Takes the number as `model.text.folded` gives it. Empty for a number without a letter or digit of ASCII.
    """
    return "/".join(group.lstrip("0") or "0" for group in _GROUPS.findall(folded_number))


def text_key(folded_names: Iterable[str]) -> int | None:
    """A hash of what rows say, without digits, so that the months of a subscription are alike; None for too little.

    A signed number of 64 bits, as SQLite keeps them.
    """
    text = _LETTERS.sub("", "".join(folded_names))
    if len(text) < _SHORTEST_TEXT:
        return None
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)


def account_key(account: str) -> str:
    """A bank account in one spelling: without spaces, in capitals, a Polish one with its `PL`."""
    plain = _SEPARATORS.sub("", account.upper())
    return "PL" + plain if len(plain) == _NRB_DIGITS and plain.isdigit() else plain
