"""Exports that KSeF was asked for and that are not in the buffer yet; they are resumed after a crash."""

from __future__ import annotations

from blink_tui.buffer.database import Database
from blink_tui.buffer.records import StoredExport
from blink_tui.buffer.session import Row
from blink_tui.buffer.sql import composed
from blink_tui.model.dates import Instant
from blink_tui.model.documents import Role

_COLUMNS = "id, firm_id, role, window_from, window_to, wrapped_key, iv, reference, asked_at, range_id"


def _export(row: Row) -> StoredExport:
    id_, firm_id, role, window_from, window_to, wrapped_key, iv, reference, asked_at, range_id = row
    return StoredExport(
        id_, firm_id, Role(role), window_from, window_to, wrapped_key, iv, reference, asked_at, range_id
    )


class PendingExports:
    """The pending exports of a profile. `Documents.store` removes one in the transaction that stores its package."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(
        self,
        firm_id: int,
        role: Role,
        window_from: Instant,
        window_to: Instant | None,
        wrapped_key: bytes,
        iv: bytes,
        asked_at: Instant,
        range_id: int | None = None,
    ) -> int:
        """Make an export durable before KSeF is asked for it; returns its id."""
        async with self._database.transaction() as session:
            row = await session.row(
                "INSERT INTO pending_export (firm_id, role, window_from, window_to, wrapped_key, iv, asked_at,"
                " range_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
                (firm_id, role, window_from, window_to, wrapped_key, iv, asked_at, range_id),
            )
            if row is None:
                raise LookupError(firm_id)
            return int(row[0])

    async def set_reference(self, export_id: int, reference: str) -> None:
        """Keep KSeF's reference number of an export, at once after the answer."""
        async with self._database.transaction() as session:
            await session.run(
                "UPDATE pending_export SET reference = ?, version = version + 1 WHERE id = ?",
                (reference, export_id),
            )

    async def drop(self, export_id: int) -> None:
        """Give an export up; its mark stays where it is."""
        async with self._database.transaction() as session:
            await session.run("DELETE FROM pending_export WHERE id = ?", (export_id,))

    async def list(self, firm_id: int) -> list[StoredExport]:
        """Pending exports of a firm, oldest first."""
        rows = await self._database.reader.rows(
            composed("SELECT {columns} FROM pending_export WHERE firm_id = ? ORDER BY id", columns=_COLUMNS),
            (firm_id,),
        )
        return [_export(row) for row in rows]
