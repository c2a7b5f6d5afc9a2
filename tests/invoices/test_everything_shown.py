"""Every field of the model is shown: a full invoice of unique values, each looked for in the text rendering."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest

from blink_tui.i18n import set_language
from blink_tui.invoices.render_text import render_text
from blink_tui.invoices.words import day, exact, money
from blink_tui.model.invoice import Invoice, InvoiceLine, VatAmount
from blink_tui.model.invoice import pef as pef_shapes

NOT_SHOWN = {
    "InvoiceLine.id": "the issuer's own key of a row, made for machines",
    "InvoiceLine.rate": "stands where an OSS rate does not: tried by itself below",
    "InvoiceLine.pef.category": "shown as the row's rate",
    "InvoiceLine.pef.percent": "shown as the row's rate",
    "VatAmount.percent": "shown as the row's rate",
    "VatAmount.category": "shown as the row's rate",
    "AttachmentTable.heads.1": "the type of a column: it stands right where it is a number",
    "Reference.content": "an embedded file: named, never opened",
    "Pef.customization": "names the rules of the form",
    "Pef.profile": "names the rules of the form",
    "Pef.extensions": "names of the parts of the form",
    "Notes.exempt": "said by the basis that it must name: tried by itself below",
    "Notes.margin": "said by the kind of margin: tried by itself below",
    "InvoiceParty.role": "only a third or an authorised party has one: tried by itself below",
    "InvoiceParty.role_description": "only a third party has one: tried by itself below",
}
"""Fields of the model that no rendering shows, or not where all others are filled too, and why."""

_WIDE = 100_000
"""Cells: nothing is broken over lines."""


@pytest.fixture(autouse=True)
def _english() -> None:
    set_language("en")


class _Filler:
    """Makes values of any type of the model, no two alike."""

    def __init__(self) -> None:
        self._next = count(1001)
        self.names = {
            name: shape
            for module in (pef_shapes,)
            for name, shape in vars(module).items()
            if dataclasses.is_dataclass(shape)
        } | {"InvoiceLine": InvoiceLine, "VatAmount": VatAmount}

    def filled(self, shape: Any) -> Any:
        if dataclasses.is_dataclass(shape):
            hints = get_type_hints(shape, localns=self.names)
            return shape(
                **{field.name: self.filled(hints[field.name]) for field in dataclasses.fields(shape)}
            )  # type: ignore[operator]  # made of whatever class the hints name
        if get_origin(shape) in (Union, types.UnionType):
            return self.filled(next(part for part in get_args(shape) if part is not type(None)))
        if get_origin(shape) is tuple:
            parts = get_args(shape)
            return tuple(self.filled(part) for part in (parts[:1] if parts[-1] is Ellipsis else parts))
        return self._plain(shape, next(self._next))

    def _plain(self, shape: Any, number: int) -> Any:
        plain = {
            str: f"Żółw{number}",
            int: number,
            Decimal: Decimal(f"{number}.75"),
            date: date(2001, 1, 1) + timedelta(days=number),
            bool: True,
        }
        return plain[shape]


def full_invoice() -> Invoice:
    """An invoice with every field of every form, no two values alike."""
    invoice: Invoice = _Filler().filled(Invoice)
    return invoice


def _leaves(value: Any, path: str, above: str = "") -> Iterator[tuple[str, Any]]:
    """Every plain value with its class and field, those of PEF's lines under the line."""
    if dataclasses.is_dataclass(value):
        name = type(value).__name__.replace("PefLine", "InvoiceLine.pef")
        for field in dataclasses.fields(value):
            yield from _leaves(getattr(value, field.name), f"{name}.{field.name}")
    elif isinstance(value, tuple):
        for place, part in enumerate(value):
            deeper = path if dataclasses.is_dataclass(part) or len(value) == 1 else f"{path}.{place}"
            yield from _leaves(part, deeper)
    else:
        yield path, value


def _spellings(value: Any) -> tuple[str, ...]:
    if isinstance(value, Decimal):
        return money(value), exact(value)
    return (day(value),) if isinstance(value, date) else (str(value),)


def _text(invoice: Invoice) -> str:
    return render_text(invoice, width=_WIDE)


def test_the_table_of_exceptions_stays_short() -> None:
    known = {path for path, _value in _leaves(full_invoice(), "")}
    assert set(NOT_SHOWN) <= known
    assert len(NOT_SHOWN) <= 15


def test_every_value_is_in_the_text() -> None:
    invoice = full_invoice()
    text = _text(invoice)
    missing = [
        (path, value)
        for path, value in _leaves(invoice, "")
        if not isinstance(value, bool) and path not in NOT_SHOWN
        if not any(spelling in text for spelling in _spellings(value))
    ]
    assert missing == []


def test_every_mark_changes_the_text() -> None:
    invoice = full_invoice()
    text = _text(invoice)
    unnoticed = [path for path, other in _with_a_mark_turned(invoice, "") if _text(other) == text]
    assert [path for path in unnoticed if path not in NOT_SHOWN] == []


def _with_a_mark_turned(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """The value with one of its truths turned, for each of them, however deep."""
    if isinstance(value, bool):
        yield path, not value
    elif isinstance(value, tuple):
        for place, part in enumerate(value):
            for deeper, other in _with_a_mark_turned(part, path):
                yield deeper, (*value[:place], other, *value[place + 1 :])
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        name = type(value).__name__
        for field in dataclasses.fields(value):
            for deeper, other in _with_a_mark_turned(getattr(value, field.name), f"{name}.{field.name}"):
                yield deeper, dataclasses.replace(value, **{field.name: other})


def test_what_stands_in_for_another_is_shown_where_that_is_missing() -> None:
    invoice = full_invoice()
    line = dataclasses.replace(invoice.lines[0], oss_rate=None, rate="np II")
    notes = dataclasses.replace(
        invoice.notes,
        exempt_by_act=None,
        exempt_by_directive=None,
        exempt_otherwise=None,
        margin_travel=False,
        margin_used_goods=False,
        margin_art=False,
        margin_antiques=False,
    )
    text = _text(dataclasses.replace(invoice, lines=(line,), notes=notes))
    assert "np II" in text
    lines = [" ".join(shown.split()) for shown in text.splitlines()]
    assert "Exempt by yes" in lines
    assert "Margin procedure yes" in lines


def test_the_roles_of_those_that_have_one_are_shown() -> None:
    invoice = full_invoice()
    text = _text(invoice)
    third, authorized = invoice.third_parties[0], invoice.authorized
    assert authorized is not None
    assert f"Podmiot 3: {third.role}, {third.role_description}\n" in text
    assert f"Authorised: {authorized.role}\n" in text


def test_columns_that_are_empty_are_left_out() -> None:
    line = InvoiceLine(name="Młotek", net=Decimal(5), rate="23")
    invoice = dataclasses.replace(full_invoice(), lines=(line,))
    head = next(row for row in _text(invoice).splitlines() if row.startswith("No."))
    assert head.split() == ["No.", "Name", "Net", "Rate"]
