"""The measured process: one pass of the buyer's role on an empty buffer; prints its figures as JSON.

`python -m tests.bench.our_pass [--stalls] URL NIP TOKEN`. Seconds and counts; `stored` runs from the readiness of the
package, `ordered` from its order, both to the commit of the last document with the mark. With `--stalls` the event
loop is watched for pauses, which costs the other figures a little.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path

import psutil

from blink_tui.buffer import open_buffer
from blink_tui.model.documents import Role
from blink_tui.model.events import DocumentsDerived, DocumentsStored, Event, ExportReady, ExportRequested
from blink_tui.model.firms import CredentialKind
from blink_tui.model.secret import Secret
from blink_tui.sync.engine import SyncEngine, Wish
from blink_tui.vault import MemorySource, open_vault
from tests.bench.measure import Peak, longest_stall, tree_seconds


async def fetch(where: list[str], folder: Path, stalls: bool) -> dict[str, float]:
    """One pass and the derive stage after it."""
    url, nip, token = where
    at: dict[type[Event], float] = {}
    worked: dict[type[Event], float] = {}

    def listen(event: Event) -> None:
        if isinstance(event, ExportReady):
            worked[ExportReady] = tree_seconds(psutil.Process())
        at[type(event)] = time.perf_counter()
        if isinstance(event, DocumentsStored):
            worked[DocumentsStored] = tree_seconds(psutil.Process())

    vault = open_vault(Path(), MemorySource(), create=True)
    async with open_buffer(folder / "buffer.db") as buffer:
        firm = await buffer.firms.add(nip, name="bench", env=url)  # type: ignore[arg-type]  # it comes from the sandbox
        vault.put("token", Secret(token))
        await buffer.credentials.add(CredentialKind.TOKEN, "token", "token", [firm.id])
        async with longest_stall() if stalls else nullcontext(Peak()) as stall:
            engine = SyncEngine(buffer, vault, folder / "work", listener=listen)
            outcome = await engine.run([firm], Wish((Role.BUYER,)))
        assert not outcome.failed, outcome.failed
    return {
        "documents": outcome.new,
        "stored": at[DocumentsStored] - at[ExportReady],
        "ordered": at[DocumentsStored] - at[ExportRequested],
        "derived": at[DocumentsDerived] - at[DocumentsStored],
        "cpu": worked[DocumentsStored] - worked[ExportReady],
        "stall": stall.value,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stalls", action="store_true")
    parser.add_argument("where", nargs=3)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="blink-bench-") as kept:
        print(json.dumps(asyncio.run(fetch(chosen.where, Path(kept), chosen.stalls))))
