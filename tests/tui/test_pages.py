"""Pages over a real buffer: rows come when wished for, the cursor's row is found again, rows do not move."""

from __future__ import annotations

import asyncio

import pytest

from blink_tui.buffer import Buffer, GridFilter, Sort
from blink_tui.model.firms import Firm
from blink_tui.tui.pages import PAGE, BufferSource, Pages
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
