"""One record of KSeF's list of documents, in a page or in a package, made a document header.

Lists are read record by record, so that one bad record never fails a page (PROTOCOL 6).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

import msgspec

from blink_tui.ksef.wire import WireStruct, decoded, readable_instant, sha256_of
from blink_tui.model.dates import Instant
from blink_tui.model.documents import DocumentHeader, Party
from blink_tui.model.values import parse_ksef_number


class _Identifier(WireStruct):
    type: str | None = None
    value: str | None = None


class _Seller(WireStruct):
    nip: str | None = None
    name: str | None = None


class _Buyer(WireStruct):
    identifier: _Identifier | None = None
    name: str | None = None


class _ThirdSubject(WireStruct):
    identifier: _Identifier | None = None
    name: str | None = None
    role: int | None = None


class _FormCode(WireStruct):
    system_code: str | None = None


class _Essentials(WireStruct):
    """What a record is nothing without."""

    ksef_number: str
    invoice_hash: str


class _InvoiceMetadata(_Essentials):
    invoice_number: str | None = None
    issue_date: str | None = None
    acquisition_date: str | None = None
    permanent_storage_date: str | None = None
    seller: _Seller | None = None
    buyer: _Buyer | None = None
    net_amount: Decimal | None = None
    vat_amount: Decimal | None = None
    gross_amount: Decimal | None = None
    currency: str | None = None
    form_code: _FormCode | None = None
    invoice_type: str | None = None
    invoicing_mode: str | None = None
    is_self_invoicing: bool | None = None
    has_attachment: bool | None = None
    third_subjects: list[_ThirdSubject] | None = None


class _PackageMetadata(WireStruct):
    """`_metadata.json` of a package."""

    invoices: list[msgspec.Raw]


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A record of a list that names no document that could be fetched and checked."""

    ksef_number: str | None
    """As written, where it could be read."""
    problem: str


class _KsefNumberOnly(WireStruct):
    ksef_number: str | None = None


_metadata = msgspec.json.Decoder(_InvoiceMetadata)
_essentials = msgspec.json.Decoder(_Essentials)
_number_only = msgspec.json.Decoder(_KsefNumberOnly)

_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|\+00:00)", re.ASCII)

_LARGEST_EXPONENT = 18
"""Amounts of more digits than this before the point are noise, and costly to calculate with."""


def decode_records(records: Iterable[msgspec.Raw]) -> tuple[list[DocumentHeader], list[BadRecord]]:
    """Headers out of the records of a list, and the records that are none.

    A record with a KSeF number and a hash always gives a header: fields that cannot be read are left empty, for
    its XML says them again and none may be lost (DESIGN, rule 1).
    """
    headers: list[DocumentHeader] = []
    bad: list[BadRecord] = []
    for record in records:
        try:
            headers.append(_header(_metadata.decode(record)))
        except ValueError:
            try:
                essentials = _essentials.decode(record)
                headers.append(_header(_InvoiceMetadata(essentials.ksef_number, essentials.invoice_hash)))
            except ValueError as error:
                bad.append(BadRecord(_readable_number(record), str(error)))
    return headers, bad


def package_records(content: bytes) -> list[msgspec.Raw]:
    """The records of a package's `_metadata.json`, not yet decoded. Raises ValueError when it is no such file."""
    return decoded(content, _PackageMetadata).invoices


def decode_package_metadata(content: bytes) -> tuple[list[DocumentHeader], list[BadRecord]]:
    """Headers and bad records of a package's `_metadata.json`. Raises ValueError when it is no such file."""
    return decode_records(package_records(content))


def _readable_number(record: msgspec.Raw) -> str | None:
    try:
        return _number_only.decode(record).ksef_number
    except ValueError:
        return None


def _header(meta: _InvoiceMetadata) -> DocumentHeader:
    """Raises ValueError when number or hash are not what they should be."""
    seller = meta.seller or _Seller()
    buyer = meta.buyer or _Buyer()
    return DocumentHeader(
        ksef_number=parse_ksef_number(meta.ksef_number),
        sha256=sha256_of(meta.invoice_hash),
        invoice_number=meta.invoice_number or "",
        issue_date=_day(meta.issue_date),
        received=_instant(meta.acquisition_date),
        stored=_instant(meta.permanent_storage_date),
        seller=Party("Nip" if seller.nip else "None", seller.nip, seller.name),
        buyer=_party(buyer.identifier, buyer.name),
        net=_amount(meta.net_amount),
        vat=_amount(meta.vat_amount),
        gross=_amount(meta.gross_amount),
        currency=meta.currency or "",
        form=(meta.form_code and meta.form_code.system_code) or "",
        kind=meta.invoice_type or "",
        offline=meta.invoicing_mode == "Offline",
        self_invoicing=bool(meta.is_self_invoicing),
        has_attachment=bool(meta.has_attachment),
        third_parties=tuple(
            (_party(third.identifier, third.name), third.role or 0) for third in meta.third_subjects or ()
        ),
    )


def _party(identifier: _Identifier | None, name: str | None) -> Party:
    if identifier is None:
        return Party("None", None, name)
    return Party(identifier.type or "None", identifier.value, name)


def _instant(text: str | None) -> Instant | None:
    """`readable_instant`, at a fifth of its cost where the instant is in UTC, as KSeF writes them."""
    if text and _UTC.fullmatch(text) and _is_hour(text[:13]):
        return Instant(text)
    return readable_instant(text)


@lru_cache(maxsize=4096)
def _is_hour(text: str) -> bool:
    return readable_instant(f"{text}:00:00Z") is not None


def _amount(amount: Decimal | None) -> Decimal | None:
    if amount is None or not amount.is_finite() or abs(amount.adjusted()) > _LARGEST_EXPONENT:
        return None
    return amount


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None
