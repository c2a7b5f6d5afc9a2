"""Lines at the top and the bottom of a screen: where one is, what goes on, which keys there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from blink_tui.i18n import N_, _
from blink_tui.model.text import clean
from blink_tui.tui.keys import ACTIONS, key_name
from blink_tui.tui.words import fit

_TABS = {
    "go-desk": N_("Desk"), "go-firms": N_("Firms"), "go-access": N_("Access"), "go-log": N_("Log"),
    "go-buffer": N_("Buffer"), "go-coding": N_("Cod."), "go-months": N_("Mon."), "go-handover": N_("Books"),
    "go-settings": N_("Set."), "go-manual": N_("Help"),
}  # fmt: skip
"""Actions of the numbered screens, each with its name where there is little room."""


_ACTIVITY = 13
"""Cells kept for what the engine does."""


class Bar(Widget, can_focus=False):
    """One line of pieces with styles by name; `fill` styles the rest of the line."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"bar--fill", "bar--strong", "bar--key", "bar--alarm"}

    def pieces(self, width: int) -> list[tuple[str, str]]:
        """Texts with the name of their style (`fill`, `strong`, `key`, `alarm`)."""
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y:
            return Strip.blank(width, self._style("fill"))
        segments = [Segment(text, self._style(name)) for text, name in self.pieces(width)]
        return Strip(segments).adjust_cell_length(width, self._style("fill")).simplify()

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"bar--{name}")


class TopBar(Bar):
    """The screens by their digits, the one in view set off; at the right what the engine does, and whose console it is.

    What the engine does goes before the title where there is no room for both; that it has stopped goes before all.
    """

    def __init__(self) -> None:
        super().__init__()
        self.here = ""
        """Name of the action that leads to the screen in view."""
        self.title = ""
        """What the console as a whole shows, such as a demo."""
        self.notice = ""
        """What must be seen in every screen: it stays where there is room for nothing else."""
        self.keys_of: Callable[[str], Sequence[str]] = lambda name: ACTIONS[name].keys
        self._activity = ("", "strong")

    def set_activity(self, text: str, *, alarm: bool = False) -> None:
        """Change the word or two at the right; repaints only if they differ."""
        activity = (text, "alarm" if alarm else "strong")
        if activity != self._activity:
            self._activity = activity
            self.refresh()

    def pieces(self, width: int) -> list[tuple[str, str]]:
        activity, style = self._activity
        told = [(activity, style), (clean(self.title), "fill")]
        notices = [(f" {text} ", "alarm") for text in self._alarms()]
        width -= sum(cell_len(text) for text, _style in notices)
        tabs = self._fitting_tabs(width - _ACTIVITY - cell_len(clean(self.title)), width)
        left = width - sum(cell_len(text) for text, _style in tabs)
        ends: list[tuple[str, str]] = []
        for text, style in told:
            if text and style != "alarm" and cell_len(text) + 2 <= left:
                ends[:0] = [(f" {text} ", style)]
                left -= cell_len(text) + 2
        return [*tabs, (" " * left, "fill"), *ends, *notices]

    def _alarms(self) -> list[str]:
        """What has its room before anything else: that fetching has stopped, and the notice."""
        activity, style = self._activity
        return [text for text in (activity if style == "alarm" else "", self.notice) if text]

    def _fitting_tabs(self, room: int, most: int) -> list[tuple[str, str]]:
        """The roomiest form of all tabs that fits, else the shortest; more than `most` cells only without an alarm."""
        whole = {name: _(ACTIONS[name].label) for name in _TABS}
        short = {name: _(label) for name, label in _TABS.items()}
        forms = (self._tabs(" ", whole), self._tabs(" ", short))
        shortest = self._tabs("", short)
        if self._alarms() and sum(cell_len(text) for text, _style in shortest) > most:
            shortest = self._tabs("", {name: short[name] if name == self.here else "" for name in short})
        return next(
            (tabs for tabs in forms if sum(cell_len(text) for text, _style in tabs) <= room), shortest
        )

    def _tabs(self, space: str, labels: Mapping[str, str]) -> list[tuple[str, str]]:
        """Digit and label of every screen; the one in view stands in brackets."""
        named = {name: f"{key_name(self.keys_of(name)[0])}{space}{label}" for name, label in labels.items()}
        return [
            (f"[{text}]", "strong") if name == self.here else (f" {text}{space}", "fill")
            for name, text in named.items()
        ]


class StatusLine(Bar):
    """One line of text above a list: what it shows, how many, what is new."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._shown = ("", "")

    def say(self, *parts: str, alarm: str = "") -> None:
        """Show parts with a dot between them, then something that wants attention; repaints only if it differs."""
        text = " · ".join(part for part in parts if part)
        shown = f" {text} " if text else "", alarm
        if shown != self._shown:
            self._shown = shown
            self.refresh()

    def pieces(self, width: int) -> list[tuple[str, str]]:
        text, alarm = self._shown
        after = [(f" {alarm} ", "alarm")] if alarm else []
        room = max(0, width - sum(cell_len(text) for text, _style in after))
        return [(text if cell_len(text) <= room else fit(text, room), "fill"), *after]


class KeyBar(Bar):
    """The keys of the pane in focus, as many as fit; F1 has them all."""

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._changed)
        self._labels: list[tuple[str, str]] = []

    def _changed(self, screen: Screen[object]) -> None:
        labels = self._read()
        if labels != self._labels:
            self._labels = labels
            self.refresh()

    def _read(self) -> list[tuple[str, str]]:
        """Key and label of each shown action that works now, in the registry's order."""
        first_keys: dict[str, str] = {}
        for key, active in self.screen.active_bindings.items():
            if active.binding.show and active.binding.id in ACTIONS and active.enabled:
                first_keys.setdefault(active.binding.id, key)
        return [
            (key_name(first_keys[name]), _(ACTIONS[name].label)) for name in ACTIONS if name in first_keys
        ]

    def pieces(self, width: int) -> list[tuple[str, str]]:
        pieces: list[tuple[str, str]] = []
        left = width
        for key, label in self._read():
            needed = cell_len(key) + cell_len(label) + 3
            if needed - len("  ") > left:
                break
            left -= needed
            pieces += [(f"{key} ", "key"), (f"{label}  ", "fill")]
        return pieces
