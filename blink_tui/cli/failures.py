"""Every way a command can end badly, as a sentence and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import typer

from blink_tui.cli.output import failure_json, failure_lines, say_json, warn
from blink_tui.i18n import N_, _
from blink_tui.model.errors import USAGE, BlinkError, ErrorKind, ExitCode
from blink_tui.model.modes import make_folder, open_private

INTERRUPTED = ErrorKind(
    "interrupted", ExitCode.FAILED, N_("Interrupted. What was stored stays; nothing is lost.")
)
CRASHED = ErrorKind(
    "internal",
    ExitCode.FAILED,
    N_("The program met a fault of its own. Nothing that was stored is lost. Report the file {report}."),
)
CRASHED_UNWRITTEN = ErrorKind(
    "internal",
    ExitCode.FAILED,
    N_(
        "The program met a fault of its own. Nothing that was stored is lost. The file {report} cannot be written:"
        " report what stands above."
    ),
)

_DETAILS = {
    "does not exist": N_("there is no such file"),
    "is a directory": N_("it is a folder"),
    "is a file": N_("it is a file, not a folder"),
    "is not readable": N_("it cannot be read"),
    "valid integer": N_("it is a whole number"),
}
"""What the parser says → what we say."""


def exit_code_of(error: BlinkError, *, as_json: bool) -> int:
    """Print an expected error; returns its exit code."""
    if as_json:
        say_json(failure_json(error))
    else:
        for line in failure_lines(error):
            warn(line)
    return int(error.kind.exit_code)


def usage_error(error: typer.TyperException) -> BlinkError:
    """A mistake on the command line, in our words."""
    context = getattr(error, "ctx", None)
    command = getattr(context, "command_path", "") or "blink"
    name, hint = type(error).__name__, _("Help: {command} --help").format(command=command)
    param = getattr(error, "param", None)
    which = param.opts[0] if param is not None and param.opts else ""
    if which and not which.startswith("-"):
        which = getattr(param, "metavar", None) or which.upper()
    told = error.format_message()
    if name == "NoSuchOption":
        problem = _("There is no option {option} here.").format(option=getattr(error, "option_name", ""))
    elif name == "MissingParameter":
        problem = _("{which} is missing.").format(which=which or told)
    elif name == "BadParameter" and which:
        problem = _("The value of {which} is not right: {detail}").format(
            which=which, detail=_detail(error.message)
        )
    elif name == "BadOptionUsage" and "requires" in told:
        problem = _("{option} needs a value after it.").format(option=getattr(error, "option_name", ""))
    elif name == "BadOptionUsage":
        problem = _("{option} takes no value.").format(option=getattr(error, "option_name", ""))
    else:
        problem = _("The command is not understood: {detail}").format(detail=_command_detail(told))
    ending = "" if problem.endswith((".", "!", "?")) else "."
    return BlinkError(USAGE, problem=f"{problem}{ending} {hint}")


def _command_detail(told: str) -> str:
    """What the parser says of the words of a command, in ours."""
    superfluous = told.partition("unexpected extra argument(s) (")[2].rstrip(")")
    if superfluous:
        return _("this is too much: {words}").format(words=superfluous)
    unknown, mistyped, alike = told.partition(" Did you mean ")
    if mistyped:
        return _("{unknown} Is this meant: {alike}?").format(unknown=unknown, alike=alike.rstrip("?"))
    return told


def _detail(told: str) -> str:
    """What the parser says of a value, in the language of the console; as it is where it says something else."""
    _value, one_of, choices = told.partition(" is not one of ")
    if one_of:
        return _("choose one of {choices}").format(choices=choices.rstrip(".").replace("'", ""))
    least = told.partition("greater than or equal to ")[2]
    if least:
        return _("it is at least {least}").format(least=least)
    for words, detail in _DETAILS.items():
        if words in told:
            return _(detail)
    return told


def crash_report(error: BaseException, folder: Path) -> BlinkError:
    """Write the traceback, without values of variables and secrets, to a private file; returns what to tell the user.

    Where it cannot be written it is printed.
    """
    from blink_tui.model.redaction import redacted_traceback

    report, told = folder / "crash.log", redacted_traceback(error)
    try:
        make_folder(folder)
        descriptor = open_private(report, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        with os.fdopen(descriptor, "a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(told)
    except OSError:
        warn(told)
        return BlinkError(CRASHED_UNWRITTEN, cause=type(error).__name__, report=report)
    return BlinkError(CRASHED, cause=type(error).__name__, report=report)


def wants_json(words: Sequence[str]) -> bool:
    """Whether a failure is to be printed as JSON, even one of parsing."""
    return "--json" in words or ("--format" in words and "json" in words)


def flush() -> None:
    """Flush what was printed; a reader that has gone is no error of ours."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
