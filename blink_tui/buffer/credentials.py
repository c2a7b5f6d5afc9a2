"""Credentials: what logs in for which firms, and how it fared there; the secrets themselves lie in the vault."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from blink_tui.buffer import errors
from blink_tui.buffer.database import Database
from blink_tui.buffer.session import Row, Session
from blink_tui.buffer.sql import composed
from blink_tui.model.dates import Instant
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import Credential, CredentialKind, CredentialState, CredentialUse, FirmCredential

_USE = "f.firm_id, f.state, f.problem, f.problem_values, f.checked_at, f.accepted_at"
_SELECT = """
    SELECT c.id, c.kind, c.vault_name, c.label, c.valid_to, c.version, {use}
    FROM credential c LEFT JOIN credential_firm f ON f.credential_id = c.id
    WHERE {where} ORDER BY c.id, f.firm_id
"""
_OF_FIRMS = """
    SELECT c.id, c.kind, c.vault_name, c.label, c.valid_to, {use}
    FROM credential_firm f JOIN credential c ON c.id = f.credential_id
    WHERE f.linked = (SELECT max(linked) FROM credential_firm WHERE firm_id = f.firm_id) {where}
"""


def _use(row: Row) -> CredentialUse:
    firm_id, state, problem, values, checked_at, accepted_at = row
    return CredentialUse(
        firm_id=firm_id,
        state=CredentialState(state),
        problem=problem,
        problem_values=msgspec.json.decode(values) if values else {},
        checked_at=checked_at,
        accepted_at=accepted_at,
    )


def _credentials(rows: Iterable[Row]) -> list[Credential]:
    """One credential out of its rows, one a firm."""
    uses: dict[Row, list[CredentialUse]] = {}
    for row in rows:
        held = uses.setdefault(row[:6], [])
        if row[6] is not None:
            held.append(_use(row[6:]))
    return [
        Credential(id_, CredentialKind(kind), vault_name, label, valid_to, tuple(of_firms), version)
        for (id_, kind, vault_name, label, valid_to, version), of_firms in uses.items()
    ]


def _of_firm(row: Row) -> FirmCredential:
    id_, kind, vault_name, label, valid_to = row[:5]
    return FirmCredential(id_, CredentialKind(kind), vault_name, label, valid_to, _use(row[5:]))


class Credentials:
    """The credentials of a profile."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self,
        kind: CredentialKind,
        vault_name: str,
        label: str,
        firm_ids: Sequence[int],
        valid_to: Instant | None = None,
    ) -> Credential:
        """Register what logs in for some firms, unchecked; its secret stands in the vault under `vault_name`.

        One that is there already serves these firms, too, from now on. For each of them it is the newest.
        """
        async with self._database.transaction() as session:
            row = await session.row(
                "INSERT INTO credential (kind, vault_name, label, valid_to) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (vault_name) DO UPDATE"
                " SET label = excluded.label, valid_to = excluded.valid_to, version = credential.version + 1"
                " RETURNING id",
                (kind, vault_name, label, valid_to),
            )
            if row is None:
                raise LookupError(vault_name)
            await _link(session, row[0], firm_ids)
            return await _get(session, row[0])

    async def link(self, credential_id: int, firm_ids: Sequence[int]) -> Credential:
        """Let a credential log in for more firms, unchecked. Raises BlinkError(CREDENTIAL_UNKNOWN)."""
        async with self._database.transaction() as session:
            await _get(session, credential_id)
            await _link(session, credential_id, firm_ids)
            return await _get(session, credential_id)

    async def get(self, credential_id: int) -> Credential:
        """Raises BlinkError(CREDENTIAL_UNKNOWN)."""
        return await _get(self._database.reader, credential_id)

    async def for_firm(self, firm_id: int) -> FirmCredential | None:
        """The newest credential of a firm; None when it has none."""
        row = await self._database.reader.row(
            composed(_OF_FIRMS, use=_USE, where="AND f.firm_id = ?"), (firm_id,)
        )
        return _of_firm(row) if row else None

    async def by_firm(self) -> dict[int, FirmCredential]:
        """The newest credential of every firm that has one, by the firm's id."""
        rows = await self._database.reader.rows(composed(_OF_FIRMS, use=_USE, where=""))
        return {found.use.firm_id: found for found in map(_of_firm, rows)}

    async def note_accepted(self, credential_id: int, firm_id: int, at: Instant) -> None:
        """KSeF let it in for a firm."""
        await self._note(credential_id, firm_id, CredentialState.ACCEPTED, None, None, at)

    async def note_refused(
        self, credential_id: int, firm_id: int, problem: str, values: Mapping[str, str], at: Instant
    ) -> None:
        """KSeF refused it for a firm: `problem` is the error code, `values` what its sentence needs."""
        kept = msgspec.json.encode(values).decode()
        await self._note(credential_id, firm_id, CredentialState.REFUSED, problem, kept, at)

    async def _note(
        self,
        credential_id: int,
        firm_id: int,
        state: CredentialState,
        problem: str | None,
        values: str | None,
        at: Instant,
    ) -> None:
        async with self._database.transaction() as session:
            await session.run(
                "UPDATE credential_firm SET state = ?, problem = ?, problem_values = ?, checked_at = ?,"
                " accepted_at = coalesce(?, accepted_at) WHERE credential_id = ? AND firm_id = ?",
                (
                    state,
                    problem,
                    values,
                    at,
                    at if state is CredentialState.ACCEPTED else None,
                    credential_id,
                    firm_id,
                ),
            )

    async def set_end(self, credential_id: int, valid_to: Instant) -> None:
        """Keep the last instant of a certificate that was registered before ends were kept."""
        async with self._database.transaction() as session:
            await session.run("UPDATE credential SET valid_to = ? WHERE id = ?", (valid_to, credential_id))

    async def warned(self) -> dict[int, tuple[str, int]]:
        """Of which end, and how many days ahead of it, was last warned, by the credential's id."""
        rows = await self._database.reader.rows(
            "SELECT id, warned_end, warned_days FROM credential WHERE warned_end IS NOT NULL"
        )
        return {id_: (end, days) for id_, end, days in rows}

    async def note_warned(self, warnings: Mapping[int, tuple[str, int]]) -> None:
        """Remember warnings, as `warned` tells them."""
        async with self._database.transaction() as session:
            await session.run_many(
                "UPDATE credential SET warned_end = ?, warned_days = ? WHERE id = ?",
                [(end, days, id_) for id_, (end, days) in warnings.items()],
            )

    async def remove(self, credential_id: int) -> None:
        """Forget a credential; its secret is removed from the vault by the caller.

        Raises BlinkError(CREDENTIAL_UNKNOWN).
        """
        async with self._database.transaction() as session:
            await _get(session, credential_id)
            await session.run("DELETE FROM credential WHERE id = ?", (credential_id,))

    async def list(self) -> list[Credential]:
        """All credentials, oldest first."""
        return _credentials(await self._database.reader.rows(composed(_SELECT, use=_USE, where="1 = 1")))


async def _link(session: Session, credential_id: int, firm_ids: Sequence[int]) -> None:
    """Make a credential the newest of some firms; what KSeF said of it there before no longer counts."""
    row = await session.row("SELECT coalesce(max(linked), 0) + 1 FROM credential_firm")
    linked = row[0] if row else 1
    await session.run_many(
        "INSERT INTO credential_firm (credential_id, firm_id, linked) VALUES (?, ?, ?)"
        " ON CONFLICT (firm_id, credential_id) DO UPDATE"
        " SET linked = excluded.linked, state = 'unchecked', problem = NULL, problem_values = NULL",
        [(credential_id, firm_id, linked) for firm_id in firm_ids],
    )


async def _get(session: Session, credential_id: int) -> Credential:
    sql = composed(_SELECT, use=_USE, where="c.id = ?")
    found = _credentials(await session.rows(sql, (credential_id,)))
    if not found:
        raise BlinkError(errors.CREDENTIAL_UNKNOWN, credential=credential_id)
    return found[0]
