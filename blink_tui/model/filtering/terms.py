"""What a filter asks of a document, as values: `buffer` makes questions of them, nothing here knows how."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from blink_tui.i18n import Message
from blink_tui.model.documents import Direction, Status
from blink_tui.model.findings import Severity


class FilterError(Exception):
    """A filter that cannot be understood: the place in its text, and a sentence.

    `start` and `end` count characters of the text as typed, from 0; `end` is behind the place.
    """

    def __init__(self, message: Message, start: int, end: int) -> None:
        super().__init__(message.text)
        self.message = message
        self.start = start
        self.end = end

    def __str__(self) -> str:
        return str(self.message)


class Day(StrEnum):
    """Which day of a document."""

    ISSUE = "issue"
    RECEIPT = "receipt"


@dataclass(frozen=True, slots=True)
class Contains:
    """The search text has these letters, folded."""

    text: str


@dataclass(frozen=True, slots=True)
class HasNip:
    """Seller or buyer has an identifier that begins so."""

    beginning: str


@dataclass(frozen=True, slots=True)
class DayWithin:
    """A day lies in a period, both ends included; a document that has no such day lies in none."""

    day: Day
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class GrossWithin:
    """The gross amount in minor units lies between two, both included; an unknown one does not."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class StatusIn:
    """The status is one of these."""

    statuses: tuple[Status, ...]


@dataclass(frozen=True, slots=True)
class DirectionIn:
    """The direction is one of these."""

    directions: tuple[Direction, ...]


@dataclass(frozen=True, slots=True)
class KindIn:
    """RodzajFaktury is one of these, as KSeF's list names them."""

    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CurrencyIn:
    """The currency is one of these."""

    currencies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MonthIn:
    """The VAT month is one of these, YYYY-MM; empty is one that is not known."""

    months: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OfFirm:
    """The firm has this NIP or internal id, or all these folded words in its name."""

    id_value: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OfAccountant:
    """The firm's accountant, folded; empty is a firm that has none."""

    name: str


@dataclass(frozen=True, slots=True)
class OfLabel:
    """The firm has this label, folded."""

    label: str


@dataclass(frozen=True, slots=True)
class HasAccount:
    """A bank account on the invoice has these letters and digits in a row."""

    digits: str


@dataclass(frozen=True, slots=True)
class Attention:
    """The gravest finding is at least so grave."""

    least: Severity


@dataclass(frozen=True, slots=True)
class HasFinding:
    """There is a finding whose kind begins so."""

    beginning: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """No reader of this program can read it."""


@dataclass(frozen=True, slots=True)
class CodedBy:
    """This user coded it, as the system names the account; empty is the program."""

    who: str


@dataclass(frozen=True, slots=True)
class ByScheme:
    """The name of the scheme by which it is coded or drafted, or else proposed, begins so, folded."""

    beginning: str


@dataclass(frozen=True, slots=True)
class Proposed:
    """There is a complete proposal."""


Criterion = (
    Contains
    | HasNip
    | DayWithin
    | GrossWithin
    | StatusIn
    | DirectionIn
    | KindIn
    | CurrencyIn
    | MonthIn
    | OfFirm
    | OfAccountant
    | OfLabel
    | HasAccount
    | Attention
    | HasFinding
    | CodedBy
    | ByScheme
    | Proposed
    | Unreadable
)


@dataclass(frozen=True, slots=True)
class Term:
    """One criterion, or that it does not hold."""

    criterion: Criterion
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """Terms that all must hold; none leaves everything."""

    terms: tuple[Term, ...] = ()
    text: str = ""
    """The same as a person would type it, in one spelling; what depends on the day or the asker stays as typed."""

    def __bool__(self) -> bool:
        return bool(self.terms)


EVERYTHING = Filter()
