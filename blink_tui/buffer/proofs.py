"""The last comparison of each role with KSeF's own list."""

from __future__ import annotations

from blink_tui.buffer.database import Database
from blink_tui.model.documents import Role
from blink_tui.model.marks import Proof


class Proofs:
    """What was proven, and when."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, proof: Proof) -> None:
        """Keep a comparison in the place of the role's earlier one."""
        async with self._database.transaction() as session:
            await session.run(
                "INSERT OR REPLACE INTO proof"
                " (firm_id, role, at, since, until, listed, missing, different, unlisted)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    proof.firm_id, proof.role, proof.at, proof.since, proof.until,
                    proof.listed, proof.missing, proof.different, proof.unlisted,
                ),
            )  # fmt: skip

    async def all(self) -> list[Proof]:
        """The last comparison of every role that was compared."""
        rows = await self._database.reader.rows(
            "SELECT firm_id, role, at, since, until, listed, missing, different, unlisted FROM proof"
            " ORDER BY firm_id, role"
        )
        return [Proof(row[0], Role(row[1]), *row[2:]) for row in rows]
