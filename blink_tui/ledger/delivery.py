"""How files of an export are handed over: plainly, in one zip with a password (AES), into the folder a firm named."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from blink_tui.i18n import N_, Message
from blink_tui.ledger.files import FolderFiles, Written, translated
from blink_tui.model.dates import warsaw
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode
from blink_tui.model.secret import Secret
from blink_tui.model.values import Sha256

if TYPE_CHECKING:
    from blink_tui.buffer import Buffer

ZIP_PASSWORD = ErrorKind(
    "zip-password",
    ExitCode.USAGE,
    N_("A zip's password has {least} characters or more, none but letters without marks, digits and signs."),
)
FIRM_FOLDER = ErrorKind(
    "firm-folder",
    ExitCode.FAILED,
    N_(
        "The folder that the firm {firm} named for its ledger program cannot take files: {why} ({folder})."
        " Nothing was written. Name another: blink export settings --firm {firm} --set folder=/path"
    ),
)
_NO_FOLDER = Message(N_("it is not there"))
_NOT_WRITABLE = Message(N_("this user may not write there"))
_OWN_FOLDER = Message(N_("it lies within the program's own folder"))
_LEAST = 8
_AES_BITS = 256


def checked_password(password: Secret) -> Secret:
    """A password that every unpacker takes alike: printable ASCII. Raises BlinkError(ZIP_PASSWORD)."""
    value = password.reveal()
    if len(value) < _LEAST or not all(0x20 <= byte < 0x7F for byte in value):
        raise BlinkError(ZIP_PASSWORD, least=_LEAST)
    return password


def checked_folder(text: str, profile: Path, firm: str) -> Path:
    """A folder that a ledger program watches: there, writable, not the profile's. Raises BlinkError(FIRM_FOLDER)."""
    folder = Path(text).resolve()
    own = profile.resolve()
    why = None
    if not folder.is_dir():
        why = _NO_FOLDER
    elif folder == own or own in folder.parents:
        why = _OWN_FOLDER
    elif not os.access(folder, os.W_OK | os.X_OK):
        why = _NOT_WRITABLE
    if why is not None:
        raise BlinkError(FIRM_FOLDER, firm=firm, folder=text, why=why)
    return folder


async def folder_of(buffer: Buffer, firm_id: int, usual: Path, profile: Path, firm: str) -> Path:
    """Where a firm's ledger takes its files from, else the usual folder. Raises BlinkError(FIRM_FOLDER)."""
    named = (await buffer.export_settings.own(firm_id, "")).get("folder")
    return checked_folder(named, profile, firm) if named else usual


@dataclass(frozen=True, slots=True)
class Packed:
    """A file within a zip, as it was before it was encrypted: the same in every run."""

    name: str
    sha256: Sha256
    size: int


class ZipFiles:
    """Implements `exporter.Files`: one zip, encrypted by AES of 256 bits, that any number of files go into.

    Files are spooled without a name, so that nothing readable of them is left by a kill. `close` comes after the
    last one; then the zip is the one file `written`. Raises BlinkError: folder-refused, folder-full.
    """

    def __init__(
        self, folder: Path, stem: str, password: Secret, made: datetime, used: Collection[str] = ()
    ) -> None:
        """`used` are paths that are not to be used again, though their files may have been taken away."""
        self._folder, self._stem = folder, stem
        self._password = checked_password(password)
        self._made = made.astimezone(warsaw())
        self._outer = FolderFiles(folder, stem, used)
        self._open = ExitStack()
        self._zip: Any = None
        self.packed: list[Packed] = []
        """In the order in which they were finished."""

    @property
    def sums(self) -> str:
        """JSON of the names and SHA-256 of the files within, as a batch keeps them."""
        return json.dumps({one.name: one.sha256.hex() for one in self.packed})

    @property
    def written(self) -> list[Written]:
        """The zip, once it is closed."""
        return self._outer.written

    @contextmanager
    def create(self, part: str, suffix: str) -> Iterator[BinaryIO]:
        """A new file of the zip; a `/` in the part makes a folder in it."""
        name = self._stem + (f"/{part}" if "/" in part else f"-{part}" if part else "") + suffix
        with translated(self._folder), tempfile.TemporaryFile() as spool:
            yield cast("BinaryIO", spool)
            spool.flush()
            spool.seek(0)
            digest = hashlib.file_digest(spool, "sha256").digest()
            size = spool.tell()
            spool.seek(0)
            with self._zipped().open(self._entry(name), "w", force_zip64=True) as entry:
                shutil.copyfileobj(spool, entry, 1 << 20)
            self.packed.append(Packed(name, Sha256(digest), size))

    def close(self) -> None:
        """No more files come. Without any there is no zip."""
        if self._zip is not None:
            with translated(self._folder):
                self._zip.close()
                self._open.close()
            self._outer.close()

    def discard(self) -> None:
        """Leave nothing of what was written."""
        if self._zip is not None:
            self._zip.fp = None  # it is not to write its list of contents any more
        self._open.close()
        self._outer.discard()
        self.packed.clear()

    def _zipped(self) -> Any:
        if self._zip is None:
            import pyzipper  # type: ignore[import-untyped] # no stubs

            outer = self._open.enter_context(self._outer.create("", ".zip"))
            self._zip = pyzipper.AESZipFile(
                outer, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES
            )
            self._zip.setpassword(self._password.reveal())
            self._zip.setencryption(pyzipper.WZ_AES, nbits=_AES_BITS)
        return self._zip

    def _entry(self, name: str) -> Any:
        import pyzipper

        found = pyzipper.zipfile_aes.AESZipInfo(name, self._made.timetuple()[:6])
        found.compress_type = pyzipper.ZIP_DEFLATED
        found.external_attr = 0o600 << 16
        return found
