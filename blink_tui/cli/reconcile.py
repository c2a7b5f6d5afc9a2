"""`blink reconcile`: proof of completeness against KSeF's own list."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blink_tui.cli import options, output
from blink_tui.cli.context import firm_named
from blink_tui.cli.export import checked_month
from blink_tui.cli.options import AsJson, FirmsOption
from blink_tui.cli.sync import NO_FIRMS, run_pass
from blink_tui.i18n import _
from blink_tui.model.dates import start_of_warsaw_day
from blink_tui.model.errors import BlinkError, ExitCode

if TYPE_CHECKING:
    from blink_tui.cli.context import Profile
    from blink_tui.sync.engine import FirmOutcome, Outcome
    from blink_tui.sync.reconcile import Comparison


def reconcile(
    context: typer.Context,
    firms: FirmsOption = None,
    month: Annotated[
        str | None, typer.Option(metavar="YYYY-MM", help=_("From this month's first day until now."))
    ] = None,
    json: AsJson = False,
) -> None:
    raise typer.Exit(
        options.run(_reconcile(options.profile(context), firms or [], checked_month(month), as_json=json))
    )


async def _reconcile(profile: Profile, texts: list[str], month: date | None, *, as_json: bool) -> int:
    from blink_tui.sync.engine import Wish
    from blink_tui.sync.summary import exit_code_for

    async with profile.open_buffer() as buffer:
        firms = [await firm_named(buffer, text) for text in texts] or await buffer.firms.list(
            enabled_only=True
        )
        if not firms:
            raise BlinkError(NO_FIRMS)
        since = start_of_warsaw_day(month) if month else None
        wish = Wish(reconcile=True, reconcile_since=since)
        outcome = await run_pass(profile, buffer, profile.open_vault(), firms, wish)
    if as_json:
        output.say_json({"firms": [_firm_json(firm) for firm in outcome.firms]})
    else:
        _show(outcome)
    code = exit_code_for([firm.errors for firm in outcome.firms])
    contradicted = any(one.different or one.unlisted for firm in outcome.firms for one in firm.comparisons)
    return int(ExitCode.FAILED if contradicted and code is ExitCode.DONE else code)


def _firm_json(firm: FirmOutcome) -> dict[str, Any]:
    return {
        "firm": firm.firm.context_value,
        "name": firm.firm.name,
        "equal": not firm.errors and all(one.equal for one in firm.comparisons),
        "fetched": firm.new,
        "roles": [
            {
                "role": one.role,
                "since": one.since,
                "until": one.until,
                "listed": one.listed,
                "missing": [header.ksef_number for header in one.missing],
                "different": list(one.different),
                "unlisted": list(one.unlisted),
            }
            for one in sorted(firm.comparisons, key=lambda one: one.role)
        ],
        "errors": [output.failure_json(error)["error"] for error in firm.errors],
    }


def _show(outcome: Outcome) -> None:
    head = (_("Firm"), _("Role"), _("Complete from"), _("Complete until"), _("In KSeF"), _("Result"))
    rows = [
        (
            firm.firm.name,
            one.role,
            output.moment(one.since),
            output.moment(one.until),
            str(one.listed),
            _verdict(one),
        )
        for firm in outcome.firms
        for one in sorted(firm.comparisons, key=lambda one: one.role)
    ]
    output.say(output.table(head, rows))
    for firm in outcome.failed:
        for error in firm.errors:
            output.warn("\n".join(output.failure_lines(error)))


def _verdict(one: Comparison) -> str:
    if one.equal:
        return _("equal")
    parts = []
    if one.missing:
        parts.append(_("{n} were missing and have been fetched").format(n=len(one.missing)))
    if one.different:
        parts.append(
            _("{n} have other bytes: {numbers}").format(n=len(one.different), numbers=one.different[0])
        )
    if one.unlisted:
        parts.append(_("{n} are not listed: {numbers}").format(n=len(one.unlisted), numbers=one.unlisted[0]))
    return ", ".join(parts)
