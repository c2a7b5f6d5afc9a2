"""Documents written for Optima and read back."""

from __future__ import annotations

from typing import Any

from blink_tui.ledger.document import LedgerDocument
from blink_tui.ledger.exporters.optima import EXPORTER
from tests.ledger.hostile import (
    exported,
)
from tests.ledger.optima_reader import File, read
from tests.ledger.tried import Tried

IDS = {"source_id": "BLINK", "target_id": "KSIEG"}


def made(*documents: LedgerDocument, settings: dict[str, str] | None = None, **more: Any) -> File:
    """Documents written and read back."""
    return read(exported(EXPORTER, *documents, settings=IDS | (settings or {}), **more)[0])


_TRIED = Tried(EXPORTER, read, IDS)
record, told = _TRIED.one, _TRIED.told
