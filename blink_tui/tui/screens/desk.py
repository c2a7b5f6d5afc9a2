"""Pulpit: how complete each firm is, what waits in it, what went wrong; what needs a hand comes first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial

from rich.cells import cell_len
from textual import on
from textual.message import Message
from textual.widget import Widget

from blink_tui.i18n import _, ngettext
from blink_tui.model.dates import warsaw
from blink_tui.model.telling import sentence
from blink_tui.model.text import clean
from blink_tui.tui.keys import bindings
from blink_tui.tui.overview import FirmState, read_firms
from blink_tui.tui.screens.base import ConsoleScreen
from blink_tui.tui.widgets.bars import StatusLine
from blink_tui.tui.widgets.rows import Pieces, RowsView
from blink_tui.tui.widgets.text import Paragraph, TextView
from blink_tui.tui.words import fit, fit_title, moment, number

_NUMBERS = (9, 7, 9)
_UNTIL = 16
_PROBLEM_FROM = 118

_FIRST_STEPS = """
{steps}

   blink firm add --nip 5265877635 --name "Alfa sp. z o.o."
   blink credential add --firm 5265877635

{access}
{then}

{demo}

   blink demo
"""


def standing(state: FirmState) -> tuple[str, str]:
    """How a firm stands in one sentence, and its tone."""
    if not state.firm.enabled:
        return _("switched off"), "dim"
    if state.failure is not None:
        return "! " + sentence(state.failure), "bad"
    if state.firm.paused:
        return "~ " + _("paused"), "warn"
    if state.until is None:
        return "~ " + _unfinished(state), "warn"
    return "", "plain"


def _unfinished(state: FirmState) -> str:
    """Why no span can be named in which a firm is complete."""
    return _("not every role was fetched yet") if state.total else _("never fetched")


def coming(state: FirmState, now: datetime) -> str:
    """When the schedule asks for a firm next; empty while it does not."""
    if state.due is None:
        return ""
    if state.due <= now:
        return _("asked for now")
    local, today = state.due.astimezone(warsaw()), now.astimezone(warsaw()).date()
    return _("asked for next at {time}").format(
        time=f"{local:%H:%M}" if local.date() == today else f"{local:%Y-%m-%d %H:%M}"
    )


class FirmRows(RowsView):
    """One firm a row."""

    BINDINGS = bindings("open")

    class Opened(Message):
        """A firm's documents are to be shown."""

    def __init__(self) -> None:
        super().__init__(id="firms")
        self.states: Sequence[FirmState] = ()

    @property
    def current(self) -> FirmState | None:
        """The firm under the cursor."""
        return self.states[self.cursor] if self.states else None

    def show(self, states: Sequence[FirmState]) -> None:
        """Show other states; the cursor stays on its firm, or on the most urgent one if it was never moved."""
        here = self.current.firm.id if self.current is not None and self.cursor else None
        self.states = states
        places = [index for index, state in enumerate(states) if state.firm.id == here]
        self.set_count(len(states), places[0] if places else 0)

    def head(self, width: int) -> Pieces:
        return ((self._cells(width, _("Firm"), _("NIP"), _("Complete to"), _("Documents"), _("Fetched"),
                             _("Approved"), _("Last problem")), "head"),)  # fmt: skip

    def row(self, index: int, width: int) -> Pieces:
        state = self.states[index]
        text, tone = standing(state)
        cells = self._cells(
            width,
            clean(state.firm.name),
            state.firm.context_value,
            moment(state.until) if state.until else "-",
            number(state.total),
            number(state.fetched),
            number(state.approved),
            text,
        )
        lead = (">" if index == self.cursor else " ") + (text[0] if text.startswith(("!", "~")) else " ")
        return ((lead + cells[2:], tone),)

    def nothing(self) -> str:
        return _FIRST_STEPS.format(
            steps=_(
                "There is no firm here yet. Leave with Ctrl+Q, then type, with the firm's own NIP and name:"
            ),
            access=_("The second asks for the token from KSeF; --cert and --key name a certificate instead."),
            then=_("Then start blink again: F5 fetches."),
            demo=_("To look around first, on invented firms and without KSeF:"),
        )

    @staticmethod
    def _cells(width: int, name: str, nip: str, until: str, *rest: str) -> str:
        *numbers, problem = rest
        fixed = f"{fit(nip, 16 if width >= _PROBLEM_FROM else 10)} {fit(until, _UNTIL)}" + "".join(
            " " + fit_title(text, room) for text, room in zip(numbers, _NUMBERS, strict=True)
        )
        left = width - cell_len(fixed) - 4
        if width < _PROBLEM_FROM:
            return f"  {fit(name, left)} {fixed} "
        return f"  {fit(name, left // 2)} {fixed}  {fit(problem, left - left // 2 - 1)}"

    def action_open(self) -> None:
        """Show the documents of the firm under the cursor."""
        if self.current is not None:
            self.post_message(self.Opened())


class DeskScreen(ConsoleScreen):
    """Screen 1."""

    HERE = "go-desk"

    def body(self) -> Iterable[Widget]:
        yield StatusLine(id="status")
        yield FirmRows()
        yield TextView(id="firm-detail")

    async def read(self) -> Callable[[], None]:
        return partial(self._show, await read_firms(self.console.buffer, self.console.now))

    def go_back(self) -> None:
        """Nothing is behind this screen."""

    def _show(self, states: list[FirmState]) -> None:
        self.query_one(FirmRows).show(states)
        waiting = sum(state.fetched for state in states)
        stopped = sum(state.failure is not None for state in states)
        self.query_one("#status", StatusLine).say(
            ngettext("{count} firm", "{count} firms", len(states)).format(count=number(len(states))),
            ngettext("{count} document to decide on", "{count} documents to decide on", waiting).format(
                count=number(waiting)
            ),
            alarm=ngettext("! {count} firm stopped", "! {count} firms stopped", stopped).format(count=stopped)
            if stopped
            else "",
        )
        if not states:
            self.query_one("#status", StatusLine).say(_("No firm yet"))

    @on(RowsView.Moved, "#firms")
    def _tell_firm(self) -> None:
        """The firm under the cursor in full sentences, under the list."""
        state = self.query_one(FirmRows).current
        paragraphs: list[Paragraph] = []
        if state is not None:
            firm = state.firm
            span = _unfinished(state)
            if state.since is not None and state.until is not None:
                span = _("complete from {since} to {until}").format(
                    since=moment(state.since), until=moment(state.until)
                )
            name = f"{clean(firm.name)} · {firm.context_value} · {clean(firm.env)}"
            late = _("late") if state.late else ""
            parts = (span, late, coming(state, self.console.now))
            paragraphs = [Paragraph(name, "head"), Paragraph(" · ".join(part for part in parts if part))]
            text, tone = standing(state)
            if text:
                paragraphs.append(Paragraph(text, tone))
        self.query_one("#firm-detail", TextView).set_paragraphs(paragraphs)

    @on(FirmRows.Opened)
    def _open_firm(self) -> None:
        state = self.query_one(FirmRows).current
        if state is not None:
            self.console.choose_firm(state.firm)
            self.console.action_go("buffer")
