"""The one way out to KSeF: what may be called, how often, with what patience; every request goes through here."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import random
import re
import ssl
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib.metadata import PackageNotFoundError, version
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

import httpx
import msgspec

from blink_tui.ksef import errors
from blink_tui.ksef.answers import error_of_answer, error_of_network, looks_foreign
from blink_tui.ksef.handshake import AUTHORITIES_UNREADABLE
from blink_tui.ksef.operations import EXPORT, CallNotAllowedError, Context, Operation, check_allowed
from blink_tui.ksef.proxies import PROXY_UNREACHABLE, proxy_of, unusable
from blink_tui.ksef.wire import decoded
from blink_tui.model.clock import Clock
from blink_tui.model.errors import BlinkError
from blink_tui.model.secret import Secret

_T = TypeVar("_T")

_TIMEOUT = httpx.Timeout(30.0, connect=10.0, pool=None)
_AT_ONCE = 75
"""KSeF takes no more from one address within a second (PROTOCOL 5)."""
_LIMITS = httpx.Limits(max_connections=_AT_ONCE, max_keepalive_connections=_AT_ONCE)
"""Every connection is kept: with fewer to keep, each request of a busy pass would shake hands anew."""
_PAUSES = (timedelta(seconds=0.5), timedelta(seconds=1.5))
"""Between the attempts of a GET, before jitter; a longer trouble is the schedule's to wait out."""
_JITTER = random.SystemRandom()
_LARGEST_ANSWER = 64 * 1024 * 1024
_CHUNK = 1024 * 1024

_PASSING = frozenset(
    {
        errors.UNREACHABLE, errors.HOST_UNKNOWN, errors.TIMED_OUT, errors.CONNECTION_LOST, errors.SERVER_AWAY,
        PROXY_UNREACHABLE,
    }
)  # fmt: skip


class Gate(Protocol):
    """Where a request waits for its turn."""

    def slot(self, operation: Operation, context: Context) -> AbstractAsyncContextManager[None]:
        """Hold a slot from before the request until its response is read, each attempt one of its own.

        A refusal for limits leaves the slot as AskedToWaitError.
        """


class OpenGate:
    """A gate without limits."""

    def slot(self, operation: Operation, context: Context) -> AbstractAsyncContextManager[None]:
        return nullcontext()


WarningListener = Callable[[Context, str], None]
"""Told each text of `X-System-Warning`, with the context of the request that it came with."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response read whole."""

    headers: Mapping[str, str]
    body: bytes


def is_loopback(host: str) -> bool:
    """True for names and addresses of this machine itself."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def checked_base(base_url: str) -> httpx.URL:
    """The base of an API: https, or http on this very machine. Raises BlinkError(INSECURE_ADDRESS)."""
    try:
        url = httpx.URL(base_url.rstrip("/"))
        host = url.host  # a name in another writing system may be found unreadable only here
    except (httpx.InvalidURL, ValueError) as error:
        shown = re.sub(r"//[^/]*@", "//", base_url)
        raise BlinkError(errors.INSECURE_ADDRESS, address=shown, cause=str(error)) from error
    safe = url.scheme == "https" or (url.scheme == "http" and is_loopback(host))
    if not safe or not host or url.userinfo or url.query or url.fragment:
        raise BlinkError(errors.INSECURE_ADDRESS, address=str(url.copy_with(userinfo=b"")))
    return url


def _no_cookies() -> CookieJar:
    """Keeps none: sessions share the client and nothing else."""
    return CookieJar(DefaultCookiePolicy(allowed_domains=[]))


@cache
def _trusted_authorities() -> ssl.SSLContext:
    """Made once, off the loop: reading all authorities takes 50 ms."""
    try:
        return httpx.create_ssl_context()
    except OSError as error:  # ssl.SSLError among them
        variable = next((name for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if os.environ.get(name)), "-")
        file = os.environ.get(variable, "-")
        raise BlinkError(AUTHORITIES_UNREADABLE, cause=str(error), file=file, variable=variable) from error


def user_agent() -> str:
    """`blink-tui/<version>`."""
    try:
        return f"blink-tui/{version('blink-tui')}"
    except PackageNotFoundError:  # run from a checkout that was never installed
        return "blink-tui/0"


class Transport:
    """One environment's HTTP client, shared by all its sessions."""

    def __init__(self, base_url: str, clock: Clock, gate: Gate, on_warning: WarningListener | None) -> None:
        self.base = checked_base(base_url)
        self.clock = clock
        self._gate = gate
        self._on_warning = on_warning
        self._through_proxies = not is_loopback(self.base.host)
        """There is none between this machine and itself."""
        self.http: httpx.AsyncClient

    async def __aenter__(self) -> Self:
        self.http = self._client(await asyncio.to_thread(_trusted_authorities))
        await self.http.__aenter__()
        return self

    def _client(self, authorities: ssl.SSLContext) -> httpx.AsyncClient:
        try:
            return httpx.AsyncClient(
                headers={"User-Agent": user_agent(), "X-Error-Format": "problem-details"},
                timeout=_TIMEOUT,
                limits=_LIMITS,
                verify=authorities,
                follow_redirects=False,
                cookies=_no_cookies(),
                trust_env=self._through_proxies,
                event_hooks={"request": [self._check]},
            )
        except (
            ValueError,
            ImportError,
            httpx.InvalidURL,
        ) as error:  # unknown, without its library, or no address
            raise unusable(self.proxy_of(self.base) or "-", error) from None

    def proxy_of(self, url: httpx.URL) -> str | None:
        """The proxy that a request to an address goes through; None where it goes straight."""
        return proxy_of(url) if self._through_proxies else None

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.http.__aexit__(kind, error, trace)

    async def _check(self, request: httpx.Request) -> None:
        """Last look at whatever leaves: only calls of the list, and a bearer to nothing but the API itself."""
        url = request.url
        same_origin = (url.scheme, url.host, url.port) == (self.base.scheme, self.base.host, self.base.port)
        if same_origin and url.path.startswith(f"{self.base.path.rstrip('/')}/"):
            check_allowed(request.method, url.path.removeprefix(self.base.path.rstrip("/")))
        elif request.method != "GET" or "authorization" in request.headers:
            raise CallNotAllowedError(f"{request.method} {url.scheme}://{url.host}")

    async def call(
        self,
        operation: Operation,
        context: Context,
        *values: str,
        params: Mapping[str, str | int] | None = None,
        body: object = None,
        continued: str | None = None,
        bearer: Secret | None = None,
    ) -> Answer:
        """Send one operation with its path values and read its answer; `continued` asks for a list's next page.

        A body of bytes is XML and goes as it is, any other one as JSON. Only GET is tried again, twice, and only
        when the network or a gateway failed. Raises BlinkError with a kind of `ksef.errors`, CallNotAllowedError
        for what the list of calls does not hold.
        """
        headers = {} if bearer is None else {"Authorization": f"Bearer {bearer.reveal_text()}"}
        content = body if isinstance(body, bytes) else None if body is None else msgspec.json.encode(body)
        if continued is not None:
            headers["x-continuation-token"] = continued
        if content is not None:
            headers["Content-Type"] = "application/xml" if content is body else "application/json"
        request = self.http.build_request(
            operation.method,
            f"{self.base}{operation.filled(*values)}",
            params=params,
            content=content,
            headers=headers,
        )
        return await self._with_patience(request, operation, context)

    async def fetch(
        self, result: type[_T], operation: Operation, context: Context, *values: str, **request: Any
    ) -> _T:
        """As `call`, with the answer decoded. Raises BlinkError(ANSWER_UNREADABLE) when it is something else."""
        return self.decoded(
            result, await self.call(operation, context, *values, **request), operation, context
        )

    @staticmethod
    def decoded(result: type[_T], answer: Answer, operation: Operation, context: Context) -> _T:
        """The body of an answer as `result`. Raises BlinkError as `fetch` does."""
        try:
            return decoded(answer.body, result)
        except ValueError as error:
            foreign = looks_foreign(answer.headers, answer.body)
            raise unreadable(operation, context, error, foreign=foreign) from error

    async def _with_patience(self, request: httpx.Request, operation: Operation, context: Context) -> Answer:
        for pause in _PAUSES if operation.method == "GET" else ():
            try:
                return await self._attempt(request, operation, context)
            except BlinkError as error:
                if error.kind not in _PASSING:
                    raise
            await self.pause(pause)
        return await self._attempt(request, operation, context)

    async def pause(self, about: timedelta) -> None:
        """Wait about so long, so that many clients do not come back at the same instant."""
        await self.clock.sleep(about.total_seconds() * _JITTER.uniform(0.5, 1.5))

    async def _attempt(self, request: httpx.Request, operation: Operation, context: Context) -> Answer:
        async with self._gate.slot(operation, context):
            try:
                response = await self.http.send(request, stream=True)
                try:
                    body = await _read_bounded(response)
                finally:
                    await response.aclose()
            except httpx.HTTPError as failure:
                proxy = self.proxy_of(request.url)
                raise error_of_network(failure, operation, context, proxy) from failure
            self._pass_warnings(response, context)
            if response.status_code >= 300:
                raise error_of_answer(response.status_code, response.headers, body, operation, context)
            return Answer(response.headers, body)

    def _pass_warnings(self, response: httpx.Response, context: Context) -> None:
        told = response.headers.get("x-system-warning")
        if told and self._on_warning is not None:
            for text in re.split(r"\s*\|\s*(?=\[)", told):
                self._on_warning(context, text)


async def _read_bounded(response: httpx.Response) -> bytes:
    """The body, of at most 64 MB: nothing that KSeF answers in one piece is near that."""
    body = bytearray()
    async for chunk in response.aiter_bytes(_CHUNK):
        body += chunk
        if len(body) > _LARGEST_ANSWER:
            raise httpx.DecodingError("answer too large", request=response.request)
    return bytes(body)


def unreadable(
    operation: Operation, context: Context, error: ValueError, *, foreign: bool = False
) -> BlinkError:
    """The error that a success with an unusable body means; `foreign` when the body is a web page."""
    kind = errors.PROXY_ANSWERED if foreign else errors.ANSWER_UNREADABLE
    if operation is EXPORT:
        kind = errors.EXPORT_UNCERTAIN
    return BlinkError(kind, firm=context.value, cause=f"{operation.name}: {error}")
