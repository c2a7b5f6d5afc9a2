"""What is new to a user: documents that came after the last day on which the console was used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(slots=True)
class Seen:
    """The newest document of the days before, and of today, by their ids, which only grow."""

    day: str = ""
    before: int = 0
    newest: int = 0

    @classmethod
    def recalled(cls, kept: Any) -> Seen:
        """What was kept; anything else counts as never having looked."""
        if isinstance(kept, dict):
            day, before, newest = (kept.get(name) for name in ("day", "before", "newest"))
            if isinstance(day, str) and isinstance(before, int) and isinstance(newest, int):
                return cls(day, before, newest)
        return cls()

    def kept(self) -> dict[str, str | int]:
        """What is to be found again."""
        return {"day": self.day, "before": self.before, "newest": self.newest}

    def on(self, today: date, newest: int) -> int:
        """Id of the document after which all are new today; `newest` is the newest there is.

        At the first look of all nothing is new: whoever sees thousands of documents knows that.
        """
        if self.day != today.isoformat():
            self.before = self.newest if self.day else newest
            self.day = today.isoformat()
        self.newest = newest
        return self.before
