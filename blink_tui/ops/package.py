"""A package of files that somebody is given: a folder or a zip, with a list of the SHA-256 of each.

`sha256sum -c SHA256SUMS` proves the package; the SHA-256 of that list stands for the whole of it, folder and zip alike.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Protocol
from zipfile import ZIP_DEFLATED, ZipFile

from blink_tui.model.errors import BlinkError
from blink_tui.model.modes import make_folder, open_private
from blink_tui.model.secret import Secret
from blink_tui.sync.files import FILE_TAKEN, placing, refusals_told

SUMS = "SHA256SUMS"
_AES_BITS = 256
_SPOOLED = 4 * 1024 * 1024


class _Place(Protocol):
    def open(self, name: str) -> IO[bytes]: ...


class PackageFile:
    """A file of a package that is being written."""

    def __init__(self, target: IO[bytes]) -> None:
        self._target = target
        self._sum = hashlib.sha256()

    def write(self, content: bytes) -> None:
        """Add bytes at its end. Raises OSError."""
        self._target.write(content)
        self._sum.update(content)

    @property
    def sha256(self) -> str:
        """Of what was written so far, in hexadecimal."""
        return self._sum.hexdigest()


class Package:
    """Files are written one after another; nothing of them is kept in memory."""

    def __init__(self, place: _Place, sums: IO[bytes]) -> None:
        self._place = place
        self._sums = sums
        self.files = 0
        self.sha256 = b""
        """Of the list of files, once the package is whole."""

    @contextmanager
    def file(self, name: str) -> Iterator[PackageFile]:
        """Write a file under a name of the program's own making."""
        with self._place.open(name) as target:
            written = PackageFile(target)
            yield written
        self._sums.write(f"{written.sha256}  {name}\n".encode())
        self.files += 1

    def end(self) -> None:
        """Write the list."""
        self._sums.seek(0)
        with self._place.open(SUMS) as target:
            written = PackageFile(target)
            while piece := self._sums.read(_SPOOLED):
                written.write(piece)
        self.sha256 = bytes.fromhex(written.sha256)


@contextmanager
def packing(path: Path, password: Secret | None = None) -> Iterator[Package]:
    """A package that stands in its place once all of it was written, else not at all; a name with .zip is a zip.

    With a password the zip is encrypted (AES, 256 bits), all but the names of its files.
    Raises BlinkError: file-taken where anything stands there, file-not-written where the system refuses.
    """
    with refusals_told(path):
        make_folder(path.parent)
    with tempfile.SpooledTemporaryFile(_SPOOLED) as sums:
        if path.suffix.lower() == ".zip":
            with placing(path) as file, _zip(file, password) as zipped:
                package = Package(_InZip(zipped), sums)
                yield package
                package.end()
            return
        with refusals_told(path), _aside(path) as folder:
            package = Package(_InFolder(folder), sums)
            yield package
            package.end()


def _zip(file: IO[bytes], password: Secret | None) -> Any:
    if password is None:
        return ZipFile(file, "w", ZIP_DEFLATED)
    import pyzipper  # type: ignore[import-untyped] # no stubs

    zipped = pyzipper.AESZipFile(file, "w", compression=ZIP_DEFLATED, encryption=pyzipper.WZ_AES)
    zipped.setpassword(password.reveal())
    zipped.setencryption(pyzipper.WZ_AES, nbits=_AES_BITS)
    return zipped


class _InZip:
    def __init__(self, zipped: Any) -> None:
        self._zipped = zipped

    def open(self, name: str) -> IO[bytes]:
        opened: IO[bytes] = self._zipped.open(name, "w", force_zip64=True)
        return opened


class _InFolder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open(self, name: str) -> IO[bytes]:
        path = self._folder / name
        make_folder(path.parent)
        return os.fdopen(open_private(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, own=True), "wb")


@contextmanager
def _aside(path: Path) -> Iterator[Path]:
    if path.exists():
        raise BlinkError(FILE_TAKEN, path=path)
    aside = Path(tempfile.mkdtemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent))
    try:
        yield aside
        aside.rename(path)
    except BaseException:
        with suppress(OSError):
            shutil.rmtree(aside)
        raise
