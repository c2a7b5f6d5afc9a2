from __future__ import annotations

import asyncio
import socket
import ssl
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
import msgspec
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import load_der_x509_certificate

from blink_tui.ksef import errors
from blink_tui.ksef.handshake import TLS_ISSUER, shown_by
from blink_tui.ksef.operations import (
    CHALLENGE,
    EXPORT,
    INVOICE,
    KEYS,
    RATE_LIMITS,
    CallNotAllowedError,
    Context,
    Operation,
)
from blink_tui.ksef.proxies import PROXY_UNUSABLE
from blink_tui.ksef.transport import Gate, OpenGate, Transport, checked_base
from blink_tui.ksef.wire import ChallengeAnswer
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode
from blink_tui.model.secret import Secret
from tests.ksef.conftest import ManualClock
from tests.ksef.old_server import NIP, certificate, private_key
from tests.ksef.peer import Peer, Reply

FIRM = Context("Nip", NIP)
GET, POST = RATE_LIMITS, CHALLENGE


@asynccontextmanager
async def transport_to(url: str, clock: ManualClock, gate: Gate | None = None) -> AsyncIterator[Transport]:
    async with Transport(url, clock, gate or OpenGate(), None) as transport:
        yield transport


@pytest.fixture
async def transport(peer: Peer, clock: ManualClock) -> AsyncIterator[Transport]:
    async with transport_to(peer.url, clock) as transport:
        yield transport


@pytest.mark.parametrize(
    "url",
    [
        "https://api.ksef.mf.gov.pl/v2",
        "http://127.0.0.1:8080/v2",
        "http://localhost:1/v2",
        "http://[::1]:1/v2",
    ],
)
def test_addresses_that_are_safe(url: str) -> None:
    assert str(checked_base(url + "/")) == url


@pytest.mark.parametrize(
    "url",
    [
        "http://api.ksef.mf.gov.pl/v2",
        "http://127.0.0.1.example.com/v2",
        "ftp://127.0.0.1/v2",
        "https://user:word@api.ksef.mf.gov.pl/v2",
        "https://user:word@host:port/v2",
        "https:///v2",
        "api.ksef.mf.gov.pl",
        "https://host:port/v2",
        "https://xn--api-0be.example/v2",
    ],
)
def test_addresses_that_are_not(url: str) -> None:
    with pytest.raises(BlinkError) as caught:
        checked_base(url)
    assert caught.value.kind is errors.INSECURE_ADDRESS
    assert caught.value.kind.exit_code is ExitCode.USAGE
    assert "https://" in str(caught.value)
    assert "word" not in str(caught.value)


async def test_every_request_names_the_program_and_the_error_format(transport: Transport, peer: Peer) -> None:
    peer.on("GET /rate-limits", Reply(200, {}))
    await transport.call(GET, FIRM, bearer=Secret("jwt"))
    headers = peer.requests[-1].headers
    assert headers["user-agent"].startswith("blink-tui/")
    assert headers["x-error-format"] == "problem-details"
    assert headers["authorization"] == "Bearer jwt"


@pytest.mark.parametrize("status", [502, 503, 504])
async def test_a_get_is_tried_three_times_when_a_gateway_fails(
    transport: Transport, peer: Peer, clock: ManualClock, status: int
) -> None:
    peer.on("GET /rate-limits", Reply(status, b"<html>gateway</html>", {"Content-Type": "text/html"}))
    with pytest.raises(BlinkError) as caught:
        await transport.call(GET, FIRM)
    assert caught.value.kind is errors.SERVER_AWAY
    assert len(peer.requests) == 3
    first, second = clock.slept
    assert 0.25 <= first <= 0.75
    assert 0.75 <= second <= 2.25


async def test_a_get_that_succeeds_at_last_succeeds(transport: Transport, peer: Peer) -> None:
    peer.on("GET /rate-limits", Reply(503), Reply(200, b'{"half": ', {}, cut=4), Reply(200, {"ok": 1}))
    assert (await transport.call(GET, FIRM)).body == b'{"ok": 1}'


@pytest.mark.parametrize(
    ("operation", "reply", "kind"),
    [
        (GET, Reply(500), errors.SERVER_FAILED),
        (GET, Reply(401), errors.SESSION_ENDED),
        (GET, Reply(503, b"", {"Retry-After": "120"}), errors.SERVER_PAUSED),
        (POST, Reply(503), errors.SERVER_AWAY),
        (POST, Reply(200, b"{}", {}, cut=1), errors.CONNECTION_LOST),
        (EXPORT, Reply(503), errors.EXPORT_UNCERTAIN),
        (EXPORT, Reply(200, b"{}", {}, cut=1), errors.EXPORT_UNCERTAIN),
    ],
)
async def test_what_is_asked_only_once(
    transport: Transport, peer: Peer, operation: Operation, reply: Reply, kind: ErrorKind
) -> None:
    peer.on(f"{operation.method} {operation.path}", reply)
    with pytest.raises(BlinkError) as caught:
        await transport.call(operation, FIRM, body={})
    assert caught.value.kind is kind
    assert len(peer.requests) == 1


async def test_limits_carry_the_whole_wait(transport: Transport, peer: Peer, clock: ManualClock) -> None:
    peer.on("GET /rate-limits", Reply(429, {"status": {"code": 429}}, {"Retry-After": "3565"}))
    with pytest.raises(errors.AskedToWaitError) as caught:
        await transport.call(GET, FIRM)
    assert caught.value.kind is errors.LIMITS
    assert caught.value.kind.exit_code is ExitCode.LIMITS_EXHAUSTED
    assert caught.value.retry_after == 3565
    assert "3565" in str(caught.value)
    assert len(peer.requests) == 1
    assert clock.slept == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_refused(transport: Transport, peer: Peer, status: int) -> None:
    async with Peer() as other:
        for target in (
            f"{peer.origin}/v2/elsewhere",
            f"{other.origin}/v2/rate-limits",  # another port
            peer.url.replace("http:", "https:"),
            f"http://user:word@127.0.0.1:{other.port}/v2/rate-limits",
            f"//127.0.0.1:{other.port}/v2/rate-limits",
        ):
            peer.on("GET /rate-limits", Reply(status, b"", {"Location": target}))
            with pytest.raises(BlinkError) as caught:
                await transport.call(GET, FIRM, bearer=Secret("jwt"))
            assert caught.value.kind is errors.REDIRECTED
        assert other.requests == []
    assert {request.path for request in peer.requests} == {"/v2/rate-limits"}


async def test_a_call_outside_the_list_never_leaves(transport: Transport, peer: Peer) -> None:
    write = Operation("send", "POST", "/sessions/online", "onlineSession")
    with pytest.raises(CallNotAllowedError):
        await transport.call(write, FIRM, body={})
    assert peer.requests == []


async def test_a_bearer_never_leaves_for_another_host(transport: Transport) -> None:
    async with Peer() as other:
        with pytest.raises(CallNotAllowedError):
            await transport.http.get(f"{other.origin}/part", headers={"Authorization": "Bearer jwt"})
        with pytest.raises(CallNotAllowedError):
            await transport.http.post(f"{other.origin}/part")
        assert other.requests == []


async def test_cookies_are_not_kept(transport: Transport, peer: Peer) -> None:
    peer.on("GET /rate-limits", Reply(200, {}, {"Set-Cookie": "affinity=1; Path=/"}))
    await transport.call(GET, FIRM)
    await transport.call(GET, FIRM)
    assert "cookie" not in peer.requests[-1].headers


async def test_warnings_reach_the_listener(peer: Peer, clock: ManualClock) -> None:
    heard: list[tuple[Context, str]] = []
    peer.on(
        "GET /rate-limits",
        Reply(200, {}, {"X-System-Warning": "[A1]: pole znika | [B2]: przerwa | nocna"}),
        Reply(200, {}),
    )
    async with Transport(
        peer.url, clock, OpenGate(), lambda context, text: heard.append((context, text))
    ) as one:
        await one.call(GET, FIRM)
        await one.call(GET, FIRM)
    assert heard == [(FIRM, "[A1]: pole znika"), (FIRM, "[B2]: przerwa | nocna")]


async def test_each_attempt_holds_a_slot_and_a_refusal_leaves_through_it(
    peer: Peer, clock: ManualClock
) -> None:
    seen: list[object] = []

    class Recorder:
        @asynccontextmanager
        async def slot(self, operation: Operation, context: Context) -> AsyncIterator[None]:
            seen.append((operation.name, context, len(peer.requests)))
            try:
                yield
            except errors.AskedToWaitError as error:
                seen.append(error.retry_after)
                raise

    peer.on("GET /rate-limits", Reply(503), Reply(429, b"", {"Retry-After": "7"}))
    async with transport_to(peer.url, clock, Recorder()) as transport:
        with pytest.raises(errors.AskedToWaitError):
            await transport.call(GET, FIRM)
    assert seen == [("rate-limits", FIRM, 0), ("rate-limits", FIRM, 1), 7]


async def test_nobody_listening(clock: ManualClock) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        async with transport_to(f"http://127.0.0.1:{taken.getsockname()[1]}/v2", clock) as transport:
            for operation in (KEYS, EXPORT):
                with pytest.raises(BlinkError) as caught:
                    await transport.call(operation, FIRM)
                assert caught.value.kind is errors.UNREACHABLE
                assert caught.value.kind.exit_code is ExitCode.KSEF_UNAVAILABLE
                assert NIP in str(caught.value)


async def test_a_host_that_does_not_exist(clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    async with transport_to("https://ksef.invalid/v2", clock) as transport:
        with pytest.raises(BlinkError) as caught:
            await transport.call(KEYS, FIRM)
    assert caught.value.kind is errors.HOST_UNKNOWN


async def test_a_server_that_cannot_prove_who_it_is(clock: ManualClock, tmp_path: Path) -> None:
    signed = load_der_x509_certificate(b64decode(certificate()))
    key = private_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "pem").write_bytes(key + signed.public_bytes(Encoding.PEM))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "pem")
    async with Peer(tls) as peer, transport_to(peer.url, clock) as transport:
        for operation in (KEYS, EXPORT):
            with pytest.raises(BlinkError) as caught:
                await transport.call(operation, FIRM, bearer=Secret("jwt"))
            assert caught.value.kind is TLS_ISSUER
        assert peer.requests == []
    assert clock.slept == []


async def test_a_server_that_never_answers(
    transport: Transport, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    transport.http.timeout = 0.01
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/v2"
        monkeypatch.setattr(transport, "base", checked_base(url))
        for operation, kind in ((POST, errors.TIMED_OUT), (EXPORT, errors.EXPORT_UNCERTAIN)):
            with pytest.raises(BlinkError) as caught:
                await transport.call(operation, FIRM, body={})
            assert caught.value.kind is kind


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(200, b"", {}), errors.ANSWER_UNREADABLE),
        (Reply(200, b'{"challenge": 1}', {}), errors.ANSWER_UNREADABLE),
        (Reply(200, b"<!DOCTYPE html><p>Log in to the hotel", {}), errors.PROXY_ANSWERED),
        (Reply(200, b"junk", {"Content-Encoding": "gzip"}), errors.ANSWER_UNREADABLE),
    ],
)
async def test_a_success_that_is_none(
    transport: Transport, peer: Peer, reply: Reply, kind: ErrorKind
) -> None:
    peer.on("POST /auth/challenge", reply)
    with pytest.raises(BlinkError) as caught:
        await transport.fetch(ChallengeAnswer, CHALLENGE, FIRM)
    assert caught.value.kind is kind


async def test_an_answer_without_end_is_not_read(
    transport: Transport, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("blink_tui.ksef.transport._LARGEST_ANSWER", 1000)
    number = "5265877635-20250826-0100001AF629-AF"
    peer.on(f"GET /invoices/ksef/{number}", Reply(200, bytes(1001)))
    with pytest.raises(BlinkError) as caught:
        await transport.call(INVOICE, FIRM, number)
    assert caught.value.kind is errors.ANSWER_UNREADABLE


async def test_connections_of_a_busy_pass_are_kept(clock: ManualClock) -> None:
    connections: list[asyncio.Task[None] | None] = []
    at_once = asyncio.Barrier(30)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(asyncio.current_task())
        with suppress(asyncio.IncompleteReadError):
            while True:
                await reader.readuntil(b"\r\n\r\n")
                await at_once.wait()
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        async with transport_to(f"http://127.0.0.1:{port}/v2", clock) as transport:
            for _ in range(3):
                await asyncio.gather(*(transport.call(GET, FIRM) for _ in range(30)))
        await asyncio.gather(*filter(None, connections))
    assert len(connections) == 30


async def test_bodies_are_json(transport: Transport, peer: Peer) -> None:
    peer.on("POST /auth/challenge", Reply(200, {}))
    await transport.call(CHALLENGE, FIRM, body={"ą": 1})
    assert peer.requests[-1].body == msgspec.json.encode({"ą": 1})
    assert peer.requests[-1].headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    "proxy", ["ftp://me:{}@127.0.0.1:9", "http://me:{}@[::1", "http://me:{}/x@127.0.0.1:9"]
)
async def test_a_proxy_that_cannot_be_used_is_told_without_its_password(
    clock: ManualClock, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy.format("hunter2"))
    with pytest.raises(BlinkError) as caught:
        async with transport_to("https://ksef.invalid/v2", clock):
            pass
    assert caught.value.kind is PROXY_UNUSABLE
    assert "hunter2" not in f"{caught.value} {caught.value.cause}"


def test_a_proxy_that_wants_tls_is_not_told_its_password_in_clear() -> None:
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        proxy.setblocking(False)
        address = f"https://me:hunter2@127.0.0.1:{proxy.getsockname()[1]}"
        assert shown_by(httpx.URL("https://ksef.invalid/v2"), address) is None
        with pytest.raises(BlockingIOError):
            proxy.accept()
