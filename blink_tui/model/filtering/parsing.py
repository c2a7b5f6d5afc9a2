"""Text of a filter → `Filter`, or an error that points at the place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from blink_tui.i18n import N_, Message
from blink_tui.model.dates import instant_of, warsaw_day
from blink_tui.model.filtering import terms, values
from blink_tui.model.filtering.fields import FIELDS, NAMES
from blink_tui.model.filtering.terms import Criterion, Day, Filter, FilterError, Term
from blink_tui.model.filtering.values import BadValueError
from blink_tui.model.text import clean, folded

MOST_CHARACTERS = 2000
MOST_TERMS = 60
"""Terms of one filter: more than a person types, fewer than a statement can take."""

_TERM = re.compile(r'(?:[„”"][^„”"]*(?:[„”"]|$)|\S)+')
_HEAD = re.compile(r"([-!]?)(?:([^\W\d_][\w-]*):)?", re.UNICODE)
_QUOTES = re.compile('[„”"]')
_ME = {"ja", "me", "moi", "moje", "mine"}
_PROGRAM = {"program", "blink", "blink-tui"}
_NOBODY = {"-", "brak", "none"}


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks and on which day: what relative words are resolved by."""

    today: date
    who: str


@dataclass(frozen=True, slots=True)
class Token:
    """One term as typed."""

    start: int
    sign: str
    name: str | None
    name_start: int
    value: str
    """Without its quotes."""
    value_start: int
    end: int
    quoted: bool


def tokens(text: str) -> Iterator[Token]:
    """The terms of a text, one after another; a quote that is not closed reaches to the end."""
    for match in _TERM.finditer(text):
        word = match[0]
        head = _HEAD.match(word)
        sign, name = (head[1], head[2]) if head else ("", None)
        if name is None and word == sign:
            sign = ""  # a sign alone is a word
        begin = len(sign) if name is None else len(sign) + len(name) + 1
        raw = word[begin:]
        yield Token(
            start=match.start(),
            sign=sign,
            name=name,
            name_start=match.start() + len(sign),
            value=_QUOTES.sub("", raw),
            value_start=match.start() + begin,
            end=match.end(),
            quoted=bool(_QUOTES.search(raw)),
        )


def parse_filter(text: str, *, today: date | None = None, who: str = "") -> Filter:
    """The filter that a person typed. Raises FilterError.

    `today` is the Warsaw day that `today` and `7d` go by (None: it is now), `who` the system user behind `me`.
    """
    asker = Asker(today or warsaw_day(instant_of(datetime.now(UTC))), who)
    if len(text) > MOST_CHARACTERS:
        too_long = Message(N_("A filter has {most} characters at the most."), {"most": MOST_CHARACTERS})
        raise FilterError(too_long, MOST_CHARACTERS, len(text))
    found: list[Term] = []
    words: list[str] = []
    for token in tokens(text):
        if len(found) == MOST_TERMS:
            too_many = Message(N_("A filter takes {most} terms at the most."), {"most": MOST_TERMS})
            raise FilterError(too_many, token.start, token.end)
        term = _term(token, asker)
        if term is not None:
            found.append(term)
            words.append(_spelled(token))
    return Filter(tuple(found), " ".join(words))


def _term(token: Token, asker: Asker) -> Term | None:
    if token.name is None:
        word = folded(clean(token.value)).strip()
        return Term(terms.Contains(word), bool(token.sign)) if word else None
    field = NAMES.get(folded(token.name))
    if field is None:
        raise FilterError(_unknown(token.name), token.name_start, token.name_start + len(token.name) + 1)
    value = clean(token.value).strip()
    if not value:
        empty = Message(
            N_("{name}: what? Write it right after the colon, as in {example}"),
            {"name": field.shown, "example": field.example_shown},
        )
        raise FilterError(empty, token.name_start, token.end)
    try:
        criterion, turned = _PARSERS[field.name](value, asker)
    except BadValueError as error:
        raise FilterError(error.message, token.value_start, token.end) from None
    return Term(criterion, bool(token.sign) != turned)


def _unknown(name: str) -> Message:
    names = tuple(field.shown for field in FIELDS)
    guess = values.nearest(name, names) or values.nearest(name, tuple(NAMES))
    if guess is not None:
        return Message(
            N_("There is no field “{name}:”. Did you mean {guess}:? In quotes it is searched for as text."),
            {"name": name, "guess": guess},
        )
    return Message(
        N_("There is no field “{name}:”. There are: {known}. In quotes it is searched for as text."),
        {"name": name, "known": ", ".join(names)},
    )


def _spelled(token: Token) -> str:
    """A term in one spelling, which reads back as the same."""
    value = " ".join(clean(token.value).split()) if token.name is not None else clean(token.value).strip()
    sign = "-" if token.sign else ""
    name = f"{NAMES[folded(token.name)].name}:" if token.name is not None else ""
    bare = not token.quoted and not re.search(r"\s", value) and not _QUOTES.search(value)
    if bare and (name or (_HEAD.match(value) and not _needs_quotes(value, sign))):
        return f"{sign}{name}{value}"
    return f'{sign}{name}"{value}"'


def _needs_quotes(value: str, sign: str) -> bool:
    head = _HEAD.match(value)
    return head is not None and bool(head[2] or (head[1] and (value != head[1] or sign)))


_Parsed = tuple[Criterion, bool]
"""A criterion, and whether the value itself says that it does not hold (`uwaga:nie`)."""


def _listed(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()] or [value]


def _status(value: str, _asker: Asker) -> _Parsed:
    return terms.StatusIn(tuple(dict.fromkeys(map(values.status, _listed(value))))), False


def _direction(value: str, _asker: Asker) -> _Parsed:
    return terms.DirectionIn(tuple(dict.fromkeys(map(values.direction, _listed(value))))), False


def _kind(value: str, _asker: Asker) -> _Parsed:
    found = [kind for part in _listed(value) for kind in values.kinds(part)]
    return terms.KindIn(tuple(dict.fromkeys(found))), False


def _currency(value: str, _asker: Asker) -> _Parsed:
    return terms.CurrencyIn(tuple(dict.fromkeys(map(values.currency, _listed(value))))), False


def _month(value: str, asker: Asker) -> _Parsed:
    found = [values.month(part, asker.today) for part in _listed(value)]
    return terms.MonthIn(tuple(dict.fromkeys(found))), False


def _nip(value: str, _asker: Asker) -> _Parsed:
    return terms.HasNip(values.nip(value)), False


def _amount(value: str, _asker: Asker) -> _Parsed:
    return terms.GrossWithin(*values.amounts(value)), False


def _since(day: Day) -> Callable[[str, Asker], _Parsed]:
    return lambda value, asker: (
        terms.DayWithin(day, values.period(value, asker.today)[0], date.max),
        False,
    )


def _until(day: Day) -> Callable[[str, Asker], _Parsed]:
    return lambda value, asker: (
        terms.DayWithin(day, date.min, values.period(value, asker.today)[1]),
        False,
    )


def _within(day: Day) -> Callable[[str, Asker], _Parsed]:
    return lambda value, asker: (terms.DayWithin(day, *values.periods(value, asker.today)), False)


def _finding(value: str, _asker: Asker) -> _Parsed:
    known = {values.plain(word): meaning for word, meaning in values.ATTENTION.items()}
    if values.plain(value) in known:
        least, turned = known[values.plain(value)]
        return terms.Attention(least), turned
    return terms.HasFinding(values.finding(value)), False


def _firm(value: str, _asker: Asker) -> _Parsed:
    return terms.OfFirm(re.sub(r"\s", "", value).upper(), tuple(folded(value).split())), False


def _accountant(value: str, asker: Asker) -> _Parsed:
    word = folded(value)
    if word in _NOBODY:
        return terms.OfAccountant(""), False
    if word in _ME:
        return terms.OfAccountant(folded(_who(value, asker))), False
    return terms.OfAccountant(word), False


def _who(value: str, asker: Asker) -> str:
    if not asker.who:
        raise BadValueError(N_("It is not known here who “{text}” is; write the user's name."), text=value)
    return asker.who


def _label(value: str, _asker: Asker) -> _Parsed:
    return terms.OfLabel(folded(value)), False


def _account(value: str, _asker: Asker) -> _Parsed:
    return terms.HasAccount(values.account(value)), False


def _coder(value: str, asker: Asker) -> _Parsed:
    word = folded(value)
    if word in _PROGRAM:
        return terms.CodedBy(""), False
    if word in _ME:
        return terms.CodedBy(_who(value, asker)), False
    return terms.CodedBy(value), False


def _scheme(value: str, _asker: Asker) -> _Parsed:
    return terms.ByScheme(folded(value)), False


def _proposal(value: str, _asker: Asker) -> _Parsed:
    return terms.Proposed(), not values.yes(value)


def _unreadable(value: str, _asker: Asker) -> _Parsed:
    return terms.Unreadable(), not values.yes(value)


_PARSERS: dict[str, Callable[[str, Asker], _Parsed]] = {
    "status": _status,
    "kierunek": _direction,
    "nip": _nip,
    "kwota": _amount,
    "waluta": _currency,
    "od": _since(Day.ISSUE),
    "do": _until(Day.ISSUE),
    "data": _within(Day.ISSUE),
    "wpływ-od": _since(Day.RECEIPT),
    "wpływ-do": _until(Day.RECEIPT),
    "wpływ": _within(Day.RECEIPT),
    "miesiąc": _month,
    "typ": _kind,
    "uwaga": _finding,
    "firma": _firm,
    "opiekun": _accountant,
    "etykieta": _label,
    "konto": _account,
    "zadekretował": _coder,
    "schemat": _scheme,
    "propozycja": _proposal,
    "nieczytelne": _unreadable,
}
