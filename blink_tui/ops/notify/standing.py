"""What is wrong now, read off how things stand; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from blink_tui.buffer.chores import ChoreState
from blink_tui.model.dates import datetime_of, instant_of, warsaw_day
from blink_tui.model.errors import ExitCode
from blink_tui.model.findings import Severity
from blink_tui.model.firms import CredentialState, Firm, FirmCredential
from blink_tui.model.notices import NoticeKind, Target, Trouble
from blink_tui.model.outages import Outage, OutageCategory
from blink_tui.model.schedule import NEVER, ScheduledRole
from blink_tui.ops.lateness import REFUSED
from blink_tui.sync.errors import QUARANTINED
from blink_tui.sync.expiry import THRESHOLDS, Expiry, expiry_of
from blink_tui.sync.problems import exit_code_of, passes_by_itself

NOTICES = "notices"
"""What the chore of telling is called; it does not tell of itself."""
URGENT_DAYS = 7
"""An access that ends within so many days is an alarm."""
_TRIED_WITHIN = timedelta(days=1)
"""A chore that failed is tried again within minutes: one that was not for so long was switched off."""
_ELSEWHERE = (ExitCode.CREDENTIAL_REFUSED, ExitCode.WORK_HELD)
"""What stops a role for these reasons is told as something else, or is nothing wrong."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What troubles are read off; firms that are switched off or at rest are left out of `firms`."""

    firms: Sequence[Firm]
    scheduled: Sequence[ScheduledRole]
    credentials: Mapping[int, FirmCredential]
    tokens_end: date | None
    now: datetime
    outages: Sequence[Outage]
    chores: Sequence[ChoreState]
    targets: Sequence[Target]
    late: Mapping[int, str]
    """Firms without a complete pass for too long, each with the code of the reason (`ops.lateness.Reason`)."""


def troubles_of(standing: Standing) -> list[Trouble]:
    """Everything that is wrong, each matter once."""
    return [
        *_accesses(standing),
        *_roles(standing),
        *_outages(standing),
        *(
            Trouble(NoticeKind.CHORE, 0, one.name, Severity.WARNING, {"problem": one.problem})
            for one in standing.chores
            if one.problem is not None and one.name != NOTICES and _is_tried(one, standing.now)
        ),
        *(
            Trouble(NoticeKind.DELIVERY, 0, one.name, Severity.WARNING, {"problem": one.problem})
            for one in standing.targets
            if one.problem is not None and not one.paused
        ),
    ]


def well_of(standing: Standing) -> frozenset[tuple[NoticeKind, str]]:
    """Chores and targets that are known to do well, by kind and subject: what is gone or at rest is not."""
    return frozenset(
        [(NoticeKind.CHORE, one.name) for one in standing.chores if one.problem is None]
        + [
            (NoticeKind.DELIVERY, one.name)
            for one in standing.targets
            if one.problem is None and not one.paused
        ]
    )


def _is_tried(chore: ChoreState, now: datetime) -> bool:
    return now - datetime_of(chore.taken_at) < _TRIED_WITHIN


def _accesses(standing: Standing) -> Iterator[Trouble]:
    today = warsaw_day(instant_of(standing.now))
    for firm in standing.firms:
        credential = standing.credentials.get(firm.id)
        if credential is None:
            continue
        expiry = expiry_of(credential, standing.tokens_end, today)
        if credential.state is CredentialState.REFUSED:
            problem = {"problem": credential.use.problem or ""}
            yield Trouble(NoticeKind.CREDENTIAL, firm.id, "", Severity.ALARM, problem)
        if expiry is not None and expiry.days_left <= THRESHOLDS[0]:
            yield _expiring(firm, expiry)


def _expiring(firm: Firm, expiry: Expiry) -> Trouble:
    """Each threshold is a trouble of its own, so that it is told once."""
    reached = min((days for days in THRESHOLDS if expiry.days_left <= days), default=0)
    stage = str(reached) if expiry.days_left >= 0 else "ended"
    severity = Severity.ALARM if expiry.days_left <= URGENT_DAYS else Severity.WARNING
    ends = expiry.ends.isoformat()
    details = {"ends": ends, "days": str(expiry.days_left)}
    return Trouble(NoticeKind.EXPIRY, firm.id, f"{ends} {stage}", severity, details)


def _roles(standing: Standing) -> Iterator[Trouble]:
    """What stops a firm: one matter of each sort, whatever the number of its roles."""
    problems: dict[int, list[str]] = {}
    for one in standing.scheduled:
        if one.problem is not None and one.every != NEVER:
            problems.setdefault(one.firm_id, []).append(one.problem)
    for firm in standing.firms:
        yield from _of_firm(firm.id, problems.get(firm.id, ()), standing.late.get(firm.id))


def _of_firm(firm_id: int, problems: Sequence[str], late: str | None) -> Iterator[Trouble]:
    """A firm that is late is told of where nothing else says why."""
    quarantined = QUARANTINED.code in problems
    stopping = [code for code in problems if code != QUARANTINED.code and _stops(code)]
    if quarantined:
        yield Trouble(NoticeKind.STOPPED, firm_id, QUARANTINED.code, Severity.ALARM)
    if any(exit_code_of(code) is ExitCode.LIMITS_EXHAUSTED for code in problems):
        yield Trouble(NoticeKind.LIMITS, firm_id, "", Severity.WARNING)
    if stopping:
        yield Trouble(NoticeKind.STOPPED, firm_id, "", Severity.ALARM, {"problem": stopping[0]})
    elif late is not None and late != REFUSED.code and not quarantined:
        yield Trouble(NoticeKind.STOPPED, firm_id, "late", Severity.ALARM, {"late": late})


def _stops(code: str) -> bool:
    return exit_code_of(code) not in _ELSEWHERE and not passes_by_itself(code)


def _outages(standing: Standing) -> Iterator[Trouble]:
    asked = {firm.env for firm in standing.firms}
    for one in standing.outages:
        if one.end is None and one.category is not OutageCategory.MAINTENANCE and one.env in asked:
            details = {"env": one.env, "category": one.category.value, "since": one.start}
            yield Trouble(NoticeKind.OUTAGE, 0, f"{one.env} {one.event}", Severity.WARNING, details)
