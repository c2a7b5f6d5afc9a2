"""Logins under way and their tokens: challenges, operations, bearers."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from enum import Enum
from typing import Any

import msgspec

from blink_tui.sandbox.clock import SECOND, text_of
from blink_tui.sandbox.facts import Context
from blink_tui.sandbox.policies import AllowedIps
from blink_tui.sandbox.references import new_reference
from blink_tui.sandbox.subjects import Subject
from blink_tui.sandbox.tokens import KsefToken

CHALLENGE_LIFE = 600 * SECOND
AUTHENTICATION_LIFE = 2_700 * SECOND
ACCESS_LIFE = 900 * SECOND
REFRESH_LIFE = 7 * 86_400 * SECOND
STATUS_LIFE = 7 * 86_400 * SECOND
"""How long the status of a login can be asked for."""

_FAILED = "Uwierzytelnianie zakończone niepowodzeniem"
_FAILED_TOKEN = f"{_FAILED} z powodu błędnego tokenu"
_FAILED_CERTIFICATE = f"{_FAILED} z powodu błędu certyfikatu"


class BearerKind(Enum):
    """What a bearer token is good for."""

    AUTHENTICATION = "OperationToken"
    ACCESS = "ContextToken"
    REFRESH = "RefreshToken"


@dataclass(frozen=True, slots=True)
class Status:
    """Code, description and details as the contract's StatusInfo."""

    code: int
    description: str
    details: tuple[str, ...] = ()

    def published(self) -> dict[str, Any]:
        """The status as JSON has it."""
        body: dict[str, Any] = {"code": self.code, "description": self.description}
        if self.details:
            body["details"] = list(self.details)
        return body


IN_PROGRESS = Status(100, "Uwierzytelnianie w toku")
ACCEPTED = Status(200, "Uwierzytelnianie zakończone sukcesem")
REVOKED = Status(
    425,
    "Uwierzytelnienie unieważnione",
    ("Uwierzytelnienie i powiązane refresh tokeny zostały unieważnione przez użytkownika",),
)
NO_RIGHTS = Status(415, _FAILED, ("Brak przypisanych uprawnień",))
DECEASED = Status(470, _FAILED, ("Próba wykorzystania metod autoryzacyjnych osoby zmarłej",))
BLOCKED = Status(
    480,
    "Uwierzytelnienie zablokowane",
    (
        "Podejrzenie incydentu bezpieczeństwa. Skontaktuj się z Ministerstwem Finansów "
        "przez formularz zgłoszeniowy.",
    ),
)


def refused_token(detail: str) -> Status:
    """Status 450 with its detail (PROTOCOL 2)."""
    return Status(450, _FAILED_TOKEN, (detail,))


def refused_certificate(detail: str) -> Status:
    """Status 460 with its detail (PROTOCOL 2)."""
    return Status(460, _FAILED_CERTIFICATE, (detail,))


@dataclass(frozen=True, slots=True)
class Method:
    """A way of logging in by the contract's names."""

    name: str
    category: str
    code: str
    display_name: str


KSEF_TOKEN = Method("Token", "Token", "token.ksef", "Token KSeF")
SEAL = Method("QualifiedSeal", "XadesSignature", "xades.seal", "Pieczęć kwalifikowana")
SIGNATURE = Method("QualifiedSignature", "XadesSignature", "xades.signature", "Podpis kwalifikowany")
INTERNAL = Method("InternalCertificate", "XadesSignature", "xades.certificate", "Certyfikat KSeF")


@dataclass(slots=True, kw_only=True)
class AuthOperation:
    """One login: the operation first, the session once it has been redeemed."""

    reference: str
    context: Context
    subject: Subject | None
    """Who logs in; None when the credential does not tell."""
    method: Method
    policy: AllowedIps
    started: int
    ready_at: int
    outcome: Status
    """What the status will be once `ready_at` has come."""
    rights: tuple[str, ...] = ()
    """What the subject might do when it logged in."""
    token: KsefToken | None = None
    """The KSeF token that logged in."""
    names: dict[str, str | None] | None = None
    """The name in the certificate that logged in."""
    redeemed: bool = False
    refresh_until: int | None = None
    last_refresh: int | None = None

    def status(self, now: int) -> Status:
        """Where the login stands."""
        return IN_PROGRESS if now < self.ready_at else self.outcome

    def published(self, now: int) -> dict[str, Any]:
        """The operation as `GET /auth/{referenceNumber}` tells of it."""
        return {
            "startDate": text_of(self.started),
            "authenticationMethod": self.method.name,
            "authenticationMethodInfo": {
                "category": self.method.category,
                "code": self.method.code,
                "displayName": self.method.display_name,
            },
            "status": self.status(now).published(),
            "isTokenRedeemed": self.redeemed,
            "lastTokenRefreshDate": None if self.last_refresh is None else text_of(self.last_refresh),
            "refreshTokenValidUntil": None if self.refresh_until is None else text_of(self.refresh_until),
        }


@dataclass(frozen=True, slots=True)
class Challenge:
    """A challenge with the instant that an encrypted token must repeat."""

    text: str
    issued: int

    @property
    def milliseconds(self) -> int:
        """The instant as callers get it."""
        return self.issued // 10_000


@dataclass(frozen=True, slots=True)
class Bearer:
    """A bearer token: what it opens, for whom, how long, with which rights."""

    kind: BearerKind
    operation: AuthOperation
    valid_until: int
    permissions: tuple[str, ...]


class SessionBook:
    """Every challenge, login and bearer token that is still of use."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)
        self._challenges: dict[str, Challenge] = {}
        self._operations: dict[str, AuthOperation] = {}
        self._bearers: dict[str, Bearer] = {}

    def challenge(self, now: int) -> Challenge:
        """A new challenge."""
        for text in [old for old, known in self._challenges.items() if now - known.issued > CHALLENGE_LIFE]:
            del self._challenges[text]
        challenge = Challenge(new_reference("CR", now), now)
        self._challenges[challenge.text] = challenge
        return challenge

    def take_challenge(self, text: str, now: int) -> Challenge | None:
        """The challenge, once; None when it is unknown, used or past its time."""
        challenge = self._challenges.pop(text, None)
        if challenge is None or now - challenge.issued > CHALLENGE_LIFE:
            return None
        return challenge

    def add(self, operation: AuthOperation) -> None:
        """Keep a login."""
        self._operations[operation.reference] = operation

    def find(self, reference: str) -> AuthOperation | None:
        """A login by its reference number."""
        return self._operations.get(reference)

    def sessions(self) -> list[AuthOperation]:
        """All logins, newest first."""
        return sorted(self._operations.values(), key=lambda operation: operation.started, reverse=True)

    def issue(
        self,
        kind: BearerKind,
        operation: AuthOperation,
        now: int,
        life: int,
        permissions: tuple[str, ...] = (),
    ) -> dict[str, str]:
        """A new bearer token as the contract's TokenInfo."""
        valid_until = now + life
        text = self._jwt(kind, operation, now, valid_until)
        self._bearers[text] = Bearer(kind, operation, valid_until, permissions)
        return {"token": text, "validUntil": text_of(valid_until)}

    def bearer(self, text: str, now: int) -> Bearer | None:
        """What a token is; None when it is unknown or past its time."""
        bearer = self._bearers.get(text)
        if bearer is None:
            return None
        if now >= bearer.valid_until:
            del self._bearers[text]
            return None
        return bearer

    def _jwt(self, kind: BearerKind, operation: AuthOperation, now: int, valid_until: int) -> str:
        payload = {
            "token-type": kind.value,
            "operation-reference-number": operation.reference,
            "context-identifier-type": operation.context[0],
            "context-identifier-value": operation.context[1],
            "authentication-method": operation.method.name,
            "iat": now // SECOND,
            "exp": valid_until // SECOND,
            "iss": "ksef-sandbox",
            "aud": "ksef-sandbox",
            "jti": secrets.token_hex(8),
        }
        signed = f"{_JWT_HEADER}.{_base64url(msgspec.json.encode(payload))}"
        signature = hmac.new(self._secret, signed.encode(), hashlib.sha256).digest()
        return f"{signed}.{_base64url(signature)}"


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


_JWT_HEADER = _base64url(b'{"alg":"HS256","typ":"JWT"}')
