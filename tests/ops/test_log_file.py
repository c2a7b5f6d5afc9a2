"""The file of the log: a new one each day, old ones removed, shared by processes."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from blink_tui.ops.log_file import LogFile

NOON = datetime(2026, 8, 26, 12, tzinfo=UTC)


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_new_file_each_day_and_when_one_is_large(tmp_path: Path) -> None:
    file = LogFile(tmp_path / "d.log", most_bytes=20, keep=timedelta(days=30))
    for day, line in (
        (0, b"one\n"),
        (0, b"0123456789\n"),
        (0, b"0123456789abc\n"),
        (1, b"two\n"),
        (9, b"three\n"),
    ):
        file.write(line, NOON + timedelta(days=day))
    file.close()
    assert _names(tmp_path) == ["d.log", "d.log.2026-08-26", "d.log.2026-08-26.2", "d.log.2026-08-27"]
    assert (tmp_path / "d.log.2026-08-26").read_bytes() == b"one\n0123456789\n"
    assert (tmp_path / "d.log").read_bytes() == b"three\n"


def test_what_is_older_than_is_kept_goes_and_nothing_else(tmp_path: Path) -> None:
    others = ("d.log.2026-01-01.gz", "d.log.2026-13-01", "dd.log.2026-01-01", "d.log.old", "x")
    for name in ("d.log.2026-01-01", "d.log.2026-08-20.2", "d.log.2026-08-24", *others):
        (tmp_path / name).write_text("x")
    file = LogFile(tmp_path / "d.log", most_bytes=5, keep=timedelta(days=2))
    file.write(b"one\n", NOON)
    file.write(b"two\n", NOON)
    file.close()
    assert _names(tmp_path) == sorted(["d.log", "d.log.2026-08-24", "d.log.2026-08-26", *others])


def test_files_are_not_without_number(tmp_path: Path) -> None:
    file = LogFile(tmp_path / "d.log", most_bytes=3, keep=timedelta(days=2))
    for number in range(70):
        file.write(b"%02d\n" % number, NOON)
    file.close()
    assert len(_names(tmp_path)) == 61
    assert (tmp_path / "d.log.2026-08-26.69").read_bytes() == b"68\n"


_WRITES = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from blink_tui.model.settings import LOG_FORMAT, LOG_LEVEL, LOG_TO
from blink_tui.ops.log_file import LogFile
file = LogFile(Path(sys.argv[1]), most_bytes=2000, keep=timedelta(days=30))
sys.stdin.readline()
for number in range(400):
    file.write(f"{sys.argv[2]} {number}\\n".encode(), datetime(2026, 8, 26, tzinfo=UTC) + timedelta(hours=number // 10))
"""


def test_two_processes_lose_and_tear_no_line(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _WRITES, str(tmp_path / "d.log")]
    writers = [subprocess.Popen([*command, name], stdin=subprocess.PIPE, text=True) for name in "ab"]
    for writer in writers:
        writer.communicate("go\n")
    assert [writer.returncode for writer in writers] == [0, 0]
    found = [line for path in tmp_path.iterdir() for line in path.read_text().splitlines()]
    assert sorted(found) == sorted(f"{name} {number}" for name in "ab" for number in range(400))
    assert len(_names(tmp_path)) > 3


def test_no_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "d.log").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic"):
        LogFile(tmp_path / "d.log", most_bytes=9, keep=timedelta(days=1)).write(b"x\n", NOON)
    assert not os.path.lexists(tmp_path / "elsewhere")
