"""UPO, the receipt for numbered invoices, after the official schema 4-3; unlike the real one it is not signed."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

import msgspec

from blink_tui.sandbox.clock import text_of
from blink_tui.sandbox.sending import SendingSession, SentInvoice

NAMESPACE = "http://upo.schematy.mf.gov.pl/KSeF/v4-3"
_CONTEXTS = {"Nip": "Nip", "InternalId": "IdWewnetrzny", "NipVatUe": "IdZlozonyVatUE"}


def upo_xml(session: SendingSession, invoices: Sequence[SentInvoice]) -> bytes:
    """The receipt for numbered invoices of a session."""
    kind, value = session.context
    out = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<Potwierdzenie xmlns="{NAMESPACE}" wersjaSchemy="4-3">',
        _leaf("NazwaPodmiotuPrzyjmujacego", "Ministerstwo Finansów"),
        _leaf("NumerReferencyjnySesji", session.reference),
        "<Uwierzytelnienie><IdKontekstu>",
        _leaf(_CONTEXTS.get(kind, "IdDostawcyUslugPeppol"), value),
        "</IdKontekstu>",
        _leaf("NumerReferencyjnyTokenaKSeF", session.token_reference)
        if session.token_reference
        else _leaf("SkrotDokumentuUwierzytelniajacego", _NO_DOCUMENT),
        "</Uwierzytelnienie>",
        _leaf("NazwaStrukturyLogicznej", f"{session.form.system_code} {session.form.schema_version}"),
        _leaf("KodFormularza", session.form.value),
        *(line for invoice in invoices for line in _document(invoice)),
        "</Potwierdzenie>",
    ]
    return "\n".join(out).encode()


_NO_DOCUMENT = "A" * 43 + "="
"""Digest of the document that logged in, which the sandbox does not keep."""


class _Facts(msgspec.Struct, rename="camel"):
    issue_date: str
    invoice_number: str
    seller: dict[str, str | None]


def _document(invoice: SentInvoice) -> list[str]:
    document = invoice.document
    if document is None:
        return []
    facts = msgspec.json.decode(document.metadata, type=_Facts)
    return [
        "<Dokument>",
        _leaf("NipSprzedawcy", facts.seller["nip"] or ""),
        _leaf("NumerKSeFDokumentu", document.ksef_number),
        _leaf("NumerFaktury", facts.invoice_number),
        _leaf("DataWystawieniaFaktury", facts.issue_date),
        _leaf("DataPrzeslaniaDokumentu", text_of(document.stamps.invoicing)),
        _leaf("DataNadaniaNumeruKSeF", text_of(document.stamps.acquired)),
        _leaf("SkrotDokumentu", document.hash),
        _leaf("TrybWysylki", "Offline" if invoice.offline else "Online"),
        "</Dokument>",
    ]


def _leaf(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>"
