"""What is typed about a document is read back as it was, or gets a sentence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from blink_tui.coding import typed
from blink_tui.i18n import set_language
from blink_tui.model.coding import PartPaid, Rate
from blink_tui.model.errors import USAGE, BlinkError
from blink_tui.model.months import Month

RATE = Rate(Decimal("4.2512"), date(2026, 11, 19), "223/A/NBP/2026")
PAID = (PartPaid(date(2026, 11, 20), Decimal("500.00")), PartPaid(date(2026, 12, 1), Decimal("-30.50")))
MARGIN = (("23", Decimal("1000.00"), Decimal("230.00")), ("8", Decimal("100.00"), Decimal("8.00")))


def test_what_is_shown_is_read_back() -> None:
    assert typed.rate_text(RATE) == "4,2512 2026-11-19 223/A/NBP/2026"
    assert typed.rate_of(typed.rate_text(RATE)) == RATE
    assert typed.payments_text(PAID) == "2026-11-20 500,00; 2026-12-01 -30,50"
    assert typed.payments_of(typed.payments_text(PAID)) == PAID
    assert typed.margin_of(typed.margin_text(MARGIN)) == MARGIN


def test_little_is_enough_and_nothing_is_nothing() -> None:
    assert typed.rate_of("4.25") == Rate(Decimal("4.25"))
    assert typed.payments_of("2026-12-01 1 000; 2026-11-01 5") == (
        PartPaid(date(2026, 11, 1), Decimal("5.00")),
        PartPaid(date(2026, 12, 1), Decimal("1000.00")),
    )
    assert typed.month_of(" 2026-11 ") == Month(2026, 11)
    assert typed.day_of("2026-11-30") == date(2026, 11, 30)
    nothing = (
        typed.rate_of(""),
        typed.month_of(" "),
        typed.day_of(" "),
        typed.payments_of(" ; "),
        typed.margin_of(""),
    )
    assert nothing == (None, None, None, (), ())
    assert typed.rate_text(None) == ""


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (typed.rate_of, "euro"), (typed.rate_of, "0"), (typed.rate_of, "-4"), (typed.rate_of, "NaN"),
        (typed.rate_of, "1e400"), (typed.rate_of, "4,25 jutro"), (typed.month_of, "2026-13"), (typed.month_of, "maj"),
        (typed.day_of, "2026-02-30"), (typed.payments_of, "500,00"), (typed.payments_of, "2026-11-20"),
        (typed.payments_of, "2026-11-20 dużo"), (typed.margin_of, "23 1000"), (typed.margin_of, "23 x 1"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_gets_a_sentence(read: Callable[[str], object], text: str) -> None:
    set_language("en")
    with pytest.raises(BlinkError) as caught:
        read(text)
    assert caught.value.kind is USAGE
    assert str(caught.value)
