"""The cut to "my clients": the firms whose accountant sits at this console, on every screen that lists firms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from blink_tui.model.firms import Firm
from blink_tui.tui.memory import Memory
from blink_tui.tui.preferences import whose_clients

T = TypeVar("T")
_NAME = "cut"


def is_mine(firm: Firm, who: str) -> bool:
    """Whether a firm is looked after by a user of the system."""
    return bool(who) and firm.accountant == who


class Cut:
    """Whether lists are cut, remembered from one start to the next.

    `who` is the system user at this console; the settings may name another one whose clients are "mine".
    """

    def __init__(self, memory: Memory, who: str) -> None:
        self._memory = memory
        self._who = whose_clients(memory, who)

    @property
    def mine(self) -> bool:
        """Only the user's own clients are shown."""
        return self._memory.of(_NAME).get("mine") is True

    def turn(self) -> None:
        """Show the user's own clients, or all firms again."""
        self._memory.keep(_NAME, {} if self.mine else {"mine": True})

    def keeps(self, firm: Firm) -> bool:
        """Whether a firm is shown."""
        return not self.mine or is_mine(firm, self._who)

    def firms(self, firms: Sequence[Firm]) -> list[Firm]:
        """Those that are shown."""
        return [firm for firm in firms if self.keeps(firm)]
