"""Keyring backends for child processes of the tests: one that keeps, one that hangs, one that forgets."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from keyring.backend import KeyringBackend


class Keeping(KeyringBackend):
    """Keeps passwords in the folder named by TEST_KEYRING, so that they outlive the process."""

    priority = 5

    def _file(self, service: str, username: str) -> Path:
        return Path(os.environ["TEST_KEYRING"]) / f"{service}-{username}"

    def get_password(self, service: str, username: str) -> str | None:
        file = self._file(service, username)
        return file.read_text() if file.exists() else None

    def set_password(self, service: str, username: str, password: str) -> None:
        self._file(service, username).write_text(password)

    def delete_password(self, service: str, username: str) -> None:
        self._file(service, username).unlink()


class Hanging(Keeping):
    """Waits for an unlocking that never comes."""

    def get_password(self, service: str, username: str) -> str | None:
        threading.Event().wait()
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        threading.Event().wait()


class Forgetting(Keeping):
    """Takes everything and has nothing."""

    def set_password(self, service: str, username: str, password: str) -> None:
        pass
