"""Pages over a real buffer: rows come when wished for, the cursor's row is found again, rows do not move."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import cast

import pytest

from blink_tui.buffer import Buffer, GridFilter, Sort
from blink_tui.model.firms import Firm
from blink_tui.tui.pages import PAGE, BufferSource, Pages, RowSource
from tests.tui.office import make, store


class Drawn:
    """Knows which ranges of rows can be drawn."""

    def __init__(self) -> None:
        self.ranges: list[tuple[int, int]] = []
        self.told = asyncio.Event()

    def __call__(self, first: int, end: int) -> None:
        self.ranges.append((first, end))
        self.told.set()


def source(
    buffer: Buffer, *, sort: Sort = "received_date", descending: bool = True, newest: int | None = None
) -> BufferSource:
    return BufferSource(buffer, GridFilter(max_id=newest), sort, descending)


async def test_the_first_page_is_there_at_once_and_others_when_wished_for(
    buffer: Buffer, firms: list[Firm]
) -> None:
    drawn = Drawn()
    pages = Pages(source(buffer), drawn)
    assert await pages.open() == 0
    assert pages.count == 300
    assert pages.row(0) is not None
    assert pages.row(299) is None
    serving = asyncio.create_task(pages.serve())
    await asyncio.wait_for(drawn.told.wait(), 10)
    assert drawn.ranges[0] == (2 * PAGE, 3 * PAGE)
    last = pages.row(299)
    assert last is not None
    everything = await buffer.grid.first(GridFilter(), "received_date", True, 1000)
    assert last.id == everything[299].id
    serving.cancel()


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("sort", ["received_date", "gross", "seller", "id"])
async def test_the_row_of_a_key_is_found_again(
    buffer: Buffer, firms: list[Firm], sort: Sort, descending: bool
) -> None:
    everything = await buffer.grid.first(GridFilter(), sort, descending, 1000)
    for index in (0, 1, 127, 128, 129, 299):
        pages = Pages(source(buffer, sort=sort, descending=descending), Drawn())
        assert await pages.open(keep=everything[index].key) == index
        assert pages.row(index) is not None
        assert pages.row(index).id == everything[index].id  # type: ignore[union-attr]


async def test_later_arrivals_do_not_move_rows(buffer: Buffer, firms: list[Firm]) -> None:
    frozen = source(buffer, newest=await buffer.grid.max_id())
    before = [row.id for row in await frozen.first(1000)]
    await store(buffer, firms[0], make(firms[0], 20, first=50_000))
    assert [row.id for row in await frozen.first(1000)] == before
    assert await frozen.size() == 300
    assert await source(buffer).size() == 320


async def test_an_empty_list_has_no_rows(buffer: Buffer) -> None:
    pages = Pages(source(buffer), Drawn())
    assert await pages.open(keep=("2026-01-01", 3)) == 0
    assert pages.row(0) is None


@dataclass
class Counting:
    """A source that counts what it is asked."""

    inner: BufferSource
    asked: list[str] = field(default_factory=list)

    @property
    def descending(self) -> bool:
        return self.inner.descending

    def __getattr__(self, name: str) -> object:
        self.asked.append(name)
        return getattr(self.inner, name)


async def walked(pages: Pages, drawn: Drawn, steps: Iterable[int]) -> list[int]:
    """Ids of rows at indexes, each waited for."""
    found = []
    for index in steps:
        while (row := pages.row(index)) is None:
            drawn.told.clear()
            await asyncio.wait_for(drawn.told.wait(), 10)
        found.append(row.id)
    return found


async def settled(buffer: Buffer, asked: list[str]) -> list[str]:
    """What was asked for until nothing more was: questions of one connection are answered in their order."""
    seen = -1
    while seen != len(asked):
        seen = len(asked)
        for _turn in range(10):
            await buffer.grid.max_id()
    return asked


@pytest.fixture
async def long_list(buffer: Buffer, firms: list[Firm]) -> list[int]:
    """Ids of twelve pages of documents in the grid's order."""
    await store(buffer, firms[0], make(firms[0], 12 * PAGE - 250, first=1000))
    return [row.id for row in await buffer.grid.first(GridFilter(), "received_date", True, 100_000)]


@pytest.mark.parametrize("backward", [False, True])
async def test_a_walk_from_either_end_needs_no_anchors(
    buffer: Buffer, long_list: list[int], backward: bool
) -> None:
    drawn, counting = Drawn(), Counting(source(buffer))
    pages = Pages(cast("RowSource", counting), drawn)
    await pages.open()
    serving = asyncio.create_task(pages.serve())
    steps = range(0, len(long_list), 60)
    order = [*steps][::-1] if backward else [*steps]
    assert await walked(pages, drawn, order) == [long_list[index] for index in order]
    assert "anchors" not in counting.asked
    serving.cancel()


async def test_a_leap_to_the_middle_finds_its_rows(buffer: Buffer, long_list: list[int]) -> None:
    drawn, counting = Drawn(), Counting(source(buffer))
    pages = Pages(cast("RowSource", counting), drawn)
    await pages.open()
    serving = asyncio.create_task(pages.serve())
    places = [6 * PAGE + 5, 5 * PAGE, 9 * PAGE + 127, 3, len(long_list) - 1]
    assert await walked(pages, drawn, places) == [long_list[index] for index in places]
    assert counting.asked.count("anchors") == 1
    serving.cancel()


async def test_whoever_stands_still_has_the_neighbours_and_no_more(
    buffer: Buffer, long_list: list[int]
) -> None:
    drawn, counting = Drawn(), Counting(source(buffer))
    pages = Pages(cast("RowSource", counting), drawn)
    await pages.open()
    serving = asyncio.create_task(pages.serve())
    await walked(pages, drawn, [len(long_list) - 1])
    assert (await settled(buffer, counting.asked)).count("before") == 1, "the page before the last one"
    before = len(counting.asked)
    assert pages.row(len(long_list) - 1 - PAGE) is not None
    await settled(buffer, counting.asked)
    assert counting.asked[before:] == ["before"], "and the next when that one is looked at"
    serving.cancel()
