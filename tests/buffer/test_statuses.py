from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from blink_tui.buffer import Buffer, statuses
from blink_tui.model.documents import Role, Status
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import Firm
from tests.buffer.factory import FILE, SELLER, StillClock, invoice, ksef_number

F, C, A, E, B = Status.FETCHED, Status.CODED, Status.APPROVED, Status.EXPORTED, Status.BOOKED
Q, X = Status.QUERIED, Status.EXCLUDED

WAYS: dict[Status, list[Status]] = {F: [], C: [C], A: [A], E: [A], B: [B], Q: [Q], X: [X]}
"""What a person does until a fetched document has a status; a batch does the rest."""

ALLOWED = {
    F: {C, A, B, Q, X},
    C: {F, A, B, Q, X},
    A: {F, B, Q, X},
    E: {B},
    B: set(),
    Q: {F},
    X: {F},
}


async def one_at(buffer: Buffer, firm: Firm, status: Status) -> int:
    await buffer.documents.store(firm, Role.BUYER, [invoice(1)])
    for step in WAYS[status]:
        await buffer.documents.change_status([1], step, who="anna")
    if status is E:
        await buffer.batches.begin(firm.id, "csv", [1], [FILE], who="anna")
    return 1


@pytest.mark.parametrize("to", Status)
@pytest.mark.parametrize("status", Status)
async def test_every_pair_of_statuses(buffer: Buffer, firm: Firm, status: Status, to: Status) -> None:
    id_ = await one_at(buffer, firm, status)
    before = await buffer.documents.get(id_)
    if to in ALLOWED[status]:
        assert await buffer.documents.change_status([id_], to, who="anna") == 1
        after = await buffer.documents.get(id_)
        assert (after.status, after.version) == (to, before.version + 1)
        return
    with pytest.raises(BlinkError) as caught:
        await buffer.documents.change_status([id_], to, who="anna")
    assert caught.value.kind.code == "status-not-allowed"
    assert await buffer.documents.get(id_) == before


@pytest.mark.parametrize("aside", [Q, X])
@pytest.mark.parametrize("origin", [F, C, A])
async def test_what_was_put_aside_returns_only_to_where_it_was(
    buffer: Buffer, firm: Firm, origin: Status, aside: Status
) -> None:
    id_ = await one_at(buffer, firm, origin)
    await buffer.documents.change_status([id_], aside, who="anna", reason="nie nasza")
    assert (await buffer.documents.get(id_)).previous is origin
    for other in {F, C, A} - {origin}:
        with pytest.raises(BlinkError):
            await buffer.documents.change_status([id_], other, who="anna")
    await buffer.documents.change_status([id_], origin, who="anna")
    document = await buffer.documents.get(id_)
    assert (document.status, document.previous) == (origin, None)


async def test_a_change_is_an_event_with_who_when_and_why(
    buffer: Buffer, firm: Firm, clock: StillClock
) -> None:
    id_ = await one_at(buffer, firm, F)
    clock.moment = clock.moment.replace(hour=9)
    await buffer.documents.change_status([id_], Q, who="anna", reason="brak umowy")
    event = (await buffer.history.of_document(id_))[-1]
    assert (event.at, event.who, event.what, event.before, event.after, event.reason, event.seq) == (
        "2026-10-01T09:30:00.000000Z",
        "anna",
        "status",
        "fetched",
        "queried",
        "brak umowy",
        2,
    )


async def test_a_document_changed_meanwhile_stops_the_whole_call(buffer: Buffer, firm: Firm) -> None:
    await buffer.documents.store(firm, Role.BUYER, [invoice(1), invoice(2)])
    await buffer.documents.change_status([2], C, who="ewa")
    with pytest.raises(BlinkError) as caught:
        await buffer.documents.change_status([1, 2], A, who="anna", versions={1: 1, 2: 1})
    assert (caught.value.kind.code, caught.value.values["what"]) == ("changed-meanwhile", ksef_number(2))
    assert (await buffer.documents.get(1)).status is F
    assert await buffer.documents.change_status([1, 2, 1], A, who="anna", versions={1: 1, 2: 2}) == 2


async def test_many_documents_are_changed_in_several_transactions(buffer: Buffer, firm: Firm) -> None:
    await buffer.documents.store(firm, Role.BUYER, [invoice(n) for n in range(2 * statuses.CHUNK + 1)])
    ids = range(1, 2 * statuses.CHUNK + 2)
    before = (await buffer.change_token())[1]
    assert await buffer.documents.change_status(ids, A, who="anna") == len(ids)
    assert (await buffer.change_token())[1] == before + 3
    state = await buffer.history.verify(firm.id)
    assert (state.length, state.broken_at) == (2 * len(ids), None)


async def test_an_unknown_document_changes_nothing(buffer: Buffer, firm: Firm) -> None:
    await buffer.documents.store(firm, Role.BUYER, [invoice(1)])
    with pytest.raises(BlinkError) as caught:
        await buffer.documents.change_status([1, 99], A, who="anna")
    assert caught.value.kind.code == "document-unknown"
    assert (await buffer.documents.get(1)).status is F


async def full_chain(buffer: Buffer, firm: Firm) -> None:
    await buffer.documents.store(firm, Role.BUYER, [invoice(n) for n in range(5)])
    await buffer.documents.change_status([1, 2, 3], A, who="anna", reason="sprawdzone")


@pytest.mark.parametrize(
    ("change", "broken_at"),
    [
        ("UPDATE document_event SET reason = 'inne' WHERE seq = 7", 7),
        ("UPDATE document_event SET who = 'ewa' WHERE seq = 1", 1),
        ("UPDATE document_event SET document_id = 5 WHERE seq = 2", 2),
        ("UPDATE invoice_xml SET sha256 = x'00' WHERE rowid = 1", 1),
        ("DELETE FROM document_event WHERE seq = 3", 3),
        ("DELETE FROM document_event WHERE seq = 8", 8),
        (
            "INSERT INTO document_event SELECT firm_id, 9, document_id, at, who, what, before, after, reason, hash"
            " FROM document_event WHERE seq = 8",
            9,
        ),
        ("UPDATE chain SET head = x'00'", 9),
    ],
)
async def test_a_changed_event_is_found(
    buffer: Buffer, firm: Firm, path: Path, change: str, broken_at: int
) -> None:
    await full_chain(buffer, firm)
    assert (await buffer.history.verify(firm.id)).broken_at is None
    with closing(sqlite3.connect(path)) as connection, connection:
        assert connection.execute(change).rowcount == 1
    assert (await buffer.history.verify(firm.id)).broken_at == broken_at


async def test_each_firm_has_a_chain_of_its_own(buffer: Buffer, firm: Firm) -> None:
    other = await buffer.firms.add(SELLER, name="B", env="test")
    await buffer.documents.store(firm, Role.BUYER, [invoice(1)])
    await buffer.documents.store(other, Role.SELLER, [invoice(1), invoice(2)])
    await buffer.documents.change_status([1, 2, 3], A, who="anna")
    states = [await buffer.history.verify(each.id) for each in (firm, other)]
    assert [(state.length, state.broken_at) for state in states] == [(2, None), (4, None)]
    assert states[0].head != states[1].head
