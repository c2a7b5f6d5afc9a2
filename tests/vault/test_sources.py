from __future__ import annotations

import base64
import os
import subprocess
import sys
from pathlib import Path

import pytest

from blink_tui.model.errors import BlinkError
from blink_tui.model.secret import Secret
from blink_tui.vault import (
    MemorySource,
    PassphraseSource,
    SystemdSource,
    choose_source,
    open_vault,
    passphrase_from_file,
    recorded_source,
    rekey,
)

CHECKOUT = Path(__file__).parents[2]

CHOOSE = """
import sys
from pathlib import Path
from blink_tui.i18n import set_language
from blink_tui.model.errors import BlinkError
from blink_tui.model.secret import Secret
from blink_tui.vault import choose_source, open_vault, KeyringSource
set_language("en")
path, prompted, forced = Path(sys.argv[1]), sys.argv[2], sys.argv[3:]
try:
    source = KeyringSource() if forced else choose_source(path, prompt=(lambda: Secret(prompted)) if prompted else None)
    vault = open_vault(path, source, create=True)
    vault.put("a", Secret("b"))
    print(source.name, vault.get("a").reveal_text())
except BlinkError as error:
    print(error.kind.code, error, error.cause)
    raise SystemExit(int(error.kind.exit_code))
"""


def choose(
    tmp_path: Path, backend: str, prompted: str = "", *forced: str
) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(CHECKOUT),
        "PYTHON_KEYRING_BACKEND": backend,
        "TEST_KEYRING": str(tmp_path),
        "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent",
        "HOME": str(tmp_path),
    }
    return subprocess.run(
        [sys.executable, "-c", CHOOSE, str(tmp_path / "vault"), prompted, *forced],
        env=environment,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


def test_a_keyring_that_answers_keeps_only_the_key(tmp_path: Path) -> None:
    for _ in range(2):
        done = choose(tmp_path, "tests.vault.keyrings.Keeping")
        assert (done.stdout, done.returncode) == ("keyring b\n", 0), done.stderr
    kept = [file.read_text() for file in tmp_path.glob("blink-tui vault-*")]
    assert [len(base64.b64decode(text)) for text in kept] == [32]


def test_a_key_gone_from_the_keyring_locks_the_vault_and_switches_nothing(tmp_path: Path) -> None:
    choose(tmp_path, "tests.vault.keyrings.Keeping")
    for file in tmp_path.glob("blink-tui vault-*"):
        file.unlink()
    done = choose(tmp_path, "tests.vault.keyrings.Keeping", "a passphrase")
    assert done.returncode == 8
    assert done.stdout.startswith("vault-locked ")


@pytest.mark.parametrize("backend", ["keyring.backends.fail.Keyring", "keyring.backends.null.Keyring"])
def test_without_a_keyring_a_new_vault_asks_for_a_passphrase(tmp_path: Path, backend: str) -> None:
    done = choose(tmp_path, backend, "a passphrase")
    assert (done.stdout, done.returncode) == ("passphrase b\n", 0), done.stderr


def test_without_keyring_and_passphrase_a_sentence_says_what_to_do(tmp_path: Path) -> None:
    done = choose(tmp_path, "keyring.backends.fail.Keyring")
    assert done.returncode == 8
    assert "BLINK_VAULT_PASSPHRASE_FILE" in done.stdout
    assert not (tmp_path / "vault").exists()


def test_with_no_bus_the_systems_own_keyring_is_no_answer(tmp_path: Path) -> None:
    done = choose(tmp_path, "keyring.backends.SecretService.Keyring", "", "keyring")
    assert done.returncode == 8, done.stderr
    assert done.stdout.startswith("vault-locked The vault is locked: the system keyring does not answer.")


def test_a_keyring_that_hangs_is_given_up(tmp_path: Path) -> None:
    done = choose(tmp_path, "tests.vault.keyrings.Hanging", "", "keyring")
    assert done.returncode == 8, done.stderr
    assert "no answer in 2 s" in done.stdout


def test_a_keyring_that_forgets_makes_no_vault(tmp_path: Path) -> None:
    done = choose(tmp_path, "tests.vault.keyrings.Forgetting", "", "keyring")
    assert done.returncode == 8, done.stderr
    assert not (tmp_path / "vault").exists()


def test_a_passphrase_file_comes_first_and_loses_its_line_break(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "passphrase"
    file.write_text("hasło\n")
    monkeypatch.setenv("BLINK_VAULT_PASSPHRASE_FILE", str(file))
    path = tmp_path / "vault"
    source = choose_source(path)
    assert isinstance(source, PassphraseSource)
    open_vault(path, source, create=True)
    open_vault(path, PassphraseSource(lambda: Secret("hasło")), create=False)


def test_a_passphrase_file_that_is_gone_locks_the_vault(tmp_path: Path) -> None:
    path = tmp_path / "vault"
    open_vault(path, PassphraseSource(lambda: Secret("hasło")), create=True)
    with pytest.raises(BlinkError) as caught:
        open_vault(path, PassphraseSource(passphrase_from_file(tmp_path / "gone")), create=False)
    assert caught.value.kind.code == "vault-locked"


def test_the_recorded_source_is_never_switched(tmp_path: Path) -> None:
    from blink_tui.vault import KeyringSource

    path = tmp_path / "vault"
    open_vault(path, PassphraseSource(lambda: Secret("hasło")), create=True)
    assert isinstance(choose_source(path, prompt=lambda: Secret("hasło")), PassphraseSource)
    with pytest.raises(BlinkError) as caught:
        open_vault(path, KeyringSource(), create=True)
    assert caught.value.kind.code == "vault-locked"


def test_importing_the_vault_loads_no_keyring() -> None:
    code = "import sys, blink_tui.vault; print('keyring' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "False\n"


def test_memory_vaults_cannot_be_found_again() -> None:
    with pytest.raises(BlinkError):
        MemorySource().find(b"", {})


@pytest.fixture
def credential(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of a systemd credential, in a folder as systemd makes it for a service."""
    folder = tmp_path / "credentials"
    folder.mkdir()
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder))
    monkeypatch.delenv("BLINK_VAULT_PASSPHRASE_FILE", raising=False)
    return folder / "blink-vault"


@pytest.mark.parametrize("content", ["a passphrase ł\n".encode(), bytes(range(224, 256)), b"\0"])
def test_a_systemd_credential_makes_and_opens_a_vault(
    tmp_path: Path, credential: Path, content: bytes
) -> None:
    credential.write_bytes(content)
    path = tmp_path / "vault"
    open_vault(path, choose_source(path), create=True).put("a", Secret("b"))
    assert recorded_source(path) == "systemd"
    assert open_vault(path, choose_source(path), create=False).get("a") == Secret("b")


@pytest.mark.parametrize(
    ("content", "code"), [(None, "vault-locked"), (b"\n", "vault-locked"), (b"another", "vault-wrong-key")]
)
def test_a_credential_that_is_not_the_vaults_locks_it_and_switches_nothing(
    tmp_path: Path, credential: Path, content: bytes | None, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    credential.write_text("right")
    path, passphrase = tmp_path / "vault", tmp_path / "passphrase"
    open_vault(path, choose_source(path), create=True)
    passphrase.write_text("right")
    credential.unlink()
    if content is not None:
        credential.write_bytes(content)
    for offered in ("", str(passphrase)):  # a passphrase file is not asked instead
        monkeypatch.setenv("BLINK_VAULT_PASSPHRASE_FILE", offered)
        with pytest.raises(BlinkError) as caught:
            open_vault(path, choose_source(path, prompt=lambda: Secret("right")), create=True)
        assert (caught.value.kind.code, caught.value.kind.exit_code) == (code, 8)


def test_a_process_without_credentials_is_told_who_has_it(
    tmp_path: Path, credential: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    credential.write_text("right")
    path = tmp_path / "vault"
    open_vault(path, choose_source(path), create=True)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY")
    with pytest.raises(BlinkError, match="blink-vault"):
        open_vault(path, choose_source(path), create=True)


def test_a_service_gets_the_passphrase_of_a_shared_vault_as_its_credential(
    tmp_path: Path, credential: Path
) -> None:
    path = tmp_path / "vault"
    open_vault(path, PassphraseSource(lambda: Secret("shared")), create=True)
    credential.write_text("shared\n")
    open_vault(path, choose_source(path), create=False)
    assert recorded_source(path) == "passphrase"


def test_another_key_opens_the_same_vault_and_the_old_one_does_not(tmp_path: Path, credential: Path) -> None:
    path, old = tmp_path / "vault", PassphraseSource(lambda: Secret("old"))
    running = open_vault(path, old, create=True)
    running.put("a", Secret("b"))
    wrapped = running.wrap(b"key", "export")
    credential.write_bytes(os.urandom(32))
    rekey(path, old, SystemdSource())
    with pytest.raises(BlinkError):
        open_vault(path, old, create=False)
    fresh = open_vault(path, choose_source(path), create=False)
    assert fresh.unwrap(wrapped, "export") == b"key"
    running.put("c", Secret("d"))  # who has it open goes on, and keeps the new key in the file
    assert open_vault(path, choose_source(path), create=False).names() == ["a", "c"]


def test_a_wrong_key_changes_no_vault(tmp_path: Path, credential: Path) -> None:
    path, old = tmp_path / "vault", PassphraseSource(lambda: Secret("old"))
    open_vault(path, old, create=True)
    before = path.read_bytes()
    for given, new in (
        (PassphraseSource(lambda: Secret("wrong")), PassphraseSource(lambda: Secret("new"))),
        (old, PassphraseSource(lambda: Secret(""))),
        (old, SystemdSource()),
    ):
        with pytest.raises(BlinkError):
            rekey(path, given, new)
        assert path.read_bytes() == before
