"""Choices about a document as texts: what a person types for rates, payments, margins and months, and back.

Every reader raises BlinkError(USAGE) with a sentence; an empty text means that nothing was chosen.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal, InvalidOperation

from blink_tui.coding.editing import amount_of
from blink_tui.i18n import _
from blink_tui.model.coding import ZERO, PartPaid, Rate
from blink_tui.model.errors import USAGE, BlinkError
from blink_tui.model.months import Month
from blink_tui.model.text import clean
from blink_tui.model.typed import checked_day, checked_month

_RATE_BELOW = 10**6
Margin = tuple[tuple[str, Decimal, Decimal], ...]


def month_of(text: str) -> Month | None:
    """A month as `2026-11`."""
    bare = text.strip()
    return checked_month(bare) if bare else None


def day_of(text: str) -> date | None:
    """A day as `2026-11-30`."""
    return checked_day(text.strip() or None)


def rate_of(text: str) -> Rate | None:
    """An exchange rate, then the day of its table and the table's number where they are known: `4,2512 2026-11-19`."""
    words = text.split()
    if not words:
        return None
    try:
        rate = Decimal(words[0].replace(",", "."))
    except InvalidOperation:
        rate = ZERO
    if not rate.is_finite() or not 0 < rate < _RATE_BELOW:
        raise _usage(_("A rate is written as 4,2512 2026-11-19 223/A/NBP/2026; this is not: {text}"), text)
    day = checked_day(words[1]) if len(words) > 1 else None
    return Rate(rate, day, " ".join(words[2:]))


def rate_text(rate: Rate | None) -> str:
    """A rate as it is typed."""
    if rate is None:
        return ""
    parts = (_number(rate.rate), rate.day.isoformat() if rate.day else "", rate.table)
    return " ".join(part for part in parts if part)


def payments_of(text: str) -> tuple[PartPaid, ...]:
    """Payments as `2026-11-20 500,00; 2026-12-01 730,00`, in the order of their days."""
    found = []
    for part in _parts(text):
        day, _space, amount = part.partition(" ")
        paid = checked_day(day)
        if paid is None or not amount.strip():
            raise _usage(_("A payment is written as 2026-11-20 500,00; this is not: {text}"), part)
        found.append(PartPaid(paid, amount_of(amount, ZERO)))
    return tuple(sorted(found, key=lambda one: one.day))


def payments_text(payments: Iterable[PartPaid]) -> str:
    """Payments as they are typed."""
    return "; ".join(f"{one.day.isoformat()} {_number(one.amount)}" for one in payments)


def margin_of(text: str) -> Margin:
    """A margin's rate, base and tax as `23 1000,00 230,00; 8 100,00 8,00`."""
    found = []
    for part in _parts(text):
        words = part.split()
        if len(words) != 3:
            raise _usage(
                _("A margin is written as rate, base and tax: 23 1000,00 230,00; this is not: {text}"), part
            )
        found.append((words[0], amount_of(words[1], ZERO), amount_of(words[2], ZERO)))
    return tuple(found)


def margin_text(margin: Margin) -> str:
    """A margin as it is typed."""
    return "; ".join(f"{rate} {_number(base)} {_number(tax)}" for rate, base, tax in margin)


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()]


def _number(value: Decimal) -> str:
    return f"{value:f}".replace(".", ",")


def _usage(problem: str, text: str) -> BlinkError:
    return BlinkError(USAGE, problem=problem.format(text=clean(text)))
