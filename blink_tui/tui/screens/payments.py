"""Lists of payments of a firm: what was made, what would be paid now, taking one back (BOOKKEEPING 7)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial

from blink_tui.buffer import BatchState
from blink_tui.buffer.payment_batches import PaymentBatch
from blink_tui.i18n import _
from blink_tui.ledger.payable import Payments
from blink_tui.model.firms import Firm
from blink_tui.model.text import clean
from blink_tui.model.transfers import ACCOUNT_CHECK_WORDS, ListedPayment
from blink_tui.model.typed import checked_day
from blink_tui.sync import paying
from blink_tui.tui.keys import bindings
from blink_tui.tui.screens.dialogs import TextWindow
from blink_tui.tui.screens.forms import FormWindow
from blink_tui.tui.screens.lists import ListWindow
from blink_tui.tui.screens.pay import PayWindow, register_path
from blink_tui.tui.screens.questions import AskText
from blink_tui.tui.widgets.form import Field, Filled
from blink_tui.tui.widgets.text import Paragraph
from blink_tui.tui.words import amount, fit, fit_right, fit_title, moment, number

_DAYS = 7
"""How far a list looks ahead unless told."""
_NUMBER, _MOMENT, _COUNT, _TOTAL = 5, 16, 10, 18


class PaymentsWindow(ListWindow[PaymentBatch]):
    """One list a row, the newest first."""

    BINDINGS = bindings("close", "narrow", "make-payments", "cancel-payments")

    def __init__(self, firm: Firm) -> None:
        super().__init__(_("Payments: {firm}").format(firm=clean(firm.name)))
        self._firm = firm

    async def load(self) -> Sequence[PaymentBatch]:
        return (await self.console.buffer.payment_batches.list(self._firm.id))[::-1]

    def nothing(self) -> str:
        return _("No list of payments yet. F10 shows what falls due.")

    def head(self, width: int) -> str:
        return self._cells(width, "#", _("Written"), _("Documents"), _("Amount"), _("State"))

    def row(self, item: PaymentBatch, width: int) -> tuple[str, str]:
        state, tone = _state(item)
        total = f"{amount(item.total)} {item.currency}"
        cells = self._cells(width, str(item.id), moment(item.at), number(item.documents), total, state)
        return cells, tone

    @staticmethod
    def _cells(width: int, id_: str, at: str, count: str, total: str, state: str) -> str:
        fixed = (
            f"{fit(id_, _NUMBER)} {fit(at, _MOMENT)} {fit_title(count, _COUNT)} {fit_right(total, _TOTAL)}  "
        )
        return fixed + fit(state, width - len(fixed))

    def told(self, item: PaymentBatch) -> list[Paragraph]:
        found = [
            Paragraph(clean(item.file.file)),
            Paragraph(_("By {who}").format(who=clean(item.who)), "dim"),
        ]
        if item.cancelled_at is not None:
            text = _("Cancelled on {at} by {who}: {reason}")
            reason = clean(item.cancel_reason)
            told = text.format(at=moment(item.cancelled_at), who=clean(item.cancelled_by), reason=reason)
            found.insert(0, Paragraph(told, "warn"))
        return found

    def open_item(self, item: PaymentBatch) -> None:
        """Show what a list pays for."""

        def show(found: Sequence[ListedPayment]) -> None:
            title = _("List of payments {number}").format(number=item.id)
            self.app.push_screen(TextWindow(title, [_payment(one) for one in found]))

        self.ask(partial(self.console.buffer.payment_batches.payments, item.id), show)

    def action_make_payments(self) -> None:
        """Ask until which day, then show what would be paid."""
        start = str(self.console.today + timedelta(days=_DAYS))
        fields = [
            Field("until", _("Due until"), _("What has no due date is among it."), start, check=checked_day)
        ]

        async def look(filled: Filled) -> tuple[paying.Wanted, Payments]:
            until = checked_day(filled.texts["until"]) or date.max
            wanted = paying.Wanted(until)
            return wanted, await paying.preview(
                self.console.buffer, self._firm, wanted,
                register=register_path(self.console), now=self.console.now,
            )  # fmt: skip

        def show(found: tuple[paying.Wanted, Payments] | None) -> None:
            if found is not None:
                window = PayWindow(self._firm, *found)
                self.app.push_screen(window, lambda _done: self.reload())

        form: FormWindow[tuple[paying.Wanted, Payments]] = FormWindow(
            f"payments.{self._firm.id}", _("What is to be paid?"), fields, look
        )
        self.app.push_screen(form, show)

    def action_cancel_payments(self) -> None:
        """Ask why, then let the list's documents be paid by another."""
        item = self.current
        if item is None:
            return
        if item.cancelled:
            self.console.tell(_("This list is cancelled already."))
            return

        def cancel(reason: str | None) -> None:
            if reason:
                buffer, who = self.console.buffer, self.console.who
                self.change(partial(paying.cancel, buffer, item.id, reason=reason, who=who))

        title = _("Why is list {number} taken back?").format(number=item.id)
        hint = _("only if it was not given to the bank; its documents may be paid by another")
        self.app.push_screen(AskText(title, hint), cancel)


def _state(item: PaymentBatch) -> tuple[str, str]:
    if item.cancelled_at is not None:
        return _("x cancelled {at}").format(at=moment(item.cancelled_at)), "dim"
    if item.state is not BatchState.PLACED:
        return _("! not in its place yet"), "warn"
    return clean(item.file.file).rpartition("/")[2], "plain"


def _payment(one: ListedPayment) -> Paragraph:
    parts = (
        clean(one.number),
        clean(one.recipient),
        f"{amount(one.amount)} {one.currency}",
        one.account,
        _(ACCOUNT_CHECK_WORDS[one.check]),
    )
    return Paragraph(" · ".join(part for part in parts if part), "plain", "- ")
