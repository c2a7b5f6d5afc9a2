"""Each check with documents that have what it looks for, and with one that has not."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from blink_tui.i18n import set_language
from blink_tui.invoices import read_invoice
from blink_tui.invoices.checks import Context, Finding, Severity, check
from blink_tui.invoices.checks.numbers import account_is_right
from blink_tui.invoices.checks.split_payment import annexes, listed
from blink_tui.model.invoice import (
    Advance,
    AdvanceInvoice,
    BankAccount,
    CorrectedInvoice,
    Invoice,
    InvoiceLine,
    InvoiceParty,
    Notes,
    Order,
    PartPayment,
    Payment,
    PaymentTerm,
    Pef,
    Settlement,
    SettlementItem,
    VatAmount,
)
from blink_tui.model.invoice.pef import MonetaryTotals
from tests.invoices.documents import faktura
from tests.invoices.samples import named, sample_files

SOUND = replace(read_invoice(faktura().encode()), footer=())
"""One row of 100.00 at 23 %, issued 2026-03-02 by 5265877635 to 5252344078: nothing odd about it."""
CONTEXT = Context(
    today=date(2026, 3, 10),
    firm_nip="5252344078",
    ksef_number="5265877635-20250826-0100001AF629-AF",
    received=date(2026, 3, 3),
)

_Change = Callable[[Invoice], Invoice]


def _with(**fields: Any) -> _Change:
    return lambda invoice: replace(invoice, **fields)


def _table(*rows: tuple[str, str, str | None], **fields: Any) -> _Change:
    """A VAT table with one row of the same net for each rate."""
    table = tuple(
        VatAmount(rate=rate, net=Decimal(net), vat=None if vat is None else Decimal(vat))
        for rate, net, vat in rows
    )
    lines = tuple(InvoiceLine(rate=rate, net=Decimal(net)) for rate, net, _ in rows)
    total = sum((row.net + (row.vat or 0) for row in table), Decimal(0))
    return _with(**({"vat_table": table, "lines": lines, "total": total} | fields))


def _account(number: str, **fields: Any) -> _Change:
    return _with(payment=Payment(bank_accounts=(BankAccount(number=number),), **fields))


def _for_another(*thirds: InvoiceParty) -> _Change:
    """Bought by another firm; ours among the further parties or nowhere."""
    return _with(buyer=InvoiceParty(nip="5260250274"), third_parties=thirds)


def _correction(*originals: CorrectedInvoice, **fields: Any) -> _Change:
    return _with(**({"kind": "KOR", "corrected": originals} | fields))


def _line(net: str, *, before: bool = False, gross: bool = False, **fields: Any) -> InvoiceLine:
    amount = {"gross" if gross else "net": Decimal(net)}
    return InvoiceLine(**{"rate": "23", "before": before, **amount, **fields})


_ORIGINAL = (CorrectedInvoice(number="FV/0", ksef_number="5265877635-20250826-0100001AF629-AF"),)
_UNIT = InvoiceParty(nip="5252344078", local_government=True)
_ADVANCES = (AdvanceInvoice(number="ZAL/1"),)
_TEN = Decimal(10)
_BIG = _table(("23", "20000", "4600"))
_ANNEX = (InvoiceLine(rate="23", net=Decimal(20000), annex_15=True),)


def _code(pkwiu: str) -> _Change:
    return _with(lines=(_line("20000", pkwiu=pkwiu),))


def _pef(totals: MonetaryTotals) -> _Change:
    return _with(form="PEF (3)", kind="VAT_PEF", pef=Pef(totals=totals))


def _both(*changes: _Change) -> _Change:
    def change(invoice: Invoice) -> Invoice:
        for one in changes:
            invoice = one(invoice)
        return invoice

    return change


def _euro(**row: Any) -> _Change:
    amounts: dict[str, Any] = {"rate": "23", "net": Decimal(100), "vat": Decimal(23)} | row
    return _with(
        currency="EUR",
        vat_table=(VatAmount(**amounts),),
        lines=(_line("100", exchange_rate=Decimal("4.25")),),
    )


_HAS: list[tuple[str, _Change]] = [
    ("lines-net", _with(lines=(_line("99.97"),))),
    ("lines-net", _with(lines=(_line("60"), _line("40", rate="8")))),
    ("lines-gross", _with(lines=(_line("122.90", gross=True),))),
    ("correction-difference", _with(kind="KOR", corrected=_ORIGINAL, lines=(_line("50", before=True), _line("100")))),
    ("total", _with(total=Decimal("123.50"))),
    ("tax-against-rate", _with(vat_table=(VatAmount(rate="23", net=Decimal(100), vat=Decimal("22.50")),))),
    ("tax-against-rate", _with(vat_table=(VatAmount(rate="5", net=Decimal(100), vat=Decimal("8")),))),
    ("tax-in-pln-missing", _euro()),
    ("tax-in-pln", _euro(vat_pln=Decimal("99.00"))),
    ("tax-in-pln-doubled", _both(_euro(vat_pln=Decimal(24)), _with(currency="PLN"))),
    ("total-negative", _table(("23", "-100", "-23"))),
    ("total-zero", _table(("23", "0", "0"))),
    ("advance-not-subtracted", _with(kind="ROZ", advance_invoices=_ADVANCES)),
    ("nip-check-digit", _with(seller=InvoiceParty(nip="5265877636"))),
    ("nip-check-digit", _with(third_parties=(InvoiceParty(nip="1111111112", role=4),))),
    ("account-check-sum", _account("61109010140000071219812875")),
    ("account-check-sum", _with(payment=Payment(factor_accounts=(BankAccount(number="DE89370400440532013001"),)))),
    ("not-our-firm", _for_another()),
    ("buyer-is-another", _for_another(InvoiceParty(nip="5252344078", role=2))),
    ("buyer-is-another", _for_another(InvoiceParty(internal_id="5252344078-12345"))),
    ("newer-schema", _with(newer_schema=True, schema_version="2-0E")),
    ("split-payment-expected", _both(_BIG, _with(lines=_ANNEX))),
    ("split-payment", _with(split_payment=True)),
    ("split-payment-expected", _both(_BIG, _code("43.39.19.0"))),
    ("split-payment-expected", _both(_BIG, _code("PKWiU 24.10.31"))),
    ("split-payment-expected", _both(_BIG, _code("38.32.29.0"))),
    ("split-payment-expected", _both(_BIG, _with(kind="ZAL", lines=(), order=Order(lines=_ANNEX)))),
    ("split-payment-possible", _both(_BIG, _code("26.20.11.0"))),
    ("split-payment-possible", _both(_BIG, _with(lines=(_line("20000", cn="8708 29 90"),)))),
    ("lines-net", _table(("23", "100", "23"), ("8", "50", "4"), lines=(_line("100"),))),
    ("lines-net", _with(form="FA_RR (1)", vat_table=(VatAmount(rate="RR", net=Decimal(90)),))),
    ("to-pay", _with(settlement=Settlement(charges_total=Decimal(10), to_pay=Decimal("123.00")))),
    ("to-pay", _with(settlement=Settlement(deductions=(SettlementItem(amount=Decimal(3)),), to_pay=Decimal(123)))),
    ("advance-parts", _with(kind="ZAL", advances=(Advance(amount=Decimal(100)), Advance(amount=Decimal(24))))),
    ("part-payments", _with(payment=Payment(parts=(PartPayment(amount=Decimal(124)),)))),
    ("pef-rows", _pef(MonetaryTotals(lines=Decimal(99), net=Decimal(99)))),
    ("pef-net", _pef(MonetaryTotals(lines=Decimal(100), discounts=Decimal(10), net=Decimal(100)))),
    ("fields-unread", _with(unread=(("Fa/Nowe", "7"),))),
    ("exempt-without-basis", _table(("zw", "100", None))),
    ("exempt-without-basis", _with(vat_table=(), lines=(_line("100", rate="zw"),))),
    ("reverse-charge", _table(("oo", "100", None))),
    ("reverse-charge", _table(("np II", "100", None), reverse_charge=True)),
    ("reverse-charge-with-tax", _with(reverse_charge=True)),
    ("self-billing", _with(self_billing=True)),
    ("cash-method", _with(cash_method=True)),
    ("to-a-receipt", _with(receipt_follows=True)),
    ("margin", _table(("marża", "100", None))),
    ("margin", _with(notes=Notes(margin=True, margin_used_goods=True))),
    ("unit-missing", _with(buyer=_UNIT)),
    ("correction-without-original", _with(kind="KOR")),
    ("correction-without-original", _with(kind="KOR_ROZ", corrected=(CorrectedInvoice(issue_date=date(2026, 1, 1)),))),
    ("original-check-sum", _correction(CorrectedInvoice(ksef_number="5265877635-20250826-0100001AF629-AE"))),
    ("original-outside-ksef", _with(kind="KOR", corrected=(CorrectedInvoice(number="1", outside_ksef=True),))),
    ("parties-corrected", _with(kind="KOR", corrected=_ORIGINAL, corrected_buyers=(InvoiceParty(nip="5252344078"),))),
    ("settlement-without-advances", _with(kind="ROZ")),
    ("issue-date-missing", _with(issue_date=None)),
    ("issue-date-in-future", _with(issue_date=date(2026, 3, 4))),
    ("issue-date-old", _with(issue_date=date(2025, 3, 1))),
    ("sale-date-old", _with(sale_date=date(2025, 2, 28))),
    ("sale-date-late", _with(sale_date=date(2026, 5, 2))),
    ("due-before-issue", _with(payment=Payment(terms=(PaymentTerm(day=date(2026, 3, 1)),)))),
]  # fmt: skip

_HAS_NOT: list[tuple[str, _Change]] = [
    ("lines-net", _with(lines=(_line("99.98"),))),
    ("lines-net", _with(lines=(_line("100", rate="22"),))),
    ("lines-net", _with(lines=(InvoiceLine(name="a row without a rate", net=Decimal(5)),))),
    ("lines-gross", _with(lines=(_line("61.50", gross=True), _line("61.50", gross=True)))),
    ("correction-difference", _with(kind="KOR", corrected=_ORIGINAL, lines=(_line("50", before=True), _line("150")))),
    ("total", _with(total=Decimal("123.02"))),
    ("total", _with(kind="UPR", vat_table=(), total=Decimal("450"))),
    ("tax-against-rate", _with(vat_table=(VatAmount(rate="23", net=Decimal(100), vat=Decimal(22)),))),
    ("tax-against-rate", _with(vat_table=(VatAmount(rate="OSS", net=Decimal(100), vat=Decimal(19)),))),
    ("tax-in-pln-missing", _euro(vat=Decimal(0))),
    ("tax-in-pln", _euro(vat_pln=Decimal("97.75"))),
    ("total-negative", _both(_table(("23", "-100", "-23")), _with(kind="KOR", corrected=_ORIGINAL))),
    ("advance-not-subtracted", _with(kind="ROZ", advance_invoices=_ADVANCES, lines=(_line("900"),))),
    ("account-check-sum", _account("PL61 1090 1014 0000 0712 1981 2874")),
    ("account-check-sum", _account("ACC 12345 of no shape")),
    ("split-payment-expected", _both(_table(("23", "12000", "2760")), _with(lines=_ANNEX))),
    ("split-payment-expected", _BIG),
    ("split-payment-expected", _both(_BIG, _with(lines=_ANNEX, buyer=InvoiceParty(no_id=True)))),
    ("split-payment-expected", _both(_table(("23", "12000", "2760")), _code("43.39.19.0"))),
    ("split-payment-expected", _both(_BIG, _code("26.20.11.0"))),
    ("split-payment-expected", _both(_BIG, _code("62.01.11.0"))),
    ("split-payment-expected", _both(_BIG, _with(lines=(_line("20000", pkwiu="43.39.19.0", before=True),)))),
    ("split-payment-expected", _both(_BIG, _code("43.39.19.0"), _with(sale_date=date(2019, 1, 1)))),
    ("split-payment-possible", _both(_BIG, _code("26.20.1"))),
    ("split-payment-possible", _both(_BIG, _code(""))),
    ("lines-net", _correction(*_ORIGINAL, vat_table=(*SOUND.vat_table, VatAmount(rate="8", net=Decimal(5))))),
    ("lines-net", _with(form="FA_RR (1)", lines=(_line("60", rate="7"), _line("40", rate="6.5")))),
    ("total-zero", _both(_table(("23", "0", "0")), _with(kind="KOR", corrected=_ORIGINAL))),
    ("tax-in-pln-missing", _euro(rate="OSS")),
    ("to-pay", _with(settlement=Settlement(charges_total=_TEN, deductions_total=Decimal(3), to_pay=Decimal(130)))),
    ("to-pay", _with(settlement=Settlement(charges_total=Decimal(10)))),
    ("advance-parts", _with(kind="ZAL", advances=(Advance(amount=Decimal(100)), Advance(amount=Decimal(23))))),
    ("part-payments", _with(payment=Payment(parts=(PartPayment(amount=Decimal(123)),)))),
    ("pef-rows", _pef(MonetaryTotals(lines=Decimal(100)))),
    ("pef-net", _pef(MonetaryTotals(lines=Decimal(100), discounts=_TEN, surcharges=Decimal(4), net=Decimal(94)))),
    ("not-our-firm", _with(buyer=InvoiceParty(nip="5260250274"), corrected_buyers=(InvoiceParty(nip="5252344078"),))),
    ("buyer-is-another", _with(buyer=InvoiceParty(vat_ue="123", eu_country="SE", legal_id="5252344078"))),
    ("due-before-issue", _correction(*_ORIGINAL, payment=Payment(terms=(PaymentTerm(day=date(2026, 3, 1)),)))),
    ("exempt-without-basis", _table(("zw", "100", None), notes=Notes(exempt=True, exempt_by_act="art. 43 ust. 1"))),
    ("reverse-charge-with-tax", _table(("np II", "100", None), ("23", "100", "23"), reverse_charge=True)),
    ("unit-missing", _with(buyer=_UNIT, third_parties=(InvoiceParty(role=8),))),
    ("issue-date-in-future", _with(issue_date=date(2026, 3, 3))),
    ("issue-date-old", _with(issue_date=date(2025, 3, 2))),
    ("sale-date-late", _with(sale_date=date(2026, 5, 1))),
    ("sale-date-old", _with(kind="KOR", corrected=_ORIGINAL, sale_date=date(2020, 1, 1))),
    ("due-before-issue", _with(payment=Payment(paid=True, terms=(PaymentTerm(day=date(2026, 3, 1)),)))),
]  # fmt: skip


def _found(invoice: Invoice, context: Context = CONTEXT) -> dict[str, Finding]:
    return {finding.check: finding for finding in check(invoice, context)}


def test_a_sound_invoice_has_nothing_odd() -> None:
    assert check(SOUND, CONTEXT) == ()


@pytest.mark.parametrize(("name", "change"), _HAS, ids=[name for name, _ in _HAS])
def test_what_is_odd_is_found(name: str, change: _Change) -> None:
    assert name in _found(change(SOUND))


@pytest.mark.parametrize(("name", "change"), _HAS_NOT, ids=[name for name, _ in _HAS_NOT])
def test_what_is_sound_is_not(name: str, change: _Change) -> None:
    assert name not in _found(change(SOUND))


def test_a_ksef_number_with_a_wrong_check_sum_only_warns() -> None:
    found = _found(SOUND, replace(CONTEXT, ksef_number="5265877635-20250826-0100001AF629-AE"))
    assert found["ksef-number-check-sum"].severity is Severity.WARNING


def test_amounts_of_any_length_are_counted_exactly() -> None:
    huge = Decimal("9" * 40 + "." + "9" * 40)
    row = VatAmount(rate="23", net=huge, vat=huge, vat_pln=huge)
    lines = (
        InvoiceLine(rate="23", net=huge, exchange_rate=huge),
        InvoiceLine(rate="23", net=Decimal("1e-40")),
    )
    found = _found(replace(SOUND, currency="EUR", vat_table=(row,), lines=lines, total=huge))
    assert {"total", "tax-against-rate", "tax-in-pln"} <= set(found)
    assert "lines-net" not in found


def test_the_sentence_names_the_row_and_the_code() -> None:
    set_language("en")
    lines = (_line("1"), _line("19999", pkwiu="43.39.19"))
    message = str(_found(replace(_BIG(SOUND), lines=lines))["split-payment-expected"].message)
    assert "row 2 has PKWiU 43.39.19 of annex 15 (roboty budowlane)" in message


def test_an_own_sale_without_the_mark_is_to_be_corrected() -> None:
    own = replace(CONTEXT, firm_nip="5265877635")
    found = _found(_both(_BIG, _code("43.39.19.0"))(SOUND), own)
    assert "split-payment-mark-missing" in found
    assert "split-payment-expected" not in found


def test_every_code_of_annex_15_can_be_found() -> None:
    """Each code as the data write it, and with its last zero left out."""
    (annex, *_) = annexes()
    assert len(annex.pkwiu) > 100
    for kind, codes in (("pkwiu", annex.pkwiu), ("cn", annex.cn)):
        for code, meant in codes.items():
            for written in (code, f"{code}0", f"{code[:2]}.{code[2:]}"):
                line = InvoiceLine(pkwiu=written) if kind == "pkwiu" else InvoiceLine(cn=written)
                found = listed(line, date(2026, 1, 1))
                assert found is not None
                assert found[1].what == meant.what


def test_what_is_unknown_is_not_checked() -> None:
    assert check(SOUND, Context(today=date(2026, 3, 10))) == ()


def test_the_gravest_comes_first() -> None:
    findings = check(replace(SOUND, self_billing=True, total=Decimal(7), buyer=InvoiceParty()), CONTEXT)
    assert [finding.severity for finding in findings] == sorted((f.severity for f in findings), reverse=True)
    assert findings[0].check == "not-our-firm"


def test_every_sentence_can_be_said_and_names_fields_of_the_model() -> None:
    set_language("en")
    for _, change in _HAS:
        for finding in check(change(SOUND), CONTEXT):
            assert "{" not in str(finding.message)
            for field in finding.fields:
                assert hasattr(SOUND, re.split(r"[.\[]", field)[0]), field


@pytest.mark.parametrize(
    ("account", "right"),
    [
        ("61109010140000071219812874", True),
        ("PL61109010140000071219812874", True),
        ("61 1090 1014 0000 0712 1981 2874", True),
        ("61109010140000071219812878", False),
        ("DE89370400440532013000", True),
        ("DE88370400440532013000", False),
        ("", True),
        ("12345678", True),
    ],
)
def test_an_account_is_right_by_its_check_digits(account: str, right: bool) -> None:
    assert account_is_right(account) is right


@pytest.mark.parametrize("path", sample_files(), ids=named)
def test_sums_of_the_samples_agree(path: Path) -> None:
    """No false alarm on documents that are known to be right."""
    invoice = read_invoice(path.read_bytes())
    sums = {
        "lines-net", "lines-gross", "correction-difference", "total", "tax-against-rate", "tax-in-pln", "to-pay",
        "tax-in-pln-missing", "advance-parts", "part-payments", "pef-rows", "pef-net", "advance-not-subtracted",
    }  # fmt: skip
    assert sums & set(_found(invoice)) == set()
