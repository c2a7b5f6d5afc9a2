"""How an invoice is settled and paid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, kw_only=True)
class BankAccount:
    """An account to pay into."""

    number: str | None = None
    """As written, not normalised."""
    swift: str | None = None
    bank_own: int | None = None
    """RachunekWlasnyBanku: 1 to 3, an account of the bank itself (factoring, collection)."""
    bank: str | None = None
    description: str | None = None


@dataclass(frozen=True, kw_only=True)
class PaymentTerm:
    """A day on which something falls due, or words that say when."""

    day: date | None = None
    description: str | None = None
    """FA(2), PEF: free words."""
    count: int | None = None
    """Ilosc, with unit and event: "14 days after delivery"."""
    unit: str | None = None
    event: str | None = None


@dataclass(frozen=True, kw_only=True)
class PartPayment:
    """A part that has been paid."""

    amount: Decimal | None = None
    day: date | None = None
    form: int | None = None
    other_form: str | None = None


@dataclass(frozen=True, kw_only=True)
class Payment:
    """How and when the invoice is paid."""

    paid: bool = False
    paid_on: date | None = None
    part_paid: int | None = None
    """ZnacznikZaplatyCzesciowej: 1 paid in part, 2 paid whole in parts."""
    parts: tuple[PartPayment, ...] = ()
    terms: tuple[PaymentTerm, ...] = ()
    form: int | None = None
    """1 cash, 2 card, 3 voucher, 4 cheque, 5 loan, 6 transfer, 7 mobile."""
    other_form: str | None = None
    bank_accounts: tuple[BankAccount, ...] = ()
    """RachunekBankowy; on FA_RR the farmer's."""
    factor_accounts: tuple[BankAccount, ...] = ()
    """RachunekBankowyFaktora."""
    payer_accounts: tuple[BankAccount, ...] = ()
    """FA_RR: accounts of the buyer."""
    discount_terms: str | None = None
    """Skonto: for paying early, in words."""
    discount: str | None = None
    link: str | None = None
    payment_id: str | None = None
    """IPKSeF."""

    @property
    def due(self) -> tuple[date, ...]:
        """Days on which something falls due, as listed."""
        return tuple(term.day for term in self.terms if term.day is not None)

    @property
    def accounts(self) -> tuple[str, ...]:
        """Numbers of all accounts that money may be asked into, the factor's last, as written."""
        return tuple(
            account.number for account in (*self.bank_accounts, *self.factor_accounts) if account.number
        )


@dataclass(frozen=True, kw_only=True)
class SettlementItem:
    """A surcharge or a deduction with its reason."""

    amount: Decimal | None = None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class Settlement:
    """Rozliczenie: what is added to the total and taken off it before it is paid."""

    charges: tuple[SettlementItem, ...] = ()
    charges_total: Decimal | None = None
    deductions: tuple[SettlementItem, ...] = ()
    deductions_total: Decimal | None = None
    to_pay: Decimal | None = None
    """DoZaplaty; where it is missing the total is what is paid."""
    to_settle: Decimal | None = None
    """DoRozliczenia: overpaid, to be settled or returned."""
