"""Firms: contexts whose documents are fetched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from blink_tui.buffer import errors, history, meanwhile, restored, schedules
from blink_tui.buffer.collation import polish_key
from blink_tui.buffer.database import Database
from blink_tui.buffer.session import Row, Session
from blink_tui.buffer.sql import composed
from blink_tui.model.clock import Clock
from blink_tui.model.dates import Instant, instant_of
from blink_tui.model.documents import FirmKind
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import ENVIRONMENTS, ContextType, Firm, NewFirm
from blink_tui.model.values import Nip

_COLUMNS = (
    "id, nip, context_type, context_value, name, env, kind, ledger_format, first_day, enabled, paused, version,"
    " accountant, labels, watched_since"
)
_INSERT = """
    INSERT INTO firm (id, nip, context_type, context_value, name, env, kind, ledger_format, first_day,
        accountant, labels, watched_since)
    SELECT 1 + max(coalesce((SELECT max(id) FROM firm), 0), coalesce((SELECT max(firm_id) FROM erased), 0)),
        ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?
    WHERE TRUE RETURNING {columns}
"""
"""No firm gets the id of an erased one: another process may still hold that."""
_EDITABLE = frozenset(
    {"name", "env", "kind", "ledger_format", "first_day", "enabled", "paused", "accountant", "labels"}
)
_NAMES_OF_BASES = {base: name for name, base in ENVIRONMENTS.items()}


def _firm(row: Row) -> Firm:
    (
        id_,
        nip,
        context_type,
        context_value,
        name,
        env,
        kind,
        ledger_format,
        first_day,
        enabled,
        paused,
        version,
        accountant,
        labels,
        watched_since,
    ) = row
    return Firm(
        id=id_,
        nip=Nip(nip),
        context_type=ContextType(context_type),
        context_value=context_value,
        name=name,
        env=env,
        kind=FirmKind(kind),
        ledger_format=ledger_format,
        first_day=date.fromisoformat(first_day) if first_day else None,
        enabled=bool(enabled),
        paused=bool(paused),
        version=version,
        accountant=accountant,
        labels=tuple(filter(None, labels.split(","))),
        watched_since=Instant(watched_since) if watched_since else None,
    )


def _environment(env: str) -> str:
    """One spelling of each environment, so that a firm cannot be registered twice under two."""
    bare = env.strip().rstrip("/")
    return _NAMES_OF_BASES.get(bare, bare)


class Firms:
    """The firms of a profile."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def add(
        self,
        nip: Nip,
        *,
        name: str,
        env: str,
        kind: FirmKind = FirmKind.TAXPAYER,
        context_type: ContextType = ContextType.NIP,
        context_value: str | None = None,
        first_day: date | None = None,
        ledger_format: str = "csv",
        accountant: str = "",
        labels: Sequence[str] = (),
    ) -> Firm:
        """Register a firm. Raises BlinkError(FIRM_EXISTS) when its context is there in this environment."""
        value, place = context_value or nip, _environment(env)
        async with self._database.transaction() as session:
            await _require_free(session, context_type, value, place)
            row = await session.row(
                composed(_INSERT, columns=_COLUMNS),
                (
                    nip,
                    context_type,
                    value,
                    name,
                    place,
                    kind,
                    ledger_format,
                    _stored(first_day),
                    accountant,
                    ",".join(labels),
                    self._now(),
                ),
            )
            if row is None:
                raise LookupError(value)
            firm = _firm(row)
            await history.start(session, firm.id, context_type, value)
            await schedules.start(session, firm.id)
            await restored.added(session, [firm.id], self._now())
            return firm

    async def add_many(
        self, new: Sequence[NewFirm], changes: Mapping[int, Mapping[str, Any]] | None = None
    ) -> list[Firm]:
        """Register firms and change others by id, in one transaction: all of it or nothing, thousands in a second.

        Raises BlinkError(FIRM_EXISTS) for the first whose context is there in its environment.
        """
        rows = [_new_row(firm, self._now()) for firm in new]
        async with self._database.transaction() as session:
            await _require_all_free(session, rows)
            last = await session.row("SELECT coalesce(max(id), 0) FROM firm")
            await session.run_many(composed(_INSERT, columns="id"), rows)
            added = await session.rows(
                composed("SELECT {columns} FROM firm WHERE id > ? ORDER BY id", columns=_COLUMNS),
                last or (0,),
            )
            firms = [_firm(row) for row in added]
            contexts = [(firm.id, firm.context_type, firm.context_value) for firm in firms]
            await history.start_many(session, contexts)
            await schedules.start(session, *(firm.id for firm in firms))
            await restored.added(session, [firm.id for firm in firms], self._now())
            for firm_id, values in (changes or {}).items():
                await _set(session, firm_id, _values(values), self._now())
            return firms

    async def get(self, firm_id: int) -> Firm:
        """Raises BlinkError(FIRM_UNKNOWN)."""
        return await _get(self._database.reader, firm_id)

    async def find(self, text: str) -> list[Firm]:
        """Firms with this NIP or internal id."""
        rows = await self._database.reader.rows(
            composed(
                "SELECT {columns} FROM firm WHERE nip = ? OR context_value = ? ORDER BY id", columns=_COLUMNS
            ),
            (text, text),
        )
        return [_firm(row) for row in rows]

    async def edit(self, firm_id: int, version: int, **changes: Any) -> Firm:
        """Change name, env, kind, ledger_format, first_day, enabled, paused, accountant or labels; marks stay.

        Raises BlinkError: CHANGED_MEANWHILE when `version` is not the present one, FIRM_EXISTS when the new
        environment has the context already, FIRM_UNKNOWN. Raises TypeError for another field.
        """
        if not _EDITABLE.issuperset(changes):
            raise TypeError(f"not editable: {sorted(set(changes) - _EDITABLE)}")
        async with self._database.transaction() as session:
            firm = await _get(session, firm_id)
            if firm.version != version:
                raise meanwhile.by(None, firm.name, firm=firm.context_value)
            values = _values(changes)
            if values.get("env", firm.env) != firm.env:
                await _require_free(session, firm.context_type, firm.context_value, values["env"])
            await _set(session, firm_id, values, self._now())
            return await _get(session, firm_id)

    async def set_enabled(self, firm_id: int, version: int, enabled: bool) -> Firm:
        """Fetch a firm's documents or leave it alone. Raises as `edit`."""
        return await self.edit(firm_id, version, enabled=enabled)

    def _now(self) -> Instant:
        return instant_of(self._clock.now())

    async def exist(self) -> bool:
        """Whether there is any firm."""
        return await self._database.reader.row("SELECT 1 FROM firm LIMIT 1") is not None

    async def list(self, enabled_only: bool = False) -> list[Firm]:
        """Firms in the order of their Polish names."""
        rows = await self._database.reader.rows(
            composed("SELECT {columns} FROM firm WHERE enabled >= ?", columns=_COLUMNS), (int(enabled_only),)
        )
        return sorted(map(_firm, rows), key=lambda firm: (polish_key(firm.name), firm.id))


async def _set(session: Session, firm_id: int, values: Mapping[str, Any], now: Instant) -> None:
    await session.run(
        composed(
            "UPDATE firm SET {pairs} version = version + 1,"
            " watched_since = CASE WHEN enabled AND NOT paused THEN watched_since ELSE ? END WHERE id = ?",
            pairs="".join(f"{name} = ?, " for name in values),
        ),
        (*values.values(), now, firm_id),
    )


async def _get(session: Session, firm_id: int) -> Firm:
    row = await session.row(composed("SELECT {columns} FROM firm WHERE id = ?", columns=_COLUMNS), (firm_id,))
    if row is None:
        raise BlinkError(errors.FIRM_UNKNOWN, context=str(firm_id))
    return _firm(row)


def _new_row(firm: NewFirm, now: Instant) -> Row:
    place, first_day = _environment(firm.env), _stored(firm.first_day)
    labels = ",".join(firm.labels)
    return (
        firm.nip, firm.context_type, firm.context_value, firm.name, place, firm.kind, "csv", first_day,
        firm.accountant, labels, now,
    )  # fmt: skip


async def _require_all_free(session: Session, rows: Sequence[Row]) -> None:
    taken = set(await session.rows("SELECT context_type, context_value, env FROM firm"))
    for _nip, type_, value, _name, place, *_ in rows:
        if (type_, value, place) in taken:
            raise BlinkError(errors.FIRM_EXISTS, firm=value, context=value)
        taken.add((type_, value, place))


async def _require_free(session: Session, context_type: str, value: str, env: str) -> None:
    taken = await session.row(
        "SELECT 1 FROM firm WHERE context_value = ? AND context_type = ? AND env = ?",
        (value, context_type, env),
    )
    if taken:
        raise BlinkError(errors.FIRM_EXISTS, firm=value, context=value)


def _stored(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _values(changes: Mapping[str, Any]) -> dict[str, Any]:
    values = dict(changes)
    if "env" in values:
        values["env"] = _environment(values["env"])
    if "first_day" in values:
        values["first_day"] = _stored(values["first_day"])
    if "labels" in values:
        values["labels"] = ",".join(values["labels"])
    for name in ("enabled", "paused"):
        if name in values:
            values[name] = int(values[name])
    return values
