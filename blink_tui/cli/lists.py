"""Files of lists that commands import: read whole, shown first, taken or refused line by line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from blink_tui.cli import output
from blink_tui.i18n import N_, _
from blink_tui.model.book_lists import Listed
from blink_tui.model.errors import USAGE, BlinkError, ErrorKind, ExitCode
from blink_tui.model.sheets import Line, Remark, read_table
from blink_tui.model.text import clean

T = TypeVar("T")

BAD_LIST = ErrorKind(
    "bad-list",
    ExitCode.USAGE,
    N_(
        "Nothing was added: {count} lines of {file} have to be corrected first. The first, line {line}: {problem}."
    ),
)
TOO_LARGE = ErrorKind("list-too-large", ExitCode.USAGE, N_("The file {file} is too large for a list."))

FileArgument = Annotated[
    Path,
    typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True, help=_("CSV or XLSX.")),
]
ColumnsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--column", metavar="NAME=HEADING", help=_("What a column is called in the file, or its position.")
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help=_("Show what would be done."))]

_LARGEST = 32 * 1024 * 1024
_SHOWN = 20
"""Lines that are told of to people, so that the sum below them is seen."""


def read_list(
    file: Path,
    named: Sequence[str],
    read: Callable[[Sequence[Line], dict[str, str]], Listed[T]],
    *,
    as_json: bool,
) -> Listed[T]:
    """The list of a file. Raises BlinkError (usage), or typer.Exit once every line that is refused was told."""
    if file.stat().st_size > _LARGEST:
        raise BlinkError(TOO_LARGE, file=file.name)
    listed = read(read_table(file.read_bytes()), _columns(named))
    if listed.problems:
        raise typer.Exit(refused(file, listed.problems, as_json=as_json))
    return listed


def refused(file: Path, problems: Sequence[Remark], *, as_json: bool) -> int:
    """Tell why nothing of a file is taken; the exit code."""
    first = problems[0]
    error = BlinkError(
        BAD_LIST, count=len(problems), file=file.name, line=first.line, problem=clean(str(first.message))
    )
    if as_json:
        output.say_json(output.failure_json(error) | {"problems": remarks_json(problems)})
    else:
        warn_lines(problems)
        output.warn(str(error))
    return int(error.kind.exit_code)


def warn_lines(remarks: Sequence[Remark]) -> None:
    """The first remarks; programs get all of them with --json."""
    for remark in remarks[:_SHOWN]:
        output.warn(_("Line {line}: {text}.").format(line=remark.line, text=clean(str(remark.message))))
    if len(remarks) > _SHOWN:
        output.warn(_("… and more lines: {n}").format(n=len(remarks) - _SHOWN))


def remarks_json(remarks: Sequence[Remark]) -> list[dict[str, Any]]:
    """Remarks as scripts read them."""
    return [{"line": remark.line, "message": str(remark.message)} for remark in remarks]


def show_columns(listed: Listed[Any]) -> None:
    """Which columns were read."""
    if listed.columns:
        text = ", ".join(f"{name} = {heading}" for name, heading in listed.columns.items())
        output.warn(_("Columns read: {columns}").format(columns=clean(text)))


def show_rows(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """The first lines of a list, as they were understood."""
    output.say(output.table(head, rows[:_SHOWN]))
    if len(rows) > _SHOWN:
        output.say(_("… and more lines: {n}").format(n=len(rows) - _SHOWN))


def _columns(named: Sequence[str]) -> dict[str, str]:
    found = {}
    for text in named:
        name, equals, heading = text.partition("=")
        if not (equals and heading.strip()):
            problem = _("A column is given as NAME=HEADING; this is not: {text}")
            raise BlinkError(USAGE, problem=problem.format(text=clean(text)))
        found[name.strip()] = heading.strip()
    return found
