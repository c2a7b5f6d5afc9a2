"""Forms: what is wrong is said at the field, half-typed values are offered again, secrets are nowhere."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from textual import events

from blink_tui.buffer import Buffer
from blink_tui.model.errors import USAGE, BlinkError
from blink_tui.model.firms import Firm
from blink_tui.model.secret import Secret
from blink_tui.model.typed import checked_nip, nip_remark
from blink_tui.tui.app import ConsoleApp
from blink_tui.tui.memory import Memory
from blink_tui.tui.screens.forms import FormWindow
from blink_tui.tui.widgets.form import Field, Filled, WrongFieldError
from tests.tui.conftest import Desk, OpenDesk, Wishes

SECRET = "tajne-Zx81-nie-dla-oczu"


def fields() -> list[Field]:
    return [
        Field("nip", "NIP", "ten digits", check=checked_nip, remark=nip_remark),
        Field("how", "How", choices=(("token", "token"), ("file", "file"))),
        Field("token", "Token", secret=True, when=lambda texts: texts["how"] == "token"),
        Field("path", "Path", when=lambda texts: texts["how"] == "file"),
    ]


class Saved:
    """Keeps what was saved; refuses what it is told to."""

    def __init__(self) -> None:
        self.filled: list[Filled] = []
        self.refusal: Exception | None = None
        self.waits: asyncio.Event | None = None

    async def __call__(self, filled: Filled) -> str:
        if self.waits is not None:
            await self.waits.wait()
        if self.refusal is not None:
            raise self.refusal
        self.filled.append(filled)
        return "done"


def opened(desk: Desk, saved: Saved) -> tuple[FormWindow[str], list[str | None]]:
    """A form over the desk, and what it closed with."""
    closed: list[str | None] = []
    form: FormWindow[str] = FormWindow("trial", "A trial", fields(), saved, intro="Why this is asked.")
    desk.app.push_screen(form, closed.append)
    return form, closed


async def paste(desk: Desk, text: str) -> None:
    focused = desk.app.focused
    assert focused is not None
    focused.post_message(events.Paste(text))
    await desk.pilot.pause()


async def test_a_form_is_whole_in_a_small_window_and_filled_by_keys(open_desk: OpenDesk) -> None:
    async with open_desk() as desk:
        saved = Saved()
        _form, closed = opened(desk, saved)
        text = await desk.see(
            "A trial", "Why this is asked.", "> NIP", "ten digits", "[token] file", "F10 Save", "Esc"
        )
        assert "Path" not in text
        await desk.press(*"5265877635", "enter", "enter")
        await desk.see("> Token")
        await paste(desk, SECRET)
        await desk.press("enter")
        await desk.until(lambda: closed == ["done"])
        (filled,) = saved.filled
        assert filled.texts == {"nip": "5265877635", "how": "token"}
        assert filled.secrets == {"token": Secret(SECRET)}
        assert SECRET not in repr(filled)


async def test_what_is_wrong_is_said_when_a_field_is_left_and_when_saved(open_desk: OpenDesk) -> None:
    async with open_desk() as desk:
        saved = Saved()
        _form, closed = opened(desk, saved)
        await desk.see("> NIP")
        await desk.press("1", "2", "tab")
        await desk.see("! A NIP has ten digits; this has not: 12", "> How")
        await desk.press("ctrl+s")
        await desk.see("> NIP")
        assert not saved.filled
        await desk.press("backspace", "backspace", *"5265877636", "down")
        await desk.see("~ Note: the check digit of NIP 5265877636 is", "wrong; see that it is typed right.")
        await desk.press("f10")
        await desk.until(lambda: closed == ["done"])


async def test_choices_decide_what_is_asked_for(open_desk: OpenDesk) -> None:
    async with open_desk() as desk:
        saved = Saved()
        _form, closed = opened(desk, saved)
        await desk.see("> NIP")
        await desk.press(*"5265877635", "down", "right")
        assert "Token" not in await desk.see(" token [file]", "Path")
        await desk.press("h", "l", "down", *"a.pem", "f10")
        await desk.until(lambda: closed == ["done"])
        assert saved.filled == [Filled({"nip": "5265877635", "how": "file", "path": "a.pem"})]


async def test_a_refusal_is_said_at_its_field_or_below_and_nothing_is_lost(open_desk: OpenDesk) -> None:
    async with open_desk() as desk:
        saved = Saved()
        form, closed = opened(desk, saved)
        await desk.see("> NIP")
        await desk.press(*"5265877635")
        saved.refusal = WrongFieldError("nip", BlinkError(USAGE, problem="It is here already."))
        await desk.press("f10")
        await desk.see("! It is here already.", "> NIP")
        saved.refusal = BlinkError(USAGE, firm="5265877635", cause="450 [b]x[/b]", problem="KSeF says no.")
        await desk.press("f10")
        await desk.see("! 5265877635: KSeF says no. (450 [b]x[/b])", "5265877635")
        assert form.body.texts["nip"] == "5265877635"
        assert not closed


async def test_esc_ends_what_goes_on_first(open_desk: OpenDesk) -> None:
    async with open_desk() as desk:
        saved = Saved()
        saved.waits = asyncio.Event()
        _form, closed = opened(desk, saved)
        await desk.see("> NIP")
        await desk.press(*"5265877635", "f10")
        await desk.see("One moment…")
        await desk.press("escape")
        await desk.see("Stopped. Nothing was saved.")
        assert not closed
        await desk.press("escape")
        await desk.until(lambda: closed == [None])


async def test_half_typed_values_are_offered_again_after_a_restart_and_secrets_are_not(
    buffer: Buffer, firms: list[Firm], tmp_path: Path
) -> None:
    file = tmp_path / "console-anna.json"
    for turn in range(3):
        app = ConsoleApp(buffer, Wishes(), who="anna", export_dir=tmp_path, memory=Memory(file))
        async with app.run_test(size=(80, 24)) as pilot:
            desk = Desk(app, pilot, buffer, Wishes(), tmp_path)
            saved = Saved()
            form, closed = opened(desk, saved)
            await desk.see("> NIP")
            if turn == 0:
                await desk.press(*"526", "tab", "tab")
                await paste(desk, SECRET)
                await desk.press("escape")
                await desk.until(lambda closed=closed: closed == [None])  # type: ignore[misc]
            elif turn == 1:
                await desk.see("526", "Taken up from before; Ctrl+N starts afresh.")
                assert form.body.filled().secrets == {"token": Secret("")}
                await desk.press(*"5877635", "f10")
                await desk.until(lambda closed=closed: closed == ["done"])  # type: ignore[misc]
            else:
                assert "526" not in desk.text
                assert "Taken up" not in desk.text
            app.remember()
        kept = file.read_text()
        assert SECRET not in kept
        assert ("form.trial" in json.loads(kept)["kept"]) is (turn == 0)


async def test_ctrl_n_forgets_what_is_half_typed(open_desk: OpenDesk) -> None:
    async with open_desk() as desk:
        saved = Saved()
        form, _closed = opened(desk, saved)
        await desk.see("> NIP")
        await desk.press(*"526", "ctrl+n")
        await desk.until(lambda: form.body.texts["nip"] == "")
        assert not desk.app.memory.of("form.trial")
        await desk.press("1")
        await desk.until(lambda: form.body.texts["nip"] == "1")


async def test_a_secret_is_neither_shown_nor_copied(
    open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_desk() as desk:
        copied: list[str] = []
        monkeypatch.setattr(desk.app, "copy_to_clipboard", copied.append)
        form, _closed = opened(desk, Saved())
        await desk.see("> NIP")
        await desk.press("tab", "tab")
        await paste(desk, SECRET)
        await desk.until(lambda: form.body.filled().secrets["token"] == Secret(SECRET))
        assert SECRET not in await desk.see("> Token")
        await desk.press("ctrl+shift+a", "ctrl+c", "ctrl+x")
        await desk.until(lambda: form.body.filled().secrets["token"] == Secret(""))
        assert not copied
        assert SECRET not in desk.text
        assert not any(SECRET in str(kept) for kept in desk.app.memory._kept.values())
