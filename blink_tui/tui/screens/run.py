"""Several firms handed over in one go: what each would get, before anything is written."""

from __future__ import annotations

from collections.abc import Sequence

from blink_tui.i18n import _, ngettext
from blink_tui.model.text import clean
from blink_tui.tui.handing_words import program_of
from blink_tui.tui.keys import bindings
from blink_tui.tui.looking import Looked
from blink_tui.tui.preview_lines import counts_told, lines_of
from blink_tui.tui.screens.lists import ListWindow
from blink_tui.tui.screens.preview import PreviewWindow
from blink_tui.tui.widgets.text import Paragraph
from blink_tui.tui.words import fit, fit_title, number

_WIDE = 100
_PROGRAM, _COUNT = 15, 11


class RunWindow(ListWindow[Looked]):
    """One firm a row; Enter shows what it would get, the key writes for all that can be written."""

    BINDINGS = bindings("close", "narrow", "write-files")

    def __init__(self, looked: Sequence[Looked]) -> None:
        super().__init__(_("Hand over for several firms?"))
        self._looked = looked
        self.agreed = False
        """Whether it was closed to write."""

    async def load(self) -> Sequence[Looked]:
        return self._looked

    def summary(self) -> str:
        ready = [one for one in self._looked if one.documents]
        documents = sum(one.documents for one in ready)
        firms = ngettext("{count} firm", "{count} firms", len(ready)).format(count=number(len(ready)))
        text = ngettext("{count} document", "{count} documents", documents)
        return f"{firms} · {text.format(count=number(documents))}"

    def head(self, width: int) -> str:
        return self._cells(
            width, _("Firm"), _("Program"), _("Documents"), _("Warnings"), _("Refused"), _("In the way")
        )

    def row(self, item: Looked, width: int) -> tuple[str, str]:
        told = clean(str(item.error)) if item.error is not None else ""
        tone = "bad" if item.error is not None else "warn" if item.refused else "plain"
        cells = self._cells(
            width, clean(item.firm.name), program_of(item.wanted.format), number(item.documents), number(item.warnings),
            number(item.refused), told,
        )  # fmt: skip
        return cells, tone

    @staticmethod
    def _cells(width: int, firm: str, program: str, *counts: str) -> str:
        *numbers, told = counts
        fixed = f" {fit(program, _PROGRAM)}" + "".join(" " + fit_title(text, _COUNT) for text in numbers)
        left = width - len(fixed)
        if width < _WIDE:
            return fit(firm, left) + fixed
        name = (left - 2) // 2
        return f"{fit(firm, name)}{fixed}  {fit(told, left - 2 - name)}"

    def told(self, item: Looked) -> list[Paragraph]:
        if item.error is not None:
            return [Paragraph(clean(str(item.error)), "bad")]
        return [Paragraph(counts_told(item)), Paragraph(_("Enter shows it document by document."), "dim")]

    def open_item(self, item: Looked) -> None:
        """Show what one firm would get."""
        if item.error is None:
            self.app.push_screen(PreviewWindow(item, lines_of(item), writes=False))

    def action_write_files(self) -> None:
        """Close, and write for every firm that has something."""
        self.agreed = any(one.documents for one in self._looked)
        if self.agreed:
            self.dismiss(None)
        else:
            self.console.tell(_("Nothing of it can be written."))
