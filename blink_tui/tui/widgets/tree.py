"""The tree of the buffer: direction and status, each branch with how many documents it holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rich.cells import cell_len

from blink_tui.i18n import _
from blink_tui.model.documents import Direction, Status
from blink_tui.tui.widgets.rows import Pieces, RowsView
from blink_tui.tui.words import (
    DIRECTION_BRANCHES,
    STATUS_BRANCHES,
    STATUS_GLYPHS,
    STATUS_SHORT,
    STATUS_TONES,
    fit,
    number,
)

Counts = Mapping[tuple[Direction, Status], int]


@dataclass(frozen=True, slots=True)
class Branch:
    """What a line of the tree narrows the grid to; None leaves a thing open."""

    direction: Direction | None = None
    status: Status | None = None


_ROOMY = 28
_ALWAYS = (Direction.PURCHASE, Direction.SALE)


def branches_of(counts: Counts) -> list[Branch]:
    """Lines of the tree: all, then each direction with its statuses; a status that nothing has is left out."""
    branches = [Branch()]
    for direction in DIRECTION_BRANCHES:
        held = [status for status in Status if counts.get((direction, status))]
        if held or direction in _ALWAYS:
            branches.append(Branch(direction))
            branches += [Branch(direction, status) for status in held]
    return branches


def count_of(branch: Branch, counts: Counts) -> int:
    """Documents under a branch."""
    return sum(
        count
        for (direction, status), count in counts.items()
        if branch.direction in (None, direction) and branch.status in (None, status)
    )


class StatusTree(RowsView):
    """Moving the cursor narrows the grid beside it."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._counts: Counts = {}
        self._branches = [Branch()]
        self.count = 1

    @property
    def branch(self) -> Branch:
        """The branch under the cursor."""
        return self._branches[self.cursor]

    def set_counts(self, counts: Counts) -> None:
        """Show other counts; the cursor stays on its branch, or goes to the direction's when the branch is gone."""
        if counts == self._counts:
            return
        here = self.branch
        self._counts, self._branches = counts, branches_of(counts)
        for wanted in (here, Branch(here.direction), Branch()):
            if wanted in self._branches:
                self.set_count(len(self._branches), self._branches.index(wanted))
                return

    def go_to(self, branch: Branch) -> None:
        """Put the cursor on a branch, or where it will be once the counts tell of it."""
        if branch in self._branches:
            self.move_to(self._branches.index(branch))

    def row(self, index: int, width: int) -> Pieces:
        branch = self._branches[index]
        count = number(count_of(branch, self._counts))
        lead = ">" if index == self.cursor else " "
        if branch.status is not None:
            words, indent = (STATUS_SHORT, "") if width < _ROOMY else (STATUS_BRANCHES, " ")
            text = f"{lead}{indent}{STATUS_GLYPHS[branch.status]} {_(words[branch.status])}"
            tone = STATUS_TONES[branch.status]
        elif branch.direction is not None:
            text, tone = f"{lead}{_(DIRECTION_BRANCHES[branch.direction])}", "plain"
        else:
            text, tone = lead + (_("All") if width < _ROOMY else _("All documents")), "plain"
        return ((fit(text, width - cell_len(count) - 1) + " ", tone), (count, tone))
