"""Suspicion: what does not fit what the firm has had from a seller before, explained in words."""

from __future__ import annotations

from bisect import insort
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice

from blink_tui.i18n import N_
from blink_tui.invoices.words import money
from blink_tui.model.comparison import Known, Surroundings
from blink_tui.model.findings import Finding, Kind, Severity
from blink_tui.model.text import clean
from blink_tui.model.values import KsefNumber

FIRST = Kind(
    "seller-first", Severity.NOTE,
    N_("The first invoice of this seller; the buffer knows the firm's documents since {since}."),
)  # fmt: skip
ACCOUNT_NEW = Kind(
    "account-new", Severity.WARNING,
    N_("Bank account {account} is new for this seller; earlier invoices ({count}) asked for {before}. Ask the seller by a telephone number that you know."),  # noqa: E501 - one sentence for translators
)  # fmt: skip
ACCOUNT_OTHER = Kind(
    "account-of-another", Severity.ALARM,
    N_("Bank account {account} has been seen with another seller since {since}: {name} ({seller}). Ask before it is paid."),  # noqa: E501 - one sentence for translators
)  # fmt: skip
AMOUNT = Kind(
    "amount-unusual", Severity.WARNING,
    N_("{gross} {currency} is {times} times what this seller usually asks for ({usual}); the largest of {count} earlier invoices was {largest}."),  # noqa: E501 - one sentence for translators
)  # fmt: skip
SAME_NUMBER = Kind(
    "duplicate-number", Severity.ALARM,
    N_("The same seller, kind, number and amount under another KSeF number: {number}. It may be the same invoice twice."),  # noqa: E501 - one sentence for translators
)  # fmt: skip
SAME_AMOUNT = Kind(
    "duplicate-amount", Severity.WARNING,
    N_("The same seller, day, amount and text under another KSeF number: {number}. It may be the same invoice twice."),
)  # fmt: skip
SAME_DAY = Kind(
    "same-amount-and-day", Severity.NOTE,
    N_("The same seller, day and amount under another KSeF number: {number}."),
)  # fmt: skip
TERM = Kind(
    "term-shorter", Severity.NOTE,
    N_("The term of {days} days is shorter than ever: {count} earlier invoices of this seller gave {shortest} at the least."),  # noqa: E501 - one sentence for translators
)  # fmt: skip
SAME_TEXT = Kind(
    "same-text", Severity.WARNING,
    N_("Within a month {count} of our firms got an invoice with the same text as their first one of its seller. Did anybody order it?"),  # noqa: E501 - one sentence for translators
)  # fmt: skip

ENOUGH_AMOUNTS = 5
"""Earlier invoices from which on amounts are a habit."""
ENOUGH_TERMS = 3
MANY_FIRMS = 3
TEXT_DAYS = 30
_TIMES_USUAL, _TIMES_LARGEST = 5, 2
"""An amount is far outside the habit above five times the median and twice the largest."""
SERIES = 6
"""More documents of one amount on one day are a series, such as tolls or tickets, and no doubles."""
_SAID = 3
"""Documents or accounts that one sentence names."""


@dataclass(slots=True)
class _Habit:
    """What a seller's earlier invoices were like."""

    count: int = 0
    with_account: int = 0
    accounts: dict[str, None] = field(default_factory=dict)
    amounts: dict[str, list[Decimal]] = field(default_factory=lambda: defaultdict(list))
    """By currency, sorted; corrections and settlements of nothing left out."""
    terms: list[int] = field(default_factory=list)

    def learn(self, known: Known) -> None:
        """Take one more document for earlier."""
        self.count += 1
        if known.accounts:
            self.with_account += 1
            self.accounts.update(dict.fromkeys(known.accounts))
        if known.gross is not None and known.gross > 0 and not known.is_correction:
            insort(self.amounts[known.currency], known.gross)
        if known.term is not None and not known.is_correction:
            insort(self.terms, known.term)


def suspicions(
    history: Sequence[Known], wanted: Collection[int], around: Surroundings, seller: str
) -> Iterator[tuple[int, tuple[Finding, ...]]]:
    """What is suspicious of the wanted documents, each seen against those before it.

    `history` holds every document that a firm has of one seller, oldest first.
    """
    habit = _Habit()
    twins = Twins(history)
    for known in history:
        if known.document_id in wanted:
            yield known.document_id, tuple(_found(known, habit, twins, around, seller))
        habit.learn(known)


def _found(known: Known, habit: _Habit, twins: Twins, around: Surroundings, seller: str) -> Iterator[Finding]:
    yield from twins.of(known)
    yield from _accounts(known, habit, around, seller)
    if not habit.count:
        yield from _first(known, around)
    yield from _amount(known, habit)
    yield from _term(known, habit)


class Twins:
    """Documents that may be the same invoice, among those of one seller in one firm."""

    def __init__(self, documents: Iterable[Known]) -> None:
        self._by_number: dict[object, list[Known]] = defaultdict(list)
        self._by_day: dict[object, list[Known]] = defaultdict(list)
        for known in documents:
            if known.gross and known.number_key:
                self._by_number[_number(known)].append(known)
            if known.gross and known.issued:
                self._by_day[_day(known)].append(known)

    def concerned(self, fresh: Collection[int]) -> set[int]:
        """Ids of documents of which something else is to be said because these are new."""
        found: set[int] = set()
        for groups, most in ((self._by_number, None), (self._by_day, SERIES)):
            for group in groups.values():
                ids = {known.document_id for known in group}
                new = len(ids.intersection(fresh))
                if new and len(ids) > 1 and (most is None or len(ids) - new <= most):
                    found |= ids
        return found

    def of(self, known: Known) -> Iterator[Finding]:
        """What is to be said of a document's twins."""
        numbered = _others(known, self._by_number.get(_number(known), ()))
        if numbered:
            yield same_number([other.ksef_number for other in numbered])
        group = self._by_day.get(_day(known), ())
        dated = _others(known, group) if len(group) <= SERIES else []
        dated = [other for other in dated if _number(other) != _number(known)]
        same_text = [
            other for other in dated if known.text_key is not None and other.text_key == known.text_key
        ]
        if same_text:
            yield SAME_AMOUNT.found("issue_date", "total", number=_numbers(same_text))
        elif dated:
            yield SAME_DAY.found("issue_date", "total", number=_numbers(dated))


def same_number(others: Sequence[KsefNumber]) -> Finding:
    """What is said of a document whose seller, kind, number and amount others have."""
    return SAME_NUMBER.found("number", "total", number=_listed(others))


def _number(known: Known) -> object:
    return known.kind, known.number_key, known.gross, known.currency


def _day(known: Known) -> object:
    return known.kind, known.issued, known.gross, known.currency


def _others(known: Known, alike: Iterable[Known]) -> list[Known]:
    """As many of the others as one sentence can need."""
    others = (other for other in alike if other.ksef_number != known.ksef_number)
    return list(islice(others, SERIES))


def _numbers(documents: Sequence[Known]) -> str:
    return _listed([known.ksef_number for known in documents])


def _listed(texts: Sequence[str]) -> str:
    return ", ".join(texts[:_SAID]) + (" …" if len(texts) > _SAID else "")


def _accounts(known: Known, habit: _Habit, around: Surroundings, seller: str) -> Iterator[Finding]:
    for account in known.accounts:
        for other in around.accounts.get(account, ()):
            if other.seller != seller and other.since < known.received:
                yield ACCOUNT_OTHER.found(
                    "payment.bank_accounts",
                    account=clean(account), seller=clean(other.seller), name=clean(other.name), since=other.since,
                )  # fmt: skip
                break
        if habit.accounts and account not in habit.accounts:
            yield ACCOUNT_NEW.found(
                "payment.bank_accounts",
                account=clean(account),
                count=str(habit.with_account),
                before=_listed([clean(one) for one in islice(reversed(habit.accounts), SERIES)]),
            )


def _first(known: Known, around: Surroundings) -> Iterator[Finding]:
    yield FIRST.found("seller", since=around.since)
    firms = around.same_text.get(known.document_id, 0)
    if firms >= MANY_FIRMS:
        yield SAME_TEXT.found("lines", count=str(firms))


def knows_for_long(known: Known, since: str) -> bool:
    """Whether the firm's documents reach back a month before this one, so that a first invoice means something."""
    if not since or not known.received:
        return False
    return date.fromisoformat(known.received) - date.fromisoformat(since) >= timedelta(days=TEXT_DAYS)


def _amount(known: Known, habit: _Habit) -> Iterator[Finding]:
    amounts = habit.amounts[known.currency]
    if known.gross is None or known.is_correction or len(amounts) < ENOUGH_AMOUNTS:
        return
    usual, largest = amounts[len(amounts) // 2], amounts[-1]
    if known.gross > usual * _TIMES_USUAL and known.gross > largest * _TIMES_LARGEST:
        yield AMOUNT.found(
            "total",
            gross=money(known.gross),
            currency=clean(known.currency),
            times=str(int(known.gross / usual)),
            usual=money(usual),
            count=str(len(amounts)),
            largest=money(largest),
        )


def _term(known: Known, habit: _Habit) -> Iterator[Finding]:
    if known.term is None or known.is_correction or len(habit.terms) < ENOUGH_TERMS:
        return
    shortest = habit.terms[0]
    if known.term < shortest:
        yield TERM.found(
            "payment.terms", days=str(known.term), count=str(len(habit.terms)), shortest=str(shortest)
        )
