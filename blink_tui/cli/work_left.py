"""What waits for a person in each firm: documents by status, questions without an answer, books not set up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from blink_tui.i18n import _
from blink_tui.model.books import Books
from blink_tui.model.documents import Status
from blink_tui.model.words import STATUS_WORDS

if TYPE_CHECKING:
    from blink_tui.buffer import Buffer


@dataclass(frozen=True, slots=True)
class WorkLeft:
    """Of one firm."""

    books: Books | None
    documents: Mapping[Status, int]
    questions: int
    """Open ones without an answer."""


async def work_left(buffer: Buffer) -> dict[int, WorkLeft]:
    """Of every firm; few queries whatever their number."""
    books = await buffer.books.all()
    waiting = await buffer.overview.waiting()
    asked = Counter(one.firm_id for one in await buffer.questions.open() if one.answer is None)
    return {
        firm.id: WorkLeft(books.get(firm.id), waiting.get(firm.id, {}), asked[firm.id])
        for firm in await buffer.firms.list()
    }


def work_json(left: WorkLeft) -> dict[str, Any]:
    """As scripts read it."""
    return {
        "books": left.books.kind if left.books else None,
        "waiting": {status.value: count for status, count in left.documents.items()},
        "questions": left.questions,
    }


def work_notes(left: WorkLeft) -> Iterator[str]:
    """A line for a firm with books of which something waits."""
    waiting = [(status, left.documents.get(status, 0)) for status in Status]
    parts = [f"{_(STATUS_WORDS[status])} {count}" for status, count in waiting if count]
    if left.books is not None and parts:
        yield _("waiting: {documents}").format(documents=", ".join(parts))
    if left.questions:
        yield _("questions without an answer: {n}; to mail them: blink doc query --export -").format(
            n=left.questions
        )
