"""One buffer for several accounts of the machine: of a group that writes, and a reader who may not."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from blink_tui.buffer import Buffer, open_buffer
from blink_tui.model.errors import BlinkError
from tests.accounts import (
    ANNA,
    ENVIRONMENT,
    GROUP,
    PIOTR,
    STRANGER,
    as_account,
    office_folder,
    python_of_accounts,
)

_TOLD = """
import asyncio, sys
from pathlib import Path
from blink_tui.buffer import open_buffer
from blink_tui.model.errors import BlinkError

async def main() -> None:
    path, how = Path(sys.argv[1]), sys.argv[2]
    async with open_buffer(path, read_only=how == "reads") as buffer:
        for line in sys.stdin:
            name, _, value = line.strip().partition("=")
            try:
                if value:
                    await buffer.settings.set(name, value)
                print(await buffer.settings.get(name), flush=True)
            except BlinkError as error:
                print(error.kind.code, flush=True)

asyncio.run(main())
"""


class Hand:
    """A program of an account that has the buffer open, and answers what it is told."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def __call__(self, line: str) -> str:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()


@contextmanager
def hand(uid: int, path: Path, how: str = "writes") -> Iterator[Hand]:
    command = as_account(uid, [python_of_accounts(), "-c", _TOLD, str(path), how])
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=ENVIRONMENT, cwd="/") as process:
        try:
            yield Hand(process)
        finally:
            assert process.stdin is not None
            with suppress(BrokenPipeError):
                process.stdin.close()
    assert process.returncode == 0


def stood(path: Path) -> tuple[str, int]:
    found = path.stat()
    return oct(found.st_mode & 0o7777), found.st_gid


def test_accounts_of_a_group_write_into_one_buffer_at_once() -> None:
    with office_folder() as office:
        path = office / "default" / "buffer.db"
        with hand(ANNA, path) as anna:
            assert anna("a=1") == "1"
            with hand(PIOTR, path) as piotr:
                assert piotr("a") == "1"
                assert piotr("a=2") == "2"
                assert anna("a") == "2"
            assert stood(path.parent) == ("0o2770", GROUP)
            for side in ("", "-wal", "-shm"):
                assert stood(Path(f"{path}{side}")) == ("0o660", GROUP)
        with hand(PIOTR, path) as piotr:  # whose log and index of it are the first ones now
            assert piotr("a=3") == "3"
            with hand(ANNA, path) as anna:
                assert anna("a=4") == "4"


def test_a_stranger_has_no_part_in_it() -> None:
    with office_folder() as office:
        path = office / "default" / "buffer.db"
        with hand(ANNA, path) as anna:
            anna("a=1")
        with pytest.raises(AssertionError), hand(STRANGER, path) as stranger:
            assert stranger("a") == "1"


@contextmanager
def readable_office() -> Iterator[Path]:
    """A group's folder that others may look into, which an administrator may want for an inspection."""
    with office_folder() as office:
        path = office / "default" / "buffer.db"
        with hand(ANNA, path) as anna:
            anna("a=1")
        office.chmod(0o2775)
        path.parent.chmod(0o2775)
        path.chmod(0o664)
        yield path


def test_who_may_only_read_reads_while_nobody_writes_and_what_is_written_meanwhile() -> None:
    with readable_office() as path:
        assert not Path(f"{path}-wal").exists()
        with hand(STRANGER, path, "reads") as stranger:
            assert stranger("a") == "1"
            assert stranger("a=2") == "read-only"
            assert not Path(f"{path}-wal").exists()
            with hand(PIOTR, path) as piotr:
                piotr("a=3")
                assert stranger("a") == "3"
                piotr("a=4")
                assert stranger("a") == "4"
            assert stranger("a") == "4"


def test_who_may_only_read_sees_what_a_writer_left_that_came_and_went() -> None:
    with readable_office() as path, hand(STRANGER, path, "reads") as stranger:
        assert stranger("a") == "1"
        with hand(PIOTR, path) as piotr:
            piotr("a=5")
        assert stranger("a") == "5"


async def test_what_is_open_for_reading_only_refuses_before_anything_is_asked(
    buffer: Buffer, path: Path
) -> None:
    async with open_buffer(path, read_only=True) as reader:
        with pytest.raises(BlinkError) as refused:
            await reader.settings.set("a", "c")
        assert refused.value.kind.code == "read-only"
        assert str(path) in str(refused.value)
