"""Whether a row of the books may be a document of KSeF's, by what both say of themselves; pure (BOOKKEEPING 6).

A row with a number of KSeF's is that document and needs no judgment. Without one it is matched by the contractor's
number, the folded number of the invoice, the gross within 0.01 and the day of issue within three days. What a book does
not tell (the KPiR of before 2026 has no tax ids, a foreign invoice no gross in PLN) contradicts nothing: whatever comes
of it is only a question.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from blink_tui.model.book_rows import INTERNAL, BookRegister, BookRow, Differs, Held
from blink_tui.model.documents import Direction

CENT = Decimal("0.01")
DAYS = 3
_BETWEEN = re.compile(r"[^0-9A-Z]+", re.ASCII)
_PREFIX = re.compile(r"[A-Z]{2}(?=.{2})", re.ASCII)


def judged(row: BookRow, held: Held) -> tuple[Differs, ...] | None:
    """What of a row and a document with the same number does not agree: nothing, the amount, or the day.

    None: they are not the same, since kind or contractor differs, or amount and day both do.
    """
    if held.direction is not row.side or INTERNAL.intersection(row.marks):
        return None
    if row.number_key != held.number_key or not same_contractor(row, held.contractor):
        return None
    differs = []
    if not amounts_agree(row, held):
        differs.append(Differs.AMOUNT)
    if not days_agree(row, held):
        differs.append(Differs.DATE)
    return tuple(differs) if len(differs) < len(Differs) else None


def same_contractor(row: BookRow, contractor: str) -> bool:
    """Whether a row names a contractor, or none at all; a country may stand before either number."""
    ours, theirs = _spelled(contractor), _spelled(row.contractor)
    if not theirs:
        return True
    if not ours:
        return row.side is Direction.SALE and not row.country
    return bool(
        {ours, _PREFIX.sub("", ours)} & {theirs, _spelled(row.country) + theirs, _PREFIX.sub("", theirs)}
    )


def _spelled(number: str) -> str:
    return _BETWEEN.sub("", number.upper())


def amounts_agree(row: BookRow, held: Held) -> bool:
    """Whether the amounts of a row can be those of a document, of which the books may hold a part."""
    if held.currency != "PLN" or held.gross is None:
        return row.vat is None or held.vat is None or _near(row.vat, held.vat) or not row.vat
    if row.gross is not None and _near(row.gross, held.gross):
        return True
    if row.register in (BookRegister.KPIR, BookRegister.REVENUE):
        part = row.side is Direction.PURCHASE and row.net is not None and abs(row.net) <= abs(held.gross)
        return row.net is None or part or _near(row.net, held.gross) or _maybe_near(row.net, held.net)
    if row.side is Direction.SALE:
        return row.gross is None
    return _bought_part(row, held)


def _bought_part(row: BookRow, held: Held) -> bool:
    """The register of purchases holds what is deducted: all of the net and a share of the tax, a half of both for cars,
    and nothing of what carries no tax; self-assessed tax is not in the invoice at all (FORMATS 8.5)."""
    if row.net is None or row.vat is None or held.vat is None:
        return row.gross is None
    whole_net = _maybe_near(row.net, held.net)
    if held.vat == 0:
        return whole_net
    part = abs(row.vat) <= abs(held.vat) + CENT and (row.vat < 0) == (held.vat < 0)
    half = _near(row.vat * 2, held.vat)
    return (whole_net and part) or half or _near(row.vat, held.vat)


def _near(one: Decimal, other: Decimal) -> bool:
    return abs(one - other) <= CENT


def _maybe_near(one: Decimal, other: Decimal | None) -> bool:
    return other is not None and _near(one, other)


def days_agree(row: BookRow, held: Held) -> bool:
    """Whether a row can be of a document's day: the issue, or the receipt where the book has a day of entry alone."""
    if row.issued is not None:
        return held.issued is None or _close(row.issued, held.issued)
    days = [day for day in (held.issued, held.received) if day is not None]
    return row.day is None or not days or any(_close(row.day, day) for day in days)


def _close(one: date, other: date) -> bool:
    return abs((one - other).days) <= DAYS
