"""What logs in for a firm: registering it, checking it, and going on with a login that the vault kept."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from blink_tui.buffer import Buffer
from blink_tui.ksef.auth import reference_of_token
from blink_tui.ksef.certificates import CertificateCredential
from blink_tui.ksef.client import Credential as Access
from blink_tui.ksef.client import KsefClient, Session
from blink_tui.ksef.rights import lack_of
from blink_tui.model.clock import Clock, SystemClock
from blink_tui.model.dates import instant_of
from blink_tui.model.errors import BlinkError, ExitCode
from blink_tui.model.firms import Credential, CredentialKind, CredentialState, Firm
from blink_tui.model.secret import Secret
from blink_tui.sync.errors import NO_CREDENTIAL
from blink_tui.vault import VAULT_ENTRY_MISSING, Vault

_TRANSIENT = (ExitCode.KSEF_UNAVAILABLE, ExitCode.LIMITS_EXHAUSTED)


@dataclass(frozen=True, slots=True)
class Registered:
    """A stored credential; `warning` tells why it could not be checked yet."""

    credential: Credential
    warning: BlinkError | None


async def register(
    buffer: Buffer, vault: Vault, firms: Sequence[Firm], access: Access, *, clock: Clock | None = None
) -> Registered:
    """Check a token or certificate with KSeF, for each firm, and keep it; unchecked when KSeF cannot be asked now.

    Raises BlinkError: it belongs to another firm or cannot log in at all (told before any request), or KSeF refused
    it for one of the firms; then nothing is kept.
    """
    clock = clock or SystemClock()
    warning = None
    for firm in firms:
        try:
            await _try(firm, access, clock)
        except BlinkError as error:
            error.firm = error.firm or firm.context_value
            if error.kind.exit_code not in _TRANSIENT:
                raise
            warning = warning or error
    kind, label = label_of(access)
    vault_name = f"{kind}/{firms[0].context_value}/{label}"
    vault.put(vault_name, access.to_secret() if isinstance(access, CertificateCredential) else access)
    credential = await buffer.credentials.add(kind, vault_name, label, [firm.id for firm in firms])
    if warning is None:
        credential = await buffer.credentials.set_state(
            credential.id, CredentialState.ACCEPTED, None, instant_of(clock.now())
        )
    return Registered(credential, warning)


async def check_firm(
    buffer: Buffer, vault: Vault, firm: Firm, *, clock: Clock | None = None
) -> BlinkError | None:
    """Log in for a firm and record what KSeF says; the refusal, or None when access works."""
    clock = clock or SystemClock()
    try:
        credential, access = await firm_access(buffer, vault, firm)
        await _try(firm, access, clock)
    except BlinkError as error:
        error.firm = error.firm or firm.context_value
        known = await buffer.credentials.for_firm(firm.id)
        if known is not None and error.kind.exit_code is ExitCode.CREDENTIAL_REFUSED:
            await buffer.credentials.set_state(
                known.id, CredentialState.REFUSED, error.kind.code, instant_of(clock.now())
            )
        return error
    await buffer.credentials.set_state(credential.id, CredentialState.ACCEPTED, None, instant_of(clock.now()))
    return None


async def firm_access(buffer: Buffer, vault: Vault, firm: Firm) -> tuple[Credential, Access]:
    """The firm's credential and what it logs in with.

    Raises BlinkError: none registered, or missing or spoilt in the vault.
    """
    credential = await buffer.credentials.for_firm(firm.id)
    if credential is None:
        raise BlinkError(NO_CREDENTIAL, firm=firm.context_value)
    secret = vault.get(credential.vault_name)
    if credential.kind is CredentialKind.CERTIFICATE:
        return credential, CertificateCredential.from_secret(secret)
    return credential, secret


class KeptLogins:
    """Logins that outlive the process: KSeF's refresh tokens, each in the vault under its context."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def session(self, client: KsefClient, firm: Firm, access: Access) -> Session:
        """A session of a firm, gone on with where the vault kept one. Raises BlinkError as a login does."""
        name = f"session/{firm.base_url}/{firm.context_value}"
        kept = await asyncio.to_thread(self._kept, name)
        if kept is None:
            session = await client.login(firm.context_type, firm.context_value, access)
        else:
            session = await client.resume(firm.context_type, firm.context_value, access, kept)
        if session.refresh_secret() != kept:
            await asyncio.to_thread(self._vault.put, name, session.refresh_secret())
        return session

    def _kept(self, name: str) -> Secret | None:
        try:
            return self._vault.get(name)
        except BlinkError as error:
            if error.kind is not VAULT_ENTRY_MISSING:
                raise
            return None


def label_of(access: Access) -> tuple[CredentialKind, str]:
    """Kind and public name: a token's reference number, or a certificate's name and serial number."""
    if isinstance(access, CertificateCredential):
        return CredentialKind.CERTIFICATE, f"{access.info.name} ({access.info.serial})"
    return CredentialKind.TOKEN, reference_of_token(access) or "token"


async def _try(firm: Firm, access: Access, clock: Clock) -> None:
    """Log in, ask what the access may do, log out. Raises BlinkError with what is missing."""
    async with KsefClient(firm.base_url, clock=clock) as client:
        session = await client.login(firm.context_type, firm.context_value, access)
        lack = lack_of(await session.rights(), session.context)
        await session.logout()
    if lack is not None:
        raise lack
