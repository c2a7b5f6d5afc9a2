"""`blink sync`: asks KSeF now."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blink_tui.cli import options, output
from blink_tui.cli.context import firm_named
from blink_tui.cli.options import AsJson, FirmsOption, checked_number
from blink_tui.i18n import N_, _, ngettext
from blink_tui.model.documents import Role
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode
from blink_tui.model.events import Event
from blink_tui.model.values import KsefNumber

if TYPE_CHECKING:
    from blink_tui.buffer import Buffer
    from blink_tui.cli.context import Profile
    from blink_tui.model.firms import Firm
    from blink_tui.sync.engine import Outcome, Wish
    from blink_tui.vault import Vault

NO_FIRMS = ErrorKind(
    "no-firms", ExitCode.USAGE, N_("There are no firms to fetch for. Add one: blink firm add --nip NIP")
)


class RoleChoice(StrEnum):
    """Roles as the command line names them."""

    ALL = "all"
    SELLER = "seller"
    BUYER = "buyer"
    THIRD_PARTY = "third_party"
    AUTHORIZED = "authorized"


def sync(
    context: typer.Context,
    firms: FirmsOption = None,
    role: Annotated[RoleChoice, typer.Option(help=_("Which role of the firms to ask for."))] = RoleChoice.ALL,
    number: Annotated[
        str | None,
        typer.Option("--ksef-number", help=_("Only this document; how far a firm is complete stays.")),
    ] = None,
    json: AsJson = False,
) -> None:
    roles = None if role is RoleChoice.ALL else (Role(role.value),)
    only = checked_number(number) if number else None
    raise typer.Exit(options.run(_sync(options.profile(context), firms or [], roles, only, as_json=json)))


async def _sync(
    profile: Profile,
    texts: list[str],
    roles: tuple[Role, ...] | None,
    number: KsefNumber | None,
    *,
    as_json: bool,
) -> int:
    from blink_tui.sync.engine import Wish
    from blink_tui.sync.summary import exit_code_for

    async with profile.open_buffer() as buffer:
        firms = [await firm_named(buffer, text) for text in texts] or await buffer.firms.list(
            enabled_only=True
        )
        if not firms:
            raise BlinkError(NO_FIRMS)
        outcome = await run_pass(profile, buffer, profile.open_vault(), firms, Wish(roles, number=number))
        summary = await summary_json(buffer, outcome)
    code = exit_code_for([firm.errors for firm in outcome.firms])
    if as_json:
        only = outcome.firms[0].errors if len(outcome.firms) == 1 else ()
        output.say_json(output.failure_json(only[0]) | summary if only else summary)
    else:
        show_outcome(outcome, summary)
    return int(code)


async def run_pass(
    profile: Profile, buffer: Buffer, vault: Vault, firms: list[Firm], wish: Wish | None = None
) -> Outcome:
    """One pass of the engine; on a terminal its progress stands on one line of stderr."""
    from blink_tui.sync.engine import SyncEngine

    with _Progress({firm.id: firm.name for firm in firms}) as progress:
        engine = SyncEngine(buffer, vault, profile.work_folder, listener=progress.show)
        return await engine.run(firms, wish)


async def summary_json(buffer: Buffer, outcome: Outcome) -> dict[str, Any]:
    """What a run brought, as scripts read it."""
    from blink_tui.sync.summary import complete_until, completeness

    states = await completeness(buffer, [firm.firm for firm in outcome.firms])
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


class _Progress:
    """One line that tells what goes on, rewritten in place; silent where stderr is no terminal."""

    def __init__(self, names: dict[int, str]) -> None:
        self._names = names
        self._shown = sys.stderr.isatty()

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[K")

    def show(self, event: Event) -> None:
        if self._shown:
            firm = self._names.get(event.firm_id or 0, "")
            sys.stderr.write(f"\r\x1b[K{firm}: {event.message}"[:110])
            sys.stderr.flush()
