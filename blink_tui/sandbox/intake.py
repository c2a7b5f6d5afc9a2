"""The one way by which an invoice gets into the sandbox: numbered, brought into the form that is kept, shelved."""

from __future__ import annotations

import hashlib
from collections.abc import Container

from blink_tui.model.dates import warsaw
from blink_tui.model.values import crc8
from blink_tui.sandbox.clock import datetime_of
from blink_tui.sandbox.documents import Document, Repository, Stamps, make_document
from blink_tui.sandbox.facts import InvoiceFacts
from blink_tui.sandbox.press import Press


class Intake:
    """Numbers and stores invoices; numbers follow from the seed, the seller and the instant of storage."""

    def __init__(self, documents: Repository, seed: int) -> None:
        self._documents = documents
        self._press = Press()
        self.seed = seed

    def store(self, xml: bytes, facts: InvoiceFacts, stamps: Stamps) -> Document:
        """Number and store an invoice; all its parties see it."""
        known = self._documents.by_number
        number = ksef_number(self.seed, facts.seller.value or "", stamps, known)
        corrected = known.get(facts.corrected or "")
        document = make_document(
            xml, self._press, facts, number, stamps, corrected.hash if corrected else None
        )
        self._documents.add(document, facts)
        return document


def ksef_number(seed: int, seller: str, stamps: Stamps, taken: Container[str]) -> str:
    """A KSeF number with a right check sum that nothing else has (PROTOCOL 4)."""
    day = datetime_of(stamps.acquired).astimezone(warsaw()).date()
    attempt = 0
    while True:
        digest = hashlib.sha256(f"{seed} {seller} {stamps.stored} {attempt}".encode()).hexdigest()
        body = f"{seller}-{day:%Y%m%d}-{digest[:12].upper()}"
        number = f"{body}-{crc8(body.encode()):02X}"
        if number not in taken:
            return number
        attempt += 1
