"""Packages of invoices: one ZIP or tar.gz of `{ksefNumber}.xml` files and `_metadata.json`, cut into parts.

A package is a function of its documents alone, so it is built once and shared by every export of the same
documents; the key of the caller comes in only when a part is encrypted.
"""

from __future__ import annotations

import hashlib
import struct
import tarfile
import zlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from threading import Lock

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from blink_tui.sandbox.documents import Document
from blink_tui.sandbox.faults import Fault
from blink_tui.sandbox.keys import sha256_base64
from blink_tui.sandbox.spoiling import Content, broken, spoiled

MAX_BYTES = 1_000_000_000
"""Compressed bytes after which a package is truncated (PROTOCOL 4)."""

_CACHED_BYTES = 256_000_000
_BLOCK = 16
_GZIP = 16
"""What zlib adds to its window bits for a gzip header."""
_STAMP = 0x5A21
"""One fixed date (1 January 2025) in the form of DOS, so that packages are equal from run to run."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a package in clear."""

    data: memoryview
    hash: str


@dataclass(frozen=True, slots=True)
class Package:
    """The joined parts are the archive."""

    size: int
    count: int
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class EncryptedPart:
    """Size and hash of a part under a caller's key; its bytes are made again when it is downloaded."""

    size: int
    hash: str


def encrypt(data: memoryview, key: bytes, iv: bytes) -> bytes:
    """AES-256-CBC with PKCS#7, each part by itself."""
    encryptor = Cipher(algorithms.AES256(key), modes.CBC(iv)).encryptor()
    padding = _BLOCK - len(data) % _BLOCK
    return encryptor.update(data) + encryptor.update(bytes([padding]) * padding) + encryptor.finalize()


class PackageShop:
    """Builds packages and keeps the last ones, within a bound of bytes. Called in worker threads."""

    def __init__(self, part_size: int, digits: int) -> None:
        self._part_size = part_size
        self._digits = digits
        self._built: OrderedDict[bytes, Package] = OrderedDict()
        self._held = 0
        self._lock = Lock()

    def package(
        self,
        documents: Sequence[Document],
        compression: str,
        only_metadata: bool,
        faults: tuple[Fault, ...] = (),
    ) -> Package:
        """The package of these documents, built once; one with faults is built for itself."""
        if faults:
            return self._build(documents, compression, only_metadata, faults)
        names = "\n".join(document.ksef_number for document in documents)
        key = hashlib.sha256(f"{compression} {only_metadata}\n{names}".encode()).digest()
        with self._lock:
            if key not in self._built:
                self._built[key] = self._build(documents, compression, only_metadata)
                self._held += self._built[key].size
            self._built.move_to_end(key)
            while self._held > _CACHED_BYTES and len(self._built) > 1:
                self._held -= self._built.popitem(last=False)[1].size
            return self._built[key]

    def _build(
        self,
        documents: Sequence[Document],
        compression: str,
        only_metadata: bool,
        faults: tuple[Fault, ...] = (),
    ) -> Package:
        content = Content(documents, [each.metadata_with(self._digits) for each in documents])
        for fault in faults:
            content = spoiled(content, fault)
        metadata = b'{"invoices":[%s]}' % b",".join(content.rows)
        archive = tar_gz if compression == "TarGz" else zip_file
        packed = archive(() if only_metadata else content.documents, metadata)
        data = memoryview(broken(packed) if any(fault.do == "broken-archive" for fault in faults) else packed)
        cuts = range(0, len(data), self._part_size)
        pieces = [data[cut : cut + self._part_size] for cut in cuts]
        parts = tuple(Part(piece, sha256_base64(piece)) for piece in pieces)
        count = len(documents) + any(fault.do == "wrong-count" for fault in faults)
        return Package(len(data), count, parts)


def zip_file(documents: Sequence[Document], metadata: bytes) -> bytes:
    """A ZIP, deflated."""
    out = bytearray()
    directory = bytearray()
    files = ((f"{each.ksef_number}.xml", each.xml) for each in documents)
    for name, data in chain(files, [("_metadata.json", metadata)]):
        deflate = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
        packed = deflate.compress(data) + deflate.flush()
        place, crc = len(out), zlib.crc32(data)
        common = struct.pack(
            "<HHHHHIIIHH", 20, 0x800, 8, 0, _STAMP, crc, len(packed), len(data), len(name), 0
        )
        out += b"PK\x03\x04" + common + name.encode() + packed
        directory += b"PK\x01\x02\x14\x00" + common + struct.pack("<HHHII", 0, 0, 0, 0, place) + name.encode()
    count = len(documents) + 1
    end = struct.pack("<HHHHIIH", 0, 0, count, count, len(directory), len(out), 0)
    return bytes(out + directory + b"PK\x05\x06" + end)


def tar_gz(documents: Sequence[Document], metadata: bytes) -> bytes:
    """A gzipped tar of the same files."""
    deflate = zlib.compressobj(6, zlib.DEFLATED, zlib.MAX_WBITS | _GZIP)
    packed = [deflate.compress(_tar_entry(f"{each.ksef_number}.xml", each.xml)) for each in documents]
    packed.append(deflate.compress(_tar_entry("_metadata.json", metadata)))
    packed.append(deflate.compress(bytes(2 * tarfile.BLOCKSIZE)))
    return b"".join([*packed, deflate.flush()])


def _tar_entry(name: str, data: bytes) -> bytes:
    header = tarfile.TarInfo(name)
    header.size = len(data)
    padding = -len(data) % tarfile.BLOCKSIZE
    return header.tobuf(tarfile.USTAR_FORMAT) + data + bytes(padding)
