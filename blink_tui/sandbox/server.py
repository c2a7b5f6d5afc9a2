"""The HTTP face: routes, bearer tokens, permissions, limits, errors and the log around every operation."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from blink_tui.sandbox import auth, invoices, orders
from blink_tui.sandbox.calls import Call, Operation, Reply, json_reply
from blink_tui.sandbox.errors import ApiError, Rendered, forbidden, render, unauthorized
from blink_tui.sandbox.limits import GROUPS
from blink_tui.sandbox.sessions import AuthOperation, BearerKind
from blink_tui.sandbox.state import Sandbox

PREFIX = "/v2"

_ACCESS = frozenset({BearerKind.ACCESS})
_AUTHENTICATION = frozenset({BearerKind.AUTHENTICATION})
_REFRESH = frozenset({BearerKind.REFRESH})
_READ = ("InvoiceRead",)
_CHUNK = 1 << 20
_SHARED = frozenset(GROUPS) - {"other", "anonymous"}
"""Groups with one counter; in the others every operation has its own."""


async def rate_limits(call: Call) -> Reply:
    """`GET /rate-limits`."""
    return json_reply({group: rates.published() for group, rates in call.sandbox.rates.items()})


async def requests_log(call: Call) -> Reply:
    """`GET /_sandbox/requests`: every request so far, oldest first; not part of KSeF."""
    journal = call.sandbox.journal
    return json_reply({"total": journal.total, "requests": list(journal.rows())})


OPERATIONS = (
    Operation("POST", "/invoices/query/metadata", invoices.query_metadata, "invoiceMetadata", _ACCESS, _READ),
    Operation("GET", "/invoices/ksef/{number}", invoices.get_invoice, "invoiceDownload", _ACCESS, _READ),
    Operation("POST", "/invoices/exports", orders.order_export, "invoiceExport", _ACCESS, _READ),
    Operation(
        "GET", "/invoices/exports/{reference}", orders.export_status, "invoiceExportStatus", _ACCESS, _READ
    ),
    Operation("GET", "/security/public-key-certificates", auth.public_keys, "anonymous"),
    Operation("POST", "/auth/challenge", auth.challenge, "anonymous"),
    Operation("POST", "/auth/ksef-token", auth.token_login, "anonymous"),
    Operation("POST", "/auth/token/redeem", auth.redeem, "anonymous", _AUTHENTICATION),
    Operation("POST", "/auth/token/refresh", auth.refresh, "anonymous", _REFRESH),
    Operation("DELETE", "/auth/sessions/current", auth.logout, "other", _ACCESS | _REFRESH),
    Operation("GET", "/auth/{reference}", auth.login_status, "anonymous", _AUTHENTICATION),
    Operation("GET", "/rate-limits", rate_limits, "other", _ACCESS),
    Operation("GET", "/tokens", auth.list_tokens, "other", _ACCESS),
    Operation("GET", "/tokens/{reference}", auth.token_status, "other", _ACCESS),
)
"""What of the contract is simulated, the busiest first."""

_STORAGE = Operation("GET", "/storage/{folder}/invoice-part/{name}", orders.download_part, "unlimited")
_LOG = Operation("GET", "/_sandbox/requests", requests_log, "unlimited")


def make_app(sandbox: Sandbox) -> ASGIApp:
    """The ASGI application of a sandbox."""
    by_path: dict[str, dict[str, Operation]] = {}
    for prefix, operation in [*((PREFIX, each) for each in OPERATIONS), ("", _STORAGE), ("", _LOG)]:
        by_path.setdefault(prefix + operation.path, {})[operation.method] = operation
    routes = [Route(path, _Door(sandbox, by_method)) for path, by_method in by_path.items()]
    router = Router(routes, redirect_slashes=False, default=_Door(sandbox, {}))

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await router(scope, receive, send)
        else:
            await _lifespan(receive, send)

    return app


async def _lifespan(receive: Receive, send: Send) -> None:
    while (await receive())["type"] != "lifespan.shutdown":
        await send({"type": "lifespan.startup.complete"})
    await send({"type": "lifespan.shutdown.complete"})


class _Door:
    """The operations of one path as an ASGI application; without any it is the door of every unknown path."""

    def __init__(self, sandbox: Sandbox, operations: Mapping[str, Operation]) -> None:
        self._sandbox = sandbox
        self._operations = operations

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        now = self._sandbox.clock.now()
        operation = self._operations.get(request.method)
        login: AuthOperation | None = None
        try:
            if operation is None:
                raise _nowhere(bool(self._operations))
            login = self._login(operation, request, now)
            self._limit(operation, request, login, now)
            _permit(operation, login)
            reply = await operation.handler(await self._call(request, login, now))
        except ApiError as error:
            reply = _refusal(request, error, now)
        if operation is not _LOG:
            _note(self._sandbox, request, login, reply, now)
        await _send(reply, request, send)

    async def _call(self, request: Request, login: AuthOperation | None, now: int) -> Call:
        return Call(
            sandbox=self._sandbox,
            now=now,
            path=request.scope["path"],
            query=request.query_params,
            params=request.path_params,
            body=await request.body(),
            client_ip=_client_ip(request),
            login=login,
        )

    def _login(self, operation: Operation, request: Request, now: int) -> AuthOperation | None:
        """Who asks. Raises ApiError 401 without a token of a kind that opens this operation."""
        if not operation.bearers:
            return None
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        known = self._sandbox.sessions.bearer(token, now) if scheme.lower() == "bearer" else None
        if known is None or known[0] not in operation.bearers:
            raise unauthorized()
        return known[1]

    def _limit(self, operation: Operation, request: Request, login: AuthOperation | None, now: int) -> None:
        """Count the request for its address, and for its context or again its address (PROTOCOL 5)."""
        group = operation.group
        if group == "unlimited" or not self._sandbox.options.limits:
            return
        rates, address = self._sandbox.rates, _client_ip(request)
        counted = group if group in _SHARED else f"{operation.method} {operation.path}"
        who = None if group == "anonymous" or login is None else login.context
        self._sandbox.limiter.admit(now, (address, rates["global"]), ((who, address, counted), rates[group]))


def _permit(operation: Operation, login: AuthOperation | None) -> None:
    needed = operation.permissions
    if needed and login is not None and not set(needed) & set(login.permissions):
        raise forbidden(
            "missing-permissions",
            "Brak wymaganych uprawnień do wykonania operacji w bieżącym kontekście.",
            requiredAnyOfPermissions=list(needed),
            presentPermissions=list(login.permissions),
        )


def _nowhere(path_is_known: bool) -> ApiError:
    return ApiError(405, "Niedozwolona metoda.") if path_is_known else ApiError(404, "Nie znaleziono zasobu.")


def _client_ip(request: Request) -> str:
    return request.client.host if request.client else ""


def _refusal(request: Request, error: ApiError, now: int) -> Reply:
    wanted = request.headers.get("x-error-format", "").lower() == "problem-details"
    rendered: Rendered = render(error, path=request.scope["path"], now=now, problem_details=wanted)
    return Reply(rendered.status, rendered.body, rendered.media_type, rendered.headers)


def _note(sandbox: Sandbox, request: Request, login: AuthOperation | None, reply: Reply, now: int) -> None:
    sandbox.journal.add(
        at=now,
        method=request.method,
        path=request.scope["path"],
        query=request.scope["query_string"].decode("latin-1"),
        user_agent=request.headers.get("user-agent", ""),
        context=login.context[1] if login else None,
        bearer="authorization" in request.headers,
        status=reply.status,
        body_size=len(reply.body),
    )


async def _send(reply: Reply, request: Request, send: Send) -> None:
    """Send an answer, a large body in pieces so that only what the socket takes is held."""
    headers = [(b"content-length", str(len(reply.body)).encode())]
    if reply.body:
        headers.append((b"content-type", reply.media_type.encode()))
    headers += [(name.lower().encode(), value.encode()) for name, value in reply.headers.items()]
    warning = request.headers.get("x-test-system-warning")
    if warning is not None:
        headers.append((b"x-system-warning", warning.encode("latin-1")))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    view = memoryview(reply.body)
    for place in range(0, max(len(view), 1), _CHUNK):
        rest = place + _CHUNK < len(view)
        piece = bytes(view[place : place + _CHUNK])
        await send({"type": "http.response.body", "body": piece, "more_body": rest})
