"""Where the vault's key comes from, told and changed from the command line."""

from __future__ import annotations

import os
import sys

from blink_tui.model.secret import Secret
from blink_tui.vault import PassphraseSource, open_vault
from tests.cli.conftest import Blink
from tests.e2e.terminal import Terminal


def test_the_key_moves_from_a_passphrase_to_a_systemd_credential_and_back(blink: Blink) -> None:
    assert "no vault yet" in blink("vault", "status").text
    assert blink("vault", "rekey", "--to", "systemd", code=8).err.startswith("There is no vault yet.")
    blink("firm", "add", "--nip", "5265877635", "--env", "http://127.0.0.1:9")
    blink(
        "credential",
        "add",
        "--firm",
        "5265877635",
        "--token-stdin",
        stdin="20260101-EC-X|nip-5265877635|ab\n",
    )
    assert blink("vault", "status", "--json").json["source"] == "passphrase"

    told = blink("vault", "rekey", "--to", "systemd", code=8).err
    assert "given none named blink-vault" in told
    credentials = blink.home / "credentials"
    credentials.mkdir()
    (credentials / "blink-vault").write_bytes(os.urandom(32))
    given = str(credentials)
    assert (
        "systemd credential" in blink("vault", "rekey", "--to", "systemd", CREDENTIALS_DIRECTORY=given).text
    )
    seen = blink("vault", "status", "--json", CREDENTIALS_DIRECTORY=given).json
    assert (seen["source"], seen["opens"], seen["entries"]) == ("systemd", True, 1)
    locked = blink("vault", "status", "--json").json
    assert (locked["opens"], "blink-vault" in locked["problem"]) == (False, True)
    assert blink("sync", code=8).err.startswith("The vault is locked: its key is a systemd credential")

    new = blink.home / "new passphrase"
    new.write_text("another one\n")
    blink(
        "vault", "rekey", "--to", "passphrase", "--new-passphrase-file", str(new), CREDENTIALS_DIRECTORY=given
    )
    assert "does not open" in blink("vault", "status").text
    assert "secrets in it: 1" in blink("vault", "status", BLINK_VAULT_PASSPHRASE_FILE=str(new)).text


def test_nothing_is_changed_on_a_wrong_call(blink: Blink) -> None:
    assert blink("vault", "rekey", code=2).err
    assert blink("vault", "rekey", "--to", "stone", code=2).err
    assert blink("vault", "rekey", "--to", "keyring", "--new-passphrase-file", "x", code=2).err


def test_a_person_at_a_terminal_gives_the_old_passphrase_where_the_credential_is_the_new_key(
    blink: Blink,
) -> None:
    path = blink.home / "data" / "default" / "vault.blink"
    open_vault(path, PassphraseSource(lambda: Secret("typed")), create=True)
    credential = blink.home / "blink-vault"
    credential.write_text("known to the service")
    env = blink.environment | {"CREDENTIALS_DIRECTORY": str(blink.home), "BLINK_VAULT_PASSPHRASE_FILE": ""}
    command = [sys.executable, "-m", "blink_tui.cli", "vault", "rekey", "--to", "systemd"]
    with Terminal(command, env=env) as terminal:
        terminal.see("Passphrase of the vault")
        terminal.send("typed\r")
        assert terminal.ended() == 0
    assert blink("vault", "status", "--json", CREDENTIALS_DIRECTORY=str(blink.home)).json["opens"]
