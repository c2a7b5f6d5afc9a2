"""What a process remembers leaves it neither by a core file nor through /proc."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.conftest import Blink

SECRET = "20260101-EC-0123456789-ABCDEF|nip-5265877635|c0ffee5ec2e7c0ffee"
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
UNGUARDED = "import sys; kept = sys.stdin.readline(); print(flush=True); sys.stdin.read()"

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0 or shutil.which("setpriv") is None,
    reason="needs Linux, root and setpriv",
)


@contextmanager
def holding(
    command: list[str], environment: dict[str, str], folder: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """A program that has read the secret and waits for more, allowed to leave a core as far as its parent goes."""
    child = subprocess.Popen(
        ["sh", "-c", 'ulimit -c unlimited; exec "$@"', "sh", *NOBODY, *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env=environment,
    )
    assert child.stdin is not None
    try:
        child.stdin.write(SECRET.encode() + b"\n")
        child.stdin.flush()
        yield child
    finally:
        child.kill()
        child.communicate()


def readable(pid: int) -> dict[str, bool]:
    """Which files of a process its own account may open."""
    code = (
        "import json, sys\n"
        "def opens(name):\n"
        "    try:\n"
        "        return bool(open(f'/proc/{sys.argv[1]}/{name}', 'rb'))\n"
        "    except PermissionError:\n"
        "        return False\n"
        "print(json.dumps({name: opens(name) for name in ('environ', 'mem', 'maps')}))"
    )
    done = subprocess.run(
        [*NOBODY, sys.executable, "-c", code, str(pid)], capture_output=True, text=True, check=True
    )
    return dict(json.loads(done.stdout))


def cores(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.iterdir() if path.name.startswith("core")]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder of an account that is not root."""
    made = Path(tempfile.mkdtemp(prefix="blink-memory-"))
    os.chown(made, 65534, 65534)
    yield made
    shutil.rmtree(made)


def test_a_command_that_read_a_token_shows_it_to_nobody(folder: Path) -> None:
    with holding([sys.executable, "-c", UNGUARDED], {}, folder) as bare:
        assert bare.stdout is not None
        bare.stdout.readline()
        assert readable(bare.pid) == {"environ": True, "mem": True, "maps": True}
        bare.send_signal(signal.SIGSEGV)
        bare.wait(20)
    dumped = cores(folder)  # none where the machine sends them elsewhere
    assert not dumped or any(SECRET.encode() in core for core in dumped)
    for path in folder.iterdir():
        path.unlink()

    blink = Blink(folder)
    with socket.create_server(("127.0.0.1", 0)) as ksef:
        blink("firm", "add", "--nip", "5265877635", "--env", f"http://127.0.0.1:{ksef.getsockname()[1]}")
        for path in (folder, *folder.rglob("*")):
            os.chown(path, 65534, 65534)
        words = ["credential", "add", "--firm", "5265877635", "--token-stdin"]
        with holding([sys.executable, "-m", "blink_tui.cli", *words], blink.environment, folder) as child:
            connection, _address = ksef.accept()  # the token was read: KSeF is asked whether it is right
            with connection:
                assert readable(child.pid) == {"environ": False, "mem": False, "maps": False}
                child.send_signal(signal.SIGSEGV)
                assert child.wait(20) == -signal.SIGSEGV
    assert cores(folder) == []


def test_workers_are_closed_as_well_and_tls_writes_no_keys(tmp_path: Path) -> None:
    code = (
        "import asyncio, os, ssl\n"
        "from blink_tui.model.memory import keep_to_itself\n"
        "from blink_tui.sync.workers import Worker\n"
        "from tests.cli.memory_worker import dumpable\n"
        "keep_to_itself()\n"
        "async def main():\n"
        "    async with Worker() as worker:\n"
        "        print([seen async for seen in worker.stream(dumpable)][0], dumpable_here())\n"
        "def dumpable_here(): return next(iter(dumpable()))\n"
        "print(ssl.create_default_context().keylog_filename)\n"
        "asyncio.run(main())"
    )
    keys = tmp_path / "keys"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2],
        env=os.environ | {"SSLKEYLOGFILE": str(keys)},
    )  # fmt: skip
    assert done.stdout == "None\n(0, 0) (0, 0)\n"
    assert not keys.exists()


def test_it_works_where_no_memory_may_be_written_and_run() -> None:
    """As in a service with MemoryDenyWriteExecute."""
    inner = (
        "from blink_tui.model.memory import keep_to_itself\n"
        "from tests.cli.memory_worker import dumpable\n"
        "keep_to_itself()\n"
        "print(next(dumpable()))"
    )
    outer = (
        "import ctypes, os, sys\n"
        "if ctypes.CDLL(None).prctl(65, 1, 0, 0, 0):\n"  # PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN
        "    raise SystemExit(77)\n"
        "os.execv(sys.executable, [sys.executable, '-c', sys.argv[1]])"
    )
    done = subprocess.run(
        [sys.executable, "-c", outer, inner],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        check=False,
    )
    if done.returncode == 77:
        pytest.skip("this kernel does not know of it")
    assert done.stdout == "(0, 0)\n", done.stderr
