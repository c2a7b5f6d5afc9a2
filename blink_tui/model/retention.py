"""How long documents are kept: five years from the end of the year in which the last tax on them was due.

The limitation of a tax's debt (art. 70 § 1 of the Ordynacja podatkowa) is also the time for which documents of VAT
(art. 112 of the VAT Act) and books (art. 86 § 1 of the Ordynacja) are kept. A document is in two taxes: the VAT of its
month, due on the 25th of the next one, and the income tax of its year, due in the year after. The later one counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from blink_tui.i18n import N_, Message
from blink_tui.model.books import VatKind
from blink_tui.model.deadlines import Duty, deadlines_of, moved
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode
from blink_tui.model.months import Month

LIMITATION_YEARS = 5
"""Art. 70 § 1 of the Ordynacja podatkowa."""
MOST_EXTRA_YEARS = 50
_INCOME_MONTH, _INCOME_DAY = 4, 30

BAD_EXTENSION = ErrorKind(
    "bad-retention",
    ExitCode.USAGE,
    N_("Documents can be kept for 0 to {most} years longer, not for {given}."),
)
NO_REASON = ErrorKind(
    "bad-retention", ExitCode.USAGE, N_("Say why documents are kept longer: --reason REASON")
)


@dataclass(frozen=True, slots=True)
class Retention:
    """What a firm says of its documents besides the law."""

    extra_years: int = 0
    """Because of a correction, a loss that is settled over years, a fiscal year that is no calendar year …"""
    held: bool = False
    """Nothing may be erased while this stands: the limitation is suspended (art. 70 § 6), or there is a dispute."""
    reason: str = ""

    @property
    def is_usual(self) -> bool:
        """Nothing besides the law."""
        return not (self.extra_years or self.held)


def checked_retention(extra_years: int, held: bool, reason: str) -> Retention:
    """What was typed. Raises BlinkError: years out of range, no reason for anything but the law."""
    found = Retention(extra_years, held, reason.strip())
    if not 0 <= extra_years <= MOST_EXTRA_YEARS:
        raise BlinkError(BAD_EXTENSION, most=MOST_EXTRA_YEARS, given=extra_years)
    if not (found.is_usual or found.reason):
        raise BlinkError(NO_REASON)
    return found


def vat_due(month: Month, vat: VatKind) -> date | None:
    """The day on which the VAT of a month was to be paid; None for who settles none."""
    return next((one.day for one in deadlines_of(month, vat) if one.duty is Duty.VAT), None)


def income_tax_due(month: Month) -> date:
    """The last day of the yearly return of income tax for a month of a calendar year (CIT is due a month earlier)."""
    return moved(date(month.year + 1, _INCOME_MONTH, _INCOME_DAY))


def limitation(due: date) -> date:
    """The last day on which a tax due on a day can be demanded."""
    return date(due.year + LIMITATION_YEARS, 12, 31)


def kept_until(
    month: Month, vat: VatKind = VatKind.MONTHLY, retention: Retention | None = None
) -> date | None:
    """The last day on which a document of a month is kept; None while nothing may be erased."""
    told = retention or Retention()
    if told.held:
        return None
    due = [day for day in (vat_due(month, vat), income_tax_due(month)) if day is not None]
    end = max(limitation(day) for day in due)
    return end.replace(year=end.year + told.extra_years)


def last_past(today: date, retention: Retention | None = None) -> Month | None:
    """The last month whose documents need not be kept any more; None while nothing may be erased."""
    told = retention or Retention()
    if told.held:
        return None
    return Month(today.year - LIMITATION_YEARS - 2 - told.extra_years, 12)


def why_kept(until: date | None, retention: Retention) -> Message:
    """The day, and what makes it later than the law's."""
    if until is None:
        return Message(N_("until it is released: {reason}"), {"reason": retention.reason})
    if retention.extra_years:
        return Message(
            N_("until {day}, {years} years longer: {reason}"),
            {"day": until.isoformat(), "years": retention.extra_years, "reason": retention.reason},
        )
    return Message(N_("until {day}"), {"day": until.isoformat()})
