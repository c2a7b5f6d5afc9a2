"""A small HTTP server on loopback that answers what a test wrote by hand, and remembers what it was asked."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Request:
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """One answer; `cut` closes the connection after so many bytes of the body, though more were announced."""

    status: int = 200
    body: bytes | object = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None

    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


Answer = Reply | Callable[[Request], Reply]


class Peer:
    """Answers by `METHOD /path`; of several answers to one call the last is repeated."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[Request] = []
        self._answers: dict[str, list[Answer]] = {}
        self._tls = tls

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        self.origin = f"http{'s' if self._tls else ''}://127.0.0.1:{self.port}"
        self.url = f"{self.origin}/v2"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        await self._server.wait_closed()

    def on(self, call: str, *answers: Answer) -> None:
        """Answer `METHOD /path` (path with the base's `/v2` left out, or absolute after `//`)."""
        method, _, path = call.partition(" ")
        self._answers[f"{method} {path[1:] if path.startswith('//') else f'/v2{path}'}"] = list(answers)

    def asked(self, call: str) -> list[Request]:
        """Requests of `METHOD /path` so far."""
        method, _, path = call.partition(" ")
        wanted = path[1:] if path.startswith("//") else f"/v2{path}"
        return [request for request in self.requests if (request.method, request.path) == (method, wanted)]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await _read(reader)
            if request is not None:
                self.requests.append(request)
                await _write(writer, self._reply(request))
        finally:
            writer.close()

    def _reply(self, request: Request) -> Reply:
        answers = self._answers.get(f"{request.method} {request.path}")
        if not answers:
            return Reply(404, b"no answer was written for this")
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        return answer if isinstance(answer, Reply) else answer(request)


async def _read(reader: asyncio.StreamReader) -> Request | None:
    first = (await reader.readline()).decode()
    if not first:
        return None
    headers = {}
    while line := (await reader.readline()).decode().strip():
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    method, target, _ = first.split()
    parts = urlsplit(target)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    return Request(method, parts.path, query, headers, body)


async def _write(writer: asyncio.StreamWriter, reply: Reply) -> None:
    content = reply.content()
    headers = {
        "Content-Type": "application/json",
        "Content-Length": str(len(content)),
        "Connection": "close",
        **reply.headers,
    }
    writer.write(f"HTTP/1.1 {reply.status} OK\r\n".encode())
    writer.write("".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode() + b"\r\n")
    writer.write(content if reply.cut is None else content[: reply.cut])
    await writer.drain()
