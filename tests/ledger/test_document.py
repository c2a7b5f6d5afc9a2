"""What a document on its way to the books tells of itself without a coding."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from blink_tui.model.coding import RateAmount
from blink_tui.model.invoice import VatAmount
from tests.ledger.hostile import changed, sale, uncoded
from tests.ledger.six import six_ledger


def test_an_uncoded_table_is_converted_by_the_invoice_s_own_rate_to_the_grosz() -> None:
    document = uncoded(six_ledger()[1])
    line = replace(document.invoice.lines[0], exchange_rate=Decimal("4.2345"))
    table = (VatAmount(rate="23", net=Decimal("1.01"), vat=Decimal("0.23")),)
    found = changed(document, lines=(line,), vat_table=table)
    assert str(found.table[0].net) == "4.28"  # 4.276845
    assert found.table == (RateAmount("23", Decimal("4.28"), Decimal("0.97")),)


def test_the_rate_is_coded_stated_or_what_the_tax_in_pln_tells() -> None:
    document = six_ledger()[1]
    assert document.exchange_rate == Decimal("4.25")
    assert uncoded(document).exchange_rate == 0
    assert uncoded(sale()).exchange_rate == 1
    table = (VatAmount(rate="23", net=Decimal(100), vat=Decimal(23), vat_pln=Decimal("97.75")),)
    told = changed(uncoded(document), vat_table=table)
    assert told.exchange_rate == Decimal("4.25")
    assert told.table == (RateAmount("23", Decimal("425.00"), Decimal("97.75")),)
