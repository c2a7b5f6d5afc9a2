"""Whatever the rows: the file is valid, its control sums and declaration are those of an independent count."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blink_tui.ledger.document import LedgerDocument
from blink_tui.ledger.exporters.jpk_v7 import V7M
from blink_tui.model.coding import RegisterRow
from blink_tui.model.documents import Direction
from blink_tui.model.invoice import InvoiceParty
from blink_tui.model.months import Month
from tests.ledger.jpk import Jpk, lax_schema, whole
from tests.ledger.jpk_made import MARCH, document
from tests.ledger.six import frame

_SALES = [f"K_{number}" for number in range(10, 33)]
_PURCHASES = [f"K_{number}" for number in range(40, 46)]
_MARKS = ["FP", "GTU_01", "GTU_13", "TP", "MR_UZ", "I_42"]
_OUTPUT = ["K_16", "K_18", "K_20", "K_24", "K_26", "K_28", "K_30", "K_32"]
_INPUT = ["K_41", "K_43", "K_44", "K_45"]

amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=2)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@st.composite
def rows(draw: st.DrawFn) -> RegisterRow:
    register = draw(st.sampled_from([Direction.SALE, Direction.PURCHASE]))
    fields = _SALES if register is Direction.SALE else _PURCHASES
    found = draw(st.dictionaries(st.sampled_from(fields), amounts, min_size=1, max_size=6))
    marks = draw(st.sets(st.sampled_from(_MARKS), max_size=3)) if register is Direction.SALE else ()
    month = draw(st.sampled_from([MARCH, MARCH, MARCH, Month(2026, 4)]))
    return RegisterRow(register, month, tuple(sorted(found.items())), marks=tuple(marks))


@st.composite
def documents(draw: st.DrawFn) -> list[LedgerDocument]:
    made = draw(st.lists(st.tuples(st.lists(rows(), max_size=3), texts, texts), max_size=6))
    return [
        document(*some, place=place, other=InvoiceParty(nip="2222222222", name=name), number=number or "1")
        for place, (some, name, number) in enumerate(made, 1)
    ]


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lax_schema(tmp_path_factory.mktemp("xsd"), V7M.form.namespace)


@given(made=documents())
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_sums_of_any_rows(schema: Path, made: list[LedgerDocument]) -> None:
    read = whole("jpk_v7m", made, frame(months=(MARCH,)), schema)
    sold, bought = sums(made, Direction.SALE), sums(made, Direction.PURCHASE)
    assert read.amount("PodatekNalezny") == sum((sold.get(name, Decimal(0)) for name in _OUTPUT), Decimal(0))
    assert read.amount("PodatekNaliczony") == sum(
        (bought.get(name, Decimal(0)) for name in _INPUT), Decimal(0)
    )
    assert int(read.fields["LiczbaWierszySprzedazy"]) == len(read.of("SprzedazWiersz"))
    assert int(read.fields["LiczbaWierszyZakupow"]) == len(read.of("ZakupWiersz"))
    for name, value in {**sold, **bought}.items():
        assert int(read.fields.get(name.replace("K_", "P_"), "0")) == zlotys(value), name
    settled(read)


def sums(made: list[LedgerDocument], register: Direction) -> dict[str, Decimal]:
    """Of the month, receipts left out, counted once more."""
    found: dict[str, Decimal] = {}
    for one in made:
        for row in one.coding.rows:
            if row.register is register and row.month == MARCH and "FP" not in row.marks:
                for name, amount in row.amounts:
                    found[name] = found.get(name, Decimal(0)) + amount
    return found


def zlotys(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))


def settled(read: Jpk) -> None:
    """Output less input is what is paid or what is left over, never both."""
    difference = int(read.fields["P_38"]) - int(read.fields.get("P_48", "0"))
    assert int(read.fields["P_51"]) == max(difference, 0)
    assert int(read.fields.get("P_53", "0")) == max(-difference, 0)
    assert read.fields.get("P_62") == read.fields.get("P_53")
