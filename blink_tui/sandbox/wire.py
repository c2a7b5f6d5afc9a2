"""Requests of the contract as types: decoding one is its validation."""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from blink_tui.sandbox.errors import bad_request, invalid

T = TypeVar("T")

NipText = Annotated[str, Meta(pattern=r"^[1-9]((\d[1-9])|([1-9]\d))\d{7}$")]
KsefNumberText = Annotated[
    str,
    Meta(
        pattern=r"^([1-9](\d[1-9]|[1-9]\d)\d{7})-(20[2-9][0-9]|2[1-9]\d{2}|[3-9]\d{3})"
        r"(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])-([0-9A-F]{6})-?([0-9A-F]{6})-([0-9A-F]{2})$"
    ),
]
KeyId = Annotated[str, Meta(min_length=44, max_length=44)]
SubjectType = Literal["Subject1", "Subject2", "Subject3", "SubjectAuthorized"]
DateType = Literal["Issue", "Invoicing", "PermanentStorage"]


class Wire(Struct, rename="camel"):
    """Field names of the contract; unknown fields are ignored, as the real server does."""


class ContextIdentifier(Wire):
    """Whose session it is to be."""

    type: Literal["Nip", "InternalId", "NipVatUe", "PeppolId"]
    value: str


_OCTET = r"(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9][0-9]|[0-9])"
_IP = rf"({_OCTET}\.){{3}}{_OCTET}"


class AllowedIpsWire(Wire):
    """Addresses, ranges and CIDR masks."""

    ip4_addresses: Annotated[list[Annotated[str, Meta(pattern=f"^{_IP}$")]], Meta(max_length=10)] | None = (
        None
    )
    ip4_ranges: (
        Annotated[list[Annotated[str, Meta(pattern=f"^{_IP}-{_IP}$")]], Meta(max_length=10)] | None
    ) = None
    ip4_masks: (
        Annotated[
            list[Annotated[str, Meta(pattern=rf"^{_IP}/(0|[1-9]|[12][0-9]|3[0-2])$")]], Meta(max_length=10)
        ]
        | None
    ) = None


class AuthorizationPolicy(Wire):
    """From where the session may be used."""

    allowed_ips: AllowedIpsWire | None = None


class TokenLogin(Wire):
    """`POST /auth/ksef-token`."""

    challenge: Annotated[str, Meta(min_length=36, max_length=36)]
    context_identifier: ContextIdentifier
    encrypted_token: str
    public_key_id: KeyId | None = None
    authorization_policy: AuthorizationPolicy | None = None


class DateRange(Wire):
    """Which date decides, and from when to when."""

    date_type: DateType
    from_: str = msgspec.field(name="from")
    to: str | None = None
    restrict_to_permanent_storage_hwm_date: bool | None = None


class Amount(Wire):
    """Bounds of an amount."""

    type: Literal["Brutto", "Netto", "Vat"]
    from_: float | None = msgspec.field(name="from", default=None)
    to: float | None = None


class BuyerIdentifier(Wire):
    """A buyer by identifier."""

    type: Literal["Nip", "VatUe", "Other", "None"]
    value: Annotated[str, Meta(max_length=50)] | None = None


class Filters(Wire):
    """What a query or an export asks for."""

    subject_type: SubjectType
    date_range: DateRange
    ksef_number: KsefNumberText | None = None
    invoice_number: Annotated[str, Meta(max_length=256)] | None = None
    amount: Amount | None = None
    seller_nip: NipText | None = None
    buyer_identifier: BuyerIdentifier | None = None
    currency_codes: list[str] | None = None
    invoicing_mode: Literal["Online", "Offline"] | None = None
    is_self_invoicing: bool | None = None
    form_type: Literal["FA", "PEF", "FA_RR"] | None = None
    invoice_types: list[str] | None = None
    has_attachment: bool | None = None


class Encryption(Wire):
    """The caller's key for a package."""

    encrypted_symmetric_key: str
    initialization_vector: str
    public_key_id: KeyId | None = None


class ExportOrder(Wire):
    """`POST /invoices/exports`."""

    encryption: Encryption
    filters: Filters
    only_metadata: bool = False
    compression_type: Literal["Zip", "TarGz"] | None = None


def decode(body: bytes, kind: type[T]) -> T:
    """The request of a body. Raises ApiError 400: 21001 for what is not JSON, 21405 for what is not the contract."""
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise invalid(str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise bad_request(21001, str(error)) from error
