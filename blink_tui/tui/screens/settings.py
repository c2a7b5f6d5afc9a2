"""The settings of the profile and of this console: what each is for, what it says, what it usually says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from textual import on
from textual.widget import Widget

from blink_tui.i18n import N_, _, language
from blink_tui.model.firms import Firm
from blink_tui.model.settings import (
    BACKUP_ENCRYPT,
    CONSOLE_ON_HANGUP,
    LOG_FORMAT,
    LOG_LEVEL,
    LOG_TO,
    METRICS_NIPS,
    NOTIFY_AMOUNTS,
    SETTINGS,
    Setting,
)
from blink_tui.model.text import clean
from blink_tui.model.typed import checked_accountant
from blink_tui.tui.firm_books import open_books, open_rules
from blink_tui.tui.keys import bindings
from blink_tui.tui.preferences import ACCOUNTANT, choose_language, prefer, preference
from blink_tui.tui.screens.base import ConsoleScreen
from blink_tui.tui.screens.dialogs import Choose
from blink_tui.tui.screens.forms import FormWindow
from blink_tui.tui.themes import THEME_WORDS
from blink_tui.tui.upkeep import upkeep_words
from blink_tui.tui.widgets.bars import StatusLine
from blink_tui.tui.widgets.form import Field, Filled
from blink_tui.tui.widgets.rows import Pieces, RowsView
from blink_tui.tui.widgets.text import Paragraph, TextView
from blink_tui.tui.words import fit

_NAME = 34
_LANGUAGES = {"pl": "polski", "en": "English"}
_ON = {"on": N_("yes"), "off": N_("no")}
_CHOICES = {
    CONSOLE_ON_HANGUP.key: {"stop": N_("stop"), "go-on": N_("go on")},
    BACKUP_ENCRYPT.key: {"yes": N_("yes"), "no": N_("no")},
    LOG_LEVEL.key: {
        "debug": N_("everything, for finding faults"),
        "info": N_("what happens"),
        "warning": N_("warnings and errors"),
        "error": N_("errors only"),
    },
    LOG_FORMAT.key: {"text": N_("lines for people"), "json": N_("JSON for programs")},
    LOG_TO.key: {
        "auto": N_("as it is started"),
        "stderr": N_("standard error (stderr)"),
        "file": N_("a file in the profile"),
    },
    METRICS_NIPS.key: _ON,
    NOTIFY_AMOUNTS.key: _ON,
}
"""Settings of the profile that are one of a few values, in words."""
_LABELS = {
    "tokens.end": N_("Last day of tokens"),
    "console.on-hangup": N_("Fetching without a terminal"),
    "payments.ksef-number-from": N_("KSeF number in transfers"),
    "backup.folder": N_("Backups: folder"),
    "backup.at": N_("Backups: time of day"),
    "backup.keep": N_("Backups: how many are kept"),
    "backup.encrypt": N_("Backups: encrypted"),
    "ksef.part-hosts": N_("Hosts of KSeF's packages"),
    "log.level": N_("Log: from which level"),
    "log.format": N_("Log: form"),
    "log.to": N_("Log: where to"),
    "log.keep-days": N_("Log: days kept"),
    "log.size": N_("Log: size of a file"),
    "metrics.folder": N_("Metrics: folder"),
    "metrics.nips": N_("Metrics: with NIPs"),
    "notify.amounts": N_("Notices: with amounts"),
    "watch.complete-within": N_("Firms late after hours"),
}


@dataclass(frozen=True, slots=True)
class SettingLine:
    """One setting as it is shown; texts are in the language in force."""

    key: str
    label: str
    text: str
    """What it is for."""
    value: str
    """What is kept."""
    default: str
    """What holds while nothing is kept."""
    choices: Mapping[str, str]
    """Values with their words; empty where it is typed."""
    here: bool
    """Of this console and person, not of the profile."""
    kept: str | None = None
    """What the profile says; None where it says nothing."""

    def shown(self, value: str) -> str:
        """A value in words."""
        return self.choices.get(value) or (_("none") if value in ("", "none") else value)


class SettingRows(RowsView):
    """One setting a row."""

    def __init__(self) -> None:
        super().__init__(id="settings-list")
        self.lines: Sequence[SettingLine] = ()

    @property
    def current(self) -> SettingLine | None:
        """The one under the cursor."""
        return self.lines[self.cursor] if self.lines else None

    def show(self, lines: Sequence[SettingLine]) -> None:
        """Show others."""
        self.lines = lines
        self.set_count(len(lines))

    def head(self, width: int) -> Pieces:
        name, value, whose = _("Setting"), _("Value"), _("Whose")
        return ((f"  {fit(name, _NAME)} {fit(value, width - _NAME - 16)} {whose}", "head"),)

    def row(self, index: int, width: int) -> Pieces:
        line = self.lines[index]
        whose = _("console") if line.here else _("profile")
        value = clean(line.shown(line.value))
        lead = ">" if index == self.cursor else " "
        return ((f"{lead} {fit(line.label, _NAME)} {fit(value, width - _NAME - 16)} {whose}", "plain"),)


class SettingsScreen(ConsoleScreen):
    """Screen 9."""

    HERE = "go-settings"
    AUTO_FOCUS = "#settings-list"
    BINDINGS = bindings("open", "books", "rules")

    def body(self) -> Iterable[Widget]:
        yield StatusLine(id="status")
        yield StatusLine(id="upkeep")
        yield SettingRows()
        yield TextView(id="setting-detail")

    @property
    def _list(self) -> SettingRows:
        return self.query_one(SettingRows)

    async def read(self) -> Callable[[], None]:
        kept = {key: await self.console.buffer.settings.get(key) for key in SETTINGS}
        return partial(self._show, kept, await upkeep_words(self.console))

    def _show(self, kept: Mapping[str, str | None], upkeep: Sequence[str]) -> None:
        self.query_one("#upkeep", StatusLine).say(*upkeep)
        profile = [_profile_line(setting, kept[setting.key]) for setting in SETTINGS.values()]
        self._list.show([*self._own(), *profile])
        self.query_one("#status", StatusLine).say(
            _("Enter changes a setting; it holds at once. F3: books of a firm, r: rules of the office.")
        )

    def _own(self) -> list[SettingLine]:
        """What belongs to this console and whoever sits here."""
        themes = {name: f"{name}: {_(words)}" for name, words in THEME_WORDS.items()}
        name = preference(self.console.memory, ACCOUNTANT)
        return [
            SettingLine(
                "language",
                _("Language"),
                _("The language of the console."),
                language(),
                "pl",
                _LANGUAGES,
                True,
            ),
            SettingLine(
                "theme",
                _("Colours"),
                _(
                    "The first two can be told apart by people who see colours differently; the terminal's own "
                    "colours send least over a slow line."
                ),
                self.console.theme,
                self.console.usual_theme,
                themes,
                True,
            ),
            SettingLine(
                ACCOUNTANT,
                _("My clients are those kept by"),
                _("The user of the system whose clients b shows alone; usually whoever sits here."),
                name or self.console.who,
                self.console.who,
                {},
                True,
            ),
        ]

    @on(RowsView.Moved, "#settings-list")
    def _tell_setting(self) -> None:
        line = self._list.current
        if line is None:
            return
        usual = _("Usually: {value}").format(value=line.shown(line.default))
        paragraphs = [Paragraph(line.label, "head"), Paragraph(line.text), Paragraph(usual, "dim")]
        values = [f"  {words}" for words in line.choices.values()]
        paragraphs += [Paragraph(words, "dim") for words in values]
        self.query_one("#setting-detail", TextView).set_paragraphs(paragraphs)

    # Changing

    def action_open(self) -> None:
        """Change the setting under the cursor."""
        line = self._list.current
        if line is None:
            return
        if line.choices:
            choices = [(words, value) for value, words in line.choices.items()]
            window: Choose[str] = Choose(line.label, choices, line.value)
            self.app.push_screen(window, partial(self._chosen, line))
        else:
            self.app.push_screen(self._form(line))

    def _chosen(self, line: SettingLine, value: str | None) -> None:
        if value is None or value == line.value:
            return
        if line.here:
            self._choose_own(line.key, value)
        else:
            self.ask(
                partial(self.console.buffer.settings.change, line.key, value, seen=line.kept),
                lambda _done: self.reload(),
                "set",
                exclusive=False,
            )

    def _choose_own(self, key: str, value: str) -> None:
        memory = self.console.memory
        if key == "language":
            choose_language(memory, value)
            self.retell()
            return
        prefer(memory, key, value)
        if key == "theme":
            self.console.theme = value
        self.reload()

    def action_books(self) -> None:
        """Ask for a firm, then show its books."""
        chosen = self.console.firm

        def offer(firms: Sequence[Firm]) -> None:
            choices = [(f"{clean(firm.name)} · {firm.context_value}", firm.id) for firm in firms]
            known = {firm.id: firm for firm in firms}
            window: Choose[int] = Choose(_("Which firm?"), choices, chosen.id if chosen else None)
            self.app.push_screen(
                window, lambda id_: open_books(self, known[id_]) if id_ is not None else None
            )

        self.ask(self.console.buffer.firms.list, offer, "firms")

    def action_rules(self) -> None:
        """The rules and schemes of the office."""
        open_rules(self, None)

    def _form(self, line: SettingLine) -> FormWindow[bool]:
        setting = SETTINGS.get(line.key)
        check: Callable[[str], object] = setting.checked if setting else checked_accountant
        field = Field(line.key, _("Value"), _wanted(setting), line.value, check=check)

        async def save(filled: Filled) -> bool:
            value = filled.texts[line.key].strip()
            if line.here:
                prefer(self.console.memory, line.key, value)
            else:
                await self.console.buffer.settings.change(line.key, value, seen=line.kept)
            self.reload()
            return True

        return FormWindow(f"setting.{line.key}", line.label, [field], save, intro=line.text)


def _wanted(setting: Setting[Any] | None) -> str:
    return _(setting.wanted) if setting else ""


def _profile_line(setting: Setting[Any], kept: str | None) -> SettingLine:
    words = {value: _(word) for value, word in _CHOICES.get(setting.key, {}).items()}
    label = _(_LABELS[setting.key]) if setting.key in _LABELS else setting.key
    value = setting.default if kept is None else kept
    return SettingLine(setting.key, label, _(setting.text), value, setting.default, words, False, kept)
