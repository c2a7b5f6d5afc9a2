"""A list of firms out of a spreadsheet: CSV as offices write it, read whole or refused line by line; pure.

Columns are found by their heading, in Polish or English, in any order; others are left alone. What looks like a
formula is text like any other.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from blink_tui.i18n import N_, Message
from blink_tui.model.documents import FirmKind
from blink_tui.model.firms import ContextType, NewFirm, parse_accountant, parse_environment, parse_labels
from blink_tui.model.sheets import BadFieldError, Remark, csv_lines, decoded, heading_key
from blink_tui.model.text import clean, folded
from blink_tui.model.typed import INTERNAL_ID, LONGEST_NAME
from blink_tui.model.values import Nip, nip_check_digit_is_right, parse_nip

T = TypeVar("T")

_HEADINGS = {
    "nip": ("nip", "nip firmy", "tax id"),
    "name": ("name", "nazwa", "firma", "nazwa firmy"),
    "env": ("env", "environment", "srodowisko", "ksef"),
    "kind": ("kind", "rodzaj", "typ"),
    "internal_id": ("internal_id", "internal id", "identyfikator wewnetrzny", "id wewnetrzny"),
    "from": ("from", "od", "od dnia", "pierwszy dzien", "first day"),
    "accountant": ("accountant", "opiekun", "ksiegowy", "ksiegowa"),
    "labels": ("labels", "label", "etykiety", "etykieta"),
}
_COLUMNS = {heading: column for column, headings in _HEADINGS.items() for heading in headings}
_KINDS = {
    FirmKind.TAXPAYER: ("taxpayer", "podatnik"),
    FirmKind.LOCAL_GOVERNMENT_UNIT: ("local-government-unit", "jednostka samorzadu", "jednostka jst", "jst"),
    FirmKind.VAT_GROUP_MEMBER: ("vat-group-member", "czlonek grupy vat"),
    FirmKind.BRANCH: ("branch", "oddzial"),
}
_KIND_WORDS = {word: kind for kind, words in _KINDS.items() for word in words}


@dataclass(frozen=True, slots=True)
class ListedFirm:
    """One line of the list: the firm, and which of its fields the line says anything about."""

    line: int
    firm: NewFirm
    told: frozenset[str]
    """Out of `name`, `kind`, `first_day`."""


@dataclass(frozen=True, slots=True)
class FirmList:
    """A list read to its end; with `problems` nothing of it is to be taken."""

    firms: tuple[ListedFirm, ...]
    problems: tuple[Remark, ...]
    warnings: tuple[Remark, ...]
    ignored: tuple[str, ...]
    """Headings of columns that mean nothing here."""


def read_firm_list(content: bytes, env: str) -> FirmList:
    """Read a file: UTF-8, or cp1250 as older Excels write it; `;`, tab or comma between the fields.

    `env` holds for lines that name no environment.
    """
    text = decoded(content)
    if text is None:
        return _refused(1, N_("this is no text file; save the spreadsheet as CSV"))
    try:
        return _read(list(csv_lines(text)), env)
    except csv.Error as error:
        return _refused(1, N_("the file cannot be read as CSV: {cause}"), cause=str(error))


def _refused(line: int, text: str, **values: object) -> FirmList:
    return FirmList((), (Remark(line, Message(text, values)),), (), ())


def _read(lines: Sequence[tuple[int, list[str]]], env: str) -> FirmList:
    if not lines:
        return _refused(1, N_("the file is empty"))
    first, headings = lines[0]
    columns = [_COLUMNS.get(heading_key(heading)) for heading in headings]
    known = [column for column in columns if column]
    if "nip" not in known:
        return _refused(first, N_("there is no column NIP; the first line must name the columns"))
    if len(set(known)) < len(known):
        return _refused(first, N_("a column is named twice"))
    ignored = [
        clean(name) for name, column in zip(headings, columns, strict=True) if not column and clean(name)
    ]
    problems: list[Remark] = []
    firms: list[ListedFirm] = []
    for line, fields in lines[1:]:
        named = {
            column: clean(field).strip() for column, field in zip(columns, fields, strict=False) if column
        }
        try:
            firms.append(_listed(line, named, env))
        except BadFieldError as error:
            problems.append(Remark(line, error.message))
    problems += _repeated(firms)
    wrong = N_("the check digit of NIP {nip} is wrong; see that it is typed right")
    warnings = [
        Remark(one.line, Message(wrong, {"nip": one.firm.nip}))
        for one in firms
        if not nip_check_digit_is_right(one.firm.nip)
    ]
    problems.sort(key=lambda remark: remark.line)
    return FirmList(tuple(firms), tuple(problems), tuple(warnings), tuple(ignored))


def _repeated(firms: Sequence[ListedFirm]) -> Iterator[Remark]:
    seen: dict[tuple[str, str], int] = {}
    for one in firms:
        before = seen.setdefault((one.firm.context_value, one.firm.env), one.line)
        if before != one.line:
            text = N_("firm {firm} stands in line {other}, too")
            yield Remark(one.line, Message(text, {"firm": one.firm.context_value, "other": before}))


def _listed(line: int, fields: Mapping[str, str], env: str) -> ListedFirm:
    """Raises BadFieldError."""
    nip = _nip(fields.get("nip", ""))
    unit = fields.get("internal_id", "")
    if unit and not INTERNAL_ID.fullmatch(unit):
        raise BadFieldError(
            N_("an internal id is a NIP, a hyphen and five digits; this is not: {text}"), text=unit
        )
    name = fields.get("name", "")
    if len(name) > LONGEST_NAME:
        raise BadFieldError(N_("the name is longer than {most} characters"), most=LONGEST_NAME)
    told = {
        "name": name, "kind": fields.get("kind", ""), "first_day": fields.get("from", ""),
        "accountant": fields.get("accountant", ""), "labels": fields.get("labels", ""),
    }  # fmt: skip
    firm = NewFirm(
        nip=nip,
        context_type=ContextType.INTERNAL_ID if unit else ContextType.NIP,
        context_value=unit or nip,
        name=name or unit or nip,
        env=_parsed(parse_environment, fields.get("env") or env, N_("there is no KSeF environment {text}")),
        kind=_parsed(_kind, told["kind"], N_("there is no kind of firm {text}"))
        if told["kind"]
        else FirmKind.TAXPAYER,
        first_day=_parsed(_day, told["first_day"], N_("this is not a day: {text}"))
        if told["first_day"]
        else None,
        accountant=_parsed(
            parse_accountant,
            told["accountant"],
            N_("an accountant is one user of the system; this is none: {text}"),
        ),
        labels=_parsed(_labels, told["labels"], N_("too many or too long labels: {text}")),
    )
    return ListedFirm(line, firm, frozenset(field for field, text in told.items() if text))


def _nip(text: str) -> Nip:
    if not text:
        raise BadFieldError(N_("the NIP is missing"))
    if re.fullmatch(r"\d[.,]\d+E\+\d+", text, re.IGNORECASE):
        raise BadFieldError(
            N_("the spreadsheet spoilt the NIP ({text}); format its column as text and save it again"),
            text=text,
        )
    return _parsed(parse_nip, text, N_("a NIP has ten digits; this has not: {text}"))


def _parsed(parse: Callable[[str], T], text: str, refusal: str) -> T:
    try:
        return parse(text)
    except (ValueError, KeyError):
        raise BadFieldError(refusal, text=text) from None


def _kind(text: str) -> FirmKind:
    return _KIND_WORDS[folded(text).replace("_", "-")]


def _labels(text: str) -> tuple[str, ...]:
    """With commas, or with the bars and semicolons that a list of fields between commas takes."""
    return parse_labels([text.replace(";", ",").replace("|", ",")])


def _day(text: str) -> date:
    """2026-01-31, or 31.01.2026 as Poles write it."""
    if re.fullmatch(r"\d{1,2}\.\d{1,2}\.\d{4}", text):
        return datetime.strptime(text, "%d.%m.%Y").date()  # noqa: DTZ007 - a day has no zone
    return date.fromisoformat(text)
