from __future__ import annotations

import json
from decimal import Decimal

import pytest

from blink_tui.ksef import errors
from blink_tui.ksef.client import (
    DateType,
    MetadataPage,
    QueryWindow,
    Session,
)
from blink_tui.model.dates import Instant
from blink_tui.model.documents import Role
from blink_tui.model.errors import BlinkError
from tests.ksef.old_server import (
    metadata_record,
    old_error,
)
from tests.ksef.peer import Peer, Reply

NUMBER = "5265877635-20260513-0100001AF629-AF"
FROM, TO = Instant("2026-05-01T00:00:00.1234567+02:00"), Instant("2026-05-02T00:00:00Z")


@pytest.mark.parametrize(
    ("role", "subject"),
    [
        (Role.SELLER, "Subject1"),
        (Role.BUYER, "Subject2"),
        (Role.THIRD_PARTY, "Subject3"),
        (Role.AUTHORIZED, "SubjectAuthorized"),
    ],
)
async def test_a_page_of_metadata(session: Session, peer: Peer, role: Role, subject: str) -> None:
    hwm = "2026-05-14T11:58:00.388+00:00"
    records = [metadata_record(), metadata_record(netAmount=None), {"ksefNumber": NUMBER}]
    body = {"hasMore": True, "isTruncated": False, "permanentStorageHwmDate": hwm, "invoices": records}
    peer.on("POST /invoices/query/metadata", Reply(200, body))
    page = await session.query_metadata(QueryWindow(role, FROM), page=3)
    (asked,) = peer.asked("POST /invoices/query/metadata")
    assert asked.query == {"sortOrder": "Asc", "pageOffset": "3", "pageSize": "250"}
    assert asked.headers["authorization"] == "Bearer access-1"
    assert asked.json == {
        "subjectType": subject,
        "dateRange": {
            "dateType": "PermanentStorage",
            "from": FROM,
            "restrictToPermanentStorageHwmDate": True,
        },
    }
    assert [header.net for header in page.headers] == [Decimal("35260.63"), None]
    assert [problem.ksef_number for problem in page.problems] == [NUMBER]
    assert (page.has_more, page.truncated, page.hwm) == (True, False, hwm)


async def test_a_window_with_an_end(session: Session, peer: Peer) -> None:
    peer.on(
        "POST /invoices/query/metadata", Reply(200, {"hasMore": False, "isTruncated": True, "invoices": []})
    )
    page = await session.query_metadata(QueryWindow(Role.BUYER, FROM, TO))
    assert peer.requests[-1].json["dateRange"]["to"] == TO
    assert page == MetadataPage((), (), has_more=False, truncated=True, hwm=None)


async def test_a_window_past_the_mark_holds_nothing_new(session: Session, peer: Peer) -> None:
    peer.on("POST /invoices/query/metadata", old_error(400, 21183, "Zakres"))
    page = await session.query_metadata(QueryWindow(Role.BUYER, FROM))
    assert page == MetadataPage((), (), has_more=False, truncated=False, hwm=None)


@pytest.mark.parametrize("kind", [DateType.INVOICING, DateType.ISSUE])
async def test_windows_by_other_dates_know_no_mark(session: Session, peer: Peer, kind: DateType) -> None:
    peer.on(
        "POST /invoices/query/metadata", Reply(200, {"hasMore": False, "isTruncated": False, "invoices": []})
    )
    page = await session.query_metadata(QueryWindow(Role.BUYER, FROM, TO, kind))
    assert peer.requests[-1].json["dateRange"] == {"dateType": kind.value, "from": FROM, "to": TO}
    assert page.hwm is None


async def test_a_query_beyond_the_mark(session: Session, peer: Peer) -> None:
    peer.on(
        "POST /invoices/query/metadata", Reply(200, {"hasMore": False, "isTruncated": False, "invoices": []})
    )
    await session.query_metadata(QueryWindow(Role.BUYER, FROM, beyond_mark=True))
    assert peer.requests[-1].json["dateRange"] == {
        "dateType": "PermanentStorage",
        "from": FROM,
        "restrictToPermanentStorageHwmDate": False,
    }


async def test_a_surrogate_without_its_pair_loses_no_page(session: Session, peer: Peer) -> None:
    records = [
        metadata_record(invoiceNumber="FV \\ud800"),
        metadata_record(),
        metadata_record(invoiceNumber="FV 😀"),
    ]
    body = json.dumps({"hasMore": False, "isTruncated": False, "invoices": records})
    broken = body.replace("FV/1", r"FV\udc00\ud83d\ude00\uD83D")
    peer.on("POST /invoices/query/metadata", Reply(200, broken.encode()))
    page = await session.query_metadata(QueryWindow(Role.SELLER, FROM))
    assert page.problems == ()
    assert [header.invoice_number for header in page.headers] == ["FV \\ud800", "FV\ufffd😀\ufffd", "FV 😀"]


async def test_the_list_tells_of_one_document(session: Session, peer: Peer) -> None:
    other = metadata_record(ksefNumber="5265877635-20260513-0200001AF629-AF")
    body = {"hasMore": False, "isTruncated": False, "invoices": [other, metadata_record()]}
    peer.on("POST /invoices/query/metadata", Reply(200, body))
    header = await session.find_metadata(NUMBER.lower(), Role.SELLER)
    assert header is not None
    assert header.ksef_number == NUMBER
    (asked,) = peer.asked("POST /invoices/query/metadata")
    assert asked.query["pageOffset"] == "0"
    assert asked.json == {
        "subjectType": "Subject1",
        "dateRange": {
            "dateType": "Invoicing",
            "from": "2026-05-11T22:00:00.000000Z",  # Warsaw days, one on either side of the number's
            "to": "2026-05-14T22:00:00.000000Z",
        },
        "ksefNumber": NUMBER,
    }


async def test_a_document_that_the_list_does_not_hold(session: Session, peer: Peer) -> None:
    peer.on(
        "POST /invoices/query/metadata", Reply(200, {"hasMore": False, "isTruncated": False, "invoices": []})
    )
    assert await session.find_metadata(NUMBER, Role.BUYER) is None


async def test_a_document_whose_record_cannot_be_read(session: Session, peer: Peer) -> None:
    body = {"hasMore": False, "isTruncated": False, "invoices": [metadata_record(invoiceHash=None)]}
    peer.on("POST /invoices/query/metadata", Reply(200, body))
    with pytest.raises(BlinkError) as caught:
        await session.find_metadata(NUMBER, Role.BUYER)
    assert caught.value.kind is errors.ANSWER_UNREADABLE


@pytest.mark.parametrize("number", ["FV/1", "5265877635-20261345-0100001AF629-AF"])
async def test_only_ksef_numbers_are_looked_for(session: Session, peer: Peer, number: str) -> None:
    peer.requests.clear()
    with pytest.raises(ValueError):
        await session.find_metadata(number, Role.BUYER)
    assert peer.requests == []


async def test_other_refusals_of_a_query_are_errors(session: Session, peer: Peer) -> None:
    peer.on("POST /invoices/query/metadata", old_error(400, 21405, "Zakres"))
    with pytest.raises(BlinkError) as caught:
        await session.query_metadata(QueryWindow(Role.BUYER, FROM))
    assert caught.value.kind is errors.REQUEST_REFUSED


@pytest.mark.parametrize(
    "body",
    [
        {"isTruncated": False, "invoices": []},
        {"hasMore": False, "invoices": []},
        {"hasMore": False, "isTruncated": False, "invoices": [], "permanentStorageHwmDate": "yesterday"},
    ],
)
async def test_a_page_that_does_not_say_how_to_go_on(session: Session, peer: Peer, body: object) -> None:
    peer.on("POST /invoices/query/metadata", Reply(200, body))
    with pytest.raises(BlinkError) as caught:
        await session.query_metadata(QueryWindow(Role.BUYER, FROM))
    assert caught.value.kind is errors.ANSWER_UNREADABLE
