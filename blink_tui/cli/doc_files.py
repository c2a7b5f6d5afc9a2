"""`blink doc pdf` and `blink doc xml`: documents of the buffer as files."""

from __future__ import annotations

import hashlib
import sys
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blink_tui.cli import options, output
from blink_tui.cli.bar import bar
from blink_tui.cli.choice import Chooser, WordsOption, YesOption
from blink_tui.cli.files import STDOUT, Destination, destination
from blink_tui.cli.options import AsJson, FirmsOption
from blink_tui.i18n import _, ngettext
from blink_tui.model.dates import instant_of, warsaw_day
from blink_tui.model.errors import USAGE, BlinkError
from blink_tui.sync.files import FILE_TAKEN, place

if TYPE_CHECKING:
    from blink_tui.buffer import Buffer, Document
    from blink_tui.cli.choice import Choice
    from blink_tui.cli.context import Profile
    from blink_tui.cli.press import Press

TOGETHER = 250
"""Documents of one PDF at the most: typst holds all pages at once, about 2 MiB a document."""

NumbersArgument = Annotated[list[str] | None, typer.Argument(metavar="KSEF-NUMBER…", help=_("KSeF numbers."))]
OutOption = Annotated[
    str | None,
    typer.Option("--out", metavar="FOLDER|FILE|-", help=_("Folder or file to write; - is standard output.")),
]


def pdf(
    context: typer.Context,
    numbers: NumbersArgument = None,
    firms: FirmsOption = None,
    words: WordsOption = "",
    out: OutOption = None,
    one: Annotated[bool, typer.Option("--one", help=_("All documents in one file."))] = False,
    yes: YesOption = False,
    json: AsJson = False,
) -> int:
    chooser = Chooser(numbers or [], firms or [], words, yes)
    if out == STDOUT and (json or sys.stdout.isatty()):
        raise BlinkError(
            USAGE, problem=_("A PDF on standard output goes into a pipe or a file, without --json.")
        )
    return options.run(_pdf(options.profile(context), chooser, out or ".", one=one, as_json=json))


def xml(
    context: typer.Context,
    numbers: NumbersArgument = None,
    firms: FirmsOption = None,
    words: WordsOption = "",
    out: OutOption = None,
    yes: YesOption = False,
    json: AsJson = False,
) -> int:
    chooser = Chooser(numbers or [], firms or [], words, yes)
    return options.run(_xml(options.profile(context), chooser, out or STDOUT, as_json=json))


@dataclass(slots=True)
class _Report:
    """Writes files and tells what became of each document: at once as JSON, at the end for people."""

    to: Destination
    as_json: bool
    total: int
    errors: list[list[BlinkError]] = field(default_factory=list)
    """One list a document, empty where its file is there."""
    paths: list[Path] = field(default_factory=list)
    kept: int = 0
    """Files that were there already."""

    def failed(self, document: Document, error: BlinkError) -> None:
        """Tell why a document has no file."""
        self.errors.append([error])
        if self.as_json:
            output.say_json(_named(document) | output.failure_json(error))
            return
        sentence, *more = output.failure_lines(error)
        output.warn("\n".join((f"{document.ksef_number}: {sentence}", *more)))

    def write(self, name: str, content: bytes, told: dict[str, Any], replaced: str | None = None) -> None:
        """Write a file and tell it. Raises BlinkError: file-taken, file-not-written."""
        path = self.to.path(name)
        if path is None:
            output.say_bytes(content)
            return
        new = place(path, content)
        self.paths.append(path)
        self.kept += not new
        if self.as_json:
            made = {"path": str(path), "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
            glyphs = {} if replaced is None else {"replaced": replaced}
            output.say_json(told | made | {"new": new} | glyphs)
        elif replaced:
            text = _("{path}: no font has these characters, they are shown as □: {characters}")
            output.warn(text.format(path=path, characters=" ".join(replaced)))

    def written(self, document: Document, name: str, content: bytes, replaced: str | None = None) -> None:
        """Write a document's own file; another one of its name is that document's failure, no other's.

        Raises BlinkError (file-not-written): the next one would fail as well.
        """
        try:
            self.write(name, content, _named(document), replaced)
        except BlinkError as error:
            if error.kind is not FILE_TAKEN:
                raise
            self.failed(document, error)
        else:
            self.errors.append([])

    def done(self) -> int:
        """Tell people what was written; returns the exit code."""
        from blink_tui.sync.summary import exit_code_for

        if not self.as_json and self.total == 1:
            for path in self.paths:
                output.say(str(path))
        elif not self.as_json and self.paths:
            count = len(self.paths)
            text = ngettext("{n} file in {folder}.", "{n} files in {folder}.", count)
            output.say(text.format(n=count, folder=self.paths[0].parent))
            if self.kept:
                text = ngettext("{n} was there already.", "{n} were there already.", self.kept)
                output.say(text.format(n=self.kept))
        return int(exit_code_for(self.errors))


async def _pdf(profile: Profile, chooser: Chooser, out: str, *, one: bool, as_json: bool) -> int:
    from blink_tui.cli.press import Press
    from blink_tui.invoices.qr import qr_host

    async with profile.open_buffer() as buffer:
        choice = await chooser.choice(buffer)
        if one:
            check_together(choice.count)
        files = min(1, choice.count) if one else choice.count
        to = destination(out, ".pdf", files=files, named=not one or choice.count <= 1)
        report = _Report(to, as_json, files)
        hosts = {firm.id: qr_host(firm.base_url) for firm in await buffer.firms.list()}
        press = Press(buffer, hosts, warsaw_day(instant_of(datetime.now(UTC))))
        if one:
            await _together(press, choice, report)
        else:
            await _each(buffer, press, choice, report, one_firm=len(chooser.firms) == 1)
    return report.done()


def check_together(count: int) -> None:
    """Raises BlinkError (usage) for more documents than one file should hold."""
    if count > TOGETHER:
        problem = _(
            "One PDF holds up to {most} documents, and these are {count}. Leave --one out, or choose fewer."
        )
        raise BlinkError(USAGE, problem=problem.format(most=TOGETHER, count=count))


async def _each(buffer: Buffer, press: Press, choice: Choice, report: _Report, *, one_firm: bool) -> None:
    with bar(_("Writing"), choice.count) as told:
        async with aclosing(press.each(choice.documents)) as attempts:
            async for document, (made, error) in attempts:
                if error is not None:
                    report.failed(document, error)
                if made is not None:
                    name = await _name(buffer, document, one_firm=one_firm)
                    report.written(document, name, made.content, made.replaced)
                told(1)


async def _name(buffer: Buffer, document: Document, *, one_firm: bool) -> str:
    """By KSeF number; where several firms hold it, each sees another page, so the firm stands in the name too."""
    if one_firm or len(await buffer.documents.find(document.ksef_number)) == 1:
        return f"{document.ksef_number}.pdf"
    firm = await buffer.firms.get(document.firm_id)
    return f"{document.ksef_number}-{firm.context_value}.pdf"


async def _together(press: Press, choice: Choice, report: _Report) -> None:
    made, told = await press.together(choice.documents)
    for document, error in told:
        if error is not None:
            report.failed(document, error)
    numbers = [document.ksef_number for document, error in told if error is None]
    if made is not None:
        report.write(f"{numbers[0]}.pdf", made.content, {"ksef_numbers": numbers}, made.replaced)
        report.errors += [[] for _number in numbers]


async def _xml(profile: Profile, chooser: Chooser, out: str, *, as_json: bool) -> int:
    async with profile.open_buffer() as buffer:
        choice = await chooser.choice(buffer, any_holder=True)
        to = destination(out, ".xml", files=choice.count, named=True)
        report = _Report(to, as_json, choice.count)
        with bar(_("Writing"), choice.count) as told:
            async for document in choice.documents:
                try:
                    content = await buffer.documents.xml(document.ksef_number)
                except BlinkError as error:
                    report.failed(document, error)
                else:
                    report.written(document, f"{document.ksef_number}.xml", content)
                told(1)
    return report.done()


def _named(document: Document) -> dict[str, Any]:
    return {"ksef_number": document.ksef_number, "firm": document.firm_nip}
