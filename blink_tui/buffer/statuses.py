"""Changes of status within a transaction: allowed or refused for all documents of a call alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from blink_tui.buffer import errors, history, meanwhile
from blink_tui.buffer.session import Row, Session
from blink_tui.buffer.sql import composed, places, sliced
from blink_tui.i18n import Message
from blink_tui.model.dates import Instant
from blink_tui.model.decisions import UNDECIDED
from blink_tui.model.documents import BATCH_ONLY, TRANSITIONS, Status
from blink_tui.model.errors import BlinkError
from blink_tui.model.values import KsefNumber, Sha256
from blink_tui.model.words import STATUS_WORDS

CHUNK = 1000
"""Documents changed in one go: another writer waits 8 ms for them, 329 ms for five times as many."""

ASIDE = frozenset({Status.QUERIED, Status.EXCLUDED})
"""What remembers where it was."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A document as it stands before the change."""

    id: int
    firm_id: int
    ksef_number: KsefNumber
    sha256: Sha256
    status: Status
    previous: Status | None
    version: int


def may_become(status: Status, previous: Status | None, to: Status, *, by_batch: bool = False) -> bool:
    """Whether a document may take a status: by the table, and back from aside only to where it was."""
    if (status, to) in BATCH_ONLY and not by_batch:
        return False
    if status in ASIDE:
        return to is previous
    return to in TRANSITIONS[status]


async def standings(session: Session, ids: Sequence[int]) -> list[Standing]:
    """Documents in the order asked for, each once. Raises BlinkError(DOCUMENT_UNKNOWN)."""
    found: dict[int, Standing] = {}
    wanted = list(dict.fromkeys(ids))
    for some in sliced(wanted):
        rows = await session.rows(
            composed(
                "SELECT d.id, d.firm_id, d.ksef_number, x.sha256, d.status, d.previous, d.version FROM document d"
                " JOIN invoice_xml x ON x.ksef_number = d.ksef_number WHERE d.id IN ({places})",
                places=places(len(some)),
            ),
            some,
        )
        found.update((row[0], _standing(row)) for row in rows)
    for id_ in wanted:
        if id_ not in found:
            raise BlinkError(errors.DOCUMENT_UNKNOWN, document=id_)
    return [found[id_] for id_ in wanted]


def _standing(row: Row) -> Standing:
    id_, firm_id, number, sha256, status, previous, version = row
    return Standing(
        id_, firm_id, number, sha256, Status(status), Status(previous) if previous else None, version
    )


@dataclass(frozen=True, slots=True)
class Move:
    """A document with the status that it gets, and where it then comes from if it is set aside."""

    document: Standing
    to: Status
    previous: Status | None
    reason: str | None = None
    """In the place of the reason that all documents of a call have."""


def moved(document: Standing, to: Status, reason: str | None = None) -> Move:
    """A document on its way to a status, remembering where it was if it is set aside."""
    return Move(document, to, document.status if to in ASIDE else None, reason)


async def change(
    session: Session,
    documents: Sequence[Standing],
    to: Status,
    *,
    at: Instant,
    who: str,
    reason: str | None,
    versions: Mapping[int, int] | None = None,
    by_batch: bool = False,
) -> None:
    """Give documents a status and write the events. Raises BlinkError: STATUS_NOT_ALLOWED, CHANGED_MEANWHILE."""
    for document in documents:
        if versions and versions.get(document.id, document.version) != document.version:
            raise await meanwhile.of_document(session, document.id, document.ksef_number)
        _require_allowed(document, to, by_batch=by_batch)
    await move(session, [moved(document, to) for document in documents], at=at, who=who, reason=reason)


async def move(
    session: Session,
    moves: Sequence[Move],
    *,
    at: Instant,
    who: str,
    reason: str | None,
    what: str = "status",
) -> None:
    """Give each document its status, allowed or not, and write the events; each version grows by one.

    Raises BlinkError(PERSON_DECIDES) where not a person approves.
    """
    if history.is_program(who) and any(_approves(one) for one in moves):
        raise BlinkError(errors.PERSON_DECIDES)
    for some in sliced(moves, CHUNK):
        await session.run_many(
            "UPDATE document SET status = ?, previous = ?, version = version + 1 WHERE id = ?",
            [(one.to.value, one.previous.value if one.previous else None, one.document.id) for one in some],
        )
        by_firm: dict[int, list[history.Happening]] = {}
        for one in some:
            d = one.document
            by_firm.setdefault(d.firm_id, []).append(
                history.Happening(
                    d.id, d.ksef_number, d.sha256, what, d.status.value, one.to.value, one.reason
                )
            )
        await history.append_all(session, by_firm, at=at, who=who, reason=reason)


def _approves(one: Move) -> bool:
    return one.to is Status.APPROVED and one.document.status in UNDECIDED


def _require_allowed(document: Standing, to: Status, *, by_batch: bool) -> None:
    if not may_become(document.status, document.previous, to, by_batch=by_batch):
        raise BlinkError(
            errors.STATUS_NOT_ALLOWED,
            ksef_number=document.ksef_number,
            before=Message(STATUS_WORDS[document.status]),
            after=Message(STATUS_WORDS[to]),
        )
