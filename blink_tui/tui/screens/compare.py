"""Whether a row of the books is a document of KSeF's: both side by side, three answers on three keys, none preset."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.widget import Widget

from blink_tui.i18n import _
from blink_tui.model.book_rows import Answer
from blink_tui.tui.keys import bindings
from blink_tui.tui.screens.dialogs import Dialog
from blink_tui.tui.side_by_side import Pair
from blink_tui.tui.widgets.rows import Pieces, RowsView
from blink_tui.tui.widgets.text import Paragraph, TextView
from blink_tui.tui.words import fit

_LABEL = 17
_KSEF = 35
"""Letters of a number of KSeF's."""


class PairRows(RowsView):
    """One field a row: the books at the left, the document at the right, a sign between them where they differ."""

    SHOWS_CURSOR = False

    def __init__(self, pairs: Sequence[Pair]) -> None:
        super().__init__(id="pairs")
        self._pairs = pairs

    def head(self, width: int) -> Pieces:
        return ((self._cells(width, "", _("In the books"), " ", _("In KSeF")), "head"),)

    def row(self, index: int, width: int) -> Pieces:
        pair = self._pairs[index]
        sign = "≠" if pair.differs else " "
        return ((self._cells(width, pair.label, pair.books, sign, pair.document), _tone(pair)),)

    @staticmethod
    def _cells(width: int, label: str, books: str, sign: str, document: str) -> str:
        left = width - _LABEL - 5
        right = max(_KSEF, left // 2)
        return f" {fit(label, _LABEL)} {fit(books, left - right)} {sign} {fit(document, right)}"


def _tone(pair: Pair) -> str:
    return "warn" if pair.differs else "plain"


class CompareWindow(Dialog[Answer | None]):
    """Closes with the answer, or with None when it is left open."""

    BINDINGS = bindings("books-same", "books-another", "books-doubled", "leave")

    def __init__(self, title: str, pairs: Sequence[Pair]) -> None:
        super().__init__(title)
        self._pairs = pairs

    def inside(self) -> Iterable[Widget]:
        yield PairRows(self._pairs)
        yield TextView(id="item-detail")

    def on_mount(self) -> None:
        super().on_mount()
        rows = self.query_one(PairRows)
        rows.set_count(len(self._pairs))
        rows.focus()
        same = _(
            "The same: the document stands in the books; it becomes booked, and is not handed over any more."
        )
        self.query_one("#item-detail", TextView).set_paragraphs([
            Paragraph(same, lead=" 1  "),
            Paragraph(_("Another: both are right; the document goes its own way."), lead=" 2  "),
            Paragraph(_("Doubled by the seller: what is booked stays, the document is not booked."), lead=" 3  "),
        ])  # fmt: skip

    def action_same_or_not(self, answer: str) -> None:
        """Close with an answer."""
        self.dismiss(Answer(answer))

    def action_leave(self) -> None:
        """Close without an answer: the question stays open."""
        self.dismiss(None)
