"""What the engine and the Ministry told, as people read it: instants in Warsaw time, what is not there as a word."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import timedelta

from blink_tui.i18n import N_, Message, _
from blink_tui.model.dates import Instant, datetime_of, parse_instant, warsaw
from blink_tui.model.documents import Role
from blink_tui.model.events import (
    DocumentQuarantined,
    Event,
    ExportForgotten,
    LimitsRead,
    LoginFailed,
    MaintenanceAnnounced,
    OutageBegan,
    OutageEnded,
    PassFailed,
    Waiting,
)
from blink_tui.model.firms import is_insecure
from blink_tui.model.mismatches import PACKAGE
from blink_tui.model.outages import SystemState
from blink_tui.model.text import clean
from blink_tui.model.words import OUTAGE_WORDS, ROLE_SHORT

Failure = PassFailed | LoginFailed
"""What stops a firm or a role of it."""

_INSTANTS = ("since", "until", "window_from")
_GIVEN_UP = "given up"
"""Reason of an order that got too old, or whose key is gone."""


def sentence(event: Event) -> str:
    """An event in words; instants in it as Warsaw time."""
    values = {one.name: _readable(one.name, getattr(event, one.name)) for one in fields(event)}
    return clean(str(Message(_text(event), values | _words(event)))) or event.name


def role_of(event: Event) -> str:
    """The role that an event is about, in words; empty when it is about none."""
    return _(ROLE_SHORT[Role(event.role)]) if event.role in ROLE_SHORT else ""


def system_words(system: SystemState) -> str:
    """That something is the matter with an environment of KSeF, in the Ministry's words."""
    status = system.status or ""
    state = _(OUTAGE_WORDS[status]) if status in OUTAGE_WORDS else clean(status)
    return _("! KSeF ({env}): {state}, the Ministry said at {moment}").format(
        env=clean(system.env), state=state, moment=minute_words(system.told) if system.told else "–"
    )


def insecure_words(envs: Iterable[str]) -> list[str]:
    """One warning for each environment that is asked without encryption."""
    text = _("! INSECURE: {env} is asked without encryption, which is for tests on this machine alone.")
    return [text.format(env=clean(env)) for env in sorted(set(envs)) if is_insecure(env)]


def span_words(span: timedelta) -> str:
    """A length of time in its largest unit: `7 min`, `3 h`, `2 d`."""
    minutes = max(0, int(span.total_seconds() // 60))
    if minutes < 2 * 60:
        return _("{n} min").format(n=minutes)
    return _("{n} h").format(n=minutes // 60) if minutes < 48 * 60 else _("{n} d").format(n=minutes // 1440)


def size_words(count: int) -> str:
    """A number of bytes in its largest unit: `7 MB`."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count} {unit}"
        count //= 1000
    return f"{count} TB"


def _text(event: Event) -> str:
    if isinstance(event, Waiting) and event.until is not None:
        return N_("Waiting until {until}: {reason}")
    if isinstance(event, ExportForgotten) and event.reason == _GIVEN_UP:
        return N_("Package given up; it is ordered anew")
    if isinstance(event, MaintenanceAnnounced) and event.until is None:
        return N_("KSeF ({env}): maintenance from {since}. {title}")
    return event.text


def _words(event: Event) -> dict[str, str]:
    """What stands in the place of values that say nothing to people."""
    if isinstance(event, LimitsRead):
        limits = {"lists": event.lists, "packages": event.packages}
        return {name: _("unlimited") for name, limit in limits.items() if limit is None}
    if isinstance(event, DocumentQuarantined):
        told = {"listed": event.listed, "found": event.found}
        words = {name: _("nothing") for name, value in told.items() if not value}
        return words | ({"number": _("the number of documents")} if event.number == PACKAGE else {})
    if isinstance(event, OutageBegan | OutageEnded) and event.category in OUTAGE_WORDS:
        return {"category": _(OUTAGE_WORDS[event.category])}
    return {}


def _readable(name: str, value: object) -> object:
    if name not in _INSTANTS or not isinstance(value, str):
        return value
    try:
        return minute_words(parse_instant(value))
    except ValueError:
        return value


def minute_words(instant: Instant) -> str:
    """An instant as people in Warsaw read it, to the minute."""
    return f"{datetime_of(instant).astimezone(warsaw()):%Y-%m-%d %H:%M}"
