"""A firm's month in points, in the order in which a month is closed: what each says, and what stands in the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from blink_tui.i18n import N_, _
from blink_tui.invoices.words import money
from blink_tui.model.book_row_words import REGISTER_WORDS
from blink_tui.model.dates import Instant, datetime_of, warsaw, warsaw_day
from blink_tui.model.deadlines import Deadline
from blink_tui.model.documents import Direction, Status
from blink_tui.model.text import clean
from blink_tui.model.words import DUTY_WORDS
from blink_tui.sync.closing import FirmMonth, Sums, vat_deadline
from blink_tui.sync.standing import span_of

_NAMED = 5
"""Sellers that a point names; the page has all of them."""


class About(StrEnum):
    """What a point is about; its name in JSON."""

    OVER = "month-over"
    ACCESS = "access"
    COVERED = "covered"
    FETCHED = "fetched-to-now"
    QUARANTINE = "quarantine"
    UNDECIDED = "undecided"
    QUERIED = "queried"
    CODED = "coded"
    APPROVED = "approved"
    EXPORTED = "exported"
    BOOK_QUESTIONS = "book-questions"
    BOOKS = "books-read-back"
    NO_MONTH = "without-month"
    LATE_PURCHASES = "late-purchases"
    LATE_SALES = "late-sales"
    MINUS = "corrections-in-minus"
    EXCLUDED = "excluded"
    MISSING = "missing-sellers"
    AFTER = "after-closing"


@dataclass(frozen=True, slots=True)
class Point:
    """One point; its text is in the language in force."""

    about: About
    text: str
    open: bool = False
    """Something is to be done, or to be explained by whoever signs."""
    absolute: bool = False
    """While it is open nobody can sign, whatever the reason: the month may not be whole."""
    filter: str = ""
    """Shows the very documents among those of the firm, in the grid's language."""


def points_of(found: FirmMonth, today: date) -> tuple[Point, ...]:
    """Everything of a month, what is done included; `today` is the Warsaw day."""
    return tuple(_points(found, today))


def obstacles(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """The points that stand in the way of signing off, those that no reason removes first."""
    return tuple(sorted((one for one in points if one.open), key=lambda one: not one.absolute))


def _points(found: FirmMonth, today: date) -> Iterator[Point]:
    if found.month.last_day >= today:
        text = _("the month is not over: its last day is {day}").format(day=found.month.last_day)
        yield Point(About.OVER, text, open=True, absolute=True)
    yield _access(found)
    yield _covered(found)
    if found.lock is None:
        yield from _fetched(found)
    for one in found.standing.quarantine:
        text = _("in quarantine: {subject}").format(subject=clean(one.what.subject))
        yield Point(About.QUARANTINE, text, open=True, absolute=True)
    yield from _left(found)
    yield from _read_back(found)
    yield from _late(found)
    yield from _told(found)


def _access(found: FirmMonth) -> Point:
    credential = found.standing.credential
    if credential is None:
        return Point(About.ACCESS, _("access to KSeF: none is registered"), open=True)
    if found.let_in:
        return Point(About.ACCESS, _("access to KSeF: works"))
    text = _("access to KSeF: {problem}").format(problem=credential.use.problem or _("not checked"))
    return Point(About.ACCESS, text, open=True)


def _covered(found: FirmMonth) -> Point:
    span = span_of(found.standing.asked)
    if span is None:
        return Point(About.COVERED, _("not every role was fetched yet"), open=True, absolute=True)
    text = _("complete from {since} to {until}").format(since=shown(span.since), until=shown(span.until))
    if found.covered:
        return Point(About.COVERED, _("{span}: the month is covered").format(span=text))
    return Point(
        About.COVERED, _("{span}: the month is not covered").format(span=text), open=True, absolute=True
    )


def _fetched(found: FirmMonth) -> Iterator[Point]:
    """A month is read to the mark now: what arrived since may belong to it."""
    lag = found.standing.lag
    if lag is None:
        return
    age = _age(lag)
    if found.stale:
        text = _("not fetched to now: {age} behind; ask KSeF for the firm first").format(age=age)
        yield Point(About.FETCHED, text, open=True, absolute=True)
    else:
        yield Point(About.FETCHED, _("fetched to now, in every role in use: {age} behind").format(age=age))


def _age(lag: timedelta) -> str:
    minutes = int(lag.total_seconds() // 60)
    if minutes < 120:
        return _("{count} min").format(count=minutes)
    hours = minutes // 60
    return _("{count} h").format(count=hours) if hours < 72 else _("{count} d").format(count=hours // 24)


_LEFT = (
    (About.UNDECIDED, Status.FETCHED, N_("undecided: {count}")),
    (About.QUERIED, Status.QUERIED, N_("to be cleared up: {count}")),
    (About.CODED, Status.CODED, N_("coded and not approved: {count}")),
    (About.APPROVED, Status.APPROVED, N_("approved and not handed over: {count}")),
    (About.EXPORTED, Status.EXPORTED, N_("handed over and not booked: {count}")),
)


def _left(found: FirmMonth) -> Iterator[Point]:
    for about, status, text in _LEFT:
        count = found.held(status)
        told = _(text).format(count=counted(count, found.sums(status)))
        yield Point(about, told, open=count > 0, filter=_of_month(found, f"status:{status.value}"))
    if found.without_month:
        text = _("not settled and without a VAT month, some may belong here: {count}")
        statuses = ",".join(status.value for _about, status, _text in _LEFT)
        yield Point(
            About.NO_MONTH,
            text.format(count=_number(found.without_month)),
            open=True,
            filter=f"miesiąc:- kierunek:zakup,sprzedaż status:{statuses}",
        )


def _read_back(found: FirmMonth) -> Iterator[Point]:
    """The books of the ledger program, where they were read back."""
    if found.asked:
        text = _("may stand in the books already, without an answer: {count}").format(
            count=_number(found.asked)
        )
        yield Point(About.BOOK_QUESTIONS, text, open=True)
    for register, sums in found.there.items():
        told = ", ".join(f"{name} {money(amount)}" for name, amount in sums.items())
        text = _("in the books read back, {register}: {sums}")
        yield Point(About.BOOKS, text.format(register=_(REGISTER_WORDS[register]), sums=told))


def _late(found: FirmMonth) -> Iterator[Point]:
    bought, sold = found.late(Direction.PURCHASE), found.late(Direction.SALE)
    if bought:
        text = _("purchases of earlier months that were received in this one and are deducted here: {count}")
        before = found.month.first_day - timedelta(days=1)
        yield Point(
            About.LATE_PURCHASES,
            text.format(count=counted(bought, found.late_sums(Direction.PURCHASE))),
            filter=_of_month(found, f"kierunek:zakup do:{before}"),
        )
    if sold:
        text = _(
            "sales received after the VAT was due, which take a correction of the JPK for {month}: {count}"
        )
        after = vat_deadline(found.month).day + timedelta(days=1)
        yield Point(
            About.LATE_SALES,
            text.format(month=found.month, count=counted(sold, found.late_sums(Direction.SALE))),
            filter=_of_month(found, f"kierunek:sprzedaż wpływ-od:{after}"),
        )


def _told(found: FirmMonth) -> Iterator[Point]:
    """What keeps nothing open, except what came after the month was closed."""
    if found.minus:
        text = _("corrections in minus received, settled in this month: {count}")
        yield Point(
            About.MINUS,
            text.format(count=counted(found.minus, found.minus_sums)),
            filter=_of_month(found, "kierunek:zakup kwota:<0"),
        )
    count = found.held(Status.EXCLUDED)
    text = _("not to be booked: {count}").format(count=counted(count, found.sums(Status.EXCLUDED)))
    yield Point(About.EXCLUDED, text, filter=_of_month(found, "status:excluded") if count else "")
    if found.missing:
        names = [clean(one.name) or one.seller for one in found.missing[:_NAMED]]
        names += ["…"] if len(found.missing) > _NAMED else []
        text = _("usual sellers without an invoice in this month: {count} ({names})")
        yield Point(About.MISSING, text.format(count=_number(len(found.missing)), names=", ".join(names)))
    if found.lock is not None and found.after:
        text = _("after closing, documents of this month that came later: {count}")
        since = warsaw_day(found.lock.at)
        yield Point(
            About.AFTER,
            text.format(count=_number(found.after)),
            open=True,
            filter=_of_month(found, f"wpływ-od:{since}"),
        )


def _of_month(found: FirmMonth, rest: str) -> str:
    return f"miesiąc:{found.month} {rest}"


def shown(instant: Instant) -> str:
    """An instant as people in Warsaw read it, to the minute."""
    return f"{datetime_of(instant).astimezone(warsaw()):%Y-%m-%d %H:%M}"


def counted(count: int, sums: Sums) -> str:
    """A count with its sums: `3 (1 234,56 PLN)`."""
    told = ", ".join(f"{money(total)} {clean(currency)}" for currency, total in sums)
    return f"{_number(count)} ({told})" if count and told else _number(count)


def _number(count: int) -> str:
    return f"{count:,}".replace(",", " ")


def deadline_day(deadline: Deadline) -> tuple[str, str]:
    """What a deadline is for, and its day."""
    return _(DUTY_WORDS[deadline.duty]), f"{deadline.day:%d.%m.%Y}"
