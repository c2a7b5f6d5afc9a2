"""Starts the console on a small synthetic office: `python -m tests.e2e.launch_console FOLDER [--documents N] …`."""

from __future__ import annotations

import argparse
import asyncio
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from blink_tui.buffer import open_buffer
from blink_tui.i18n import set_language
from blink_tui.model.events import DocumentsStored, PassFailed, PassFinished, PassStarted
from blink_tui.tui import run_console
from tests.tui.office import make, open_office, store


class Arrivals:
    """An engine whose passes store further synthetic documents of the first firm and fail for the second."""

    def __init__(self, path: Path, documents: int) -> None:
        self._path = path
        self._documents = documents
        self._next = 1_000_000
        self._pass: threading.Thread | None = None

    @property
    def busy(self) -> bool:
        return self._pass is not None and self._pass.is_alive()

    @property
    def problem(self) -> BaseException | None:
        return None

    def fetch_now(self, firm_ids: Sequence[int] | None = None) -> None:
        if not self.busy:
            self._pass = threading.Thread(target=lambda: asyncio.run(self._run()))
            self._pass.start()

    def vault_opened(self) -> None:
        pass

    def stop(self, timeout: float = 5.0) -> bool:
        if self._pass is not None:
            self._pass.join(timeout)
        return not self.busy

    async def _run(self) -> None:
        async with open_buffer(self._path) as buffer:
            first, second = await buffer.firms.list()
            count, self._next = self._documents, self._next + self._documents
            run = f"run-{self._next}"
            await buffer.log.append([PassStarted(run=run, firm_id=first.id)])
            await store(buffer, first, make(first, count, first=self._next))
            await buffer.log.append([
                DocumentsStored(run=run, firm_id=first.id, role="buyer", seen=count, new=count),
                PassFinished(run=run, firm_id=first.id, new=count),
                PassFailed(
                    run=run, firm_id=second.id, code="credential-refused",
                    problem="KSeF refused the token: it was revoked. Generate a new one.",
                    cause="450 Token unieważniony", trace_id="synthetic-1",
                ),
            ])  # fmt: skip


async def _fill(path: Path, documents: int, *, books: bool) -> None:
    from tests.tui.coded_office import open_coded_office

    async with open_buffer(path) as buffer:
        if not await buffer.firms.list():
            await (open_coded_office if books else open_office)(buffer, documents)


def _crash_in(part: str) -> None:
    """Make a part of the console raise with a secret in a local variable."""
    from blink_tui.tui.screens.base import ConsoleScreen
    from blink_tui.tui.screens.log import LogScreen

    async def worker(_self: ConsoleScreen) -> Callable[[], None]:
        held_token = "SECRET-IN-A-LOCAL"
        raise RuntimeError(f"a worker failed with {len(held_token)} letters")

    def handler(_self: ConsoleScreen) -> None:
        held_token = "SECRET-IN-A-LOCAL"
        raise RuntimeError(f"a {part} failed with {len(held_token)} letters")

    if part == "worker":
        LogScreen.read = worker  # type: ignore[method-assign, assignment]
    elif part == "key":
        LogScreen.show_arrivals = handler  # type: ignore[method-assign, assignment]
    else:
        LogScreen.resumed = handler  # type: ignore[method-assign, assignment]


def _scan_for_ever() -> None:
    """Make the log's question to the buffer one that has no end."""
    from blink_tui.tui.screens.log import LogScreen

    async def read(screen: LogScreen) -> Callable[[], None]:
        database = screen.console.buffer._database
        await database.scan(
            "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT max(n) FROM c"
        )
        return lambda: None

    LogScreen.read = read  # type: ignore[method-assign, assignment]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--documents", type=int, default=2000)
    parser.add_argument("--books", action="store_true", help="the first firm has books and proposals")
    parser.add_argument("--arriving", type=int, default=25)
    parser.add_argument("--lang", default="en")
    parser.add_argument("--crash", choices=("worker", "screen", "key"))
    parser.add_argument("--endless-scan", action="store_true")
    parser.add_argument("--without-engine", action="store_true")
    options = parser.parse_args()
    set_language(options.lang)
    path = options.folder / "buffer.sqlite"
    asyncio.run(_fill(path, options.documents, books=options.books))
    if options.crash:
        _crash_in(options.crash)
    if options.endless_scan:
        _scan_for_ever()
    engine = None if options.without_engine else Arrivals(path, options.arriving)
    return run_console(path, engine, who="anna", export_dir=options.folder / "out")


if __name__ == "__main__":
    sys.exit(main())
