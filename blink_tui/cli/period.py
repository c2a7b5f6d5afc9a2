"""`blink period lock`, `unlock`, `list`: months that nothing may be put into any more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from blink_tui.cli import options, output
from blink_tui.cli.context import system_user
from blink_tui.cli.options import AsJson, FirmsOption
from blink_tui.i18n import _, ngettext
from blink_tui.model.errors import USAGE, BlinkError, ExitCode
from blink_tui.model.months import Month
from blink_tui.model.typed import checked_month

if TYPE_CHECKING:
    from blink_tui.cli.context import Profile

app = typer.Typer(help=_("Months that are closed: nothing may be put into them."), no_args_is_help=True)

MonthOption = Annotated[str, typer.Option("--month", metavar="YYYY-MM", help=_("Which month."))]
FirmsNeeded = Annotated[
    list[str], typer.Option("--firm", metavar="NIP", help=_("NIP or internal id; may be repeated."))
]


@app.command(
    help=_(
        "Lock a month without signing it off. Example: blink period lock --firm 5265877635 --month 2026-10"
    )
)
def lock(context: typer.Context, firms: FirmsNeeded, month: MonthOption, json: AsJson = False) -> None:
    raise typer.Exit(
        options.run(_change(options.profile(context), firms, checked_month(month), reason=None, as_json=json))
    )


@app.command(
    help=_(
        "Open a locked month again, with a reason. Example: "
        'blink period unlock --firm 5265877635 --month 2026-10 --reason "invoice forgotten"'
    )
)
def unlock(
    context: typer.Context,
    firms: FirmsNeeded,
    month: MonthOption,
    reason: Annotated[str, typer.Option(help=_("Why it is opened again."), show_default=False)] = "",
    json: AsJson = False,
) -> None:
    if not reason.strip():
        raise BlinkError(USAGE, problem=_("Say why the month is opened again: --reason"))
    raise typer.Exit(
        options.run(
            _change(options.profile(context), firms, checked_month(month), reason=reason, as_json=json)
        )
    )


@app.command("list", help=_("Locked months. Example: blink period list --firm 5265877635"))
def list_locks(context: typer.Context, firms: FirmsOption = None, json: AsJson = False) -> None:
    options.run(_list(options.profile(context), firms or [], as_json=json))


async def _change(
    profile: Profile, texts: Sequence[str], month: Month, *, reason: str | None, as_json: bool
) -> int:
    """Lock (or, with a reason, open) a month of firms; one that is so already leaves the others going."""
    done, failures = [], []
    async with profile.open_buffer() as buffer:
        for firm in await options.chosen_firms(buffer, list(texts)):
            try:
                if reason is None:
                    await buffer.locks.lock(firm.id, month, who=system_user())
                else:
                    await buffer.locks.unlock(firm.id, month, who=system_user(), reason=reason)
            except BlinkError as error:
                error.firm = firm.context_value
                failures.append(error)
            else:
                done.append(firm.context_value)
    if failures and not done and len(failures) == 1:
        raise failures[0]
    if as_json:
        told = [output.failure_json(error)["error"] for error in failures]
        output.say_json({"month": str(month), "firms": done, "failures": told})
    else:
        _tell(done, failures, month, locked=reason is None)
    if not failures:
        return ExitCode.DONE
    return ExitCode.PARTLY_FAILED if done else ExitCode.FAILED


def _tell(done: Sequence[str], failures: Sequence[BlinkError], month: Month, *, locked: bool) -> None:
    for error in failures:
        for line in output.failure_lines(error):
            output.warn(line)
    text = (
        ngettext("{month} locked for {n} firm.", "{month} locked for {n} firms.", len(done))
        if locked
        else ngettext("{month} opened for {n} firm.", "{month} opened for {n} firms.", len(done))
    )
    output.say(text.format(month=month, n=len(done)))


async def _list(profile: Profile, texts: Sequence[str], *, as_json: bool) -> None:
    async with profile.open_buffer() as buffer:
        firms = {firm.id: firm for firm in await options.chosen_firms(buffer, list(texts))}
        locks = [one for some in (await buffer.locks.all()).values() for one in some if one.firm_id in firms]
    if as_json:
        output.say_json(
            [
                {
                    "firm": firms[one.firm_id].context_value,
                    "month": str(one.month),
                    "at": one.at,
                    "who": one.who,
                    "signed": one.signed,
                    "chain_head": one.chain_head.hex(),
                }
                for one in locks
            ]
        )
    elif not locks:
        output.say(_("No month is locked."))
    else:
        head = (_("Firm"), _("Name"), _("Month"), _("Since"), _("By"), _("Signed off"))
        rows = [
            (
                firms[one.firm_id].context_value,
                firms[one.firm_id].name,
                str(one.month),
                output.moment(one.at),
                one.who,
                _("yes") if one.signed else _("no"),
            )
            for one in locks
        ]
        output.say(output.table(head, rows))
