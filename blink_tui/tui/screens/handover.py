"""The hand-over to the books: what is approved and waits, firm by firm, and the batches that were written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from textual.widget import Widget

from blink_tui.buffer import Batch, BatchState, Buffer, GridFilter, GridRow
from blink_tui.i18n import _, ngettext
from blink_tui.model.documents import Status
from blink_tui.model.firms import Firm
from blink_tui.model.text import clean
from blink_tui.sync.exporting import Exported, Wanted, export, ledger_of
from blink_tui.tui.keys import bindings
from blink_tui.tui.screens.base import ConsoleScreen
from blink_tui.tui.screens.dialogs import Confirm
from blink_tui.tui.sums import Sums, sum_lines, sums_text
from blink_tui.tui.widgets.bars import StatusLine
from blink_tui.tui.widgets.rows import Pieces, RowsView
from blink_tui.tui.words import fit, fit_title, moment, number

_AT_ONCE = 1000
_WIDE = 100


@dataclass(frozen=True, slots=True)
class Waiting:
    """A firm's approved documents."""

    firm: Firm
    sums: Sums

    @property
    def documents(self) -> int:
        """How many there are."""
        return sum(count for _currency, count, _total in self.sums)


class WaitingRows(RowsView):
    """Firms with approved documents."""

    def __init__(self) -> None:
        super().__init__(id="waiting")
        self.waiting: Sequence[Waiting] = ()

    @property
    def current(self) -> Waiting | None:
        """The firm under the cursor."""
        return self.waiting[self.cursor] if self.waiting else None

    def show(self, waiting: Sequence[Waiting]) -> None:
        """Show other firms; the cursor stays on its firm."""
        here = self.current.firm.id if self.current is not None else None
        self.waiting = waiting
        places = [index for index, one in enumerate(waiting) if one.firm.id == here]
        self.set_count(len(waiting), places[0] if places else 0)

    def head(self, width: int) -> Pieces:
        return ((self._cells(width, _("Firm"), _("Documents"), _("Gross")), "head"),)

    def row(self, index: int, width: int) -> Pieces:
        one = self.waiting[index]
        cells = self._cells(width, clean(one.firm.name), number(one.documents), sums_text(one.sums))
        return (((">" if index == self.cursor else " ") + cells[1:], "plain"),)

    def nothing(self) -> str:
        return _nothing_waits()

    @staticmethod
    def _cells(width: int, name: str, documents: str, sums: str) -> str:
        left = width - 18
        return f"  {fit(name, left // 2)} {fit_title(documents, 12)}  {fit(sums, left - left // 2)}"


class BatchRows(RowsView):
    """Batches, newest first."""

    def __init__(self) -> None:
        super().__init__(id="batches")
        self._batches: Sequence[Batch] = ()
        self._firms: Mapping[int, str] = {}

    def show(self, batches: Sequence[Batch], firms: Mapping[int, str]) -> None:
        """Show other batches."""
        if (batches, firms) != (self._batches, self._firms):
            self._batches, self._firms = batches, firms
            self.set_count(len(batches))

    def head(self, width: int) -> Pieces:
        return ((self._cells(width, _("Written"), _("Firm"), _("Documents"), _("By"), _("File")), "head"),)

    def row(self, index: int, width: int) -> Pieces:
        batch = self._batches[index]
        file = clean(Path(batch.files[0].file).name)
        if batch.state is not BatchState.PLACED:
            file = _("! not in its place yet: {file}").format(file=file)
        cells = self._cells(
            width,
            moment(batch.made_at),
            self._firms.get(batch.firm_id, ""),
            number(batch.documents),
            clean(batch.who),
            file,
        )
        return (((">" if index == self.cursor else " ") + cells[1:], "plain"),)

    @staticmethod
    def _cells(width: int, written: str, firm: str, documents: str, who: str, file: str) -> str:
        by = f"  {fit(who, 10)}" if width >= _WIDE else ""
        left = width - 32 - len(by)
        name = left * 3 // 8
        return (
            f"  {fit(written, 16)} {fit(firm, name)} {fit_title(documents, 10)}{by}  {fit(file, left - name)}"
        )


def _nothing_waits() -> str:
    return _("Nothing is approved and waits. Approve documents in the buffer (5) with F9.")


async def approved_rows(buffer: Buffer, firm: Firm) -> list[GridRow]:
    """Every approved document of a firm, in the order of arrival."""
    chosen = GridFilter(firm_ids=(firm.id,), statuses=(Status.APPROVED,))
    rows = await buffer.grid.first(chosen, "id", False, _AT_ONCE)
    found = list(rows)
    while len(rows) == _AT_ONCE:
        rows = await buffer.grid.after(chosen, "id", False, rows[-1].key, _AT_ONCE)
        found += rows
    return found


class HandoverScreen(ConsoleScreen):
    """Screen 8."""

    HERE = "go-handover"
    AUTO_FOCUS = "#waiting"
    BINDINGS = bindings("hand-over", "choose-firm")

    def __init__(self) -> None:
        super().__init__()
        self._writing = False

    def body(self) -> Iterable[Widget]:
        yield StatusLine(id="status")
        yield WaitingRows()
        yield StatusLine(id="batches-title")
        yield BatchRows()

    async def read(self) -> Callable[[], None]:
        buffer, chosen = self.console.buffer, self.console.firm
        firms = [firm for firm in await buffer.firms.list() if chosen is None or firm.id == chosen.id]
        waiting = [
            Waiting(
                firm, await buffer.grid.sums(GridFilter(firm_ids=(firm.id,), statuses=(Status.APPROVED,)))
            )
            for firm in firms
        ]
        batches = await buffer.batches.list(chosen.id if chosen is not None else None)
        names = {firm.id: clean(firm.name) for firm in firms}
        return partial(self._show, [one for one in waiting if one.sums], batches[::-1], names)

    def _show(self, waiting: list[Waiting], batches: list[Batch], names: Mapping[int, str]) -> None:
        self.query_one(WaitingRows).show(waiting)
        self.query_one(BatchRows).show(batches, names)
        count = sum(one.documents for one in waiting)
        self.query_one("#status", StatusLine).say(
            clean(self.console.firm.name) if self.console.firm is not None else _("All firms"),
            ngettext("{count} approved document waits", "{count} approved documents wait", count).format(
                count=number(count)
            ),
            clean(str(self.console.export_dir)),
        )
        self.query_one("#batches-title", StatusLine).say(
            ngettext("{count} batch", "{count} batches", len(batches)).format(count=number(len(batches)))
        )

    def action_hand_over(self) -> None:
        """Ask, with count and sums, then write the file of the firm under the cursor."""
        one = self.query_one(WaitingRows).current
        if one is None:
            self.console.tell(_nothing_waits())
        elif not self._writing:
            self.ask(
                partial(approved_rows, self.console.buffer, one.firm), partial(self._confirm, one), "rows"
            )

    def _confirm(self, one: Waiting, rows: list[GridRow]) -> None:
        question = ngettext("Hand {count} document over?", "Hand {count} documents over?", len(rows))
        lines = [
            clean(one.firm.name),
            *sum_lines(one.sums),
            _("A CSV file is written to {folder};").format(folder=clean(str(self.console.export_dir))),
            _("the documents then count as handed over to the books."),
        ]
        self.app.push_screen(
            Confirm(question.format(count=number(len(rows))), lines), partial(self._hand_over, one.firm, rows)
        )

    def _hand_over(self, firm: Firm, rows: list[GridRow], agreed: bool | None) -> None:
        if agreed and not self._writing:
            self._writing = True
            self.ask(
                partial(self._write, firm, [row.id for row in rows]), self._written, "write", exclusive=False
            )

    async def _write(self, firm: Firm, ids: list[int]) -> Exported:
        try:
            buffer = self.console.buffer
            form = ledger_of(firm, await buffer.books.get(firm.id))
            return await export(
                buffer,
                firm,
                Wanted(format=form, document_ids=ids),
                self.console.export_dir,
                who=self.console.who,
                now=datetime.now(UTC),
            )
        finally:
            self._writing = False

    def _written(self, done: Exported) -> None:
        text = ngettext(
            "{count} document handed over: {path}", "{count} documents handed over: {path}", done.documents
        )
        self.console.tell(
            text.format(count=number(done.documents), path=clean(", ".join(map(str, done.files))))
        )
        self.reload()
