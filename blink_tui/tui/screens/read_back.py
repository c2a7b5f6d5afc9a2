"""A firm's books beside the buffer: questions and differences, each with what is to be done about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from blink_tui.buffer import Document
from blink_tui.buffer.book_rows import BookQuestion
from blink_tui.i18n import _, ngettext
from blink_tui.ledger.comparing import TITLES, Finding, Kind
from blink_tui.model.book_row_words import ANSWER_WORDS
from blink_tui.model.book_rows import Answer
from blink_tui.model.firms import Firm
from blink_tui.model.months import Month
from blink_tui.model.text import clean
from blink_tui.sync.reading_back import ComparedBooks, answer, compare_books
from blink_tui.tui.importing_books import ask_for_books
from blink_tui.tui.keys import bindings
from blink_tui.tui.screens.compare import CompareWindow
from blink_tui.tui.screens.lists import ListWindow
from blink_tui.tui.side_by_side import pairs_of
from blink_tui.tui.widgets.text import Paragraph
from blink_tui.tui.words import fit, number

_MONTH, _KIND = 8, 30


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its document."""

    question: BookQuestion
    document: Document

    @property
    def told(self) -> str:
        """The row in short."""
        row = self.question.row
        return clean(f"{row.number} · {row.name or row.contractor or '–'}")


Difference: TypeAlias = Asked | Finding


def _span(first: Month, last: Month) -> str:
    return str(first) if first == last else f"{first}–{last}"


class ReadBackWindow(ListWindow[Difference]):
    """One difference a row, questions first; Enter asks, or leads to the document."""

    BINDINGS = bindings("close", "narrow", "import-list")

    def __init__(self, firm: Firm) -> None:
        super().__init__(_("The books of {firm}, read back").format(firm=clean(firm.name)))
        self._firm = firm
        self._compared: ComparedBooks | None = None
        self.lead = ""
        """KSeF number of the document that is to be shown in the buffer, once it is closed."""

    async def load(self) -> Sequence[Difference]:
        buffer = self.console.buffer
        self._compared = await compare_books(buffer, self._firm)
        asked = await buffer.book_rows.questions(firm_id=self._firm.id)
        known = {one.id: one for one in await buffer.documents.get_many([one.document_id for one in asked])}
        questions = [Asked(one, known[one.document_id]) for one in asked]
        return [*questions, *(one for one in self._compared.findings if one.kind is not Kind.QUESTION)]

    def summary(self) -> str:
        if self._compared is None or not self._compared.imports:
            return ""
        imports = ", ".join(dict.fromkeys(_span(one.first, one.last) for one in self._compared.imports))
        asked = sum(isinstance(one, Asked) for one in self.items)
        found = len(self.items) - asked
        outside = self._compared.outside
        return " · ".join((
            imports,
            ngettext("{n} question", "{n} questions", asked).format(n=number(asked)),
            ngettext("{n} difference", "{n} differences", found).format(n=number(found)),
            ngettext("{n} row beside KSeF", "{n} rows beside KSeF", outside).format(n=number(outside)),
        ))  # fmt: skip

    def nothing(self) -> str:
        if self._compared is not None and self._compared.imports:
            return _("The books and the buffer agree.")
        return _("Nothing was read back yet. i reads a JPK or a table that the ledger program wrote.")

    def head(self, width: int) -> str:
        return self._cells(width, _("Month"), _("What"), _("Document"))

    def row(self, item: Difference, width: int) -> tuple[str, str]:
        if isinstance(item, Asked):
            month, kind, what, tone = item.question.row.month, _("Question"), item.told, "warn"
        else:
            month, kind, what, tone = item.month, _(TITLES[item.kind]), clean(str(item.what)), "plain"
        return self._cells(width, str(month or ""), kind, what), tone

    @staticmethod
    def _cells(width: int, month: str, kind: str, what: str) -> str:
        return f"{fit(month, _MONTH)} {fit(kind, _KIND)} {fit(what, width - _MONTH - _KIND - 2)}"

    def told(self, item: Difference) -> list[Paragraph]:
        if isinstance(item, Asked):
            text = _(
                "Enter shows the row and the document side by side; nothing is decided without an answer."
            )
            return [Paragraph(item.told, "head"), Paragraph(text)]
        found = [
            Paragraph(_(TITLES[item.kind]), "head"),
            Paragraph(clean(str(item.what))),
            Paragraph(clean(str(item.todo)), "warn"),
        ]
        if item.held is not None:
            found.append(Paragraph(_("Enter shows the document in the buffer."), "dim"))
        return found

    def open_item(self, item: Difference) -> None:
        """Ask, or lead to the document."""
        if isinstance(item, Asked):
            pairs = pairs_of(item.question.row, item.document, item.question.differs)
            window = CompareWindow(_("Is it the same document?"), pairs)
            self.app.push_screen(window, partial(self._answered, item))
        elif item.held is not None:
            self.lead = item.held.ksef_number
            self.dismiss(None)

    def _answered(self, item: Asked, said: Answer | None) -> None:
        if said is None:
            return

        async def keep() -> str:
            await answer(
                self.console.buffer, item.document, said,
                who=self.console.who, day=self.console.today, places=[item.question.place],
            )  # fmt: skip
            return _("Kept: {answer}.").format(answer=_(ANSWER_WORDS[said]))

        def tell(text: str) -> None:
            self.console.tell(text)
            self.reload()

        self.ask(keep, tell)

    def action_import_list(self) -> None:
        """Read a file of the books."""
        ask_for_books(self.console, self._firm, self.reload)
