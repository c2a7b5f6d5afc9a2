"""What the XML says beyond the fields of the model."""

from __future__ import annotations

from collections.abc import Iterator

from blink_tui.i18n import N_
from blink_tui.invoices.checks.finding import Check, Context, Finding, Kind, Severity
from blink_tui.model.invoice import Invoice
from blink_tui.model.text import clean

UNREAD = Kind(
    "fields-unread",
    Severity.NOTE,
    N_("The XML says more than is shown here ({names}): look at it."),
)
_NAMED = 3
"""Names that a sentence lists."""
_LONGEST = 60


def _unread(invoice: Invoice, context: Context) -> Iterator[Finding]:
    if invoice.unread:
        names = list(dict.fromkeys(clean(path)[-_LONGEST:] for path, _ in invoice.unread[:100]))
        more = ", …" if len(names) > _NAMED else ""
        yield UNREAD.found("unread", names=", ".join(names[:_NAMED]) + more)


UNREAD_CHECKS: tuple[Check, ...] = (_unread,)
