"""Names of the accounts of this machine, from the system and never from variables that anybody can set."""

from __future__ import annotations

import os
import pwd


def account_name(uid: int | None = None) -> str:
    """Name of an account, by default of the one that this process acts for; its number where it has no name."""
    number = os.getuid() if uid is None else uid
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)
