"""Split payment: marked, or expected by a row's mark or by a code of annex 15 (`annex_15.toml`) and not marked."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from typing import Any

from blink_tui.i18n import N_
from blink_tui.invoices.checks.finding import Check, Context, Finding, Kind, Severity
from blink_tui.invoices.words import money
from blink_tui.model.invoice import Invoice, InvoiceLine

SPLIT = Kind("split-payment", Severity.NOTE, N_("Marked as split payment (MPP)."))
MARKED_ROW = Kind(
    "split-payment-expected",
    Severity.WARNING,
    N_(
        "Above {limit} PLN, and row {row} is marked as annex 15, yet the split payment mark is missing: pay it split."
    ),
)
LISTED_CODE = Kind(
    "split-payment-expected",
    Severity.WARNING,
    N_(
        "Above {limit} PLN, and row {row} has {code} of annex 15 ({what}), yet the split payment mark is missing:"
        " pay it split."
    ),
)
LISTED_IN_PART = Kind(
    "split-payment-possible",
    Severity.NOTE,
    N_(
        "Above {limit} PLN without the split payment mark, and row {row} has {code}, of which annex 15 takes a part"
        " ({what}): see by its name whether it must be paid split."
    ),
)
OWN_SALE = Kind(
    "split-payment-mark-missing",
    Severity.WARNING,
    N_(
        "Your invoice above {limit} PLN has {code} of annex 15 in row {row}, yet not the words „mechanizm podzielonej"
        " płatności”: correct it."
    ),
)

LIMIT = Decimal(15000)
"""PLN, gross (art. 108a(1a))."""
_LENGTHS = (3, 4, 5, 6, 7)
"""Digits of the codes in the data."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A code of annex 15."""

    what: str
    """Its goods or services, in a few Polish words."""
    whole: bool
    """All of the code is listed; False where the name of the goods decides."""


@dataclass(frozen=True, slots=True)
class Annex:
    """The annex in force from a day until the next one; codes by their digits, without a zero at the end."""

    in_force_from: date
    pkwiu: dict[str, Listed]
    cn: dict[str, Listed]


@lru_cache(maxsize=1)
def annexes() -> tuple[Annex, ...]:
    """All versions, the latest first."""
    text = files("blink_tui.invoices.checks").joinpath("annex_15.toml").read_text("utf-8")
    return tuple(
        sorted(map(_annex, tomllib.loads(text)["annex"]), key=lambda one: one.in_force_from, reverse=True)
    )


def _annex(data: dict[str, Any]) -> Annex:
    pkwiu: dict[str, Listed] = {}
    cn: dict[str, Listed] = {}
    for group in data["group"]:
        for code in group.get("whole", ()):
            pkwiu[_digits(code)] = Listed(group["what"], whole=True)
        for code in group.get("part", ()):
            pkwiu[_digits(code)] = Listed(group["what"], whole=False)
        for code in group.get("cn", ()):
            cn[_digits(code)] = Listed(group["what"], whole=False)
    return Annex(data["in_force_from"], pkwiu, cn)


def _digits(code: str) -> str:
    """Digits of a code; the last group of PKWiU, where it is zero, is often left out, so it is here too."""
    return re.sub(r"\D", "", re.sub(r"\.0$", "", code.strip()))


def listed(line: InvoiceLine, day: date) -> tuple[str, Listed] | None:
    """The row's code that annex 15 lists on a day, as written with its kind, and what it stands for."""
    annex = next((one for one in annexes() if one.in_force_from <= day), None)
    if annex is None:
        return None
    for kind, written, codes in (("PKWiU", line.pkwiu, annex.pkwiu), ("CN", line.cn, annex.cn)):
        digits = _digits(written or "")
        found = next(
            (codes[digits[:length]] for length in reversed(_LENGTHS) if digits[:length] in codes), None
        )
        if found is not None and written:
            return f"{kind} {written}", found
    return None


def in_pln(invoice: Invoice) -> Decimal | None:
    """The total in PLN, by the proportion of tax in PLN where the currency is foreign; None where it cannot be told."""
    if invoice.currency == "PLN":
        return invoice.total
    if invoice.total_pln is not None:
        return invoice.total_pln
    pairs = [(row.vat, row.vat_pln) for row in invoice.vat_table if row.vat and row.vat_pln]
    if not pairs or invoice.total is None:
        return None
    return invoice.total * pairs[0][1] / pairs[0][0]


def _split(invoice: Invoice, context: Context) -> Iterator[Finding]:
    if invoice.split_payment:
        yield SPLIT.found("split_payment")
        return
    total = in_pln(invoice)
    if total is None or total <= LIMIT or not invoice.vat or invoice.buyer.no_id:
        return
    found = _expected(invoice, context)
    if found is not None:
        yield found


def _expected(invoice: Invoice, context: Context) -> Finding | None:
    """The surest sign: a marked row, then a code that is listed as a whole, then one listed in part."""
    lines = [(place, line) for place, line in enumerate(_sold(invoice)) if not line.before]
    day = invoice.sale_date or invoice.issue_date or context.today
    codes = [(place, found) for place, line in lines if (found := listed(line, day)) is not None]
    marked = next((place for place, line in lines if line.annex_15), None)
    whole = next(((place, found) for place, found in codes if found[1].whole), None)
    if marked is not None:
        return _found(MARKED_ROW, invoice, context, marked, "P_12_Zal_15", "")
    if whole is not None:
        return _found(LISTED_CODE, invoice, context, whole[0], whole[1][0], whole[1][1].what)
    if codes:
        place, (code, one) = codes[0]
        return LISTED_IN_PART.found(
            "split_payment",
            f"lines[{place}]",
            limit=money(LIMIT),
            row=str(place + 1),
            code=code,
            what=one.what,
        )
    return None


def _found(kind: Kind, invoice: Invoice, context: Context, place: int, code: str, what: str) -> Finding:
    ours = context.firm_nip is not None and context.firm_nip == invoice.seller.nip
    return (OWN_SALE if ours else kind).found(
        "split_payment",
        "total",
        f"lines[{place}]",
        limit=money(LIMIT),
        row=str(place + 1),
        code=code,
        what=what,
    )


def _sold(invoice: Invoice) -> tuple[InvoiceLine, ...]:
    """Rows of the invoice; of an advance those of its order."""
    return invoice.lines or (invoice.order.lines if invoice.order else ())


SPLIT_CHECKS: tuple[Check, ...] = (_split,)
