"""What became of an export, for people: files, sums as a table, warnings and refusals by their kind."""

from __future__ import annotations

import re
import textwrap
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from blink_tui.cli import output
from blink_tui.i18n import _, ngettext
from blink_tui.model.text import clean

if TYPE_CHECKING:
    from blink_tui.model.coding import Problem
    from blink_tui.sync.exporting_work import Refused, Sum, SumKey, Told

_EXAMPLES = 3
"""Of a kind of warning."""
_WIDTH = 80
_THOUSANDS = re.compile(r"(?<=\d) (?=\d{3}\b)", re.ASCII)
"""Spaces of amounts, at which no line ends."""


@dataclass(frozen=True, slots=True)
class Note:
    """One warning or refusal of one document."""

    document: str
    """How it is named."""
    code: str
    text: str
    """The sentence without its values: what notes of a kind have in common."""
    sentence: str


def warned(told: Iterable[Told]) -> Iterator[Note]:
    """Notes of documents that go."""
    for one in told:
        yield from notes(named(one.number, one.ksef_number), one.warnings)


def refused(some: Iterable[Refused]) -> Iterator[Note]:
    """Notes of documents that stay as they are."""
    for one in some:
        yield from notes(named(one.number, one.ksef_number), one.why)


def notes(document: str, problems: Iterable[Problem]) -> Iterator[Note]:
    """Of one document."""
    for one in problems:
        yield Note(document, one.code, one.text, clean(str(one.message)))


def named(number: str, ksef_number: str) -> str:
    """By its own number and KSeF's; an invoice that cannot be read has but the one."""
    number = clean(number)
    return f"{number} ({ksef_number})" if number and ksef_number else number or ksef_number


def grouped(some: Iterable[Note], indent: str = "  ") -> Iterator[str]:
    """Lines: how many of each kind, some of them, and how many more there are."""
    kinds: defaultdict[tuple[str, str], list[Note]] = defaultdict(list)
    for one in some:
        kinds[one.code, one.text].append(one)
    for found in kinds.values():
        yield from _kind(found, indent)


def _kind(found: Sequence[Note], indent: str) -> Iterator[str]:
    first, count = found[0], len(found)
    if count == 1:
        yield from _wrapped(f"{first.document}: {first.sentence}", indent)
        return
    same = all(one.sentence == first.sentence for one in found)
    head = ngettext("{n} document", "{n} documents", count).format(n=count)
    yield from _wrapped(f"{head}: {first.sentence}" if same else f"{head}:", indent)
    shown = found if count == _EXAMPLES + 1 else found[:_EXAMPLES]
    for one in shown:
        yield from _wrapped(one.document if same else f"{one.document}: {one.sentence}", indent + "  ")
    if left := count - len(shown):
        yield (
            indent
            + "  "
            + ngettext("… and {n} more (--json shows all)", "… and {n} more (--json shows all)", left).format(
                n=left
            )
        )


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        _THOUSANDS.sub("\u00a0", text),
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=indent + "  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def sums_json(sums: Mapping[SumKey, Sum]) -> list[dict[str, Any]]:
    """By register and rate, for programs."""
    return [
        {
            "register": register,
            "rate": rate,
            "documents": one.documents,
            "net": str(one.net),
            "vat": str(one.vat),
        }
        for (register, rate), one in sums.items()
    ]


def sums_table(sums: Mapping[SumKey, Sum]) -> Iterator[str]:
    """By register and rate with what each register comes to, in PLN."""
    rows: list[Sequence[str]] = []
    registers: defaultdict[str, list[tuple[str, Sum]]] = defaultdict(list)
    for (direction, rate), one in sums.items():
        registers[direction].append((rate, one))
    for register, parts in registers.items():
        for rate, one in parts:
            rows.append((_register(register), rate, str(one.documents), *_amounts((one,))))
        if len(parts) > 1:
            rows.append((_register(register), _("in all"), "", *_amounts(one for _rate, one in parts)))
    if rows:
        head = (_("Register"), _("Rate"), _("Doc."), _("Net"), _("VAT"))
        yield from textwrap.indent(output.table(head, rows), "  ").split("\n")


def _amounts(some: Iterable[Sum]) -> tuple[str, str]:
    found = tuple(some)
    return (
        output.amount(sum((one.net for one in found), Decimal(0))),
        output.amount(sum((one.vat for one in found), Decimal(0))),
    )


def _register(direction: str) -> str:
    return {"sale": _("sales"), "purchase": _("purchases")}.get(direction, "–")
