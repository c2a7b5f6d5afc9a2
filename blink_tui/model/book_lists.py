"""Lists that a ledger program exports: accounts, contractors, dimensions, read whole or refused line by line; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from blink_tui.i18n import N_, Message
from blink_tui.model.books import Account, Contractor, DimensionValue
from blink_tui.model.errors import BlinkError
from blink_tui.model.sheets import BAD_TABLE, BadFieldError, Column, Layout, Line, Remark, laid_out
from blink_tui.model.text import folded
from blink_tui.model.values import parse_nip

T = TypeVar("T")

LONGEST_NUMBER, LONGEST_TEXT = 64, 256
"""Characters of a number or code, and of a name."""

_NO = frozenset({"0", "n", "nie", "no", "false", "zamkniete", "zablokowane", "nieaktywne", "closed"})
_PLAIN_ROWS = 50
"""Lines that are looked at to find the columns of a chart without headings."""
_ACCOUNTS = (
    Column("number", ("konto", "numer", "numer konta", "nr konta", "nr", "symbol", "account", "number",
                      "account number", "kod"), required=True),
    Column("name", ("nazwa", "nazwa konta", "opis", "name", "account name", "description"), required=True),
    Column("open", ("aktywne", "aktywny", "otwarte", "czynne", "active", "open")),
)  # fmt: skip
_CONTRACTORS = (
    Column("nip", ("nip", "nr nip", "numer nip", "tax id", "vat id"), required=True),
    Column("name", ("nazwa", "nazwa kontrahenta", "nazwa pelna", "kontrahent", "name"), required=True),
    Column("code", ("kod", "symbol", "akronim", "skrot", "nazwa skrocona", "code", "id")),
    Column("payable", ("konto dostawcy", "konto zobowiazan", "konto dostawca", "payable", "payable account")),
    Column("receivable", ("konto odbiorcy", "konto naleznosci", "konto odbiorca", "receivable",
                          "receivable account")),
)  # fmt: skip
_DIMENSIONS = (
    Column("dimension", ("wymiar", "rodzaj", "typ", "slownik", "dimension", "kind")),
    Column("code", ("kod", "symbol", "numer", "nr", "mpk", "code"), required=True),
    Column("name", ("nazwa", "opis", "name", "description"), required=True),
)


@dataclass(frozen=True, slots=True)
class Listed(Generic[T]):
    """A list read to its end; with `problems` nothing of it is to be taken."""

    items: tuple[T, ...]
    problems: tuple[Remark, ...]
    columns: Mapping[str, str]
    """What each column that was read is called in the file."""


def read_accounts(lines: Sequence[Line], named: Mapping[str, str] | None = None) -> Listed[Account]:
    """A chart of accounts; one without headings is known by its first column of numbers.

    `named`: see `laid_out`. Raises BlinkError(BAD_TABLE).
    """
    return _read(lines, _ACCOUNTS, {**_guessed(lines), **(named or {})}, _account, lambda one: one.number)


def read_contractors(lines: Sequence[Line], named: Mapping[str, str] | None = None) -> Listed[Contractor]:
    """Contractors by NIP; those without one (people, foreigners) are left out. Raises BlinkError(BAD_TABLE)."""
    return _read(lines, _CONTRACTORS, named or {}, _contractor, lambda one: one.nip)


def read_dimensions(
    lines: Sequence[Line], named: Mapping[str, str] | None = None, *, dimension: str = ""
) -> Listed[DimensionValue]:
    """Values of dimensions; `dimension` is that of lines that name none. Raises BlinkError(BAD_TABLE)."""

    def value(cells: Mapping[str, str]) -> DimensionValue:
        kind = folded(cells.get("dimension") or dimension)
        if not kind:
            raise BadFieldError(N_("it names no dimension; say which one it is with --dimension"))
        return DimensionValue(kind, _number(cells["code"]), _name(cells["name"]))

    return _read(lines, _DIMENSIONS, named or {}, value, lambda one: (one.dimension, one.code))


def with_roles(
    roles: Mapping[str, str], accounts: Sequence[Account], nip: str = "{nip}"
) -> Iterator[tuple[str, str]]:
    """Roles whose account, without its analytic of a contractor, is not in a chart."""
    numbers = {account.number for account in accounts}
    for role, pattern in roles.items():
        synthetic = pattern.partition(nip)[0].rstrip("-./ ")
        if synthetic not in numbers and not any(number.startswith(synthetic) for number in numbers):
            yield role, pattern


def _read(
    lines: Sequence[Line],
    columns: Sequence[Column],
    named: Mapping[str, str],
    made: Callable[[Mapping[str, str]], T | None],
    key: Callable[[T], object],
) -> Listed[T]:
    layout = laid_out(lines, columns, named)
    items: dict[object, T] = {}
    first: dict[object, int] = {}
    problems: list[Remark] = []
    for line, fields in layout.rows:
        try:
            item = made(layout.cells(fields))
        except BadFieldError as error:
            problems.append(Remark(line, error.message))
            continue
        if item is None:
            continue
        before = items.setdefault(key(item), item)
        at = first.setdefault(key(item), line)
        if before != item:
            text = N_("line {other} says something else of the same")
            problems.append(Remark(line, Message(text, {"other": at})))
    if not (items or problems):  # it would take the place of all that is kept
        raise BlinkError(BAD_TABLE, problem=Message(N_("no row of it can be taken")))
    return Listed(tuple(items.values()), tuple(problems), _shown(layout))


def _shown(layout: Layout) -> Mapping[str, str]:
    return dict(layout.headings)


def _account(cells: Mapping[str, str]) -> Account | None:
    account = Account(_number(cells["number"]), _name(cells["name"]))
    return replace(account, open=False) if folded(cells.get("open", "")) in _NO else account


def _contractor(cells: Mapping[str, str]) -> Contractor | None:
    if not cells["nip"]:
        return None
    try:
        nip = parse_nip(cells["nip"].upper().removeprefix("PL"))
    except ValueError:
        raise BadFieldError(N_("a NIP has ten digits; this has not: {text}"), text=cells["nip"]) from None
    own = {name: _short(cells.get(name, "")) for name in ("code", "payable", "receivable")}
    return Contractor(nip, _name(cells["name"]), **own)


def _number(text: str) -> str:
    if not text:
        raise BadFieldError(N_("the number is missing"))
    return _short(text)


def _short(text: str) -> str:
    if len(text) > LONGEST_NUMBER:
        raise BadFieldError(N_("longer than {most} characters: {text}"), most=LONGEST_NUMBER, text=text)
    return text


def _name(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise BadFieldError(N_("longer than {most} characters: {text}"), most=LONGEST_TEXT, text=text)
    return text


def _guessed(lines: Sequence[Line]) -> dict[str, str]:
    """Positions of number and name in a chart whose first line is an account already, not headings."""
    rows = [fields for _line, fields in lines[:_PLAIN_ROWS]]
    if not rows or not _looks_like_number(rows[0][0]):
        return {}
    width = min(len(fields) for fields in rows)
    numbers = [place for place in range(width) if all(_looks_like_number(fields[place]) for fields in rows)]
    names = [place for place in range(width) if all(any(map(str.isalpha, fields[place])) for fields in rows)]
    if not numbers or not names:
        return {}
    return {"number": str(numbers[0] + 1), "name": str(names[0] + 1)}


def _looks_like_number(text: str) -> bool:
    bare = text.strip()
    return bool(bare) and bare[0].isdecimal() and " " not in bare and len(bare) <= LONGEST_NUMBER
