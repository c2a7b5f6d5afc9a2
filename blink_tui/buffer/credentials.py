"""Credentials: what logs in for which firms; the secrets themselves lie in the vault."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from blink_tui.buffer import errors
from blink_tui.buffer.database import Database
from blink_tui.buffer.session import Row, Session
from blink_tui.buffer.sql import composed
from blink_tui.model.dates import Instant
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import Credential, CredentialKind, CredentialState

_SELECT = """
    SELECT c.id, c.kind, c.vault_name, c.label, c.state, c.checked_at, c.problem, c.version, f.firm_id
    FROM credential c LEFT JOIN credential_firm f ON f.credential_id = c.id
    WHERE {where} ORDER BY c.id, f.firm_id
"""


def _credentials(rows: Iterable[Row]) -> list[Credential]:
    """One credential out of its rows, one a firm."""
    firms: dict[Row, list[int]] = {}
    for row in rows:
        held = firms.setdefault(row[:-1], [])
        if row[-1] is not None:
            held.append(row[-1])
    return [
        Credential(
            id=id_,
            kind=CredentialKind(kind),
            vault_name=vault_name,
            label=label,
            state=CredentialState(state),
            checked_at=checked_at,
            problem=problem,
            firm_ids=tuple(firm_ids),
            version=version,
        )
        for (id_, kind, vault_name, label, state, checked_at, problem, version), firm_ids in firms.items()
    ]


class Credentials:
    """The credentials of a profile."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self, kind: CredentialKind, vault_name: str, label: str, firm_ids: Sequence[int]
    ) -> Credential:
        """Register what logs in for some firms, unchecked; its secret stands in the vault under `vault_name`."""
        async with self._database.transaction() as session:
            row = await session.row(
                "INSERT INTO credential (kind, vault_name, label, state) VALUES (?, ?, ?, ?) RETURNING id",
                (kind, vault_name, label, CredentialState.UNCHECKED),
            )
            if row is None:
                raise LookupError(vault_name)
            await session.run_many(
                "INSERT INTO credential_firm (credential_id, firm_id) VALUES (?, ?)",
                [(row[0], firm_id) for firm_id in firm_ids],
            )
            return await _get(session, row[0])

    async def get(self, credential_id: int) -> Credential:
        """Raises BlinkError(CREDENTIAL_UNKNOWN)."""
        return await _get(self._database.reader, credential_id)

    async def for_firm(self, firm_id: int) -> Credential | None:
        """The newest credential of a firm; None when it has none."""
        row = await self._database.reader.row(
            "SELECT max(credential_id) FROM credential_firm WHERE firm_id = ?", (firm_id,)
        )
        return await self.get(row[0]) if row and row[0] is not None else None

    async def set_state(
        self, credential_id: int, state: CredentialState, problem: str | None, at: Instant
    ) -> Credential:
        """Keep what a check found: `problem` is the error code of a refusal. Raises BlinkError(CREDENTIAL_UNKNOWN)."""
        async with self._database.transaction() as session:
            await session.run(
                "UPDATE credential SET state = ?, problem = ?, checked_at = ?, version = version + 1 WHERE id = ?",
                (state, problem, at, credential_id),
            )
            return await _get(session, credential_id)

    async def remove(self, credential_id: int) -> None:
        """Forget a credential; its secret is removed from the vault by the caller.

        Raises BlinkError(CREDENTIAL_UNKNOWN).
        """
        async with self._database.transaction() as session:
            await _get(session, credential_id)
            await session.run("DELETE FROM credential WHERE id = ?", (credential_id,))

    async def list(self) -> list[Credential]:
        """All credentials, oldest first."""
        return _credentials(await self._database.reader.rows(composed(_SELECT, where="1 = 1")))


async def _get(session: Session, credential_id: int) -> Credential:
    found = _credentials(await session.rows(composed(_SELECT, where="c.id = ?"), (credential_id,)))
    if not found:
        raise BlinkError(errors.CREDENTIAL_UNKNOWN, credential=credential_id)
    return found[0]
