"""The buffer: the tree of statuses at the left, the documents at the right, one of them whole below."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial

from textual import on
from textual.containers import Horizontal, Vertical
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from blink_tui.buffer import GridFilter, GridRow, Key, Sort
from blink_tui.i18n import N_, _, ngettext
from blink_tui.model.documents import Status
from blink_tui.model.filtering import EVERYTHING, Filter, FilterError, parse_filter
from blink_tui.model.firms import Firm
from blink_tui.model.text import clean
from blink_tui.tui.approval import Approval, approval_of, sum_lines
from blink_tui.tui.detail import XML, Content, read_content
from blink_tui.tui.keys import bindings
from blink_tui.tui.pages import BufferSource, Pages
from blink_tui.tui.screens.base import ConsoleScreen
from blink_tui.tui.screens.dialogs import Confirm, DocumentWindow
from blink_tui.tui.widgets.bars import StatusLine
from blink_tui.tui.widgets.detail import DetailPane
from blink_tui.tui.widgets.grid import InvoiceGrid
from blink_tui.tui.widgets.line import Line
from blink_tui.tui.widgets.rows import RowsView
from blink_tui.tui.widgets.tree import Branch, Counts, StatusTree
from blink_tui.tui.words import branch_word, number

_REST = 0.15
"""Seconds without a key after which what hangs on the cursor is read."""
_MARK_LIMIT = 10_000
_READ_AT_ONCE = 1000

_SORT_WORDS: dict[Sort, str] = {
    "received_date": N_("by receipt"),
    "issue_date": N_("by issue"),
    "gross": N_("by amount"),
    "seller": N_("by seller"),
    "id": N_("by arrival"),
}


_ALL = Branch()


@dataclass(frozen=True, slots=True)
class View:
    """What the grid shows and how."""

    firm: Firm | None = None
    branch: Branch = _ALL
    query: Filter = EVERYTHING
    sort: Sort = "received_date"
    descending: bool = True

    @property
    def chosen(self) -> GridFilter:
        """The filter, open to later arrivals."""
        return GridFilter(
            firm_ids=None if self.firm is None else (self.firm.id,),
            direction=self.branch.direction,
            statuses=None if self.branch.status is None else (self.branch.status,),
            query=self.query,
        )


class BufferScreen(ConsoleScreen):
    """Screen 5."""

    HERE = "go-buffer"
    AUTO_FOCUS = "#grid"
    BINDINGS = bindings(
        "approve", "search", "choose-firm", "mark-all", "mark-invert", "sort", "sort-turn", "tree", "xml"
    )

    def __init__(self) -> None:
        super().__init__()
        self._view: View | None = None
        self._shown: View | None = None
        self._arrivals = 0
        self._newest: int | None = None
        self._timer: Timer | None = None

    def body(self) -> Iterable[Widget]:
        yield StatusLine(id="status")
        with Horizontal():
            yield StatusTree(id="tree")
            with Vertical():
                yield InvoiceGrid(id="grid")
                yield DetailPane(id="detail")
        search = Line("", id="search")
        search.display = False
        yield search

    @property
    def _grid(self) -> InvoiceGrid:
        return self.query_one(InvoiceGrid)

    @property
    def view(self) -> View:
        """What is shown now."""
        return self._view or View(self.console.firm)

    # Reading

    def resumed(self) -> None:
        """Show the firm that was chosen elsewhere, or what has changed."""
        if self._view is None or self._view.firm != self.console.firm:
            self._grid.set_marks(())
            self._change(replace(self.view, firm=self.console.firm))
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
        self._shown = view
        self._arrivals = 0
        self._grid.show(
            pages,
            sort=view.sort,
            descending=view.descending,
            all_firms=view.firm is None,
            searched=bool(view.query),
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
            self._grid.set_marks(())
            self._change(replace(self.view, branch=branch))

    @on(InvoiceGrid.MarksChanged)
    def _tell(self) -> None:
        """The line above: where one is, how many documents, in which order, what is marked, what has arrived."""
        view, grid = self.view, self._grid
        new = ""
        if self._arrivals > 0:
            new = _("+{count} new, F5").format(count=number(self._arrivals))
        elif self._arrivals < 0:
            new = _("the list has changed, F5")
        place = f"{number(grid.cursor + 1)}/{number(grid.count)}" if grid.count else _("no documents")
        if self._shown != view:
            place = "…"
        marks = len(grid.marks)
        self.query_one("#status", StatusLine).say(
            clean(view.firm.name) if view.firm is not None else _("All firms"),
            branch_word(view.branch.direction, view.branch.status),
            f'"{clean(view.query.text)}"' if view.query else "",
            place,
            _(_SORT_WORDS[view.sort]),
            ngettext("{count} marked", "{count} marked", marks).format(count=number(marks)) if marks else "",
            alarm=new,
        )

    # Levels

    def go_back(self) -> None:
        """Out of the search line, out of a search, to the grid, to the firms."""
        search = self.query_one("#search", Input)
        if search.display:
            search.display = False
            self._grid.focus()
        elif self.view.query:
            self._change(replace(self.view, query=EVERYTHING))
        elif self.focused is not self._grid:
            self._grid.focus()
        else:
            super().go_back()

    def firm_chosen(self) -> None:
        """Another firm, or all of them."""
        self.resumed()

    def action_search(self) -> None:
        """Open the search line."""
        search = self.query_one("#search", Input)
        search.placeholder = _("words, numbers, NIP, status:, amount:, from: …")
        search.value = self.view.query.text
        search.display = True
        search.focus()

    @on(Input.Submitted, "#search")
    def _search(self, event: Input.Submitted) -> None:
        """What cannot be understood is told, with the cursor put on the place."""
        try:
            query = parse_filter(event.value, today=self.console.today, who=self.console.who)
        except FilterError as error:
            event.input.cursor_position = error.end
            self.console.tell(clean(str(error)), severity="warning")
            return
        event.input.display = False
        self._grid.focus()
        self._change(replace(self.view, query=query))

    def action_sort(self) -> None:
        """The next order: dates and amounts from the newest or largest, sellers from A."""
        names = list(_SORT_WORDS)
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
        def show(content: Content) -> None:
            window = DocumentWindow(clean(row.invoice_number), content, tab)
            self.app.push_screen(window, lambda approve: self._ask_approval([row]) if approve else None)

        self.ask(self._content_of(row), show, "window")

    # Marks and decisions

    async def _all_rows(self) -> list[GridRow]:
        pages = self._grid.pages
        if pages is None or pages.count > _MARK_LIMIT:
            return []
        rows = list(await pages.source.first(_READ_AT_ONCE))
        while rows and len(rows) < pages.count:
            more = await pages.source.page(rows[-1].key, _READ_AT_ONCE + 1)
            if len(more) < 2:
                break
            rows += more[1:]
        return rows

    def action_mark_all(self) -> None:
        """Mark every document of the list."""
        if self._grid.count > _MARK_LIMIT:
            self.console.tell(
                _("More than {count} documents cannot be marked at once; narrow the list.").format(
                    count=number(_MARK_LIMIT)
                )
            )
            return
        self.ask(self._all_rows, self._grid.set_marks, "marks")

    def action_mark_invert(self) -> None:
        """Mark what is not marked and the other way round, within the list."""
        marks = dict(self._grid.marks)
        self.ask(
            self._all_rows,
            lambda rows: self._grid.set_marks(row for row in rows if row.id not in marks),
            "marks",
        )

    def action_approve(self) -> None:
        """Ask, with count and sums, then approve."""
        chosen = self._grid.chosen()
        if chosen:
            self._ask_approval(chosen)
        else:
            self.console.tell(_("No document is chosen."))

    def _ask_approval(self, chosen: list[GridRow]) -> None:
        approval = approval_of(chosen)
        if approval.refusal:
            self.console.tell(approval.refusal, severity="warning")
        if not approval.versions:
            return
        count = len(approval.versions)
        question = ngettext("Approve {count} document?", "Approve {count} documents?", count)
        lines = sum_lines(approval.sums)
        if count == 1:
            row = next(row for row in chosen if row.id in approval.versions)
            lines = [f"{clean(row.invoice_number)} · {clean(row.party_name)}", *lines]
        self.app.push_screen(
            Confirm(question.format(count=number(count)), lines), partial(self._approve, approval)
        )

    def _approve(self, approval: Approval, agreed: bool | None) -> None:
        if agreed:
            self.ask(partial(self._change_status, approval), self._approved, "approve", exclusive=False)

    async def _change_status(self, approval: Approval) -> int:
        return await self.console.buffer.documents.change_status(
            list(approval.versions), Status.APPROVED, who=self.console.who, versions=approval.versions
        )

    def _approved(self, count: int) -> None:
        self.console.tell(
            ngettext("{count} document approved.", "{count} documents approved.", count).format(
                count=number(count)
            )
        )
        self._grid.set_marks(())
        current = self._grid.current
        self._change(self.view, current.key if current is not None else None, self._newest)
