"""Registering, checking and removing what logs in: everything that a person does with a credential."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from blink_tui.buffer import Buffer
from blink_tui.ksef.auth import context_of_token, reference_of_token
from blink_tui.ksef.certificates import CertificateCredential, problem_of
from blink_tui.ksef.client import Credential as Access
from blink_tui.ksef.errors import TOKEN_OTHER_FIRM
from blink_tui.ksef.operations import Context
from blink_tui.ksef.rights import lack_of
from blink_tui.model.dates import Instant, instant_of
from blink_tui.model.errors import BlinkError, ExitCode
from blink_tui.model.firms import Credential, CredentialKind, CredentialState, Firm
from blink_tui.model.secret import Secret
from blink_tui.sync.access import KeptLogins, access_of, firm_access, note_refusal
from blink_tui.sync.clients import KsefClients
from blink_tui.sync.errors import TOKEN_FOR_MANY
from blink_tui.sync.workers import ended
from blink_tui.vault import Vault

_T = TypeVar("_T")
_R = TypeVar("_R")

Told = Callable[[int], None]
"""Hears how many firms are done."""

_TRANSIENT = (ExitCode.KSEF_UNAVAILABLE, ExitCode.LIMITS_EXHAUSTED)
_AT_ONCE = 6


@dataclass(frozen=True, slots=True)
class Registered:
    """A stored credential, and the firms for which there is more to say."""

    credential: Credential
    unchecked: tuple[BlinkError, ...]
    """Why KSeF could not be asked; the credential is kept for these firms."""
    refused: tuple[BlinkError, ...]
    """Why KSeF refused it; it is not kept for these firms."""


async def register(
    buffer: Buffer, vault: Vault, clients: KsefClients, firms: Sequence[Firm], access: Access
) -> Registered:
    """Check a token or certificate with KSeF for each firm and keep it for those that it is good for.

    It is kept as unchecked where KSeF cannot be asked now. Raises BlinkError: it belongs to another firm or cannot
    log in at all (told before any request), or KSeF refused it for every firm; then nothing is kept.
    """
    found = await tried(clients, firms, access)
    return await kept_for(buffer, vault, clients, found, access)


async def tried(
    clients: KsefClients, firms: Sequence[Firm], access: Access, told: Told | None = None
) -> list[tuple[Firm, BlinkError | None]]:
    """What KSeF says of an access for each firm, which need not be registered yet; nothing is kept.

    Raises BlinkError: it belongs to another firm or cannot log in at all, told before any request.
    """
    _require_fit(access, firms, clients)
    findings = await _each(firms, lambda firm: _finding(clients, firm, access), told)
    return list(zip(firms, findings, strict=True))


async def kept_for(
    buffer: Buffer,
    vault: Vault,
    clients: KsefClients,
    found: Sequence[tuple[Firm, BlinkError | None]],
    access: Access,
) -> Registered:
    """Keep an access for the firms for which KSeF did not refuse it. Raises the refusal where it refused all."""
    refused = refusals(found)
    kept = [firm for firm, error in found if error not in refused]
    if not kept:
        raise refused[0]
    kind, vault_name, label, valid_to = described(access, kept[0])
    vault.put(vault_name, access.to_secret() if isinstance(access, CertificateCredential) else access)
    credential = await buffer.credentials.add(kind, vault_name, label, [firm.id for firm in kept], valid_to)
    for firm, error in found:
        if error is None:
            await buffer.credentials.note_accepted(credential.id, firm.id, instant_of(clients.clock.now()))
    unchecked = tuple(error for firm, error in found if error and firm in kept)
    return Registered(await buffer.credentials.get(credential.id), unchecked, tuple(refused))


def refusals(found: Sequence[tuple[Firm, BlinkError | None]]) -> list[BlinkError]:
    """Why KSeF refused an access, without what only kept it from answering."""
    return [error for _firm, error in found if error and error.kind.exit_code not in _TRANSIENT]


def described(access: Access, firm: Firm) -> tuple[CredentialKind, str, str, Instant | None]:
    """Kind, name in the vault, label and end of what logs in; a certificate is one whatever firms it serves."""
    if isinstance(access, CertificateCredential):
        info = access.info
        name = f"{CredentialKind.CERTIFICATE}/{info.fingerprint[:32]}"
        label = f"{info.name} ({info.serial})"
        return CredentialKind.CERTIFICATE, name, label, instant_of(info.valid_to)
    reference = reference_of_token(access)
    known = reference or hashlib.sha256(access.reveal()).hexdigest()[:16]
    name = f"{CredentialKind.TOKEN}/{firm.context_value}/{known}"
    return CredentialKind.TOKEN, name, reference or "token", None


async def check_firms(
    buffer: Buffer, vault: Vault, clients: KsefClients, firms: Sequence[Firm], told: Told | None = None
) -> list[BlinkError | None]:
    """Log in for each firm and keep what KSeF says: for each the refusal, or None when access works.

    This is what a person asks for, so a blocked context is asked for, too. `told` hears how many are done.
    """
    return await _each(firms, lambda firm: _checked(buffer, vault, clients, firm), told)


async def _checked(buffer: Buffer, vault: Vault, clients: KsefClients, firm: Firm) -> BlinkError | None:
    credential = await buffer.credentials.for_firm(firm.id)
    now = clients.clock.now()
    try:
        found, access = await firm_access(buffer, vault, firm)
        await _try(clients, firm, access)
    except BlinkError as error:
        error.firm = error.firm or firm.context_value
        return await note_refusal(buffer, credential, error, now) if credential else error
    await buffer.credentials.note_accepted(found.id, firm.id, instant_of(now))
    return None


async def remove(buffer: Buffer, vault: Vault, clients: KsefClients, credential: Credential) -> int:
    """Forget a credential, its secret and the logins kept for it; returns how many of those KSeF ended, too."""
    firms = [await buffer.firms.get(firm_id) for firm_id in credential.firm_ids]
    refused = {use.firm_id for use in credential.uses if use.state is CredentialState.REFUSED}
    count = 0
    with suppress(BlinkError):  # one that is spoilt in the vault can be removed all the same
        access = access_of(vault, credential.kind, credential.vault_name)
        logins = await KeptLogins(vault).forgotten(firms, access)
        # Where it was refused its login is over, and a blocked context is left alone.
        count = await _log_out(clients, access, [one for one in logins if one[0].id not in refused])
    await buffer.credentials.remove(credential.id)
    await asyncio.to_thread(vault.remove, credential.vault_name)
    return count


async def _log_out(clients: KsefClients, access: Access, logins: Iterable[tuple[Firm, Secret]]) -> int:
    """End logins in KSeF while it answers, each ends by itself within days; returns how many were ended."""
    count = 0
    for firm, kept in logins:
        try:
            client = await clients.for_firm(firm)
            await (await client.resume(firm.context_type, firm.context_value, access, kept)).logout()
        except BlinkError as error:
            if error.kind.exit_code is ExitCode.KSEF_UNAVAILABLE:
                break
        else:
            count += 1
    return count


def _require_fit(access: Access, firms: Sequence[Firm], clients: KsefClients) -> None:
    """Refuse before any request what cannot log in. Raises BlinkError."""
    if isinstance(access, CertificateCredential):
        problem = problem_of(access.info, clients.clock.now())
        if problem is not None:
            problem.firm = firms[0].context_value
            raise problem
        return
    if len(firms) > 1:
        raise BlinkError(TOKEN_FOR_MANY)
    owner, firm = context_of_token(access), firms[0]
    if owner not in (None, Context(firm.context_type, firm.context_value)):
        raise BlinkError(
            TOKEN_OTHER_FIRM, firm=firm.context_value, owner=owner.value if owner else "", cause="token"
        )


async def _finding(clients: KsefClients, firm: Firm, access: Access) -> BlinkError | None:
    try:
        await _try(clients, firm, access)
    except BlinkError as error:
        error.firm = error.firm or firm.context_value
        return error
    return None


async def _try(clients: KsefClients, firm: Firm, access: Access) -> None:
    """Log in, ask what the access may do, log out. Raises BlinkError with what is missing."""
    client = await clients.for_firm(firm)
    session = await client.login(firm.context_type, firm.context_value, access)
    lack = lack_of(await session.rights(), session.context)
    await session.logout()
    if lack is not None:
        raise lack


async def _each(
    items: Sequence[_T], work: Callable[[_T], Awaitable[_R]], told: Told | None = None
) -> list[_R]:
    """The work for every item, a few at a time, in order."""
    turns = asyncio.Semaphore(_AT_ONCE)
    done = 0

    async def one(item: _T) -> _R:
        nonlocal done
        async with turns:
            result = await work(item)
        done += 1
        if told is not None:
            told(done)
        return result

    tasks = [asyncio.create_task(one(item)) for item in items]
    try:
        return await asyncio.gather(*tasks)
    finally:
        await ended(tasks)
