"""Notices in words: one short plain text of counts and names of firms, in the language of whoever gets it; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby

from blink_tui.i18n import N_, _, ngettext, speaking
from blink_tui.invoices.words import money
from blink_tui.model.dates import Instant, datetime_of, warsaw
from blink_tui.model.documents import Direction
from blink_tui.model.firms import env_shown
from blink_tui.model.notices import GROSS, Item, NoticeKind, Phase, Text
from blink_tui.model.text import clean
from blink_tui.model.words import OUTAGE_WORDS
from blink_tui.ops.notify.errors import FAULTS
from blink_tui.sync.errors import QUARANTINED
from blink_tui.sync.problems import kind_of, problem_words

LONGEST_TITLE, LONGEST_BODY = 120, 3500
LONGEST_NAME = 60
SHOWN = 15
"""Firms that are named in one matter."""

FINDINGS = {
    "account-of-another": N_("bank account of another seller"),
    "account-new": N_("new bank account of the seller"),
    "duplicate-number": N_("the same number twice"),
    "duplicate-amount": N_("the same amount and day twice"),
    "not-our-firm": N_("not issued to this firm"),
    "buyer-given-away": N_("passed on to another buyer"),
}
"""What is suspicious, by the finding's id."""
CHORES = {
    "backup": N_("the backup"),
    "check": N_("the check of the buffer"),
    "metrics": N_("writing the metrics"),
    "retention": N_("looking for what need not be kept any more"),
}
"""What is done beside fetching, by the chore's name."""
LATE = {
    "no-access": N_("nothing logs in"),
    "access-refused": N_("KSeF refuses the access"),
    "not-asked": N_("nobody asks KSeF, so see whether the daemon runs"),
    "ksef-away": N_("KSeF itself is away"),
}
"""Why there was no complete fetch for too long, by the reason's code, where that is known."""
_COUNTED = frozenset({NoticeKind.DOCUMENTS, NoticeKind.SUSPICIOUS})
_PHASES = tuple(Phase)


@dataclass(frozen=True, slots=True)
class _Matter:
    """Things that are told together, with their firms' names."""

    items: Sequence[Item]
    names: Mapping[int, str]

    @property
    def first(self) -> Item:
        return self.items[0]

    @property
    def firms(self) -> int:
        """How many firms it is about."""
        return len({one.firm_id for one in self.items})

    def name(self, item: Item) -> str:
        return clean(self.names.get(item.firm_id or 0, "")[: 2 * LONGEST_NAME])[:LONGEST_NAME] or "?"


def message_of(
    items: Iterable[Item], names: Mapping[int, str], language: str, *, profile: str, number: str
) -> Text:
    """One message that tells it all, the gravest first; `number` is the message's, told in its last line."""
    with speaking(language):
        matters = [_Matter(group, names) for group in _grouped(items)]
        headlines = [_headline(matter) for matter in matters]
        parts = [
            "\n".join([headline, *_lines(matter)])
            for headline, matter in zip(headlines, matters, strict=True)
        ]
        last = _("blink-tui, profile {profile}, message {number}").format(profile=profile, number=number)
        return Text(_title(headlines), _body(parts, last))


def trial_message(language: str, *, profile: str, number: str) -> Text:
    """What is sent to see whether anything arrives."""
    with speaking(language):
        body = _("This is how notices of blink-tui arrive here. Nothing has to be done.")
        last = _("blink-tui, profile {profile}, message {number}").format(profile=profile, number=number)
        return Text(_("blink: a test message"), f"{body}\n\n{last}")


def reason_of(problem: str) -> str:
    """What stands behind the code of a failure, in the language in force."""
    kind = FAULTS.get(problem) or kind_of(problem)
    sentence = _(kind.text).partition(". ")[0].rstrip(".") if kind else ""
    return sentence if sentence and "{" not in sentence else problem_words(problem)


def _grouped(items: Iterable[Item]) -> list[list[Item]]:
    """Items of one matter together, the gravest matters first; what is told twice of one firm is told once."""

    def matter(item: Item) -> tuple[int, str, int, str, str]:
        about = "" if item.kind is NoticeKind.SUSPICIOUS else item.subject
        problem = item.details.get("problem", "") or item.details.get("late", "")
        return -max_severity[item.kind, item.phase], item.kind, _PHASES.index(item.phase), about, problem

    listed = list(items)
    max_severity: dict[tuple[NoticeKind, Phase], int] = {}
    for item in listed:
        place = item.kind, item.phase
        max_severity[place] = max(max_severity.get(place, 0), int(item.severity))
    return [_added_up(group) for _key, group in groupby(sorted(listed, key=matter), key=matter)]


def _added_up(items: Iterable[Item]) -> list[Item]:
    """One item for each firm and subject: what is counted is added up, of everything else the last one counts."""
    found: dict[tuple[int | None, str], Item] = {}
    for item in items:
        place = item.firm_id, item.subject
        before = found.get(place)
        if before is None or item.kind not in _COUNTED:
            found[place] = item
        else:
            found[place] = replace(item, details=_sums(before.details, item.details))
    return list(found.values())


def _sums(first: Mapping[str, str], second: Mapping[str, str]) -> dict[str, str]:
    """Numbers by name, added."""
    return {
        name: str(Decimal(first.get(name, 0)) + Decimal(second.get(name, 0)))
        for name in dict.fromkeys((*first, *second))
    }


def _title(headlines: Sequence[str]) -> str:
    more = len(headlines) - 1
    first = headlines[0] if headlines else ""
    if more:
        rest = ngettext("{count} more matter", "{count} more matters", more).format(count=more)
        first = f"{first}; {rest}"
    title = f"blink: {first}"
    return title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1]}…"


def _body(parts: Sequence[str], last: str) -> str:
    """The parts as far as they fit; how many did not is told."""
    body, left = "", len(parts)
    for part in parts:
        if body and len(body) + len(part) + len(last) > LONGEST_BODY:
            more = ngettext(
                "… and {count} more matter: blink status", "… and {count} more matters: blink status", left
            )
            return f"{body}{more.format(count=left)}\n\n{last}"
        body += f"{part}\n\n"
        left -= 1
    return f"{body}{last}"


def _headline(matter: _Matter) -> str:
    return _HEADLINES[matter.first.kind](matter)


def _documents(matter: _Matter) -> str:
    count = sum(map(_documents_of, matter.items))
    new = ngettext("{count} new document", "{count} new documents", count).format(count=_whole(count))
    return (
        new
        + " "
        + ngettext("in {count} firm", "in {count} firms", matter.firms).format(count=_whole(matter.firms))
    )


def _credential(matter: _Matter) -> str:
    count, reason = matter.firms, _problem(matter.first)
    if matter.first.phase is Phase.OVER:
        return ngettext("KSeF lets {count} firm in again", "KSeF lets {count} firms in again", count).format(
            count=_whole(count)
        )
    if matter.first.phase is Phase.LASTS:
        text = ngettext(
            "KSeF still refuses {count} firm: {reason}", "KSeF still refuses {count} firms: {reason}", count
        )
    else:
        text = ngettext("KSeF refuses {count} firm: {reason}", "KSeF refuses {count} firms: {reason}", count)
    return text.format(count=_whole(count), reason=reason)


def _expiry(matter: _Matter) -> str:
    item, count = matter.first, matter.firms
    if item.phase is Phase.OVER:
        return ngettext(
            "Access of {count} firm is renewed", "Access of {count} firms is renewed", count
        ).format(count=_whole(count))
    if int(item.details["days"]) < 0:
        text = ngettext(
            "Access of {count} firm ended on {ends}", "Access of {count} firms ended on {ends}", count
        )
    else:
        text = ngettext(
            "Access of {count} firm ends on {ends}", "Access of {count} firms ends on {ends}", count
        )
    return text.format(count=_whole(count), ends=item.details["ends"])


def _stopped(matter: _Matter) -> str:
    item, count = matter.first, matter.firms
    if item.phase is Phase.OVER:
        text = ngettext(
            "Fetching works again for {count} firm", "Fetching works again for {count} firms", count
        )
    elif item.subject == QUARANTINED.code:
        text = ngettext(
            "{count} firm has a document in quarantine, somebody has to decide",
            "{count} firms have documents in quarantine, somebody has to decide",
            count,
        )
    elif item.phase is Phase.LASTS:
        text = ngettext(
            "Fetching still stands for {count} firm: {reason}",
            "Fetching still stands for {count} firms: {reason}",
            count,
        )
    else:
        text = ngettext(
            "Fetching stands for {count} firm: {reason}", "Fetching stands for {count} firms: {reason}", count
        )
    return text.format(count=_whole(count), reason=_problem(item))


def _suspicious(matter: _Matter) -> str:
    count = sum(_count(item) for item in matter.items)
    return ngettext(
        "{count} suspicious invoice: look before anybody pays",
        "{count} suspicious invoices: look before anybody pays",
        count,
    ).format(count=_whole(count))


def _limits(matter: _Matter) -> str:
    count = matter.firms
    if matter.first.phase is Phase.OVER:
        text = ngettext(
            "KSeF's limits no longer hold up {count} firm",
            "KSeF's limits no longer hold up {count} firms",
            count,
        )
    else:
        text = ngettext("KSeF's limits hold up {count} firm", "KSeF's limits hold up {count} firms", count)
    return text.format(count=_whole(count))


def _outage(matter: _Matter) -> str:
    item = matter.first
    env = env_shown(item.subject.partition(" ")[0])
    if item.phase is Phase.OVER:
        return _("KSeF ({env}) works again").format(env=env)
    category = item.details["category"]
    words = _(OUTAGE_WORDS[category]) if category in OUTAGE_WORDS else category
    return _("KSeF ({env}): {words}").format(env=env, words=words)


def _chore(matter: _Matter) -> str:
    item = matter.first
    name = _(CHORES[item.subject]) if item.subject in CHORES else item.subject
    if item.phase is Phase.OVER:
        return _("What failed works again: {name}").format(name=name)
    return _("Something fails: {name}. {reason}").format(name=name, reason=_problem(item))


def _delivery(matter: _Matter) -> str:
    item = matter.first
    if item.phase is Phase.OVER:
        return _("Notices reach {name} again").format(name=item.subject)
    return _("Notices do not reach {name}: {reason}").format(name=item.subject, reason=_problem(item))


_HEADLINES: Mapping[NoticeKind, Callable[[_Matter], str]] = {
    NoticeKind.DOCUMENTS: _documents,
    NoticeKind.CREDENTIAL: _credential,
    NoticeKind.EXPIRY: _expiry,
    NoticeKind.STOPPED: _stopped,
    NoticeKind.SUSPICIOUS: _suspicious,
    NoticeKind.LIMITS: _limits,
    NoticeKind.OUTAGE: _outage,
    NoticeKind.CHORE: _chore,
    NoticeKind.DELIVERY: _delivery,
}


def _lines(matter: _Matter) -> list[str]:
    """One line for each firm, as many as are shown; a matter of no firm has its beginning instead."""
    if matter.first.firm_id is None:
        return [f"  {_since(matter.first)}"]
    named = sorted((-_weight(item), matter.name(item), place) for place, item in enumerate(matter.items))
    lines = [f"  {name}{_detail(matter.items[place])}" for _order, name, place in named[:SHOWN]]
    more = len(named) - SHOWN
    if more > 0:
        rest = ngettext("  … and {count} more firm", "  … and {count} more firms", more)
        lines.append(rest.format(count=_whole(more)))
    return lines


def _weight(item: Item) -> int:
    return _documents_of(item) if item.kind is NoticeKind.DOCUMENTS else _count(item)


def _detail(item: Item) -> str:
    """What is told of one firm beside its name."""
    if item.kind is NoticeKind.DOCUMENTS:
        return f": {_whole(_documents_of(item))} ({_directions(item)})"
    if item.kind is NoticeKind.SUSPICIOUS:
        words = _(FINDINGS[item.subject]) if item.subject in FINDINGS else item.subject
        return f": {words} ({_whole(_count(item))})"
    return "" if item.kind is NoticeKind.EXPIRY else f" ({_since(item)})"


_DIRECTIONS = {
    Direction.PURCHASE: N_("purchases: {count}"),
    Direction.SALE: N_("sales: {count}"),
    Direction.NONE: N_("others: {count}"),
}


def _directions(item: Item) -> str:
    parts = [
        _(text).format(count=_whole(int(item.details[direction])))
        for direction, text in _DIRECTIONS.items()
        if direction in item.details
    ]
    for name, value in item.details.items():
        if name.startswith(GROSS):
            currency = name.removeprefix(GROSS)
            parts.append(
                _("gross {amount} {currency}").format(amount=money(Decimal(value)), currency=clean(currency))
            )
    return ", ".join(parts)


def _documents_of(item: Item) -> int:
    return sum(int(item.details.get(direction, 0)) for direction in _DIRECTIONS)


def _count(item: Item) -> int:
    return int(item.details.get("count", 0))


def _problem(item: Item) -> str:
    problem, late = item.details.get("problem"), item.details.get("late")
    if problem:
        return reason_of(problem)
    words = _("no complete fetch for too long")
    return f"{words}, {_(LATE[late])}" if late in LATE else words


def _since(item: Item) -> str:
    moment = datetime_of(Instant(item.details["since"])).astimezone(warsaw())
    text = _("it began: {moment}") if item.phase is Phase.OVER else _("since {moment}")
    return text.format(moment=f"{moment:%Y-%m-%d %H:%M}")


def _whole(count: int) -> str:
    """`1 234`, with a space that does not break."""
    return f"{count:,}".replace(",", "\u00a0")
