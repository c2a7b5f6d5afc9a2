"""Notices: what is told, to whom and when, as plain values; the buffer keeps them, `ops.notify` decides about them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple

from blink_tui.model.dates import Instant, warsaw
from blink_tui.model.deadlines import is_working_day
from blink_tui.model.findings import Severity


class NoticeKind(StrEnum):
    """What a notice is about."""

    DOCUMENTS = "documents"
    """New documents, counted by firm."""
    CREDENTIAL = "credential"
    """KSeF refuses what logs in."""
    EXPIRY = "expiry"
    """What logs in ends soon, or has ended."""
    STOPPED = "stopped"
    """Nothing comes in for a firm though it should."""
    SUSPICIOUS = "suspicious"
    """Documents that may be a fraud, a double or not ours."""
    LIMITS = "limits"
    """KSeF's request limits hold a firm up."""
    OUTAGE = "outage"
    """KSeF itself is away, in the Ministry's words."""
    CHORE = "chore"
    """Something that the program does beside fetching fails, such as a backup."""
    DELIVERY = "delivery"
    """Notices do not reach another target."""


class Phase(StrEnum):
    """What of a matter is told."""

    HAPPENED = "happened"
    """It has no duration."""
    BEGAN = "began"
    LASTS = "lasts"
    """It was told before, and is no better."""
    OVER = "over"


class How(StrEnum):
    """When a target is told of something."""

    NOW = "now"
    DIGEST = "digest"
    """Along with the new documents."""
    NEVER = "never"
    USUAL = "usual"
    """By its kind: `usual_way`."""


_IN_DIGEST = frozenset({NoticeKind.DOCUMENTS, NoticeKind.LIMITS})


def usual_way(kind: NoticeKind) -> How:
    """How a kind is told where no rule says otherwise."""
    return How.DIGEST if kind in _IN_DIGEST else How.NOW


TroubleKey = tuple[NoticeKind, int, str]
"""Kind, firm (0 for none in particular) and subject: what makes two sightings the same trouble."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that is wrong now."""

    kind: NoticeKind
    firm_id: int
    """0 for none in particular."""
    subject: str
    severity: Severity
    details: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> TroubleKey:
        """What it is known again by."""
        return self.kind, self.firm_id, self.subject


@dataclass(frozen=True, slots=True)
class KeptTrouble:
    """A trouble as it is remembered."""

    kind: NoticeKind
    firm_id: int
    subject: str
    since: Instant
    told_at: Instant | None
    """None while it is too young to be told."""

    @property
    def key(self) -> TroubleKey:
        """What it is known again by."""
        return self.kind, self.firm_id, self.subject


GROSS = "gross "
"""Before a currency, the name of a detail: the sum of amounts in it."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to tell, without words."""

    kind: NoticeKind
    phase: Phase
    severity: Severity
    firm_id: int | None
    subject: str
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Queued:
    """One thing to tell one target, from a moment on."""

    target_id: int
    not_before: Instant
    item: Item


@dataclass(frozen=True, slots=True)
class Digest:
    """When a digest is made: daily at a time of Warsaw, or every so many hours."""

    at: time | None = None
    hours: int = 24

    def next_after(self, moment: datetime) -> datetime:
        """When the next one is made if the last one was made at this moment."""
        if self.at is None:
            return moment + timedelta(hours=self.hours)
        local = moment.astimezone(warsaw())
        today = datetime.combine(local.date(), self.at, warsaw())
        return today if today > local else datetime.combine(local.date() + timedelta(1), self.at, warsaw())

    def __str__(self) -> str:
        return f"{self.hours}h" if self.at is None else f"{self.at:%H:%M}"


@dataclass(frozen=True, slots=True)
class Quiet:
    """A span of each day, in Warsaw time, in which nothing is sent; it may go over midnight."""

    start: time
    end: time

    def covers(self, moment: time) -> bool:
        """Whether a time of day lies in it."""
        if self.start <= self.end:
            return self.start <= moment < self.end
        return moment >= self.start or moment < self.end

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"


_HOURS = re.compile(r"([1-9]|1\d|2[0-4])h", re.ASCII)
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)


def parse_time(text: str) -> time:
    """A time of day as `08:00`. Raises ValueError."""
    if not _TIME.fullmatch(text):
        raise ValueError(text)
    return time.fromisoformat(text)


def parse_digest(text: str) -> Digest:
    """`08:00`, or `4h` for every four hours (1 to 24). Raises ValueError."""
    hours = _HOURS.fullmatch(text)
    return Digest(hours=int(hours[1])) if hours else Digest(parse_time(text))


def parse_quiet(text: str) -> Quiet | None:
    """`20:00-07:00`; empty or `none` for no such span. Raises ValueError."""
    if text in ("", "none"):
        return None
    start, _, end = text.partition("-")
    quiet = Quiet(parse_time(start), parse_time(end))
    if quiet.start == quiet.end:
        raise ValueError(text)
    return quiet


@dataclass(frozen=True, slots=True)
class NewTarget:
    """Whom to tell, as a person sets it up."""

    name: str
    language: str
    """`pl` or `en`."""
    shown: str
    """Scheme of the address, and its host where that is no secret."""
    least: Severity = Severity.NOTE
    digest: Digest = Digest(time(8))
    quiet: Quiet | None = None
    working_days: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Target(NewTarget):
    """The same as kept, with how it fares."""

    id: int
    paused: bool
    """Nothing is sent, and nothing new is put by."""
    document_id: int
    """Documents up to this one were counted for it, or were there before it."""
    digested_at: Instant
    problem: str | None = None
    """Code of why the last try failed; None when it did not."""
    sent_at: Instant | None = None
    """When a message last went out."""
    lost: int = 0
    """Messages that were given up since then."""

    @property
    def vault_name(self) -> str:
        """Where its address lies in the vault."""
        return vault_name(self.name)

    def earliest(self, moment: datetime) -> datetime:
        """The first moment from this one on at which it may be told anything."""
        while True:
            local = moment.astimezone(warsaw())
            if self.working_days and not is_working_day(local.date()):
                moment = datetime.combine(local.date() + timedelta(1), time(), warsaw())
            elif self.quiet is not None and self.quiet.covers(local.time()):
                over = local.time() < self.quiet.end
                moment = datetime.combine(local.date() + timedelta(not over), self.quiet.end, warsaw())
            else:
                return moment


def vault_name(name: str) -> str:
    """Where the address of a target lies in the vault."""
    return f"notify/{name}"


@dataclass(frozen=True, slots=True)
class Rule:
    """What goes to a target, and how; the most particular of its rules counts."""

    target_id: int
    firm_id: int
    """0 for every firm."""
    kind: NoticeKind | None
    """None for every kind."""
    how: How


class Routes:
    """All rules, asked for what they say together."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = {(rule.target_id, rule.firm_id, rule.kind): rule.how for rule in rules}

    def how(self, target_id: int, firm_id: int, kind: NoticeKind) -> How:
        """How a target is told of a kind for a firm (0: for none in particular): NOW, DIGEST or NEVER.

        A firm's own rule for the kind goes before its rule for all, that before the rule for the kind, and that before
        the one for everything.
        """
        for place in ((firm_id, kind), (firm_id, None), (0, kind), (0, None)):
            found = self._rules.get((target_id, *place))
            if found is not None:
                return usual_way(kind) if found is How.USUAL else found
        return How.NEVER


@dataclass(frozen=True, slots=True)
class SuspectDocument:
    """A document with a suspicious finding of which nobody was told."""

    document_id: int
    firm_id: int
    finding: str


@dataclass(frozen=True, slots=True)
class NewDocuments:
    """Documents of a firm, one direction and currency that came after a certain one."""

    firm_id: int
    direction: str
    currency: str
    documents: int
    gross: int
    """In whole minor units; unknown amounts count as none."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a look at things changes: all of it is kept at once, or none of it."""

    round: int
    """Number of the round that it is for: what another process has decided meanwhile goes before it."""
    at: Instant
    troubles: tuple[KeptTrouble, ...] = ()
    """New ones, and those that were told just now."""
    gone: tuple[TroubleKey, ...] = ()
    told: tuple[SuspectDocument, ...] = ()
    queued: tuple[Queued, ...] = ()
    digested: Mapping[int, int] = field(default_factory=dict)
    """Targets whose digest was made, each with the last document that was counted."""

    @property
    def empty(self) -> bool:
        """There is nothing to keep."""
        return not (self.troubles or self.gone or self.told or self.queued or self.digested)


class Text(NamedTuple):
    """A message in words."""

    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that this process sends now; nobody else does meanwhile."""

    target: Target
    message: str
    """Its number: the same at every try."""
    begun_at: Instant
    tries: int
    """How often it was tried before."""
    items: tuple[Item, ...]
