"""A form in a window: it is checked when saved, what is half typed is kept and offered again, secrets excepted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import ClassVar, Generic, TypeVar

from textual import events, on
from textual.app import ComposeResult
from textual.widgets import Input
from textual.worker import WorkType

from blink_tui.i18n import _
from blink_tui.model.errors import BlinkError
from blink_tui.model.text import clean
from blink_tui.tui.keys import bindings
from blink_tui.tui.screens.dialogs import Dialog
from blink_tui.tui.widgets.form import Field, Filled, FormBody, Note, Texts, WrongFieldError

ResultT = TypeVar("ResultT")
_AROUND = 9
"""Lines of a window besides its fields, at most."""


def error_text(error: BlinkError) -> str:
    """What happened and what to do, with the firm before it and the cause after it."""
    parts = [f"{clean(error.firm)}:" if error.firm else "", clean(str(error))]
    if error.cause:
        parts.append(f"({clean(error.cause)})")
    return "! " + " ".join(part for part in parts if part)


class FormWindow(Dialog[ResultT | None], Generic[ResultT]):
    """Closes with what `submit` returns, or with None when it is left.

    `submit` may raise WrongFieldError or BlinkError: the window stays and says so.
    """

    BINDINGS = bindings("save", "leave", "afresh", "field-next", "field-previous", "field-done")

    BEGINS_TYPING: ClassVar[bool] = True
    """Whether the focus is first on a field to type in, whatever choices stand before it."""

    def __init__(
        self,
        name: str,
        title: str,
        fields: Sequence[Field],
        submit: Callable[[Filled], Awaitable[ResultT]],
        *,
        intro: str = "",
        texts: Texts | None = None,
    ) -> None:
        super().__init__(title)
        self._form = f"form.{name}"
        self._fields = fields
        self._submit = submit
        self._intro = intro
        self._starts = {one.name: (texts or {}).get(one.name, one.start) for one in fields if not one.secret}
        self._busy = False
        self._refused = False
        """Whether it says why it could not be saved."""

    def inside(self) -> ComposeResult:
        kept = {name: str(text) for name, text in self.console.memory.of(self._form).items()}
        yield Note(self._intro, "plain")
        yield FormBody(self._fields, {**self._starts, **kept})
        yield Note(_("Taken up from before; Ctrl+N starts afresh.") if kept else "", "warn", id="form-note")

    @property
    def body(self) -> FormBody:
        """The fields."""
        return self.query_one(FormBody)

    def on_mount(self) -> None:
        self._fit()
        self.body.focus_first(typed=self.BEGINS_TYPING)

    def on_resize(self, event: events.Resize) -> None:
        self._fit()

    def _fit(self) -> None:
        self.body.styles.max_height = max(4, self.app.size.height - _AROUND)

    def say(self, text: str, tone: str = "plain") -> None:
        """Say something under the fields."""
        self.query_one("#form-note", Note).say(text, tone)

    @on(FormBody.Changed)
    def _changed(self) -> None:
        if self._refused:
            self._refused = False
            self.say("")
        self.keep_draft()

    def keep_draft(self) -> None:
        """Put down what is half typed; secrets are not among it."""
        texts = self.body.texts
        self.console.memory.keep(self._form, texts if texts != self._starts else {})

    # Keys

    def action_step(self, by: int) -> None:
        """Go to the next field, or the one before."""
        self.body.step(by)

    @on(Input.Submitted)
    async def action_field_done(self) -> None:
        """Go to the next field; after the last one save."""
        if not self.body.step(1):
            await self.action_save()

    async def action_leave(self) -> None:
        """End what goes on, or close; what is half typed is kept."""
        if self._busy:
            self.workers.cancel_group(self, "save")
            self._busy = False
            self.say(_("Stopped. Nothing was saved."))
        else:
            self.dismiss(None)

    async def action_afresh(self) -> None:
        """Forget what is half typed."""
        if self._busy:
            return
        self.console.memory.keep(self._form, {})
        await self.body.remove()
        await self.query_one("#window").mount(
            FormBody(self._fields, self._starts), before=self.query_one("#form-note")
        )
        self.say("")
        self._fit()
        self.body.focus_first(typed=self.BEGINS_TYPING)

    async def action_save(self) -> None:
        """Save, if every field can be taken."""
        if self._busy or not self.body.judge():
            return
        self._busy = True
        self.say(_("One moment…"))
        work: WorkType[None] = partial(self._save, self.body.filled())
        self.run_worker(work, group="save")

    async def _save(self, filled: Filled) -> None:
        try:
            result = await self._submit(filled)
        except WrongFieldError as wrong:
            self._busy = False
            self.say("")
            self.body.blame(wrong)
        except BlinkError as error:
            self._busy, self._refused = False, True
            self.say(error_text(error), "bad")
        else:
            self.body.clear_secrets()
            self.console.memory.keep(self._form, {})
            self.console.memory.save()  # at once: what is saved must not be offered again after a kill
            self.call_later(self._close, result)

    def _close(self, result: ResultT) -> None:
        self.dismiss(result)
