"""Documents of a list of ids, read a page at a time as they come into view."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, cast

from textual.cache import LRUCache
from textual.worker import WorkType

from blink_tui.buffer import Document
from blink_tui.i18n import _
from blink_tui.model.documents import Direction
from blink_tui.model.text import clean
from blink_tui.tui.keys import bindings
from blink_tui.tui.widgets.rows import Pieces, RowsView
from blink_tui.tui.words import STATUS_WORDS, amount, day, fit, fit_right

if TYPE_CHECKING:
    from blink_tui.tui.app import ConsoleApp

_PAGE = 100
_PAGES_KEPT = 16
_NUMBER, _DAY, _GROSS, _STATUS = 22, 10, 17, 14
_WIDE = 100


class DocumentRows(RowsView):
    """One document a row; several can be marked."""

    BINDINGS = bindings("mark", "pick-all", "pick-none")

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self.ids: Sequence[int] = ()
        self.marked: set[int] = set()
        self._pages: LRUCache[int, Sequence[Document]] = LRUCache(_PAGES_KEPT)
        self._wished: set[int] = set()

    def show(self, ids: Sequence[int]) -> None:
        """Show other documents, or the same ones as they are now."""
        self.ids = ids
        self.marked &= set(ids)
        self._pages.clear()
        self._wished.clear()
        self.set_count(len(ids))

    @property
    def current(self) -> Document | None:
        """The document under the cursor; None for an empty list or while it is being read."""
        return self._document(self.cursor) if self.ids else None

    @property
    def chosen(self) -> list[int]:
        """Ids of the marked documents, else of the one under the cursor."""
        return sorted(self.marked) or ([self.ids[self.cursor]] if self.ids else [])

    def _document(self, index: int) -> Document | None:
        page, place = divmod(index, _PAGE)
        if page not in self._pages and page not in self._wished:
            self._wished.add(page)
            work: WorkType[None] = partial(self._read, page)
            self.run_worker(work, group="documents")
        found = self._pages.get(page)
        return found[place] if found is not None else None

    async def _read(self, page: int) -> None:
        console = cast("ConsoleApp", self.app)
        ids = self.ids[page * _PAGE : (page + 1) * _PAGE]
        known = {one.id: one for one in await console.buffer.documents.get_many(ids)}
        if ids == self.ids[page * _PAGE : (page + 1) * _PAGE]:
            self._pages[page] = [known[one] for one in ids]
            self._wished.discard(page)
            self.refresh()
            self.post_message(self.Moved(self, self.cursor))

    def head(self, width: int) -> Pieces:
        titles = _("Number"), _("With"), _("Issued"), _("Gross"), _("Status")
        return (("   " + self._cells(width - 3, *titles), "head"),)

    def row(self, index: int, width: int) -> Pieces:
        document = self._document(index)
        if document is None:
            return (("    …", "dim"),)
        marked = document.id in self.marked
        other = document.buyer if document.direction is Direction.SALE else document.seller
        lead = (">" if index == self.cursor else " ") + ("*" if marked else " ") + " "
        cells = self._cells(
            width - 3,
            clean(document.invoice_number),
            clean(other.name),
            day(document.issue_date),
            f"{amount(document.gross)} {clean(document.currency)}",
            _(STATUS_WORDS[document.status]),
        )
        return ((lead + cells, "new" if marked else "plain"),)

    @staticmethod
    def _cells(width: int, number: str, other: str, issued: str, gross: str, status: str) -> str:
        end = f"  {fit(status, _STATUS)}" if width >= _WIDE else ""
        left = width - _NUMBER - _DAY - _GROSS - len(end) - 3
        return (
            f"{fit(number, _NUMBER)} {fit(other, left)} {fit(issued, _DAY)} {fit_right(gross, _GROSS)}{end}"
        )

    def action_mark(self) -> None:
        """Mark or unmark the document under the cursor, and go down."""
        if self.ids:
            self._mark(self.marked ^ {self.ids[self.cursor]})
            self.move_to(self.cursor + 1)

    def action_mark_all(self) -> None:
        """Mark every document."""
        self._mark(set(self.ids))

    def action_mark_none(self) -> None:
        """Take all marks away."""
        self._mark(set())

    def _mark(self, marked: set[int]) -> None:
        self.marked = marked
        self.refresh()
        self.post_message(self.Moved(self, self.cursor))
