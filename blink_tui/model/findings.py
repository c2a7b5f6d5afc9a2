"""What is odd about a document: found by a check of its content or of the buffer's history, told in a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from blink_tui.i18n import Message


class Severity(IntEnum):
    """How much a finding asks of the reader; a higher one is shown first."""

    NOTE = 1
    """Good to know when coding."""
    WARNING = 2
    """Something does not agree: look at it."""
    ALARM = 3
    """Probably wrong, or not ours: decide before anything else."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a check found; a warning, never a refusal (PROTOCOL 6)."""

    check: str
    """Id of the check, stable."""
    severity: Severity
    message: Message
    fields: tuple[str, ...]
    """Fields of the invoice that the check looked at, as the model names them (`lines[3].net`)."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of finding: its id, its severity and its sentence with `{name}` places."""

    id: str
    severity: Severity
    text: str

    def found(self, *fields: str, **values: str) -> Finding:
        """A finding of this kind. Values are texts, as they are shown and as the buffer keeps them."""
        return Finding(self.id, self.severity, Message(self.text, dict(values)), fields)
