"""`blink firm import`: firms out of a spreadsheet, all of them or none."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blink_tui.cli import options, output
from blink_tui.cli.lists import TOO_LARGE, refused, remarks_json, warn_lines
from blink_tui.cli.options import AsJson
from blink_tui.i18n import _
from blink_tui.model.errors import BlinkError
from blink_tui.model.firm_list import FirmList, ListedFirm, read_firm_list
from blink_tui.model.firms import Firm
from blink_tui.model.typed import checked_env

if TYPE_CHECKING:
    from blink_tui.cli.context import Profile

_LARGEST = 16 * 1024 * 1024
_LONG = 500
"""Lines from which on it is told that it goes on."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a list comes to, compared with the firms that are there."""

    new: Sequence[ListedFirm]
    changes: Mapping[int, Mapping[str, Any]]
    unchanged: int


def import_firms(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE.csv", exists=True, dir_okay=False, readable=True, help=_("The list, CSV.")
        ),
    ],
    env: Annotated[
        str, typer.Option("--env", help=_("KSeF of lines that name none: prod, demo, test, or an address."))
    ] = "prod",
    update: Annotated[
        bool, typer.Option("--update", help=_("Change firms that are there already, too."))
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Show what would be done."))] = False,
    json: AsJson = False,
) -> None:
    if file.stat().st_size > _LARGEST:
        raise BlinkError(TOO_LARGE, file=file.name)
    listed = read_firm_list(file.read_bytes(), checked_env(env))
    if listed.problems:
        raise typer.Exit(refused(file, listed.problems, as_json=json))
    if len(listed.firms) >= _LONG and sys.stderr.isatty():
        output.warn(_("{n} lines read, writing …").format(n=len(listed.firms)))
    plan = options.run(_import(options.profile(context), listed, update=update, dry_run=dry_run))
    if json:
        output.say_json(_plan_json(plan, listed, dry_run=dry_run))
    else:
        _show(plan, listed, dry_run=dry_run)


async def _import(profile: Profile, listed: FirmList, *, update: bool, dry_run: bool) -> _Plan:
    async with profile.open_buffer() as buffer:
        plan = _plan(listed, await buffer.firms.list(), update=update)
        if not dry_run:
            await buffer.firms.add_many([one.firm for one in plan.new], plan.changes)
        return plan


def _show(plan: _Plan, listed: FirmList, *, dry_run: bool) -> None:
    warn_lines(listed.warnings)
    if listed.ignored:
        output.warn(_("Columns left alone: {names}").format(names=", ".join(listed.ignored)))
    text = (
        _("Would be added: {new}, changed: {changed}, left as they are: {unchanged}.")
        if dry_run
        else _("Added: {new}, changed: {changed}, left as they are: {unchanged}.")
    )
    output.say(text.format(new=len(plan.new), changed=len(plan.changes), unchanged=plan.unchanged))


def _plan(listed: FirmList, present: Sequence[Firm], *, update: bool) -> _Plan:
    """Which lines are new firms, and what the others change; pure."""
    known = {(firm.context_value, firm.base_url): firm for firm in present}
    new: list[ListedFirm] = []
    changes: dict[int, dict[str, Any]] = {}
    for one in listed.firms:
        firm = known.get((one.firm.context_value, one.firm.base_url))
        if firm is None:
            new.append(one)
            continue
        told = {field: getattr(one.firm, field) for field in sorted(one.told)}
        changed = {field: value for field, value in told.items() if value != getattr(firm, field)}
        if update and changed:
            changes[firm.id] = changed
    return _Plan(new, changes, len(listed.firms) - len(new) - len(changes))


def _plan_json(plan: _Plan, listed: FirmList, *, dry_run: bool) -> dict[str, Any]:
    return {
        "rows": len(listed.firms),
        "added": len(plan.new),
        "updated": len(plan.changes),
        "unchanged": plan.unchanged,
        "warnings": remarks_json(listed.warnings),
        "ignored_columns": list(listed.ignored),
        "dry_run": dry_run,
    }
