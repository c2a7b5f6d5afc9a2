"""Rows made ready apart from the database say what the documents say."""

from __future__ import annotations

import pickle
from datetime import date

import pytest

from blink_tui.buffer import Buffer
from blink_tui.buffer.preparing import prepare
from blink_tui.model.dates import Instant
from blink_tui.model.documents import Role
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import Firm
from tests.buffer.factory import invoice, ksef_number, xml_of


@pytest.mark.parametrize(
    ("received", "day"),
    [
        ("2026-09-01T21:59:59.9999999Z", date(2026, 9, 1)),  # summer: UTC and two hours
        ("2026-09-01T22:00:00.0000000Z", date(2026, 9, 2)),
        ("2026-09-01T22:00:00+00:00", date(2026, 9, 2)),
        ("2026-12-01T22:59:59Z", date(2026, 12, 1)),  # winter: one hour
        ("2026-12-01T23:00:00Z", date(2026, 12, 2)),
        ("2026-09-01T23:59:59+02:00", date(2026, 9, 1)),
        ("2026-09-01T23:30:00", date(2026, 9, 1)),  # without an offset it is Warsaw's time
        ("2026-10-24T22:30:00Z", date(2026, 10, 25)),
        ("2026-10-25T22:59:59Z", date(2026, 10, 25)),  # the day that is 25 hours long
        ("2026-10-25T23:00:00Z", date(2026, 10, 26)),
    ],
)
async def test_the_day_of_receipt_is_warsaw_s(buffer: Buffer, firm: Firm, received: str, day: date) -> None:
    await buffer.documents.store(firm, Role.BUYER, [invoice(1, received=Instant(received))])
    (document,) = await buffer.documents.find(ksef_number(1))
    assert document.received_date == day


async def test_prepared_elsewhere_is_stored_as_what_is_prepared_here(buffer: Buffer, firm: Firm) -> None:
    items = [invoice(number) for number in range(1, 8)]
    sent = pickle.loads(pickle.dumps(prepare(firm, Role.BUYER, [*items, items[0]])))
    first = await buffer.documents.store(firm, Role.BUYER, sent)
    again = await buffer.documents.store(firm, Role.BUYER, items)
    assert (first.seen, first.new, again.new) == (7, 7, 0)
    for number in range(1, 8):
        (document,) = await buffer.documents.find(ksef_number(number))
        assert document.roles == {Role.BUYER}
        assert await buffer.documents.xml(document.ksef_number) == xml_of(number)


def test_one_number_with_two_hashes_is_refused(firm: Firm) -> None:
    with pytest.raises(BlinkError) as raised:
        prepare(firm, Role.BUYER, [invoice(1), invoice(1, xml=xml_of(2))])
    assert raised.value.kind.code == "hash-conflict"


async def test_ids_belong_to_their_documents_whatever_was_there_before(buffer: Buffer, firm: Firm) -> None:
    other = await buffer.firms.add(firm.nip, name="B", env="demo")
    await buffer.documents.store(other, Role.SELLER, [invoice(number) for number in (1, 3, 5)])
    await buffer.documents.store(firm, Role.BUYER, [invoice(number) for number in (4, 3)])
    await buffer.documents.store(firm, Role.BUYER, [invoice(number) for number in (5, 4, 3, 2, 1)])
    for number in range(1, 6):
        (document,) = await buffer.documents.find(ksef_number(number), firm.id)
        assert document.roles == {Role.BUYER}
        (event,) = await buffer.history.of_document(document.id)
        assert (event.document_id, event.what) == (document.id, "fetched")
    state = await buffer.history.verify(firm.id)
    assert (state.length, state.broken_at) == (5, None)
    (sold,) = await buffer.documents.find(ksef_number(3), other.id)
    assert sold.roles == {Role.SELLER}
