from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from blink_tui.buffer import Buffer, MarkMove, StoreResult
from blink_tui.model.dates import Instant
from blink_tui.model.documents import Direction, FirmKind, Party, Role, Status
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import Firm
from tests.buffer.factory import NIP, SELLER, instant, invoice, ksef_number, xml_of


async def only(buffer: Buffer, number: int = 1) -> int:
    return (await buffer.documents.find(ksef_number(number)))[0].id


async def test_a_document_comes_back_as_it_was_stored(buffer: Buffer, firm: Firm) -> None:
    item = invoice(1, vat=Decimal("-0.01"), gross=None, currency="EUR")
    assert await buffer.documents.store(firm, Role.BUYER, [item]) == StoreResult(1, 1)
    document = (await buffer.documents.find(ksef_number(1), firm.id))[0]
    assert (document.firm_nip, document.ksef_number, document.sha256) == (
        NIP,
        ksef_number(1),
        item.header.sha256,
    )
    assert (document.net, document.vat, document.gross) == (Decimal("100.00"), Decimal("-0.01"), None)
    assert (document.seller, document.buyer) == (item.header.seller, item.header.buyer)
    assert (document.issue_date, document.stored) == (date(2026, 9, 1), item.header.stored)
    assert (document.roles, document.direction) == (frozenset({Role.BUYER}), Direction.PURCHASE)
    assert (document.status, document.version, document.derived_version) == (Status.FETCHED, 1, 0)
    assert await buffer.documents.get(document.id) == document
    assert await buffer.documents.xml(ksef_number(1)) == xml_of(1)


@pytest.mark.parametrize(
    ("received", "day"),
    [
        ("2026-03-31T21:59:59Z", date(2026, 3, 31)),
        ("2026-03-31T22:00:00Z", date(2026, 4, 1)),
        ("2026-01-31T22:59:59.9999999Z", date(2026, 1, 31)),
        ("2026-01-31T23:00:00Z", date(2026, 2, 1)),
    ],
)
async def test_the_date_of_receipt_is_a_warsaw_day(
    buffer: Buffer, firm: Firm, received: str, day: date
) -> None:
    await buffer.documents.store(firm, Role.BUYER, [invoice(1, received=Instant(received))])
    assert (await buffer.documents.find(ksef_number(1)))[0].received_date == day


async def test_a_document_with_nothing_but_a_number_is_stored(buffer: Buffer, firm: Firm) -> None:
    bare = invoice(
        1,
        issue_date=None,
        received=None,
        stored=None,
        net=None,
        vat=None,
        gross=None,
        seller=Party("Nip", None, None),
        buyer=Party("None", None, None),
    )
    await buffer.documents.store(firm, Role.BUYER, [bare])
    document = (await buffer.documents.find(ksef_number(1)))[0]
    assert (document.issue_date, document.received_date, document.gross, document.seller.name) == (None,) * 4


@pytest.mark.parametrize("amount", ["0.001", "1e30", "NaN", "Infinity"])
async def test_an_amount_that_cannot_be_kept_exactly_is_unknown_and_never_rounded(
    buffer: Buffer, firm: Firm, amount: str
) -> None:
    await buffer.documents.store(firm, Role.BUYER, [invoice(1, gross=Decimal(amount))])
    assert (await buffer.documents.find(ksef_number(1)))[0].gross is None


async def test_a_document_is_kept_once_however_often_it_comes(buffer: Buffer, firm: Firm) -> None:
    first = await buffer.documents.store(firm, Role.BUYER, [invoice(1), invoice(2), invoice(1)])
    again = await buffer.documents.store(firm, Role.BUYER, [invoice(2), invoice(3)])
    assert (first, again) == (StoreResult(2, 2), StoreResult(2, 1))
    assert await buffer.documents.total() == 3
    assert [event.what for event in await buffer.history.of_document(await only(buffer, 2))] == ["fetched"]


async def test_more_than_one_statement_can_hold_is_stored_at_once(buffer: Buffer, firm: Firm) -> None:
    items = [invoice(number) for number in range(1201)]
    assert await buffer.documents.store(firm, Role.BUYER, items) == StoreResult(1201, 1201)
    assert await buffer.documents.store(firm, Role.BUYER, items) == StoreResult(1201, 0)


async def test_two_firms_hold_a_document_each_and_share_its_bytes(
    buffer: Buffer, firm: Firm, path: Path
) -> None:
    seller = await buffer.firms.add(SELLER, name="Łódzka Hurtownia", env="test")
    await buffer.documents.store(firm, Role.BUYER, [invoice(1)])
    assert await buffer.documents.store(seller, Role.SELLER, [invoice(1)]) == StoreResult(1, 1)
    found = await buffer.documents.find(ksef_number(1))
    assert [(d.firm_nip, d.direction) for d in found] == [
        (NIP, Direction.PURCHASE),
        (SELLER, Direction.SALE),
    ]
    assert (await buffer.documents.total(firm.id), await buffer.documents.total()) == (1, 2)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM invoice_xml").fetchone() == (1,)


async def test_a_second_role_is_added_and_the_direction_follows(buffer: Buffer, firm: Firm) -> None:
    await buffer.documents.store(firm, Role.THIRD_PARTY, [invoice(1)])
    assert (await buffer.documents.find(ksef_number(1)))[0].direction is Direction.NONE
    assert await buffer.documents.store(firm, Role.BUYER, [invoice(1)]) == StoreResult(1, 0)
    await buffer.documents.store(firm, Role.BUYER, [invoice(1)])
    document = (await buffer.documents.find(ksef_number(1)))[0]
    assert (document.roles, document.direction) == (
        frozenset({Role.THIRD_PARTY, Role.BUYER}),
        Direction.PURCHASE,
    )
    events = await buffer.history.of_document(document.id)
    assert [(e.what, e.before, e.after) for e in events] == [
        ("fetched", None, "fetched"),
        ("role", None, "buyer"),
        ("direction", "none", "purchase"),
    ]


async def test_a_direction_set_by_hand_stays(buffer: Buffer, firm: Firm) -> None:
    await buffer.documents.store(firm, Role.THIRD_PARTY, [invoice(1)])
    id_ = await only(buffer)
    await buffer.documents.set_direction(id_, 1, Direction.SALE, who="anna", reason="komis")
    await buffer.documents.store(firm, Role.BUYER, [invoice(1)])
    document = await buffer.documents.get(id_)
    assert (document.direction, document.roles) == (
        Direction.SALE,
        frozenset({Role.THIRD_PARTY, Role.BUYER}),
    )
    by_hand = (await buffer.history.of_document(id_))[1]
    assert (by_hand.what, by_hand.before, by_hand.after, by_hand.who, by_hand.reason) == (
        "direction",
        "none",
        "sale",
        "anna",
        "komis",
    )
    with pytest.raises(BlinkError) as caught:
        await buffer.documents.set_direction(id_, 1, Direction.NONE, who="anna", reason="x")
    assert caught.value.kind.code == "changed-meanwhile"


@pytest.mark.parametrize(
    ("kind", "number", "direction"),
    [
        (FirmKind.TAXPAYER, 4, Direction.PURCHASE),
        (FirmKind.TAXPAYER, 2, Direction.NONE),
        (FirmKind.BRANCH, 2, Direction.PURCHASE),
        (FirmKind.TAXPAYER, 9, Direction.SALE),
    ],
)
async def test_the_own_entry_among_third_parties_decides(
    buffer: Buffer, kind: FirmKind, number: int, direction: Direction
) -> None:
    firm = await buffer.firms.add(NIP, name="A", env="test", kind=kind)
    others = ((Party("Nip", SELLER, "B"), 7), (Party("Nip", NIP, "A"), number))
    await buffer.documents.store(firm, Role.THIRD_PARTY, [invoice(1, third_parties=others)])
    assert (await buffer.documents.find(ksef_number(1)))[0].direction is direction


async def test_other_bytes_for_a_known_number_store_nothing_of_the_call(buffer: Buffer, firm: Firm) -> None:
    await buffer.documents.store(firm, Role.BUYER, [invoice(1)], move=MarkMove(instant(0), instant(1)))
    export = await buffer.exports.begin(firm.id, Role.BUYER, instant(1), None, b"wrapped", b"iv", instant(1))
    with pytest.raises(BlinkError) as caught:
        await buffer.documents.store(
            firm,
            Role.BUYER,
            [invoice(2), invoice(1, xml=b"<other/>")],
            move=MarkMove(instant(0), instant(9)),
            finish_export=export,
        )
    assert (caught.value.kind.code, caught.value.values["ksef_number"]) == ("hash-conflict", ksef_number(1))
    assert await buffer.documents.total() == 1
    mark = await buffer.marks.get(firm.id, Role.BUYER)
    assert mark is not None
    assert mark.until == instant(1)
    assert [pending.id for pending in await buffer.exports.list(firm.id)] == [export]
    assert (await buffer.history.verify(firm.id)).length == 1


async def test_two_hashes_for_one_number_in_a_call_are_a_conflict(buffer: Buffer, firm: Firm) -> None:
    with pytest.raises(BlinkError) as caught:
        await buffer.documents.store(firm, Role.BUYER, [invoice(1), invoice(1, xml=b"<other/>")])
    assert caught.value.kind.code == "hash-conflict"


async def test_the_mark_moves_only_forward_and_keeps_where_it_began(buffer: Buffer, firm: Firm) -> None:
    assert await buffer.marks.get(firm.id, Role.BUYER) is None
    steps = [
        ("2026-02-01T00:00:00.1Z", "1Z"),
        ("2026-02-01T00:00:00.0999999Z", "2Z"),
        ("2026-02-02T01:00:00+01:00", "3Z"),
    ]
    found = []
    for until, since in steps:
        await buffer.documents.store(
            firm, Role.BUYER, [], move=MarkMove(Instant(f"2026-01-01T00:00:0{since}"), Instant(until))
        )
        mark = await buffer.marks.get(firm.id, Role.BUYER)
        assert mark is not None
        found.append((mark.since[-2:], mark.until))
    assert found == [("1Z", steps[0][0]), ("1Z", steps[0][0]), ("1Z", steps[2][0])]
    await buffer.documents.store(firm, Role.SELLER, [], move=MarkMove(instant(0), instant(1)))
    assert [(mark.role, mark.firm_id) for mark in await buffer.marks.all()] == [
        (Role.BUYER, firm.id),
        (Role.SELLER, firm.id),
    ]


async def test_the_mark_never_jumps_over_a_span_that_nobody_fetched(buffer: Buffer, firm: Firm) -> None:
    await buffer.documents.store(firm, Role.BUYER, [], move=MarkMove(instant(0), instant(5)))
    await buffer.documents.store(firm, Role.BUYER, [invoice(1)], move=MarkMove(instant(6), instant(9)))
    mark = await buffer.marks.get(firm.id, Role.BUYER)
    assert mark is not None
    assert mark.until == instant(5)
    await buffer.documents.store(firm, Role.BUYER, [], move=MarkMove(instant(5), instant(9)))
    mark = await buffer.marks.get(firm.id, Role.BUYER)
    assert mark is not None
    assert mark.until == instant(9)


async def test_what_a_firm_holds_is_told_by_role(buffer: Buffer, firm: Firm) -> None:
    await buffer.documents.store(firm, Role.BUYER, [invoice(1), invoice(2)])
    numbers = [ksef_number(1), ksef_number(2), ksef_number(3)]
    assert await buffer.documents.held(firm.id, Role.BUYER, numbers) == set(numbers[:2])
    assert await buffer.documents.held(firm.id, Role.SELLER, numbers) == set()


async def test_a_pending_export_ends_with_its_documents(buffer: Buffer, firm: Firm) -> None:
    first = await buffer.exports.begin(
        firm.id, Role.BUYER, instant(1), instant(9), b"wrapped", b"iv", instant(2)
    )
    second = await buffer.exports.begin(firm.id, Role.SELLER, instant(1), None, b"w", b"i", instant(3))
    await buffer.exports.set_reference(first, "20260901-EX-1")
    pending = (await buffer.exports.list(firm.id))[0]
    assert (pending.reference, pending.window_to, pending.wrapped_key, pending.iv, pending.role) == (
        "20260901-EX-1",
        instant(9),
        b"wrapped",
        b"iv",
        Role.BUYER,
    )
    await buffer.documents.store(firm, Role.BUYER, [invoice(1)], finish_export=first)
    assert [pending.id for pending in await buffer.exports.list(firm.id)] == [second]
    await buffer.exports.drop(second)
    assert await buffer.exports.list(firm.id) == []


async def test_bytes_changed_in_the_file_are_noticed(buffer: Buffer, firm: Firm, path: Path) -> None:
    await buffer.documents.store(firm, Role.BUYER, [invoice(1), invoice(2)])
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "UPDATE invoice_xml SET body = (SELECT body FROM invoice_xml WHERE ksef_number = ?) WHERE ksef_number = ?",
            (ksef_number(2), ksef_number(1)),
        )
    with pytest.raises(BlinkError) as caught:
        await buffer.documents.xml(ksef_number(1))
    assert caught.value.kind.code == "buffer-damaged"
    assert ksef_number(1) in str(caught.value)


async def test_an_unknown_document_is_a_usage_error(buffer: Buffer) -> None:
    for ask in (buffer.documents.xml(ksef_number(1)), buffer.documents.get(1)):
        with pytest.raises(BlinkError) as caught:
            await ask
        assert caught.value.kind.code == "document-unknown"
    assert await buffer.documents.find(ksef_number(1)) == []


async def test_every_commit_is_seen_by_this_process_and_by_others(
    buffer: Buffer, firm: Firm, path: Path
) -> None:
    from blink_tui.buffer import open_buffer

    async with open_buffer(path, read_only=True) as other:
        here, there = await buffer.change_token(), await other.change_token()
        assert await other.change_token() == there
        await buffer.documents.store(firm, Role.BUYER, [invoice(1)])
        assert await buffer.change_token() != here
        assert await other.change_token() != there
        assert await other.data_version() != there[0]
