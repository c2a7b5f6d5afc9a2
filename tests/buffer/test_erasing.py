"""An erased firm is gone from every table and every byte; others keep what is theirs; a tombstone proves it."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from blink_tui.buffer import Buffer, StoredInvoice, open_buffer
from blink_tui.buffer.belongings import NOBODYS, OTHERWISE, WORDS, belongings, some_deleted
from blink_tui.buffer.records import DerivedRow
from blink_tui.buffer.scrubbing import scrub
from blink_tui.model.documents import Party, Role, Status
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import Firm
from blink_tui.model.values import Nip
from tests.buffer.everything import MARKS, bytes_of, dumped, fill, rows_left
from tests.buffer.factory import NIP, StillClock, invoice, ksef_number

SMALL = frozenset(
    {"seller_account", "trouble", "notice_rule", "pending_export", "granted_context", "decision"}
)
"""Tables of a few rows for each firm, seller or decision."""
OWN = ("SCAN SUBQUERY", "SCAN (subquery")
OTHER = Nip("5265877635")


async def erased(buffer: Buffer, firm_id: int = 1) -> int:
    gone = 0
    async for count in buffer.eraser.documents(firm_id):
        gone += count
    await buffer.eraser.mentions(await buffer.firms.get(firm_id))
    await buffer.eraser.merge_words()
    await buffer.eraser.finish(firm_id)
    return gone


async def test_every_table_is_a_firms_or_told_to_be_nobodys(buffer: Buffer) -> None:
    session = buffer._database.reader
    rows = await session.rows(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    )
    known = {*await belongings(session), *NOBODYS}
    forgotten = {name for (name,) in rows if not name.startswith(WORDS)} - known
    assert forgotten == set(), "say in buffer/belongings.py whose the rows are"
    assert set(NOBODYS) | set(OTHERWISE) <= {name for (name,) in rows}
    for one in (await belongings(session)).values():
        assert one.key, f"{one.table} has no primary key to be erased by"


async def test_no_large_table_is_read_whole_for_a_few_rows(buffer: Buffer) -> None:
    session = buffer._database.reader
    for one in (await belongings(session)).values():
        if not one.by_document and one.table not in SMALL:
            plan = await session.rows(f"EXPLAIN QUERY PLAN {some_deleted(one)}", (1, 2))
            assert [
                step for *_ids, step in plan if step.startswith("SCAN") and not step.startswith(OWN)
            ] == [], one


async def test_nothing_of_a_firm_is_left_in_any_table_nor_any_byte(buffer: Buffer, path: Path) -> None:
    fill(path)
    before = dict(dumped(path))
    gone = {table: [row for row in rows if _of_the_first(table, row)] for table, rows in before.items()}
    reader = buffer._database.reader
    full = await rows_left(reader, 1)
    assert full.keys() == (await belongings(reader)).keys(), "not every table has a row of the firm"
    assert await erased(buffer) == 2
    assert await rows_left(reader, 1) == {}
    after = dict(dumped(path))
    for table, rows in before.items():
        assert after[table] == [row for row in rows if row not in gone[table]]
    await scrub(path)
    left = bytes_of(path)
    assert MARKS[0].encode() not in left
    assert left.count(MARKS[1].encode()) > 100
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"INSERT INTO {WORDS} ({WORDS}, rank) VALUES ('integrity-check', 1)")
        terms = connection.execute(f"SELECT group_concat(hex(block)) FROM {WORDS}_data").fetchone()[0]
    words = bytes.fromhex("".join(terms.split(",")))
    assert b"wky" in words
    assert b"qzu" not in words


def _of_the_first(table: str, row: tuple[object, ...]) -> bool:
    return MARKS[0] in str(row) or set(row) == {1} or (table, row[0]) in (("document", 11), ("erasing", 1))


async def test_what_a_firm_had_is_erased_whatever_was_moved_about_before(
    path: Path, clock: StillClock
) -> None:
    """Rows that were changed, moved and deleted before leave copies in free places of the file."""
    texts = [f"TAJNE{'x' * 60}{number:06}" for number in range(600)]
    async with open_buffer(path, clock=clock) as buffer:
        firm = await buffer.firms.add(NIP, name="Sekretna Wytwórnia", env="test")
        other = await buffer.firms.add(OTHER, name="Inna", env="test")
        await buffer.documents.store(firm, Role.BUYER, [_document(n, text) for n, text in enumerate(texts)])
        await buffer.documents.store(other, Role.SELLER, [invoice(number) for number in range(5)])
        async with buffer._database.transaction() as session:  # as most builds of SQLite have it
            await session.run("PRAGMA secure_delete = OFF")
        for more in (900, 30):
            derived = [
                DerivedRow(id_, 1, None, f"{id_} TAJNE " * (more // 10), None, ()) for id_ in range(1, 601)
            ]
            await buffer.derived.save(derived)
        for reason in ("TAJNE pytanie", "TAJNE znowu"):
            ids = list(range(1, 601))
            await buffer.documents.change_status(ids, Status.EXCLUDED, who="anna", reason=reason)
            await buffer.documents.change_status(ids, Status.FETCHED, who="anna", reason=reason)
        sql = "SELECT body FROM invoice_xml WHERE ksef_number = ?"
        bodies = [(await buffer._database.reader.rows(sql, (ksef_number(n),)))[0][0] for n in range(5, 600)]
        assert all(body in bytes_of(path) for body in bodies[:9])
        await buffer.eraser.begin(firm.id, await buffer.history.head(firm.id), who="anna", reason="r")
        async for _count in buffer.eraser.documents(firm.id):
            pass
        await buffer.eraser.merge_words()
        await buffer.eraser.finish(firm.id)
        await scrub(path)
        left = bytes_of(path)
        assert [body for body in bodies if body in left] == []
        assert b"TAJNE" not in left
        assert b"Sekretna" not in left
        assert await buffer.documents.total(other.id) == 5
        assert (await buffer.history.verify(other.id)).broken is None
        assert (await buffer.firms.list()) == [other]
        assert await buffer.documents.xml(invoice(3).header.ksef_number), "the other firm holds it, too"
        await _no_foreign_key_broken(buffer)


def _document(number: int, text: str) -> StoredInvoice:
    return invoice(number, seller=Party("Nip", OTHER, text)) if number > 4 else invoice(number)


async def _no_foreign_key_broken(buffer: Buffer) -> None:
    assert await buffer._database.reader.rows("PRAGMA foreign_key_check") == []


async def test_once_begun_nothing_is_added_by_anybody(buffer: Buffer, path: Path, firm: Firm) -> None:
    await buffer.documents.store(firm, Role.BUYER, [invoice(1), invoice(2)])
    head = await buffer.history.head(firm.id)
    await buffer.eraser.begin(firm.id, head, who="anna", reason="r")
    async with open_buffer(path) as another:
        for change in (
            another.documents.store(firm, Role.BUYER, [invoice(3)]),
            another.documents.change_status([1], Status.EXCLUDED, who="jan", reason="x"),
        ):
            with pytest.raises(BlinkError) as refused:
                await change
            assert refused.value.kind.code == "erased-meanwhile"
        async for _count in buffer.eraser.documents(firm.id):
            break
        with pytest.raises(BlinkError) as refused:  # read before it went
            await another.derived.save([DerivedRow(1, 1, None, "text", None, ())])
        assert refused.value.kind.code == "erased-meanwhile"
        begun = await another.eraser.begun(firm.id)
        assert begun is not None
        assert (begun.documents, begun.left) == (2, 0)
    assert not (await buffer.firms.get(firm.id)).enabled


async def test_what_came_since_it_was_decided_keeps_it_from_beginning(buffer: Buffer, firm: Firm) -> None:
    head = await buffer.history.head(firm.id)
    await buffer.documents.store(firm, Role.BUYER, [invoice(1)])
    with pytest.raises(BlinkError) as refused:
        await buffer.eraser.begin(firm.id, head, who="anna", reason="r")
    assert refused.value.kind.code == "changed-meanwhile"
    assert await buffer.eraser.begun(firm.id) is None


async def test_it_goes_on_where_it_was_left(path: Path, clock: StillClock) -> None:
    async with open_buffer(path, clock=clock) as buffer:
        firm = await buffer.firms.add(NIP, name="A", env="test")
        await buffer.documents.store(firm, Role.BUYER, [invoice(number) for number in range(700)])
        await buffer.eraser.begin(firm.id, await buffer.history.head(firm.id), who="anna", reason="r")
        async for _count in buffer.eraser.documents(firm.id):
            break
    async with open_buffer(path, clock=clock) as buffer:
        begun = await buffer.eraser.begun(firm.id)
        assert begun is not None
        assert 0 < begun.left < 700
        assert await erased(buffer, firm.id) == begun.left
        assert await rows_left(buffer._database.reader, firm.id) == {}
        (stone,) = await buffer.tombstones.all()
        assert (stone.documents, stone.length, stone.who) == (700, 700, "anna")


async def stones(buffer: Buffer, count: int = 3) -> None:
    for number in range(count):
        firm = await buffer.firms.add(Nip(f"{number:010}"), name="A", env="test")
        await buffer.eraser.begin(
            firm.id, await buffer.history.head(firm.id), who="anna", reason=f"r{number}"
        )
        await erased(buffer, firm.id)


async def test_a_firm_is_found_among_the_erased_by_who_knows_its_nip(buffer: Buffer, path: Path) -> None:
    await stones(buffer, 2)
    (found,) = await buffer.tombstones.of("Nip", "0000000001")
    assert (found.seq, found.reason) == (2, "r1")
    assert await buffer.tombstones.of("Nip", "0000000007") == []
    await scrub(path)
    assert b"0000000001" not in bytes_of(path)
    assert hashlib.sha256(b"0000000001").digest() not in bytes_of(path)


async def test_no_firm_gets_the_id_of_an_erased_one(buffer: Buffer) -> None:
    first = await buffer.firms.add(NIP, name="A", env="test")
    await buffer.eraser.begin(first.id, await buffer.history.head(first.id), who="anna", reason="r")
    await erased(buffer, first.id)
    again = await buffer.firms.add(NIP, name="A", env="test")
    assert again.id != first.id
    assert await buffer.tombstones.wrong() is None


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM erased WHERE seq = 2",
        "DELETE FROM erased WHERE seq = 3",
        "DELETE FROM erased",
        "UPDATE erased SET reason = 'another' WHERE seq = 1",
        "UPDATE erased SET documents = 9 WHERE seq = 3",
        "UPDATE erased SET subject = x'00' WHERE seq = 2",
        "DELETE FROM erased WHERE seq = 1; UPDATE erased SET seq = seq - 1",
    ],
)
async def test_no_tombstone_is_changed_or_removed_unseen(buffer: Buffer, path: Path, change: str) -> None:
    await stones(buffer)
    assert await buffer.tombstones.wrong() is None
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(change)
    assert await buffer.tombstones.wrong() is not None
