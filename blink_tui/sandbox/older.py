"""Answers as a server of 2.6 gives them: without what later versions added (PROTOCOL 7)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec

from blink_tui.sandbox.calls import Operation, Reply

_LATER = "/collective-identifiers"
"""Operations below it came with 2.7."""


def known(operation: Operation) -> bool:
    """A server of 2.6 has the operation."""
    return not operation.path.startswith(_LATER)


def aged(operation: Operation, reply: Reply) -> Reply:
    """An answer without the fields of later versions."""
    strip = _STRIPS.get(operation.name)
    if strip is None or reply.status != 200:
        return reply
    body = msgspec.json.decode(reply.body)
    strip(body)
    return replace(reply, body=msgspec.json.encode(body))


def _export_status(body: dict[str, Any]) -> None:
    (body.get("package") or {}).pop("compressionType", None)


def _public_keys(body: list[dict[str, Any]]) -> None:
    for key in body:
        key.pop("publicKeyId")
        key.pop("certificateId")


def _rate_limits(body: dict[str, Any]) -> None:
    for group in ("global", "collectiveIdentifier"):
        body.pop(group, None)


def _personal_grants(body: dict[str, Any]) -> None:
    for grant in body["permissions"]:
        grant.pop("ownerPermissions", None)
    body.pop("ownerPermissions", None)


_STRIPS: dict[str, Callable[[Any], None]] = {
    "export_status": _export_status,
    "public_keys": _public_keys,
    "rate_limits": _rate_limits,
    "personal_grants": _personal_grants,
}
