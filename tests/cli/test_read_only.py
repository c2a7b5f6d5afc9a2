"""A profile that is only looked at: everything is shown, and what would change something says so in a sentence."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

import pytest

from tests.cli.conftest import Blink

NIP = "5265877635"


@pytest.fixture
def kept(blink: Blink) -> Path:
    """The buffer of a profile with a firm."""
    blink("firm", "add", "--nip", NIP, "--env", "test")
    return blink.home / "data" / "default" / "buffer.db"


def test_listing_goes_on_and_changes_are_refused(blink: Blink, kept: Path) -> None:
    before = kept.read_bytes()
    for words in (
        ["firm", "list"],
        ["status"],
        ["schedule", "list"],
        ["doc", "list"],
        ["config", "get", "log.level"],
    ):
        assert blink("--read-only", *words).text
    for words in (
        ["config", "set", "log.level", "debug"],
        ["firm", "disable", NIP],
        ["schedule", "pause", "--yes"],
        ["sync"],
        ["credential", "check"],
        ["keymap", "--write"],
        ["reindex"],
    ):
        assert (
            "Nothing was changed: the profile is open for reading only."
            in blink(*words, code=1, BLINK_READ_ONLY="1").err
        )
    assert kept.read_bytes() == before
    assert not kept.with_name("vault.blink").exists()


def test_a_script_is_told_by_the_code(blink: Blink, kept: Path) -> None:
    told = blink("--read-only", "sync", "--json", code=1)
    assert told.json["error"]["code"] == "read-only"


def test_what_was_left_open_to_others_is_closed_at_the_next_start(blink: Blink, kept: Path) -> None:
    for path in (kept, kept.parent):
        path.chmod(path.stat().st_mode | 0o055)
    blink("status")
    assert oct(kept.stat().st_mode & 0o777) == "0o600"
    assert oct(kept.parent.stat().st_mode & 0o777) == "0o700"


def test_a_vault_that_others_can_read_is_not_used(blink: Blink, kept: Path) -> None:
    vault = kept.with_name("vault.blink")
    vault.write_bytes(b"{}")
    vault.chmod(0o640)
    told = blink("sync", code=8)
    assert f"chmod 600 {vault}" in told.err


def test_who_acts_is_the_account_whatever_the_environment_says(blink: Blink, kept: Path) -> None:
    blink("period", "lock", "--month", "2026-01", "--firm", NIP, LOGNAME="prezes", USER="prezes")
    told = blink("period", "list", "--json").text
    assert "prezes" not in told
    assert pwd.getpwuid(os.getuid()).pw_name in told
