"""`blink doc history`: what happened to a document, who did it and by what; of a coding, what was changed in it."""

from __future__ import annotations

import json as json_text
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blink_tui.cli import options, output
from blink_tui.cli.choice import HolderOption, the_document
from blink_tui.cli.coding_text import SIDE_WORDS
from blink_tui.cli.options import AsJson
from blink_tui.i18n import N_, _
from blink_tui.model.book_row_words import ANSWER_WORDS
from blink_tui.model.book_rows import Answer
from blink_tui.model.coding import Coding
from blink_tui.model.decisions import explained
from blink_tui.model.documents import Direction, Status
from blink_tui.model.text import clean
from blink_tui.model.words import DIRECTION_WORDS, STATUS_WORDS

if TYPE_CHECKING:
    from blink_tui.buffer import DocumentEvent
    from blink_tui.cli.context import Profile

_CODING = "coding"
_WHAT = {
    "fetched": N_("fetched"),
    "role": N_("role"),
    "direction": N_("direction"),
    "status": N_("status"),
    "undo": N_("taken back"),
    "book-row": N_("a row of the books"),
    "payment": N_("list of payments"),
    _CODING: N_("draft"),
}
_PARTS: tuple[tuple[str, Callable[[Coding], object]], ...] = (
    (N_("scheme"), lambda coding: coding.scheme),
    (N_("rule"), lambda coding: coding.rule),
    (N_("document type"), lambda coding: coding.document_type),
    (N_("description"), lambda coding: coding.description),
    (N_("VAT month"), lambda coding: coding.periods.vat),
    (N_("day of the entry"), lambda coding: coding.periods.books),
    (N_("month of the cost"), lambda coding: coding.periods.cost),
    (N_("postings"), lambda coding: ", ".join(_postings(coding))),
    (N_("registers"), lambda coding: ", ".join(_rows(coding))),
    (N_("columns"), lambda coding: ", ".join(f"{one.column} {output.amount(one.amount)}" for one in coding.entries)),
)  # fmt: skip


def history(
    context: typer.Context,
    number: Annotated[str, typer.Argument(metavar="KSEF-NUMBER")],
    firm: HolderOption = None,
    json: AsJson = False,
) -> None:
    options.run(_tell(options.profile(context), number, firm, as_json=json))


async def _tell(profile: Profile, number: str, firm: str | None, *, as_json: bool) -> None:
    async with profile.open_buffer() as buffer:
        document = await the_document(buffer, number, firm)
        events = await buffer.history.of_document(document.id)
    if as_json:
        for event in events:
            output.say_json(_json(event))
        return
    for event in events:
        output.say(f"{output.moment(event.at)}  {clean(event.who)}  {_head(event)}")
        for line in _details(event):
            output.say(f"    {clean(line)}")


def _head(event: DocumentEvent) -> str:
    what = _(_WHAT[event.what]) if event.what in _WHAT else clean(event.what)
    if event.what == _CODING:
        what = _("payment") if event.reason else what
        return what if event.after else _("draft dropped")
    before, after = _value(event.before), _value(event.after)
    return f"{what}: {before} → {after}" if before else f"{what}: {after}"


def _details(event: DocumentEvent) -> Iterator[str]:
    if event.what == _CODING:
        yield from changes(_coding(event.before), _coding(event.after))
    elif event.reason:
        yield explained(event.reason)


def changes(before: Coding | None, after: Coding | None) -> Iterator[str]:
    """A line for each part in which two codings differ; nothing for a part that neither has."""
    for label, part in _PARTS:
        old, new = (str(part(one) or "") if one is not None else "" for one in (before, after))
        if old != new:
            yield f"{_(label)}: {old or '–'} → {new or '–'}"


def _postings(coding: Coding) -> Iterator[str]:
    for line in coding.lines:
        yield f"{SIDE_WORDS[line.side]} {line.account} {output.amount(line.amount)}"


def _rows(coding: Coding) -> Iterator[str]:
    for row in coding.rows:
        fields = " ".join(f"{field} {output.amount(amount)}" for field, amount in row.amounts)
        yield " ".join(filter(None, (str(row.month or ""), fields, *row.marks)))


def _coding(text: str | None) -> Coding | None:
    """Of another version of the program it may be one that this one does not know."""
    from msgspec import DecodeError

    from blink_tui.buffer.bodies import loaded

    try:
        return loaded(Coding, text) if text else None
    except DecodeError:
        return None


def _value(text: str | None) -> str:
    """A status, a direction or an answer in words; anything else as it is."""
    words: Sequence[tuple[type[Status] | type[Direction] | type[Answer], Any]] = (
        (Status, STATUS_WORDS),
        (Direction, DIRECTION_WORDS),
        (Answer, ANSWER_WORDS),
    )
    for kind, known in words:
        if text in list(kind):
            return _(known[kind(text)])
    return clean(text or "")


def _json(event: DocumentEvent) -> dict[str, Any]:
    told: dict[str, Any] = {
        "seq": event.seq,
        "at": event.at,
        "who": event.who,
        "what": event.what,
        "before": event.before,
        "after": event.after,
        "reason": event.reason,
        "hash": event.hash.hex(),
    }
    if event.what == _CODING:
        told |= {name: json_text.loads(told[name]) for name in ("before", "after") if told[name]}
    return told
