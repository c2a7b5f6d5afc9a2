"""A server in KSeF's place that lets one log in and then answers everything with what it was sent."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote

import httpx
import msgspec


@contextmanager
def echoing(ksef: str) -> Iterator[str]:
    """The base of such a server before a real one, whose logins it passes on."""
    origin = ksef.removesuffix("/v2")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            kept = {
                name: self.headers[name] for name in ("authorization", "content-type") if name in self.headers
            }
            if "/auth/" in self.path or "/security/" in self.path:
                answer = httpx.request(self.command, origin + self.path, content=body, headers=kept)
                self._answer(answer.status_code, answer.content, {})
            else:
                bearer = kept.get("authorization", "none")
                told = {
                    "title": bearer,
                    "detail": f"{kept} {body!r}",
                    "errors": [{"code": 9999, "description": bearer}],
                }
                self._answer(
                    400, msgspec.json.encode(told), {"x-system-warning": f"[{quote(bearer)}] {bearer}"}
                )

        do_GET = do_DELETE = do_POST  # noqa: N815 - names of http.server

        def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {
                **headers,
                "content-type": "application/json",
                "content-length": str(len(body)),
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v2"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
