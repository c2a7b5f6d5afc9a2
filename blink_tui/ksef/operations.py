"""What this program may call in KSeF, and the operations it does call; nothing here writes (DESIGN, rule 3)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import quote


class Context(NamedTuple):
    """Whose invoices are asked for: `Nip` or `InternalId` (or what KSeF may add) and its value."""

    type: str
    value: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One call of the API; its name is its own counter of KSeF's limits (PROTOCOL 5)."""

    name: str
    method: str
    path: str
    """Path under the base, with `{}` for each value."""
    group: str
    """Group of `GET /rate-limits` that holds its limits; `anonymous` is counted per address."""

    def filled(self, *values: str) -> str:
        """The path with its values, quoted."""
        return self.path.format(*(quote(value, safe="") for value in values))


KEYS = Operation("keys", "GET", "/security/public-key-certificates", "anonymous")
CHALLENGE = Operation("challenge", "POST", "/auth/challenge", "anonymous")
TOKEN_LOGIN = Operation("token-login", "POST", "/auth/ksef-token", "anonymous")
CERTIFICATE_LOGIN = Operation("certificate-login", "POST", "/auth/xades-signature", "anonymous")
LOGIN_STATUS = Operation("login-status", "GET", "/auth/{}", "anonymous")
REDEEM = Operation("redeem", "POST", "/auth/token/redeem", "anonymous")
REFRESH = Operation("refresh", "POST", "/auth/token/refresh", "anonymous")
LOGOUT = Operation("logout", "DELETE", "/auth/sessions/current", "other")
METADATA = Operation("metadata", "POST", "/invoices/query/metadata", "invoiceMetadata")
EXPORT = Operation("export", "POST", "/invoices/exports", "invoiceExport")
EXPORT_STATUS = Operation("export-status", "GET", "/invoices/exports/{}", "invoiceExportStatus")
INVOICE = Operation("invoice", "GET", "/invoices/ksef/{}", "invoiceDownload")
RATE_LIMITS = Operation("rate-limits", "GET", "/rate-limits", "other")
CONTEXT_LIMITS = Operation("context-limits", "GET", "/limits/context", "other")
OWN_TOKEN = Operation("own-token", "GET", "/tokens/{}", "other")
TOKENS = Operation("tokens", "GET", "/tokens", "other")
PERSONAL_GRANTS = Operation("personal-grants", "POST", "/permissions/query/personal/grants", "other")
ENTITY_GRANTS = Operation("entity-grants", "POST", "/permissions/query/entities/grants", "other")
ENTITY_ROLES = Operation("entity-roles", "GET", "/permissions/query/entities/roles", "other")
UNIT_ROLES = Operation("unit-roles", "POST", "/permissions/query/subordinate-entities/roles", "other")
AUTHORIZATIONS = Operation("authorizations", "POST", "/permissions/query/authorizations/grants", "other")
COLLECTIVES = Operation("collectives", "POST", "/collective-identifiers/query", "collectiveIdentifier")
COLLECTIVE_INVOICES = Operation(
    "collective-invoices", "POST", "/collective-identifiers/invoices", "collectiveIdentifier"
)
COLLECTIVES_OF_INVOICE = Operation(
    "collectives-of-invoice", "GET", "/collective-identifiers/ksef/{}", "collectiveIdentifier"
)

LATARNIA_STATUS = Operation("latarnia-status", "GET", "/status", "latarnia")
LATARNIA_MESSAGES = Operation("latarnia-messages", "GET", "/messages", "latarnia")

_ALLOWED = re.compile(
    r"""
    GET\ /.+
    | POST\ /auth/(challenge|ksef-token|xades-signature|token/redeem|token/refresh)
    | DELETE\ /auth/sessions/current
    | POST\ /invoices/(query/metadata|exports)
    | POST\ /permissions/query/.+
    | POST\ /certificates/(query|retrieve)
    | POST\ /collective-identifiers/(query|invoices)
    """,
    re.VERBOSE,
)


class CallNotAllowedError(RuntimeError):
    """The program tried to call what it must never call: a bug, not a condition to handle."""


def check_allowed(method: str, path: str) -> None:
    """Raise CallNotAllowedError unless the list of DESIGN rule 3 holds this call; `path` is under the API's base."""
    if not _ALLOWED.fullmatch(f"{method} {path}"):
        raise CallNotAllowedError(f"{method} {path}")
