"""How long firms' documents are kept by what the buffer holds, and the look that only tells."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from blink_tui.buffer import Buffer, open_buffer
from blink_tui.model.dates import instant_of
from blink_tui.model.documents import Role
from blink_tui.model.events import DocumentsPastRetention
from blink_tui.model.firms import Firm
from blink_tui.model.months import Month
from blink_tui.model.profile import ProfilePaths
from blink_tui.model.retention import Retention
from blink_tui.ops.chores import Surroundings, all_chores, run_due
from blink_tui.ops.doctor.check import Around
from blink_tui.ops.doctor.retention import RETENTION as CHECK
from blink_tui.ops.erasing import compact
from blink_tui.ops.retention import RETENTION, keeping, past_firms
from tests.buffer.factory import NIP, invoice
from tests.clocks import VirtualClock

TODAY = date(2026, 11, 22)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
async def buffer(tmp_path: Path, clock: VirtualClock) -> AsyncIterator[Buffer]:
    async with open_buffer(tmp_path / "buffer.db", clock=clock) as opened:
        yield opened


@pytest.fixture
async def firm(buffer: Buffer) -> Firm:
    return await buffer.firms.add(NIP, name="Biuro Przykładowe", env="test")


async def store(
    buffer: Buffer, firm: Firm, number: int, issued: date | None, received: date | None = None
) -> None:
    came = received or issued
    moment = instant_of(datetime(came.year, came.month, came.day, 12, tzinfo=UTC)) if came else None
    await buffer.documents.store(
        firm, Role.BUYER, [invoice(number, issue_date=issued, received=moment, stored=moment)]
    )


async def until(buffer: Buffer, firm: Firm) -> date | None:
    return (await keeping(buffer, firm, TODAY)).until


async def test_the_latest_month_that_a_document_is_in_decides(buffer: Buffer, firm: Firm) -> None:
    found = await keeping(buffer, firm, TODAY)
    assert (found.latest, found.until, found.is_over(TODAY)) == (None, None, True)
    await store(buffer, firm, 1, date(2024, 12, 30))
    assert await until(buffer, firm) == date(2030, 12, 31)
    await store(buffer, firm, 2, date(2024, 12, 31), date(2025, 1, 2))
    found = await keeping(buffer, firm, TODAY)
    assert found.until == date(2031, 12, 31)
    assert found.latest is not None
    assert (found.latest.month, found.latest.ksef_number) == (Month(2025, 1), invoice(2).header.ksef_number)
    async with buffer._database.transaction() as session:
        await session.run("UPDATE document SET vat_month = '2026-03' WHERE id = 1")
    assert await until(buffer, firm) == date(2032, 12, 31)
    async with buffer._database.transaction() as session:
        await session.run(
            "INSERT INTO book_import (firm_id, source, first_month, last_month, version, purpose, filed, file, sha256,"
            " at, who, rows, state) VALUES (1, 'jpk_v7m', '2027-01', '2027-01', '', '', 0, '', x'', '', '', 0, 'past')"
        )
    assert await until(buffer, firm) == date(2033, 12, 31)


async def test_a_document_that_nothing_tells_the_month_of_is_kept(buffer: Buffer, firm: Firm) -> None:
    await store(buffer, firm, 1, None)
    assert await until(buffer, firm) == date(2032, 12, 31)
    assert await past_firms(buffer, [firm], date(2030, 1, 1)) == []


@pytest.mark.parametrize(("day", "over"), [(date(2024, 12, 31), False), (date(2025, 1, 1), True)])
async def test_it_is_over_on_the_day_after_the_last(
    buffer: Buffer, firm: Firm, day: date, over: bool
) -> None:
    await store(buffer, firm, 1, date(2018, 12, 31))
    assert (await keeping(buffer, firm, day)).is_over(day) is over
    assert bool(await past_firms(buffer, [firm], day)) is over


async def test_the_look_tells_once_a_year_and_erases_nothing(
    buffer: Buffer, firm: Firm, clock: VirtualClock, tmp_path: Path
) -> None:
    assert RETENTION in all_chores()
    await store(buffer, firm, 1, date(2018, 5, 1))
    await store(buffer, firm, 2, date(2026, 5, 1))
    around = Surroundings(ProfilePaths("default", tmp_path), buffer, None, clock)

    async def told() -> list[DocumentsPastRetention]:
        assert (await run_due([RETENTION], around)).failures == ()
        rows = await buffer.log.read()
        return [row.event for row in rows if isinstance(row.event, DocumentsPastRetention)]

    (event,) = await told()
    assert (event.firm_id, event.documents, event.first, event.last) == (firm.id, 1, "2018-05", "2019-12")
    for _day in range(3):
        clock.advance(86_400)
        assert len(await told()) == 1
    clock.advance(timedelta(days=60).total_seconds())
    assert len(await told()) == 2
    assert await buffer.documents.total() == 2


async def test_the_doctor_tells_what_is_past_half_erased_or_touched(
    buffer: Buffer, firm: Firm, clock: VirtualClock, tmp_path: Path
) -> None:
    async def levels() -> list[str]:
        around = Around(ProfilePaths("default", tmp_path), clock, buffer, None, await buffer.firms.list())
        return [finding.level.value for finding in await CHECK.run(around)]

    assert await levels() == ["ok"]
    await store(buffer, firm, 1, date(2018, 5, 1))
    assert await levels() == ["note"]
    await buffer.eraser.begin(firm.id, await buffer.history.head(firm.id), who="anna", reason="r")
    assert await levels() == ["warning", "note"]
    async for _count in buffer.eraser.documents(firm.id):
        pass
    await buffer.eraser.finish(firm.id)
    assert await levels() == ["warning"]
    await compact(buffer)
    assert await levels() == ["ok"]
    async with buffer._database.transaction() as session:
        await session.run("DELETE FROM erased")
    assert await levels() == ["failure"]


async def test_what_a_firm_says_is_an_entry_of_its_chain(buffer: Buffer, firm: Firm) -> None:
    await store(buffer, firm, 1, date(2018, 5, 1))
    await buffer.retentions.save(firm.id, Retention(2, False, "strata"), who="anna")
    await buffer.retentions.save(firm.id, Retention(2, False, "strata"), who="anna")
    entries = [entry async for entry in buffer.history.export(firm.id)]
    assert [(entry.what, entry.who, entry.reason) for entry in entries] == [
        ("fetched", "blink-tui", None),
        ("retention", "anna", "strata"),
    ]
    assert await until(buffer, firm) == date(2026, 12, 31)
    await buffer.retentions.save(firm.id, Retention(0, True, "spór"), who="ewa")
    assert not (await keeping(buffer, firm, date(2099, 1, 1))).is_over(date(2099, 1, 1))
    assert (await buffer.history.verify(firm.id)).broken is None
