"""Sums: rows against the VAT table, the table against the total, tax against its rate, PLN beside a currency."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from blink_tui.i18n import N_
from blink_tui.invoices.checks.finding import Check, Context, Finding, Kind, Severity
from blink_tui.invoices.words import money
from blink_tui.model.invoice import Invoice, InvoiceLine, VatAmount

LINES_NET = Kind(
    "lines-net", Severity.WARNING,
    N_("Rows at {rate} give {rows} net, the VAT table says {table}."),
)  # fmt: skip
LINES_GROSS = Kind(
    "lines-gross", Severity.WARNING,
    N_("Rows at {rate} give {rows} gross, the VAT table says {table}."),
)  # fmt: skip
CORRECTION_DIFFERENCE = Kind(
    "correction-difference", Severity.WARNING,
    N_("Rows after the correction less those before it give {rows} at {rate}, the VAT table says {table}."),
)  # fmt: skip
TOTAL = Kind(
    "total", Severity.WARNING,
    N_("The VAT table gives {table} altogether, the invoice asks for {total}."),
)  # fmt: skip
TAX = Kind(
    "tax-against-rate", Severity.WARNING,
    N_("Tax of {vat} on {net} is not {rate} %: {expected} was expected."),
)  # fmt: skip
PLN_MISSING = Kind(
    "tax-in-pln-missing", Severity.WARNING,
    N_("The invoice is in {currency} and does not say its tax at {rate} in PLN."),
)  # fmt: skip
PLN_DIFFERS = Kind(
    "tax-in-pln", Severity.WARNING,
    N_("Tax in PLN at {rate} is {pln}; {vat} {currency} at the invoice's own exchange rate {exchange} is {expected}."),
)  # fmt: skip
PLN_BESIDE_PLN = Kind(
    "tax-in-pln-doubled", Severity.WARNING,
    N_("The invoice is in PLN and yet gives tax in PLN at {rate} apart: {pln} beside {vat}."),
)  # fmt: skip
NEGATIVE = Kind(
    "total-negative", Severity.WARNING, N_("The total is negative ({total}) though this is no correction.")
)
ZERO = Kind("total-zero", Severity.NOTE, N_("The total is zero."))
NOT_SUBTRACTED = Kind(
    "advance-not-subtracted", Severity.WARNING,
    N_("The settlement names advance invoices, and its VAT table still holds the whole of its rows ({table}): the advances do not seem to be subtracted."),  # noqa: E501 - one sentence for translators
)  # fmt: skip

_CENT = Decimal("0.01")
_GROUPS = {"22": "23", "7": "8", "4": "ryczałt taxi", "3": "ryczałt taxi"}
"""Rate of a row → group of the VAT table, where they are not called alike."""
_PERCENTS = {"23": (23, 22), "8": (8, 7), "5": (5,), "ryczałt taxi": (4, 3)}
_RR_PERCENTS = (Decimal("7"), Decimal("6.5"))
_REMAINDERS = frozenset({"ROZ", "KOR_ROZ", "ZAL", "KOR_ZAL"})
"""Kinds whose VAT table is not the sum of their rows: advances are off it or on it."""


@dataclass(slots=True)
class _RowSum:
    """Sums of one rate's rows, those before a correction taken off."""

    net: Decimal = Decimal(0)
    gross: Decimal = Decimal(0)
    all_net: bool = True
    all_gross: bool = True
    count: int = 0

    def add(self, line: InvoiceLine) -> None:
        self.count += 1
        if line.net is None:
            self.all_net = False
        else:
            self.net += -line.net if line.before else line.net
        if line.gross is None:
            self.all_gross = False
        else:
            self.gross += -line.gross if line.before else line.gross


def group_of(line: InvoiceLine) -> str | None:
    """Group of the VAT table that a row belongs to; None for a row without a rate."""
    if line.oss_rate is not None:
        return "OSS"
    return _GROUPS.get(line.rate, line.rate) if line.rate else None


def _row_sums(invoice: Invoice) -> dict[str, _RowSum] | None:
    """Sums per group of the VAT table; None where a row has no rate, so that nothing can be said.

    FA_RR has one row in its table whatever the rates.
    """
    sums: dict[str, _RowSum] = defaultdict(_RowSum)
    only = invoice.vat_table[0].rate if invoice.form.startswith("FA_RR") and invoice.vat_table else None
    for line in invoice.lines:
        group = only or group_of(line)
        if group is None:
            return None
        sums[group].add(line)
    if sums and not invoice.is_correction:
        for row in invoice.vat_table:
            sums[row.rate]  # a rate of the table that no row has: its rows give nothing
    return sums


def _rows_against_table(invoice: Invoice, context: Context) -> Iterator[Finding]:
    if invoice.form.startswith("PEF") or invoice.kind in _REMAINDERS or not invoice.vat_table:
        return
    places = {row.rate: index for index, row in enumerate(invoice.vat_table)}
    sums = _row_sums(invoice) if invoice.lines else None
    for rate, rows in (sums or {}).items():
        place = places.get(rate)
        row = invoice.vat_table[place] if place is not None else VatAmount(rate=rate, net=Decimal(0))
        fields = ("vat_table" if place is None else f"vat_table[{place}].net", "lines")
        allowed = _CENT * max(2, rows.count)
        if rows.all_net and abs(rows.net - row.net) > allowed:
            kind = CORRECTION_DIFFERENCE if invoice.is_correction else LINES_NET
            yield kind.found(*fields, rate=rate, rows=money(rows.net), table=money(row.net))
        elif rows.all_gross and not rows.all_net:
            gross = row.net + (row.vat or 0)
            if abs(rows.gross - gross) > allowed:
                kind = CORRECTION_DIFFERENCE if invoice.is_correction else LINES_GROSS
                yield kind.found(*fields, rate=rate, rows=money(rows.gross), table=money(gross))


def _total(invoice: Invoice, context: Context) -> Iterator[Finding]:
    if invoice.total is None or not invoice.vat_table:
        return
    altogether = invoice.net + invoice.vat
    if abs(altogether - invoice.total) > _CENT * (len(invoice.vat_table) + 1):
        yield TOTAL.found("vat_table", "total", table=money(altogether), total=money(invoice.total))


def percents_of(row: VatAmount, form: str) -> tuple[Decimal, ...]:
    """The rates that a row of the VAT table may stand for, in per cent; none where its tax follows no one rate."""
    if row.percent is not None:
        return (row.percent,) if row.category in ("S", "L", "M", None) else (Decimal(0),)
    if form.startswith("FA_RR"):
        return _RR_PERCENTS
    return tuple(Decimal(percent) for percent in _PERCENTS.get(row.rate, ()))


def _tax(invoice: Invoice, context: Context) -> Iterator[Finding]:
    allowed = _CENT * max(2, len(invoice.lines))
    for index, row in enumerate(invoice.vat_table):
        percents = percents_of(row, invoice.form)
        if row.vat is None or not percents:
            continue
        expected = [row.net * percent / 100 for percent in percents]
        if all(abs(row.vat - tax) > allowed for tax in expected):
            yield TAX.found(
                f"vat_table[{index}].vat",
                vat=money(row.vat),
                net=money(row.net),
                rate=f"{percents[0].normalize():f}",
                expected=money(expected[0].quantize(_CENT)),
            )


def _exchange_rate(invoice: Invoice) -> Decimal | None:
    """The one rate that the invoice converts its tax by; None when there are several or none."""
    rates = {line.exchange_rate for line in invoice.lines if line.exchange_rate}
    rates |= {invoice.exchange_rate} if invoice.exchange_rate else set()
    return rates.pop() if len(rates) == 1 else None


def _pln(invoice: Invoice, context: Context) -> Iterator[Finding]:
    exchange = _exchange_rate(invoice)
    for index, row in enumerate(invoice.vat_table):
        field = f"vat_table[{index}].vat_pln"
        if invoice.currency == "PLN":
            if row.vat_pln is not None and row.vat_pln != row.vat:
                yield PLN_BESIDE_PLN.found(field, rate=row.rate, pln=money(row.vat_pln), vat=money(row.vat))
        elif row.vat and row.vat_pln is None:
            if row.rate != "OSS" and not invoice.form.startswith("PEF"):
                yield PLN_MISSING.found(field, "currency", currency=invoice.currency, rate=row.rate)
        elif row.vat and row.vat_pln is not None and exchange is not None:
            expected = row.vat * exchange
            if abs(row.vat_pln - expected) > max(_CENT * 2, abs(expected) / 1000):
                yield PLN_DIFFERS.found(
                    field,
                    "lines",
                    rate=row.rate,
                    pln=money(row.vat_pln),
                    vat=money(row.vat),
                    currency=invoice.currency,
                    exchange=money(exchange),
                    expected=money(expected.quantize(_CENT)),
                )


def _sign(invoice: Invoice, context: Context) -> Iterator[Finding]:
    if invoice.total is not None and invoice.total < 0 and not invoice.is_correction:
        yield NEGATIVE.found("total", "kind", total=money(invoice.total))
    elif invoice.total == 0 and not invoice.is_correction:
        yield ZERO.found("total")


def _advances(invoice: Invoice, context: Context) -> Iterator[Finding]:
    """A settlement whose table still equals its rows: its advances cannot be off it."""
    sums = _row_sums(invoice) if invoice.kind == "ROZ" and invoice.advance_invoices else None
    if not sums:
        return
    table = {row.rate: row for row in invoice.vat_table}
    whole = all(
        rate in table and rows.all_net and abs(rows.net - table[rate].net) <= _CENT * max(2, rows.count)
        for rate, rows in sums.items()
    )
    if whole:
        yield NOT_SUBTRACTED.found("vat_table", "lines", "advance_invoices", table=money(invoice.net))


SUM_CHECKS: tuple[Check, ...] = (_rows_against_table, _total, _tax, _pln, _sign, _advances)
