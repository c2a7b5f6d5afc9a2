"""`blink` in the time of a shared page: `python -m tests.bench.soaking.hurried PAGE WORDS…`."""

from __future__ import annotations

import asyncio
import importlib
import sys
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial
from pathlib import Path

import httpx

from blink_tui.model.clock import SystemClock
from tests.sync.histories.clock import SECOND, SharedClock

FASTEST = 300.0
"""Seconds of the page in a second, at the most."""
SHORTEST_SLEEP = 0.002
PATIENCE = 1.5
"""Seconds after which a silent server is given up: 30 of the page, as in the product, as it goes slowly then."""
_ASKING = {
    "daemon": ("progress",),
    "export": ("export",),
    "backup": ("backup",),
    "sync": ("sync", "progress"),
}
"""Modules of a command that ask the machine itself for the time."""
LOOK_EVERY = 10.0
"""Seconds of the page between two looks of the daemon for wishes: with its own, most of a day would go into them."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment_of(ticks: int) -> datetime:
    """The aware datetime of an instant of the page."""
    return _EPOCH + timedelta(microseconds=ticks // 10)


def hurry(page: SharedClock, command: str) -> None:
    """Let everything in this process that asks for the time, or waits, go by the page."""

    class Now(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return moment_of(page.now()).astimezone(tz)

    async def sleep(_clock: SystemClock, seconds: float) -> None:
        due = page.now() + round(seconds * SECOND)
        while (left := due - page.now()) > 0:  # noqa: ASYNC110 - the page tells nobody that it moves
            await asyncio.sleep(max(SHORTEST_SLEEP, left / SECOND / FASTEST))

    for name, told in (
        ("now", lambda _clock: moment_of(page.now())),
        ("steady", lambda _clock: page.now() / SECOND),
        ("sleep", sleep),
    ):
        setattr(SystemClock, name, told)
    from blink_tui.ksef import transport

    transport._TIMEOUT = httpx.Timeout(PATIENCE, pool=None)
    if command == "daemon":
        from blink_tui.ops import daemon

        daemon.Means = partial(daemon.Means, look_every=LOOK_EVERY)  # type: ignore[assignment,misc]
    for name in _ASKING.get(command, ()):
        importlib.import_module(f"blink_tui.cli.{name}").datetime = Now  # type: ignore[attr-defined]


def main() -> None:
    page, words = SharedClock(Path(sys.argv[1])), sys.argv[2:]
    hurry(page, words[0] if words else "")
    from blink_tui.cli import main as blink

    sys.argv = ["blink", *words]
    blink(words)


if __name__ == "__main__":
    main()
