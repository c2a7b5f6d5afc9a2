"""Damage of the database is found and named: which document's bytes, which table's page."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from blink_tui.buffer import open_buffer
from blink_tui.buffer.health import damaged, whole
from blink_tui.buffer.snapshot import Work
from blink_tui.model.documents import Role
from blink_tui.model.errors import BlinkError
from tests.buffer.factory import NIP, invoice, ksef_number, xml_of

DOCUMENTS = 60


@pytest.fixture
async def filled(path: Path) -> Path:
    """A closed database with documents."""
    async with open_buffer(path) as buffer:
        firm = await buffer.firms.add(NIP, name="A", env="test")
        noise = random.Random(7)
        items = [invoice(n, xml=xml_of(n, noise.randbytes(600).hex())) for n in range(DOCUMENTS)]
        await buffer.documents.store(firm, Role.BUYER, items)
    return path


async def opened(path: Path) -> None:
    """As a program starts."""
    async with open_buffer(path):
        pass


def told(path: Path) -> list[str]:
    return [str(one) for one in whole(path, Work())]


def test_a_sound_database_has_no_damage(filled: Path) -> None:
    assert told(filled) == []
    assert whole(filled, Work(), thorough=False) == []


def test_a_flipped_bit_in_an_invoice_names_the_document(filled: Path) -> None:
    with closing(sqlite3.connect(filled)) as database:
        bodies = dict(database.execute("SELECT ksef_number, body FROM invoice_xml"))
    data, chance = filled.read_bytes(), random.Random(1)
    for number, body in list(bodies.items())[::6]:
        part = body[20:140]
        place = data.index(part) + chance.randrange(len(part))
        changed = bytearray(data)
        changed[place] ^= 1 << chance.randrange(8)
        filled.write_bytes(changed)
        (found,) = whole(filled, Work())
        assert found.document == number
        assert number in str(damaged([found]))


def test_a_damaged_page_names_its_table(filled: Path) -> None:
    with closing(sqlite3.connect(filled)) as database:
        (root,) = database.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'document'").fetchone()
        (size,) = database.execute("PRAGMA page_size").fetchone()
    data = bytearray(filled.read_bytes())
    data[(root - 1) * size + 3] ^= 0x40  # the page's number of cells
    filled.write_bytes(data)
    assert any("document" in line for line in told(filled))


def test_a_reference_to_nothing_and_a_chain_with_another_end_are_found(filled: Path) -> None:
    with closing(sqlite3.connect(filled, isolation_level=None)) as database:
        database.execute("DELETE FROM document_role WHERE document_id = 1")
        database.execute("INSERT INTO document_role (document_id, role) VALUES (9999, 'buyer')")
        database.execute("UPDATE chain SET head = zeroblob(32)")
    found = told(filled)
    assert any("document_role" in line for line in found)
    assert any(NIP in line for line in found)


def test_a_damaged_or_cut_file_is_refused_at_the_start_and_left_as_it_is(filled: Path) -> None:
    data = filled.read_bytes()
    torn = bytearray(data)
    torn[100:108] = bytes(8)  # the root of the schema
    for changed in (data[: len(data) // 2], bytes(torn), b"no database at all" * 1000):
        filled.write_bytes(changed)
        with pytest.raises(BlinkError) as refused:
            asyncio.run(opened(filled))
        assert refused.value.kind.code == "buffer-damaged"
        assert filled.read_bytes() == changed


def test_it_can_be_stopped(filled: Path) -> None:
    work = Work(lambda *_: work.stop())
    with pytest.raises(BlinkError) as stopped:
        whole(filled, work)
    assert stopped.value.kind.code == "work-stopped"


def test_documents_that_are_damaged_are_counted_to_a_hundred(filled: Path) -> None:
    with closing(sqlite3.connect(filled, isolation_level=None)) as database:
        database.execute("UPDATE invoice_xml SET sha256 = zeroblob(32)")
    found = whole(filled, Work())
    assert len(found) == DOCUMENTS
    assert {one.document for one in found} == {ksef_number(n) for n in range(DOCUMENTS)}
    assert f"and {DOCUMENTS - 1} more" in str(damaged(found))
