from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import pytest

from blink_tui.coding.bounds import FINDINGS, held_back
from blink_tui.coding.facts import Facts
from blink_tui.coding.propose import propose
from blink_tui.coding.rulebook import Rulebook
from blink_tui.invoices import checks
from blink_tui.model.coding import Proposal
from blink_tui.model.documents import Role
from blink_tui.model.findings import Kind
from blink_tui.model.invoice import InvoiceLine
from blink_tui.model.months import Month
from tests.coding.documents import SELLER, d, invoice, purchase, rates, sale
from tests.coding.shipped import SHIPPED, rulebook

ALONE = rulebook(
    f"""
[[zasada]]
nazwa = "abonament"
kierunek = "zakup"
warunek = 'kontrahent.nip = "{SELLER}"'
schemat = "zakup-uslugi"
sama = true
"""
)


def proposed(facts: Facts, book: Rulebook = ALONE) -> Proposal:
    return propose(facts, book)


def test_a_rule_switched_on_codes_by_itself_and_the_others_do_not() -> None:
    assert proposed(purchase()).automatic
    assert not proposed(purchase(), SHIPPED).automatic


EUR = rates("EUR", m11="4.26")
HELD: list[tuple[str, Any, dict[str, Any]]] = [
    ("correction", invoice("23 -100 -23", kind="KOR"), {}),
    ("currency", invoice("23 100 23 98", currency="EUR"), {"rates": EUR}),
    ("cash-method", invoice(cash_method=True), {}),
    ("rr", invoice("7 100 7", form="FA_RR (1)", kind="VAT_RR"), {}),
    ("self-billing", invoice(self_billing=True), {}),
    ("third-party", invoice(), {"roles": frozenset({Role.THIRD_PARTY})}),
    ("asset", invoice("23 10000 2300"), {}),
    ("asset", invoice("23 12000 2760", lines=(InvoiceLine(rate="23", net=d("10000")),)), {}),
    ("new-account", invoice(), {"findings": frozenset({"account-new"})}),
    ("new-account", invoice(), {"findings": frozenset({"account-of-another"})}),
    ("duplicate", invoice(), {"findings": frozenset({"duplicate-number"})}),
    ("duplicate", invoice(), {"findings": frozenset({"duplicate-amount"})}),
    ("sums", invoice(), {"findings": frozenset({"total"})}),
    ("sums", invoice(), {"findings": frozenset({"tax-against-rate"})}),
    ("split-payment", invoice(), {"findings": frozenset({"split-payment-expected"})}),
    ("not-ours", invoice(), {"findings": frozenset({"not-our-firm"})}),
    ("locked", invoice(), {"locked": frozenset({Month(2026, 3)})}),
]


@pytest.mark.parametrize(("code", "bought", "changes"), HELD)
def test_what_no_rule_may_code_by_itself(code: str, bought: Any, changes: dict[str, Any]) -> None:
    proposal = proposed(purchase(bought, **changes))
    assert code in [problem.code for problem in proposal.held_back]
    assert not proposal.automatic
    assert not any(problem.blocks for problem in proposal.held_back)


def test_many_small_rows_are_no_asset_and_a_sale_never_is() -> None:
    rows = tuple(InvoiceLine(rate="23", net=d("500")) for _ in range(30))
    small = purchase(invoice("23 15000 3450", lines=rows))
    assert not held_back(small, proposed(small).coding)
    sold = sale(invoice("23 15000 3450"))
    assert not held_back(sold, proposed(sold).coding)


def test_every_finding_that_holds_back_is_one_that_checks_make() -> None:
    modules = (import_module(f"{checks.__name__}.{module.name}") for module in iter_modules(checks.__path__))
    made = {kind.id for module in modules for kind in vars(module).values() if isinstance(kind, Kind)}
    assert made >= FINDINGS


def test_an_incomplete_coding_is_never_automatic() -> None:
    facts = purchase(invoice("", kind="UPR", total=d("100")))
    assert not proposed(facts).automatic
    assert not proposed(replace(facts, received=None)).automatic
