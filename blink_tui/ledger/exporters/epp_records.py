"""Records of an EDI++ file: how values are written, and the sections that follow the documents (FORMATS 3.1, 3.5)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

_PLACES = Decimal("0.0001")
END = "\r\n"
NIL = "0.0000"
NOTHING = ""
LENGTHS = {"info": 24, "header": 62, "rate": 18, "contractor": 31, "marks": 31}
"""How many fields a record has."""
PLACES = {
    5: ("numer dostawcy (5)", 20), 7: ("pełny numer (7)", 30), 8: ("numer korygowanego (8)", 30),
    12: ("kod kontrahenta (12)", 20), 14: ("nazwa kontrahenta (14)", 255), 15: ("miasto (15)", 30),
    16: ("kod pocztowy (16)", 6), 17: ("ulica (17)", 50), 18: ("NIP (18)", 20), 19: ("kategoria (19)", 30),
    21: ("miejsce wystawienia (21)", 30), 34: ("forma płatności (34)", 30), 42: ("wystawił (42)", 35),
    47: ("waluta (47)", 3), 49: ("uwagi (49)", 255), 50: ("komentarz (50)", 50), 60: ("kraj (60)", 50),
}  # fmt: skip
"""Texts of a document's record: what they are and how long they may be."""
REASON = ("przyczyna korekty", 255)
SYMBOL = ("symbol stawki", 6)
SECTIONS = (
    "KONTRAHENCI", "DATYZAKONCZENIA", "NUMERYIDENTYFIKACYJNENABYWCOW", "PRZYCZYNYKOREKT", "WYMAGALNOSCMPP",
    "DOKUMENTYZNACZNIKIJPKVAT", "DATYUJECIAKOREKT",
)  # fmt: skip
"""In the order in which they stand, each of them always; that of the buyers' other numbers is empty, because invoices
have no receipts with numbers of their own."""
_FLAGS = (
    "SW", "EE", "TP", "TT_WNT", "TT_D", "MR_T", "MR_UZ", "I_42", "I_63", "B_SPV", "B_SPV_DOSTAWA",
    "B_MPV_PROWIZJA", "MPP", "IMP", *(f"GTU_{number:02}" for number in range(1, 14)),
)  # fmt: skip
_LAST_FLAGS = ("WSTO_EE", "IED")
_KINDS = {"RO": "1", "WEW": "2", "FP": "3", "MK": "4", "VAT_RR": "5"}


def quoted(text: str) -> str:
    """A cleaned text; nothing at all where it is empty."""
    return '"' + text.replace('"', '""') + '"' if text else NOTHING


def amount(value: Decimal) -> str:
    """Four decimals, a point, never a negative zero."""
    text = str(value.quantize(_PLACES, ROUND_HALF_UP))
    return NIL if text == "-0.0000" else text


def day(value: date | None) -> str:
    """A day; its time is always zero."""
    return NOTHING if value is None else f"{value:%Y%m%d}000000"


def logical(value: bool) -> str:
    """1 or 0."""
    return "1" if value else "0"


def record(kind: str, fields: Iterable[str]) -> str:
    """A line of a known number of fields."""
    found = list(fields)
    if len(found) != LENGTHS[kind]:
        raise AssertionError(f"{kind}: {len(found)} fields")
    return ",".join(found) + END


def document(header: str, rates: str) -> str:
    """A header with its VAT table, a blank line behind each."""
    return f"[NAGLOWEK]{END}{header}{END}[ZAWARTOSC]{END}{rates}{END}"


def section(name: str) -> str:
    """The head of a section; its records follow, and a blank line."""
    return f'[NAGLOWEK]{END}"{name}"{END}{END}[ZAWARTOSC]{END}'


def marks_record(number: str, marks: Iterable[str]) -> str:
    """A line of DOKUMENTYZNACZNIKIJPKVAT."""
    found = set(marks)
    kind = next((code for mark, code in _KINDS.items() if mark in found), "0")
    flags = [logical(flag in found) for flag in _FLAGS]
    return record("marks", [quoted(number), *flags, kind, *(logical(flag in found) for flag in _LAST_FLAGS)])
