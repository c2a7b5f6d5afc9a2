"""The local store of documents; the only part that contains SQL.

Names are loaded when first asked for: worker processes import `records` and `xml_codec` without the database.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from blink_tui.buffer.audit import ChainState
    from blink_tui.buffer.buffer import Buffer, open_buffer
    from blink_tui.buffer.closing import Closed, ClosedOn, Later, MissingSeller
    from blink_tui.buffer.grid import SORTS, GridRow, Key, Sort
    from blink_tui.buffer.grid_filter import GridFilter
    from blink_tui.buffer.log import LogFilter, LogRow, UnknownEvent
    from blink_tui.buffer.overview import MonthCount, ToCode, Undecided
    from blink_tui.buffer.records import (
        Account,
        Batch,
        BatchFile,
        BatchState,
        DerivedRow,
        Document,
        DocumentEvent,
        MarkMove,
        StoredExport,
        StoredInvoice,
        StoreResult,
        Undecoded,
    )

_MODULES = {
    "Buffer": "buffer",
    "open_buffer": "buffer",
    "Closed": "closing",
    "ClosedOn": "closing",
    "Later": "closing",
    "MissingSeller": "closing",
    "SORTS": "grid",
    "GridFilter": "grid_filter",
    "GridRow": "grid",
    "Key": "grid",
    "Sort": "grid",
    "ChainState": "audit",
    "LogFilter": "log",
    "LogRow": "log",
    "UnknownEvent": "log",
    "MonthCount": "overview",
    "ToCode": "overview",
    "Undecided": "overview",
    "Account": "records",
    "Batch": "records",
    "BatchFile": "records",
    "BatchState": "records",
    "DerivedRow": "records",
    "Document": "records",
    "DocumentEvent": "records",
    "MarkMove": "records",
    "StoredExport": "records",
    "StoredInvoice": "records",
    "StoreResult": "records",
    "Undecoded": "records",
}

__all__ = [
    "SORTS",
    "Account",
    "Batch",
    "BatchFile",
    "BatchState",
    "Buffer",
    "ChainState",
    "Closed",
    "ClosedOn",
    "DerivedRow",
    "Document",
    "DocumentEvent",
    "GridFilter",
    "GridRow",
    "Key",
    "Later",
    "LogFilter",
    "LogRow",
    "MarkMove",
    "MissingSeller",
    "MonthCount",
    "Sort",
    "StoreResult",
    "StoredExport",
    "StoredInvoice",
    "ToCode",
    "Undecided",
    "Undecoded",
    "UnknownEvent",
    "open_buffer",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
