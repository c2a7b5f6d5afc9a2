"""Amounts as the store keeps them: whole minor units that fit a 64-bit integer, never rounded."""

from __future__ import annotations

from decimal import Decimal

from blink_tui.model.values import from_minor, to_minor

LOWEST = -(2**63)
HIGHEST = 2**63 - 1


def to_units(amount: Decimal | None) -> int | None:
    """Minor units; None stays None. Raises ValueError for what is not a whole number of them, or too large."""
    if amount is None:
        return None
    if not amount.is_finite() or not LOWEST < (units := to_minor(amount)) <= HIGHEST:
        raise ValueError(amount)
    return units


def known_units(amount: Decimal | None) -> int | None:
    """Minor units, None as well for an amount that cannot be kept exactly: the document counts, its XML tells."""
    try:
        return to_units(amount)
    except ValueError:
        return None


def to_amount(units: int | None) -> Decimal | None:
    """The amount of minor units; None stays None."""
    return None if units is None else from_minor(units)
