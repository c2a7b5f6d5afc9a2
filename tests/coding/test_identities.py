from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from blink_tui.coding.facts import Facts
from blink_tui.coding.propose import checked, code
from blink_tui.model.books import VatKind
from blink_tui.model.coding import (
    BookEntry,
    Choices,
    Coding,
    Identity,
    PartPaid,
    PostingLine,
    RegisterRow,
    Side,
)
from blink_tui.model.documents import Direction
from blink_tui.model.invoice import InvoiceLine, Notes
from blink_tui.model.months import Month
from tests.coding.documents import KPIR, LEDGER, SELLER, d, invoice, purchase, sale, status
from tests.coding.shipped import SHIPPED

EXEMPT = replace(LEDGER, vat=status(kind=VatKind.EXEMPT))
MARCH = Month(2026, 3)


def coded(facts: Facts, scheme: str = "", **choices: Any) -> Coding:
    return code(facts, SHIPPED, Choices(scheme=scheme, **choices))


def problems(coding: Coding, facts: Facts) -> list[str]:
    return [problem.code for problem in checked(coding, facts, SHIPPED).problems]


def with_row(coding: Coding, field: str, change: str) -> Coding:
    """One amount of the first row, changed by a grosz or more."""
    row = coding.rows[0]
    amounts = tuple((name, amount + d(change) if name == field else amount) for name, amount in row.amounts)
    return replace(coding, rows=(replace(row, amounts=amounts), *coding.rows[1:]))


PAID = (PartPaid(date(2026, 3, 20), d("600")),)
LINES = (InvoiceLine(rate="23", net=d("2000")),)
CASES = [
    (Identity.FULL, purchase(), "", {}, "K_43", "rows-differ"),
    (Identity.FULL, sale(), "", {}, "K_19", "rows-differ"),
    (Identity.LIMITED, purchase(), "samochod", {}, "K_43", "rows-differ"),
    (Identity.MARGIN, sale(invoice("marża 500", notes=Notes(margin=True))), "",
     {"margin": (("23", d("81.30"), d("18.70")),)}, "K_20", "rows-differ"),
    (Identity.SELF_ASSESSED, purchase(invoice("np I 1000")), "import-uslug", {}, "K_29", "rows-differ"),
    (Identity.ON_PAYMENT, purchase(invoice(cash_method=True)), "", {"payments": PAID}, "K_43", "paid-differs"),
    (Identity.ADVANCE, purchase(invoice(kind="ZAL")), "", {}, "K_42", "rows-differ"),
    (Identity.SETTLEMENT, sale(invoice(kind="ROZ", lines=LINES)), "", {}, "K_20", "rows-differ"),
    (Identity.RECEIPT, sale(invoice(receipt_follows=True)), "", {}, "K_20", "rows-differ"),
]  # fmt: skip


@pytest.mark.parametrize(("identity", "facts", "scheme", "choices", "field", "told"), CASES)
def test_each_identity_holds_and_a_grosz_breaks_it(
    identity: Identity, facts: Facts, scheme: str, choices: dict[str, Any], field: str, told: str
) -> None:
    coding = coded(facts, scheme, **choices)
    assert coding.identity is identity
    assert coding.complete
    assert coding.rows
    assert checked(coding, facts, SHIPPED) == coding
    assert told in problems(with_row(coding, field, "0.01"), facts)


def test_no_row_may_stand_where_the_vat_is_not_the_firm_s() -> None:
    facts = purchase(books=EXEMPT)
    coding = coded(facts)
    assert (coding.identity, coding.complete) == (Identity.NONE, True)
    row = RegisterRow(Direction.PURCHASE, MARCH, (("K_43", d("230")),))
    assert problems(replace(coding, rows=(row,)), facts) == ["rows-not-allowed"]


def test_the_sentence_says_the_numbers() -> None:
    coding = checked(with_row(coded(purchase()), "K_43", "0.01"), purchase(), SHIPPED)
    assert coding.problems[0].values == {"field": "K_41 + K_43", "rows": "230,01", "table": "230,00"}


def test_a_coding_typed_by_hand_obeys_the_identity_of_its_document() -> None:
    facts = purchase(invoice(cash_method=True))
    rows = coded(purchase()).rows
    typed = Coding(document_type="FZ", lines=coded(facts).lines, rows=rows, lines_by_hand=True)
    coding = checked(typed, facts, SHIPPED)
    assert coding.identity is Identity.ON_PAYMENT
    assert "paid-differs" in [problem.code for problem in coding.problems]
    assert checked(replace(typed, rows=()), facts, SHIPPED).complete


def test_a_receipt_s_row_has_its_mark_and_nothing_is_posted() -> None:
    facts = sale(invoice(receipt_follows=True))
    coding = coded(facts)
    unmarked = replace(coding, rows=(replace(coding.rows[0], marks=()),))
    assert problems(unmarked, facts) == ["mark-missing"]
    posted = replace(
        coding, lines=(PostingLine(Side.DEBIT, "201", d("1")), PostingLine(Side.CREDIT, "702", d("1")))
    )
    assert "lines-not-allowed" in problems(posted, facts)
    kpir = replace(facts, books=KPIR)
    entry = BookEntry(KPIR.kind, "9", d("1000"), date(2026, 3, 12))
    assert problems(replace(coded(kpir), entries=(entry,)), kpir) == ["entry-not-allowed"]


def test_an_advance_stands_in_no_column() -> None:
    facts = purchase(invoice(kind="ZAL"), books=KPIR)
    coding = coded(facts)
    assert (coding.entries, coding.complete) == ((), True)
    entry = BookEntry(KPIR.kind, "15", d("1000"), date(2026, 3, 12))
    assert problems(replace(coding, entries=(entry,)), facts) == ["entry-not-allowed"]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ((("debit", "402", "1000"), ("debit", "223", "230"), ("credit", f"202-{SELLER}", "1230")), []),
        ((("debit", "402", "400"), ("debit", "409", "600"), ("debit", "223", "230"), ("credit", "100", "1230")), []),
        ((("debit", "402", "1000"), ("debit", "223", "230"), ("credit", f"202-{SELLER}", "1229.99")),
         ["not-balanced", "settled-differs"]),
        ((("debit", "402", "1030"), ("debit", "223", "200"), ("credit", f"202-{SELLER}", "1230")),
         ["tax-lines-differ"]),
        ((("debit", "402", "900"), ("debit", "223", "230"), ("credit", f"202-{SELLER}", "1130")), ["settled-differs"]),
        ((("debit", "402", "900"), ("debit", "223", "230"), ("credit", "100", "1130")), ["settled-differs"]),
        ((("debit", "", "1000"), ("debit", "223", "230"), ("credit", f"202-{SELLER}", "1230")), ["account-missing"]),
        ((), ["no-lines"]),
    ],
)  # fmt: skip
def test_lines_of_a_person_have_to_carry_the_document(
    lines: tuple[tuple[str, str, str], ...], told: list[str]
) -> None:
    typed = tuple(PostingLine(Side(side), account, d(amount)) for side, account, amount in lines)
    coding = replace(coded(purchase()), lines=typed, lines_by_hand=True)
    assert problems(coding, purchase()) == told


def test_columns_of_a_purchase_hold_no_more_than_its_cost_and_of_a_sale_all_of_it() -> None:
    bought, sold = purchase(books=KPIR), sale(books=KPIR)
    coding = coded(bought)
    more = replace(coding, entries=(replace(coding.entries[0], amount=d("1000.01")),))
    less = replace(coding, entries=(replace(coding.entries[0], amount=d("200")),))
    against = replace(coding, entries=(replace(coding.entries[0], amount=d("-200")),))
    assert (problems(more, bought), problems(less, bought)) == (["entry-differs"], [])
    assert problems(against, bought) == ["entry-differs"]
    revenue = coded(sold)
    assert problems(replace(revenue, entries=()), sold) == ["entry-differs"]


@pytest.mark.parametrize(
    ("month", "told"),
    [
        (Month(2026, 2), ["month-not-lawful"]),
        (Month(2026, 4), ["month-locked"]),
        (Month(2026, 5), []),
        (Month(2026, 7), ["month-not-lawful"]),
    ],
)
def test_a_row_s_month_typed_by_hand_has_to_be_lawful_and_open(month: Month, told: list[str]) -> None:
    facts = purchase(locked=frozenset({Month(2026, 4)}))
    coding = coded(facts)
    assert problems(replace(coding, rows=(replace(coding.rows[0], month=month),)), facts) == told


def test_a_rate_without_a_column_waits_for_a_row_of_a_person() -> None:
    facts = sale(invoice("oo 1000"))
    coding = coded(facts)
    assert [problem.code for problem in coding.problems] == ["row-by-hand"]
    row = RegisterRow(Direction.SALE, MARCH, (("K_31", d("1000")),))
    typed = checked(replace(coding, rows=(row,)), facts, SHIPPED)
    assert (typed.complete, [problem.blocks for problem in typed.problems]) == (True, [False])
    beside = coded(sale(invoice("oo 1000; 23 100 23")))
    assert beside.complete
    assert [problem.code for problem in beside.problems] == ["row-by-hand"]
