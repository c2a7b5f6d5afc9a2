"""Setting up books and changing them: what is asked for, what stays, what is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from blink_tui.model.books import BookKind, Books, CodingLevel, VatKind, VatStatus
from blink_tui.model.books_change import (
    BooksChange,
    VatChange,
    checked_program,
    checked_roles,
    checked_share,
    remarks_on,
)
from blink_tui.model.errors import BlinkError

TODAY = date(2026, 11, 30)


def new(**told: object) -> Books:
    return BooksChange(kind=BookKind.LEDGER, **told).applied(None, TODAY)  # type: ignore[arg-type]


def test_new_books_take_the_level_of_their_program_and_settle_by_months() -> None:
    books = new(program="wapro")
    assert (books.level, books.program) == (CodingLevel.DESCRIPTION, "wapro")
    assert books.vat == (VatStatus(date(2026, 1, 1), VatKind.MONTHLY),)
    assert new().level is CodingLevel.FULL
    assert BooksChange(kind=BookKind.KPIR).applied(None, TODAY).level is CodingLevel.DESCRIPTION


def test_without_a_kind_there_are_no_new_books() -> None:
    with pytest.raises(BlinkError, match="no books yet"):
        BooksChange(level=CodingLevel.FULL).applied(None, TODAY)


def test_another_vat_status_begins_on_its_day_and_can_be_dropped() -> None:
    books = new(vat=VatChange(kind=VatKind.QUARTERLY, cash_method=True, proportion=Decimal("0.85")))
    day = date(2026, 7, 1)
    later = BooksChange(vat=VatChange(since=day, kind=VatKind.MONTHLY, proportion=Decimal(1))).applied(
        books, TODAY
    )
    assert later.vat_on(date(2026, 6, 30)) == books.vat[0]
    assert later.vat_on(day) == VatStatus(day, VatKind.MONTHLY, cash_method=True)
    assert BooksChange(vat_dropped=day).applied(later, TODAY) == books


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (BooksChange(vat=VatChange(kind=VatKind.EXEMPT)), "from which day"),
        (BooksChange(vat_dropped=date(2026, 5, 5)), "No VAT status begins on 2026-05-05"),
        (BooksChange(vat_dropped=date(2026, 1, 1)), "cannot be dropped"),
    ],
)
def test_changes_of_vat_that_say_too_little(change: BooksChange, sentence: str) -> None:
    with pytest.raises(BlinkError, match=sentence):
        change.applied(new(), TODAY)


def test_four_eyes_from_nothing_on_is_not_no_four_eyes() -> None:
    books = BooksChange(four_eyes_from=Decimal(0)).applied(new(), TODAY)
    assert books.four_eyes_from == 0
    assert BooksChange(half_net=False).applied(books, TODAY).four_eyes_from == 0
    assert BooksChange(no_four_eyes=True).applied(books, TODAY).four_eyes_from is None


def test_a_level_that_the_program_does_not_take_is_told() -> None:
    assert remarks_on(new(program="wapro")) == []
    assert "WAPRO" in remarks_on(new(program="wapro", level=CodingLevel.FULL))[0]


@pytest.mark.parametrize(
    ("text", "share"),
    [("85", "0.85"), ("85,5 %", "0.855"), ("0.85", "0.85"), ("100", "1"), ("1", "1"), ("1%", "0.01")],
)
def test_shares(text: str, share: str) -> None:
    assert checked_share(text) == Decimal(share)


@pytest.mark.parametrize("text", ["", "x", "-1", "101", "nan", "inf"])
def test_what_is_no_share(text: str) -> None:
    with pytest.raises(BlinkError):
        checked_share(text)


def test_programs_and_roles_are_those_that_there_are() -> None:
    assert checked_program("epp") == "epp"
    assert checked_roles(["payable=202-{nip}", "services = 402-01"]) == {
        "payable": "202-{nip}",
        "services": "402-01",
    }
    for wrong in ("payable", "payable=", "nobody=1"):
        with pytest.raises(BlinkError):
            checked_roles([wrong])
    with pytest.raises(BlinkError, match="wapro"):
        checked_program("excel")
