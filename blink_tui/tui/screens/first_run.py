"""The guided start: a firm, which KSeF, from which day, what logs in; then documents arrive.

It can be left at any step and is taken up again, after a kill, too: what was typed lies in the memory, secrets
excepted. Nothing goes into the buffer or the vault before KSeF has let the access in, or could not be asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from textual.app import ComposeResult

from blink_tui.buffer import Buffer
from blink_tui.buffer.errors import FIRM_EXISTS
from blink_tui.i18n import _
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import Firm
from blink_tui.model.text import clean
from blink_tui.sync.clients import KsefClients
from blink_tui.sync.registration import Registered
from blink_tui.tui.access_form import access_fields, keep_access
from blink_tui.tui.firm_form import add_firm, day_field, env_fields, firm_of, name_field, nip_field
from blink_tui.tui.keys import bindings
from blink_tui.tui.memory import Memory
from blink_tui.tui.screens.forms import FormWindow
from blink_tui.tui.widgets.bars import StatusLine
from blink_tui.tui.widgets.form import Field, Filled, FormBody, Note, Texts, WrongFieldError
from blink_tui.vault import KeyNeed

NAME = "first-run"
_STEP = "step"
_OWN, _DEMO = "own", "demo"


@dataclass(frozen=True, slots=True)
class Begun:
    """What the guided start ended with."""

    firm: Firm
    registered: Registered


class FirstRun(FormWindow[Begun]):
    """Four steps in one window; Esc goes a step back."""

    BINDINGS = bindings("quit", "language")

    def __init__(self, memory: Memory, now: datetime, need: KeyNeed) -> None:
        self._now = now
        self._need = need
        self._texts = {name: str(text) for name, text in memory.of(f"form.{NAME}").items()}
        self._step = _step_of(self._texts.pop(_STEP, "0"))
        super().__init__(NAME, "", self._fields_of(self._step), self._finish)

    def inside(self) -> ComposeResult:
        yield Note("", "plain", id="form-intro")
        yield FormBody(self._fields, self._texts)
        yield Note("", "plain", id="form-note")

    def on_mount(self) -> None:
        self._tell_step()

    # Steps

    def _fields_of(self, step: int) -> Sequence[Field]:
        if step == 0:
            ways = ((_OWN, _("set up my firm")), (_DEMO, _("invented firms first")))
            own = [nip_field(), name_field()]
            return [
                Field("way", _("Where to begin"), start=_OWN, choices=ways),
                *(_only_own(field) for field in own),
            ]
        if step == 1:
            return env_fields()
        if step == 2:
            return [day_field(self._now)]
        return access_fields(self._need)

    def _tell_step(self) -> None:
        titles = (_("The firm"), _("Which KSeF"), _("From which day"), _("What logs in"))
        whys = (
            _(
                "Its invoices are fetched from KSeF into the buffer on this machine. More firms can follow later."
            ),
            _("Production holds the real invoices. Demo and test are for trying, with tokens of their own."),
            _("Older documents can be fetched later, too. Without a change the last month is whole."),
            _(
                "KSeF shows the invoices of {firm} only to whom it lets in. The access is checked with KSeF at once "
                "and kept encrypted."
            ).format(firm=clean(self._texts.get("name") or self._texts.get("nip", ""))),
        )
        title = _("Guided start, step {step} of {all}: {what}")
        self._title = title.format(step=self._step + 1, all=len(titles), what=titles[self._step])
        self.query_one("#title", StatusLine).say(self._title)
        self.query_one("#form-intro", Note).say(whys[self._step])

    async def _go_to(self, step: int) -> None:
        self._step = step
        self._fields = self._fields_of(step)
        self._starts = {one.name: one.start for one in self._fields if not one.secret}
        self.say("")
        await self.body.remove()
        body = FormBody(self._fields, self._texts)
        await self.query_one("#window").mount(body, before=self.query_one("#form-note"))
        self._fit()
        self._tell_step()
        body.focus_first()
        self.keep_draft()

    def keep_draft(self) -> None:
        """Every step's texts, and the step; a start that was never begun leaves nothing."""
        self._texts.update(self.body.texts)
        begun = self._step > 0 or any(self._texts.get(name) for name in ("nip", "name"))
        self.console.memory.keep(self._form, {**self._texts, _STEP: str(self._step)} if begun else {})
        if self._texts.get("way") == _DEMO:
            self.say(_("End the program with Ctrl+Q, then type: blink demo"))
        elif self._step == 0:
            self.say("")

    # Keys

    async def action_save(self) -> None:
        """The next step; after the last one ask KSeF and keep everything."""
        if self._step == 0 and self.body.texts.get("way") == _DEMO:
            return
        if self._step == len(_STEPS) - 1:
            await super().action_save()
        elif self.body.judge():
            self._texts.update(self.body.texts)
            await self._go_to(self._step + 1)

    async def action_leave(self) -> None:
        """One step back; from the first one to the desk."""
        if self._busy or self._step == 0:
            await super().action_leave()
        else:
            await self._go_to(self._step - 1)

    async def action_afresh(self) -> None:
        """Forget everything and begin again."""
        if not self._busy:
            self._texts = {}
            await self._go_to(0)

    async def action_quit(self) -> None:
        """End the program."""
        await self.console.action_quit()

    async def action_switch_language(self) -> None:
        """Polish or English, the step at hand, too."""
        if not self._busy:
            self.console.action_switch_language()
            await self._go_to(self._step)

    # The end

    async def _finish(self, filled: Filled) -> Begun:
        wanted, vault = firm_of(self._texts, self._now), self.console.vault
        firms: list[Firm] = []

        async def registering(buffer: Buffer) -> list[Firm]:
            firms.append(await _registered(buffer, wanted))
            return firms

        async def keep(buffer: Buffer, clients: KsefClients) -> Registered:
            return await keep_access(buffer, clients, vault, [wanted], filled, registering=registering)

        registered = await self.console.errands.run(keep)
        return Begun(firms[0], registered)


_STEPS = range(4)


def _step_of(text: str) -> int:
    return int(text) if text in map(str, _STEPS) else 0


def _only_own(field: Field) -> Field:
    """The field, asked for unless invented firms are wanted."""
    from dataclasses import replace

    def own(texts: Texts) -> bool:
        return texts.get("way") != _DEMO

    return replace(field, when=own)


async def _registered(buffer: Buffer, wanted: Firm) -> Firm:
    """The firm in the buffer; one that a start which was killed put there is that firm."""
    try:
        return await add_firm(buffer, wanted)
    except WrongFieldError as wrong:
        if wrong.error.kind is not FIRM_EXISTS:
            raise
    found = [one for one in await buffer.firms.find(wanted.context_value) if one.env == wanted.env]
    if not found:
        raise BlinkError(FIRM_EXISTS, firm=wanted.context_value, context=wanted.context_value)
    return found[0]
