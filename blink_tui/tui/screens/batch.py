"""A batch that was handed over: its documents and files; taking it back, putting documents right, writing it again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from pathlib import Path

from textual import on
from textual.widget import Widget
from textual.worker import WorkType

from blink_tui.buffer import Batch, Document
from blink_tui.i18n import _, ngettext
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import Firm
from blink_tui.model.text import clean
from blink_tui.tui.cancelling import ask_to_cancel, ask_to_write_again
from blink_tui.tui.handing_words import batch_state, program_of
from blink_tui.tui.keys import bindings
from blink_tui.tui.screens.dialogs import Dialog
from blink_tui.tui.widgets.bars import StatusLine
from blink_tui.tui.widgets.documents import DocumentRows
from blink_tui.tui.widgets.rows import RowsView
from blink_tui.tui.widgets.text import Paragraph, TextView
from blink_tui.tui.words import moment, number

_SUM = 16
"""Letters of a file's sum that are shown."""


class BatchWindow(Dialog[Document | None]):
    """Closes with the document that is to be shown in the buffer, or with None."""

    BINDINGS = bindings("close", "to-document", "cancel-batch", "write-again")

    def __init__(self, firm: Firm, batch: Batch) -> None:
        title = _("Batch {number}: {firm}").format(number=batch.id, firm=clean(firm.name))
        super().__init__(title)
        self._firm = firm
        self._batch = batch

    @property
    def _rows(self) -> DocumentRows:
        return self.query_one(DocumentRows)

    def inside(self) -> Iterable[Widget]:
        yield StatusLine(id="summary")
        yield DocumentRows(id="items")
        yield TextView(id="item-detail")

    def on_mount(self) -> None:
        super().on_mount()
        self._rows.focus()
        self.reload()

    def reload(self) -> None:
        """Read the batch anew, and show it."""
        work: WorkType[None] = self._read
        self.run_worker(work, group="batch", exclusive=True)

    async def _read(self) -> None:
        batches = self.console.buffer.batches
        try:
            ids = await batches.documents(self._batch.id)
            self._batch = await batches.get(self._batch.id)
        except BlinkError as error:
            self.console.tell_error(error)
            return
        self._rows.show(ids)
        self.query_one("#item-detail", TextView).set_paragraphs(self._told())

    @on(RowsView.Moved, "#items")
    def _tell(self) -> None:
        state, tone = batch_state(self._batch)
        count = len(self._rows.marked)
        documents = ngettext("{count} document", "{count} documents", self._batch.documents)
        self.query_one("#summary", StatusLine).say(
            program_of(self._batch.format),
            documents.format(count=number(self._batch.documents)),
            moment(self._batch.made_at),
            clean(self._batch.who),
            ngettext("{n} document marked", "{n} documents marked", count).format(n=number(count))
            if count
            else "",
            alarm=state if tone in ("warn", "dim") else "",
        )

    def _told(self) -> list[Paragraph]:
        batch = self._batch
        found = [
            Paragraph(
                f"{clean(Path(one.file).name)} · SHA-256 {one.sha256.hex()[:_SUM]}… · "
                + clean(str(Path(one.file).parent))
            )
            for one in batch.files
        ]
        if batch.cancelled_at is not None:
            text = _("Cancelled on {at} by {who}: {reason}")
            found.insert(
                0,
                Paragraph(
                    text.format(
                        at=moment(batch.cancelled_at),
                        who=clean(batch.cancelled_by),
                        reason=clean(batch.cancel_reason),
                    ),
                    "warn",
                ),
            )
        if batch.amends:
            found.insert(0, Paragraph(_("The books have these documents and put them right by it."), "warn"))
        return found

    # Keys

    def action_close(self) -> None:
        """Back to the batches."""
        self.dismiss(None)

    def action_to_document(self) -> None:
        """Show the document under the cursor in the buffer."""
        if self._rows.current is not None:
            self.dismiss(self._rows.current)

    def action_cancel_batch(self) -> None:
        """Ask whether the file was imported, then take back all, or reopen the chosen ones."""
        self._ask(partial(ask_to_cancel, self.console, self._batch, self._rows.chosen))

    def action_write_again(self) -> None:
        """Write the same files again."""
        self._ask(partial(ask_to_write_again, self.console, self._batch))

    def _ask(self, asking: Callable[[], Awaitable[bool]]) -> None:
        async def guarded() -> None:
            try:
                changed = await asking()
            except BlinkError as error:
                self.console.tell_error(error)
                return
            if changed:
                self._rows.action_mark_none()
                self.reload()

        self.run_worker(guarded(), group="ask")
