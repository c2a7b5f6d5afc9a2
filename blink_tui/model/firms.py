"""Firms and what logs in for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from urllib.parse import urlsplit

from blink_tui.i18n import _
from blink_tui.model.dates import Instant
from blink_tui.model.documents import FirmKind
from blink_tui.model.text import clean, folded
from blink_tui.model.values import Nip

ENVIRONMENTS = {
    "prod": "https://api.ksef.mf.gov.pl/v2",
    "demo": "https://api-demo.ksef.mf.gov.pl/v2",
    "test": "https://api-test.ksef.mf.gov.pl/v2",
}
"""Names of KSeF's environments and their API bases (PROTOCOL 1)."""


def parse_environment(text: str) -> str:
    """The name of an environment or the base URL of another one, without a user: https, or http on this machine.

    Raises ValueError.
    """
    bare = text.strip().rstrip("/")
    if bare.lower() in ENVIRONMENTS:
        return bare.lower()
    url = urlsplit(bare)
    loopback = url.hostname in ("127.0.0.1", "localhost", "::1")
    if (
        url.username is None
        and url.hostname
        and (url.scheme == "https" or (url.scheme == "http" and loopback))
    ):
        return bare
    raise ValueError(text)


LABELS_AT_MOST, LABEL_AT_MOST = 20, 40
"""Labels of a firm, and characters of one."""


def parse_labels(texts: Iterable[str]) -> tuple[str, ...]:
    """Labels as typed, each text one or several with commas; each once, by its first spelling. Raises ValueError."""
    found: dict[str, str] = {}
    for text in texts:
        for label in map(str.strip, clean(text).split(",")):
            if len(label) > LABEL_AT_MOST:
                raise ValueError(label)
            if label:
                found.setdefault(folded(label), " ".join(label.split()))
    if len(found) > LABELS_AT_MOST:
        raise ValueError(",".join(found.values()))
    return tuple(found.values())


def parse_accountant(text: str) -> str:
    """A system user's name as typed: one word, or empty for none. Raises ValueError."""
    name = clean(text).strip()
    if len(name) > LABEL_AT_MOST or len(name.split()) > 1:
        raise ValueError(text)
    return name


def env_shown(env: str) -> str:
    """An environment for people; plain http is called by its name."""
    return env + " (" + _("INSECURE") + ")" if is_insecure(env) else env


def is_insecure(env: str) -> bool:
    """Whether what goes to an environment and comes from it is not encrypted: plain http, on this machine only."""
    return env.lower().startswith("http://")


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
    accountant: str = ""
    """User of the system who keeps its books; empty: nobody in particular."""
    labels: tuple[str, ...] = ()
    watched_since: Instant | None = None
    """Since when it is fetched for, or was last left alone; None in buffers that are older than this is told."""

    @property
    def base_url(self) -> str:
        """Base of the API this firm is asked at, without a slash at its end."""
        return ENVIRONMENTS.get(self.env, self.env).rstrip("/")


@dataclass(frozen=True, slots=True)
class NewFirm:
    """A firm that is to be registered."""

    nip: Nip
    context_type: ContextType
    context_value: str
    name: str
    env: str
    kind: FirmKind = FirmKind.TAXPAYER
    first_day: date | None = None
    accountant: str = ""
    labels: tuple[str, ...] = ()
    watched_since: Instant | None = None
    """Since when it is fetched for, or was last left alone; None in buffers that are older than this is told."""

    @property
    def base_url(self) -> str:
        """Base of the API it will be asked at, without a slash at its end."""
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
class CredentialUse:
    """What KSeF last said of a credential in one firm."""

    firm_id: int
    state: CredentialState
    problem: str | None = None
    """Error code of the last refusal (`BlinkError.kind.code`)."""
    problem_values: dict[str, str] = field(default_factory=dict)
    """What the refusal's sentence needs besides the firm."""
    checked_at: Instant | None = None
    """When it was last asked for, as far as that told anything new."""
    accepted_at: Instant | None = None
    """A moment of the last Warsaw day on which a login succeeded; None when none ever did."""


@dataclass(frozen=True, slots=True)
class Credential:
    """What logs in; the secret itself lies in the vault under `vault_name`."""

    id: int
    kind: CredentialKind
    vault_name: str
    label: str
    """Shown to people: the token's reference number or the certificate's subject, never a secret."""
    valid_to: Instant | None
    """Last instant of a certificate; None for a token, whose end is the law's (setting `tokens.end`)."""
    uses: tuple[CredentialUse, ...]
    """One for each firm that it serves."""
    version: int

    @property
    def firm_ids(self) -> tuple[int, ...]:
        """The firms that it serves."""
        return tuple(use.firm_id for use in self.uses)

    @property
    def worst(self) -> CredentialUse | None:
        """The firm to look at first: one that refuses it, else one not checked yet, else any; None without firms."""
        order = (CredentialState.REFUSED, CredentialState.UNCHECKED, CredentialState.ACCEPTED)
        return min(self.uses, key=lambda use: order.index(use.state), default=None)


@dataclass(frozen=True, slots=True)
class FirmCredential:
    """What logs in for one firm, with what KSeF last said of it there."""

    id: int
    kind: CredentialKind
    vault_name: str
    label: str
    valid_to: Instant | None
    use: CredentialUse

    @property
    def state(self) -> CredentialState:
        """What the last login found."""
        return self.use.state


class GrantSource(StrEnum):
    """Which of KSeF's lists tells that a right was granted."""

    ENTITIES = "entities"
    """What firms granted to the office."""
    PERSONAL = "personal"
    """What the person who logs in was given; it still looks active after a firm withdrew it from the office."""


class GrantState(StrEnum):
    """What became of a context that granted an office access."""

    OFFERED = "offered"
    ADDED = "added"
    IGNORED = "ignored"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Granted:
    """A context whose invoices an office may view, as KSeF lists it."""

    context_type: ContextType
    context_value: str
    kind: FirmKind
    """Of the firm that it is or would be."""
    since: Instant | None


@dataclass(frozen=True, slots=True)
class GrantedContext(Granted):
    """The same as remembered, with what became of it here."""

    source: GrantSource
    first_seen: Instant
    last_seen: Instant
    withdrawn_at: Instant | None
    ignored: bool
    firm_id: int | None
    """The firm that it is here, in the office's environment."""

    @property
    def state(self) -> GrantState:
        """The first of these that holds: withdrawn, a firm here, ignored by a person; else it is offered."""
        if self.withdrawn_at is not None:
            return GrantState.WITHDRAWN
        if self.firm_id is not None:
            return GrantState.ADDED
        return GrantState.IGNORED if self.ignored else GrantState.OFFERED
