"""Ends of certificates and tokens are warned of ahead, once for each threshold."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from blink_tui.buffer import Buffer, open_buffer
from blink_tui.model.dates import Instant
from blink_tui.model.firms import CredentialKind, Firm
from blink_tui.model.values import Nip
from blink_tui.sync.expiry import expiry_warnings, shortened, threshold_due


class Days:
    """A clock that stands at noon of some day."""

    def __init__(self, day: date) -> None:
        self.day = day

    def now(self) -> datetime:
        return datetime(self.day.year, self.day.month, self.day.day, 12, tzinfo=UTC)

    def steady(self) -> float:
        return self.now().timestamp()

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(seconds)


@pytest.fixture
async def buffer(tmp_path: Path) -> AsyncIterator[Buffer]:
    async with open_buffer(tmp_path / "buffer.db") as buffer:
        yield buffer


async def firms(buffer: Buffer, count: int) -> list[Firm]:
    return [
        await buffer.firms.add(Nip(f"{number:010}"), name=f"Firma {number:03}", env="test")
        for number in range(count)
    ]


async def told(buffer: Buffer, first: date, last: date) -> list[tuple[str, int, str, str]]:
    """What a pass a day tells: the day, days left, label, firms."""
    found = []
    day = first
    while day <= last:
        events = await expiry_warnings(buffer, Days(day), "run")
        found += [(day.isoformat(), event.days_left, event.label, event.firms) for event in events]
        day += timedelta(days=1)
    return found


@pytest.mark.parametrize(
    ("days_left", "warned", "due"),
    [
        (31, None, None),
        (30, None, 30),
        (30, 30, None),
        (15, 30, None),
        (14, 30, 14),
        (10, 14, None),
        (7, 14, 7),
        (2, 7, None),
        (1, 7, 1),
        (1, 1, None),
        (0, 1, None),
        (5, None, 7),  # nothing ran for weeks
        (0, None, 1),
        (-1, None, None),
        (-1, 30, None),
    ],
)
def test_each_threshold_is_due_once(days_left: int, warned: int | None, due: int | None) -> None:
    assert threshold_due(days_left, warned) == due


async def test_a_certificate_warns_four_times_for_all_its_firms(buffer: Buffer) -> None:
    clients = await firms(buffer, 5)
    # 23:30 in Warsaw on the 30th is its last moment
    end = Instant("2026-06-30T21:30:00Z")
    ids = [firm.id for firm in clients]
    await buffer.credentials.add(CredentialKind.CERTIFICATE, "c", "Biuro (77)", ids, end)
    named = "0000000000, 0000000001, 0000000002 … (+2)"
    assert await told(buffer, date(2026, 5, 20), date(2026, 7, 10)) == [
        ("2026-05-31", 30, "Biuro (77)", named),
        ("2026-06-16", 14, "Biuro (77)", named),
        ("2026-06-23", 7, "Biuro (77)", named),
        ("2026-06-29", 1, "Biuro (77)", named),
    ]


async def test_an_idle_run_writes_nothing(buffer: Buffer) -> None:
    (firm,) = await firms(buffer, 1)
    end = Instant("2026-06-30T12:00:00Z")
    await buffer.credentials.add(CredentialKind.CERTIFICATE, "c", "Biuro", [firm.id], end)
    assert len(await expiry_warnings(buffer, Days(date(2026, 6, 20)), "run")) == 1
    before = await buffer.change_token()
    assert await expiry_warnings(buffer, Days(date(2026, 6, 20)), "run") == []
    assert await buffer.change_token() == before


async def test_all_tokens_end_on_one_day_and_are_told_of_together(buffer: Buffer) -> None:
    for number, firm in enumerate(await firms(buffer, 4)):
        await buffer.credentials.add(CredentialKind.TOKEN, f"t{number}", f"token {number}", [firm.id])
    (event,) = await expiry_warnings(buffer, Days(date(2026, 12, 1)), "run")
    assert (event.ends, event.days_left, event.firm_id) == ("2026-12-31", 30, None)
    assert event.label == "token 0, token 1, token 2 … (+1)"
    assert "2026-12-31" in str(event.message)


async def test_the_end_of_tokens_is_a_setting_and_a_new_one_warns_anew(buffer: Buffer) -> None:
    (firm,) = await firms(buffer, 1)
    await buffer.credentials.add(CredentialKind.TOKEN, "t", "token", [firm.id])
    assert len(await expiry_warnings(buffer, Days(date(2026, 12, 30)), "run")) == 1
    await buffer.settings.set("tokens.end", "none")
    assert await told(buffer, date(2026, 12, 30), date(2027, 1, 10)) == []
    await buffer.settings.set("tokens.end", "2027-06-30")
    assert await told(buffer, date(2027, 5, 30), date(2027, 6, 1)) == [
        ("2027-05-31", 30, "token", "0000000000")
    ]


async def test_what_was_replaced_and_firms_at_rest_are_not_warned_of(buffer: Buffer) -> None:
    first, second = await firms(buffer, 2)
    soon, late = Instant("2026-06-30T12:00:00Z"), Instant("2028-06-30T12:00:00Z")
    await buffer.credentials.add(CredentialKind.CERTIFICATE, "old", "old", [first.id], soon)
    await buffer.credentials.add(CredentialKind.CERTIFICATE, "new", "new", [first.id], late)
    await buffer.credentials.add(CredentialKind.CERTIFICATE, "rest", "rest", [second.id], soon)
    await buffer.firms.set_enabled(second.id, second.version, False)
    assert await told(buffer, date(2026, 5, 1), date(2026, 7, 1)) == []


async def test_an_end_that_is_not_known_is_not_warned_of(buffer: Buffer) -> None:
    (firm,) = await firms(buffer, 1)
    await buffer.credentials.add(CredentialKind.CERTIFICATE, "c", "Biuro", [firm.id])
    assert await told(buffer, date(2026, 1, 1), date(2026, 1, 3)) == []


def test_a_short_list_is_told_whole() -> None:
    assert shortened(["a", "b", "c"]) == "a, b, c"
    assert shortened([]) == ""
