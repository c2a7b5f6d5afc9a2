"""Child process of the crash test: stores chunks and moves the mark until it is killed.

Prints the mark after each commit that it has seen through.
"""

from __future__ import annotations

import asyncio
import sys
from itertools import count
from pathlib import Path

from blink_tui.buffer import MarkMove, open_buffer
from blink_tui.model.documents import Role
from tests.buffer.factory import NIP, instant, invoice

CHUNK = 7
"""Documents of one call; chunk n holds the next so many and ends at second n."""


async def store_for_ever(path: Path) -> None:
    async with open_buffer(path) as buffer:
        firm = (await buffer.firms.find(NIP))[0]
        mark = await buffer.marks.get(firm.id, Role.BUYER)
        start = int(mark.until[14:16]) * 60 + int(mark.until[17:19]) + 1 if mark else 1
        for chunk in count(start):
            items = [invoice(number) for number in range(chunk * CHUNK, (chunk + 1) * CHUNK)]
            await buffer.documents.store(firm, Role.BUYER, items, move=MarkMove(instant(0), instant(chunk)))
            print(chunk, flush=True)


if __name__ == "__main__":
    asyncio.run(store_for_ever(Path(sys.argv[1])))
