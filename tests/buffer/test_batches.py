"""Batches: their documents are handed over once, come back by cancelling, or singly to be put right in the books."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from blink_tui.buffer import BatchFile, BatchState, Buffer
from blink_tui.model.books import Keeper
from blink_tui.model.documents import Role, Status
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import Firm
from blink_tui.model.values import Sha256
from tests.buffer.bookkeeping import books
from tests.buffer.deciding import intact, states, stored
from tests.buffer.factory import FILE, SELLER, invoice

A, B, E, F = Status.APPROVED, Status.BOOKED, Status.EXPORTED, Status.FETCHED
TWO = (FILE, BatchFile("out/b.csv", "out/b.tmp", Sha256(bytes(32)), 20))


async def approved(buffer: Buffer, firm: Firm, count: int) -> list[int]:
    ids = await stored(buffer, firm, count)
    await buffer.documents.change_status(ids, A, who="anna")
    return ids


async def begin(buffer: Buffer, firm: Firm, ids: list[int], *, amends: bool = False) -> int:
    """A batch that is placed."""
    batch = await buffer.batches.begin(firm.id, "csv", ids, TWO, who="anna", amends=amends)
    async with buffer.batches.settling(batch):
        pass
    return batch


async def refused(work: object) -> str:
    with pytest.raises(BlinkError) as refusal:
        await work  # type: ignore[misc] # a coroutine
    return refusal.value.kind.code


async def state_of(buffer: Buffer, batch: int) -> BatchState:
    return (await buffer.batches.get(batch)).state


async def test_a_batch_takes_its_documents_once(buffer: Buffer, firm: Firm) -> None:
    await buffer.documents.store(firm, Role.BUYER, [invoice(n) for n in range(3)])
    await buffer.documents.change_status([1, 2], A, who="anna")
    batch_id = await buffer.batches.begin(firm.id, "csv", [2, 1], TWO, who="anna", settings='{"a": 1}')
    assert [one for one, _ in await states(buffer, [1, 2, 3])] == [E, E, F]
    assert await buffer.batches.documents(batch_id) == [1, 2]
    (batch,) = await buffer.batches.unsettled()
    assert (batch.state, batch.documents, batch.files) == (BatchState.PLACING, 2, TWO)
    assert await buffer.batches.settings(batch_id) == '{"a": 1}'
    assert batch.chain_head == (await buffer.history.verify(firm.id)).head
    assert await refused(begin(buffer, firm, [1])) == "status-not-allowed"
    async with buffer.batches.settling(batch_id):
        pass
    assert await buffer.batches.unsettled() == []
    assert [b.state for b in await buffer.batches.list(firm.id)] == [BatchState.PLACED]
    assert await buffer.batches.list(firm.id) == await buffer.batches.list()
    assert await buffer.batches.newest([firm.id], 1) == (1, await buffer.batches.list())
    assert await buffer.batches.newest([firm.id + 1], 1) == (0, [])


async def test_a_refused_batch_leaves_no_trace(buffer: Buffer, firm: Firm) -> None:
    other = await buffer.firms.add(SELLER, name="B", env="test")
    await buffer.documents.store(firm, Role.BUYER, [invoice(1), invoice(2)])
    await buffer.documents.change_status([1], A, who="anna")
    assert await refused(begin(buffer, firm, [1, 2])) == "status-not-allowed"
    assert await refused(begin(buffer, other, [1])) == "document-of-another-firm"
    stale = buffer.batches.begin(firm.id, "csv", [1], TWO, who="anna", versions={1: 1})
    assert await refused(stale) == "changed-meanwhile"
    assert await refused(begin(buffer, firm, [1], amends=True)) == "amends-apart"
    await buffer.books.save(firm.id, books(purchases=Keeper.ELSEWHERE), who="anna", version=None)
    assert await refused(begin(buffer, firm, [1])) == "kept-elsewhere"
    assert await states(buffer, [1]) == [(A, None)]
    assert await buffer.batches.list() == []
    assert await refused(buffer.batches.get(1)) == "batch-unknown"


async def test_files_that_cannot_be_placed_leave_their_batch_as_it_is(buffer: Buffer, firm: Firm) -> None:
    ids = await approved(buffer, firm, 1)
    batch = await buffer.batches.begin(firm.id, "csv", ids, TWO, who="anna")
    with pytest.raises(OSError, match="gone"):
        async with buffer.batches.settling(batch):
            raise OSError("gone")
    assert await state_of(buffer, batch) is BatchState.PLACING


async def test_a_batch_that_was_never_imported_is_cancelled_whole(buffer: Buffer, firm: Firm) -> None:
    ids = await approved(buffer, firm, 3)
    batch = await begin(buffer, firm, ids)
    assert await refused(buffer.batches.cancel(batch, reason=" ", who="anna")) == "reason-wanted"
    assert await refused(buffer.batches.cancel(batch, reason="?", who="blink-tui")) == "person-decides"
    cancelled = await buffer.batches.cancel(batch, reason="zły miesiąc", who="ewa")
    assert (cancelled.state, cancelled.cancelled_by, cancelled.cancel_reason) == (
        BatchState.WITHDRAWING, "ewa", "zły miesiąc",
    )  # fmt: skip
    assert await states(buffer, ids) == [(A, None)] * 3
    last = (await buffer.history.of_document(ids[0]))[-1]
    assert (last.who, last.before, last.after, last.reason) == ("ewa", "exported", "approved", "zły miesiąc")
    assert await refused(buffer.batches.cancel(batch, reason="?", who="ewa")) == "batch-cancelled"
    async with buffer.batches.settling(batch):
        pass
    assert await state_of(buffer, batch) is BatchState.CANCELLED
    assert await buffer.batches.amending(ids) == set()
    assert await state_of(buffer, await begin(buffer, firm, ids)) is BatchState.PLACED
    await intact(buffer, firm)


async def test_a_batch_that_the_books_have_is_not_cancelled(buffer: Buffer, firm: Firm) -> None:
    ids = await approved(buffer, firm, 2)
    batch = await begin(buffer, firm, ids)
    await buffer.documents.change_status(ids[:1], B, who="anna")
    assert await refused(buffer.batches.cancel(batch, reason="?", who="anna")) == "batch-imported"
    assert await states(buffer, ids) == [(B, None), (E, None)]
    assert await state_of(buffer, batch) is BatchState.PLACED


@pytest.mark.parametrize("status", [E, B])
async def test_a_document_of_the_books_comes_again_apart(buffer: Buffer, firm: Firm, status: Status) -> None:
    ids = await approved(buffer, firm, 2)
    first = await begin(buffer, firm, ids)
    if status is B:
        await buffer.documents.change_status(ids[:1], B, who="anna")
    await buffer.batches.amend(ids[:1], reason="złe konto", who="ewa")
    (last,) = (await buffer.history.of_document(ids[0]))[-1:]
    assert (last.before, last.after, last.reason) == (status.value, "approved", "złe konto")
    assert await buffer.batches.amending(ids) == {ids[0]}
    new = (await approved(buffer, firm, 1))[0]
    assert await refused(begin(buffer, firm, [ids[0], new], amends=True)) == "amends-apart"
    assert await refused(begin(buffer, firm, [ids[0], new])) == "amends-apart"
    assert await refused(buffer.batches.cancel(first, reason="?", who="anna")) == "batch-imported"
    again = await begin(buffer, firm, ids[:1], amends=True)
    assert (await buffer.batches.get(again)).amends
    assert await buffer.batches.amending(ids) == set()
    assert await refused(buffer.batches.cancel(first, reason="?", who="anna")) == "batch-imported"
    await intact(buffer, firm)


async def test_a_cancelled_amendment_is_still_none_of_the_new_documents(buffer: Buffer, firm: Firm) -> None:
    """The books have the document as it was first, whatever becomes of the file that was to put it right."""
    ids = await approved(buffer, firm, 1)
    await begin(buffer, firm, ids)
    await buffer.batches.amend(ids, reason="złe konto", who="ewa")
    again = await begin(buffer, firm, ids, amends=True)
    await buffer.batches.cancel(again, reason="nie to", who="ewa")
    assert await states(buffer, ids) == [(A, None)]
    assert await buffer.batches.amending(ids) == set(ids)
    assert await refused(begin(buffer, firm, ids)) == "amends-apart"
    await begin(buffer, firm, ids, amends=True)
    await buffer.batches.amend(ids, reason="jeszcze raz", who="ewa")
    assert await buffer.batches.amending(ids) == set(ids)


async def test_only_what_the_books_have_can_be_put_right_there(buffer: Buffer, firm: Firm) -> None:
    ids = await approved(buffer, firm, 2)
    assert await refused(buffer.batches.amend(ids, reason="?", who="anna")) == "not-in-books"
    await begin(buffer, firm, ids[:1])
    assert await refused(buffer.batches.amend(ids, reason="?", who="anna")) == "not-in-books"
    assert await refused(buffer.batches.amend(ids[:1], reason="", who="anna")) == "reason-wanted"
    assert await states(buffer, ids) == [(E, None), (A, None)]
    await buffer.books.save(firm.id, books(purchases=Keeper.ELSEWHERE), who="anna", version=None)
    assert await refused(buffer.batches.amend(ids[:1], reason="?", who="anna")) == "kept-elsewhere"


async def test_what_one_firm_books_elsewhere_is_put_right_in_the_books_of_another(
    buffer: Buffer, firm: Firm
) -> None:
    other = await buffer.firms.add(SELLER, name="B", env="test")
    await buffer.books.save(other.id, books(purchases=Keeper.ELSEWHERE), who="anna", version=None)
    ours = await approved(buffer, firm, 1)
    await begin(buffer, firm, ours)
    theirs = await stored(buffer, other, 1, Role.SELLER)
    await buffer.documents.change_status(theirs, A, who="anna")
    await begin(buffer, other, theirs)
    await buffer.batches.amend([*ours, *theirs], reason="złe konto", who="ewa")
    assert await buffer.batches.amending([*ours, *theirs]) == {*ours, *theirs}


async def test_the_chain_names_the_batch_its_files_and_its_end(buffer: Buffer, firm: Firm) -> None:
    ids = await approved(buffer, firm, 2)
    batch = await begin(buffer, firm, ids)
    last = (await buffer.history.of_document(ids[0]))[-1]
    assert (last.after, json.loads(last.reason or "")) == ("exported", {"batch": batch})
    await buffer.batches.cancel(batch, reason="zły miesiąc", who="ewa")
    told = [one async for one in buffer.history.export(firm.id) if one.what == "batch"]
    assert json.loads(told[0].after) == {
        "batch": batch, "format": "csv", "documents": 2, "sha256": {one.file: one.sha256.hex() for one in TWO},
    }  # fmt: skip
    assert [(one.who, one.before, one.after, one.reason) for one in told[1:]] == [
        ("ewa", str(batch), "cancelled", "zły miesiąc")
    ]
    await intact(buffer, firm)


async def test_somebody_else_s_hand_cannot_reopen_what_the_books_have(buffer: Buffer, firm: Firm) -> None:
    ids = await approved(buffer, firm, 2)
    await begin(buffer, firm, ids)
    await buffer.documents.change_status(ids[:1], B, who="anna")
    for id_ in ids:
        assert await refused(buffer.documents.change_status([id_], A, who="anna")) == "status-not-allowed"


_CHILD = """
import asyncio, sys
from pathlib import Path
from blink_tui.buffer import open_buffer
from blink_tui.model.errors import BlinkError
from tests.buffer.factory import FILE

async def main():
    async with open_buffer(Path(sys.argv[1])) as buffer:
        print("ready", flush=True)
        sys.stdin.readline()
        for _ in range(30):
            try:
                await getattr(buffer.batches, sys.argv[2])(*eval(sys.argv[3]), **eval(sys.argv[4]))
                print("done", flush=True)
                return
            except BlinkError as error:
                print(error.kind.code, flush=True)
                return

asyncio.run(main())
"""


def race(path: Path, calls: list[tuple[str, str, str]]) -> list[str]:
    """What several processes that begin at once got."""
    children = [
        subprocess.Popen(
            [sys.executable, "-c", _CHILD, str(path), *call],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for call in calls
    ]  # fmt: skip
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    return sorted(child.communicate()[0].strip() for child in children)


async def test_two_processes_hand_a_document_over_once(buffer: Buffer, firm: Firm) -> None:
    ids = await approved(buffer, firm, 40)
    given = [
        (f"({firm.id}, 'csv', {some}, [FILE])", "{'who': 'anna'}")
        for some in (ids, ids[20:] + ids[:20], ids[39:])
    ]
    answers = await asyncio.to_thread(race, buffer.path, [("begin", *one) for one in given])
    assert answers.count("done") == 1
    assert set(answers) == {"done", "status-not-allowed"}
    rows = await buffer._database.reader.rows("SELECT count(*) FROM batch_document GROUP BY document_id")
    assert {row[0] for row in rows} == {1}
    await intact(buffer, firm)


@pytest.mark.proof
async def test_two_processes_cancel_a_batch_once(buffer: Buffer, firm: Firm) -> None:
    ids = await approved(buffer, firm, 5)
    batch = await begin(buffer, firm, ids)
    call = ("cancel", f"({batch},)", "{'reason': 'źle', 'who': 'anna'}")
    other = ("amend", f"({ids[:1]},)", "{'reason': 'źle', 'who': 'ewa'}")
    answers = await asyncio.to_thread(race, buffer.path, [call, call, other])
    cancelled = await state_of(buffer, batch) is BatchState.WITHDRAWING
    assert answers == (
        ["batch-cancelled", "done", "not-in-books"]
        if cancelled
        else ["batch-imported", "batch-imported", "done"]
    )
    assert (await buffer.batches.amending(ids) == set()) is cancelled
    await intact(buffer, firm)
