"""What `blink sync` does beside fetching, for those who have a timer or cron in place of a daemon."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from blink_tui.ops.chores import all_chores
from blink_tui.sandbox import SandboxOptions, running_sandbox
from tests.cli.conftest import Blink


def _begun(blink: Blink) -> set[str]:
    with closing(sqlite3.connect(blink.home / "data" / "default" / "buffer.db")) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM chore")}


def test_a_person_s_sync_leaves_what_takes_long_to_a_timer_s(blink: Blink) -> None:
    folder = blink.home / "metrics"
    folder.mkdir()
    with running_sandbox(SandboxOptions(documents=0, firms=1, auth_delay=0.0)) as sandbox:
        blink.add_firm(sandbox.url, sandbox.firms[0].nip, sandbox.firms[0].token)
        blink("config", "set", "metrics.folder", str(folder))
        blink("sync")
        lengthy = {chore.name for chore in all_chores() if chore.lengthy}
        assert lengthy
        assert not lengthy & _begun(blink)
        assert list(folder.iterdir())
        assert blink("sync", "--due").code == 0
        assert "check" in _begun(blink)


def test_a_chore_that_fails_is_told_and_changes_no_exit_code(blink: Blink) -> None:
    with running_sandbox(SandboxOptions(documents=0, firms=1, auth_delay=0.0)) as sandbox:
        blink.add_firm(sandbox.url, sandbox.firms[0].nip, sandbox.firms[0].token)
        folder = blink.home / "metrics"
        folder.mkdir()
        blink("config", "set", "metrics.folder", str(folder))
        folder.rmdir()
        folder.write_text("no folder any more")
        done = blink("sync", "--json")
    assert done.json["firms"] == 1
    assert "metrics" in done.err
    assert any(row["event"] == "chore-failed" for row in blink("log", "--json").json_lines)
