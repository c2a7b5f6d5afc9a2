"""What is asked of KSeF's list of documents: windows and filters; pure (PROTOCOL 4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from blink_tui.model.dates import Instant, start_of_warsaw_day
from blink_tui.model.documents import Role
from blink_tui.model.values import KsefNumber

_SUBJECTS = {
    Role.SELLER: "Subject1",
    Role.BUYER: "Subject2",
    Role.THIRD_PARTY: "Subject3",
    Role.AUTHORIZED: "SubjectAuthorized",
}
_A_DAY = timedelta(days=1)


class DateType(StrEnum):
    """Which date of a document lies in a window; only the first is safe for marks."""

    PERMANENT_STORAGE = "PermanentStorage"
    INVOICING = "Invoicing"
    """Accepted for processing."""
    ISSUE = "Issue"
    """The day that the seller wrote."""


@dataclass(frozen=True, slots=True)
class QueryWindow:
    """What a query of metadata or an export asks: a role's documents between two dates."""

    role: Role
    window_from: Instant
    """Sent as it is: the caller subtracts the second."""
    window_to: Instant | None = None
    """None asks to the high-water mark, or to now for other dates and beyond the mark."""
    date_type: DateType = DateType.PERMANENT_STORAGE
    beyond_mark: bool = False
    """Ask past the high-water mark, where documents may still appear behind those seen; for permanent storage."""


def filters_of(window: QueryWindow, **more: object) -> dict[str, object]:
    """The window as KSeF takes it."""
    date_range: dict[str, object] = {"dateType": window.date_type, "from": window.window_from}
    if window.date_type is DateType.PERMANENT_STORAGE:
        date_range["restrictToPermanentStorageHwmDate"] = not window.beyond_mark
    if window.window_to is not None:
        date_range["to"] = window.window_to
    return {"subjectType": _SUBJECTS[window.role], "dateRange": date_range, **more}


def window_around(number: KsefNumber, role: Role) -> QueryWindow:
    """The window in which one document was accepted: the day in its number and a day on either side.

    Raises ValueError for a number with an impossible day.
    """
    day = date.fromisoformat(number[11:19])
    return QueryWindow(
        role, start_of_warsaw_day(day - _A_DAY), start_of_warsaw_day(day + 2 * _A_DAY), DateType.INVOICING
    )
