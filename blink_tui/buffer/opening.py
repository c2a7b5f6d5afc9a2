"""Why a file cannot be opened or written: its disk, the rights of this account, or what cannot be told apart."""

from __future__ import annotations

import os
from pathlib import Path

from blink_tui.buffer import errors
from blink_tui.model.accounts import account_name
from blink_tui.model.errors import DISK_READ_ONLY, BlinkError, ErrorKind
from blink_tui.model.unwritable import on_read_only_disk


def not_opened(path: Path, cause: object) -> BlinkError:
    """The error that a refusal of the system to open or write a file means."""
    account = account_name(os.geteuid())
    return BlinkError(_kind(path), path=str(path), account=account, cause=str(cause))


def _kind(path: Path) -> ErrorKind:
    try:
        if on_read_only_disk(path):
            return DISK_READ_ONLY
        there = path if path.exists() else path.parent
    except PermissionError:
        return errors.NOT_ALLOWED
    except OSError:
        return errors.NOT_OPENED
    if not path.parent.is_dir():
        return errors.NOT_OPENED
    allowed = os.access(there, os.R_OK | os.W_OK) and os.access(path.parent, os.R_OK | os.W_OK | os.X_OK)
    return errors.NOT_OPENED if allowed else errors.NOT_ALLOWED
