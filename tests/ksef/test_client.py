from __future__ import annotations

import hashlib
from base64 import b64encode
from datetime import date

import pytest

from blink_tui.ksef import errors
from blink_tui.ksef.client import (
    ContextLimits,
    DateType,
    KsefClient,
    RateLimit,
    Session,
)
from blink_tui.model.dates import Instant
from blink_tui.model.documents import Role
from blink_tui.model.errors import BlinkError, ErrorKind
from blink_tui.model.secret import Secret
from tests.ksef.old_server import (
    NIP,
    REFERENCE,
    TOKEN,
    decrypted,
    key_record,
    old_error,
)
from tests.ksef.peer import Peer, Reply

NUMBER = "5265877635-20260513-0100001AF629-AF"
EXPORT = "20260514-EH-2D2C11B000-E9C9ED8340-EE"
FROM, TO = Instant("2026-05-01T00:00:00.1234567+02:00"), Instant("2026-05-02T00:00:00Z")
KEY, IV = bytes(range(32)), bytes(range(16))
HASH = b64encode(bytes(32)).decode()


async def test_ordering_an_export_of_an_old_server(session: Session, peer: Peer) -> None:
    peer.on("POST /invoices/exports", Reply(201, {"referenceNumber": EXPORT}))
    assert await session.start_export(Role.SELLER, FROM, TO, KEY, IV, "Zip") == EXPORT
    asked = peer.requests[-1].json
    assert decrypted(asked["encryption"].pop("encryptedSymmetricKey")) == KEY
    assert asked == {
        "encryption": {"initializationVector": b64encode(IV).decode()},
        "filters": {
            "subjectType": "Subject1",
            "dateRange": {
                "dateType": "PermanentStorage",
                "from": FROM,
                "to": TO,
                "restrictToPermanentStorageHwmDate": True,
            },
        },
        "onlyMetadata": False,
        "compressionType": "Zip",
    }


async def test_a_package_of_the_list_alone(session: Session, peer: Peer) -> None:
    peer.on("POST /invoices/exports", Reply(201, {"referenceNumber": EXPORT}))
    await session.start_export(
        Role.BUYER, FROM, TO, KEY, IV, only_metadata=True, date_type=DateType.INVOICING
    )
    asked = peer.requests[-1].json
    assert asked["onlyMetadata"] is True
    assert asked["filters"]["dateRange"] == {"dateType": "Invoicing", "from": FROM, "to": TO}


async def test_a_key_withdrawn_between_two_exports(client: KsefClient, peer: Peer) -> None:
    token_key = key_record("KsefTokenEncryption")
    peer.on(
        "GET /security/public-key-certificates",
        Reply(200, [token_key, key_record("SymmetricKeyEncryption", 0, publicKeyId="key-0")]),
        Reply(200, [token_key, key_record("SymmetricKeyEncryption", 1, publicKeyId="key-1")]),
    )
    peer.on("POST /invoices/exports", old_error(400, 21470, "klucz"), Reply(201, {"referenceNumber": EXPORT}))
    session = await client.login("Nip", NIP, Secret(TOKEN))
    assert await session.start_export(Role.BUYER, FROM, None, KEY, IV) == EXPORT
    sent = [request.json["encryption"] for request in peer.asked("POST /invoices/exports")]
    assert [one["publicKeyId"] for one in sent] == ["key-0", "key-1"]
    assert decrypted(sent[1]["encryptedSymmetricKey"], 1) == KEY


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(500), errors.EXPORT_UNCERTAIN),
        (Reply(201, b'{"referenceNumber": "2', {}, cut=9), errors.EXPORT_UNCERTAIN),
        (Reply(201, b""), errors.EXPORT_UNCERTAIN),
        (Reply(200, b"<html>"), errors.EXPORT_UNCERTAIN),
        (Reply(429), errors.LIMITS),
        (old_error(400, 21181, "x"), errors.ROLE_IMPOSSIBLE),
        (old_error(400, 21182, "x"), errors.EXPORTS_RUNNING),
    ],
)
async def test_an_order_is_never_sent_twice(
    session: Session, peer: Peer, reply: Reply, kind: ErrorKind
) -> None:
    peer.on("POST /invoices/exports", reply)
    with pytest.raises(BlinkError) as caught:
        await session.start_export(Role.BUYER, FROM, None, KEY, IV)
    assert caught.value.kind is kind
    assert len(peer.asked("POST /invoices/exports")) == 1


def part(**changes: object) -> dict[str, object]:
    return {
        "ordinalNumber": 1,
        "partName": "1.zip.aes",
        "method": "GET",
        "url": "https://storage.ksef.mf.gov.pl/part?sig=secret",
        "partSize": 10,
        "partHash": HASH,
        "encryptedPartSize": 16,
        "encryptedPartHash": HASH,
        "expirationDate": "2026-05-14T13:00:00.123456+00:00",
        **changes,
    }


def status(code: int, **package: object) -> Reply:
    body: dict[str, object] = {"status": {"code": code, "description": "Opis", "details": ["Szczegół"]}}
    if package:
        body["package"] = {"invoiceCount": 2, "size": 30, "isTruncated": False, **package}
    return Reply(200, body)


async def test_a_ready_export_of_an_old_server(session: Session, peer: Peer) -> None:
    parts = [part(ordinalNumber=2, partSize=20), part()]
    hwm = "2026-05-14T11:58:00.388123+00:00"
    peer.on(f"GET /invoices/exports/{EXPORT}", status(200, parts=parts, permanentStorageHwmDate=hwm))
    ready = await session.export_status(EXPORT)
    assert (ready.code, ready.description) == (200, "Opis: Szczegół")
    package = ready.package
    assert package is not None
    assert [one.ordinal for one in package.parts] == [1, 2]
    assert (package.invoice_count, package.size, package.truncated) == (2, 30, False)
    assert (package.last_permanent_storage, package.permanent_storage_hwm) == (None, hwm)
    assert "secret" not in repr(ready)


async def test_where_a_truncated_package_by_other_dates_goes_on(session: Session, peer: Peer) -> None:
    last = "2026-05-13T09:22:56.3881234+00:00"
    peer.on(
        f"GET /invoices/exports/{EXPORT}",
        status(200, parts=[], isTruncated=True, lastInvoicingDate=last),
        status(200, parts=[], isTruncated=True, lastIssueDate="2026-05-12"),
    )
    by_invoicing, by_issue = [(await session.export_status(EXPORT)).package for _ in range(2)]
    assert by_invoicing is not None
    assert (by_invoicing.last_invoicing, by_invoicing.last_issue) == (last, None)
    assert by_issue is not None
    assert (by_issue.last_invoicing, by_issue.last_issue) == (None, date(2026, 5, 12))


@pytest.mark.parametrize("code", [100, 210, 415, 420, 500, 550, 999])
async def test_an_export_without_a_package(session: Session, peer: Peer, code: int) -> None:
    peer.on(f"GET /invoices/exports/{EXPORT}", status(code))
    told = await session.export_status(EXPORT)
    assert (told.code, told.package) == (code, None)


@pytest.mark.parametrize(
    "package",
    [
        {"parts": [part(partHash="AAAA")]},
        {"parts": [part(method="PUT")]},
        {"parts": [{"url": "https://x"}]},
        {"parts": [], "permanentStorageHwmDate": "soon"},
        {"parts": [], "lastPermanentStorageDate": "soon"},
        {"parts": [], "lastInvoicingDate": "soon"},
        {"parts": [], "lastIssueDate": "soon"},
        {"parts": [], "isTruncated": None},
    ],
)
async def test_a_package_that_cannot_be_trusted(
    session: Session, peer: Peer, package: dict[str, object]
) -> None:
    peer.on(f"GET /invoices/exports/{EXPORT}", status(200, **package))
    with pytest.raises(BlinkError) as caught:
        await session.export_status(EXPORT)
    assert caught.value.kind is errors.ANSWER_UNREADABLE


async def test_an_export_that_is_gone(session: Session, peer: Peer) -> None:
    peer.on(f"GET /invoices/exports/{EXPORT}", Reply(410))
    with pytest.raises(BlinkError) as caught:
        await session.export_status(EXPORT)
    assert caught.value.kind is errors.EXPORT_GONE


async def test_one_document(session: Session, peer: Peer) -> None:
    xml = "<Faktura>żółw\r\n</Faktura>".encode()
    digest = b64encode(hashlib.sha256(xml).digest()).decode()
    call = f"GET /invoices/ksef/{NUMBER}"
    peer.on(
        call, Reply(200, xml, {"Content-Type": "application/xml", "x-ms-meta-hash": digest}), Reply(200, xml)
    )
    assert await session.invoice(NUMBER) == xml
    assert await session.invoice(NUMBER) == xml  # without the header the caller's own hash decides


@pytest.mark.parametrize("told", [HASH, "junk"])
async def test_a_document_that_differs_from_its_hash(session: Session, peer: Peer, told: str) -> None:
    peer.on(f"GET /invoices/ksef/{NUMBER}", Reply(200, b"<Faktura/>", {"x-ms-meta-hash": told}))
    with pytest.raises(BlinkError) as caught:
        await session.invoice(NUMBER)
    assert caught.value.kind is errors.DOCUMENT_DAMAGED


async def test_only_ksef_numbers_are_asked_for(session: Session) -> None:
    with pytest.raises(ValueError, match="tokens"):
        await session.invoice("../tokens")


async def test_rate_limits(session: Session, peer: Peer) -> None:
    peer.on(
        "GET /rate-limits",
        Reply(
            200,
            {
                "invoiceExport": {"perSecond": 8, "perMinute": 16, "perHour": -1, "perDay": 5},
                "novelty": "another shape",
            },
        ),
    )
    assert await session.rate_limits() == {"invoiceExport": RateLimit(8, 16, None)}


@pytest.mark.parametrize(
    ("answer", "limits"),
    [
        (
            {
                "onlineSession": {"maxInvoiceSizeInMB": 1, "maxInvoiceWithAttachmentSizeInMB": 5},
                "batchSession": {"maxInvoiceSizeInMB": 2, "maxInvoiceWithAttachmentSizeInMB": 3},
                "collectiveIdentifier": {"maxInvoices": 500},
            },
            (2, 5),
        ),
        ({"onlineSession": {"maxInvoiceSizeInMB": 1}}, (1, 0)),
        ({}, (0, 0)),
    ],
)
async def test_how_large_documents_may_be(
    session: Session, peer: Peer, answer: object, limits: tuple[int, int]
) -> None:
    peer.on("GET /limits/context", Reply(200, answer))
    megabyte = 1024 * 1024
    assert await session.context_limits() == ContextLimits(limits[0] * megabyte, limits[1] * megabyte)


async def test_what_the_own_token_may(session: Session, peer: Peer) -> None:
    answer = {
        "referenceNumber": REFERENCE,
        "status": "Active",
        "requestedPermissions": ["InvoiceRead", "Novelty"],
        "contextIdentifier": {"type": "Nip", "value": NIP},
        "lastUseDate": None,
    }
    peer.on(f"GET /tokens/{REFERENCE}", Reply(200, answer))
    state = await session.own_token(REFERENCE)
    assert (state.reference, state.status, state.context) == (REFERENCE, "Active", ("Nip", NIP))
    assert state.requested_permissions == ("InvoiceRead", "Novelty")
    assert state.last_use is None
