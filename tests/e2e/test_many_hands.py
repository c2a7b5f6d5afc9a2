"""Several accounts of one machine on one profile: consoles in terminals of their own, the daemon, sync and export."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from blink_tui.buffer import open_buffer
from tests.accounts import ANNA, ENVIRONMENT, GROUP, PIOTR, as_account, office_folder, python_of_accounts
from tests.e2e.five_processes import work_together
from tests.e2e.terminal import Terminal
from tests.tui.office import open_office

pytestmark = [pytest.mark.proof, pytest.mark.alone]
DOCUMENTS = 60


def blink(uid: int, home: Path, *words: str) -> list[str]:
    return as_account(uid, [python_of_accounts(), "-m", "blink_tui.cli", "--home", str(home), *words])


def settings(home: Path) -> dict[str, str]:
    """Of no account in particular: whoever says to be somebody else is not believed."""
    return {
        **ENVIRONMENT,
        "HOME": "/nonexistent",
        "LANG": "C.UTF-8",
        "LOGNAME": "prezes",
        "USER": "prezes",
        "BLINK_LIMITS_DIR": str(home.parent / "limits"),
    }


@contextmanager
def console(uid: int, home: Path, *words: str, **more: str) -> Iterator[Terminal]:
    with Terminal(blink(uid, home, *words), width=80, height=24, env=settings(home) | more) as terminal:
        yield terminal
        terminal.press("Escape", "Escape", "C-q")
        terminal.until_quiet(1.0)
        assert terminal.ended() == 0


@pytest.fixture
def home() -> Iterator[Path]:
    """A group's folder with a profile that anna made."""
    with office_folder() as folder:
        path = folder / "default" / "buffer.db"

        async def fill() -> None:
            async with open_buffer(path) as buffer:
                await open_office(buffer, DOCUMENTS)

        asyncio.run(fill())
        for one in (path.parent, *path.parent.iterdir()):
            os.chown(one, ANNA, GROUP)
        path.parent.chmod(0o2770)
        yield folder


def approvals(home: Path) -> list[tuple[str, str]]:
    """Accounts that approved, with the document."""
    with closing(sqlite3.connect(f"file:{home}/default/buffer.db?mode=ro", uri=True)) as database:
        return database.execute(
            "SELECT who, document_id FROM document_event WHERE after = 'approved' ORDER BY document_id"
        ).fetchall()


def test_two_on_one_document_see_each_other_and_only_one_decides(home: Path) -> None:
    with console(ANNA, home) as anna, console(PIOTR, home) as piotr:
        for one in (anna, piotr):
            one.see("Żółw", "F1 Help")
            one.press("6")
            one.see("F4 Decide")
            one.press("F4")
            one.see("1 of ", "To pay")
        piotr.see(f"! also open: {ANNA}")
        anna.see(f"! also open: {PIOTR}")
        piotr.press("F9")
        piotr.see("2 of ", "decided 1")
        anna.press("F9")
        anna.see(f"was changed meanwhile by {PIOTR}:", "approved")
        anna.see("1 of ")
        assert "decided 1" not in anna.text
    assert [who for who, _document in approvals(home)] == [str(PIOTR)]
    assert oct((home / "default" / f"console-{ANNA}.json").stat().st_mode & 0o777) == "0o600"
    assert (home / "default" / f"console-{PIOTR}.json").stat().st_uid == PIOTR


def test_who_does_not_hold_the_vault_is_not_asked_for_its_passphrase_and_leaves_wishes(home: Path) -> None:
    vault = home / "default" / "vault.blink"
    vault.write_bytes(b"{}")
    vault.chmod(0o600)
    os.chown(vault, ANNA, GROUP)
    with console(PIOTR, home) as piotr:
        piotr.see("Żółw", "F1 Help")
        piotr.press("4")
        piotr.see(f"the vault belongs to the account {ANNA}")
        piotr.press("F5")
        piotr.see("Nobody fetches now", f"{ANNA}", "blink daemon")
        piotr.press("3")
        piotr.see(f"the vault belongs to the account {ANNA}")
        piotr.press("\x1b[2~")
        piotr.see(f"The account {ANNA} holds the vault")
    with closing(sqlite3.connect(f"file:{home}/default/buffer.db?mode=ro", uri=True)) as database:
        assert database.execute("SELECT count(*) FROM schedule WHERE wanted IS NOT NULL").fetchone()[0]
    by_command = subprocess.run(
        blink(PIOTR, home, "schedule", "run"), env=settings(home), capture_output=True, text=True, check=False
    )
    assert by_command.returncode == 8
    assert f"Nobody fetches now: the vault belongs to the account {ANNA}" in by_command.stderr


def test_for_reading_only_everything_is_shown_and_nothing_is_changed(home: Path) -> None:
    before = (home / "default" / "buffer.db").read_bytes()
    with console(PIOTR, home, "--read-only") as piotr:
        piotr.see("READ ONLY", "Żółw")
        piotr.press("6")
        piotr.see("READ ONLY", "F4 Decide")
        piotr.press("F4")
        piotr.see("1 of ")
        piotr.press("F9")
        piotr.see("Nothing was changed")
        piotr.press("Escape")
        piotr.see("[6")
        piotr.press("F5")
        piotr.see("This console only reads")
    assert (home / "default" / "buffer.db").read_bytes() == before
    assert not approvals(home)


def test_five_processes_of_two_accounts_wait_for_one_another_and_lose_nothing() -> None:
    with office_folder() as folder:
        told = work_together(folder, 10, 250)
    assert not told.waited_in_vain
    assert told.approvals[str(ANNA)]
    assert told.approvals[str(PIOTR)]
    assert told.exported
    assert not told.exported_twice
    assert not told.fetched_anew
    assert told.codes["daemon", 0] == 1
    assert {code for (_command, code) in told.codes} <= {0, 3, 7}
