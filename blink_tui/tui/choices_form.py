"""What a person chooses about a document beside its lines, as fields of a form: parameters, months, rates, payments."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from blink_tui.coding import typed
from blink_tui.i18n import N_, _
from blink_tui.model.coding import Choices, Coding, Identity
from blink_tui.model.errors import USAGE, BlinkError
from blink_tui.model.months import Month
from blink_tui.model.text import clean
from blink_tui.tui.widgets.form import Field, Filled
from blink_tui.tui.words import day

if TYPE_CHECKING:
    from blink_tui.coding.facts import Facts

PARAMETER_WORDS = {
    "account": N_("cost or revenue account"),
    "column": N_("column of the KPiR"),
    "rate": N_("rate of the lump sum"),
    "share": N_("share of VAT deducted"),
    "cost": N_("share that is a tax cost"),
    "mpk": N_("place of costs (MPK)"),
    "team5": N_("accounts of group 5 too"),
}
"""Usual parameters of schemes; others are shown by their names."""

_PARAMETER = "parameter."
_PAID = (Identity.ON_PAYMENT,)
_HINT_DAY = N_("such as 2026-11-30; empty: as proposed")
_HINT_RATE = N_("rate, day and number of the table: 4,2512 2026-11-19 223/A/NBP/2026; empty: as proposed")


def choice_fields(
    coding: Coding, facts: Facts, usual: Mapping[str, str], vat_months: Sequence[Month]
) -> list[Field]:
    """Fields for what can be chosen for this document; `usual` are the scheme's parameters with its own values."""
    chosen = coding.choices
    return [
        _vat_month(coding, vat_months),
        _typed("books_day", _("day of the books"), day(chosen.books_day), typed.day_of, _HINT_DAY),
        _typed("cost_month", _("month of the cost"), _month(chosen.cost_month), typed.month_of,
               N_("such as 2026-11; empty: as proposed")),
        _typed("tax_point", _("tax point"), day(chosen.tax_point), typed.day_of, _HINT_DAY),
        *(_parameter(name, value, chosen) for name, value in usual.items()),
        *_offline(chosen, facts),
        *_foreign(chosen, facts),
        *_paid(coding, facts),
        *_amounts(coding, facts),
        *_correction(chosen, facts),
    ]  # fmt: skip


def _parameter(name: str, value: str, chosen: Choices) -> Field:
    label = _(PARAMETER_WORDS[name]) if name in PARAMETER_WORDS else clean(name)
    start = chosen.parameters.get(name, value)
    hint = _("usual: {value}").format(value=clean(value)) if value and start != value else ""
    return Field(f"{_PARAMETER}{name}", label, hint, start)


def _vat_month(coding: Coding, months: Sequence[Month]) -> Field:
    """Only months that the law leaves, with the sentence that says why."""
    chosen = coding.choices.vat_month
    sentences = [clean(str(one.message)) for one in coding.reasons]
    offered = [*months, *([chosen] if chosen is not None and chosen not in months else [])]
    proposed = coding.periods.vat if chosen is None else None
    label = _("as proposed ({month})").format(month=proposed) if proposed else _("as proposed")
    return Field(
        "vat_month",
        _("VAT month"),
        " ".join(sentences[:1]),
        _month(chosen),
        choices=(("", label), *((str(month), str(month)) for month in offered)),
    )


def _offline(chosen: Choices, facts: Facts) -> list[Field]:
    if not facts.offline:
        return []
    return [
        _typed("receipt", _("actual earlier receipt"), day(chosen.receipt), typed.day_of,
               N_("of an invoice of the failure mode; empty: as KSeF has it")),
        Field("receipt_reason", _("reason of that receipt"), "", chosen.receipt_reason),
    ]  # fmt: skip


def _foreign(chosen: Choices, facts: Facts) -> list[Field]:
    if facts.invoice.currency == "PLN":
        return []
    return [
        _typed("vat_rate", _("rate for VAT"), typed.rate_text(chosen.vat_rate), typed.rate_of, _HINT_RATE),
        _typed("income_rate", _("rate for income tax"), typed.rate_text(chosen.income_rate), typed.rate_of,
               _HINT_RATE),
    ]  # fmt: skip


def _paid(coding: Coding, facts: Facts) -> list[Field]:
    if coding.identity not in _PAID and "RR" not in facts.invoice.kind and not coding.choices.payments:
        return []
    hint = N_("day and amount, several with semicolons: 2026-11-20 500,00; 2026-12-01 730,00")
    shown = typed.payments_text(coding.choices.payments)
    return [_typed("payments", _("payments"), shown, typed.payments_of, hint)]


def _amounts(coding: Coding, facts: Facts) -> list[Field]:
    fields = []
    chosen = coding.choices
    if coding.identity is Identity.MARGIN or chosen.margin:
        hint = N_("rate, base and tax: 23 1000,00 230,00")
        fields.append(
            _typed("margin", _("margin and its tax"), typed.margin_text(chosen.margin), typed.margin_of, hint)
        )
    if not facts.invoice.vat_table or chosen.table:
        hint = N_("rate, net and tax: 23 1000,00 230,00; the invoice has no table of VAT")
        fields.append(
            _typed("table", _("table of VAT"), typed.margin_text(chosen.table), typed.margin_of, hint)
        )
    return fields


def _correction(chosen: Choices, facts: Facts) -> list[Field]:
    if not facts.invoice.kind.startswith("KOR") and not facts.originals:
        return []
    return [
        _typed("original_month", _("month of what is corrected"), _month(chosen.original_month), typed.month_of,
               N_("the month in which the original is settled, where it is known"))
    ]  # fmt: skip


def _typed(name: str, label: str, start: str, check: Callable[[str], object], hint: str) -> Field:
    return Field(name, label, _(hint), start, check=check)


def _month(month: Month | None) -> str:
    return str(month) if month is not None else ""


def choices_of(filled: Filled, chosen: Choices, usual: Mapping[str, str]) -> Choices:
    """What was chosen, where a field was asked for; the rest stays as it was. Raises BlinkError(USAGE)."""
    texts = filled.texts
    parameters = {
        name: texts[_PARAMETER + name].strip()
        for name, value in usual.items()
        if texts.get(_PARAMETER + name, value).strip() != value
    }
    readers: dict[str, Callable[[str], object]] = {
        "vat_month": typed.month_of, "books_day": typed.day_of, "cost_month": typed.month_of,
        "tax_point": typed.day_of, "receipt": typed.day_of, "receipt_reason": str.strip,
        "vat_rate": typed.rate_of, "income_rate": typed.rate_of, "payments": typed.payments_of,
        "margin": typed.margin_of, "table": typed.margin_of, "original_month": typed.month_of,
    }  # fmt: skip
    values = {name: read(texts[name]) for name, read in readers.items() if name in texts}
    found: Choices = replace(chosen, parameters=parameters, **values)  # type: ignore[arg-type]  # each by its reader
    if found.receipt is not None and not found.receipt_reason:
        raise BlinkError(USAGE, problem=_("Say what the earlier receipt rests on."))
    return found
