"""Logging in: challenge, KSeF token, status, redeem, refresh; sessions and how they end."""

from __future__ import annotations

from dataclasses import dataclass

from blink_tui.sandbox.calls import Call, Reply, json_reply
from blink_tui.sandbox.clock import seconds, text_of
from blink_tui.sandbox.errors import ApiError, bad_request, gone, invalid, no_access
from blink_tui.sandbox.facts import Context
from blink_tui.sandbox.keys import TOKEN_USAGE
from blink_tui.sandbox.paging import continued_page
from blink_tui.sandbox.policies import ANYWHERE, AllowedIps, allowed_ips
from blink_tui.sandbox.references import new_reference
from blink_tui.sandbox.sessions import (
    ACCEPTED,
    ACCESS_LIFE,
    AUTHENTICATION_LIFE,
    BLOCKED,
    DECEASED,
    KSEF_TOKEN,
    NO_RIGHTS,
    REFRESH_LIFE,
    REVOKED,
    STATUS_LIFE,
    AuthOperation,
    BearerKind,
    Challenge,
    Method,
    Status,
    refused_token,
)
from blink_tui.sandbox.state import Sandbox
from blink_tui.sandbox.subjects import Subject
from blink_tui.sandbox.tokens import KsefToken
from blink_tui.sandbox.wire import AuthorizationPolicy, TokenLogin, decode

_INACTIVE = {"Revoked": "Token unieważniony", "Revoking": "Token unieważniony"}


async def public_keys(call: Call) -> Reply:
    """`GET /security/public-key-certificates`."""
    return json_reply(call.sandbox.keys.published())


async def challenge(call: Call) -> Reply:
    """`POST /auth/challenge`."""
    issued = call.sandbox.sessions.challenge(call.now)
    return json_reply(
        {
            "challenge": issued.text,
            "timestamp": text_of(issued.issued),
            "timestampMs": issued.milliseconds,
            "clientIp": call.client_ip,
        }
    )


async def token_login(call: Call) -> Reply:
    """`POST /auth/ksef-token`: what can be refused at once is; the rest shows in the status."""
    sandbox = call.sandbox
    request = decode(call.body, TokenLogin)
    policy = _policy(request.authorization_policy)
    key = sandbox.keys.find(TOKEN_USAGE, request.public_key_id)
    if key is None:
        raise bad_request(21470, f"Klucz o identyfikatorze {request.public_key_id} nie jest wspierany.")
    issued = sandbox.sessions.take_challenge(request.challenge, call.now)
    if issued is None:
        raise bad_request(21111)
    context = (request.context_identifier.type, request.context_identifier.value)
    try:
        plain = key.decrypt(request.encrypted_token)
    except ValueError:
        outcome, token = refused_token("Nieprawidłowe kodowanie tokena"), None
    else:
        outcome, token = _judge(call, plain, issued, context)
    if token is not None and outcome is ACCEPTED:
        token.last_use = call.now
    claim = Claim(
        context=context,
        subject=token.author if token else None,
        method=KSEF_TOKEN,
        policy=policy,
        outcome=outcome,
        rights=token_rights(sandbox, token) if token else (),
        token=token,
    )
    return begin(call, claim)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A credential that has been looked at: who it says logs in where, and what it is worth."""

    context: Context
    subject: Subject | None
    method: Method
    policy: AllowedIps
    outcome: Status
    rights: tuple[str, ...]
    token: KsefToken | None = None
    names: dict[str, str | None] | None = None


def begin(call: Call, claim: Claim) -> Reply:
    """Start a login that will end as its credential deserves, unless its context or its person is locked out."""
    sandbox, outcome = call.sandbox, claim.outcome
    if outcome is ACCEPTED and claim.subject is not None and sandbox.people.is_deceased(claim.subject):
        outcome = DECEASED
    if claim.context in sandbox.people.blocked:
        outcome = BLOCKED
    operation = AuthOperation(
        reference=new_reference("AU", call.now),
        context=claim.context,
        subject=claim.subject,
        method=claim.method,
        policy=claim.policy,
        started=call.now,
        ready_at=call.now + seconds(sandbox.options.auth_delay),
        outcome=sandbox.login_outcomes.get(claim.context, outcome),
        rights=claim.rights,
        token=claim.token,
        names=claim.names,
    )
    sandbox.sessions.add(operation)
    bearer = sandbox.sessions.issue(BearerKind.AUTHENTICATION, operation, call.now, AUTHENTICATION_LIFE)
    return json_reply({"referenceNumber": operation.reference, "authenticationToken": bearer}, 202)


def _policy(asked: AuthorizationPolicy | None) -> AllowedIps:
    ips = asked.allowed_ips if asked else None
    if ips is None:
        return ANYWHERE
    try:
        return allowed_ips(ips.ip4_addresses or (), ips.ip4_ranges or (), ips.ip4_masks or ())
    except ValueError as error:
        raise invalid(f"authorizationPolicy.allowedIps: {error}") from error


def token_rights(sandbox: Sandbox, token: KsefToken) -> tuple[str, ...]:
    """What a token may do: what it was made for, so far as its author may do it himself.

    A token whose author has lost all of it is revoked (PROTOCOL 2).
    """
    authors = sandbox.grants.rights(token.author, token.context)
    rights = tuple(scope for scope in token.permissions if scope in authors)
    if not rights:
        token.status = "Revoked"
    return rights


def _judge(
    call: Call, plain: bytes | None, issued: Challenge, context: Context
) -> tuple[Status, KsefToken | None]:
    """What `token|timestampMs` is worth in a context (PROTOCOL 2)."""
    if plain is None:
        return refused_token("Nieprawidłowe szyfrowanie tokena"), None
    try:
        secret, separator, stamp = plain.decode().rpartition("|")
    except UnicodeDecodeError:
        return refused_token("Nieprawidłowe kodowanie tokena"), None
    if not separator or not stamp.isdigit():
        return refused_token("Nieprawidłowe kodowanie tokena"), None
    if int(stamp) != issued.milliseconds:
        return refused_token("Nieprawidłowy czas tokena"), None
    token = call.sandbox.tokens.get(secret)
    if token is None:
        return refused_token("Nieprawidłowy token"), None
    token_rights(call.sandbox, token)
    status = token.status_at(call.now)
    if status != "Active":
        return refused_token(_INACTIVE.get(status, "Token nieaktywny")), token
    if token.context != context:
        return refused_token(f"Token nie może być użyty w kontekście {context[1]}"), token
    return ACCEPTED, token


async def login_status(call: Call) -> Reply:
    """`GET /auth/{referenceNumber}`."""
    reference = call.params["reference"]
    operation = call.sandbox.sessions.find(reference)
    if operation is not call.session:
        raise bad_request(
            21304, f"Operacja uwierzytelniania o numerze referencyjnym {reference} nie została znaleziona."
        )
    if call.now - call.session.started > STATUS_LIFE:
        raise gone()
    return json_reply(call.session.published(call.now))


async def redeem(call: Call) -> Reply:
    """`POST /auth/token/redeem`, once for a login."""
    operation, sessions = call.session, call.sandbox.sessions
    status = operation.status(call.now)
    if status is not ACCEPTED:
        raise _status_forbids(status, "pobranie tokenów")
    if operation.redeemed:
        raise bad_request(
            21301, f"Tokeny dla operacji uwierzytelniania {operation.reference} zostały już pobrane."
        )
    _refuse_lost(call, "pobranie tokenów")
    operation.redeemed = True
    operation.refresh_until = call.now + REFRESH_LIFE
    return json_reply(
        {
            "accessToken": sessions.issue(
                BearerKind.ACCESS, operation, call.now, ACCESS_LIFE, operation.rights
            ),
            "refreshToken": sessions.issue(BearerKind.REFRESH, operation, call.now, REFRESH_LIFE),
        }
    )


async def refresh(call: Call) -> Reply:
    """`POST /auth/token/refresh`; the refresh token stays as it is, rights that were withdrawn do not."""
    operation = call.session
    status = operation.status(call.now)
    doing = "odświeżenie tokenu dostępowego"
    if status is not ACCEPTED:
        raise _status_forbids(status, doing)
    left = _refuse_lost(call, doing)
    operation.last_refresh = call.now
    access = call.sandbox.sessions.issue(BearerKind.ACCESS, operation, call.now, ACCESS_LIFE, left)
    return json_reply({"accessToken": access})


def _refuse_lost(call: Call, doing: str) -> tuple[str, ...]:
    """The rights of the login that are left. Raises ApiError 400 when none is, or its holder is locked out."""
    operation, sandbox = call.session, call.sandbox
    if operation.context in sandbox.people.blocked:
        raise _status_forbids(BLOCKED, doing)
    if operation.subject is not None and sandbox.people.is_deceased(operation.subject):
        raise bad_request(21308)
    if operation.token is not None:
        current = token_rights(sandbox, operation.token)
        if operation.token.status != "Active":
            raise bad_request(21301, "Token KSeF został unieważniony.")
    else:
        current = sandbox.grants.rights(operation.subject, operation.context) if operation.subject else ()
    left = tuple(scope for scope in operation.rights if scope in current)
    if not left:
        raise _status_forbids(NO_RIGHTS, doing)
    return left


def _status_forbids(status: Status, doing: str) -> ApiError:
    return bad_request(21301, f"Status uwierzytelniania ({status.code}) nie pozwala na {doing}.")


async def logout(call: Call) -> Reply:
    """`DELETE /auth/sessions/current`: ends refreshing; access tokens live out their time."""
    call.session.outcome = REVOKED
    return Reply(204)


async def list_sessions(call: Call) -> Reply:
    """`GET /auth/sessions`: the caller's own in this context that can still be refreshed, newest first."""
    mine = [each for each in call.sandbox.sessions.sessions() if _is_mine(call, each) and _lives(call, each)]
    page, following = continued_page(call, mine)
    items = [
        {
            **each.published(call.now),
            "referenceNumber": each.reference,
            "isCurrent": each is call.session,
        }
        for each in page
    ]
    return json_reply({"continuationToken": following, "items": items})


def _is_mine(call: Call, session: AuthOperation) -> bool:
    subject = call.session.subject
    return (
        subject is not None
        and session.context == call.session.context
        and session.subject in call.sandbox.people.aliases(subject)
    )


def _lives(call: Call, session: AuthOperation) -> bool:
    until = session.refresh_until
    return session.outcome is ACCEPTED and until is not None and call.now < until


async def end_session(call: Call) -> Reply:
    """`DELETE /auth/sessions/{referenceNumber}`: as if its holder had logged out."""
    session = call.sandbox.sessions.find(call.reference())
    if session is None or not _is_mine(call, session):
        raise no_access()
    session.outcome = REVOKED
    return Reply(204)
