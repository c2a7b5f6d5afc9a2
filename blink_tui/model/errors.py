"""Errors that a user can do something about: a sentence, what to do, the technical cause, an exit code."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from blink_tui.i18n import N_, Message


class ExitCode(IntEnum):
    """Exit codes of the `blink` command (DESIGN, "The command line")."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    PARTLY_FAILED = 3
    CREDENTIAL_REFUSED = 4
    LIMITS_EXHAUSTED = 5
    KSEF_UNAVAILABLE = 6
    WORK_HELD = 7
    VAULT_LOCKED = 8


@dataclass(frozen=True)
class ErrorKind:
    """What happened and what to do, as a text with `{name}` places; `code` is what scripts match."""

    code: str
    exit_code: ExitCode
    text: str


class BlinkError(Exception):
    """An expected failure. Everything that is not one of these is a bug and shows a crash report.

    `firm` is the firm's NIP or internal id, `cause` the technical detail with KSeF's code, `trace_id` KSeF's own.
    """

    def __init__(
        self,
        kind: ErrorKind,
        *,
        firm: str | None = None,
        cause: str | None = None,
        trace_id: str | None = None,
        **values: Any,
    ) -> None:
        super().__init__(kind.code)
        self.kind = kind
        self.firm = firm
        """Filled in by the pass where the place that failed does not know it."""
        self.cause = cause
        self.trace_id = trace_id
        self.values = values

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuilt, (self.kind, self.firm, self.cause, self.trace_id, self.values)

    @property
    def message(self) -> Message:
        """The sentence for the accountant."""
        return Message(self.kind.text, {"firm": self.firm, **self.values})

    def __str__(self) -> str:
        return str(self.message)


def _rebuilt(
    kind: ErrorKind, firm: str | None, cause: str | None, trace_id: str | None, values: dict[str, Any]
) -> BlinkError:
    """An error that came out of a worker process, whole again."""
    return BlinkError(kind, firm=firm, cause=cause, trace_id=trace_id, **values)


USAGE = ErrorKind("usage", ExitCode.USAGE, N_("{problem}"))
READ_ONLY = ErrorKind(
    "read-only",
    ExitCode.FAILED,
    N_(
        "Nothing was changed: the profile is open for reading only. Who may write {path} can, without --read-only."
    ),
)
DISK_READ_ONLY = ErrorKind(
    "disk-read-only",
    ExitCode.FAILED,
    N_(
        "The disk with {path} can only be read. What was stored is safe; have the disk mounted for writing again and"
        " repeat."
    ),
)
