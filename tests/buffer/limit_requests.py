"""Requests as tests of the limit book make them."""

from __future__ import annotations

from blink_tui.buffer.limit_book import LimitBook
from blink_tui.model.ports import BookTicket

HOURLY = ((1.0, 8), (60.0, 16), (3600.0, 20))


def sent(book: LimitBook, now: float, windows: tuple[tuple[float, int], ...] = HOURLY) -> BookTicket:
    """A request that finds room and is answered at once."""
    ticket = book.take("firm", "lists", windows, now)
    assert isinstance(ticket, BookTicket)
    book.answered(ticket, now)
    return ticket


def moments(book: LimitBook, counter: str = "lists") -> list[float]:
    return sorted(book.requests("firm", -1e9).get(counter, []))
