"""The access to KSeF: tokens and certificates, what they may do for which firm, until when, and what is wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from rich.cells import cell_len
from textual import on
from textual.widget import Widget

from blink_tui.buffer import Buffer
from blink_tui.i18n import _, ngettext
from blink_tui.model.errors import READ_ONLY, USAGE, BlinkError
from blink_tui.model.firms import Credential, CredentialKind, Firm
from blink_tui.model.text import clean
from blink_tui.sync.clients import KsefClients
from blink_tui.sync.errands import Work
from blink_tui.sync.registration import Registered, check_firms, remove
from blink_tui.tui.access_form import access_fields, keep_access, told_of
from blink_tui.tui.access_lines import KINDS, AccessLine, read_access_lines, without_access
from blink_tui.tui.keys import bindings
from blink_tui.tui.screens.base import ConsoleScreen
from blink_tui.tui.screens.dialogs import Confirm, TextWindow
from blink_tui.tui.screens.forms import FormWindow, error_text
from blink_tui.tui.screens.pick import PickWindow
from blink_tui.tui.vault_form import open_by, vault_fields
from blink_tui.tui.widgets.bars import StatusLine
from blink_tui.tui.widgets.form import Filled
from blink_tui.tui.widgets.rows import Pieces, RowsView
from blink_tui.tui.widgets.text import Paragraph, TextView
from blink_tui.tui.words import fit, moment, number
from blink_tui.vault import KeyNeed, VaultState

_KIND, _STATE, _CHECKED = 11, 20, 16
_ENDS = 20
_WIDE = 110


class AccessRows(RowsView):
    """One token or certificate a row."""

    def __init__(self) -> None:
        super().__init__(id="access-list")
        self.lines: Sequence[AccessLine] = ()

    @property
    def current(self) -> AccessLine | None:
        """The one under the cursor."""
        return self.lines[self.cursor] if self.lines else None

    def show(self, lines: Sequence[AccessLine]) -> None:
        """Show others; the cursor stays on its own."""
        here = self.current.credential.id if self.current else None
        self.lines = lines
        places = [at for at, line in enumerate(lines) if line.credential.id == here]
        self.set_count(len(lines), places[0] if places else 0)

    def head(self, width: int) -> Pieces:
        texts = (_("Kind"), _("For"), _("State"), _("Last day"), _("Token or certificate"), _("Checked"))
        return (("  " + self._cells(width, *texts), "head"),)

    def row(self, index: int, width: int) -> Pieces:
        line = self.lines[index]
        cells = self._cells(
            width,
            _(KINDS[line.credential.kind]),
            line.who,
            line.state,
            line.ends_briefly,
            clean(line.credential.label),
            moment(line.checked) if line.checked else "-",
        )
        return ((f"{'>' if index == self.cursor else ' '}{line.glyph}{cells}", line.tone),)

    def nothing(self) -> str:
        return _("Nothing logs in to KSeF yet. Ins adds a token or a certificate.")

    @staticmethod
    def _cells(width: int, kind: str, who: str, state: str, ends: str, label: str, checked: str) -> str:
        fixed = f"{fit(state, _STATE)} {fit(ends, _ENDS)}"
        left = width - cell_len(fixed) - _KIND - 4
        if width < _WIDE:
            return f"{fit(kind, _KIND)} {fit(who, left)} {fixed}"
        left -= _CHECKED + 1
        label = fit(label, left - left // 2 - 1)
        return f"{fit(kind, _KIND)} {fit(who, left // 2)} {fixed} {fit(checked, _CHECKED)} {label}"


class AccessScreen(ConsoleScreen):
    """Screen 3."""

    HERE = "go-access"
    AUTO_FOCUS = "#access-list"
    BINDINGS = bindings("add", "check", "check-all", "remove", "open")

    def __init__(self) -> None:
        super().__init__()
        self._firms: Sequence[Firm] = ()
        self._checking = ""

    def body(self) -> Iterable[Widget]:
        yield StatusLine(id="status")
        yield AccessRows()
        yield TextView(id="access-detail")

    @property
    def _list(self) -> AccessRows:
        return self.query_one(AccessRows)

    # Reading

    async def read(self) -> Callable[[], None]:
        lines = await read_access_lines(self.console.buffer, self.console.clock)
        return partial(self._show, lines, await self.console.buffer.firms.list())

    def _show(self, lines: Sequence[AccessLine], firms: Sequence[Firm]) -> None:
        self._firms = firms
        self._list.show(lines)
        self._tell()

    def _tell(self) -> None:
        lines = self._list.lines
        bad = sum(line.tone == "bad" for line in lines)
        lacking = sum(1 for _firm in without_access(self._firms, lines))
        alarms = [
            ngettext("! {n} with a problem", "! {n} with problems", bad).format(n=number(bad)) if bad else "",
            _("! firms without access: {n}").format(n=number(lacking)) if lacking else "",
        ]
        state = self.console.vault.state
        vault = {VaultState.LOCKED: _("the vault is locked"), VaultState.MISSING: _("no vault yet")}.get(
            state, self.console.fetching.kept_by()
        )
        self.query_one("#status", StatusLine).say(
            ngettext("{n} access", "{n} accesses", len(lines)).format(n=number(len(lines))),
            self._checking,
            vault,
            alarm=" ".join(alarm for alarm in alarms if alarm),
        )

    @on(RowsView.Moved, "#access-list")
    def _tell_access(self) -> None:
        current = self._list.current
        self.query_one("#access-detail", TextView).set_paragraphs(current.paragraphs() if current else [])

    def action_open(self) -> None:
        """The one under the cursor with every firm, over the whole screen."""
        current = self._list.current
        if current is not None:
            self.app.push_screen(TextWindow(clean(current.credential.label), current.paragraphs(None)))

    # Adding

    def _may_not(self) -> bool:
        """Say who may change what logs in, where that is not this account or this console."""
        keeper = self.console.vault.keeper
        if self.console.buffer.read_only:
            self.console.tell_error(BlinkError(READ_ONLY, path=self.console.buffer.path))
        elif keeper is not None:
            text = _(
                "The account {who} holds the vault with all tokens and certificates: add, check and remove them under"
                " that account."
            )
            self.console.tell(text.format(who=keeper), severity="warning")
        return self.console.buffer.read_only or keeper is not None

    def action_add(self) -> None:
        """For which firms, then what logs in."""
        if self._may_not():
            return
        if not self._firms:
            self.console.begin()
            return
        lacking = list(without_access(self._firms, self._list.lines))
        rest = [firm for firm in self._firms if firm not in lacking and firm.enabled]
        labels = [(self._label(firm, _("no access yet")), firm) for firm in lacking]
        labels += [(self._label(firm, _("has access")), firm) for firm in rest]
        intro = _("A token serves one firm; a certificate may serve many: Space marks, + marks all.")
        window: PickWindow[Firm] = PickWindow(_("For which firm?"), labels, intro=intro)
        self.app.push_screen(window, self._firms_picked)

    @staticmethod
    def _label(firm: Firm, state: str) -> str:
        return f"{clean(firm.name)} · {firm.context_value} · {state}"

    def _firms_picked(self, firms: list[Firm] | None) -> None:
        if firms:
            self.ask(self._need, partial(self._ask_access, firms), "add")

    async def _need(self) -> KeyNeed:
        return await asyncio.to_thread(self.console.vault.need)

    def _ask_access(self, firms: Sequence[Firm], need: KeyNeed) -> None:
        names = ", ".join(clean(firm.name) for firm in firms[:3])
        more = f" (+{len(firms) - 3})" if len(firms) > 3 else ""
        form: FormWindow[Registered] = FormWindow(
            "access",
            _("Access to KSeF"),
            access_fields(need),
            partial(self._keep, firms),
            intro=_("For {firms}.").format(firms=names + more),
        )
        self.app.push_screen(form, self._added)

    async def _keep(self, firms: Sequence[Firm], filled: Filled) -> Registered:
        vault = self.console.vault

        async def keep(buffer: Buffer, clients: KsefClients) -> Registered:
            return await keep_access(buffer, clients, vault, firms, filled)

        return await self.console.errands.run(keep)

    def _added(self, registered: Registered | None) -> None:
        if registered is None:
            return
        self.console.vault_opened()
        self.reload()
        self.console.tell(told_of(registered), severity="warning" if registered.unchecked else "information")
        if registered.refused:
            title = _("KSeF refused it for these firms; for the others it is kept")
            self.app.push_screen(
                TextWindow(title, [Paragraph(error_text(error), "bad") for error in registered.refused])
            )

    # Checking

    def action_check(self) -> None:
        """Log in with the one under the cursor, for each of its firms."""
        current = self._list.current
        if current is None or self._may_not():
            return
        if not current.used:
            self.console.tell(_("Another access logs in for its firms; it is not used any more."))
            return
        self._unlocked(partial(self._check, current.used))

    def action_check_all(self) -> None:
        """Log in for every firm."""
        if self._may_not():
            return
        held = {id_ for line in self._list.lines for id_ in line.newest}
        firms = [firm for firm in self._firms if firm.enabled and firm.id in held]
        if firms:
            self._unlocked(partial(self._check, firms))

    def _check(self, firms: Sequence[Firm]) -> None:
        loop, vault, every = asyncio.get_running_loop(), self.console.vault, max(1, len(firms) // 50)

        def told(done: int) -> None:
            if done % every == 0:
                loop.call_soon_threadsafe(self._progress, done, len(firms))

        async def check(buffer: Buffer, clients: KsefClients) -> list[BlinkError | None]:
            return await check_firms(buffer, vault.vault, clients, firms, told)

        self._progress(0, len(firms))
        self.ask(partial(self._run_check, check), self._checked, "check")

    async def _run_check(self, check: Work[list[BlinkError | None]]) -> list[BlinkError | None]:
        try:
            return await self.console.errands.run(check)
        finally:
            self._checking = ""
            self.call_later(self._tell)

    def _progress(self, done: int, total: int) -> None:
        self._checking = _("KSeF is asked: {done} of {total}").format(done=number(done), total=number(total))
        self._tell()

    def _checked(self, errors: list[BlinkError | None]) -> None:
        wrong = [error for error in errors if error is not None]
        if not wrong:
            self.console.tell(
                ngettext("Access works for {n} firm.", "Access works for {n} firms.", len(errors)).format(
                    n=number(len(errors))
                )
            )
        elif len(errors) == 1:
            self.console.tell_error(wrong[0])
        else:
            text = _("Access works for {good} of {all} firms; the others are marked.")
            counts = {"good": number(len(errors) - len(wrong)), "all": number(len(errors))}
            self.console.tell(text.format(**counts), severity="warning")
        self.reload()

    def go_back(self) -> None:
        """End a check that goes on, else back to the desk."""
        if self._checking:
            self.workers.cancel_group(self, "check")
        else:
            super().go_back()

    # Removing

    def action_remove(self) -> None:
        """Ask, then forget the one under the cursor."""
        current = self._list.current
        if current is None or self._may_not():
            return
        lines = [f"{_(KINDS[current.credential.kind])} · {clean(current.credential.label)} · {current.who}"]
        lines.append(_("Its secret leaves the vault; logins that it keeps in KSeF are ended there."))
        if current.credential.kind is CredentialKind.TOKEN:
            lines.append(_("The token itself stays valid until you revoke it in KSeF."))
        if current.used:
            lines.append(_("What fetches with it now needs another access, or stops."))

        def agreed(yes: bool | None) -> None:
            if yes:
                self._unlocked(partial(self._remove, current.credential))

        self.app.push_screen(Confirm(_("Remove this access?"), lines), agreed)

    def _remove(self, credential: Credential) -> None:
        vault = self.console.vault

        async def forget(buffer: Buffer, clients: KsefClients) -> int:
            return await remove(buffer, vault.vault, clients, credential)

        def told(count: int) -> None:
            ended = ngettext("{n} login was ended in KSeF.", "{n} logins were ended in KSeF.", count)
            self.console.tell(_("Removed.") + (" " + ended.format(n=number(count)) if count else ""))
            self.reload()

        self.ask(partial(self.console.errands.run, forget), told, "remove", exclusive=False)

    # The vault

    def _unlocked(self, then: Callable[[], None]) -> None:
        """Do something with the vault, once it is open: its passphrase is asked for where it has to be."""
        self.ask(self._need, partial(self._with_key, then), "unlock")

    def _with_key(self, then: Callable[[], None], need: KeyNeed) -> None:
        if need in (KeyNeed.NEW_KEY, KeyNeed.NEW_PASSPHRASE):
            problem = _("The vault of this profile is gone, and with it every secret. Add the access anew.")
            self.console.tell_error(BlinkError(USAGE, problem=problem))
            return
        if need is KeyNeed.NOTHING:
            self.ask(partial(self._open, Filled({})), lambda _done: self._go_on(then), "unlock")
            return
        form: FormWindow[bool] = FormWindow("vault", _("The vault is locked"), vault_fields(need), self._open)
        self.app.push_screen(form, lambda opened: self._go_on(then) if opened else None)

    def _go_on(self, then: Callable[[], None]) -> None:
        self.console.vault_opened()
        then()

    async def _open(self, filled: Filled) -> bool:
        await asyncio.to_thread(open_by, self.console.vault, filled)
        return True
