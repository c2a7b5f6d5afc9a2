"""Reference numbers of the contract's form, `20251010-EH-1B6C9EB000-4B15D3AEB9-89`."""

from __future__ import annotations

import secrets

from blink_tui.model.values import crc8
from blink_tui.sandbox.clock import day_of


def new_reference(kind: str, now: int) -> str:
    """36 characters: day, two letters for what it names, two random groups, check sum."""
    body = f"{day_of(now):%Y%m%d}-{kind}-{secrets.token_hex(5)}-{secrets.token_hex(5)}".upper()
    return f"{body}-{crc8(body.encode()):02X}"
