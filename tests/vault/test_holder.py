"""The vault while a program runs: made with the first secret, opened when another made it, never replaced."""

from __future__ import annotations

from pathlib import Path

import pytest

from blink_tui.model.accounts import account_name
from blink_tui.model.errors import BlinkError
from blink_tui.model.secret import Secret
from blink_tui.vault import (
    VAULT_LOCKED,
    VAULT_MISSING,
    VAULT_WRONG_KEY,
    KeyNeed,
    KeyringSource,
    PassphraseSource,
    VaultHolder,
    VaultState,
    open_vault,
)

RIGHT, WRONG = Secret("correct horse"), Secret("battery staple")


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("BLINK_VAULT_PASSPHRASE_FILE", raising=False)
    monkeypatch.setattr(KeyringSource, "answers", staticmethod(lambda: False))
    return tmp_path / "vault.blink"


def test_it_is_made_by_the_first_that_opens_it(path: Path) -> None:
    holder = VaultHolder(path)
    assert (holder.state, holder.need()) == (VaultState.MISSING, KeyNeed.NEW_PASSPHRASE)
    with pytest.raises(BlinkError) as missing:
        _ = holder.vault
    assert missing.value.kind is VAULT_MISSING
    holder.open(RIGHT).put("token/1", Secret("s"))
    assert (holder.state, holder.need()) == (VaultState.OPEN, KeyNeed.NOTHING)
    assert holder.open() is holder.vault
    assert open_vault(path, PassphraseSource(lambda: RIGHT), create=False).names() == ["token/1"]


def test_one_that_another_program_made_is_opened_and_not_replaced(path: Path) -> None:
    holder = VaultHolder(path)
    open_vault(path, PassphraseSource(lambda: RIGHT), create=True).put("token/1", Secret("s"))
    assert (holder.state, holder.need()) == (VaultState.LOCKED, KeyNeed.PASSPHRASE)
    for given, kind in ((None, VAULT_LOCKED), (WRONG, VAULT_WRONG_KEY)):
        with pytest.raises(BlinkError) as refused:
            holder.open(given)
        assert refused.value.kind is kind
        assert holder.state is VaultState.LOCKED
    assert holder.open(RIGHT).get("token/1") == Secret("s")


def test_a_passphrase_file_is_used_without_asking(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = path.with_name("passphrase")
    file.write_text("correct horse\n")
    monkeypatch.setenv("BLINK_VAULT_PASSPHRASE_FILE", str(file))
    holder = VaultHolder(path)
    assert holder.need() is KeyNeed.NOTHING
    holder.open().put("token/1", Secret("s"))
    assert open_vault(path, PassphraseSource(lambda: RIGHT), create=False).names() == ["token/1"]


def test_a_keyring_that_answers_is_offered_and_not_taken_unasked(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(KeyringSource, "answers", staticmethod(lambda: True))
    holder = VaultHolder(path)
    assert holder.need() is KeyNeed.NEW_KEY
    with pytest.raises(BlinkError):
        holder.open()
    assert not path.exists()


def test_a_systemd_credential_is_used_without_asking_and_nothing_is_in_its_place(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(path.parent))
    path.with_name("blink-vault").write_text("known to the service")
    assert VaultHolder(path).keeper is None
    VaultHolder(path).open().put("token/1", Secret("s"))
    assert VaultHolder(path).open().names() == ["token/1"]
    monkeypatch.delenv("CREDENTIALS_DIRECTORY")
    holder = VaultHolder(path)
    assert holder.need() is KeyNeed.NOTHING
    assert (holder.state, holder.keeper) == (VaultState.ELSEWHERE, account_name())
    with pytest.raises(BlinkError) as refused:
        holder.open(Secret("known to the service"))
    assert refused.value.kind is VAULT_LOCKED
