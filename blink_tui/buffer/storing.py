"""The store stage in the database: documents, their bytes, events and the mark in one transaction.

Rows are made ready before the transaction, off the event loop; inside it there is one statement for many rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from blink_tui.buffer import amounts, errors, history, marks, ranges
from blink_tui.buffer.collation import polish_key
from blink_tui.buffer.records import MarkMove, StoredInvoice, StoreResult
from blink_tui.buffer.session import Row, Session
from blink_tui.buffer.sql import composed, places, sliced
from blink_tui.model.dates import Instant, warsaw_day
from blink_tui.model.documents import (
    Direction,
    DocumentHeader,
    Role,
    Status,
    direction_of,
    roles_numbers_of,
)
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import Firm
from blink_tui.model.values import KsefNumber, Sha256

_INSERT = """
    INSERT INTO document (
        firm_id, ksef_number, direction, status, form, kind, invoice_number, issue_date,
        received, received_date, stored,
        seller_type, seller_value, seller_name, seller_key, buyer_type, buyer_value, buyer_name,
        net, vat, gross, gross_order, currency, offline, self_invoicing, has_attachment
    ) VALUES (?, ?, ?, 'fetched', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


@dataclass(frozen=True, slots=True)
class Prepared:
    """One call's documents, each once, with the row of a document that is new."""

    invoices: Mapping[KsefNumber, StoredInvoice]
    rows: Mapping[KsefNumber, Row]


@dataclass(frozen=True, slots=True)
class _Held:
    """A document that the firm has already."""

    id: int
    direction: Direction
    direction_by: str | None
    roles: frozenset[Role]


def prepare(firm: Firm, role: Role, items: Iterable[StoredInvoice]) -> Prepared:
    """The rows of new documents. Raises BlinkError(HASH_CONFLICT) when one number comes with two hashes."""
    invoices: dict[KsefNumber, StoredInvoice] = {}
    for item in items:
        first = invoices.setdefault(item.header.ksef_number, item)
        _require_same(item.header.ksef_number, first.header.sha256, item.header.sha256)
    return Prepared(
        invoices, {number: _document_row(firm, role, item.header) for number, item in invoices.items()}
    )


def _document_row(firm: Firm, role: Role, header: DocumentHeader) -> Row:
    seller, buyer = header.seller, header.buyer
    gross = amounts.known_units(header.gross)
    return (
        firm.id,
        header.ksef_number,
        _direction(firm, {role}, header).value,
        header.form,
        header.kind,
        header.invoice_number,
        header.issue_date.isoformat() if header.issue_date else "",
        header.received,
        warsaw_day(header.received).isoformat() if header.received else "",
        header.stored,
        seller.id_type,
        seller.id_value,
        seller.name,
        polish_key(seller.name),
        buyer.id_type,
        buyer.id_value,
        buyer.name,
        amounts.known_units(header.net),
        amounts.known_units(header.vat),
        gross,
        amounts.LOWEST if gross is None else gross,
        header.currency,
        header.offline,
        header.self_invoicing,
        header.has_attachment,
    )


def _direction(firm: Firm, roles: Iterable[Role], header: DocumentHeader) -> Direction:
    return direction_of(roles, firm.kind, roles_numbers_of(header, firm.context_value))


def _require_same(number: KsefNumber, held: Sha256, came: Sha256) -> None:
    if held != came:
        raise BlinkError(
            errors.HASH_CONFLICT,
            cause=f"held {held.hex()}, came {came.hex()}",
            ksef_number=number,
            held=held.hex(),
            came=came.hex(),
        )


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
    numbers = list(prepared.invoices)
    await _store_bytes(session, prepared.invoices)
    held = await _held(session, firm.id, numbers)
    new = [number for number in numbers if number not in held]
    ids = await _insert(session, firm.id, [prepared.rows[number] for number in new])
    happenings = [
        _happening(prepared, number, ids[number], "fetched", None, Status.FETCHED) for number in new
    ]
    happenings += await _add_role(session, firm, role, prepared, held)
    await session.run_many(
        "INSERT INTO document_role (document_id, role) VALUES (?, ?)",
        [(ids[number], role.value) for number in new],
    )
    await history.append(session, firm.id, happenings, at=at, who=history.ENGINE)
    if move is not None:
        mover = marks if move.range_id is None else ranges
        await mover.move(session, firm.id, role, move)
    if finish_export is not None:
        await session.run("DELETE FROM pending_export WHERE id = ?", (finish_export,))
    return StoreResult(seen=len(numbers), new=len(new))


async def _store_bytes(session: Session, invoices: Mapping[KsefNumber, StoredInvoice]) -> None:
    """The XML of numbers that no firm has yet; the others must be the same bytes."""
    held: dict[str, Sha256] = {}
    for numbers in sliced(list(invoices)):
        held.update(
            await session.rows(
                composed(
                    "SELECT ksef_number, sha256 FROM invoice_xml WHERE ksef_number IN ({places})",
                    places=places(len(numbers)),
                ),
                numbers,
            )
        )
    for number, sha256 in held.items():
        _require_same(KsefNumber(number), sha256, invoices[KsefNumber(number)].header.sha256)
    await session.run_many(
        "INSERT INTO invoice_xml (ksef_number, sha256, body, dictionary, size) VALUES (?, ?, ?, ?, ?)",
        [
            (number, item.header.sha256, item.body, item.dictionary, item.size)
            for number, item in sorted(invoices.items())  # neighbours in the index, quicker to insert
            if number not in held
        ],
    )


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


async def _insert(session: Session, firm_id: int, rows: Sequence[Row]) -> dict[KsefNumber, int]:
    """New documents and their ids, read back as one range."""
    newest = await session.row("SELECT coalesce(max(id), 0) FROM document")
    await session.run_many(_INSERT, rows)
    return dict(
        await session.rows(
            "SELECT ksef_number, id FROM document WHERE id > ? AND +firm_id = ?",
            (newest[0] if newest else 0, firm_id),
        )
    )


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
        derived = _direction(firm, document.roles | {role}, prepared.invoices[number].header)
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
    sha256 = prepared.invoices[number].header.sha256
    return history.Happening(document_id, number, sha256, what, before and str(before), str(after))
