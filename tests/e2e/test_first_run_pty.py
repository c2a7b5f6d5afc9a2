"""From an empty profile to documents in the grid by keys alone, on a real terminal against a real sandbox process.

The token typed there is nowhere in the bytes that the console writes, in no form that a terminal could keep.
"""

from __future__ import annotations

import base64
import json
import os
import urllib.parse
from pathlib import Path

import pytest

from tests.cli.conftest import sandbox_process
from tests.e2e.guided import PASSPHRASE, TEXTS, command, environment, guided_start
from tests.e2e.terminal import Terminal

pytestmark = [pytest.mark.proof, pytest.mark.alone]


@pytest.mark.parametrize("language", ["pl", "en"])
def test_an_empty_profile_ends_with_documents_in_the_grid(tmp_path: Path, language: str) -> None:
    env, program = environment(tmp_path), command(tmp_path, language)
    with sandbox_process("--demo") as sandbox, Terminal(program, width=80, height=24, env=env) as terminal:
        token = sandbox.firms[0]["token"]
        guided_start(terminal, sandbox, language)
        terminal.send("4")
        terminal.until_quiet()
        terminal.send("3")
        terminal.see("InvoiceRead")
        terminal.until_quiet()
        terminal.leave()
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
    with Terminal(program, width=80, height=24, env=env) as terminal:
        terminal.read(1.0)
        while "(" not in terminal.text and ":" not in terminal.text:
            terminal.read(0.2)
        terminal.send(PASSPHRASE + "\r")
        terminal.see("Alfa")
        assert TEXTS[language][0] not in terminal.text
        os.kill(terminal.process.pid, 15)
        assert terminal.ended() == 143


def _appears_nowhere(secret: str, written: bytes) -> None:
    """Neither as it is, nor as a clipboard's base64 or an address would have it, nor a telling part of it."""
    parts = {secret, secret[-12:], urllib.parse.quote(secret)}
    parts |= {base64.b64encode(secret.encode()[shift:]).decode().rstrip("=")[:16] for shift in range(3)}
    for part in parts:
        assert part.encode() not in written, part
