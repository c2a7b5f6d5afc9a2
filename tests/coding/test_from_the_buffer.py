"""The worked set once more, all the way: stored, read, compared, its facts gathered out of the buffer, coded."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from pathlib import Path

import pytest

from blink_tui.buffer import open_buffer
from blink_tui.coding.propose import code
from blink_tui.model.coding import Choices
from blink_tui.sync.compare import compare_pending
from blink_tui.sync.derive import derive_pending
from blink_tui.sync.proposing import propose_pending, read_facts
from tests.coding.engine import shipped
from tests.coding.kept import firm_with_books, store
from tests.coding.worked.document import EUR, TODAY, Worked
from tests.coding.worked.table import shown, written
from tests.coding.worked.whole import WORKED

ALONE = [one for one in WORKED if not one.originals]
"""Those that need no other document in the buffer."""


def _groups() -> list[list[Worked]]:
    """Documents of firms whose books are kept alike."""
    found: defaultdict[str, list[Worked]] = defaultdict(list)
    for one in ALONE:
        found[f"{one.books} {one.firm_kind}"].append(one)
    return list(found.values())


@pytest.mark.parametrize("group", _groups(), ids=lambda group: group[0].title)
def test_what_comes_out_of_the_buffer_is_coded_as_it_was_written_by_hand(
    group: list[Worked], tmp_path: Path
) -> None:
    async def check() -> None:
        async with open_buffer(tmp_path / "buffer.db") as buffer:
            firm = await firm_with_books(buffer, group[0].books, group[0].firm_kind)
            await buffer.rates.keep(EUR["EUR"])
            ids = [await store(buffer, firm, one) for one in group]
            await derive_pending(buffer, TODAY)
            await compare_pending(buffer, TODAY)
            assert await propose_pending(buffer, TODAY) == (len(group), 0)
            for id_, one in zip(ids, group, strict=True):
                facts = await read_facts(buffer, id_)
                assert shown(code(facts, shipped(), one.choices)) == written(one.coded)
                proposal = await buffer.codings.proposal(id_)
                assert proposal is not None
                if one.choices == Choices():
                    assert shown(proposal.coding) == written(one.coded)

    asyncio.run(check())
