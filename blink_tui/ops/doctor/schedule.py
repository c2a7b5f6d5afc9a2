"""The schedule: what of it never happens, who keeps it, who works on what, and what was left half done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from blink_tui.buffer import Buffer
from blink_tui.buffer.chores import ChoreState
from blink_tui.i18n import N_, Message
from blink_tui.ksef.rates import DOCUMENTED
from blink_tui.model.dates import instant_of
from blink_tui.model.settings import WATCH_COMPLETE_WITHIN
from blink_tui.model.telling import minute_words
from blink_tui.ops.doctor.check import Around, Check, Finding, Level, failure, note, ok, warning
from blink_tui.ops.doctor.database import NOT_LOOKED_AT
from blink_tui.ops.lateness import NO_ACCESS, Lateness, lateness_of
from blink_tui.sync.leases import is_gone
from blink_tui.sync.standing import FirmStanding, read_facts, standings_of

_NOT_KEPT = timedelta(hours=2)
"""A timer comes every few minutes; what is due for longer is asked for by nobody."""
_SHOWN = 5
_FOR_SCHEDULE = 3 / 4
"""Of the hourly requests, the rest is a person's (`ksef.rates`)."""

_KEEP = N_("Start the daemon (blink daemon, blink service install), or a timer with blink sync --due.")


def _not_looked_at(around: Around) -> list[Finding]:
    return [note(NOT_LOOKED_AT)] if around.refusal else [note(N_("There are no firms yet."))]


async def _schedule(around: Around) -> list[Finding]:
    if around.buffer is None or not around.firms:
        return _not_looked_at(around)
    facts = await read_facts(around.buffer, totals=False)
    states = standings_of(facts, [firm for firm in around.firms if firm.enabled], around.clock.now())
    late = lateness_of(
        states, await around.buffer.outages.states(), around.clock.now(), await _within(around.buffer)
    )
    found = [*schedule_findings(states), *late_findings(late)]
    return found or [ok(N_("Every firm's roles are asked for."))]


async def _within(buffer: Buffer) -> timedelta:
    hours: int = await buffer.settings.value(WATCH_COMPLETE_WITHIN)
    return timedelta(hours=hours)


def late_findings(found: Lateness) -> Iterator[Finding]:
    """Firms that were not fetched whole for long, each with why; those without access are told apart."""
    late = [one for one in found.late if one.reason is not NO_ACCESS]
    for one in late[:_SHOWN]:
        values = {
            "firm": one.firm.context_value,
            "until": minute_words(one.until) if one.until else "–",
            "why": one.why,
        }
        text = N_("{firm} was last fetched whole until {until}: {why}.")
        yield Finding(Level.WARNING, Message(text, values), one.advice)
    if len(late) > _SHOWN:
        yield warning(
            N_("{count} firms more were not fetched whole for long."),
            N_("See all of them: blink status --check"),
            count=len(late) - _SHOWN,
        )


def schedule_findings(states: Sequence[FirmStanding]) -> Iterator[Finding]:
    """What of the schedule does not happen as one would think."""
    bare = [state for state in states if state.credential is None]
    if bare:
        yield warning(
            N_("{count} firms have nothing that logs in: {firms}"),
            N_(
                "Register it: blink credential add --firm NIP; or switch the firm off: blink firm disable NIP"
            ),
            **_named(bare),
        )
    paused = [state for state in states if state.firm.paused]
    if paused:
        yield note(
            N_("{count} firms are paused: {firms}"),
            N_("Go on with: blink schedule pause --firm NIP --undo"),
            **_named(paused),
        )
    able = [state for state in states if state.credential is not None and not state.firm.paused]
    never = [state for state in able if any(one.scheduled.asked is None for one in state.asked)]
    if never:
        yield warning(
            N_("{count} firms have roles that were never asked for: {firms}"),
            N_("Fetch once: blink sync; if it stays so, look at blink status."),
            **_named(never),
        )
    greedy = [state for state in able if requests_an_hour(state) > _allowance()]
    if greedy:
        yield warning(
            N_("{count} firms are asked for more often than KSeF allows in an hour: {firms}"),
            N_(
                "Ask less often for the roles that matter less: blink schedule set --role third_party --every 60"
            ),
            **_named(greedy),
        )


def requests_an_hour(state: FirmStanding) -> float:
    """Lists that a firm's schedule asks for in an hour, when every pass finds nothing new."""
    return sum(60 / one.every for one in state.by_day)


def _allowance() -> float:
    return (DOCUMENTED["invoiceMetadata"].per_hour or 0) * _FOR_SCHEDULE


def _named(states: Sequence[FirmStanding]) -> dict[str, object]:
    names = [state.firm.context_value for state in states[:_SHOWN]]
    return {"count": len(states), "firms": ", ".join(names) + (" …" if len(states) > _SHOWN else "")}


async def _running(around: Around) -> list[Finding]:
    buffer = around.buffer
    if buffer is None:
        return _not_looked_at(around)
    found = [await _keeper(around, buffer)]
    found += lease_findings(await buffer.diagnosis.holders())
    found += chore_findings(await buffer.chores.all())
    return found


async def _keeper(around: Around, buffer: Buffer) -> Finding:
    """Who keeps the schedule, and whether anything waits for it."""
    daemon = await buffer.presence.daemon(is_gone)
    if daemon is not None:
        return ok(
            N_("The daemon of {who} runs since {since}."), who=daemon.who, since=minute_words(daemon.since)
        )
    now = around.clock.now()
    facts = await read_facts(buffer, totals=False)
    waiting = waiting_since(standings_of(facts, [firm for firm in around.firms if firm.enabled], now), now)
    if waiting is not None and now - waiting > _NOT_KEPT:
        text = N_("No daemon runs, and what was due at {since} was not asked for.")
        return warning(text, _KEEP, since=minute_words(instant_of(waiting)))
    return note(N_("No daemon runs; a timer, a console or a person keeps the schedule."))


def waiting_since(states: Sequence[FirmStanding], now: datetime) -> datetime | None:
    """Since when the longest due role waits; None where nothing is due."""
    due = [state.due for state in states if state.due is not None and state.due <= now]
    return min(due, default=None)


def lease_findings(holders: dict[str, int]) -> Iterator[Finding]:
    """Who works on roles of firms, or died doing so."""
    for holder, count in holders.items():
        if is_gone(holder):
            yield note(
                N_("{holder} ended while it worked on {count} roles."),
                N_("The next pass takes them over by itself."),
                holder=holder,
                count=count,
            )
        else:
            yield note(N_("{holder} works on {count} roles at the moment."), holder=holder, count=count)


def chore_findings(states: dict[str, ChoreState]) -> Iterator[Finding]:
    """What is done from time to time and last ended badly."""
    for state in states.values():
        if state.problem is not None:
            done = minute_words(state.done_at) if state.done_at else "–"
            yield warning(
                N_("“{name}” ended with “{problem}”; it last went well: {done}."),
                N_("It is tried again by itself; the log of whoever keeps the schedule says why."),
                name=state.name,
                problem=state.problem,
                done=done,
            )


async def _hand_overs(around: Around) -> list[Finding]:
    buffer = around.buffer
    if buffer is None:
        return [note(NOT_LOOKED_AT)] if around.refusal else []
    numbers = [str(batch.id) for batch in await buffer.batches.unsettled()]
    lists = [str(number) for number in await buffer.payment_batches.unsettled()]
    found = []
    if numbers:
        found.append(
            failure(
                N_("The files of {count} hand-overs do not stand in their folder yet: {numbers}"),
                N_(
                    "Make the folder writable and its disk not full (blink export show NUMBER); any command goes on."
                ),
                count=len(numbers),
                numbers=", ".join(numbers[:_SHOWN]),
            )
        )
    if lists:
        found.append(
            failure(
                N_("The files of {count} lists of payments do not stand in their folder yet: {numbers}"),
                N_(
                    "Make the folder writable and its disk not full (blink payments show NUMBER); any command goes on."
                ),
                count=len(lists),
                numbers=", ".join(lists[:_SHOWN]),
            )
        )
    return found or [ok(N_("Everything that was handed over stands where it should."))]


SCHEDULE = Check(
    "schedule",
    N_("Schedule"),
    N_("Documents of some firm are not fetched by themselves."),
    _schedule,
)
RUNNING = Check(
    "running",
    N_("Running"),
    N_("Nobody keeps the schedule, or what is done beside fetching (backups, notices, metrics) fails."),
    _running,
)
HAND_OVERS = Check(
    "hand-overs",
    N_("Hand-overs"),
    N_(
        "Documents are marked as handed over, but their files do not stand in the folder of the ledger program."
    ),
    _hand_overs,
)
