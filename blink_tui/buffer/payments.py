"""Payments added to what is coded or approved, closed months left as they are (BOOKKEEPING 1: MK, RR)."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection, Iterator

from blink_tui.buffer import amendments, coding_states, errors, history, meanwhile, statuses
from blink_tui.buffer.bodies import loaded
from blink_tui.buffer.codings import DRAFT
from blink_tui.buffer.database import Database
from blink_tui.buffer.gists import Gist, gist_of
from blink_tui.buffer.session import Session
from blink_tui.i18n import Message, _
from blink_tui.model.clock import Clock
from blink_tui.model.coding import Coding, Identity, PostingLine, Side
from blink_tui.model.dates import Instant, instant_of
from blink_tui.model.decisions import Action
from blink_tui.model.documents import IN_BOOKS, Status
from blink_tui.model.errors import BlinkError
from blink_tui.model.months import Month
from blink_tui.model.words import STATUS_WORDS

_CODED = frozenset({Status.CODED, Status.APPROVED, *IN_BOOKS})
_DECIDED = """
    INSERT INTO decision_document
        (decision_id, document_id, status, previous, version_before, version_after, coding)
    VALUES (?, ?, ?, NULL, ?, ?, ?)
"""


class Payments:
    """Of documents whose VAT follows them."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def check(self, document_id: int, version: int, coding: Coding) -> None:
        """Raise what `add_parts` would."""
        gist = await asyncio.to_thread(gist_of, coding)
        await _allowed(self._database.reader, document_id, version, coding, gist)

    async def add_parts(self, document_id: int, version: int, coding: Coding, *, who: str) -> int:
        """Let a coding with other payments take the place of the one that holds; returns the decision.

        An approved document is coded again and waits for a person's approval; one that the books have as well, and
        it is marked to be put right there. Taking the decision back is refused.
        Raises BlinkError: CHANGED_MEANWHILE, KEPT_ELSEWHERE, NOT_TO_CODE (for whatever is not by payments, too),
        CLOSED_MONTH, INCOMPLETE, PERSON_DECIDES, DOCUMENT_UNKNOWN.
        """
        if history.is_program(who):
            raise BlinkError(errors.PERSON_DECIDES)
        gist = await asyncio.to_thread(gist_of, coding)
        at = instant_of(self._clock.now())
        async with self._database.transaction() as session:
            document, before = await _allowed(session, document_id, version, coding, gist)
            if document.status in IN_BOOKS:
                await amendments.mark(session, [document], at=at, who=who, reason=_("a payment"))
                (document,) = await statuses.standings(session, [document_id])
            snapshot = (await coding_states.snapshots(session, [document_id]))[document_id]
            await coding_states.release(session, [document_id])
            await session.run(DRAFT, (at, who, *gist, document_id))
            await coding_states.code(session, [document_id], at=at, who=who)
            await _tell(session, document, before, gist, at, who)
            return await _decided(session, document, snapshot, at, who)


async def _allowed(
    session: Session, document_id: int, version: int, coding: Coding, gist: Gist
) -> tuple[statuses.Standing, str]:
    """The document and the body of its coding, if another may take its place."""
    document = (await statuses.standings(session, [document_id]))[0]
    if document.status in IN_BOOKS:
        await amendments.require_kept_here(session, document.firm_id, [document_id])
    if document.version != version:
        raise await meanwhile.of_document(session, document_id, document.ksef_number)
    row = await session.row(
        "SELECT body FROM coding WHERE document_id = ? AND state = 'coded'", (document_id,)
    )
    kept = loaded(Coding, row[0]) if row else None
    if kept is None or document.status not in _CODED or not _by_payment(kept, coding):
        status = Message(STATUS_WORDS[document.status])
        raise BlinkError(errors.NOT_TO_CODE, ksef_number=document.ksef_number, status=status)
    locked = await session.rows("SELECT month FROM month_lock WHERE firm_id = ?", (document.firm_id,))
    month = changed_month(kept, coding, [Month.parse(name) for (name,) in locked])
    if month is not None:
        raise BlinkError(errors.CLOSED_MONTH, month=str(month))
    if not gist.complete:
        why = " ".join(str(problem.message) for problem in coding.problems if problem.blocks)
        raise BlinkError(errors.INCOMPLETE, why=why)
    return document, str(row[0]) if row else ""


def _by_payment(kept: Coding, coding: Coding) -> bool:
    """Payments or the month of the last one were chosen otherwise, and nothing else."""
    return (
        kept.choices != coding.choices
        and kept.identity is coding.identity is Identity.ON_PAYMENT
        and kept.choices.but_payments == coding.choices.but_payments
    )


def changed_month(before: Coding, after: Coding, months: Collection[Month]) -> Month | None:
    """The first of some months that does not hold the same by both codings.

    Postings are those of the books' month, but what a payment of an open month moves from one tax to the other.
    """
    for month in sorted(months):
        if list(_held(before, month)) != list(_held(after, month)):
            return month
    books = _books_month(before)  # of both, where it is one of these
    return books if books in months and not _posted_alike(before, after, months) else None


def _held(coding: Coding, month: Month) -> Iterator[object]:
    """All that a coding puts into a month but postings."""
    yield from (row for row in coding.rows if row.month == month)
    yield from (entry for entry in coding.entries if Month.of(entry.day) == month)
    yield coding.periods.books if _books_month(coding) == month else None
    yield coding.periods.cost == month
    yield coding.periods.vat == month


def _posted_alike(before: Coding, after: Coding, months: Collection[Month]) -> bool:
    old, new = _posted(before, months), _posted(after, months)
    if old is None or new is None:  # made by hand: what stood there stands there still
        return not Counter(before.lines) - Counter(after.lines)
    return Counter(old) == Counter(new)


def _posted(coding: Coding, months: Collection[Month]) -> list[PostingLine] | None:
    """Postings without the pairs at their end that belong to payments of other months; None where these are not there.

    The first rows are those of the payments, in the same order as the pairs (`coding.schemes`).
    """
    count = min(len(coding.choices.payments), len(coding.rows))
    place = len(coding.lines) - 2 * count
    pairs = list(zip(coding.lines[place::2], coding.lines[place + 1 :: 2], strict=False)) if count else []
    if place < 0 or not all(_moves(*pair) for pair in pairs):
        return None
    stay = [pair for row, pair in zip(coding.rows, pairs, strict=False) if row.month in months]
    return [*coding.lines[:place], *(line for pair in stay for line in pair)]


def _moves(debit: PostingLine, credit: PostingLine) -> bool:
    return (debit.side, credit.side, debit.amount) == (Side.DEBIT, Side.CREDIT, credit.amount)


def _books_month(coding: Coding) -> Month | None:
    return Month.of(coding.periods.books) if coding.periods.books is not None else None


async def _tell(
    session: Session, document: statuses.Standing, before: str, gist: Gist, at: Instant, who: str
) -> None:
    """Events with both codings, which seals the new one, and with the status where it changes."""
    happening = history.Happening(
        document.id, document.ksef_number, document.sha256, "coding", before, gist.body, gist.ground
    )
    await history.append(session, document.firm_id, [happening], at=at, who=who)
    if document.status is Status.CODED:
        await session.run("UPDATE document SET version = version + 1 WHERE id = ?", (document.id,))
        return
    move = statuses.moved(document, Status.CODED, gist.ground)
    await statuses.move(session, [move], at=at, who=who, reason=None)


async def _decided(
    session: Session,
    document: statuses.Standing,
    snapshot: coding_states.Snapshot,
    at: Instant,
    who: str,
) -> int:
    """Note a decision, so that taking back comes to it and not to the one before."""
    rows = await session.rows(
        "INSERT INTO decision (at, who, action, documents) VALUES (?, ?, ?, 1) RETURNING id",
        (at, who, Action.CODE.value),
    )
    decision_id = int(rows[0][0])
    taken = (document.id, document.status.value, document.version, document.version + 1, snapshot)
    await session.run(_DECIDED, (decision_id, *taken))
    return decision_id
