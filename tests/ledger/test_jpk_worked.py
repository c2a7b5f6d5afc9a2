"""The worked documents in every JPK: valid, as a person read them once, and adding up as the codings do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from blink_tui.model.documents import Direction
from blink_tui.model.months import Month
from tests.ledger.golden import same_as_golden
from tests.ledger.jpk import PLACE, YEAR, Jpk, Row, partial
from tests.ledger.worked import OnItsWay, worked_documents

_OUTPUT = {"K_16", "K_18", "K_20", "K_24", "K_26", "K_28", "K_30", "K_32", "K_33", "K_34"}
_INPUT = {"K_41", "K_43"}
_LEFT_OUT = ("LpSprzedazy", "LpZakupu", "K_1", "KodWaluty", "P_3C", "P_3D", "P_4A", "P_4B")
"""Alike in all of them, or said by the place."""


@pytest.fixture(scope="module")
def worked() -> list[OnItsWay]:
    return worked_documents()


def _months(one: OnItsWay) -> list[Month]:
    return sorted({row.month for row in one.document.coding.rows if row.month is not None})


def _v7m(one: OnItsWay) -> Iterator[tuple[str, Jpk]]:
    for month in _months(one):
        yield str(month), partial("jpk_v7m", [one.document], replace(one.frame, months=(month,)))


def _pkpir(one: OnItsWay) -> Iterator[tuple[str, Jpk]]:
    if any(entry.book == "kpir" for entry in one.document.coding.entries):
        yield "", partial("jpk_pkpir", [one.document], replace(one.frame, months=YEAR))


def _ewp(one: OnItsWay) -> Iterator[tuple[str, Jpk]]:
    if any(entry.book == "lump-sum" for entry in one.document.coding.entries):
        yield "", partial("jpk_ewp", [one.document], replace(one.frame, months=YEAR))


def _fa(one: OnItsWay) -> Iterator[tuple[str, Jpk]]:
    settings = {
        **one.frame.settings,
        **PLACE,
        "street": "Prosta 1",
        "city": "Warszawa",
        "postal_code": "00-001",
    }
    if one.document.sale and one.document.invoice.lines:
        yield "", partial("jpk_fa", [one.document], replace(one.frame, months=YEAR, settings=settings))


FORMS: dict[str, Callable[[OnItsWay], Iterator[tuple[str, Jpk]]]] = {
    "jpk_v7m": _v7m, "jpk_pkpir": _pkpir, "jpk_ewp": _ewp, "jpk_fa": _fa,
}  # fmt: skip


def _line(tag: str, row: Row) -> str:
    """A row on one line, without what is false, empty or alike everywhere."""
    told = ((name, text.strip()) for name, text in row.items() if name not in _LEFT_OUT)
    return f"    {tag} " + " | ".join(f"{name} {text}" for name, text in told if text and text != "false")


def _shown(title: str, part: str, read: Jpk) -> Iterator[str]:
    yield f"{title} {part}".strip()
    for tag, rows in read.rows.items():
        yield from (_line(tag, row) for row in rows)


@pytest.mark.parametrize("form", FORMS)
def test_every_worked_document_is_as_it_was_read(form: str, worked: list[OnItsWay]) -> None:
    lines = [
        line
        for one in worked
        for part, read in FORMS[form](one)
        for line in _shown(one.title, part, read)
    ]  # fmt: skip
    same_as_golden(form, "\n".join(lines) + "\n")


def test_v7k_has_the_same_rows_as_v7m(worked: list[OnItsWay]) -> None:
    frame = replace(worked[0].frame, months=(Month(2026, 3),))
    documents = [one.document for one in worked]
    monthly, quarterly = (partial(form, documents, frame) for form in ("jpk_v7m", "jpk_v7k"))
    assert monthly.rows
    assert quarterly.rows == monthly.rows


def test_control_sums_are_those_of_the_codings(worked: list[OnItsWay]) -> None:
    for month in sorted({month for one in worked for month in _months(one)}):
        frame = replace(worked[0].frame, months=(month,))
        read = partial("jpk_v7m", [one.document for one in worked], frame)
        for tag, register, fields in (
            ("PodatekNalezny", Direction.SALE, _OUTPUT),
            ("PodatekNaliczony", Direction.PURCHASE, _INPUT),
        ):
            assert read.amount(tag) == _tax(worked, month, register, fields), month


def _tax(worked: Iterable[OnItsWay], month: Month, register: Direction, fields: set[str]) -> Decimal:
    return sum(
        (
            amount
            for one in worked
            for row in one.document.coding.rows
            if row.month == month and row.register is register and "FP" not in row.marks
            for name, amount in row.amounts
            if name in fields
        ),
        Decimal(0),
    )
