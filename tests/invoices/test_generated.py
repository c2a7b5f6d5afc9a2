"""A generated invoice survives write, read and compare; its sums raise no false alarm."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest

from blink_tui.invoices import read_invoice
from blink_tui.invoices.checks import Context, Severity, check
from blink_tui.model.invoice import Invoice
from blink_tui.model.values import from_minor
from blink_tui.sandbox.generator import Generated, Generator, Namer
from blink_tui.sandbox.generator.kinds import PATTERNS

_SUFFIXES = {
    "23": "1", "8": "2", "5": "3", "0 KR": "6_1", "0 WDT": "6_2", "0 EX": "6_3", "zw": "7", "np I": "8",
    "np II": "9", "oo": "10",
}  # fmt: skip


def _documents() -> list[Generated]:
    namer = Namer(Random(5), ())
    generator = Generator("read", [namer.company() for _ in range(4)])
    made = []
    for number in range(400):
        made.append(generator.invoice(date(2026, 2, 1) + timedelta(days=number // 8)))
        generator.remember(made[-1])
    made += [generator.invoice(date(2026, 4, 1), pattern) for pattern in PATTERNS for _ in range(5)]
    return made


_DOCUMENTS = _documents()


def test_every_kind_is_among_them() -> None:
    kinds = {"VAT", "KOR", "ZAL", "ROZ", "UPR", "KOR_ZAL", "KOR_ROZ"}
    assert {found.draft.kind for found in _DOCUMENTS} == kinds
    assert {found.pattern for found in _DOCUMENTS} == set(PATTERNS)


def test_what_was_drafted_is_read() -> None:
    for found in _DOCUMENTS:
        invoice, draft = read_invoice(found.xml), found.draft
        assert invoice.unread == ()
        assert (invoice.kind, invoice.number, invoice.issue_date) == (draft.kind, draft.number, draft.issued)
        assert (invoice.sale_date, invoice.period, invoice.currency) == (
            draft.sold,
            draft.period,
            draft.currency,
        )
        assert (invoice.seller.nip, invoice.seller.name) == (draft.seller.nip, draft.seller.name)
        assert invoice.buyer.name == (None if draft.kind == "UPR" else draft.buyer.name)
        assert invoice.total == from_minor(draft.total)
        assert _table(invoice) == [
            (row.suffix, from_minor(row.net), None if row.vat is None else from_minor(row.vat))
            for row in draft.table
        ]
        _same_rows(invoice, found)
        _same_marks(invoice, found)


def _table(invoice: Invoice) -> list[tuple[str, Decimal, Decimal | None]]:
    return [(_SUFFIXES[row.rate], row.net, row.vat) for row in invoice.vat_table]


def _same_rows(invoice: Invoice, found: Generated) -> None:
    drafted = found.draft.lines or found.draft.ordered
    read = invoice.lines or (invoice.order.lines if invoice.order else ())
    assert len(read) == len(drafted)
    for line, row in zip(read, drafted, strict=True):
        assert (line.name, line.rate) == (row.name, row.rate)
        assert (line.before, line.annex_15) == (row.before, row.annex_15 and found.draft.split_payment)
        if found.draft.kind != "UPR":
            assert line.unit == row.unit
            assert line.gtu == (row.gtu if invoice.lines else None)
            assert line.quantity == Decimal(row.quantity) / 1000
            assert line.unit_price == from_minor(row.price)


def _same_marks(invoice: Invoice, found: Generated) -> None:
    draft = found.draft
    assert (invoice.cash_method, invoice.self_billing) == (draft.cash_method, draft.self_billing)
    assert (invoice.reverse_charge, invoice.split_payment) == (draft.reverse_charge, draft.split_payment)
    assert [party.role for party in invoice.third_parties] == [third.role for third in draft.thirds]
    assert (invoice.correction_reason or "") == (draft.correction.reason if draft.correction else "")
    assert len(invoice.advance_invoices) == len(draft.advances)
    if b"Platnosc>" in found.xml:
        assert invoice.payment.due == ((draft.payment.due,) if draft.payment.due else ())
        assert (invoice.payment.form, invoice.payment.paid_on) == (draft.payment.form, draft.payment.paid_on)
        assert bool(invoice.payment.factor_accounts) is (draft.payment.to_factor and draft.payment.form == 6)


@pytest.mark.parametrize("kind", ["VAT", "KOR", "ZAL", "ROZ", "UPR", "KOR_ZAL", "KOR_ROZ"])
def test_nothing_of_them_is_odd(kind: str) -> None:
    for found in _DOCUMENTS:
        if found.draft.kind == kind:
            findings = check(read_invoice(found.xml), Context(today=found.draft.issued))
            odd = [str(finding.message) for finding in findings if finding.severity > Severity.NOTE]
            assert odd == [], found.pattern
