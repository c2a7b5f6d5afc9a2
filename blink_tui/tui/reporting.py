"""Reports from the console: a form with format, time and folder; a report marks nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from blink_tui.i18n import _, ngettext
from blink_tui.ledger.delivery import checked_password
from blink_tui.ledger.exporter import Exporter, Kind
from blink_tui.ledger.exporters.jpk_parts import PARTIAL
from blink_tui.ledger.formats import exporters
from blink_tui.model.errors import USAGE, BlinkError
from blink_tui.model.firms import Firm
from blink_tui.model.months import Month
from blink_tui.model.secret import Secret
from blink_tui.model.text import clean
from blink_tui.sync.exporting import Exported, Wanted, export, ledger_of
from blink_tui.sync.exporting_whole import REGISTERS
from blink_tui.tui.screens.base import ConsoleScreen
from blink_tui.tui.screens.dialogs import TextWindow
from blink_tui.tui.screens.forms import FormWindow
from blink_tui.tui.screens.questions import bar
from blink_tui.tui.widgets.form import Field, Filled, Texts, yes_no
from blink_tui.tui.widgets.text import Paragraph
from blink_tui.tui.words import number

if TYPE_CHECKING:
    from blink_tui.tui.app import ConsoleApp

_SHOWN = 200
"""Documents that are told of by name."""
_MONTHS, _QUARTERS, _YEARS = 25, 9, 4
"""How far back they can be chosen."""


class ReportForm(FormWindow[Exported]):
    """Most of it is chosen."""

    BEGINS_TYPING = False


def ask_for_report(screen: ConsoleScreen, month: Month | None, firm: Firm) -> None:
    """Ask what is wanted, then write it; nothing is marked, so the format of the firm's books is not offered."""
    console = screen.console

    async def read() -> list[Exporter]:
        ledger = ledger_of(firm, await console.buffer.books.get(firm.id))
        found = [one for one in exporters().values() if one.id != ledger]
        return sorted(found, key=lambda one: one.kind is not Kind.REPORT)

    def show(formats: Sequence[Exporter]) -> None:
        async def submit(filled: Filled) -> Exported:
            return await _write(console, firm, filled, lambda done, total: form.say(bar(done, total)))

        form = ReportForm(
            f"report.{firm.id}",
            _("Report: {firm}").format(firm=clean(firm.name)),
            report_fields(console, formats, month),
            submit,
            intro=_("A report marks nothing and can be made any number of times."),
        )
        console.push_screen(form, lambda done: _tell(console, done) if done is not None else None)

    screen.ask(read, show, "report")


def report_fields(console: ConsoleApp, formats: Sequence[Exporter], month: Month | None) -> list[Field]:
    """Format, time, whether it is whole, folder, password of a zip."""
    last = Month.of(console.today).plus(-1)
    months = [last.plus(1 - back) for back in range(_MONTHS)]
    quarters = list(dict.fromkeys(one.end_of_quarter for one in months))[:_QUARTERS]
    years = [Month(last.year - back, 12) for back in range(_YEARS)]
    return [
        Field("format", _("Format"), partial_warning(),
              choices=[(one.id, _(one.name)) for one in formats]),
        Field("span", _("Time"), choices=[
            ("month", _("a month")), ("quarter", _("a quarter")), ("year", _("a year")), ("all", _("all there is"))]),
        Field("month", _("Month"), start=str(month or last), choices=[(str(one), str(one)) for one in months],
              when=_asks("month")),
        Field("quarter", _("Quarter"), start=str(last.end_of_quarter), when=_asks("quarter"),
              choices=[(str(one), f"{one.year} / {one.number // 3}") for one in quarters]),
        Field("year", _("Year"), start=str(years[0]), when=_asks("year"),
              choices=[(str(one), str(one.year)) for one in years]),
        yes_no("complete", _("Whole"), when=_whole,
               hint=_("With the rows of the books read back, and the declaration. It is still never sent from here.")),
        Field("schema", _("Official schema"), _("The XSD by which a whole one is checked."),
              check=_checked_schema, when=lambda texts: _whole(texts) and texts.get("complete") == "yes"),
        Field("folder", _("Folder"), start=str(console.export_dir), check=_checked_folder),
        Field("password", _("Password of a zip"), _("Empty: plain files. Tell it to the client another way."),
              secret=True, check=_checked_zip),
    ]  # fmt: skip


def partial_warning() -> str:
    """What has to be known before a JPK is made."""
    return _("JPK files are PARTIAL, NOT TO BE SENT: KSeF is not the whole of the books.")


def _asks(span: str) -> Callable[[Texts], bool]:
    return lambda texts: texts.get("span") == span


def _whole(texts: Texts) -> bool:
    """Only some formats can be whole."""
    return texts.get("format") in REGISTERS


def _checked_schema(text: str) -> Path:
    path = Path(text.strip()).expanduser().absolute()
    if not path.is_file():
        raise BlinkError(USAGE, problem=_("There is no such file."))
    return path


def _checked_zip(text: str) -> None:
    if text:
        checked_password(Secret(text))


def _checked_folder(text: str) -> Path:
    if not text.strip():
        raise BlinkError(USAGE, problem=_("Say in which folder it is written."))
    return Path(text.strip()).expanduser().absolute()


def months_of(texts: Texts) -> tuple[Month, ...]:
    """The months that were chosen, in order; none for all there is."""
    span = texts["span"]
    if span == "all":
        return ()
    last = Month.parse(texts[span])
    count = {"month": 1, "quarter": 3, "year": 12}[span]
    return tuple(last.plus(back) for back in range(1 - count, 1))


async def _write(
    console: ConsoleApp, firm: Firm, filled: Filled, told: Callable[[int, int], None]
) -> Exported:
    texts, password = filled.texts, filled.secrets["password"]
    whole = texts.get("complete") == "yes"
    wanted = Wanted(
        format=texts["format"],
        months=months_of(texts),
        options={"schema": str(_checked_schema(texts["schema"]))} if whole else {},
        complete=whole,
        zip_password=password if password.reveal() else None,
    )
    return await export(
        console.buffer,
        firm,
        wanted,
        _checked_folder(texts["folder"]),
        who=console.who,
        now=console.now,
        told=told,
    )


def _tell(console: ConsoleApp, done: Exported) -> None:
    text = ngettext("{count} document written:", "{count} documents written:", done.documents)
    told: Sequence[Paragraph] = [
        Paragraph(text.format(count=number(done.documents)), "head"),
        *(Paragraph(clean(str(one))) for one in done.files),
        *_left_out(done),
    ]
    console.push_screen(TextWindow(_("Report"), told))


def _left_out(done: Exported) -> Iterator[Paragraph]:
    """What has to be known of what was written."""
    if not done.documents:
        yield Paragraph(_("Nothing approved belongs to this time, so there is nothing in it."), "warn", "! ")
    if any(PARTIAL in one.name for one in done.files):
        yield Paragraph(partial_warning(), "bad", "! ")
    for one in done.refused[:_SHOWN]:
        number_ = clean(one.number or one.ksef_number)
        yield Paragraph(f"{number_}: {' '.join(clean(str(why)) for why in one.sentences)}", "warn", "! ")
    for told in done.warnings[:_SHOWN]:
        sentences = " ".join(clean(str(why.message)) for why in told.warnings)
        yield Paragraph(f"{clean(told.number or told.ksef_number)}: {sentences}", "plain", "~ ")
