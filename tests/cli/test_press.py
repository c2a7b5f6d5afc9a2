"""A worker process that dies over one document takes no other with it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import date
from pathlib import Path

import psutil
import pytest

from blink_tui.buffer import Document, open_buffer
from blink_tui.cli.press import Press
from blink_tui.invoices.printing import Attempt
from blink_tui.model.documents import Role
from tests.buffer.factory import NIP, invoice, ksef_number
from tests.invoices.documents import faktura, line

pytest.importorskip("typst", reason="the extra pdf is not installed")
pytest.importorskip("segno", reason="the extra pdf is not installed")

_SLOW = 3_000
"""Rows that keep the process busy for a second or more."""


async def _in_turn(documents: list[Document]) -> AsyncIterator[Document]:
    for document in documents:
        yield document


def _end_workers() -> None:
    """What serves calls is a child of the fork server, which is ours."""
    for server in psutil.Process().children():
        for worker in server.children():
            worker.kill()


async def test_the_document_in_hand_fails_and_the_next_is_printed(tmp_path: Path) -> None:
    rows = "".join(line(number) for number in range(_SLOW))
    xmls = [faktura(), faktura(lines=rows), faktura()]
    async with open_buffer(tmp_path / "buffer.db") as buffer:
        firm = await buffer.firms.add(NIP, name="Biuro Przykładowe", env="test")
        items = [invoice(number, xml=xml.encode()) for number, xml in enumerate(xmls)]
        await buffer.documents.store(firm, Role.BUYER, items)
        found = [(await buffer.documents.find(ksef_number(number)))[0] for number in range(len(xmls))]
        press = Press(buffer, {}, date(2026, 9, 1))
        made: list[Attempt] = []
        async with aclosing(press.each(_in_turn(found))) as attempts:
            async for _document, attempt in attempts:
                if not made:
                    _end_workers()
                made.append(attempt)
    first, second, third = made
    assert first.pdf is not None
    assert second.error is not None
    assert second.error.kind.code == "pdf-failed"
    assert third.pdf is not None
