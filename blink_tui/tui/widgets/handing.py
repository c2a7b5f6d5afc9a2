"""Lists of the hand-over: firms with approved documents, and the batches that were written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.message import Message

from blink_tui.buffer import Batch
from blink_tui.i18n import _
from blink_tui.model.text import clean
from blink_tui.tui.handing import Waiting
from blink_tui.tui.handing_words import batch_state, obstacles, program_of
from blink_tui.tui.keys import bindings
from blink_tui.tui.sums import gross_short
from blink_tui.tui.widgets.rows import Pieces, RowsView
from blink_tui.tui.words import fit, fit_title, moment, number

_WIDE = 100
_PROGRAM, _DOCUMENTS, _GROSS, _MOMENT = 15, 9, 23, 16


def nothing_waits() -> str:
    """What to do where there is nothing to hand over."""
    return _("Nothing is approved and waits. Approve documents in the buffer (5) with F9.")


class WaitingRows(RowsView):
    """Firms with approved documents; several can be marked."""

    BINDINGS = bindings("open", "mark", "pick-all", "pick-none")

    class Opened(Message):
        """The preview of the firm under the cursor is wanted."""

    def __init__(self) -> None:
        super().__init__(id="waiting")
        self.waiting: Sequence[Waiting] = ()
        self._marked: set[int] = set()

    @property
    def current(self) -> Waiting | None:
        """The firm under the cursor."""
        return self.waiting[self.cursor] if self.waiting else None

    @property
    def chosen(self) -> list[Waiting]:
        """The marked firms, else the one under the cursor."""
        marked = [one for one in self.waiting if one.firm.id in self._marked]
        return marked or ([self.current] if self.current is not None else [])

    @property
    def marked(self) -> int:
        """How many are marked."""
        return sum(one.firm.id in self._marked for one in self.waiting)

    def show(self, waiting: Sequence[Waiting]) -> None:
        """Show other firms; the cursor stays on its firm if it was ever moved."""
        here = self.current.firm.id if self.current is not None and self.cursor else None
        self.waiting = waiting
        self._marked &= {one.firm.id for one in waiting}
        self.set_count(len(waiting), next((at for at, one in enumerate(waiting) if one.firm.id == here), 0))

    def head(self, width: int) -> Pieces:
        titles = _("Firm"), _("Program"), _("Documents"), _("Gross"), _("In the way")
        return (("   " + self._cells(width - 3, *titles), "head"),)

    def row(self, index: int, width: int) -> Pieces:
        one = self.waiting[index]
        marked = one.firm.id in self._marked
        lead = (">" if index == self.cursor else " ") + ("*" if marked else "!" if one.missing else " ") + " "
        cells = self._cells(
            width - 3, clean(one.firm.name), program_of(one.format), number(one.documents), gross_short(one.sums),
            ", ".join(obstacles(one)),
        )  # fmt: skip
        return ((lead + cells, "new" if marked else "warn" if one.missing else "plain"),)

    def nothing(self) -> str:
        return nothing_waits()

    @staticmethod
    def _cells(width: int, name: str, program: str, documents: str, sums: str, obstacles: str) -> str:
        left = width - _PROGRAM - _DOCUMENTS - 4
        if width < _WIDE:
            gross, more = _GROSS, ""
        else:
            gross = _GROSS
            more = "  " + fit(obstacles, left // 3)
        firm = left - gross - len(more)
        return (
            f"{fit(name, firm)} {fit(program, _PROGRAM)} {fit_title(documents, _DOCUMENTS)}"
            f"  {fit(sums, gross)}{more}"
        )

    def action_open(self) -> None:
        """Look at what would be written."""
        if self.current is not None:
            self.post_message(self.Opened())

    def action_mark(self) -> None:
        """Mark or unmark the firm under the cursor, and go down."""
        if self.current is not None:
            self._mark(self._marked ^ {self.current.firm.id})
            self.move_to(self.cursor + 1)

    def action_mark_all(self) -> None:
        """Mark every firm."""
        self._mark({one.firm.id for one in self.waiting})

    def action_mark_none(self) -> None:
        """Take all marks away."""
        self._mark(set())

    def _mark(self, marked: set[int]) -> None:
        self._marked = marked
        self.refresh()
        self.post_message(self.Moved(self, self.cursor))


class BatchRows(RowsView):
    """Batches, newest first."""

    BINDINGS = bindings("open")

    class Opened(Message):
        """The documents and files of the batch under the cursor are wanted."""

    def __init__(self) -> None:
        super().__init__(id="batches")
        self.batches: Sequence[Batch] = ()
        self._firms: Mapping[int, str] = {}

    @property
    def current(self) -> Batch | None:
        """The batch under the cursor."""
        return self.batches[self.cursor] if self.batches else None

    def show(self, batches: Sequence[Batch], firms: Mapping[int, str]) -> None:
        """Show other batches; the cursor stays on its batch if it was ever moved."""
        if (batches, firms) == (self.batches, self._firms) and self._counted:
            return
        here = self.current.id if self.current is not None and self.cursor else None
        self.batches, self._firms = batches, firms
        self.set_count(len(batches), next((at for at, one in enumerate(batches) if one.id == here), 0))

    def head(self, width: int) -> Pieces:
        titles = _("Written"), _("Firm"), _("Program"), _("Documents"), _("State")
        return (("  " + self._cells(width - 2, *titles), "head"),)

    def row(self, index: int, width: int) -> Pieces:
        batch = self.batches[index]
        state, tone = batch_state(batch)
        cells = self._cells(
            width - 2,
            moment(batch.made_at),
            self._firms.get(batch.firm_id, ""),
            program_of(batch.format),
            number(batch.documents),
            state,
        )
        return (((">" if index == self.cursor else " ") + " " + cells, tone),)

    def nothing(self) -> str:
        return _("Nothing was handed over yet.")

    @staticmethod
    def _cells(width: int, written: str, firm: str, program: str, documents: str, state: str) -> str:
        left = width - _MOMENT - _PROGRAM - _DOCUMENTS - 5
        name = left // 2
        return (
            f"{fit(written, _MOMENT)} {fit(firm, name)} {fit(program, _PROGRAM)} {fit_title(documents, _DOCUMENTS)}"
            f"  {fit(state, left - name)}"
        )

    def action_open(self) -> None:
        """Show documents and files."""
        if self.current is not None:
            self.post_message(self.Opened())
