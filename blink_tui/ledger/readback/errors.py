"""What can be wrong with a file of books, in the accountant's words."""

from __future__ import annotations

from blink_tui.i18n import N_, Message
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode

UNREADABLE_BOOKS = ErrorKind(
    "books-unreadable",
    ExitCode.USAGE,
    N_("The file cannot be read as books: {problem}. Nothing of it was kept."),
)
BOOKS_OF_ANOTHER = ErrorKind(
    "books-of-another-firm",
    ExitCode.USAGE,
    N_("These are the books of NIP {found}, not of {nip}. Nothing of the file was kept."),
)


def unreadable(problem: str, /, **values: object) -> BlinkError:
    """A refusal; `problem` is an English source text with `{name}` places."""
    return BlinkError(UNREADABLE_BOOKS, problem=Message(problem, values))


def at_line(line: int | None, problem: str, /, **values: object) -> BlinkError:
    """A refusal that tells the line."""
    if not line:
        return unreadable(problem, **values)
    told = Message(N_("line {line}: {problem}"), {"line": line, "problem": Message(problem, values)})
    return BlinkError(UNREADABLE_BOOKS, problem=told)
