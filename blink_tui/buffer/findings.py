"""What was found odd about documents, each finding with its sentence, so that it can be told in any language."""

from __future__ import annotations

import json
from collections.abc import Sequence

from blink_tui.buffer.database import Database
from blink_tui.buffer.session import Row, Session
from blink_tui.buffer.sql import composed
from blink_tui.i18n import Message
from blink_tui.model.findings import Finding, Severity

_KEEP = """
    INSERT INTO document_finding (document_id, source, position, kind, severity, sentence_id, places, fields)
    VALUES (?, ?, ?, ?, ?, (SELECT id FROM sentence WHERE text = ?), ?, ?)
    ON CONFLICT DO UPDATE SET kind = excluded.kind, severity = excluded.severity, sentence_id = excluded.sentence_id,
        places = excluded.places, fields = excluded.fields
    WHERE (kind, severity, sentence_id, places, fields)
        IS NOT (excluded.kind, excluded.severity, excluded.sentence_id, excluded.places, excluded.fields)
"""


class Findings:
    """Findings of the second stage: of a document's content, and of its place among others."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, document_id: int, source: str | None = None) -> tuple[Finding, ...]:
        """What was found about a document, gravest first; of one source (`deriving.CONTENT`, `HISTORY`) or of both."""
        where = "" if source is None else " AND f.source = ?"
        rows = await self._database.reader.rows(
            composed(
                "SELECT f.kind, f.severity, s.text, f.places, f.fields FROM document_finding f"
                " JOIN sentence s ON s.id = f.sentence_id WHERE f.document_id = ?{where}"
                " ORDER BY f.severity DESC, f.source, f.position",
                where=where,
            ),
            (document_id,) if source is None else (document_id, source),
        )
        return tuple(
            Finding(kind, Severity(severity), Message(text, json.loads(values)), tuple(json.loads(fields)))
            for kind, severity, text, values, fields in rows
        )

    async def counts(self, firm_ids: Sequence[int] | None = None) -> dict[str, int]:
        """How many documents each kind of finding stands on, of some firms or of all."""
        some = (
            ""
            if firm_ids is None
            else " JOIN document d ON d.id = f.document_id WHERE d.firm_id IN (SELECT value FROM json_each(?))"
        )
        rows = await self._database.scan(
            composed(
                "SELECT f.kind, count(DISTINCT f.document_id) FROM document_finding f{some} GROUP BY f.kind",
                some=some,
            ),
            () if firm_ids is None else (json.dumps(list(firm_ids)),),
        )
        return dict(rows)


async def replace(
    session: Session, source: str, ends: Sequence[tuple[int, int]], rows: Sequence[Row]
) -> None:
    """Put findings of one source in the place of earlier ones (`deriving.finding_rows`).

    `ends` are documents with the number of their findings: what stands beyond goes. What is the same is not written.
    """
    await session.run_many(
        "DELETE FROM document_finding WHERE document_id = ? AND source = ? AND position >= ?",
        [(document_id, source, count) for document_id, count in ends],
    )
    await session.run_many(
        "INSERT OR IGNORE INTO sentence (text) VALUES (?)", [(text,) for text in {row[5] for row in rows}]
    )
    await session.run_many(_KEEP, rows)
