from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blink_tui.buffer import SORTS, Buffer, DerivedRow, GridFilter, GridRow, Key, Sort, open_buffer
from blink_tui.buffer.collation import polish_key
from blink_tui.buffer.database import Database
from blink_tui.buffer.grid import Grid
from blink_tui.buffer.grid_plan import BOUNDS, Bounds
from blink_tui.buffer.session import Row, Session
from blink_tui.model.documents import Direction, Party, Role, Status
from blink_tui.model.filtering import parse_filter
from blink_tui.model.filtering.terms import Contains
from blink_tui.model.firms import Firm
from blink_tui.model.text import folded
from tests.buffer.factory import NIP, SELLER, invoice

NAMES = ["Łan", "Lot", "Żaba", "żabka", "Zebra", "Ąbc", "abc", None, '"Cukier"', "Ćma"]
WORDS = ["Żółw", "łódź 100%", "snake_case", "Zółty", "back\\slash"]


async def fill(buffer: Buffer, firms: list[Firm], count: int) -> None:
    """Documents with many equal values, so that ties are everywhere; every fifth is not derived."""
    for number in range(count):
        firm = firms[number % len(firms)]
        role = (Role.BUYER, Role.SELLER, Role.AUTHORIZED)[number % 7 % 3]
        item = invoice(
            number,
            issue_date=None if number % 11 == 0 else date(2026, 9, 1) + timedelta(days=number * 7 % 5),
            gross=None if number % 13 == 0 else Decimal(number * 31 % 9 - 4),
            currency=("PLN", "EUR")[number % 3 == 0],
            seller=Party("Nip", SELLER, NAMES[number * 3 % len(NAMES)]),
        )
        await buffer.documents.store(firm, role, [item])
    ids = range(1, count + 1)
    await buffer.documents.change_status([id_ for id_ in ids if id_ % 3 == 0], Status.APPROVED, who="a")
    await buffer.documents.change_status([id_ for id_ in ids if id_ % 6 == 0], Status.EXCLUDED, who="a")
    await buffer.derived.save(
        [
            DerivedRow(id_, 1, None, folded(f"fv/{id_} {WORDS[id_ // 2 % len(WORDS)]}"), None, ())
            for id_ in ids
            if id_ % 5
        ]
    )


@pytest.fixture
async def firms(buffer: Buffer, firm: Firm) -> list[Firm]:
    other = await buffer.firms.add(SELLER, name="Łódzka Hurtownia", env="test")
    found = [firm, other]
    await fill(buffer, found, 60)
    return found


def value_of(row: GridRow, sort: Sort) -> Any:
    """What a plain sort by an accountant would compare."""
    return {
        "issue_date": row.issue_date or date.min,
        "received_date": row.received_date or date.min,
        "gross": row.gross if row.gross is not None else Decimal("-Infinity"),
        "seller": row.key[0],
        "id": row.id,
    }[sort]


def words_of(chosen: GridFilter) -> list[str]:
    return [term.criterion.text for term in chosen.query.terms if isinstance(term.criterion, Contains)]


def passes(row: GridRow, chosen: GridFilter, search: dict[int, str]) -> bool:
    return (
        (chosen.firm_ids is None or row.firm_id in chosen.firm_ids)
        and (chosen.direction is None or row.direction is chosen.direction)
        and (chosen.statuses is None or row.status in chosen.statuses)
        and (chosen.max_id is None or row.id <= chosen.max_id)
        and all(word in search.get(row.id, "") for word in words_of(chosen))
        and (not chosen.query or row.id in search)
    )


filters = st.builds(
    GridFilter,
    firm_ids=st.sampled_from([None, (1,), (2,), (1, 2), (), (9,)]),
    direction=st.sampled_from([None, *Direction]),
    statuses=st.sampled_from(
        [None, (Status.FETCHED,), (Status.APPROVED, Status.EXCLUDED), (Status.BOOKED,), ()]
    ),
    query=st.sampled_from(["", " ", "zolw", "ŁÓDŹ", "100%", "e_c", "k\\s", "zol fv/1", "nothing", "%"]).map(
        parse_filter
    ),
    max_id=st.sampled_from([None, 0, 17, 60]),
)


async def walked(
    step: Callable[[Key], Any], page: list[GridRow], edge: Callable[[list[GridRow]], GridRow]
) -> list[list[GridRow]]:
    pages = []
    while page:
        pages.append(page)
        page = await step(edge(page).key)
    return pages


@pytest.fixture(scope="module")
def module_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("grid") / "buffer.db"

    async def make() -> None:
        async with open_buffer(path) as buffer:
            firm = await buffer.firms.add(NIP, name="Biuro", env="test")
            other = await buffer.firms.add(SELLER, name="Łódzka Hurtownia", env="test")
            await fill(buffer, [firm, other], 60)

    asyncio.run(make())
    return path


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    chosen=filters,
    sort=st.sampled_from(SORTS),
    descending=st.booleans(),
    limit=st.integers(min_value=1, max_value=9),
    bounds=st.sampled_from([BOUNDS, Bounds(few=0, near=5), Bounds(few=7, near=0)]),
)
def test_pages_are_a_plain_sorted_list(
    module_path: Path, chosen: GridFilter, sort: Sort, descending: bool, limit: int, bounds: Bounds
) -> None:
    async def check() -> None:
        async with open_buffer(module_path, read_only=True) as buffer:
            grid = Grid(buffer._database, bounds)
            everything = await grid.first(GridFilter(), sort, False, 1000)
            search = {
                row.id: folded(f"fv/{row.id} {WORDS[row.id // 2 % len(WORDS)]}")
                for row in everything
                if row.id % 5
            }
            expected = sorted(
                (row for row in everything if passes(row, chosen, search)),
                key=lambda row: (value_of(row, sort), row.id),
                reverse=descending,
            )
            assert len(everything) == 60
            forward = await walked(
                lambda key: grid.after(chosen, sort, descending, key, limit),
                await grid.first(chosen, sort, descending, limit),
                lambda page: page[-1],
            )
            assert list(itertools.chain(*forward)) == expected
            backward = await walked(
                lambda key: grid.before(chosen, sort, descending, key, limit),
                await grid.last(chosen, sort, descending, limit),
                lambda page: page[0],
            )
            assert list(itertools.chain(*reversed(backward))) == expected
            anchors = await grid.anchors(chosen, sort, descending, every=limit)
            assert anchors == [row.key for row in expected[::limit]]
            pages = [await grid.page_at(chosen, sort, descending, key, limit) for key in anchors]
            assert pages == forward
            ranks = [await grid.rank(chosen, sort, descending, key) for key in anchors]
            assert ranks == [*range(0, len(expected), limit)]
            assert await grid.count(chosen) == len(expected)

    asyncio.run(check())


async def test_sellers_stand_in_the_order_of_the_polish_alphabet(buffer: Buffer, firms: list[Firm]) -> None:
    rows = await buffer.grid.first(GridFilter(), "seller", False, 100)
    names = [name for name, _ in itertools.groupby(row.key[0] for row in rows)]
    in_order = [None, "abc", "Ąbc", '"Cukier"', "Ćma", "Lot", "Łan", "Zebra", "Żaba", "żabka"]
    assert names == [polish_key(name) for name in in_order]


def test_keys_of_names_follow_the_alphabet() -> None:
    alphabet = "aąbcćdeęfghijklłmnńoópqrsśtuvwxyzźż"
    assert sorted(alphabet, key=polish_key) == list(alphabet)
    assert [polish_key(letter + "a") for letter in alphabet] == sorted(polish_key(x + "a") for x in alphabet)
    assert (
        polish_key("Łódź") == polish_key(" ŁÓDŹ ") == polish_key('"Łódź"') == polish_key("Ło\u0301dz\u0301")
    )
    assert polish_key("Müller") == polish_key("muller")
    assert polish_key("az") < polish_key("ąa") < polish_key("b")


async def test_the_party_is_the_other_side(buffer: Buffer, firm: Firm) -> None:
    await buffer.documents.store(firm, Role.BUYER, [invoice(1)])
    await buffer.documents.store(firm, Role.SELLER, [invoice(2)])
    purchase, sale = await buffer.grid.first(GridFilter(), "id", False, 10)
    assert (purchase.party_name, purchase.party_nip) == ("Łódzka Hurtownia Sp. z o.o.", SELLER)
    assert (sale.party_name, sale.party_nip, sale.firm_name) == ("Biuro Przykładowe", NIP, firm.name)


async def test_sums_and_counts_agree_with_the_rows(buffer: Buffer, firms: list[Firm]) -> None:
    rows = await buffer.grid.first(GridFilter(), "id", False, 100)
    for chosen in (GridFilter(), GridFilter(firm_ids=(1,), statuses=(Status.FETCHED,))):
        kept = [row for row in rows if passes(row, chosen, {})]
        assert await buffer.grid.sums(chosen) == [
            (
                currency,
                len([row for row in kept if row.currency == currency]),
                sum((row.gross or Decimal(0) for row in kept if row.currency == currency), Decimal(0)),
            )
            for currency in ("EUR", "PLN")
        ]
    for firm_ids in (None, (1,), (1, 2), ()):
        counts = await buffer.grid.tree_counts(firm_ids)
        for direction, status in itertools.product(Direction, Status):
            chosen = GridFilter(firm_ids=firm_ids, direction=direction, statuses=(status,))
            assert counts.get((direction, status), 0) == await buffer.grid.count(chosen)
    assert await buffer.grid.max_id() == 60


async def test_no_documents_are_no_rows(buffer: Buffer) -> None:
    everything = GridFilter()
    assert await buffer.grid.first(everything, "seller", True, 10) == []
    assert await buffer.grid.anchors(everything, "seller", True) == []
    assert await buffer.grid.sums(everything) == []
    assert (await buffer.grid.count(everything), await buffer.grid.max_id()) == (0, 0)


class Explaining(Session):
    """Gathers the plans of what is asked, next to the answers."""

    plans: list[str]

    async def rows(self, sql: str, values: Any = ()) -> list[Row]:
        if sql.lstrip().startswith("SELECT"):
            self.plans += [row[3] for row in await super().rows("EXPLAIN QUERY PLAN " + sql, values)]
        return await super().rows(sql, values)


@pytest.fixture
async def explaining(buffer: Buffer, firms: list[Firm]) -> AsyncIterator[Explaining]:
    database: Database = buffer._database
    session = Explaining(database.reader.connection, database.path)
    session.plans = []
    database.reader, before = session, database.reader
    database.scan = session.rows  # type: ignore[method-assign]
    yield session
    database.reader = before


SHAPES = [
    GridFilter(),
    GridFilter(firm_ids=(1,)),
    GridFilter(firm_ids=(1, 2)),
    GridFilter(direction=Direction.PURCHASE, statuses=(Status.FETCHED,)),
    GridFilter(
        firm_ids=(1,), direction=Direction.PURCHASE, statuses=(Status.FETCHED, Status.CODED), max_id=50
    ),
]


@pytest.mark.parametrize("text", ["", "zolw"])
@pytest.mark.parametrize("chosen", SHAPES)
@pytest.mark.parametrize("sort", SORTS)
async def test_every_page_is_read_in_the_order_of_an_index(
    buffer: Buffer, explaining: Explaining, sort: Sort, chosen: GridFilter, text: str
) -> None:
    """With words only as far as `near` reaches, which is the whole of these."""
    grid = Grid(buffer._database, Bounds(few=0))
    chosen = replace(chosen, query=parse_filter(text))
    for descending in (False, True):
        page = await grid.first(chosen, sort, descending, 3)
        key = page[-1].key if page else ("", 1)
        await grid.after(chosen, sort, descending, key, 3)
        await grid.before(chosen, sort, descending, key, 3)
        await grid.page_at(chosen, sort, descending, key, 3)
        await grid.last(chosen, sort, descending, 3)
    pages = [plan for plan in explaining.plans if not (text and "INDEX document_facts" in plan)]
    assert [plan for plan in pages if "TEMP B-TREE" in plan or plan.startswith("SCAN d")] == []


@pytest.mark.parametrize("chosen", SHAPES)
@pytest.mark.parametrize("sort", SORTS)
async def test_anchors_are_gathered_in_the_order_of_an_index(
    buffer: Buffer, explaining: Explaining, sort: Sort, chosen: GridFilter
) -> None:
    for descending in (False, True):
        await buffer.grid.anchors(chosen, sort, descending, 3)
    table = [plan for plan in explaining.plans if plan.startswith(("SCAN d", "SEARCH d"))]
    assert len(table) == 2
    assert [plan for plan in table if sort != "id" and "INDEX" not in plan] == []
    assert [plan for plan in explaining.plans if "TEMP B-TREE" in plan] == []
