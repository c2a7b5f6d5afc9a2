from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from blink_tui.model.file_locks import locks_on
from blink_tui.ops.restore import _user_of

HOLDER = """
import sqlite3, sys
from blink_tui.model.memory import keep_to_itself
keep_to_itself()
database = sqlite3.connect(sys.argv[1])
database.execute("SELECT * FROM sqlite_master").fetchall()
print("open", flush=True)
sys.stdin.read()
"""


def test_who_has_a_database_open_is_told_by_its_lock(tmp_path: Path) -> None:
    path = tmp_path / "buffer.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE a (b)")
    assert locks_on(path) == []
    assert _user_of(path) is None
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=root
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        assert {lock.pid for lock in locks_on(path)} == {other.pid}
        assert not any(lock.write for lock in locks_on(path))
        assert _user_of(path) == str(other.pid)
        copy = tmp_path / "copy.db"
        shutil.copy(path, copy)
        assert locks_on(copy) == []
        other.communicate()
    assert locks_on(path) == []
