"""One request on its way through the sandbox: what a handler is given and what it gives back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec
from starlette.datastructures import QueryParams
from starlette.types import Receive, Scope

from blink_tui.sandbox.clock import DAY, parse_ticks
from blink_tui.sandbox.errors import invalid
from blink_tui.sandbox.faults import Fault

if TYPE_CHECKING:
    from blink_tui.sandbox.sessions import AuthOperation, BearerKind
    from blink_tui.sandbox.state import Sandbox

_REFERENCE_LENGTH = 36
_FARTHEST = 200 * 365 * DAY


class Incoming:
    """One HTTP request before anyone has judged it."""

    __slots__ = ("headers", "method", "params", "path", "query_string", "receive", "scope")

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.scope = scope
        self.receive = receive
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.params: Mapping[str, Any] = scope.get("path_params", {})
        self.query_string: str = scope["query_string"].decode("latin-1")
        self.headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}

    @property
    def client_ip(self) -> str:
        """Address of the caller."""
        client = self.scope["client"]
        return client[0] if client else ""

    async def body(self) -> bytes:
        """The whole body."""
        pieces = []
        while True:
            message = await self.receive()
            pieces.append(message.get("body", b""))
            if not message.get("more_body", False):
                return b"".join(pieces)


@lru_cache(maxsize=1024)
def parsed_query(text: str) -> QueryParams:
    """The parameters of a query string."""
    return QueryParams(text)


@dataclass(slots=True)
class Call:
    """One request."""

    sandbox: Sandbox
    now: int
    path: str
    query: QueryParams
    params: Mapping[str, Any]
    """Places of the path."""
    body: bytes
    client_ip: str
    login: AuthOperation | None
    """Who asks, where the operation needs a bearer token."""
    permissions: tuple[str, ...] = ()
    """What his token lets him do."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """By names in small letters."""
    faults: tuple[Fault, ...] = ()
    """What shall go wrong with the order."""

    @property
    def session(self) -> AuthOperation:
        """Who asks, of an operation that needs a bearer token."""
        if self.login is None:
            raise RuntimeError(f"{self.path} is open to everyone")
        return self.login

    def reference(self) -> str:
        """The reference number of the path. Raises ApiError 400/21405 when it has not 36 characters."""
        text: str = self.params["reference"]
        if len(text) != _REFERENCE_LENGTH:
            raise invalid(f"referenceNumber: {text}")
        return text

    def instant(self, name: str, text: str) -> int:
        """An instant of the request in ticks. Raises ApiError 400/21405 when it is none, or centuries away."""
        try:
            ticks = parse_ticks(text)
        except ValueError as error:
            raise invalid(f"{name}: {text}") from error
        if abs(ticks - self.now) > _FARTHEST:
            raise invalid(f"{name}: {text}")
        return ticks

    def integer(self, name: str, default: int, low: int, high: int | None = None) -> int:
        """A whole number among the query's parameters. Raises ApiError 400/21405 outside its bounds."""
        text = self.query.get(name)
        if text is None:
            return default
        if not text.isascii() or not text.isdigit() or len(text) > 9:
            raise invalid(f"{name}: {text}")
        number = int(text)
        if number < low or (high is not None and number > high):
            raise invalid(f"{name}: {number}")
        return number


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer."""

    status: int
    body: bytes = b""
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


def json_reply(value: Any, status: int = 200) -> Reply:
    """An answer in JSON."""
    return Reply(status, msgspec.json.encode(value))


UNLIMITED = "unlimited"
"""Group of what is not counted."""
CONTROL = "control"
"""Group of the sandbox's own operations: neither counted nor logged."""

Handler = Callable[[Call], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the contract: where it is, who may call it, how often, what it does."""

    method: str
    path: str
    handler: Handler
    group: str
    """Limit group; `anonymous` counts per address, `UNLIMITED` and `CONTROL` not at all."""
    bearers: frozenset[BearerKind] = frozenset()
    """Kinds of token that open it; empty is open to everyone."""
    permissions: tuple[str, ...] = ()
    """Any of these is needed."""
    contexts: tuple[str, ...] = ()
    """Types of context in which it is open; empty is all."""
    signature_only: bool = False
    """A KSeF token does not open it."""

    @property
    def key(self) -> str:
        """Method and path."""
        return f"{self.method} {self.path}"

    @property
    def name(self) -> str:
        """How faults and the log name it: the name of its handler."""
        return self.handler.__name__
