"""A document of the buffer: roles, direction, status and the header that the store stage keeps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from blink_tui.model.dates import Instant
from blink_tui.model.values import KsefNumber, Sha256


class Role(StrEnum):
    """How a firm appears on a document; KSeF asks for each separately (PROTOCOL 4)."""

    SELLER = "seller"
    BUYER = "buyer"
    THIRD_PARTY = "third_party"
    AUTHORIZED = "authorized"


class Direction(StrEnum):
    """What a document is for the firm's books (BOOKKEEPING 2)."""

    SALE = "sale"
    PURCHASE = "purchase"
    NONE = "none"


class FirmKind(StrEnum):
    """Kind of a firm; it decides what a document under Subject3 is for its books (BOOKKEEPING 2)."""

    TAXPAYER = "taxpayer"
    LOCAL_GOVERNMENT_UNIT = "local_government_unit"
    VAT_GROUP_MEMBER = "vat_group_member"
    BRANCH = "branch"


class Status(StrEnum):
    """Where a document stands on its way into the books (DESIGN, "Words")."""

    FETCHED = "fetched"
    CODED = "coded"
    APPROVED = "approved"
    EXPORTED = "exported"
    BOOKED = "booked"
    QUERIED = "queried"
    EXCLUDED = "excluded"


TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.FETCHED: frozenset(
        {Status.CODED, Status.APPROVED, Status.BOOKED, Status.QUERIED, Status.EXCLUDED}
    ),
    Status.CODED: frozenset(
        {Status.FETCHED, Status.APPROVED, Status.BOOKED, Status.QUERIED, Status.EXCLUDED}
    ),
    Status.APPROVED: frozenset(
        {Status.FETCHED, Status.EXPORTED, Status.BOOKED, Status.QUERIED, Status.EXCLUDED}
    ),
    Status.EXPORTED: frozenset({Status.APPROVED, Status.BOOKED}),
    Status.BOOKED: frozenset({Status.APPROVED}),
    Status.QUERIED: frozenset({Status.FETCHED, Status.CODED, Status.APPROVED}),
    Status.EXCLUDED: frozenset({Status.FETCHED, Status.CODED, Status.APPROVED}),
}
"""Every allowed change of status; what else it takes (a reason, a second person) is decided above."""

BATCH_ONLY = frozenset(
    {
        (Status.APPROVED, Status.EXPORTED),
        (Status.EXPORTED, Status.APPROVED),
        (Status.BOOKED, Status.APPROVED),
    }
)
"""Changes that only ledger batches make, written, cancelled or amended: by hand they would double a document."""

IN_BOOKS = frozenset({Status.EXPORTED, Status.BOOKED})
"""What the books have, or were given."""

_PURCHASE_THIRD_ROLES = frozenset({4, 8, 10})
_SALE_THIRD_ROLES = frozenset({7, 9})
_RECIPIENT = 2


def direction_of(
    roles: Iterable[Role], kind: FirmKind = FirmKind.TAXPAYER, third_roles: Iterable[int] = ()
) -> Direction:
    """Direction derived from a firm's roles on a document (BOOKKEEPING 2).

    `third_roles` are the firm's own numbers among Podmiot3 (1 factor, 2 recipient, 4 further buyer, …).
    Seller wins over buyer, buyer over every third role.
    """
    held = set(roles)
    if Role.SELLER in held:
        return Direction.SALE
    if Role.BUYER in held:
        return Direction.PURCHASE
    third = set(third_roles)
    if third & _PURCHASE_THIRD_ROLES:
        return Direction.PURCHASE
    if _RECIPIENT in third and kind is not FirmKind.TAXPAYER:
        return Direction.PURCHASE
    if third & _SALE_THIRD_ROLES:
        return Direction.SALE
    return Direction.NONE


@dataclass(frozen=True, slots=True)
class Party:
    """One party as KSeF's list names it; every text may be missing."""

    id_type: str
    """`Nip`, `InternalId`, `VatUe`, `Other`, `None`, or what KSeF may add."""
    id_value: str | None
    name: str | None


@dataclass(frozen=True, slots=True)
class DocumentHeader:
    """What KSeF's list (InvoiceMetadata) says of one document, as far as it is used (PROTOCOL 4).

    Amounts are in the invoice's currency, `vat` always in PLN. Instants are verbatim.
    """

    ksef_number: KsefNumber
    sha256: Sha256
    invoice_number: str
    issue_date: date | None
    received: Instant | None
    """Acquisition: the moment the KSeF number was given."""
    stored: Instant | None
    """Permanent storage; a document may lack it."""
    seller: Party
    buyer: Party
    net: Decimal | None
    vat: Decimal | None
    gross: Decimal | None
    currency: str
    form: str
    """`FA (3)`, `PEF (3)` … : the system code of the form."""
    kind: str
    """RodzajFaktury as KSeF names it: `Vat`, `Kor`, `Zal` …"""
    offline: bool
    self_invoicing: bool
    has_attachment: bool
    third_parties: tuple[tuple[Party, int], ...] = ()
    """Podmiot3 entries with their role numbers."""


def roles_numbers_of(header: DocumentHeader, id_value: str) -> tuple[int, ...]:
    """The Podmiot3 role numbers under which an identifier (NIP or internal id) stands on a document."""
    return tuple(number for party, number in header.third_parties if party.id_value == id_value)
