from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from blink_tui.ksef import errors
from blink_tui.ksef.client import Session
from blink_tui.ksef.grants import ALL_PARTNERS, EntityRole, Grant
from blink_tui.ksef.operations import Context
from blink_tui.model.dates import Instant
from blink_tui.model.errors import BlinkError
from tests.ksef.conftest import ManualClock
from tests.ksef.old_server import NIP
from tests.ksef.peer import Peer, Reply

OFFICE = Context("Nip", NIP)
SINCE = Instant("2026-02-01T10:41:11+00:00")
ENTITIES = "POST /permissions/query/entities/grants"


def nip(number: int) -> dict[str, str]:
    return {"type": "Nip", "value": f"{number:010}"}


def permission(giver: dict[str, str] | None, **changes: object) -> dict[str, object]:
    return {
        "id": "0c9a72e8-f344-457f-9c16-7c640eb60242",
        "contextIdentifier": giver,
        "permissionScope": "InvoiceRead",
        "description": "Biuro",
        "startDate": SINCE,
        "canDelegate": True,
        **changes,
    }


def page(name: str, *records: object, more: bool = False) -> Reply:
    return Reply(200, {name: list(records), "hasMore": more})


async def test_three_hundred_clients_come_in_pages(session: Session, peer: Peer) -> None:
    clients = [permission(nip(number)) for number in range(300)]
    pages = [page("permissions", *clients[at : at + 100], more=at < 200) for at in (0, 100, 200)]
    peer.on(ENTITIES, *pages)
    grants = await session.grants_to_office()
    assert [grant.context.value for grant in grants] == [f"{number:010}" for number in range(300)]
    assert grants[7] == Grant(Context("Nip", "0000000007"), "InvoiceRead", SINCE, can_delegate=True)
    asked = [(request.query["pageOffset"], request.query["pageSize"]) for request in peer.asked(ENTITIES)]
    assert asked == [("0", "100"), ("1", "100"), ("2", "100")]


async def test_contexts_of_every_type_and_scopes_unknown(session: Session, peer: Peer) -> None:
    unit = {"type": "InternalId", "value": "1111111111-12345"}
    peer.on(
        ENTITIES,
        page("permissions", permission(unit, permissionScope="Novelty", startDate="once", canDelegate=False)),
    )
    (grant,) = await session.grants_to_office()
    assert grant == Grant(Context("InternalId", "1111111111-12345"), "Novelty", None, can_delegate=False)


async def test_a_bad_record_hides_no_other(session: Session, peer: Peer) -> None:
    bad = [7, {}, permission(None), permission(nip(2), permissionScope=None)]
    peer.on(ENTITIES, page("permissions", *bad, permission(nip(3))))
    assert [grant.context.value for grant in await session.grants_to_office()] == ["0000000003"]


async def test_a_page_that_promises_more_and_holds_nothing_is_the_last(session: Session, peer: Peer) -> None:
    peer.on(ENTITIES, page("permissions", more=True))
    assert await session.grants_to_office() == ()
    assert len(peer.asked(ENTITIES)) == 1


async def test_rights_of_a_person(session: Session, peer: Peer) -> None:
    client = nip(1)
    peer.on(
        "POST /permissions/query/personal/grants",
        Reply(
            200,
            {
                "permissions": [
                    permission(client),
                    permission(None),
                    permission(nip(2), targetIdentifier=client),
                    permission(nip(2), targetIdentifier={"type": "AllPartners"}),
                    permission(client, permissionState="Inactive"),
                ],
                "ownerPermissions": ["InvoiceRead"],
                "hasMore": True,
            },
        ),
        Reply(200, {"permissions": [], "ownerPermissions": ["InvoiceWrite"], "hasMore": False}),
    )
    rights = await session.own_rights()
    here, other, between = OFFICE, Context("Nip", "0000000001"), Context("Nip", "0000000002")
    assert [(grant.context, grant.through, grant.active) for grant in rights.grants] == [
        (other, None, True),
        (here, None, True),
        (other, between, True),
        (Context(ALL_PARTNERS, ""), between, True),
        (other, None, False),
    ]
    assert rights.owner_scopes == {"InvoiceRead", "InvoiceWrite"}


async def test_who_lets_us_invoice_in_their_name(session: Session, peer: Peer) -> None:
    grant = {
        "authorizedEntityIdentifier": {"type": "Nip", "value": NIP},
        "authorizingEntityIdentifier": nip(4),
        "authorizationScope": "SelfInvoicing",
        "startDate": SINCE,
    }
    call = "POST /permissions/query/authorizations/grants"
    peer.on(call, page("authorizationGrants", grant, {"authorizationScope": "SelfInvoicing"}))
    assert await session.authorizations() == (
        Grant(Context("Nip", "0000000004"), "SelfInvoicing", SINCE, can_delegate=False),
    )
    assert peer.asked(call)[0].json == {"queryType": "Received"}


async def test_vat_groups_and_units(session: Session, peer: Peer) -> None:
    member = {"role": "VatGroupSubUnit", "parentEntityIdentifier": nip(5), "startDate": SINCE}
    peer.on(
        "GET /permissions/query/entities/roles",
        page("roles", member, {"role": "CourtBailiff", "startDate": SINCE}),
    )
    unit = {"role": "LocalGovernmentSubUnit", "subordinateEntityIdentifier": nip(6), "startDate": SINCE}
    peer.on("POST /permissions/query/subordinate-entities/roles", page("roles", unit))
    assert await session.own_roles() == (
        EntityRole("VatGroupSubUnit", Context("Nip", "0000000005"), SINCE),
        EntityRole("CourtBailiff", None, SINCE),
    )
    assert await session.units() == (
        EntityRole("LocalGovernmentSubUnit", Context("Nip", "0000000006"), SINCE),
    )
    (asked,) = peer.asked("GET /permissions/query/entities/roles")
    assert (asked.query, asked.body) == ({"pageOffset": "0", "pageSize": "100"}, b"")


@pytest.mark.parametrize(
    ("call", "ask"),
    [
        (ENTITIES, Session.grants_to_office),
        ("POST /permissions/query/authorizations/grants", Session.authorizations),
        ("GET /permissions/query/entities/roles", Session.own_roles),
        ("POST /permissions/query/subordinate-entities/roles", Session.units),
    ],
)
async def test_who_may_not_see_grants_is_told_so(
    session: Session, peer: Peer, call: str, ask: Callable[[Session], Awaitable[Any]]
) -> None:
    peer.on(call, Reply(403, {"reasonCode": "missing-permissions"}))
    with pytest.raises(BlinkError) as caught:
        await ask(session)
    assert caught.value.kind is errors.GRANTS_HIDDEN
    assert len(peer.asked(call)) == 2  # once more after a new login


async def test_a_long_list_waits_out_its_minute_and_goes_on_where_it_stopped(
    session: Session, peer: Peer, clock: ManualClock
) -> None:
    full = page("permissions", permission(nip(1)), more=True)
    peer.on(
        ENTITIES, full, Reply(429, b"", {"Retry-After": "37"}), full, page("permissions", permission(nip(2)))
    )
    clock.slept.clear()
    assert len(await session.grants_to_office()) == 3
    assert clock.slept == [37]
    assert [request.query["pageOffset"] for request in peer.asked(ENTITIES)] == ["0", "1", "1", "2"]


@pytest.mark.parametrize("waits", [["61"], ["60", "1"]])
async def test_a_longer_wait_is_the_schedules(session: Session, peer: Peer, waits: list[str]) -> None:
    peer.on(ENTITIES, *[Reply(429, b"", {"Retry-After": wait}) for wait in waits])
    with pytest.raises(errors.AskedToWaitError) as caught:
        await session.grants_to_office()
    assert caught.value.retry_after == int(waits[-1])
