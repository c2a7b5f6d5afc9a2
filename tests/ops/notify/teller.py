"""Tells what there is to tell, as a process of its own: `teller.py BUFFER JOURNAL TIMES [kill]`.

Each message is written to the journal as its name, a space and its number; with `kill` the process dies by SIGKILL
right after the first, as a power cut would end it between a message's way and its mark.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from blink_tui.buffer import open_buffer
from blink_tui.model.notices import Text, vault_name
from blink_tui.model.secret import Secret
from blink_tui.ops.notify.delivering import Delivery
from blink_tui.ops.notify.notices import look
from tests.clocks import VirtualClock
from tests.ops.notify.conftest import TUESDAY_NOON
from tests.ops.notify.making import memory_vault


async def tell(path: Path, journal: Path, times: int, *, kill: bool) -> None:
    clock, vault = VirtualClock(TUESDAY_NOON), memory_vault()

    async def post(name: str, _url: Secret, text: Text) -> None:
        number = os.open(journal, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(number, f"{name} {text.body.split()[-1]}\n".encode())
        os.close(number)
        if kill:
            os.kill(os.getpid(), signal.SIGKILL)
        await asyncio.sleep(0)

    async with open_buffer(path, clock=clock) as buffer:
        for target in await buffer.notice_targets.all():
            vault.put(vault_name(target.name), Secret("json://127.0.0.1"))
        for _time in range(times):
            await look(buffer, clock)
            await Delivery(buffer, vault, clock, "default", post).run()


if __name__ == "__main__":
    asyncio.run(tell(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), kill="kill" in sys.argv))
