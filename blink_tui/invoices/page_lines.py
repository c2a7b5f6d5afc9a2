"""What is shown of the rows of an invoice and of the order behind an advance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from blink_tui.i18n import _
from blink_tui.invoices.page_blocks import (
    Block,
    Table,
    amount_in,
    fields,
    joined,
    labelled,
    left,
    right,
    span,
    table,
    words,
)
from blink_tui.invoices.page_pef import charge, reference
from blink_tui.invoices.words import day, exact, money
from blink_tui.model.invoice import Invoice, InvoiceLine, Order
from blink_tui.model.invoice.pef import Classification, GrossData, PefLine, PefState
from blink_tui.model.text import clean


def lines(invoice: Invoice) -> Iterator[Block]:
    """The rows, those of the order, and those that the extension of PEF repeats in its own ways."""
    yield line_table(invoice.lines)
    shown = [*invoice.lines]
    if invoice.order is not None:
        yield from _order(invoice.order, invoice.currency)
        shown += invoice.order.lines
    if any(line.before for line in shown):
        yield words(_("− marks a row as it was before the correction."))
    if invoice.pef is not None:
        yield line_table(invoice.pef.net_lines, _("Rows counted from net prices"))
        yield from _counted_from_gross(invoice.pef.gross_data)
        yield from _state(invoice.pef.before, _("Rows before the correction"))
        yield from _state(invoice.pef.difference, _("Rows of the difference"))


def _order(order: Order, currency: str) -> Iterator[Block]:
    yield fields((_("Value of the order"), amount_in(order.value, currency)))
    yield line_table(order.lines, _("Order"))


def _state(state: PefState | None, title: str) -> Iterator[Block]:
    if state is not None:
        yield line_table(state.lines, title)
        yield from _counted_from_gross(state.gross_data)


def _counted_from_gross(data: GrossData | None) -> Iterator[Block]:
    if data is not None:
        yield line_table(data.lines, _("Rows counted from gross prices"))


def line_table(lines: Iterable[InvoiceLine], title: str = "") -> Table:
    """Rows with every column that one of them fills; codes and conditions stand under the name."""
    columns = (
        right(_("No.")), left(_("Name")), right(_("Quantity")), left(_("Unit")), right(_("Net price")),
        right(_("Gross price")), right(_("Discount")), right(_("Net")), right(_("VAT")), right(_("Gross")),
        right(_("Rate")),
    )  # fmt: skip
    return table(columns, (_row(place, line) for place, line in enumerate(lines, 1)), title)


def _row(place: int, line: InvoiceLine) -> tuple[str, ...]:
    number = str(line.number if line.number is not None else place)
    return (
        ("−" if line.before else "") + number,
        joined(clean(line.name), joined(*_details(line), by=" · "), by="\n"),
        exact(line.quantity),
        clean(line.unit),
        exact(line.unit_price),
        exact(line.unit_price_gross),
        money(line.discount),
        money(line.net),
        money(line.vat),
        money(line.gross),
        f"{exact(line.oss_rate)} OSS" if line.oss_rate is not None else clean(line.rate),
    )


def _details(line: InvoiceLine) -> Iterator[str]:
    """Codes and conditions of a row."""
    yield clean(line.gtu)
    yield clean(line.procedure)
    yield _("annex 15") if line.annex_15 else ""
    for label, code in (
        ("PKWiU", line.pkwiu),
        ("CN", line.cn),
        ("PKOB", line.pkob),
        ("GTIN", line.gtin),
        (_("index"), line.index),
        (_("quality"), line.quality),
        (_("sold"), day(line.sale_date)),
        (_("excise"), money(line.excise)),
        (_("exchange rate"), exact(line.exchange_rate)),
    ):
        yield labelled(label, code)
    if line.pef is not None:
        yield from _pef_details(line.pef, line.number)


def _pef_details(line: PefLine, number: int | None) -> Iterator[str]:
    yield clean(line.description)
    yield from map(clean, line.notes)
    for label, value in (
        (_("row"), line.id if line.id != str(number) else ""),
        (_("scheme of GTIN"), line.standard_scheme),
        (_("buyer's index"), line.buyer_index),
        (_("made in"), line.origin_country),
        (_("period"), span(line.period)),
        (_("price for"), joined(exact(line.base_quantity), clean(line.base_unit), by=" ")),
        (_("order"), joined(clean(line.order), clean(line.order_line), by=" / ")),
        (_("buyer's account"), line.accounting_cost),
    ):
        yield labelled(label, value)
    yield from map(_classification, line.classifications)
    yield from (f"{clean(key)}: {clean(value)}" for key, value in line.properties)
    yield from map(charge, (*line.charges, *line.price_charges))
    yield from map(reference, line.references)


def _classification(found: Classification) -> str:
    listed = joined(clean(found.list_id), clean(found.list_version), by=" ")
    return joined(_("code"), clean(found.code), listed and f"({listed})", by=" ")
