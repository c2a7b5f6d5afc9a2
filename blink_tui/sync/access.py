"""Registering and checking what logs in for a firm."""

from __future__ import annotations

from dataclasses import dataclass

from blink_tui.buffer import Buffer
from blink_tui.i18n import N_
from blink_tui.ksef.auth import reference_of_token
from blink_tui.ksef.client import KsefClient
from blink_tui.model.clock import Clock, SystemClock
from blink_tui.model.dates import instant_of
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode
from blink_tui.model.firms import Credential, CredentialKind, CredentialState, Firm
from blink_tui.model.secret import Secret
from blink_tui.sync.engine import firm_token
from blink_tui.vault import Vault

NO_INVOICE_READ = ErrorKind(
    "no-invoice-read",
    ExitCode.CREDENTIAL_REFUSED,
    N_("The token may not read invoices. Generate one with the right to view invoices (InvoiceRead)."),
)
_TRANSIENT = (ExitCode.KSEF_UNAVAILABLE, ExitCode.LIMITS_EXHAUSTED)


@dataclass(frozen=True, slots=True)
class Registered:
    """A stored credential; `warning` tells why it could not be checked yet."""

    credential: Credential
    warning: BlinkError | None


async def register_token(
    buffer: Buffer, vault: Vault, firm: Firm, token: Secret, *, clock: Clock | None = None
) -> Registered:
    """Check a token with KSeF and keep it; unchecked when KSeF cannot be asked now.

    Raises BlinkError: it belongs to another firm (told by the token itself before any request), or KSeF refused it;
    then nothing is kept.
    """
    clock = clock or SystemClock()
    warning = None
    try:
        await _try_token(firm, token, clock)
    except BlinkError as error:
        error.firm = error.firm or firm.context_value
        if error.kind.exit_code not in _TRANSIENT:
            raise
        warning = error
    label = token_label(token)
    vault_name = f"token/{firm.context_value}/{label}"
    vault.put(vault_name, token)
    credential = await buffer.credentials.add(CredentialKind.TOKEN, vault_name, label, [firm.id])
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
        credential, token = await firm_token(buffer, vault, firm)
    except BlinkError as error:
        return error
    state, problem = CredentialState.ACCEPTED, None
    try:
        await _try_token(firm, token, clock)
    except BlinkError as error:
        error.firm = error.firm or firm.context_value
        if error.kind.exit_code in _TRANSIENT:
            return error
        state, problem = CredentialState.REFUSED, error
    code = problem.kind.code if problem else None
    await buffer.credentials.set_state(credential.id, state, code, instant_of(clock.now()))
    return problem


async def _try_token(firm: Firm, token: Secret, clock: Clock) -> None:
    async with KsefClient(firm.base_url, clock=clock) as client:
        session = await client.login(firm.context_type, firm.context_value, token)
        reference = reference_of_token(token)
        if reference is not None:
            described = await session.own_token(reference)
            if "InvoiceRead" not in described.requested_permissions:
                raise BlinkError(NO_INVOICE_READ, firm=firm.context_value)
        await session.logout()


def token_label(token: Secret) -> str:
    """The public part of a token, its reference number; a stand-in for shapes that have none."""
    return reference_of_token(token) or "token"
