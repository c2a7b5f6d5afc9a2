from __future__ import annotations

import multiprocessing
import os
import stat
import time
from pathlib import Path
from typing import cast

import msgspec
import pytest

from blink_tui.model.errors import BlinkError, ExitCode
from blink_tui.model.secret import Secret
from blink_tui.vault import MemorySource, PassphraseSource, Vault, file, open_vault, recorded_source

PASSPHRASE = "zażółć gęślą jaźń"


def source(passphrase: str = PASSPHRASE) -> PassphraseSource:
    return PassphraseSource(lambda: Secret(passphrase))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "profile" / "vault"


@pytest.fixture
def vault(path: Path) -> Vault:
    return open_vault(path, source(), create=True)


def refused(call: object, *args: object) -> BlinkError:
    with pytest.raises(BlinkError) as caught:
        call(*args)  # type: ignore[operator]
    return caught.value


def test_a_secret_survives_closing_and_opening(vault: Vault, path: Path) -> None:
    vault.put("credential/1", Secret("token-of-a-firm"))
    again = open_vault(path, source(), create=False)
    assert again.get("credential/1").reveal_text() == "token-of-a-firm"
    assert again.names() == ["credential/1"]
    assert recorded_source(path) == "passphrase"


def test_a_secret_is_replaced_and_removed(vault: Vault) -> None:
    vault.put("a", Secret("first"))
    vault.put("a", Secret("second"))
    assert vault.get("a") == Secret("second")
    vault.remove("a")
    vault.remove("a")
    error = refused(vault.get, "a")
    assert (error.kind.code, error.kind.exit_code) == ("vault-entry-missing", ExitCode.VAULT_LOCKED)


def test_an_open_vault_sees_what_another_one_writes(vault: Vault, path: Path) -> None:
    open_vault(path, source(), create=False).put("later", Secret("x"))
    assert vault.get("later") == Secret("x")


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Each whole reading of a vault's file."""
    seen: list[Path] = []
    read = file.read

    def noted(path: Path) -> file.Contents:
        seen.append(path)
        return read(path)

    monkeypatch.setattr(file, "read", noted)
    return seen


def grown_old(path: Path) -> None:
    """Date the file back, as if it had been written a minute ago."""
    written = path.stat().st_mtime_ns - 60 * 10**9
    os.utime(path, ns=(written, written))


def test_a_file_that_nobody_writes_is_read_once(vault: Vault, path: Path, readings: list[Path]) -> None:
    vault.put("a", Secret("x"))
    grown_old(path)
    readings.clear()
    assert [vault.get("a") for _ in range(5)] == [Secret("x")] * 5
    assert len(readings) == 1
    open_vault(path, source(), create=False).put("a", Secret("y"))
    assert vault.get("a") == Secret("y")


def test_a_file_so_fresh_that_the_next_might_look_alike_is_read_each_time(
    vault: Vault, path: Path, readings: list[Path]
) -> None:
    vault.put("a", Secret("x"))
    ahead = time.time_ns() + 60 * 10**9
    os.utime(path, ns=(ahead, ahead))
    readings.clear()
    vault.get("a")
    vault.get("a")
    assert len(readings) == 2


def test_a_file_written_over_in_its_place_is_seen(vault: Vault, path: Path) -> None:
    vault.put("a", Secret("x"))
    backup = path.read_bytes()
    vault.put("b", Secret("y"))
    grown_old(path)
    assert vault.names() == ["a", "b"]
    path.write_bytes(backup)
    assert vault.names() == ["a"]


def test_no_secret_stands_in_the_file_or_in_a_repr(vault: Vault, path: Path) -> None:
    vault.put("credential/1", Secret("token-of-a-firm"))
    data = path.read_bytes()
    assert b"token-of-a-firm" not in data
    assert PASSPHRASE.encode() not in data
    shown = repr(vault) + repr(vars(vault))
    assert "token-of-a-firm" not in shown
    assert repr(vars(vault)["_records_key"]) == "***"


def test_files_are_private_under_a_lax_umask(path: Path) -> None:
    before = os.umask(0)
    try:
        open_vault(path, source(), create=True).put("a", Secret("b"))
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert {stat.S_IMODE(entry.stat().st_mode) for entry in path.parent.iterdir()} == {0o600}


def test_another_passphrase_is_refused(vault: Vault, path: Path) -> None:
    vault.put("a", Secret("b"))
    error = refused(lambda: open_vault(path, source("other"), create=True))
    assert (error.kind.code, error.kind.exit_code) == ("vault-wrong-key", ExitCode.VAULT_LOCKED)
    assert open_vault(path, source(), create=False).get("a") == Secret("b")


def test_an_empty_passphrase_makes_no_vault(path: Path) -> None:
    assert refused(lambda: open_vault(path, source(""), create=True)).kind.code == "vault-locked"
    assert not path.exists()


def test_a_missing_vault_is_not_made_unasked(path: Path) -> None:
    error = refused(lambda: open_vault(path, source(), create=False))
    assert (error.kind.code, error.kind.exit_code) == ("vault-missing", ExitCode.VAULT_LOCKED)


def records_of(path: Path) -> tuple[dict[str, object], dict[str, str]]:
    contents = msgspec.json.decode(path.read_bytes())
    return contents, contents["records"]


@pytest.mark.parametrize("position", [0, 12, -1])
def test_a_changed_record_is_noticed(vault: Vault, path: Path, position: int) -> None:
    import base64

    vault.put("a", Secret("secret"))
    contents, records = records_of(path)
    sealed = bytearray(base64.b64decode(records["a"]))
    sealed[position] ^= 1
    records["a"] = base64.b64encode(sealed).decode()
    path.write_bytes(msgspec.json.encode(contents))
    error = refused(vault.get, "a")
    assert (error.kind.code, error.kind.exit_code) == ("vault-damaged", ExitCode.VAULT_LOCKED)


def test_two_records_that_change_places_are_noticed(vault: Vault, path: Path) -> None:
    vault.put("a", Secret("first"))
    vault.put("b", Secret("second"))
    contents, records = records_of(path)
    records["a"], records["b"] = records["b"], records["a"]
    path.write_bytes(msgspec.json.encode(contents))
    assert refused(vault.get, "a").kind.code == "vault-damaged"
    assert refused(vault.get, "b").kind.code == "vault-damaged"


@pytest.mark.parametrize("damage", [b"", b"{", b"\x00\xff", b"null", b"[]"])
def test_a_damaged_file_is_named_so(vault: Vault, path: Path, damage: bytes) -> None:
    path.write_bytes(damage)
    for call in (lambda: open_vault(path, source(), create=True), lambda: vault.put("a", Secret("b"))):
        error = refused(call)
        assert (error.kind.code, error.kind.exit_code) == ("vault-damaged", ExitCode.VAULT_LOCKED)
    assert path.read_bytes() == damage


def test_a_file_of_a_newer_program_is_refused(vault: Vault, path: Path) -> None:
    contents, _ = records_of(path)
    contents["format"] = 2
    path.write_bytes(msgspec.json.encode(contents))
    assert refused(vault.names).kind.code == "vault-damaged"


@pytest.mark.parametrize(
    "changed",
    [None, {"n": str(2**60)}, {"n": "3"}, {"r": str(2**40)}, {"p": "0"}, {"p": str(2**29)}, {"salt": "salt"}],
)
def test_parameters_of_nobody_are_damage_and_no_crash(
    vault: Vault, path: Path, changed: dict[str, str] | None
) -> None:
    contents, _ = records_of(path)
    kept = cast("dict[str, str]", contents["parameters"])
    contents["parameters"] = {} if changed is None else kept | changed
    path.write_bytes(msgspec.json.encode(contents))
    assert refused(lambda: open_vault(path, source(), create=False)).kind.code == "vault-damaged"


def test_another_vault_in_the_same_place_is_not_written_over(vault: Vault, path: Path) -> None:
    path.unlink()
    other = open_vault(path, source("other"), create=True)
    assert refused(vault.put, "a", Secret("b")).kind.code == "vault-wrong-key"
    assert other.names() == []


def test_what_is_wrapped_opens_only_in_its_vault_and_context(vault: Vault, path: Path) -> None:
    key = bytes(range(32))
    wrapped = vault.wrap(key, "export 1 seller")
    assert key not in wrapped
    assert vault.wrap(key, "export 1 seller") != wrapped
    assert open_vault(path, source(), create=False).unwrap(wrapped, "export 1 seller") == key
    assert refused(vault.unwrap, wrapped, "export 2 seller").kind.code == "vault-damaged"
    assert refused(vault.unwrap, b"short", "export 1 seller").kind.code == "vault-damaged"
    other = open_vault(path, MemorySource(), create=True)
    assert refused(other.unwrap, wrapped, "export 1 seller").kind.code == "vault-damaged"


def test_a_vault_in_memory_touches_no_disk(path: Path) -> None:
    vault = open_vault(path, MemorySource(), create=True)
    vault.put("a", Secret("b"))
    assert vault.get("a") == Secret("b")
    assert vault.unwrap(vault.wrap(b"key", "c"), "c") == b"key"
    assert not path.parent.exists()


def test_a_disk_that_refuses_leaves_the_old_contents(vault: Vault, path: Path) -> None:
    vault.put("a", Secret("b"))
    path.with_name("vault.new").mkdir()
    error = refused(vault.put, "a", Secret("c"))
    assert (error.kind.code, error.kind.exit_code) == ("vault-not-written", ExitCode.FAILED)
    assert vault.get("a") == Secret("b")


def write_some(path: Path, prefix: str) -> None:
    vault = open_vault(path, source(), create=True)
    for number in range(10):
        vault.put(f"{prefix}{number}", Secret(f"{prefix}-{number}"))


def test_processes_that_make_and_write_one_vault_lose_nothing(path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=write_some, args=(path, prefix)) for prefix in "abc"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
        assert writer.exitcode == 0
    vault = open_vault(path, source(), create=False)
    assert len(vault.names()) == 30
    assert vault.get("b7") == Secret("b-7")
