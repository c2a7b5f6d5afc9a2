"""The guided start by keys alone: what one types on the way from an empty profile to documents in the grid."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Protocol

from tests.cli.conftest import SandboxProcess

PASSPHRASE = "zielony-parasol-47"  # synthetic
TEXTS = {
    "en": ("Guided start, step 1 of 4", "step 2 of 4", "step 3 of 4", "> First day", "step 4 of 4", "Buffer]",
           "> New passphrase", "> The same once more", "> Its address", "> Name"),
    "pl": ("Pierwsze kroki, krok 1 z 4", "krok 2 z 4", "krok 3 z 4", "> Pierwszy dzień", "krok 4 z 4", "[5Bufor]",
           "> Nowe hasło", "> To samo jeszcze raz", "> Jego adres", "> Nazwa"),
}  # fmt: skip


_PAINTING = re.compile(r"(?:\x1b\[[0-9;?]*[a-zA-Z]|\s)+")


class Keyboard(Protocol):
    """A window that the program under test has: a pty, or one of tmux."""

    def press(self, *keys: str) -> None:
        """Press keys by tmux's names."""

    def type(self, text: str) -> None:
        """Type a text."""

    def see(self, *wanted: str) -> str:
        """Wait until all of these stand on the screen."""


def command(folder: Path, language: str) -> list[str]:
    """The program on a profile in a folder."""
    return [sys.executable, "-m", "blink_tui.cli", "--home", str(folder / "blink"), "--lang", language]


def environment(folder: Path) -> dict[str, str]:
    """An empty home without a keyring."""
    home = folder / "home"
    home.mkdir(exist_ok=True)
    return {
        "HOME": str(home),
        "BLINK_LIMITS_DIR": str(folder / "limits"),
        "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent",
    }


def guided_start(keyboard: Keyboard, sandbox: SandboxProcess, language: str) -> None:
    """From the first question to documents of the sandbox's first firm, called Alfa."""
    first, second, third, day, fourth, buffer, new, again, address, name = TEXTS[language]
    firm = sandbox.firms[0]
    keyboard.see(first, "> NIP")
    keyboard.type(firm["nip"])
    keyboard.press("Enter")
    keyboard.see(name)
    keyboard.type("Alfa")
    keyboard.press("Enter")
    keyboard.see(second)
    keyboard.press("Left")
    keyboard.see("https; http")
    keyboard.press("Tab")
    keyboard.see(address)
    keyboard.type(sandbox.url)
    keyboard.press("C-s")
    keyboard.see(third, day)
    keyboard.press("C-u")
    keyboard.type("120d")
    keyboard.press("C-s")
    keyboard.see(fourth, "> Token")
    keyboard.type(firm["token"])
    keyboard.press("Tab", "Tab")
    keyboard.see(new)
    keyboard.type(PASSPHRASE)
    keyboard.press("Tab")
    keyboard.see(again)
    keyboard.type(PASSPHRASE)
    keyboard.press("F10")
    try:
        keyboard.see(buffer, "Alfa", "1/", "+ ")
    except AssertionError as error:
        error.add_note(
            _PAINTING.sub("|", getattr(keyboard, "written", b"").decode(errors="replace"))[-20_000:]
        )
        raise
