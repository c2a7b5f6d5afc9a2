from __future__ import annotations

import asyncio
import hashlib
from base64 import b64encode
from datetime import timedelta
from decimal import Decimal

import pytest

from blink_tui.ksef import errors
from blink_tui.ksef.client import KsefClient, MetadataPage, QueryWindow, RateLimit, Session
from blink_tui.model.dates import Instant
from blink_tui.model.documents import Role
from blink_tui.model.errors import BlinkError, ErrorKind
from blink_tui.model.secret import Secret
from tests.ksef.conftest import ManualClock
from tests.ksef.old_server import (
    LOGIN,
    NIP,
    REFERENCE,
    TOKEN,
    decrypted,
    instant,
    key_record,
    login_status,
    metadata_record,
    old_error,
    tokens_reply,
)
from tests.ksef.peer import Peer, Reply

NUMBER = "5265877635-20260513-0100001AF629-AF"
EXPORT = "20260514-EH-2D2C11B000-E9C9ED8340-EE"
FROM, TO = Instant("2026-05-01T00:00:00.1234567+02:00"), Instant("2026-05-02T00:00:00Z")
KEY, IV = bytes(range(32)), bytes(range(16))
HASH = b64encode(bytes(32)).decode()


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


async def test_access_is_refreshed_before_it_ends(session: Session, peer: Peer, clock: ManualClock) -> None:
    peer.on("GET /rate-limits", Reply(200, {}))
    clock.present += timedelta(minutes=14, seconds=30)
    until = instant(clock.now() + timedelta(minutes=15))
    peer.on(
        "POST /auth/token/refresh", Reply(200, {"accessToken": {"token": "access-2", "validUntil": until}})
    )
    await asyncio.gather(session.rate_limits(), session.rate_limits())
    (refresh,) = peer.asked("POST /auth/token/refresh")
    assert refresh.headers["authorization"] == "Bearer refresh-1"
    used = {one.headers["authorization"] for one in peer.asked("GET /rate-limits")}
    assert used == {"Bearer access-2"}
    assert len(peer.asked("POST /auth/challenge")) == 1


@pytest.mark.parametrize("refused", [old_error(400, 21301, "x", "Status (425)"), Reply(401)])
async def test_a_refused_refresh_logs_in_anew(
    session: Session, peer: Peer, clock: ManualClock, refused: Reply
) -> None:
    clock.present += timedelta(minutes=16)
    peer.on("POST /auth/token/refresh", refused)
    peer.on("POST /auth/token/redeem", tokens_reply("access-2", clock.now()))
    peer.on("GET /rate-limits", Reply(200, {}))
    await session.rate_limits()
    assert peer.requests[-1].headers["authorization"] == "Bearer access-2"


async def test_a_revoked_token_is_named_when_the_access_ends(
    session: Session, peer: Peer, clock: ManualClock
) -> None:
    clock.present += timedelta(minutes=16)
    peer.on("POST /auth/token/refresh", old_error(400, 21301, "x", "Brak autoryzacji."))
    peer.on(f"GET /auth/{LOGIN}", login_status(450, "Niepowodzenie", "Token unieważniony."))
    with pytest.raises(BlinkError) as caught:
        await session.rate_limits()
    assert caught.value.kind is errors.TOKEN_REVOKED


async def test_a_blocked_context_is_not_logged_in_again(
    session: Session, peer: Peer, clock: ManualClock
) -> None:
    clock.present += timedelta(minutes=16)
    peer.on("POST /auth/token/refresh", old_error(400, 21301, "x", "Status uwierzytelniania (480)"))
    with pytest.raises(BlinkError) as caught:
        await session.rate_limits()
    assert caught.value.kind is errors.CONTEXT_BLOCKED
    assert len(peer.asked("POST /auth/challenge")) == 1


async def test_a_week_later_the_refresh_token_is_not_tried(
    session: Session, peer: Peer, clock: ManualClock
) -> None:
    clock.present += timedelta(days=8)
    peer.on("POST /auth/token/redeem", tokens_reply("access-2", clock.now()))
    peer.on("GET /rate-limits", Reply(200, {}))
    await session.rate_limits()
    assert peer.asked("POST /auth/token/refresh") == []
    assert len(peer.asked("POST /auth/challenge")) == 2


async def test_calls_refused_together_log_in_once(session: Session, peer: Peer, clock: ManualClock) -> None:
    peer.on("POST /auth/token/redeem", tokens_reply("access-2", clock.now()))
    peer.on(
        "GET /rate-limits",
        *[lambda asked: Reply(200 if asked.headers["authorization"] == "Bearer access-2" else 401, {})],
    )
    await asyncio.gather(*[session.rate_limits() for _ in range(5)])
    assert len(peer.asked("POST /auth/challenge")) == 2


async def test_a_second_refusal_is_final(session: Session, peer: Peer) -> None:
    peer.on("GET /rate-limits", Reply(401))
    with pytest.raises(BlinkError) as caught:
        await session.rate_limits()
    assert caught.value.kind is errors.SESSION_ENDED
    assert len(peer.asked("GET /rate-limits")) == 2


@pytest.mark.parametrize("reply", [Reply(204), Reply(401)])
async def test_logout(session: Session, peer: Peer, reply: Reply) -> None:
    peer.on("DELETE /auth/sessions/current", reply)
    await session.logout()
    assert peer.requests[-1].headers["authorization"] == "Bearer refresh-1"


async def test_a_logout_that_fails(session: Session, peer: Peer) -> None:
    peer.on("DELETE /auth/sessions/current", Reply(500))
    with pytest.raises(BlinkError) as caught:
        await session.logout()
    assert caught.value.kind is errors.SERVER_FAILED
