"""Starting and ending a sandbox: in a thread of this process, or as a process of its own."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from types import FrameType
from typing import Any, cast

import msgspec
import uvicorn
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from blink_tui.i18n import _
from blink_tui.sandbox.clock import Clock, RealClock, VirtualClock
from blink_tui.sandbox.delivery import Lines
from blink_tui.sandbox.options import SandboxOptions, UnusableOptionsError
from blink_tui.sandbox.scenario_file import ScenarioFile, read_scenario
from blink_tui.sandbox.seeding import seed
from blink_tui.sandbox.server import PREFIX, make_app
from blink_tui.sandbox.state import Firm, Sandbox
from blink_tui.sandbox.tls import tls_files

_HOST = "127.0.0.1"
_GRACE_SECONDS = 2


@dataclass(frozen=True, slots=True)
class RunningSandbox:
    """A sandbox that answers."""

    url: str
    """Base of the API, without a slash at its end."""
    state: Sandbox

    @property
    def firms(self) -> list[Firm]:
        """The firms with their tokens."""
        return self.state.firms


class _Server(uvicorn.Server):
    """Tells when it answers, and ends as soon as it is told to."""

    def __init__(self, config: uvicorn.Config, lines: Lines) -> None:
        super().__init__(config)
        self.answering = threading.Event()
        self._lines = lines
        self._ended = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._loop = asyncio.get_running_loop()
        self.answering.set()

    async def main_loop(self) -> None:
        """Wait for `end`; uvicorn's own looks for it ten times a second."""
        await self.on_tick(0)
        await self._ended.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Hang up on everybody: nobody is left who waits for an answer."""
        for line in list(self._lines.values()):
            line.abort()
        await super().shutdown(sockets)

    def end(self) -> None:
        """Stop serving; called from another thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._ended.set)


def _protocol(lines: Lines) -> type[asyncio.Protocol]:
    """HTTP over connections that are entered into `lines` while they are open.

    uvicorn parses with httptools where it is installed, which serves twice as many requests as h11.
    """

    class Listed(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)
            self._line = tuple(transport.get_extra_info("peername"))
            lines[self._line] = cast(asyncio.Transport, transport)

        def connection_lost(self, exc: Exception | None) -> None:
            lines.pop(self._line, None)
            super().connection_lost(exc)

    return type("Protocol", (Listed, AutoHTTPProtocol), {})


@contextmanager
def running_sandbox(options: SandboxOptions, clock: Clock | None = None) -> Iterator[RunningSandbox]:
    """A seeded sandbox that answers on loopback from a thread of its own, until the block ends.

    Raises OSError when the port is taken or a file cannot be read, UnusableOptionsError for what makes no sense.
    """
    scenario = read_scenario(options.scenario, options) if options.scenario else ScenarioFile(options, ())
    options, tls = scenario.options, tls_files(options)
    sandbox = Sandbox(options, clock or (VirtualClock(options.clock) if options.clock else RealClock()))
    seed(sandbox)
    lines: dict[Any, asyncio.Transport] = {}
    app = make_app(sandbox, lines)
    try:
        sandbox.faults.add(*scenario.faults)
    except ValueError as error:
        raise UnusableOptionsError(f"{options.scenario}: {error}") from error
    # With the protocol named, asyncio sets TCP_NODELAY; without it every answer waits 40 ms for an ACK.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((_HOST, options.port))
        scheme, host = ("https", options.tls_host) if tls else ("http", _HOST)
        sandbox.base = f"{scheme}://{host}:{listener.getsockname()[1]}"
        config = uvicorn.Config(
            app,
            http=_protocol(lines),
            ssl_certfile=tls.certificate if tls else None,
            ssl_keyfile=tls.key if tls else None,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            date_header=False,  # the sandbox has a time of its own
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
        server = _Server(config, lines)
        thread = threading.Thread(target=server.run, args=([listener],), name="sandbox", daemon=True)
        thread.start()
        server.answering.wait()
        try:
            yield RunningSandbox(sandbox.base + PREFIX, sandbox)
        finally:
            server.end()
            thread.join()
            sandbox.journal.close()


def serve(options: SandboxOptions) -> None:
    """Run a sandbox until SIGTERM, SIGINT or, if asked for, the end of standard input; announce it on stdout.

    Raises OSError and UnusableOptionsError as `running_sandbox` does. Call it from the main thread.
    """
    ended = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        ended.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    if options.exit_with_parent:
        threading.Thread(target=_watch_stdin, args=(ended,), name="parent-watch", daemon=True).start()
    with running_sandbox(options) as sandbox:
        for problem in sandbox.state.problems:
            print(_("Left out, cannot be read: {file}").format(file=problem), file=sys.stderr)  # noqa: T201
        print(announcement(sandbox, as_json=options.json), flush=True)  # noqa: T201 - what the command is for
        ended.wait()


def _watch_stdin(ended: threading.Event) -> None:
    while sys.stdin.buffer.read(4096):
        pass
    ended.set()


def announcement(sandbox: RunningSandbox, *, as_json: bool) -> str:
    """Where the sandbox is and who can log in: a line of JSON, or a text for people."""
    if as_json:
        firms = [asdict(firm) for firm in sandbox.firms]
        return msgspec.json.encode({"url": sandbox.url, "firms": firms}).decode()
    lines = [_("The simulated KSeF answers at {url}").format(url=sandbox.url), ""]
    for firm in sandbox.firms:
        lines += [f"{firm.nip}  {firm.name}", f"            {firm.token}"]
    lines += ["", _("Ctrl+C ends it.")]
    return "\n".join(lines)
