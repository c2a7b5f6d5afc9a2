"""What logs in for a firm: finding it, whether to try, what became of it, and logins that the vault keeps."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime

from blink_tui.buffer import Buffer
from blink_tui.ksef import certificate_errors, errors
from blink_tui.ksef.auth import identity_of
from blink_tui.ksef.certificates import CertificateCredential
from blink_tui.ksef.client import Credential as Access
from blink_tui.ksef.client import KsefClient, Session
from blink_tui.ksef.stored_login import holder_of
from blink_tui.model.clock import Clock
from blink_tui.model.dates import Instant, instant_of, warsaw_day
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode
from blink_tui.model.firms import CredentialKind, CredentialState, CredentialUse, Firm, FirmCredential
from blink_tui.model.secret import Secret
from blink_tui.sync.errors import NO_CREDENTIAL, REFUSED_BEFORE, RIGHT_WITHDRAWN
from blink_tui.vault import VAULT_ENTRY_MISSING, Vault

_ELSEWHERE = (
    NO_CREDENTIAL,
    errors.GRANTS_HIDDEN,
    errors.RESOURCE_NOT_ALLOWED,
    errors.CONTEXT_TYPE_NOT_ALLOWED,
    errors.SESSION_ENDED,
    errors.SESSION_REVOKED,
)
"""Refusals that say nothing of the credential: a new login gets in, or only one operation is closed to it."""
_RIGHTS_GONE = (errors.NO_RIGHTS, errors.MISSING_PERMISSION)
_KINDS: dict[str, ErrorKind] = {
    kind.code: kind
    for module in (errors, certificate_errors)
    for kind in vars(module).values()
    if isinstance(kind, ErrorKind)
} | {RIGHT_WITHDRAWN.code: RIGHT_WITHDRAWN}


async def firm_access(buffer: Buffer, vault: Vault, firm: Firm) -> tuple[FirmCredential, Access]:
    """The firm's credential and what it logs in with.

    Raises BlinkError: none registered, or missing or spoilt in the vault.
    """
    credential = await buffer.credentials.for_firm(firm.id)
    if credential is None:
        raise BlinkError(NO_CREDENTIAL, firm=firm.context_value)
    access = access_of(vault, credential.kind, credential.vault_name)
    if credential.valid_to is None and isinstance(access, CertificateCredential):
        await buffer.credentials.set_end(credential.id, instant_of(access.info.valid_to))
    return credential, access


def access_of(vault: Vault, kind: CredentialKind, vault_name: str) -> Access:
    """What the vault keeps of a credential. Raises BlinkError: missing or spoilt."""
    secret = vault.get(vault_name)
    return CertificateCredential.from_secret(secret) if kind is CredentialKind.CERTIFICATE else secret


def may_log_in(credential: FirmCredential, now: datetime, *, on_demand: bool) -> BlinkError | None:
    """Whether to try a login: None, or what KSeF said the last time, which still holds.

    A blocked context is left alone until a person has it checked (`registration.check_firms`). Another refusal is
    tried on demand, and by the schedule on the next Warsaw day: the client may have granted the right meanwhile.
    """
    use = credential.use
    if use.state is not CredentialState.REFUSED:
        return None
    if use.problem != errors.CONTEXT_BLOCKED.code and (on_demand or not _same_day(use.checked_at, now)):
        return None
    return refusal_of(use)


def refusal_of(use: CredentialUse, firm: str | None = None) -> BlinkError:
    """What KSeF said when it refused, as it was told then; of a firm by its NIP or internal id."""
    kind = _KINDS.get(use.problem or "", REFUSED_BEFORE)
    values = {name: value for name, value in use.problem_values.items() if name != "firm"}
    return BlinkError(kind, firm=firm, cause=f"{use.checked_at}: {use.problem}", **values)


async def open_to_schedule(buffer: Buffer, firms: Iterable[Firm], now: datetime) -> dict[int, FirmCredential]:
    """By firm what logs in there and was not refused lately: only such firms are asked for by the schedule."""
    credentials = await buffer.credentials.by_firm()
    return {
        firm.id: credential
        for firm in firms
        if (credential := credentials.get(firm.id)) and not may_log_in(credential, now, on_demand=False)
    }


def is_refusal(error: BlinkError) -> bool:
    """Whether an error tells that the credential is no good in the firm, and not of KSeF or the way to it."""
    return error.kind.exit_code is ExitCode.CREDENTIAL_REFUSED and error.kind not in _ELSEWHERE


async def note_accepted(buffer: Buffer, credential: FirmCredential, now: datetime) -> None:
    """Keep that a login succeeded; written only where that is news, and once in a Warsaw day."""
    use = credential.use
    if use.state is not CredentialState.ACCEPTED or not _same_day(use.accepted_at, now):
        await buffer.credentials.note_accepted(credential.id, use.firm_id, instant_of(now))


async def note_refusal(
    buffer: Buffer, credential: FirmCredential, error: BlinkError, now: datetime
) -> BlinkError:
    """Keep what a failed login says of the credential, where that is news; the error as it is to be told.

    Any error of a pass may be handed in: what is no refusal of the credential comes back as it is.
    """
    if not is_refusal(error):
        return error
    error, use = seen_before(credential, error), credential.use
    values = {name: str(value) for name, value in error.values.items()}
    known = (use.state, use.problem, use.problem_values) == (CredentialState.REFUSED, error.kind.code, values)
    if not (known and _same_day(use.checked_at, now)):
        at = instant_of(now)
        await buffer.credentials.note_refused(credential.id, use.firm_id, error.kind.code, values, at)
    return error


def seen_before(credential: FirmCredential, error: BlinkError) -> BlinkError:
    """A refusal in the light of what went before: no right where there was one means that it was withdrawn."""
    worked = credential.use.accepted_at
    if error.kind not in _RIGHTS_GONE or worked is None:
        return error
    day = warsaw_day(worked).isoformat()
    return BlinkError(RIGHT_WITHDRAWN, firm=error.firm, cause=error.cause, trace_id=error.trace_id, day=day)


async def logged_in(buffer: Buffer, vault: Vault, client: KsefClient, firm: Firm, clock: Clock) -> Session:
    """A session of a firm on demand, with what became of the login kept. Raises BlinkError, as it is to be told."""
    credential, access = await firm_access(buffer, vault, firm)
    refused = may_log_in(credential, clock.now(), on_demand=True)
    if refused is not None:
        refused.firm = firm.context_value
        raise refused
    try:
        session = await KeptLogins(vault).session(client, firm, access)
    except BlinkError as error:
        error.firm = error.firm or firm.context_value
        told = await note_refusal(buffer, credential, error, clock.now())
        if told is error:
            raise
        raise told from error
    await note_accepted(buffer, credential, clock.now())
    return session


async def refusal_noted(buffer: Buffer, firm: Firm, error: BlinkError, now: datetime) -> BlinkError:
    """As `note_refusal`, for what stopped a firm's pass after its login."""
    if not is_refusal(error):
        return error
    credential = await buffer.credentials.for_firm(firm.id)
    return error if credential is None else await note_refusal(buffer, credential, error, now)


class KeptLogins:
    """Logins that outlive the process: KSeF's refresh tokens, each in the vault under its context."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def session(self, client: KsefClient, firm: Firm, access: Access) -> Session:
        """A session of a firm, gone on with where the vault kept one. Raises BlinkError as a login does."""
        name = _login_name(firm)
        kept = await asyncio.to_thread(self._kept, name)
        if kept is None:
            session = await client.login(firm.context_type, firm.context_value, access)
        else:
            session = await client.resume(firm.context_type, firm.context_value, access, kept)
        if session.refresh_secret() != kept:
            await asyncio.to_thread(self._vault.put, name, session.refresh_secret())
        return session

    async def forgotten(self, firms: Iterable[Firm], access: Access) -> list[tuple[Firm, Secret]]:
        """Take the logins of one credential out of the vault: those of other credentials stay."""
        names = await asyncio.to_thread(self._vault.names)
        taken = []
        for firm in firms:
            kept = self._vault.get(_login_name(firm)) if _login_name(firm) in names else None
            if kept is not None and holder_of(kept) == identity_of(access):
                taken.append((firm, kept))
        await asyncio.to_thread(self._vault.remove, *(_login_name(firm) for firm, _kept in taken))
        return taken

    async def dropped(self, firm: Firm) -> None:
        """Take a firm's login out of the vault, whatever it was made with."""
        await asyncio.to_thread(self._vault.remove, _login_name(firm))

    def _kept(self, name: str) -> Secret | None:
        try:
            return self._vault.get(name)
        except BlinkError as error:
            if error.kind is not VAULT_ENTRY_MISSING:
                raise
            return None


def _login_name(firm: Firm) -> str:
    return f"session/{firm.base_url}/{firm.context_value}"


def _same_day(instant: Instant | None, now: datetime) -> bool:
    return instant is not None and warsaw_day(instant) == warsaw_day(instant_of(now))
