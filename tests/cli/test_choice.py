"""Which documents a command means: more than a thousand only when a person says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from blink_tui.buffer import open_buffer
from blink_tui.cli.choice import UNASKED, Chooser
from blink_tui.model.documents import Role
from blink_tui.model.errors import BlinkError
from tests.buffer.factory import NIP, invoice


async def test_more_than_a_thousand_are_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with open_buffer(tmp_path / "buffer.db") as buffer:
        firm = await buffer.firms.add(NIP, name="Biuro Przykładowe", env="test")
        items = [invoice(number) for number in range(UNASKED)]
        await buffer.documents.store(firm, Role.BUYER, items)
        unasked = Chooser([], [NIP], "", yes=False)
        assert (await unasked.choice(buffer)).count == UNASKED
        await buffer.documents.store(firm, Role.BUYER, [invoice(UNASKED)])
        with pytest.raises(BlinkError) as refused:
            await unasked.choice(buffer)
        assert refused.value.kind.code == "usage"
        choice = await Chooser([], [NIP], "", yes=True).choice(buffer)
        assert choice.count == len([document async for document in choice.documents]) == UNASKED + 1
    assert capsys.readouterr().out == ""
