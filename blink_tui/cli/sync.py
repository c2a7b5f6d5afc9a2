"""`blink sync`: asks KSeF now."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blink_tui.cli import options, output
from blink_tui.cli.context import system_user
from blink_tui.cli.options import (
    AsJson,
    FirmsOption,
    RoleChoice,
    checked_number,
    chosen_firms,
    roles_of,
)
from blink_tui.cli.progress import listening
from blink_tui.i18n import N_, _, ngettext
from blink_tui.model.dates import instant_of, start_of_warsaw_day
from blink_tui.model.errors import USAGE, BlinkError, ErrorKind, ExitCode
from blink_tui.model.telling import insecure_words
from blink_tui.model.typed import checked_start

if TYPE_CHECKING:
    from blink_tui.buffer import Buffer
    from blink_tui.cli.context import Profile
    from blink_tui.model.firms import Firm
    from blink_tui.sync.agenda import Agenda
    from blink_tui.sync.engine import Outcome, Wish
    from blink_tui.vault import Vault

NO_FIRMS = ErrorKind(
    "no-firms", ExitCode.USAGE, N_("There are no firms to fetch for. Add one: blink firm add --nip NIP")
)


_EXCLUSIVE = (
    ("--due", "--since"),
    ("--due", "--beyond-mark"),
    ("--due", "--ksef-number"),
    ("--ksef-number", "--since"),
    ("--ksef-number", "--beyond-mark"),
)


def sync(
    context: typer.Context,
    firms: FirmsOption = None,
    role: Annotated[RoleChoice, typer.Option(help=_("Which role of the firms to ask for."))] = RoleChoice.ALL,
    due: Annotated[bool, typer.Option("--due", help=_("Only what the schedule asks for now."))] = False,
    since: Annotated[
        str | None,
        typer.Option(
            "--since", metavar="YYYY-MM-DD", help=_("Everything once more from this day on, or from 14d ago.")
        ),
    ] = None,
    beyond_mark: Annotated[
        bool,
        typer.Option(
            "--beyond-mark", help=_("Also the newest documents, which KSeF does not vouch for yet.")
        ),
    ] = False,
    number: Annotated[
        str | None,
        typer.Option("--ksef-number", help=_("Only this document; how far a firm is complete stays.")),
    ] = None,
    json: AsJson = False,
) -> None:
    given = {"--due": due, "--since": since, "--beyond-mark": beyond_mark, "--ksef-number": number}
    for one, other in _EXCLUSIVE:
        if given[one] and given[other]:
            problem = _("{one} and {other} do not go together.").format(one=one, other=other)
            raise BlinkError(USAGE, problem=problem)
    from blink_tui.sync.engine import Wish

    wish = Wish(
        None if role is RoleChoice.ALL else roles_of(role),
        due=due,
        number=checked_number(number) if number else None,
        since=start_of_warsaw_day(checked_start(since, datetime.now(UTC))) if since else None,
        beyond_mark=beyond_mark,
    )
    raise typer.Exit(options.run(_sync(options.profile(context), firms or [], wish, as_json=json)))


async def _sync(profile: Profile, texts: list[str], wish: Wish, *, as_json: bool) -> int:
    from blink_tui.sync.agenda import Agenda, read_agenda
    from blink_tui.sync.engine import Outcome

    async with profile.open_buffer() as buffer:
        firms = await chosen_firms(buffer, texts, enabled_only=True)
        if not firms:
            raise BlinkError(NO_FIRMS)
        agenda = Agenda()
        if wish.due:  # the vault is not opened before: a timer costs nothing while nothing is due
            agenda = await read_agenda(buffer, datetime.now(UTC), among={firm.id for firm in firms})
            firms = list(agenda.due)
        outcome, vault = Outcome(()), None
        if firms:
            vault = profile.open_vault()
            outcome = await run_pass(profile, buffer, vault, firms, wish, stream=as_json)
        summary = await summary_json(buffer, outcome)
        await _do_chores(profile, buffer, vault, lengthy=wish.due)
    if not as_json:
        for line in insecure_words(firm.env for firm in firms):
            output.warn(line)
    if as_json:
        only = outcome.firms[0].errors if len(outcome.firms) == 1 else ()
        output.say_json(output.failure_json(only[0]) | summary if only else summary)
    elif wish.due and not outcome.firms:
        output.say(_nothing_due(agenda))
    else:
        show_outcome(outcome, summary)
    return exit_code(outcome)


async def _do_chores(profile: Profile, buffer: Buffer, vault: Vault | None, *, lengthy: bool) -> None:
    """What is done from time to time beside fetching, where neither a daemon nor anybody else did it; that it failed is
    told and put down, and changes nothing of what the fetching amounts to.
    """
    from blink_tui.model.clock import SystemClock
    from blink_tui.ops.chores import Surroundings, all_chores, any_due, failures_told, run_due

    chores = [chore for chore in all_chores() if lengthy or not chore.lengthy]
    try:
        if not await any_due(chores, Surroundings(profile, buffer, vault, SystemClock())):
            return
        if vault is None and profile.vault_path.exists():
            with suppress(BlinkError):  # they do what they can without
                vault = profile.open_vault(may_ask=False)
        done = await run_due(chores, Surroundings(profile, buffer, vault, SystemClock()))
        for event in failures_told(done.failures):
            output.warn(str(event.message))
            await buffer.log.append([event])
    except BlinkError as error:
        output.warn("\n".join(output.failure_lines(error)))


def _nothing_due(agenda: Agenda) -> str:
    if agenda.elsewhere:
        return _("Another process fetches what is due; there is nothing to do here.")
    if agenda.next_at is None:
        return _("Nothing is due, and nothing will be: see blink schedule list")
    moment = output.moment(instant_of(agenda.next_at))
    return _("Nothing is due now; the next is due: {moment}").format(moment=moment)


def exit_code(outcome: Outcome) -> int:
    """What a run over firms amounts to."""
    from blink_tui.sync.summary import exit_code_for

    return int(exit_code_for([firm.errors for firm in outcome.firms]))


async def run_pass(
    profile: Profile,
    buffer: Buffer,
    vault: Vault,
    firms: list[Firm],
    wish: Wish | None = None,
    *,
    stream: bool = False,
) -> Outcome:
    """One pass of the engine; what goes on stands on stderr, with `stream` as JSON lines."""
    from blink_tui.buffer.presence import Kind
    from blink_tui.model.clock import SystemClock
    from blink_tui.sync.engine import SyncEngine
    from blink_tui.sync.leases import present

    async with (
        listening(firms, stream=stream) as listener,
        present(buffer, Kind.COMMAND, system_user(), SystemClock()),
    ):
        engine = SyncEngine(buffer, vault, profile.work_folder, listener=listener)
        return await engine.run(firms, wish)


async def summary_json(buffer: Buffer, outcome: Outcome) -> dict[str, Any]:
    """What a run brought, as scripts read it."""
    from blink_tui.sync.standing import complete_until, standings

    states = await standings(buffer, [firm.firm for firm in outcome.firms], datetime.now(UTC))
    return {
        "firms": len(outcome.firms),
        "documents": {"new": outcome.new, "total": sum(state.documents for state in states)},
        "complete_until": complete_until(states),
        "by_firm": [
            {
                "firm": state.firm.context_value,
                "name": state.firm.name,
                "new": done.new,
                "total": state.documents,
                "complete_since": state.since,
                "complete_until": state.until,
                "errors": [output.failure_json(error)["error"] for error in done.errors],
            }
            for state, done in zip(states, outcome.firms, strict=True)
        ],
    }


def show_outcome(outcome: Outcome, summary: dict[str, Any]) -> None:
    """What a run brought, for people; failures go to stderr."""
    new, total = summary["documents"]["new"], summary["documents"]["total"]
    head = (_("Firm"), _("NIP"), _("New"), _("Total"), _("Complete until"))
    rows = [
        (one["name"], one["firm"], str(one["new"]), str(one["total"]), output.moment(one["complete_until"]))
        for one in summary["by_firm"]
    ]
    output.say(output.table(head, rows))
    output.say()
    output.say(
        ngettext(
            "{new} new document, {total} altogether.", "{new} new documents, {total} altogether.", new
        ).format(new=new, total=total)
    )
    said: set[tuple[str | None, str]] = set()
    for firm in outcome.failed:
        for error in firm.errors:
            if (error.firm, error.kind.code) not in said:
                said.add((error.firm, error.kind.code))
                output.warn("\n".join(output.failure_lines(error)))
