"""A list that is narrowed by the filter language and searched by words: the typed lines and what their keys do."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual import on
from textual.timer import Timer

from blink_tui.i18n import _
from blink_tui.model.filtering import Filter, FilterError, complete, parse_filter
from blink_tui.tui.keys import bindings
from blink_tui.tui.screens.base import ConsoleScreen
from blink_tui.tui.screens.dialogs import Choose
from blink_tui.tui.widgets.asking import AskLine

if TYPE_CHECKING:
    from blink_tui.model.filtering.saved import SavedFilter

_FILTER, _SEARCH, _NAME = "filter", "search", "name"
_USE, _FORGET = "use", "forget"
_PATIENCE = 0.12
"""Seconds for which the line stays open while the rows of a filter are awaited."""
_OFFERED = 8
"""Suggestions in the line."""


class NarrowingScreen(ConsoleScreen):
    """A screen with an `AskLine` and a list that goes by a filter."""

    BINDINGS = bindings("filter", "filters", "search", "search-next", "search-previous")

    def __init__(self) -> None:
        super().__init__()
        self.words = ""
        """What was searched for last."""
        self._line_timer: Timer | None = None

    # What the screen does

    @property
    def query_in_force(self) -> Filter:
        """The filter of the list."""
        raise NotImplementedError

    def narrow(self, query: Filter) -> None:
        """Show another filter's documents."""
        raise NotImplementedError

    def search(self, words: Filter, *, forward: bool) -> None:
        """Go to the next document with the words, or to the one before."""
        raise NotImplementedError

    def focus_list(self) -> None:
        """Give the focus back to the list."""
        raise NotImplementedError

    # The lines

    def parsed(self, text: str) -> Filter:
        """A filter as this user means it today. Raises FilterError."""
        return parse_filter(text, today=self.console.today, who=self.console.who)

    @property
    def line(self) -> AskLine:
        """Where one types."""
        return self.query_one(AskLine)

    def action_filter(self) -> None:
        """Open the line for a filter."""
        self.line.open(_FILTER, self.query_in_force.text, _filter_hint())

    def action_search(self) -> None:
        """Open the line for words."""
        self.line.open(
            _SEARCH, self.words, _("words, numbers, NIP; n and N go on to the next and the previous")
        )

    def action_search_again(self, forward: bool) -> None:
        """The next hit, or the one before."""
        if self.words:
            self.search(self.parsed(self.words), forward=forward)
        else:
            self.action_search()

    @on(AskLine.Changed)
    def _hint(self, event: AskLine.Changed) -> None:
        if event.purpose == _FILTER:
            found = complete(event.text, event.position)[:_OFFERED]
            self.line.say(" ".join(one.text for one in found) or _filter_hint())

    @on(AskLine.Completing)
    def _complete(self, event: AskLine.Completing) -> None:
        found = complete(event.text, event.position) if event.purpose == _FILTER else []
        if found:
            one = found[0]
            taken = one.text if one.text.endswith(":") else one.text + " "
            text = event.text[: one.start] + taken + event.text[one.end :].lstrip()
            self.line.replace(text, one.start + len(taken))

    @on(AskLine.Given)
    def _given(self, event: AskLine.Given) -> None:
        if event.purpose == _NAME:
            self.close_line()
            self._save(event.text)
            return
        try:
            query = self.parsed(event.text)
        except FilterError as error:
            self.line.point(error.start, error.end, str(error))
            return
        if event.purpose == _FILTER:
            self.narrow(query)
            self._line_timer = self.set_timer(_PATIENCE, self.close_line)
            return
        self.close_line()
        if event.text:
            self.words = event.text
            self.search(query, forward=True)

    @on(AskLine.Closed)
    def close_line(self) -> None:
        """Give its room back to the list, at the latest when the rows are there: both in one repaint."""
        if self._line_timer is not None:
            self._line_timer.stop()
            self._line_timer = None
        if self.line.display:
            self.line.close()
            self.focus_list()

    # Saved filters

    def action_filters(self) -> None:
        """Use, save or forget a filter."""
        self.ask(partial(self.console.buffer.saved_filters.list, self.console.who), self._offer, "filters")

    def _offer(self, saved: Sequence[SavedFilter]) -> None:
        choices = [(f"{one.name}: {one.text}", (_USE, one.text)) for one in saved]
        if self.query_in_force.text:
            choices.append((_("Save the filter in force…"), (_NAME, "")))
        choices += [(_("Forget {name}").format(name=one.name), (_FORGET, one.name)) for one in saved]
        if choices:
            self.app.push_screen(Choose(_("Saved filters"), choices), self._act_on_saved)
        else:
            self.console.tell(_("There is no filter to save and none that was saved. F8 makes one."))

    def _act_on_saved(self, chosen: tuple[str, str] | None) -> None:
        what, value = chosen or ("", "")
        if what == _USE:
            self.narrow(self.parsed(value))
        elif what == _NAME:
            text = self.query_in_force.text
            self.line.open(_NAME, "", _("a name for this filter: {text}").format(text=text))
        elif what == _FORGET:
            told = _("Forgotten: {name}").format(name=value)
            self._change_saved(self.console.buffer.saved_filters.remove(self.console.who, value), told)

    def _save(self, name: str) -> None:
        if name:
            saved = self.console.buffer.saved_filters
            told = _("Saved: {name}").format(name=name)
            self._change_saved(saved.save(self.console.who, name, self.query_in_force.text), told)

    def _change_saved(self, change: Awaitable[object], told: str) -> None:
        async def changed() -> None:
            await change

        self.ask(changed, lambda _done: self.console.tell(told), "filters", exclusive=False)


def _filter_hint() -> str:
    return _("e.g. amount:>1000 status:fetched -type:KOR; Tab completes, 0 has the rest")
