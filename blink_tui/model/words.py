"""Statuses (masculine as the document is), directions, roles and failures in an accountant's words (BOOKKEEPING 8)."""

from __future__ import annotations

from blink_tui.i18n import N_
from blink_tui.model.documents import Direction, Role, Status
from blink_tui.model.outages import OutageCategory

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
ROLE_SHORT = {
    Role.SELLER: N_("seller"),
    Role.BUYER: N_("buyer"),
    Role.THIRD_PARTY: N_("Podmiot 3"),
    Role.AUTHORIZED: N_("office"),
}
"""How a firm appears on a document, where there is little room."""
OUTAGE_WORDS: dict[str, str] = {
    OutageCategory.FAILURE: N_("failure"),
    OutageCategory.TOTAL_FAILURE: N_("total failure"),
    OutageCategory.MAINTENANCE: N_("maintenance"),
}
"""How KSeF is when something is the matter, by the Ministry's name for it."""
