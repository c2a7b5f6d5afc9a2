"""Work of a worker process: documents as they are kept become pieces of an export, sums and refusals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from blink_tui.buffer.bodies import loaded
from blink_tui.buffer.outgoing import OutgoingRow
from blink_tui.buffer.xml_codec import decompress
from blink_tui.i18n import N_, Message
from blink_tui.invoices import Depth, read_invoice
from blink_tui.ledger.document import LedgerDocument
from blink_tui.ledger.exporter import Exporter, Frame, Kind, Piece, depth_of
from blink_tui.ledger.formats import exporter
from blink_tui.model.books import Contractor
from blink_tui.model.coding import Coding, Problem
from blink_tui.model.documents import Direction
from blink_tui.model.errors import BlinkError

NO_CODING = Problem("not-coded", N_("It is not coded, and this format takes coded documents only."))
_FAULT = Problem("program-failed", N_("The program met a fault of its own with this document: {cause}"))
DOUBLED = Problem(
    "numbers-doubled",
    N_(
        "{other} has the same number, kind and seller. Exclude the one that is a double; if both are right, this one"
        " goes with the next export."
    ),
)
ALIKE = Problem(
    "numbers-alike",
    N_(
        "This format makes {shown} of its number {number}, and the same of that of {other}: the program would take"
        " them for one document. It goes with the next export, in a file of its own."
    ),
)
SAME_NUMBER = Problem(
    "numbers-doubled",
    N_("{other} has the same number, kind and seller: one of them may be a double."),
    blocks=False,
)
_UNREAD = Problem("invoice-unread", N_("Its invoice cannot be read: {cause}"))
_TOLD = 200
"""Characters of a fault's cause."""
_NOTHING = Coding()

SumKey = tuple[Direction, str]
"""Register and rate."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A document that stays as it is, and why."""

    document_id: int
    ksef_number: str
    number: str
    why: tuple[Problem, ...]

    @property
    def sentences(self) -> tuple[Message, ...]:
        """Why, to be translated when shown."""
        return tuple(one.message for one in self.why)


@dataclass(frozen=True, slots=True)
class Told:
    """A document that goes, with what is cut, replaced or does not travel."""

    document_id: int
    ksef_number: str
    number: str
    warnings: tuple[Problem, ...]

    @property
    def sentences(self) -> tuple[Message, ...]:
        """To be translated when shown."""
        return tuple(one.message for one in self.warnings)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document's piece, and what it is told apart by from others of the same other side."""

    piece: Piece
    party: str
    """Who gives the numbers: the seller of a purchase; empty for the firm itself."""
    number: str
    """As the invoice has it."""
    kind: str
    sums: tuple[tuple[SumKey, Decimal, Decimal], ...] = ()
    """Register and rate, net and tax in PLN; empty where nobody asked."""


@dataclass(slots=True)
class Sum:
    """What some documents put into a register at a rate, in PLN."""

    documents: int = 0
    net: Decimal = Decimal(0)
    vat: Decimal = Decimal(0)

    def add(self, documents: int, net: Decimal, vat: Decimal) -> None:
        """Count more of them."""
        self.documents += documents
        self.net += net
        self.vat += vat


@dataclass(slots=True)
class Chunk:
    """What became of some documents, in their order."""

    pieces: list[Prepared] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    left_out: int = 0
    """Documents of which nothing belongs into the files."""


class Gate:
    """Looks for documents of one seller and kind with the same number: KSeF takes none of them twice.

    A closed one keeps the second out of a ledger's file, where the program would take it for the first, also where
    only what the format does to numbers makes them alike. An open one lets it through with a warning.
    """

    def __init__(self, closed: bool) -> None:
        self._closed = closed
        self._seen: dict[int, str] = {}
        """KSeF number of the first, by a hash of what it is told apart by."""
        self._numbers: set[int] = set()
        """The same with numbers as invoices have them."""

    def passed(self, chunk: Chunk) -> list[Prepared]:
        """Documents that go; the others are put among the chunk's refused ones."""
        going = []
        for one in chunk.pieces:
            own = hash((one.party, one.kind, one.number))
            key = hash((one.party, one.kind, one.piece.number)) if self._closed else own
            other = self._seen.get(key)
            if other is None:
                self._seen[key] = one.piece.ksef_number
                self._numbers.add(own)
                going.append(one)
            elif self._closed:
                why = _refusal(one, other, doubled=own in self._numbers)
                chunk.refused.append(
                    Refused(one.piece.document_id, one.piece.ksef_number, one.number, (why,))
                )
            else:
                warned = (*one.piece.warnings, replace(SAME_NUMBER, values={"other": other}))
                going.append(replace(one, piece=replace(one.piece, warnings=warned)))
        return going


def _refusal(one: Prepared, other: str, *, doubled: bool) -> Problem:
    if doubled:
        return replace(DOUBLED, values={"other": other})
    shown = one.piece.number[:_TOLD]
    return replace(ALIKE, values={"number": one.number[:_TOLD], "shown": shown, "other": other})


def prepare_chunk(
    format_id: str, rows: Sequence[OutgoingRow], frame: Frame, *, summed: bool
) -> Iterator[Chunk]:
    """One result: the pieces of some documents, and what keeps others out of a ledger's file."""
    form = exporter(format_id)
    depth = depth_of(form, frame)
    if summed:
        depth = max(depth, Depth.OUTLINE)  # a rate of exchange may stand in the rows
    chunk = Chunk()
    for row in rows:
        found = _prepared(form, row, frame, depth, summed=summed)
        if isinstance(found, Prepared):
            chunk.pieces.append(found)
        elif found is not None:
            chunk.refused.append(found)
        else:
            chunk.left_out += 1
    yield chunk


def _prepared(
    form: Exporter, row: OutgoingRow, frame: Frame, depth: Depth, *, summed: bool
) -> Prepared | Refused | None:
    """A fault of the program's own is told of its document and does not keep the others back."""
    number = ""
    try:
        document = ledger_document(row, depth)
        number = document.invoice.number
        if form.needs_books and not row.coding:
            return Refused(row.id, row.ksef_number, number, (NO_CODING,))
        piece = form.prepare(document, frame)
    except BlinkError as error:
        why = Problem(_UNREAD.code, _UNREAD.text, {"cause": str(error)})
        return Refused(row.id, row.ksef_number, number, (why,))
    except Exception as error:
        why = Problem(_FAULT.code, _FAULT.text, {"cause": repr(error)[:_TOLD]})
        return Refused(row.id, row.ksef_number, number, (why,))
    if piece is None:
        return None
    blocking = tuple(one for one in piece.warnings if one.blocks)
    if blocking and form.kind is Kind.LEDGER:
        return Refused(row.id, row.ksef_number, number, blocking)
    party = "" if document.sale else document.party.identifier or document.party.name or ""
    sums = (
        tuple(((document.direction, row.rate), row.net, row.vat) for row in document.table) if summed else ()
    )
    return Prepared(piece, party, number, document.invoice.kind, sums)


def ledger_document(row: OutgoingRow, depth: Depth = Depth.WHOLE) -> LedgerDocument:
    """A document as exporters get it. Raises BlinkError where its invoice cannot be read."""
    xml = decompress(row.body, row.dictionary)
    coding = loaded(Coding, row.coding) if row.coding else _NOTHING
    return LedgerDocument(
        id=row.id,
        ksef_number=row.ksef_number,
        direction=row.direction,
        received=coding.choices.receipt or _received(row),
        received_at=row.received,
        invoice=read_invoice(xml, depth),
        coding=coding,
        contractor=Contractor(*row.contractor) if row.contractor else None,
        amends=row.amends,
        original=xml,
    )


def _received(row: OutgoingRow) -> date:
    """The day that KSeF told, else the one in the number, which is that of its giving."""
    return date.fromisoformat(row.received_date or row.ksef_number[11:19])
