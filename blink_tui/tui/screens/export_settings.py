"""What a firm says about its exports: of itself for all formats, then format by format, with what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from blink_tui.i18n import _
from blink_tui.ledger.exporter import Kind
from blink_tui.ledger.formats import exporters
from blink_tui.model.firms import Firm
from blink_tui.model.text import clean
from blink_tui.sync.trial_export import Trial, write_trial
from blink_tui.tui.export_form import Place, lacking_words, places_of, save_settings, setting_fields
from blink_tui.tui.handing_words import carried
from blink_tui.tui.keys import bindings
from blink_tui.tui.screens.dialogs import TextWindow
from blink_tui.tui.screens.forms import FormWindow
from blink_tui.tui.screens.lists import ListWindow
from blink_tui.tui.widgets.text import Paragraph
from blink_tui.tui.words import fit

_KIND = 12


class SettingsForm(FormWindow[Place]):
    """A form with long labels: they say what each setting means."""


class ExportSettingsWindow(ListWindow[Place]):
    """One place of settings a row; closes when all is said."""

    BINDINGS = bindings("close", "narrow", "test-file")

    def __init__(self, firm: Firm, ledger: str) -> None:
        super().__init__(_("Settings of exports: {firm}").format(firm=clean(firm.name)))
        self._firm = firm
        self._ledger = ledger

    def fill(self) -> None:
        """Begin at the format of the firm's books where it lacks something."""
        super().fill()
        if not self.rows.cursor:
            here = (at for at, one in enumerate(self.shown) if one.format == self._ledger and one.missing)
            self.rows.move_to(next(here, 0))

    async def load(self) -> Sequence[Place]:
        return await places_of(self.console.buffer, self._firm, self._ledger)

    def head(self, width: int) -> str:
        return self._cells(width, _("Format"), _("For"), _("What is said"))

    def row(self, item: Place, width: int) -> tuple[str, str]:
        if item.missing:
            said = _("missing: {settings}").format(settings=lacking_words(item.missing))
        else:
            said = ", ".join(f"{name} = {clean(value)}" for name, value in item.told.items())
            said = said or (_("usual values") if item.settings else _("nothing to say"))
        if item.missing and item.format in ("", self._ledger):
            return self._cells(width, item.name, self._kind(item), f"! {said}"), "warn"
        tone = "plain" if item.told and not item.missing else "dim"
        return self._cells(width, item.name, self._kind(item), said), tone

    def _kind(self, item: Place) -> str:
        if not item.format:
            return ""
        if item.format == self._ledger:
            return _("the books")
        exporter = exporters().get(item.format)
        if exporter is None:
            return _("the bank")
        return _("report") if exporter.kind is Kind.REPORT else _("other books")

    @staticmethod
    def _cells(width: int, name: str, kind: str, said: str) -> str:
        left = width - _KIND - 2
        first = left * 2 // 5
        return f"{fit(name, first)} {fit(kind, _KIND)} {fit(said, left - first)}"

    def told(self, item: Place) -> list[Paragraph]:
        found = [Paragraph(item.name, "head")]
        if item.missing:
            found.append(
                Paragraph(_("Missing: {settings}").format(settings=lacking_words(item.missing)), "warn")
            )
        said = ", ".join(f"{name} = {clean(value)}" for name, value in item.told.items())
        if said:
            found.append(Paragraph(said))
        return [*found, *carried(item.format)]

    def open_item(self, item: Place) -> None:
        """Fill in what can be said."""
        if not item.settings and not item.missing:
            self.console.tell(_("There is nothing to say about this format."))
            return
        form = SettingsForm(
            f"export.{self._firm.id}.{item.format}",
            item.name,
            setting_fields(item),
            partial(save_settings, self.console.buffer, self._firm, item, self.console.who),
            intro=_("What is left empty is as usual."),
        )
        self.app.push_screen(form, lambda saved: self.reload() if saved is not None else None)

    def action_test_file(self) -> None:
        """Write a file with made-up documents, by which an import is tried."""
        item = self.current
        if item is None or item.format not in exporters():
            self.console.tell(_("Choose a format: a test file is written for one."))
            return
        console = self.console
        work = partial(
            write_trial, console.buffer, self._firm, item.format, console.export_dir, who=console.who, now=console.now
        )  # fmt: skip
        self.ask(work, self._tried)

    def _tried(self, made: Trial) -> None:
        told = [Paragraph(clean(str(path))) for path in made.files]
        told.append(
            Paragraph(
                _(
                    "Its documents are made up: import it into a test firm of the ledger program, or delete them there."
                ),
                "warn",
                "! ",
            )
        )
        told += [
            Paragraph(f"{clean(piece.number)}: {clean(str(one.message))}", "plain", "~ ")
            for piece in made.pieces
            for one in piece.warnings
        ]
        self.app.push_screen(TextWindow(_("Test file"), told))
