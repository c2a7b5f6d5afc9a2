"""A document's amounts by rate lose no grosz, whatever of them is deducted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blink_tui.ledger.document import grosze
from blink_tui.ledger.positions import Part, Position, parts, percent, positions, settled, table
from blink_tui.model.coding import Coding, Identity, Rate, RateAmount, RegisterRow, RuleRef
from blink_tui.model.documents import Direction
from blink_tui.model.invoice import VatAmount
from blink_tui.model.months import Month
from tests.ledger.hostile import changed, purchase, sale, uncoded

_AMOUNTS = st.decimals(min_value=-(10**7), max_value=10**7, places=2)
_MONTH = Month(2026, 2)
ZERO = Decimal(0)


def bought(amounts: dict[str, Decimal], of: Sequence[RateAmount], **more: object) -> list[Position]:
    """Positions of a purchase with a VAT table and a register row."""
    row = RegisterRow(Direction.PURCHASE, _MONTH, tuple(amounts.items()))
    coding = Coding(table=tuple(of), rows=(row,), scheme=RuleRef("x", 1), **more)  # type: ignore[arg-type] # of Coding
    return positions(replace(purchase(), coding=coding))


def summed(of: Sequence[Position | Part | RateAmount]) -> tuple[Decimal, Decimal]:
    """Net and tax for VAT."""
    nets = [one.net_pln if isinstance(one, Position) else one.net for one in of]
    taxes = [one.vat_pln if isinstance(one, Position) else one.vat for one in of]
    return sum(nets, ZERO), sum(taxes, ZERO)


@given(
    st.lists(
        st.tuples(st.sampled_from(["23", "8", "5", "zw"]), _AMOUNTS),
        min_size=1,
        max_size=4,
        unique_by=lambda one: one[0],
    ),
    st.decimals(min_value=0, max_value=1, places=4),
    st.booleans(),
    st.booleans(),
)
def test_what_is_deducted_is_the_row_and_all_together_is_the_table(
    nets: list[tuple[str, Decimal]], share: Decimal, half_net: bool, assets: bool
) -> None:
    of = [RateAmount(rate, net, grosze(net * (percent(rate) or ZERO) / 100)) for rate, net in nets]
    taxed = [one for one in of if one.vat]
    net, vat = summed(taxed)
    base, tax = ("K_40", "K_41") if assets else ("K_42", "K_43")
    amounts = {base: grosze(net * share) if half_net else net, tax: grosze(vat * share)}
    found = bought(amounts, of)
    deducted = [one for one in found if one.deducted]
    if taxed and (vat or not amounts[tax]):
        assert summed(deducted) == (amounts[base], amounts[tax])
        assert all(one.assets is assets for one in deducted)
    assert summed(found) == summed(of)


@given(_AMOUNTS, _AMOUNTS, st.decimals(min_value="0.01", max_value=300, places=6))
def test_a_currency_keeps_its_own_amounts(net: Decimal, other: Decimal, rate: Decimal) -> None:
    rows = (VatAmount(rate="23", net=net, vat=grosze(net * Decimal("0.23"))), VatAmount(rate="zw", net=other))
    found = positions(changed(uncoded(sale()), currency="EUR", exchange_rate=rate, vat_table=rows))
    assert [(one.net, one.net_books, one.net_pln) for one in found] == [
        (net, grosze(net * rate), grosze(net * rate)), (other, grosze(other * rate), grosze(other * rate)),
    ]  # fmt: skip


def test_parts_of_one_rate_share_the_amounts_of_its_currency() -> None:
    rows = (VatAmount(rate="23", net=Decimal(100), vat=Decimal(23), vat_pln=Decimal("97.75")),)
    row = RegisterRow(
        Direction.PURCHASE,
        _MONTH,
        (("K_42", Decimal("212.50")), ("K_43", Decimal("48.88"))),
        Decimal("48.87"),
    )
    coding = Coding(
        table=(RateAmount("23", Decimal(425), Decimal("97.75")),), rows=(row,), scheme=RuleRef("x", 1),
        identity=Identity.LIMITED, vat_rate=Rate(Decimal("4.25")), income_rate=Rate(Decimal("4.30")),
    )  # fmt: skip
    yes, no = positions(replace(changed(purchase(), currency="EUR", vat_table=rows), coding=coding))
    assert (yes.net, yes.vat, yes.net_books, yes.net_pln, yes.vat_pln) == tuple(
        map(Decimal, ("50.00", "11.50", "215.00", "212.50", "48.88"))
    )
    assert (no.net, no.vat, no.net_pln, no.vat_pln) == tuple(
        map(Decimal, ("50.00", "11.50", "212.50", "48.87"))
    )


def test_fixed_assets_beside_costs_take_the_rate_that_is_theirs() -> None:
    of = [RateAmount("23", Decimal(12000), Decimal(2760)), RateAmount("8", Decimal(100), Decimal(8))]
    found = bought(
        {"K_40": Decimal(12000), "K_41": Decimal(2760), "K_42": Decimal(100), "K_43": Decimal(8)}, of
    )
    assert [(one.rate, one.assets, one.deducted) for one in found] == [("23", True, True), ("8", False, True)]


def test_fields_of_a_sale_are_its_rates() -> None:
    amounts = {
        "K_10": 1,
        "K_11": 5,
        "K_12": 2,
        "K_13": 4,
        "K_15": 10,
        "K_16": 1,
        "K_21": 7,
        "K_29": 100,
        "K_30": 23,
    }
    row = RegisterRow(
        Direction.SALE, _MONTH, tuple((name, Decimal(value)) for name, value in amounts.items())
    )
    assert [(one.rate, int(one.net), int(one.vat)) for one in parts(row, ())] == [
        ("zw", 1, 0), ("np I", 3, 0), ("0 KR", 4, 0), ("5", 10, 1), ("0 WDT", 7, 0), ("np II", 2, 0), ("23", 100, 23),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rate", "net", "vat", "wanted"),
    [
        ("23", "100", "23", "23"), ("23", "100", "22", "22"), ("8", "100", "7", "7"), ("8", "0.09", "0.01", "8"),
        ("0 WDT", "1", "0", "0"), ("RR", "100", "7", "7"), ("31", "0", "0", "31"),
    ],
)  # fmt: skip
def test_per_cents_of_rate_groups(rate: str, net: str, vat: str, wanted: str) -> None:
    assert percent(rate, Decimal(net), Decimal(vat)) == Decimal(wanted)


@pytest.mark.parametrize("rate", ["zw", "np I", "np II", "oo", "OSS", "marża", "²", ""])
def test_what_is_exempt_or_outside_tax_has_no_per_cent(rate: str) -> None:
    assert percent(rate) is None


def test_a_rate_that_stands_twice_is_one() -> None:
    row = VatAmount(rate="23", net=Decimal(1), vat=Decimal("0.23"))
    (one,) = table(changed(uncoded(sale()), vat_table=(row, row)))
    assert (one.net, one.vat) == (Decimal(2), Decimal("0.46"))


def test_tax_is_settled_when_its_rows_hold_all_of_it() -> None:
    def on_payment(*taxes: str) -> bool:
        rows = tuple(RegisterRow(Direction.SALE, _MONTH, (("K_20", Decimal(tax)),)) for tax in taxes)
        return settled(
            replace(sale(), coding=replace(sale().coding, identity=Identity.ON_PAYMENT, rows=rows))
        )

    assert [on_payment("230.00"), on_payment("100.00", "130.00"), on_payment("100.00"), on_payment()] == [
        True, True, False, False,
    ]  # fmt: skip


def test_what_was_coded_by_hand_without_a_row_is_not_deducted() -> None:
    by_hand = Coding(table=purchase().coding.table, identity=Identity.NONE)
    assert [one.deducted for one in positions(replace(purchase(), coding=by_hand))] == [False, False]
    assert [one.deducted for one in positions(uncoded(purchase()))] == [True, True]
