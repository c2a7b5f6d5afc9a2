"""What every export format is made of: a piece of each document, and a writer that joins the pieces into files.

`prepare` is pure and runs in worker processes; what it returns is small and can be pickled. The writer gets the pieces
in the order of the documents' ids, writes as they come and holds no more than it must: a firm may have 100,000.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, BinaryIO, Protocol, runtime_checkable

from blink_tui.invoices import Depth
from blink_tui.ledger.document import LedgerDocument
from blink_tui.model.book_rows import BookRow
from blink_tui.model.books import Books
from blink_tui.model.coding import Problem
from blink_tui.model.months import Month
from blink_tui.model.values import Nip


class Kind(StrEnum):
    """What an export does to the documents."""

    LEDGER = "ledger"
    """Where it is the firm's own format it marks them exported, once."""
    REPORT = "report"
    """Any number of times; marks nothing."""


class Span(StrEnum):
    """By what a month chooses the documents of a report."""

    VAT = "vat"
    """A register row of them stands in it."""
    BOOKS = "books"
    """They are entered in the accounts, the KPiR or the register of revenue in it."""
    ISSUE = "issue"
    """They were issued in it."""
    EITHER = "either"
    """A register row of them stands in it, or they are entered in the books in it; without books: issued in it."""


@dataclass(frozen=True, slots=True)
class Setting:
    """Something that a firm can say about a format."""

    name: str
    meaning: str
    """English source text, to be translated when shown."""
    usual: str = ""
    example: str = ""
    check: Callable[[str], bool] = bool
    """Whether a text may stand there; an empty one always may, and means the usual value."""
    choices: tuple[str, ...] = ()
    """All texts it may have, where they can be listed."""
    required: bool = False
    """Without it the format cannot be written (a tax office, an id that the ledger program gave)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What all documents of an export share."""

    nip: Nip
    name: str
    """The firm's."""
    books: Books | None
    """None: the firm keeps no books here, documents go without coding."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """Of the firm itself (`ledger.settings.FIRM`) and of the format, usual values filled in."""
    options: Mapping[str, str] = field(default_factory=dict)
    """Of this one export (`purpose`, `P_39` …)."""
    months: tuple[Month, ...] = ()
    """In order; empty: all there is."""
    made: datetime
    """With its zone."""
    who: str
    rest: tuple[BookRow, ...] = ()
    """What the books hold beside the buffer's documents, for reports that are to be complete."""
    qr_host: str = ""
    """Of the links on printed invoices (`invoices.qr`); empty prints none."""
    complete: bool = False
    """The rest was read back: the report is whole and may carry a declaration."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What one document adds to an export."""

    document_id: int
    ksef_number: str
    number: str
    """By which the program tells documents apart, as it will stand there; of two alike a ledger gets the first."""
    body: Any
    """The exporter's own."""
    warnings: tuple[Problem, ...] = ()
    """What is cut, replaced or cannot travel; one that blocks keeps the document out of a ledger's file."""


class Files(Protocol):
    """Where an export writes; names, temporary places, sync and sums of bytes are its matter."""

    def create(self, part: str, suffix: str) -> AbstractContextManager[BinaryIO]:
        """A new file to be written from its beginning to its end.

        `part` tells it from others of the same export and may be empty (`vat_sprzedaz`, `2`,
        `CZESCIOWY-NIE-DO-WYSYLKI`; a `/` makes a folder of the package); `suffix` is `.xml` and the like.
        """


class Writer(Protocol):
    """Joins pieces."""

    def add(self, piece: Piece) -> None:
        """Write one more document."""

    def close(self) -> None:
        """Write what is left; an export without documents is still a right file of its format, or none."""


class Exporter(Protocol):
    """A format."""

    id: str
    """As the command line names it."""
    name: str
    """English source text or a proper name, to be translated when shown."""
    kind: Kind
    span: Span
    needs_books: bool
    """Only coded documents can be written."""
    settings: tuple[Setting, ...]
    limits: Mapping[str, int]
    """Longest texts by field, as its format names the field, for the help."""

    def prepare(self, document: LedgerDocument, frame: Frame) -> Piece | None:
        """A document's piece; None where nothing of it belongs into these files."""

    def writer(self, frame: Frame, files: Files) -> Writer:
        """A writer for one export."""


@runtime_checkable
class Skimming(Protocol):
    """An exporter that can do with less than whole invoices, in less time."""

    def depth(self, frame: Frame) -> Depth:
        """How much of each invoice `prepare` has to know; with more it makes the very same pieces."""


def depth_of(exporter: Exporter, frame: Frame) -> Depth:
    """How much of each invoice is to be read for an export."""
    return exporter.depth(frame) if isinstance(exporter, Skimming) else Depth.WHOLE
