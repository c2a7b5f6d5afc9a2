"""KSeF tokens: what logs in for a context."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date
from typing import Any

from blink_tui.sandbox.clock import start_of_day, text_of
from blink_tui.sandbox.facts import Context
from blink_tui.sandbox.references import new_reference
from blink_tui.sandbox.subjects import Subject, owner_of, published

_CONTEXT_NAMES = {"Nip": "nip", "InternalId": "internalId"}


@dataclass(slots=True)
class KsefToken:
    """A token and what it may do."""

    reference: str
    secret: str
    """The whole text, as its holder has it."""
    context: Context
    created: int
    author: Subject
    """Who made it; the token has no right that its author has not."""
    permissions: tuple[str, ...] = ("InvoiceRead",)
    description: str = "Token piaskownicy"
    active_from: int = 0
    """Until then it is pending."""
    status: str = "Active"
    """By the contract's names; `status_at` tells the one to show."""
    last_use: int | None = None

    def status_at(self, now: int) -> str:
        """Its status: an active one is pending until its time has come."""
        return "Pending" if self.status == "Active" and now < self.active_from else self.status

    def published(self, now: int) -> dict[str, Any]:
        """The token as `GET /tokens` tells of it."""
        return {
            "referenceNumber": self.reference,
            "authorIdentifier": published(self.author),
            "contextIdentifier": published(self.context),
            "description": self.description,
            "requestedPermissions": list(self.permissions),
            "dateCreated": text_of(self.created),
            "lastUseDate": None if self.last_use is None else text_of(self.last_use),
            "status": self.status_at(now),
            "statusDetails": [],
        }


def make_token(seed: int, context: Context, day: date) -> KsefToken:
    """The token of a context, made by its owner; it follows from the seed and the day alone (PROTOCOL 2)."""
    digest = hashlib.sha512(f"{seed}:{context[0]}:{context[1]}".encode()).hexdigest()
    reference = f"{day:%Y%m%d}-EC-{digest[:10]}-{digest[10:20]}-{digest[20:22]}".upper()
    author = owner_of(context)
    if author is None:
        raise ValueError(context)
    return KsefToken(reference, _secret(reference, context, digest[64:]), context, start_of_day(day), author)


def new_token(
    context: Context,
    author: Subject,
    permissions: tuple[str, ...],
    description: str,
    now: int,
    active_from: int,
) -> KsefToken:
    """A token that its author asks for; pending at first."""
    reference = new_reference("EC", now)
    return KsefToken(
        reference,
        _secret(reference, context, secrets.token_hex(32)),
        context,
        now,
        author,
        permissions,
        description,
        active_from,
    )


def _secret(reference: str, context: Context, random: str) -> str:
    return f"{reference}|{_CONTEXT_NAMES[context[0]]}-{context[1]}|{random}"
