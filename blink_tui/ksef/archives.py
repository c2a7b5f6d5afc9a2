"""Members of a package's archive, ZIP or tar.gz, within bounds: nothing in an archive is trusted.

Only plain files named `{ksefNumber}.xml` or `_metadata.json`, each once, are taken; anything else, and whatever
expands beyond the bounds, stops the reading with PACKAGE_UNSAFE. PACKAGE_DAMAGED tells of cut or broken archives.
"""

from __future__ import annotations

import re
import stat
import struct
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from isal import isal_zlib

from blink_tui.ksef.errors import PACKAGE_DAMAGED, PACKAGE_UNSAFE
from blink_tui.model.errors import BlinkError

METADATA_NAME = "_metadata.json"
_NAME = re.compile(
    r"[0-9]{10}-[0-9]{8}-(?:[0-9A-F]{12}|[0-9A-F]{6}-[0-9A-F]{6})-[0-9A-F]{2}\.xml|_metadata\.json"
)
_MEGABYTE = 1024 * 1024
_PIECE = 256 * 1024
"""Bytes inflated at once: few enough to stay near the processor."""
_InflateError: type[Exception] = isal_zlib.error  # type: ignore[assignment]  # its stub means the class


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far an archive may expand; sizes in bytes."""

    member: int = 64 * _MEGABYTE
    """One invoice. KSeF takes 3 MB and more where a context has more (PROTOCOL 4); one that KSeF took must not stop
    all others of its package, so the bound is far beyond."""
    metadata: int = 64 * _MEGABYTE
    """`_metadata.json`, which no limit of KSeF counts: some 1 to 4 KB an invoice."""
    members: int = 10_001
    total: int = 8 * 1024 * _MEGABYTE
    ratio: int = 300
    """Bytes out of one byte in, once `free` bytes are out; invoices alike in all but a few fields reach 100."""
    free: int = 64 * _MEGABYTE

    def largest(self, name: str) -> int:
        """Bytes that a member of this name may have."""
        return self.metadata if name == METADATA_NAME else self.member


def unsafe(cause: str) -> BlinkError:
    """The error for an archive that holds what it must not."""
    return BlinkError(PACKAGE_UNSAFE, cause=cause)


def damaged(cause: str) -> BlinkError:
    """The error for an archive that cannot be read."""
    return BlinkError(PACKAGE_DAMAGED, cause=cause)


class _Ledger:
    """Counts what came out and refuses what is too much, named wrongly or there twice."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._seen: set[str] = set()
        self._out = 0

    def admit(self, name: str, size: int) -> None:
        """Accept a member before its bytes are read."""
        if not _NAME.fullmatch(name):
            raise unsafe(f"member name: {name[:80]!r}")
        if name in self._seen:
            raise unsafe(f"twice: {name}")
        if size > self._bounds.largest(name):
            raise unsafe(f"{name}: {size} bytes")
        self._seen.add(name)
        if len(self._seen) > self._bounds.members:
            raise unsafe(f"more than {self._bounds.members} members")

    def expanded(self, out: int, taken: int) -> None:
        """Count bytes that came out of so many compressed bytes altogether."""
        self._out += out
        bounds = self._bounds
        if self._out > bounds.total or (self._out > bounds.free and self._out > taken * bounds.ratio):
            raise unsafe(f"{self._out} bytes out of {taken}")


class _Inflated:
    """The plain bytes of a gzip stream, read in order."""

    def __init__(self, chunks: Iterable[bytes], ledger: _Ledger) -> None:
        self._chunks = filter(None, chunks)
        self._ledger = ledger
        self._inflate = isal_zlib.decompressobj(wbits=31)
        self._rest = b""
        self._taken = 0
        self._buffer = b""
        self._at = 0

    def read(self, size: int) -> bytes:
        """Exactly so many bytes. Raises PACKAGE_DAMAGED at an early end."""
        end = self._at + size
        if end > len(self._buffer):
            self._fill(size)
            end = size
        piece = self._buffer[self._at : end]
        self._at = end
        return piece

    def _fill(self, size: int) -> None:
        pieces = [self._buffer[self._at :]]
        missing = size - len(pieces[0])
        while missing > 0:
            piece = self._next()
            if not piece:
                raise damaged("archive ends early")
            pieces.append(piece)
            missing -= len(piece)
        self._buffer = b"".join(pieces)
        self._at = 0

    def drain(self) -> None:
        """Read to the end, so that every part is checked and a cut stream is noticed."""
        while self._next():
            pass

    def _next(self) -> bytes:
        """At most `_PIECE` more of plain bytes, empty at the end of the stream."""
        while True:
            if not self._rest:
                self._rest = next(self._chunks, b"")
                self._taken += len(self._rest)
            if self._inflate.eof:
                if not self._rest:
                    return b""
                self._inflate = isal_zlib.decompressobj(wbits=31)
            if not self._rest:
                raise damaged("compressed stream ends early")
            try:
                piece = self._inflate.decompress(self._rest, _PIECE)
            except _InflateError as error:
                raise damaged(str(error)) from error
            self._rest = self._inflate.unused_data if self._inflate.eof else self._inflate.unconsumed_tail
            if piece:
                self._ledger.expanded(len(piece), self._taken)
                return piece


_BLOCK = 512
_NOTHING = bytes(_BLOCK)
_LARGEST_PAX = 64 * 1024
_PAX_RECORD = re.compile(rb"(\d{1,6}) ([^=\n]+)=")


def read_tar_gz(chunks: Iterable[bytes], bounds: Bounds) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each member of a gzip-compressed tar, streamed; memory holds one member.

    Understands ustar and pax headers; GNU long names, which no name of a package needs, are refused.
    """
    ledger = _Ledger(bounds)
    stream = _Inflated(chunks, ledger)
    extended: dict[str, str] = {}
    while (header := stream.read(_BLOCK)) != _NOTHING:
        kind, size = header[156:157], _octal(header, 124, 136)
        if not _sums_up(header):
            raise damaged("check sum of a tar header")
        if kind in (b"x", b"g"):
            if size > _LARGEST_PAX:
                raise unsafe(f"pax header of {size} bytes")
            extended = _pax_records(_body(stream, size))
            if kind == b"g" and extended:
                raise unsafe(f"global pax header: {sorted(extended)}")
            continue
        if kind not in (b"0", b"\0"):
            raise unsafe(f"member of type {kind!r}")
        name = extended.get("path", _ustar_name(header))
        size = int(extended.get("size", size))
        extended = {}
        ledger.admit(name, size)
        yield name, _body(stream, size)
    stream.drain()


def _sums_up(header: bytes) -> bool:
    """The check sum is right: that of all bytes with its own field as blanks.

    Adler-32 adds bytes at a twentieth of the cost of `sum`, from 1 and modulo 65521.
    """
    others = _octal(header, 148, 156) - 8 * 0x20
    return (others + sum(header[148:156]) + 1) % 65521 == isal_zlib.adler32(header) & 0xFFFF


def _body(stream: _Inflated, size: int) -> bytes:
    body = stream.read(size)
    stream.read(-size % _BLOCK)
    return body


def _octal(header: bytes, start: int, end: int) -> int:
    digits = header[start:end].strip(b" \0") or b"0"
    if digits.strip(b"01234567"):  # base-256 is for members over 8 GB
        raise damaged("number in a tar header")
    return int(digits, 8)


def _ustar_name(header: bytes) -> str:
    name = header[:100].rstrip(b"\0")
    prefix = header[345:500].rstrip(b"\0") if header[257:263] == b"ustar\0" else b""
    return (prefix + b"/" + name if prefix else name).decode("latin-1")


def _pax_records(body: bytes) -> dict[str, str]:
    """`path` and `size` of a pax header: other keys are times and owners; sparse files are refused."""
    records: dict[str, str] = {}
    at = 0
    while at < len(body):
        match = _PAX_RECORD.match(body, at)
        if match is None or int(match[1]) <= match.end() - at or body[at + int(match[1]) - 1 :][:1] != b"\n":
            raise damaged("pax header")
        key, value = match[2].decode("latin-1"), body[match.end() : at + int(match[1]) - 1].decode("latin-1")
        if key.startswith("GNU.sparse"):
            raise unsafe("sparse member")
        if key == "size" and not (value.isascii() and value.isdigit() and len(value) < 16):
            raise damaged("size in a pax header")
        if key in ("path", "size"):
            records[key] = value
        at += int(match[1])
    return records


_LOCAL_HEADER = struct.Struct("<4s22xHH")
_ENCRYPTED = 0x1
_DIRECTORY_ENTRY = 512
"""Bytes of a central directory that one member may take: 46, the name, time stamps, and room."""


class _GuardedFile:
    """A file for `zipfile`, which reads a whole central directory at once: refuses to read more than one may be."""

    def __init__(self, file: BinaryIO, limit: int) -> None:
        self._file = file
        self._limit = limit
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(self._limit + 1 if size < 0 else min(size, self._limit + 1))
        if len(data) > self._limit:
            raise unsafe("central directory too large")
        return data


def read_zip(file: BinaryIO, bounds: Bounds) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each member of a ZIP, in the order in which they lie in it; memory holds one member.

    `zipfile` reads the directory; the members are inflated here, at a third of its cost for small ones.
    """
    ledger = _Ledger(bounds)
    size = file.seek(0, 2)
    guarded = _GuardedFile(file, bounds.members * _DIRECTORY_ENTRY + 70_000)
    try:
        with zipfile.ZipFile(guarded) as archive:
            members = sorted(archive.infolist(), key=lambda member: member.header_offset)
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        UnicodeError,
        struct.error,
        ValueError,
        OSError,
    ) as error:
        raise damaged(f"ZIP directory: {error}") from error
    end = 0
    for member in members:
        _check_zip_member(member)
        ledger.admit(member.orig_filename, member.file_size)
        if member.header_offset < end:
            raise unsafe(f"members share bytes: {member.filename}")
        content, end = _zip_member(file, member)
        ledger.expanded(len(content), size)
        yield member.orig_filename, content


def _check_zip_member(member: zipfile.ZipInfo) -> None:
    mode = member.external_attr >> 16
    if member.flag_bits & _ENCRYPTED or member.compress_type not in (
        zipfile.ZIP_STORED,
        zipfile.ZIP_DEFLATED,
    ):
        raise unsafe(f"compression {member.compress_type}, flags {member.flag_bits}")
    if member.compress_size > member.file_size + member.file_size // 100 + 1024:
        raise unsafe(f"{member.compress_size} bytes for {member.file_size}")
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        raise unsafe(f"not a plain file: {member.filename[:80]!r}")


def _zip_member(file: BinaryIO, member: zipfile.ZipInfo) -> tuple[bytes, int]:
    """Bytes of a member, checked against the directory, and where it ends in the file."""
    file.seek(member.header_offset)
    header = file.read(_LOCAL_HEADER.size)
    if len(header) < _LOCAL_HEADER.size or not header.startswith(b"PK\x03\x04"):
        raise damaged(f"local header of {member.filename}")
    _, name_size, extra_size = _LOCAL_HEADER.unpack(header)
    if file.read(name_size) != member.orig_filename.encode():
        raise unsafe(f"two names of one member: {member.filename}")
    file.seek(extra_size, 1)
    packed = file.read(member.compress_size)
    content = packed
    if member.compress_type == zipfile.ZIP_DEFLATED:
        inflate = isal_zlib.decompressobj(wbits=-15)
        try:
            content = inflate.decompress(packed, member.file_size + 1)
        except _InflateError as error:
            raise damaged(f"{member.filename}: {error}") from error
    if len(content) != member.file_size or isal_zlib.crc32(content) != member.CRC:
        raise damaged(f"{member.filename}: size or check sum")
    return content, file.tell()
