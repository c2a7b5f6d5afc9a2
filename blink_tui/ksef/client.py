"""What the engine asks of KSeF: a client for one environment, which logs in to firms. Read-only."""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType
from typing import Self

from blink_tui.ksef import stored_login
from blink_tui.ksef.auth import CertificateLogin, Login, TokenLogin
from blink_tui.ksef.certificates import CertificateCredential
from blink_tui.ksef.keys import PublicKeys
from blink_tui.ksef.operations import Context
from blink_tui.ksef.queries import DateType, QueryWindow
from blink_tui.ksef.rates import RateLimit
from blink_tui.ksef.rights import TokenState
from blink_tui.ksef.session import PAGE_SIZE, ContextLimits, MetadataPage, Session
from blink_tui.ksef.transport import Gate, OpenGate, Transport, WarningListener
from blink_tui.model.clock import Clock, SystemClock
from blink_tui.model.secret import Secret

__all__ = [
    "PAGE_SIZE",
    "ContextLimits",
    "Credential",
    "DateType",
    "KsefClient",
    "MetadataPage",
    "QueryWindow",
    "RateLimit",
    "Session",
    "TokenState",
]

Credential = Secret | CertificateCredential
"""What logs in: a KSeF token, or a certificate with its key."""


class KsefClient:
    """One environment of KSeF; sessions share its connections, keys and gate. Use as `async with`.

    `part_hosts` are hosts of package parts that the user confirmed. Raises BlinkError(INSECURE_ADDRESS) for an
    address that is neither https nor this machine.
    """

    def __init__(
        self,
        base_url: str,
        *,
        clock: Clock | None = None,
        on_warning: WarningListener | None = None,
        gate: Gate | None = None,
        part_hosts: Iterable[str] = (),
    ) -> None:
        self._transport = Transport(base_url, clock or SystemClock(), gate or OpenGate(), on_warning)
        self._keys = PublicKeys(self._transport)
        self._part_hosts = frozenset(part_hosts)

    async def __aenter__(self) -> Self:
        await self._transport.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._transport.__aexit__(kind, error, trace)

    async def login(self, context_type: str, context_value: str, credential: Credential) -> Session:
        """Log in to a firm's context. Raises BlinkError with the cause of a refusal."""
        login = self._login_of(context_type, context_value, credential)
        return Session(self._transport, self._keys, login, await login.log_in(), self._part_hosts)

    async def resume(
        self, context_type: str, context_value: str, credential: Credential, stored: Secret
    ) -> Session:
        """Go on with a login kept by `Session.refresh_secret`: one refresh, and a new login only where that fails.

        A login kept for another context or credential is left alone. Raises BlinkError as `login` does.
        """
        login = self._login_of(context_type, context_value, credential)
        tokens = stored_login.from_secret(stored, login)
        if tokens is None:
            tokens = await login.log_in()
        session = Session(self._transport, self._keys, login, tokens, self._part_hosts)
        await session.renew()
        return session

    def _login_of(self, context_type: str, context_value: str, credential: Credential) -> Login:
        context = Context(str(context_type), context_value)
        if isinstance(credential, CertificateCredential):
            return CertificateLogin(self._transport, context, credential)
        return TokenLogin(self._transport, self._keys, context, credential)
