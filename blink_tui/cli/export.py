"""`blink export`: documents handed over to the ledger, once, and reports made of them, any number of times."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blink_tui.cli import export_text, options, output
from blink_tui.cli.bar import Bars
from blink_tui.cli.context import system_user
from blink_tui.cli.export_months import MonthsOption, QuarterOption, YearOption, months_of
from blink_tui.cli.export_settings import assignments
from blink_tui.cli.options import AsJson, FirmsOption, chosen_firms
from blink_tui.cli.zip_password import PasswordFileOption, ZipOption, zip_password
from blink_tui.i18n import _, ngettext
from blink_tui.model.errors import BlinkError, ExitCode
from blink_tui.model.text import clean

if TYPE_CHECKING:
    from blink_tui.buffer import Buffer
    from blink_tui.cli.context import Profile
    from blink_tui.model.firms import Firm
    from blink_tui.model.months import Month
    from blink_tui.model.secret import Secret
    from blink_tui.sync.exporting import Exported, Preview, Progress
    from blink_tui.sync.exporting_work import Refused, Sum, SumKey, Told

app = typer.Typer(
    help=_("Hand approved documents over to the ledger, once; make reports."), invoke_without_command=True
)


@dataclass(frozen=True, slots=True)
class _Call:
    """What was typed."""

    form: str | None
    months: tuple[Month, ...]
    options: Mapping[str, str]
    out: Path | None
    """None: the folder that a firm named for its ledger, else the profile's."""
    dry_run: bool
    complete: bool
    zip_password: Secret | None


@dataclass(frozen=True, slots=True)
class _Done:
    """What was written of a firm, or would be."""

    firm: Firm
    told: Mapping[str, Any]
    """For programs, whole."""
    warnings: Sequence[Told]
    refused: Sequence[Refused]
    sums: Mapping[SumKey, Sum] = field(default_factory=dict)

    @property
    def worth_telling(self) -> bool:
        """Something was written, or kept from it."""
        return bool(self.told["documents"] or self.told["files"] or self.refused)


@dataclass(slots=True)
class _Outcome:
    """What became of the firms."""

    done: list[_Done] = field(default_factory=list)
    failures: list[BlinkError] = field(default_factory=list)

    @property
    def documents(self) -> int:
        return sum(one.told["documents"] for one in self.done)

    @property
    def code(self) -> int:
        """One cause for all gives its own code."""
        if not self.failures:
            return ExitCode.DONE
        if self.done:
            return ExitCode.PARTLY_FAILED
        codes = {error.kind.exit_code for error in self.failures}
        return codes.pop() if len(codes) == 1 else ExitCode.FAILED


@app.callback(
    help=_(
        "Hand approved documents over in the format of each firm's ledger, once; any other format is a report and"
        " marks nothing. Example: blink export --firm 5265877635 --month 2026-03 --out ./for-ledger"
    )
)
def export(
    context: typer.Context,
    form: Annotated[
        str | None,
        typer.Option("--format", metavar="FORMAT", help=_("Each firm's own ledger where none is named.")),
    ] = None,
    firms: FirmsOption = None,
    months: MonthsOption = None,
    year: YearOption = None,
    quarter: QuarterOption = None,
    out: Annotated[Path | None, typer.Option(file_okay=False, help=_("Folder for the files."))] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=_("Only tell what would be written: documents, sums, warnings."))
    ] = False,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help=_("A setting or field of this one export.")),
    ] = None,
    complete: Annotated[
        bool,
        typer.Option(
            "--complete",
            help=_(
                "A whole JPK, with the rows of the books that were read back; it is checked with --schema."
            ),
        ),
    ] = False,
    schema: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help=_("Official schema of the JPK, with the files it names beside it."),
        ),
    ] = None,
    zipped: ZipOption = False,
    password_file: PasswordFileOption = None,
    json: AsJson = False,
) -> int:
    if context.invoked_subcommand is not None:
        return ExitCode.DONE
    profile = options.profile(context)
    call = _Call(
        form,
        months_of(months or [], year, quarter),
        assignments(changes or []) | ({"schema": str(schema.absolute())} if schema else {}),
        out.absolute() if out else None,
        dry_run,
        complete,
        zip_password(zipped, password_file),
    )
    return options.run(_export(profile, firms or [], call, as_json=json))


async def _export(profile: Profile, texts: list[str], call: _Call, *, as_json: bool) -> int:
    from blink_tui.ledger.formats import exporter
    from blink_tui.sync.exporting import recover

    if call.form is not None:
        exporter(call.form)
    outcome = _Outcome()
    async with profile.open_buffer() as buffer:
        for left in await recover(buffer):
            output.warn(waits(left.batch.id, left.cause))
        for firm in await chosen_firms(buffer, texts):
            try:
                outcome.done.append(await _of_firm(buffer, profile, firm, call, outcome.failures))
            except BlinkError as error:
                error.firm = firm.context_value
                outcome.failures.append(error)
    if outcome.failures and not outcome.done and len(outcome.failures) == 1:
        raise outcome.failures[0]
    _tell(outcome, call, as_json=as_json)
    return outcome.code


async def _of_firm(
    buffer: Buffer, profile: Profile, firm: Firm, call: _Call, failures: list[BlinkError]
) -> _Done:
    """Export or preview one firm."""
    from blink_tui.ledger.delivery import folder_of
    from blink_tui.sync import exporting

    ledger = exporting.ledger_of(firm, await buffer.books.get(firm.id))
    form = call.form or ledger
    wanted = exporting.Wanted(
        format=form,
        months=call.months,
        options=call.options,
        complete=call.complete,
        zip_password=call.zip_password,
    )
    who, now = system_user(), datetime.now(UTC)
    with _progress(clean(firm.name)) as progress:
        if call.dry_run:
            preview = await exporting.preview(buffer, firm, wanted, who=who, now=now, told=progress)
            return _previewed(firm, form, preview)
        folder = call.out or profile.export_folder.absolute()
        if call.out is None and form == ledger:
            folder = await folder_of(buffer, firm.id, folder, profile.folder, firm.context_value)
        made = await exporting.export(buffer, firm, wanted, folder, who=who, now=now, told=progress)
        if made.failure is not None:
            made.failure.firm = firm.context_value
            failures.append(made.failure)
        return _exported(firm, form, made)


@contextmanager
def _progress(label: str) -> Iterator[Progress]:
    """A bar that begins when it is known of how many; a second one for documents that amend, after the new ones."""
    with Bars() as bars:

        def told(done: int, total: int) -> None:
            if bars.done is None or done <= bars.done:
                bars.begin(label, total)
            bars.reach(done)

        yield told


def _previewed(firm: Firm, form: str, preview: Preview) -> _Done:
    told = {
        "firm": firm.context_value,
        "format": form,
        "documents": preview.documents,
        "amending": preview.amending,
        "marks": preview.marks,
        "files": [one.name for one in preview.files],
        "sums": export_text.sums_json(preview.sums),
        **_notes(preview.warnings, preview.refused),
    }
    return _Done(firm, told, preview.warnings, preview.refused, preview.sums)


def _exported(firm: Firm, form: str, made: Exported) -> _Done:
    told = {
        "firm": firm.context_value,
        "format": form,
        "documents": made.documents,
        "marks": made.marks,
        "files": [str(path) for path in made.files],
        "batches": list(made.batch_ids),
        "unplaced": made.unplaced,
        **_notes(made.warnings, made.refused),
    }
    return _Done(firm, told, made.warnings, made.refused)


def _notes(warnings: Sequence[Told], refused: Sequence[Refused]) -> dict[str, Any]:
    kinds = (
        ("warnings", [(one, one.warnings) for one in warnings]),
        ("refused", [(one, one.why) for one in refused]),
    )
    return {
        kind: [
            {
                "document": one.ksef_number,
                "number": one.number,
                "codes": [problem.code for problem in problems],
                "sentences": [str(problem.message) for problem in problems],
            }
            for one, problems in some
        ]
        for kind, some in kinds
    }


def _tell(outcome: _Outcome, call: _Call, *, as_json: bool) -> None:
    if as_json:
        failures = [output.failure_json(error)["error"] for error in outcome.failures]
        output.say_json(
            {
                "documents": outcome.documents,
                "dry_run": call.dry_run,
                "firms": [one.told for one in outcome.done if one.worth_telling],
                "failures": failures,
            }
        )
        return
    for error in outcome.failures:
        for line in output.failure_lines(error):
            output.warn(line)
    for one in outcome.done:
        if one.worth_telling:
            _tell_firm(one, call)
    output.say(_in_all(outcome))


def _in_all(outcome: _Outcome) -> str:
    if count := outcome.documents:
        return ngettext("{n} document.", "{n} documents.", count).format(n=count)
    if any(one.refused for one in outcome.done):
        return _("Nothing was written.")
    return _("Nothing waits to be written.")


def _tell_firm(one: _Done, call: _Call) -> None:
    told = one.told
    count = ngettext("{n} document", "{n} documents", told["documents"]).format(n=told["documents"])
    output.say(f"{told['firm']}  {clean(one.firm.name)}")
    output.say(f"  {told['format']}: {count}")
    for file in told["files"]:
        output.say(f"  {clean(file)}")
    if not told["marks"]:
        output.say("  " + _("A report: no document is marked as handed over."))
    if amending := told.get("amending", 0):
        text = ngettext(
            "{count} document stands in the books already and goes into a file of its own, to be put right there.",
            "{count} documents stand in the books already and go into a file of their own, to be put right there.",
            amending,
        )
        output.say("  " + text.format(count=amending))
    for line in export_text.sums_table(one.sums):
        output.say(line)
    if one.refused:
        output.warn("  " + _("They stay as they are, and why:"))
        _warn(export_text.refused(one.refused))
    if one.warnings:
        said = (
            _("To look at in what would be written:")
            if call.dry_run
            else _("To look at in what was written:")
        )
        output.warn(f"  {said}")
        _warn(export_text.warned(one.warnings))
    if told.get("unplaced"):
        output.warn(waits(told["batches"][0], told["unplaced"]))


def _warn(notes: Iterable[export_text.Note]) -> None:
    for line in export_text.grouped(notes, "    "):
        output.warn(line)


def waits(batch: int, cause: str) -> str:
    """A batch whose folder is not there."""
    return _(
        "Batch {batch} is marked, its files wait for their folder ({cause}); they get their names at the next start."
    ).format(batch=batch, cause=clean(cause))
