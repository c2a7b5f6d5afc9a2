"""The list of documents narrowed, searched, marked by rule, its columns chosen, and found again as it was left."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from blink_tui.buffer import Buffer, GridFilter
from blink_tui.model.filtering import parse_filter
from blink_tui.model.firms import Firm
from blink_tui.tui.app import ConsoleApp
from blink_tui.tui.memory import Memory
from blink_tui.tui.widgets.grid import InvoiceGrid
from tests.tui.conftest import Desk, OpenDesk, Wishes


def grid(desk: Desk) -> InvoiceGrid:
    return desk.app.screen.query_one(InvoiceGrid)


async def test_the_filter_language_narrows_the_list(open_desk: OpenDesk) -> None:
    async with open_desk() as desk:
        await desk.press("5")
        await desk.see("1/300")
        wanted = await desk.buffer.grid.count(GridFilter(query=parse_filter("kwota:>50000 -waluta:EUR")))
        assert 0 < wanted < 300
        await desk.press("f", *"amount:>50000 -currency:EUR", "enter")
        await desk.see("kwota:>50000 -waluta:EUR", f"1/{wanted} ")
        await desk.press("escape")
        await desk.see("1/300")


async def test_a_wrong_filter_points_at_the_place_and_can_be_mended(open_desk: OpenDesk) -> None:
    async with open_desk(160, 40) as desk:
        await desk.press("5")
        await desk.see("1/300")
        await desk.press("f8", *"lodzka statis:fetched", "enter")
        text = await desk.see("v There is no field “statis:”. Did you mean status:?")
        hint, typed = (
            next(line for line in text.splitlines() if part in line) for part in ("v There is", "lodzka st")
        )
        assert hint.index("v There") == typed.index("statis")
        assert grid(desk).count == 300
        await desk.press(*["backspace"] * 7, *"status:")
        await desk.see(" lodzka status:fetched")
        await desk.press("escape")
        await desk.until(lambda: "There is no field" not in desk.text)
        await desk.until(lambda: desk.app.focused is grid(desk))


async def test_tab_completes_a_field_and_its_value(open_desk: OpenDesk) -> None:
    async with open_desk() as desk:
        await desk.press("5")
        await desk.see("1/300")
        await desk.press("f8", *"cur", "tab")
        await desk.see("currency:")
        await desk.press(*"EUR", "enter")
        wanted = await desk.buffer.grid.count(GridFilter(query=parse_filter("waluta:EUR")))
        await desk.see("waluta:EUR", f"1/{wanted} ")


async def test_search_goes_from_hit_to_hit_and_round_the_end(open_desk: OpenDesk) -> None:
    async with open_desk() as desk:
        await desk.press("5")
        await desk.see("1/300")
        rows = await desk.buffer.grid.first(GridFilter(), "received_date", True, 300)
        hits = [place for place, row in enumerate(rows) if row.party_name and "Gęś" in row.party_name]
        assert hits[0] > 0
        await desk.press("slash", *"ges", "enter")
        first = hits[0]
        await desk.until(lambda: grid(desk).cursor == first)
        assert grid(desk).count == 300
        await desk.press("n")
        await desk.until(lambda: grid(desk).cursor == hits[1])
        await desk.press("N")
        await desk.until(lambda: grid(desk).cursor == first)
        await desk.press("N")
        await desk.see("other end of the list")
        await desk.until(lambda: grid(desk).cursor == hits[-1])
        await desk.press("f7", *"zzzz", "enter")
        await desk.see("Nothing was found: geszzzz")


async def test_all_of_a_filter_is_a_rule_with_count_and_sum(open_desk: OpenDesk) -> None:
    async with open_desk(120, 40) as desk:
        await desk.press("5")
        await desk.see("1/300")
        await desk.press("f8", *"waluta:EUR", "enter")
        await desk.see("waluta:EUR")
        sums = await desk.buffer.grid.sums(GridFilter(query=parse_filter("waluta:EUR")))
        ((_currency, count, total),) = sums
        await desk.until(lambda: grid(desk).count == count)
        await desk.press("plus")
        shown = f"{total:,.2f}".replace(",", " ").replace(".", ",")
        await desk.see(f"{count} marked: {shown} EUR")
        current = grid(desk).current
        assert current is not None
        await desk.press("space")
        less = f"{total - (current.gross or 0):,.2f}".replace(",", " ").replace(".", ",")
        await desk.see(f"{count - 1} marked: {less} EUR")
        assert grid(desk).marks.every


async def test_columns_are_chosen_moved_and_sized(open_desk: OpenDesk) -> None:
    async with open_desk(120, 40) as desk:
        await desk.press("5")
        await desk.see("1/300")
        shown = grid(desk).in_view
        await desk.press("c")
        await desk.see("Columns of the list", "[x] Issued", "[ ] VAT in PLN", "[ ] Received")
        names = [entry.name for entry in desk.app.screen.query("ColumnRows").first().entries]  # type: ignore[attr-defined]
        place = names.index("vat")
        await desk.press(
            *["down"] * place, "space", "up", *["K"] * (place - names.index("party")), "right", "right"
        )
        await desk.press(*["down"] * (names.index("nip") - names.index("party") + 1), "space", "f10")
        await desk.see("VAT in PLN")
        order = [name for name, _width in grid(desk).choice]
        place = shown.index("party")
        assert "nip" not in shown
        assert order == [*shown[:place], "vat", "party", "nip", *shown[place + 1 :]]
        assert dict(grid(desk).choice)["vat"] == 14
        await desk.press("c", "u")
        await desk.until(lambda: grid(desk).choice == ())


async def test_filters_are_saved_used_and_forgotten(open_desk: OpenDesk) -> None:
    async with open_desk() as desk:
        await desk.press("5")
        await desk.see("1/300")
        await desk.press("F")
        await desk.see("There is no filter to save")
        await desk.press("f8", *"waluta:EUR", "enter")
        await desk.see("waluta:EUR · 1/")
        await desk.press("F", "enter")
        await desk.see("a name for this filter")
        await desk.press(*"euro", "enter")
        await desk.see("Saved: euro")
        await desk.press("escape")
        await desk.see("1/300")
        await desk.press("F")
        await desk.see("euro: waluta:EUR")
        await desk.press("enter")
        await desk.see("waluta:EUR · 1/")
        await desk.press("F", *"forget", "enter")
        await desk.see("Forgotten: euro")
        assert not await desk.buffer.saved_filters.list("anna")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "console-anna.json"


@asynccontextmanager
async def started(buffer: Buffer, path: Path, size: tuple[int, int] = (120, 40)) -> AsyncIterator[Desk]:
    """A console that remembers in a file."""
    engine = Wishes()
    app = ConsoleApp(buffer, engine, who="anna", export_dir=path.parent, memory=Memory(path))
    async with app.run_test(size=size, notifications=True) as pilot:
        yield Desk(app, pilot, buffer, engine, path.parent)


async def test_where_one_was_is_found_again(buffer: Buffer, firms: list[Firm], path: Path) -> None:
    async with started(buffer, path) as desk:
        await desk.press("5")
        await desk.see("1/300")
        await desk.press("f8", *"waluta:PLN", "enter")
        await desk.see("waluta:PLN · 1/")
        await desk.press("s", "down", "down", "down", "right")
        await desk.see("by issue", "4/")
        await desk.press("ctrl+f", *"zolw", "enter")
        await desk.see("Żółw i Synowie sp. z o.o. · waluta:PLN")
        await desk.press("down", "down", "t")
        await desk.until(lambda: grid(desk).cursor == 2)
        row = grid(desk).current
        assert row is not None
        desk.app.exit()
    assert (await asyncio.to_thread(path.stat)).st_mode & 0o777 == 0o600
    async with started(buffer, path) as desk:
        await desk.see("[5 Buffer]", "Żółw i Synowie", "waluta:PLN · 3/", "by issue")
        current = grid(desk).current
        assert current is not None
        assert current.id == row.id
        assert "Purchases" not in desk.text.splitlines()[3]


@pytest.mark.parametrize(
    "text",
    ["", "{", '{"version": 1, "kept": []}', '{"version": 99, "kept": {"app": {"mode": "log"}}}',
     json.dumps({"version": 1, "kept": {"app": {"mode": "magic", "firm": [1]}, "go-buffer": {
         "filter": "kwota:x", "sort": {}, "key": ["a"], "columns": 7, "direction": 5, "words": None, "tab": {}}}}),
     "[" * 100_000],
)  # fmt: skip
async def test_a_damaged_memory_is_as_good_as_none(
    buffer: Buffer, firms: list[Firm], path: Path, text: str
) -> None:
    await asyncio.to_thread(path.write_text, text)
    async with started(buffer, path) as desk:
        await desk.see("[1 Desk]", "2 firms")
        await desk.press("5")
        await desk.see("1/300")
