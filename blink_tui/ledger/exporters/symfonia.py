"""Symfonia Finanse i Księgowość, text format 3.0 (FORMATS 4): documents with complete, balanced postings.

Contractors come before documents, so those are written aside and joined at the end.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from importlib.metadata import version
from typing import NamedTuple

from blink_tui.invoices import Depth
from blink_tui.ledger.document import LedgerDocument
from blink_tui.ledger.exporter import Exporter, Files, Frame, Kind, Piece, Setting, Span
from blink_tui.ledger.exporters.symfonia_document import CODEC, Card, Document, Values
from blink_tui.ledger.exporters.symfonia_settings import SETTINGS
from blink_tui.ledger.facts import partner_of
from blink_tui.ledger.scratch import scratch
from blink_tui.model.documents import Direction

_TEMPLATE = "3.1"


class _Body(NamedTuple):
    contractor: str
    card: bytes
    document: bytes


def _encoded(text: str) -> bytes:
    """Lines as Windows ends them; values hold no line breaks."""
    return text.replace("\n", "\r\n").encode(CODEC)


def _info(frame: Frame) -> str:
    """INFO: the program and the firm itself."""
    values, own = Values(), frame.settings
    nip = values.of(frame.nip, "nip")
    fields = (
        ("id", "1"), ("kod", nip), ("nazwa", values.of(own.get("full_name") or frame.name, "nazwa")),
        ("miejscowosc", values.of(own.get("city"), "miejscowosc")), ("ulica", values.of(own.get("street"), "ulica")),
        ("kodpocz", values.of(own.get("postal_code"), "kodpocz")), ("nip", nip),
    )  # fmt: skip
    lines = "".join(f"\t\t{name} ={value}\n" for name, value in fields)
    return (
        f"INFO{{\n\tNazwa programu =blink-tui\n\tWersja_programu ={version('blink-tui')}\n"
        f"\tWersja szablonu ={_TEMPLATE}\n\tKontrahent{{\n{lines}\t}}\n}}\n"
    )


class SymfoniaWriter:
    """Contractors and documents written aside, joined when all are there."""

    def __init__(self, frame: Frame, files: Files) -> None:
        self._frame, self._files = frame, files
        self._contractors, self._documents = scratch(self), scratch(self)
        self._known: set[str] = set()

    def add(self, piece: Piece) -> None:
        """A document, and its contractor where it is new."""
        contractor, card, document = piece.body
        if contractor not in self._known:
            self._known.add(contractor)
            self._contractors.write(card)
        self._documents.write(document)

    def close(self) -> None:
        """The file, of whatever documents there were."""
        with self._files.create("", ".txt") as file:
            file.write(_encoded(_info(self._frame)))
            for section in (self._contractors, self._documents):
                section.seek(0)
                shutil.copyfileobj(section, file)


class Symfonia:
    """The exporter."""

    id = "symfonia"
    name = "Symfonia"
    kind = Kind.LEDGER
    span = Span.EITHER
    needs_books = True
    settings: tuple[Setting, ...] = SETTINGS
    limits: Mapping[str, int] = {}

    def depth(self, frame: Frame) -> Depth:
        """No rows of invoices go."""
        return Depth.OUTLINE

    def prepare(self, document: LedgerDocument, frame: Frame) -> Piece | None:
        """Its contractor and its record; None for what is for information only."""
        if document.direction is Direction.NONE:
            return None
        values = Values()
        card = Card(partner_of(document), frame, values)
        record = Document(document, card, frame, values)
        body = _Body(card.id, _encoded(card.record), _encoded(record.text))
        number = f"{record.symbol} {record.number} {card.id}"
        return Piece(document.id, document.ksef_number, number, body, values.texts.warnings)

    def writer(self, frame: Frame, files: Files) -> SymfoniaWriter:
        """A writer that holds the ids of contractors and nothing else."""
        return SymfoniaWriter(frame, files)


EXPORTER: Exporter = Symfonia()
