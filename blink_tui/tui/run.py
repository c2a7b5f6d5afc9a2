"""Runs the console over a buffer until it ends, whichever way it ends."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from blink_tui.buffer import open_buffer
from blink_tui.ledger.placing import recover
from blink_tui.model.errors import BlinkError, ExitCode
from blink_tui.model.ports import Engine
from blink_tui.tui.app import ConsoleApp
from blink_tui.tui.hangup import HANGUP, Hangup, go_on, let_go_of_the_terminal, take_over
from blink_tui.tui.keymap import Keys, read_from, read_keymap, require_no_clash
from blink_tui.tui.lifeline import CRASH_SECONDS, SIGNAL_SECONDS, end_at_latest, signals_end
from blink_tui.tui.memory import Memory
from blink_tui.vault import VaultHolder

_READY_AFTER = 0.7
"""Seconds after which the first screen stands: what is loaded before would hold it up."""


def own_keys(path: Path) -> tuple[Keys, BlinkError | None]:
    """The user's keys; where the file of them is wrong the usual ones, with what is wrong."""
    try:
        keys = read_keymap(path)
        if keys:
            from blink_tui.tui.places import PLACES, actions_of  # every screen there is

            require_no_clash(path, keys, map(actions_of, PLACES))
    except BlinkError as error:
        return {}, error
    return keys, None


@dataclass(frozen=True, slots=True)
class Setup:
    """What a console is started with; `run_console` tells what each means."""

    buffer_path: Path
    engine: Engine | None
    who: str
    export_dir: Path
    title: str
    vault: VaultHolder
    work_folder: Path
    language_told: bool
    ready: Callable[[], None] | None
    read_only: bool


async def run(setup: Setup) -> int:
    """Open the buffer, finish an interrupted hand-over, show the console; returns its exit code."""
    path, engine = setup.buffer_path, setup.engine
    keys, wrong_keys = own_keys(read_from(path.parent, setup.who))
    async with open_buffer(path, read_only=setup.read_only) as buffer:
        if not setup.read_only:
            await recover(buffer)
            if setup.vault.keeper is None:  # whoever cannot fetch does not end the one that does
                await take_over(buffer)
        app = ConsoleApp(
            buffer,
            engine,
            who=setup.who,
            export_dir=setup.export_dir,
            title=setup.title,
            crash_log=path.with_name("console-crash.log"),
            keymap=keys,
            memory=Memory(path.with_name(f"console-{setup.who}.json"), read_only=setup.read_only),
            vault=setup.vault,
            work_folder=setup.work_folder,
            language_told=setup.language_told,
        )
        if wrong_keys is not None:
            app.call_later(app.tell_error, wrong_keys)
        app.on_crash = lambda: end_at_latest(ExitCode.FAILED, CRASH_SECONDS)
        hangup = Hangup(path)

        def end(code: int) -> None:
            end_at_latest(
                code,
                SIGNAL_SECONDS,
                first=None if engine is None else lambda: engine.stop(SIGNAL_SECONDS),
                unless=hangup.goes_on if code == HANGUP and engine is not None else None,
            )
            app.end(code)

        if setup.ready is not None:
            asyncio.get_running_loop().call_later(_READY_AFTER, setup.ready)
        with signals_end(end):
            await app.run_async(mouse=False)
            try:
                if app.return_code == HANGUP:
                    let_go_of_the_terminal()
                    if engine is not None and await asyncio.to_thread(hangup.goes_on):
                        return await go_on(buffer, engine, app.company.look)
            finally:
                with suppress(BlinkError):
                    await app.company.leave()
        return 1 if app.return_code is None else app.return_code


def run_to_end(setup: Setup) -> int:
    """The same, in an event loop of its own."""
    gc.freeze()  # what has been imported stays; searching it for garbage holds keys up by 30 ms
    return asyncio.run(run(setup))
