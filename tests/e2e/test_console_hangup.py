"""A vanished terminal and the engine: it stops, or goes on until it is told to end or another console comes."""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from blink_tui.buffer import open_buffer
from blink_tui.model.firms import CredentialKind
from blink_tui.model.settings import CONSOLE_ON_HANGUP
from blink_tui.model.values import parse_nip
from blink_tui.sandbox import RunningSandbox, SandboxOptions, running_sandbox
from tests.e2e.terminal import Terminal

pytestmark = [pytest.mark.proof, pytest.mark.alone]

DOCUMENTS = 60


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    options = SandboxOptions(documents=DOCUMENTS, firms=1, limits=False, export_delay=2.0, auth_delay=0.0)
    with running_sandbox(options) as running:
        yield running


@pytest.fixture
def folder(sandbox: RunningSandbox) -> Iterator[Path]:
    """A profile that knows the sandbox's firm; its path is short, for the name of a socket has but 100 letters."""
    with tempfile.TemporaryDirectory(prefix="blink-") as name:
        profile = Path(name) / "profile"
        profile.mkdir()
        (Path(name) / "tmp").mkdir()
        asyncio.run(_prepared(profile, sandbox))
        yield profile


async def _prepared(profile: Path, sandbox: RunningSandbox) -> None:
    known = sandbox.firms[0]
    async with open_buffer(profile / "buffer.db") as buffer:
        firm = await buffer.firms.add(parse_nip(known.nip), name=known.name, env=sandbox.url)
        await buffer.credentials.add(CredentialKind.TOKEN, f"token/{known.nip}", known.nip, [firm.id])
    (profile / "tokens.json").write_text(json.dumps({known.nip: known.token}))


def console(folder: Path) -> Terminal:
    command = [sys.executable, "-m", "tests.e2e.launch_profile", str(folder)]
    folders = {"TMPDIR": str(folder.parent / "tmp"), "BLINK_LIMITS_DIR": str(folder.parent / "limits")}
    return Terminal(command, env=folders)


async def _set(folder: Path, value: str) -> None:
    async with open_buffer(folder / "buffer.db") as buffer:
        await buffer.settings.set(CONSOLE_ON_HANGUP.key, value)


def held(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "buffer.db")) as connection:
        (count,) = connection.execute("SELECT count(*) FROM document WHERE derived_version > 0").fetchone()
    return int(count)


def until(terminal: Terminal, holds: Callable[[], bool], what: str) -> None:
    """Wait for something in the sandbox or in the buffer; the terminal is read meanwhile, while there is one."""
    for _turn in range(600):
        if holds():
            return
        if terminal.master >= 0:
            terminal.read(0.05)
        else:
            terminal.stall(0.05)
    pytest.fail(what)


def asked_for_documents(sandbox: RunningSandbox) -> bool:
    return any("export" in str(row["operation"]).lower() for row in sandbox.state.journal.rows(0))


def vanished_under_way(terminal: Terminal, sandbox: RunningSandbox) -> None:
    terminal.see("F1 Help")
    until(terminal, lambda: asked_for_documents(sandbox), "no pass has begun")
    terminal.close()


def left_behind(folder: Path) -> list[str]:
    return [path.name for path in (folder.parent / "tmp").glob("pymp-*")]


def test_by_default_the_engine_stops_with_the_terminal(folder: Path, sandbox: RunningSandbox) -> None:
    with console(folder) as terminal:
        vanished_under_way(terminal, sandbox)
        assert terminal.ended(10) == 129
    assert held(folder) == 0
    assert left_behind(folder) == []


def test_an_engine_that_goes_on_finishes_its_pass_and_ends_when_told(
    folder: Path, sandbox: RunningSandbox
) -> None:
    asyncio.run(_set(folder, "go-on"))
    with console(folder) as terminal:
        vanished_under_way(terminal, sandbox)
        until(terminal, lambda: held(folder) > 0, "the pass was not finished")
        assert terminal.process.poll() is None
        process = psutil.Process(terminal.process.pid)
        files = {path.path for path in process.open_files()}
        assert not any(path.startswith("/dev/pts") for path in files), files
        before = sum(process.cpu_times()[:2])
        terminal.stall(2.0)
        assert sum(process.cpu_times()[:2]) - before < 1.0, "it waits, and does not spin"
        terminal.signal(signal.SIGTERM)
        assert terminal.ended(10) == 143
    assert left_behind(folder) == []


def test_the_next_console_takes_the_work_over(folder: Path, sandbox: RunningSandbox) -> None:
    asyncio.run(_set(folder, "go-on"))
    with console(folder) as alone:
        vanished_under_way(alone, sandbox)
        until(alone, lambda: held(folder) > 0, "the pass was not finished")
        with console(folder) as terminal:
            terminal.see("F1 Help")
            until(terminal, lambda: alone.process.poll() is not None, "two engines for one profile")
            assert alone.process.returncode == 0
            terminal.send("\x11")
            assert terminal.ended() == 0


def test_an_end_in_the_midst_of_work_leaves_no_folder() -> None:
    command = [
        sys.executable, "-c",
        "import threading\n"
        "from blink_tui.sync.workers import warm_up\n"
        "from blink_tui.tui.lifeline import end_at_latest\n"
        "warm_up()\n"
        "end_at_latest(7, 0.0)\n"
        "threading.Event().wait()\n",
    ]  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="blink-") as folder:
        with Terminal(command, env={"TMPDIR": folder}) as terminal:
            assert terminal.ended() == 7
        assert list(Path(folder).iterdir()) == []
