"""InsERT Rewizor and Rachmistrz: an EDI++ 1.11 file for an accounting office (FORMATS 3).

The VAT table travels and, of the coding, the category alone: accounts, columns and the month of VAT are the
program's matter. The KSeF number stands in the notes, since the format has no field for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from typing import NamedTuple

from blink_tui.invoices import Depth
from blink_tui.ledger.document import LedgerDocument
from blink_tui.ledger.exporter import Files, Frame, Kind, Piece, Setting, Span
from blink_tui.ledger.exporters import epp_records as epp
from blink_tui.ledger.exporters.common import SELF_ASSESSED, tell_self_assessed
from blink_tui.ledger.exporters.epp_document import Aux, Written, country_name
from blink_tui.ledger.exporters.epp_settings import SETTINGS, said
from blink_tui.ledger.facts import Partner
from blink_tui.ledger.texts import Texts
from blink_tui.model.dates import warsaw
from blink_tui.model.documents import Direction

CODEC = "cp1250"
AUX = {
    "done": "DATYZAKONCZENIA",
    "reason": "PRZYCZYNYKOREKT",
    "split": "WYMAGALNOSCMPP",
    "marks": "DOKUMENTYZNACZNIKIJPKVAT",
    "recorded": "DATYUJECIAKOREKT",
}
"""Lines of `Aux` and the sections that they stand in."""


class Body(NamedTuple):
    """A document, its lines behind the documents, and its contractor's card."""

    text: bytes
    aux: Aux
    key: tuple[str, str]
    card: str


class Epp:
    """The exporter."""

    id = "epp"
    name = "InsERT (EDI++)"
    kind = Kind.LEDGER
    span = Span.BOOKS
    needs_books = False
    settings: tuple[Setting, ...] = SETTINGS
    limits: Mapping[str, int] = dict((*epp.PLACES.values(), epp.REASON, epp.SYMBOL))

    def depth(self, frame: Frame) -> Depth:
        """No rows of invoices go."""
        return Depth.OUTLINE

    def prepare(self, document: LedgerDocument, frame: Frame) -> Piece | None:
        """Its records; None for what is for information only."""
        if document.direction is Direction.NONE:
            return None
        texts = Texts(codec=CODEC)
        tell_self_assessed(document, said(frame, SELF_ASSESSED.name), "InsERT", texts)
        written = Written(document, frame, texts)
        partner = written.partner
        body = Body(
            written.text().encode(CODEC), written.aux(), partner.key, _card(partner, written.code, texts)
        )
        return Piece(document.id, document.ksef_number, written.number, body, texts.warnings)

    def writer(self, frame: Frame, files: Files) -> EppWriter:
        """A writer that lets the documents through and keeps what stands behind them."""
        return EppWriter(frame, files)


def _card(partner: Partner, code: str, texts: Texts) -> str:
    name, place = texts.of(partner.name, epp.PLACES[14][0]), partner.place
    return epp.record(
        "contractor",
        [
            "0" if partner.number else "3",
            epp.quoted(code),
            epp.quoted(name[:40].rstrip()),
            epp.quoted(name[:80].rstrip()),
            epp.quoted(texts.of(place.town, *epp.PLACES[15])),
            epp.quoted(texts.of(place.postal_code, *epp.PLACES[16])),
            epp.quoted(texts.of(place.street, *epp.PLACES[17])),
            epp.quoted(texts.of(partner.number, *epp.PLACES[18])),
            *[epp.NOTHING] * 19,
            epp.quoted(country_name(partner.country)),
            epp.quoted(partner.country if partner.union else ""),
            epp.logical(partner.union),
            epp.quoted(partner.country),
        ],
    )


class EppWriter:
    """One file, where no two documents have the same full number; a second supplier's `FZ 1/2026` goes into file `2`.

    The sections behind the documents name them by that number, so that it must be one document's in a file.
    """

    def __init__(self, frame: Frame, files: Files) -> None:
        self._frame = frame
        self._files = files
        self._open = [_File(frame, files, "")]

    def add(self, piece: Piece) -> None:
        """Write a document into the first file where its number is free."""
        file = next((one for one in self._open if piece.number not in one.numbers), None)
        if file is None:
            file = _File(self._frame, self._files, str(len(self._open) + 1))
            self._open.append(file)
        file.add(piece)

    def close(self) -> None:
        """Write the sections."""
        for file in self._open:
            file.close()


class _File:
    """A file; documents go out as they come, the sections behind them at the end."""

    def __init__(self, frame: Frame, files: Files, part: str) -> None:
        self.numbers: set[str] = set()
        self._stack = ExitStack()
        self._file = self._stack.enter_context(files.create(part, ".epp"))
        self._sections = {name: bytearray() for name in epp.SECTIONS}
        self._met: set[tuple[str, str]] = set()
        self._file.write(_info(frame).encode(CODEC))

    def add(self, piece: Piece) -> None:
        body: Body = piece.body
        self.numbers.add(piece.number)
        self._file.write(body.text)
        for name, line in body.aux._asdict().items():
            self._sections[AUX[name]] += line.encode(CODEC)
        if body.key not in self._met:
            self._met.add(body.key)
            self._sections["KONTRAHENCI"] += body.card.encode(CODEC)

    def close(self) -> None:
        with self._stack:
            for name, lines in self._sections.items():
                self._file.write(epp.section(name).encode(CODEC) + lines + epp.END.encode())


def _info(frame: Frame) -> str:
    """The 24 fields that begin the file; days of the period where the export is of months."""
    texts = Texts(codec=CODEC)
    months = frame.months

    def text(value: str, limit: int) -> str:
        return epp.quoted(texts.of(value, "INFO", limit))

    name = said(frame, "full_name") or frame.name
    fields = [
        epp.quoted("1.11"),
        "0",
        "1250",
        epp.quoted("blink-tui"),
        text(said(frame, "sender_code") or frame.nip, 20),
        text(name, 40),
        text(name, 80),
        text(said(frame, "city"), 30),
        text(said(frame, "postal_code"), 6),
        text(said(frame, "street"), 50),
        text(frame.nip, 13),
        text(said(frame, "warehouse"), 20),
        text(said(frame, "warehouse_name"), 40),
        epp.NOTHING,
        epp.NOTHING,
        epp.logical(bool(months)),
        epp.day(months[0].first_day if months else None),
        epp.day(months[-1].last_day if months else None),
        text(frame.who, 35),
        epp.day(frame.made.astimezone(warsaw()).date()),
        epp.quoted("Polska"),
        epp.quoted("PL"),
        text(f"PL{frame.nip}", 20),
        "1",
    ]
    return f"[INFO]{epp.END}{epp.record('info', fields)}{epp.END}"


EXPORTER = Epp()
