"""Archives that are small and hold, or claim to hold, a gigabyte."""

from __future__ import annotations

import struct
import tarfile
import zlib
from collections.abc import Callable, Iterator

from tests.ksef.packing import number

GIGABYTE = 1 << 30
_MEGABYTE = 1 << 20
_NAME = f"{number(1)}.xml"


def _deflated(size: int, wbits: int, head: bytes = b"", tail: bytes = b"") -> bytes:
    """A stream of `head`, so many zeros and `tail`, made without compressing them all."""
    deflate = zlib.compressobj(9, wbits=wbits)
    start = deflate.compress(head) + deflate.flush(zlib.Z_FULL_FLUSH)
    one = deflate.compress(bytes(_MEGABYTE)) + deflate.flush(zlib.Z_FULL_FLUSH)
    return start + one * (size // _MEGABYTE) + deflate.compress(tail) + deflate.flush()


def _header(name: str, size: int, kind: bytes = tarfile.REGTYPE) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.type = size, kind
    return info.tobuf(tarfile.USTAR_FORMAT)


def _tar(
    name: str = _NAME, declared: int = GIGABYTE, kind: bytes = tarfile.REGTYPE, head: bytes = b""
) -> bytes:
    """A tar.gz; its check sum at the end is wrong, which nobody should get as far as to notice."""
    return _deflated(GIGABYTE, 31, head + _header(name, declared, kind))


def _zip(declared: int, name: str = _NAME, packed: bytes | None = None) -> bytes:
    """A ZIP of one deflated member, whatever its directory claims."""
    packed = _deflated(GIGABYTE, -15) if packed is None else packed
    local = struct.pack(
        "<4sHHHHHIIIHH", b"PK\x03\x04", 20, 0, 8, 0, 0, 0, len(packed), declared, len(name), 0
    )
    entry = struct.pack(
        "<4sHHHHHHIIIHHHHHII", b"PK\x01\x02", 20, 20, 0, 8, 0, 0, 0, len(packed), declared, len(name), 0, 0, 0, 0, 0, 0
    )  # fmt: skip
    body = local + name.encode() + packed
    directory = entry + name.encode()
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 1, 1, len(directory), len(body), 0)
    return body + directory + end


def _pax(key: bytes, value: bytes) -> bytes:
    record = key + b"=" + value + b"\n"
    length = len(record) + 1
    while len(str(length)) + 1 + len(record) != length:
        length += 1
    record = f"{length} ".encode() + record
    return _header("pax", len(record), tarfile.XHDTYPE) + record + bytes(-len(record) % 512)


def _ends_with_zeros() -> bytes:
    body = _header(_NAME, 1) + b"x" + bytes(511) + bytes(1024)
    return _deflated(GIGABYTE, 31, body)


BOMBS: dict[str, Callable[[], bytes]] = {
    "tar.gz, declared": _tar,
    "tar.gz, as the list": lambda: _tar("_metadata.json"),
    "tar.gz, declared by pax": lambda: _tar(declared=1, head=_pax(b"size", b"%d" % GIGABYTE)),
    "tar.gz, sparse": lambda: _tar(declared=1, head=_pax(b"GNU.sparse.realsize", b"%d" % GIGABYTE)),
    "tar.gz, old sparse": lambda: _tar(declared=512, kind=tarfile.GNUTYPE_SPARSE),
    "tar.gz, as a pax header": lambda: _tar(kind=tarfile.XHDTYPE),
    "tar.gz, as a long name": lambda: _tar(kind=tarfile.GNUTYPE_LONGNAME),
    "tar.gz, behind its end": _ends_with_zeros,
    "tar.gz, nothing but zeros": lambda: _deflated(GIGABYTE, 31),
    "ZIP, declared": lambda: _zip(GIGABYTE),
    "ZIP, as the list": lambda: _zip(GIGABYTE, "_metadata.json"),
    "ZIP, said to be small": lambda: _zip(1000),
    "ZIP, said to be as large as may be": lambda: _zip(64 * _MEGABYTE),
    "ZIP, declared and not there": lambda: _zip(GIGABYTE, packed=b"\x03\x00"),
}


def pieces(archive: bytes, size: int = 256 * 1024) -> Iterator[bytes]:
    """The archive as it comes from the parts of a package."""
    return (archive[start : start + size] for start in range(0, len(archive), size))
