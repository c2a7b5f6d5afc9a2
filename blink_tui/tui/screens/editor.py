"""The coding editor: lines, scheme, months and rates of a document changed by keys alone, then coded or kept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import msgspec

from blink_tui.buffer.bodies import dumped, loaded
from blink_tui.i18n import _
from blink_tui.model.coding import Choices, Coding
from blink_tui.model.decisions import Action, Decision
from blink_tui.model.documents import Direction, Status
from blink_tui.model.errors import BlinkError
from blink_tui.model.refusals import refused_sentences
from blink_tui.model.text import clean
from blink_tui.tui.choices_form import choice_fields, choices_of
from blink_tui.tui.coding_words import (
    why,
)
from blink_tui.tui.detail import SUMMARY, read_content
from blink_tui.tui.keys import bindings
from blink_tui.tui.screens.dialogs import Choose, PagesWindow, TextWindow
from blink_tui.tui.screens.editor_lines import LinesWindow
from blink_tui.tui.screens.forms import FormWindow, error_text
from blink_tui.tui.widgets.form import Filled
from blink_tui.tui.words import amount
from blink_tui.tui.workbench import Workbench, read_workbench

if TYPE_CHECKING:
    from blink_tui.tui.app import ConsoleApp


@dataclass(frozen=True, slots=True)
class Edited:
    """What came of editing a document."""

    decision_id: int | None
    """The decision that coded it; None: it was saved as a draft."""


class EditorWindow(LinesWindow[Edited | None]):
    """Edits one document's coding; closes with what came of it, with None when it is left."""

    BINDINGS = bindings(
        "help",
        "save-coding",
        "scheme",
        "choices",
        "copy-last",
        "why",
        "xml",
        "undo-edit",
        "afresh",
        "leave-editor",
    )

    def __init__(self, bench: Workbench, changed: BlinkError | None = None) -> None:
        """`changed` says who has changed the document since it was half edited here."""
        super().__init__(_title(bench), bench)
        self._meanwhile = changed
        self.document_id = bench.document.id
        self._kept = _name_kept(bench.document.id)
        self._busy = False

    def on_mount(self) -> None:
        kept = self._recalled()
        if kept is not None:
            self.coding = kept
            taken_up = _("Taken up from before; Ctrl+N starts afresh.")
            if self._meanwhile is None:
                self.console.tell(taken_up)
            else:
                self.console.tell(f"! {clean(str(self._meanwhile))}\n{taken_up}", severity="warning")
        if self._bench.document.status is not Status.FETCHED:
            self.console.tell(
                _("Coded already: only payments can be added. To change the rest, reopen it first."),
                severity="warning",
            )

    # What is half typed

    def _recalled(self) -> Coding | None:
        kept = self.console.memory.of(self._kept)
        if kept.get("version") != self._bench.document.version:
            if self._meanwhile is None:
                self.console.memory.keep(self._kept, {})
                return None
            if self._bench.document.status is not Status.FETCHED:
                return None  # kept for when it is opened again
        try:
            return loaded(Coding, str(kept.get("coding")))
        except msgspec.ValidationError:
            return None

    def keep_draft(self) -> None:
        """Put down what has changed, to be found again after the line was lost."""
        changed = self.coding != self._bench.start
        version = self._bench.document.version
        values = {"coding": dumped(self.coding), "version": version} if changed else {}
        self.console.memory.keep(self._kept, values)

    # The whole

    def action_scheme(self) -> None:
        """Another scheme; its lines take the place of those there are."""
        self._close_cell()

        def take(name: str | None) -> None:
            if name is not None:
                choices = replace(self.coding.choices, scheme=name, parameters={})
                self._choose(replace(self.coding, lines_by_hand=False), choices)

        self.app.push_screen(Choose(_("Which scheme?"), self._bench.schemes), take)

    def _choose(self, coding: Coding, choices: Choices) -> None:
        self.put_coding(self._bench.chosen(coding, choices), 0)

    def action_choices(self) -> None:
        """Parameters, months, rates, payments."""
        self._close_cell()
        coding, bench = self.coding, self._bench
        usual = bench.usual(coding)
        fields = choice_fields(coding, bench.facts, usual, bench.vat_months(coding.choices))

        async def submit(filled: Filled) -> Choices:
            return choices_of(filled, coding.choices, usual)

        def take(choices: Choices | None) -> None:
            if choices is not None and choices != coding.choices:
                self._choose(coding, choices)

        name = f"choices.{bench.document.id}"
        self.app.push_screen(FormWindow(name, _("Data of the document"), fields, submit), take)

    def action_copy_last(self) -> None:
        """As this seller's last document was coded."""
        self._close_cell()

        async def copy() -> None:
            last = await self._bench.last()
            if last is None:
                self.console.tell(_("No document of this contractor is coded yet."), severity="warning")
            else:
                self.put_coding(self._bench.copied(self.coding, last), 0)

        self._work(copy)

    def action_why(self) -> None:
        """Which rule decided, what fits it, which came second, and why these months."""
        self._close_cell()
        self.app.push_screen(TextWindow(_("Why"), why(self.coding, self._bench.proposal)))

    def action_xml(self) -> None:
        """The document itself."""
        self._close_cell()
        document = self._bench.document

        async def show() -> None:
            content = await read_content(self.console.buffer, document.id, self.console.today)
            self.app.push_screen(PagesWindow(clean(document.invoice_number), content, SUMMARY))

        self._work(show)

    def action_afresh(self) -> None:
        """What one began with."""
        self._close_cell()
        if self.coding != self._bench.start:
            self.put_coding(self._bench.start, 0)

    def action_help(self) -> None:
        """The keys of the editor."""
        self.console.action_help()

    # The end

    def action_leave(self) -> None:
        """Back; what was changed is found again."""
        if not self._busy:
            self.dismiss(None)

    def action_save(self) -> None:
        """Code the document so; what is not complete is saved as a draft."""
        if self._cell.display and not self._put(self._cell.column, self._cell.chosen):
            return
        self._work(self._save)

    async def _save(self) -> None:
        buffer, document, who = self.console.buffer, self._bench.document, self.console.who
        coding = self._bench.checked(self.coding) if self.coding.lines_by_hand else self.coding
        if document.status is not Status.FETCHED:
            added = await buffer.payments.add_parts(document.id, document.version, coding, who=who)
            self._forget()
            self.call_later(self._close, Edited(added))
            return
        version = await buffer.codings.save_draft(document.id, document.version, coding, who=who)
        self._forget()
        decided: int | None = None
        if coding.complete:
            outcome = await buffer.decisions.decide({document.id: version}, Decision(Action.CODE), who=who)
            decided = outcome.decision_id
            sentence = " ".join(refused_sentences(outcome.refused))
        else:
            sentence = next(clean(str(one.message)) for one in coding.problems if one.blocks)
        if decided is None:
            told_ = _("Saved as a draft. It cannot be coded: {why}").format(why=sentence)
            self.console.tell(told_, severity="warning")
        self.call_later(self._close, Edited(decided))

    def _close(self, edited: Edited) -> None:
        self.dismiss(edited)

    def _forget(self) -> None:
        self.console.memory.keep(self._kept, {})
        self.console.memory.save()  # at once: what is saved must not be offered again after a kill

    def _work(self, work: Callable[[], Awaitable[None]]) -> None:
        """One thing at a time beside the loop."""
        if self._busy:
            return
        self._busy = True

        async def guarded() -> None:
            try:
                await work()
            except BlinkError as error:
                self.console.tell(error_text(error), severity="error")
            finally:
                self._busy = False

        self.run_worker(guarded(), group="work")


async def edit_document(console: ConsoleApp, document_id: int) -> Edited | None:
    """Open the editor on a document and wait for what comes of it; a firm without books is told of."""
    bench = await read_workbench(console.buffer, document_id, console.today)
    if bench is None:
        text = _("This firm has no books set up: its documents are approved without coding.")
        console.tell(text, severity="warning")
        return None
    kept = console.memory.of(_name_kept(document_id))
    overtaken = kept and kept.get("version") != bench.document.version
    changed = await console.buffer.history.changed(bench.document, but=console.who) if overtaken else None
    return await console.push_screen_wait(EditorWindow(bench, changed))


def _name_kept(document_id: int) -> str:
    return f"editor.{document_id}"


def _title(bench: Workbench) -> str:
    document = bench.document
    party = document.buyer if document.direction is Direction.SALE else document.seller
    gross = f"{amount(document.gross)} {clean(document.currency)}"
    parts = (clean(document.invoice_number), gross, clean(party.name), _("draft") if bench.draft else "")
    return " · ".join(part for part in parts if part)
