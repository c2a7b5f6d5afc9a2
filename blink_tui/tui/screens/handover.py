"""The hand-over to the books: what is approved and waits, firm by firm, and the batches that were written."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import partial

from textual import on
from textual.widget import Widget

from blink_tui.buffer import Batch, Document
from blink_tui.i18n import _, ngettext
from blink_tui.model.firms import Firm
from blink_tui.model.months import Month
from blink_tui.model.text import clean
from blink_tui.sync.exporting import ledger_of
from blink_tui.tui.cut import Cut
from blink_tui.tui.handing import Waiting, gross_of, waiting_firms
from blink_tui.tui.handing_over import hand_over
from blink_tui.tui.handing_words import waiting_told
from blink_tui.tui.keys import bindings
from blink_tui.tui.leading import show_documents
from blink_tui.tui.memory import Kept, kept_month, month_of
from blink_tui.tui.reporting import ask_for_report
from blink_tui.tui.screens.batch import BatchWindow
from blink_tui.tui.screens.dialogs import Choose
from blink_tui.tui.screens.export_settings import ExportSettingsWindow
from blink_tui.tui.screens.paced import PacedScreen
from blink_tui.tui.screens.payments import PaymentsWindow
from blink_tui.tui.screens.read_back import ReadBackWindow
from blink_tui.tui.sums import sums_text
from blink_tui.tui.widgets.bars import StatusLine
from blink_tui.tui.widgets.handing import BatchRows, WaitingRows, nothing_waits
from blink_tui.tui.widgets.rows import RowsView
from blink_tui.tui.widgets.text import Paragraph, TextView
from blink_tui.tui.words import number

_MONTHS = 15
"""How far back a month can be chosen; what is older goes with all months."""
_BATCHES = 500
"""The newest that are listed; older ones are found in their firm."""
_WIDE = 100
"""Cells from which on the sums stand above the list as well."""


class HandoverScreen(PacedScreen):
    """Screen 8."""

    HERE = "go-handover"
    AUTO_FOCUS = "#waiting"
    BINDINGS = bindings(
        "hand-over", "reports", "export-settings", "books-back", "payments", "previous-month", "next-month", "mine",
        "choose-firm",
    )  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self._month: Month | None = None
        self._firms: Sequence[Firm] = ()
        self._busy = False
        """Whether something is being handed over or shown in the buffer."""

    def body(self) -> Iterable[Widget]:
        yield StatusLine(id="status")
        yield WaitingRows()
        yield TextView(id="waiting-detail")
        yield StatusLine(id="batches-title")
        yield BatchRows()

    def keep(self) -> Kept:
        return kept_month(self._month)

    def recall(self, kept: Kept) -> None:
        self._month = month_of(kept)

    # Reading

    async def gather(self) -> Callable[[], None]:
        buffer, chosen = self.console.buffer, self.console.firm
        cut = Cut(self.console.memory, self.console.who)
        firms = [
            firm
            for firm in await buffer.firms.list()
            if (chosen is None and cut.keeps(firm)) or (chosen is not None and firm.id == chosen.id)
        ]
        waiting = await waiting_firms(buffer, firms, self._month)
        known = {firm.id: clean(firm.name) for firm in firms}
        count, batches = await buffer.batches.newest(known, _BATCHES)
        return partial(self._show, firms, waiting, count, batches, known)

    def _show(
        self,
        firms: Sequence[Firm],
        waiting: list[Waiting],
        count: int,
        batches: Sequence[Batch],
        names: Mapping[int, str],
    ) -> None:
        self._firms = firms
        self.query_one(WaitingRows).show(waiting)
        self.query_one(BatchRows).show(batches, names)
        self.query_one("#batches-title", StatusLine).say(
            ngettext("{count} batch", "{count} batches", count).format(count=number(count)),
            _("the newest {count}").format(count=number(len(batches))) if count > len(batches) else "",
        )

    @on(RowsView.Moved, "#waiting")
    def _tell(self) -> None:
        rows = self.query_one(WaitingRows)
        count = sum(one.documents for one in rows.waiting)
        chosen = rows.chosen if rows.marked else rows.waiting
        marked = ngettext("{n} marked", "{n} marked", rows.marked).format(n=number(rows.marked))
        mine = Cut(self.console.memory, self.console.who).mine
        firm = self.console.firm
        self.query_one("#status", StatusLine).say(
            clean(firm.name) if firm is not None else _("My clients") if mine else _("All firms"),
            str(self._month) if self._month is not None else _("all months"),
            ngettext("{count} approved document waits", "{count} approved documents wait", count).format(
                count=number(count)
            ),
            marked if rows.marked else "",
            sums_text(gross_of(chosen)) if self.size.width >= _WIDE else "",
        )
        told = waiting_told(rows.current) if rows.current is not None else []
        self.query_one("#waiting-detail", TextView).set_paragraphs(told or [Paragraph("")])

    # Months and firms

    def action_month(self, step: int) -> None:
        """Only documents of a month, or of all months, which stand beyond the present one."""
        last = Month.of(self.console.today)
        months: list[Month | None] = [*(last.plus(-back) for back in range(_MONTHS, -1, -1)), None]
        here = months.index(self._month) if self._month in months else len(months) - 1
        self._month = months[max(0, min(here + step, len(months) - 1))]
        self.reload()

    def action_mine(self) -> None:
        """Only the user's own clients, or all firms again."""
        Cut(self.console.memory, self.console.who).turn()
        self.reload()

    def _with_firm(self, title: str, then: Callable[[Firm], None]) -> None:
        """Go on with the firm that the screens are narrowed to, or ask for one, beginning at the cursor's."""
        if self.console.firm is not None:
            then(self.console.firm)
            return
        if not self._firms:
            self.console.tell(_("No firm here. b shows all firms; the first firm is added in Firms (2)."))
            return
        current = self.query_one(WaitingRows).current
        here = next((one for one in self._firms if current and one.id == current.firm.id), None)
        labels = [(f"{clean(one.name)} · {one.context_value}", one) for one in self._firms]
        self.app.push_screen(
            Choose(title, labels, here), lambda firm: then(firm) if firm is not None else None
        )

    # What can be done

    @on(WaitingRows.Opened)
    def _open(self) -> None:
        current = self.query_one(WaitingRows).current
        if current is not None:
            self._hand_over([current])

    def action_hand_over(self) -> None:
        """Show what would be written for the marked firms, or the one under the cursor, then write it."""
        self._hand_over(self.query_one(WaitingRows).chosen)

    def _hand_over(self, chosen: list[Waiting]) -> None:
        """A single firm whose settings lack something is led to them; of several the look tells which cannot go."""
        if not chosen:
            self.console.tell(nothing_waits())
        elif len(chosen) == 1 and chosen[0].missing:
            self.console.tell(_("Fill in first what the format needs to know."), severity="warning")
            self._show_settings(chosen[0].firm)
        else:
            self._start(partial(hand_over, self, chosen, self._month))

    def action_reports(self) -> None:
        """Ask for a report of a firm."""
        self._with_firm(_("A report of which firm?"), partial(ask_for_report, self, self._month))

    def action_export_settings(self) -> None:
        """What a firm says about its exports."""
        self._with_firm(_("Settings of which firm?"), self._show_settings)

    def _show_settings(self, firm: Firm) -> None:
        async def read() -> str:
            return ledger_of(firm, await self.console.buffer.books.get(firm.id))

        def show(ledger: str) -> None:
            self.app.push_screen(ExportSettingsWindow(firm, ledger), lambda _done: self.reload())

        self.ask(read, show, "settings")

    def action_books_back(self) -> None:
        """A firm's books beside the buffer, and the questions that they raise."""

        def show(firm: Firm) -> None:
            window = ReadBackWindow(firm)

            def lead(_done: None) -> None:
                if window.lead:
                    self._start(partial(show_documents, self.console, firm, window.lead))
                self.reload()

            self.app.push_screen(window, lead)

        self._with_firm(_("The books of which firm?"), show)

    def action_payments(self) -> None:
        """A firm's lists of payments."""

        def show(firm: Firm) -> None:
            self.app.push_screen(PaymentsWindow(firm))

        self._with_firm(_("Payments of which firm?"), show)

    @on(BatchRows.Opened)
    def _open_batch(self) -> None:
        batch = self.query_one(BatchRows).current
        firm = next((one for one in self._firms if batch is not None and one.id == batch.firm_id), None)
        if batch is None or firm is None:
            return

        def lead(document: Document | None) -> None:
            if document is not None:
                self._start(partial(show_documents, self.console, firm, document.ksef_number))
            self.reload()

        self.app.push_screen(BatchWindow(firm, batch), lead)

    def _start(self, work: Callable[[], Awaitable[None]]) -> None:
        """One at a time: keys typed in a heap would begin it again before its window is there."""
        if self._busy:
            return
        self._busy = True

        async def guarded() -> None:
            try:
                await work()
            finally:
                self._busy = False

        self.ask(guarded, lambda _done: self.reload(), "handover", exclusive=False)
