"""Amounts of a document in PLN: per rate, what is deducted, what is cost or revenue, what is owed (FORMATS 8.4, 8.5).

Tax is taken in PLN as the invoice gives it; net is converted by the rate of VAT for the registers and by the rate of
income tax for cost, revenue and what is owed. What is owed is that net and the tax in PLN, so a document balances by
itself and its exchange differences arise when it is paid, as the acts on accounting and income tax have it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from blink_tui.coding import problems
from blink_tui.coding.case import MARGIN, Case, is_on, whole_of
from blink_tui.coding.rates import ONE, Converted, rates_of
from blink_tui.model.books import CarUse
from blink_tui.model.coding import ZERO, Problem, Rate
from blink_tui.model.invoice import InvoiceLine, VatAmount
from blink_tui.model.text import clean

_GROSZ = Decimal("0.01")
_HALF = Decimal("0.5")
HUNDRED = Decimal(100)
_GROUPS = {"22": "23", "7": "8", "4": "ryczałt taxi", "3": "ryczałt taxi"}
"""Rate as a row or PEF writes it → group of the VAT table."""
PERCENTS = {"23": Decimal(23), "8": Decimal(8), "5": Decimal(5), "ryczałt taxi": Decimal(4)}
RR = "RR"
OSS = "OSS"
CARS = {
    CarUse.COMPANY_ONLY: (ONE, ONE),
    CarUse.COMPANY_MIXED: (_HALF, Decimal("0.75")),
    CarUse.PRIVATE: (_HALF, Decimal("0.2")),
}
"""Share of the tax that is deducted and of the cost that is one for income tax (art. 86a; FORMATS 9)."""
UNTAXED = frozenset({"0 KR", "0 WDT", "0 EX", "zw", "np I", "np II", "oo", MARGIN})
BUYER_SETTLES = frozenset({"oo", "np I", "np II"})
"""Of purchases: the seller charged no tax because the buyer settles it (FORMATS 8.5(7))."""
BY_HAND = frozenset({"oo", "ryczałt taxi"})
"""Of sales: settled outside the columns of the register (FORMATS 8.1)."""


def grosze(amount: Decimal) -> Decimal:
    """Rounded half up to the grosz."""
    return amount.quantize(_GROSZ, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class RateRow:
    """One rate of the VAT table, in PLN."""

    rate: str
    """Group of the VAT table; `RR` of a farmer's invoice."""
    net: Decimal
    """By the rate of VAT."""
    vat: Decimal
    income_net: Decimal
    """Net by the rate of income tax."""
    deducted: Decimal = ZERO
    """Of `vat`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """All amounts that schemes and identities use; in PLN, rounded to the grosz."""

    rows: tuple[RateRow, ...]
    by_rate: Mapping[str, RateRow]
    """Rows of one rate together."""
    share: Decimal
    """Share of input tax that is deducted: of the scheme, the firm's proportion, 0 where VAT is not the firm's."""
    net_share: Decimal
    """Share of the net amount that the register of purchases shows."""
    cost_share: Decimal
    """Share of the cost that is a tax cost."""
    net: Decimal
    vat: Decimal
    deducted: Decimal
    not_deducted: Decimal
    income_net: Decimal
    """Net by the rate of income tax, advances that are settled included."""
    cost: Decimal
    """`income_net` and the tax that is not deducted."""
    due: Decimal
    """Output tax of a sale, that of the margin included; 0 where VAT is not the firm's."""
    revenue: Decimal
    owed: Decimal
    """What the other side gets or pays."""
    advances: Decimal
    """What earlier advances hold of the cost or revenue, settled by this document."""
    self_base: Decimal
    self_tax: Decimal
    """Tax that the buyer settles instead of the seller, where the scheme asks for it."""
    self_deducted: Decimal
    margin: tuple[tuple[str, Decimal, Decimal], ...] = ()
    vat_rate: Rate | None = None
    income_rate: Rate | None = None
    reasons: tuple[Problem, ...] = ()
    problems: tuple[Problem, ...] = ()

    def of(self, rate: str) -> RateRow:
        """The row of a rate; zeros where the document has none."""
        found = self.by_rate.get(rate)
        return RateRow(rate, ZERO, ZERO, ZERO) if found is None else found


def amounts_of(case: Case, parameters: Mapping[str, str]) -> Amounts:
    """Amounts of a document with a scheme's parameters.

    `share` (input tax deducted), `cost` (share of the cost for income tax) and `proportion` (in the place of the
    firm's) are numbers from 0 to 1 or per cents; with `car` their usual values are those of the firm's cars.
    `self_rate` is the per cent of a self-assessed tax.
    """
    told: list[Problem] = []
    reasons: list[Problem] = []
    converted = rates_of(case)
    if converted is not None:
        told += converted.problems
        reasons += converted.reasons
    if not case.table and whole_of(case):
        told.append(problems.SPLIT_MISSING.of(total=whole_of(case)))
    if case.margin and not case.exempt and not case.choices.margin:
        told.append(problems.MARGIN_MISSING.of())
    rows = tuple(_row(case, row, converted, reasons) for row in case.table)
    shares = _shares(case, parameters, told)
    rows, deducted = _with_deduction(case, rows, shares.deduct)
    found = _totals(_Basis(case, rows, deducted, shares, converted))
    reasons += _explained(case, found)
    return replace(found, reasons=tuple(reasons), problems=tuple(told)) if reasons or told else found


@dataclass(frozen=True, slots=True)
class _Shares:
    deduct: Decimal
    net: Decimal
    cost: Decimal
    self_rate: Decimal


def _shares(case: Case, parameters: Mapping[str, str], told: list[Problem]) -> _Shares:
    car_share, car_cost = CARS[case.facts.books.cars] if is_on(parameters, "car") else (ONE, ONE)
    own = number(parameters, "share", car_share, told)
    firm = case.status.proportion if case.status.proportion is not None else ONE
    proportion = number(parameters, "proportion", firm, told)
    cost = number(parameters, "cost", car_cost, told)
    self_rate = number(parameters, "self_rate", ZERO, told, most=HUNDRED)
    deduct = ZERO if case.outside or case.sale else own * proportion
    net = own if case.facts.books.half_net else ONE
    return _Shares(deduct, net if own else ONE, cost, self_rate)


def number(
    parameters: Mapping[str, str], name: str, usual: Decimal, told: list[Problem], *, most: Decimal = ONE
) -> Decimal:
    """A parameter as a number from 0 to `most`, per cents taken; tells what is none and takes the usual value."""
    text = parameters.get(name, "").strip()
    if not text:
        return usual
    try:
        value = Decimal(text.rstrip("% ").replace(",", "."))
        value = value / HUNDRED if text.endswith("%") else value
    except InvalidOperation:
        value = Decimal(-1)
    if value.is_finite() and 0 <= value <= most:
        return value
    told.append(problems.PARAMETER.of(name=name, value=clean(text)[:40], most=f"{most:f}"))
    return usual


def group_of(case: Case, rate: str) -> str:
    """Group of the VAT table that a written rate belongs to."""
    if case.facts.invoice.form.startswith("FA_RR"):
        return RR
    return _GROUPS.get(rate, rate)


def _row(case: Case, row: VatAmount, converted: Converted | None, reasons: list[Problem]) -> RateRow:
    """One row of the table in PLN."""
    rate, vat = group_of(case, row.rate), row.vat or ZERO
    if converted is None:
        return RateRow(rate, grosze(row.net), grosze(vat), grosze(row.net))
    by_vat, by_income = converted.vat_or_other, converted.income_or_other
    if row.vat_pln is not None:
        in_pln = row.vat_pln
    else:
        in_pln = vat * by_vat
        if vat:
            reasons.append(problems.TAX_CONVERTED.of(vat=grosze(in_pln)))
    net = row.net_pln if row.net_pln is not None else _net_in_pln(case, row, by_vat, by_row=converted.by_row)
    return RateRow(rate, grosze(net), grosze(in_pln), grosze(row.net * by_income))


def _net_in_pln(case: Case, row: VatAmount, rate: Decimal, *, by_row: bool) -> Decimal:
    """Net by the rate of VAT: the whole at once, or row by row where rows have rates of their own.

    What the rows leave of P_13 (a rounding) is converted by the rate of the largest of them.
    """
    if not by_row:
        return row.net * rate
    group = group_of(case, row.rate)
    nets = [
        (-net_of(line) if line.before else net_of(line), line.exchange_rate or rate)
        for line in case.facts.invoice.lines
        if line.rate is not None and group_of(case, line.rate) == group
    ]
    if not nets:
        return row.net * rate
    rest = row.net - sum((net for net, _ in nets), ZERO)
    largest = max(nets, key=_size)[1]
    return sum((grosze(net * own) for net, own in nets), grosze(rest * largest))


def _size(net: tuple[Decimal, Decimal]) -> Decimal:
    return abs(net[0])


def net_of(line: InvoiceLine) -> Decimal:
    """Net of a row, taken out of its gross where only that is given."""
    if line.net is not None or line.gross is None:
        return line.net or ZERO
    if line.vat is not None:
        return line.gross - line.vat
    percent = Decimal(line.rate) if line.rate and line.rate.isdigit() else ZERO
    return grosze(line.gross * HUNDRED / (HUNDRED + percent))


def _with_deduction(
    case: Case, rows: tuple[RateRow, ...], share: Decimal
) -> tuple[tuple[RateRow, ...], Decimal]:
    """Rows with their part of the tax that is deducted, rounded once for the whole document."""
    if case.sale:
        return rows, ZERO
    taxes = [ZERO if row.rate == OSS else row.vat for row in rows]
    deducted = grosze(sum(taxes, ZERO) * share)
    parts = spread(deducted, [grosze(tax * share) for tax in taxes])
    marked = (
        RateRow(row.rate, row.net, row.vat, row.income_net, part)
        for row, part in zip(rows, parts, strict=True)
    )
    return tuple(marked), deducted


def spread(total: Decimal, parts: Iterable[Decimal]) -> list[Decimal]:
    """Parts that sum to the total: what rounding left goes to the largest."""
    found = list(parts)
    rest = total - sum(found, ZERO)
    if rest and found:
        largest = max(range(len(found)), key=lambda place: abs(found[place]))
        found[largest] += rest
    return found


@dataclass(frozen=True, slots=True)
class _Basis:
    """What totals are made of."""

    case: Case
    rows: tuple[RateRow, ...]
    deducted: Decimal
    shares: _Shares
    converted: Converted | None

    @property
    def by_income(self) -> Decimal:
        """Rate of income tax; 1 in PLN."""
        return ONE if self.converted is None else self.converted.income_or_other


def _totals(basis: _Basis) -> Amounts:
    case, rows, shares, deducted = basis.case, basis.rows, basis.shares, basis.deducted
    net = sum((row.net for row in rows), ZERO)
    vat = sum((row.vat for row in rows), ZERO)
    income_net = sum((row.income_net for row in rows), ZERO)
    advance = _advance(case, basis.by_income)
    owed = _owed(case, income_net + vat, basis.by_income)
    self_base = _buyers_base(rows)
    self_tax = grosze(self_base * shares.self_rate / HUNDRED)
    self_deducted = grosze(self_tax * shares.deduct)
    lost = vat - deducted + self_tax - self_deducted
    cost = income_net + advance.net + lost + advance.vat - grosze(advance.vat * shares.deduct)
    due, revenue = ZERO, income_net + vat + advance.net + advance.vat
    if not case.exempt:
        due = vat + _margin_tax(case)
        revenue -= due + advance.vat
    whole = revenue + due if case.sale else cost + self_deducted + deducted - self_tax
    return Amounts(
        rows=rows,
        by_rate=_by_rate(rows),
        share=shares.deduct,
        net_share=shares.net,
        cost_share=shares.cost,
        net=net,
        vat=vat,
        deducted=deducted,
        not_deducted=lost,
        income_net=income_net + advance.net,
        cost=cost,
        due=due,
        revenue=revenue,
        owed=owed,
        advances=whole - owed,
        self_base=self_base if shares.self_rate else ZERO,
        self_tax=self_tax,
        self_deducted=self_deducted,
        margin=case.choices.margin if case.margin else (),
        vat_rate=basis.converted.vat if basis.converted else None,
        income_rate=basis.converted.income if basis.converted else None,
    )


def _buyers_base(rows: tuple[RateRow, ...]) -> Decimal:
    """Net whose tax the buyer settles: of the rates that say so, else of all rows that carry no tax."""
    own = [row.net for row in rows if row.rate in BUYER_SETTLES]
    return sum(own or [row.net for row in rows if not row.vat], ZERO)


def _margin_tax(case: Case) -> Decimal:
    return sum((tax for _, _, tax in case.choices.margin), ZERO) if case.margin else ZERO


def _explained(case: Case, found: Amounts) -> Iterator[Problem]:
    """What of the amounts a person should understand."""
    if found.advances:
        yield problems.ADVANCES_SETTLED.of(amount=found.advances, owed=found.owed)
    if not case.sale and found.vat and found.share != ONE and not case.outside:
        percent = f"{(found.share * HUNDRED).normalize():f}"
        rest = found.vat - found.deducted
        yield problems.SHARE.of(percent=percent, deducted=found.deducted, vat=found.vat, rest=rest)


def _by_rate(rows: Iterable[RateRow]) -> dict[str, RateRow]:
    found: dict[str, RateRow] = {}
    for row in rows:
        other = found.get(row.rate)
        found[row.rate] = row if other is None else _together(other, row)
    return found


def _together(one: RateRow, other: RateRow) -> RateRow:
    return RateRow(
        one.rate,
        one.net + other.net,
        one.vat + other.vat,
        one.income_net + other.income_net,
        one.deducted + other.deducted,
    )


@dataclass(frozen=True, slots=True)
class _Advance:
    """What rows of a settlement hold beyond its VAT table: advances that were invoiced before."""

    net: Decimal
    vat: Decimal


def _advance(case: Case, by_income: Decimal) -> _Advance:
    """Of a settlement whose table is what is left (ROZ); zero where the advances are not taken off."""
    if not case.settlement or case.facts.invoice.is_correction:
        return _Advance(ZERO, ZERO)
    whole: dict[str, Decimal] = {}
    for line in case.facts.invoice.lines:
        group = group_of(case, line.rate or "")
        whole[group] = whole.get(group, ZERO) + net_of(line)
    left: dict[str, Decimal] = {}
    for row in case.table:
        group = group_of(case, row.rate)
        left[group] = left.get(group, ZERO) + row.net
    parts = {group: net - left.get(group, ZERO) for group, net in whole.items()}
    net = sum(parts.values(), ZERO)
    if net <= 0:
        return _Advance(ZERO, ZERO)
    vat = sum((grosze(part * PERCENTS.get(group, ZERO) / HUNDRED) for group, part in parts.items()), ZERO)
    return _Advance(grosze(net * by_income), grosze(vat * by_income))


def _owed(case: Case, whole: Decimal, by_income: Decimal) -> Decimal:
    """What is owed: net and tax; of a settlement DoZaplaty, else P_15, where something was taken off."""
    to_pay = case.facts.invoice.to_pay
    table = sum((row.net + (row.vat or ZERO) for row in case.table), ZERO)
    if not case.settlement or to_pay is None or to_pay == table:
        return whole
    return grosze(to_pay * by_income)
