"""What a person decides on documents, and what the rules of the books refuse, each in a sentence (BOOKKEEPING 3)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum

from blink_tui.i18n import N_, _, ngettext
from blink_tui.model.book_row_words import REGISTER_WORDS
from blink_tui.model.book_rows import BookRegister
from blink_tui.model.documents import IN_BOOKS, Direction, Status
from blink_tui.model.errors import USAGE, BlinkError
from blink_tui.model.findings import Severity
from blink_tui.model.refusals import Refusal


class Action(StrEnum):
    """What can be decided."""

    CODE = "code"
    """By its draft, where it has one, else by its proposal."""
    APPROVE = "approve"
    BOOK = "book"
    """A person confirms that it stands in the books: what was handed over, or what another source books."""
    QUERY = "query"
    EXCLUDE = "exclude"
    REOPEN = "reopen"
    """Coded and approved ones become fetched again; what was set aside goes back to where it was."""
    RETURN = "return"
    """Only what was set aside goes back to where it was."""


class Reason(StrEnum):
    """Why a document is not booked."""

    NOT_OURS = "not-ours"
    PRIVATE = "private"
    DOUBLED = "doubled"
    BOOKED_ELSEWHERE = "booked-elsewhere"
    ANOTHER_ENTITY = "another-entity"
    NO_EVIDENCE = "no-evidence"


class Decider(StrEnum):
    """Whose decision it was not to book a document."""

    CLIENT = "client"
    OFFICE = "office"


ACTION_WORDS = {
    Action.CODE: N_("coding"),
    Action.APPROVE: N_("approval"),
    Action.BOOK: N_("booking"),
    Action.QUERY: N_("question"),
    Action.EXCLUDE: N_("exclusion"),
    Action.REOPEN: N_("reopening"),
    Action.RETURN: N_("return"),
}
REASON_WORDS = {
    Reason.NOT_OURS: N_("not this firm's, or suspected fraud"),
    Reason.PRIVATE: N_("private"),
    Reason.DOUBLED: N_("doubled by the seller"),
    Reason.BOOKED_ELSEWHERE: N_("booked in another source"),
    Reason.ANOTHER_ENTITY: N_("of another entity"),
    Reason.NO_EVIDENCE: N_("no accounting evidence"),
}
DECIDER_WORDS = {Decider.CLIENT: N_("client"), Decider.OFFICE: N_("office")}

_TARGETS = {
    Action.CODE: Status.CODED,
    Action.APPROVE: Status.APPROVED,
    Action.BOOK: Status.BOOKED,
    Action.QUERY: Status.QUERIED,
    Action.EXCLUDE: Status.EXCLUDED,
}
"""The others put documents back to where they were."""
_BEFORE_BOOKS = frozenset({Status.FETCHED, Status.CODED, Status.APPROVED})
_ASIDE = frozenset({Status.QUERIED, Status.EXCLUDED})
CODED_OR_LATER = frozenset({Status.CODED, Status.APPROVED, *IN_BOOKS})
UNDECIDED = (Status.FETCHED, Status.CODED)
"""Statuses of documents that need a decision."""
DOUBLE_KINDS = ("duplicate-number", "duplicate-amount")
"""Findings of documents that may be doubles of others: never approved along with many."""
LOOK_FROM = Severity.ALARM
"""So grave a finding asks to decide before anything else, so it is not approved along with many either."""


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Why a document is not booked, and by whose decision."""

    reason: Reason
    decider: Decider
    name: str
    """Who of them decided."""
    day: date
    reference: str = ""
    """Where it is booked, or what the reason rests on."""

    @property
    def kept(self) -> str:
        """As the history keeps it: the same text whatever the language."""
        values = {
            "reason": self.reason.value,
            "decider": self.decider.value,
            "name": self.name,
            "day": self.day.isoformat(),
        }
        if self.reference:
            values["reference"] = self.reference
        return json.dumps(values, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision, for however many documents. Raises BlinkError(USAGE) where it lacks what it has to say."""

    action: Action
    text: str = ""
    """The question of a query, the reason of a reopening."""
    exclusion: Exclusion | None = None
    seal: str = ""
    """Of the coding that was looked at (`buffer.gists.seal_of`), to code that one and no other; empty: as it is now."""

    def __post_init__(self) -> None:
        problem = self._lacks()
        if problem:
            raise BlinkError(USAGE, problem=problem)

    def _lacks(self) -> str:
        if self.action is Action.QUERY and not self.text.strip():
            return _("Say what is to be cleared up.")
        if self.action is Action.REOPEN and not self.text.strip():
            return _("Say why it is reopened.")
        if self.action is not Action.EXCLUDE:
            return ""
        if self.exclusion is None or not self.exclusion.name.strip():
            return _("Say why it is not booked and who decided so.")
        if self.exclusion.reason is Reason.BOOKED_ELSEWHERE and not self.exclusion.reference.strip():
            return _("Say where it is booked.")
        return ""

    @property
    def kept(self) -> str | None:
        """The reason as the history keeps it."""
        return self.exclusion.kept if self.exclusion is not None else self.text.strip() or None

    def target(self, standing: Standing) -> Status:
        """What a document becomes that is not refused."""
        if self.action in _TARGETS:
            return _TARGETS[self.action]
        return (standing.previous if standing.status in _ASIDE else None) or Status.FETCHED


class Paper(IntEnum):
    """What there is to code a document by."""

    NONE = -1
    INCOMPLETE = 0
    COMPLETE = 1


@dataclass(frozen=True, slots=True)
class Standing:
    """What the rules look at."""

    status: Status
    previous: Status | None
    direction: Direction
    to_look_at: bool = False
    """A possible double, or something so grave was found that it is decided alone."""
    original_coded: bool = False
    """It corrects a document that is coded or further on its way."""
    corrections_booked: bool = False
    """A correction of it is in the books or on the way there."""
    changed: bool = False
    """It is no longer what was looked at."""
    books: bool = False
    """Its firm has books: it is coded before it is approved."""
    elsewhere: bool = False
    """Another source books its direction."""
    paper: Paper = Paper.NONE
    locked: bool = False
    """It is or would be coded into a month that is locked."""
    own: bool = False
    """Who decides now has coded it, and another one is to approve it (four eyes)."""
    held_back: bool = False
    """The program decides, and its rule may not code this one by itself."""


def refusal(decision: Decision, standing: Standing, *, among_many: bool) -> Refusal | None:
    """Why a document is left as it is; None when the decision holds for it."""
    if standing.changed:
        return Refusal.CHANGED
    if decision.action is Action.BOOK:
        return _no_booking(standing)
    if standing.status in IN_BOOKS:
        return Refusal.IN_BOOKS
    if decision.action is Action.CODE:
        return _no_coding(standing)
    if decision.action is Action.APPROVE:
        return _no_approval(standing, among_many)
    return _no_way_aside(decision, standing) or (Refusal.LOCKED if standing.locked else None)


def _no_way_aside(decision: Decision, standing: Standing) -> Refusal | None:
    if decision.action is Action.REOPEN:
        return Refusal.SETTLED if standing.status is Status.FETCHED else None
    if decision.action is Action.RETURN:
        return None if standing.status in _ASIDE else Refusal.NOT_SET_ASIDE
    aside = Status.QUERIED if decision.action is Action.QUERY else Status.EXCLUDED
    if standing.status not in _BEFORE_BOOKS:
        return Refusal.SETTLED if standing.status is aside else Refusal.SET_ASIDE
    return None if decision.action is Action.QUERY else _no_exclusion(decision, standing)


def _no_coding(standing: Standing) -> Refusal | None:
    if standing.status is not Status.FETCHED:
        return Refusal.SET_ASIDE if standing.status in _ASIDE else Refusal.SETTLED
    reasons = (
        (standing.direction is Direction.NONE, Refusal.FOR_INFORMATION),
        (not standing.books, Refusal.NO_BOOKS),
        (standing.elsewhere, Refusal.BOOKED_ELSEWHERE),
        (standing.paper is Paper.NONE, Refusal.NOT_PROPOSED),
        (standing.paper is Paper.INCOMPLETE, Refusal.INCOMPLETE),
        (standing.locked, Refusal.LOCKED),
        (standing.held_back, Refusal.HELD_BACK),
    )
    return next((why for holds, why in reasons if holds), None)


def _no_approval(standing: Standing, among_many: bool) -> Refusal | None:
    if standing.status not in UNDECIDED:
        return Refusal.SETTLED if standing.status is Status.APPROVED else Refusal.SET_ASIDE
    reasons = (
        (standing.direction is Direction.NONE, Refusal.FOR_INFORMATION),
        (standing.elsewhere, Refusal.BOOKED_ELSEWHERE),
        (standing.books and standing.status is Status.FETCHED, Refusal.NOT_CODED),
        (standing.own, Refusal.FOUR_EYES),
        (among_many and standing.to_look_at, Refusal.TO_LOOK_AT),
    )
    return next((why for holds, why in reasons if holds), None)


def _no_booking(standing: Standing) -> Refusal | None:
    if standing.status is Status.EXPORTED:
        return None
    reasons = (
        (standing.status is Status.BOOKED, Refusal.SETTLED),
        (standing.status in _ASIDE, Refusal.SET_ASIDE),
        (standing.direction is Direction.NONE, Refusal.FOR_INFORMATION),
        (not standing.elsewhere, Refusal.NOT_HANDED_OVER),
    )
    return next((why for holds, why in reasons if holds), None)


def _no_exclusion(decision: Decision, standing: Standing) -> Refusal | None:
    elsewhere = decision.exclusion is not None and decision.exclusion.reason is Reason.BOOKED_ELSEWHERE
    if standing.direction is Direction.SALE and not elsewhere:
        return Refusal.SALE
    if standing.original_coded:
        return Refusal.ORIGINAL_CODED
    return Refusal.CORRECTIONS_BOOKED if standing.corrections_booked else None


def explained(kept: str | None) -> str:
    """A reason out of the history in words."""
    try:
        values = json.loads(kept or "")
        if "books" in values:
            return _by_books(values)
        if "batch" in values:
            return _("batch {batch}").format(batch=values["batch"])
        return _by_what(values) if "coding" in values else _by_whom(values)
    except (ValueError, KeyError, TypeError):
        return kept or ""


def _by_what(values: Mapping[str, str]) -> str:
    """Rule and scheme of a coding, each with its version."""
    rule, scheme = (values.get(name) for name in ("rule", "scheme"))
    parts = (
        _("rule {rule}").format(rule=rule) if rule else "",
        _("scheme {scheme}").format(scheme=scheme) if scheme else _("by hand"),
    )
    return ", ".join(filter(None, parts))


def _by_books(values: Mapping[str, str]) -> str:
    """The file of books in which it stands, and the row."""
    register, _space, position = str(values.get("row", "")).partition(" ")
    where = f"{_(REGISTER_WORDS[BookRegister(register)])} {position}" if register else ""
    return ", ".join(filter(None, (_("in the books: {file}").format(file=values["books"]), where)))


def _by_whom(values: Mapping[str, str]) -> str:
    reason, decider = Reason(values["reason"]), Decider(values["decider"])
    parts = (
        _(REASON_WORDS[reason]),
        str(values.get("reference", "")),
        _("decided by the {decider}: {name}, {day}").format(
            decider=_(DECIDER_WORDS[decider]), name=values["name"], day=values["day"]
        ),
    )
    return "; ".join(part for part in parts if part)


def done_sentence(action: Action, count: int) -> str:
    """What has become of so many documents."""
    text = {
        Action.CODE: ngettext("{n} document coded.", "{n} documents coded.", count),
        Action.APPROVE: ngettext("{n} document approved.", "{n} documents approved.", count),
        Action.BOOK: ngettext("{n} document is booked.", "{n} documents are booked.", count),
        Action.QUERY: ngettext(
            "{n} document is to be cleared up.", "{n} documents are to be cleared up.", count
        ),
        Action.EXCLUDE: ngettext("{n} document is not booked.", "{n} documents are not booked.", count),
        Action.REOPEN: ngettext("{n} document reopened.", "{n} documents reopened.", count),
        Action.RETURN: ngettext(
            "{n} document is back where it was.", "{n} documents are back where they were.", count
        ),
    }[action]
    return text.format(n=f"{count:,}".replace(",", " "))
