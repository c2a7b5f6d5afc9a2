"""From the Ministry's messages to KSeF's failures and maintenance, and to what is new in them; pure.

Messages about one failure share an event: one tells its start, a later one its start and end, and a higher version of
either corrects it. The Ministry's list forgets after a month, so it is read on top of what is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from blink_tui.ksef.latarnia import LatarniaMessage
from blink_tui.model.dates import Instant, instant_key
from blink_tui.model.events import Event, MaintenanceAnnounced, OutageBegan, OutageEnded
from blink_tui.model.outages import Outage, OutageCategory

_END = "FAILURE_END"
_TYPES: Mapping[str, Sequence[str]] = {
    OutageCategory.FAILURE: ("FAILURE_START", _END),
    OutageCategory.TOTAL_FAILURE: ("FAILURE_START", _END),
    OutageCategory.MAINTENANCE: ("MAINTENANCE_ANNOUNCEMENT",),
}
_LONGEST_TITLE = 200


def outages_told(env: str, messages: Iterable[LatarniaMessage], known: Iterable[Outage] = ()) -> list[Outage]:
    """The outages of an environment: those known, as the messages leave them, and those that they add.

    Silence takes nothing back: an end once told stays until another one is. An end of which neither a message nor what
    is known tells the start ends what of its category was open. Messages of unknown kinds, or that tell no instant, are
    passed over.
    """
    found = {one.event: one for one in known if one.env == env}
    loose: list[LatarniaMessage] = []
    for event, told in _by_event(messages).items():
        outage = _outage(env, event, told, found.get(event))
        if outage is None:
            loose += told
        else:
            found[event] = outage
    for one in loose:
        found |= _closed(found, one)
    return list(found.values())


def _by_event(messages: Iterable[LatarniaMessage]) -> Mapping[str, Sequence[LatarniaMessage]]:
    """The messages that hold, by event and oldest first; one that names no event is an event of its own."""
    holding = {
        one.id or (one.event, one.type): one
        for one in sorted(messages, key=lambda one: (one.version, _key(one.published)))
        if (one.id or one.event) and one.type in _TYPES.get(one.category, ())
    }
    events: dict[str, list[LatarniaMessage]] = {}
    for one in sorted(holding.values(), key=lambda one: _key(one.published)):
        events.setdefault(one.event or f"message {one.id}", []).append(one)
    return events


def _outage(env: str, event: str, told: Sequence[LatarniaMessage], before: Outage | None) -> Outage | None:
    """What the messages of one event amount to; None when nothing tells its start."""
    start = _start(told, before)
    if start is None:
        return None
    naming = [one for one in told if one.type != _END][-1:] or told[-1:]
    return Outage(
        env,
        event,
        OutageCategory(naming[0].category),
        start,
        max(_ends(told, start), key=instant_key, default=before.end if before else None),
        naming[0].title[:_LONGEST_TITLE],
    )


def _start(told: Sequence[LatarniaMessage], before: Outage | None) -> Instant | None:
    """The earliest start that is told. A message of an end without an end has there the moment of the end itself."""
    starts = [one.start for one in told if one.start and (one.type != _END or one.end)]
    if not starts and before is not None:
        return before.start
    published = [one.published for one in told if one.published and one.type != _END]
    return min(starts or published, key=instant_key, default=None)


def _ends(told: Sequence[LatarniaMessage], start: Instant) -> list[Instant]:
    """When the messages say that what began at `start` was over."""
    return [end for end in (_end(one, start) for one in told) if end is not None]


def _end(message: LatarniaMessage, start: Instant) -> Instant | None:
    """The end that a message tells. One of an end that tells none, or one before the start, still says that it is over:
    at its own start where that is later, else when it was published.
    """
    if message.end and instant_key(message.end) >= instant_key(start):
        return message.end
    if message.type != _END:
        return None
    if message.start and instant_key(message.start) > instant_key(start):
        return message.start
    return message.published if _key(message.published) >= instant_key(start) else None


def _closed(found: Mapping[str, Outage], end: LatarniaMessage) -> dict[str, Outage]:
    """The open outages of its category that an end of no known event ends, by event."""
    moment = end.end or end.start or end.published
    if moment is None or end.type != _END:
        return {}
    return {
        event: replace(one, end=moment)
        for event, one in found.items()
        if one.end is None and one.category == end.category and instant_key(one.start) <= instant_key(moment)
    }


def _key(instant: Instant | None) -> str:
    return instant_key(instant) if instant else ""


def news_of(run: str, before: Outage | None, now_known: Outage, present: Instant) -> Event | None:
    """What there is to tell of an outage that was `before`; nothing of maintenance that is over."""
    one = now_known
    if before is not None and replace(before, title=one.title) == one:
        return None
    if one.category is OutageCategory.MAINTENANCE:
        over = one.end is not None and instant_key(one.end) < instant_key(present)
        return (
            None
            if over
            else MaintenanceAnnounced(run=run, env=one.env, since=one.start, until=one.end, title=one.title)
        )
    if one.end is None:
        return OutageBegan(run=run, env=one.env, category=one.category, since=one.start, title=one.title)
    return OutageEnded(run=run, env=one.env, category=one.category, since=one.start, until=one.end)
