"""Ticks and their texts."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from blink_tui.sandbox.clock import VirtualClock, day_of, parse_ticks, start_of_day, text_of, ticks_of

NOON = ticks_of(datetime(2026, 3, 31, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "ticks"),
    [
        ("2026-03-31T12:00:00Z", NOON),
        ("2026-03-31T14:00:00+02:00", NOON),
        ("2026-03-31T12:00:00.1234567+00:00", NOON + 1_234_567),
        ("2026-03-31T12:00:00.12345678Z", NOON + 1_234_567),
        ("2026-03-31T12:00:00.5Z", NOON + 5_000_000),
    ],
)
def test_instants_are_read_to_the_seventh_digit(text: str, ticks: int) -> None:
    assert parse_ticks(text) == ticks


@pytest.mark.parametrize("text", ["2026-03-31T12:00:00", "2026-03-31", "2026-02-30T12:00:00Z", "", "x"])
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^"):
        parse_ticks(text)


def test_texts_are_cut_never_rounded() -> None:
    assert text_of(NOON + 1_234_569, 7) == "2026-03-31T12:00:00.1234569+00:00"
    assert text_of(NOON + 1_234_569) == "2026-03-31T12:00:00.123456+00:00"


def test_days() -> None:
    assert day_of(start_of_day(date(2026, 3, 31))) == date(2026, 3, 31)
    assert day_of(start_of_day(date(2026, 3, 31)) - 1) == date(2026, 3, 30)


def test_virtual_clock_moves_only_when_moved() -> None:
    clock = VirtualClock(datetime(2026, 3, 31, 12, tzinfo=UTC))
    assert clock.now() == clock.now() == NOON
    clock.advance(0.5)
    assert clock.now() == NOON + 5_000_000
