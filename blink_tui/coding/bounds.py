"""What a rule may never code by itself, however sure it is (BOOKKEEPING 3)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from blink_tui.coding.facts import Facts
from blink_tui.coding.problems import told
from blink_tui.i18n import N_
from blink_tui.invoices.words import money
from blink_tui.model.coding import ZERO, Coding, Problem
from blink_tui.model.documents import Direction, Role

ASSET_FROM = Decimal(10_000)
"""Net in PLN from which a purchase may be a fixed asset."""
_ACCOUNTS = frozenset({"account-new", "account-of-another", "account-check-sum"})
_DUPLICATES = frozenset(
    {"duplicate-number", "duplicate-amount", "same-amount-and-day", "issued-anew", "same-text"}
)
_SUMS = frozenset(
    {
        "lines-net", "lines-gross", "correction-difference", "total", "tax-against-rate", "tax-in-pln-missing",
        "tax-in-pln", "tax-in-pln-doubled", "total-negative", "advance-not-subtracted", "to-pay", "advance-parts",
        "part-payments", "pef-rows", "pef-net",
    }
)  # fmt: skip
_SPLIT_PAYMENT = frozenset({"split-payment-expected", "split-payment-mark-missing"})
_NOT_OURS = frozenset({"not-our-firm", "buyer-is-another", "buyer-given-away"})
FINDINGS = _ACCOUNTS | _DUPLICATES | _SUMS | _SPLIT_PAYMENT | _NOT_OURS
"""Ids of everything that checks find and that holds a document back."""


def _found(ids: frozenset[str]) -> Callable[[Facts, Coding], bool]:
    def holds(facts: Facts, coding: Coding) -> bool:
        return not ids.isdisjoint(facts.findings)

    return holds


def _asset(facts: Facts, coding: Coding) -> bool:
    if facts.direction is not Direction.PURCHASE:
        return False
    shown = max((abs(line.net or ZERO) for line in facts.invoice.lines), default=ZERO)
    return max(shown, abs(facts.invoice.net) if not shown else ZERO) >= ASSET_FROM or any(
        name in ("K_40", "K_41") for row in coding.rows for name, _ in row.amounts
    )


def _third(facts: Facts, coding: Coding) -> bool:
    return facts.direction is not Direction.NONE and not facts.roles & {Role.SELLER, Role.BUYER}


def _locked(facts: Facts, coding: Coding) -> bool:
    return any(one.code in ("late", "late-books") for one in coding.reasons) or any(
        one.code in ("month-locked", "no-open-month", "jpk-correction", "books-day-locked")
        for one in coding.problems
    )


_BOUNDS = (
    (told("correction", N_("It is a correction.")), lambda facts, _: facts.invoice.is_correction),
    (told("currency", N_("It is in a foreign currency.")), lambda facts, _: facts.invoice.currency != "PLN"),
    (
        told("cash-method", N_("It is under the cash method (MK).")),
        lambda facts, _: facts.invoice.cash_method,
    ),
    (told("rr", N_("It is a VAT RR invoice.")), lambda facts, _: facts.invoice.form.startswith("FA_RR")),
    (told("self-billing", N_("It is self-billed.")), lambda facts, _: facts.invoice.self_billing),
    (told("third-party", N_("The firm stands on it as Podmiot3.")), _third),
    (told("asset", N_("It may be a fixed asset: {limit} PLN net or more.")), _asset),
    (told("new-account", N_("It asks for payment into a new or doubtful bank account.")), _found(_ACCOUNTS)),
    (told("duplicate", N_("It may be a duplicate.")), _found(_DUPLICATES)),
    (told("sums", N_("Its sums do not agree.")), _found(_SUMS)),
    (told("split-payment", N_("The split payment mark is missing.")), _found(_SPLIT_PAYMENT)),
    (told("not-ours", N_("It may not be this firm's.")), _found(_NOT_OURS)),
    (told("locked", N_("A month that it belongs to is closed.")), _locked),
)


def held_back(facts: Facts, coding: Coding) -> tuple[Problem, ...]:
    """Everything that forbids coding a document automatically; empty when nothing does."""
    limit = money(ASSET_FROM).removesuffix(",00")
    return tuple(
        Problem(
            sentence.code, sentence.text, {"limit": limit} if "{limit}" in sentence.text else {}, blocks=False
        )
        for sentence, holds in _BOUNDS
        if holds(facts, coding)
    )
