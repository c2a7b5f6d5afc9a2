"""The console: it shows what the buffer holds, asks the engine and the buffer for changes, and decides nothing."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Literal

from textual import events, on
from textual.app import App
from textual.css.query import NoMatches
from textual.screen import Screen
from textual.worker import WorkType

from blink_tui.buffer import Buffer
from blink_tui.i18n import _, language, set_language
from blink_tui.model.clock import Clock, SystemClock
from blink_tui.model.dates import instant_of, warsaw_day
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import Firm
from blink_tui.model.modes import open_private
from blink_tui.model.ports import Engine
from blink_tui.model.redaction import redacted
from blink_tui.model.text import clean
from blink_tui.resources import resource_dir
from blink_tui.sync.errands import Errands
from blink_tui.tui.company import BEAT_EVERY, Company
from blink_tui.tui.driver import SshDriver, WrongBytes
from blink_tui.tui.fetching import Fetching
from blink_tui.tui.keymap import Keys
from blink_tui.tui.keys import ACTIONS, Action, bindings
from blink_tui.tui.memory import FIRST_RUN, Memory
from blink_tui.tui.preferences import choose_language, chosen_language, chosen_theme
from blink_tui.tui.screens.base import ConsoleScreen
from blink_tui.tui.screens.dialogs import (
    Choose,
    Confirm,
    Dialog,
    TextWindow,
    help_paragraphs,
    palette_choices,
)
from blink_tui.tui.screens.modes import SCREENS
from blink_tui.tui.themes import OWN_THEMES, theme_for
from blink_tui.vault import VaultHolder

_LOOK_EVERY = 0.5
"""Seconds between looks at the buffer: what arrives is shown at most twice a second."""
_SHARE = 9
"""So many times as long as a look took the next one waits: counting a million takes a core from the engine."""
_WIDTHS = [(0, "-tiny"), (60, "-slim"), (80, "-narrow"), (100, "-wide")]
_HEIGHTS = [(0, "-flat"), (15, "-low"), (30, "-high")]
"""Classes of screens from so many columns and rows on, for the styles."""
_TOLD_FOR = {"information": 4, "warning": 8, "error": 12}
"""Seconds that a sentence stays."""


class ConsoleApp(App[None], inherit_bindings=False):
    """Screens by digits, one buffer, one engine, one chosen firm."""

    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS: ClassVar[list[tuple[int, str]] | None] = _WIDTHS  # type: ignore[misc]  # typed loosely there
    VERTICAL_BREAKPOINTS: ClassVar[list[tuple[int, str]] | None] = _HEIGHTS  # type: ignore[misc]  # as above
    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = {**SCREENS}
    DEFAULT_MODE = "desk"
    BINDINGS = bindings(
        "help", "fetch", "next-pane", "previous-pane", "back", "palette", "language", "quit", "interrupt",
        "go-desk", "go-firms", "go-access", "go-log", "go-buffer", "go-coding", "go-months", "go-handover",
        "go-settings", "go-manual",
    )  # fmt: skip

    def __init__(
        self,
        buffer: Buffer,
        engine: Engine | None,
        *,
        who: str,
        export_dir: Path,
        title: str = "",
        crash_log: Path | None = None,
        memory: Memory | None = None,
        keymap: Keys | None = None,
        work_folder: Path | None = None,
        clock: Clock | None = None,
        vault: VaultHolder | None = None,
        language_told: bool = True,
    ) -> None:
        no_color = "NO_COLOR" in os.environ
        self.memory = memory or Memory(None)
        if (kept := self.memory.of("app").get("mode")) in self.MODES:
            self.DEFAULT_MODE = kept  # type: ignore[misc]  # the screen that one left is the first to be made
        super().__init__(
            driver_class=SshDriver,
            css_path=resource_dir("styles") / "blink.tcss",
            ansi_color=True if no_color else None,
        )
        self.buffer = buffer
        self.engine = engine
        self.who = who
        self.export_dir = export_dir
        self.work_folder = work_folder
        """Where the engine keeps its book of requests; None where there is none to ask."""
        self.firm: Firm | None = None
        """The firm that screens are narrowed to; None for all of them."""
        self.title = title
        self.company = Company(buffer, who)
        self._own_keys = keymap or {}
        self.vault = vault or VaultHolder(buffer.path.with_name("vault.blink"))
        self.errands = Errands(
            buffer.path, work_folder or buffer.path.with_name("work"), read_only=buffer.read_only
        )
        self.on_crash: Callable[[], None] = lambda: None
        """Called once when an error that nobody expected ends the program."""
        self._crash_log = crash_log
        self.clock = self._clock = clock or SystemClock()
        self._token: object = None
        self._follow_from = 0.0
        self._company_from = 0.0
        self._told_of_bytes = False
        self.fetching = Fetching(self)
        for theme in OWN_THEMES:
            self.register_theme(theme)
        self.usual_theme = theme_for(self.console.color_system, no_color=no_color)
        """The theme for what the terminal can show."""
        self.theme = chosen_theme(self.memory, self.usual_theme)
        if not language_told:
            set_language(chosen_language(self.memory) or language())
        self.set_keymap({name: ",".join(keys) for name, keys in self._own_keys.items()})

    def keys_of(self, name: str) -> Sequence[str]:
        """The keys of an action: the user's own, else those of the registry."""
        return self._own_keys.get(name, ACTIONS[name].keys)

    async def on_event(self, event: events.Event) -> None:
        if (
            isinstance(event, events.Key)
            and isinstance(self.screen, Dialog)
            and event.time < self.screen.since
        ):
            return  # typed before anybody can have seen the question
        if isinstance(event, events.Compose):  # makes the first screen, which asks for the firm
            await self._return_to_the_firm()
        await super().on_event(event)

    async def on_mount(self) -> None:
        if not self.buffer.read_only and (not await self.buffer.firms.exist() or self.memory.of(FIRST_RUN)):
            self.begin()
        work: WorkType[None] = self._look
        self.run_worker(work, group="look")

    # Positions from one start to the next

    async def _return_to_the_firm(self) -> None:
        kept = self.memory.of("app").get("firm")
        if isinstance(kept, int):
            with suppress(BlinkError):  # there may be no such firm any more
                self.firm = await self.buffer.firms.get(kept)

    def remember(self) -> None:
        """Put down where every screen stands."""
        firm = self.firm.id if self.firm is not None else None
        self.memory.keep("app", {"mode": self.current_mode, "firm": firm})
        for stack in self._screen_stacks.values():
            for screen in stack:
                if isinstance(screen, ConsoleScreen) and screen.recalled:
                    with suppress(NoMatches):  # one that is being taken down: what it said before holds
                        self.memory.keep(screen.name_kept, screen.keep())
        self.memory.save()

    def begin(self) -> None:
        """Open the guided start."""
        from blink_tui.tui.begin import begin  # loaded where there is no firm yet, which is once

        begin(self)

    def hold(self, window: object, document_id: int | None) -> None:
        """Let colleagues know which document a window has open, or that it has none any more."""
        self.company.hold(window, document_id)
        self._company_from = 0.0

    def vault_opened(self) -> None:
        """Let the engine use the vault that was made or opened."""
        if self.engine is not None:
            self.engine.vault_opened()

    # Following the buffer and the engine

    async def _look(self) -> None:
        """Tell the screen in view when the buffer has changed; nothing is repainted otherwise."""
        while True:
            await self._clock.sleep(_LOOK_EVERY)
            self.call_later(self.remember)
            try:
                await self._look_once()
            except BlinkError as error:
                self.tell_error(error)

    async def _look_once(self) -> None:
        screen = self._console_screen()
        if screen is None:
            return
        token = await self.buffer.change_token()
        began = self._clock.steady()
        if token != self._token or began >= self._company_from:
            self._company_from = began + BEAT_EVERY
            await self.company.look()
            if self.fetching.note_service():
                self._token = None  # who fetches stands in some screens
            for dialog in self.screen_stack:
                if isinstance(dialog, Dialog):
                    dialog.company_changed()
        self.fetching.show(screen)
        if token != self._token and began >= self._follow_from:
            self._token = token
            await screen.follow()
            ended = self._clock.steady()
            self._follow_from = ended + _SHARE * (ended - began)

    @property
    def now(self) -> datetime:
        """The present, in UTC."""
        return self._clock.now()

    @property
    def today(self) -> date:
        """The day in Warsaw."""
        return warsaw_day(instant_of(self.now))

    def _console_screen(self) -> ConsoleScreen | None:
        """The numbered screen in view, under whatever window."""
        return next((screen for screen in self.screen_stack if isinstance(screen, ConsoleScreen)), None)

    # Telling

    def tell(
        self, text: str, *, severity: Literal["information", "warning", "error"] = "information"
    ) -> None:
        """Show a sentence for some seconds, over the list."""
        self.notify(text, severity=severity, markup=False, timeout=_TOLD_FOR[severity])

    def tell_error(self, error: BlinkError) -> None:
        """Show what happened, which firm, what to do, and the technical cause below."""
        lines = [f"! {clean(str(error))}", clean(error.firm), clean(error.cause)]
        self.tell("\n".join(line for line in lines if line), severity="error")

    @on(WrongBytes)
    def _tell_of_bytes(self) -> None:
        if not self._told_of_bytes:
            self._told_of_bytes = True
            self.tell(
                _("The terminal sends letters that are not UTF-8. In PuTTY set Window, Translation, UTF-8."),
                severity="warning",
            )

    # Actions of the whole program

    def action_go(self, name: str) -> None:
        """Show one of the numbered screens."""
        self.switch_mode(name)

    def action_level_up(self) -> None:
        """One level back."""
        screen = self._console_screen()
        if screen is not None:
            screen.go_back()

    async def action_fetch(self) -> None:
        """Show what has arrived, then ask for a pass over the firms shown."""
        screen = self._console_screen()
        if screen is not None:
            screen.show_arrivals()
            await self.fetching.ask()

    def choose_firm(self, firm: Firm | None) -> None:
        """Narrow screens to a firm, or to none."""
        self.firm = firm

    async def action_choose_firm(self) -> None:
        """Ask for the firm that screens are narrowed to."""
        screen = self._console_screen()
        if screen is None:
            return
        firms: list[tuple[str, Firm | None]] = [(_("All firms"), None)]
        firms += [
            (f"{clean(firm.name)} · {firm.context_value}", firm) for firm in await self.buffer.firms.list()
        ]
        chosen = dict(firms)
        current = next((label for label, firm in firms if firm == self.firm), None)

        def narrow(label: str | None) -> None:
            if label is not None:
                self.choose_firm(chosen[label])
                screen.firm_chosen()

        self.push_screen(
            Choose(_("Which firm?"), [(label, label) for label, _firm in firms], current), narrow
        )

    def action_palette(self) -> None:
        """Find an action by its name and do it."""
        reachable = self._reachable()

        def run(name: str | None) -> None:
            if name is not None:
                self.call_later(self.run_action, ACTIONS[name].call, reachable[name])

        self.push_screen(Choose(_("What shall be done?"), palette_choices(reachable, self.keys_of)), run)

    def _reachable(self) -> dict[str, Screen[object]]:
        """Names of the actions that work now, each with what it acts on."""
        return {
            active.binding.id: active.node  # type: ignore[misc]  # nodes of bindings are screens, widgets or the app
            for active in self.screen.active_bindings.values()
            if active.binding.id in ACTIONS
        }

    def action_help(self) -> None:
        """The keys that work where the focus is: the pane's own first, those of the program last."""
        found: dict[str, list[str]] = {}
        for key, active in self.screen.active_bindings.items():
            if active.binding.id in ACTIONS:
                found.setdefault(active.binding.id, []).append(key)
        actions: list[tuple[Action, list[str]]] = [(ACTIONS[name], keys) for name, keys in found.items()]
        self.push_screen(TextWindow(_("Keys"), help_paragraphs(actions)))

    def action_switch_language(self) -> None:
        """Polish or English, everywhere at once."""
        choose_language(self.memory, "en" if language() == "pl" else "pl")
        screen = self._console_screen()
        if screen is not None:
            screen.retell()

    def action_quit_hint(self) -> None:
        """Ctrl+C ends programs elsewhere; here it tells what does."""
        self.tell(_("Ctrl+Q ends the program."))

    async def action_quit(self) -> None:
        """End the program; ask first while a pass runs."""
        if not self.fetching.under_way:
            self.exit()
            return
        lines = [
            _("Fetching is under way. What is stored stays stored;"),
            _("the rest comes with the next pass."),
        ]
        self.push_screen(
            Confirm(_("End the program?"), lines), lambda agreed: self.exit() if agreed else None
        )

    # The end

    def exit(self, result: None = None, return_code: int = 0, message: Any = None) -> None:
        """End with an exit code; where one stood is found again."""
        self.remember()
        super().exit(result, return_code, message)

    def _handle_exception(self, error: Exception) -> None:
        """Once the end is decided, a handler that misses panes taken down already does not change its code."""
        if self._exit:
            self._write_crash(traceback.format_exc())
        else:
            super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """End after an error that nobody expected. Local variables are shown nowhere: tokens may be among them."""
        self.bell()
        where = self._write_crash(traceback.format_exc())
        text = _("The console ended because of an error in the program.")
        if where is not None:
            text += " " + _("Details: {path}").format(path=where)
        self._exit_renderables.append(text)
        self.on_crash()
        self._close_messages_no_wait()

    def _write_crash(self, report: str) -> Path | None:
        if self._crash_log is None:
            return None
        try:
            number = open_private(self._crash_log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW)
        except OSError:
            return None
        with os.fdopen(number, "w", encoding="utf-8") as file:
            file.write(redacted(report))
        return self._crash_log

    def end(self, code: int) -> None:
        """End with an exit code, from any thread or signal handler."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(partial(self.exit, return_code=code))
