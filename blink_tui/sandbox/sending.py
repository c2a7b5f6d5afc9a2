"""Sessions in which invoices are sent: what each has taken, what became of it, and who is told."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

import msgspec

from blink_tui.sandbox.clock import seconds, text_of
from blink_tui.sandbox.documents import Document, Repository
from blink_tui.sandbox.facts import Context, Form
from blink_tui.sandbox.sessions import Status

LIFE = seconds(12 * 3_600)
"""How long a session can be sent to."""
LINK_LIFE = seconds(3 * 86_400)
"""How long the link of a receipt is good."""

_NAMES = {"Online": "interaktywna", "Batch": "wsadowa"}

ACCEPTED = Status(100, "Faktura przyjęta do dalszego przetwarzania")
SUCCESS = Status(200, "Sukces")
WRONG_RIGHTS = Status(410, "Nieprawidłowy zakres uprawnień")
NO_ATTACHMENTS = Status(415, "Brak możliwości wysyłania faktury z załącznikiem")
WRONG_FILE = Status(430, "Błąd weryfikacji pliku faktury")
WRONG_KEY = Status(435, "Błąd odszyfrowania pliku")
DUPLICATE = Status(440, "Duplikat faktury")
WRONG_CONTENT = Status(450, "Błąd weryfikacji semantyki dokumentu faktury")

KEY_REFUSED = Status(415, "Błąd odszyfrowania dostarczonego klucza")
NOTHING_SENT = Status(440, "Sesja anulowana", ("Nie przesłano faktur",))
NOTHING_RIGHT = Status(445, "Błąd weryfikacji, brak poprawnych faktur")
WRONG_PARTS = Status(405, "Błąd weryfikacji poprawności dostarczonych elementów paczki")
TOO_MANY = Status(420, "Przekroczony limit faktur w sesji")
WRONG_ARCHIVE = Status(430, "Błąd dekompresji pierwotnego archiwum")
WRONG_PART_KEY = Status(435, "Błąd odszyfrowania zaszyfrowanych części archiwum")


@dataclass(frozen=True, slots=True)
class PartClaim:
    """What the sender says of an encrypted part."""

    size: int
    hash: str


@dataclass(slots=True)
class Batch:
    """The file of a batch session: what was announced and what has come."""

    size: int
    hash: str
    compression: str
    offline: bool
    claims: dict[int, PartClaim]
    parts: dict[int, bytes] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class SentInvoice:
    """One invoice of a session."""

    reference: str
    ordinal: int
    hash: str
    taken: int
    ready_at: int
    outcome: Status
    document: Document | None = None
    number: str | None = None
    """The issuer's own."""
    original: tuple[str, str] | None = None
    """Session and KSeF number of what it repeats."""
    file_name: str | None = None
    offline: bool = False

    def status(self, now: int) -> Status:
        """What has become of it."""
        return ACCEPTED if now < self.ready_at else self.outcome


@dataclass(slots=True, kw_only=True)
class SendingSession:
    """One session."""

    reference: str
    kind: str
    """`Online` or `Batch`."""
    context: Context
    token_reference: str | None
    form: Form
    key: bytes
    iv: bytes
    created: int
    valid_until: int
    failure: Status | None = None
    closed_at: int | None = None
    upo_reference: str = ""
    invoices: list[SentInvoice] = field(default_factory=list)
    batch: Batch | None = None
    """The file of a batch session."""

    def closed(self, now: int) -> bool:
        """Nothing more can be sent."""
        return self.failure is not None or self.closed_at is not None or now >= self.valid_until

    def status(self, now: int) -> Status:
        """Where the session stands."""
        name = _NAMES[self.kind]
        if self.failure is not None:
            return self.failure
        if not self.closed(now):
            return Status(100, f"Sesja {name} {'otwarta' if self.kind == 'Online' else 'rozpoczęta'}")
        if not self.invoices:
            return NOTHING_SENT
        if any(now < invoice.ready_at for invoice in self.invoices):
            busy = Status(170, "Sesja interaktywna zamknięta"), Status(150, "Trwa przetwarzanie")
            return busy[self.kind == "Batch"]
        if not self.sound(now):
            return NOTHING_RIGHT
        return Status(200, f"Sesja {name} przetworzona pomyślnie")

    def sound(self, now: int) -> list[SentInvoice]:
        """The invoices that got a number."""
        return [each for each in self.invoices if each.status(now) is SUCCESS]

    def failed(self, now: int) -> list[SentInvoice]:
        """The refused ones."""
        return [each for each in self.invoices if each.status(now).code >= 400]

    def updated(self, now: int) -> int:
        """When something happened last."""
        moments = [self.created, self.closed_at or 0, *(each.ready_at for each in self.invoices)]
        return max(moment for moment in moments if moment <= now)

    def counts(self, now: int) -> tuple[int, int, int]:
        """All, numbered and refused invoices."""
        return len(self.invoices), len(self.sound(now)), len(self.failed(now))


class SendingBook:
    """All sessions, and what they may not repeat."""

    def __init__(self, documents: Repository) -> None:
        self._documents = documents
        self._sessions: dict[str, SendingSession] = {}
        self._secret = secrets.token_bytes(32)
        self._seen = 0
        self._identities: dict[tuple[str, str, str], str] = {}
        self._origins: dict[str, str] = {}

    def add(self, session: SendingSession) -> None:
        """Keep a session."""
        self._sessions[session.reference] = session

    def find(self, reference: str) -> SendingSession | None:
        """A session by its reference number."""
        return self._sessions.get(reference)

    def of(self, context: Context) -> Iterator[SendingSession]:
        """The sessions of a context, newest first."""
        mine = [each for each in self._sessions.values() if each.context == context]
        yield from sorted(mine, key=lambda each: each.created, reverse=True)

    def original(self, seller: str, kind: str, number: str) -> tuple[str, str] | None:
        """Session and KSeF number of the invoice that has this seller, kind and number already."""
        documents = self._documents.by_number
        for document in islice(documents.values(), self._seen, None):
            known = _identity.decode(document.metadata)
            self._identities[known.seller.nip, known.invoiceType, known.invoiceNumber] = document.ksef_number
        self._seen = len(documents)
        found = self._identities.get((seller, kind, number))
        return None if found is None else (self._origins.get(found, ""), found)

    def remember(self, session: SendingSession, document: Document) -> None:
        """In which session a document came."""
        self._origins[document.ksef_number] = session.reference

    def link(self, base: str, session: SendingSession, name: str, now: int) -> dict[str, str]:
        """A signed link to a receipt or for a part, good for some days, as two fields of the contract."""
        expires = now + LINK_LIFE
        path = f"/storage/{session.reference.lower()}/{name}"
        url = f"{base}{path}?se={expires}&sig={self._signature(path, expires)}"
        return {"url": url, "expires": text_of(expires)}

    def admits(self, path: str, expires: str, signature: str, now: int) -> bool:
        """A link is right and still good."""
        if not (expires.isascii() and expires.isdigit()) or now >= int(expires):
            return False
        right = self._signature(path, int(expires))
        return hmac.compare_digest(right, signature.encode("ascii", "replace").decode())

    def _signature(self, path: str, expires: int) -> str:
        return hmac.new(self._secret, f"{path} {expires}".encode(), hashlib.sha256).hexdigest()


class _Seller(msgspec.Struct):
    nip: str


class _Identity(msgspec.Struct):
    seller: _Seller
    invoiceType: str  # noqa: N815 - the contract's name
    invoiceNumber: str  # noqa: N815


_identity = msgspec.json.Decoder(_Identity)


def explained(status: Status, *details: str) -> Status:
    """A status with its reasons."""
    return replace(status, details=details)


def published(invoice: SentInvoice, link: dict[str, str] | None, now: int) -> dict[str, Any]:
    """An invoice as the status operations tell of it."""
    status = invoice.status(now)
    told = status.published()
    if status.code == DUPLICATE.code and invoice.original is not None:
        session, number = invoice.original
        told["extensions"] = {"originalSessionReferenceNumber": session or None, "originalKsefNumber": number}
    body: dict[str, Any] = {
        "ordinalNumber": invoice.ordinal,
        "referenceNumber": invoice.reference,
        "invoiceNumber": invoice.number,
        "invoiceHash": invoice.hash,
        "invoicingDate": text_of(invoice.taken),
        "invoiceFileName": invoice.file_name,
        "status": told,
    }
    document = invoice.document
    if status is SUCCESS and document is not None:
        body["ksefNumber"] = document.ksef_number
        body["acquisitionDate"] = text_of(document.stamps.acquired)
        body["permanentStorageDate"] = text_of(document.stamps.stored)
        body["invoicingMode"] = "Offline" if invoice.offline else "Online"
        if link is not None:
            body["upoDownloadUrl"], body["upoDownloadUrlExpirationDate"] = link["url"], link["expires"]
    return body
