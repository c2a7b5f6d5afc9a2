"""Fields to fill in: a label, a line to type in or a few choices, a hint, and below it what is wrong with it.

What a secret field holds is given out as `Secret` alone; it is neither shown, nor copied to a clipboard, nor kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, ScrollableContainer, Vertical
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input

from blink_tui.i18n import _
from blink_tui.model.errors import BlinkError
from blink_tui.model.secret import Secret
from blink_tui.model.text import clean
from blink_tui.model.wrapping import wrapped
from blink_tui.tui.keys import bindings
from blink_tui.tui.widgets.bars import Bar
from blink_tui.tui.widgets.completing import CompletingLine, Suggestion, WrongPlaceError
from blink_tui.tui.widgets.line import Line
from blink_tui.tui.words import fit

_OFFERED = 8
"""Suggestions that a hint shows."""

Texts = Mapping[str, str]
"""What fields hold, by their names; secret ones are not among them."""


def _always(_texts: Texts) -> bool:
    return True


def _no_remark(_text: str) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that is asked for; texts are in the language in force."""

    name: str
    label: str
    hint: str = ""
    start: str = ""
    """What it holds until something else is typed or chosen."""
    choices: Sequence[tuple[str, str]] = ()
    """Values with their labels; without any the value is typed."""
    secret: bool = False
    check: Callable[[str], object] = str
    """Raises BlinkError for a value that cannot be taken; the very check of the command line."""
    remark: Callable[[str], str] = _no_remark
    """What is to be looked at again in a value that is taken all the same."""
    when: Callable[[Texts], bool] = _always
    """Whether it is asked for at all, by what the other fields hold."""
    complete: Callable[[str, int], Sequence[Suggestion]] | None = None
    """What may be meant before the cursor of a text: Tab takes the first, the hint shows some of them."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What was filled in: only the fields that were asked for."""

    texts: Texts
    secrets: Mapping[str, Secret] = field(default_factory=dict)


class WrongFieldError(Exception):
    """What was filled in does not fit together, or was refused: the field to look at, and why."""

    def __init__(self, name: str, error: BlinkError) -> None:
        super().__init__(name)
        self.name = name
        self.error = error


class SecretLine(Line):
    """A line of which nothing is shown but its length; nothing of it reaches a clipboard."""

    def __init__(self, placeholder: str) -> None:
        super().__init__(placeholder)
        self.password = True

    def action_copy(self) -> None:
        """Textual would send it to the terminal, which keeps what is copied."""

    def action_cut(self) -> None:
        """Take the selection away without copying it."""
        self.delete_selection()


class ChoiceLine(Widget, can_focus=True, inherit_bindings=False):
    """A few values side by side, the chosen one in brackets."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"choice--fill", "choice--chosen", "choice--focus"}
    BINDINGS = bindings("choice-next", "choice-previous")

    @dataclass
    class Changed(Message):
        """Another value was chosen."""

        value: str

    def __init__(self, choices: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._choices = choices
        self._at = 0

    @property
    def value(self) -> str:
        """The chosen value."""
        return self._choices[self._at][0]

    @value.setter
    def value(self, value: str) -> None:
        values = [one for one, _label in self._choices]
        self._at = values.index(value) if value in values else 0
        self.refresh()

    def action_choose(self, steps: int) -> None:
        """Choose the next value, or the one before."""
        self._at = (self._at + steps) % len(self._choices)
        self.refresh()
        self.post_message(self.Changed(self.value))

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        chosen = "choice--focus" if self.has_focus else "choice--chosen"
        pieces = [
            (f"[{label}]" if at == self._at else f" {label} ", chosen if at == self._at else "choice--fill")
            for at, (_value, label) in enumerate(self._choices)
        ]
        if sum(cell_len(text) for text, _style in pieces) > width:
            place = f" {self._at + 1}/{len(self._choices)}"
            label = fit(f"[{self._choices[self._at][1]}]", width - len(place) - 1).rstrip()
            pieces = [(label, chosen), (place, "choice--fill")]
        segments = [Segment(text, self.get_component_rich_style(style)) for text, style in pieces]
        return Strip(segments).adjust_cell_length(width, self.get_component_rich_style("choice--fill"))


class Note(Widget, can_focus=False):
    """A text wrapped to the width, in a tone (`dim`, `plain`, `warn`, `bad`); as high as it needs."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"note--{tone}" for tone in ("dim", "plain", "warn", "bad")}

    def __init__(self, text: str = "", tone: str = "dim", *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._text = text
        self._tone = tone
        self._lines: list[str] = []

    @property
    def text(self) -> str:
        """What it says."""
        return self._text

    def say(self, text: str, tone: str = "plain") -> None:
        """Say something else; repaints only if it differs."""
        if (text, tone) != (self._text, self._tone):
            self._text, self._tone = text, tone
            self._wrap()

    def on_mount(self) -> None:
        self._wrap()

    def on_resize(self, event: events.Resize) -> None:
        self._wrap()

    def _wrap(self) -> None:
        width = (self.size.width or self.app.size.width - 4) - 2
        self._lines = [line for part in self._text.splitlines() for line in wrapped(part, max(20, width))]
        self.styles.height = len(self._lines)
        self.display = bool(self._lines)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        style = self.get_component_rich_style(f"note--{self._tone}")
        text = self._lines[y] if y < len(self._lines) else ""
        return Strip([Segment(fit(f" {text}", self.size.width), style)])


class _Label(Bar):
    """The name of a field; the one in focus is pointed at."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text
        self.here = False

    def point(self, here: bool) -> None:
        """Whether the field is the one in focus."""
        if here != self.here:
            self.here = here
            self.refresh()

    def pieces(self, width: int) -> list[tuple[str, str]]:
        return [(fit(f"{'>' if self.here else ' '} {self._text}", width), "strong" if self.here else "fill")]


class FieldRow(Vertical):
    """A field with its editor and its note."""

    class Left(Message):
        """The focus went elsewhere."""

    def __init__(self, field: Field, text: str) -> None:
        super().__init__()
        self.field = field
        self._label = _Label(field.label)
        self.note = Note(field.hint)
        self.editor: Input | ChoiceLine
        if field.choices:
            self.editor = ChoiceLine(field.choices)
        elif field.complete is not None:
            self.editor = CompletingLine(field.complete)
        else:
            self.editor = SecretLine("") if field.secret else Line("")
        self.editor.value = text

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield self._label
            yield self.editor
        yield self.note

    def judge(self) -> bool:
        """Check what it holds and say what is wrong with it; true when it can be taken."""
        try:
            self.field.check(self.editor.value)
        except BlinkError as error:
            self.blame(error)
            return False
        remark = self.field.remark(self.editor.value)
        self.note.say(f"~ {remark}" if remark else self.field.hint, "warn" if remark else "dim")
        return True

    def blame(self, error: BlinkError) -> None:
        """Say under the field what is wrong with it."""
        cause = f" ({clean(error.cause)})" if error.cause else ""
        self.note.say(f"! {clean(str(error))}{cause}", "bad")
        if isinstance(error, WrongPlaceError) and isinstance(self.editor, Input):
            self.editor.cursor_position = error.start

    def suggest(self) -> None:
        """Show what may be meant before the cursor, in the place of the hint."""
        if isinstance(self.editor, CompletingLine) and self.editor.has_focus:
            found = self.editor.suggestions[:_OFFERED]
            self.note.say(_("Tab: {words}").format(words="  ".join(one.text for one in found)) if found
                          else self.field.hint, "dim")  # fmt: skip

    def on_descendant_focus(self) -> None:
        self._label.point(True)

    def on_descendant_blur(self) -> None:
        self._label.point(False)
        self.post_message(self.Left())


class FormBody(ScrollableContainer, can_focus=False, inherit_bindings=False):
    """Fields one below the other; those that are not asked for are not seen."""

    class Changed(Message):
        """A field holds something else."""

    def __init__(self, fields: Iterable[Field], texts: Texts) -> None:
        super().__init__()
        self.rows = [
            FieldRow(one, one.start if one.secret else texts.get(one.name, one.start)) for one in fields
        ]

    def compose(self) -> ComposeResult:
        yield from self.rows

    def on_mount(self) -> None:
        self._show_asked()

    @property
    def texts(self) -> dict[str, str]:
        """What all fields hold but the secret ones."""
        return {row.field.name: row.editor.value for row in self.rows if not row.field.secret}

    @property
    def asked(self) -> list[FieldRow]:
        """The fields that are asked for now."""
        texts = self.texts
        return [row for row in self.rows if row.field.when(texts)]

    def filled(self) -> Filled:
        """What was filled in, of the fields that are asked for."""
        asked = self.asked
        return Filled(
            {row.field.name: row.editor.value for row in asked if not row.field.secret},
            {row.field.name: Secret(row.editor.value) for row in asked if row.field.secret},
        )

    def judge(self) -> bool:
        """Check every field that is asked for; the first that is wrong gets the focus."""
        wrong = [row for row in self.asked if not row.judge()]
        if wrong:
            self._go_to(wrong[0])
        return not wrong

    def blame(self, wrong: WrongFieldError) -> None:
        """Say under a field why it was refused, and go there."""
        for row in self.rows:
            if row.field.name == wrong.name:
                row.blame(wrong.error)
                self._go_to(row)

    def focus_first(self, *, typed: bool = True) -> None:
        """Go to the first field, or the first to type in where one is wanted and there is one."""
        asked = self.asked
        typed_in = [row for row in asked if typed and not row.field.choices]
        self._go_to((typed_in or asked)[0])

    def clear_secrets(self) -> None:
        """Forget what was typed into secret fields."""
        for row in self.rows:
            if row.field.secret:
                row.editor.value = ""

    def step(self, by: int) -> bool:
        """Go to the next field, or the one before; false at the end."""
        asked = self.asked
        focused = self.screen.focused  # `has_focus` of a field is late by a message
        here = next((at for at, row in enumerate(asked) if row.editor is focused), -1)
        if not 0 <= here + by < len(asked):
            return False
        self._go_to(asked[here + by])
        return True

    def _go_to(self, row: FieldRow) -> None:
        """At once: `focus` puts it off, and keys that came with the one that asked for it would go astray."""
        self.screen.set_focus(row.editor)

    def _show_asked(self) -> None:
        asked = self.asked
        for row in self.rows:
            row.display = row in asked

    @on(Input.Changed)
    @on(ChoiceLine.Changed)
    def _field_changed(self, event: Message) -> None:
        event.stop()
        self._show_asked()
        for row in self.rows:
            row.suggest()
        self.post_message(self.Changed())

    @on(FieldRow.Left)
    def _field_left(self, event: Message) -> None:
        """Check a field when it is left, unless it was never touched."""
        event.stop()
        row = event._sender
        if isinstance(row, FieldRow) and row.editor.value != row.field.start:
            row.judge()


def yes_no(
    name: str,
    label: str,
    *,
    hint: str = "",
    start: bool = False,
    when: Callable[[Texts], bool] = _always,
) -> Field:
    """A field that is yes or no; its value is `yes` or `no`."""
    choices = (("yes", _("yes")), ("no", _("no")))
    return Field(name, label, hint, "yes" if start else "no", choices=choices, when=when)
