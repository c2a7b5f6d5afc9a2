"""Documents as the sandbox holds them, compact, and the shelves on which a context finds its own."""

from __future__ import annotations

import base64
import hashlib
from array import array
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from typing import Any

import msgspec

from blink_tui.model.dates import warsaw
from blink_tui.sandbox.clock import datetime_of, start_of_day, text_of
from blink_tui.sandbox.facts import SUBJECTS, Context, InvoiceFacts, Named
from blink_tui.sandbox.press import Packed, Press

_encoder = msgspec.json.Encoder(decimal_format="number")


@dataclass(slots=True, frozen=True)
class Stamps:
    """When KSeF took an invoice, numbered it and stored it, in ticks."""

    invoicing: int
    acquired: int
    stored: int


@dataclass(slots=True, frozen=True, eq=False)
class Document:
    """One invoice in KSeF."""

    ksef_number: str
    packed: Packed
    size: int
    sha256: bytes
    stamps: Stamps
    issue_day: int
    """Ticks of the issue date's start."""
    metadata: bytes
    """InvoiceMetadata as JSON with instants of six digits."""

    @property
    def xml(self) -> bytes:
        """The invoice byte for byte."""
        return self.packed.unpacked()

    @property
    def hash(self) -> str:
        """Base64 SHA-256 of the XML."""
        return base64.b64encode(self.sha256).decode()

    @property
    def stored_text(self) -> str:
        """Permanent storage with all seven digits."""
        return text_of(self.stamps.stored, 7)

    def metadata_with(self, digits: int) -> bytes:
        """InvoiceMetadata with instants of six or seven digits; packages carry seven (PROTOCOL 6)."""
        if digits == _DIGITS:
            return self.metadata
        return _dates_json(self.stamps, digits) + self.metadata[_DATES_LENGTH:]


def _dates_json(stamps: Stamps, digits: int) -> bytes:
    """The head of InvoiceMetadata: of constant length, so that it can be cut off and replaced."""
    return (
        f'{{"invoicingDate":"{text_of(stamps.invoicing, digits)}",'
        f'"acquisitionDate":"{text_of(stamps.acquired, digits)}",'
        f'"permanentStorageDate":"{text_of(stamps.stored, digits)}",'
    ).encode()


_DIGITS = 6
_DATES_LENGTH = len(_dates_json(Stamps(0, 0, 0), _DIGITS))


def make_document(
    xml: bytes,
    press: Press,
    facts: InvoiceFacts,
    ksef_number: str,
    stamps: Stamps,
    hash_of_corrected: str | None,
) -> Document:
    """Bring an invoice into the form that is kept."""
    sha256 = hashlib.sha256(xml).digest()
    accepted = datetime_of(stamps.invoicing).astimezone(warsaw()).date()
    rest = {
        "ksefNumber": ksef_number,
        "invoiceNumber": facts.number,
        "issueDate": facts.issue_date,
        "seller": {"nip": facts.seller.value, "name": facts.seller.name},
        "buyer": {"identifier": _identifier(facts.buyer), "name": facts.buyer.name},
        "netAmount": facts.net,
        "grossAmount": facts.gross,
        "vatAmount": facts.vat,
        "currency": facts.currency,
        # KSeF treats an invoice dated before the day on which it came in as one issued offline.
        "invoicingMode": "Offline" if facts.issue_date < accepted else "Online",
        "invoiceType": facts.kind,
        "formCode": {
            "systemCode": facts.form.system_code,
            "schemaVersion": facts.form.schema_version,
            "value": facts.form.value,
        },
        "isSelfInvoicing": facts.self_invoicing,
        "hasAttachment": facts.attachment,
        "invoiceHash": base64.b64encode(sha256).decode(),
        "hashOfCorrectedInvoice": hash_of_corrected,
        "thirdSubjects": [
            {"identifier": _identifier(third), "name": third.name, "role": third.role}
            for third in facts.third_subjects
        ],
        "authorizedSubject": facts.authorized
        and {"nip": facts.authorized.value, "name": facts.authorized.name, "role": facts.authorized.role},
    }
    return Document(
        ksef_number=ksef_number,
        packed=press.pack(xml),
        size=len(xml),
        sha256=sha256,
        stamps=stamps,
        issue_day=start_of_day(facts.issue_date),
        metadata=_dates_json(stamps, _DIGITS) + _encoder.encode(rest)[1:],
    )


def _identifier(party: Named) -> dict[str, Any]:
    return {"type": party.type, "value": party.value}


def _key(document: Document, date_type: str) -> int:
    if date_type == "PermanentStorage":
        return document.stamps.stored
    return document.stamps.invoicing if date_type == "Invoicing" else document.issue_day


class Shelf:
    """The documents of one context under one subject, in the order of each date they can be asked by."""

    def __init__(self) -> None:
        self._keys = array("q")
        self._documents: list[Document] = []
        self._by_other_date: dict[str, tuple[array[int], list[Document]]] = {}

    def __len__(self) -> int:
        return len(self._documents)

    def all(self) -> list[Document]:
        """Every document in the order of permanent storage."""
        return list(self._documents)

    def add(self, document: Document) -> None:
        """Put a document in its place by permanent storage; those of one instant stay in order of arrival."""
        stored = document.stamps.stored
        place = bisect_right(self._keys, stored)
        self._keys.insert(place, stored)
        self._documents.insert(place, document)
        self._by_other_date.clear()

    def __contains__(self, document: object) -> bool:
        if not isinstance(document, Document):
            return False
        stored = document.stamps.stored
        first, last = bisect_left(self._keys, stored), bisect_right(self._keys, stored)
        return any(other is document for other in self._documents[first:last])

    def between(self, date_type: str, low: int, high: int) -> tuple[list[Document], int, int]:
        """The documents in the order of a date, and the slice of them with low <= date < high."""
        keys, documents = self._ordered(date_type)
        first = bisect_left(keys, low)
        return documents, first, max(first, bisect_left(keys, high))

    def _ordered(self, date_type: str) -> tuple[array[int], list[Document]]:
        if date_type == "PermanentStorage":
            return self._keys, self._documents
        if date_type not in self._by_other_date:
            documents = sorted(self._documents, key=lambda document: _key(document, date_type))
            keys = array("q", (_key(document, date_type) for document in documents))
            self._by_other_date[date_type] = keys, documents
        return self._by_other_date[date_type]


_NOTHING = Shelf()


@dataclass(slots=True)
class Repository:
    """The documents, by number and by who sees them."""

    by_number: dict[str, Document] = field(default_factory=dict)
    shelves: dict[tuple[Context, str], Shelf] = field(default_factory=dict)

    def add(self, document: Document, facts: InvoiceFacts) -> None:
        """Store a document and let its parties see it, each once per subject."""
        self.by_number[document.ksef_number] = document
        for viewer in dict.fromkeys(facts.viewers()):
            self.shelves.setdefault(viewer, Shelf()).add(document)

    def shelf(self, context: Context, subject: str) -> Shelf:
        """What a context sees under a subject."""
        return self.shelves.get((context, subject), _NOTHING)

    def find(self, context: Context, number: str) -> Document | None:
        """A document by number, if the context sees it at all."""
        document = self.by_number.get(plain_number(number))
        seen = document is not None and any(document in self.shelf(context, subject) for subject in SUBJECTS)
        return document if seen else None


def plain_number(number: str) -> str:
    """A KSeF number in the form of 35 characters; those of KSeF 1.0 have one hyphen more (PROTOCOL 4)."""
    return number if len(number) == 35 else number[:26] + number[27:]
