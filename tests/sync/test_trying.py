"""Changed rules tried on history: what they would change, for whom, and that nothing of it is kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from blink_tui.buffer import open_buffer
from blink_tui.coding.toml import key_of, read, written
from blink_tui.model.decisions import Action, Decision
from blink_tui.model.firms import Firm
from blink_tui.model.rulebook import OFFICE, EntryKind
from blink_tui.sync.proposing import propose_pending
from blink_tui.sync.trying import Edit, count_tried, try_rules
from tests.sync.buying import OTHER, SELLER, TODAY, Books, Paper
from tests.sync.test_proposing import ALONE, FIRM, SISTER, keep

MATERIALS = ALONE.replace("uslugi", "materialy")


@pytest.fixture
async def books(tmp_path: Path) -> AsyncIterator[Books]:
    async with open_buffer(tmp_path / "buffer.db") as buffer:
        yield Books(buffer)


async def two_firms(books: Books, count: int = 1) -> list[Firm]:
    """Two firms with books, some purchases each, proposed."""
    firms = [await books.firm(FIRM), await books.firm(SISTER)]
    for firm in firms:
        await keep(books, firm)
        for index in range(count):
            day, gross = date(2026, 6, 1) + timedelta(days=index % 90), Decimal("123.00") + index
            await books.get(firm, Paper(number=f"{index}/A", day=day, gross=gross))
    await books.settle()
    await propose_pending(books.buffer, TODAY)
    return firms


def edits(text: str) -> list[Edit]:
    return [(*key_of(item), written([item])) for item in read(text)]


async def test_a_new_rule_is_tried_on_fetched_and_coded_and_nothing_is_kept(books: Books) -> None:
    """By the seller's number, which goes before what was learned from the coded one."""
    firm, sister = await two_firms(books)
    buffer = books.buffer
    await books.get(firm, Paper(number="B", seller=OTHER, text="Prąd dla biura i magazynu"))
    await books.settle()
    await propose_pending(buffer, TODAY)
    first = (await buffer.codings.about([1]))[0]
    assert (await buffer.decisions.decide({1: first.version}, Decision(Action.CODE), who="anna")).done == 1
    before = await buffer.change_token()
    by_seller = MATERIALS.replace("jest(", f'kontrahent.nip = "{SELLER}" i jest(')
    tried = await try_rules(buffer, (firm.id, sister.id), edits(by_seller), firm.id, TODAY)
    assert (tried.looked_at, [one.document_id for one in tried.changes]) == (3, [1])
    change = tried.changes[0]
    assert (change.before.scheme, change.after.scheme) == ("zakup-uslugi", "zakup-materialy")
    assert change.before.accounts != change.after.accounts
    assert await buffer.change_token() == before
    assert await propose_pending(buffer, TODAY) == (0, 0)


async def test_a_firm_s_own_rule_changes_that_firm_alone(books: Books) -> None:
    firm, sister = await two_firms(books)
    tried = await try_rules(books.buffer, (firm.id, sister.id), edits(MATERIALS), sister.id, TODAY)
    assert [one.document_id for one in tried.changes] == [2]
    assert (await try_rules(books.buffer, (firm.id,), edits(MATERIALS), sister.id, TODAY)).looked_at == 1


async def test_taking_a_rule_out_of_use_and_changing_none(books: Books) -> None:
    firm, _sister = await two_firms(books)
    kept = edits(MATERIALS)
    await books.buffer.rules.save(OFFICE, kept, who="anna")
    assert not (await try_rules(books.buffer, (firm.id,), kept, OFFICE, TODAY)).changes
    gone: list[Edit] = [(EntryKind.RULE, kept[0][1], "")]
    tried = await try_rules(books.buffer, (firm.id,), gone, OFFICE, TODAY)
    assert [one.after.scheme for one in tried.changes] == ["zakup-uslugi"]


async def test_many_documents_go_through_a_worker_process(books: Books) -> None:
    firm, sister = await two_firms(books, 60)
    ids = (firm.id, sister.id)
    told: list[int] = []
    tried = await try_rules(books.buffer, ids, edits(MATERIALS), OFFICE, TODAY, told.append)
    assert len(tried.changes) == tried.looked_at == sum(told) == await count_tried(books.buffer, ids) == 120


async def test_firms_without_books_are_left_out(books: Books) -> None:
    firm = await books.firm(FIRM)
    await books.get(firm, Paper(number="1"))
    await books.settle()
    assert (await try_rules(books.buffer, (firm.id,), edits(MATERIALS), OFFICE, TODAY)).looked_at == 0
