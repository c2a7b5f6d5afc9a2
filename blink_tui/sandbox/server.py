"""The HTTP face: routes, bearer tokens, permissions, limits, errors and the log around every operation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from blink_tui.sandbox import (
    access,
    auth,
    collective,
    control,
    guards,
    invoices,
    latarnia,
    older,
    orders,
    quotas,
    sending_operations,
    sending_reports,
)
from blink_tui.sandbox.calls import (
    CONTROL,
    UNLIMITED,
    Call,
    Incoming,
    Operation,
    Reply,
    parsed_query,
)
from blink_tui.sandbox.clock import header_of
from blink_tui.sandbox.delivery import NO_ANSWER, Lines, send_broken, send_reply
from blink_tui.sandbox.errors import ApiError, Rendered, render, unauthorized
from blink_tui.sandbox.faults import UNHURT, Fault, Stage, Struck
from blink_tui.sandbox.journal import Entry
from blink_tui.sandbox.orders import order_export
from blink_tui.sandbox.peppol import peppol_providers
from blink_tui.sandbox.sessions import AuthOperation, Bearer, BearerKind
from blink_tui.sandbox.spoiling import answer_of, spoil
from blink_tui.sandbox.state import Sandbox

PREFIX = "/v2"

_ACCESS = frozenset({BearerKind.ACCESS})
_AUTHENTICATION = frozenset({BearerKind.AUTHENTICATION})
_REFRESH = frozenset({BearerKind.REFRESH})
_READ = ("InvoiceRead",)
_IN_PLACE = ("answer", "silence", "drop")
"""Faults that strike in place of the work, or after it when they say so."""

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
    *quotas.OPERATIONS,
    *collective.OPERATIONS,
    Operation("GET", "/peppol/query", peppol_providers, "anonymous"),
    *sending_operations.OPERATIONS,
    *sending_reports.OPERATIONS,
    *access.OPERATIONS,
)
"""What of the contract is simulated, the busiest first."""

_STORAGE = (
    Operation("GET", "/storage/{folder}/invoice-part/{name}", orders.download_part, UNLIMITED),
    *sending_operations.STORAGE,
    *sending_reports.STORAGE,
)
"""Behind signed links, outside the API."""


def make_app(sandbox: Sandbox, lines: Lines) -> ASGIApp:
    """The ASGI application of a sandbox; `lines` are the open connections, for faults that break them."""
    by_path: dict[str, dict[str, Operation]] = {}
    for prefix, operation in [
        *((PREFIX, each) for each in OPERATIONS if sandbox.options.api != "2.6" or older.known(each)),
        *((latarnia.PREFIX, each) for each in latarnia.OPERATIONS),
        *(("", each) for each in (*_STORAGE, *control.OPERATIONS)),
    ]:
        by_path.setdefault(prefix + operation.path, {})[operation.method] = operation
    sandbox.faults.operations = frozenset(
        name
        for by_method in by_path.values()
        for operation in by_method.values()
        if operation.group != CONTROL
        for name in (operation.name, operation.key)
    )
    doors = {path: _Door(sandbox, by_method, lines) for path, by_method in by_path.items()}
    routes = [Route(path, door) for path, door in doors.items() if "{" in path]
    router = Router(routes, redirect_slashes=False, default=_Door(sandbox, {}, lines))

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        # A look into the table of paths without places spares the busiest operations a walk over all routes.
        await doors.get(scope["path"], router)(scope, receive, send)

    return app


class _Door:
    """The operations of one path as an ASGI application; without any it is the door of every unknown path."""

    def __init__(self, sandbox: Sandbox, operations: Mapping[str, Operation], lines: Lines) -> None:
        self._sandbox = sandbox
        self._operations = operations
        self._lines = lines

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Incoming(scope, receive)
        now = self._sandbox.clock.now()
        operation = self._operations.get(request.method)
        login: AuthOperation | None = None
        struck = UNHURT
        try:
            if operation is None:
                raise _nowhere(bool(self._operations))
            bearer = self._bearer(operation, request, now)
            login = bearer.operation if bearer else None
            if operation.group not in (UNLIMITED, CONTROL):
                context = login.context if login else None
                self._sandbox.rates.admit(now, operation.group, operation.key, request.client_ip, context)
            if bearer is not None:
                guards.admit(operation, bearer, request.client_ip, self._sandbox.people)
            if operation.group != CONTROL:
                struck = self._sandbox.faults.strike(operation, self._context(request, login))
            reply = await self._reply(operation, request, bearer, struck, now)
        except ApiError as error:
            reply = _refusal(request, error, now)
        if operation is None or operation.group != CONTROL:
            _note(self._sandbox, request, operation, login, struck, reply, now)
        reply = replace(reply, headers={"Date": header_of(now), **reply.headers})
        warning = request.headers.get("x-test-system-warning")
        if struck.line is None or struck.line.do == "answer":
            await send_reply(reply, warning, send)
        else:
            line = self._lines[tuple(scope["client"])]
            await send_broken(reply, warning, struck.line, line, receive, send)

    async def _reply(
        self, operation: Operation, request: Incoming, bearer: Bearer | None, struck: Struck, now: int
    ) -> Reply:
        """Do the work, but where a fault prevents it; then let the faults have their way with the answer."""
        lost = struck.line if struck.line is not None and struck.line.do in _IN_PLACE else None
        reply = NO_ANSWER
        if lost is None or lost.after_work:
            if struck.at(Stage.KEYS):
                self._sandbox.keys.rotate()
            altered = struck.at(Stage.ANSWER)
            orders = struck.at(Stage.ORDER) + (altered if operation.handler is order_export else ())
            reply = await operation.handler(await self._call(request, bearer, orders, now))
            if self._sandbox.options.api == "2.6":
                reply = older.aged(operation, reply)
            reply = spoil(reply, () if operation.handler is order_export else altered)
        if lost is None:
            return reply
        return answer_of(lost) if lost.do == "answer" else NO_ANSWER

    def _context(self, request: Incoming, login: AuthOperation | None) -> str | None:
        """Whose request it is; that of a package part is its export's."""
        if login is not None:
            return login.context[1]
        export = self._sandbox.exports.find(str(request.params.get("name", ""))[:36])
        return export.context[1] if export is not None else None

    async def _call(
        self, request: Incoming, bearer: Bearer | None, faults: tuple[Fault, ...], now: int
    ) -> Call:
        return Call(
            sandbox=self._sandbox,
            now=now,
            path=request.path,
            query=parsed_query(request.query_string),
            params=request.params,
            body=await request.body(),
            client_ip=request.client_ip,
            login=bearer.operation if bearer else None,
            permissions=bearer.permissions if bearer else (),
            headers=request.headers,
            faults=faults,
        )

    def _bearer(self, operation: Operation, request: Incoming, now: int) -> Bearer | None:
        """Who asks. Raises ApiError 401 without a token of a kind that opens this operation."""
        if not operation.bearers:
            return None
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        known = self._sandbox.sessions.bearer(token, now) if scheme.lower() == "bearer" else None
        if known is None or known.kind not in operation.bearers:
            raise unauthorized()
        return known


def _nowhere(path_is_known: bool) -> ApiError:
    return ApiError(405, "Niedozwolona metoda.") if path_is_known else ApiError(404, "Nie znaleziono zasobu.")


def _refusal(request: Incoming, error: ApiError, now: int) -> Reply:
    wanted = request.headers.get("x-error-format", "").lower() == "problem-details"
    rendered: Rendered = render(error, path=request.path, now=now, problem_details=wanted)
    return Reply(rendered.status, rendered.body, rendered.media_type, rendered.headers)


def _note(
    sandbox: Sandbox,
    request: Incoming,
    operation: Operation | None,
    login: AuthOperation | None,
    struck: Struck,
    reply: Reply,
    now: int,
) -> None:
    sandbox.journal.add(
        Entry(
            number=sandbox.journal.total + 1,
            at=now,
            method=request.method,
            path=request.path,
            query=request.query_string,
            operation=operation.name if operation else None,
            user_agent=request.headers.get("user-agent", ""),
            context=login.context[1] if login else None,
            bearer="authorization" in request.headers,
            fault=struck.names,
            status=reply.status,
            body_size=len(reply.body),
        )
    )
