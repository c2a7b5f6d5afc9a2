"""`blink daemon`: keeps the schedule until it is stopped."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from typing import TYPE_CHECKING, Any

import typer

from blink_tui.cli import options
from blink_tui.cli.context import Profile, system_user
from blink_tui.cli.options import AsJson

if TYPE_CHECKING:
    from blink_tui.model.events import Event
    from blink_tui.ops.daemon import Daemon
    from blink_tui.vault import Vault

STOP_SECONDS = 4.0
"""How long it may take to give everything back; then the process ends as by a kill, which loses nothing."""


def daemon(context: typer.Context, json: AsJson = False) -> None:
    signal.signal(signal.SIGTERM, _end_at_once)  # while nothing is open yet
    options.run(_run(options.profile(context), as_json=json))


def _end_at_once(*_signal: Any) -> None:
    raise typer.Exit(0)


async def _run(profile: Profile, *, as_json: bool) -> None:
    from blink_tui.cli.progress import EventLines
    from blink_tui.ops.daemon import Daemon, Means
    from blink_tui.ops.logs import log_settings, start_log
    from blink_tui.ops.sd_notify import notifier_of

    def open_vault(may_ask: bool) -> Vault | None:
        return profile.open_vault(may_ask=may_ask) if profile.vault_path.exists() else None

    async with profile.open_buffer() as buffer:
        wanted = await log_settings(buffer)
    lines = EventLines(sys.stdout) if as_json else None
    with start_log(profile, **wanted) as log:

        def hear(event: Event, firm: str | None) -> None:
            log.hear(event, firm)
            if lines is not None:
                lines.hear(event, firm)

        notifier = notifier_of(os.environ)
        means = Means(system_user(), open_vault, notifier=notifier, hear=hear, reopen_log=log.reopen)
        await _until_stopped(Daemon(profile, means))


async def _until_stopped(daemon: Daemon) -> None:
    """SIGTERM and SIGINT stop it in bounded time, SIGHUP lets it read everything anew."""
    from blink_tui.ops.ending import end_at_latest

    def stop() -> None:
        end_at_latest(0, STOP_SECONDS)
        daemon.stop()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    loop.add_signal_handler(signal.SIGHUP, daemon.reload)
    await daemon.run()
