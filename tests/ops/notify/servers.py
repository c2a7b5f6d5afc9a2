"""Real servers on this machine that notices are sent to: mail with and without a login, chat over HTTP, and worse."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

APPRISE_IS_OLD = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
"""For tests that load apprise into their own process."""
LOGIN_IN_CLEAR = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")
"""For tests with a login: on loopback it needs no TLS."""
USER, PASSWORD = "biuro", "Tajne-Haslo-9fK2"


@dataclass
class Mailbox:
    """Takes mail for anybody but those that it refuses."""

    port: int = 0
    letters: list[EmailMessage] = field(default_factory=list)
    refused: tuple[str, ...] = ()

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.refused:
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        self.letters.append(message_from_bytes(content, _class=EmailMessage, policy=policy.default))
        return "250 OK"

    def text(self, place: int = -1) -> str:
        """The body of a letter."""
        letter = self.letters[place]
        assert letter.get_content_type() == "text/plain"
        return str(letter.get_content()).replace("\r\n", "\n").rstrip("\n")


def _knows(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (
        USER.encode(),
        PASSWORD.encode(),
    )
    return AuthResult(success=good, handled=False)


@contextmanager
def mail_server(*, login: bool = False, tls: ssl.SSLContext | None = None, **given: Any) -> Iterator[Mailbox]:
    """A server of mail on this machine, with a login where one is wanted, with STARTTLS by this context."""
    mailbox = Mailbox(**given)
    options: dict[str, Any] = {"tls_context": tls} if tls else {}
    if login:
        options |= {"authenticator": _knows, "auth_required": True, "auth_require_tls": False}
    with socket.create_server(("127.0.0.1", 0)) as free:
        mailbox.port = free.getsockname()[1]
    controller = Controller(mailbox, hostname="127.0.0.1", port=mailbox.port, **options)
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()


@dataclass
class Chat:
    """Takes JSON by POST; answers with the status that is set."""

    url: str = ""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    told: list[dict[str, Any]] = field(default_factory=list)


@contextmanager
def chat_server() -> Iterator[Chat]:
    """A server that apprise's `json://` speaks to."""
    chat = Chat()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if chat.status == 200:
                chat.told.append(json.loads(body))
            self.send_response(chat.status)
            for header in chat.headers:
                self.send_header(*header)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        chat.url = f"json://127.0.0.1:{server.server_port}"
        try:
            yield chat
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def mute_server() -> Iterator[int]:
    """The port of a server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def closed_port() -> int:
    """A port on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
