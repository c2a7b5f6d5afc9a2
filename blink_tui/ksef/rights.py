"""What an access may do, and what it lacks to fetch documents, in a sentence (PROTOCOL 2)."""

from __future__ import annotations

from dataclasses import dataclass

from blink_tui.ksef import errors
from blink_tui.ksef.operations import Context
from blink_tui.ksef.wire import TokenAnswer, readable_instant
from blink_tui.model.dates import Instant
from blink_tui.model.errors import BlinkError, ErrorKind

INVOICE_READ = "InvoiceRead"
"""The right to view documents, all that this program needs."""

_TOKEN_STATES: dict[str, ErrorKind] = {
    "Pending": errors.TOKEN_INACTIVE,
    "Failed": errors.TOKEN_INACTIVE,
    "Revoking": errors.TOKEN_REVOKED,
    "Revoked": errors.TOKEN_REVOKED,
}


@dataclass(frozen=True, slots=True)
class TokenState:
    """What KSeF tells of a token: `Pending`, `Active`, `Revoking`, `Revoked`, `Failed` or what it may add."""

    reference: str
    status: str
    requested_permissions: tuple[str, ...]
    context: Context | None
    last_use: Instant | None


@dataclass(frozen=True, slots=True)
class Rights:
    """What an access may do in its context."""

    scopes: frozenset[str]
    token: TokenState | None = None
    """The token that logged in, where one did and KSeF tells of it."""
    reads: bool | None = None
    """Whether a query of the list was answered; None where the scopes told enough to ask none."""


def token_state(answer: TokenAnswer) -> TokenState:
    """The state of a token out of KSeF's answer."""
    context = answer.context_identifier
    return TokenState(
        reference=answer.reference_number,
        status=answer.status,
        requested_permissions=tuple(answer.requested_permissions),
        context=Context(context.type, context.value) if context else None,
        last_use=readable_instant(answer.last_use_date),
    )


def lack_of(rights: Rights, context: Context) -> BlinkError | None:
    """Why documents of a context cannot be fetched with these rights; None when they can."""
    token = rights.token
    if token is not None and token.context not in (None, context):
        owner = token.context.value if token.context else ""
        return BlinkError(errors.TOKEN_OTHER_FIRM, firm=context.value, owner=owner, cause=token.reference)
    if token is not None and token.status in _TOKEN_STATES:
        cause = f"{token.reference} {token.status}"
        return BlinkError(_TOKEN_STATES[token.status], firm=context.value, cause=cause)
    if rights.reads or INVOICE_READ in rights.scopes:
        return None
    present = ", ".join(sorted(rights.scopes)) or "no rights told"
    return BlinkError(errors.MISSING_PERMISSION, firm=context.value, cause=present)
