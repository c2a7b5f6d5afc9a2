"""The day of the exchange rate for income tax, by a calendar of Polish holidays (BOOKKEEPING 1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from blink_tui.coding.propose import code
from blink_tui.model.books import ExchangeRate
from blink_tui.model.coding import Choices
from tests.coding.engine import shipped
from tests.coding.worked.document import purchase
from tests.coding.worked.paper import fa


@pytest.mark.parametrize(
    ("issued", "table"),
    [
        ("2026-01-07", "2026-01-05"),  # Epiphany between
        ("2026-03-30", "2026-03-27"),  # Monday: the Friday before
        ("2026-04-07", "2026-04-03"),  # Easter Monday between
        ("2026-05-04", "2026-04-30"),  # 1 May is a Friday, 3 May a Sunday
        ("2026-06-05", "2026-06-03"),  # Corpus Christi
        ("2026-11-12", "2026-11-10"),  # Independence Day
        ("2026-12-28", "2026-12-23"),  # 24 December is free since 2025
    ],
)
def test_a_cost_is_converted_by_the_table_of_the_last_working_day_before(issued: str, table: str) -> None:
    """Art. 15(1) CIT, art. 11a(2) PIT: the working day before the day of the cost, in Poland."""
    xml = fa({"23": "100.00 23.00"}, currency="EUR", rate="4.0000", sold=issued, issued=issued)
    facts = purchase("", "", xml, "", received=date.fromisoformat(issued)).facts
    first, last = date(2026, 1, 1).toordinal(), date.fromisoformat(issued).toordinal()
    days = [date.fromordinal(day) for day in range(first, last)]
    rates = tuple(ExchangeRate("EUR", day, Decimal(4), f"{day:%j}/A/NBP/2026") for day in days)
    coding = code(replace(facts, rates={"EUR": rates}), shipped(), Choices())
    assert coding.income_rate is not None
    assert coding.income_rate.day == date.fromisoformat(table)
    lacking = tuple(rate for rate in rates if rate.day != date.fromisoformat(table))
    assert not code(replace(facts, rates={"EUR": lacking}), shipped(), Choices()).complete
