"""An office's clients, found where they granted it rights: new, added, ignored, withdrawn."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from blink_tui.buffer import open_buffer
from blink_tui.ksef.client import Session
from blink_tui.ksef.grants import Grant
from blink_tui.ksef.operations import Context
from blink_tui.model.dates import Instant, datetime_of
from blink_tui.model.documents import FirmKind
from blink_tui.model.errors import BlinkError
from blink_tui.model.events import ContextsFound, Event, RightWithdrawn
from blink_tui.model.firms import CredentialState, Firm, GrantSource, GrantState
from blink_tui.model.secret import Secret
from blink_tui.sandbox import RunningSandbox, SandboxOptions, running_sandbox
from blink_tui.sandbox.grants import Grant as SandboxGrant
from blink_tui.sync.clients import KsefClients
from blink_tui.sync.discovery import Discovered, add_firms, discover, readable
from blink_tui.vault import Vault
from tests.cli.access_cases import OFFICE, World, permissions, seal, set_up
from tests.ksef.certs import credential, name

PERSON = "88102341294"
MOMENT = datetime(2026, 10, 20, tzinfo=UTC)


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox(SandboxOptions(documents=6, firms=3, auth_delay=0)) as running:
        yield running


@pytest.fixture
async def world(
    sandbox: RunningSandbox, tmp_path: Path, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    monkeypatch.setenv("BLINK_LIMITS_DIR", str(tmp_path / "limits"))
    async with open_buffer(tmp_path / "buffer.db") as buffer, KsefClients(tmp_path / "work") as clients:
        yield World(buffer, vault, clients, sandbox, sandbox)


@pytest.fixture
async def office(world: World) -> Firm:
    office = await world.firm(OFFICE)
    await world.accepted(office, seal(OFFICE))
    return office


@pytest.fixture
async def session(world: World, office: Firm) -> Session:
    client = await world.clients.for_firm(office)
    return await client.login("Nip", OFFICE, seal(OFFICE))


@pytest.fixture
def told() -> list[Event]:
    return []


@pytest.fixture
def nips(sandbox: RunningSandbox) -> list[str]:
    return sorted(firm.nip for firm in sandbox.firms)


class Night:
    """Discoveries one after another, a day apart."""

    def __init__(self, world: World, office: Firm, session: Session, told: list[Event]) -> None:
        self._world, self._office, self._session, self._told = world, office, session, told
        self._nights = 0

    async def __call__(self, session: Session | None = None) -> Discovered:
        self._nights += 1
        now = MOMENT + timedelta(days=self._nights)

        def report(kind: type[Event], **fields: Any) -> None:
            self._told.append(kind(run="r", firm_id=self._office.id, **fields))

        return await discover(self._world.buffer, session or self._session, self._office, now, report)


@pytest.fixture
def night(world: World, office: Firm, session: Session, told: list[Event]) -> Night:
    return Night(world, office, session, told)


def states(found: Discovered) -> dict[str, GrantState]:
    return {one.context_value: one.state for one in found.contexts}


async def test_clients_are_offered_once_and_withdrawals_reported_once(
    world: World, night: Night, nips: list[str], told: list[Event]
) -> None:
    permissions(world.sandbox, nips[0], "InvoiceRead", "InvoiceWrite")
    permissions(world.sandbox, nips[1], "InvoiceWrite")
    first = await night()
    assert states(first) == {nips[0]: GrantState.OFFERED}
    assert (first.source, first.withdrawn) == (GrantSource.ENTITIES, ())
    assert told == [ContextsFound(run="r", firm_id=1, office=OFFICE, contexts=nips[0], count=1)]
    assert first.contexts[0].since is not None
    assert abs(datetime_of(first.contexts[0].since) - datetime.now(UTC)) < timedelta(hours=1)
    told.clear()

    permissions(world.sandbox, nips[2], "InvoiceRead")
    second = await night()
    assert [one.context_value for one in second.new] == [nips[2]]
    assert second.contexts[0].first_seen < second.contexts[0].last_seen
    permissions(world.sandbox, nips[0])
    third = await night()
    assert [one.context_value for one in third.withdrawn] == [nips[0]]
    assert states(third) == {nips[0]: GrantState.WITHDRAWN, nips[2]: GrantState.OFFERED}
    assert told[1:] == [RightWithdrawn(run="r", firm_id=1, office=OFFICE, context=nips[0])]
    told.clear()

    fourth = await night()
    assert (fourth.new, fourth.withdrawn, told) == ((), (), [])
    permissions(world.sandbox, nips[0], "InvoiceRead")
    assert [one.context_value for one in (await night()).new] == [nips[0]]
    assert list(await world.buffer.offices.discovered()) == [1]


async def test_offered_ones_become_firms_with_the_offices_certificate(
    world: World, office: Firm, night: Night, nips: list[str], told: list[Event]
) -> None:
    for nip in nips:
        permissions(world.sandbox, nip, "InvoiceRead")
    known = await world.firm(nips[2])  # typed before, and without any access
    found = await night()
    assert states(found) == {
        nips[0]: GrantState.OFFERED,
        nips[1]: GrantState.OFFERED,
        nips[2]: GrantState.ADDED,
    }
    held = await world.buffer.credentials.for_firm(office.id)
    assert held is not None
    added = await add_firms(world.buffer, office, held, found.contexts)
    assert [(firm.nip, firm.env, firm.kind) for firm in added] == [
        (nip, world.sandbox.url, FirmKind.TAXPAYER) for nip in nips[:2]
    ]
    (one,) = await world.buffer.credentials.list()
    assert set(one.firm_ids) == {office.id, known.id, *(firm.id for firm in added)}
    uses = {use.firm_id: use.state for use in one.uses}
    assert uses[office.id] == CredentialState.ACCEPTED
    assert uses[added[0].id] == CredentialState.UNCHECKED
    told.clear()
    assert set(states(await night()).values()) == {GrantState.ADDED}
    assert told == []
    assert await add_firms(world.buffer, office, held, (await night()).contexts) == []


async def test_a_firm_with_an_access_of_its_own_keeps_it(
    world: World, office: Firm, night: Night, nips: list[str]
) -> None:
    permissions(world.sandbox, nips[0], "InvoiceRead")
    firm = await world.firm(nips[0])
    await world.accepted(firm, Secret(world.token(nips[0]).secret))
    held = await world.buffer.credentials.for_firm(office.id)
    assert held is not None
    assert await add_firms(world.buffer, office, held, (await night()).contexts) == []
    mine = await world.buffer.credentials.for_firm(firm.id)
    assert mine is not None
    assert mine.id != held.id


async def test_a_token_cannot_log_in_for_clients(world: World, nips: list[str]) -> None:
    office = await world.firm(nips[0])
    await world.accepted(office, Secret(world.token(nips[0]).secret))
    held = await world.buffer.credentials.for_firm(office.id)
    assert held is not None
    with pytest.raises(BlinkError) as caught:
        await add_firms(world.buffer, office, held, [])
    assert caught.value.kind.code == "clients-need-certificate"


async def test_what_is_ignored_is_offered_no_more(
    world: World, office: Firm, night: Night, nips: list[str], told: list[Event]
) -> None:
    permissions(world.sandbox, nips[0], "InvoiceRead")
    await night()
    await world.buffer.offices.ignore(office.id, [nips[0]])
    permissions(world.sandbox, nips[0])
    await night()
    told.clear()
    permissions(world.sandbox, nips[0], "InvoiceRead")
    assert states(await night()) == {nips[0]: GrantState.IGNORED}
    assert told == []


async def test_more_clients_than_a_page_holds(world: World, night: Night) -> None:
    for number in range(130):
        world.sandbox.state.grants.grant(
            ("Nip", f"{number:010}"), ("Nip", OFFICE), "InvoiceRead", 0, kind="entity"
        )
    assert len((await night()).contexts) == 130


async def test_members_of_the_offices_own_group_are_of_their_kind(
    world: World, night: Night, nips: list[str]
) -> None:
    group = {
        "subjectNip": OFFICE,
        "subjectType": "VatGroup",
        "description": "Grupa",
        "subunits": [{"subjectNip": nips[0], "description": "Członek"}],
    }
    set_up(world.sandbox, "subject", group)
    for nip in nips[:2]:
        permissions(world.sandbox, nip, "InvoiceRead")
    kinds = {one.context_value: one.kind for one in (await night()).contexts}
    assert kinds == {nips[0]: FirmKind.VAT_GROUP_MEMBER, nips[1]: FirmKind.TAXPAYER}


async def staff(world: World, office: Firm, clients: list[str]) -> Session:
    """A person of the office, whom it lets read for some clients and who may not see the office's own rights."""
    for target in (None, *clients):
        world.sandbox.state.grants.add(
            SandboxGrant(
                kind="indirect" if target else "person",
                granted_in=("Nip", OFFICE),
                context=("Nip", target or OFFICE),
                authorized=("Pesel", PERSON),
                scope="InvoiceRead",
                author=("Nip", OFFICE),
                start=0,
                description="Pracownik",
            )
        )
    person = credential("P-256", subject=name(COMMON_NAME="Zofia", SERIAL_NUMBER=f"PNOPL-{PERSON}"))
    return await (await world.clients.for_firm(office)).login("Nip", OFFICE, person)


async def test_a_person_sees_the_clients_she_may_read_and_says_nothing_of_the_others(
    world: World, office: Firm, night: Night, nips: list[str]
) -> None:
    permissions(world.sandbox, nips[0], "InvoiceRead")
    await night()
    zofia = await staff(world, office, [nips[1]])
    found = await night(zofia)
    assert found.source is GrantSource.PERSONAL
    assert states(found) == {nips[0]: GrantState.OFFERED, nips[1]: GrantState.OFFERED}
    assert found.withdrawn == ()


async def test_the_offices_own_list_overrules_what_a_person_sees(
    world: World, office: Firm, night: Night, nips: list[str]
) -> None:
    permissions(world.sandbox, nips[0], "InvoiceRead")
    assert states(await night(await staff(world, office, [nips[1]]))) == {nips[1]: GrantState.OFFERED}
    assert states(await night()) == {nips[0]: GrantState.OFFERED, nips[1]: GrantState.WITHDRAWN}


async def test_a_persons_right_does_not_undo_a_withdrawal_seen_by_the_office(
    world: World, office: Firm, night: Night, nips: list[str]
) -> None:
    """After a client withdraws, what the office gave its staff still looks active (PROTOCOL 2)."""
    permissions(world.sandbox, nips[0], "InvoiceRead")
    await night()
    permissions(world.sandbox, nips[0])
    await night()
    zofia = await staff(world, office, [nips[0]])
    found = await night(zofia)
    assert (states(found), found.new) == ({nips[0]: GrantState.WITHDRAWN}, ())


async def test_who_may_see_nothing_is_told_so(world: World, office: Firm, night: Night) -> None:
    zofia = await staff(world, office, [])
    with pytest.raises(BlinkError) as caught:
        await night(zofia)
    assert caught.value.kind.code == "grants-hidden"
    assert await world.buffer.offices.discovered() == {}


def grant(type_: str, value: str, scope: str = "InvoiceRead", **more: Any) -> Grant:
    since = more.pop("since", None)
    return Grant(Context(type_, value), scope, Instant(since) if since else None, False, **more)


def test_only_contexts_that_can_be_firms_are_read_and_the_earliest_day_counts() -> None:
    office = Context("Nip", OFFICE)
    found = readable(
        [
            grant("Nip", "1111111111", since="2026-05-01T00:00:00Z"),
            grant("Nip", "1111111111", since="2026-03-01T00:00:00Z"),
            grant("InternalId", "1111111111-12345"),
            grant("Nip", "2222222222", "InvoiceWrite"),
            grant("Nip", "3333333333", active=False),
            grant("NipVatUe", "x"),
            grant("AllPartners", ""),
            grant("Nip", OFFICE),
        ],
        office,
        {},
    )
    assert [(one.context_value, one.kind, one.since) for one in found] == [
        ("1111111111", FirmKind.TAXPAYER, "2026-03-01T00:00:00Z"),
        ("1111111111-12345", FirmKind.BRANCH, None),
    ]
