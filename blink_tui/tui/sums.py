"""Sums of documents by currency: of some rows, and of all but some."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from blink_tui.buffer import GridRow
from blink_tui.i18n import _
from blink_tui.tui.words import amount, fit_right, number

Sums = Sequence[tuple[str, int, Decimal]]
"""Currency, documents, gross; unknown amounts count as none."""


def sums_of(rows: Iterable[GridRow]) -> Sums:
    """Sums of rows, by currency."""
    found: dict[str, tuple[int, Decimal]] = {}
    for row in rows:
        count, total = found.get(row.currency, (0, Decimal(0)))
        found[row.currency] = (count + 1, total + (row.gross or 0))
    return [(currency, count, total) for currency, (count, total) in sorted(found.items())]


def less(sums: Sums, taken: Sums) -> Sums:
    """Sums without a part of them."""
    parts = {currency: (count, total) for currency, count, total in taken}
    found = []
    for currency, count, total in sums:
        fewer, part = parts.get(currency, (0, Decimal(0)))
        if count > fewer:
            found.append((currency, count - fewer, total - part))
    return found


def sums_text(sums: Sums) -> str:
    """`1 234,56 PLN, 10,00 EUR`: the currency of the books first, since the rest may be cut."""
    ordered = sorted(sums, key=lambda one: one[0] != "PLN")
    return ", ".join(f"{amount(total)} {currency}" for currency, _count, total in ordered)


def gross_short(sums: Sums) -> str:
    """`1 234,56 PLN + EUR`: one amount whole, of the others only that they are there."""
    first, *rest = sorted(sums, key=lambda one: one[0] != "PLN") or [("", 0, Decimal(0))]
    others = "".join(f" + {currency}" for currency, _count, _total in rest)
    return f"{amount(first[2])} {first[0]}{others}" if first[0] else ""


def sum_lines(sums: Iterable[tuple[str, int, Decimal]]) -> list[str]:
    """Count and gross per currency, one line each, amounts under one another."""
    documents, gross = _("doc."), _("gross")
    return [
        f"{currency:<4}{fit_right(number(count), 8)} {documents}  {gross}{fit_right(amount(total), 18)}"
        for currency, count, total in sums
    ]
