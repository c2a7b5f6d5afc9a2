"""Accounts of payments: which are right, and what the register of VAT payers says of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from blink_tui.ledger.payable import Remark, Terms
from blink_tui.ledger.vat_register import Standing
from blink_tui.model.invoice import (
    BankAccount,
    InvoiceParty,
    PartPayment,
)
from blink_tui.model.transfers import AccountCheck
from tests.coding.documents import d
from tests.ledger.paid import ACCOUNT, FACTOR, OTHER, TERMS, TODAY, bought, only, payable, why


class Listed:
    """A register that knows some accounts of the seller's, and tells what it was asked."""

    def __init__(self, *accounts: str, standing: Standing = Standing.ACTIVE) -> None:
        self.accounts, self.found = accounts, standing
        self.asked: list[tuple[str, str]] = []

    def __call__(self, nip: str, account: str) -> Standing:
        self.asked.append((nip, account))
        return self.found if account in self.accounts else Standing.MISSING

    def terms(self, **settings: str) -> Terms:
        return replace(TERMS, standing=self, register_day=TODAY, settings=settings)


LARGE = bought("23 12195.13 2804.88")


def test_an_account_is_looked_up_above_15_000_pln_and_not_up_to_it() -> None:
    exactly, register = bought("23 12195.12 2804.88"), Listed(ACCOUNT)
    assert exactly.total == d("15000.00")
    assert only(payable(exactly), register.terms()).check is AccountCheck.NOT_ASKED
    assert register.asked == []
    large = only(payable(LARGE), register.terms())
    assert (large.check, large.checked_on, large.remarks) == (AccountCheck.LISTED, TODAY, ())
    assert register.asked == [("1111111111", ACCOUNT)]


def test_without_a_register_it_is_told_as_unchecked() -> None:
    large = only(payable(LARGE))
    assert (large.check, large.remarks) == (AccountCheck.UNCHECKED, (Remark.UNCHECKED,))


def test_a_part_of_a_large_invoice_is_looked_up_too() -> None:
    register = Listed(ACCOUNT)
    one = replace(LARGE, payment=replace(LARGE.payment, parts=(PartPayment(amount=d("14999")),)))
    assert only(payable(one), register.terms()).check is AccountCheck.LISTED


def test_an_unlisted_account_is_refused_unless_the_firm_chose_to_pay() -> None:
    assert "not in the register" in why(payable(LARGE), Listed().terms())
    told = only(payable(LARGE), Listed().terms(unlisted="pay"))
    assert (told.check, told.remarks) == (AccountCheck.MISSING, (Remark.UNLISTED,))


def test_the_listed_one_of_several_accounts_is_taken() -> None:
    two = (BankAccount(number=ACCOUNT), BankAccount(number=OTHER))
    large = replace(LARGE, payment=replace(LARGE.payment, bank_accounts=two))
    assert only(payable(large), Listed(OTHER).terms()).account == f"PL{OTHER}"


def test_a_factors_account_is_looked_up_as_the_factors() -> None:
    register = Listed(str(FACTOR.number))
    factor = InvoiceParty(nip="2222222222", name="Faktor", role=1)
    one = replace(LARGE, payment=replace(LARGE.payment, factor_accounts=(FACTOR,)), third_parties=(factor,))
    assert only(payable(one), register.terms()).check is AccountCheck.LISTED
    assert register.asked == [("2222222222", FACTOR.number)]


def test_a_register_of_another_day_is_told() -> None:
    terms = replace(Listed(ACCOUNT).terms(), register_day=date(2026, 11, 27))
    large = only(payable(LARGE), terms)
    assert (large.checked_on, large.remarks) == (date(2026, 11, 27), (Remark.OLD_REGISTER,))


def test_foreign_currency_counts_by_its_worth_in_pln() -> None:
    register = Listed(ACCOUNT)
    euro = bought("23 3000 690 2932.50", currency="EUR")  # at 4.25
    assert only(payable(euro), register.terms()).check is AccountCheck.LISTED
    cheap = bought("23 1000 230 977.50", currency="EUR")
    assert only(payable(cheap), register.terms()).check is AccountCheck.NOT_ASKED
