"""Rows of the books that may be documents: asked about, answered, remembered, taken back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from blink_tui.buffer import open_buffer
from blink_tui.ledger.comparing import Kind
from blink_tui.model.book_rows import Answer
from blink_tui.model.decisions import Action, Decision, explained
from blink_tui.model.documents import Role, Status
from blink_tui.model.errors import BlinkError
from blink_tui.model.refusals import Refusal
from blink_tui.sync import reading_back
from blink_tui.sync.reading_back import compare_books
from tests.ledger.books_xml import NIP, Row, v7
from tests.sync.book_office import Office
from tests.sync.buying import SELLER, Books, Paper


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_buffer(tmp_path / "buffer.db") as buffer:
        books = Books(buffer)
        yield Office(books, await books.firm(NIP), tmp_path)


async def test_an_invoice_booked_from_paper_meets_its_ksef_copy_and_is_not_exported(office: Office) -> None:
    await office.read(v7([Row(number="fv 001/2026", mark="BFK", issued="2026-09-02")]))
    (number,) = await office.get(Paper(number="FV/1/2026"))
    (question,) = await office.buffer.book_rows.questions(firm_id=office.firm.id)
    assert (question.ksef_number, question.differs, question.row.number) == (number, (), "fv 001/2026")
    ids = await office.approve(number)
    with pytest.raises(BlinkError) as raised:
        await office.export(ids)
    assert raised.value.kind.code == "book-question"
    assert await office.kinds() == [Kind.QUESTION, Kind.NOT_HANDED_OVER]
    assert await office.say(number, Answer.SAME) == 1
    assert await office.status(number) is Status.BOOKED
    assert await office.kinds() == [Kind.NUMBER]


async def test_what_is_asked_about_is_not_approved_along_with_many(office: Office) -> None:
    await office.read(
        v7([Row(number="FV/1", mark="BFK"), Row(number="FV/2", mark="BFK", issued="2026-09-08")])
    )
    numbers = await office.get(
        *(Paper(number=f"FV/{n}") for n in (1, 2)), Paper(number="FV/3", gross=Decimal("9.00"))
    )
    documents = [await office.document(number) for number in numbers]
    decision = Decision(Action.APPROVE)
    chosen = {one.id: one.version for one in documents}
    preview = await office.buffer.decisions.preview(chosen, decision)
    assert (preview.count, preview.refused) == (1, {Refusal.TO_LOOK_AT: 2})
    # A day apart is told and keeps nothing from the books.
    await office.export(await office.approve(numbers[1]))


async def test_another_is_remembered_by_later_imports(office: Office) -> None:
    (number,) = await office.get(Paper(number="FV/1"))
    content = v7([Row(number="FV/1", mark="BFK")])
    await office.read(content)
    await office.say(number, Answer.ANOTHER)
    await office.read(content)
    assert await office.buffer.book_rows.questions(firm_id=office.firm.id) == []
    await office.export(await office.approve(number))


async def test_the_same_is_remembered_by_later_imports(office: Office) -> None:
    (number,) = await office.get(Paper(number="FV/1"))
    content = v7([Row(number="FV/1", mark="DI")])
    await office.read(content)
    await office.say(number, Answer.SAME)
    again = await office.read(content, filed=True)
    assert [one.kind for one in again.findings] == [Kind.NUMBER]
    assert "the JPK has to be corrected" in str(again.findings[0].todo)
    assert await office.buffer.book_rows.questions(firm_id=office.firm.id) == []


async def test_doubled_excludes_the_document_with_who_decided(office: Office) -> None:
    (number,) = await office.get(Paper(number="FV/1"))
    await office.read(v7([Row(number="FV/1", mark="BFK")]))
    await office.say(number, Answer.DOUBLED)
    assert await office.status(number) is Status.EXCLUDED
    event = (await office.buffer.history.of_document((await office.document(number)).id))[-2]
    assert "doubled by the seller" in explained(event.reason)
    assert "anna" in explained(event.reason)
    assert await reading_back.take_back(office.buffer, await office.document(number), who="anna")
    assert await office.status(number) is Status.FETCHED
    assert len(await office.buffer.book_rows.questions(firm_id=office.firm.id)) == 1


async def test_a_sale_is_never_doubled(office: Office) -> None:
    (number,) = await office.get(Paper(number="FS/1"), role=Role.SELLER)
    await office.read(v7([], [Row(number="FS/1", mark="BFK", party="5252344078")]))
    with pytest.raises(BlinkError) as raised:
        await office.say(number, Answer.DOUBLED)
    assert "always taxed" in str(raised.value)
    assert (await office.status(number), len(await office.buffer.book_rows.questions(firm_id=office.firm.id))) == (
        Status.FETCHED, 1,
    )  # fmt: skip


async def test_an_answer_is_taken_back_and_the_document_is_where_it_was(office: Office) -> None:
    (number,) = await office.get(Paper(number="FV/1"))
    batch = await office.export(await office.approve(number))
    await office.read(v7([Row(number="FV/1", mark="BFK")]))
    await office.say(number, Answer.SAME)
    assert await office.status(number) is Status.BOOKED
    assert await reading_back.take_back(office.buffer, await office.document(number), who="anna")
    assert await office.status(number) is Status.EXPORTED
    assert len(await office.buffer.book_rows.questions(firm_id=office.firm.id)) == 1
    assert not await reading_back.take_back(office.buffer, await office.document(number), who="anna")
    assert batch in [one.batch_id for one in (await compare_books(office.buffer, office.firm)).findings]
    assert (await office.buffer.history.verify(office.firm.id)).broken_at is None


async def test_what_was_handed_over_and_comes_back_without_numbers_is_confirmed_at_once(
    office: Office,
) -> None:
    numbers = await office.get(*(Paper(number=f"FV/{n}", gross=Decimal(f"{n}23.00")) for n in (1, 2, 3, 4)))
    await office.export(await office.approve(*numbers[:3]))
    rows = [Row(number=f"FV/{n}", net=f"{n}00.00", vat=f"{n * 23}.00") for n in (1, 2, 4)]
    rows[0].net, rows[0].vat = "100.00", "23.00"
    content = v7(
        [rows[0], Row(number="FV/2", mark="BFK", net="181.30", vat="41.70"), rows[2]], code="JPK_V7M (2)"
    )
    await office.read(content)
    asked = await reading_back.confirmable(office.buffer, office.firm)
    assert [one.ksef_number for one in asked] == numbers[:1]
    assert await reading_back.confirm(office.buffer, office.firm, asked, who="anna") == 1
    assert [await office.status(one) for one in numbers[:2]] == [Status.BOOKED, Status.EXPORTED]
    (past,) = await office.buffer.decisions.undoable("anna")
    await office.buffer.decisions.undo(past.id, who="anna")
    assert await office.status(numbers[0]) is Status.EXPORTED


async def test_seller_is_the_contractor_of_a_purchase(office: Office) -> None:
    await office.get(Paper(number="FV/1", seller=SELLER))
    await office.read(v7([Row(number="FV/1", mark="BFK", party="9999999999")]))
    assert await office.buffer.book_rows.questions(firm_id=office.firm.id) == []
