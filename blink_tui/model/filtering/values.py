"""Values of the filter language: days, amounts, statuses and other words, each out of what a person types.

A function here takes the text of a value and returns what it means, or raises `BadValueError` with a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Final, TypeVar

from blink_tui.i18n import N_, Message
from blink_tui.model.documents import Direction, Status
from blink_tui.model.filtering.words import words_of
from blink_tui.model.findings import Severity
from blink_tui.model.months import Month
from blink_tui.model.text import folded
from blink_tui.model.values import to_minor

T = TypeVar("T")

LOW, HIGH = -(2**63) + 1, 2**63 - 1
"""Ends of an amount in minor units: what fits 64 bits; the lowest number of all means that there is none."""

STATUSES: Final[dict[str, Status]] = {
    "pobrany": Status.FETCHED,
    "niezadekretowany": Status.FETCHED,
    "zadekretowany": Status.CODED,
    "zatwierdzony": Status.APPROVED,
    "przekazany": Status.EXPORTED,
    "zaksięgowany": Status.BOOKED,
    "do-wyjaśnienia": Status.QUERIED,
    "nie-księguj": Status.EXCLUDED,
    "fetched": Status.FETCHED,
    "coded": Status.CODED,
    "approved": Status.APPROVED,
    "exported": Status.EXPORTED,
    "handed-over": Status.EXPORTED,
    "booked": Status.BOOKED,
    "queried": Status.QUERIED,
    "to-be-clarified": Status.QUERIED,
    "excluded": Status.EXCLUDED,
    "not-to-be-booked": Status.EXCLUDED,
}
_STATUS_STEMS = {
    "pobran": Status.FETCHED,
    "niezadekretowan": Status.FETCHED,
    "zadekretowan": Status.CODED,
    "zatwierdzon": Status.APPROVED,
    "przekazan": Status.EXPORTED,
    "zaksiegowan": Status.BOOKED,
    "wyjasn": Status.QUERIED,
    "do-wyjasn": Status.QUERIED,
    "nie-ksieg": Status.EXCLUDED,
    "nieksieg": Status.EXCLUDED,
}
"""What every form of a word begins with: `pobrane`, `zatwierdzonych`."""

DIRECTIONS: Final[dict[str, Direction]] = {
    "zakup": Direction.PURCHASE,
    "sprzedaż": Direction.SALE,
    "wgląd": Direction.NONE,
    "purchase": Direction.PURCHASE,
    "sale": Direction.SALE,
    "information": Direction.NONE,
}
_DIRECTION_STEMS = {
    "zakup": Direction.PURCHASE,
    "kosz": Direction.PURCHASE,
    "purchase": Direction.PURCHASE,
    "sprzed": Direction.SALE,
    "sale": Direction.SALE,
    "wglad": Direction.NONE,
    "do-wglad": Direction.NONE,
    "none": Direction.NONE,
    "for-information": Direction.NONE,
}

ATTENTION: Final[dict[str, tuple[Severity, bool]]] = {
    "tak": (Severity.WARNING, False),
    "nie": (Severity.WARNING, True),
    "alarm": (Severity.ALARM, False),
    "informacja": (Severity.NOTE, False),
    "yes": (Severity.WARNING, False),
    "no": (Severity.WARNING, True),
    "note": (Severity.NOTE, False),
    "!": (Severity.WARNING, False),
    "warning": (Severity.WARNING, False),
    "ostrzeżenie": (Severity.WARNING, False),
}
"""Least severity, and whether it is the documents without such a finding that are meant."""

KINDS: Final[dict[str, tuple[str, ...]]] = {
    "VAT": ("Vat",),
    "KOR": ("Kor",),
    "ZAL": ("Zal",),
    "ROZ": ("Roz",),
    "UPR": ("Upr",),
    "KOR_ZAL": ("KorZal",),
    "KOR_ROZ": ("KorRoz",),
    "VAT_PEF": ("VatPef",),
    "VAT_PEF_SP": ("VatPefSp",),
    "KOR_PEF": ("KorPef",),
    "VAT_RR": ("VatRr",),
    "KOR_VAT_RR": ("KorVatRr",),
    "korekta": ("Kor", "KorZal", "KorRoz", "KorPef", "KorVatRr"),
    "zaliczka": ("Zal",),
    "rozliczenie": ("Roz",),
    "uproszczona": ("Upr",),
    "RR": ("VatRr",),
    "PEF": ("VatPef", "VatPefSp"),
    "correction": ("Kor", "KorZal", "KorRoz", "KorPef", "KorVatRr"),
}
"""RodzajFaktury as invoices name it and as KSeF's list does; `korekta` is every kind of correction."""

YES_NO: Final[dict[str, bool]] = {"tak": True, "nie": False, "yes": True, "no": False}

_AGO = re.compile(r"([0-9]{1,4}) ?d(?:ni)?")
_ISO = re.compile(r"([0-9]{4})(?:-([0-9]{1,2}))?(?:-([0-9]{1,2}))?")
_POLISH = re.compile(r"(?:([0-9]{1,2})\.)?([0-9]{1,2})\.([0-9]{4})")
_DAYS_BACK = {"dzis": 0, "dzisiaj": 0, "today": 0, "wczoraj": 1, "yesterday": 1}

_AMOUNT = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?")
_COMPARISON = re.compile(r"(>=|=>|<=|=<|>|<|=)?(.*)", re.DOTALL)


class BadValueError(ValueError):
    """A value that means nothing in its field."""

    def __init__(self, sentence: str, /, **values: object) -> None:
        super().__init__(sentence)
        self.message = Message(sentence, values)


def plain(word: str) -> str:
    """A word as it is compared: folded, spaces and underscores as hyphens."""
    return re.sub(r"[\s_-]+", "-", folded(word)).strip("-") if word != "!" else word


def nearest(word: str, known: Sequence[str]) -> str | None:
    """The known word that a mistyped one is most like."""
    by_plain = {plain(one): one for one in reversed(known)}
    found = get_close_matches(plain(word), by_plain, 1)
    return by_plain[found[0]] if found else None


def refused(what: str, word: str, known: Sequence[str], shown: Sequence[str]) -> BadValueError:
    """The refusal of a word that is none of the known ones; `what` is a sentence with `{text}` and `{known}`."""
    guess = nearest(word, known)
    if guess is not None:
        return BadValueError(N_("There is no “{text}” here. Did you mean {guess}?"), text=word, guess=guess)
    return BadValueError(what, text=word, known=", ".join(shown))


def period(text: str, today: date) -> tuple[date, date]:
    """First and last day of a day, month or year as typed. Raises BadValueError."""
    word = folded(text.strip())
    try:
        if word in _DAYS_BACK:
            day = today - timedelta(days=_DAYS_BACK[word])
            return day, day
        if ago := _AGO.fullmatch(word):
            day = today - timedelta(days=int(ago[1]))
            return day, day
        if iso := _ISO.fullmatch(word):
            return _span(int(iso[1]), iso[2], iso[3])
        if polish := _POLISH.fullmatch(word):
            return _span(int(polish[3]), polish[2], polish[1])
    except (ValueError, OverflowError):
        pass
    raise BadValueError(
        N_(
            "“{text}” is no day. Write 2026-03-01, 01.03.2026, 2026-03 for a month, today, yesterday or 7d"
            " for seven days ago."
        ),
        text=text,
    )


def _span(year: int, month: str | None, day: str | None) -> tuple[date, date]:
    if month is None:
        return date(year, 1, 1), date(year, 12, 31)
    if day is None:
        whole = Month(year, int(month))
        first = whole.first_day
        return first, date(year, 12, 31) if whole.number == 12 else whole.last_day
    one = date(year, int(month), int(day))
    return one, one


def periods(text: str, today: date) -> tuple[date, date]:
    """The same, or a range `from..to` of them. Raises BadValueError."""
    left, dots, right = text.partition("..")
    if not dots:
        return period(text, today)
    first = period(left, today)[0] if left else date.min
    last = period(right, today)[1] if right else date.max
    if first > last or not (left or right):
        raise BadValueError(N_("The range “{text}” holds nothing: write the smaller end first."), text=text)
    return first, last


def month(text: str, today: date) -> str:
    """A month, YYYY-MM; empty for `-`, which is no month. Raises BadValueError."""
    if text.strip() == "-":
        return ""
    first, last = period(text, today)
    if (first.year, first.month) != (last.year, last.month) or first == last:
        raise BadValueError(N_("“{text}” is no month. Write 2026-03 or 03.2026, - for none."), text=text)
    return str(Month.of(first))


def amounts(text: str) -> tuple[int, int]:
    """Lowest and highest amount in minor units, both included. Raises BadValueError."""
    left, dots, right = text.partition("..")
    if dots:
        low = _units(left) if left.strip() else LOW
        high = _units(right) if right.strip() else HIGH
        if low > high or not (left.strip() or right.strip()):
            raise BadValueError(
                N_("The range “{text}” holds nothing: write the smaller end first."), text=text
            )
        return low, high
    match = _COMPARISON.fullmatch(text)
    sign, number = (match[1] or "=", match[2]) if match else ("=", text)
    units = _units(number)
    return {
        ">": (units + 1, HIGH),
        ">=": (units, HIGH),
        "=>": (units, HIGH),
        "<": (LOW, units - 1),
        "<=": (LOW, units),
        "=<": (LOW, units),
        "=": (units, units),
    }[sign]


def _units(text: str) -> int:
    """Minor units of an amount with spaces, underscores, decimal comma or point."""
    digits = re.sub(r"[\s_]", "", text)
    if "," in digits and "." in digits.partition(",")[0]:
        digits = digits.replace(".", "")
    if _AMOUNT.fullmatch(digits):
        try:
            units = to_minor(Decimal(digits.replace(",", ".")))
        except (ValueError, InvalidOperation):
            raise BadValueError(N_("“{text}” has more than two decimals."), text=text) from None
        if LOW < units < HIGH:
            return units
    raise BadValueError(
        N_("“{text}” is no amount. Write 1000, >1000, <=99,50 or 1000..2000; with spaces in quotes."),
        text=text,
    )


def status(text: str) -> Status:
    """A status in any form of its word, or by a beginning that only one has. Raises BadValueError."""
    return _word(
        text,
        STATUSES,
        _STATUS_STEMS,
        words_of("status"),
        N_("There is no status “{text}”. There are: {known}."),
    )


def direction(text: str) -> Direction:
    """A direction, as a status. Raises BadValueError."""
    return _word(
        text,
        DIRECTIONS,
        _DIRECTION_STEMS,
        words_of("kierunek"),
        N_("There is no direction “{text}”. There are: {known}."),
    )


def _word(text: str, words: Mapping[str, T], stems: Mapping[str, T], shown: Sequence[str], refusal: str) -> T:
    word = plain(text)
    for stem, meaning in stems.items():
        if word.startswith(stem):
            return meaning
    begun = {known: meaning for known, meaning in words.items() if word and plain(known).startswith(word)}
    if len(set(begun.values())) == 1:
        return next(iter(begun.values()))
    if begun:
        raise BadValueError(
            N_("“{text}” may be several: {known}. Write more of it."), text=text, known=", ".join(begun)
        )
    raise refused(refusal, text, tuple(words), shown)


def kinds(text: str) -> tuple[str, ...]:
    """Kinds of invoices by one word. Raises BadValueError."""
    word = plain(text).replace("-", "")
    for known, meaning in KINDS.items():
        if word == plain(known).replace("-", ""):
            return meaning
    raise refused(
        N_("There is no kind of invoice “{text}”. There are: {known}."), text, tuple(KINDS), words_of("typ")
    )


def currency(text: str) -> str:
    """Three letters. Raises BadValueError."""
    code = text.strip().upper()
    if not re.fullmatch(r"[A-Z]{3}", code, re.ASCII):
        raise BadValueError(N_("A currency is three letters, such as EUR; this is not: {text}."), text=text)
    return code


def yes(text: str) -> bool:
    """Yes or no. Raises BadValueError."""
    try:
        return YES_NO[plain(text)]
    except KeyError:
        raise BadValueError(N_("Write yes or no; this is neither: {text}."), text=text) from None


def nip(text: str) -> str:
    """The digits of a NIP, or its beginning; a foreign number as it is. Raises BadValueError."""
    value = re.sub(r"[\s-]", "", text).upper()
    bare = value.removeprefix("PL") if re.fullmatch(r"PL[0-9]{1,10}", value, re.ASCII) else value
    if not re.fullmatch(r"[0-9A-Z]+", bare, re.ASCII) or (bare.isdigit() and len(bare) > 10):
        raise BadValueError(N_("A NIP has ten digits; write them, or the first of them: {text}."), text=text)
    return bare


def account(text: str) -> str:
    """Letters and digits of an account. Raises BadValueError."""
    value = re.sub(r"[^0-9A-Z]", "", text.upper())
    if not value:
        raise BadValueError(N_("An account is written in digits: {text}."), text=text)
    return value


def finding(text: str) -> str:
    """Id of a kind of finding, or its beginning. Raises BadValueError."""
    value = folded(text.strip())
    if not re.fullmatch(r"[a-z][a-z0-9-]*", value):
        raise BadValueError(
            N_("“{text}” is no kind of finding. Write yes, alarm, note, no, or an id such as account-new."),
            text=text,
        )
    return value
