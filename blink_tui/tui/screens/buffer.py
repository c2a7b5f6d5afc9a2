"""The buffer: the tree of statuses at the left, the documents at the right, one of them whole below."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from functools import partial

from textual import on
from textual.containers import Horizontal, Vertical
from textual.timer import Timer
from textual.widget import Widget

from blink_tui.buffer import GridRow, Key
from blink_tui.buffer.decisions import Every, Selection
from blink_tui.i18n import _, ngettext
from blink_tui.model.filtering import Filter
from blink_tui.model.text import clean
from blink_tui.tui.columns import Choice, choice_of
from blink_tui.tui.deciding import ask_to_approve, edit_coding
from blink_tui.tui.detail import SUMMARY, XML, Content, read_content
from blink_tui.tui.finding import Hit, find
from blink_tui.tui.keys import bindings
from blink_tui.tui.marks import ALL, NONE
from blink_tui.tui.memory import Kept
from blink_tui.tui.pages import BufferSource, Pages
from blink_tui.tui.screens.columns import ColumnsWindow
from blink_tui.tui.screens.deciding import DecidingScreen
from blink_tui.tui.screens.dialogs import DocumentWindow
from blink_tui.tui.screens.narrowing import NarrowingScreen
from blink_tui.tui.screens.queue import QueueWindow
from blink_tui.tui.sums import Sums, less, sums_of, sums_text
from blink_tui.tui.view import SORT_WORDS, View, view_of
from blink_tui.tui.widgets.asking import AskLine
from blink_tui.tui.widgets.bars import StatusLine
from blink_tui.tui.widgets.detail import DetailPane
from blink_tui.tui.widgets.grid import InvoiceGrid
from blink_tui.tui.widgets.rows import RowsView
from blink_tui.tui.widgets.tree import Counts, StatusTree
from blink_tui.tui.words import branch_word, number

_REST = 0.15
"""Seconds without a key after which what hangs on the cursor is read."""


class BufferScreen(DecidingScreen, NarrowingScreen):
    """Screen 5."""

    HERE = "go-buffer"
    AUTO_FOCUS = "#grid"
    BINDINGS = bindings(
        "choose-firm", "mark-all", "mark-invert", "columns",
        "sort", "sort-turn", "tree", "xml", "edit-coding-here",
    )  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self._view: View | None = None
        self._shown: View | None = None
        self._arrivals = 0
        self._newest: int | None = None
        self._timer: Timer | None = None
        self._sums = ""
        self._last: Key | None = None

    def body(self) -> Iterable[Widget]:
        yield StatusLine(id="status")
        with Horizontal():
            yield StatusTree(id="tree")
            with Vertical():
                yield InvoiceGrid(id="grid")
                yield DetailPane(id="detail")
        yield AskLine(id="ask")

    @property
    def _grid(self) -> InvoiceGrid:
        return self.query_one(InvoiceGrid)

    @property
    def view(self) -> View:
        """What is shown now."""
        return self._view or View(self.console.firm)

    # From one start to the next

    def keep(self) -> Kept:
        grid, current = self._grid, self._grid.current
        return {
            **self.view.kept(),
            "key": list(current.key) if current is not None else list(self._last or ()),
            "columns": [list(one) for one in grid.choice],
            "tree": self.query_one(StatusTree).display,
            "tab": self.query_one(DetailPane).tab,
            "words": self.words,
        }

    def recall(self, kept: Kept) -> None:
        self._view = view_of(kept, self.console.firm, self.console.who)
        self._last = _key_of(kept.get("key"))
        self._grid.choice = choice_of(kept.get("columns"))
        if kept.get("tree") is False:
            self.query_one(StatusTree).display = False
        self.query_one(DetailPane).tab = str(kept.get("tab", SUMMARY))
        self.words = str(kept.get("words", ""))

    # Reading

    def resumed(self) -> None:
        """Show the firm that was chosen elsewhere, or what has changed."""
        if self._shown is None or self.view.firm != self.console.firm:
            if self._shown is not None:
                self._grid.set_marks(NONE)
            self._change(replace(self.view, firm=self.console.firm), self._last)
        else:
            super().resumed()

    async def read(self) -> Callable[[], None]:
        view = self.view
        counts = await self.console.buffer.grid.tree_counts(view.chosen.firm_ids)
        total = await self.console.buffer.grid.count(view.chosen)
        return partial(self._show_counts, view, counts, total)

    def _show_counts(self, view: View, counts: Counts, total: int) -> None:
        if view.firm == self.view.firm:
            self.query_one(StatusTree).set_counts(counts)
        pages = self._grid.pages
        if view == self._shown and pages is not None:
            self._arrivals = total - pages.count
            self._tell()

    def show_view(self, view: View) -> None:
        """Show other documents, from the first on, without marks."""
        self._grid.set_marks(NONE)
        self.query_one(StatusTree).go_to(view.branch)
        self._change(view)

    def _change(self, view: View, keep: Key | None = None, newest: int | None = None) -> None:
        """Show another view, with the cursor on the row of a key; without what came after the document `newest`."""
        self._view = view
        self.ask(partial(self._open, view, keep, newest), self._show_pages, "open")

    async def _open(self, view: View, keep: Key | None, newest: int | None) -> tuple[View, Pages, int]:
        buffer = self.console.buffer
        self._newest = await buffer.grid.max_id() if newest is None else newest
        frozen = replace(view.chosen, max_id=self._newest)
        pages = Pages(BufferSource(buffer, frozen, view.sort, view.descending), self._grid.arrived)
        return view, pages, await pages.open(keep)

    def _show_pages(self, found: tuple[View, Pages, int]) -> None:
        view, pages, cursor = found
        self.close_line()
        self._shown = view
        self._arrivals = 0
        self._grid.show(
            pages,
            sort=view.sort,
            descending=view.descending,
            all_firms=view.firm is None,
            searched=bool(view.query.text),
            cursor=cursor,
        )
        self.reload()  # the counts of the tree come after the rows, which people wait for

    def show_arrivals(self) -> None:
        """The list as it is now; the cursor stays on its document."""
        current = self._grid.current
        self._change(self.view, current.key if current is not None else None)

    def retell(self) -> None:
        """The document in view is composed anew, too."""
        super().retell()
        self._rested()

    # What follows the cursor

    @on(RowsView.Moved, "#grid")
    def _wait_for_rest(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(_REST, self._rested)

    def _rested(self) -> None:
        self._tell()
        detail, row = self.query_one(DetailPane), self._grid.current
        if not detail.display:
            return
        if row is None:
            detail.show(None)
        else:
            self.ask(self._content_of(row), detail.show, "detail")

    @on(RowsView.Moved, "#tree")
    def _branch_reached(self) -> None:
        branch = self.query_one(StatusTree).branch
        if branch != self.view.branch:
            self._grid.set_marks(NONE)
            self._change(replace(self.view, branch=branch))

    def _tell(self) -> None:
        """The line above: where one is, how many documents, in which order, what is marked, what has arrived."""
        view, grid = self.view, self._grid
        new = ""
        if self._arrivals > 0:
            new = _("+{count} new, F5").format(count=number(self._arrivals))
        elif self._arrivals < 0:
            new = _("the list has changed, F5")
        if grid.current is not None:
            new = " ".join(part for part in (new, self.console.company.on(grid.current.id)) if part)
        place = f"{number(grid.cursor + 1)}/{number(grid.count)}" if grid.count else _("no documents")
        if self._shown != view:
            place = "…"
        marked = self._marked()
        branch = view.branch.direction or view.branch.status or not view.query
        self.query_one("#status", StatusLine).say(
            clean(view.firm.name) if view.firm is not None else _("All firms"),
            branch_word(view.branch.direction, view.branch.status) if branch else "",
            clean(view.query.text),
            *([marked] if marked else [place, _(SORT_WORDS[view.sort])]),
            alarm=new,
        )

    # Levels

    def go_back(self) -> None:
        """Out of a filter, to the grid, to the desk."""
        if self.view.query.text:
            self.narrow(Filter())
        elif self.focused is not self._grid:
            self._grid.focus()
        else:
            super().go_back()

    def firm_chosen(self) -> None:
        """Another firm, or all of them."""
        self.resumed()

    # Narrowing and searching

    @property
    def query_in_force(self) -> Filter:
        return self.view.query

    def focus_list(self) -> None:
        self._grid.focus()

    def narrow(self, query: Filter) -> None:
        self._grid.set_marks(NONE)
        self._change(replace(self.view, query=query))

    def search(self, words: Filter, *, forward: bool) -> None:
        pages, current = self._grid.pages, self._grid.current
        if pages is not None:
            start = current.key if current is not None else None
            self.ask(partial(find, pages, words, start, forward=forward), self._found, "search")

    def _found(self, hit: Hit | None) -> None:
        if hit is None:
            self.console.tell(_("Nothing was found: {words}").format(words=clean(self.words)))
            return
        if hit.wrapped:
            self.console.tell(_("The search went on at the other end of the list."))
        self._grid.move_to(hit.index)

    # The list

    def action_sort(self) -> None:
        """The next order: dates and amounts from the newest or largest, sellers from A."""
        names = list(SORT_WORDS)
        sort = names[(names.index(self.view.sort) + 1) % len(names)]
        self._change(replace(self.view, sort=sort, descending=sort != "seller"))

    def action_sort_turn(self) -> None:
        """The same order from its other end."""
        self._change(replace(self.view, descending=not self.view.descending))

    def action_tree(self) -> None:
        """Hide the tree to give the grid its room, or show it."""
        tree = self.query_one(StatusTree)
        tree.display = not tree.display
        if not tree.display and self.focused is None:
            self._grid.focus()

    def action_columns(self) -> None:
        """Choose columns, their order and width."""

        def take(choice: Choice | None) -> None:
            if choice is not None:
                self._grid.set_choice(choice)

        self.app.push_screen(ColumnsWindow(self._grid.choice, self._grid.in_view), take)

    # Marks

    def action_mark_all(self) -> None:
        """Mark all that the filter leaves."""
        self._grid.set_marks(ALL)

    def action_mark_invert(self) -> None:
        """Mark what is not marked and the other way round."""
        self._grid.set_marks(self._grid.marks.inverted())

    @on(InvoiceGrid.MarksChanged)
    def _marks_changed(self) -> None:
        marks, pages = self._grid.marks, self._grid.pages
        self._sums = sums_text(sums_of(marks.rows.values()))
        if marks.every and pages is not None and isinstance(pages.source, BufferSource):
            self._sums = ""
            self.ask(partial(self.console.buffer.grid.sums, pages.source.chosen), self._all_summed, "sums")
        self._tell()

    def _all_summed(self, sums: Sums) -> None:
        marks = self._grid.marks
        if marks.every:
            self._sums = sums_text(less(sums, sums_of(marks.rows.values())))
            self._tell()

    def _marked(self) -> str:
        count = self._grid.marks.count(self._grid.count)
        if not count:
            return ""
        text = ngettext("{count} marked", "{count} marked", count).format(count=number(count))
        return ": ".join(part for part in (text, self._sums) if part)

    # One document

    def _content_of(self, row: GridRow) -> Callable[[], Awaitable[Content]]:
        return partial(read_content, self.console.buffer, row.id, self.console.today)

    @on(InvoiceGrid.Opened)
    def _open_document(self, event: InvoiceGrid.Opened) -> None:
        self._show_window(event.row, self.query_one(DetailPane).tab)

    def action_xml(self) -> None:
        """The XML of the document under the cursor."""
        if self._grid.current is not None:
            self._show_window(self._grid.current, XML)

    def _show_window(self, row: GridRow, tab: str) -> None:
        def answer(wanted: str | None) -> None:
            if wanted == "approve":
                ask_to_approve(self, {row.id: row.version}, self.decided)
            elif wanted == "edit-coding":
                edit_coding(self, row.id, self.decided)

        def show(content: Content) -> None:
            window = DocumentWindow(clean(row.invoice_number), content, tab)
            self.app.push_screen(window, answer)

        self.ask(self._content_of(row), show, "window")

    # Decisions

    def action_edit_coding(self) -> None:
        """The editor on the document under the cursor."""
        if self._grid.current is not None:
            edit_coding(self, self._grid.current.id, self.decided)

    def selection(self) -> Selection | None:
        marks, current, pages = self._grid.marks, self._grid.current, self._grid.pages
        if marks.every and pages is not None and isinstance(pages.source, BufferSource):
            return Every(pages.source.chosen, frozenset(marks.rows))
        if marks:
            return {row.id: row.version for row in marks.rows.values()}
        return {current.id: current.version} if current is not None else None

    def queue(self) -> QueueWindow:
        """From the document under the cursor on, in the order of the list."""
        view, current = self.view, self._grid.current
        start = current.key if current is not None else None
        return QueueWindow(view.chosen, sort=view.sort, descending=view.descending, start=start)

    def decided(self) -> None:
        """The list anew without what came since, the cursor where it was."""
        self._grid.set_marks(NONE)
        current = self._grid.current
        self._change(self.view, current.key if current is not None else None, self._newest)


def _key_of(kept: object) -> Key | None:
    """A place in the order as it was kept."""
    if (
        isinstance(kept, list)
        and len(kept) == 2
        and isinstance(kept[0], str | int)
        and isinstance(kept[1], int)
    ):
        return kept[0], kept[1]
    return None
