"""A ledger program's format with an independent reader of it: documents written and read back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from blink_tui.ledger.document import LedgerDocument
from blink_tui.ledger.exporter import Exporter, Piece
from tests.ledger.hostile import codes, exported

_Read_co = TypeVar("_Read_co", covariant=True)


class File(Protocol[_Read_co]):
    """A whole file as its reader has it."""

    @property
    def documents(self) -> Sequence[_Read_co]:
        """As they stand in it."""
        ...


@dataclass(frozen=True)
class Tried(Generic[_Read_co]):
    """How a format's tests write and read."""

    exporter: Exporter
    read: Callable[[bytes], File[_Read_co]]
    settings: Mapping[str, str] = field(default_factory=dict)
    """Without which nothing is written."""

    def one(
        self, document: LedgerDocument, settings: Mapping[str, str] | None = None, **more: Any
    ) -> _Read_co:
        """A document written alone and read back; `more` are fields of the frame."""
        content, _ = self._exported(document, settings, more)
        (found,) = self.read(content).documents
        return found

    def told(
        self, document: LedgerDocument, settings: Mapping[str, str] | None = None, **more: Any
    ) -> list[str]:
        """Codes of what is told of a document."""
        _, (piece,) = self._exported(document, settings, more)
        return codes(piece)

    def _exported(
        self, document: LedgerDocument, settings: Mapping[str, str] | None, more: Mapping[str, Any]
    ) -> tuple[bytes, list[Piece]]:
        return exported(self.exporter, document, settings={**self.settings, **(settings or {})}, **more)
