"""A zip whose large members are compressed side by side as they grow, each in a temporary file, and joined at the end.

`zipfile` writes one member after the other and compresses it then; a workbook's sheets grow together.
"""

from __future__ import annotations

import shutil
import struct
from collections.abc import Iterable
from typing import BinaryIO

from isal import isal_zlib

from blink_tui.ledger.scratch import scratch

LARGEST = 0xFFFF_FFFF
"""Bytes of a member, and of all together, that a zip without extensions can tell."""
_LEVEL = 1
"""Of compression: several hundred MB/s, and rows are so alike that more work saves little."""
_DAY, _TIME = (1 << 5) | 1, 0
"""1 January 1980: the same content is the same file."""
_NEEDED, _DEFLATED, _UTF8 = 20, 8, 0x800
_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")


class Member:
    """A member that grows."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.size = 0
        self.checksum = 0
        self._file = scratch(self)
        self._packed = isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, -isal_zlib.MAX_WBITS)

    def write(self, content: bytes) -> None:
        """Add to it."""
        self.size += len(content)
        self.checksum = isal_zlib.crc32(content, self.checksum)
        self._file.write(self._packed.compress(content))

    def finish(self) -> int:
        """Nothing more comes; returns how long it is compressed."""
        self._file.write(self._packed.flush())
        return self._file.tell()

    def copy(self, out: BinaryIO) -> None:
        """Write what is compressed."""
        self._file.seek(0)
        shutil.copyfileobj(self._file, out)


def join(members: Iterable[Member], out: BinaryIO) -> None:
    """Write a zip of members. Raises OverflowError where it would be larger than LARGEST."""
    listed, position = [], 0
    for member in members:
        name = member.name.encode()
        packed = member.finish()
        if max(member.size, position + packed) > LARGEST:
            raise OverflowError(member.name)
        facts = (_NEEDED, _UTF8, _DEFLATED, _TIME, _DAY, member.checksum, packed, member.size, len(name), 0)
        out.write(_LOCAL.pack(b"PK\3\4", *facts) + name)
        member.copy(out)
        listed.append(_CENTRAL.pack(b"PK\1\2", _NEEDED, *facts, 0, 0, 0, 0, position) + name)
        position += _LOCAL.size + len(name) + packed
    directory = b"".join(listed)
    count = len(listed)
    out.write(directory + _END.pack(b"PK\5\6", 0, 0, count, count, len(directory), position, 0))
