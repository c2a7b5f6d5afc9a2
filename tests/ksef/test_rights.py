from __future__ import annotations

from datetime import timedelta

import pytest

from blink_tui.ksef import errors
from blink_tui.ksef.client import KsefClient, Session
from blink_tui.ksef.grants import ALL_PARTNERS, Grant, OwnRights, scopes_here
from blink_tui.ksef.operations import Context
from blink_tui.ksef.rights import Rights, TokenState, lack_of
from blink_tui.model.dates import instant_of
from blink_tui.model.errors import BlinkError, ErrorKind
from blink_tui.model.secret import Secret
from tests.ksef.certs import credential
from tests.ksef.conftest import ManualClock
from tests.ksef.old_server import LOGIN, NIP, REFERENCE, instant, old_error
from tests.ksef.peer import Peer, Reply

FIRM = Context("Nip", NIP)
OFFICE = Context("Nip", "1111111111")
LIST = "POST /invoices/query/metadata"
OWN = "POST /permissions/query/personal/grants"
EMPTY = Reply(200, {"hasMore": False, "isTruncated": False, "invoices": []})
FORBIDDEN = Reply(403, {"title": "Forbidden", "reasonCode": "missing-permissions"})


def token_reply(**changes: object) -> dict[str, object]:
    return {
        "referenceNumber": REFERENCE,
        "authorIdentifier": {"type": "Nip", "value": NIP},
        "status": "Active",
        "requestedPermissions": ["InvoiceRead"],
        "contextIdentifier": {"type": "Nip", "value": NIP},
        **changes,
    }


def permission(scope: str = "InvoiceRead", **changes: object) -> dict[str, object]:
    return {
        "id": "0c9a72e8-f344-457f-9c16-7c640eb60242",
        "permissionScope": scope,
        "description": "Przeglądanie",
        "permissionState": "Active",
        "startDate": "2026-02-01T10:41:11+00:00",
        "canDelegate": False,
        **changes,
    }


def personal(*permissions: object, **changes: object) -> Reply:
    return Reply(200, {"permissions": list(permissions), "hasMore": False, **changes})


@pytest.fixture
async def by_certificate(client: KsefClient, peer: Peer, clock: ManualClock) -> Session:
    bearer = {"token": "auth-jwt", "validUntil": instant(clock.now() + timedelta(minutes=45))}
    peer.on(
        "POST /auth/xades-signature", Reply(202, {"referenceNumber": LOGIN, "authenticationToken": bearer})
    )
    return await client.login(*FIRM, credential())


async def test_what_a_token_may_do_is_told_by_ksef(session: Session, peer: Peer) -> None:
    peer.on(f"GET /tokens/{REFERENCE}", Reply(200, token_reply()))
    rights = await session.rights()
    assert rights == Rights(
        frozenset({"InvoiceRead"}), TokenState(REFERENCE, "Active", ("InvoiceRead",), FIRM, None)
    )
    assert lack_of(rights, FIRM) is None
    assert peer.asked(LIST) == []


@pytest.mark.parametrize(
    ("seen", "asked"),
    [([token_reply()], 0), ([token_reply(), token_reply()], 1), ([], 1)],
)
async def test_a_token_of_unknown_shape(
    client: KsefClient, peer: Peer, seen: list[object], asked: int, clock: ManualClock
) -> None:
    bearer = {"token": "auth-jwt", "validUntil": instant(clock.now() + timedelta(minutes=45))}
    peer.on("POST /auth/ksef-token", Reply(202, {"referenceNumber": LOGIN, "authenticationToken": bearer}))
    peer.on("GET /tokens", Reply(200, {"tokens": seen}))
    peer.on(LIST, EMPTY)
    session = await client.login(*FIRM, Secret("a shape of 2027"))
    assert lack_of(await session.rights(), FIRM) is None
    assert len(peer.asked(LIST)) == asked


@pytest.mark.parametrize(
    "reply",
    [
        personal(permission(contextIdentifier={"type": "Nip", "value": NIP})),
        personal(permission()),
        personal(ownerPermissions=["InvoiceRead", "InvoiceWrite"]),
        personal(
            permission(
                contextIdentifier={"type": "Nip", "value": OFFICE.value},
                targetIdentifier={"type": "AllPartners", "value": None},
            )
        ),
        personal({"novelty": 1}, permission("Novelty"), permission()),
    ],
)
async def test_what_a_certificate_may_do(by_certificate: Session, peer: Peer, reply: Reply) -> None:
    peer.on(OWN, reply)
    rights = await by_certificate.rights()
    assert lack_of(rights, FIRM) is None
    assert rights.reads is None
    (asked,) = peer.asked(OWN)
    assert asked.query == {"pageOffset": "0", "pageSize": "100"}
    assert asked.json == {}


@pytest.mark.parametrize("answer", [EMPTY, old_error(400, 21183, "Zakres"), old_error(400, 21181, "Rola")])
@pytest.mark.parametrize(
    "told", [personal(), personal(ownerPermissions=None), personal(permission("InvoiceWrite"))]
)
async def test_an_owner_proves_his_right_by_a_query(
    by_certificate: Session, peer: Peer, clock: ManualClock, told: Reply, answer: Reply
) -> None:
    peer.on(OWN, told)
    peer.on(LIST, answer)
    rights = await by_certificate.rights()
    assert rights.reads is True
    assert lack_of(rights, FIRM) is None
    (asked,) = peer.asked(LIST)
    assert asked.json["dateRange"]["from"] == instant_of(clock.now() - timedelta(days=1))


async def test_who_may_not_read(by_certificate: Session, peer: Peer) -> None:
    peer.on(OWN, personal(permission("InvoiceWrite")))
    peer.on(LIST, FORBIDDEN)
    rights = await by_certificate.rights()
    problem = lack_of(rights, FIRM)
    assert problem is not None
    assert (problem.kind, problem.firm, problem.cause) == (errors.MISSING_PERMISSION, NIP, "InvoiceWrite")


async def test_a_query_that_fails_otherwise_proves_nothing(by_certificate: Session, peer: Peer) -> None:
    peer.on(OWN, personal())
    peer.on(LIST, Reply(500))
    with pytest.raises(BlinkError) as caught:
        await by_certificate.rights()
    assert caught.value.kind is errors.SERVER_FAILED


def token(status: str = "Active", context: Context | None = FIRM, *scopes: str) -> Rights:
    return Rights(frozenset(scopes), TokenState(REFERENCE, status, scopes, context, None))


@pytest.mark.parametrize(
    ("rights", "kind"),
    [
        (token("Active", FIRM, "InvoiceRead", "Novelty"), None),
        (token("Active", None, "InvoiceRead"), None),
        (token("Novelty", FIRM, "InvoiceRead"), None),
        (token("Active", FIRM, "InvoiceWrite"), errors.MISSING_PERMISSION),
        (token("Active", OFFICE, "InvoiceRead"), errors.TOKEN_OTHER_FIRM),
        (token("Revoked", OFFICE), errors.TOKEN_OTHER_FIRM),
        (token("Revoked", FIRM, "InvoiceRead"), errors.TOKEN_REVOKED),
        (token("Revoking", FIRM, "InvoiceRead"), errors.TOKEN_REVOKED),
        (token("Pending", FIRM, "InvoiceRead"), errors.TOKEN_INACTIVE),
        (token("Failed", FIRM, "InvoiceRead"), errors.TOKEN_INACTIVE),
        (Rights(frozenset({"InvoiceRead"})), None),
        (Rights(frozenset(), reads=True), None),
        (Rights(frozenset(), reads=False), errors.MISSING_PERMISSION),
        (Rights(frozenset()), errors.MISSING_PERMISSION),
    ],
)
def test_what_is_lacking(rights: Rights, kind: ErrorKind | None) -> None:
    problem = lack_of(rights, FIRM)
    assert (problem.kind if problem else None) is kind
    if problem is not None:
        assert NIP in str(problem)
        assert problem.cause


PARTNERS = Context(ALL_PARTNERS, "")


@pytest.mark.parametrize(
    ("grant", "counts"),
    [
        (Grant(FIRM, "InvoiceRead", None, can_delegate=False), True),
        (Grant(FIRM, "InvoiceRead", None, can_delegate=False, active=False), False),
        (Grant(FIRM, "InvoiceRead", None, can_delegate=False, through=OFFICE), True),
        (Grant(OFFICE, "InvoiceRead", None, can_delegate=False), False),
        (Grant(OFFICE, "InvoiceRead", None, can_delegate=False, through=FIRM), False),
        (Grant(PARTNERS, "InvoiceRead", None, can_delegate=False, through=OFFICE), True),
        (Grant(PARTNERS, "InvoiceRead", None, can_delegate=False, through=FIRM), False),
    ],
)
def test_which_rights_count_in_a_context(grant: Grant, counts: bool) -> None:
    scopes = scopes_here(OwnRights((grant,), frozenset({"Introspection"})), FIRM)
    assert scopes == {"Introspection"} | ({"InvoiceRead"} if counts else set())
