"""How documents are spoken of on the screen: words and glyphs of statuses, amounts, days (BOOKKEEPING 8)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from rich.cells import cell_len, set_cell_size

from blink_tui.i18n import N_, _
from blink_tui.model.dates import Instant, datetime_of, warsaw
from blink_tui.model.documents import Direction, Role, Status

STATUS_WORDS = {
    Status.FETCHED: N_("fetched"),
    Status.CODED: N_("coded"),
    Status.APPROVED: N_("approved"),
    Status.EXPORTED: N_("handed over"),
    Status.BOOKED: N_("booked"),
    Status.QUERIED: N_("to be clarified"),
    Status.EXCLUDED: N_("not to be booked"),
}
"""What one document is."""

STATUS_BRANCHES = {
    Status.FETCHED: N_("Fetched, not coded"),
    Status.CODED: N_("Coded"),
    Status.APPROVED: N_("Approved"),
    Status.EXPORTED: N_("Handed over to the books"),
    Status.BOOKED: N_("Booked"),
    Status.QUERIED: N_("To be clarified"),
    Status.EXCLUDED: N_("Not to be booked"),
}
"""What a branch of the tree holds."""

STATUS_SHORT = {
    Status.FETCHED: N_("Fetched"),
    Status.CODED: N_("Coded"),
    Status.APPROVED: N_("Approved"),
    Status.EXPORTED: N_("Handed over"),
    Status.BOOKED: N_("Booked"),
    Status.QUERIED: N_("To be clarified"),
    Status.EXCLUDED: N_("Not to be booked"),
}
"""The same where there is no room."""

STATUS_GLYPHS = {
    Status.FETCHED: "+",
    Status.CODED: "#",
    Status.APPROVED: "=",
    Status.EXPORTED: "»",
    Status.BOOKED: "$",
    Status.QUERIED: "?",
    Status.EXCLUDED: "x",
}
"""One cell that every terminal font has; always beside the word or in a column that the tree explains."""

STATUS_TONES = {
    Status.FETCHED: "new",
    Status.CODED: "plain",
    Status.APPROVED: "good",
    Status.EXPORTED: "dim",
    Status.BOOKED: "dim",
    Status.QUERIED: "warn",
    Status.EXCLUDED: "dim",
}

DIRECTION_BRANCHES = {
    Direction.PURCHASE: N_("Purchases"),
    Direction.SALE: N_("Sales"),
    Direction.NONE: N_("For information"),
}

DIRECTION_WORDS = {
    Direction.PURCHASE: N_("purchase"),
    Direction.SALE: N_("sale"),
    Direction.NONE: N_("for information only"),
}

ROLE_WORDS = {
    Role.SELLER: N_("seller"),
    Role.BUYER: N_("buyer"),
    Role.THIRD_PARTY: N_("third party (Podmiot 3)"),
    Role.AUTHORIZED: N_("authorised office"),
}


def amount(value: Decimal | None) -> str:
    """`1 234,56`; empty when there is none."""
    return "" if value is None else f"{value:,.2f}".replace(",", " ").replace(".", ",")


def number(value: int) -> str:
    """`1 234`."""
    return f"{value:,}".replace(",", " ")


def day(value: date | None) -> str:
    """`2026-11-05`; empty when there is none."""
    return "" if value is None else value.isoformat()


def moment(instant: Instant) -> str:
    """An instant as people in Warsaw read it, to the minute."""
    return f"{datetime_of(instant).astimezone(warsaw()):%Y-%m-%d %H:%M}"


def second(instant: Instant) -> str:
    """An instant as people in Warsaw read it, to the second."""
    return f"{datetime_of(instant).astimezone(warsaw()):%Y-%m-%d %H:%M:%S}"


def fit(text: str, width: int) -> str:
    """A text in exactly so many cells, cut with an ellipsis or filled with spaces at its right."""
    if cell_len(text) > width:
        return set_cell_size(text, width - 1) + "…" if width > 1 else set_cell_size(text, width)
    return set_cell_size(text, width)


def fit_right(text: str, width: int) -> str:
    """A text in exactly so many cells, at the right; an amount that does not fit shows `#`, never a part of it."""
    length = cell_len(text)
    return " " * (width - length) + text if length <= width else "#" * width


def fit_title(text: str, width: int) -> str:
    """The title of a column of numbers: at the right, cut with an ellipsis where it is too long."""
    return fit_right(text, width) if cell_len(text) <= width else fit(text, width)


def branch_word(direction: Direction | None, status: Status | None) -> str:
    """A branch of the tree in words: `Purchases, fetched`."""
    words = [_(DIRECTION_BRANCHES[direction])] if direction is not None else []
    if status is not None:
        words.append(_(STATUS_BRANCHES[status]))
    return " › ".join(words) or _("All documents")
