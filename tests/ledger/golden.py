"""Golden files of the worked documents: what our own code writes of each, in a form that a person reads through once.

BLINK_WRITE_GOLDEN=1 writes them anew; read the difference before it is committed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from blink_tui.i18n import set_language
from blink_tui.ledger.exporter import Exporter
from blink_tui.ledger.settings import filled
from blink_tui.ledger.writing import write
from blink_tui.model.books import BookKind
from tests.ledger.memory import MemoryFiles
from tests.ledger.worked import worked_documents

_FOLDER = Path(__file__).with_name("golden")


class Golden(NamedTuple):
    """A format with how its files are told."""

    exporter: Exporter
    shown: Callable[[Mapping[str, bytes]], Iterator[str]]
    full_books_only: bool = False


def text_of(golden: Golden) -> str:
    """What a format has of each worked document, and what is told of it."""
    set_language("pl")
    parts = []
    for title, document, own in worked_documents():
        if golden.full_books_only and own.books is not None and own.books.kind is not BookKind.LEDGER:
            continue
        files, frame = MemoryFiles(), replace(own, settings=filled(golden.exporter, own.settings))
        told = [
            f"  {'wstrzymuje' if one.blocks else 'uwaga'}: {one.message}"
            for piece in write(golden.exporter, [document], frame, files)
            for one in piece.warnings
        ]
        parts.append("\n".join([f"{document.id}. {title}", *golden.shown(files.written), *told]))
    return "\n\n".join(parts) + "\n"


def same_as_golden(name: str, text: str) -> None:
    """Compare a text with the golden file of a format."""
    path = _FOLDER / f"{name}.txt"
    if os.environ.get("BLINK_WRITE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text.splitlines() == path.read_text(encoding="utf-8").splitlines()
