"""What a person decides on documents, and what the rules of the books refuse, each in a sentence (BOOKKEEPING 3)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from blink_tui.i18n import N_, _, ngettext
from blink_tui.model.documents import Direction, Status
from blink_tui.model.errors import USAGE, BlinkError
from blink_tui.model.findings import Severity


class Action(StrEnum):
    """What can be decided."""

    APPROVE = "approve"
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


class Refusal(StrEnum):
    """Why a document is left as it is."""

    CHANGED = "changed-meanwhile"
    IN_BOOKS = "in-the-books"
    SETTLED = "settled-already"
    SET_ASIDE = "set-aside"
    NOT_SET_ASIDE = "not-set-aside"
    FOR_INFORMATION = "for-information"
    TO_LOOK_AT = "to-look-at"
    SALE = "sale"
    ORIGINAL_CODED = "original-coded"
    CORRECTIONS_BOOKED = "corrections-booked"


ACTION_WORDS = {
    Action.APPROVE: N_("approval"),
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

_BEFORE_BOOKS = frozenset({Status.FETCHED, Status.CODED, Status.APPROVED})
_ASIDE = frozenset({Status.QUERIED, Status.EXCLUDED})
_GONE = frozenset({Status.EXPORTED, Status.BOOKED})
CODED_OR_LATER = frozenset({Status.CODED, Status.APPROVED, *_GONE})
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
        if self.action is Action.APPROVE:
            return Status.APPROVED
        if self.action is Action.QUERY:
            return Status.QUERIED
        if self.action is Action.EXCLUDE:
            return Status.EXCLUDED
        return (standing.previous if standing.status in _ASIDE else None) or Status.FETCHED


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


def refusal(decision: Decision, standing: Standing, *, among_many: bool) -> Refusal | None:
    """Why a document is left as it is; None when the decision holds for it."""
    if standing.changed:
        return Refusal.CHANGED
    if standing.status in _GONE:
        return Refusal.IN_BOOKS
    if decision.action is Action.APPROVE:
        return _no_approval(standing, among_many)
    if decision.action is Action.REOPEN:
        return Refusal.SETTLED if standing.status is Status.FETCHED else None
    if decision.action is Action.RETURN:
        return None if standing.status in _ASIDE else Refusal.NOT_SET_ASIDE
    aside = Status.QUERIED if decision.action is Action.QUERY else Status.EXCLUDED
    if standing.status not in _BEFORE_BOOKS:
        return Refusal.SETTLED if standing.status is aside else Refusal.SET_ASIDE
    return None if decision.action is Action.QUERY else _no_exclusion(decision, standing)


def _no_approval(standing: Standing, among_many: bool) -> Refusal | None:
    if standing.status not in UNDECIDED:
        return Refusal.SETTLED if standing.status is Status.APPROVED else Refusal.SET_ASIDE
    if standing.direction is Direction.NONE:
        return Refusal.FOR_INFORMATION
    return Refusal.TO_LOOK_AT if among_many and standing.to_look_at else None


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
        reason, decider = Reason(values["reason"]), Decider(values["decider"])
        parts = (
            _(REASON_WORDS[reason]),
            str(values.get("reference", "")),
            _("decided by the {decider}: {name}, {day}").format(
                decider=_(DECIDER_WORDS[decider]), name=values["name"], day=values["day"]
            ),
        )
    except (ValueError, KeyError, TypeError):
        return kept or ""
    return "; ".join(part for part in parts if part)


def refused_sentence(why: Refusal, count: int) -> str:
    """How many documents are left as they are, and why."""
    text = {
        Refusal.CHANGED: ngettext(
            "{count} document was changed by someone else meanwhile.",
            "{count} documents were changed by someone else meanwhile.",
            count,
        ),
        Refusal.IN_BOOKS: ngettext(
            "{count} document is handed over to the books or booked and stays as it is.",
            "{count} documents are handed over to the books or booked and stay as they are.",
            count,
        ),
        Refusal.SETTLED: ngettext(
            "{count} document is so already.", "{count} documents are so already.", count
        ),
        Refusal.SET_ASIDE: ngettext(
            "{count} document was set aside with a reason; reopen it first.",
            "{count} documents were set aside with a reason; reopen them first.",
            count,
        ),
        Refusal.NOT_SET_ASIDE: ngettext(
            "{count} document is not set aside.", "{count} documents are not set aside.", count
        ),
        Refusal.FOR_INFORMATION: ngettext(
            "{count} document is for information only and is not booked.",
            "{count} documents are for information only and are not booked.",
            count,
        ),
        Refusal.TO_LOOK_AT: ngettext(
            "{count} document is to be looked at by itself: a possible double, or an alarm.",
            "{count} documents are to be looked at one by one: possible doubles, or alarms.",
            count,
        ),
        Refusal.SALE: ngettext(
            "{count} document is a sale, which is always taxed: it can only be booked in another source.",
            "{count} documents are sales, which are always taxed: they can only be booked in another source.",
            count,
        ),
        Refusal.ORIGINAL_CODED: ngettext(
            "{count} document corrects an invoice that is coded or booked; it has to be booked too.",
            "{count} documents correct invoices that are coded or booked; they have to be booked too.",
            count,
        ),
        Refusal.CORRECTIONS_BOOKED: ngettext(
            "{count} document has corrections in the books; it has to be booked too.",
            "{count} documents have corrections in the books; they have to be booked too.",
            count,
        ),
    }[why]
    return text.format(count=f"{count:,}".replace(",", " "))


def refused_sentences(refused: Mapping[Refusal, int]) -> list[str]:
    """A sentence for each reason, in the order of the reasons."""
    return [refused_sentence(why, refused[why]) for why in Refusal if refused.get(why)]


def done_sentence(action: Action, count: int) -> str:
    """What has become of so many documents."""
    text = {
        Action.APPROVE: ngettext("{n} document approved.", "{n} documents approved.", count),
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
