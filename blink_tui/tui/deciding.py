"""What a decision asks before it is made, on one document or on many, and how it is made and taken back.

Each function asks over a screen beside the loop and calls `then` once something has changed.
"""

from __future__ import annotations

import textwrap
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from textual.screen import Screen

from blink_tui.buffer.decisions import Outcome, Preview, Progress, Selection, Told
from blink_tui.buffer.undoing import Past, Undone
from blink_tui.i18n import _, ngettext
from blink_tui.model.decisions import (
    ACTION_WORDS,
    DECIDER_WORDS,
    REASON_WORDS,
    Action,
    Decider,
    Decision,
    Exclusion,
    Reason,
    done_sentence,
    explained,
)
from blink_tui.model.errors import BlinkError
from blink_tui.model.refusals import refused_sentences
from blink_tui.tui.screens.dialogs import Choose, Confirm
from blink_tui.tui.screens.questions import AskText, Working
from blink_tui.tui.sums import sum_lines
from blink_tui.tui.words import moment, number

if TYPE_CHECKING:
    from blink_tui.tui.app import ConsoleApp

Then = Callable[[], None]

_WIDTH = 74
_AT_ONCE = 300
"""Documents that are done before a window about them could be read."""
_TOLD_EVERY = timedelta(seconds=0.5)
_COUNTED = (Action.CODE, Action.APPROVE, Action.BOOK)
"""Shown with count and sums even where it is one document."""


def nothing() -> None:
    """What follows when nothing has to."""


def ask_to_approve(screen: Screen[Any], selection: Selection, then: Then = nothing) -> None:
    """Ask with count and sums, then approve."""
    _start(screen, partial(_carry_out, screen, selection, Decision(Action.APPROVE), then))


def ask_to_code(screen: Screen[Any], selection: Selection, then: Then = nothing) -> None:
    """Ask with count and sums, then code as proposed, or as their drafts say."""
    _start(screen, partial(_carry_out, screen, selection, Decision(Action.CODE), then))


def ask_to_book(screen: Screen[Any], selection: Selection, then: Then = nothing) -> None:
    """Ask with count and sums, then take as booked what was handed over or what another source books."""
    _start(screen, partial(_carry_out, screen, selection, Decision(Action.BOOK), then))


def edit_coding(screen: Screen[Any], document_id: int, then: Then = nothing) -> None:
    """Open the editor on a document."""
    from blink_tui.tui.screens.editor import edit_document  # which itself needs what is asked here

    async def edit() -> None:
        if await edit_document(_console(screen), document_id) is not None:
            then()

    _start(screen, edit)


def ask_to_query(screen: Screen[Any], selection: Selection, then: Then = nothing) -> None:
    """Ask what is to be cleared up, then set aside."""
    _start(screen, partial(_after, screen, selection, the_question(screen), then))


def ask_to_exclude(screen: Screen[Any], selection: Selection, then: Then = nothing) -> None:
    """Ask why and by whose decision, then set aside for good."""
    _start(screen, partial(_after, screen, selection, the_exclusion(screen), then))


def ask_to_reopen(screen: Screen[Any], selection: Selection, then: Then = nothing) -> None:
    """Ask why, then put back."""
    _start(screen, partial(_after, screen, selection, the_reopening(screen), then))


def undo_last(screen: Screen[Any], then: Then = nothing) -> None:
    """Take the user's last decision back; one on many documents asks first."""
    _start(screen, partial(_undo, screen, then))


# What a decision has to say


async def the_question(screen: Screen[Any]) -> Decision | None:
    """A query with its question; None when left."""
    window = AskText(_("What is to be cleared up?"), _("one line; it stays with the document"))
    text = await screen.app.push_screen_wait(window)
    return Decision(Action.QUERY, text) if text else None


async def the_reopening(screen: Screen[Any]) -> Decision | None:
    """A reopening with its reason; None when left."""
    text = await screen.app.push_screen_wait(AskText(_("Why is it reopened?"), _("one line")))
    return Decision(Action.REOPEN, text) if text else None


async def the_exclusion(screen: Screen[Any]) -> Decision | None:
    """An exclusion with reason, reference and decider; None when left."""
    console = _console(screen)
    reasons = [(_(REASON_WORDS[reason]), reason) for reason in Reason]
    reason = await console.push_screen_wait(Choose(_("Why is it not booked?"), reasons))
    if reason is None:
        return None
    elsewhere = reason is Reason.BOOKED_ELSEWHERE
    reference = ""
    if elsewhere or reason is Reason.DOUBLED:
        title = _("Where is it booked?") if elsewhere else _("Which document is it a double of?")
        asked = await console.push_screen_wait(AskText(title, _("number or place"), optional=not elsewhere))
        if asked is None:
            return None
        reference = asked
    deciders = [(_(DECIDER_WORDS[one]), one) for one in (Decider.OFFICE, Decider.CLIENT)]
    decider = await console.push_screen_wait(Choose(_("Whose decision is it?"), deciders))
    if decider is None:
        return None
    name: str | None = console.who
    if decider is Decider.CLIENT:
        name = await console.push_screen_wait(
            AskText(_("Who of the client decided?"), _("first name and surname"))
        )
    if not name:
        return None
    return Decision(Action.EXCLUDE, exclusion=Exclusion(reason, decider, name, console.today, reference))


# How it is made


def _console(screen: Screen[Any]) -> ConsoleApp:
    return cast("ConsoleApp", screen.app)


def _start(screen: Screen[Any], work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """One question at a time; it lives as long as the program, since it may write."""
    console = _console(screen)

    async def guarded() -> None:
        try:
            await work()
        except BlinkError as error:
            console.tell_error(error)

    console.run_worker(guarded(), group="decide")


async def _after(
    screen: Screen[Any], selection: Selection, asking: Awaitable[Decision | None], then: Then
) -> None:
    decision = await asking
    if decision is not None:
        await _carry_out(screen, selection, decision, then)


async def _carry_out(screen: Screen[Any], selection: Selection, decision: Decision, then: Then) -> None:
    console = _console(screen)
    preview = await console.buffer.decisions.preview(selection, decision, who=console.who)
    if not preview.count:
        console.tell(
            " ".join(refused_sentences(preview.refused)) or _("No document is chosen."), severity="warning"
        )
        return
    if (decision.action in _COUNTED or preview.count > 1) and not await _agreed(console, decision, preview):
        return
    told = partial(console.buffer.decisions.decide, selection, decision, who=console.who)
    outcome: Outcome = await _shown(console, _(ACTION_WORDS[decision.action]), preview.count, told)
    lines = [done_sentence(decision.action, outcome.done)]
    if outcome.stopped:
        lines.append(_("Stopped; Ctrl+Z takes it back."))
    console.tell("\n".join([*lines, *refused_sentences(outcome.refused)]))
    then()


async def _agreed(console: ConsoleApp, decision: Decision, preview: Preview) -> bool:
    left = [
        part for text in refused_sentences(preview.refused) for part in textwrap.wrap("- " + text, _WIDTH)
    ]
    lines = [*sum_lines(preview.sums), *([""] if left else []), *left]
    return await console.push_screen_wait(Confirm(question(decision.action, preview.count), lines))


def question(action: Action, count: int) -> str:
    """What is asked before so many documents are decided on."""
    text = {
        Action.CODE: ngettext("Code {count} document?", "Code {count} documents?", count),
        Action.APPROVE: ngettext("Approve {count} document?", "Approve {count} documents?", count),
        Action.BOOK: ngettext("Take {count} document as booked?", "Take {count} documents as booked?", count),
        Action.QUERY: ngettext("Query {count} document?", "Query {count} documents?", count),
        Action.EXCLUDE: ngettext("Not book {count} document?", "Not book {count} documents?", count),
    }.get(action) or ngettext("Reopen {count} document?", "Reopen {count} documents?", count)
    return text.format(count=number(count))


async def _shown(console: ConsoleApp, title: str, count: int, work: Callable[..., Awaitable[Any]]) -> Any:
    """Do it; where it takes a while, under a window that tells how far it is and can stop it."""
    if count <= _AT_ONCE:
        return await work()
    window = Working(title)
    await console.push_screen(window)
    try:
        return await work(told=_teller(console, window))
    finally:
        window.dismiss()


def _teller(console: ConsoleApp, window: Working) -> Told:
    last = console.now - _TOLD_EVERY

    def told(progress: Progress) -> bool:
        nonlocal last
        if not window.stopping and console.now - last >= _TOLD_EVERY:
            last = console.now
            window.show(progress)
        return not window.stopping

    return told


async def _undo(screen: Screen[Any], then: Then) -> None:
    console = _console(screen)
    past = await console.buffer.decisions.undoable(console.who, 1)
    if not past:
        console.tell(_("There is nothing of yours to take back."))
        return
    if past[0].documents > 1:
        agreed = await console.push_screen_wait(_undo_question(past[0]))
        if not agreed:
            return
    work = partial(console.buffer.decisions.undo, past[0].id, who=console.who)
    undone: Undone = await _shown(console, _("undo"), past[0].documents, work)
    console.tell("\n".join(undone_sentences(past[0].action, undone)))
    then()


def _undo_question(past: Past) -> Confirm:
    documents = ngettext("{count} document", "{count} documents", past.documents)
    lines = [
        f"{_(ACTION_WORDS[past.action])} · {documents.format(count=number(past.documents))} · {moment(past.at)}",
        *textwrap.wrap(explained(past.reason), _WIDTH),
    ]
    return Confirm(_("Take the decision back?"), lines)


def undone_sentences(action: Action, undone: Undone) -> list[str]:
    """What came of taking a decision back."""
    text = ngettext(
        "Taken back: {action}, {count} document.", "Taken back: {action}, {count} documents.", undone.done
    )
    told = text.format(action=_(ACTION_WORDS[action]), count=number(undone.done))
    return [told, *refused_sentences(undone.stayed)]
