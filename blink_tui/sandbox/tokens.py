"""KSeF tokens: what logs in for a context."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any

from blink_tui.sandbox.clock import start_of_day, text_of
from blink_tui.sandbox.facts import Context

_CONTEXT_NAMES = {"Nip": "nip", "InternalId": "internalId"}


@dataclass(slots=True)
class KsefToken:
    """A token and what it may do."""

    reference: str
    secret: str
    """The whole text, as its holder has it."""
    context: Context
    created: int
    permissions: tuple[str, ...] = ("InvoiceRead",)
    status: str = "Active"
    last_use: int | None = None

    def published(self) -> dict[str, Any]:
        """The token as `GET /tokens` tells of it."""
        return {
            "referenceNumber": self.reference,
            "authorIdentifier": {"type": "Nip", "value": self.context[1].partition("-")[0]},
            "contextIdentifier": {"type": self.context[0], "value": self.context[1]},
            "description": "Token piaskownicy",
            "requestedPermissions": list(self.permissions),
            "dateCreated": text_of(self.created),
            "lastUseDate": None if self.last_use is None else text_of(self.last_use),
            "status": self.status,
            "statusDetails": [],
        }


def make_token(seed: int, context: Context, day: date) -> KsefToken:
    """The token of a context; it follows from the seed and the day alone (PROTOCOL 2)."""
    digest = hashlib.sha512(f"{seed}:{context[0]}:{context[1]}".encode()).hexdigest()
    reference = f"{day:%Y%m%d}-EC-{digest[:10]}-{digest[10:20]}-{digest[20:22]}".upper()
    secret = f"{reference}|{_CONTEXT_NAMES[context[0]]}-{context[1]}|{digest[64:]}"
    return KsefToken(reference, secret, context, start_of_day(day))
