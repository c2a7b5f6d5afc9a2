"""What one login asks of KSeF: lists, packages, documents, limits, rights. Read-only.

A session decides nothing about marks: windows are sent exactly as given (PROTOCOL 4).
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import msgspec

from blink_tui.ksef import errors, grants
from blink_tui.ksef.access import Access
from blink_tui.ksef.auth import Login, TokenLogin, Tokens
from blink_tui.ksef.grants import EntityRole, Grant, OwnRights
from blink_tui.ksef.keys import KeyUsage, PublicKeys
from blink_tui.ksef.metadata import BadRecord, decode_records
from blink_tui.ksef.operations import (
    CONTEXT_LIMITS,
    EXPORT,
    EXPORT_STATUS,
    INVOICE,
    METADATA,
    OWN_TOKEN,
    RATE_LIMITS,
    TOKENS,
)
from blink_tui.ksef.parts import download_part
from blink_tui.ksef.queries import DateType, QueryWindow, filters_of, window_around
from blink_tui.ksef.rates import RateLimit
from blink_tui.ksef.rights import INVOICE_READ, Rights, TokenState, token_state
from blink_tui.ksef.transport import Transport, unreadable
from blink_tui.ksef.wire import (
    ContextLimitsAnswer,
    ExportPart,
    ExportStarted,
    ExportStatus,
    ExportStatusAnswer,
    LimitAnswer,
    MetadataAnswer,
    SizeLimits,
    TokenAnswer,
    TokensListAnswer,
    export_status_of,
    mark_of,
    sha256_of,
)
from blink_tui.model.dates import Instant, instant_of
from blink_tui.model.documents import DocumentHeader, Role
from blink_tui.model.errors import BlinkError
from blink_tui.model.values import parse_ksef_number

PAGE_SIZE = 250
"""Rows of a page of metadata, the most that KSeF gives."""

_MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class MetadataPage:
    """One page; the next one has the next index, unless `truncated`: then a window from the last row's date."""

    headers: tuple[DocumentHeader, ...]
    problems: tuple[BadRecord, ...]
    has_more: bool
    truncated: bool
    hwm: Instant | None
    """High-water mark; None when the window begins after it, so that there is nothing new, or is by other dates."""


@dataclass(frozen=True, slots=True)
class ContextLimits:
    """The largest documents that KSeF takes in this context, in bytes; 0 where it does not say."""

    invoice: int
    with_attachment: int


class Session(Access):
    """A firm's access to KSeF, renewed by itself (`Access`)."""

    def __init__(
        self,
        transport: Transport,
        keys: PublicKeys,
        login: Login,
        tokens: Tokens,
        part_hosts: frozenset[str],
    ) -> None:
        super().__init__(transport, login, tokens)
        self._keys = keys
        self._part_hosts = part_hosts

    # The list of documents

    async def query_metadata(self, window: QueryWindow, page: int = 0) -> MetadataPage:
        """One page of the list; `page` counts pages, not rows."""
        try:
            return await self._page(filters_of(window), page)
        except BlinkError as error:
            if error.kind is errors.NOTHING_NEW:
                return MetadataPage((), (), has_more=False, truncated=False, hwm=None)
            raise

    async def find_metadata(self, ksef_number: str, role: Role) -> DocumentHeader | None:
        """What the list says of one document, which its XML does not; None when it is not there in this role.

        Raises ValueError for what is no KSeF number, BlinkError(ANSWER_UNREADABLE) for a record that is none.
        """
        number = parse_ksef_number(ksef_number)
        page = await self._page(filters_of(window_around(number, role), ksefNumber=number))
        if page.problems:
            raise unreadable(METADATA, self.context, ValueError(page.problems[0].problem))
        return next((header for header in page.headers if header.ksef_number == number), None)

    async def _page(self, filters: dict[str, object], page: int = 0) -> MetadataPage:
        params = {"sortOrder": "Asc", "pageOffset": page, "pageSize": PAGE_SIZE}
        answer = await self.fetch(MetadataAnswer, METADATA, params=params, body=filters)
        try:
            hwm = mark_of(answer.permanent_storage_hwm_date)
        except ValueError as error:
            raise unreadable(METADATA, self.context, error) from error
        headers, problems = decode_records(answer.invoices)
        return MetadataPage(tuple(headers), tuple(problems), answer.has_more, answer.is_truncated, hwm)

    # Packages

    async def start_export(
        self,
        role: Role,
        window_from: Instant,
        window_to: Instant | None,
        key: bytes,
        iv: bytes,
        compression: str = "TarGz",
        *,
        only_metadata: bool = False,
        date_type: DateType = DateType.PERMANENT_STORAGE,
    ) -> str:
        """Order a package encrypted with `key` (32 bytes) and `iv` (16) and return its reference number.

        With `only_metadata` it holds the list alone. Sent once, but for a withdrawn key or a refused access, which
        KSeF refuses before it takes the order. Raises BlinkError(EXPORT_UNCERTAIN) when it is not known whether
        KSeF took it.
        """
        order = {
            "filters": filters_of(QueryWindow(role, window_from, window_to, date_type)),
            "onlyMetadata": only_metadata,
            "compressionType": compression,
        }
        try:
            return await self._ordered(order, key, iv)
        except BlinkError as error:
            if error.kind is not errors.KEY_UNKNOWN:
                raise
        self._keys.forget()
        return await self._ordered(order, key, iv)

    async def _ordered(self, order: dict[str, object], key: bytes, iv: bytes) -> str:
        public_key = await self._keys.get(KeyUsage.SYMMETRIC_KEY, self.context)
        encryption = {
            "encryptedSymmetricKey": public_key.encrypt(key),
            "initializationVector": b64encode(iv).decode(),
        }
        if public_key.id is not None:
            encryption["publicKeyId"] = public_key.id
        body = {"encryption": encryption, **order}
        return (await self.fetch(ExportStarted, EXPORT, body=body)).reference_number

    async def export_status(self, reference: str) -> ExportStatus:
        """How an export stands; a ready one comes with fresh links. Raises BlinkError(EXPORT_GONE) after 7 days."""
        answer = await self.fetch(ExportStatusAnswer, EXPORT_STATUS, reference)
        try:
            return export_status_of(answer)
        except ValueError as error:
            raise unreadable(EXPORT_STATUS, self.context, error) from error

    async def download_part(self, part: ExportPart, target: Path) -> None:
        """Stream one encrypted part to disk, verified; see `parts.download_part`."""
        await download_part(self._transport, self.context, part, target, self._part_hosts)

    # Single documents

    async def invoice(self, ksef_number: str) -> bytes:
        """The XML of one document, verified against the hash that comes with it.

        Raises BlinkError: DOCUMENT_UNKNOWN, DOCUMENT_NOT_YET, DOCUMENT_GONE, DOCUMENT_DAMAGED.
        """
        answer = await self.call(INVOICE, parse_ksef_number(ksef_number))
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

    # Limits

    async def rate_limits(self) -> dict[str, RateLimit]:
        """Limits in force for this context by group; a missing group keeps its documented value (PROTOCOL 5)."""
        groups = await self.fetch(dict[str, msgspec.Raw], RATE_LIMITS)
        limits = {}
        for name, raw in groups.items():
            try:
                group = msgspec.json.decode(raw, type=LimitAnswer)
            except ValueError:  # a group of another shape says nothing about the others
                continue
            values = (group.per_second, group.per_minute, group.per_hour)
            limits[name] = RateLimit(*(None if value < 0 else value for value in values))
        return limits

    async def context_limits(self) -> ContextLimits:
        """How large documents may be here, by either way of sending them."""
        answer = await self.fetch(ContextLimitsAnswer, CONTEXT_LIMITS)
        ways = [way or SizeLimits() for way in (answer.online_session, answer.batch_session)]
        return ContextLimits(
            max(way.invoice for way in ways) * _MEGABYTE,
            max(way.with_attachment for way in ways) * _MEGABYTE,
        )

    # Rights

    async def own_token(self, reference: str) -> TokenState:
        """What KSeF tells of the token that logged in, by its reference number (`auth.reference_of_token`)."""
        return token_state(await self.fetch(TokenAnswer, OWN_TOKEN, reference))

    async def rights(self) -> Rights:
        """What this access may do, for `rights.lack_of` to judge.

        Where KSeF does not tell of the right to view documents (an owner is told nothing), a query shows it.
        """
        if isinstance(self._login, TokenLogin):
            token = await self._token(self._login.reference)
            if token is not None:
                return Rights(frozenset(token.requested_permissions), token)
            scopes: frozenset[str] = frozenset()
        else:
            scopes = grants.scopes_here(await self.own_rights(), self.context)
            if INVOICE_READ in scopes:
                return Rights(scopes)
        return Rights(scopes, reads=await self._reads())

    async def _token(self, reference: str | None) -> TokenState | None:
        """The token that logged in; one of unknown shape is the only one that it may see, or cannot be told."""
        if reference is not None:
            return await self.own_token(reference)
        seen = (await self.fetch(TokensListAnswer, TOKENS)).tokens
        return token_state(seen[0]) if len(seen) == 1 else None

    async def _reads(self) -> bool:
        try:
            await self.query_metadata(
                QueryWindow(Role.BUYER, instant_of(self.clock.now() - timedelta(days=1)))
            )
        except BlinkError as error:
            if error.kind is errors.MISSING_PERMISSION:
                return False
            if error.kind is not errors.ROLE_IMPOSSIBLE:
                raise
        return True

    async def own_rights(self) -> OwnRights:
        """The rights of whoever logged in, here and in contexts that he may enter through this one."""
        return await grants.own_rights(self)

    async def grants_to_office(self) -> tuple[Grant, ...]:
        """Rights that other firms granted to this context: log in to the office's own NIP to find its clients.

        Raises BlinkError(GRANTS_HIDDEN) for who may not see them.
        """
        return await grants.grants_to_entity(self)

    async def authorizations(self) -> tuple[Grant, ...]:
        """Firms that let this context invoice in their name. Raises BlinkError(GRANTS_HIDDEN)."""
        return await grants.authorizations(self)

    async def own_roles(self) -> tuple[EntityRole, ...]:
        """What this context is among entities, and for whom. Raises BlinkError(GRANTS_HIDDEN)."""
        return await grants.own_roles(self)

    async def units(self) -> tuple[EntityRole, ...]:
        """Units of this local government, members of this VAT group. Raises BlinkError(GRANTS_HIDDEN)."""
        return await grants.units(self)
