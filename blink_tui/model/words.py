"""Statuses (masculine as the document is), directions, roles and failures in an accountant's words (BOOKKEEPING 8)."""

from __future__ import annotations

from blink_tui.i18n import N_, _
from blink_tui.model.deadlines import Duty
from blink_tui.model.documents import Direction, FirmKind, Role, Status
from blink_tui.model.firms import GrantState
from blink_tui.model.outages import OutageCategory
from blink_tui.model.schedule import NEVER, NIGHTLY

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
DUTY_WORDS = {
    Duty.INCOME: N_("income tax, ZUS"),
    Duty.VAT: N_("VAT, JPK"),
    Duty.REGISTERS: N_("JPK_V7K, registers of the month"),
}
"""What a deadline is for."""
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
GRANT_WORDS = {
    GrantState.OFFERED: N_("to be added"),
    GrantState.ADDED: N_("added"),
    GrantState.IGNORED: N_("ignored"),
    GrantState.WITHDRAWN: N_("withdrawn"),
}
"""What became of a context that granted an office access."""
KIND_WORDS = {
    FirmKind.TAXPAYER: N_("taxpayer"),
    FirmKind.LOCAL_GOVERNMENT_UNIT: N_("local government unit"),
    FirmKind.VAT_GROUP_MEMBER: N_("VAT group member"),
    FirmKind.BRANCH: N_("branch"),
}
"""What a firm is for VAT."""


def every_words(every: int) -> str:
    """An interval of the schedule in words."""
    words = {NIGHTLY: _("nightly"), NEVER: _("never")}
    return words.get(every) or _("every {n} min").format(n=every)
