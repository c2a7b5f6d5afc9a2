"""Whoever touches an entry of a firm's chain, or the chain's end, is found out, and the entry is named."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from blink_tui.buffer import Buffer, chain
from blink_tui.buffer.audit import Entry, Touched
from blink_tui.model.decisions import Action, Decision
from blink_tui.model.firms import Firm
from blink_tui.model.rulebook import EntryKind
from tests.buffer.bookkeeping import OCTOBER, books, coding, proposed
from tests.buffer.deciding import APPROVE, stored, versions
from tests.buffer.factory import SELLER

DOCUMENT, FIRM = "document_event", "firm_event"
COLUMNS = ("at", "who", "what", "before", "after", "reason")


async def _lived(buffer: Buffer, firm: Firm) -> list[Entry]:
    """A chain with every kind of entry: two documents, a draft, books, rules, a coding, an approval, a locked month."""
    one, two = await stored(buffer, firm, 2)
    await buffer.books.save(firm.id, books(), who="anna", version=None)
    await buffer.rules.save(firm.id, [(EntryKind.RULE, "a", "1")], who="anna")
    await buffer.codings.save_draft(one, 1, coding(), who="ewa")
    await proposed(buffer, [two])
    for decision in (Decision(Action.CODE), APPROVE):
        await buffer.decisions.decide(await versions(buffer, [one, two]), decision, who="anna")
    await buffer.locks.lock(firm.id, OCTOBER, who="anna")
    return [entry async for entry in buffer.history.export(firm.id)]


async def _run(buffer: Buffer, sql: str, *values: Any) -> None:
    async with buffer._database.transaction() as session:
        await session.run("PRAGMA defer_foreign_keys = ON")
        await session.run(sql, values)


async def test_a_chain_tells_all_in_order_and_holds(buffer: Buffer, firm: Firm) -> None:
    entries = await _lived(buffer, firm)
    assert [(entry.seq, entry.what, entry.document_id) for entry in entries] == [
        (1, "fetched", 1),
        (2, "fetched", 2),
        (3, "books", None),
        (4, "rules", None),
        (5, "coding", 1),
        (6, "status", 1),
        (7, "status", 2),
        (8, "status", 1),
        (9, "status", 2),
        (10, "month-locked", None),
    ]
    state = await buffer.history.verify(firm.id)
    assert (state.length, state.head, state.broken) == (10, entries[-1].hash, None)
    assert await buffer.history.head(firm.id) == entries[-1].hash


@pytest.mark.parametrize(
    ("table", "seq"), [(DOCUMENT, 1), (DOCUMENT, 5), (DOCUMENT, 9), (FIRM, 4), (FIRM, 10)]
)
async def test_each_column_of_each_kind_of_entry(buffer: Buffer, firm: Firm, table: str, seq: int) -> None:
    entry = (await _lived(buffer, firm))[seq - 1]
    others: dict[str, Any] = {**dict.fromkeys(COLUMNS, "tampered"), "hash": bytes(32)}
    if entry.document_id is not None:
        others["document_id"] = 3 - entry.document_id
    for column, other in others.items():
        await _run(buffer, f"UPDATE {table} SET {column} = ? WHERE seq = ?", other, seq)
        broken = (await buffer.history.verify(firm.id)).broken
        assert broken is not None
        assert (broken.touched, broken.seq) == (Touched.CHANGED, seq)
        assert broken.entry is not None
        assert getattr(broken.entry, column) == other
        told = str(broken.message)
        assert f" {seq} " in told
        assert broken.entry.who in told
        assert column not in ("at", "who", "what") or "tampered" in told
        await _run(buffer, f"UPDATE {table} SET {column} = ? WHERE seq = ?", getattr(entry, column), seq)
    assert (await buffer.history.verify(firm.id)).broken is None


async def test_a_missing_entry_is_named(buffer: Buffer, firm: Firm) -> None:
    await _lived(buffer, firm)
    for table, seq in ((FIRM, 10), (DOCUMENT, 9), (FIRM, 4), (DOCUMENT, 1)):
        await _run(buffer, f"DELETE FROM {table} WHERE seq = ?", seq)
        broken = (await buffer.history.verify(firm.id)).broken
        assert broken is not None
        assert (broken.touched, broken.seq) == (Touched.MISSING, seq)


@pytest.mark.parametrize(("table", "seq"), [(DOCUMENT, 5), (FIRM, 4)])
async def test_an_entry_given_to_another_firm_or_place_is_missing_here_and_put_in_there(
    buffer: Buffer, firm: Firm, table: str, seq: int
) -> None:
    other = await buffer.firms.add(SELLER, name="B", env="test")
    await _lived(buffer, firm)
    await _run(buffer, f"UPDATE {table} SET firm_id = ? WHERE seq = ?", other.id, seq)
    here, there = await buffer.history.verify(firm.id), await buffer.history.verify(other.id)
    assert here.broken is not None
    assert (here.broken.touched, here.broken.seq) == (Touched.MISSING, seq)
    assert there.broken is not None
    assert (there.broken.touched, there.broken.seq) == (Touched.ADDED, seq)
    await _run(buffer, f"UPDATE {table} SET firm_id = ?, seq = 77 WHERE seq = ?", firm.id, seq)
    moved = await buffer.history.verify(firm.id)
    assert moved.broken is not None
    assert (moved.broken.touched, moved.broken.seq) == (Touched.MISSING, seq)


@pytest.mark.parametrize(("table", "first", "second"), [(DOCUMENT, 6, 7), (DOCUMENT, 1, 9), (FIRM, 3, 4)])
async def test_entries_that_changed_places(
    buffer: Buffer, firm: Firm, table: str, first: int, second: int
) -> None:
    await _lived(buffer, firm)
    for old, new in ((first, -1), (second, first), (-1, second)):
        await _run(buffer, f"UPDATE {table} SET seq = ? WHERE seq = ?", new, old)
    state = await buffer.history.verify(firm.id)
    assert state.broken is not None
    assert (state.broken.touched, state.broken.seq) == (Touched.CHANGED, first)


async def test_entries_moved_further_leave_a_gap(buffer: Buffer, firm: Firm) -> None:
    await _lived(buffer, firm)
    await _run(buffer, f"UPDATE {FIRM} SET seq = 11 WHERE seq = 10")
    await _run(buffer, "UPDATE chain SET length = 11")
    broken = (await buffer.history.verify(firm.id)).broken
    assert broken is not None
    assert (broken.touched, broken.seq) == (Touched.MISSING, 10)


@pytest.mark.parametrize("table", [DOCUMENT, FIRM])
async def test_an_entry_put_in_is_named(buffer: Buffer, firm: Firm, table: str) -> None:
    await _lived(buffer, firm)
    document = ("document_id,", "1,") if table == DOCUMENT else ("", "")
    for seq in (0, -3, 11, 4 if table == DOCUMENT else 6):
        await _run(
            buffer,
            f"INSERT INTO {table} (firm_id, seq, {document[0]} at, who, what, before, after, hash)"
            f" VALUES (?, ?, {document[1]} 'z', 'zz', 'status', 'a', 'b', x'00')",
            firm.id,
            seq,
        )
        broken = (await buffer.history.verify(firm.id)).broken
        assert broken is not None
        assert broken.seq == seq
        if seq not in (4, 6):
            assert broken.touched is Touched.ADDED
            assert broken.entry is not None
            assert broken.entry.who == "zz"
        await _run(buffer, f"DELETE FROM {table} WHERE who = 'zz'")


async def test_an_end_written_anew_is_found_by_what_was_printed(buffer: Buffer, firm: Firm) -> None:
    entries = await _lived(buffer, firm)
    await _run(buffer, "UPDATE chain SET head = x'00'")
    forged = await buffer.history.verify(firm.id)
    assert forged.broken is not None
    assert forged.broken.touched is Touched.END
    await _run(buffer, f"DELETE FROM {FIRM} WHERE seq = 10")
    await _run(buffer, "UPDATE chain SET length = 9, head = ?", entries[8].hash)
    cut = await buffer.history.verify(firm.id)
    assert cut.broken is not None
    assert cut.broken.touched is Touched.PRINTED
    assert "closed month" in str(cut.broken.message)
    await buffer.books.save(firm.id, books(half_net=False), who="anna", version=1)
    assert (await buffer.history.verify(firm.id)).broken is not None


async def test_a_chain_that_was_computed_anew_ends_otherwise(buffer: Buffer, firm: Firm) -> None:
    entries = await _lived(buffer, firm)
    head = chain.genesis("Nip", firm.nip)
    (one,) = chain.linked(head, [("z", "zz", "books", None, "{}", None)])
    assert one != entries[0].hash


async def test_long_chains_are_read_in_pieces(
    buffer: Buffer, firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("blink_tui.buffer.audit._AT_ONCE", 3)
    entries = await _lived(buffer, firm)
    assert [entry.seq for entry in entries] == list(range(1, 11))
    assert (await buffer.history.verify(firm.id)).broken is None
    for seq in (3, 4, 7):
        table = FIRM if entries[seq - 1].document_id is None else DOCUMENT
        await _run(buffer, f"UPDATE {table} SET seq = -seq WHERE seq = ?", seq)
        state = await buffer.history.verify(firm.id)
        assert state.broken is not None
        assert (state.broken.touched, state.broken.seq) == (Touched.MISSING, seq)
        await _run(buffer, f"UPDATE {table} SET seq = -seq WHERE seq = ?", -seq)
    assert (await buffer.history.verify(firm.id)).broken is None


async def test_it_is_read_while_others_write(buffer: Buffer, firm: Firm) -> None:
    await _lived(buffer, firm)
    seen = []
    async for entry in buffer.history.export(firm.id):
        seen.append(entry.seq)
        await buffer.locks.unlock(firm.id, OCTOBER, who="anna", reason="x") if entry.seq == 1 else None
    assert seen == list(range(1, 11))


TOUCHES = (
    """UPDATE coding SET body = replace(body, '"description":""', '"description":"x"')""",
    "UPDATE coding SET body = replace(body, '402-1', '402-2')",
    "UPDATE coding SET body = '{}'",
    "UPDATE coding SET body = 'x'",
    "UPDATE coding SET vat_month = '2026-10'",
    "UPDATE coding SET registers = '[]'",
    "UPDATE coding SET ground = '{}'",
    "UPDATE register_amount SET amount = amount + 1 WHERE field = 'K_43'",
    "DELETE FROM register_amount WHERE field = 'K_42'",
    "UPDATE register_amount SET month = '2026-10'",
)


async def test_a_coding_that_is_not_what_was_coded_is_found(buffer: Buffer, firm: Firm) -> None:
    await _lived(buffer, firm)
    await _run(buffer, "CREATE TABLE codings_before AS SELECT * FROM coding")
    await _run(buffer, "CREATE TABLE amounts_before AS SELECT * FROM register_amount")
    for touch in TOUCHES:
        assert (await buffer.history.verify(firm.id)).broken is None
        await _run(buffer, touch)
        broken = (await buffer.history.verify(firm.id)).broken
        assert broken is not None
        assert (broken.touched, broken.seq) == (Touched.CODING, 6)
        assert "anna" in str(broken.message)
        await _run(buffer, "INSERT OR REPLACE INTO coding SELECT * FROM codings_before")
        await _run(buffer, "DELETE FROM register_amount")
        await _run(buffer, "INSERT INTO register_amount SELECT * FROM amounts_before")


async def test_a_status_that_no_entry_gave_is_found(buffer: Buffer, firm: Firm) -> None:
    await _lived(buffer, firm)
    for touch, seq in (("status = 'coded' WHERE id = 2", 9), ("status = 'exported' WHERE id = 1", 8)):
        await _run(buffer, f"UPDATE document SET {touch}")
        broken = (await buffer.history.verify(firm.id)).broken
        assert broken is not None
        assert (broken.touched, broken.seq) == (Touched.STATUS, seq)
        assert "approved" in str(broken.message)
        await _run(buffer, "UPDATE document SET status = 'approved'")
    assert (await buffer.history.verify(firm.id)).broken is None


async def test_a_document_that_no_entry_tells_of_is_found(buffer: Buffer, firm: Firm) -> None:
    await stored(buffer, firm, 1)
    other = await buffer.firms.add(SELLER, name="B", env="test")
    await _run(buffer, "UPDATE document SET firm_id = ?", other.id)
    await _run(buffer, "DELETE FROM document_event")
    broken = (await buffer.history.verify(other.id)).broken
    assert broken is not None
    assert broken.touched is Touched.STRANGE_DOCUMENT
    assert str(broken.ksef_number) in str(broken.message)


async def test_codings_agree_after_ways_back_and_forth(buffer: Buffer, firm: Firm) -> None:
    await _lived(buffer, firm)
    for decision in (Decision(Action.QUERY, "?"), Decision(Action.RETURN), Decision(Action.REOPEN, "?")):
        await buffer.decisions.decide(await versions(buffer, [1, 2]), decision, who="anna")
        assert (await buffer.history.verify(firm.id)).broken is None
    (past,) = await buffer.decisions.undoable("anna", 1)
    await buffer.decisions.undo(past.id, who="anna")
    assert (await buffer.history.verify(firm.id)).broken is None
    await _run(buffer, "UPDATE coding SET body = '{}' WHERE document_id = 2")
    assert (await buffer.history.verify(firm.id)).broken is not None


@pytest.mark.parametrize(
    "touch",
    [
        "UPDATE closing_page SET body = '{}' WHERE id = 1",
        "UPDATE closing_page SET who = 'ewa' WHERE id = 1",
        "UPDATE closing_page SET month = '2026-09' WHERE id = 1",
        "UPDATE closing_page SET body = '{}', sha256 = lower(hex(sha256)) WHERE id = 1",
        "DELETE FROM closing_page WHERE id = 1",
    ],
)
async def test_a_closing_page_that_is_not_what_was_signed_is_found(
    buffer: Buffer, firm: Firm, touch: str
) -> None:
    await buffer.locks.lock(firm.id, OCTOBER, who="anna", signed='{"page": 1}')
    await buffer.locks.unlock(firm.id, OCTOBER, who="anna", reason="x")
    await buffer.locks.lock(firm.id, OCTOBER, who="anna", signed='{"page": 2}')
    assert (await buffer.history.verify(firm.id)).broken is None
    await _run(buffer, touch)
    broken = (await buffer.history.verify(firm.id)).broken
    assert broken is not None
    assert (broken.touched, broken.seq) == (Touched.PAGE, 1)
    assert "month-signed" in str(broken.message)


async def test_a_closing_page_that_nobody_signed_is_found(buffer: Buffer, firm: Firm) -> None:
    await buffer.locks.lock(firm.id, OCTOBER, who="anna", signed='{"page": 1}')
    sha256 = hashlib.sha256(b"{}").hexdigest()
    await _run(
        buffer,
        "INSERT INTO closing_page (firm_id, month, sha256, at, who, body) VALUES (?, '2026-10', ?, 'z', 'zz', '{}')",
        firm.id,
        sha256,
    )
    broken = (await buffer.history.verify(firm.id)).broken
    assert broken is not None
    assert broken.touched is Touched.STRANGE_PAGE
    assert "no entry" in str(broken.message)
