"""Documents on their way into a list of payments, and what the list would hold (BOOKKEEPING 7)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from blink_tui.i18n import N_, Message
from blink_tui.ledger.vat_register import Standing
from blink_tui.model.documents import Direction, Status
from blink_tui.model.invoice import Invoice
from blink_tui.model.text import clean
from blink_tui.model.transfers import AccountCheck

_ZERO = Decimal(0)


class Remark(StrEnum):
    """What a person looks at before a payment goes out."""

    UNCHECKED = "account-unchecked"
    UNLISTED = "account-unlisted"
    OLD_REGISTER = "register-of-another-day"
    NEW_ACCOUNT = "account-new"
    OF_ANOTHER = "account-of-another"
    SEVERAL_ACCOUNTS = "several-accounts"
    SEVERAL_TERMS = "several-terms"
    NUMBER_CUT = "number-cut"
    MAYBE_SPLIT = "split-payment-possible"
    TOO_LARGE = "tax-too-large"


REMARK_WORDS = {
    Remark.UNCHECKED: N_("account not checked"),
    Remark.UNLISTED: N_("account not in the register of VAT payers"),
    Remark.OLD_REGISTER: N_("checked in the register of another day"),
    Remark.NEW_ACCOUNT: N_("account new for this seller"),
    Remark.OF_ANOTHER: N_("account seen with another seller: ask before paying"),
    Remark.SEVERAL_ACCOUNTS: N_("several accounts on the invoice"),
    Remark.SEVERAL_TERMS: N_("several due dates on the invoice"),
    Remark.NUMBER_CUT: N_("the invoice's number is cut in the title"),
    Remark.MAYBE_SPLIT: N_("split payment possible: see what was bought"),
    Remark.TOO_LARGE: N_("tax too large for a split payment's title: pay it by hand"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Payable:
    """A document with what the buffer knows of it."""

    document_id: int
    ksef_number: str
    direction: Direction
    status: Status
    invoice: Invoice
    findings: frozenset[str] = frozenset()
    doubled: bool = False
    """Another document that is not excluded may be the same."""
    asked: bool = False
    """Rows of the books wait for an answer whether they are this document."""
    listed_in: int | None = None
    """The list of payments that it is in."""

    @property
    def seller(self) -> str:
        """By which payments and corrections of one seller are told."""
        return self.invoice.seller.identifier or clean(self.invoice.seller.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What all payments of a list share."""

    nip: str
    """The firm's."""
    settings: Mapping[str, str]
    today: date
    """Warsaw day."""
    active: bool = True
    """The firm settles VAT."""
    ksef_from: date | None = None
    """From when on transfers between active payers name the KSeF number (art. 108g)."""
    register_day: date | None = None
    standing: Callable[[str, str], Standing] | None = None
    """The loaded register: NIP and 26 digits; None where none is loaded."""


@dataclass(frozen=True, slots=True)
class Netted:
    """A correction in minus that a payment takes in, or a part of it."""

    document_id: int
    ksef_number: str
    number: str
    amount: Decimal
    """Below zero; the part that lessens this payment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """What is paid for one document."""

    document_id: int
    ksef_number: str
    number: str
    recipient: str
    address: str
    nip: str
    account: str
    swift: str
    invoiced: Decimal
    """For the document itself, before corrections."""
    amount: Decimal
    """What is left to be transferred; zero: corrections take all of it."""
    currency: str
    tax: Decimal = _ZERO
    """Of a split payment."""
    split: bool
    title: str = ""
    due: date | None
    check: AccountCheck
    checked_on: date | None
    netted: tuple[Netted, ...] = ()
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """A document that is not paid, and why."""

    document_id: int
    ksef_number: str
    number: str
    amount: Decimal | None
    currency: str
    reason: Message


@dataclass(frozen=True, slots=True)
class Payments:
    """What a list would hold."""

    transfers: tuple[Transfer, ...]
    refused: tuple[Refused, ...]
    waiting: tuple[Refused, ...]
    """Corrections in minus that lessen nothing here."""

    def totals(self) -> dict[str, Decimal]:
        """By currency, PLN first."""
        found: dict[str, Decimal] = {}
        for one in sorted(self.transfers, key=lambda one: (one.currency != "PLN", one.currency)):
            found[one.currency] = found.get(one.currency, _ZERO) + one.amount
        return found
