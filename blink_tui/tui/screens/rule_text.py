"""Schemes, rules and rows of the data source as TOML: checked as one types, tried, saved as new versions."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Final

from textual import on
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import TextArea
from textual.worker import WorkType

from blink_tui.coding.rulebook import Rulebook
from blink_tui.coding.toml import key_of, read_with_faults, written
from blink_tui.i18n import _
from blink_tui.model.errors import BlinkError
from blink_tui.model.rulebook import RulebookEntry
from blink_tui.model.text import clean
from blink_tui.sync.trying import Edit, edited
from blink_tui.tui.keys import bindings
from blink_tui.tui.screens.dialogs import Dialog
from blink_tui.tui.screens.trial import try_and_show
from blink_tui.tui.widgets.form import Note

if TYPE_CHECKING:
    from blink_tui.tui.screens.rules import RulesWindow

NEW_TEXT: Final = """[[schemat]]
nazwa = ""
tytul = ""
kierunki = ["zakup"]
tozsamosc = "pelna"

[[schemat.dekret]]
strona = "Wn"
konto = "{services}"
kwota = "netto"
"""
"""What a new text begins with."""
_PATIENCE = 0.4
"""Seconds without a key after which the text is checked."""
_SHOWN = 3
"""Faults that stand under the text."""


class RuleText(TextArea):
    """Several lines to type in; the cursor does not blink, so that a screen at rest sends nothing."""

    def __init__(self, text: str) -> None:
        super().__init__(text, show_line_numbers=True, soft_wrap=False, compact=True)
        self.cursor_blink = False

    def action_copy(self) -> None:
        """Textual would send it to the terminal's clipboard, which not every terminal wants."""


class RuleTextWindow(Dialog[str | None]):
    """Closes with the name of what was saved, or with None; what is half typed is kept and offered again."""

    BINDINGS = bindings("save", "try", "leave", "afresh")

    def __init__(
        self, window: RulesWindow, title: str, text: str, entry: RulebookEntry | None = None
    ) -> None:
        super().__init__(title)
        self._window = window
        self._start = text
        self._entry = entry
        self._kept_as = f"rule-text.{window.owner}.{f'{entry.kind}.{entry.name}' if entry else ''}"
        self._resting: Timer | None = None
        self._busy = False

    @property
    def area(self) -> RuleText:
        """Where one types."""
        return self.query_one(RuleText)

    def inside(self) -> Iterable[Widget]:
        kept = self.console.memory.of(self._kept_as).get("text")
        yield RuleText(str(kept) if kept else self._start)
        yield Note(_("Taken up from before; Ctrl+N starts afresh.") if kept else "", "warn", id="faults")

    def on_mount(self) -> None:
        super().on_mount()
        self.area.focus()

    @on(TextArea.Changed)
    def _changed(self) -> None:
        text = self.area.text
        self.console.memory.keep(self._kept_as, {"text": text} if text != self._start else {})
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(_PATIENCE, self._check)

    # What is typed

    def _check(self) -> list[Edit]:
        """What would be saved; nothing where something is wrong, which is said then."""
        items, faults = read_with_faults(self.area.text)
        if faults:
            self._blame([str(one) for one in faults])
            return []
        edits = [(*key_of(item), written([item])) for item in items]
        problems = self._problems(edits)
        if not problems and not edits:
            problems = [_("There is nothing in it yet.")]
        elif not problems and self._entry is not None and [one[:2] for one in edits] != [self._key]:
            text = _("Here stands {name} alone; another one is added with Ins, under a name of its own.")
            problems = [text.format(name=self._entry.name)]
        if problems:
            self._blame(problems)
            return []
        self._say("")
        return edits

    @property
    def _key(self) -> object:
        return (self._entry.kind, self._entry.name) if self._entry is not None else None

    def _problems(self, edits: list[Edit]) -> list[str]:
        """What of them does not compile beside all that is in force."""
        entries = [line.entry for line in self._window.items]
        names = {(kind, name) for kind, name, _text in edits}
        book = Rulebook.of(edited(entries, edits, self._window.owner))
        return [
            f"{one.entry.name}: {one.message}"
            for one in book.problems
            if (one.entry.kind, one.entry.name) in names
        ]

    def _blame(self, problems: list[str]) -> None:
        more = len(problems) - _SHOWN
        told = [f"! {clean(one)}" for one in problems[:_SHOWN]]
        told += [_("and {count} more").format(count=more)] if more > 0 else []
        self._say("\n".join(told), "bad")

    def _say(self, text: str, tone: str = "plain") -> None:
        self.query_one("#faults", Note).say(text, tone)

    def _go_to_fault(self) -> None:
        _items, faults = read_with_faults(self.area.text)
        if faults:
            self.area.move_cursor((max(0, faults[0].line - 1), 0))

    # Keys

    def action_save(self) -> None:
        """Save a new version of what the text holds, if all of it can be used."""
        edits = self._check()
        if not edits:
            self._go_to_fault()
        elif not self._busy:
            self._busy = True
            work: WorkType[None] = partial(self._save, edits)
            self.run_worker(work, group="save")

    async def _save(self, edits: list[Edit]) -> None:
        owner = self._entry.firm_id if self._entry is not None else self._window.owner
        try:
            for edit in edits:
                await self._window.keep(owner, edit)
        except BlinkError as error:
            self._busy = False
            self._say(f"! {clean(str(error))}", "bad")
            return
        self.console.memory.keep(self._kept_as, {})
        self.call_later(self._close, ", ".join(name for _kind, name, _text in edits))

    def _close(self, names: str) -> None:
        self.dismiss(names)

    def action_try(self) -> None:
        """Show what it would change, as it stands."""
        edits = self._check()
        if edits:
            owner = self._entry.firm_id if self._entry is not None else self._window.owner
            try_and_show(self, self._window.firm, edits, owner)
        else:
            self._go_to_fault()

    def action_afresh(self) -> None:
        """Forget what was typed."""
        self.area.text = self._start
        self._say("")

    def action_leave(self) -> None:
        """Close; what is half typed is kept."""
        self.dismiss(None)
