"""The store stage in the database: documents, their bytes, events and the mark in one transaction.

Rows are made ready before the transaction (`preparing`); inside it there is one statement for many rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from blink_tui.buffer import history, marks, ranges
from blink_tui.buffer.preparing import INSERT, INSERT_XML, Prepared, derived_direction, require_same
from blink_tui.buffer.records import MarkMove, StoreResult
from blink_tui.buffer.session import Row, Session
from blink_tui.buffer.sql import composed, places, sliced
from blink_tui.model.dates import Instant
from blink_tui.model.documents import Direction, Role, Status
from blink_tui.model.firms import Firm
from blink_tui.model.values import KsefNumber


@dataclass(frozen=True, slots=True)
class _Held:
    """A document that the firm has already."""

    id: int
    direction: Direction
    direction_by: str | None
    roles: frozenset[Role]


async def store(
    session: Session,
    firm: Firm,
    role: Role,
    prepared: Prepared,
    *,
    at: Instant,
    move: MarkMove | None,
    finish_export: int | None,
) -> StoreResult:
    """Everything of one call within the caller's transaction. Raises BlinkError(HASH_CONFLICT)."""
    numbers = list(prepared.documents)
    await _store_bytes(session, prepared)
    held = await _held(session, firm.id, numbers)
    new = [number for number in numbers if number not in held]
    newest = await _insert(session, role, [prepared.documents[number] for number in new])
    happenings = [
        _happening(prepared, number, id_, "fetched", None, Status.FETCHED)
        for id_, number in enumerate(new, newest + 1)
    ]
    happenings += await _add_role(session, firm, role, prepared, held)
    if happenings:
        await history.append(session, firm.id, happenings, at=at, who=history.ENGINE)
    if move is not None:
        if move.range_id is not None:
            await ranges.move(session, firm.id, role, move)
        elif await marks.move(session, firm.id, role, move):
            await ranges.absorb(session, firm.id, role)
    if finish_export is not None:
        await session.run("DELETE FROM pending_export WHERE id = ?", (finish_export,))
    return StoreResult(seen=len(numbers), new=len(new))


async def _store_bytes(session: Session, prepared: Prepared) -> None:
    """The XML of numbers that no firm has yet; the others must be the same bytes."""
    held: set[KsefNumber] = set()
    for numbers in sliced(list(prepared.bodies)):
        for number, sha256 in await session.rows(
            composed(
                "SELECT ksef_number, sha256 FROM invoice_xml WHERE ksef_number IN ({places})",
                places=places(len(numbers)),
            ),
            numbers,
        ):
            require_same(number, sha256, prepared.sha256(number))
            held.add(number)
    new = [row for number, row in prepared.bodies.items() if number not in held]
    await session.run_many(INSERT_XML, sorted(new))  # neighbours in the index, quicker to insert


async def _held(session: Session, firm_id: int, numbers: Sequence[KsefNumber]) -> dict[KsefNumber, _Held]:
    held: dict[KsefNumber, _Held] = {}
    for some in sliced(numbers):
        for number, id_, direction, by, roles in await session.rows(
            composed(
                "SELECT d.ksef_number, d.id, d.direction, d.direction_by,"
                " (SELECT group_concat(r.role) FROM document_role r WHERE r.document_id = d.id)"
                " FROM document d WHERE d.firm_id = ? AND d.ksef_number IN ({places})",
                places=places(len(some)),
            ),
            (firm_id, *some),
        ):
            held[number] = _Held(id_, Direction(direction), by, frozenset(map(Role, roles.split(","))))
    return held


async def _insert(session: Session, role: Role, rows: Sequence[Row]) -> int:
    """New documents with their role; returns the id before theirs, which follow it one by one.

    SQLite gives a new row the largest id plus one, and nobody else writes within the transaction.
    """
    if not rows:
        return 0
    newest = await session.row("SELECT coalesce(max(id), 0) FROM document")
    before = int(newest[0]) if newest else 0
    await session.run_many(INSERT, rows)
    await session.run(
        "INSERT INTO document_role (document_id, role) SELECT id, ? FROM document WHERE id > ?",
        (role.value, before),
    )
    return before


async def _add_role(
    session: Session, firm: Firm, role: Role, prepared: Prepared, held: Mapping[KsefNumber, _Held]
) -> list[history.Happening]:
    """The role for documents seen in another one before; their direction follows unless set by hand."""
    happenings: list[history.Happening] = []
    roles: list[tuple[int, str]] = []
    directions: list[tuple[Any, ...]] = []
    for number, document in held.items():
        if role in document.roles:
            continue
        roles.append((document.id, role.value))
        happenings.append(_happening(prepared, number, document.id, "role", None, role))
        derived = derived_direction(firm, document.roles | {role}, prepared.third_roles.get(number, ()))
        if document.direction_by is None and derived is not document.direction:
            directions.append((derived.value, document.id))
            happenings.append(
                _happening(prepared, number, document.id, "direction", document.direction, derived)
            )
    await session.run_many("INSERT INTO document_role (document_id, role) VALUES (?, ?)", roles)
    await session.run_many(
        "UPDATE document SET direction = ?, derived_version = 0, version = version + 1 WHERE id = ?",
        directions,
    )
    return happenings


def _happening(
    prepared: Prepared, number: KsefNumber, document_id: int, what: str, before: str | None, after: str
) -> history.Happening:
    sha256 = prepared.sha256(number)
    return history.Happening(document_id, number, sha256, what, before and str(before), str(after))
