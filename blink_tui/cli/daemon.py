"""`blink daemon`: keeps the schedule until it is stopped."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import ExitStack
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blink_tui.cli import options
from blink_tui.cli.context import Profile, system_user
from blink_tui.cli.options import AsJson
from blink_tui.i18n import _

if TYPE_CHECKING:
    from blink_tui.buffer import Buffer
    from blink_tui.model.events import Event
    from blink_tui.ops.daemon import Daemon
    from blink_tui.vault import Vault

STOP_SECONDS = 4.0
"""How long it may take to give everything back; then the process ends as by a kill, which loses nothing."""


class LogTo(StrEnum):
    """Where the log goes."""

    STDERR = "stderr"
    FILE = "file"


def daemon(
    context: typer.Context,
    log_to: Annotated[
        LogTo | None,
        typer.Option(
            "--log-to",
            help=_("The log goes to stderr, which a service's journal keeps, or to the profile's folder."),
        ),
    ] = None,
    json: AsJson = False,
) -> None:
    signal.signal(signal.SIGTERM, _end_at_once)  # while nothing is open yet
    signal.signal(signal.SIGHUP, _nothing_to_reread)
    profile = options.profile(context)
    # a person is asked here, where Ctrl-C ends the question and puts the terminal right
    vault = profile.open_vault() if sys.stdin.isatty() and profile.vault_path.exists() else None
    options.run(_run(profile, vault, log_to, as_json=json))


def _end_at_once(*_signal: Any) -> None:
    raise typer.Exit(0)


def _nothing_to_reread(*_signal: Any) -> None:
    """Everything is about to be read; by itself the signal would end the process."""


async def _run(profile: Profile, vault: Vault | None, log_to: LogTo | None, *, as_json: bool) -> None:
    from blink_tui.cli.progress import EventLines
    from blink_tui.ops import logs
    from blink_tui.ops.daemon import Daemon, Means
    from blink_tui.ops.sd_notify import notifier_of

    def open_vault(again: bool) -> Vault | None:
        if vault is not None and not again:
            return vault
        return profile.open_vault(may_ask=False) if profile.vault_path.exists() else None

    lines = EventLines(sys.stdout) if as_json else None
    with ExitStack() as stack:

        async def begin_log(buffer: Buffer) -> None:
            """As the profile's settings say, and the command line before them; anew when they are read anew."""
            told = await logs.log_settings(buffer)
            if log_to is not None:
                told["to"] = logs.Target(log_to.value)
            stack.close()
            stack.enter_context(logs.start_log(profile, **told))

        def hear(event: Event, firm: str | None) -> None:
            logs.hear(event, firm)
            if lines is not None:
                lines.hear(event, firm)

        notifier = notifier_of(os.environ)
        means = Means(system_user(), open_vault, notifier=notifier, hear=hear, begin_log=begin_log)
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
