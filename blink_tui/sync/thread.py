"""The engine beside a console: its own thread, its own loop, its own connection to the buffer; it keeps the schedule.

A terminal that stops reading freezes the console's loop; the engine goes on.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from blink_tui.buffer import Buffer, open_buffer
from blink_tui.model.clock import Clock, SystemClock
from blink_tui.model.errors import BlinkError
from blink_tui.sync.leases import is_gone
from blink_tui.vault import MemorySource, Vault, VaultHolder, VaultState, open_vault

if TYPE_CHECKING:
    from blink_tui.sync.attendant import Attendant


class EngineThread:
    """Implements model.ports.Engine."""

    def __init__(
        self,
        buffer_path: Path,
        vault: Vault | VaultHolder,
        folder: Path,
        *,
        clock: Clock | None = None,
    ) -> None:
        self._buffer_path = buffer_path
        self._holder = vault if isinstance(vault, VaultHolder) else VaultHolder(Path(), vault)
        self._vault = self._holder.held or _no_vault()
        self._folder = folder
        self._clock = clock or SystemClock()
        self._problem: BaseException | None = None
        self._wishes: list[tuple[int, ...] | None] = []
        self._running: list[tuple[int, ...] | None] = []
        self._lock = threading.Lock()
        self._busy = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._woken: asyncio.Event | None = None
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._live, name="blink-engine", daemon=True)

    def start(self) -> None:
        """Start the thread; what is due is fetched from then on."""
        self._thread.start()
        self._started.wait()

    def fetch_now(self, firm_ids: Sequence[int] | None = None) -> None:
        """Ask for a pass, from the user's reserve of requests; a wish that waits or runs already is not doubled."""
        wish = None if firm_ids is None else tuple(firm_ids)
        with self._lock:
            if wish not in (*self._wishes, *self._running):
                self._wishes.append(wish)
        self._wake()

    @property
    def busy(self) -> bool:
        """True while a pass has something to do or a wish waits."""
        with self._lock:
            return self._busy or bool(self._wishes)

    @property
    def problem(self) -> BaseException | None:
        """What stopped the last pass as a whole, such as a full disk; None when nothing did."""
        return self._problem

    def vault_opened(self) -> None:
        """The holder's vault was made or opened: it is used from the next turn on."""
        self._wake()

    def stop(self, timeout: float = 5.0) -> bool:
        """End at the next await; what was not committed is fetched again in the next pass."""
        if self._thread.ident is None:
            return True
        if self._loop is not None and self._task is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _wake(self) -> None:
        if self._loop is not None and self._woken is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._woken.set)

    def _live(self) -> None:
        try:
            asyncio.run(self._serve())
        except asyncio.CancelledError:
            pass
        except BaseException as error:
            self._problem = error
        finally:
            with self._lock:
                self._busy = False
                self._running, self._wishes = [], []
            self._started.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        self._woken = asyncio.Event()
        self._started.set()
        from blink_tui.sync.attendant import Attendant  # a quarter of a second that no screen has to wait for
        from blink_tui.sync.engine import SyncEngine

        async with open_buffer(self._buffer_path, clock=self._clock) as buffer:
            engine = SyncEngine(buffer, self._vault, self._folder, clock=self._clock)
            attendant = Attendant(buffer, self._vault, engine, self._clock)
            while True:
                try:
                    await self._turn(buffer, attendant, self._woken)
                except BlinkError as error:
                    self._stopped_by(error)
                    await attendant.rest(self._woken)

    async def _turn(self, buffer: Buffer, attendant: Attendant, woken: asyncio.Event) -> None:
        """What this console wants goes first, then what the schedule asks for; else rest.

        Beside a daemon it does nothing itself; where another account holds the vault it leaves wishes.
        """
        woken.clear()
        self._take_vault(attendant)
        watches = await buffer.presence.daemon(is_gone) is not None
        if (wishes := self._taken()) is not None:
            leaves = watches or self._holder.state is VaultState.ELSEWHERE
            await (attendant.leave(wishes) if leaves else attendant.answer(wishes))
        elif not watches and (firms := await attendant.due()):
            self._busy = True
            await attendant.run(firms)
        else:
            await attendant.rest(woken)
            return
        self._problem = None

    def _take_vault(self, attendant: Attendant) -> None:
        """Go by the vault that was made or opened since the last turn."""
        held = self._holder.held
        if held is not None and held is not self._vault:
            self._vault = held
            attendant.use_vault(held)

    def _stopped_by(self, error: BlinkError) -> None:
        """Keep what stopped a turn; the same thing again stays the same, so that it is told once."""
        with self._lock:
            self._running, self._busy = [], False
        if repr(self._problem) != repr(error):
            self._problem = error

    def _taken(self) -> list[tuple[int, ...] | None] | None:
        """The wishes that wait, or None; the engine is busy until it finds none."""
        with self._lock:
            self._running, self._wishes = self._wishes, []
            self._busy = bool(self._running)
        return self._running or None


def _no_vault() -> Vault:
    """In place of a vault that is not open: it holds nothing, so nothing logs in and nothing is ever put into it."""
    return open_vault(Path(), MemorySource(), create=True)
