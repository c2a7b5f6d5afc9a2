"""What the engine asks of KSeF: a client for one environment, a session for one firm in it. Read-only.

A session renews its own access and meets limits, keys withdrawn and old servers below this surface; it decides
nothing about marks: windows are sent exactly as given (PROTOCOL 4).
"""

from __future__ import annotations

import asyncio
import hashlib
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import msgspec

from blink_tui.ksef import errors
from blink_tui.ksef.auth import TokenLogin, Tokens, refresh
from blink_tui.ksef.keys import KeyUsage, PublicKeys
from blink_tui.ksef.metadata import BadRecord, decode_records
from blink_tui.ksef.operations import (
    EXPORT,
    EXPORT_STATUS,
    INVOICE,
    LOGOUT,
    METADATA,
    OWN_TOKEN,
    RATE_LIMITS,
    Context,
    Operation,
)
from blink_tui.ksef.parts import download_part
from blink_tui.ksef.transport import Answer, Gate, OpenGate, Transport, WarningListener, unreadable
from blink_tui.ksef.wire import (
    ExportPart,
    ExportStarted,
    ExportStatus,
    ExportStatusAnswer,
    LimitAnswer,
    MetadataAnswer,
    TokenAnswer,
    export_status_of,
    mark_of,
    readable_instant,
    sha256_of,
)
from blink_tui.model.clock import Clock, SystemClock
from blink_tui.model.dates import Instant
from blink_tui.model.documents import DocumentHeader, Role
from blink_tui.model.errors import BlinkError
from blink_tui.model.secret import Secret
from blink_tui.model.values import parse_ksef_number

_T = TypeVar("_T")

PAGE_SIZE = 250
"""Rows of a page of metadata, the most that KSeF gives."""

_SUBJECTS = {
    Role.SELLER: "Subject1",
    Role.BUYER: "Subject2",
    Role.THIRD_PARTY: "Subject3",
    Role.AUTHORIZED: "SubjectAuthorized",
}
_LOGIN_AGAIN = (errors.SESSION_ENDED, errors.SESSION_REVOKED, errors.TOKEN_REVOKED)


@dataclass(frozen=True, slots=True)
class QueryWindow:
    """What a query of metadata asks: a role's documents by permanent storage, never past the high-water mark."""

    role: Role
    window_from: Instant
    """Sent as it is: the caller subtracts the second."""
    window_to: Instant | None = None
    """None asks to the high-water mark."""


@dataclass(frozen=True, slots=True)
class MetadataPage:
    """One page; the next one has the next index, unless `truncated`: then a window from the last row's date."""

    headers: tuple[DocumentHeader, ...]
    problems: tuple[BadRecord, ...]
    has_more: bool
    truncated: bool
    hwm: Instant | None
    """High-water mark; None when the window begins after it, so that there is nothing new."""


@dataclass(frozen=True, slots=True)
class RateLimit:
    """Requests allowed in each window; None is no limit."""

    per_second: int | None
    per_minute: int | None
    per_hour: int | None


@dataclass(frozen=True, slots=True)
class TokenState:
    """What KSeF tells of a token: `Pending`, `Active`, `Revoking`, `Revoked`, `Failed` or what it may add."""

    reference: str
    status: str
    requested_permissions: tuple[str, ...]
    context: Context | None
    last_use: Instant | None


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

    async def login(self, context_type: str, context_value: str, token: Secret) -> Session:
        """Log in to a firm's context with a KSeF token. Raises BlinkError with the cause of a refusal."""
        login = TokenLogin(self._transport, self._keys, Context(str(context_type), context_value), token)
        return Session(self._transport, self._keys, login, await login.log_in(), self._part_hosts)


class Session:
    """A firm's access to KSeF, renewed by itself: refreshed before it expires, logged in once again on a 401.

    Every call raises BlinkError with a kind of `ksef.errors`; AskedToWaitError when KSeF's limits refuse.
    """

    def __init__(
        self,
        transport: Transport,
        keys: PublicKeys,
        login: TokenLogin,
        tokens: Tokens,
        part_hosts: frozenset[str],
    ) -> None:
        self.context = login.context
        self._transport = transport
        self._keys = keys
        self._login = login
        self._tokens = tokens
        self._part_hosts = part_hosts
        self._renewing = asyncio.Lock()

    async def query_metadata(self, window: QueryWindow, page: int = 0) -> MetadataPage:
        """One page of the list; `page` counts pages, not rows."""
        try:
            answer = await self._fetch(
                MetadataAnswer,
                METADATA,
                params={"sortOrder": "Asc", "pageOffset": page, "pageSize": PAGE_SIZE},
                body=_filters(window.role, window.window_from, window.window_to),
            )
        except BlinkError as error:
            if error.kind is errors.NOTHING_NEW:
                return MetadataPage((), (), has_more=False, truncated=False, hwm=None)
            raise
        try:
            hwm = mark_of(answer.permanent_storage_hwm_date)
        except ValueError as error:
            raise unreadable(METADATA, self.context, error) from error
        headers, problems = decode_records(answer.invoices)
        return MetadataPage(tuple(headers), tuple(problems), answer.has_more, answer.is_truncated, hwm)

    async def start_export(
        self,
        role: Role,
        window_from: Instant,
        window_to: Instant | None,
        key: bytes,
        iv: bytes,
        compression: str = "TarGz",
    ) -> str:
        """Order a package encrypted with `key` (32 bytes) and `iv` (16) and return its reference number.

        Sent once, but for a withdrawn key or an expired access, which KSeF refuses before it takes the order.
        Raises BlinkError(EXPORT_UNCERTAIN) when it is not known whether KSeF took it.
        """
        try:
            return await self._order(role, window_from, window_to, key, iv, compression)
        except BlinkError as error:
            if error.kind is not errors.KEY_UNKNOWN:
                raise
        self._keys.forget()
        return await self._order(role, window_from, window_to, key, iv, compression)

    async def _order(
        self,
        role: Role,
        window_from: Instant,
        window_to: Instant | None,
        key: bytes,
        iv: bytes,
        compression: str,
    ) -> str:
        public_key = await self._keys.get(KeyUsage.SYMMETRIC_KEY, self.context)
        encryption = {
            "encryptedSymmetricKey": public_key.encrypt(key),
            "initializationVector": b64encode(iv).decode(),
        }
        if public_key.id is not None:
            encryption["publicKeyId"] = public_key.id
        body = {
            "encryption": encryption,
            "filters": _filters(role, window_from, window_to),
            "onlyMetadata": False,
            "compressionType": compression,
        }
        return (await self._fetch(ExportStarted, EXPORT, body=body)).reference_number

    async def export_status(self, reference: str) -> ExportStatus:
        """How an export stands; a ready one comes with fresh links. Raises BlinkError(EXPORT_GONE) after 7 days."""
        answer = await self._fetch(ExportStatusAnswer, EXPORT_STATUS, reference)
        try:
            return export_status_of(answer)
        except ValueError as error:
            raise unreadable(EXPORT_STATUS, self.context, error) from error

    async def download_part(self, part: ExportPart, target: Path) -> None:
        """Stream one encrypted part to disk, verified; see `parts.download_part`."""
        await download_part(self._transport, self.context, part, target, self._part_hosts)

    async def invoice(self, ksef_number: str) -> bytes:
        """The XML of one document, verified against the hash that comes with it.

        Raises BlinkError: DOCUMENT_UNKNOWN, DOCUMENT_NOT_YET, DOCUMENT_GONE, DOCUMENT_DAMAGED.
        """
        answer = await self._call(INVOICE, parse_ksef_number(ksef_number))
        told = answer.headers.get("x-ms-meta-hash")
        try:
            right = told is None or sha256_of(told) == hashlib.sha256(answer.body).digest()
        except ValueError:
            right = False
        if not right:
            raise BlinkError(
                errors.DOCUMENT_DAMAGED, firm=self.context.value, cause=f"{ksef_number}: hash {told}"
            )
        return answer.body

    async def rate_limits(self) -> dict[str, RateLimit]:
        """Limits in force for this context by group; a missing group keeps its documented value (PROTOCOL 5)."""
        groups = await self._fetch(dict[str, msgspec.Raw], RATE_LIMITS)
        limits = {}
        for name, raw in groups.items():
            try:
                group = msgspec.json.decode(raw, type=LimitAnswer)
            except ValueError:  # a group of another shape says nothing about the others
                continue
            values = (group.per_second, group.per_minute, group.per_hour)
            limits[name] = RateLimit(*(None if value < 0 else value for value in values))
        return limits

    async def own_token(self, reference: str) -> TokenState:
        """What KSeF tells of the token that logged in, by its reference number (`auth.reference_of_token`)."""
        answer = await self._fetch(TokenAnswer, OWN_TOKEN, reference)
        context = answer.context_identifier
        return TokenState(
            reference=answer.reference_number,
            status=answer.status,
            requested_permissions=tuple(answer.requested_permissions),
            context=None if context is None else Context(context.type, context.value),
            last_use=readable_instant(answer.last_use_date),
        )

    async def logout(self) -> None:
        """End the session in KSeF; one that has ended already is no error."""
        try:
            await self._transport.call(LOGOUT, self.context, bearer=self._tokens.refresh.token)
        except BlinkError as error:
            if error.kind not in _LOGIN_AGAIN:
                raise

    async def _fetch(self, result: type[_T], operation: Operation, *values: str, **request: Any) -> _T:
        answer = await self._call(operation, *values, **request)
        return self._transport.decoded(result, answer, operation, self.context)

    async def _call(self, operation: Operation, *values: str, **request: Any) -> Answer:
        tokens = await self._fresh_tokens()
        try:
            return await self._transport.call(
                operation, self.context, *values, bearer=tokens.access.token, **request
            )
        except BlinkError as error:
            if error.kind is not errors.SESSION_ENDED:
                raise
        tokens = await self._logged_in_again(tokens)
        return await self._transport.call(
            operation, self.context, *values, bearer=tokens.access.token, **request
        )

    async def _fresh_tokens(self) -> Tokens:
        """Tokens whose access outlives the next request, refreshed or logged in anew where needed."""
        async with self._renewing:
            now = self._transport.clock.now()
            if not self._tokens.access_is_fresh(now):
                self._tokens = await self._refreshed(now)
            return self._tokens

    async def _refreshed(self, now: datetime) -> Tokens:
        if self._tokens.refresh_is_fresh(now):
            try:
                return await refresh(self._transport, self.context, self._tokens)
            except BlinkError as error:
                if error.kind not in _LOGIN_AGAIN:
                    raise
        return await self._login.log_in()

    async def _logged_in_again(self, refused: Tokens) -> Tokens:
        """New tokens in place of refused ones; several calls refused at once log in once."""
        async with self._renewing:
            if self._tokens is refused:
                self._tokens = await self._login.log_in()
            return self._tokens


def _filters(role: Role, window_from: Instant, window_to: Instant | None) -> dict[str, object]:
    date_range: dict[str, object] = {
        "dateType": "PermanentStorage",
        "from": window_from,
        "restrictToPermanentStorageHwmDate": True,
    }
    if window_to is not None:
        date_range["to"] = window_to
    return {"subjectType": _SUBJECTS[role], "dateRange": date_range}
