"""Synthetic documents for the tests of the buffer."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from blink_tui.buffer import BatchFile, StoredInvoice, xml_codec
from blink_tui.model.dates import Instant
from blink_tui.model.documents import DocumentHeader, Party
from blink_tui.model.values import KsefNumber, Nip, Sha256

NIP = Nip("1111111111")
SELLER = Nip("5265877635")
FILE = BatchFile("out/a.csv", "out/a.tmp", Sha256(bytes(32)), 10)
"""Of a batch; nobody wrote it."""


class StillClock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 10, 1, 8, 30, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def steady(self) -> float:
        return self.moment.timestamp()

    async def sleep(self, seconds: float) -> None:
        raise NotImplementedError


def ksef_number(number: int) -> KsefNumber:
    return KsefNumber(f"{SELLER}-20260901-{number:012X}-AF")


def xml_of(number: int, text: str = "") -> bytes:
    return f'<?xml version="1.0"?><Faktura><P_2>FV/{number}</P_2><P_7>{text or "Usługa"}</P_7></Faktura>'.encode()


def invoice(number: int, *, xml: bytes | None = None, **changes: Any) -> StoredInvoice:
    """Document `number`; keyword arguments replace fields of its header."""
    data = xml if xml is not None else xml_of(number)
    header = DocumentHeader(
        ksef_number=ksef_number(number),
        sha256=Sha256(hashlib.sha256(data).digest()),
        invoice_number=f"FV/{number}/2026",
        issue_date=date(2026, 9, 1),
        received=Instant("2026-09-01T10:00:00.1234567Z"),
        stored=Instant("2026-09-01T10:00:01.1234567Z"),
        seller=Party("Nip", SELLER, "Łódzka Hurtownia Sp. z o.o."),
        buyer=Party("Nip", NIP, "Biuro Przykładowe"),
        net=Decimal("100.00"),
        vat=Decimal("23.00"),
        gross=Decimal("123.00"),
        currency="PLN",
        form="FA (3)",
        kind="Vat",
        offline=False,
        self_invoicing=False,
        has_attachment=False,
    )
    body, dictionary = xml_codec.compress(data)
    return StoredInvoice(replace(header, **changes), body, dictionary, len(data))


def instant(second: int) -> Instant:
    return Instant(f"2026-09-01T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}.0000001Z")
