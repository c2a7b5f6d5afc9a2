"""10,000 invoices in one export of four parts: fetched, verified, stored and read, on an empty buffer.

Prints wall time, peak memory of all our processes without the sandbox, and the longest stall of the engine's loop.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from blink_tui.buffer import open_buffer
from blink_tui.model.documents import Role
from blink_tui.model.events import DocumentsStored, Event
from blink_tui.model.firms import CredentialKind
from blink_tui.model.secret import Secret
from blink_tui.sync.engine import SyncEngine, Wish
from blink_tui.vault import MemorySource, open_vault
from tests.bench.measure import MIB, longest_stall, peak_memory, row

_QUARTER = 1_500_000
"""Bytes of a part that cut a package of 10,000 generated invoices into four."""
_SERVER = """
import sys
from blink_tui.sandbox import SandboxOptions, serve
serve(SandboxOptions(documents=int(sys.argv[1]), firms=1, sales=0, part_size=int(sys.argv[2]),
                     export_delay=0.0, auth_delay=0.0, json=True, exit_with_parent=True))
"""


async def fetch(url: str, nip: str, token: str, folder: Path) -> dict[str, float]:
    """One pass of the buyer's role in this process; figures in seconds and counts."""
    stored_at: list[float] = []

    def listen(event: Event) -> None:
        if isinstance(event, DocumentsStored):
            stored_at.append(time.perf_counter())

    vault = open_vault(Path(), MemorySource(), create=True)
    async with open_buffer(folder / "buffer.db") as buffer:
        firm = await buffer.firms.add(nip, name="bench", env=url)  # type: ignore[arg-type]  # it comes from the sandbox
        vault.put("token", Secret(token))
        await buffer.credentials.add(CredentialKind.TOKEN, "token", "token", [firm.id])
        async with longest_stall() as stall:
            start = time.perf_counter()
            outcome = await SyncEngine(buffer, vault, folder / "work", listener=listen).run(
                [firm], Wish((Role.BUYER,))
            )
            wall = time.perf_counter() - start
        assert not outcome.failed, outcome.failed
    return {
        "documents": outcome.new,
        "wall": wall,
        "stored": max(stored_at) - start,
        "stall": stall.value,
    }


def child(arguments: list[str]) -> None:
    """The measured process."""
    url, nip, token = arguments
    with tempfile.TemporaryDirectory(prefix="blink-bench-") as folder:
        print(json.dumps(asyncio.run(fetch(url, nip, token, Path(folder)))))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--part-size", type=int, default=0, help="bytes; 0 makes four parts")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--child", nargs=3)
    chosen = parser.parse_args()
    if chosen.child:
        child(chosen.child)
        return
    part_size = chosen.part_size or _QUARTER
    server = subprocess.Popen(
        [sys.executable, "-c", _SERVER, str(chosen.documents), str(part_size)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert server.stdin is not None
    assert server.stdout is not None
    try:
        announced = json.loads(server.stdout.readline())
        firm = announced["firms"][0]
        command = [sys.executable, "-m", "tests.bench.engine", "--child"]
        command += [announced["url"], firm["nip"], firm["token"]]
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)  # the sandbox builds its package
        for number in range(1, chosen.runs + 1):
            figures = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
            print(f"run {number}: {figures['documents']} documents")
            print(row("fetched, verified, stored", figures["stored"], "s"))
            print(row("fetched, verified, stored and read", figures["wall"], "s", 4.0))
            print(row("longest stall of the engine's loop", figures["stall"] * 1000, "ms", 50))
        # apart from the others: reading the memory of processes takes a core away from them
        measured = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        with peak_memory(measured.pid) as memory:
            measured.wait()
        print(row("peak memory of our processes (PSS)", memory.value / MIB, "MiB", 220))
    finally:
        server.stdin.close()
        server.wait(10)


if __name__ == "__main__":
    main()
