"""What goes into the buffer and what comes out: frozen values, light enough for worker processes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from blink_tui.model.chains import Link
from blink_tui.model.dates import Instant
from blink_tui.model.documents import Direction, DocumentHeader, Party, Role, Status
from blink_tui.model.findings import Finding
from blink_tui.model.values import KsefNumber, Nip, Sha256

if TYPE_CHECKING:
    from blink_tui.model.invoice import VatAmount


@dataclass(frozen=True, slots=True)
class StoredInvoice:
    """A verified document on its way into the buffer; `body` comes from `xml_codec.compress`."""

    header: DocumentHeader
    body: bytes
    dictionary: int
    """Number of the dictionary that `body` was compressed with; 0 is none."""
    size: int
    """Bytes of the XML as received."""


@dataclass(frozen=True, slots=True)
class MarkMove:
    """A role becomes complete from `since`, which is its mark or before it, to `until`, an instant that KSeF gave."""

    since: Instant
    until: Instant
    range_id: int | None = None
    """The range of history that it moves; None is the forward mark."""


@dataclass(frozen=True, slots=True)
class StoreResult:
    """Different documents of one call, and how many of them the firm did not have."""

    seen: int
    new: int


@dataclass(frozen=True, slots=True)
class StoredExport:
    """A pending export as the store keeps it: the AES key only as bytes wrapped by the vault."""

    id: int
    firm_id: int
    role: Role
    window_from: Instant
    window_to: Instant | None
    wrapped_key: bytes
    iv: bytes
    reference: str | None
    asked_at: Instant
    range_id: int | None


@dataclass(frozen=True, slots=True)
class Document:
    """One document of one firm. Amounts in `currency`, `vat` in PLN; an amount KSeF did not give is None."""

    id: int
    firm_id: int
    firm_nip: Nip
    ksef_number: KsefNumber
    roles: frozenset[Role]
    direction: Direction
    status: Status
    previous: Status | None
    """Where a queried or excluded document came from, and the only place it may return to."""
    form: str
    kind: str
    invoice_number: str
    issue_date: date | None
    received_date: date | None
    """Warsaw day of acquisition: the legal date of receipt."""
    stored: Instant | None
    seller: Party
    buyer: Party
    net: Decimal | None
    vat: Decimal | None
    gross: Decimal | None
    currency: str
    sha256: Sha256
    due_date: date | None
    problem: str | None
    """Why the second stage could not read it; None when it could or has not tried yet."""
    derived_version: int
    """Version of the reader that derived it; 0 means not yet."""
    attention: int
    """Severity of the gravest finding (`model.findings.Severity`); 0 when there is none."""
    version: int
    """Grows with every decision about it; a change names the version that was looked at."""


class Account(NamedTuple):
    """What the buffer says of a document, to be compared with KSeF's list."""

    sha256: Sha256
    stored: Instant | None
    gross: Decimal | None
    currency: str
    vat_month: str
    """YYYY-MM as proposed; empty until the second stage, and where it waits for a payment."""
    direction: Direction


class Undecoded(NamedTuple):
    """A document waiting for the second stage."""

    document_id: int
    ksef_number: KsefNumber
    body: bytes
    dictionary: int
    direction: str
    received_date: str
    """Warsaw day; empty where KSeF did not tell it."""
    firm_id: int
    firm_nip: Nip
    seller: str
    """Number of the seller as KSeF's list gives it; empty where it gives none."""


@dataclass(frozen=True, slots=True)
class Traits:
    """What a document is compared with others by."""

    firm_id: int
    seller: str
    seller_name: str
    received_date: str
    ksef_number: KsefNumber
    kind: str
    """RodzajFaktury as the XML has it."""
    number_key: str
    """`model.matching.number_key`."""
    issued: str
    """ISO day; empty where unknown."""
    term: int | None
    """Days from issue to the first due date; None where there is none or it is paid already."""
    gross: Decimal | None
    currency: str
    text_key: int | None
    """`model.matching.text_key` of its rows' names."""
    accounts: tuple[str, ...]
    """Keys of the accounts that a purchase asks money into (`model.matching.account_key`); none of a sale."""
    own_accounts: tuple[str, ...]
    """Those of them that are not a factor's, which many sellers share."""


@dataclass(frozen=True, slots=True)
class DerivedRow:
    """What the second stage read from one document."""

    document_id: int
    version: int
    due_date: date | None
    search: str
    """Folded text that searches look through (`model.text.folded`)."""
    problem: str | None
    vat: tuple[VatAmount, ...]
    vat_month: str = ""
    """YYYY-MM as proposed; empty where it is not known."""
    findings: tuple[Finding, ...] = ()
    """What the checks of its content found."""
    links: tuple[Link, ...] = ()
    traits: Traits | None = None
    """None for a document that cannot be read: it is not compared."""


@dataclass(frozen=True, slots=True)
class DocumentEvent:
    """One link of a firm's chain: what happened to a document, who did it, from what to what."""

    seq: int
    """Position in the firm's chain, from 1."""
    document_id: int
    at: Instant
    who: str
    what: str
    """`fetched`, `role`, `direction` or `status`."""
    before: str | None
    after: str
    reason: str | None
    hash: bytes


class BatchState(StrEnum):
    """Where a batch's files are known to stand."""

    PLACING = "placing"
    """They are written; whether they have their names is not known yet."""
    PLACED = "placed"
    WITHDRAWING = "withdrawing"
    """It is cancelled; its files may still stand under their names."""
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class BatchFile:
    """One file of a batch."""

    file: str
    """Where it is to stand."""
    temp: str
    """Where it was written, finished, and waits to be renamed to `file`."""
    sha256: Sha256
    size: int | None
    """Bytes; None where it was written before sizes were kept."""
    packed: str = ""
    """Of an encrypted zip: JSON of the names and SHA-256 of the files within."""
    folder: int | None = None
    """Number by which its folder is known again; None where it was written before that was kept."""


@dataclass(frozen=True, slots=True)
class Batch:
    """One hand-over to the books: its documents are exported, its files stand in their places once it is placed."""

    id: int
    firm_id: int
    format: str
    who: str
    state: BatchState
    made_at: Instant
    documents: int
    chain_head: bytes
    """Head of the firm's chain of document events after the batch."""
    version: int
    amends: bool
    """Its documents are in the books already and are to be put right there."""
    files: tuple[BatchFile, ...]
    cancelled_at: Instant | None = None
    cancelled_by: str | None = None
    cancel_reason: str | None = None

    @property
    def cancelled(self) -> bool:
        """Its documents went back to approved."""
        return self.state in (BatchState.WITHDRAWING, BatchState.CANCELLED)
