"""Runs the console over a buffer until it ends, whichever way it ends."""

from __future__ import annotations

import asyncio
from pathlib import Path

from blink_tui.buffer import open_buffer
from blink_tui.model.errors import ExitCode
from blink_tui.model.ports import Engine
from blink_tui.tui.app import ConsoleApp
from blink_tui.tui.lifeline import CRASH_SECONDS, SIGNAL_SECONDS, end_at_latest, signals_end
from blink_tui.tui.memory import Memory
from blink_tui.vault import VaultHolder


async def run(
    buffer_path: Path,
    engine: Engine | None,
    *,
    who: str,
    export_dir: Path,
    title: str,
    vault: VaultHolder,
    work_folder: Path,
    language_told: bool,
) -> int:
    """Open the buffer, show the console, return its exit code."""
    async with open_buffer(buffer_path) as buffer:
        app = ConsoleApp(
            buffer,
            engine,
            who=who,
            export_dir=export_dir,
            title=title,
            crash_log=buffer_path.with_name("console-crash.log"),
            memory=Memory(buffer_path.with_name(f"console-{who}.json")),
            vault=vault,
            work_folder=work_folder,
            language_told=language_told,
        )
        app.on_crash = lambda: end_at_latest(ExitCode.FAILED, CRASH_SECONDS)

        def end(code: int) -> None:
            end_at_latest(
                code, SIGNAL_SECONDS, first=None if engine is None else lambda: engine.stop(SIGNAL_SECONDS)
            )
            app.end(code)

        with signals_end(end):
            await app.run_async(mouse=False)
        return 1 if app.return_code is None else app.return_code


def run_to_end(
    buffer_path: Path,
    engine: Engine | None,
    *,
    who: str,
    export_dir: Path,
    title: str,
    vault: VaultHolder,
    work_folder: Path,
    language_told: bool,
) -> int:
    """The same, in an event loop of its own."""
    return asyncio.run(
        run(
            buffer_path,
            engine,
            who=who,
            export_dir=export_dir,
            title=title,
            vault=vault,
            work_folder=work_folder,
            language_told=language_told,
        )
    )
