"""Statuses and directions in the words of an accountant, masculine as the document is (BOOKKEEPING 8)."""

from __future__ import annotations

from blink_tui.i18n import N_
from blink_tui.model.documents import Direction, Status

STATUS_WORDS = {
    Status.FETCHED: N_("fetched"),
    Status.CODED: N_("coded"),
    Status.APPROVED: N_("approved"),
    Status.EXPORTED: N_("handed over to the books"),
    Status.BOOKED: N_("booked"),
    Status.QUERIED: N_("to be cleared up"),
    Status.EXCLUDED: N_("not to be booked"),
}
DIRECTION_WORDS = {
    Direction.SALE: N_("sale"),
    Direction.PURCHASE: N_("purchase"),
    Direction.NONE: N_("for information"),
}
