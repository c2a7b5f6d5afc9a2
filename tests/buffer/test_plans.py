"""No statement of coding reads all documents for a few: what each one asks the indexes, as SQLite plans it."""

from __future__ import annotations

import pytest

from blink_tui.buffer import Buffer, coding_states, codings, learning, questions, registers, sealed, standing
from blink_tui.model.decisions import Action

STATEMENTS = {
    "up": learning._UP,
    "down": learning._DOWN,
    "bought anew": learning._BOUGHT_ANEW,
    "sold anew": learning._SOLD_ANEW,
    "corrected anew": coding_states._CORRECTED_ANEW,
    "take month": coding_states._TAKE_MONTH,
    "give month back": coding_states._GIVE_MONTH_BACK,
    "register": coding_states._REGISTER,
    "code drafts": coding_states._CODE_DRAFTS,
    "code proposals": coding_states._CODE_PROPOSALS,
    "ask": questions._ASK,
    "open again": questions._OPEN_AGAIN,
    "sums": registers._SUMS.format(counted=registers._COUNTED, which="f.id = ?"),
    "sums of all": registers._SUMS.format(counted=registers._COUNTED, which="1"),
    "seals": sealed._WITH_GROUND,
    "waiting": codings._about(codings._WAITING) + " LIMIT ?2",
} | {
    f"look for {action}": standing._READ.format(
        seal=standing._SEAL, looked=", ".join(standing.look(action, "anna").columns)
    )
    for action in Action
}
SMALL = ("SCAN f", "SCAN b", "SCAN less", "SCAN (subquery-", "SCAN p USING INDEX proposal_automatic")
"""Firms, their books, and what a statement has gathered itself."""


@pytest.mark.parametrize("name", STATEMENTS)
async def test_nothing_is_read_whole(buffer: Buffer, name: str) -> None:
    sql = STATEMENTS[name]
    places = 2 if "?2" in sql else 1 if "?1" in sql else sql.count("?")
    plan = await buffer._database.reader.rows(f"EXPLAIN QUERY PLAN {sql}", [None] * places)
    steps = [row[3] for row in plan]
    assert [step for step in steps if "document_by_status" in step] == []
    scans = [step for step in steps if step.startswith("SCAN") and "VIRTUAL TABLE" not in step]
    assert [step for step in scans if not step.startswith(SMALL)] == []
