"""Each rule of a list of payments by its name (BOOKKEEPING 7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from blink_tui.ledger.payable import Payable, Refused, Remark
from blink_tui.ledger.payments_list import payments, to_pay
from blink_tui.model.documents import Direction, Status
from blink_tui.model.invoice import (
    BankAccount,
    CorrectedInvoice,
    InvoiceParty,
    PartPayment,
    PaymentTerm,
    Settlement,
)
from tests.coding.documents import d
from tests.ledger.paid import ACCOUNT, FACTOR, KSEF, OTHER, TERMS, bought, correction, only, payable, why

WRONG = "61109010140000071219812875"


def paid_by(**changes: Any) -> Payable:
    return payable(bought(payment=replace(bought().payment, **changes)))


@pytest.mark.parametrize("status", [Status.APPROVED, Status.EXPORTED, Status.BOOKED])
def test_approved_purchases_are_paid_whatever_became_of_them_in_the_books(status: Status) -> None:
    assert only(payable(status=status)).amount == d("1230")


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (payable(status=Status.FETCHED), "it is not approved"),
        (payable(status=Status.CODED), "it is not approved"),
        (payable(status=Status.EXCLUDED), "it is not approved"),
        (payable(status=Status.QUERIED), "it is to be cleared up"),
        (payable(direction=Direction.SALE), "it is no purchase"),
        (payable(direction=Direction.NONE), "it is no purchase"),
        (payable(doubled=True), "it may be the same as another document: exclude one of them first"),
        (payable(asked=True), "rows of the books may be this document: answer that first"),
        (payable(listed_in=3), "it is in the list of payments {batch} already"),
        (paid_by(paid=True), "it is paid already, the invoice says"),
        (paid_by(part_paid=2), "it is paid already, the invoice says"),
        *((paid_by(form=form), "it is paid otherwise: {form}") for form in (1, 2, 3, 4, 7)),
        (payable(bought(total=d("0"))), "nothing is left to be paid"),
        (payable(bought(total=None)), "nothing is left to be paid"),
        (payable(bought(total=d("10.005"))), "its amount is no whole number of grosze, or too large"),
        (payable(bought(total=d("1e20"))), "its amount is no whole number of grosze, or too large"),
        (paid_by(bank_accounts=(BankAccount(number="PL" + ACCOUNT[:-1]),)), "the account on the invoice is wrong: {account}"),  # noqa: E501
        (paid_by(bank_accounts=()), "the invoice names no account"),
        (paid_by(bank_accounts=(BankAccount(number=WRONG),)), "the account on the invoice is wrong: {account}"),
        (paid_by(bank_accounts=(BankAccount(number="kasa"),)), "the account on the invoice is wrong: {account}"),
    ],
)  # fmt: skip
def test_what_is_not_to_be_paid_is_refused_with_its_reason(one: Payable, reason: str) -> None:
    assert why(one) == reason


@pytest.mark.parametrize("form", [None, 5, 6])
def test_a_transfer_is_made_where_the_invoice_does_not_say_otherwise(form: int | None) -> None:
    assert only(paid_by(form=form)).account == f"PL{ACCOUNT}"


def test_the_amount_is_do_zaplaty_else_the_total_less_part_payments() -> None:
    parts = (PartPayment(amount=d("100.50")), PartPayment(amount=d("29.50")), PartPayment())
    assert only(paid_by(parts=parts, part_paid=1)).amount == d("1100.00")
    settled = bought(settlement=Settlement(to_pay=d("77.10")), payment=replace(bought().payment, parts=parts))
    assert to_pay(settled) == only(payable(settled)).amount == d("77.10")


def test_payments_stand_by_due_date_and_currency() -> None:
    terms = [PaymentTerm(day=date(2026, 12, day)) for day in (20, 3, 9)]
    several = replace(bought().payment, terms=tuple(terms))
    listed = [
        payable(number=1),
        payable(bought(payment=several), 2),
        payable(bought(payment=replace(several, terms=())), 3),
        payable(bought("23 10 2", currency="EUR"), 4),
    ]
    found = payments(listed, TERMS)
    assert [(one.document_id, one.due) for one in found.transfers] == [
        (2, date(2026, 12, 3)),
        (1, date(2026, 12, 14)),
        (4, date(2026, 12, 14)),
        (3, None),
    ]
    assert Remark.SEVERAL_TERMS in found.transfers[0].remarks
    assert found.totals() == {"PLN": d("3690"), "EUR": d("12")}


def test_the_factors_account_comes_first_and_several_are_told() -> None:
    one = paid_by(factor_accounts=(FACTOR,))
    assert only(one).account == "PL" + str(FACTOR.number)
    two = only(paid_by(bank_accounts=(BankAccount(number=ACCOUNT), BankAccount(number="PL " + OTHER))))
    assert (two.account, two.remarks) == (f"PL{ACCOUNT}", (Remark.SEVERAL_ACCOUNTS,))


def test_an_iban_of_another_country_is_taken_where_its_check_digits_hold() -> None:
    assert only(
        paid_by(bank_accounts=(BankAccount(number="DE89 3704 0044 0532 0130 00"),))
    ).account.startswith("DE89")
    assert "wrong" in why(paid_by(bank_accounts=(BankAccount(number="DE88370400440532013000"),)))


def test_a_split_payment_has_its_title() -> None:
    one = only(payable(bought(split_payment=True, number="FV 77/11/2026")))
    assert one.title == "/VAT/230,00/IDC/1111111111/INV/FV 77/11/2026/TXT/faktura"
    assert (one.split, one.tax) == (True, d("230"))


@pytest.mark.parametrize(
    ("one", "split"),
    [
        (payable(), False),
        (payable(findings=frozenset({"split-payment-expected"})), True),
        (payable(findings=frozenset({"split-payment-possible"})), False),
        (payable(bought("zw 500", split_payment=True)), False),
        (payable(bought(split_payment=True, currency="EUR")), False),
    ],
)
def test_split_payment_where_marked_or_found_obligatory(one: Payable, split: bool) -> None:
    assert only(one).split is split


def test_a_firm_may_pay_every_invoice_split() -> None:
    always = replace(TERMS, settings={"split": "always"})
    assert only(payable(), always).split
    assert not only(payable(bought("zw 500")), always).split


def test_the_tax_of_a_part_is_its_share() -> None:
    half = bought(
        split_payment=True, payment=replace(bought().payment, parts=(PartPayment(amount=d("615")),))
    )
    assert only(payable(half)).tax == d("115.00")


def test_the_ksef_number_is_in_the_title_and_mandatory_from_the_day_set() -> None:
    assert only(payable()).title == f"FV/1/2026 KSeF {KSEF}"
    since = replace(TERMS, today=date(2027, 1, 1))
    assert only(payable(), since).title == f"KSeF {KSEF} FV/1/2026"
    split = payable(bought(split_payment=True))
    assert only(split, since).title == f"/VAT/230,00/IDC/1111111111/INV/{KSEF}/TXT/FV/1/2026"
    assert only(split, replace(since, active=False)).title.endswith("/INV/FV/1/2026/TXT/faktura")
    assert only(split, replace(since, ksef_from=None)).title.endswith("/INV/FV/1/2026/TXT/faktura")


def test_a_correction_lessens_its_original_and_stands_in_its_list() -> None:
    original = payable(bought(number="FV/2"), 2, ksef_number="1111111111-20261101-0100000000AA-5D")
    less = correction("-100", "-23", corrected=(CorrectedInvoice(ksef_number=original.ksef_number),))
    found = payments([payable(), original, less], TERMS)
    first, second = found.transfers
    assert (first.amount, second.amount, second.invoiced) == (d("1230"), d("1107"), d("1230"))
    assert [(one.document_id, one.amount) for one in second.netted] == [(9, d("-123"))]
    assert second.title.startswith("FV/2 kor. KOR/9 KSeF ")
    assert found.waiting == ()


def test_the_tax_of_a_split_payment_is_lessened_too() -> None:
    found = payments([payable(bought(split_payment=True)), correction("-100", "-23")], TERMS)
    assert found.transfers[0].title == "/VAT/207,00/IDC/1111111111/INV/FV/1/2026/TXT/kor. KOR/9"


def test_corrections_never_bring_a_payment_below_zero_and_are_used_whole_or_not_at_all() -> None:
    whole = payments([payable(), correction("-1000", "-230")], TERMS)
    assert (whole.transfers[0].amount, whole.transfers[0].title) == (d("0"), "")
    more = payments([payable(), correction("-1000", "-230.01")], TERMS)
    assert more.transfers[0].amount == d("1230")
    assert [one.document_id for one in more.waiting] == [9]
    two = payments([payable(), payable(number=2), correction("-1500", "-345")], TERMS)
    assert [one.amount for one in two.transfers] == [0, d("615")]


def test_corrections_of_other_sellers_and_currencies_lessen_nothing() -> None:
    other = correction("-10", "-2.30", seller=InvoiceParty(nip="2222222222"))
    euro = correction("-10", "-2.30", 10, currency="EUR")
    found = payments([payable(), other, euro], TERMS)
    assert found.transfers[0].amount == d("1230")
    assert [one.document_id for one in found.waiting] == [9, 10]


def test_a_firm_may_have_corrections_only_shown() -> None:
    shown = payments(
        [payable(), correction("-10", "-2.30")], replace(TERMS, settings={"corrections": "show"})
    )
    assert shown.transfers[0].amount == d("1230")
    assert "as the firm chose" in shown.waiting[0].reason.text


def test_a_correction_that_is_not_to_be_paid_lessens_nothing() -> None:
    found = payments([payable(), replace(correction("-10", "-2.30"), status=Status.QUERIED)], TERMS)
    assert (found.transfers[0].amount, len(found.refused)) == (d("1230"), 1)


@given(
    sums=some.lists(some.integers(-200_000, 200_000), min_size=1, max_size=12),
    shown=some.booleans(),
)
def test_no_amount_is_lost_none_is_below_zero_and_each_document_stands_once(
    sums: list[int], shown: bool
) -> None:
    listed = [
        payable(bought(total=Decimal(units).scaleb(-2), number=str(place)), place)
        for place, units in enumerate(sums)
    ]
    found = payments(listed, replace(TERMS, settings={"corrections": "show"} if shown else {}))
    assert all(one.amount >= 0 for one in found.transfers)
    netted = {part.document_id for one in found.transfers for part in one.netted}
    paid = [one.document_id for one in found.transfers]
    left = [one.document_id for one in (*found.refused, *found.waiting)]
    places = [*paid, *left, *netted]
    assert sorted(places) == list(range(len(sums)))
    used = sum(sums[place] for place in [*paid, *netted])
    assert sum(one.amount for one in found.transfers) == Decimal(used).scaleb(-2)


def test_refusals_know_their_documents() -> None:
    (refused,) = payments([payable(status=Status.CODED)], TERMS).refused
    assert refused == Refused(1, KSEF, "FV/1/2026", d("1230"), "PLN", refused.reason)
