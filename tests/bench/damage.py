"""Bytes damaged at random, the same for the same generator of chance."""

from __future__ import annotations

import random
from collections.abc import Sequence


def damaged(
    seed: bytes, chance: random.Random, *, most: int, longest: int, pieces: Sequence[bytes] = ()
) -> bytes:
    """Bytes changed, cut, doubled or moved up to `most` times, or replaced by pieces that mean something.

    `longest` is the length of the longest place that is touched.
    """
    data = bytearray(seed)
    for _ in range(chance.randint(1, most)):
        start = chance.randrange(len(data) + 1)
        end = min(len(data), start + chance.choice((0, 1, 2, 8, 40, longest)))
        match chance.randrange(5 if pieces else 4):
            case 0:
                data[start:end] = chance.randbytes(chance.randint(0, 8))
            case 1:
                data[start:end] = b""
            case 2:
                data[start:start] = data[start:end] * chance.choice((1, 2, 50))
            case 3 if pieces:
                data[start:end] = chance.choice(pieces)
            case _:
                other = chance.randrange(len(data) + 1)
                data[start:end] = data[other : other + end - start]
    return bytes(data)
