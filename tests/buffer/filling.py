"""Child process of the disk test: fills the disk below a folder, meets the error, makes room, goes on.

Prints the error's code, whether mark and documents agree with what was committed, the code of opening when full.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from blink_tui.buffer import MarkMove, open_buffer
from blink_tui.model.documents import Role
from blink_tui.model.errors import BlinkError
from tests.buffer.factory import NIP, instant, invoice


def noise(number: int) -> bytes:
    """Bytes that do not compress."""
    return f"{number}".encode() + os.urandom(4000)


async def fill(folder: Path) -> None:
    ballast = folder / "ballast"
    ballast.write_bytes(bytes(1_000_000))
    async with open_buffer(folder / "buffer.db") as buffer:
        firm = await buffer.firms.add(NIP, name="A", env="test")
        done = 0
        try:
            for chunk in range(10_000):
                items = [invoice(n, xml=noise(n)) for n in range(chunk * 20, chunk * 20 + 20)]
                await buffer.documents.store(
                    firm, Role.BUYER, items, move=MarkMove(instant(0), instant(chunk + 1))
                )
                done = chunk + 1
        except BlinkError as error:
            print(error.kind.code, int(error.kind.exit_code))
        mark = await buffer.marks.get(firm.id, Role.BUYER)
        print(await buffer.documents.total() == done * 20, mark is not None and mark.until == instant(done))
        ballast.unlink()
        again = await buffer.documents.store(
            firm, Role.BUYER, [invoice(10**6)], move=MarkMove(instant(0), instant(done + 1))
        )
        print(again.new, (await buffer.history.verify(firm.id)).broken_at)
    while True:
        try:
            with ballast.open("ab") as file:
                file.write(bytes(512))
        except OSError:
            break
    try:
        async with open_buffer(folder / "another" / "buffer.db"):
            print("opened")
    except BlinkError as error:
        print(error.kind.code)


if __name__ == "__main__":
    asyncio.run(fill(Path(sys.argv[1])))
