"""Offline documents issued while KSeF was away: the day of receipt may be another than that of their KSeF number."""

from __future__ import annotations

from blink_tui.i18n import N_
from blink_tui.model.dates import warsaw_day
from blink_tui.model.findings import Finding, Kind, Severity
from blink_tui.model.outages import Outage, OutageCategory

IN_FAILURE = Kind(
    "issued-in-failure", Severity.WARNING,
    N_("Issued during a failure of KSeF ({title}, {start} – {end}): check the date of receipt."),
)  # fmt: skip
IN_MAINTENANCE = Kind(
    "issued-in-maintenance", Severity.NOTE,
    N_("Issued offline while KSeF was under maintenance ({title}, {start} – {end})."),
)  # fmt: skip


def issued_in(outage: Outage) -> Finding:
    """What is said of a document that was issued offline in an outage (BOOKKEEPING 1)."""
    kind = IN_MAINTENANCE if outage.category is OutageCategory.MAINTENANCE else IN_FAILURE
    end = "" if outage.end is None else warsaw_day(outage.end).isoformat()
    return kind.found("issue_date", title=outage.title, start=warsaw_day(outage.start).isoformat(), end=end)
