"""What is shown of an invoice, once for all renderings: sections of labelled fields, tables and words.

Every text of the invoice is cleaned here (no control, bidirectional or zero-width characters); printers only lay out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from blink_tui.i18n import N_, _
from blink_tui.invoices.checks import Finding, Severity
from blink_tui.invoices.page_blocks import (
    Block,
    Fields,
    Section,
    amount_in,
    fields,
    holds,
    joined,
    labelled,
    left,
    span,
    table,
    who,
    words,
)
from blink_tui.invoices.page_chain import chain
from blink_tui.invoices.page_dates import Arrival, dates
from blink_tui.invoices.page_lines import lines
from blink_tui.invoices.page_links import links
from blink_tui.invoices.page_money import payment, vat
from blink_tui.invoices.page_parties import parties
from blink_tui.invoices.page_pef import parties as pef_parties
from blink_tui.invoices.words import CORRECTION_TYPES, KINDS, day, named
from blink_tui.model.invoice import Invoice
from blink_tui.model.text import clean

_MARKS = (
    ("split_payment", N_("split payment (MPP)")),
    ("cash_method", N_("cash method")),
    ("self_billing", N_("self-billing")),
    ("reverse_charge", N_("reverse charge")),
    ("receipt_follows", N_("to a receipt (FP)")),
    ("related_parties", N_("connected parties (TP)")),
    ("excise_refund", N_("refund of excise")),
    ("newer_schema", N_("newer schema: see the XML")),
)
_SEVERITIES = {Severity.ALARM: N_("alarm"), Severity.WARNING: N_("warning"), Severity.NOTE: N_("note")}


def sections(
    invoice: Invoice,
    *,
    ksef_number: str | None = None,
    findings: Sequence[Finding] = (),
    arrival: Arrival | None = None,
) -> tuple[Section, ...]:
    """Everything that is shown of an invoice, in the order of the console's tabs; empty blocks are left out.

    Dates and VAT month are shown when the `arrival` is known.
    """
    made = (
        _section("summary", _("Summary"), _summary(invoice, ksef_number)),
        _section("lines", _("Lines"), lines(invoice)),
        _section("vat", _("VAT"), vat(invoice)),
        _section("dates", _("Dates and VAT month"), dates(invoice, arrival) if arrival else ()),
        _section("payment", _("Payment"), payment(invoice)),
        _section("parties", _("Parties"), _parties(invoice)),
        _section("checks", _("Checks"), _checks(findings)),
        _section("links", _("Links"), _links(invoice, arrival)),
    )
    return tuple(part for part in made if arrival or part.id != "dates")


def heading(invoice: Invoice) -> str:
    """`Invoice FV/1/2026`."""
    kind = _(KINDS[invoice.kind]) if invoice.kind in KINDS else clean(invoice.kind)
    return f"{kind} {clean(invoice.number)}".strip()


def _section(name: str, title: str, blocks: Iterable[Block]) -> Section:
    return Section(name, title, tuple(filter(holds, blocks)))


def _summary(invoice: Invoice, ksef_number: str | None) -> tuple[Block, ...]:
    marks = [_(text) for name, text in _MARKS if getattr(invoice, name)]
    return (
        fields(
            (_("Invoice"), heading(invoice)),
            (_("KSeF number"), clean(ksef_number)),
            (
                _("Form of the file"),
                joined(clean(invoice.form), labelled(_("schema"), invoice.schema_version)),
            ),
            (_("Seller"), who(invoice.seller)),
            (_("Buyer"), who(invoice.buyer)),
            (_("Issued"), joined(day(invoice.issue_date), clean(invoice.issue_place))),
            (_("Sold"), day(invoice.sale_date)),
            (_("Period"), span(invoice.period)),
            (_("Tax point"), day(invoice.tax_point)),
            (_("Due"), joined(*map(day, invoice.payment.due))),
            (_("Net"), amount_in(invoice.net, invoice.currency)),
            (_("VAT"), amount_in(invoice.vat, invoice.currency)),
            (_("Total"), amount_in(invoice.total, invoice.currency)),
            (_("In words"), clean(invoice.total_words)),
            (_("Marks"), joined(*marks)),
            (_("File made"), joined(clean(invoice.created), clean(invoice.producer))),
        ),
        _correction(invoice),
    )


def _correction(invoice: Invoice) -> Fields:
    return fields(
        (_("Reason"), clean(invoice.correction_reason)),
        (_("Effect"), named(CORRECTION_TYPES, invoice.correction_type)),
        (_("Corrected period"), clean(invoice.corrected_period)),
        (_("Right number"), clean(invoice.corrected_number)),
        (_("Total before"), amount_in(invoice.total_before, invoice.currency)),
        title=_("Correction"),
    )


def _parties(invoice: Invoice) -> Iterator[Block]:
    yield from parties(invoice)
    if invoice.pef is not None:
        yield from pef_parties(invoice.pef)


def _links(invoice: Invoice, arrival: Arrival | None) -> Iterator[Block]:
    if arrival is not None and arrival.beside is not None:
        yield from chain(arrival.beside)
    yield from links(invoice)
    unread = ((clean(path), clean(text)) for path, text in invoice.unread)
    yield table((left(_("Place in the XML")), left(_("Text"))), unread, _("What no field holds"))


def _checks(findings: Sequence[Finding]) -> Iterator[Block]:
    if not findings:
        yield words(_("Nothing odd was found."))
    rows = ((_(_SEVERITIES[finding.severity]), clean(str(finding.message))) for finding in findings)
    yield table((left(""), left(_("What was found"))), rows)
