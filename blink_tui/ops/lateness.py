"""The dead-man check: which firms nobody has fetched whole for a set time, since when, why, and what to do."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from blink_tui.buffer import Buffer
from blink_tui.i18n import N_, Message
from blink_tui.model.dates import Instant, datetime_of, instant_key
from blink_tui.model.documents import Role
from blink_tui.model.errors import ExitCode
from blink_tui.model.firms import Firm
from blink_tui.model.outages import SystemState
from blink_tui.model.settings import WATCH_COMPLETE_WITHIN
from blink_tui.model.telling import minute_words
from blink_tui.sync.problems import kind_of, problem_words
from blink_tui.sync.standing import FirmStanding, RoleStanding, read_facts, standings_of


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a firm is late, as far as the buffer knows."""

    code: str
    text: str
    advice: str
    exit_code: ExitCode = ExitCode.FAILED
    """Of a check in which all firms are late for this reason."""


NO_ACCESS = Reason(
    "no-access",
    N_("nothing logs in for it"),
    N_("blink credential add --firm {firm}"),
    ExitCode.CREDENTIAL_REFUSED,
)
REFUSED = Reason(
    "access-refused",
    N_("KSeF refuses its access ({problem})"),
    N_("blink credential check --firm {firm}"),
    ExitCode.CREDENTIAL_REFUSED,
)
NOT_ASKED = Reason(
    "not-asked",
    N_("nobody has asked KSeF for it since {asked}"),
    N_("see whether the daemon runs (blink doctor), or fetch now: blink sync --firm {firm}"),
)
NEVER_ASKED = Reason(NOT_ASKED.code, N_("nobody has asked KSeF for it yet"), NOT_ASKED.advice)
KSEF_AWAY = Reason(
    "ksef-away",
    N_("KSeF itself is away, the Ministry said at {told}"),
    N_("wait: fetching goes on by itself once KSeF answers"),
    ExitCode.KSEF_UNAVAILABLE,
)
QUARANTINE = Reason(
    "quarantine", N_("a document in quarantine waits for a decision"), N_("blink status --firm {firm}")
)
STOPPED = Reason("stopped", N_("stopped: {problem}"), N_("blink log --firm {firm}"))
STANDS_STILL = Reason(
    "stands-still",
    N_("KSeF is asked, and what it holds complete does not move on"),
    N_("blink log --firm {firm}; if that tells nothing, ask the Ministry"),
)
REASONS = (NO_ACCESS, REFUSED, NOT_ASKED, KSEF_AWAY, QUARANTINE, STOPPED, STANDS_STILL)
"""One of each code."""


@dataclass(frozen=True, slots=True)
class LateFirm:
    """A firm that is late."""

    firm: Firm
    roles: tuple[Role, ...]
    """Those that are."""
    until: Instant | None
    """Complete until then; None while one of the roles was never fetched."""
    since: Instant | None
    """From when the time is counted: `until`, or when it was added or began again; None where that is not known."""
    reason: Reason
    values: Mapping[str, str]

    @property
    def why(self) -> Message:
        """The reason in words."""
        return Message(self.reason.text, dict(self.values))

    @property
    def advice(self) -> Message:
        """What to do: a command, mostly."""
        return Message(self.reason.advice, dict(self.values))

    @property
    def exit_code(self) -> ExitCode:
        """Of a check in which all firms are late like this one."""
        kind = kind_of(self.values["code"]) if self.reason is STOPPED else None
        stopped = kind.exit_code if kind else None
        return stopped or self.reason.exit_code


@dataclass(frozen=True, slots=True)
class Lateness:
    """What the check found."""

    within: timedelta
    watched: int
    """Firms that the schedule asks for."""
    late: tuple[LateFirm, ...]
    """The longest first."""

    @property
    def exit_code(self) -> ExitCode:
        """Done, partly failed where some are late, else the code of what all have in common."""
        if not self.late:
            return ExitCode.DONE
        if len(self.late) < self.watched:
            return ExitCode.PARTLY_FAILED
        codes = {one.exit_code for one in self.late}
        return codes.pop() if len(codes) == 1 else ExitCode.FAILED


async def late_firms(buffer: Buffer, now: datetime, within: timedelta | None = None) -> tuple[LateFirm, ...]:
    """The firms of a profile that are late; `within` is that of the setting `watch.complete-within`."""
    return (await look(buffer, await buffer.firms.list(enabled_only=True), now, within)).late


async def look(
    buffer: Buffer, firms: Sequence[Firm], now: datetime, within: timedelta | None = None
) -> Lateness:
    """The check over these firms, with a fixed number of queries."""
    if within is None:
        hours: int = await buffer.settings.value(WATCH_COMPLETE_WITHIN)
        within = timedelta(hours=hours)
    facts, systems = await read_facts(buffer, totals=False), await buffer.outages.states()
    states = await asyncio.to_thread(standings_of, facts, firms, now)
    return await asyncio.to_thread(lateness_of, states, systems, now, within)


def lateness_of(
    states: Iterable[FirmStanding], systems: Mapping[str, SystemState], now: datetime, within: timedelta
) -> Lateness:
    """The same without I/O. A firm that is switched off or paused, or asked for by no schedule, is not watched."""
    watched = [state for state in states if state.firm.enabled and not state.firm.paused and state.asked]
    late = [
        _late(state, roles, systems.get(state.firm.env), now, within)
        for state in watched
        if (roles := [one for one in state.asked if _overdue(one, state.firm, now, within)])
    ]
    late.sort(key=lambda one: (one.since is not None, instant_key(one.since) if one.since else ""))
    return Lateness(within, len(watched), tuple(late))


def _overdue(one: RoleStanding, firm: Firm, now: datetime, within: timedelta) -> bool:
    """A role that is asked for seldom has two of its intervals, in which a pass may fail once."""
    since = _since(one, firm)
    return since is None or now - datetime_of(since) > max(within, 2 * one.interval)


def _since(one: RoleStanding, firm: Firm) -> Instant | None:
    """From when a role's time is counted: it may be asked for again only since a while."""
    known = [moment for moment in (one.mark.until if one.mark else None, firm.watched_since) if moment]
    return max(known, key=instant_key, default=None)


def _late(
    state: FirmStanding,
    roles: Sequence[RoleStanding],
    system: SystemState | None,
    now: datetime,
    within: timedelta,
) -> LateFirm:
    untils = [one.mark.until for one in roles if one.mark is not None]
    sinces = [since for one in roles if (since := _since(one, state.firm)) is not None]
    reason, values = _reason(state, roles, system, now - within)
    return LateFirm(
        state.firm,
        tuple(one.role for one in roles),
        min(untils, key=instant_key) if len(untils) == len(roles) else None,
        min(sinces, key=instant_key) if len(sinces) == len(roles) else None,
        reason,
        {"firm": state.firm.context_value, **values},
    )


def _reason(
    state: FirmStanding, roles: Sequence[RoleStanding], system: SystemState | None, begin: datetime
) -> tuple[Reason, dict[str, str]]:
    """What is to be cured first."""
    if state.credential is None:
        return NO_ACCESS, {}
    if state.credential.use.problem is not None:
        return REFUSED, {"problem": state.credential.use.problem}
    asked = max((one.scheduled.asked for one in roles if one.scheduled.asked), key=instant_key, default=None)
    if asked is None:
        return NEVER_ASKED, {}
    if datetime_of(asked) < begin:
        return NOT_ASKED, {"asked": minute_words(asked)}
    if system is not None and system.troubled and datetime_of(system.asked) > begin:
        return KSEF_AWAY, {"told": minute_words(system.told) if system.told else "–"}
    if state.quarantine:
        return QUARANTINE, {}
    problem = next((one.scheduled.problem for one in roles if one.scheduled.problem), None)
    if problem is not None:
        return STOPPED, {"problem": problem_words(problem), "code": problem}
    return STANDS_STILL, {}
