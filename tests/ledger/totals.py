"""What the registers of exported documents add up to, counted from the codings alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from blink_tui.ledger.document import LedgerDocument
from blink_tui.model.coding import Identity

Totals = dict[tuple[bool, str], tuple[Decimal, Decimal]]
"""Sold or bought, and rate → net and tax in PLN."""
_NAMES = {
    "0 KR": "0", "0 WDT": "0", "0 EX": "0", "np I": "np", "np II": "np", "oo": "np", "RR": "7",
}  # fmt: skip
"""Rates that both formats have under fewer names."""


def summed(rows: Iterable[tuple[bool, str, Decimal, Decimal]]) -> Totals:
    """Direction, rate, net, tax → sums."""
    found: defaultdict[tuple[bool, str], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for sale, rate, net, vat in rows:
        found[sale, rate][0] += net
        found[sale, rate][1] += vat
    return {key: (net, vat) for key, (net, vat) in found.items()}


def of_codings(documents: Iterable[LedgerDocument], *, gross: bool = False) -> Totals:
    """The VAT tables as they were coded; of a margin what was typed, as its register row has it.

    With `gross` a purchase that has no row in the register is one gross sum outside VAT.
    """
    rows = []
    for one in documents:
        if gross and one.coding.identity is Identity.NONE and not one.sale:
            rows.append((False, "np", one.net + one.vat, Decimal(0)))
            continue
        for row in one.coding.table:
            if row.rate == "marża":
                rows += [(one.sale, rate, net, vat) for rate, net, vat in one.coding.choices.margin]
            else:
                rows.append((one.sale, _NAMES.get(row.rate, row.rate), row.net, row.vat))
    return summed(rows)
