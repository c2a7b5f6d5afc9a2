from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from blink_tui.coding.facts import Facts, Original
from blink_tui.coding.propose import checked, code, propose
from blink_tui.coding.rulebook import Rulebook
from blink_tui.model.books import CodingLevel, Contractor, Keeper, VatKind
from blink_tui.model.coding import Choices, Coding, Identity, PartPaid, PostingLine, Side
from blink_tui.model.documents import Direction, FirmKind, Role, Status
from blink_tui.model.invoice import InvoiceLine, InvoiceParty, PartPayment, Payment
from blink_tui.model.months import Month
from blink_tui.model.rulebook import Learned
from blink_tui.model.values import KsefNumber
from tests.coding.documents import FIRM, KPIR, LEDGER, LUMP_SUM, SELLER, d, invoice, purchase, sale, status
from tests.coding.shipped import SHIPPED, rulebook

OWN = """
[[schemat]]
nazwa = "dwa-konta"
tytul = "Paliwo i reszta"
kierunki = ["zakup"]
tozsamosc = "pelna"
[[schemat.dekret]]
strona = "Wn"
konto = "401-01"
kwota = 'suma(wiersz.netto, wiersz.nazwa ~ "paliw*")'
[[schemat.dekret]]
strona = "Wn"
konto = "402-02"
kwota = 'suma(wiersz.netto, nie wiersz.nazwa ~ "paliw*")'
[[schemat.dekret]]
strona = "Wn"
konto = "{vat_in}"
kwota = 'vat_odliczony'
[[schemat.dekret]]
strona = "Ma"
konto = "{payable}"
kwota = 'do_zaplaty_pln'
[[schemat.rejestr]]
rejestr = "zakup"
pola = { K_42 = 'netto_rejestru', K_43 = 'vat_odliczony' }
"""


def by(facts: Facts, scheme: str = "", book: Rulebook = SHIPPED, **choices: Any) -> Coding:
    return code(facts, book, Choices(scheme=scheme, **choices))


def lines(coding: Coding) -> list[tuple[str, str, str]]:
    return [(line.side.value, line.account, str(line.amount)) for line in coding.lines]


def codes(coding: Coding) -> list[str]:
    return [problem.code for problem in coding.problems]


def test_roles_stand_for_the_firm_s_own_accounts_and_a_known_contractor_for_its_own() -> None:
    books = replace(LEDGER, roles={"services": "403-{nip}", "payable": "202"})
    assert lines(by(purchase(books=books)))[0] == ("debit", f"403-{SELLER}", "1000.00")
    known = Contractor(nip=SELLER, name="Dostawca", code="DOST", payable="202-7")
    assert lines(by(purchase(books=books, contractor=known)))[-1] == ("credit", "202-7", "1230.00")


def test_an_analytic_without_a_number_is_left_out() -> None:
    sold = replace(invoice(), seller=InvoiceParty(no_id=True))
    assert lines(by(sale(sold)))[0][1] == "201"


def test_nothing_of_an_invoice_is_a_pattern() -> None:
    bought = replace(
        invoice(), seller=InvoiceParty(nip=None, vat_ue="{vat_in}", eu_country="DE"), number="{payable}"
    )
    coding = by(purchase(bought))
    assert coding.lines[-1].account == "202-DEvatin"
    assert "{payable}" in coding.description
    assert coding.complete


def test_a_place_that_nobody_fills_blocks() -> None:
    coding = by(purchase(), parameters={"account": "402-{projekt}"})
    assert "account-pattern" in codes(coding)


def test_parameters_of_a_person_win_over_the_rule_s_and_the_scheme_s() -> None:
    coding = by(purchase(), parameters={"account": "409", "mpk": "01"})
    assert coding.lines[0] == PostingLine(
        Side.DEBIT, "409", d("1000.00"), coding.description, dimensions=(("mpk", "01"),)
    )


def test_team_5_is_posted_beside_where_the_parameter_asks_for_it() -> None:
    coding = by(purchase(), parameters={"team5": "tak"})
    assert lines(coding)[-2:] == [("debit", "550", "1000.00"), ("credit", "490", "1000.00")]
    assert coding.complete


def test_rows_split_accounts_and_their_rounding_goes_to_the_largest() -> None:
    rows = (
        InvoiceLine(name="Paliwo", rate="23", net=d("399.99")),
        InvoiceLine(name="Myjnia", rate="23", net=d("600.00")),
    )
    coding = by(purchase(invoice(lines=rows)), "dwa-konta", rulebook(OWN))
    assert lines(coding)[:2] == [("debit", "401-01", "399.99"), ("debit", "402-02", "600.01")]
    assert coding.complete


@pytest.mark.parametrize(
    ("net", "told"), [("1000.02", []), ("999.97", ["not-balanced"]), ("900", ["not-balanced"])]
)
def test_more_than_a_rounding_of_the_rows_is_left_to_be_seen(net: str, told: list[str]) -> None:
    rows = (InvoiceLine(name="Paliwo", rate="23", net=d(net)),)
    coding = by(purchase(invoice(lines=rows)), "dwa-konta", rulebook(OWN))
    assert codes(coding) == told


def test_a_seller_s_scheme_cannot_break_the_vat_of_a_document() -> None:
    """The same scheme for an advance, under the cash method, for an exempt firm and for a group member."""
    advance = by(purchase(invoice(kind="ZAL")), "zakup-towary")
    assert (advance.identity, lines(advance)[0][1]) == (Identity.ADVANCE, f"205-{SELLER}")
    waiting = by(purchase(invoice(cash_method=True)), "zakup-towary")
    assert (waiting.identity, waiting.rows, lines(waiting)[1][1]) == (Identity.ON_PAYMENT, (), "224")
    exempt = by(purchase(books=replace(LEDGER, vat=status(kind=VatKind.EXEMPT))), "zakup-towary")
    assert (exempt.identity, exempt.rows, lines(exempt)[0][2]) == (Identity.NONE, (), "1230.00")
    member = by(
        purchase(firm_kind=FirmKind.VAT_GROUP_MEMBER, roles=frozenset({Role.THIRD_PARTY})), "zakup-towary"
    )
    assert (member.identity, member.rows) == (Identity.NONE, ())
    receipt = by(sale(invoice(receipt_follows=True)), "sprzedaz-towary")
    assert (receipt.identity, receipt.lines, receipt.rows[0].marks) == (Identity.RECEIPT, (), ("FP",))
    assert all(coding.complete for coding in (advance, waiting, exempt, member, receipt))


def test_payments_make_rows_and_postings_that_sum_to_the_whole_to_the_grosz() -> None:
    days = (date(2026, 3, 20), date(2026, 4, 20), date(2026, 5, 5))
    payments = tuple(PartPaid(day, d("410.00")) for day in days)
    coding = by(purchase(invoice(cash_method=True)), payments=payments)
    assert [str(row.month) for row in coding.rows] == ["2026-03", "2026-04", "2026-05"]
    assert sum(dict(row.amounts)["K_43"] for row in coding.rows) == d("230")
    assert [dict(row.amounts)["K_43"] for row in coding.rows] == [d("76.67"), d("76.66"), d("76.67")]
    assert all(row.marks == ("MK",) for row in coding.rows)
    assert coding.complete


def test_payments_that_the_invoice_tells_are_kept_so_that_another_is_added_to_them() -> None:
    parts = (PartPayment(amount=d("600"), day=date(2026, 3, 20)),)
    facts = purchase(invoice(cash_method=True, payment=Payment(part_paid=1, parts=parts)))
    coding = by(facts)
    assert coding.choices.payments == (PartPaid(date(2026, 3, 20), d("600")),)
    rest = (*coding.choices.payments, PartPaid(date(2026, 5, 5), d("630")))
    both = by(facts, payments=rest)
    assert [dict(row.amounts)["K_43"] for row in both.rows] == [d("112.20"), d("117.80")]
    whole = by(purchase(invoice(cash_method=True, payment=Payment(paid=True, paid_on=date(2026, 4, 2)))))
    assert whole.choices.payments == (PartPaid(date(2026, 4, 2), d("1230")),)


def test_marks_of_jpk_come_from_rows_and_the_invoice_and_never_internal_ones() -> None:
    rows = (
        InvoiceLine(gtu="GTU_07", procedure="WEW"),
        InvoiceLine(gtu="GTU_01", procedure="TT_D"),
        InvoiceLine(gtu="GTU_99"),
    )
    coding = by(sale(invoice(lines=rows, related_parties=True)))
    assert coding.rows[0].marks == ("TP", "GTU_01", "GTU_07", "TT_D")


def test_a_correction_goes_by_the_scheme_of_its_original() -> None:
    original = Original(
        ksef_number=KsefNumber("x"), status=Status.APPROVED, vat_month=Month(2026, 2),
        scheme="zakup-towary", parameters={"account": "330-5"},
    )  # fmt: skip
    proposal = propose(purchase(invoice("23 -100 -23", kind="KOR"), originals=(original,)), SHIPPED)
    assert lines(proposal.coding)[0] == ("debit", "330-5", "-100.00")
    assert proposal.candidates[0].scheme == "zakup-towary"
    assert len(proposal.candidates) > 1


def test_what_was_learned_is_applied_with_its_parameters() -> None:
    learned = (Learned(scheme="zakup-materialy", parameters={"account": "401-09"}, text_key="", uses=3),)
    proposal = propose(purchase(), SHIPPED, learned)
    assert lines(proposal.coding)[0][1] == "401-09"
    assert proposal.candidates[0].learned == 3
    assert not proposal.automatic


def test_a_coding_keeps_its_rule_s_parameters_so_that_edits_and_learning_go_on_from_them() -> None:
    half = rulebook(
        f"""
[[zasada]]
nazwa = "pol"
warunek = 'kontrahent.nip = "{SELLER}"'
schemat = "zakup-uslugi"
parametry = {{ share = "50%", account = "403" }}
"""
    )
    coding = propose(purchase(), half).coding
    assert coding.choices.parameters == {"share": "50%", "account": "403"}
    assert checked(coding, purchase(), half) == coding
    again = code(purchase(), half, replace(coding.choices, scheme="zakup-uslugi"))
    assert again.lines == coding.lines
    advance = purchase(invoice(kind="ZAL"))
    of_advance = propose(advance, half).coding
    assert of_advance.choices.parameters == {"share": "50%"}
    again = code(advance, half, replace(of_advance.choices, scheme="zakup-uslugi"))
    assert lines(again)[0] == ("debit", f"205-{SELLER}", "1115.00")


def test_a_category_is_the_scheme_s_else_the_data_source_s() -> None:
    source = """
[[zrodlo]]
kierunek = "zakup"
rodzaj = "*"
typ = "FZ"
schemat = "zakup-uslugi"
kategoria = "KOSZTY"
kolumna = "12"
"""
    coding = by(purchase(books=KPIR), book=rulebook(source))
    assert (coding.category, coding.entries[0].column) == ("KOSZTY", "12")
    assert by(purchase(books=KPIR), "zakup-bez-odliczenia", rulebook(source)).entries[0].column == "15"


def test_the_share_decides_the_identity_whatever_the_scheme_is_called() -> None:
    for share, identity in (("0", Identity.NONE), ("0.5", Identity.LIMITED), ("1", Identity.FULL)):
        coding = by(purchase(), "zakup-bez-odliczenia", parameters={"share": share})
        assert (coding.identity, coding.complete) == (identity, True)


@pytest.mark.parametrize(
    ("own", "marked", "told"),
    [(True, True, False), (True, False, True), (False, True, True), (False, False, False)],
)
def test_a_sale_s_mark_of_the_cash_method_is_compared_with_the_firm_s(
    own: bool, marked: bool, told: bool
) -> None:
    books = replace(LEDGER, vat=status(cash_method=own))
    coding = by(sale(invoice(cash_method=marked), books=books))
    assert ("cash-mark" in [one.code for one in coding.reasons]) is told


def test_a_further_buyer_is_told_its_share() -> None:
    party = InvoiceParty(nip=FIRM, role=4, share=d("30"))
    coding = by(purchase(invoice(third_parties=(party,)), roles=frozenset({Role.THIRD_PARTY})))
    assert next(one for one in coding.reasons if one.code == "further-buyer").values == {"share": "30"}


@pytest.mark.parametrize(
    ("books", "sold", "column"),
    [
        (KPIR, True, "9"),
        (KPIR, False, "15"),
        (LUMP_SUM, True, "8.5"),
        (LUMP_SUM, False, None),
        (LEDGER, True, None),
    ],
)
def test_each_book_has_its_own_entries(books: Any, sold: bool, column: str | None) -> None:
    coding = by((sale if sold else purchase)(books=books))
    assert [entry.column for entry in coding.entries] == ([column] if column else [])
    assert bool(coding.lines) is (books is LEDGER)
    assert coding.complete


def test_a_column_that_the_book_does_not_have_blocks() -> None:
    assert codes(by(purchase(books=KPIR), parameters={"column": "99"})) == ["column"]


def test_documents_that_this_firm_does_not_book_are_refused_in_words() -> None:
    assert codes(by(purchase(direction=Direction.NONE))) == ["for-information"]
    assert codes(by(purchase(books=replace(LEDGER, purchases=Keeper.ELSEWHERE)))) == ["booked-elsewhere"]
    assert codes(by(purchase(), "nie-ma-takiego")) == ["unknown-scheme"]
    assert codes(by(purchase(), "sprzedaz-uslugi")) == ["wrong-direction"]


def test_an_expression_that_has_no_value_is_told_with_its_scheme() -> None:
    broken = OWN.replace(
        "'vat_odliczony'\n[[schemat.dekret]]", "'vat_odliczony / (razem - razem)'\n[[schemat.dekret]]"
    )
    assert broken != OWN
    coding = by(purchase(), "dwa-konta", rulebook(broken))
    assert "expression" in codes(coding)
    assert not coding.complete


def test_proposals_are_the_same_each_time() -> None:
    facts = purchase(invoice("23 333.33 76.67; 8 12.50 1"))
    assert propose(facts, SHIPPED) == propose(facts, SHIPPED)


def test_a_level_asks_for_what_its_program_takes() -> None:
    full, described, registered = (
        purchase(books=replace(LEDGER, level=level))
        for level in (CodingLevel.FULL, CodingLevel.DESCRIPTION, CodingLevel.REGISTER)
    )
    coding = by(full)
    half = replace(coding, lines=coding.lines[:1], lines_by_hand=True)
    none = replace(coding, lines=(), lines_by_hand=True)
    assert "not-balanced" in codes(checked(half, full, SHIPPED))
    assert not codes(checked(half, described, SHIPPED))
    assert codes(checked(none, described, SHIPPED)) == ["no-lines"]
    assert not codes(checked(replace(none, category="KOSZTY"), described, SHIPPED))
    assert not codes(checked(none, registered, SHIPPED))
