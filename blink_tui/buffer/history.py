"""Events chained by hash per firm, of documents and of the firm itself, added only inside the change they tell of."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from blink_tui.buffer import chain, errors
from blink_tui.buffer.session import Row, Session
from blink_tui.buffer.sql import sliced
from blink_tui.model.dates import Instant
from blink_tui.model.errors import BlinkError
from blink_tui.model.values import KsefNumber, Sha256

ENGINE = "blink-tui"
"""Who did what no person did."""


def is_program(who: str) -> bool:
    """Whether nobody did it but the program or one of its rules, which never decide but on coding."""
    return not who.strip() or who.startswith(ENGINE)


def require_person(who: str, reason: str) -> None:
    """That a person decides, and says why. Raises BlinkError: PERSON_DECIDES, REASON_WANTED."""
    if is_program(who):
        raise BlinkError(errors.PERSON_DECIDES)
    if not reason.strip():
        raise BlinkError(errors.REASON_WANTED)


_PAGE = 1000
"""Events hashed or checked in one go, so that the event loop is free again after a few milliseconds."""


class Happening(NamedTuple):
    """One change of one document, not yet in the chain; a tuple, because there is one for every new document."""

    document_id: int
    ksef_number: KsefNumber
    sha256: Sha256
    what: str
    before: str | None
    after: str
    reason: str | None = None
    """In the place of the reason that all of them have."""


async def start(session: Session, firm_id: int, context_type: str, context_value: str) -> None:
    """Begin the chain of a new firm."""
    head = chain.genesis(context_type, context_value)
    await session.run("INSERT INTO chain (firm_id, length, head) VALUES (?, 0, ?)", (firm_id, head))


async def start_many(session: Session, firms: Sequence[tuple[int, str, str]]) -> None:
    """Begin the chains of new firms, each an id with the type and value of its context."""
    rows = [(firm_id, chain.genesis(type_, value)) for firm_id, type_, value in firms]
    await session.run_many("INSERT INTO chain (firm_id, length, head) VALUES (?, 0, ?)", rows)


_ADD = """
    INSERT INTO document_event (firm_id, seq, document_id, at, who, what, before, after, reason, hash)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


async def append(
    session: Session,
    firm_id: int,
    happenings: Sequence[Happening],
    *,
    at: Instant,
    who: str,
    reason: str | None = None,
) -> bytes:
    """Add events to a firm's chain within the caller's transaction; returns the chain's new head."""
    last = await end(session, firm_id)
    for some in sliced(happenings, _PAGE):
        rows, last = _linked(firm_id, last, some, at, who, reason)
        await session.run_many(_ADD, rows)
    await session.run("UPDATE chain SET length = ?, head = ? WHERE firm_id = ?", (*last, firm_id))
    return last[1]


_ADD_OF_FIRM = """
    INSERT INTO firm_event (firm_id, seq, at, who, what, before, after, reason, hash)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


async def append_firm(
    session: Session,
    firm_id: int,
    what: str,
    before: str | None,
    after: str,
    *,
    at: Instant,
    who: str,
    reason: str | None = None,
) -> bytes:
    """Add an event of the firm itself to its chain within the caller's transaction; returns the chain's new head."""
    length, head = await end(session, firm_id)
    (link,) = chain.linked(head, [(at, who, what, before, after, reason)])
    await session.run(_ADD_OF_FIRM, (firm_id, length + 1, at, who, what, before, after, reason, link))
    await session.run("UPDATE chain SET length = ?, head = ? WHERE firm_id = ?", (length + 1, link, firm_id))
    return link


async def append_all(
    session: Session,
    by_firm: Mapping[int, Sequence[Happening]],
    *,
    at: Instant,
    who: str,
    reason: str | None = None,
) -> None:
    """Add events to the chains of several firms, a few at each, in as many statements as for one firm."""
    ends = {
        firm_id: (length, head)
        for firm_id, length, head in await session.rows(
            "SELECT firm_id, length, head FROM chain WHERE firm_id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(by_firm)),),
        )
    }
    if ends.keys() != by_firm.keys():
        raise BlinkError(errors.ERASED_MEANWHILE)
    added: list[Row] = []
    for firm_id in sorted(by_firm):
        rows, ends[firm_id] = _linked(firm_id, ends[firm_id], by_firm[firm_id], at, who, reason)
        added += rows
    await session.run_many(_ADD, added)
    await session.run_many(
        "UPDATE chain SET length = ?, head = ? WHERE firm_id = ?",
        [(*ends[firm_id], firm_id) for firm_id in by_firm],
    )


def _linked(
    firm_id: int,
    last: tuple[int, bytes],
    happenings: Sequence[Happening],
    at: Instant,
    who: str,
    reason: str | None,
) -> tuple[list[Row], tuple[int, bytes]]:
    """Rows of events that follow the end of a chain, and the chain's new end."""
    length, head = last
    contents = [
        (h.ksef_number, h.sha256, at, who, h.what, h.before, h.after, h.reason or reason) for h in happenings
    ]
    hashes = chain.linked(head, contents)
    rows: list[Row] = [
        (firm_id, seq, h.document_id, at, who, h.what, h.before, h.after, h.reason or reason, link)
        for seq, (h, link) in enumerate(zip(happenings, hashes, strict=True), length + 1)
    ]
    return rows, (length + len(rows), hashes[-1] if hashes else head)


async def end(session: Session, firm_id: int) -> tuple[int, bytes]:
    """Length and head of a firm's chain. Raises BlinkError(ERASED_MEANWHILE) where that is gone."""
    row = await session.row("SELECT length, head FROM chain WHERE firm_id = ?", (firm_id,))
    if row is None:
        raise BlinkError(errors.ERASED_MEANWHILE)
    return row[0], row[1]
