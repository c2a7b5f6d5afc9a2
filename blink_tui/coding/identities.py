"""What must hold of a coding before it may be used: its identity to the grosz, and debit = credit (BOOKKEEPING 4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from decimal import Decimal

from blink_tui.coding import problems
from blink_tui.coding.amounts import BY_HAND, OSS, Amounts, grosze
from blink_tui.coding.case import MARGIN, Case, whole_of
from blink_tui.coding.patterns import Patterns
from blink_tui.coding.scheme_fields import register_net
from blink_tui.coding.schemes import COLUMNS, has_rows, payable_taxes
from blink_tui.model.books import BookKind, CodingLevel
from blink_tui.model.coding import ZERO, Coding, Identity, PostingLine, Problem, RegisterRow, Side
from blink_tui.model.documents import Direction

INPUT_NET = ("K_40", "K_42")
INPUT_TAX = ("K_41", "K_43")
OUTPUT = {
    "23": ("K_19", "K_20"),
    "8": ("K_17", "K_18"),
    "5": ("K_15", "K_16"),
    "0 KR": ("K_13", ""),
    "0 WDT": ("K_21", ""),
    "0 EX": ("K_22", ""),
    "zw": ("K_10", ""),
    "np II": ("K_12", ""),
}
"""Rate → columns of base and tax of a sale (FORMATS 8.1); K_11 holds `np I` and `np II`."""
OUTPUT_TAX = ("K_16", "K_18", "K_20")
SELF_BASE = ("K_23", "K_25", "K_27", "K_29", "K_31")
SELF_TAX = ("K_24", "K_26", "K_28", "K_30", "K_32")


def check(coding: Coding, case: Case, amounts: Amounts, patterns: Patterns) -> list[Problem]:
    """Everything that stands against a coding's amounts; each problem blocks and says the numbers."""
    found = list(_IDENTITIES[coding.identity](coding, case, amounts))
    found += _rows_by_hand(coding, case, amounts)
    found += _buyer_settles(coding, case, amounts)
    found += _columns(coding)
    if case.facts.books.kind is BookKind.LEDGER:
        found += _lines(coding, case, amounts, patterns)
    elif not (case.receipt or case.advance):
        found += _entries(coding, case, amounts)
    return list(_once(found))


def _once(found: Iterable[Problem]) -> Iterator[Problem]:
    seen: list[Problem] = []
    for problem in found:
        if problem not in seen:
            seen.append(problem)
            yield problem


def _sum(rows: Iterable[RegisterRow], *names: str) -> Decimal:
    return sum((amount for row in rows for name, amount in row.amounts if name in names), ZERO)


def _of(coding: Coding, register: Direction) -> list[RegisterRow]:
    return [row for row in coding.rows if row.register is register]


def _differ(field: str, rows: Decimal, table: Decimal) -> list[Problem]:
    return [] if rows == table else [problems.ROWS_DIFFER.of(field=field, rows=rows, table=table)]


def _full(coding: Coding, case: Case, amounts: Amounts) -> Iterator[Problem]:
    """VAT rows = VAT table."""
    if case.sale:
        yield from _sale(coding.rows, case, amounts)
    else:
        yield from _purchase(coding, case, amounts)


def _sale(rows: tuple[RegisterRow, ...], case: Case, amounts: Amounts) -> Iterator[Problem]:
    for rate, (base, tax) in OUTPUT.items():
        row = amounts.of(rate)
        net, vat = row.net, row.vat
        for margin_rate, margin_base, margin_tax in amounts.margin:
            if margin_rate == rate:
                net, vat = net + margin_base, vat + margin_tax
        yield from _differ(base, _sum(rows, base), net)
        if tax:
            yield from _differ(tax, _sum(rows, tax), vat)
    yield from _differ("K_11", _sum(rows, "K_11"), amounts.of("np I").net + amounts.of("np II").net)


def _purchase(coding: Coding, case: Case, amounts: Amounts) -> Iterator[Problem]:
    rows = _of(coding, Direction.PURCHASE)
    yield from _differ("K_41 + K_43", _sum(rows, *INPUT_TAX), amounts.deducted)
    expected = register_net(case, amounts) if has_rows(case, amounts) and rows else ZERO
    yield from _differ("K_40 + K_42", _sum(rows, *INPUT_NET), expected)
    lost = sum((row.not_deducted for row in rows), ZERO)
    if rows:
        yield from _differ("K_41 + K_43 +", _sum(rows, *INPUT_TAX) + lost, amounts.vat)


def _none(coding: Coding, case: Case, amounts: Amounts) -> Iterator[Problem]:
    """No row, gross in cost."""
    if coding.rows:
        rows = sum((amount for row in coding.rows for _, amount in row.amounts), ZERO)
        yield problems.ROWS_NOT_ALLOWED.of(rows=rows)


def _receipt(coding: Coding, case: Case, amounts: Amounts) -> Iterator[Problem]:
    """A row marked FP, no posting, no revenue."""
    if any("FP" not in row.marks for row in coding.rows):
        yield problems.MARK_MISSING.of(mark="FP")
    if coding.lines:
        yield problems.LINES_NOT_ALLOWED.of(lines=coding.debit)
    yield from _no_entries(coding)
    if not case.outside:
        yield from _sale(coding.rows, case, amounts)


def _no_entries(coding: Coding) -> Iterator[Problem]:
    if coding.entries:
        yield problems.ENTRY_NOT_ALLOWED.of(entries=sum((entry.amount for entry in coding.entries), ZERO))


def _margin(coding: Coding, case: Case, amounts: Amounts) -> Iterator[Problem]:
    """Tax as typed, and the gross of the margin beside it."""
    yield from _sale(coding.rows, case, amounts)
    yield from _differ("SprzedazVAT_Marza", _sum(coding.rows, "SprzedazVAT_Marza"), amounts.of(MARGIN).net)
    for row in coding.rows:
        if not {"MR_T", "MR_UZ"} & set(row.marks):
            yield problems.MARK_MISSING.of(mark="MR_T / MR_UZ")


def _self_assessed(coding: Coding, case: Case, amounts: Amounts) -> Iterator[Problem]:
    """Output row = input base."""
    sold, bought = _of(coding, Direction.SALE), _of(coding, Direction.PURCHASE)
    base = _sum(sold, *SELF_BASE)
    yield from _differ(" + ".join(SELF_BASE), base, amounts.self_base)
    yield from _differ(" + ".join(SELF_TAX), _sum(sold, *SELF_TAX), amounts.self_tax)
    yield from _differ("K_41 + K_43", _sum(bought, *INPUT_TAX), amounts.self_deducted + amounts.deducted)
    taxed = register_net(case, amounts) if amounts.deducted else ZERO
    if bought and amounts.net_share == 1 and _sum(bought, *INPUT_NET) != base + taxed:
        yield problems.INPUT_DIFFERS.of(output=base + taxed, input=_sum(bought, *INPUT_NET))


def _on_payment(coding: Coding, case: Case, amounts: Amounts) -> Iterator[Problem]:
    """No row until a payment, then its part."""
    taxes = [tax for rate, tax in payable_taxes(case, amounts).items() if not case.sale or rate in OUTPUT]
    total = whole_of(case)
    paid = sum((payment.amount for payment in case.payments), ZERO)
    expected = sum((grosze(tax * paid / total) for tax in taxes), ZERO) if total else ZERO
    tax = OUTPUT_TAX if case.sale else INPUT_TAX
    rows = _sum(coding.rows, *tax)
    if rows != expected:
        yield problems.PAID_DIFFERS.of(rows=rows, expected=expected)


def _advance(coding: Coding, case: Case, amounts: Amounts) -> Iterator[Problem]:
    """Rows = VAT table, no column."""
    yield from _full(coding, case, amounts)
    yield from _no_entries(coding)


_IDENTITIES: dict[Identity, Callable[[Coding, Case, Amounts], Iterator[Problem]]] = {
    Identity.FULL: _full,
    Identity.LIMITED: _full,
    Identity.NONE: _none,
    Identity.RECEIPT: _receipt,
    Identity.MARGIN: _margin,
    Identity.SELF_ASSESSED: _self_assessed,
    Identity.ON_PAYMENT: _on_payment,
    Identity.ADVANCE: _advance,
    Identity.SETTLEMENT: _full,
}


def _rows_by_hand(coding: Coding, case: Case, amounts: Amounts) -> Iterator[Problem]:
    """A sale at a rate that no column is for waits for a row of a person's own; beside other rates it is only told."""
    if not case.sale or case.outside or coding.identity is Identity.RECEIPT:
        return
    for rate in sorted(BY_HAND):
        row = amounts.of(rate)
        if row.net:
            yield replace(problems.BY_HAND.of(rate=rate, net=row.net), blocks=not coding.rows)


def _buyer_settles(coding: Coding, case: Case, amounts: Amounts) -> Iterator[Problem]:
    """Domestic reverse charge of a purchase is never left without its output tax, whatever the scheme."""
    net = amounts.of("oo").net
    if net and not (case.sale or case.central or coding.identity is Identity.SELF_ASSESSED):
        yield problems.BUYER_SETTLES.of(net=net)


def _columns(coding: Coding) -> Iterator[Problem]:
    for entry in coding.entries:
        if entry.column not in COLUMNS[entry.book]:
            yield problems.COLUMN.of(column=entry.column)


def _entries(coding: Coding, case: Case, amounts: Amounts) -> Iterator[Problem]:
    """Columns of a sale hold its revenue; those of a purchase no more than its cost, the rest being no tax cost."""
    total = sum((entry.amount for entry in coding.entries), ZERO)
    if not coding.entries and case.facts.books.level is CodingLevel.REGISTER:
        return
    wrong = (
        total != amounts.revenue if case.sale else abs(total) > abs(amounts.cost) or total * amounts.cost < 0
    )
    if wrong:
        yield problems.ENTRY_DIFFERS.of(entries=total, amount=amounts.revenue if case.sale else amounts.cost)


def _lines(coding: Coding, case: Case, amounts: Amounts, patterns: Patterns) -> Iterator[Problem]:
    """Accounts and balance, as far as the firm's coding level asks for them (BOOKKEEPING 3)."""
    level = case.facts.books.level
    if case.receipt or level is CodingLevel.REGISTER:
        return
    if not coding.lines:
        enough = level is CodingLevel.DESCRIPTION and coding.category
        if not enough and (amounts.owed or amounts.revenue or amounts.cost):
            yield problems.NO_LINES.of()
        return
    for line in coding.lines:
        if not line.account:
            yield problems.NO_ACCOUNT.of(amount=line.amount)
        elif "{" in line.account or "}" in line.account:
            yield problems.PATTERN_LEFT.of(account=line.account)
    if level is not CodingLevel.FULL:
        return
    if coding.difference:
        yield problems.NOT_BALANCED.of(debit=coding.debit, credit=coding.credit, difference=coding.difference)
    yield from _settled(coding, case, amounts, patterns)
    yield from _tax_lines(coding, case, amounts, patterns)


def _signed(lines: Iterable[PostingLine], side: Side) -> Decimal:
    return sum((line.amount if line.side is side else -line.amount for line in lines), ZERO)


def _on(coding: Coding, account: str) -> list[PostingLine]:
    """Lines on an account or one of its analytics."""
    return [
        line for line in coding.lines if line.account == account or line.account.startswith(f"{account}-")
    ]


def _settled(coding: Coding, case: Case, amounts: Amounts, patterns: Patterns) -> Iterator[Problem]:
    """What the other side gets or pays; where no line uses its account, at least as much on that side altogether."""
    account = patterns.account("{receivable}" if case.sale else "{payable}")
    side = Side.DEBIT if case.sale else Side.CREDIT
    lines = _on(coding, account)
    total = _signed(lines or [line for line in coding.lines if line.side is side], side)
    if total != amounts.owed if lines else total < amounts.owed:
        yield problems.SETTLED_DIFFERS.of(account=account, lines=total, total=amounts.owed)


def _tax_lines(coding: Coding, case: Case, amounts: Amounts, patterns: Patterns) -> Iterator[Problem]:
    """Tax on its account = tax of the rows."""
    role, side = ("{vat_out}", Side.CREDIT) if case.sale else ("{vat_in}", Side.DEBIT)
    account = patterns.account(role, due=True)
    rows = _sum(coding.rows, *(OUTPUT_TAX if case.sale else INPUT_TAX))
    other = sum((row.vat for row in amounts.rows if row.rate in BY_HAND | {OSS}), ZERO) if case.sale else ZERO
    waiting = patterns.account(role)
    lines = _signed(
        (line for line in _on(coding, account) if line.account == account or line.account != waiting), side
    )
    if not case.outside and lines != rows + other:
        yield problems.TAX_LINES_DIFFER.of(account=account, lines=lines, rows=rows + other)
