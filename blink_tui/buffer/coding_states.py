"""What becomes of codings when documents are coded, reopened, or a decision is taken back: drafts hold nothing.

A coding that holds has its rows in the VAT registers, its month in the document, and is remembered for its contractor.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from blink_tui.buffer import learning
from blink_tui.buffer.codings import CONTRACTOR, TRAIT
from blink_tui.buffer.gists import COLUMNS
from blink_tui.buffer.session import Session
from blink_tui.buffer.sql import composed
from blink_tui.model.dates import Instant

_CODE_DRAFTS = """
    UPDATE coding SET state = 'coded', at = ?, who = ?,
        month_before = (SELECT d.vat_month FROM document d WHERE d.id = coding.document_id)
    WHERE document_id IN (SELECT value FROM json_each(?)) AND state = 'draft' RETURNING document_id, ground
"""
_CODE_PROPOSALS = composed(
    """
    INSERT INTO coding (
        document_id, firm_id, direction, contractor, text_key, state, month_before, at, who, {columns}
    )
    SELECT d.id, d.firm_id, d.direction, {contractor}, coalesce(CAST(t.text_key AS TEXT), ''), 'coded', d.vat_month,
        ?, ?, {proposed}
    FROM json_each(?) i CROSS JOIN document d ON d.id = i.value CROSS JOIN proposal p ON p.document_id = d.id
        LEFT JOIN {trait}
    WHERE 1 ON CONFLICT DO NOTHING RETURNING document_id, ground
    """,
    columns=COLUMNS,
    proposed=", ".join(f"p.{name}" for name in COLUMNS.split(", ")),
    contractor=CONTRACTOR,
    trait=TRAIT,
)
_TAKE_MONTH = """
    UPDATE document SET vat_month = c.vat_month FROM coding c
    WHERE c.document_id = document.id AND document.id IN (SELECT value FROM json_each(?))
        AND document.vat_month <> c.vat_month
"""
_GIVE_MONTH_BACK = """
    UPDATE document SET vat_month = c.month_before FROM coding c
    WHERE c.document_id = document.id AND document.id IN (SELECT value FROM json_each(?)) AND c.state = 'coded'
        AND document.vat_month <> c.month_before
"""
_REGISTER = """
    INSERT INTO register_amount (firm_id, month, register, field, document_id, position, amount, marks)
    SELECT c.firm_id, r.value ->> 0, r.value ->> 1, r.value ->> 2, c.document_id, r.value ->> 3, r.value ->> 4,
        r.value ->> 5
    FROM json_each(?) i CROSS JOIN coding c ON c.document_id = i.value CROSS JOIN json_each(c.registers) r
"""
_CORRECTED_ANEW = """
    UPDATE document SET proposed = -proposed WHERE +proposed > 0 AND +status = 'fetched' AND id IN (
        SELECT l.document_id FROM json_each(?1) i CROSS JOIN document o ON o.id = i.value
        CROSS JOIN document_link l ON l.to_ksef = o.ksef_number AND l.firm_id = o.firm_id
        UNION ALL
        SELECT l.document_id FROM json_each(?1) i CROSS JOIN document o ON o.id = i.value
        CROSS JOIN document_trait t ON t.firm_id = o.firm_id AND t.seller = coalesce(o.seller_value, '')
            AND t.received_date = o.received_date AND t.document_id = o.id
        CROSS JOIN document_link l ON l.firm_id = t.firm_id AND l.seller = t.seller AND l.to_key = t.number_key
            AND l.to_ksef IS NULL AND +l.to_key > ''
    )
"""
"""What corrects or settles a document is proposed by how that is coded."""
_HELD = "SELECT c.document_id FROM json_each(?) i CROSS JOIN coding c ON c.document_id = i.value AND c.state = 'coded'"

Snapshot = str
"""JSON of a coding's state, coder and time."""


async def snapshots(session: Session, ids: Sequence[int]) -> dict[int, Snapshot]:
    """How the codings of documents stand, for the way back; those without one are left out."""
    rows = await session.rows(
        "SELECT c.document_id, json_array(c.state, c.who, c.at) FROM json_each(?) i"
        " CROSS JOIN coding c ON c.document_id = i.value",
        (json.dumps(list(ids)),),
    )
    return dict(rows)


async def code(session: Session, ids: Sequence[int], *, at: Instant, who: str) -> dict[int, str]:
    """Let drafts hold, and proposals of documents without one; returns what each rests on, for its event."""
    some = json.dumps(list(ids))
    drafts = await session.rows(_CODE_DRAFTS, (at, who, some))
    proposals = await session.rows(_CODE_PROPOSALS, (at, who, some))
    await _enter(session, some)
    return dict([*drafts, *proposals])


async def release(session: Session, ids: Sequence[int]) -> None:
    """Let codings of documents be drafts again; those without one that holds are left alone."""
    held = [row[0] for row in await session.rows(_HELD, (json.dumps(list(ids)),))]
    if not held:
        return
    some = json.dumps(held)
    await session.run(
        "DELETE FROM register_amount WHERE document_id IN (SELECT value FROM json_each(?))", (some,)
    )
    await learning.forget(session, some)
    await session.run(_CORRECTED_ANEW, (some,))
    await session.run(_GIVE_MONTH_BACK, (some,))
    await session.run(
        "UPDATE coding SET state = 'draft' WHERE document_id IN (SELECT value FROM json_each(?))", (some,)
    )


async def put_back(session: Session, before: Mapping[int, Snapshot | None]) -> None:
    """Let codings stand as they did; a document that had none loses its."""
    if not before:
        return
    await release(session, list(before))
    await session.run_many(
        "DELETE FROM coding WHERE document_id = ?", [(id_,) for id_, kept in before.items() if kept is None]
    )
    kept = [(id_, *json.loads(snapshot)) for id_, snapshot in before.items() if snapshot is not None]
    await session.run_many(
        "UPDATE coding SET state = ?, who = ?, at = ? WHERE document_id = ?",
        [(state, who, at, id_) for id_, state, who, at in kept],
    )
    held = [id_ for id_, state, _who, _at in kept if state == "coded"]
    if held:
        await _enter(session, json.dumps(held))


async def _enter(session: Session, some: str) -> None:
    await session.run(_TAKE_MONTH, (some,))
    await session.run(_REGISTER, (some,))
    await learning.remember(session, some)
    await session.run(_CORRECTED_ANEW, (some,))


async def locked(session: Session, ids: Sequence[int]) -> set[int]:
    """Documents whose draft or coding lies in a month that is locked."""
    rows = await session.rows(
        "SELECT c.document_id FROM json_each(?) i CROSS JOIN coding c ON c.document_id = i.value"
        " WHERE EXISTS (SELECT 1 FROM month_lock l WHERE l.firm_id = c.firm_id AND instr(c.months, l.month))",
        (json.dumps(list(ids)),),
    )
    return {row[0] for row in rows}
