"""The working queue: the next document that needs a decision opens by itself as soon as one is decided."""

from __future__ import annotations

import asyncio
import textwrap
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from textual.app import ComposeResult

from blink_tui.buffer import Document, GridFilter, GridRow, Key, Sort
from blink_tui.buffer.gists import seal_of
from blink_tui.i18n import _, ngettext
from blink_tui.model.decisions import Action, Decision, done_sentence
from blink_tui.model.documents import Status
from blink_tui.model.errors import BlinkError
from blink_tui.model.refusals import Refusal, refused_sentences
from blink_tui.tui.coding_words import why
from blink_tui.tui.deciding import the_exclusion, the_question, the_reopening, undone_sentences
from blink_tui.tui.detail import XML
from blink_tui.tui.keys import bindings
from blink_tui.tui.queued import DECISION, Waiting, read_waiting
from blink_tui.tui.screens.dialogs import Confirm, Dialog, TextWindow
from blink_tui.tui.screens.editor import edit_document
from blink_tui.tui.walk import Walk
from blink_tui.tui.widgets.bars import StatusLine
from blink_tui.tui.widgets.text import Paragraph
from blink_tui.tui.widgets.waiting import WaitingPane
from blink_tui.tui.words import number
from blink_tui.tui.workbench import read_workbench

_A_MINUTE = 60
_ENOUGH = 3
"""Decisions from which on their number in an hour says something."""


@dataclass
class Tally:
    """What was decided since the queue was opened."""

    began: datetime
    by_action: Counter[Action] = field(default_factory=Counter)

    @property
    def decided(self) -> int:
        """All of it."""
        return self.by_action.total()

    def an_hour(self, now: datetime) -> str:
        """`96/h`; empty while there is too little to tell."""
        seconds = (now - self.began).total_seconds()
        if self.decided < _ENOUGH or seconds < _A_MINUTE:
            return ""
        return _("{count}/h").format(count=number(round(self.decided * 3600 / seconds)))


def _steps(decision: Decision, waiting: Waiting) -> list[Decision]:
    """What a decision takes: a document that is to be coded in a firm's books is coded before it is approved."""
    uncoded = waiting.proposed is not None and waiting.document.status is Status.FETCHED
    coding = Decision(Action.CODE, seal=_seal(waiting))
    if decision.action is Action.CODE:
        return [coding]
    return [coding, decision] if decision.action is Action.APPROVE and uncoded else [decision]


def _seal(waiting: Waiting) -> str:
    """Of the coding that is shown: another one, proposed meanwhile, is not coded unseen."""
    shown = waiting.proposed.coding if waiting.proposed is not None else None
    return seal_of(shown) if shown is not None else ""


class QueueWindow(Dialog[int]):
    """Decides one document after another; ends with how many were decided."""

    BINDINGS = bindings(
        "help", "code", "approve", "edit-coding", "why", "query", "exclude", "reopen", "skip", "skipped-back",
        "xml", "undo", "leave-queue",
    )  # fmt: skip

    def __init__(
        self,
        chosen: GridFilter,
        *,
        sort: Sort = "received_date",
        descending: bool = False,
        start: Key | None = None,
    ) -> None:
        super().__init__(_("Decisions"))
        self._asked = partial(Walk, chosen=chosen, sort=sort, descending=descending, start=start)
        self._walk: Walk
        self._tally: Tally
        self._shown: Waiting | None = None
        self._row: GridRow | None = None
        self._again: list[GridRow] = []
        """Shown before the walk goes on: what was taken back, what was left for it."""
        self._skipped: list[GridRow] = []
        self._done: list[tuple[list[int], Action, GridRow]] = []
        """The decisions made at one key, the action that they came to, and their document."""
        self._ahead: asyncio.Task[tuple[GridRow, Waiting] | None] | None = None
        self._busy = True

    def inside(self) -> ComposeResult:
        yield WaitingPane()

    @property
    def _pane(self) -> WaitingPane:
        return self.query_one(WaitingPane)

    def on_mount(self) -> None:
        self._walk = self._asked(self.console.buffer)
        self._tally = Tally(self.console.now)
        self._do(self._begin)

    def on_unmount(self) -> None:
        if self._ahead is not None:
            self._ahead.cancel()
        self.console.hold(self, None)

    def _do(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """One thing at a time beside the loop: a key pressed meanwhile would be about a document nobody has seen."""
        self._busy = True

        async def guarded() -> None:
            try:
                await work()
            except BlinkError as error:
                self.console.tell_error(error)
            finally:
                self._busy = False

        self.run_worker(guarded(), group="queue")

    # From one document to the next

    async def _begin(self) -> None:
        await self._walk.open()
        await self._go_on()
        if self._row is not None and self._shown is not None and self._shown.proposed is not None:
            self.run_worker(self._warm_up(self._row), group="warm")

    async def _warm_up(self, row: GridRow) -> None:
        """Have loaded what the editor computes with, and the firm's rulebook compiled, before it is asked for."""
        with suppress(BlinkError):
            await read_workbench(self.console.buffer, row.id, self.console.today)

    async def _read_ahead(self) -> tuple[GridRow, Waiting] | None:
        """The walk's next document on which nobody has decided meanwhile."""
        while (row := await self._walk.next()) is not None:
            waiting = await self._read(row)
            if waiting.undecided:
                return row, waiting
            self._walk.total -= 1
        return None

    async def _read(self, row: GridRow) -> Waiting:
        width = self._pane.size.width or self.app.size.width
        return await read_waiting(self.console.buffer, row, self.console.today, width)

    async def _go_on(self) -> None:
        """Show what comes next."""
        if self._again:
            row = self._again.pop()
            self._show(row, await self._read(row))
            return
        ahead = self._ahead or asyncio.create_task(self._read_ahead())
        self._ahead = None
        found = await ahead
        if found is None:
            self._show_end()
            return
        self._show(*found)
        self._ahead = asyncio.create_task(self._read_ahead())

    def _show(self, row: GridRow, waiting: Waiting) -> None:
        self._row, self._shown = row, waiting
        self.console.hold(self, row.id)
        self._pane.show_waiting(waiting)
        self._say_where()

    def _say_where(self) -> None:
        place = self._tally.decided + len(self._skipped) + 1
        decided, skipped = self._tally.decided, len(self._skipped)
        self.query_one("#title", StatusLine).say(
            _("{place} of {total}").format(place=number(place), total=number(self._walk.total)),
            _("decided {count}").format(count=number(decided)) if decided else "",
            _("skipped {count}").format(count=number(skipped)) if skipped else "",
            self._tally.an_hour(self.console.now),
            alarm=self.console.company.on(self._row.id) if self._row is not None else "",
        )

    def company_changed(self) -> None:
        if self._row is not None:
            self._say_where()

    def _show_end(self) -> None:
        self._row = self._shown = None
        self.console.hold(self, None)
        lines = [done_sentence(action, count) for action, count in self._tally.by_action.items() if count]
        if self._skipped:
            text = ngettext(
                "{count} document was skipped: N goes back to it.",
                "{count} documents were skipped: N goes back to them.",
                len(self._skipped),
            )
            lines.append(text.format(count=number(len(self._skipped))))
        self._pane.show(None)
        self._pane.set_paragraphs(
            [Paragraph(_("Nothing else waits."), tone="good"), *(Paragraph(line) for line in lines)]
        )
        self.query_one("#title", StatusLine).say(
            _("Decisions"), _("decided {count}").format(count=number(self._tally.decided))
        )

    # Decisions

    def action_code(self) -> None:
        """Code the document as it is proposed, or as its draft says."""
        self._decide_by(partial(self._nevertheless, Action.CODE, _("Code it nevertheless?")))

    def action_approve(self) -> None:
        """Approve the document shown, coded before as it is proposed; one with an alarm asks once."""
        self._decide_by(partial(self._nevertheless, Action.APPROVE, _("Approve it nevertheless?")))

    def action_query(self) -> None:
        """Ask for the question, then set the document aside."""
        self._decide_by(lambda: the_question(self))

    def action_exclude(self) -> None:
        """Ask for reason and decider, then do not book the document."""
        self._decide_by(lambda: the_exclusion(self))

    def action_reopen(self) -> None:
        """Send a coded document back to be coded again."""
        self._decide_by(lambda: the_reopening(self))

    def _decide_by(self, asking: Callable[[], Coroutine[Any, Any, Decision | None]]) -> None:
        if not self._busy and self._row is not None and self._shown is not None:
            self._do(partial(self._decide, self._row, self._shown, asking))

    async def _nevertheless(self, action: Action, question: str) -> Decision | None:
        alarms = self._shown.alarms if self._shown is not None else []
        if alarms:
            room = min(98, self.app.size.width) - 4
            lines = [line for text in alarms for line in textwrap.wrap(f"! {text}", room)]
            if not await self.app.push_screen_wait(Confirm(question, lines)):
                return None
        return Decision(action)

    async def _decide(
        self, row: GridRow, waiting: Waiting, asking: Callable[[], Coroutine[Any, Any, Decision | None]]
    ) -> None:
        decision = await asking()
        if decision is None:
            return
        made: list[int] = []
        document, came_to, outcome = waiting.document, decision.action, None
        for step in _steps(decision, waiting):
            outcome = await self.console.buffer.decisions.decide(
                {document.id: document.version}, step, who=self.console.who
            )
            if outcome.decision_id is None:
                break
            made.append(outcome.decision_id)
            came_to = step.action
            document = await self.console.buffer.documents.get(document.id)
        if outcome is not None and outcome.decision_id is None:
            await self._tell_refused(document, outcome.refused)
        if made:
            await self._made(made, came_to, row)
        elif outcome is not None and outcome.refused.get(Refusal.CHANGED):
            await self._show_anew(row)

    async def _tell_refused(self, document: Document, refused: Mapping[Refusal, int]) -> None:
        """Why nothing was decided; where somebody else was faster, who that was and what they did."""
        changed = None
        if refused.get(Refusal.CHANGED):
            changed = await self.console.buffer.history.changed(document, but=self.console.who)
        self.console.tell(str(changed or " ".join(refused_sentences(refused))), severity="warning")

    async def _made(self, made: list[int], action: Action, row: GridRow) -> None:
        self._tally.by_action[action] += 1
        self._done.append((made, action, row))
        await self._go_on()

    # The coding

    def action_edit_coding(self) -> None:
        """Open the editor on the document shown."""
        if not self._busy and self._row is not None:
            self._do(partial(self._edit, self._row))

    async def _edit(self, row: GridRow) -> None:
        edited = await edit_document(self.console, row.id)
        if edited is None:
            return
        if edited.decision_id is not None:
            await self._made([edited.decision_id], Action.CODE, row)
        else:
            await self._show_anew(row)

    def action_why(self) -> None:
        """Which rule decided, and why these months."""
        proposed = self._shown.proposed if self._shown is not None else None
        coding = proposed.coding if proposed is not None else None
        if proposed is None or coding is None:
            self.console.tell(_("There is no proposal for this document."))
        else:
            self.app.push_screen(TextWindow(_("Why"), why(coding, proposed.proposal)))

    async def _show_anew(self, row: GridRow) -> None:
        """Somebody else was faster: what it is now, or the next one where it is decided."""
        waiting = await self._read(row)
        if waiting.undecided:
            self._show(row, waiting)
        else:
            self._walk.total -= 1
            await self._go_on()

    # Moving

    def action_skip(self) -> None:
        """Leave the document for later."""
        if not self._busy and self._row is not None:
            self._skipped.append(self._row)
            self._do(self._go_on)

    def action_skipped_back(self) -> None:
        """The document that was skipped last."""
        if self._busy:
            return
        if not self._skipped:
            self.console.tell(_("No document was skipped."))
            return
        if self._row is not None:
            self._again.append(self._row)
        self._again.append(self._skipped.pop())
        self._do(self._go_on)

    def action_undo(self) -> None:
        """Take the last decision back and show its document again."""
        if self._busy:
            return
        if not self._done:
            self.console.tell(_("Nothing was decided here that could be taken back."))
            return
        self._do(self._undo)

    async def _undo(self) -> None:
        made, action, row = self._done.pop()
        for decision_id in reversed(made):
            undone = await self.console.buffer.decisions.undo(decision_id, who=self.console.who)
            if not undone.done:
                break
        self.console.tell("\n".join(undone_sentences(action, undone)))
        if not undone.done:
            return
        self._tally.by_action[action] -= 1
        if self._row is not None:
            self._again.append(self._row)
        self._again.append(row)
        await self._go_on()

    def action_xml(self) -> None:
        """The XML as it was received, or back to the first page."""
        if self._row is not None:
            self._pane.show_tab(DECISION if self._pane.tab == XML else XML)

    def action_help(self) -> None:
        """The keys of the queue."""
        self.console.action_help()

    def action_leave(self) -> None:
        """Back to the screen below; a decision that is being written is awaited."""
        if not self._busy:
            self.dismiss(self._tally.decided)
