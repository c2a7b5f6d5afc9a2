"""Requests about tokens, certificates, permissions and test subjects as types: decoding one is its validation."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from blink_tui.sandbox.wire import NipText, Wire

PeselText = Annotated[
    str,
    Meta(pattern=r"^\d{2}(?:0[1-9]|1[0-2]|2[1-9]|3[0-2]|4[1-9]|5[0-2]|6[1-9]|7[0-2]|8[1-9]|9[0-2])\d{7}$"),
]
Description = Annotated[str, Meta(min_length=5, max_length=256)]
SubjectText = Annotated[str, Meta(min_length=10, max_length=64)]
ContextText = Annotated[str, Meta(min_length=10, max_length=16)]
NipLength = Annotated[str, Meta(min_length=10, max_length=10)]
SerialText = Annotated[str, Meta(pattern=r"^[0-9A-F]{16}$")]

OwnerScope = Literal[
    "InvoiceRead",
    "InvoiceWrite",
    "CredentialsRead",
    "CredentialsManage",
    "SubunitManage",
    "EnforcementOperations",
    "Introspection",
    "CollectiveIdentifierManage",
]
InvoiceScope = Literal["InvoiceRead", "InvoiceWrite", "CollectiveIdentifierManage"]
AuthorizationScope = Literal["SelfInvoicing", "TaxRepresentative", "RRInvoicing", "PefInvoicing"]
CertificateType = Literal["Authentication", "Offline"]


class SubjectIdentifier(Wire):
    """Somebody by NIP, PESEL or fingerprint."""

    type: Literal["Nip", "Pesel", "Fingerprint"]
    value: SubjectText


class NipIdentifier(Wire):
    """A firm by NIP."""

    type: Literal["Nip"]
    value: NipLength


class UnitIdentifier(Wire):
    """A firm by NIP, or a unit of one by internal id."""

    type: Literal["Nip", "InternalId"]
    value: ContextText


class FirmOrPeppol(Wire):
    """A firm by NIP, or a Peppol provider."""

    type: Literal["Nip", "PeppolId"]
    value: Annotated[str, Meta(min_length=9, max_length=10)]


class TargetIdentifier(Wire):
    """Whose invoices an office's staff may handle."""

    type: Literal["Nip", "AllPartners", "InternalId"]
    value: ContextText | None = None


class AuthorIdentifier(Wire):
    """Who granted a permission."""

    type: Literal["Nip", "Pesel", "Fingerprint", "System"]
    value: SubjectText | None = None


class TokenOrder(Wire):
    """`POST /tokens`."""

    permissions: list[OwnerScope]
    description: Description


class EnrollmentOrder(Wire):
    """`POST /certificates/enrollments`."""

    certificate_name: Annotated[
        str, Meta(min_length=5, max_length=100, pattern=r"^[a-zA-Z0-9_\- ąćęłńóśźżĄĆĘŁŃÓŚŹŻ]+$")
    ]
    certificate_type: CertificateType
    csr: str
    valid_from: str | None = None


class RetrieveOrder(Wire):
    """`POST /certificates/retrieve`."""

    certificate_serial_numbers: Annotated[list[SerialText], Meta(min_length=1, max_length=10)]


class RevokeOrder(Wire):
    """`POST /certificates/{certificateSerialNumber}/revoke`."""

    revocation_reason: Literal["Unspecified", "Superseded", "KeyCompromise"] | None = None


class CertificateQuery(Wire):
    """`POST /certificates/query`."""

    certificate_serial_number: SerialText | None = None
    name: str | None = None
    type: CertificateType | None = None
    status: Literal["Active", "Blocked", "Revoked", "Expired"] | None = None
    expires_after: str | None = None


class CertificateChange(Wire):
    """`PUT /testdata/certificates/{serialNumber}`."""

    valid_to: str


class Subunit(Wire):
    """A member of a group."""

    subject_nip: NipText
    description: Description


class NewSubject(Wire):
    """`POST /testdata/subject`."""

    subject_nip: NipText
    subject_type: Literal["EnforcementAuthority", "VatGroup", "JST"]
    description: Description
    subunits: list[Subunit] | None = None
    created_date: str | None = None


class SubjectRemoval(Wire):
    """`POST /testdata/subject/remove`."""

    subject_nip: NipText


class NewPerson(Wire):
    """`POST /testdata/person`."""

    nip: NipText
    pesel: PeselText
    is_bailiff: bool
    description: Description
    is_deceased: bool = False
    created_date: str | None = None


class NipHolder(Wire):
    """`POST /testdata/person/remove` and `/testdata/attachment`."""

    nip: NipText


class AttachmentRevocation(Wire):
    """`POST /testdata/attachment/revoke`."""

    nip: NipText
    expected_end_date: str | None = None


class TestPermission(Wire):
    """One permission to grant."""

    description: Description
    permission_type: OwnerScope


class TestGrant(Wire):
    """`POST /testdata/permissions`."""

    context_identifier: NipIdentifier
    authorized_identifier: SubjectIdentifier
    permissions: list[TestPermission]


class TestRevocation(Wire):
    """`POST /testdata/permissions/revoke`."""

    context_identifier: NipIdentifier
    authorized_identifier: SubjectIdentifier


class AnyContext(Wire):
    """A context of any type."""

    type: Literal["Nip", "InternalId", "NipVatUe", "PeppolId"]
    value: str


class ContextBlock(Wire):
    """`POST /testdata/context/block` and `/unblock`."""

    context_identifier: AnyContext | None = None


class PersonalQuery(Wire):
    """`POST /permissions/query/personal/grants`."""

    context_identifier: UnitIdentifier | None = None
    target_identifier: TargetIdentifier | None = None
    permission_types: list[OwnerScope | Literal["VatUeManage"]] | None = None
    permission_state: Literal["Active", "Inactive"] | None = None


class PersonsQuery(Wire):
    """`POST /permissions/query/persons/grants`."""

    query_type: Literal["PermissionsInCurrentContext", "PermissionsGrantedInCurrentContext"]
    author_identifier: AuthorIdentifier | None = None
    authorized_identifier: SubjectIdentifier | None = None
    context_identifier: UnitIdentifier | None = None
    target_identifier: TargetIdentifier | None = None
    permission_types: list[OwnerScope] | None = None
    permission_state: Literal["Active", "Inactive"] | None = None


class SubunitsQuery(Wire):
    """`POST /permissions/query/subunits/grants`."""

    subunit_identifier: UnitIdentifier | None = None


class EntitiesQuery(Wire):
    """`POST /permissions/query/entities/grants`."""

    context_identifier: UnitIdentifier | None = None


class SubordinatesQuery(Wire):
    """`POST /permissions/query/subordinate-entities/roles`."""

    subordinate_entity_identifier: NipIdentifier | None = None


class AuthorizationsQuery(Wire):
    """`POST /permissions/query/authorizations/grants`."""

    query_type: Literal["Granted", "Received"]
    authorizing_identifier: NipIdentifier | None = None
    authorized_identifier: FirmOrPeppol | None = None
    permission_types: list[AuthorizationScope] | None = None


class EuEntitiesQuery(Wire):
    """`POST /permissions/query/eu-entities/grants`."""

    vat_ue_identifier: Annotated[str, Meta(pattern=r"^[A-Z]{2}[A-Z0-9+*]{2,12}$")] | None = None
    authorized_fingerprint_identifier: str | None = None
    permission_types: list[Literal["VatUeManage", "InvoiceWrite", "InvoiceRead", "Introspection"]] | None = (
        None
    )
