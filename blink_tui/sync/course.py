"""How far a run of the engine is: the firms whose passes have not begun, and those whose passes run now."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager

from blink_tui.ksef.operations import Context, Operation
from blink_tui.ksef.transport import Gate


class Course:
    """One run; whoever began it reads here what another run may take meanwhile."""

    def __init__(self, firm_ids: Collection[int] = ()) -> None:
        self.waiting = set(firm_ids)
        """Firms whose passes have not begun."""
        self.running: set[int] = set()

    def planned(self, firm_ids: Collection[int]) -> None:
        """These are the firms that the run has something to do for."""
        self.waiting &= set(firm_ids)

    @contextmanager
    def firm(self, firm_id: int) -> Iterator[None]:
        """A firm's pass."""
        self.waiting.discard(firm_id)
        self.running.add(firm_id)
        try:
            yield
        finally:
            self.running.discard(firm_id)


class CountedGate:
    """A gate that tells of every request that goes through, before it and after."""

    def __init__(self, gate: Gate, told: Callable[[], None]) -> None:
        self._gate = gate
        self._told = told

    @asynccontextmanager
    async def slot(self, operation: Operation, context: Context) -> AsyncIterator[None]:
        async with self._gate.slot(operation, context):
            self._told()
            yield
            self._told()
