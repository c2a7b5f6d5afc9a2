"""`blink schedule`: when which firm and role is asked for."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blink_tui.cli import options, output
from blink_tui.cli.options import AsJson, FirmsOption, RoleChoice, chosen_firms, roles_of
from blink_tui.cli.status import due_words, every_json, instant
from blink_tui.cli.sync import NO_FIRMS, exit_code, run_pass, show_outcome, summary_json
from blink_tui.i18n import N_, _, ngettext
from blink_tui.model.dates import instant_of
from blink_tui.model.documents import Role
from blink_tui.model.errors import USAGE, BlinkError, ErrorKind, ExitCode
from blink_tui.model.firms import Firm
from blink_tui.model.schedule import NEVER, NIGHTLY, ScheduledRole
from blink_tui.model.words import ROLE_SHORT, every_words
from blink_tui.sync.problems import problem_words

if TYPE_CHECKING:
    from blink_tui.buffer import Buffer
    from blink_tui.cli.context import Profile
    from blink_tui.sync.standing import FirmStanding, RoleStanding

NAME = "Businesslink"
"""What the schedule is called."""
_SHOWN = 10
"""Firms of which the schedule is shown after it was set."""
AT_REST = ErrorKind(
    "at-rest",
    ExitCode.USAGE,
    N_("The schedule leaves {firm} alone. To go on: blink schedule pause --firm {firm} --undo"),
)
SWITCHED_OFF = ErrorKind(
    "switched-off",
    ExitCode.USAGE,
    N_("{firm} is switched off. To fetch for it again: blink firm disable {firm} --undo"),
)

app = typer.Typer(help=_("The schedule: when which firm is asked for."), no_args_is_help=True)


@app.command("list", help=_("When each role is asked for. Example: blink schedule list --firm 5265877635"))
def list_schedule(context: typer.Context, firms: FirmsOption = None, json: AsJson = False) -> None:
    options.run(_list(options.profile(context), firms or [], as_json=json))


@app.command(
    "set",
    help=_(
        "How often to ask; KSeF asks for 15 minutes at the least. Example: blink schedule set --role buyer --every 30"
    ),
)
def set_interval(
    context: typer.Context,
    every: Annotated[
        str,
        typer.Option(
            metavar="MINUTES|nightly|never|usual", help=_("How often; usual is by the firm's kind.")
        ),
    ],
    firms: FirmsOption = None,
    role: Annotated[RoleChoice, typer.Option(help=_("Which role."))] = RoleChoice.ALL,
    json: AsJson = False,
) -> None:
    options.run(_set(options.profile(context), firms or [], role, checked_interval(every), as_json=json))


@app.command(help=_("Leave firms alone until --undo. Example: blink schedule pause --firm 5265877635"))
def pause(
    context: typer.Context,
    firms: FirmsOption = None,
    undo: Annotated[bool, typer.Option("--undo", help=_("Ask for them again."))] = False,
    yes: Annotated[bool, typer.Option("--yes", help=_("All firms, without asking."))] = False,
    json: AsJson = False,
) -> None:
    if not firms and not yes:
        _confirm_all(undo=undo)
    options.run(_pause(options.profile(context), firms or [], paused=not undo, as_json=json))


@app.command("run", help=_("Ask now, as the schedule would. Example: blink schedule run"))
def run_now(context: typer.Context, firms: FirmsOption = None, json: AsJson = False) -> None:
    raise typer.Exit(options.run(_run(options.profile(context), firms or [], as_json=json)))


def checked_interval(text: str) -> int | None:
    """Minutes, NIGHTLY, NEVER, or None for what is usual. Raises BlinkError (usage)."""
    from blink_tui.sync.timetable import LONGEST

    words = {"nightly": NIGHTLY, "never": NEVER, "usual": None}
    if text in words:
        return words[text]
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise BlinkError(
            USAGE, problem=_("--every takes minutes, nightly, never or usual: {text}").format(text=text)
        )
    if int(text) > LONGEST:
        raise BlinkError(USAGE, problem=_("More than a day is too long; there is: --every nightly"))
    return int(text)


def _confirm_all(*, undo: bool) -> None:
    """Ask a person; without a terminal it takes --yes. Raises BlinkError (usage), or Abort when the answer is no."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise BlinkError(USAGE, problem=_("This is about all firms: name some with --firm, or say --yes."))
    typer.confirm(
        _("Ask for all firms again?") if undo else _("Leave all firms alone?"), abort=True, err=True
    )


# List


async def _list(profile: Profile, texts: list[str], *, as_json: bool) -> None:
    from blink_tui.sync.standing import standings

    now = datetime.now(UTC)
    async with profile.open_buffer() as buffer:
        states = await standings(buffer, await chosen_firms(buffer, texts), now)
    if as_json:
        output.say_json({"name": NAME, "firms": [_firm_json(state, now) for state in states]})
    elif not states:
        output.say(_("No firms yet. Add the first: blink firm add --nip NIP"))
    else:
        _show(states, now)


def _firm_json(state: FirmStanding, now: datetime) -> dict[str, Any]:
    return {
        "firm": state.firm.context_value,
        "name": state.firm.name,
        "enabled": state.firm.enabled,
        "paused": state.firm.paused,
        "roles": [
            {
                "role": one.role,
                "every": every_json(one.every),
                "usual": one.scheduled.every is None,
                "last_asked": one.scheduled.asked,
                "next_due": instant(one.due, now),
                "not_before": one.scheduled.not_before,
                "problem": one.scheduled.problem,
            }
            for one in state.roles
        ],
    }


def _show(states: Sequence[FirmStanding], now: datetime) -> None:
    head = (_("Role"), _("How often"), _("Last asked"), _("Next"), _("Stopped by"))
    output.say(_("Schedule “{name}”").format(name=NAME))
    for state in states:
        output.say()
        output.say(f"{state.firm.name} ({state.firm.context_value}){_resting(state)}")
        output.say(output.table(head, (_cells(one, now) for one in state.roles)))


def _resting(state: FirmStanding) -> str:
    """Why the schedule does not ask for a firm."""
    if not state.firm.enabled:
        return ": " + _("switched off")
    if state.firm.paused:
        return ": " + _("paused")
    return ": " + _("no access registered") if state.credential is None else ""


def _cells(one: RoleStanding, now: datetime) -> tuple[str, ...]:
    how = _("usual") if one.scheduled.every is None else _("set")
    return (
        _(ROLE_SHORT[one.role]),
        f"{every_words(one.every)} ({how})",
        output.moment(one.scheduled.asked),
        due_words(one.due, now),
        problem_words(one.scheduled.problem) if one.scheduled.problem else "",
    )


# Set and pause


async def _set(
    profile: Profile, texts: list[str], choice: RoleChoice, every: int | None, *, as_json: bool
) -> None:
    from blink_tui.sync.timetable import askable_roles

    async with profile.open_buffer() as buffer:
        firms = await _some(buffer, texts)
        for firm in firms:
            _require_possible(firm, choice, every)
        places = [
            (firm.id, role) for firm in firms for role in roles_of(choice) if role in askable_roles(firm)
        ]
        await buffer.schedules.set_interval(places, every)
    if as_json or len(firms) <= _SHOWN:
        await _list(profile, texts, as_json=as_json)
    else:
        output.say(ngettext("Saved for {n} firm.", "Saved for {n} firms.", len(firms)).format(n=len(firms)))


def _require_possible(firm: Firm, choice: RoleChoice, every: int | None) -> None:
    """Raises BlinkError (usage): too often for KSeF, or a role that KSeF does not answer in the firm's context."""
    from blink_tui.sync.timetable import askable_roles, shortest_interval

    least = shortest_interval(firm)
    if every is not None and 0 < every < least:
        problem = ngettext(
            "KSeF asks for {least} minute at the least between two looks at a role; nothing was changed.",
            "KSeF asks for {least} minutes at the least between two looks at a role; nothing was changed.",
            least,
        )
        raise BlinkError(USAGE, firm=firm.context_value, problem=problem.format(least=least))
    if choice is not RoleChoice.ALL and Role(choice.value) not in askable_roles(firm):
        problem = _("KSeF does not answer the role {role} for a unit; nothing was changed.")
        raise BlinkError(USAGE, firm=firm.context_value, problem=problem.format(role=choice.value))


async def _pause(profile: Profile, texts: list[str], *, paused: bool, as_json: bool) -> None:
    async with profile.open_buffer() as buffer:
        firms = await _some(buffer, texts)
        changed = await buffer.schedules.pause([firm.id for firm in firms], paused)
    if as_json:
        output.say_json(
            {"paused": paused, "firms": [firm.context_value for firm in firms], "changed": changed}
        )
    elif paused:
        output.say(
            ngettext("{n} firm is left alone.", "{n} firms are left alone.", len(firms)).format(n=len(firms))
        )
    else:
        output.say(
            ngettext("{n} firm is asked for again.", "{n} firms are asked for again.", len(firms)).format(
                n=len(firms)
            )
        )


async def _some(buffer: Buffer, texts: list[str]) -> list[Firm]:
    """The firms named, else all. Raises BlinkError when there are none."""
    firms = await chosen_firms(buffer, texts)
    if not firms:
        raise BlinkError(NO_FIRMS)
    return firms


# Run


async def _run(profile: Profile, texts: list[str], *, as_json: bool) -> int:
    """Note the wish, then do here what no other process does; all is left to the account that holds the vault."""
    from blink_tui.sync.engine import Wish
    from blink_tui.vault import keeper as keeper_of

    async with profile.open_buffer() as buffer:
        firms = await _willing(buffer, texts)
        at = instant_of(datetime.now(UTC))
        await buffer.schedules.want([firm.id for firm in firms], tuple(Role), at)
        keeper = keeper_of(profile.vault_path)
        if keeper is not None:
            return await _leave_to(buffer, keeper, firms, as_json=as_json)
        outcome = await run_pass(profile, buffer, profile.open_vault(), firms, Wish(due=True), stream=as_json)
        summary = await summary_json(buffer, outcome)
        left = _left(await buffer.schedules.all(), firms, at)
    if as_json:
        output.say_json(summary | {"left_to_another": {firm: sorted(roles) for firm, roles in left.items()}})
    else:
        show_outcome(outcome, summary)
        for firm, roles in left.items():
            named = ", ".join(_(ROLE_SHORT[role]) for role in roles)
            output.say(
                _(
                    "{firm} ({roles}): another process is fetching; whoever runs the schedule takes the wish next."
                ).format(firm=firm, roles=named)
            )
    return exit_code(outcome)


async def _leave_to(buffer: Buffer, keeper: str, firms: Sequence[Firm], *, as_json: bool) -> int:
    """Say who takes the wish, or that nobody is there who could."""
    from blink_tui.sync.leases import is_gone

    here = any(one.who == keeper for one in await buffer.presence.all(is_gone))
    if as_json:
        output.say_json(
            {"left_to": keeper, "fetching": here, "firms": [firm.context_value for firm in firms]}
        )
    elif here:
        text = _("Left to the account {who}, which holds the vault and looks within half a minute.")
        output.say(text.format(who=keeper))
    else:
        text = _(
            "Nobody fetches now: the vault belongs to the account {who}, which has to start the service"
            " (blink daemon). The wish is kept for it."
        )
        output.warn(text.format(who=keeper))
    return ExitCode.DONE if here else ExitCode.VAULT_LOCKED


async def _willing(buffer: Buffer, texts: list[str]) -> list[Firm]:
    """The firms named, else all that the schedule asks for at all. Raises BlinkError: at rest, or none."""
    firms = await _some(buffer, texts)
    if not texts:
        return [firm for firm in firms if firm.enabled and not firm.paused]
    for firm in firms:
        if not firm.enabled or firm.paused:
            raise BlinkError(AT_REST if firm.enabled else SWITCHED_OFF, firm=firm.context_value)
    return firms


def _left(scheduled: Sequence[ScheduledRole], firms: Sequence[Firm], wanted: str) -> dict[str, list[Role]]:
    """Roles that nobody has asked for since they were wanted, though the schedule asks for them."""
    from blink_tui.model.dates import Instant, instant_key
    from blink_tui.sync.timetable import interval_of

    of = {firm.id: firm for firm in firms}
    left: dict[str, list[Role]] = {}
    for one in scheduled:
        firm = of.get(one.firm_id)
        if firm is None or interval_of(firm, one) == NEVER:
            continue
        if one.asked is None or instant_key(one.asked) < instant_key(Instant(wanted)):
            left.setdefault(firm.context_value, []).append(one.role)
    return left
