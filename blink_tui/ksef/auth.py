"""Logging in with a KSeF token or a certificate, and what a token tells of itself (PROTOCOL 2)."""

from __future__ import annotations

import asyncio
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from blink_tui.i18n import N_, Message
from blink_tui.ksef import errors
from blink_tui.ksef.answers import error_of_login
from blink_tui.ksef.certificates import CertificateCredential, problem_of
from blink_tui.ksef.keys import KeyUsage, PublicKey, PublicKeys
from blink_tui.ksef.operations import (
    CERTIFICATE_LOGIN,
    CHALLENGE,
    LOGIN_STATUS,
    REDEEM,
    REFRESH,
    TOKEN_LOGIN,
    Context,
)
from blink_tui.ksef.transport import Transport
from blink_tui.ksef.wire import (
    ChallengeAnswer,
    LoginStarted,
    LoginStatusAnswer,
    RefreshAnswer,
    TokenInfo,
    TokensAnswer,
)
from blink_tui.model.dates import Instant, datetime_of
from blink_tui.model.errors import BlinkError
from blink_tui.model.secret import Secret

_POLLS = (0.3, 0.5, 1.0, 2.0)
"""Seconds between looks at a login, the last one repeated; with a token it is done after about 0.5 s."""
_PATIENCE = timedelta(minutes=2)
_MARGIN = timedelta(seconds=60)
_BUSY, _DONE = 100, 200
LOGIN_AGAIN = (errors.SESSION_ENDED, errors.SESSION_REVOKED, errors.TOKEN_REVOKED)
"""Refusals of a refresh after which a new login gets in, or says better why not."""
_SCHEMAS = ("2.0", "2.1")
"""Versions of the certificate's request; every server knows the first today, the other is for the day it goes."""
_CURED_BY_NEW_KEYS = (errors.KEY_UNKNOWN, errors.TOKEN_ENCRYPTION_REFUSED)

_ANOTHER_FIRM = Message(N_("another firm"))

_CONTEXT_FIELD = re.compile(r"(nip|internalId|nipVatUe|peppolId)-(\S+)", re.IGNORECASE)
_CONTEXT_TYPES = {
    "nip": "Nip",
    "internalid": "InternalId",
    "nipvatue": "NipVatUe",
    "peppolid": "PeppolId",
}


def context_of_token(token: Secret) -> Context | None:
    """Whose invoices a token is for, read from the token itself; None when its shape is not known."""
    fields = _fields(token)
    match = _CONTEXT_FIELD.fullmatch(fields[1]) if len(fields) == 3 else None
    return Context(_CONTEXT_TYPES[match[1].lower()], match[2]) if match else None


def reference_of_token(token: Secret) -> str | None:
    """The reference number of a token: no secret, what people know it by; None when its shape is not known."""
    fields = _fields(token)
    return fields[0] if len(fields) == 3 and "-EC-" in fields[0] else None


def identity_of(credential: Secret | CertificateCredential) -> str:
    """Tells one credential from another; nothing of it can be used to log in."""
    if isinstance(credential, CertificateCredential):
        return f"{credential.info.fingerprint} {credential.subject_type}"
    return hashlib.sha256(credential.reveal().strip()).hexdigest()


def _fields(token: Secret) -> list[str]:
    return token.reveal().decode(errors="replace").strip().split("|")


@dataclass(frozen=True, slots=True)
class Bearer:
    """A token that opens calls, and when it ends by KSeF's clock."""

    token: Secret
    until: datetime


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a login gives."""

    access: Bearer
    refresh: Bearer
    ahead: timedelta
    """How far KSeF's clock was ahead of ours at the login: dates of tokens are KSeF's."""

    def access_is_fresh(self, now: datetime) -> bool:
        """True when the access token outlives the next request."""
        return now + self.ahead < self.access.until - _MARGIN

    def refresh_is_fresh(self, now: datetime) -> bool:
        """True when a refresh may still succeed."""
        return now + self.ahead < self.refresh.until - _MARGIN


def _bearer(info: TokenInfo, context: Context) -> Bearer:
    try:
        return Bearer(Secret(info.token), datetime_of(Instant(info.valid_until)))
    except ValueError as error:
        raise BlinkError(
            errors.ANSWER_UNREADABLE, firm=context.value, cause=f"validUntil: {error}"
        ) from error


class Login(Protocol):
    """What logs in to one context, as often as asked."""

    @property
    def context(self) -> Context:
        """Whose invoices it is for."""

    @property
    def identity(self) -> str:
        """Tells one credential from another; nothing of it can be used to log in."""

    async def log_in(self) -> Tokens:
        """Tokens of a new login. Raises BlinkError with the cause of a refusal."""


class TokenLogin:
    """Logs in to one context with one KSeF token, as often as asked."""

    def __init__(self, transport: Transport, keys: PublicKeys, context: Context, token: Secret) -> None:
        self._transport = transport
        self._keys = keys
        self.context = context
        self._token = token
        self.identity = identity_of(token)
        self.reference = reference_of_token(token)
        """The token's number in KSeF; None when the token does not say it."""

    async def log_in(self) -> Tokens:
        """Challenge, encrypted token, status, redeem. Raises BlinkError with the cause of a refusal.

        A token that names another context is refused before any request (TOKEN_OTHER_FIRM).
        """
        self._check_owner()
        try:
            return await self._log_in_once()
        except BlinkError as error:
            if error.kind not in _CURED_BY_NEW_KEYS:
                raise
        self._keys.forget()
        return await self._log_in_once()

    def _check_owner(self) -> None:
        owner = context_of_token(self._token)
        if owner is not None and owner != self.context:
            raise BlinkError(
                errors.TOKEN_OTHER_FIRM, firm=self.context.value, owner=owner.value, cause="token"
            )

    async def _log_in_once(self) -> Tokens:
        key = await self._keys.get(KeyUsage.TOKEN, self.context)
        challenge = await self._transport.fetch(ChallengeAnswer, CHALLENGE, self.context)
        ahead = _moment(challenge) - self._transport.clock.now()
        plain = self._token.reveal().strip() + f"|{challenge.timestamp_ms}".encode()
        body: dict[str, object] = {
            "challenge": challenge.challenge,
            "contextIdentifier": {"type": self.context.type, "value": self.context.value},
            "encryptedToken": self._encrypted(key, plain),
        }
        if key.id is not None:
            body["publicKeyId"] = key.id
        started = await self._transport.fetch(LoginStarted, TOKEN_LOGIN, self.context, body=body)
        return await redeem_when_done(self._transport, self.context, started, ahead, self._owner())

    def _encrypted(self, key: PublicKey, plain: bytes) -> str:
        try:
            return key.encrypt(plain)
        except ValueError as error:  # longer than any token
            raise BlinkError(errors.TOKEN_MALFORMED, firm=self.context.value, cause=str(error)) from error

    def _owner(self) -> object:
        owner = context_of_token(self._token)
        return _ANOTHER_FIRM if owner is None else owner.value


class CertificateLogin:
    """Logs in to one context with one certificate, as often as asked; the same certificate may serve many contexts."""

    def __init__(self, transport: Transport, context: Context, credential: CertificateCredential) -> None:
        self._transport = transport
        self.context = context
        self._credential = credential
        self.identity = identity_of(credential)

    async def log_in(self) -> Tokens:
        """Challenge, signed request, status, redeem. Raises BlinkError with the cause of a refusal.

        A certificate that cannot log in (`certificates.problem_of`) is refused before any request.
        """
        problem = problem_of(self._credential.info, self._transport.clock.now())
        if problem is not None:
            problem.firm = self.context.value
            raise problem
        try:
            return await self._log_in_once(_SCHEMAS[0])
        except BlinkError as error:
            if error.kind is not errors.LOGIN_FORM_REFUSED:
                raise
        return await self._log_in_once(_SCHEMAS[1])

    async def _log_in_once(self, schema: str) -> Tokens:
        challenge = await self._transport.fetch(ChallengeAnswer, CHALLENGE, self.context)
        ahead = _moment(challenge) - self._transport.clock.now()
        document = await asyncio.to_thread(
            self._signed, challenge, schema
        )  # imports much, and RSA takes its time
        started = await self._transport.fetch(LoginStarted, CERTIFICATE_LOGIN, self.context, body=document)
        return await redeem_when_done(self._transport, self.context, started, ahead, _ANOTHER_FIRM)

    def _signed(self, challenge: ChallengeAnswer, schema: str) -> bytes:
        from blink_tui.ksef.xades import login_request, signed

        credential = self._credential
        request = login_request(challenge.challenge, self.context, credential.subject_type, schema)
        return signed(request, credential, _moment(challenge))


def _moment(challenge: ChallengeAnswer) -> datetime:
    """The present by KSeF's clock."""
    return datetime.fromtimestamp(challenge.timestamp_ms / 1000, UTC)


async def redeem_when_done(
    transport: Transport, context: Context, started: LoginStarted, ahead: timedelta, owner: object
) -> Tokens:
    """Wait until KSeF has decided a login and take its tokens, which can be taken only once."""
    bearer = Secret(started.authentication_token.token)
    deadline = transport.clock.now() + _PATIENCE
    polls = iter(_POLLS)
    pause = 0.0
    while transport.clock.now() < deadline:
        answer = await transport.fetch(
            LoginStatusAnswer, LOGIN_STATUS, context, started.reference_number, bearer=bearer
        )
        if answer.status.code not in (_BUSY, _DONE):
            raise error_of_login(answer.status, context, owner)
        if answer.status.code == _DONE:
            try:
                taken = await transport.fetch(TokensAnswer, REDEEM, context, bearer=bearer)
            except BlinkError as error:
                if error.kind is not errors.LOGIN_NOT_READY:
                    raise
            else:
                return Tokens(
                    _bearer(taken.access_token, context), _bearer(taken.refresh_token, context), ahead
                )
        pause = next(polls, pause)
        await transport.clock.sleep(pause)
    raise BlinkError(errors.LOGIN_NOT_READY, firm=context.value)


async def refresh(transport: Transport, context: Context, tokens: Tokens) -> Tokens:
    """A new access token; the refresh token stays. Raises BlinkError, SESSION_ENDED and its like among them."""
    answer = await transport.fetch(RefreshAnswer, REFRESH, context, bearer=tokens.refresh.token)
    return Tokens(_bearer(answer.access_token, context), tokens.refresh, tokens.ahead)


async def renewed(transport: Transport, login: Login, tokens: Tokens) -> Tokens:
    """Tokens refreshed, or of a new login where the refresh is refused or its time is over."""
    if tokens.refresh_is_fresh(transport.clock.now()):
        try:
            return await refresh(transport, login.context, tokens)
        except BlinkError as error:
            if error.kind not in LOGIN_AGAIN:
                raise
    return await login.log_in()
