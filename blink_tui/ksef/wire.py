"""What KSeF's answers look like, as far as it is used: unknown fields ignored, enumerations left as text."""

from __future__ import annotations

import re
from base64 import b64decode
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

import msgspec

from blink_tui.model.dates import Instant, parse_instant
from blink_tui.model.values import Sha256

_T = TypeVar("_T")

_ESCAPE = re.compile(rb"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|u[dD][89a-fA-F]..|.)", re.DOTALL)
"""An escape in JSON: a pair of surrogates, one alone (six bytes), or the beginning of any other."""


class WireStruct(msgspec.Struct, rename="camel", gc=False):
    """Camel case on the wire; unknown fields are ignored."""


def decoded(body: bytes, result: type[_T]) -> _T:
    """JSON as a type; a surrogate without its pair becomes U+FFFD: it would lose the page. Raises ValueError."""
    try:
        return msgspec.json.decode(body, type=result)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    except ValueError:
        mended = _ESCAPE.sub(lambda escape: b"\\ufffd" if len(escape[0]) == 6 else escape[0], body)
        if mended == body:
            raise
        return msgspec.json.decode(mended, type=result)


def sha256_of(text: str) -> Sha256:
    """A SHA-256 out of its Base64. Raises ValueError."""
    digest = b64decode(text, validate=True)
    if len(digest) != 32:
        raise ValueError(f"not a SHA-256: {text[:60]}")
    return Sha256(digest)


def readable_instant(text: str | None) -> Instant | None:
    """An instant that only informs: None when it cannot be read."""
    try:
        return mark_of(text)
    except ValueError:
        return None


def mark_of(text: str | None) -> Instant | None:
    """A date that may move a mark. Raises ValueError when there is one that is not an instant."""
    return parse_instant(text) if text else None


class MetadataAnswer(WireStruct):
    """`POST /invoices/query/metadata`."""

    invoices: list[msgspec.Raw]
    has_more: bool
    is_truncated: bool
    permanent_storage_hwm_date: str | None = None


# Exports


class ExportStarted(WireStruct):
    """`POST /invoices/exports`."""

    reference_number: str


class StatusInfo(WireStruct):
    """A status inside an answer, of a login or an export."""

    code: int
    description: str | None = None
    details: list[str] | None = None


class _Part(WireStruct):
    ordinal_number: int
    url: str
    part_size: int
    part_hash: str
    encrypted_part_size: int
    encrypted_part_hash: str
    part_name: str | None = None
    method: str | None = None
    expiration_date: str | None = None


class _Package(WireStruct):
    invoice_count: int
    parts: list[_Part]
    is_truncated: bool
    last_issue_date: str | None = None
    last_invoicing_date: str | None = None
    last_permanent_storage_date: str | None = None
    permanent_storage_hwm_date: str | None = None
    compression_type: str | None = None


class ExportStatusAnswer(WireStruct):
    """`GET /invoices/exports/{referenceNumber}`."""

    status: StatusInfo
    package: _Package | None = None
    package_expiration_date: str | None = None


@dataclass(frozen=True, slots=True)
class ExportPart:
    """One encrypted part of a package; sizes in bytes."""

    ordinal: int
    name: str
    url: str = field(repr=False)
    """Carries its own right to the part: neither logged nor kept."""
    size: int
    sha256: Sha256
    encrypted_size: int
    encrypted_sha256: Sha256
    expires: Instant | None


@dataclass(frozen=True, slots=True)
class ExportPackage:
    """A package that can be downloaded (PROTOCOL 4)."""

    invoice_count: int
    parts: tuple[ExportPart, ...]
    """In the order in which their plain bytes are joined."""
    size: int
    """Plain bytes of the archive: the sizes of the parts together."""
    truncated: bool
    last_permanent_storage: Instant | None
    """Where the next window starts when `truncated`."""
    permanent_storage_hwm: Instant | None
    """Where the next window starts otherwise; None for a window of other dates."""
    last_invoicing: Instant | None = None
    """As `last_permanent_storage` for a window by the date of acceptance."""
    last_issue: date | None = None
    """As `last_permanent_storage` for a window by the date of issue."""


@dataclass(frozen=True, slots=True)
class ExportStatus:
    """How an export stands: 100 busy, 200 ready, 210 expired, 415 key, 420 nothing new, 500, 550 (PROTOCOL 4)."""

    code: int
    description: str
    package: ExportPackage | None


def export_status_of(answer: ExportStatusAnswer) -> ExportStatus:
    """Raises ValueError when a hash or a date that moves the mark cannot be read."""
    text = ": ".join((answer.status.description or "", *(answer.status.details or ())))
    return ExportStatus(
        answer.status.code, text, None if answer.package is None else _package(answer.package)
    )


def _package(package: _Package) -> ExportPackage:
    parts = sorted((_part(part) for part in package.parts), key=lambda part: part.ordinal)
    return ExportPackage(
        invoice_count=package.invoice_count,
        parts=tuple(parts),
        size=sum(part.size for part in parts),
        truncated=package.is_truncated,
        last_permanent_storage=mark_of(package.last_permanent_storage_date),
        permanent_storage_hwm=mark_of(package.permanent_storage_hwm_date),
        last_invoicing=mark_of(package.last_invoicing_date),
        last_issue=date.fromisoformat(package.last_issue_date[:10]) if package.last_issue_date else None,
    )


def _part(part: _Part) -> ExportPart:
    if part.method not in (None, "GET"):
        raise ValueError(f"method of a part: {part.method}")
    return ExportPart(
        ordinal=part.ordinal_number,
        name=part.part_name or "",
        url=part.url,
        size=part.part_size,
        sha256=sha256_of(part.part_hash),
        encrypted_size=part.encrypted_part_size,
        encrypted_sha256=sha256_of(part.encrypted_part_hash),
        expires=readable_instant(part.expiration_date),
    )


# Login


class ChallengeAnswer(WireStruct):
    """`POST /auth/challenge`."""

    challenge: str
    timestamp_ms: int


class TokenInfo(WireStruct):
    """A bearer token and the instant at which it ends."""

    token: str
    valid_until: str

    def __repr__(self) -> str:
        return f"TokenInfo(***, {self.valid_until})"


class LoginStarted(WireStruct):
    """`POST /auth/ksef-token`."""

    reference_number: str
    authentication_token: TokenInfo


class LoginStatusAnswer(WireStruct):
    """`GET /auth/{referenceNumber}`."""

    status: StatusInfo


class TokensAnswer(WireStruct):
    """`POST /auth/token/redeem`."""

    access_token: TokenInfo
    refresh_token: TokenInfo


class RefreshAnswer(WireStruct):
    """`POST /auth/token/refresh`."""

    access_token: TokenInfo


class PublicKeyRecord(WireStruct):
    """One record of `GET /security/public-key-certificates`."""

    certificate: str
    valid_from: str
    valid_to: str
    usage: list[str]
    public_key_id: str | None = None


# What a session may tell of itself


class _TokenContext(WireStruct):
    type: str
    value: str


class TokenAnswer(WireStruct):
    """`GET /tokens/{referenceNumber}`, and one record of `GET /tokens`."""

    reference_number: str
    status: str
    requested_permissions: list[str] = []
    context_identifier: _TokenContext | None = None
    last_use_date: str | None = None


class TokensListAnswer(WireStruct):
    """`GET /tokens`, as far as the first page tells."""

    tokens: list[TokenAnswer]


class LimitAnswer(WireStruct):
    """One group of `GET /rate-limits`; -1 is no limit."""

    per_second: int = -1
    per_minute: int = -1
    per_hour: int = -1


class SizeLimits(WireStruct):
    """One kind of sending session in `GET /limits/context`, in megabytes."""

    invoice: int = msgspec.field(default=0, name="maxInvoiceSizeInMB")
    with_attachment: int = msgspec.field(default=0, name="maxInvoiceWithAttachmentSizeInMB")


class ContextLimitsAnswer(WireStruct):
    """`GET /limits/context`."""

    online_session: SizeLimits | None = None
    batch_session: SizeLimits | None = None
