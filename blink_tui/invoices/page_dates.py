"""What is shown of a document's dates and of the VAT month that is proposed, with the sentence that says why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from blink_tui.i18n import _
from blink_tui.invoices.page_blocks import Block, fields, words
from blink_tui.invoices.page_chain import Beside
from blink_tui.invoices.periods import DocumentDates, dates_of, deduction, output, treatment_of
from blink_tui.invoices.words import day
from blink_tui.model.documents import Direction
from blink_tui.model.invoice import Invoice


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What the buffer knows of a document and its content does not say."""

    direction: Direction
    """What it is for the firm's books."""
    received: date
    """Warsaw day of receipt."""
    beside: Beside | None = None
    """The documents that are joined to it."""


def arrival_of(direction: Direction, received: date | None, beside: Beside | None = None) -> Arrival | None:
    """The arrival of a document; None where KSeF did not tell when it was received."""
    return Arrival(direction=direction, received=received, beside=beside) if received else None


def dates(invoice: Invoice, arrival: Arrival) -> Iterator[Block]:
    """The days that decide, the month proposed for VAT, and why (BOOKKEEPING 1)."""
    found = dates_of(invoice, arrival.received)
    month: tuple[tuple[str, str], ...] = ()
    match arrival.direction:
        case Direction.SALE:
            month = _of_a_sale(invoice, found)
        case Direction.PURCHASE:
            month = _of_a_purchase(invoice, found)
    yield fields(
        (_("Received"), day(found.receipt)),
        (_("Issued"), day(found.issue)),
        (_("Tax point"), f"{day(found.tax_point)} ({_(found.source.value)})"),
        *month,
    )
    if found.rows_differ:
        yield words(_("The rows have different dates of sale; the latest was taken. Look at them."))
    if not month:
        yield words(_("For information only: it is not booked here, so no VAT month is proposed."))


def _of_a_sale(invoice: Invoice, found: DocumentDates) -> tuple[tuple[str, str], ...]:
    due = output(invoice, found)
    return (_("VAT month"), str(due.month)), (_("Why"), str(due.reason))


def _of_a_purchase(invoice: Invoice, found: DocumentDates) -> tuple[tuple[str, str], ...]:
    right = deduction(found, treatment_of(invoice))
    return (
        (_("VAT month"), str(right.earliest or _("not known yet"))),
        (_("At the latest"), str(right.last) if right.last and right.last != right.earliest else ""),
        (_("Return corrected until"), day(right.correctable_until)),
        (_("Why"), str(right.reason)),
        (_("Basis"), right.basis),
    )
