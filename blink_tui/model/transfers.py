"""What is paid for documents, as a list of payments keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from blink_tui.i18n import N_


class AccountCheck(StrEnum):
    """What the register of VAT payers said of an account."""

    LISTED = "listed"
    EXEMPT = "exempt"
    """Listed, of a payer who is exempt."""
    MISSING = "missing"
    UNCHECKED = "unchecked"
    """It ought to be looked up and no register was loaded."""
    NOT_ASKED = "not-asked"
    """Below the limit, or not an account that the register knows of (art. 96b of the VAT act)."""


ACCOUNT_CHECK_WORDS = {
    AccountCheck.LISTED: N_("in the register of VAT payers"),
    AccountCheck.EXEMPT: N_("in the register, of an exempt payer"),
    AccountCheck.MISSING: N_("not in the register of VAT payers"),
    AccountCheck.UNCHECKED: N_("account not checked"),
    AccountCheck.NOT_ASKED: N_("no check needed"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidDocument:
    """A document of a list of payments."""

    document_id: int
    amount: Decimal
    """Of the document itself: below zero for a correction that lessens a payment."""
    currency: str
    account: str
    """As `model.matching.account_key` writes it; of a netted correction that of the payment it lessens."""
    check: AccountCheck
    checked_on: date | None = None
    """Day of the register that was asked."""
    title: str = ""
    """Of the transfer; empty where nothing is left to be transferred for it."""
    pays_with: int | None = None
    """Of a netted correction: the document whose payment it lessens first."""


@dataclass(frozen=True, slots=True)
class ListedPayment(PaidDocument):
    """The same as it is read back, with what its list shows of the document."""

    ksef_number: str
    number: str
    recipient: str
