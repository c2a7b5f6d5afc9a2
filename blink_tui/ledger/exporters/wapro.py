"""WAPRO Fakir and Kaper: files MAGIK_EKSPORT of at most 999 documents (FORMATS 1).

The VAT table is the document's own: what of it is deducted, accounts of VAT and of settlements come from the
program's schemes. The net account, the KPiR column and the like travel in WYROZNIK and POLE1 to POLE3.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import NamedTuple

from blink_tui.invoices import Depth
from blink_tui.ledger.addresses import Place
from blink_tui.ledger.document import LedgerDocument
from blink_tui.ledger.exporter import Files, Frame, Kind, Piece, Setting, Span
from blink_tui.ledger.exporters import wapro_xml as xml
from blink_tui.ledger.exporters.common import SELF_ASSESSED, tell_self_assessed
from blink_tui.ledger.exporters.wapro_document import Written
from blink_tui.ledger.exporters.wapro_settings import SETTINGS, UTF_8, WINDOWS_1250, said
from blink_tui.ledger.facts import Partner, partner_of
from blink_tui.ledger.texts import YES, Texts
from blink_tui.model.dates import warsaw
from blink_tui.model.documents import Direction

MOST = 999
"""Documents of one file (FORMATS 1.1)."""
CODECS = {UTF_8: "utf-8", WINDOWS_1250: "cp1250"}
_SHORT = 50
_LARGEST = 0x7FFFFFFF


class Card(NamedTuple):
    """A contractor as KARTOTEKA_KONTRAHENTOW has it, its texts ready to be written."""

    key: tuple[str, str]
    values: Mapping[str, object]
    buys: bool


class Body(NamedTuple):
    """A document in two parts, between which its contractor's id stands."""

    before: bytes
    after: bytes
    card: Card


class Wapro:
    """The exporter."""

    id = "wapro"
    name = "WAPRO"
    kind = Kind.LEDGER
    span = Span.BOOKS
    needs_books = False
    settings: tuple[Setting, ...] = SETTINGS
    limits: Mapping[str, int] = {
        "NUMER": 30, "NR_DOK_ORYG": 30, "OPIS": 50, "WYROZNIK": 30, "NUMER_RACHUNKU": 26, "FORMA_PLATNOSCI": 50,
        "RODZAJ_TRANSAKCJI_HANDLOWEJ": 255, "OPIS_POZYCJI": 250, "KOD_CN": 10, "NAZWA": 50, "NAZWA_PELNA": 200,
        "NIP": 30, "ADRES": 50,
    }  # fmt: skip

    def depth(self, frame: Frame) -> Depth:
        """Rows of invoices go where the firm wants them."""
        return Depth.WHOLE if said(frame, "lines") == YES else Depth.OUTLINE

    def prepare(self, document: LedgerDocument, frame: Frame) -> Piece | None:
        """Its two parts and its contractor; None for what is for information only."""
        if document.direction is Direction.NONE:
            return None
        codec = CODECS[said(frame, "encoding")]
        texts = Texts(codec=codec)
        tell_self_assessed(document, said(frame, SELF_ASSESSED.name), self.name, texts)
        partner = partner_of(document)
        written = Written(document, frame, texts)
        before, after = written.parts()
        body = Body(before.encode(codec), after.encode(codec), _card(partner, document, texts))
        return Piece(document.id, document.ksef_number, written.number, body, texts.warnings)

    def writer(self, frame: Frame, files: Files) -> WaproWriter:
        """A writer that holds one file's documents at most."""
        return WaproWriter(frame, files)


def _card(partner: Partner, document: LedgerDocument, texts: Texts) -> Card:
    place = partner.place
    name = texts.of(partner.name, "NAZWA_PELNA", 200)
    farmer = document.invoice.form.startswith("FA_RR")
    values = {
        "code": texts.of(partner.code or partner.number, "KOD_KONTRAHENTA", 20),
        "short": name[:_SHORT].rstrip(),
        "name": name,
        "number": texts.of(partner.number, "NIP", 30),
        "payer": bool(partner.number) and not farmer,
        "active": partner.domestic and not farmer,
        "postal_code": texts.of(place.postal_code, "KOD_POCZTOWY"),
        "town": texts.of(place.town, "MIEJSCOWOSC"),
        "street": texts.of(place.street, "ULICA_LOKAL"),
        "address": texts.of(_line(place), "ADRES")[:_SHORT].rstrip(),
        "country": partner.country,
        "union": partner.union,
    }
    return Card(partner.key, values, document.sale)


def _line(place: Place) -> str:
    return ", ".join(filter(None, (f"{place.postal_code} {place.town}".strip(), place.street)))


class WaproWriter:
    """Files of 999 documents, named `1`, `2` … where there is more than one; each is written when it is full."""

    def __init__(self, frame: Frame, files: Files) -> None:
        self._frame = frame
        self._files = files
        self._codec = CODECS[said(frame, "encoding")]
        self._held: list[Body] = []
        self._full = 0

    def add(self, piece: Piece) -> None:
        """Take one more document; a full file goes out when it is seen that there is a next one."""
        if len(self._held) == MOST:
            self._full += 1
            self._write(str(self._full))
        self._held.append(piece.body)

    def close(self) -> None:
        """Write the last file."""
        self._write(str(self._full + 1) if self._full else "")

    def _write(self, part: str) -> None:
        cards = _Cards()
        with self._files.create(part, ".xml") as file:
            file.write(self._encoded(self._head()))
            for body in self._held:
                file.write(body.before)
                file.write(self._encoded(xml.PARTNER_IDS % {"id": cards.of(body.card)}))
                file.write(body.after)
            file.write(self._encoded(xml.MIDDLE + "".join(cards.written()) + xml.END))
        self._held = []

    def _head(self) -> str:
        made = self._frame.made.astimezone(warsaw())
        return xml.HEAD % {
            "encoding": WINDOWS_1250 if self._codec == "cp1250" else "UTF-8",
            "version": xml.PROGRAM_VERSION,
            "day": f"{made:%d-%m-%Y}",
            "time": f"{made:%H:%M:%S}",
            "count": len(self._held),
        }

    def _encoded(self, text: str) -> bytes:
        return text.encode(self._codec)


class _Cards:
    """Contractors of one file, each once; their ids are made of who they are, so they are the same in every file."""

    def __init__(self) -> None:
        self._ids: dict[tuple[str, str], int] = {}
        self._taken: dict[int, Card] = {}
        self._sides: dict[tuple[str, str], set[bool]] = {}

    def of(self, card: Card) -> int:
        """The id of a contractor; the first document that names it says how it is called."""
        self._sides.setdefault(card.key, set()).add(card.buys)
        if card.key not in self._ids:
            number = zlib.crc32("\t".join(card.key).encode()) & _LARGEST or 1
            while number in self._taken:
                number = number % _LARGEST + 1
            self._ids[card.key] = number
            self._taken[number] = card
        return self._ids[card.key]

    def written(self) -> list[str]:
        """In the order in which they were met."""
        return [
            xml.PARTNER % _escaped(card.values, number, self._sides[card.key])
            for number, card in self._taken.items()
        ]


def _escaped(values: Mapping[str, object], number: int, sides: set[bool]) -> dict[str, object]:
    found = {name: xml.escaped(value) if isinstance(value, str) else value for name, value in values.items()}
    return found | {
        "id": number,
        "code": found["code"] or str(number),
        "buys": True in sides,
        "sells": False in sides,
    }


EXPORTER = Wapro()
