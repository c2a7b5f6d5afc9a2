"""What a list of payments would hold: each payment marked or not, and what is not paid with its reason."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from blink_tui.i18n import _, ngettext
from blink_tui.ledger.payable import REMARK_WORDS, Payments, Refused, Transfer
from blink_tui.model.firms import Firm
from blink_tui.model.text import clean
from blink_tui.model.transfers import ACCOUNT_CHECK_WORDS
from blink_tui.sync import paying
from blink_tui.tui.keys import bindings
from blink_tui.tui.screens.dialogs import Confirm
from blink_tui.tui.screens.lists import ListWindow
from blink_tui.tui.widgets.text import Paragraph
from blink_tui.tui.words import amount, day, fit, fit_right, number

if TYPE_CHECKING:
    from blink_tui.tui.app import ConsoleApp

_DUE, _NUMBER, _AMOUNT = 10, 20, 18

Item: TypeAlias = Transfer | Refused


def register_path(console: ConsoleApp) -> Path:
    """The small file of the register of VAT payers; it need not be there."""
    return console.buffer.path.with_name("vat-register")


class PayWindow(ListWindow[Item]):
    """One payment a row, all of them marked at first; below them what is not paid."""

    BINDINGS = bindings("close", "narrow", "write-payments", "mark", "pick-all", "pick-none")
    OPENS = False

    def __init__(self, firm: Firm, wanted: paying.Wanted, found: Payments) -> None:
        super().__init__(_("To be paid: {firm}").format(firm=clean(firm.name)))
        self._firm = firm
        self._wanted = wanted
        self._found = found
        self._marked = {one.document_id for one in found.transfers}

    async def load(self) -> Sequence[Item]:
        return [*self._found.transfers, *self._found.refused, *self._found.waiting]

    @property
    def _chosen(self) -> Payments:
        chosen = tuple(one for one in self._found.transfers if one.document_id in self._marked)
        return replace(self._found, transfers=chosen)

    def summary(self) -> str:
        chosen = self._chosen
        count = len(chosen.transfers)
        parts = [ngettext("{n} payment", "{n} payments", count).format(n=number(count))]
        parts += [f"{amount(total)} {currency}" for currency, total in chosen.totals().items()]
        left = len(self._found.refused) + len(self._found.waiting)
        if left:
            parts.append(ngettext("{n} not paid", "{n} not paid", left).format(n=number(left)))
        return " · ".join(parts)

    def nothing(self) -> str:
        return _("Nothing falls due until then.")

    def head(self, width: int) -> str:
        return "  " + self._cells(width - 2, _("Due"), _("Document"), _("Recipient"), _("Amount"))

    def row(self, item: Item, width: int) -> tuple[str, str]:
        if isinstance(item, Refused):
            sum_ = f"{amount(item.amount)} {item.currency}".strip()
            cells = self._cells(width - 2, "", clean(item.number or item.ksef_number), str(item.reason), sum_)
            return "x " + cells, "dim"
        marked = item.document_id in self._marked
        cells = self._cells(
            width - 2, day(item.due), clean(item.number), clean(item.recipient),
            f"{amount(item.amount)} {item.currency}",
        )  # fmt: skip
        return ("* " if marked else "  ") + cells, "warn" if item.remarks else "new" if marked else "plain"

    @staticmethod
    def _cells(width: int, due: str, number_: str, other: str, sum_: str) -> str:
        left = width - _DUE - _NUMBER - _AMOUNT - 3
        return f"{fit(due, _DUE)} {fit(number_, _NUMBER)} {fit(other, left)} {fit_right(sum_, _AMOUNT)}"

    def told(self, item: Item) -> list[Paragraph]:
        if isinstance(item, Refused):
            return [
                Paragraph(clean(item.number or item.ksef_number), "head"),
                Paragraph(str(item.reason), "warn"),
            ]
        split = _("split payment, VAT {tax}").format(tax=amount(item.tax)) if item.split else ""
        parts = (item.account, _(ACCOUNT_CHECK_WORDS[item.check]), split)
        netted = [f"{clean(one.number)} {amount(one.amount)}" for one in item.netted]
        found = [Paragraph(" · ".join(part for part in parts if part)), Paragraph(clean(item.title), "dim")]
        if netted:
            text = _("Lessened by corrections: {corrections}")
            found.append(Paragraph(text.format(corrections=", ".join(netted))))
        return [*found, *(Paragraph(_(REMARK_WORDS[one]), "warn", "! ") for one in item.remarks)]

    # Marks

    def action_mark(self) -> None:
        """Pay the document under the cursor, or leave it out, and go down."""
        item = self.current
        if isinstance(item, Transfer):
            self._mark(self._marked ^ {item.document_id})
        self.rows.action_move(1)

    def action_mark_all(self) -> None:
        """Pay all that can be paid."""
        self._mark({one.document_id for one in self._found.transfers})

    def action_mark_none(self) -> None:
        """Pay nothing yet."""
        self._mark(())

    def _mark(self, marked: Collection[int]) -> None:
        self._marked = set(marked)
        self.fill()

    # Writing

    def action_write_payments(self) -> None:
        """Ask with count and sums, then write the list."""
        chosen = self._chosen
        if not chosen.transfers:
            self.console.tell(_("Nothing is marked to be paid."))
            return
        count = len(chosen.transfers)
        lines = [
            clean(self._firm.name),
            *(
                f"{fit_right(amount(total), _AMOUNT)} {currency}"
                for currency, total in chosen.totals().items()
            ),
            _("A CSV file is written to {folder}; it is given to the bank by hand.").format(
                folder=clean(str(self.console.export_dir))
            ),
            _("Each of these documents is paid by no other list."),
        ]
        title = ngettext("Write a list of {n} payment?", "Write a list of {n} payments?", count)
        self.app.push_screen(Confirm(title.format(n=number(count)), lines), self._agreed)

    def _agreed(self, agreed: bool | None) -> None:
        if not agreed:
            return
        ids = sorted(one.document_id for one in self._chosen.transfers)
        netted = sorted({one.document_id for part in self._chosen.transfers for one in part.netted})
        wanted = replace(self._wanted, document_ids=[*ids, *netted])
        work = partial(
            paying.make, self.console.buffer, self._firm, wanted, self.console.export_dir,
            register=register_path(self.console), who=self.console.who, now=self.console.now,
        )  # fmt: skip
        self.ask(work, self._written)

    def _written(self, done: tuple[Sequence[paying.Made], Payments]) -> None:
        made, _found = done
        self.console.tell(_("Written: {path}").format(path=", ".join(clean(str(one.path)) for one in made)))
        self.dismiss(None)
