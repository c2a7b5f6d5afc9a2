"""Pieces of documents joined into an export's files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from blink_tui.ledger.document import LedgerDocument
from blink_tui.ledger.exporter import Exporter, Files, Frame, Piece


def prepared(exporter: Exporter, documents: Iterable[LedgerDocument], frame: Frame) -> Iterator[Piece]:
    """The pieces of documents, in their order."""
    for document in documents:
        piece = exporter.prepare(document, frame)
        if piece is not None:
            yield piece


def write(exporter: Exporter, documents: Iterable[LedgerDocument], frame: Frame, files: Files) -> list[Piece]:
    """Write documents of one firm in this process; returns their pieces."""
    writer, found = exporter.writer(frame, files), []
    for piece in prepared(exporter, documents, frame):
        writer.add(piece)
        found.append(piece)
    writer.close()
    return found
