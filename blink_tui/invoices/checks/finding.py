"""What a check is given, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Any

from blink_tui.i18n import Message
from blink_tui.model.invoice import Invoice


class Severity(IntEnum):
    """How much a finding asks of the reader; a higher one is shown first."""

    NOTE = 1
    """Good to know when coding."""
    WARNING = 2
    """Something does not agree: look at it."""
    ALARM = 3
    """Probably wrong, or not ours: decide before anything else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What is known of a document beside its content; what is unknown is None and not checked."""

    today: date
    """Warsaw day of the check."""
    firm_nip: str | None = None
    ksef_number: str | None = None
    received: date | None = None
    """Warsaw day on which the KSeF number was given."""


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

    def found(self, *fields: str, **values: Any) -> Finding:
        """A finding of this kind."""
        return Finding(self.id, self.severity, Message(self.text, values), fields)


Check = Callable[[Invoice, Context], Iterator[Finding]]
