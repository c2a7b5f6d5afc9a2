"""Which row of the books may be which document: what agrees, what does not, what nobody can say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from blink_tui.ledger.matching import judged
from blink_tui.model.book_rows import BookRegister, BookRow, Differs, Held
from blink_tui.model.documents import Direction, Status
from blink_tui.model.values import KsefNumber

_D = Decimal
HELD = Held(
    1, KsefNumber("5265877635-20260901-000000000001-00"), Direction.PURCHASE, Status.FETCHED, "FV 001/2026",
    "fv/1/2026", "5265877635", date(2026, 9, 1), date(2026, 9, 2), _D("100.00"), _D("23.00"), _D("123.00"), "PLN",
)  # fmt: skip
ROW = BookRow(
    register=BookRegister.PURCHASES,
    position=1,
    number="fv1-2026",
    contractor="526-587-76-35",
    issued=date(2026, 9, 1),
    net=_D("100.00"),
    vat=_D("23.00"),
    gross=_D("123.00"),
)
SOLD = replace(ROW, register=BookRegister.SALES, contractor="", number="FV/1/2026")


@pytest.mark.parametrize(
    ("row", "held", "differs"),
    [
        (ROW, HELD, ()),
        (replace(ROW, gross=_D("123.01"), vat=_D("23.01")), HELD, ()),
        (replace(ROW, gross=_D("124.00"), net=_D("101.00"), vat=_D("24.00")), HELD, (Differs.AMOUNT,)),
        (replace(ROW, issued=date(2026, 9, 4)), HELD, ()),
        (replace(ROW, issued=date(2026, 9, 5)), HELD, (Differs.DATE,)),
        (replace(ROW, issued=date(2026, 9, 5), gross=_D("1"), net=_D("1"), vat=_D("0")), HELD, None),
        (replace(ROW, contractor="5252344078"), HELD, None),
        (replace(ROW, number="FV/2/2026"), HELD, None),
        (replace(ROW, marks=("WEW",)), HELD, None),
        (replace(ROW, register=BookRegister.SALES), HELD, None),
        (replace(ROW, net=_D("50.00"), vat=_D("11.50"), gross=_D("61.50")), HELD, ()),
        (replace(ROW, vat=_D("13.80"), gross=_D("113.80")), HELD, ()),
        (replace(ROW, vat=_D("-23.00"), net=_D("-100.00"), gross=_D("-123.00")), HELD, (Differs.AMOUNT,)),
        (replace(ROW, net=_D("430.00"), vat=_D("98.90"), gross=_D("528.90")),
         replace(HELD, currency="EUR", vat=_D("98.90")), ()),
        (replace(ROW, contractor="999999999", country="DE"), replace(HELD, contractor="DE999999999"), ()),
        (replace(ROW, contractor="", country=""), HELD, ()),
        (SOLD, replace(HELD, direction=Direction.SALE, contractor=""), ()),
        (replace(SOLD, contractor="5265877635"), replace(HELD, direction=Direction.SALE), ()),
        (replace(SOLD, gross=_D("61.50")), replace(HELD, direction=Direction.SALE), (Differs.AMOUNT,)),
        (replace(ROW, register=BookRegister.KPIR, issued=None, day=date(2026, 9, 2), vat=None, gross=None), HELD, ()),
        (replace(ROW, register=BookRegister.KPIR, net=_D("124.00"), vat=None, gross=None), HELD, (Differs.AMOUNT,)),
    ],
)  # fmt: skip
def test_a_row_and_a_document(row: BookRow, held: Held, differs: tuple[Differs, ...] | None) -> None:
    assert judged(row, held) == differs


def test_a_self_assessed_row_of_sales_is_asked_about_a_purchase() -> None:
    row = replace(ROW, register=BookRegister.SALES, gross=_D("100.00"), amounts=(("K_29", _D("100")),))
    held = replace(HELD, vat=_D(0), gross=_D("100.00"))
    assert judged(row, held) == ()
