"""What a backup holds: a list of its files first, then the files, as one compressed tar within the sealed pieces."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, BinaryIO, cast

import msgspec
import zstandard

from blink_tui.buffer.snapshot import Holding, Work
from blink_tui.i18n import N_, Message
from blink_tui.ledger.handover_journal import JOURNAL
from blink_tui.model.errors import BlinkError
from blink_tui.model.modes import open_private
from blink_tui.model.secret import Secret
from blink_tui.ops.backup_file import BACKUP_DAMAGED, Head, Reader, Writer
from blink_tui.sync.files import refusals_told

BUFFER, VAULT, KEYMAP = "buffer.db", "vault.blink", "keymap.toml"
KNOWN = frozenset({BUFFER, VAULT, KEYMAP, JOURNAL})
"""Names that a backup may hold; nothing else is ever written from one."""
_LIST = "manifest.json"
_LONGEST_LIST = 64 * 1024 * 1024
_LEVEL = 3
_BLOCK = 256 * 1024


class Held(msgspec.Struct, frozen=True):
    """One file of a backup."""

    name: str
    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """What a backup holds, with the end of every firm's chain of events."""

    holding: Holding
    files: tuple[Held, ...]


def pack(
    file: BinaryIO, head: Head, key: Secret | None, held: Holding, paths: list[Path], work: Work
) -> None:
    """Write a backup of some files, whose names are `KNOWN`. Raises OSError, BlinkError(WORK_STOPPED)."""
    listed = tuple(_listed(path) for path in paths)
    writer = Writer(file, head, key)
    total = sum(one.size for one in listed)
    compressor = zstandard.ZstdCompressor(level=_LEVEL)
    with (
        compressor.stream_writer(cast("IO[bytes]", writer), closefd=False) as packed,
        tarfile.open(fileobj=cast("IO[bytes]", packed), mode="w|", format=tarfile.PAX_FORMAT) as archive,
    ):
        body = msgspec.json.encode(Manifest(held, listed))
        archive.addfile(_info(_LIST, len(body)), io.BytesIO(body))
        done = 0
        for one, path in zip(listed, paths, strict=True):
            with path.open("rb") as source:
                archive.addfile(
                    _info(one.name, one.size), cast("IO[bytes]", _Told(source, work, done, total))
                )
            done += one.size
    writer.finish()


def unpack(
    path: Path, folder: Path, passphrase: Callable[[], Secret] | None, work: Work
) -> tuple[Head, Manifest]:
    """Write the files of a backup to a folder, each against its sum.

    Raises BlinkError: as `Reader`, file-not-written, WORK_STOPPED.
    """
    try:
        with path.open("rb") as file:
            reader = Reader(file, path, passphrase)
            manifest = _unpacked(reader, path, folder, work)
            reader.drain()
            return reader.head, manifest
    except OSError as error:
        what = Message(N_("it cannot be read"))
        raise BlinkError(BACKUP_DAMAGED, cause=str(error), path=path, what=what) from error


def _unpacked(reader: Reader, path: Path, folder: Path, work: Work) -> Manifest:
    try:
        packed = zstandard.ZstdDecompressor().stream_reader(cast("IO[bytes]", reader), closefd=False)
        plain = _Bounded(packed, _LONGEST_LIST)
        with tarfile.open(fileobj=cast("IO[bytes]", plain), mode="r|") as archive:
            manifest = _manifest(archive)
            total, done = sum(one.size for one in manifest.files), 0
            for one in manifest.files:
                plain.allow(0)
                member = archive.next()
                if member is None or (member.name, member.size) != (one.name, one.size):
                    raise tarfile.TarError(one.name)
                plain.allow(one.size)
                with refusals_told(folder / one.name):
                    _extract(archive, member, folder / one.name, one, work, done, total)
                done += one.size
            return manifest
    except (tarfile.TarError, zstandard.ZstdError, msgspec.DecodeError, EOFError) as error:
        what = Message(N_("its content cannot be unpacked"))
        raise BlinkError(BACKUP_DAMAGED, cause=str(error), path=path, what=what) from error


def _manifest(archive: tarfile.TarFile) -> Manifest:
    member = archive.next()
    if member is None or member.name != _LIST or member.size > _LONGEST_LIST:
        raise tarfile.TarError("no list")
    body = archive.extractfile(member)
    if body is None:
        raise tarfile.TarError("no list")
    manifest = msgspec.json.decode(body.read(), type=Manifest)
    names = [one.name for one in manifest.files]
    if BUFFER not in names or len(set(names)) != len(names) or not KNOWN.issuperset(names):
        raise tarfile.TarError("other files")
    return manifest


def _extract(
    archive: tarfile.TarFile,
    member: tarfile.TarInfo,
    path: Path,
    one: Held,
    work: Work,
    done: int,
    total: int,
) -> None:
    source = archive.extractfile(member)
    if source is None:
        raise tarfile.TarError(one.name)
    told, digest = _Told(source, work, done, total), hashlib.sha256()
    with os.fdopen(open_private(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "wb") as target:
        while data := told.read(_BLOCK):
            digest.update(data)
            target.write(data)
        target.flush()
        os.fsync(target.fileno())
    if digest.hexdigest() != one.sha256:
        raise tarfile.TarError(one.name)


def _listed(path: Path) -> Held:
    with path.open("rb") as file:
        return Held(
            path.name, os.fstat(file.fileno()).st_size, hashlib.file_digest(file, "sha256").hexdigest()
        )


def _info(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info


class _Bounded:
    """A stream of which so much may be read: a header that says it is long takes no memory."""

    _AROUND = 1024 * 1024
    """Bytes for headers, and for what is read ahead."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file = file
        self.allow(size)

    def allow(self, size: int) -> None:
        """So much content may be read from here on."""
        self._left = size + self._AROUND

    def read(self, size: int = -1) -> bytes:
        """As the stream's own. Raises tarfile.TarError beyond what is allowed."""
        data = self._file.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise tarfile.TarError("more than was announced")
        return data


class _Told:
    """A file whose reader is told of."""

    def __init__(self, file: IO[bytes], work: Work, before: int, total: int) -> None:
        self._file = file
        self._work = work
        self._done = before
        self._total = total

    def read(self, size: int = -1) -> bytes:
        """As the file's own."""
        data = self._file.read(size)
        self._done += len(data)
        self._work.at("bytes", self._done, self._total)
        return data
