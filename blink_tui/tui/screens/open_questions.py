"""Questions to clients that are open, over all firms shown: the oldest first, each leads to its document."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from blink_tui.buffer.questions import Question
from blink_tui.i18n import _
from blink_tui.model.firms import Firm
from blink_tui.model.text import clean
from blink_tui.tui.keys import bindings
from blink_tui.tui.question_lines import age_of, age_tone, questions_told, waits
from blink_tui.tui.screens.lists import ListWindow
from blink_tui.tui.widgets.text import Paragraph
from blink_tui.tui.words import amount, fit, fit_right, moment

_AGE, _FIRM, _NUMBER = 6, 24, 20


class QuestionsWindow(ListWindow[Question]):
    """One question a row."""

    BINDINGS = bindings("close", "narrow")

    def __init__(self, firms: Sequence[Firm], lead: Callable[[Firm, Question], None]) -> None:
        super().__init__(_("Questions to clients"))
        self._firms = {firm.id: firm for firm in firms}
        self._lead = lead

    async def load(self) -> Sequence[Question]:
        found = [one for one in await self.console.buffer.questions.open() if one.firm_id in self._firms]
        return sorted(found, key=lambda one: (not waits(one), one.asked_at))

    def head(self, width: int) -> str:
        return self._cells(width, _("Days"), _("Firm"), _("Document"), _("Question"))

    def row(self, item: Question, width: int) -> tuple[str, str]:
        today = self.console.today
        sign = "=" if not waits(item) else "!" if age_tone(item, today) == "bad" else " "
        age = f"{sign}{age_of(item, today)}"
        firm = clean(self._firms[item.firm_id].name)
        text = item.answer if item.answer is not None else item.text
        return self._cells(width, age, firm, clean(item.invoice_number), clean(text)), age_tone(item, today)

    @staticmethod
    def _cells(width: int, age: str, firm: str, document: str, text: str) -> str:
        left = width - _AGE - _FIRM - _NUMBER - 3
        return f"{fit_right(age, _AGE)} {fit(firm, _FIRM)} {fit(document, _NUMBER)} {fit(text, left)}"

    def told(self, item: Question) -> list[Paragraph]:
        own = clean(self._firms[item.firm_id].name)
        other = next((name for name in (clean(item.seller), clean(item.buyer)) if name and name != own), "")
        gross = f"{amount(item.gross)} {clean(item.currency)}"
        asked = _("Asked by {who} on {at}").format(who=clean(item.asked_by), at=moment(item.asked_at))
        if item.exported_at is not None:
            asked += "; " + _("on the client's list since {at}").format(at=moment(item.exported_at))
        found = [
            Paragraph(f"{item.number}. {clean(item.text)}", "head"),
            Paragraph(f"{clean(item.invoice_number)} · {other} · {item.issued} · {gross}"),
            Paragraph(asked, "dim"),
        ]
        if item.answer is not None:
            found.insert(1, Paragraph(clean(item.answer), "new", lead=_("Answer: ")))
        return found

    def summary(self) -> str:
        return questions_told(self.items, self.console.today)

    def nothing(self) -> str:
        return _("No question is open. w asks one about a document, in the buffer (5) or in the queue.")

    def open_item(self, item: Question) -> None:
        self.dismiss(None)
        self._lead(self._firms[item.firm_id], item)
