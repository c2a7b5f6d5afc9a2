"""A daemon in the test's own loop, on a profile of a sandbox, in a time that the test moves."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from blink_tui.model.events import Event, PassStarted
from blink_tui.model.profile import ProfilePaths
from blink_tui.ops.chores import Chore
from blink_tui.ops.daemon import Daemon, Means
from blink_tui.ops.sd_notify import Notifier
from blink_tui.sandbox import RunningSandbox, SandboxOptions, running_sandbox
from blink_tui.vault import Vault
from tests.sync.conftest import Office, office
from tests.sync.stepped import SteppedClock

START = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
LOOK = 10.0
"""Seconds between looks; this clock lets shorter sleeps pass at once."""
_PATIENCE = 20_000


@dataclass
class Driven:
    """A profile with a sandbox, and daemons on it."""

    office: Office
    sandbox: RunningSandbox
    clock: SteppedClock
    vault: Vault
    socket_path: Path
    heard: list[Event] = field(default_factory=list)
    at_rest: int = 0
    """Sleeps of a daemon that has nothing to do: of its rounds, and of its chores."""

    @property
    def paths(self) -> ProfilePaths:
        return ProfilePaths("default", self.office.folder)

    @property
    def passes(self) -> int:
        return sum(isinstance(event, PassStarted) for event in self.heard)

    def means(self, chores: Sequence[Chore] = ()) -> Means:
        self.at_rest = 2 + sum(not chore.lengthy for chore in chores)
        return Means(
            "keeper",
            lambda _again: self.vault,
            clock=self.clock,
            notifier=Notifier(str(self.socket_path)),
            hear=lambda event, _firm: self.heard.append(event),
            chores=chores,
            look_every=LOOK,
        )

    @asynccontextmanager
    async def daemon(self, means: Means) -> AsyncIterator[Daemon]:
        """One that has nothing to do any more; at the end it has stopped."""
        daemon = Daemon(self.paths, means)
        running = asyncio.create_task(daemon.run())
        try:
            await self.rested(daemon, running)
            yield daemon
        finally:
            daemon.stop()
            await running

    async def rested(self, daemon: Daemon, running: asyncio.Task[None] | None = None) -> None:
        """Until it has done everything that this moment asks for."""
        await self.until(
            lambda: (
                (not daemon.busy and self.clock.sleepers == self.at_rest)
                or (running is not None and running.done())
            )
        )

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for something that comes without more time."""
        for _ in range(_PATIENCE):
            if condition():
                return
            await asyncio.sleep(0.001)  # for the sandbox's thread
        raise TimeoutError

    async def after(self, span: timedelta, daemon: Daemon) -> None:
        """Let time pass in one leap, as while a machine sleeps, and one look more for what ended meanwhile."""
        self.clock.advance(span)
        await self.rested(daemon)


@contextmanager
def listening(path: Path) -> Iterator[socket.socket]:
    """Where systemd would read what a service says."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as opened:
        opened.bind(str(path))
        opened.setblocking(False)
        yield opened


def said(opened: socket.socket) -> list[str]:
    """Everything that was said since the last call."""
    found = []
    while True:
        try:
            found.append(opened.recv(8192).decode())
        except BlockingIOError:
            return found


@asynccontextmanager
async def driven(
    folder: Path, vault: Vault, *, firms: int = 1, documents: int = 20, export_delay: float = 0.0
) -> AsyncIterator[Driven]:
    clock = SteppedClock(START)
    options = SandboxOptions(
        documents=documents,
        firms=firms,
        limits=False,
        export_delay=export_delay,
        auth_delay=0.0,
        as_of=START.date(),
    )
    with running_sandbox(options, clock.sandbox) as sandbox:
        async with office(sandbox, folder, vault, clock) as opened:
            yield Driven(opened, sandbox, clock, vault, folder / "notify")
