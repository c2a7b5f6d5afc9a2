"""Collective identifiers in the store: told twice, hidden and told, exact, and light to ask for."""

from __future__ import annotations

from decimal import Decimal

import pytest

from blink_tui.buffer import Buffer
from blink_tui.buffer.collective import Asked
from blink_tui.model.collective import Collective, Listed, Member, PaidUnder, Payment
from blink_tui.model.dates import Instant
from blink_tui.model.documents import Role
from blink_tui.model.firms import Firm
from blink_tui.model.values import CollectiveNumber, Nip
from tests.buffer.factory import invoice, ksef_number

IZ = CollectiveNumber("5265877635-IZ202609-65ED02180000-00")
OTHER = CollectiveNumber("5265877635-IZ202610-65ED02180000-00")
CREATED, AT = Instant("2026-09-11T12:00:00.1234567+00:00"), Instant("2026-10-01T00:00:00Z")


def paid(place: int, amount: str = "12.50", number: CollectiveNumber = IZ, text: str | None = None) -> Member:
    return Member(number, ksef_number(place), Payment(Decimal(amount), "PLN"), text)


async def test_what_is_told_again_changes_nothing(buffer: Buffer, firm: Firm) -> None:
    listed = [Listed(IZ, CREATED, True, 2), Listed(IZ, CREATED, True, 2)]
    assert await buffer.collective.keep(firm.id, listed) == 1
    assert await buffer.collective.pending(firm.id) == listed[:1]
    await buffer.collective.keep_members(firm.id, [IZ], [paid(1, text="za\u202etowar\n"), paid(2)], AT)
    assert await buffer.collective.pending(firm.id) == []
    before = await buffer.collective.members(IZ)
    token = await buffer.collective.keep(firm.id, [Listed(IZ, None, False)])
    await buffer.collective.keep_members(
        firm.id, [IZ], [Member(IZ, ksef_number(1), hidden=True), paid(2)], AT
    )
    assert (token, await buffer.collective.members(IZ)) == (0, before)
    one = Collective(IZ, CREATED, 2, (firm.id,), whole=True)
    assert await buffer.collective.find(IZ) == one
    assert await buffer.collective.of_invoice(ksef_number(1)) == [
        PaidUnder(one, paid(1, text="za\u202etowar\n"))
    ]


async def test_what_was_not_told_whole_is_asked_for_again(buffer: Buffer, firm: Firm) -> None:
    await buffer.collective.keep(firm.id, [Listed(IZ, CREATED, True, 2)])
    await buffer.collective.keep_members(firm.id, [IZ], [paid(1)], None)
    assert [one.member for one in await buffer.collective.members(IZ)] == [paid(1)]
    assert [one.number for one in await buffer.collective.pending(firm.id)] == [IZ]
    found = await buffer.collective.find(IZ)
    assert found is not None
    assert not found.whole


async def test_what_was_not_known_at_first_is_filled_in(buffer: Buffer, firm: Firm) -> None:
    await buffer.collective.keep(firm.id, [Listed(IZ, None, False)])
    await buffer.collective.keep(firm.id, [Listed(IZ, CREATED, True)])
    await buffer.collective.keep(firm.id, [Listed(IZ, None, True, 7)])
    assert await buffer.collective.pending(firm.id) == [Listed(IZ, CREATED, True, 7)]
    assert await buffer.collective.find(IZ) == Collective(IZ, CREATED, 7, (firm.id,), whole=False)


async def test_hidden_details_come_from_another_firm_that_was_told(buffer: Buffer, firm: Firm) -> None:
    second = await buffer.firms.add(Nip("2222222222"), name="Druga", env="test")
    for one in (firm, second):
        await buffer.collective.keep(one.id, [Listed(IZ, CREATED, False, 1)])
    hidden = Member(IZ, ksef_number(1), hidden=True)
    await buffer.collective.keep_members(firm.id, [IZ], [hidden], AT)
    assert [one.number for one in await buffer.collective.pending(second.id)] == [IZ]
    assert await buffer.collective.pending(firm.id) == []
    await buffer.collective.keep_members(second.id, [IZ], [paid(1)], AT)
    await buffer.collective.keep_members(firm.id, [IZ], [hidden], AT)
    assert [one.member for one in await buffer.collective.members(IZ)] == [paid(1)]


async def test_an_identifier_that_another_firm_knows_whole_is_not_pending(buffer: Buffer, firm: Firm) -> None:
    second = await buffer.firms.add(Nip("2222222222"), name="Druga", env="test")
    await buffer.collective.keep(firm.id, [Listed(IZ, CREATED, True, 1)])
    await buffer.collective.keep_members(firm.id, [IZ], [paid(1)], AT)
    await buffer.collective.keep(second.id, [Listed(IZ, CREATED, False, 1)])
    assert await buffer.collective.pending(second.id) == []


@pytest.mark.parametrize("amount", ["0.01", "-3.00", "12.345", "999999999999999999.99", "0.000000000001"])
async def test_amounts_are_exact(buffer: Buffer, firm: Firm, amount: str) -> None:
    await buffer.collective.keep(firm.id, [Listed(IZ, CREATED, True, 1)])
    await buffer.collective.keep_members(firm.id, [IZ], [paid(1, amount)], AT)
    (held,) = await buffer.collective.members(IZ)
    assert held.member.payment == Payment(Decimal(amount), "PLN")


async def test_the_invoices_that_the_buffer_lacks_show(buffer: Buffer, firm: Firm) -> None:
    second = await buffer.firms.add(Nip("2222222222"), name="Druga", env="test")
    for one in (firm, second):
        await buffer.documents.store(one, Role.BUYER, [invoice(1)])
    await buffer.collective.keep(firm.id, [Listed(IZ, CREATED, True, 2)])
    await buffer.collective.keep_members(firm.id, [IZ], [paid(2), paid(1)], AT)
    assert [(one.firm_ids, one.invoice_number) for one in await buffer.collective.members(IZ)] == [
        ((firm.id, second.id), "FV/1/2026"),
        ((), None),
    ]


async def test_newest_first(buffer: Buffer, firm: Firm) -> None:
    later = Instant("2026-10-11T12:00:00Z")
    await buffer.collective.keep(firm.id, [Listed(IZ, CREATED, True), Listed(OTHER, later, True)])
    await buffer.collective.keep_members(firm.id, [IZ, OTHER], [paid(1), paid(1, "7.00", OTHER)], AT)
    found = await buffer.collective.of_invoice(ksef_number(1))
    assert [(one.collective.number, one.member.collective) for one in found] == [(OTHER, OTHER), (IZ, IZ)]
    assert await buffer.collective.of_invoice(ksef_number(2)) == []


async def test_how_far_a_firm_was_asked(buffer: Buffer, firm: Firm) -> None:
    assert await buffer.collective.asked() == {}
    await buffer.collective.note_tried(firm.id, AT)
    assert await buffer.collective.asked() == {firm.id: Asked(None, AT)}
    await buffer.collective.note_listed(firm.id, CREATED)
    await buffer.collective.note_tried(firm.id, CREATED)
    assert await buffer.collective.asked() == {firm.id: Asked(CREATED, CREATED)}


async def test_an_invoice_s_identifiers_are_found_by_an_index(buffer: Buffer) -> None:
    plan = await buffer._database.reader.rows(
        "EXPLAIN QUERY PLAN SELECT * FROM collective_member m JOIN collective c ON c.number = m.number"
        " WHERE m.ksef_number = ?",
        (ksef_number(1),),
    )
    assert not [row[3] for row in plan if row[3].startswith("SCAN")]
