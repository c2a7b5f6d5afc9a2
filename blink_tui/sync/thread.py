"""The engine beside a console: its own thread, its own loop, its own connection to the buffer.

A terminal that stops reading freezes the console's loop; the engine goes on.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path

from blink_tui.buffer import Buffer, open_buffer
from blink_tui.model.clock import Clock, SystemClock
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import Firm
from blink_tui.sync.engine import SyncEngine
from blink_tui.vault import Vault


class EngineThread:
    """Implements model.ports.Engine."""

    def __init__(
        self,
        buffer_path: Path,
        vault: Vault,
        folder: Path,
        *,
        clock: Clock | None = None,
    ) -> None:
        self._buffer_path = buffer_path
        self._vault = vault
        self._folder = folder
        self._clock = clock or SystemClock()
        self._problem: BaseException | None = None
        self._wishes: list[tuple[int, ...] | None] = []
        self._lock = threading.Lock()
        self._busy = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._woken: asyncio.Event | None = None
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._live, name="blink-engine", daemon=True)

    def start(self) -> None:
        """Start the thread; passes begin with the first wish."""
        self._thread.start()
        self._started.wait()

    def fetch_now(self, firm_ids: Sequence[int] | None = None) -> None:
        """Ask for a pass; a wish that already waits is not doubled."""
        wish = None if firm_ids is None else tuple(firm_ids)
        with self._lock:
            if wish not in self._wishes:
                self._wishes.append(wish)
        self._wake()

    @property
    def busy(self) -> bool:
        """True while a pass runs or waits to run."""
        with self._lock:
            return self._busy or bool(self._wishes)

    @property
    def problem(self) -> BaseException | None:
        """What stopped the last pass as a whole, such as a full disk; None when nothing did."""
        return self._problem

    def stop(self, timeout: float = 5.0) -> bool:
        """End at the next await; what was not committed is fetched again in the next pass."""
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
                self._wishes.clear()
            self._started.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        self._woken = asyncio.Event()
        self._started.set()
        async with open_buffer(self._buffer_path, clock=self._clock) as buffer:
            engine = SyncEngine(buffer, self._vault, self._folder, clock=self._clock)
            while True:
                await self._woken.wait()
                self._woken.clear()
                while (wishes := self._taken()) is not None:
                    try:
                        await engine.run(await _wanted_firms(buffer, wishes))
                        self._problem = None
                    except BlinkError as error:
                        self._problem = error

    def _taken(self) -> list[tuple[int, ...] | None] | None:
        """The wishes that wait, or None; the engine is busy until it finds none."""
        with self._lock:
            wishes, self._wishes = self._wishes, []
            self._busy = bool(wishes)
        return wishes or None


async def _wanted_firms(buffer: Buffer, wishes: Sequence[tuple[int, ...] | None]) -> list[Firm]:
    """The enabled firms that some wish names; a wish of None names all."""
    firms = await buffer.firms.list(enabled_only=True)
    if None in wishes:
        return firms
    wanted = {firm_id for wish in wishes if wish is not None for firm_id in wish}
    return [firm for firm in firms if firm.id in wanted]
