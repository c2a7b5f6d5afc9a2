"""From an empty profile to documents in the grid by keys alone, on a real terminal against a real sandbox process.

The token typed there is nowhere in the bytes that the console writes, in no form that a terminal could keep.
"""

from __future__ import annotations

import base64
import json
import os
import sys
import urllib.parse
from pathlib import Path

import pytest

from tests.cli.conftest import sandbox_process
from tests.e2e.terminal import Terminal

pytestmark = pytest.mark.proof

PASSPHRASE = "zielony-parasol-47"  # synthetic
TEXTS = {
    "en": ("Guided start, step 1 of 4", "step 2 of 4", "step 3 of 4", "> First day", "step 4 of 4", "[5Buffer]",
           "> New passphrase", "> The same once more", "> Its address", "> Name"),
    "pl": ("Pierwsze kroki, krok 1 z 4", "krok 2 z 4", "krok 3 z 4", "> Pierwszy dzień", "krok 4 z 4", "[5Bufor]",
           "> Nowe hasło", "> To samo jeszcze raz", "> Jego adres", "> Nazwa"),
}  # fmt: skip


@pytest.mark.parametrize("language", ["pl", "en"])
def test_an_empty_profile_ends_with_documents_in_the_grid(tmp_path: Path, language: str) -> None:
    first, second, third, day, fourth, buffer, new, again, address, name = TEXTS[language]
    home = tmp_path / "home"
    home.mkdir()
    env = {
        "HOME": str(home),
        "BLINK_LIMITS_DIR": str(tmp_path / "limits"),
        "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent",
    }
    command = [sys.executable, "-m", "blink_tui.cli", "--home", str(tmp_path / "blink"), "--lang", language]
    with sandbox_process("--demo") as sandbox, Terminal(command, width=80, height=24, env=env) as terminal:
        firm = sandbox.firms[0]
        token = firm["token"]
        terminal.see(first, "> NIP")
        terminal.send(firm["nip"] + "\r")
        terminal.see(name)
        terminal.send("Alfa\r")
        terminal.see(second)
        terminal.send("\x1b[D")
        terminal.see("https; http")
        terminal.send("\t")
        terminal.see(address)
        terminal.send(sandbox.url + "\x13")
        terminal.see(third, day)
        terminal.send("\x15" + "120d" + "\x13")
        terminal.see(fourth, "> Token")
        before = len(terminal.written)
        terminal.send(token)
        terminal.until_quiet()
        terminal.send("\t\t")
        terminal.see(new)
        terminal.send(PASSPHRASE + "\t")
        terminal.see(again)
        terminal.send(PASSPHRASE)
        terminal.until_quiet()
        terminal.send("\x1b[21~")
        terminal.see(buffer, "Alfa")
        terminal.see("1/")
        assert "+ " in terminal.text
        terminal.send("4")
        terminal.until_quiet()
        terminal.send("3")
        terminal.see("InvoiceRead")
        terminal.until_quiet()
        terminal.send("\x11")
        terminal.until_quiet(1.0)
        if terminal.process.poll() is None:
            terminal.send("y")
        assert terminal.ended() == 0
        assert len(terminal.written) > before
        secret = token.rpartition("|")[2]  # what stands before it, its number and its firm, is known to all
        for hidden in (token, secret, PASSPHRASE):
            _appears_nowhere(hidden, terminal.written)
        files = [path for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".socket"]
        for path in files:
            assert secret.encode() not in path.read_bytes(), path
            assert PASSPHRASE.encode() not in path.read_bytes(), path
    kept = json.loads(next((tmp_path / "blink").rglob("console-*.json")).read_text())["kept"]
    assert "form.first-run" not in kept
    assert (tmp_path / "blink" / "default" / "vault.blink").stat().st_mode & 0o077 == 0
    with Terminal(command, width=80, height=24, env=env) as terminal:
        terminal.read(1.0)
        while "(" not in terminal.text and ":" not in terminal.text:
            terminal.read(0.2)
        terminal.send(PASSPHRASE + "\r")
        terminal.see("Alfa")
        assert first not in terminal.text
        os.kill(terminal.process.pid, 15)
        assert terminal.ended() == 143


def _appears_nowhere(secret: str, written: bytes) -> None:
    """Neither as it is, nor as a clipboard's base64 or an address would have it, nor a telling part of it."""
    parts = {secret, secret[-12:], urllib.parse.quote(secret)}
    parts |= {base64.b64encode(secret.encode()[shift:]).decode().rstrip("=")[:16] for shift in range(3)}
    for part in parts:
        assert part.encode() not in written, part
