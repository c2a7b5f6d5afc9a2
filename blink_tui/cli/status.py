"""`blink status`: how far each firm is, what is late, what waits for a person."""

from __future__ import annotations

import math
import shutil
import textwrap
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blink_tui.cli import options, output
from blink_tui.cli.options import AsJson, FirmsOption, chosen_firms
from blink_tui.cli.status_check import check_firms, program_json
from blink_tui.cli.work_left import WorkLeft, work_json, work_left, work_notes
from blink_tui.i18n import _, ngettext
from blink_tui.model.dates import instant_of, warsaw
from blink_tui.model.documents import Role
from blink_tui.model.errors import USAGE, BlinkError
from blink_tui.model.schedule import NEVER, NIGHTLY
from blink_tui.model.telling import insecure_words, span_words, system_words
from blink_tui.model.words import ROLE_SHORT
from blink_tui.sync.problems import problem_words, quarantine_words

if TYPE_CHECKING:
    from blink_tui.cli.context import Profile
    from blink_tui.model.marks import Proof
    from blink_tui.model.mismatches import Mismatch
    from blink_tui.model.outages import SystemState
    from blink_tui.sync.remaining import RequestsLeft
    from blink_tui.sync.standing import FirmStanding, RoleStanding

_NAME_AT_LEAST = 10


def status(
    context: typer.Context,
    firms: FirmsOption = None,
    check: Annotated[
        bool, typer.Option("--check", help=_("Fail where a firm had no complete pass for too long."))
    ] = False,
    within: Annotated[
        int | None,
        typer.Option(
            "--within", metavar="HOURS", min=1, max=1000, help=_("How long is too long; else the setting.")
        ),
    ] = None,
    json: AsJson = False,
) -> None:
    profile = options.profile(context)
    if within is not None and not check:
        raise BlinkError(USAGE, problem=_("--within goes with --check."))
    if check:
        raise typer.Exit(options.run(check_firms(profile, firms or [], within, as_json=json)))
    options.run(_status(profile, firms or [], as_json=json))


async def _status(profile: Profile, texts: list[str], *, as_json: bool) -> None:
    from blink_tui.sync.remaining import requests_left
    from blink_tui.sync.standing import complete_until, standings

    now = datetime.now(UTC)
    async with profile.open_buffer() as buffer:
        states = await standings(buffer, await chosen_firms(buffer, texts), now)
        told = await buffer.outages.states()
        work = await work_left(buffer)
        head = await program_json(profile, buffer) if as_json else {}
    left = requests_left(profile.work_folder, [state.firm for state in states])
    systems = [told[env] for env in sorted({state.firm.env for state in states}) if env in told]
    if as_json:
        firms = [
            _firm_json(state, left.get(state.firm.id), now) | work_json(work[state.firm.id])
            for state in states
        ]
        ksef = [_system_json(system) for system in systems]
        output.say_json({"firms": firms, "complete_until": complete_until(states), "ksef": ksef} | head)
    elif not states:
        output.say(_("No firms yet. Add the first: blink firm add --nip NIP"))
    else:
        width = shutil.get_terminal_size((80, 24)).columns
        for line in insecure_words(state.firm.env for state in states):
            output.say(line)
        for system in systems:
            if system.troubled:
                output.say(textwrap.fill(system_words(system), width, subsequent_indent="  "))
        output.say(_table(states, now, width))
        for state in states:
            for line in _notes(state, work[state.firm.id], left.get(state.firm.id), width):
                output.say(line)


# For programs


def _firm_json(state: FirmStanding, left: RequestsLeft | None, now: datetime) -> dict[str, Any]:
    firm, access = state.firm, state.credential
    return {
        "firm": firm.context_value,
        "name": firm.name,
        "env": firm.env,
        "enabled": firm.enabled,
        "paused": firm.paused,
        "documents": state.documents,
        "complete_since": state.since,
        "complete_until": state.until,
        "lag_seconds": seconds(state.lag),
        "late": state.late,
        "next_due": instant(state.due, now),
        "credential": access.state if access else None,
        "credential_problem": access.use.problem if access else None,
        "roles": [_role_json(one, now) for one in state.roles],
        "quarantine": [_mismatch_json(one) for one in state.mismatches],
        "budget": _budget_json(left) if left else None,
    }


def _system_json(system: SystemState) -> dict[str, Any]:
    """How an environment is in the Ministry's words; the status is the last one told, also where it is silent now."""
    return {
        "env": system.env,
        "status": system.status,
        "told_at": system.told,
        "asked_at": system.asked,
        "answers": not system.silent,
    }


def _budget_json(left: RequestsLeft) -> dict[str, Any]:
    return {
        "lists": left.lists,
        "packages": left.packages,
        "documents": left.documents,
        "parked_until": instant_of(left.parked_until) if left.parked_until else None,
    }


def _role_json(one: RoleStanding, now: datetime) -> dict[str, Any]:
    return {
        "role": one.role,
        "every": every_json(one.every),
        "complete_since": one.mark.since if one.mark else None,
        "complete_until": one.mark.until if one.mark else None,
        "lag_seconds": seconds(one.lag),
        "late": one.late,
        "next_due": instant(one.due, now),
        "last_asked": one.scheduled.asked,
        "problem": one.scheduled.problem,
        "history": [
            {"since": left.since, "until": left.until, "reached": left.reached} for left in one.history
        ],
        "history_days_left": math.ceil(one.days_left),
        "proof": _proof_json(one.proof) if one.proof else None,
    }


def _proof_json(proof: Proof) -> dict[str, Any]:
    return {
        "at": proof.at,
        "since": proof.since,
        "until": proof.until,
        "listed": proof.listed,
        "missing": proof.missing,
        "different": proof.different,
        "unlisted": proof.unlisted,
        "equal": proof.equal,
    }


def _mismatch_json(one: Mismatch) -> dict[str, Any]:
    return {
        "subject": one.what.subject,
        "role": one.role,
        "listed": one.what.listed,
        "found": one.what.found,
        "times": one.times,
        "first_at": one.first_at,
        "last_at": one.last_at,
        "quarantined": one.quarantined,
        "accepted_by": one.accepted_by,
        "reason": one.reason,
    }


def every_json(every: int) -> int | str:
    """An interval: minutes, `nightly` or `never`."""
    return {NIGHTLY: "nightly", NEVER: "never"}.get(every, every)


def seconds(span: timedelta | None) -> int | None:
    """Whole seconds."""
    return None if span is None else int(span.total_seconds())


def instant(due: datetime | None, now: datetime) -> str | None:
    """A moment that is to come; one that has passed is now."""
    return None if due is None else instant_of(max(due, now))


# For people


def _table(states: Iterable[FirmStanding], now: datetime, width: int) -> str:
    """One row a firm; the name takes what the other columns leave."""
    head = (
        _("Firm"), _("NIP"), _("Complete from"), _("Complete until"), _("Docs"), _("Lag"), _("Next"),
    )  # fmt: skip
    rows = [
        [
            state.firm.name,
            state.firm.context_value,
            output.moment(state.since)[:10],
            output.moment(state.until),
            str(state.documents),
            _lag(state),
            due_words(state.due, now) if state.firm.enabled and not state.firm.paused else "–",
        ]
        for state in states
    ]
    taken = sum(max(len(row[column]) for row in (head, *rows)) + 2 for column in range(1, len(head)))
    room = max(_NAME_AT_LEAST, width - taken)
    for row in rows:
        row[0] = row[0] if len(row[0]) <= room else row[0][: room - 1] + "…"
    return output.table(head, rows)


def _lag(state: FirmStanding) -> str:
    if state.lag is None:
        return "–"
    return span_words(state.lag) + (" !" if state.late else "")


def due_words(due: datetime | None, now: datetime) -> str:
    """When something is due: `now`, a time of today, or a day and a time."""
    if due is None:
        return "–"
    if due <= now:
        return _("now")
    local = due.astimezone(warsaw())
    return f"{local:%H:%M}" if due - now < timedelta(hours=18) else f"{local:%Y-%m-%d %H:%M}"


def _notes(state: FirmStanding, work: WorkLeft, left: RequestsLeft | None, width: int) -> Iterator[str]:
    """What the row does not tell: what waits for a person first, then history, then the last proof."""
    found = [*_troubles(state), *work_notes(work), *_history(state), *_budget(left), *_proofs(state)]
    if not found:
        return
    yield ""
    yield f"{state.firm.name} ({state.firm.context_value})"
    for note in found:
        yield textwrap.fill(
            note,
            width,
            initial_indent="  ",
            subsequent_indent="    ",
            break_long_words=False,
            break_on_hyphens=False,
        )


def _troubles(state: FirmStanding) -> Iterator[str]:
    firm = state.firm.context_value
    if not state.firm.enabled:
        yield _("switched off; to fetch for it again: blink firm disable {firm} --undo").format(firm=firm)
    elif state.firm.paused:
        yield _("paused; to go on: blink schedule pause --firm {firm} --undo").format(firm=firm)
    if state.credential is None:
        yield _("! no access: blink credential add --firm {firm}").format(firm=firm)
    elif state.credential.use.problem is not None:
        yield _("! access refused ({code}): blink credential check --firm {firm}").format(
            code=state.credential.use.problem, firm=firm
        )
    for problem, roles in _stopped(state).items():
        yield _("! stopped ({roles}): {problem}; more: blink log --firm {firm}").format(
            roles=", ".join(_(ROLE_SHORT[role]) for role in roles), problem=problem_words(problem), firm=firm
        )
    for mismatch in state.quarantine:
        yield quarantine_words(mismatch, firm)


def _stopped(state: FirmStanding) -> dict[str, list[Role]]:
    """Codes of what stopped roles, each with the roles."""
    found: dict[str, list[Role]] = {}
    for one in state.roles:
        if one.scheduled.problem is not None:
            found.setdefault(one.scheduled.problem, []).append(one.role)
    return found


def _history(state: FirmStanding) -> Iterator[str]:
    for one in state.roles:
        if one.history:
            days = math.ceil(one.days_left)
            yield ngettext(
                "history, {role}: {days} day left, from {since} until {until}",
                "history, {role}: {days} days left, from {since} until {until}",
                days,
            ).format(
                role=_(ROLE_SHORT[one.role]),
                days=days,
                since=output.moment(min(left.reached for left in one.history))[:10],
                until=output.moment(max(left.until for left in one.history))[:10],
            )


def _budget(left: RequestsLeft | None) -> Iterator[str]:
    from blink_tui.sync.remaining import left_words

    if left is not None:
        yield from left_words(left)


def _proofs(state: FirmStanding) -> Iterator[str]:
    """The last comparisons; roles that were compared at one time and alike in one sentence."""
    alike: dict[tuple[str, str], list[Role]] = {}
    for one in state.roles:
        if one.proof is not None:
            key = output.moment(one.proof.at), proof_words(one.proof)
            alike.setdefault(key, []).append(one.role)
    for (at, words), roles in alike.items():
        named = ", ".join(_(ROLE_SHORT[role]) for role in roles)
        yield _("compared with KSeF {at}: {result} ({roles})").format(at=at, result=words, roles=named)


def proof_words(proof: Proof) -> str:
    """What a comparison found."""
    if proof.equal:
        return _("equal")
    return _("{missing} were missing, {different} differ, {unlisted} are not listed").format(
        missing=proof.missing, different=proof.different, unlisted=proof.unlisted
    )
