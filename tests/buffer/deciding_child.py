"""Child process of the kill test: approves everything by one filter, printing after each step how far it is."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from blink_tui.buffer import GridFilter, open_buffer
from blink_tui.buffer.decisions import Every, Progress
from blink_tui.model.decisions import Action, Decision


def tell(progress: Progress) -> None:
    print(progress.done, flush=True)


async def approve(path: Path) -> None:
    async with open_buffer(path) as buffer:
        await buffer.decisions.decide(Every(GridFilter()), Decision(Action.APPROVE), who="anna", told=tell)


if __name__ == "__main__":
    asyncio.run(approve(Path(sys.argv[1])))
