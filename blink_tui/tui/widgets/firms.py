"""The list of firms on the desk: one a row, with as many columns as fit."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual.message import Message

from blink_tui.i18n import _
from blink_tui.model.documents import Status
from blink_tui.model.telling import span_words
from blink_tui.model.text import clean
from blink_tui.tui.firm_words import GLYPHS, access_words, need_words
from blink_tui.tui.keys import bindings
from blink_tui.tui.overview import FirmState
from blink_tui.tui.widgets.rows import Pieces, RowsView
from blink_tui.tui.words import fit, fit_title, moment, number

_UNTIL = 16
_COUNTS = (5, 7, 7, 7, 8)
_NIP, _LAG, _ACCESS = 16, 8, 14
_WIDE = 118
_NEED_FROM = 140

_FIRST_STEPS = """
{steps}

   blink firm add --nip 5265877635 --name "Alfa sp. z o.o."

{demo}

   blink demo
"""


class FirmRows(RowsView):
    """One firm a row."""

    BINDINGS = bindings("open")

    class Opened(Message):
        """A firm's documents are to be shown."""

    def __init__(self) -> None:
        super().__init__(id="firms")
        self.states: Sequence[FirmState] = ()
        self._cut = False

    @property
    def current(self) -> FirmState | None:
        """The firm under the cursor."""
        return self.states[self.cursor] if self.states else None

    def show(self, states: Sequence[FirmState], wanted: str | None = None, *, cut: bool = False) -> None:
        """Show other states; the cursor stays on its firm, or on the most urgent one if it was never moved.

        `wanted` is the context of a firm to begin with.
        """
        here = self.current.firm.context_value if self.current is not None and self.cursor else wanted
        self.states, self._cut = states, cut
        place = next((index for index, one in enumerate(states) if one.firm.context_value == here), 0)
        self.set_count(len(states), place)

    def head(self, width: int) -> Pieces:
        counts = (_("New"), _("Fetched"), _("Coded"), _("Clarify"), _("Approved"))
        text = self._cells(
            width, _("Firm"), _("Complete to"), counts, _("NIP"), _("Lag"), _("Access"), _("Needs")
        )
        return ((text, "head"),)

    def row(self, index: int, width: int) -> Pieces:
        state = self.states[index]
        glyph, tone = GLYPHS[state.need]
        span, lag = state.span, state.lag
        counts = (
            state.new, state.held(Status.FETCHED), state.held(Status.CODED), state.held(Status.QUERIED),
            state.held(Status.APPROVED),
        )  # fmt: skip
        cells = self._cells(
            width,
            clean(state.firm.name),
            moment(span.until) if span else "-",
            [number(count) if count else "-" for count in counts],
            state.firm.context_value,
            span_words(lag) if lag is not None else "-",
            access_words(state),
            need_words(state),
        )
        return (((">" if index == self.cursor else " ") + glyph + cells[2:], tone),)

    def nothing(self) -> str:
        if self._cut:
            return _("No firm is looked after by you. b shows all firms again.")
        return _FIRST_STEPS.format(
            steps=_("There is no firm here yet. Ins in Firms (2) adds one; or, without the console:"),
            demo=_("To look around first, on invented firms and without KSeF:"),
        )

    @staticmethod
    def _cells(
        width: int, name: str, until: str, counts: Sequence[str], nip: str, lag: str, access: str, need: str
    ) -> str:
        fixed = f" {fit(until, _UNTIL)}" + "".join(
            " " + fit_title(text, room) for text, room in zip(counts, _COUNTS, strict=True)
        )
        if width >= _WIDE:
            fixed = f" {fit(nip, _NIP)}{fixed}{fit_title(lag, _LAG)}  {fit(access, _ACCESS)}"
        left = width - cell_len(fixed) - 2
        if width < _NEED_FROM:
            return f"  {fit(name, left)}{fixed}"
        named = left * 3 // 5
        return f"  {fit(name, named)}{fixed} {fit(need, left - named - 1)}"

    def action_open(self) -> None:
        """Show the documents of the firm under the cursor."""
        if self.current is not None:
            self.post_message(self.Opened())
