"""Firms and what logs in for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from blink_tui.model.documents import FirmKind
from blink_tui.model.values import Nip

ENVIRONMENTS = {
    "prod": "https://api.ksef.mf.gov.pl/v2",
    "demo": "https://api-demo.ksef.mf.gov.pl/v2",
    "test": "https://api-test.ksef.mf.gov.pl/v2",
}
"""Names of KSeF's environments and their API bases (PROTOCOL 1)."""


class ContextType(StrEnum):
    """What identifies whose invoices are asked for."""

    NIP = "Nip"
    INTERNAL_ID = "InternalId"


@dataclass(frozen=True, slots=True)
class Firm:
    """A context whose invoices are fetched; several may share a NIP."""

    id: int
    nip: Nip
    context_type: ContextType
    context_value: str
    """The NIP itself, or an internal id (`NIP-NNNNN`)."""
    name: str
    env: str
    """Name of an environment or the base URL of another one."""
    kind: FirmKind
    ledger_format: str
    """What marks its documents exported: `csv` until another is set."""
    first_day: date | None
    """Warsaw day from which the first fetch reads; None means the first day of the previous month."""
    enabled: bool
    paused: bool
    """The schedule leaves it alone; a person may still fetch."""
    version: int
    """Grows with every change; an update names the version it read."""

    @property
    def base_url(self) -> str:
        """Base of the API this firm is asked at, without a slash at its end."""
        return ENVIRONMENTS.get(self.env, self.env).rstrip("/")


class CredentialKind(StrEnum):
    """What logs in."""

    TOKEN = "token"  # noqa: S105 - a kind, not a secret
    CERTIFICATE = "certificate"


class CredentialState(StrEnum):
    """What the last check found."""

    UNCHECKED = "unchecked"
    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Credential:
    """What logs in; the secret itself lies in the vault under `vault_name`."""

    id: int
    kind: CredentialKind
    vault_name: str
    label: str
    """Shown to people: the token's reference number or the certificate's subject, never a secret."""
    state: CredentialState
    checked_at: str | None
    """UTC instant of the last check."""
    problem: str | None
    """Error code of the last refusal (`BlinkError.kind.code`)."""
    firm_ids: tuple[int, ...]
    version: int
