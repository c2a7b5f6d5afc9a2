"""Compression of invoices at rest: the first ones that come in are the dictionary of all that follow.

A hundred thousand invoices are then a few hundred bytes each, at some ten microseconds.
"""

from __future__ import annotations

from threading import Lock

import zstandard

_SAMPLES = 48
"""Invoices in the dictionary; they themselves are kept without one."""
_LEVEL = 3


class _Codec:
    """One way of packing. Its workers may be used by one thread at a time only."""

    def __init__(self, dictionary: zstandard.ZstdCompressionDict | None) -> None:
        self._compressor = zstandard.ZstdCompressor(level=_LEVEL, dict_data=dictionary, write_checksum=False)
        self._decompressor = zstandard.ZstdDecompressor(dict_data=dictionary)
        self._lock = Lock()

    def pack(self, data: bytes) -> bytes:
        with self._lock:
            # A copy, because zstandard's own result keeps the room of its largest possible size.
            return bytes(memoryview(self._compressor.compress(data)))

    def unpack(self, packed: bytes) -> bytes:
        with self._lock:
            return self._decompressor.decompress(packed)


class Packed:
    """Bytes of an invoice, packed."""

    __slots__ = ("_codec", "_data")

    def __init__(self, codec: _Codec, data: bytes) -> None:
        self._codec = codec
        self._data = codec.pack(data)

    def __len__(self) -> int:
        return len(self._data)

    def unpacked(self) -> bytes:
        """The invoice byte for byte."""
        return self._codec.unpack(self._data)


class Press:
    """Packs invoices."""

    def __init__(self) -> None:
        self._codec = _Codec(None)
        self._samples: list[bytes] | None = []

    def pack(self, data: bytes) -> Packed:
        """An invoice, packed as well as is known by now."""
        packed = Packed(self._codec, data)
        if self._samples is not None:
            self._samples.append(data)
            if len(self._samples) == _SAMPLES:
                # Raw content: training would take longer than it saves.
                content = b"".join(self._samples)
                kind = zstandard.DICT_TYPE_RAWCONTENT
                dictionary = zstandard.ZstdCompressionDict(content, dict_type=kind)
                dictionary.precompute_compress(level=_LEVEL)
                self._codec = _Codec(dictionary)
                self._samples = None
        return packed
