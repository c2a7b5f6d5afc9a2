from __future__ import annotations

from datetime import timedelta

import pytest

from blink_tui.ksef import errors
from blink_tui.ksef.auth import context_of_token, reference_of_token
from blink_tui.ksef.client import KsefClient
from blink_tui.ksef.operations import Context
from blink_tui.ksef.wire import LoginStarted, TokenInfo
from blink_tui.model.errors import BlinkError, ExitCode
from blink_tui.model.secret import Secret
from tests.ksef.conftest import ManualClock
from tests.ksef.old_server import (
    LOGIN,
    NIP,
    REFERENCE,
    TOKEN,
    decrypted,
    key_record,
    login_status,
    old_error,
    open_login,
    tokens_reply,
)
from tests.ksef.peer import Peer, Reply, Request


@pytest.mark.parametrize(
    ("token", "context", "reference"),
    [
        (TOKEN, Context("Nip", NIP), REFERENCE),
        (
            f"{REFERENCE}|internalId-5265877635-12345|ab\n",
            Context("InternalId", "5265877635-12345"),
            REFERENCE,
        ),
        (f"{REFERENCE}|nipVatUe-5265877635-DE1|ab", Context("NipVatUe", "5265877635-DE1"), REFERENCE),
        (f"{REFERENCE}|something-1|ab", None, REFERENCE),
        ("0123456789abcdef", None, None),
        ("a|b|c|d", None, None),
        ("\udcff||", None, None),
    ],
)
def test_what_a_token_tells(token: str, context: Context | None, reference: str | None) -> None:
    secret = Secret(token.encode(errors="surrogateescape"))
    assert context_of_token(secret) == context
    assert reference_of_token(secret) == reference


async def test_login_to_an_old_server(client: KsefClient, peer: Peer, clock: ManualClock) -> None:
    session = await client.login("Nip", NIP, Secret(f"{TOKEN}\n"))
    assert session.context == ("Nip", NIP)
    (asked,) = peer.asked("POST /auth/ksef-token")
    assert asked.json["contextIdentifier"] == {"type": "Nip", "value": NIP}
    assert "authorization" not in asked.headers
    assert [one.headers["authorization"] for one in peer.asked(f"GET /auth/{LOGIN}")] == [
        "Bearer auth-jwt"
    ] * 2
    assert peer.asked("POST /auth/token/redeem")[0].headers["authorization"] == "Bearer auth-jwt"
    assert clock.slept == [0.3]
    assert TOKEN.encode() not in b"".join(request.body for request in peer.requests)


async def test_the_token_of_another_firm_is_told_before_any_request(client: KsefClient, peer: Peer) -> None:
    for context in (("Nip", "1111111111"), ("InternalId", f"{NIP}-12345")):
        with pytest.raises(BlinkError) as caught:
            await client.login(*context, Secret(TOKEN))
        assert caught.value.kind is errors.TOKEN_OTHER_FIRM
        assert caught.value.kind.exit_code is ExitCode.CREDENTIAL_REFUSED
        assert caught.value.firm == context[1]
        assert caught.value.values == {"owner": NIP}
    assert peer.requests == []


async def test_a_token_of_unknown_shape_is_for_ksef_to_judge(client: KsefClient, peer: Peer) -> None:
    peer.on("POST /auth/ksef-token", old_error(400, 21405, "x"))
    with pytest.raises(BlinkError) as caught:
        await client.login("Nip", "1111111111", Secret("mistyped"))
    assert caught.value.kind is errors.REQUEST_REFUSED
    assert len(peer.asked("POST /auth/ksef-token")) == 1


async def test_what_is_no_token_at_all(client: KsefClient) -> None:
    with pytest.raises(BlinkError) as caught:
        await client.login("Nip", NIP, Secret("x" * 500))
    assert caught.value.kind is errors.TOKEN_MALFORMED


async def test_internal_id(client: KsefClient, peer: Peer) -> None:
    peer.on("POST /auth/ksef-token", Reply(401))
    value = f"{NIP}-12345"
    with pytest.raises(BlinkError):
        await client.login("InternalId", value, Secret(f"{REFERENCE}|internalId-{value}|ab"))
    assert peer.requests[-1].json["contextIdentifier"] == {"type": "InternalId", "value": value}


async def test_the_key_id_goes_along_where_there_is_one(client: KsefClient, peer: Peer) -> None:
    peer.on(
        "GET /security/public-key-certificates",
        Reply(200, [key_record("KsefTokenEncryption", publicKeyId="key-1")]),
    )
    peer.on("POST /auth/ksef-token", Reply(401))
    with pytest.raises(BlinkError):
        await client.login("Nip", NIP, Secret(TOKEN))
    assert peer.requests[-1].json["publicKeyId"] == "key-1"


@pytest.mark.parametrize("how", ["at once", "in the status"])
async def test_a_withdrawn_key_is_fetched_again_once(client: KsefClient, peer: Peer, how: str) -> None:
    def new_key_only(request: Request) -> Reply:
        decrypted(request.json["encryptedToken"], 1)
        return Reply(401)

    peer.on(
        "GET /security/public-key-certificates",
        Reply(200, [key_record("KsefTokenEncryption", 0, publicKeyId="key-0")]),
        Reply(200, [key_record("KsefTokenEncryption", 1, publicKeyId="key-1")]),
    )
    started = {
        "referenceNumber": LOGIN,
        "authenticationToken": {"token": "t", "validUntil": "2026-05-14T13:00:00Z"},
    }
    refused = old_error(400, 21470, "klucz") if how == "at once" else Reply(202, started)
    peer.on(f"GET /auth/{LOGIN}", login_status(450, "x", "Nieprawidłowe szyfrowanie tokena"))
    peer.on("POST /auth/ksef-token", refused, new_key_only)
    with pytest.raises(BlinkError) as caught:
        await client.login("Nip", NIP, Secret(TOKEN))
    assert caught.value.kind is errors.SESSION_ENDED
    assert len(peer.asked("GET /security/public-key-certificates")) == 2


async def test_a_key_withdrawn_twice_is_an_error(client: KsefClient, peer: Peer) -> None:
    peer.on("POST /auth/ksef-token", old_error(400, 21470, "klucz"))
    with pytest.raises(BlinkError) as caught:
        await client.login("Nip", NIP, Secret(TOKEN))
    assert caught.value.kind is errors.KEY_UNKNOWN
    assert len(peer.asked("POST /auth/ksef-token")) == 2


async def test_a_refused_login_says_why(client: KsefClient, peer: Peer) -> None:
    peer.on(
        f"GET /auth/{LOGIN}", login_status(450, "Niepowodzenie", "Token nie może być użyty w kontekście x.")
    )
    with pytest.raises(BlinkError) as caught:
        await client.login("Nip", NIP, Secret(TOKEN))
    assert caught.value.kind is errors.TOKEN_OTHER_FIRM
    assert NIP in str(caught.value)
    assert peer.asked("POST /auth/token/redeem") == []


@pytest.mark.parametrize("early", [Reply(450), old_error(400, 21301, "x", "Status uwierzytelniania (100) …")])
async def test_a_redeem_that_comes_too_early_waits(
    client: KsefClient, peer: Peer, clock: ManualClock, early: Reply
) -> None:
    peer.on("POST /auth/token/redeem", early, tokens_reply("access-1", clock.now()))
    await client.login("Nip", NIP, Secret(TOKEN))
    assert len(peer.asked("POST /auth/token/redeem")) == 2


async def test_a_login_that_never_ends_is_given_up(
    client: KsefClient, peer: Peer, clock: ManualClock
) -> None:
    peer.on(f"GET /auth/{LOGIN}", login_status(100, "w toku"))
    with pytest.raises(BlinkError) as caught:
        await client.login("Nip", NIP, Secret(TOKEN))
    assert caught.value.kind is errors.LOGIN_NOT_READY
    assert 110 <= sum(clock.slept) <= 125
    assert clock.slept[:4] == [0.3, 0.5, 1.0, 2.0]
    assert set(clock.slept[4:]) == {2.0}


async def test_tokens_without_a_readable_end(client: KsefClient, peer: Peer) -> None:
    bearer = {"token": "x", "validUntil": "soon"}
    peer.on("POST /auth/token/redeem", Reply(200, {"accessToken": bearer, "refreshToken": bearer}))
    with pytest.raises(BlinkError) as caught:
        await client.login("Nip", NIP, Secret(TOKEN))
    assert caught.value.kind is errors.ANSWER_UNREADABLE


async def test_a_wrong_clock_of_this_computer_does_not_refresh_for_ever(
    peer: Peer, clock: ManualClock
) -> None:
    open_login(peer, clock.now())
    clock.present += timedelta(hours=3)
    peer.on("GET /rate-limits", Reply(200, {}))
    async with KsefClient(peer.url, clock=clock) as client:
        session = await client.login("Nip", NIP, Secret(TOKEN))
        await session.rate_limits()
    assert peer.asked("POST /auth/token/refresh") == []
    assert len(peer.asked("POST /auth/challenge")) == 1


async def test_a_redeem_that_is_refused(client: KsefClient, peer: Peer) -> None:
    peer.on("POST /auth/token/redeem", old_error(400, 21301, "x", "Tokeny … zostały już pobrane."))
    with pytest.raises(BlinkError) as caught:
        await client.login("Nip", NIP, Secret(TOKEN))
    assert caught.value.kind is errors.SESSION_ENDED
    assert len(peer.asked("POST /auth/token/redeem")) == 1


async def test_dates_without_an_offset_are_of_warsaw(client: KsefClient, peer: Peer) -> None:
    until = {"validUntil": "2026-05-14T14:15:00"}  # 12:15 UTC, 15 minutes from now
    peer.on(
        "POST /auth/token/redeem",
        Reply(200, {"accessToken": {"token": "a", **until}, "refreshToken": {"token": "r", **until}}),
    )
    peer.on("GET /rate-limits", Reply(200, {}))
    session = await client.login("Nip", NIP, Secret(TOKEN))
    await session.rate_limits()
    assert peer.requests[-1].headers["authorization"] == "Bearer a"
    assert len(peer.asked("POST /auth/challenge")) == 1


def test_bearers_do_not_print() -> None:
    info = TokenInfo("eyJ.secret.jwt", "2026-05-14T14:15:00Z")
    assert "secret" not in repr(LoginStarted(LOGIN, info))
