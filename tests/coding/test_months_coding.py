from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from blink_tui.coding.facts import Facts, Original
from blink_tui.coding.months import Timing, allowed_vat_months, timing
from blink_tui.model.books import VatKind
from blink_tui.model.coding import Choices, Coding, Identity, PartPaid, Periods, RegisterRow
from blink_tui.model.documents import Direction, FirmKind, Role, Status
from blink_tui.model.invoice import InvoiceParty
from blink_tui.model.months import Month
from blink_tui.model.values import KsefNumber
from tests.coding.documents import KPIR, LEDGER, case, d, invoice, purchase, sale, status

MARCH, APRIL, MAY, JUNE = (Month(2026, number) for number in (3, 4, 5, 6))


def timed(facts: Facts, *, rows: bool = True, **choices: Any) -> Timing:
    return timing(case(facts, **choices), rows=rows, self_assessed=False, asset=False, tax=d("230"))


def codes(found: Timing) -> list[str]:
    return [problem.code for problem in found.problems]


def locked(*months: Month) -> dict[str, Any]:
    return {"locked": frozenset(months)}


def test_a_purchase_may_be_deducted_in_the_month_of_receipt_and_three_more() -> None:
    assert allowed_vat_months(purchase(), Choices()) == (MARCH, APRIL, MAY, JUNE)
    assert timed(purchase()).periods.vat == MARCH


def test_a_quarterly_payer_has_to_the_end_of_the_second_quarter() -> None:
    books = replace(LEDGER, vat=status(kind=VatKind.QUARTERLY))
    months = allowed_vat_months(purchase(books=books), Choices())
    assert (months[0], months[-1]) == (MARCH, Month(2026, 9))


def test_closed_months_are_passed_over_and_the_effect_is_told() -> None:
    facts = purchase(**locked(MARCH, APRIL))
    found = timed(facts)
    assert found.periods.vat == MAY
    late = next(reason for reason in found.reasons if reason.code == "late")
    assert late.values == {"first": "2026-03", "month": "2026-05", "last": "2026-06"}
    assert not codes(found)
    assert allowed_vat_months(facts, Choices()) == (MAY, JUNE)


def test_with_every_allowed_month_closed_only_a_corrected_return_is_left() -> None:
    found = timed(purchase(**locked(MARCH, APRIL, MAY, JUNE)))
    assert codes(found) == ["no-open-month"]
    assert found.problems[0].values["until"] == "2030-12-31"


@pytest.mark.parametrize(
    ("month", "closed", "expected"),
    [
        (APRIL, (), []),
        (Month(2026, 2), (), ["month-not-lawful"]),
        (Month(2026, 7), (), ["month-not-lawful"]),
        (APRIL, (APRIL,), ["month-locked"]),
    ],
)
def test_a_person_changes_the_month_within_the_law_alone(
    month: Month, closed: tuple[Month, ...], expected: list[str]
) -> None:
    assert codes(timed(purchase(**locked(*closed)), vat_month=month)) == expected


def test_a_correction_in_minus_cannot_be_put_off() -> None:
    facts = purchase(invoice("23 -100 -23", kind="KOR"))
    assert allowed_vat_months(facts, Choices()) == (MARCH,)
    found = timed(replace(facts, locked=frozenset({MARCH})))
    assert codes(found) == ["jpk-correction"]
    assert found.problems[0].values == {"month": "2026-03", "amount": "230,00"}


def test_a_correction_in_minus_of_what_is_not_deducted_yet_goes_with_it() -> None:
    original = Original(ksef_number=KsefNumber("x"), status=Status.CODED, vat_month=MAY)
    facts = purchase(invoice("23 -100 -23", kind="KOR"), originals=(original,))
    assert timed(facts).periods.vat == MAY


def test_a_sale_in_a_closed_month_needs_a_corrected_jpk() -> None:
    found = timed(sale(**locked(MARCH)))
    assert codes(found) == ["jpk-correction"]
    assert found.periods.vat == MARCH
    assert allowed_vat_months(sale(**locked(MARCH)), Choices()) == ()


def test_an_offline_correction_in_minus_goes_to_the_month_of_its_sending() -> None:
    sold = invoice("23 -100 -23", kind="KOR", issue_date=date(2026, 3, 31))
    assert timed(sale(sold, received=date(2026, 4, 1), offline=True)).periods.vat == APRIL
    assert timed(sale(sold, received=date(2026, 4, 1))).periods.vat == MARCH


def test_the_judgment_gives_the_month_of_the_tax_point_until_its_return_is_due() -> None:
    bought = invoice(sale_date=date(2026, 3, 10))
    books = replace(LEDGER, judgment_t_689=True)
    assert (
        timed(purchase(bought, received=date(2026, 4, 27), books=books)).periods.vat == MARCH
    )  # 25 April: Saturday
    assert timed(purchase(bought, received=date(2026, 4, 28), books=books)).periods.vat == APRIL
    assert timed(purchase(bought, received=date(2026, 4, 2))).periods.vat == APRIL


@pytest.mark.parametrize(
    "changes",
    [
        {"books": replace(LEDGER, vat=status(kind=VatKind.EXEMPT))},
        {"firm_kind": FirmKind.VAT_GROUP_MEMBER, "roles": frozenset({Role.THIRD_PARTY})},
        {"firm_kind": FirmKind.LOCAL_GOVERNMENT_UNIT, "roles": frozenset({Role.THIRD_PARTY})},
    ],
)
def test_vat_that_is_not_the_firm_s_has_no_month(changes: dict[str, Any]) -> None:
    assert allowed_vat_months(purchase(**changes), Choices()) == ()


def test_each_payment_under_the_cash_method_has_its_month_and_its_window() -> None:
    facts = purchase(invoice(cash_method=True))
    payments = (PartPaid(date(2026, 3, 20), d("600")), PartPaid(date(2026, 5, 5), d("630")))
    found = timed(facts, payments=payments)
    assert [part.month for part in found.parts] == [MARCH, MAY]
    assert found.periods.vat == MARCH
    assert allowed_vat_months(facts, Choices(payments=payments))[0] == MAY
    assert not timed(facts).parts
    assert "waits-for-payment" in [reason.code for reason in timed(facts).reasons]


def test_a_payment_is_added_to_what_stands_in_closed_months() -> None:
    """Coded in March, paid in part in March and settled late in April: nothing of it moves, whatever is closed."""
    first, later = PartPaid(date(2026, 3, 20), d("600")), PartPaid(date(2026, 5, 5), d("300"))
    bought = purchase(invoice(cash_method=True))
    kept = Coding(
        identity=Identity.ON_PAYMENT,
        choices=Choices(payments=(first,), vat_month=APRIL),
        rows=(RegisterRow(Direction.PURCHASE, APRIL, ()),),
        periods=Periods(vat=APRIL, books=date(2026, 3, 12), cost=MARCH),
    )
    facts = replace(bought, kept=kept, locked=frozenset({MARCH, APRIL}))
    found = timed(facts, payments=(first, later))
    assert [part.month for part in found.parts] == [APRIL, MAY]
    assert found.periods == Periods(vat=APRIL, books=date(2026, 3, 12), cost=MARCH)
    assert not codes(found)
    assert "as-coded" in [reason.code for reason in found.reasons]
    closed = timed(facts, payments=(first, replace(later, day=date(2026, 4, 20))))
    assert codes(closed) == ["month-locked"]
    chosen = timed(facts, payments=(first, replace(later, day=date(2026, 4, 20))), vat_month=JUNE)
    assert ([part.month for part in chosen.parts], codes(chosen)) == ([APRIL, JUNE], [])
    assert [part.month for part in timed(facts, payments=(first,), vat_month=MAY).parts] == [MAY]
    other = timed(facts, payments=(first, later), tax_point=date(2026, 3, 11))
    assert [part.month for part in other.parts] == [MAY, MAY]
    assert Month.of(other.periods.books or date.max) == MAY


def test_a_payment_before_receipt_waits_for_it() -> None:
    payments = (PartPaid(date(2026, 2, 10), d("1230")),)
    assert timed(purchase(invoice(cash_method=True)), payments=payments).periods.vat == MARCH


def test_an_advance_documents_its_own_payment() -> None:
    books = replace(LEDGER, vat=status(cash_method=True))
    assert timed(sale(invoice(kind="ZAL", sale_date=date(2026, 2, 27)), books=books)).periods.vat == Month(
        2026, 2
    )


def test_more_than_the_document_cannot_be_paid() -> None:
    payments = (PartPaid(date(2026, 3, 20), d("1230.01")),)
    assert codes(timed(purchase(invoice(cash_method=True)), payments=payments)) == ["overpaid"]


def test_the_firm_s_own_cash_method_rules_sales_and_purchases() -> None:
    books = replace(LEDGER, vat=status(cash_method=True))
    payments = (PartPaid(date(2026, 4, 20), d("1230")),)
    assert timed(sale(books=books), payments=payments).periods.vat == APRIL
    assert timed(purchase(books=books), payments=payments).periods.vat == APRIL
    assert timed(sale(books=books)).periods.vat is None


def test_a_consumer_s_unpaid_rest_is_told_with_its_day() -> None:
    books = replace(LEDGER, vat=status(cash_method=True))
    sold = replace(invoice(), seller=InvoiceParty(no_id=True))
    found = timed(sale(sold, books=books))
    assert next(one for one in found.reasons if one.code == "cash-consumer").values == {"day": "2026-09-08"}
    known = timed(sale(books=books))
    assert "cash-consumer" not in [one.code for one in known.reasons]


def test_an_earlier_receipt_is_for_the_failure_mode_with_a_reason() -> None:
    early = date(2026, 3, 12)
    assert codes(timed(purchase(), receipt=early)) == ["receipt-failure", "receipt-reason"]
    offline = purchase(offline=True, received=date(2026, 4, 1))
    assert not codes(timed(offline, receipt=early, receipt_reason="e-mail"))
    assert timed(offline, receipt=early, receipt_reason="e-mail").periods.vat == MARCH
    failure = purchase(findings=frozenset({"issued-in-failure"}))
    assert codes(timed(failure, receipt=date(2026, 3, 14), receipt_reason="e-mail")) == ["receipt-order"]


def test_a_purchase_of_unknown_receipt_waits_for_it() -> None:
    assert codes(timed(purchase(received=None))) == ["receipt-unknown"]
    assert not codes(timed(purchase(received=None), receipt=date(2026, 3, 13)))


def test_days_in_the_books() -> None:
    bought = invoice(sale_date=date(2026, 2, 27))
    found = timed(purchase(bought))
    assert (found.books, found.cost) == (date(2026, 3, 12), Month(2026, 2))
    assert timed(purchase(bought, books=KPIR)).cost is None
    assert timed(sale(invoice(sale_date=date(2026, 3, 20)))).books == date(2026, 3, 12)
    whole_month = invoice(period=(date(2026, 3, 1), date(2026, 3, 31)))
    assert timed(sale(whole_month)).books == date(2026, 3, 31)


def test_books_move_to_the_next_open_month_unless_a_person_says_otherwise() -> None:
    facts = purchase(**locked(MARCH))
    found = timed(facts)
    assert (found.books, found.cost) == (date(2026, 4, 1), APRIL)
    assert "late-books" in [reason.code for reason in found.reasons]
    assert codes(timed(facts, books_day=date(2026, 3, 12))) == ["books-day-locked"]
    assert codes(timed(facts, cost_month=MARCH)) == ["cost-month-locked"]


def test_nothing_is_due_on_a_document_without_rows() -> None:
    found = timed(purchase(), rows=False)
    assert found.periods.vat is None
    assert found.reasons[0].code == "no-row"


def test_a_receipt_s_invoice_is_not_in_the_books() -> None:
    facts = sale(invoice(receipt_follows=True))
    assert facts.direction is Direction.SALE
    assert timed(facts).periods.books is None
