"""A posting scheme applied to a document: lines, register rows and columns.

A scheme says where amounts go; which amounts there are follows from the document and the firm, whatever scheme was
chosen: no rows where the VAT is not the firm's, rows by payments under a cash method, no cost of an advance, no
posting of what a receipt holds already. So a rule for a seller cannot break the VAT of one of its documents.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache

from blink_tui.coding import problems
from blink_tui.coding.amounts import Amounts, grosze
from blink_tui.coding.case import Case, whole_of
from blink_tui.coding.language import EvaluationError, Expression, ExpressionError, Kind, parse
from blink_tui.coding.months import Timing
from blink_tui.coding.patterns import Patterns
from blink_tui.coding.scheme_fields import SchemeEnv, scheme_catalogue
from blink_tui.coding.shapes import LineTemplate, RowTemplate, Scheme
from blink_tui.model.books import BookKind
from blink_tui.model.coding import (
    ZERO,
    BookEntry,
    Identity,
    PostingLine,
    Problem,
    RegisterRow,
    Side,
)
from blink_tui.model.documents import Direction

ADVANCE_ACCOUNTS = {Direction.SALE: "{advances_received}", Direction.PURCHASE: "{advances_paid}"}
_INPUT_TAX = frozenset({"K_41", "K_43"})
_GTU = frozenset(f"GTU_{number:02}" for number in range(1, 14))
_PROCEDURES = frozenset(
    {"WSTO_EE", "IED", "TT_D", "I_42", "I_63", "B_SPV", "B_SPV_DOSTAWA", "B_MPV_PROWIZJA"}
)
COLUMNS = {
    BookKind.KPIR: frozenset({"9", "10", "12", "13", "14", "15", "18"}),
    BookKind.LUMP_SUM: frozenset({"17", "15", "14", "12.5", "12", "10", "8.5", "5.5", "3"}),
    BookKind.LEDGER: frozenset[str](),
}
"""Columns of the books of 2026 (FORMATS 9)."""
_TOLERANCE = Decimal("0.01")


@dataclass(slots=True)
class Applied:
    """What a scheme makes of a document."""

    lines: tuple[PostingLine, ...] = ()
    rows: tuple[RegisterRow, ...] = ()
    entries: tuple[BookEntry, ...] = ()
    description: str = ""
    category: str = ""
    problems: list[Problem] = field(default_factory=list)


def identity_of(case: Case, own: Identity, amounts: Amounts) -> Identity:
    """The identity that must hold of this document: the scheme's own where nothing of the document overrides it."""
    for holds, identity in (
        (case.receipt, Identity.RECEIPT),
        (case.outside and not amounts.self_tax, Identity.NONE),
        (own is Identity.SELF_ASSESSED, Identity.SELF_ASSESSED),
        (not case.sale and not amounts.share, Identity.NONE),
        (case.deferred, Identity.ON_PAYMENT),
        (case.margin, Identity.MARGIN),
        (case.advance, Identity.ADVANCE),
        (case.settlement, Identity.SETTLEMENT),
        (not case.sale and amounts.deducted != amounts.vat, Identity.LIMITED),
    ):
        if holds:
            return identity
    return Identity.LIMITED if own is Identity.LIMITED and not case.sale else Identity.FULL


def has_rows(case: Case, amounts: Amounts) -> bool:
    """The document has VAT rows, now or once it is paid."""
    if amounts.self_tax:
        return True
    if case.outside:
        return False
    return case.sale or bool(amounts.deducted) or _untaxed_too(case, amounts)


def _untaxed_too(case: Case, amounts: Amounts) -> bool:
    """The firm wants purchases without tax in its register as well, and this one is not taken out of deduction."""
    return case.facts.books.untaxed_in_register and bool(amounts.share)


def applied(
    case: Case, scheme: Scheme, patterns: Patterns, amounts: Amounts, timing: Timing, env: SchemeEnv
) -> Applied:
    """Lines, rows and entries of a scheme for a document."""
    found = Applied()
    found.description = patterns.text(scheme.description or "{kind} {number} {contractor}")
    found.category = patterns.code(scheme.category)
    reader = _Reader(scheme, env, found.problems)
    if has_rows(case, amounts) or case.receipt:
        found.rows = tuple(_rows(case, scheme, amounts, timing, reader))
    if case.receipt:
        return found
    if case.facts.books.kind is BookKind.LEDGER:
        lines = list(_lines(scheme, patterns, reader, found.description))
        lines = _reconciled(case, lines)
        if patterns.deferred:
            lines += _transfers(case, amounts, timing, patterns, found.description)
        found.lines = tuple(lines)
    elif not case.advance and timing.books is not None:
        found.entries = tuple(_entries(case, scheme, patterns, reader, timing))
    return found


@lru_cache(maxsize=8192)
def _compiled(text: str, wanted: Kind) -> Expression:
    return parse(text, wanted=wanted, names=scheme_catalogue())


@dataclass(slots=True)
class _Reader:
    """Reads expressions of a scheme for one document; what has no value is told once and counts as nothing."""

    scheme: Scheme
    env: SchemeEnv
    problems: list[Problem]

    def amount(self, text: str, place: str) -> Decimal:
        value = self._value(text, Kind.AMOUNT, place)
        return grosze(value) if isinstance(value, Decimal) else ZERO

    def holds(self, text: str, place: str) -> bool:
        return not text or self._value(text, Kind.FLAG, place) is True

    def _value(self, text: str, wanted: Kind, place: str) -> object:
        try:
            return _compiled(text, wanted).value(self.env)
        except (ExpressionError, EvaluationError) as error:
            self.problems.append(
                problems.EXPRESSION.of(
                    scheme=self.scheme.title or self.scheme.name, place=place, cause=str(error)
                )
            )
            return None


def _lines(scheme: Scheme, patterns: Patterns, reader: _Reader, description: str) -> Iterable[PostingLine]:
    for template in scheme.lines:
        if not reader.holds(template.when, template.account):
            continue
        amount = reader.amount(template.amount, template.account)
        if amount:
            yield PostingLine(
                side=template.side,
                account=patterns.account(template.account),
                amount=amount,
                description=patterns.text(template.description) or description,
                dimensions=_dimensions(template, patterns),
            )


def _dimensions(template: LineTemplate, patterns: Patterns) -> tuple[tuple[str, str], ...]:
    filled = ((name, patterns.code(code)) for name, code in template.dimensions.items())
    return tuple((name, code) for name, code in filled if code)


def _reconciled(case: Case, lines: list[PostingLine]) -> list[PostingLine]:
    """A rounding of rows (FORMATS 8.1) goes to the largest line of cost or revenue; more is left to be seen."""
    difference = sum((line.amount if line.side is Side.DEBIT else -line.amount for line in lines), ZERO)
    if not difference or abs(difference) > _TOLERANCE * (1 + len(case.facts.invoice.lines)):
        return lines
    side = Side.CREDIT if case.sale else Side.DEBIT
    places = [place for place, line in enumerate(lines) if line.side is side]
    if not places:
        return lines
    largest = max(places, key=lambda place: abs(lines[place].amount))
    change = difference if side is Side.CREDIT else -difference
    lines[largest] = replace(lines[largest], amount=lines[largest].amount + change)
    return lines


def payable_taxes(case: Case, amounts: Amounts) -> dict[str, Decimal]:
    """Taxes that payments make due, by rate; each is divided and rounded by itself, as its column is.

    The register of purchases has one column for all rates, so what is deducted is one amount.
    """
    if not case.sale:
        return {"": amounts.deducted}
    taxes = {row.rate: amounts.of(row.rate).vat for row in amounts.rows}
    for rate, _base, tax in amounts.margin:
        taxes[rate] = taxes.get(rate, ZERO) + tax
    return taxes


def _transfers(
    case: Case, amounts: Amounts, timing: Timing, patterns: Patterns, description: str
) -> list[PostingLine]:
    """What a payment makes due moves from the deferred tax to the other (Wn 223 / Ma 224)."""
    role = "{vat_out}" if case.sale else "{vat_in}"
    due, waiting = patterns.account(role, due=True), patterns.account(role)
    taxes = payable_taxes(case, amounts).values()
    lines = []
    for parts in zip(*(_shares_paid(case, timing, tax) for tax in taxes), strict=True):
        part = sum(parts, ZERO)
        debit, credit = (waiting, due) if case.sale else (due, waiting)
        lines.append(PostingLine(Side.DEBIT, debit, part, description))
        lines.append(PostingLine(Side.CREDIT, credit, part, description))
    return [line for line in lines if line.amount]


def _shares_paid(case: Case, timing: Timing, whole: Decimal) -> list[Decimal]:
    """An amount divided over the payments, so that all of them together make it whole to the grosz."""
    total, paid, before = whole_of(case), ZERO, ZERO
    parts = []
    for part in timing.parts:
        if part.payment is None or not total:
            parts.append(whole)
            continue
        paid += part.payment.amount
        until = grosze(whole * paid / total)
        parts.append(until - before)
        before = until
    return parts


def _rows(
    case: Case, scheme: Scheme, amounts: Amounts, timing: Timing, reader: _Reader
) -> Iterable[RegisterRow]:
    for template in scheme.rows:
        if not reader.holds(template.when, "rows"):
            continue
        whole = {name: reader.amount(text, name) for name, text in template.amounts.items()}
        purchase = template.register is Direction.PURCHASE
        if not any(whole.values()) or (purchase and not _wanted(case, amounts, whole)):
            continue
        lost = amounts.not_deducted if purchase else ZERO
        split = {name: _shares_paid(case, timing, amount) for name, amount in whole.items()}
        lost_parts = _shares_paid(case, timing, lost)
        for place, part in enumerate(timing.parts):
            yield RegisterRow(
                register=template.register,
                month=part.month,
                amounts=tuple((name, parts[place]) for name, parts in split.items() if parts[place]),
                not_deducted=lost_parts[place],
                marks=tuple(_marks(case, template)),
            )


def _wanted(case: Case, amounts: Amounts, whole: Mapping[str, Decimal]) -> bool:
    """A purchase without deducted tax has no row, unless the firm wants its untaxed ones there."""
    return any(whole.get(name) for name in _INPUT_TAX) or _untaxed_too(case, amounts)


def _marks(case: Case, template: RowTemplate) -> Iterable[str]:
    """Marks of JPK: the template's, and those that the invoice itself brings (FORMATS 8.1)."""
    invoice = case.facts.invoice
    yield from template.marks
    if template.register is Direction.PURCHASE:
        if invoice.form.startswith("FA_RR"):
            yield "VAT_RR"
        elif invoice.cash_method and not case.sale:
            yield "MK"
        return
    if not case.sale:
        return
    if invoice.receipt_follows:
        yield "FP"
    if invoice.related_parties:
        yield "TP"
    yield from sorted({line.gtu for line in invoice.lines if line.gtu in _GTU and line.gtu is not None})
    procedures = {line.procedure for line in invoice.lines if line.procedure in _PROCEDURES}
    yield from sorted(name for name in procedures if name)
    if case.margin:
        yield "MR_T" if invoice.notes.margin_travel else "MR_UZ"


def _entries(
    case: Case, scheme: Scheme, patterns: Patterns, reader: _Reader, timing: Timing
) -> Iterable[BookEntry]:
    book, day = case.facts.books.kind, timing.books
    for template in scheme.entries:
        if template.book is not book or not reader.holds(template.when, template.column) or day is None:
            continue
        amount = reader.amount(template.amount, template.column)
        column = patterns.code(template.column)
        if amount and column:
            yield BookEntry(book, column.replace(",", ".").rstrip("% "), amount, day)
