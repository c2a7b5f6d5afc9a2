"""Counts and sums over all firms: what they say, and that each is read in the order of an index."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from blink_tui.buffer import Buffer, LogFilter, ToCode, open_buffer, overview, schema
from blink_tui.buffer.database import open_database
from blink_tui.buffer.log import ERRORS
from blink_tui.model.coding import Coding
from blink_tui.model.decisions import Action, Decision
from blink_tui.model.documents import Direction, Status
from blink_tui.model.events import EVENTS, PassFailed, PassFinished, PassStarted
from blink_tui.model.firms import Firm
from blink_tui.model.months import Month
from tests.tui.office import make, open_office, store

NOVEMBER = Month(2026, 11)
EVERYTHING = LogFilter()


@pytest.fixture
async def office(buffer: Buffer) -> list[Firm]:
    return await open_office(buffer, 100)


async def documents(buffer: Buffer, firm: Firm) -> list[tuple[int, Direction]]:
    from blink_tui.buffer import GridFilter

    return [
        (row.id, row.direction)
        for row in await buffer.grid.first(GridFilter(firm_ids=(firm.id,)), "id", False, 500)
    ]


async def test_what_waits_by_firm_and_status(buffer: Buffer, office: list[Firm]) -> None:
    ids = [id_ for id_, _direction in await documents(buffer, office[0])]
    await buffer.documents.change_status(ids[:3], Status.APPROVED, who="anna")
    await buffer.documents.change_status(ids[3:5], Status.QUERIED, who="anna", reason="?")
    await buffer.documents.change_status(ids[5:9], Status.BOOKED, who="anna")
    assert await buffer.overview.waiting() == {
        office[0].id: {Status.FETCHED: 81, Status.APPROVED: 3, Status.QUERIED: 2},
        office[1].id: {Status.FETCHED: 10},
    }


async def test_newer_documents_are_counted_firm_by_firm(buffer: Buffer, office: list[Firm]) -> None:
    newest = await buffer.grid.max_id()
    await store(buffer, office[1], make(office[1], 4, first=500))
    assert await buffer.overview.newer_than(newest) == {office[0].id: 0, office[1].id: 4}


async def test_what_waits_for_a_decision_has_its_sum_and_its_oldest(
    buffer: Buffer, office: list[Firm]
) -> None:
    found = [one for one in await buffer.overview.undecided() if one.firm_id == office[1].id]
    made = make(office[1], 10)
    assert sum(one.documents for one in found) == 10
    assert sum((one.gross for one in found), Decimal(0)) == sum(
        (one.invoice.header.gross or Decimal(0) for one in made), Decimal(0)
    )
    assert min(one.oldest for one in found if one.oldest) == date(2026, 9, 1)
    ids = [id_ for id_, _direction in await documents(buffer, office[1])]
    await buffer.documents.change_status(ids, Status.APPROVED, who="anna")
    assert not [one for one in await buffer.overview.undecided() if one.firm_id == office[1].id]


async def test_sums_of_months_agree_with_the_documents_of_each_month(
    buffer: Buffer, office: list[Firm]
) -> None:
    sums = await buffer.overview.gross_per_month(Month(2026, 9), NOVEMBER)
    counts = await buffer.overview.month(NOVEMBER, date(2026, 12, 28))
    for direction in (Direction.SALE, Direction.PURCHASE):
        of_direction = [one.gross for one in counts if one.direction is direction and one.currency == "PLN"]
        assert sums[NOVEMBER, direction] == sum(of_direction, Decimal(0))
    assert await buffer.overview.gross_per_month(Month(2027, 1), Month(2027, 2)) == {}
    assert await buffer.overview.first_month() == Month(2026, 9)
    per_day = await buffer.overview.per_day(date(2026, 10, 1))
    assert min(per_day) == date(2026, 10, 1)
    assert sum(per_day.values()) == 100 - len([one for one in make(office[0], 90) if _september(one)]) - len(
        [one for one in make(office[1], 10) if _september(one)]
    )


def _september(made) -> bool:  # type: ignore[no-untyped-def]
    return bool(made.invoice.header.issue_date < date(2026, 10, 1))


async def test_late_are_purchases_of_earlier_months_and_sales_after_the_deadline(
    buffer: Buffer, office: list[Firm]
) -> None:
    def late(counts: list[overview.MonthCount], direction: Direction) -> int:
        return sum(one.late for one in counts if one.direction is direction)

    counts = await buffer.overview.month(NOVEMBER, date(2026, 12, 28))
    assert late(counts, Direction.SALE) == late(counts, Direction.PURCHASE) == 0
    sales = sum(one.documents for one in counts if one.direction is Direction.SALE)
    assert sales
    counts = await buffer.overview.month(NOVEMBER, date(2026, 10, 31))
    assert late(counts, Direction.SALE) == sales


async def test_a_document_without_a_month_is_not_forgotten(buffer: Buffer, office: list[Firm]) -> None:
    assert await buffer.overview.without_month() == {}
    made = make(office[0], 2, first=900)
    for one in made:  # stored, and not read yet
        await buffer.documents.store(office[0], one.role, [one.invoice])
    assert await buffer.overview.without_month() == {office[0].id: 2}


@pytest.mark.parametrize(
    "name", ["_BY_STATUS", "_NEWER", "_PER_DAY", "_PER_MONTH", "_UNDECIDED", "_MONTH", "_WITHOUT_MONTH"]
)
async def test_no_count_reads_the_documents_themselves(path: Path, name: str) -> None:
    sql = str(getattr(overview, name)).replace("{late}", overview._LATE).replace("{places}", "?,?,?,?")
    async with open_database(path, read_only=False) as database:
        await schema.migrate(database, schema.scripts())
        rows = await database.reader.rows("EXPLAIN QUERY PLAN " + sql, ["x"] * sql.count("?"))
    plan = [str(row[3]) for row in rows if re.search(r"\b(document|d)\b", str(row[3]))]
    assert plan
    assert all("COVERING INDEX" in step for step in plan), plan


async def test_how_far_a_firm_with_books_is(buffer: Buffer) -> None:
    from tests.tui.coded_office import open_coded_office

    firms = await open_coded_office(buffer, 40)
    found = await buffer.overview.to_code()
    assert set(found) == {firms[0].id}, "a firm without books has nothing to code"
    before = found[firms[0].id]
    everything = await buffer.overview.undecided()
    waiting = sum(one.documents for one in everything if one.firm_id == firms[0].id)
    assert before.ready + before.drafts + before.incomplete == waiting
    assert before.ready > 2
    assert before.drafts == 0
    chosen = [id_ for id_, _direction in await documents(buffer, firms[0])]
    ready = [id_ for id_ in chosen if (await _coding(buffer, id_)).complete]
    first, second = [await buffer.documents.get(id_) for id_ in ready[:2]]
    await buffer.codings.save_draft(first.id, first.version, await _coding(buffer, first.id), who="anna")
    await buffer.decisions.decide({second.id: second.version}, Decision(Action.CODE), who="anna")
    after = (await buffer.overview.to_code())[firms[0].id]
    assert after == ToCode(before.ready - 2, 1, before.incomplete)


async def _coding(buffer: Buffer, document_id: int) -> Coding:
    proposal = await buffer.codings.proposal(document_id)
    return proposal.coding if proposal is not None else Coding()


def test_the_index_of_errors_names_all_of_them() -> None:
    assert set(ERRORS) == {name for name, kind in EVENTS.items() if kind.level == "error"}
    scripts = [text for text in schema.scripts() if "INDEX fetch_log_errors" in text]
    assert "'" + "', '".join(ERRORS) + "'" in scripts[-1]


async def test_pages_of_the_log_by_firm_and_by_errors(buffer: Buffer, office: list[Firm]) -> None:
    first, second = (firm.id for firm in office)
    await buffer.log.append(
        [PassFinished(run=str(n), firm_id=first if n % 2 else second, new=n) for n in range(10)]
    )
    await buffer.log.append([PassFailed(run="x", firm_id=second, code="c", problem="no")])
    log = buffer.log

    async def ids(chosen: LogFilter = EVERYTHING, **edge: int) -> list[int]:
        return [row.id for row in await log.page(chosen, 3, **edge)]

    assert await ids() == [9, 10, 11]
    assert await ids(before=9) == [6, 7, 8]
    assert await ids(after=0) == [1, 2, 3]
    assert await ids(LogFilter((first,)), after=2) == [4, 6, 8]
    assert await ids(LogFilter((), errors=False)) == []
    assert await ids(LogFilter((first, second), errors=True)) == [11]
    assert await ids(LogFilter(errors=True), before=11) == []


async def test_the_latest_of_each_firm_and_its_last_failure(buffer: Buffer, office: list[Firm]) -> None:
    first, second = (firm.id for firm in office)
    failed = PassFailed(run="1", firm_id=first, code="c", problem="no")
    await buffer.log.append(
        [PassStarted(run="1", firm_id=first), failed, PassFinished(run="1", firm_id=first, new=0)]
    )
    await buffer.log.append([PassFinished(run="2", firm_id=second, new=0)])
    found = await buffer.log.latest()
    assert [row.event for row in found[first]] == [failed, PassFinished(run="1", firm_id=first, new=0)]
    assert [row.event.name for row in found[second]] == ["pass-finished"]


async def test_an_older_buffer_gets_its_indexes(path: Path) -> None:
    scripts = schema.scripts()
    change = next(place for place, script in enumerate(scripts) if "document_by_month" in script)
    async with open_database(path, read_only=False) as database:
        await schema.migrate(database, scripts[:change])
    async with open_buffer(path) as buffer:
        assert await buffer.overview.undecided() == []
