"""What a firm would get if it were written now, or why it cannot be told."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import Firm
from blink_tui.sync.exporting import Preview, Wanted


@dataclass(frozen=True, slots=True)
class Looked:
    """A firm with what was wanted of it and what would come of that."""

    firm: Firm
    wanted: Wanted
    folder: Path | None = None
    """Where it goes: the firm's own folder, else the usual one."""
    found: Preview | None = None
    coded: bool = True
    """The firm has books, so that its documents are coded."""
    error: BlinkError | None = None
    """Why nothing can be written at all."""

    @property
    def documents(self) -> int:
        """How many would be written."""
        return self.found.documents if self.found is not None else 0

    @property
    def warnings(self) -> int:
        """How many of these with something told of them."""
        return len(self.found.warnings) if self.found is not None else 0

    @property
    def refused(self) -> int:
        """How many stay approved."""
        return len(self.found.refused) if self.found is not None else 0
