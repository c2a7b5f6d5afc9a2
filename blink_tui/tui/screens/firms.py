"""The firms: whose invoices are fetched, how, since when, by whom they are kept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial

from rich.cells import cell_len
from textual import on
from textual.widget import Widget
from textual.widgets import Input

from blink_tui.i18n import _, ngettext
from blink_tui.model.firms import Firm
from blink_tui.model.text import clean, folded
from blink_tui.tui.cut import Cut
from blink_tui.tui.firm_books import open_books, open_rules
from blink_tui.tui.firm_form import firm_fields, saver
from blink_tui.tui.firm_lines import FirmLine, env_cell, read_firm_lines
from blink_tui.tui.keys import bindings
from blink_tui.tui.memory import Kept
from blink_tui.tui.screens.base import ConsoleScreen
from blink_tui.tui.screens.dialogs import Confirm
from blink_tui.tui.screens.discover import find_clients
from blink_tui.tui.screens.forms import FormWindow
from blink_tui.tui.widgets.bars import StatusLine
from blink_tui.tui.widgets.line import Line
from blink_tui.tui.widgets.rows import Pieces, RowsView
from blink_tui.tui.widgets.text import TextView
from blink_tui.tui.words import day, fit, number

_WIDE = 110
_NIP, _DAY, _STATE = 16, 10, 16


class FirmList(RowsView):
    """One firm a row."""

    def __init__(self) -> None:
        super().__init__(id="firm-list")
        self.lines: Sequence[FirmLine] = ()
        self.narrowed = False

    @property
    def current(self) -> FirmLine | None:
        """The firm under the cursor."""
        return self.lines[self.cursor] if self.lines else None

    def show(self, lines: Sequence[FirmLine], *, narrowed: bool, keep: str | None = None) -> None:
        """Show other firms; the cursor stays on its firm, or goes to the one whose number is to be kept."""
        here = keep or (self.current.firm.context_value if self.current else None)
        self.lines, self.narrowed = lines, narrowed
        places = [at for at, line in enumerate(lines) if line.firm.context_value == here]
        self.set_count(len(lines), places[0] if places else min(self.cursor, max(0, len(lines) - 1)))

    def head(self, width: int) -> Pieces:
        texts = (_("Firm"), _("NIP"), _("KSeF"), _("From day"), _("State"), _("How often"))
        return (("  " + self._cells(width, *texts), "head"),)

    def row(self, index: int, width: int) -> Pieces:
        line = self.lines[index]
        firm = line.firm
        cells = self._cells(
            width,
            clean(firm.name),
            firm.context_value,
            env_cell(firm.env),
            day(firm.first_day) or _("usual"),
            line.state,
            line.intervals if width >= _WIDE else "",
        )
        return ((f"{'>' if index == self.cursor else ' '}{line.glyph}{cells}", line.tone),)

    def nothing(self) -> str:
        if self.narrowed:
            return _("No firm is left. Esc takes the words away, b shows all clients again.")
        return _("There is no firm yet. Ins adds the first, step by step.")

    @staticmethod
    def _cells(width: int, name: str, nip: str, env: str, first: str, state: str, often: str) -> str:
        room = 20 if width >= _WIDE else 11
        fixed = f"{fit(nip, _NIP)} {fit(env, room)} {fit(first, _DAY)} {fit(state, _STATE)}"
        left = width - cell_len(fixed) - 3
        if width < _WIDE:
            return f"{fit(name, left)} {fixed}"
        return f"{fit(name, left * 2 // 5)} {fixed} {fit(often, left - left * 2 // 5 - 1)}"


class FirmsScreen(ConsoleScreen):
    """Screen 2."""

    HERE = "go-firms"
    AUTO_FOCUS = "#firm-list"
    BINDINGS = bindings(
        "documents", "add", "edit", "switch", "pause", "discover", "books", "rules", "narrow", "mine"
    )

    def __init__(self) -> None:
        super().__init__()
        self._lines: Sequence[FirmLine] = ()
        self._words = ""
        self._here: str | None = None
        """The firm under the cursor; the list itself may be gone when it is asked what to keep."""
        self._wanted: str | None = None
        """The firm on which the cursor is to stand, once it is there."""

    def body(self) -> Iterable[Widget]:
        yield StatusLine(id="status")
        yield FirmList()
        yield TextView(id="firm-detail")
        line = Line(_("words of the name, NIP, state"), id="narrow")
        line.display = False
        yield line

    @property
    def _list(self) -> FirmList:
        return self.query_one(FirmList)

    def keep(self) -> Kept:
        return {"words": self._words, "firm": self._here or self._wanted}

    def recall(self, kept: Kept) -> None:
        self._words = str(kept.get("words") or "")
        self._wanted = str(kept.get("firm") or "") or None

    # Reading

    async def read(self) -> Callable[[], None]:
        return partial(self._show, await read_firm_lines(self.console.buffer))

    def _show(self, lines: Sequence[FirmLine]) -> None:
        self._lines = lines
        words = folded(self._words).split()
        cut = Cut(self.console.memory, self.console.who)
        shown = [line for line in lines if cut.keeps(line.firm) and line.holds(words)]
        self._list.show(shown, narrowed=bool(words) or cut.mine, keep=self._wanted)
        if shown:
            self._wanted = None
        count = ngettext("{count} firm", "{count} firms", len(lines)).format(count=number(len(lines)))
        off = sum(not line.firm.enabled for line in lines)
        no_access = sum(line.glyph == "!" for line in lines)
        self.query_one("#status", StatusLine).say(
            count,
            _("{n} with “{words}”").format(n=number(len(shown)), words=clean(self._words)) if words else "",
            _("my clients: {n}").format(n=number(len(shown))) if cut.mine and not words else "",
            _("{n} switched off").format(n=number(off)) if off else "",
            alarm=_("! {n} without access").format(n=number(no_access)) if no_access else "",
        )

    @on(RowsView.Moved, "#firm-list")
    def _tell_firm(self) -> None:
        current = self._list.current
        self._here = current.firm.context_value if current else None
        self.query_one("#firm-detail", TextView).set_paragraphs(current.paragraphs() if current else [])

    # Narrowing

    def action_mine(self) -> None:
        """Only the user's own clients, or all firms again."""
        Cut(self.console.memory, self.console.who).turn()
        self._show(self._lines)

    def action_narrow(self) -> None:
        """Type words that the firms shall hold."""
        line = self.query_one("#narrow", Line)
        line.value = self._words
        line.display = True
        line.focus()

    @on(Input.Changed, "#narrow")
    def _narrowed(self, event: Input.Changed) -> None:
        if event.value != self._words:
            self._words = event.value
            self._show(self._lines)

    @on(Input.Submitted, "#narrow")
    def _narrowing_done(self) -> None:
        self.query_one("#narrow", Line).display = False
        self._list.focus()

    def go_back(self) -> None:
        """All firms again, then the desk."""
        if self._words or self.query_one("#narrow", Line).display:
            self._words = ""
            self._narrowing_done()
            self._show(self._lines)
        else:
            super().go_back()

    # What can be done

    def action_documents(self) -> None:
        """The documents of the firm under the cursor."""
        current = self._list.current
        if current is not None:
            self.console.choose_firm(current.firm)
            self.console.action_go("buffer")

    def action_add(self) -> None:
        """A form; the very first firm is set up step by step."""
        if not self._lines:
            self.console.begin()
            return
        now = self.console.now
        form: FormWindow[Firm] = FormWindow(
            "firm", _("A new firm"), firm_fields(now), saver(self.console.buffer, now, None)
        )
        self.app.push_screen(form, self._added)

    def _added(self, firm: Firm | None) -> None:
        if firm is not None:
            self._wanted = firm.context_value
            self.reload()
            told = _("Added {firm}. Now add what logs in for it, in Access (3).")
            self.console.tell(told.format(firm=clean(firm.name)))

    def action_edit(self) -> None:
        """A form with the firm under the cursor."""
        current = self._list.current
        if current is None:
            return
        firm, now = current.firm, self.console.now
        form: FormWindow[Firm] = FormWindow(
            f"firm.{firm.id}",
            f"{clean(firm.name)} · {firm.context_value}",
            firm_fields(now, firm),
            saver(self.console.buffer, now, firm),
            intro=_("What was fetched stays, whatever is changed here."),
        )
        self.app.push_screen(form, lambda saved: self.reload() if saved else None)

    def action_switch(self) -> None:
        """Ask, then stop fetching for the firm under the cursor, or begin again."""
        current = self._list.current
        if current is None:
            return
        firm = current.firm
        title = _("Switch it off?") if firm.enabled else _("Fetch for it again?")
        lines = [f"{clean(firm.name)} · {firm.context_value}"]
        if firm.enabled:
            lines.append(_("KSeF is no longer asked for it; its documents stay."))

        def switch(agreed: bool | None) -> None:
            if agreed:
                firms = self.console.buffer.firms
                self._change(partial(firms.set_enabled, firm.id, firm.version, not firm.enabled))

        self.app.push_screen(Confirm(title, lines), switch)

    def action_pause(self) -> None:
        """Let the schedule leave the firm under the cursor alone, or go on; a person may still fetch."""
        current = self._list.current
        if current is not None:
            firm = current.firm
            self._change(partial(self.console.buffer.schedules.pause, [firm.id], not firm.paused))

    def _change(self, change: Callable[[], Awaitable[object]]) -> None:
        self.ask(change, lambda _result: self.reload(), "change", exclusive=False)

    def action_books(self) -> None:
        """The books of the firm under the cursor."""
        current = self._list.current
        if current is not None:
            open_books(self, current.firm)

    def action_rules(self) -> None:
        """The rules and schemes of the office."""
        open_rules(self, None)

    def action_discover(self) -> None:
        """Ask KSeF who granted the office access."""
        find_clients(self)
