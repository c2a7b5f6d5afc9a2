"""KSeF tokens over HTTP: make, list, look at, revoke."""

from __future__ import annotations

from blink_tui.sandbox.access_requests import TokenOrder
from blink_tui.sandbox.auth import token_rights
from blink_tui.sandbox.calls import Call, Reply, json_reply
from blink_tui.sandbox.clock import seconds
from blink_tui.sandbox.errors import bad_request, invalid, no_access
from blink_tui.sandbox.paging import continued_page
from blink_tui.sandbox.tokens import KsefToken, new_token
from blink_tui.sandbox.wire import decode

_CONTEXTS = ("Nip", "InternalId")
_STATUSES = ("Pending", "Active", "Revoking", "Revoked", "Failed")
_AUTHOR_TYPES = ("Nip", "Pesel", "Fingerprint")
_SHORTEST_SEARCH = 3
_MANAGE = "CredentialsManage"


async def generate_token(call: Call) -> Reply:
    """`POST /tokens`: a token for this context, with rights that its author has now."""
    order = decode(call.body, TokenOrder)
    session = call.session
    if not order.permissions:
        raise invalid("permissions: []")
    if session.context[0] not in _CONTEXTS or session.subject is None:
        raise bad_request(26002, f"{session.context[0]}; dozwolone: {', '.join(_CONTEXTS)}")
    missing = [scope for scope in order.permissions if scope not in call.permissions]
    if missing:
        raise bad_request(26001, ", ".join(missing))
    active_from = call.now + seconds(call.sandbox.options.token_delay)
    scopes = tuple(dict.fromkeys(order.permissions))
    token = new_token(session.context, session.subject, scopes, order.description, call.now, active_from)
    call.sandbox.tokens[token.secret] = token
    return json_reply({"referenceNumber": token.reference, "token": token.secret}, 202)


async def list_tokens(call: Call) -> Reply:
    """`GET /tokens`, newest first."""
    wanted = set(call.query.getlist("status"))
    author_type = call.query.get("authorIdentifierType")
    if not wanted <= set(_STATUSES):
        raise invalid(f"status: {', '.join(sorted(wanted))}")
    if author_type not in (None, *_AUTHOR_TYPES):
        raise invalid(f"authorIdentifierType: {author_type}")
    described, author = (_searched(call, name) for name in ("description", "authorIdentifier"))
    found = [
        token
        for token in _visible(call)
        if (not wanted or token.status_at(call.now) in wanted)
        and described in token.description.lower()
        and author in token.author[1].lower()
        and author_type in (None, token.author[0])
    ]
    found.sort(key=lambda token: token.created, reverse=True)
    page, following = continued_page(call, found)
    tokens = [token.published(call.now) for token in page]
    return json_reply({"continuationToken": following, "tokens": tokens})


def _searched(call: Call, name: str) -> str:
    text = call.query.get(name, "")
    if text and len(text) < _SHORTEST_SEARCH:
        raise invalid(f"{name}: {text}")
    return text.lower()


async def token_status(call: Call) -> Reply:
    """`GET /tokens/{referenceNumber}`."""
    return json_reply(_named(call, ("CredentialsRead", _MANAGE)).published(call.now))


async def revoke_token(call: Call) -> Reply:
    """`DELETE /tokens/{referenceNumber}`."""
    _named(call, (_MANAGE,)).status = "Revoked"
    return Reply(204)


def _visible(call: Call, scopes: tuple[str, ...] = ("CredentialsRead", _MANAGE)) -> list[KsefToken]:
    """All of the context for who has one of the rights; else the token in use, or those the caller made."""
    session, sandbox = call.session, call.sandbox
    tokens = [token for token in sandbox.tokens.values() if token.context == session.context]
    for token in tokens:
        token_rights(sandbox, token)
    if set(scopes) & set(call.permissions):
        return tokens
    if session.token is not None:
        return [session.token]
    mine = sandbox.people.aliases(session.subject) if session.subject else frozenset()
    return [token for token in tokens if token.author in mine]


def _named(call: Call, scopes: tuple[str, ...]) -> KsefToken:
    reference = call.reference()
    for token in _visible(call, scopes):
        if token.reference == reference:
            return token
    raise no_access()
