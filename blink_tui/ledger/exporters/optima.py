"""Comarch Optima's XML for offline work (FORMATS 2): VAT registers with postings and payments; enova365 reads it, too.

Contractors come first in the file and purchases after sales, whatever the order of the documents, so all three
sections are written aside and joined at the end.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from tempfile import TemporaryFile
from typing import NamedTuple

from blink_tui.i18n import N_
from blink_tui.ledger.document import LedgerDocument
from blink_tui.ledger.exporter import Exporter, Files, Frame, Kind, Piece, Setting, Span
from blink_tui.ledger.exporters.optima_card import AKRONIM, NAME, card_of
from blink_tui.ledger.exporters.optima_register import CATEGORIES, NUMBER, PROPORTIONS, Register
from blink_tui.ledger.exporters.optima_words import GOODS, OTHER, SERVICES
from blink_tui.ledger.facts import partner_of
from blink_tui.ledger.texts import CUT_NUMBERS, YES, Texts
from blink_tui.model.documents import Direction

_IDS = 5
_NAMESPACE = "http://www.comarch.pl/cdn/optima/offline"
_SECTIONS = ("KONTRAHENCI", "REJESTRY_SPRZEDAZY_VAT", "REJESTRY_ZAKUPU_VAT")
_YES_NO = (YES, "nie")


def _is_id(text: str) -> bool:
    """An id of a database, as Optima's configuration of offline work shows it."""
    return 0 < len(text) <= _IDS and text.isalnum() and text.isascii()


class _Body(NamedTuple):
    akronim: str
    card: bytes
    sale: bool
    register: bytes


class OptimaWriter:
    """Three sections written aside, joined when all documents are there."""

    def __init__(self, frame: Frame, files: Files) -> None:
        self._files = files
        told = (frame.settings[name] for name in ("source_id", "target_id"))
        source, target = (text if _is_id(text) else "" for text in told)
        ids = f"<BAZA_ZRD_ID>{source}</BAZA_ZRD_ID>\n<BAZA_DOC_ID>{target}</BAZA_DOC_ID>\n"
        self._version = f"<WERSJA>2.00</WERSJA>\n{ids}"
        self._aside = {name: TemporaryFile() for name in _SECTIONS}  # noqa: SIM115 # closed when joined
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
                section.close()
                file.write(f"</{name}>\n".encode())
            file.write(b"</ROOT>\n")


class Optima:
    """The exporter."""

    id = "optima"
    name = "Comarch Optima, enova365"
    kind = Kind.LEDGER
    span = Span.EITHER
    needs_books = False
    settings: tuple[Setting, ...] = (
        Setting(
            "source_id", N_("id of the database that the file comes from (Optima: Configuration, Offline work)"),
            example="BLINK", check=_is_id, required=True,
        ),
        Setting(
            "target_id", N_("id of the database that imports it (Optima: Configuration, Offline work)"),
            example="KSIEG", check=_is_id, required=True,
        ),
        Setting("sales_register", N_("VAT register of sales, where the coding names none"), usual="SPRZEDAŻ"),
        Setting("purchases_register", N_("VAT register of purchases, where the coding names none"), usual="ZAKUP"),
        Setting(
            "category", N_("what goes as the category: the coding's own, the account of the net amount, or nothing"),
            usual=CATEGORIES[0], choices=CATEGORIES,
        ),
        Setting(
            "proportion",
            N_("tax deducted by the firm's proportion: divided as it was deducted here, or left to Optima (warunkowo)"),
            usual=PROPORTIONS[0], choices=PROPORTIONS,
        ),
        Setting("accounts", N_("postings go as additional amounts"), usual=YES, choices=_YES_NO),
        Setting("sold", N_("what the firm usually sells"), usual=SERVICES, choices=(SERVICES, GOODS)),
        Setting("bought", N_("what the firm usually buys"), usual=SERVICES, choices=(SERVICES, GOODS, OTHER)),
        Setting("payment_form", N_("form of payment where the invoice tells none"), usual="przelew"),
        Setting(CUT_NUMBERS, N_("cut document numbers that are too long"), usual="nie", choices=_YES_NO),
    )  # fmt: skip
    limits: Mapping[str, int] = {
        "NUMER": NUMBER, "AKRONIM": AKRONIM, "NAZWA1-3": 3 * NAME, "BAZA_ZRD_ID": _IDS, "BAZA_DOC_ID": _IDS,
    }  # fmt: skip

    def prepare(self, document: LedgerDocument, frame: Frame) -> Piece | None:
        """Its contractor and its record; None for what is for information only."""
        if document.direction is Direction.NONE:
            return None
        texts = Texts()
        partner = partner_of(document)
        card = card_of(partner, sale=document.sale, texts=texts)
        register = Register(document, partner, card, frame, texts).text
        return Piece(
            document.id,
            document.ksef_number,
            f"{document.invoice.kind} {document.invoice.number} {card.akronim}",
            _Body(card.akronim, card.record.encode(), document.sale, register.encode()),
            texts.warnings,
        )

    def writer(self, frame: Frame, files: Files) -> OptimaWriter:
        """A writer that holds the symbols of contractors and nothing else."""
        return OptimaWriter(frame, files)


EXPORTER: Exporter = Optima()
