"""Logging in: challenge, KSeF token, status, redeem, refresh, logout; and what a token tells of itself."""

from __future__ import annotations

from blink_tui.sandbox.calls import Call, Reply, json_reply
from blink_tui.sandbox.clock import seconds, text_of
from blink_tui.sandbox.errors import ApiError, bad_request, forbidden, gone, invalid
from blink_tui.sandbox.facts import Context
from blink_tui.sandbox.keys import TOKEN_USAGE
from blink_tui.sandbox.references import new_reference
from blink_tui.sandbox.sessions import (
    ACCEPTED,
    ACCESS_LIFE,
    AUTHENTICATION_LIFE,
    REFRESH_LIFE,
    REVOKED,
    STATUS_LIFE,
    AuthOperation,
    BearerKind,
    Challenge,
    Status,
    refused_token,
)
from blink_tui.sandbox.state import Sandbox
from blink_tui.sandbox.tokens import KsefToken
from blink_tui.sandbox.wire import TokenLogin, decode

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
        outcome, token = _judge(sandbox, plain, issued, context)
    if token is not None and outcome is ACCEPTED:
        token.last_use = call.now
    operation = AuthOperation(
        reference=new_reference("AU", call.now),
        context=context,
        started=call.now,
        ready_at=call.now + seconds(sandbox.options.auth_delay),
        outcome=outcome,
        token=token,
    )
    sandbox.sessions.add(operation)
    bearer = sandbox.sessions.issue(BearerKind.AUTHENTICATION, operation, call.now, AUTHENTICATION_LIFE)
    return json_reply({"referenceNumber": operation.reference, "authenticationToken": bearer}, 202)


def _judge(
    sandbox: Sandbox, plain: bytes | None, issued: Challenge, context: Context
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
    token = sandbox.tokens.get(secret)
    if token is None:
        return refused_token("Nieprawidłowy token"), None
    if token.status != "Active":
        return refused_token(_INACTIVE.get(token.status, "Token nieaktywny")), token
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
        raise bad_request(21301, f"Status uwierzytelniania ({status.code}) nie pozwala na pobranie tokenów.")
    if operation.redeemed:
        raise bad_request(
            21301, f"Tokeny dla operacji uwierzytelniania {operation.reference} zostały już pobrane."
        )
    _refuse_revoked(operation)
    operation.redeemed = True
    operation.refresh_until = call.now + REFRESH_LIFE
    return json_reply(
        {
            "accessToken": sessions.issue(BearerKind.ACCESS, operation, call.now, ACCESS_LIFE),
            "refreshToken": sessions.issue(BearerKind.REFRESH, operation, call.now, REFRESH_LIFE),
        }
    )


async def refresh(call: Call) -> Reply:
    """`POST /auth/token/refresh`; the refresh token stays as it is."""
    operation = call.session
    status = operation.status(call.now)
    if status is not ACCEPTED:
        raise bad_request(
            21301,
            f"Status uwierzytelniania ({status.code}) nie pozwala na odświeżenie tokenu dostępowego.",
        )
    _refuse_revoked(operation)
    operation.last_refresh = call.now
    access = call.sandbox.sessions.issue(BearerKind.ACCESS, operation, call.now, ACCESS_LIFE)
    return json_reply({"accessToken": access})


def _refuse_revoked(operation: AuthOperation) -> None:
    if operation.token is not None and operation.token.status != "Active":
        raise bad_request(21301, "Token KSeF został unieważniony.")


async def logout(call: Call) -> Reply:
    """`DELETE /auth/sessions/current`: ends refreshing; access tokens live out their time."""
    call.session.outcome = REVOKED
    return Reply(204)


def _visible_tokens(call: Call) -> list[KsefToken]:
    """All of the context for who may read credentials, otherwise the caller's own."""
    session = call.session
    if {"CredentialsRead", "CredentialsManage"} & set(session.permissions):
        return [token for token in call.sandbox.tokens.values() if token.context == session.context]
    return [session.token] if session.token else []


async def list_tokens(call: Call) -> Reply:
    """`GET /tokens`, newest first; nobody has more of them here than fit on a page."""
    size = call.integer("pageSize", 10, 10, 100)
    wanted = set(call.query.getlist("status"))
    tokens = [token for token in _visible_tokens(call) if not wanted or token.status in wanted]
    tokens.sort(key=lambda token: token.created, reverse=True)
    return json_reply({"continuationToken": None, "tokens": [token.published() for token in tokens[:size]]})


async def token_status(call: Call) -> Reply:
    """`GET /tokens/{referenceNumber}`."""
    reference = call.params["reference"]
    if len(reference) != 36:
        raise invalid(f"referenceNumber: {reference}")
    for token in _visible_tokens(call):
        if token.reference == reference:
            return json_reply(token.published())
    raise _no_access()


def _no_access() -> ApiError:
    return forbidden("insufficient-resource-access", "Brak dostępu do wskazanego zasobu.")
