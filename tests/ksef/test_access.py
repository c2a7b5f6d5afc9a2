from __future__ import annotations

import asyncio
from datetime import timedelta

import msgspec
import pytest

from blink_tui.ksef import errors
from blink_tui.ksef.client import KsefClient, QueryWindow, Session
from blink_tui.model.dates import Instant
from blink_tui.model.documents import Role
from blink_tui.model.errors import BlinkError, ErrorKind
from blink_tui.model.secret import Secret
from tests.ksef.certs import credential
from tests.ksef.conftest import ManualClock
from tests.ksef.old_server import LOGIN, NIP, TOKEN, instant, login_status, old_error, tokens_reply
from tests.ksef.peer import Peer, Reply, Request

LIST = "POST /invoices/query/metadata"
REFRESH = "POST /auth/token/refresh"
WINDOW = QueryWindow(Role.BUYER, Instant("2026-05-01T00:00:00Z"))
FORBIDDEN = Reply(403, {"title": "Forbidden", "reasonCode": "missing-permissions"})
EMPTY = Reply(200, {"hasMore": False, "isTruncated": False, "invoices": []})


def logins(peer: Peer) -> int:
    return len(peer.asked("POST /auth/challenge"))


def refreshed(clock: ManualClock, access: str = "access-2") -> Reply:
    until = instant(clock.now() + timedelta(minutes=15))
    return Reply(200, {"accessToken": {"token": access, "validUntil": until}})


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


@pytest.fixture
async def stored(session: Session, peer: Peer) -> Secret:
    """What a program kept of a login before it was started again."""
    secret = session.refresh_secret()
    peer.requests.clear()
    return secret


async def test_a_restart_refreshes(
    client: KsefClient, peer: Peer, clock: ManualClock, stored: Secret
) -> None:
    clock.present += timedelta(days=6)
    peer.on(REFRESH, refreshed(clock))
    peer.on("GET /rate-limits", Reply(200, {}))
    session = await client.resume("Nip", NIP, Secret(TOKEN), stored)
    await session.rate_limits()
    assert [request.path for request in peer.requests] == ["/v2/auth/token/refresh", "/v2/rate-limits"]
    assert peer.requests[0].headers["authorization"] == "Bearer refresh-1"
    assert peer.requests[1].headers["authorization"] == "Bearer access-2"
    assert session.refresh_secret() == stored


async def test_what_is_kept_is_a_secret(stored: Secret) -> None:
    assert "refresh-1" not in repr(stored)
    kept = stored.reveal_text()
    assert "refresh-1" in kept
    assert "access-1" not in kept
    assert TOKEN not in kept


@pytest.mark.parametrize("refused", [old_error(400, 21301, "x", "Status (425)"), Reply(401)])
async def test_a_restart_whose_refresh_is_refused_logs_in_anew(
    client: KsefClient, peer: Peer, clock: ManualClock, stored: Secret, refused: Reply
) -> None:
    peer.on(REFRESH, refused)
    session = await client.resume("Nip", NIP, Secret(TOKEN), stored)
    assert logins(peer) == 1
    assert session.context == ("Nip", NIP)


async def test_a_refresh_whose_time_is_over_is_not_tried(
    client: KsefClient, peer: Peer, clock: ManualClock, stored: Secret
) -> None:
    clock.present += timedelta(days=7)
    peer.on("POST /auth/token/redeem", tokens_reply("access-2", clock.now()))
    session = await client.resume("Nip", NIP, Secret(TOKEN), stored)
    assert peer.asked(REFRESH) == []
    assert logins(peer) == 1
    assert session.refresh_secret() != stored


@pytest.mark.parametrize(
    ("refused", "kind"),
    [
        (old_error(400, 21301, "x", "Status uwierzytelniania (480)"), errors.CONTEXT_BLOCKED),
        (Reply(500), errors.SERVER_FAILED),
        (Reply(429), errors.LIMITS),
    ],
)
async def test_what_no_new_login_cures(
    client: KsefClient, peer: Peer, stored: Secret, refused: Reply, kind: ErrorKind
) -> None:
    peer.on(REFRESH, refused)
    with pytest.raises(BlinkError) as caught:
        await client.resume("Nip", NIP, Secret(TOKEN), stored)
    assert caught.value.kind is kind
    assert logins(peer) == 0


async def test_a_revoked_token_is_named(client: KsefClient, peer: Peer, stored: Secret) -> None:
    peer.on(REFRESH, old_error(400, 21301, "x", "Brak autoryzacji."))
    peer.on(f"GET /auth/{LOGIN}", login_status(450, "Niepowodzenie", "Token unieważniony."))
    with pytest.raises(BlinkError) as caught:
        await client.resume("Nip", NIP, Secret(TOKEN), stored)
    assert caught.value.kind is errors.TOKEN_REVOKED


def changed(stored: Secret, **values: object) -> Secret:
    return Secret(msgspec.json.encode({**msgspec.json.decode(stored.reveal()), **values}))


@pytest.mark.parametrize(
    "change", [{"context": ("Nip", "1111111111")}, {"login": "other"}, {"until": "2026-05-20T00:00:00"}]
)
async def test_a_login_kept_for_something_else_is_left_alone(
    client: KsefClient, peer: Peer, stored: Secret, change: dict[str, object]
) -> None:
    await client.resume("Nip", NIP, Secret(TOKEN), changed(stored, **change))
    assert peer.asked(REFRESH) == []
    assert logins(peer) == 1


@pytest.mark.parametrize("kept", [b"", b"refresh-1", b"{}"])
async def test_a_login_kept_in_another_shape_is_left_alone(
    client: KsefClient, peer: Peer, kept: bytes
) -> None:
    await client.resume("Nip", NIP, Secret(TOKEN), Secret(kept))
    assert logins(peer) == 1


async def test_another_credential_does_not_go_on_with_the_login(
    client: KsefClient, peer: Peer, stored: Secret
) -> None:
    with pytest.raises(BlinkError):  # this server lets no certificate in
        await client.resume("Nip", NIP, credential(), stored)
    assert peer.asked(REFRESH) == []
    assert len(peer.asked("POST /auth/xades-signature")) == 1


async def test_the_clock_of_ksef_outlives_a_restart(
    client: KsefClient, peer: Peer, clock: ManualClock
) -> None:
    """A computer three hours ahead: the refresh token seems to have ended and has not."""
    clock.present += timedelta(hours=3)
    stored = (await client.login("Nip", NIP, Secret(TOKEN))).refresh_secret()
    clock.present += timedelta(days=6, hours=22)
    peer.on(REFRESH, refreshed(clock))
    await client.resume("Nip", NIP, Secret(TOKEN), stored)
    assert len(peer.asked(REFRESH)) == 1
    assert logins(peer) == 1


async def test_rights_granted_after_the_login(session: Session, peer: Peer, clock: ManualClock) -> None:
    peer.on("POST /auth/token/redeem", tokens_reply("access-2", clock.now()))
    peer.on(LIST, FORBIDDEN, EMPTY)
    await session.query_metadata(WINDOW)
    assert [one.headers["authorization"] for one in peer.asked(LIST)] == [
        "Bearer access-1",
        "Bearer access-2",
    ]
    assert logins(peer) == 2


async def test_rights_that_no_login_brings(session: Session, peer: Peer, clock: ManualClock) -> None:
    peer.on("POST /auth/token/redeem", tokens_reply("access-2", clock.now()))
    peer.on(LIST, FORBIDDEN)
    for _ in range(3):
        with pytest.raises(BlinkError) as caught:
            await session.query_metadata(WINDOW)
        assert caught.value.kind is errors.MISSING_PERMISSION
    assert logins(peer) == 2
    assert len(peer.asked(LIST)) == 4


async def test_calls_that_lack_rights_together_log_in_once(
    session: Session, peer: Peer, clock: ManualClock
) -> None:
    def with_new_rights(request: Request) -> Reply:
        return EMPTY if request.headers["authorization"] == "Bearer access-2" else FORBIDDEN

    peer.on("POST /auth/token/redeem", tokens_reply("access-2", clock.now()))
    peer.on(LIST, with_new_rights)
    await asyncio.gather(*[session.query_metadata(WINDOW) for _ in range(5)])
    assert logins(peer) == 2


async def test_an_access_that_ended_still_logs_in_after_lacking_rights(
    session: Session, peer: Peer, clock: ManualClock
) -> None:
    peer.on(LIST, FORBIDDEN, FORBIDDEN, Reply(401), EMPTY)
    with pytest.raises(BlinkError):
        await session.query_metadata(WINDOW)
    await session.query_metadata(WINDOW)
    assert logins(peer) == 3


async def test_a_login_after_an_access_that_ended_is_not_the_one_for_rights(
    session: Session, peer: Peer, clock: ManualClock
) -> None:
    peer.on(LIST, Reply(401), EMPTY, FORBIDDEN, EMPTY)
    await session.query_metadata(WINDOW)
    await session.query_metadata(WINDOW)
    assert logins(peer) == 3


@pytest.mark.parametrize("reason", ["ip-not-allowed", "security-service-blocked"])
async def test_other_refusals_cause_no_login(session: Session, peer: Peer, reason: str) -> None:
    peer.on(LIST, Reply(403, {"reasonCode": reason}))
    with pytest.raises(BlinkError):
        await session.query_metadata(WINDOW)
    assert logins(peer) == 1
