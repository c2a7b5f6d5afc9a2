"""Which rows of which tables are a firm's: read from the schema itself, so that a new table is not forgotten.

A table with `firm_id` or `document_id` belongs to firms by it. What belongs to them otherwise is told here, and so is
every table that holds nothing of a firm; a test fails for a table that is neither.
"""

from __future__ import annotations

from dataclasses import dataclass

from blink_tui.buffer.session import Session
from blink_tui.buffer.sql import composed

_ALWAYS = "TRUE"
_LOST = "(context_value, env) = (SELECT context_value, env FROM firm WHERE id = ?1)"
_OF_DOCUMENTS = "document_id IN (SELECT id FROM document WHERE firm_id = ?1)"

OTHERWISE: dict[str, tuple[str, str]] = {
    "firm": ("id = ?1", _ALWAYS),
    "batch_file": ("batch_id IN (SELECT id FROM batch WHERE firm_id = ?1)", _ALWAYS),
    "lost_batch": (_LOST, _ALWAYS),
    "lost_document": (composed("lost_id IN (SELECT id FROM lost_batch WHERE {lost})", lost=_LOST), _ALWAYS),
    "payment": ("batch_id IN (SELECT id FROM payment_batch WHERE firm_id = ?1)", _ALWAYS),
    "book_row": ("import_id IN (SELECT id FROM book_import WHERE firm_id = ?1)", _ALWAYS),
    "book_sum": ("import_id IN (SELECT id FROM book_import WHERE firm_id = ?1)", _ALWAYS),
    "granted_context": (
        "(office_id = ?1 OR (context_type, context_value) ="
        " (SELECT context_type, context_value FROM firm WHERE id = ?1))",
        _ALWAYS,
    ),
    "credential": (
        "id IN (SELECT credential_id FROM credential_firm WHERE firm_id = ?1)",
        "NOT EXISTS (SELECT 1 FROM credential_firm o WHERE o.credential_id = credential.id AND o.firm_id <> ?1)",
    ),
    "decision": (
        "id IN (SELECT p.decision_id FROM decision_document p JOIN document d ON d.id = p.document_id"
        " WHERE d.firm_id = ?1)",
        "NOT EXISTS (SELECT 1 FROM decision_document p JOIN document d ON d.id = p.document_id"
        " WHERE p.decision_id = decision.id AND d.firm_id <> ?1)",
    ),
    "invoice_xml": (
        "ksef_number IN (SELECT ksef_number FROM document WHERE firm_id = ?1)",
        "NOT EXISTS (SELECT 1 FROM document d WHERE d.ksef_number = invoice_xml.ksef_number AND d.firm_id <> ?1)",
    ),
    "collective": (
        "number IN (SELECT number FROM collective_viewer WHERE firm_id = ?1)",
        "NOT EXISTS (SELECT 1 FROM collective_viewer o WHERE o.number = collective.number AND o.firm_id <> ?1)",
    ),
    "collective_member": (
        "number IN (SELECT number FROM collective_viewer WHERE firm_id = ?1)",
        "NOT EXISTS (SELECT 1 FROM collective_viewer o WHERE o.number = collective_member.number AND o.firm_id <> ?1)",
    ),
    "seller_account": (
        "seller IN (SELECT seller FROM document_trait WHERE firm_id = ?1)",
        "NOT EXISTS (SELECT 1 FROM document_trait o WHERE o.seller = seller_account.seller AND o.firm_id <> ?1)",
    ),
}
"""Tables whose rows are a firm's by other tables: which concern it, and which of them are its alone.

What several firms share stays when one of them is erased.
"""

NOBODYS = {
    "setting": "of the whole profile",
    "saved_filter": "of users, who type whatever they look for",
    "outage": "of KSeF",
    "system_state": "of KSeF",
    "sentence": "texts of the program, without what stands in their places",
    "exchange_rate": "of the National Bank",
    "chore": "of the program",
    "counter": "sums over all firms",
    "presence": "of processes",
    "notice_target": "of those who are told",
    "notice_round": "of the program",
    "erased": "what is left of erased firms",
    "erased_end": "what is left of erased firms",
}
"""Tables without anything of a firm, each with why."""

WORDS = "document_words"
"""The index over search texts: its rows go with those of `document_search`, by its own commands."""


@dataclass(frozen=True, slots=True)
class Belonging:
    """A table with rows of firms."""

    table: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    """Columns of the primary key."""
    concerns: str
    """The condition that a row is about the firm; ?1 is the firm's id."""
    alone: str
    """The condition that such a row is about no other firm."""
    by_document: bool
    """An index leads from documents to their rows, so that they can go with the document."""

    @property
    def whose(self) -> str:
        """The condition that a row is the firm's, and goes with it."""
        return self.concerns if self.alone == _ALWAYS else f"{self.concerns} AND {self.alone}"


async def belongings(session: Session) -> dict[str, Belonging]:
    """Every table that holds anything of firms."""
    rows = await session.rows(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    )
    found: dict[str, Belonging] = {}
    for (table,) in sorted(rows):
        if table in NOBODYS or table.startswith(WORDS):
            continue
        info = await session.rows("SELECT name, pk FROM pragma_table_info(?)", (table,))
        columns = tuple(name for name, _pk in info)
        whose = OTHERWISE.get(table) or _usual(columns)
        if whose is not None:
            key = tuple(name for name, place in sorted(info, key=lambda row: row[1]) if place)
            found[table] = Belonging(table, columns, key, *whose, await _by_document(session, table, key))
    return found


def _usual(columns: tuple[str, ...]) -> tuple[str, str] | None:
    if "firm_id" in columns:
        return "firm_id = ?1", _ALWAYS
    return (_OF_DOCUMENTS, _ALWAYS) if "document_id" in columns else None


async def _by_document(session: Session, table: str, key: tuple[str, ...]) -> bool:
    if key[:1] == ("document_id",):
        return True
    rows = await session.rows(
        "SELECT i.partial FROM pragma_index_list(?1) i JOIN pragma_index_info(i.name) c"
        " WHERE c.seqno = 0 AND c.name = 'document_id'",
        (table,),
    )
    return any(not partial for (partial,) in rows)


def deleted(one: Belonging, where: str) -> str:
    """A statement that deletes rows of a table."""
    return composed("DELETE FROM {table} WHERE {where}", table=one.table, where=where)


def some_deleted(one: Belonging) -> str:
    """A statement that deletes at most ?2 of a firm's rows (?1) and tells each."""
    key = ", ".join(one.key)
    return composed(
        "DELETE FROM {table} WHERE ({key}) IN (SELECT {key} FROM {table} WHERE {whose} LIMIT ?2) RETURNING 1",
        table=one.table,
        key=key,
        whose=one.whose,
    )
