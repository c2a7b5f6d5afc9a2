"""What KSeF contradicts itself about in a role: counted, put into quarantine, let pass where a person accepted it."""

from __future__ import annotations

from collections.abc import Sequence

from blink_tui.buffer.errors import HASH_CONFLICT
from blink_tui.model import events
from blink_tui.model.dates import instant_of
from blink_tui.model.errors import BlinkError
from blink_tui.model.mismatches import Disagreement, Mismatch
from blink_tui.sync.errors import PACKAGE_DISAGREES, QUARANTINED
from blink_tui.sync.role_work import RoleWork


class Quarantine:
    """The disagreements of one role during a pass."""

    def __init__(self, work: RoleWork) -> None:
        self._work = work
        self._open = False
        self.accepted: frozenset[Disagreement] = frozenset()
        """What a person let pass."""

    def load(self, known: Sequence[Mismatch]) -> None:
        """Learn what earlier passes over the role met and what a person accepted of it."""
        self.accepted = frozenset(one.what for one in known if one.accepted_by is not None)
        self._open = any(one.accepted_by is None for one in known)

    async def noted(self, error: BlinkError) -> BlinkError:
        """The error to raise in the place of one: a disagreement is counted, and one that stays waits for a person."""
        found = _disagreements(error)
        if not found:
            return error
        tools, firm = self._work.tools, self._work.firm
        at = instant_of(tools.clock.now())
        known = await tools.buffer.mismatches.saw(firm.id, self._work.role, found, at)
        waiting = [one.what for one in known if one.quarantined]
        if not waiting:
            return error
        for number, listed, came in waiting:
            self._work.report(events.DocumentQuarantined, number=number, listed=listed, found=came)
        return BlinkError(QUARANTINED, firm=firm.context_value, cause=error.cause, number=waiting[0].subject)

    async def cured(self) -> None:
        """KSeF agreed with itself: what nobody accepted is forgotten."""
        if self._open:
            await self._work.tools.buffer.mismatches.cured(self._work.firm.id, self._work.role)
            self._open = False


def _disagreements(error: BlinkError) -> tuple[Disagreement, ...]:
    if error.kind == PACKAGE_DISAGREES:
        found: tuple[Disagreement, ...] = error.values["disagreements"]
        return found
    if error.kind == HASH_CONFLICT:
        return (Disagreement(error.values["ksef_number"], error.values["came"], error.values["held"]),)
    return ()
