"""No statement about hand-overs, payments and books read back reads everything for a few, as SQLite plans it."""

from __future__ import annotations

import pytest

from blink_tui.buffer import (
    Buffer,
    amendments,
    batches,
    book_booking,
    book_compare,
    book_guards,
    book_imports,
    book_matches,
    book_rows,
    payment_batches,
)

STATEMENTS = {
    "kept elsewhere": amendments._KEPT_ELSEWHERE,
    "to be put right": amendments._MARK,
    "taken back": amendments.TAKEN_BACK,
    "batches of a firm": batches._SELECT.format(where="firm_id = ?"),
    "unsettled batches": batches._SELECT.format(where=batches.UNSETTLED),
    "files of batches": batches._FILES,
    "further than their batch": batches._IN_BOOKS,
    "unsettled payments": payment_batches._UNSETTLED,
    "to be paid": payment_batches._DUE,
    "what is paid": payment_batches._CANDIDATES,
    "by number of KSeF": book_matches._BY_KSEF,
    "by number": book_matches._NUMBERED,
    "answers": book_matches._ANSWERS,
    "a number came": book_matches._NUMBER_CAME,
    "rows alike": book_matches._ROWS_LIKE,
    "to settle": book_booking.TO_SETTLE,
    "where it was": book_booking.WAS,
    "may stand": book_guards.MAY_STAND,
    "stands": book_guards.STANDS,
    "questions of documents": book_rows._QUESTIONS.format(source=book_rows._OF_DOCUMENTS),
    "questions of a firm": book_rows._QUESTIONS.format(source=book_rows._OF_FIRM),
    "matched": book_rows._MATCHED,
    "unmatched": book_rows._UNMATCH,
    "matched documents": book_compare.MATCHED,
    "rows of documents": book_compare.ROWS,
    "unknown numbers": book_compare.UNKNOWN,
    "outside": book_compare.OUTSIDE,
    "absent": book_compare.ABSENT,
    "absent without a VAT month": book_compare.ABSENT_WITHOUT_VAT,
    "fields": book_compare._FIELDS,
    "elsewhere": book_compare._ELSEWHERE,
    "sums": book_compare._SUMS,
    "asked": book_compare._ASKED,
    "overlapping": book_imports._OVERLAPPING,
    "gone": book_imports._GONE,
}
SMALL = ("SCAN f", "SCAN i", "SCAN (subquery-")
"""Imports, and what a statement has gathered itself."""


@pytest.mark.parametrize("name", STATEMENTS)
async def test_nothing_is_read_whole(buffer: Buffer, name: str) -> None:
    sql = STATEMENTS[name]
    places = 3 if "?3" in sql else 1 if "?1" in sql else sql.count("?")
    plan = await buffer._database.reader.rows(f"EXPLAIN QUERY PLAN {sql}", [None] * places)
    steps = [row[3] for row in plan]
    scans = [step for step in steps if step.startswith("SCAN") and "VIRTUAL TABLE" not in step]
    assert [step for step in scans if not step.startswith(SMALL)] == []
    assert [step for step in steps if "document_by_status" in step or "AUTOMATIC" in step] == []
