"""A certificate out of the files that a person names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from blink_tui.i18n import N_
from blink_tui.ksef.certificates import CertificateCredential, load_certificate, load_pkcs12
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode
from blink_tui.model.secret import Secret

FILES_UNCLEAR = ErrorKind(
    "files-unclear",
    ExitCode.USAGE,
    N_("Name either a certificate and its key, or one file (.p12, .pfx) with both."),
)
FILE_UNREADABLE = ErrorKind("file-unreadable", ExitCode.USAGE, N_("The file {path} cannot be read."))
_LARGEST = 1024 * 1024
"""No certificate comes near; a device or a film named by mistake is not read to its end."""


@dataclass(frozen=True, slots=True)
class CertificateFiles:
    """Certificate and key, or both in one."""

    cert: Path | None = None
    key: Path | None = None
    p12: Path | None = None

    def load(self, passphrase: Secret | None) -> CertificateCredential:
        """The certificate with its key. Raises BlinkError: FILES_UNCLEAR, FILE_UNREADABLE, and as the loaders do."""
        if self.p12 and not self.cert and not self.key:
            return load_pkcs12(_content(self.p12), passphrase)
        if self.cert and self.key and not self.p12:
            return load_certificate(_content(self.cert), _content(self.key), passphrase)
        raise BlinkError(FILES_UNCLEAR)


def _content(path: Path) -> bytes:
    try:
        with path.expanduser().open("rb") as file:
            return file.read(_LARGEST)
    except (OSError, RuntimeError) as error:
        raise BlinkError(FILE_UNREADABLE, path=path, cause=str(error)) from error
