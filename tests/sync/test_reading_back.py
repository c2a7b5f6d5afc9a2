"""Books read back against a real buffer: what is booked, what differs, and what a broken import leaves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from blink_tui.buffer import book_imports, book_matches, open_buffer
from blink_tui.buffer.bodies import loaded
from blink_tui.ledger.comparing import Kind
from blink_tui.ledger.matching import judged
from blink_tui.ledger.readback import read_books
from blink_tui.model.book_rows import Answer, BookHead, BookRegister, BookRow
from blink_tui.model.books import Keeper
from blink_tui.model.dates import Instant
from blink_tui.model.decisions import Action, Decider, Decision, Exclusion, Reason, explained
from blink_tui.model.documents import Status
from blink_tui.model.errors import BlinkError
from blink_tui.model.months import Month
from blink_tui.model.values import KsefNumber, Sha256, crc8
from blink_tui.sync.closing_page import page_of, read_closing
from blink_tui.sync.closing_points import About
from blink_tui.sync.reading_back import compare_books
from tests.buffer.bookkeeping import books as books_of
from tests.ledger.books_xml import NIP, Row, v7
from tests.sync.book_office import DAY, Office
from tests.sync.buying import SELLER, Books, Paper

SEPTEMBER = (Month(2026, 9), Month(2026, 9))


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_buffer(tmp_path / "buffer.db") as buffer:
        books = Books(buffer)
        yield Office(books, await books.firm(NIP), tmp_path)


async def test_a_row_with_the_number_books_its_document_whatever_its_status(office: Office) -> None:
    fetched, approved, exported = await office.get(
        *(Paper(number=f"FV/{n}", gross=Decimal(n * 100)) for n in (1, 2, 3))
    )
    await office.approve(approved)
    await office.export(await office.approve(exported))
    rows = [Row(number="x", ksef=number.lower()) for number in (fetched, approved, exported)]
    done = await office.read(v7(rows))
    assert done.booked == 3
    assert [await office.status(one) for one in (fetched, approved, exported)] == [Status.BOOKED] * 3
    events = await office.buffer.history.of_document((await office.document(fetched)).id)
    assert (events[-1].who, events[-1].before, events[-1].after) == ("anna", "fetched", "booked")
    assert "jpk.xml" in explained(events[-1].reason)
    assert "VAT register of purchases 1" in explained(events[-1].reason)
    assert (await office.buffer.history.verify(office.firm.id)).broken_at is None


async def test_reading_the_same_again_changes_nothing(office: Office) -> None:
    (number,) = await office.get(Paper(number="FV/1"))
    content = v7([Row(number="FV/1", ksef=number), Row(number="other", mark="BFK", party="5252344078")])
    await office.read(content)
    before = await office.document(number)
    again = await office.read(content)
    assert (again.booked, await office.document(number)) == (0, before)
    (kept,) = await office.buffer.book_rows.imports(office.firm.id)
    assert (kept.id, kept.rows) == (again.import_id, 2)
    rows = await office.buffer._database.reader.rows("SELECT import_id FROM book_row")
    assert {row[0] for row in rows} == {again.import_id}


async def test_an_import_can_be_taken_back_and_its_documents_still_are_not_handed_over(
    office: Office,
) -> None:
    numbers = await office.get(*(Paper(number=f"FV/{n}") for n in (1, 2)))
    ids = await office.approve(*numbers)
    await office.read(v7([Row(number="x", ksef=number) for number in numbers]))
    (past,) = await office.buffer.decisions.undoable("anna")
    assert (past.documents, "jpk.xml" in explained(past.reason)) == (2, True)
    assert (await office.buffer.decisions.undo(past.id, who="anna")).done == 2
    assert [await office.status(one) for one in numbers] == [Status.APPROVED] * 2
    await compare_books(office.buffer, office.firm)
    assert [await office.status(one) for one in numbers] == [Status.APPROVED] * 2
    with pytest.raises(BlinkError) as raised:
        await office.export(ids)
    assert raised.value.kind.code == "in-the-books-already"


async def test_a_batch_never_imported_shows_up(office: Office) -> None:
    numbers = await office.get(*(Paper(number=f"FV/{n}", gross=Decimal(n * 10)) for n in (1, 2, 3)))
    batch = await office.export(await office.approve(*numbers[:2]))
    await office.approve(numbers[2])
    assert (await compare_books(office.buffer, office.firm, SEPTEMBER)).findings == ()
    await office.read(v7([], month="2026-10"))
    assert (await compare_books(office.buffer, office.firm, SEPTEMBER)).findings == ()
    await office.read(v7([]))
    compared = await compare_books(office.buffer, office.firm, SEPTEMBER)
    told = [(one.kind, one.held.ksef_number if one.held else "", one.batch_id) for one in compared.findings]
    assert told == [
        (Kind.NOT_IMPORTED, numbers[0], batch),
        (Kind.NOT_IMPORTED, numbers[1], batch),
        (Kind.NOT_HANDED_OVER, numbers[2], None),
    ]
    assert str(batch) in str(compared.findings[0].todo)


async def test_a_document_without_a_vat_month_is_missed_in_the_kpir(office: Office) -> None:
    numbers = await office.get(*(Paper(number=f"FV/{n}", gross=Decimal(n * 10)) for n in (1, 2)))
    await office.export(await office.approve(*numbers))
    async with office.buffer._database.transaction() as session:
        await session.run("UPDATE document SET vat_month = '' WHERE ksef_number = ?", (numbers[0],))
    text = "Nr dowodu;Data zdarzenia;Razem przychód;Razem wydatki\n1;2026-09-03;;5,00\n"
    done = await office.read(text.encode(), name="kpir.csv")
    assert [(one.kind, one.ksef_number, str(one.month)) for one in done.findings] == [
        (Kind.NOT_IMPORTED, number, "2026-09") for number in numbers
    ]


async def test_numbers_that_the_buffer_does_not_know(office: Office) -> None:
    other = await office.books.firm("2222222222")
    foreign = await office.books.get(other, Paper(number="FV/1"))
    await office.books.settle()
    right = KsefNumber("5265877635-20260901-0000000000AA-6E")
    rows = [
        Row(number="1", ksef=foreign),
        Row(number="2", ksef=right[:-2] + "00"),
        Row(number="3", ksef=right),
    ]
    done = await office.read(v7(rows))
    assert [one.kind for one in done.findings] == [Kind.UNKNOWN] * 3
    hints = [str(one.todo) for one in done.findings]
    assert "NIP 2222222222" in hints[0]
    assert "typed wrong" in hints[1]
    assert rows[2].ksef not in hints[2]


async def test_a_number_that_was_not_fetched_yet_is_booked_when_it_comes(office: Office) -> None:
    paper = Paper(number="FV/1")
    body = f"{SELLER}-20260901-{1:012X}"
    number = f"{body}-{crc8(body.encode()):02X}"
    done = await office.read(v7([Row(number="FV/1", ksef=number)]))
    assert [one.kind for one in done.findings] == [Kind.UNKNOWN]
    assert await office.get(paper) == [number]
    assert (await office.status(KsefNumber(number)), await office.kinds()) == (Status.BOOKED, [])
    event = (await office.buffer.history.of_document((await office.document(KsefNumber(number))).id))[-1]
    assert (event.who, event.after) == ("blink-tui", "booked")


async def test_set_aside_documents_stay_and_are_told(office: Office) -> None:
    (number,) = await office.get(Paper(number="FV/1"))
    document = await office.document(number)
    exclusion = Exclusion(Reason.PRIVATE, Decider.CLIENT, "Jan", DAY)
    decision = Decision(Action.EXCLUDE, exclusion=exclusion)
    await office.buffer.decisions.decide({document.id: document.version}, decision, who="anna")
    done = await office.read(v7([Row(number="FV/1", ksef=number)]))
    assert (done.booked, [one.kind for one in done.findings]) == (0, [Kind.SET_ASIDE])
    document = await office.document(number)
    await office.buffer.decisions.decide({document.id: document.version}, Decision(Action.RETURN), who="anna")
    await compare_books(office.buffer, office.firm)
    assert await office.status(number) is Status.BOOKED


async def test_amounts_months_and_doubles_are_told(office: Office) -> None:
    amount, month, twice, parts = await office.get(
        *(Paper(number=f"FV/{n}", gross=Decimal("123.00"), text=f"x{n}") for n in range(4))
    )
    rows = [
        Row(number="0", ksef=amount, net="200.00", vat="46.00"),
        Row(number="2", ksef=twice),
        Row(number="2", ksef=twice),
        Row(number="3", ksef=parts, net="60.00", vat="13.80"),
        Row(number="3", ksef=parts, net="40.00", vat="9.20"),
    ]
    await office.read(v7([Row(number="1", ksef=month)], month="2026-08"))
    await office.read(v7(rows))
    found = {(one.kind, one.held.ksef_number if one.held else "") for one in
             (await compare_books(office.buffer, office.firm)).findings}  # fmt: skip
    assert found == {(Kind.AMOUNTS, amount), (Kind.MONTHS, month), (Kind.TWICE, twice)}


async def test_another_source_is_controlled_and_never_exported(office: Office) -> None:
    await office.buffer.books.save(
        office.firm.id, books_of(purchases=Keeper.ELSEWHERE), who="anna", version=None
    )
    missing, there = await office.get(*(Paper(number=f"FV/{n}") for n in (1, 2)))
    done = await office.read(v7([Row(number="FV/2", ksef=there)]))
    assert await office.status(there) is Status.BOOKED
    assert [(one.kind, one.held.ksef_number if one.held else "") for one in done.findings] == [
        (Kind.NOT_IMPORTED, missing)
    ]
    assert "Another source" in str(done.findings[0].todo)


async def test_an_import_that_fails_leaves_the_older_one(office: Office) -> None:
    (number,) = await office.get(Paper(number="FV/1"))
    await office.read(v7([Row(number="FV/1", mark="BFK")]))
    many = [Row(number=f"X/{n}", mark="BFK") for n in range(3_000)]
    with pytest.raises(BlinkError):
        await office.read(v7(many, counted=1))
    reader = office.buffer._database.reader
    assert await reader.rows("SELECT count(*), state FROM book_import i GROUP BY state") == [(1, "current")]
    assert await reader.rows("SELECT count(*) FROM book_row") == [(1,)]
    assert len(await office.buffer.book_rows.questions(firm_id=office.firm.id)) == 1
    assert await office.status(number) is Status.FETCHED


async def test_what_a_killed_import_left_does_not_count_and_is_cleared(office: Office) -> None:
    (number,) = await office.get(Paper(number="FV/1"))
    path = office.folder / "killed"
    path.write_bytes(v7([Row(number="FV/1", mark="BFK"), Row(number="FV/1", ksef=number)]))
    head, *rows = read_books(path, office.firm.nip)
    assert isinstance(head, BookHead)
    database = office.buffer._database
    async with database.transaction() as session:
        dead = await book_imports.begin(
            session, office.firm.id, head,
            file="killed", sha256=Sha256(bytes(32)), filed=False, at=Instant("2026"), who="anna",
        )  # fmt: skip
        kept = book_matches.prepared([row for row in rows if isinstance(row, BookRow)])
        await book_matches.keep(session, dead, office.firm.id, kept, judged)
    assert await office.buffer.book_rows.questions(document_ids=[(await office.document(number)).id]) == []
    await office.export(await office.approve(number))
    await office.read(v7([]))
    assert await database.reader.rows("SELECT count(*) FROM book_row") == [(0,)]
    assert await database.reader.rows("SELECT 1 FROM book_import WHERE file = 'killed'") == []


async def test_two_imports_at_once_leave_one_whole(office: Office) -> None:
    """Whoever clears away what a killed import left may find one that is still being read."""
    (number,) = await office.get(Paper(number="FV/1"))
    content = v7([Row(number=f"X/{n}", mark="BFK") for n in range(600)] + [Row(number="FV/1", ksef=number)])
    outcomes = await asyncio.gather(
        *(office.read(content, name=name) for name in ("a.xml", "b.xml")), return_exceptions=True
    )
    failures = [one for one in outcomes if isinstance(one, BaseException)]
    assert {one.kind.code if isinstance(one, BlinkError) else repr(one) for one in failures} <= {
        "import-gone"
    }
    (kept,) = await office.buffer.book_rows.imports(office.firm.id)
    await office.buffer.book_rows._drop(kept.id)  # found while it was being read
    rows = await office.buffer._database.reader.rows("SELECT import_id, count(*) FROM book_row GROUP BY 1")
    assert rows == [(kept.id, 601)]
    assert await office.status(number) is Status.BOOKED


async def test_an_import_that_another_cleared_away_says_so(office: Office) -> None:
    async def rows() -> AsyncIterator[list[BookRow]]:
        await office.buffer.book_rows._clear(office.firm.id)
        await office.read(v7([]))  # it may not get the same id
        yield [BookRow(register=BookRegister.PURCHASES, position=1, number="1")]

    month = Month(2026, 9)
    head = BookHead(source="jpk_v7m", registers=(BookRegister.PURCHASES,), first=month, last=month)
    with pytest.raises(BlinkError) as raised:
        await office.buffer.book_rows.keep(
            office.firm.id, head, rows(), judged, file="a", sha256=Sha256(bytes(32)), filed=False, who="anna"
        )
    assert raised.value.kind.code == "import-gone"
    assert await office.buffer._database.reader.rows("SELECT count(*) FROM book_row") == [(0,)]


async def test_what_is_handed_over_to_be_put_right_is_not_booked_by_what_stood_there_before(
    office: Office,
) -> None:
    (number,) = await office.get(Paper(number="FV/1"))
    ids = await office.approve(number)
    await office.export(ids)
    content = v7([Row(number="FV/1", ksef=number)])
    await office.read(content)
    await office.buffer.batches.amend(ids, reason="złe konto", who="ewa")
    await office.read(content)
    assert await office.status(number) is Status.APPROVED
    await office.export(ids, amends=True)
    await compare_books(office.buffer, office.firm)
    assert await office.status(number) is Status.EXPORTED
    await office.read(content)
    assert await office.status(number) is Status.BOOKED


async def test_a_newer_book_takes_its_months_out_of_a_yearly_one(office: Office) -> None:
    text = "Nr dowodu;Data zdarzenia;Razem przychód;Razem wydatki\n{}"
    year = text.format("1;2026-08-03;;5,00\n2;2026-09-03;;6,00\n")
    await office.read(year.encode(), name="kpir.csv")
    await office.read(text.format("3;2026-09-04;;7,00\n").encode(), name="kpir-9.csv")
    reader = office.buffer._database.reader
    bodies = await reader.rows("SELECT body FROM book_row ORDER BY month")
    assert [loaded(BookRow, body).number for (body,) in bodies] == ["1", "3"]
    assert [one.file for one in await office.buffer.book_rows.imports(office.firm.id)] == [
        "kpir.csv",
        "kpir-9.csv",
    ]


async def test_sums_here_and_in_the_books(office: Office) -> None:
    receipt = Row(number="2", mark="BFK", more="<TypDokumentu>FP</TypDokumentu>")
    await office.read(v7([Row(number="1", mark="BFK")], [receipt, Row(number="3", mark="BFK")]))
    compared = await compare_books(office.buffer, office.firm, SEPTEMBER)
    assert {sums.register: dict(sums.there) for sums in compared.sums} == {
        BookRegister.SALES: {"K_19": Decimal("100.00"), "K_20": Decimal("23.00")},
        BookRegister.PURCHASES: {"K_42": Decimal("100.00"), "K_43": Decimal("23.00")},
    }
    assert compared.outside == 3
    there = await office.buffer.book_comparing.sums(Month(2026, 9))
    assert there == {office.firm.id: {sums.register: dict(sums.there) for sums in compared.sums}}
    assert await office.buffer.book_comparing.sums(Month(2026, 8)) == {}


async def test_the_page_of_a_month_has_both_sums_and_what_is_not_answered(office: Office) -> None:
    await office.get(Paper(number="FV/1"))
    await office.read(v7([Row(number="FV/1", mark="BFK")]))
    closing = await read_closing(
        office.buffer, office.firm, Month(2026, 9), datetime(2026, 11, 30, tzinfo=UTC)
    )
    told = {one.about: (one.text, one.open) for one in closing.points}
    assert told[About.BOOK_QUESTIONS][1]
    assert "K_43 23,00" in told[About.BOOKS][0].replace("\u00a0", " ")
    assert "In the books, PLN" in page_of(closing, who="anna").text
    await office.say(
        (await office.buffer.book_rows.questions(firm_id=office.firm.id))[0].ksef_number, Answer.SAME
    )
    closing = await read_closing(
        office.buffer, office.firm, Month(2026, 9), datetime(2026, 11, 30, tzinfo=UTC)
    )
    assert About.BOOK_QUESTIONS not in {one.about for one in closing.points}
