"""From the encrypted parts of a package to its members: work for the processor, for a worker process to do.

Parts are decrypted and inflated in small pieces; of a tar.gz no plain byte touches the disk.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7

from blink_tui.ksef import metadata
from blink_tui.ksef.archives import METADATA_NAME, Bounds, damaged, read_tar_gz, read_zip, unsafe
from blink_tui.ksef.errors import PART_DAMAGED
from blink_tui.ksef.metadata import BadRecord, decode_records
from blink_tui.ksef.wire import ExportPart
from blink_tui.model.documents import DocumentHeader
from blink_tui.model.errors import BlinkError

__all__ = [
    "METADATA_NAME",
    "Bounds",
    "decode_package_metadata",
    "decode_records",
    "decrypt_parts",
    "package_records",
    "read_members",
    "read_package",
]

_CHUNK = 256 * 1024
_AES_BLOCK_BITS = 128
_GZIP = b"\x1f\x8b"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")


def decrypt_parts(
    files: Sequence[Path], parts: Sequence[ExportPart], key: bytes, iv: bytes
) -> Iterator[bytes]:
    """The plain archive, in pieces, out of its downloaded parts in order.

    Size and hash of a part are checked at its end, so what was yielded of it is proven only then.
    Raises BlinkError(PART_DAMAGED).
    """
    for file, part in zip(files, parts, strict=True):
        digest = hashlib.sha256()
        size = 0
        for piece in _decrypted(file, part, key, iv):
            digest.update(piece)
            size += len(piece)
            if size > part.size:
                break
            yield piece
        if size != part.size or digest.digest() != part.sha256:
            raise _part_damaged(part, f"{size} plain bytes of {part.size}, or their hash")


def _decrypted(file: Path, part: ExportPart, key: bytes, iv: bytes) -> Iterator[bytes]:
    decryptor = Cipher(AES(key), CBC(iv)).decryptor()
    unpadder = PKCS7(_AES_BLOCK_BITS).unpadder()
    try:
        with file.open("rb") as encrypted:
            while chunk := encrypted.read(_CHUNK):
                yield unpadder.update(decryptor.update(chunk))
        yield unpadder.update(decryptor.finalize()) + unpadder.finalize()
    except ValueError as error:
        raise _part_damaged(part, str(error)) from error


def _part_damaged(part: ExportPart, what: str) -> BlinkError:
    return BlinkError(PART_DAMAGED, cause=f"part {part.ordinal}: {what}")


def read_members(chunks: Iterable[bytes], folder: Path, bounds: Bounds) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of every member of an archive that comes in pieces, ZIP or tar.gz as its first bytes say.

    A ZIP is read from its end, so it is gathered first in a nameless file in `folder`.
    Raises BlinkError: PACKAGE_UNSAFE, PACKAGE_DAMAGED, and what `chunks` raises.
    """
    pieces = filter(None, chunks)
    try:
        yield from _read_archive(pieces, folder, bounds)
    except BlinkError:
        for _ in pieces:  # a part that turns out damaged is the better reason
            pass
        raise


def _read_archive(pieces: Iterator[bytes], folder: Path, bounds: Bounds) -> Iterator[tuple[str, bytes]]:
    first = b""
    while len(first) < 4 and (piece := next(pieces, b"")):
        first += piece
    joined = chain((first,), pieces)
    if first.startswith(_GZIP):
        yield from read_tar_gz(joined, bounds)
    elif first.startswith(_ZIP):
        with tempfile.TemporaryFile(dir=folder) as file:
            for piece in joined:
                file.write(piece)
            yield from read_zip(file, bounds)
    elif first:
        raise unsafe(f"neither ZIP nor tar.gz: {first[:4].hex()}")
    else:
        raise damaged("empty archive")


def read_package(
    files: Sequence[Path], parts: Sequence[ExportPart], key: bytes, iv: bytes, bounds: Bounds | None = None
) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of every member of a downloaded package: `{ksefNumber}.xml` and METADATA_NAME.

    A member is no more than bytes until the whole has been read without an error.
    Raises BlinkError: PART_DAMAGED, PACKAGE_DAMAGED, PACKAGE_UNSAFE.
    """
    if not files:
        return iter(())
    return read_members(decrypt_parts(files, parts, key, iv), files[0].parent, bounds or Bounds())


def package_records(content: bytes) -> list[msgspec.Raw]:
    """The records of a package's `_metadata.json`, for `decode_records`. Raises BlinkError(PACKAGE_DAMAGED)."""
    try:
        return metadata.package_records(content)
    except ValueError as error:
        raise damaged(f"{METADATA_NAME}: {error}") from error


def decode_package_metadata(content: bytes) -> tuple[list[DocumentHeader], list[BadRecord]]:
    """Headers and bad records of a package's `_metadata.json`. Raises BlinkError(PACKAGE_DAMAGED)."""
    return decode_records(package_records(content))
