"""Rows of the books whose KSeF number is wrong: asked about, and their documents not handed over a second time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from blink_tui.buffer import open_buffer
from blink_tui.ledger.comparing import Kind
from blink_tui.model.book_rows import Answer
from blink_tui.model.documents import Status
from blink_tui.model.errors import BlinkError
from blink_tui.model.values import KsefNumber, crc8
from blink_tui.sync import reading_back
from tests.ledger.books_xml import NIP, Row, v7
from tests.sync.book_office import Office
from tests.sync.buying import SELLER, Books, Paper


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_buffer(tmp_path / "buffer.db") as buffer:
        books = Books(buffer)
        yield Office(books, await books.firm(NIP), tmp_path)


def mistyped(number: KsefNumber) -> str:
    """The same with another check sum."""
    return number[:-2] + ("00" if number[-2:] != "00" else "01")


async def asked(office: Office) -> list[KsefNumber]:
    return [one.ksef_number for one in await office.buffer.book_rows.questions(firm_id=office.firm.id)]


async def refused(office: Office, ids: list[int]) -> str:
    with pytest.raises(BlinkError) as raised:
        await office.export(ids)
    return raised.value.kind.code


async def test_a_document_in_the_books_under_a_mistyped_number_is_not_handed_over_again(
    office: Office,
) -> None:
    (number,) = await office.get(Paper(number="FV/1"))
    ids = await office.approve(number)
    done = await office.read(v7([Row(number="FV/1", ksef=mistyped(number))]))
    assert {Kind.QUESTION, Kind.UNKNOWN} <= {one.kind for one in done.findings}
    assert await refused(office, ids) == "book-question"
    await office.say(number, Answer.SAME)
    assert await office.status(number) is Status.BOOKED
    assert await office.kinds() == [Kind.UNKNOWN]


async def test_what_was_answered_of_a_mistyped_number_is_remembered_and_taken_back(office: Office) -> None:
    (number,) = await office.get(Paper(number="FV/1"))
    content = v7([Row(number="FV/1", ksef=mistyped(number))])
    await office.read(content)
    await office.say(number, Answer.SAME)
    await office.read(content)
    assert (await office.status(number), await asked(office)) == (Status.BOOKED, [])
    assert await reading_back.take_back(office.buffer, await office.document(number), who="anna")
    assert (await office.status(number), await asked(office)) == (Status.FETCHED, [number])


def coming(serial: int) -> KsefNumber:
    """Of the document that the tests get then."""
    body = f"{SELLER}-20260901-{serial:012X}"
    return KsefNumber(f"{body}-{crc8(body.encode()):02X}")


async def test_a_document_that_comes_later_meets_its_row_with_a_mistyped_number(office: Office) -> None:
    await office.read(v7([Row(number="FV/1", ksef=mistyped(coming(1)))]))
    assert await office.get(Paper(number="FV/1")) == [coming(1)]
    assert await asked(office) == [coming(1)]


async def test_the_document_of_a_number_ends_what_was_asked_about_its_row(office: Office) -> None:
    """Two documents of one number: the row may be the first as long as its own has not come."""
    (first,) = await office.get(Paper(number="FV/1"))
    ids = await office.approve(first)
    await office.read(v7([Row(number="FV/1", ksef=coming(2))]))
    assert await refused(office, ids) == "book-question"
    assert await office.get(Paper(number="FV/1")) == [coming(2)]
    assert (await office.status(coming(2)), await asked(office)) == (Status.BOOKED, [])
    await office.export(ids)
    assert await office.status(first) is Status.EXPORTED


async def test_a_mistyped_number_is_not_confirmed_along_with_many(office: Office) -> None:
    (number,) = await office.get(Paper(number="FV/1"))
    await office.export(await office.approve(number))
    await office.read(v7([Row(number="FV/1", ksef=mistyped(number))]))
    assert await asked(office) == [number]
    assert await reading_back.confirmable(office.buffer, office.firm) == []
