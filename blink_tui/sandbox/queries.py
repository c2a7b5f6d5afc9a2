"""What a query or an export selects: the window, the filters, the high-water mark."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from blink_tui.model.dates import warsaw
from blink_tui.sandbox.clock import DAY, datetime_of, parse_ticks, seconds, ticks_of
from blink_tui.sandbox.documents import Document, Shelf, plain_number
from blink_tui.sandbox.errors import invalid
from blink_tui.sandbox.options import SandboxOptions
from blink_tui.sandbox.wire import Filters, Wire

_LONGEST = 100 * DAY
_WITHOUT_OFFSET = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Window:
    """The dates asked for, `low` to below `high`, with the mark that goes with them."""

    date_type: str
    low: int
    high: int
    mark: int | None
    """High-water mark to be told, None when the date is not the one of permanent storage."""
    beyond_mark: bool
    """It was to end at the mark, but begins after it: nothing new (PROTOCOL 4)."""
    oldest: int
    """Documents stored before it are past retention."""


def window_of(filters: Filters, now: int, mark: int, options: SandboxOptions) -> Window:
    """The window of a request. Raises ApiError 400/21405 for dates that the contract does not take."""
    asked = filters.date_range
    old = options.api == "2.6"
    low = _instant("dateRange.from", asked.from_, warsaw_time=old)
    high = now if asked.to is None else _instant("dateRange.to", asked.to, warsaw_time=old)
    if high < low and asked.to is not None:
        raise invalid("Parametr dateRange.to jest wcześniejszy niż dateRange.from.")
    if old and high > _three_months_after(low):
        raise invalid("Zakres dat nie może przekraczać 3 miesięcy.")
    if high - low > _LONGEST:
        raise invalid("Zakres dat nie może przekraczać 100 dni.")
    after_low, over_high = int(options.bounds[0] == "("), int(options.bounds[1] == "]")
    oldest = now - seconds(options.retention)
    if asked.date_type == "PermanentStorage":
        restricted = asked.restrict_to_permanent_storage_hwm_date is True
        end = min(high, mark)
        upper = (end if restricted else min(high, now)) + over_high
        return Window(
            asked.date_type, max(low + after_low, oldest), upper, end, restricted and low > mark, oldest
        )
    if asked.date_type == "Issue":
        first, last = low // DAY * DAY + after_low, high // DAY * DAY + over_high
    else:
        first, last = low + after_low, min(high, now) + over_high
    return Window(asked.date_type, first, last, None, beyond_mark=False, oldest=oldest)


def _instant(name: str, text: str, *, warsaw_time: bool) -> int:
    """An instant; one without an offset is refused, or read as time in Warsaw as servers before 2.9 do."""
    try:
        if warsaw_time and _WITHOUT_OFFSET.fullmatch(text):
            return ticks_of(datetime.fromisoformat(text).replace(tzinfo=warsaw()))
        return parse_ticks(text)
    except ValueError as error:
        raise invalid(f"{name}: {text}") from error


def _three_months_after(low: int) -> int:
    moment = datetime_of(low)
    month = moment.month + 3
    first = moment.replace(year=moment.year + (month > 12), month=(month - 1) % 12 + 1, day=1)
    last_day = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return ticks_of(first.replace(day=min(moment.day, last_day.day)))


@dataclass(frozen=True, slots=True)
class Selection:
    """Documents in ascending order: `documents[first:last]`, a view of the shelf where nothing else is asked."""

    documents: list[Document]
    first: int
    last: int

    def __len__(self) -> int:
        return self.last - self.first

    def rows(self, start: int, end: int) -> list[Document]:
        """Ascending rows start to below end."""
        return self.documents[self.first + start : self.first + end]

    def rows_descending(self, start: int, end: int) -> list[Document]:
        """The same counted from the newest."""
        return self.documents[self.last - end : self.last - start][::-1]


def select(shelf: Shelf, filters: Filters, window: Window, now: int) -> Selection:
    """The documents of a shelf in a window that pass all filters, are stored by now and still kept."""
    documents, first, last = shelf.between(window.date_type, window.low, window.high)
    tests = _tests(filters)
    if window.date_type == "PermanentStorage" and not tests:
        return Selection(documents, first, last)
    chosen = [
        document for document in documents[first:last] if window.oldest <= document.stamps.stored <= now
    ]
    if tests:
        decode = _view.decode
        chosen = [
            document
            for document, view in ((document, decode(document.metadata)) for document in chosen)
            if all(test(view) for test in tests)
        ]
    return Selection(chosen, 0, len(chosen))


class _Identifier(Wire):
    type: str
    value: str | None = None


class _Buyer(Wire):
    identifier: _Identifier


class _Seller(Wire):
    nip: str


class _FormCode(Wire):
    value: str


class _View(Wire):
    """The part of InvoiceMetadata that filters look at."""

    ksef_number: str
    invoice_number: str
    seller: _Seller
    buyer: _Buyer
    form_code: _FormCode
    net_amount: float
    gross_amount: float
    vat_amount: float
    currency: str
    invoicing_mode: str
    invoice_type: str
    is_self_invoicing: bool
    has_attachment: bool


_view = msgspec.json.Decoder(_View)

_Test = Callable[[_View], bool]


def _tests(filters: Filters) -> list[_Test]:
    """One test for each filter that is set."""
    wanted: list[tuple[Any, Callable[[_View], Any]]] = [
        (filters.ksef_number and plain_number(filters.ksef_number), lambda view: view.ksef_number),
        (filters.invoice_number, lambda view: view.invoice_number),
        (filters.seller_nip, lambda view: view.seller.nip),
        (filters.invoicing_mode, lambda view: view.invoicing_mode),
        (filters.is_self_invoicing, lambda view: view.is_self_invoicing),
        (filters.has_attachment, lambda view: view.has_attachment),
        (filters.form_type, lambda view: view.form_code.value),
    ]
    tests: list[_Test] = [_equal(value, read) for value, read in wanted if value is not None]
    if filters.currency_codes:
        tests.append(_among(filters.currency_codes, lambda view: view.currency))
    if filters.invoice_types:
        tests.append(_among(filters.invoice_types, lambda view: view.invoice_type))
    if filters.buyer_identifier is not None:
        tests.append(_equal(filters.buyer_identifier.type, lambda view: view.buyer.identifier.type))
        if filters.buyer_identifier.value is not None:
            tests.append(_equal(filters.buyer_identifier.value, lambda view: view.buyer.identifier.value))
    if filters.amount is not None:
        tests.append(_within(filters))
    return tests


def _equal(value: Any, read: Callable[[_View], Any]) -> _Test:
    return lambda view: bool(read(view) == value)


def _among(values: list[str], read: Callable[[_View], str]) -> _Test:
    return lambda view: read(view) in values


def _within(filters: Filters) -> _Test:
    amount = filters.amount
    if amount is None:
        raise ValueError("no amount")
    field = {"Brutto": "gross_amount", "Netto": "net_amount", "Vat": "vat_amount"}[amount.type]
    low = float("-inf") if amount.from_ is None else amount.from_
    high = float("inf") if amount.to is None else amount.to
    return lambda view: low <= getattr(view, field) <= high
