"""One certificate for many firms, replaced and removed; logins kept for it go with it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from blink_tui.buffer import open_buffer
from blink_tui.ksef.certificates import CertificateCredential
from blink_tui.model.dates import instant_of
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import CredentialState, Firm
from blink_tui.model.secret import Secret
from blink_tui.sandbox import RunningSandbox, SandboxOptions, running_sandbox
from blink_tui.sync.access import KeptLogins, firm_access, logged_in
from blink_tui.sync.clients import KsefClients
from blink_tui.sync.registration import check_firms, register, remove
from blink_tui.vault import Vault
from tests.cli.access_cases import OFFICE, World, fault, permissions, seal, set_up


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
async def firms(world: World) -> list[Firm]:
    return [await world.firm(known.nip) for known in world.sandbox.firms]


def calls(sandbox: RunningSandbox, operation: str) -> int:
    return sum(f"{row['method']} {row['path']}".endswith(operation) for row in sandbox.state.journal.rows())


async def session_ended(world: World, firm: Firm) -> bool:
    """No login into a firm's context can be refreshed any more."""
    sessions = world.sandbox.state.sessions.sessions()
    return all(each.outcome.code != 200 for each in sessions if each.context == ("Nip", firm.nip))


async def test_one_certificate_is_one_credential_for_many_firms(world: World, firms: list[Firm]) -> None:
    for firm in firms:
        permissions(world.sandbox, firm.nip, "InvoiceRead")
    access = seal(OFFICE)
    registered = await register(world.buffer, world.vault, world.clients, firms, access)
    assert (registered.unchecked, registered.refused) == ((), ())
    assert {use.state for use in registered.credential.uses} == {CredentialState.ACCEPTED}
    assert registered.credential.firm_ids == tuple(firm.id for firm in firms)
    assert registered.credential.valid_to == instant_of(access.info.valid_to)
    assert len(await world.buffer.credentials.list()) == 1
    assert len(world.vault.names()) == 1
    again = await register(world.buffer, world.vault, world.clients, firms[:1], access)
    assert again.credential.id == registered.credential.id


async def test_it_is_kept_for_the_firms_that_granted_it_and_the_others_are_named(
    world: World, firms: list[Firm]
) -> None:
    permissions(world.sandbox, firms[0].nip, "InvoiceRead")
    fault(world.sandbox, do="answer", operation="*", context=firms[2].nip, status=503)
    permissions(world.sandbox, firms[2].nip, "InvoiceRead")
    registered = await register(world.buffer, world.vault, world.clients, firms, seal(OFFICE))
    states = {use.firm_id: use.state for use in registered.credential.uses}
    assert states == {firms[0].id: CredentialState.ACCEPTED, firms[2].id: CredentialState.UNCHECKED}
    assert [(error.kind.code, error.firm) for error in registered.refused] == [("no-rights", firms[1].nip)]
    assert [error.firm for error in registered.unchecked] == [firms[2].nip]


async def test_refused_for_all_is_not_kept(world: World, firms: list[Firm]) -> None:
    with pytest.raises(BlinkError) as caught:
        await register(world.buffer, world.vault, world.clients, firms, seal(OFFICE))
    assert caught.value.kind.code == "no-rights"
    assert await world.buffer.credentials.list() == []
    assert world.vault.names() == []


async def test_a_token_for_many_firms_is_refused_before_any_request(world: World, firms: list[Firm]) -> None:
    token = Secret(world.token(firms[0].nip).secret)
    for several in (firms, firms[1:2]):
        with pytest.raises(BlinkError) as caught:
            await register(world.buffer, world.vault, world.clients, several, token)
        assert caught.value.kind.code in ("token-for-many", "token-of-other-firm")
    assert list(world.sandbox.state.journal.rows()) == []


async def test_one_client_withdraws_and_the_others_go_on(world: World, firms: list[Firm]) -> None:
    for firm in firms:
        permissions(world.sandbox, firm.nip, "InvoiceRead")
    await register(world.buffer, world.vault, world.clients, firms, seal(OFFICE))
    permissions(world.sandbox, firms[1].nip)
    errors = await check_firms(world.buffer, world.vault, world.clients, firms)
    assert [error and error.kind.code for error in errors] == [None, "right-withdrawn", None]
    held = await world.buffer.credentials.by_firm()
    assert [held[firm.id].state for firm in firms] == ["accepted", "refused", "accepted"]


async def test_a_blocked_context_is_asked_for_again_only_when_a_person_checks(
    world: World, firms: list[Firm]
) -> None:
    firm = firms[0]
    context = {"contextIdentifier": {"type": "Nip", "value": firm.nip}}
    await world.accepted(firm, Secret(world.token(firm.nip).secret))
    await asyncio.to_thread(set_up, world.sandbox, "context/block", context)
    client = await world.clients.for_firm(firm)
    with pytest.raises(BlinkError) as caught:
        await logged_in(world.buffer, world.vault, client, firm, world.clients.clock)
    assert caught.value.kind.code == "context-blocked"
    before = world.sandbox.state.journal.total
    for _ in range(3):
        with pytest.raises(BlinkError) as again:
            await logged_in(world.buffer, world.vault, client, firm, world.clients.clock)
        assert (again.value.kind.code, again.value.firm) == ("context-blocked", firm.nip)
    assert world.sandbox.state.journal.total == before
    (still,) = await check_firms(world.buffer, world.vault, world.clients, [firm])
    assert still is not None
    assert world.sandbox.state.journal.total > before
    await asyncio.to_thread(set_up, world.sandbox, "context/unblock", context)
    assert await check_firms(world.buffer, world.vault, world.clients, [firm]) == [None]
    await logged_in(world.buffer, world.vault, client, firm, world.clients.clock)


async def test_an_end_that_was_not_kept_is_read_from_the_vault(world: World, firms: list[Firm]) -> None:
    access = seal(firms[0].nip)
    registered = await register(world.buffer, world.vault, world.clients, firms[:1], access)
    await world.buffer.credentials.add(
        registered.credential.kind, registered.credential.vault_name, "x", [firms[0].id], None
    )
    assert (await world.buffer.credentials.get(registered.credential.id)).valid_to is None
    _credential, found = await firm_access(world.buffer, world.vault, firms[0])
    assert isinstance(found, CertificateCredential)
    assert (await world.buffer.credentials.get(registered.credential.id)).valid_to == instant_of(
        access.info.valid_to
    )


async def test_removing_takes_secret_and_logins_and_ends_them_in_ksef(
    world: World, firms: list[Firm]
) -> None:
    for firm in firms:
        permissions(world.sandbox, firm.nip, "InvoiceRead")
    registered = await register(world.buffer, world.vault, world.clients, firms, seal(OFFICE))
    for firm in firms[:2]:
        client = await world.clients.for_firm(firm)
        await logged_in(world.buffer, world.vault, client, firm, world.clients.clock)
    assert not await session_ended(world, firms[0])
    assert len(world.vault.names()) == 3
    assert await remove(world.buffer, world.vault, world.clients, registered.credential) == 2
    assert world.vault.names() == []
    assert await world.buffer.credentials.list() == []
    assert await session_ended(world, firms[0])
    assert await session_ended(world, firms[1])


async def test_removing_the_old_one_leaves_the_login_of_the_new(world: World, firms: list[Firm]) -> None:
    firm = firms[0]
    old = await register(world.buffer, world.vault, world.clients, [firm], seal(firm.nip))
    await register(world.buffer, world.vault, world.clients, [firm], Secret(world.token(firm.nip).secret))
    client = await world.clients.for_firm(firm)
    await logged_in(world.buffer, world.vault, client, firm, world.clients.clock)
    kept = world.vault.names()
    assert await remove(world.buffer, world.vault, world.clients, old.credential) == 0
    assert set(kept) - set(world.vault.names()) == {old.credential.vault_name}
    before = calls(world.sandbox, "POST /v2/auth/ksef-token")
    await logged_in(world.buffer, world.vault, client, firm, world.clients.clock)
    assert calls(world.sandbox, "POST /v2/auth/ksef-token") == before


async def test_removing_works_while_ksef_is_away(world: World, firms: list[Firm]) -> None:
    for firm in firms:
        permissions(world.sandbox, firm.nip, "InvoiceRead")
    registered = await register(world.buffer, world.vault, world.clients, firms, seal(OFFICE))
    for firm in firms:
        await logged_in(
            world.buffer, world.vault, await world.clients.for_firm(firm), firm, world.clients.clock
        )
    fault(world.sandbox, do="answer", operation="POST /auth/token/refresh", status=503)
    assert await remove(world.buffer, world.vault, world.clients, registered.credential) == 0
    assert world.vault.names() == []
    assert calls(world.sandbox, "POST /v2/auth/token/refresh") == 1


async def test_removing_leaves_a_blocked_context_alone(world: World, firms: list[Firm]) -> None:
    firm = firms[0]
    registered = await register(world.buffer, world.vault, world.clients, [firm], seal(firm.nip))
    client = await world.clients.for_firm(firm)
    await logged_in(world.buffer, world.vault, client, firm, world.clients.clock)
    context = {"contextIdentifier": {"type": "Nip", "value": firm.nip}}
    await asyncio.to_thread(set_up, world.sandbox, "context/block", context)
    await check_firms(world.buffer, world.vault, world.clients, [firm])
    before = world.sandbox.state.journal.total
    found = await world.buffer.credentials.get(registered.credential.id)
    assert await remove(world.buffer, world.vault, world.clients, found) == 0
    assert world.sandbox.state.journal.total == before
    assert world.vault.names() == []


async def test_one_that_is_spoilt_in_the_vault_can_be_removed(world: World, firms: list[Firm]) -> None:
    registered = await register(world.buffer, world.vault, world.clients, firms[:1], seal(firms[0].nip))
    world.vault.put(registered.credential.vault_name, Secret("spoilt"))
    assert await remove(world.buffer, world.vault, world.clients, registered.credential) == 0
    assert world.vault.names() == []


async def test_kept_logins_of_no_one_are_none(world: World, firms: list[Firm]) -> None:
    assert await KeptLogins(world.vault).forgotten(firms, seal(OFFICE)) == []
