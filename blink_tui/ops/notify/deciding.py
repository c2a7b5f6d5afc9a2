"""Which notices there are to make, and for whom; pure: what was told before and what is so now come in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from blink_tui.model.dates import Instant, datetime_of, instant_of, warsaw
from blink_tui.model.findings import Severity
from blink_tui.model.firms import Firm
from blink_tui.model.notices import (
    GROSS,
    Decision,
    How,
    Item,
    KeptTrouble,
    NewDocuments,
    NoticeKind,
    Phase,
    Queued,
    Routes,
    SuspectDocument,
    Target,
    Trouble,
    TroubleKey,
)
from blink_tui.model.values import from_minor

SUSPICIOUS: Mapping[str, Severity] = {
    "account-of-another": Severity.ALARM,
    "account-new": Severity.WARNING,
    "duplicate-number": Severity.ALARM,
    "duplicate-amount": Severity.WARNING,
    "not-our-firm": Severity.ALARM,
    "buyer-given-away": Severity.ALARM,
}
"""Findings that are told."""
_PATIENCE: Mapping[NoticeKind, timedelta] = {
    NoticeKind.STOPPED: timedelta(hours=1),
    NoticeKind.LIMITS: timedelta(hours=2),
    NoticeKind.CHORE: timedelta(hours=1),
    NoticeKind.DELIVERY: timedelta(hours=1),
}
"""What may pass by itself is told once it has lasted so long; everything else at once."""
_AT_ONCE = ("quarantined", "late")
"""Subjects of what a person has to see to, or what has lasted long enough."""
_REMINDED = frozenset({NoticeKind.CREDENTIAL, NoticeKind.STOPPED, NoticeKind.CHORE, NoticeKind.DELIVERY})
_KNOWN_WELL = frozenset({NoticeKind.CHORE, NoticeKind.DELIVERY})
"""What is not well only because nothing is wrong: it may have been switched off."""
REMIND_AT = time(8)
"""From this time of a Warsaw day on, once a day, what is still wrong is told again, all of it together."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a decision is made of."""

    round: int
    now: datetime
    firms: Sequence[Firm]
    """Those that are fetched for: not switched off, not at rest."""
    troubles: Sequence[Trouble]
    """What is wrong now."""
    well: Set[tuple[NoticeKind, str]]
    """Chores and targets, by kind and subject, that are known to do well."""
    kept: Sequence[KeptTrouble]
    """What was wrong at the last look."""
    suspects: Sequence[SuspectDocument]
    targets: Sequence[Target]
    routes: Routes
    newest: int
    """The last document."""
    counts: Mapping[int, Sequence[NewDocuments]]
    """New documents up to the last one, for targets whose digest is due."""
    amounts: bool
    """Whether sums may be told."""


def digest_due(target: Target, now: datetime) -> bool:
    """Whether a target's digest is to be made; one made in the future was made by a clock that was wrong."""
    made = datetime_of(target.digested_at)
    return not target.paused and (made > now or target.digest.next_after(made) <= now)


def decide(facts: Facts) -> Decision:
    """What is told to whom, and what is remembered of it."""
    now = instant_of(facts.now)
    kept, gone, items = _followed(facts)
    items += _suspicious(facts.suspects)
    queued = [one for item in items for one in _routed(facts, item)]
    for target in facts.targets:
        if target.id in facts.counts:
            queued += _digest(facts, target)
    return Decision(
        facts.round,
        now,
        troubles=tuple(kept),
        gone=tuple(gone),
        told=tuple(facts.suspects),
        queued=tuple(queued),
        digested=dict.fromkeys(facts.counts, facts.newest),
    )


def _followed(facts: Facts) -> tuple[list[KeptTrouble], list[TroubleKey], list[Item]]:
    """Troubles that begin, last and are over."""
    known = {one.key: one for one in facts.kept}
    present = {one.key for one in facts.troubles}
    kept: list[KeptTrouble] = []
    items: list[Item] = []
    for trouble in facts.troubles:
        before = known.get(trouble.key)
        one = before or KeptTrouble(*trouble.key, since=instant_of(facts.now), told_at=None)
        phase = _phase(one, facts.now)
        if phase is not None:
            one = replace(one, told_at=instant_of(facts.now))
            details = {"since": one.since, **trouble.details}
            items.append(
                Item(trouble.kind, phase, trouble.severity, trouble.firm_id or None, trouble.subject, details)
            )
        if one != before:
            kept.append(one)
    gone = [key for key in known if key not in present]
    return kept, gone, items + list(_over(facts, [known[key] for key in gone]))


def _phase(one: KeptTrouble, now: datetime) -> Phase | None:
    """What is to be told of a trouble that is there; None while there is nothing."""
    if one.told_at is None:
        patience = timedelta() if one.subject in _AT_ONCE else _PATIENCE.get(one.kind, timedelta())
        return Phase.BEGAN if _passed(one.since, now) >= patience else None
    told, local = datetime_of(one.told_at).astimezone(warsaw()), now.astimezone(warsaw())
    reminds = one.kind in _REMINDED and told.date() != local.date() and local.time() >= REMIND_AT
    return Phase.LASTS if reminds else None


def _passed(since: Instant, now: datetime) -> timedelta:
    """Time since a moment; one in the future was read from a clock that was wrong, and is long past."""
    passed = now - datetime_of(since)
    return passed if passed >= timedelta() else timedelta.max


def _over(facts: Facts, gone: Sequence[KeptTrouble]) -> Iterator[Item]:
    """Ends of what was told: not of what is left alone now, nor where the same sort of trouble goes on."""
    goes_on = {(one.kind, one.firm_id) for one in facts.troubles if one.firm_id}
    firms = {firm.id for firm in facts.firms}
    for one in gone:
        if one.kind in _KNOWN_WELL:
            left_alone = (one.kind, one.subject) not in facts.well
        else:
            left_alone = one.firm_id != 0 and one.firm_id not in firms
        if one.told_at is not None and not left_alone and (one.kind, one.firm_id) not in goes_on:
            yield Item(
                one.kind,
                Phase.OVER,
                _of_kind(one.kind),
                one.firm_id or None,
                one.subject,
                {"since": one.since},
            )


def _of_kind(kind: NoticeKind) -> Severity:
    """The end of a trouble is told to whoever is told of its beginning at its gravest."""
    grave = (NoticeKind.CREDENTIAL, NoticeKind.STOPPED, NoticeKind.EXPIRY)
    return Severity.ALARM if kind in grave else Severity.WARNING


def _suspicious(suspects: Sequence[SuspectDocument]) -> Iterator[Item]:
    for (firm_id, finding), count in Counter((one.firm_id, one.finding) for one in suspects).items():
        severity = SUSPICIOUS.get(finding, Severity.WARNING)
        details = {"count": str(count)}
        yield Item(NoticeKind.SUSPICIOUS, Phase.HAPPENED, severity, firm_id, finding, details)


def _routed(facts: Facts, item: Item) -> Iterator[Queued]:
    """One thing to tell, for everybody who wants to know."""
    for target in facts.targets:
        if target.paused or item.severity < target.least:
            continue
        if item.kind is NoticeKind.DELIVERY and item.subject == target.name:
            continue
        how = _how(facts, target, item)
        if how is How.DIGEST:
            next_at = target.digest.next_after(datetime_of(target.digested_at))
            moment = facts.now if target.id in facts.counts else max(facts.now, next_at)
        elif how is How.NOW:
            moment = facts.now
        else:
            continue
        yield Queued(target.id, instant_of(target.earliest(moment)), item)


def _how(facts: Facts, target: Target, item: Item) -> How:
    """How a target is told; KSeF's own failures concern every firm that is asked for there."""
    if item.kind is not NoticeKind.OUTAGE:
        return facts.routes.how(target.id, item.firm_id or 0, item.kind)
    env = item.subject.partition(" ")[0]
    ways = {facts.routes.how(target.id, firm.id, item.kind) for firm in facts.firms if firm.env == env}
    return next((way for way in (How.NOW, How.DIGEST) if way in ways), How.NEVER)


def _digest(facts: Facts, target: Target) -> Iterator[Queued]:
    """New documents of the firms that a target wants to hear of, one line a firm."""
    if target.least > Severity.NOTE:
        return
    firms: dict[int, list[NewDocuments]] = {}
    for count in facts.counts[target.id]:
        firms.setdefault(count.firm_id, []).append(count)
    moment = instant_of(target.earliest(facts.now))
    for firm_id, counts in firms.items():
        if facts.routes.how(target.id, firm_id, NoticeKind.DOCUMENTS) is not How.NEVER:
            details = _counted(counts, amounts=facts.amounts)
            item = Item(NoticeKind.DOCUMENTS, Phase.HAPPENED, Severity.NOTE, firm_id, "", details)
            yield Queued(target.id, moment, item)


def _counted(counts: Sequence[NewDocuments], *, amounts: bool) -> dict[str, str]:
    documents: Counter[str] = Counter()
    gross: Counter[str] = Counter()
    for one in counts:
        documents[one.direction] += one.documents
        gross[one.currency] += one.gross
    details = {direction: str(count) for direction, count in sorted(documents.items())}
    if amounts:
        details |= {GROSS + code: str(from_minor(units)) for code, units in sorted(gross.items())}
    return details
