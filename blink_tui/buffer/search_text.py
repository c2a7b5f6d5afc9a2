"""Search texts and the trigrams of them, written together: nothing else may write either.

A trigger would do the same six times slower: it makes FTS5 write what it gathered after every single row.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from blink_tui.buffer.session import Row, Session

_HELD = """
    SELECT document_id, text FROM document_search WHERE document_id IN (SELECT value FROM json_each(?))
"""
_FORGET = """
    INSERT INTO document_words (document_words, rowid, text)
    SELECT 'delete', document_id, text FROM document_search WHERE document_id IN (SELECT value FROM json_each(?))
"""
_KEEP = """
    INSERT INTO document_search (document_id, text) VALUES (?, ?) ON CONFLICT DO UPDATE SET text = excluded.text
"""
_LEARN = """
    INSERT INTO document_words (rowid, text)
    SELECT document_id, text FROM document_search WHERE document_id IN (SELECT value FROM json_each(?))
"""


async def forget(session: Session, ids: str) -> None:
    """Texts of documents that go, by their ids as JSON."""
    await session.run(_FORGET, (ids,))
    await session.run(
        "DELETE FROM document_search WHERE document_id IN (SELECT value FROM json_each(?))", (ids,)
    )


async def keep(session: Session, rows: Sequence[Row]) -> None:
    """Texts of documents, each an id with its text, in the place of earlier ones; equal ones are not written."""
    ids = json.dumps([id_ for id_, _text in rows])
    held: dict[int, str] = dict(await session.rows(_HELD, (ids,)))
    news = {id_: text for id_, text in rows if held.get(id_) != text}
    if not news:
        return
    changed = [id_ for id_ in news if id_ in held]
    if changed:
        await session.run(_FORGET, (json.dumps(changed),))
    await session.run_many(_KEEP, [*news.items()])
    await session.run(_LEARN, (json.dumps([*news]),))
