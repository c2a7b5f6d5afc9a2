"""Settings: what they say, changed by keys, at once and for the next start, too."""

from __future__ import annotations

from pathlib import Path

from blink_tui.buffer import Buffer
from blink_tui.i18n import language
from blink_tui.model.firms import Firm
from blink_tui.model.settings import (
    BACKUP_FOLDER,
    CONSOLE_ON_HANGUP,
    SETTINGS,
    TOKENS_END,
    WATCH_COMPLETE_WITHIN,
)
from blink_tui.tui.app import ConsoleApp
from blink_tui.tui.memory import Memory
from blink_tui.tui.screens.settings import _CHOICES, _LABELS
from tests.tui.conftest import Desk, OpenDesk, Wishes

OWN = 3
"""Settings of the console itself, above those of the profile."""


async def test_settings_of_the_profile_are_changed_and_checked(open_desk: OpenDesk, buffer: Buffer) -> None:
    async with open_desk() as desk:
        await desk.press("9")
        await desk.see("Last day of tokens", "2026-12-31", "Fetching without a terminal", "> Language")
        await desk.see("this console fetches", "no backup yet", "no notices")
        await desk.press(*["down"] * 4, "enter", "down", "enter")
        await desk.see("go on")
        assert await buffer.settings.value(CONSOLE_ON_HANGUP) == "go-on"
        await desk.press("up", "enter")
        await desk.see("> Value", "a day written as 2026-12-31, or none")
        await desk.press("x", "f10")
        await desk.see("! The setting tokens.end takes a day written as")
        await desk.press("ctrl+u", *"none", "f10")
        await desk.see("[9Set.]", "> Last day of tokens                 none")
        assert await buffer.settings.value(TOKENS_END) is None


async def test_the_settings_of_what_runs_by_itself_take_their_values_and_no_others(
    open_desk: OpenDesk, buffer: Buffer
) -> None:
    async with open_desk(120, 40) as desk:
        await desk.press("9")
        text = await desk.see("> Language", "Firms late after hours")
        assert all(label in text for label in _LABELS.values())
        for setting, wrong, right in (
            (BACKUP_FOLDER, "../backups", "/mnt/backup"),
            (WATCH_COMPLETE_WITHIN, "0", "48"),
        ):
            label = _LABELS[setting.key]
            await desk.press("home", *["down"] * (OWN + list(SETTINGS).index(setting.key)), "enter")
            await desk.see("> Value", setting.wanted[:20])
            await desk.press("ctrl+u")
            await desk.type(wrong)
            await desk.press("f10")
            await desk.see(f"! The setting {setting.key} takes", wrong)
            await desk.press("ctrl+u")
            await desk.type(right)
            await desk.press("f10")
            await desk.see("Enter changes a setting", f"> {label}", right)
            assert await buffer.settings.get(setting.key) == right


def test_every_setting_of_the_profile_has_a_name_in_the_console_and_words_for_what_is_chosen() -> None:
    assert set(SETTINGS) == set(_LABELS)
    for key, words in _CHOICES.items():
        assert SETTINGS[key].default in words
        for value in words:
            SETTINGS[key].checked(value)


async def test_a_setting_that_somebody_else_has_changed_is_not_written_over(
    open_desk: OpenDesk, buffer: Buffer
) -> None:
    async with open_desk() as desk:
        await desk.press("9")
        await desk.see("> Language")
        await desk.press(*["down"] * 3, "enter")
        await desk.see("> Value")
        await buffer.settings.set(TOKENS_END.key, "2027-03-31")
        await desk.press("ctrl+u", *"none", "f10")
        await desk.see("The setting was changed meanwhile by someone else.")
        assert await buffer.settings.get(TOKENS_END.key) == "2027-03-31"


async def test_language_and_colours_hold_at_once_and_at_the_next_start(
    buffer: Buffer, firms: list[Firm], tmp_path: Path
) -> None:
    file = tmp_path / "console-anna.json"
    app = ConsoleApp(buffer, Wishes(), who="anna", export_dir=tmp_path, memory=Memory(file))
    async with app.run_test(size=(80, 24)) as pilot:
        desk = Desk(app, pilot, buffer, Wishes(), tmp_path)
        await desk.press("9")
        await desk.see("> Language")
        await desk.press("down", "enter")
        await desk.see("blink-cb", "blink-light", "ansi-dark", "ansi-light")
        await desk.press(*"light", "enter")
        await desk.until(lambda: app.theme == "blink-light")
        await desk.press("down", "enter")
        await desk.see("The user of the system whose clients")
        await desk.press("end", "ctrl+u", *"ola", "f10")
        await desk.see("ola", "> My clients")
        await desk.press("home", "enter", *"pol", "enter")
        await desk.see("Ustawienie", "> Język")
        app.remember()
    for told, spoken in ((False, "pl"), (True, "en")):
        from blink_tui.i18n import set_language

        set_language("en")
        again = ConsoleApp(
            buffer, Wishes(), who="anna", export_dir=tmp_path, memory=Memory(file), language_told=told
        )
        assert again.theme == "blink-light"
        assert language() == spoken


async def test_a_theme_that_is_gone_is_no_error(buffer: Buffer, tmp_path: Path) -> None:
    memory = Memory(None)
    memory.keep("settings", {"theme": "plaid", "language": 7})
    app = ConsoleApp(buffer, Wishes(), who="anna", export_dir=tmp_path, memory=memory, language_told=False)
    assert app.theme == app.usual_theme
    assert language() == "en"
