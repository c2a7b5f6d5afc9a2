"""Where the parts of a profile lie: one set of firms, buffer and vault, in a folder of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

DEFAULT_PROFILE = "default"


@dataclass(frozen=True, slots=True)
class ProfilePaths:
    """The files and folders of a profile."""

    name: str
    folder: Path

    @property
    def command(self) -> str:
        """How a command for this profile begins, to be told to its user; `--home` is left to him."""
        return "blink" if self.name == DEFAULT_PROFILE else f"blink --profile {self.name}"

    @property
    def buffer_path(self) -> Path:
        return self.folder / "buffer.db"

    @property
    def vault_path(self) -> Path:
        return self.folder / "vault.blink"

    @property
    def work_folder(self) -> Path:
        """Package parts while they are needed."""
        return self.folder / "work"

    @property
    def export_folder(self) -> Path:
        """Where hand-overs go unless another folder is named."""
        return self.folder / "export"

    @property
    def vat_register_path(self) -> Path:
        """The register of VAT payers, made small."""
        return self.folder / "vat-register"

    @property
    def keymap_path(self) -> Path:
        """The user's own keys of the console."""
        return self.folder / "keymap.toml"

    @property
    def log_folder(self) -> Path:
        """Logs of programs that run without a screen."""
        return self.folder / "log"

    @property
    def backup_folder(self) -> Path:
        """Backups, unless the profile's settings name another folder."""
        return self.folder / "backup"
