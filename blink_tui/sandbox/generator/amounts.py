"""Money of generated invoices: whole grosze, sums that agree from the lines to the VAT table to P_15."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

RATES: dict[str, tuple[str, int | None]] = {
    "23": ("1", 23),
    "8": ("2", 8),
    "5": ("3", 5),
    "0 KR": ("6_1", None),
    "0 WDT": ("6_2", None),
    "0 EX": ("6_3", None),
    "zw": ("7", None),
    "np I": ("8", None),
    "np II": ("9", None),
    "oo": ("10", None),
}
"""P_12 → suffix of its P_13 field and percentage; None where the field has no tax beside it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row. Quantity in thousandths, prices and values in the minor unit of the invoice's currency."""

    name: str
    unit: str
    quantity: int
    price: int
    rate: str
    gtu: str | None = None
    pkwiu: str | None = None
    annex_15: bool = False
    """Goods or services of annex 15, where payment is split."""
    before: bool = False
    """The row as it was before a correction."""

    @property
    def net(self) -> int:
        """Value of the row; what stands before a correction counts with its own sign as written."""
        return divided(self.quantity * self.price, 1000)


@dataclass(frozen=True, slots=True)
class VatRow:
    """One pair of P_13 and P_14."""

    suffix: str
    net: int
    vat: int | None


def divided(amount: int, divisor: int) -> int:
    """A quotient rounded half away from zero, as tax is."""
    sign = -1 if amount < 0 else 1
    return sign * ((abs(amount) * 2 + divisor) // (2 * divisor))


def vat_table(lines: Iterable[Line]) -> list[VatRow]:
    """Net and tax of each rate in the order of the schema; a correction gives the difference it makes."""
    nets: dict[str, list[int]] = {}
    for line in lines:
        sums = nets.setdefault(line.rate, [0, 0])
        sums[line.before] += line.net
    return [_row(rate, *nets[rate]) for rate in RATES if rate in nets]


def _row(rate: str, after: int, before: int) -> VatRow:
    suffix, percent = RATES[rate]
    if percent is None:
        return VatRow(suffix, after - before, None)
    return VatRow(suffix, after - before, divided(after * percent, 100) - divided(before * percent, 100))


def advance_table(table: list[VatRow], share: int) -> list[VatRow]:
    """A percentage of a VAT table: what an advance payment takes of an order."""
    return [
        VatRow(
            row.suffix,
            divided(row.net * share, 100),
            None if row.vat is None else divided(row.vat * share, 100),
        )
        for row in table
    ]


def less(table: list[VatRow], taken: list[VatRow]) -> list[VatRow]:
    """What is left of a VAT table after advances."""
    return [
        VatRow(row.suffix, row.net - other.net, None if row.vat is None else row.vat - (other.vat or 0))
        for row, other in zip(table, taken, strict=True)
    ]


def total(table: list[VatRow]) -> int:
    """Net and tax together: P_15."""
    return sum(row.net + (row.vat or 0) for row in table)


def money(amount: int) -> str:
    """An amount as the schema takes it."""
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(amount) // 100}.{abs(amount) % 100:02d}"


def quantity(amount: int) -> str:
    """Thousandths without needless zeros."""
    whole, part = divmod(abs(amount), 1000)
    text = f"{whole}.{part:03d}".rstrip("0").rstrip(".")
    return f"-{text}" if amount < 0 else text


def exchange(rate: int) -> str:
    """An exchange rate kept in ten-thousandths."""
    return f"{rate // 10_000}.{rate % 10_000:04d}"
