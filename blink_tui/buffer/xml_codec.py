"""The bytes of an invoice, compressed without loss; pure and light to import, for worker processes.

A dictionary holds typical text of an invoice, so that even a small one shrinks nine times. Its number stands beside
the compressed bytes; a shipped dictionary is never changed, a better one gets the next number.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files

import zstandard

from blink_tui.buffer.errors import DAMAGED
from blink_tui.i18n import N_, Message
from blink_tui.model.errors import BlinkError

NEWEST = 1
"""Number of the dictionary that new invoices are compressed with."""

NONE = 0
"""Number that says: without a dictionary."""

LEVEL = 3

_local = threading.local()


def compress(xml: bytes) -> tuple[bytes, int]:
    """Compressed bytes and the number of the dictionary used."""
    return _compressor().compress(xml), NEWEST


def compress_many(xmls: Sequence[bytes]) -> list[tuple[bytes, int]]:
    """The same for several, in one go that leaves the interpreter to other threads meanwhile."""
    if not xmls or not all(xmls):  # zstandard takes no batch of nothing but empty texts
        return [compress(xml) for xml in xmls]
    packed = _compressor().multi_compress_to_buffer(list(xmls), threads=1)
    return [(packed[place].tobytes(), NEWEST) for place in range(len(packed))]


def _compressor() -> zstandard.ZstdCompressor:
    """One a thread: zstandard's contexts must not be shared by threads."""
    compressor: zstandard.ZstdCompressor | None = getattr(_local, "compressor", None)
    if compressor is None:
        compressor = zstandard.ZstdCompressor(
            level=LEVEL, dict_data=_dictionary(NEWEST), write_dict_id=False, write_checksum=False
        )
        _local.compressor = compressor
    return compressor


def decompress(body: bytes, dictionary: int) -> bytes:
    """The XML as it was. Raises BlinkError(DAMAGED) for bytes that cannot be read or an unknown dictionary."""
    try:
        return _decompressor(dictionary).decompress(body)
    except (zstandard.ZstdError, FileNotFoundError) as error:
        what = Message(N_("the stored bytes of an invoice cannot be unpacked"))
        raise BlinkError(DAMAGED, cause=f"dictionary {dictionary}: {error}", what=what) from error


def _decompressor(dictionary: int) -> zstandard.ZstdDecompressor:
    """One a thread and dictionary."""
    held: dict[int, zstandard.ZstdDecompressor] = _local.__dict__.setdefault("decompressors", {})
    if dictionary not in held:
        held[dictionary] = zstandard.ZstdDecompressor(dict_data=_dictionary(dictionary))
    return held[dictionary]


@lru_cache
def _dictionary(number: int) -> zstandard.ZstdCompressionDict | None:
    if number == NONE:
        return None
    data = files("blink_tui.buffer").joinpath("dictionaries", f"fa-{number}.dict").read_bytes()
    dictionary = zstandard.ZstdCompressionDict(data)
    if number == NEWEST:
        dictionary.precompute_compress(level=LEVEL)
    return dictionary
