"""Which documents of a list are marked: some of them, or all that the filter leaves but a few."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from blink_tui.buffer import GridRow


@dataclass(frozen=True, slots=True)
class Marks:
    """Marks as a value. "All" is a rule and no list of a million ids; then `rows` are the exceptions."""

    every: bool = False
    rows: Mapping[int, GridRow] = field(default_factory=lambda: MappingProxyType({}))
    """By id, as they were when they were marked: what a decision compares versions with."""

    def __contains__(self, document_id: object) -> bool:
        return (document_id in self.rows) is not self.every

    def __bool__(self) -> bool:
        return self.every or bool(self.rows)

    def count(self, total: int) -> int:
        """How many documents are marked in a list of so many."""
        return max(0, total - len(self.rows)) if self.every else len(self.rows)

    def turned(self, row: GridRow) -> Marks:
        """With one document marked that was not, or the other way round."""
        rows = dict(self.rows)
        if rows.pop(row.id, None) is None:
            rows[row.id] = row
        return Marks(self.every, MappingProxyType(rows))

    def inverted(self) -> Marks:
        """Everything that was not marked."""
        return Marks(not self.every, self.rows)


NONE = Marks()
ALL = Marks(every=True)
