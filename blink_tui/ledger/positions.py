"""A document's amounts by rate: in its currency, in PLN for the books and for VAT, and what of a purchase is deducted.

The VAT table of the invoice is what all positions of a document make together; what of it the register rows hold is
deducted (FORMATS 8.5), the rest is not. No grosz is lost: shares are rounded, the largest takes the difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from blink_tui.ledger.document import LedgerDocument, grosze
from blink_tui.model.coding import ZERO, Identity, RateAmount, RegisterRow
from blink_tui.model.documents import Direction

_ONE = Decimal(1)
_HUNDRED = Decimal(100)
_PERCENT = {
    "23": Decimal(23), "22": Decimal(22), "8": Decimal(8), "7": Decimal(7), "5": Decimal(5), "6.5": Decimal("6.5"),
    "RR": Decimal(7), "ryczałt taxi": Decimal(4), "0 KR": ZERO, "0 WDT": ZERO, "0 EX": ZERO, "0": ZERO,
}  # fmt: skip
"""Of the groups of the VAT table; the others (`zw`, `np I`, `np II`, `oo`, `OSS`, `marża`) have none."""
_SOLD = (
    ("K_10", "", "zw"), ("K_11", "", "np I"), ("K_13", "", "0 KR"), ("K_15", "K_16", "5"), ("K_17", "K_18", "8"),
    ("K_19", "K_20", "23"), ("K_21", "", "0 WDT"), ("K_22", "", "0 EX"),
)  # fmt: skip
"""Base, tax and rate group of a sale's row (FORMATS 8.1)."""
SELF_ASSESSED = (("K_23", "K_24"), ("K_25", "K_26"), ("K_27", "K_28"), ("K_29", "K_30"), ("K_31", "K_32"))
"""Base and tax of what the buyer taxes."""
_TAXES = frozenset({"K_16", "K_18", "K_20", "K_41", "K_43"})
_BOUGHT = (("K_40", "K_41", True), ("K_42", "K_43", False))
"""Base, tax, and whether it is a fixed asset."""


@dataclass(frozen=True, slots=True)
class Part:
    """An amount of one rate in PLN, as VAT has it."""

    rate: str
    """Group of the VAT table; of a self-assessed tax the per cent."""
    net: Decimal
    vat: Decimal
    assets: bool = False
    """Fixed assets: K_40, K_41."""


@dataclass(frozen=True, slots=True)
class Position:
    """One rate of a document, or the part of it that is deducted, or the part that is not."""

    rate: str
    net: Decimal
    """In the document's currency, as the tax beside it."""
    vat: Decimal
    net_books: Decimal
    """In PLN, by the rate for cost or revenue."""
    net_pln: Decimal
    """In PLN, by the rate for VAT."""
    vat_pln: Decimal
    deducted: bool
    assets: bool = False


def percent(rate: str, net: Decimal = ZERO, vat: Decimal = ZERO) -> Decimal | None:
    """Of a rate group; None for what is exempt or outside tax.

    Groups 23 and 8 hold the old rates too, which the amounts tell apart where they are large enough.
    """
    usual = _PERCENT.get(rate)
    if usual is None:
        return Decimal(rate) if rate.isdecimal() else None
    if rate in {"23", "8"} and abs(net) >= 10 and (vat * _HUNDRED / net).quantize(_ONE) == usual - 1:
        return usual - 1
    return usual


def books_rate(document: LedgerDocument) -> Decimal:
    """PLN for one unit of the document's currency, by which cost or revenue is converted; 0 where nobody said it."""
    coded = document.coding.income_rate
    if coded is not None and document.invoice.currency != "PLN":
        return coded.rate
    return document.exchange_rate


def table(document: LedgerDocument) -> tuple[RateAmount, ...]:
    """The VAT table in PLN, each rate once."""
    rows = document.table
    if len({row.rate for row in rows}) == len(rows):
        return rows
    found: dict[str, RateAmount] = {}
    for row in rows:
        before = found.get(row.rate, RateAmount(row.rate, ZERO, ZERO))
        found[row.rate] = RateAmount(row.rate, before.net + row.net, before.vat + row.vat)
    return tuple(found.values())


def parts(row: RegisterRow, of: Sequence[RateAmount]) -> list[Part]:
    """A register row by rate. A sale's fields are rates; a purchase's follow the document's VAT table."""
    amounts = dict(row.amounts)
    if row.register is Direction.SALE:
        return [*_sold(amounts), *_self_assessed(amounts)]
    found: list[Part] = []
    left = list(of)
    pairs = [
        (amounts.get(base, ZERO), amounts.get(tax, ZERO), assets)
        for base, tax, assets in _BOUGHT
        if base in amounts or tax in amounts
    ]
    for base, tax, assets in pairs:
        same = [one for one in left if (one.net, one.vat) == (base, tax)] if len(pairs) > 1 else []
        chosen = same[:1] or left
        found += [Part(rate, net, vat, assets) for rate, net, vat in _spread(base, tax, chosen)]
        left = [one for one in left if one not in same[:1]]
    return found


def _sold(amounts: dict[str, Decimal]) -> Iterator[Part]:
    services = amounts.get("K_12", ZERO)
    for base, tax, rate in _SOLD:
        net, vat = amounts.get(base, ZERO), amounts.get(tax, ZERO)
        if base == "K_11" and services:
            net -= services
        if net or vat:
            yield Part(rate, net, vat)
    if services:
        yield Part("np II", services, ZERO)


def _self_assessed(amounts: dict[str, Decimal]) -> Iterator[Part]:
    for base, tax in SELF_ASSESSED:
        if base in amounts or tax in amounts:
            net, vat = amounts.get(base, ZERO), amounts.get(tax, ZERO)
            yield Part(_ratio(net, vat), net, vat)


def _ratio(net: Decimal, vat: Decimal) -> str:
    """Whole per cent that a tax is of its base."""
    return str((vat * _HUNDRED / net).quantize(_ONE, ROUND_HALF_UP)) if net else "23"


def _spread(base: Decimal, tax: Decimal, of: Sequence[RateAmount]) -> Iterator[tuple[str, Decimal, Decimal]]:
    """A base and its tax by rates, in the proportion of the VAT table."""
    whole = _sums(of)
    rates = of if whole == (base, tax) else [one for one in of if percent(one.rate) is not None and one.vat]
    net, vat = _sums(rates)
    if not rates or (tax and not vat):
        yield _ratio(base, tax), base, tax
    elif (net, vat) == (base, tax):
        yield from ((one.rate, one.net, one.vat) for one in rates)
    else:
        nets = _shares(base, [one.net for one in rates], net)
        vats = _shares(tax, [one.vat for one in rates], vat)
        yield from zip((one.rate for one in rates), nets, vats, strict=True)


def _sums(of: Sequence[RateAmount]) -> tuple[Decimal, Decimal]:
    return sum((one.net for one in of), ZERO), sum((one.vat for one in of), ZERO)


def _shares(amount: Decimal, weights: Sequence[Decimal], whole: Decimal) -> list[Decimal]:
    """An amount by weights; the largest takes what rounding leaves."""
    found = [grosze(amount * weight / whole) if whole else ZERO for weight in weights]
    largest = max(range(len(weights)), key=lambda place: abs(weights[place]))
    found[largest] += amount - sum(found, ZERO)
    return found


def positions(document: LedgerDocument) -> list[Position]:
    """All positions of a document, those deducted before what is left of them.

    Of a margin, and where a person typed the rows of a sale, what the register taxes; of a self-assessed document with
    the tax that the buyer assesses. While the tax waits for payments the whole table stands as one to be deducted.
    """
    coding, found = document.coding, table(document)
    if document.sale:
        rows = [part for row in coding.rows for part in parts(row, ())] if _rows_differ(document) else found
        return _converted(document, [(Part(one.rate, one.net, one.vat), True) for one in rows])
    if coding.identity is Identity.SELF_ASSESSED:
        found = _with_own_tax(found, coding.rows)
    bought = [row for row in coding.rows if row.register is Direction.PURCHASE]
    if uncoded(document) or not settled(document):
        return _converted(document, [(Part(one.rate, one.net, one.vat), bool(one.vat)) for one in found])
    if len(bought) == 1 and (assets := _whole(bought[0], found)) is not None:
        return _converted(document, [(Part(one.rate, one.net, one.vat, assets), True) for one in found])
    deducted = _joined(part for row in bought for part in parts(row, found))
    return _converted(
        document, [*((one, True) for one in deducted), *((one, False) for one in _left(found, deducted))]
    )


def _rows_differ(document: LedgerDocument) -> bool:
    """The register tells another tax than the invoice: a margin's, or rows that a person typed."""
    coding = document.coding
    if not coding.rows or coding.identity is Identity.ON_PAYMENT:
        return False
    return coding.identity is Identity.MARGIN or _held(coding.rows) != document.vat


def _held(rows: Sequence[RegisterRow]) -> Decimal:
    """Tax in register rows, but for what the buyer assesses."""
    return sum((amount for row in rows for name, amount in row.amounts if name in _TAXES), ZERO)


def uncoded(document: LedgerDocument) -> bool:
    """The firm keeps no books here: the document goes as the invoice has it."""
    coding = document.coding
    return coding.scheme is None and not (coding.rows or coding.lines or coding.entries or coding.table)


def _whole(row: RegisterRow, of: Sequence[RateAmount]) -> bool | None:
    """Whether a row that holds all of the table holds fixed assets; None of a row that holds a part of it."""
    fields = dict(row.amounts)
    for base, tax, assets in _BOUGHT:
        if base in fields and len(fields) == 1 + (tax in fields):
            return assets if (fields[base], fields.get(tax, ZERO)) == _sums(of) else None
    return None


def _joined(of: Iterator[Part]) -> list[Part]:
    """Parts of the same rate and kind as one: rows of several payments."""
    found: dict[tuple[str, bool], Part] = {}
    for one in of:
        key = one.rate, one.assets
        before = found.get(key)
        found[key] = (
            one if before is None else Part(one.rate, before.net + one.net, before.vat + one.vat, one.assets)
        )
    return list(found.values())


def _with_own_tax(of: Sequence[RateAmount], rows: Sequence[RegisterRow]) -> tuple[RateAmount, ...]:
    """The VAT table with the tax that the buyer assesses on what the seller did not tax."""
    assessed = [part for row in rows if row.register is Direction.SALE for part in parts(row, ())]
    taxed = tuple(one for one in of if one.vat)
    return (*taxed, *(RateAmount(one.rate, one.net, one.vat) for one in assessed)) if assessed else tuple(of)


def settled(document: LedgerDocument) -> bool:
    """The register rows hold all of the tax: none of it waits for a payment."""
    coding = document.coding
    if coding.identity is not Identity.ON_PAYMENT:
        return True
    lost = sum((row.not_deducted for row in coding.rows), ZERO)
    return bool(coding.rows) and _held(coding.rows) + lost == document.vat


def _left(of: Sequence[RateAmount], deducted: Sequence[Part]) -> Iterator[Part]:
    for one in of:
        mine = [part for part in deducted if part.rate == one.rate]
        net = one.net - sum((part.net for part in mine), ZERO)
        vat = one.vat - sum((part.vat for part in mine), ZERO)
        if net or vat or not (mine or one.net or one.vat):
            yield Part(one.rate, net, vat, bool(mine) and all(part.assets for part in mine))


def _converted(document: LedgerDocument, of: Sequence[tuple[Part, bool]]) -> list[Position]:
    if document.invoice.currency == "PLN":
        return [
            Position(one.rate, one.net, one.vat, one.net, one.net, one.vat, deducted, one.assets)
            for one, deducted in of
        ]
    own: dict[str, list[Decimal]] = {}
    for row in document.invoice.vat_table:
        sums = own.setdefault(row.rate, [ZERO, ZERO])
        sums[0] += row.net
        sums[1] += row.vat or ZERO
    rate, books = document.exchange_rate, books_rate(document)
    found: list[Position] = []
    for place, (one, deducted) in enumerate(of):
        net, vat = own.get(
            one.rate, (grosze(one.net / rate), grosze(one.vat / rate)) if rate else (ZERO, ZERO)
        )
        others = [other for at, (other, _) in enumerate(of) if other.rate == one.rate and at != place]
        if others:
            net = _of_same_rate(net, one.net, one.net + sum((other.net for other in others), ZERO))
            vat = _of_same_rate(vat, one.vat, one.vat + sum((other.vat for other in others), ZERO))
        found.append(
            Position(one.rate, net, vat, grosze(net * books), one.net, one.vat, deducted, one.assets)
        )
    return found


def _of_same_rate(amount: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    return grosze(amount * part / whole) if whole else ZERO
