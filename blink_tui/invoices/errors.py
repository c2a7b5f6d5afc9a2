"""Why an invoice could not be read."""

from __future__ import annotations

from blink_tui.i18n import N_
from blink_tui.model.errors import ErrorKind, ExitCode

UNREADABLE = ErrorKind(
    "invoice-unreadable",
    ExitCode.FAILED,
    N_("The invoice's content cannot be read; it is kept as received. Look at its XML."),
)
UNKNOWN_FORM = ErrorKind(
    "invoice-form-unknown",
    ExitCode.FAILED,
    N_("The form {form} is not known to this version; the invoice is kept as received. Look at its XML."),
)
