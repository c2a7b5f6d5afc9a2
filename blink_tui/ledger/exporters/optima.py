"""Comarch Optima's XML for offline work (FORMATS 2): VAT registers with postings and payments; enova365 reads it, too.

Contractors come first in the file and purchases after sales, whatever the order of the documents, so all three
sections are written aside and joined at the end.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from typing import NamedTuple

from blink_tui.invoices import Depth
from blink_tui.ledger.document import LedgerDocument
from blink_tui.ledger.exporter import Exporter, Files, Frame, Kind, Piece, Setting, Span
from blink_tui.ledger.exporters.optima_card import AKRONIM, NAME, card_of
from blink_tui.ledger.exporters.optima_register import NUMBER, Register
from blink_tui.ledger.exporters.optima_settings import IDS, SETTINGS, is_id, said
from blink_tui.ledger.facts import partner_of
from blink_tui.ledger.scratch import scratch
from blink_tui.ledger.texts import Texts
from blink_tui.model.documents import Direction

_NAMESPACE = "http://www.comarch.pl/cdn/optima/offline"
_SECTIONS = ("KONTRAHENCI", "REJESTRY_SPRZEDAZY_VAT", "REJESTRY_ZAKUPU_VAT")


class _Body(NamedTuple):
    akronim: str
    card: bytes
    sale: bool
    register: bytes


class OptimaWriter:
    """Three sections written aside, joined when all documents are there."""

    def __init__(self, frame: Frame, files: Files) -> None:
        self._files = files
        told = (said(frame, name) for name in ("source_id", "target_id"))
        source, target = (text if is_id(text) else "" for text in told)
        ids = f"<BAZA_ZRD_ID>{source}</BAZA_ZRD_ID>\n<BAZA_DOC_ID>{target}</BAZA_DOC_ID>\n"
        self._version = f"<WERSJA>2.00</WERSJA>\n{ids}"
        self._aside = {name: scratch(self) for name in _SECTIONS}
        self._known: set[str] = set()

    def add(self, piece: Piece) -> None:
        """A record into its section, and its contractor where it is new."""
        akronim, card, sale, register = piece.body
        if akronim not in self._known:
            self._known.add(akronim)
            self._aside[_SECTIONS[0]].write(card)
        self._aside[_SECTIONS[1 if sale else 2]].write(register)

    def close(self) -> None:
        """The file, of whatever documents there were."""
        with self._files.create("", ".xml") as file:
            file.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<ROOT xmlns="{_NAMESPACE}">\n'.encode())
            for name, section in self._aside.items():
                file.write(f"<{name}>\n{self._version}".encode())
                section.seek(0)
                shutil.copyfileobj(section, file)
                file.write(f"</{name}>\n".encode())
            file.write(b"</ROOT>\n")


class Optima:
    """The exporter."""

    id = "optima"
    name = "Comarch Optima, enova365"
    kind = Kind.LEDGER
    span = Span.EITHER
    needs_books = False
    settings: tuple[Setting, ...] = SETTINGS
    limits: Mapping[str, int] = {
        "NUMER": NUMBER, "AKRONIM": AKRONIM, "NAZWA1-3": 3 * NAME, "BAZA_ZRD_ID": IDS, "BAZA_DOC_ID": IDS,
    }  # fmt: skip

    def depth(self, frame: Frame) -> Depth:
        """No rows of invoices go."""
        return Depth.OUTLINE

    def prepare(self, document: LedgerDocument, frame: Frame) -> Piece | None:
        """Its contractor and its record; None for what is for information only."""
        if document.direction is Direction.NONE:
            return None
        texts = Texts()
        partner = partner_of(document)
        card = card_of(partner, sale=document.sale, texts=texts)
        register = Register(document, partner, card, frame, texts)
        return Piece(
            document.id,
            document.ksef_number,
            f"{document.invoice.kind} {register.number} {card.akronim}",
            _Body(card.akronim, card.record.encode(), document.sale, register.text.encode()),
            texts.warnings,
        )

    def writer(self, frame: Frame, files: Files) -> OptimaWriter:
        """A writer that holds the symbols of contractors and nothing else."""
        return OptimaWriter(frame, files)


EXPORTER: Exporter = Optima()
