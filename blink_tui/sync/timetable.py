"""When a role of a firm is due, decided without I/O: intervals by the firm's kind, spread over firms, nights.

KSeF asks for 15 minutes between two looks at a subject type, and for nights where a role matters less (PROTOCOL 5).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlsplit

from blink_tui.ksef.errors import AskedToWaitError
from blink_tui.model.dates import Instant, datetime_of, instant_of, warsaw
from blink_tui.model.documents import FirmKind, Role
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import ContextType, Firm
from blink_tui.model.schedule import NEVER, NIGHTLY, ScheduledRole
from blink_tui.sync.errors import QUARANTINED

SHORTEST = 15
"""Minutes between two looks at a role, at the least."""
SHORTEST_ON_LOOPBACK = 1
"""A KSeF on this machine is the user's own sandbox."""
LONGEST = 24 * 60
_NIGHT = (time(20), time(6))
"""Warsaw; KSeF announced higher limits from 20:00 to 6:00."""
_NIGHTLY_FROM, _NIGHTLY_FOR = time(20, 30), timedelta(hours=9)
_LONGEST_HOLD = timedelta(days=2)
"""Nothing is put off for longer."""
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_ALL = tuple(Role)
_OFTEN = {
    FirmKind.TAXPAYER: (Role.SELLER, Role.BUYER),
    FirmKind.BRANCH: (Role.SELLER, Role.BUYER, Role.THIRD_PARTY),
    FirmKind.LOCAL_GOVERNMENT_UNIT: (Role.THIRD_PARTY,),
    FirmKind.VAT_GROUP_MEMBER: (Role.THIRD_PARTY,),
}
"""Units and members of a VAT group see their documents as third parties only (BOOKKEEPING 2)."""


def askable_roles(firm: Firm) -> tuple[Role, ...]:
    """Roles that KSeF answers in the firm's context: a unit has no documents as seller or buyer (21181)."""
    if firm.context_type is ContextType.INTERNAL_ID:
        return (Role.THIRD_PARTY, Role.AUTHORIZED)
    return _ALL


def usual_interval(firm: Firm, role: Role) -> int:
    """What the firm's kind asks for a role: minutes, NIGHTLY, or NEVER for a role that KSeF does not answer."""
    if role not in askable_roles(firm):
        return NEVER
    if firm.context_type is ContextType.INTERNAL_ID:
        return SHORTEST if role is Role.THIRD_PARTY else NIGHTLY
    return SHORTEST if role in _OFTEN[firm.kind] else NIGHTLY


def shortest_interval(firm: Firm) -> int:
    """Minutes below which no schedule of the firm goes."""
    loopback = urlsplit(firm.base_url).hostname in _LOOPBACK
    return SHORTEST_ON_LOOPBACK if loopback else SHORTEST


def interval_of(firm: Firm, scheduled: ScheduledRole) -> int:
    """The interval in force: what was set, else what is usual; minutes, NIGHTLY or NEVER."""
    usual = usual_interval(firm, scheduled.role)
    if scheduled.every is None or usual == NEVER:
        return usual
    return max(scheduled.every, shortest_interval(firm)) if scheduled.every > 0 else scheduled.every


def roles_asked(
    firm: Firm, scheduled: Mapping[Role, ScheduledRole], wanted: Collection[Role] | None
) -> list[Role]:
    """The roles that a person's wish means: those named, or all that are not switched off."""
    askable = askable_roles(firm)
    if wanted is not None:
        return [role for role in askable if role in wanted]
    return [role for role in askable if interval_of(firm, scheduled[role]) != NEVER]


def is_night(now: datetime) -> bool:
    """True in the hours in which history is fetched."""
    clock = now.astimezone(warsaw()).time()
    return clock >= _NIGHT[0] or clock < _NIGHT[1]


def share_of(firm: Firm) -> float:
    """Where in every interval a firm has its place, from 0 to 1: firms are spread evenly, each always alike."""
    digest = hashlib.sha256(f"{firm.base_url} {firm.context_value}".encode()).digest()
    return int.from_bytes(digest[:4]) / 2**32


def nightly_slot(firm: Firm, now: datetime) -> datetime:
    """The firm's last place in a night that has come already."""
    return _slot(firm, _last_night(firm, now))


def _last_night(firm: Firm, now: datetime) -> date:
    """The evening of the night in which the firm's place came last."""
    today = now.astimezone(warsaw()).date()
    evenings = (today - timedelta(days=back) for back in (0, 1, 2))
    return next(evening for evening in evenings if _slot(firm, evening) <= now)


def _slot(firm: Firm, evening: date) -> datetime:
    begins = datetime.combine(evening, _NIGHTLY_FROM, warsaw()).astimezone(UTC)
    return begins + share_of(firm) * _NIGHTLY_FOR


def due_at(firm: Firm, scheduled: ScheduledRole, now: datetime) -> datetime | None:
    """When the schedule asks for a role next; a moment that has passed means now, None never.

    What a person wanted comes at once. Two passes are never nearer than the interval; where a pass came late, the
    next one goes back to the firm's own place, so that firms that were late together do not stay together. A pass that
    was interrupted is made up for after the shortest interval, however often that happens.
    """
    every = interval_of(firm, scheduled)
    if every == NEVER:
        return None
    asked = _past(scheduled.asked, now)
    if wanted_at(scheduled, now) is not None:
        return now
    if asked is None:
        due = now
    elif scheduled.begun:
        due = asked + timedelta(minutes=shortest_interval(firm))
    elif every == NIGHTLY:
        evening = _last_night(firm, now)
        slot = _slot(firm, evening)
        due = slot if asked < slot else _slot(firm, evening + timedelta(days=1))
    else:
        due = _in_turn(asked, timedelta(minutes=every), share_of(firm))
    held = _ahead(scheduled.not_before, now)
    return max(due, held) if held else due


def wanted_at(scheduled: ScheduledRole, now: datetime) -> datetime | None:
    """When a person wanted a pass that has not begun since; None when nobody does."""
    asked, wanted = _past(scheduled.asked, now), _past(scheduled.wanted, now)
    return wanted if wanted is not None and (asked is None or wanted > asked) else None


def _in_turn(asked: datetime, interval: timedelta, share: float) -> datetime:
    """A whole interval later, or at the firm's next place after that when the pass came far from its place."""
    earliest = asked + interval
    late = timedelta(
        seconds=(earliest.timestamp() - share * interval.total_seconds()) % interval.total_seconds()
    )
    return earliest if late <= interval / 2 else earliest + interval - late


def _past(instant: Instant | None, now: datetime) -> datetime | None:
    """A noted moment; one that lies ahead was written by a clock that has been set back since and says nothing."""
    moment = datetime_of(instant) if instant else None
    return moment if moment and moment <= now else None


def _ahead(instant: Instant | None, now: datetime) -> datetime | None:
    """A noted moment to wait for; one further ahead than anything is put off was written by a wrong clock."""
    moment = datetime_of(instant) if instant else None
    return moment if moment and now < moment <= now + _LONGEST_HOLD else None


def hold_after(firm: Firm, error: BlinkError, now: datetime) -> Instant | None:
    """Until when the schedule leaves a role alone after a failure; None lets it come in its turn."""
    if isinstance(error, AskedToWaitError):
        return instant_of(now + timedelta(seconds=error.retry_after))
    if error.kind == QUARANTINED:  # a fresh package every night: KSeF may mend it
        return instant_of(_slot(firm, _last_night(firm, now) + timedelta(days=1)))
    return None


def is_due_tonight(firm: Firm, last: Instant | None, now: datetime) -> bool:
    """True for what is done once a night and was last done before this one."""
    done = _past(last, now)
    return is_night(now) and (done is None or done < nightly_slot(firm, now))


def due_roles(firm: Firm, scheduled: Iterable[ScheduledRole], now: datetime) -> list[Role]:
    """The roles that the schedule asks for now; none of a firm that is paused or switched off."""
    if firm.paused or not firm.enabled:
        return []
    due = ((one.role, due_at(firm, one, now)) for one in scheduled)
    return [role for role, moment in due if moment is not None and moment <= now]
