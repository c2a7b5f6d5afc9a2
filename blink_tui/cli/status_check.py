"""`blink status --check`, the dead-man check, and what `blink status --json` tells of the program itself."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from blink_tui.cli import output
from blink_tui.cli.options import chosen_firms
from blink_tui.i18n import N_, _, ngettext
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode
from blink_tui.model.text import clean

if TYPE_CHECKING:
    from blink_tui.buffer import Buffer
    from blink_tui.cli.context import Profile
    from blink_tui.ops.lateness import LateFirm, Lateness

NO_FIRMS = ErrorKind(
    "no-firms",
    ExitCode.USAGE,
    N_("There are no firms in {folder}, so there is nothing to check. Is it the right profile?"),
)


async def check_firms(profile: Profile, texts: list[str], hours: int | None, *, as_json: bool) -> int:
    """Tell which firms are late; returns the exit code. Raises BlinkError where a wrong profile would look well."""
    from blink_tui.ops.lateness import look

    async with profile.open_buffer() as buffer:
        firms = await chosen_firms(buffer, texts)
        if not firms:
            raise BlinkError(NO_FIRMS, folder=profile.folder)
        found = await look(buffer, firms, datetime.now(UTC), timedelta(hours=hours) if hours else None)
    if as_json:
        output.say_json(_json(found))
    else:
        _say(found)
    return int(found.exit_code)


def _say(found: Lateness) -> None:
    hours = int(found.within / timedelta(hours=1))
    if not found.watched:
        output.say(_("No firm is watched: all are switched off or paused."))
    elif not found.late:
        words = ngettext(
            "{watched} firm watched, none late (limit: {hours} h)",
            "{watched} firms watched, none late (limit: {hours} h)",
            found.watched,
        )
        output.say(words.format(watched=found.watched, hours=hours))
    else:
        words = _("No complete pass for more than {hours} h: {late} of {watched} firms")
        output.say(words.format(hours=hours, late=len(found.late), watched=found.watched))
        for one in found.late:
            output.say(f"  {clean(one.firm.name)} ({one.firm.context_value}): {_until(one)}; {one.why}")
            output.say(f"    → {one.advice}")


def _until(one: LateFirm) -> str:
    if one.until is None:
        return _("never complete")
    return _("complete until {until}").format(until=output.moment(one.until))


def _json(found: Lateness) -> dict[str, Any]:
    return {
        "within_hours": int(found.within / timedelta(hours=1)),
        "watched": found.watched,
        "late": [
            {
                "firm": one.firm.context_value,
                "name": one.firm.name,
                "roles": list(one.roles),
                "complete_until": one.until,
                "since": one.since,
                "reason": one.reason.code,
                "message": str(one.why),
                "advice": str(one.advice),
            }
            for one in found.late
        ],
    }


async def program_json(profile: Profile, buffer: Buffer) -> dict[str, Any]:
    """The program's version, its daemon, what is done beside fetching, and the last backup."""
    from importlib.metadata import version

    from blink_tui.ops.backup import last_made
    from blink_tui.sync.leases import is_gone

    daemon = await buffer.presence.daemon(is_gone)
    backup = await asyncio.to_thread(last_made, profile)
    return {
        "version": version("blink-tui"),
        "daemon": {"who": daemon.who, "since": daemon.since} if daemon else None,
        "chores": [
            {"name": one.name, "taken_at": one.taken_at, "done_at": one.done_at, "problem": one.problem}
            for one in (await buffer.chores.all()).values()
        ],
        "backup": {"at": backup.made_at, "bytes": backup.size, "path": str(backup.path)} if backup else None,
    }
