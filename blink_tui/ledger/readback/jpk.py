"""JPK_V7M and V7K (2, 3), JPK_PKPIR (2, 3) and JPK_EWP (3, 4) row by row, whatever their size (FORMATS 6)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from lxml import etree

from blink_tui.i18n import N_
from blink_tui.ledger.exporters.jpk_parts import PARTIAL_MARK
from blink_tui.ledger.readback import jpk_rows
from blink_tui.ledger.readback.errors import BOOKS_OF_ANOTHER, at_line, unreadable
from blink_tui.ledger.readback.jpk_rows import RowOf
from blink_tui.ledger.readback.pull import elements, fields, line_of
from blink_tui.model.book_rows import BookHead, BookRegister, BookRow
from blink_tui.model.errors import BlinkError
from blink_tui.model.months import Month
from blink_tui.model.sheets import BadFieldError
from blink_tui.model.text import clean
from blink_tui.model.values import Nip, parse_nip

_CODE = re.compile(r"JPK_(V7M|V7K|PKPIR|EWP)\s*\((\d)\)")
_BEGINNING = 1024
"""Bytes in which a partial JPK of our own says so."""
_DIGITS = re.compile(r"\d{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Form:
    """One version of one form: its rows, each with the section that counts them."""

    registers: tuple[BookRegister, ...]
    rows: Mapping[str, RowOf]
    counts: Mapping[str, tuple[str, str]]
    """Section of control sums: which rows it counts, and the field of the count."""


_V7 = _Form(
    (BookRegister.SALES, BookRegister.PURCHASES),
    {"SprzedazWiersz": jpk_rows.sold, "ZakupWiersz": jpk_rows.bought},
    {
        "SprzedazCtrl": ("SprzedazWiersz", "LiczbaWierszySprzedazy"),
        "ZakupCtrl": ("ZakupWiersz", "LiczbaWierszyZakupow"),
    },
)


def _book(register: BookRegister, row: str, control: str, read: RowOf) -> _Form:
    return _Form((register,), {row: read}, {control: (row, "LiczbaWierszy")})


_FORMS = {
    ("V7M", "2"): _V7,
    ("V7M", "3"): _V7,
    ("V7K", "2"): _V7,
    ("V7K", "3"): _V7,
    ("PKPIR", "2"): _book(BookRegister.KPIR, "PKPIRWiersz", "PKPIRCtrl", jpk_rows.kpir_2),
    ("PKPIR", "3"): _book(BookRegister.KPIR, "PKPIRWiersz", "PKPIRCtrl", jpk_rows.kpir_3),
    ("EWP", "3"): _book(BookRegister.REVENUE, "EWPWiersz", "EWPCtrl", jpk_rows.revenue_3),
    ("EWP", "4"): _book(BookRegister.REVENUE, "EWPWiersz", "EWPCtrl", jpk_rows.revenue_4),
}
_NAMES = (
    "Naglowek",
    "Podmiot1",
    *dict.fromkeys(name for form in _FORMS.values() for name in (*form.rows, *form.counts)),
)


def read_jpk(file: BinaryIO, nip: Nip) -> Iterator[BookHead | BookRow]:
    """The head of a file, then its rows as they are read. Raises BlinkError: UNREADABLE_BOOKS, BOOKS_OF_ANOTHER."""
    if PARTIAL_MARK.encode() in file.read(_BEGINNING):
        raise unreadable(N_("it is a partial JPK that this program made of the buffer, and no books"))
    file.seek(0)
    found = elements(file, _NAMES)
    form, head = _head(found, nip)
    yield head
    positions: Counter[str] = Counter()
    counted: Counter[str] = Counter()
    for name, element in found:
        if name in form.rows:
            positions[name] += 1
            yield _row(form.rows[name], element, positions[name], head.first)
        elif name in form.counts:
            counted[name] += 1
            _count(form, name, element, positions)
    missing = next((name for name in form.counts if not counted[name]), None)
    if missing is not None:
        raise unreadable(N_("it holds no register: there is no {section}"), section=missing)


def _head(found: Iterator[tuple[str, etree._Element]], nip: Nip) -> tuple[_Form, BookHead]:
    """Form and head of a file: its heading and its taxpayer come before all else."""
    known: tuple[_Form, str, str, Mapping[str, str]] | None = None
    for name, element in found:
        if name == "Naglowek" and known is None:
            known = *_form(element), fields(element)
        elif name == "Podmiot1" and known is not None:
            form, source, version, texts = known
            owner = _owner(element)
            if owner != nip:
                raise BlinkError(BOOKS_OF_ANOTHER, found=owner, nip=nip)
            first, last = _months(texts, line_of(element))
            head = BookHead(
                source=source,
                registers=form.registers,
                nip=owner,
                version=version,
                purpose=clean(texts.get("CelZlozenia"))[:1],
                first=first,
                last=last,
            )
            return form, head
        else:
            break
    raise unreadable(N_("it is no JPK_V7M, JPK_V7K, JPK_PKPIR or JPK_EWP"))


def _form(heading: etree._Element) -> tuple[_Form, str, str]:
    code = next((one.get("kodSystemowy", "") for one in heading if one.tag.endswith("}KodFormularza")), "")
    match = _CODE.fullmatch(clean(code).strip())
    if match is None or (match[1], match[2]) not in _FORMS:
        known = ", ".join(f"JPK_{name} ({version})" for name, version in _FORMS)
        raise unreadable(
            N_("its form is {found}, and only these are read: {known}"),
            found=clean(code)[:40] or "–",
            known=known,
        )
    return _FORMS[match[1], match[2]], f"jpk_{match[1].lower()}", match[2]


def _owner(taxpayer: etree._Element) -> Nip:
    text = next((one.text or "" for one in taxpayer.iter("{*}NIP")), "")
    try:
        return parse_nip(text)
    except ValueError:
        raise at_line(line_of(taxpayer), N_("the taxpayer has no NIP")) from None


def _months(texts: Mapping[str, str], line: int) -> tuple[Month, Month]:
    try:
        if "Rok" in texts:
            month = Month.parse(f"{int(texts['Rok']):04}-{int(texts['Miesiac']):02}")
            return month, month
        first, last = (Month.parse(texts[name][:7]) for name in ("DataOd", "DataDo"))
    except (KeyError, ValueError):
        raise at_line(line, N_("the heading tells no period")) from None
    if first > last:
        raise at_line(line, N_("the heading tells no period"))
    return first, last


def _row(read: RowOf, element: etree._Element, position: int, month: Month) -> BookRow:
    try:
        return read(fields(element), position, month)
    except BadFieldError as error:
        raise at_line(
            line_of(element), N_("row {row}: {problem}"), row=position, problem=error.message
        ) from None


def _count(form: _Form, name: str, element: etree._Element, positions: Mapping[str, int]) -> None:
    """Refuse a file whose own count of its rows is another one: some of it is missing."""
    row, field = form.counts[name]
    text = fields(element).get(field, "")
    if _DIGITS.fullmatch(text) is None or int(text) != positions[row]:
        raise at_line(
            line_of(element),
            N_("{section} counts {told} rows and there are {found}"),
            section=name, told=clean(text)[:20] or "–", found=positions[row],
        )  # fmt: skip
