"""Editing by hand keeps every grosz: parts make the whole, sides stay equal, what is typed wrong gets a sentence."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blink_tui.coding import editing
from blink_tui.i18n import set_language
from blink_tui.model.coding import ZERO, Coding, PostingLine, Side
from blink_tui.model.errors import USAGE, BlinkError
from blink_tui.model.invoice import Invoice, InvoiceLine, InvoiceParty

NET, VAT, GROSS = Decimal("1000.01"), Decimal("230.00"), Decimal("1230.01")
CODING = Coding(
    lines=(
        PostingLine(Side.DEBIT, "402", NET, "usługi", (("mpk", "01"),)),
        PostingLine(Side.DEBIT, "223", VAT, "VAT"),
        PostingLine(Side.CREDIT, "202", GROSS, "dostawca"),
    )
)

grosze = st.integers(-(10**14), 10**14).map(lambda units: Decimal(units).scaleb(-2))
weights = st.lists(st.integers(1, 10**9).map(Decimal), min_size=1, max_size=40)


def told(call: object, *arguments: object) -> str:
    set_language("en")
    with pytest.raises(BlinkError) as caught:
        call(*arguments)  # type: ignore[operator]
    assert caught.value.kind is USAGE
    return str(caught.value)


def invoice(*rows: tuple[str | None, str | None, bool]) -> Invoice:
    return Invoice(
        form="FA (3)", kind="VAT", number="1", issue_date=None, seller=InvoiceParty(), buyer=InvoiceParty(),
        lines=tuple(
            InvoiceLine(name=name, net=None if net is None else Decimal(net), before=before)
            for name, net, before in rows
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1 234,56", "1234.56"), ("1234.5", "1234.50"), ("1.234,56", "1234.56"), ("1\u00a0234", "1234.00"),
        ("-0,01", "-0.01"), ("−5", "-5.00"), ("+7", "7.00"), ("=12,30", "12.30"), ("1_000", "1000.00"),
        ("=50%", "500.01"), ("=33,3%", "333.00"), ("= 50 %", "500.01"), ("-10%", "-100.00"),
    ],
)  # fmt: skip
def test_amounts_as_people_type_them(text: str, amount: str) -> None:
    found = editing.amount_of(text, NET)
    assert (found, found.as_tuple().exponent) == (Decimal(amount), -2)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "“” is no amount"), ("tysiąc", "“tysiąc” is no amount"), ("1,2,3", "is no amount"), ("1e5", "is no"),
        ("NaN", "is no amount"), ("1,234", "has more than two decimals"), ("9" * 20, "too large"),
        ("=999999999999999%", "too large"), ("=netto", "“=netto” is no amount"), ("\x1b[2J", "is no amount"),
    ],
)  # fmt: skip
def test_what_is_no_amount_gets_a_sentence(text: str, sentence: str) -> None:
    assert sentence in told(editing.amount_of, text, NET)


def test_an_expression_is_computed_where_it_can_be() -> None:
    assert editing.amount_of("=netto / 3", NET, lambda text: NET / 3) == Decimal("333.34")
    asked: list[str] = []
    editing.amount_of(' =netto["23"]', NET, lambda text: asked.append(text) or NET)  # type: ignore[func-returns-value]
    assert asked == ['netto["23"]']


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("50/50", ("500.01", "500.00")), ("75/25", ("750.01", "250.00")), ("1/1/1", ("333.33", "333.34", "333.34")),
        ("30%", ("300.00", "700.01")), ("200", ("200.00", "800.01")), ("1 000,00", ("1000.00", "0.01")),
        ("60%/40%", ("600.01", "400.00")), ("-50", ("-50.00", "1050.01")),
    ],
)  # fmt: skip
def test_ways_to_split(text: str, parts: tuple[str, ...]) -> None:
    found = [part for part, _text in editing.parts_of(text, NET)]
    assert sorted(found) == sorted(map(Decimal, parts))
    assert sum(found) == NET


@pytest.mark.parametrize(
    "text", ["0", "1000,01", "100%", "0/0", "a/b", "50/-50", "1/" * 600 + "1", "w", "pół"]
)
def test_what_splits_nothing_gets_a_sentence(text: str) -> None:
    assert told(editing.parts_of, text, NET, invoice())


@given(grosze, weights)
def test_shares_are_the_whole_and_none_is_off_by_more_than_rounding(
    whole: Decimal, by: list[Decimal]
) -> None:
    parts = editing.shared(whole, by)
    assert sum(parts) == whole
    off = [abs(part - whole * weight / sum(by)) for part, weight in zip(parts, by, strict=True)]
    beyond = [each for each in off if each > Decimal("0.005") + Decimal("1e-9")]
    assert len(beyond) <= 1
    assert max(off) <= len(by) * Decimal("0.005") + Decimal("1e-9")


def test_rows_of_one_name_are_one_part_and_those_before_a_correction_are_taken_off() -> None:
    found = invoice(
        ("papier", "700", False), ("toner", "400.01", False), ("papier", "100", True), (None, None, False)
    )
    assert editing.parts_of("w", NET, found) == ((Decimal("600.00"), "papier"), (Decimal("400.01"), "toner"))
    half = editing.parts_of("rows", Decimal("-0.03"), found)
    assert sum(part for part, _name in half) == Decimal("-0.03")


def test_a_split_keeps_the_rest_of_the_line_and_the_balance() -> None:
    coding = editing.split(CODING, 0, editing.parts_of("75/25", NET))
    assert [line.amount for line in coding.lines[:2]] == [Decimal("750.01"), Decimal("250.00")]
    assert {(line.account, line.description, line.dimensions) for line in coding.lines[:2]} == {
        ("402", "usługi", (("mpk", "01"),))
    }
    assert (coding.difference, coding.lines_by_hand, len(coding.lines)) == (ZERO, True, 4)
    named = editing.split(CODING, 0, [(NET, "papier")])
    assert named.lines[0].description == "papier"


def test_lines_are_put_in_taken_out_doubled_and_turned() -> None:
    assert editing.deleted(CODING, 1).lines == (CODING.lines[0], CODING.lines[2])
    assert editing.doubled(CODING, 1).lines[1:3] == (CODING.lines[1], CODING.lines[1])
    assert editing.turned(editing.turned(CODING, 0), 0).lines == CODING.lines
    assert editing.turned(CODING, 2).lines[2].side is Side.DEBIT
    assert CODING.lines_by_hand is False


def test_a_new_line_holds_what_is_lacking() -> None:
    short = editing.deleted(CODING, 1)
    line = editing.added(short, 0).lines[1]
    assert (line.side, line.amount, line.description, line.account) == (Side.DEBIT, VAT, "usługi", "")
    unpaid = editing.added(editing.deleted(CODING, 2), 1)
    assert (unpaid.lines[2].side, unpaid.lines[2].amount, unpaid.difference) == (Side.CREDIT, GROSS, ZERO)
    empty = editing.added(Coding(description="opis"), 0)
    assert (empty.lines[0].amount, empty.lines[0].description) == (ZERO, "opis")
    storno = Coding(lines=(PostingLine(Side.DEBIT, "402", -NET),))
    assert editing.lacking(storno) == (Side.CREDIT, -NET)


@given(st.lists(st.tuples(st.sampled_from(Side), grosze), min_size=1, max_size=9), st.data())
def test_filling_and_adding_always_balance(lines: list[tuple[Side, Decimal]], data: st.DataObject) -> None:
    coding = Coding(lines=tuple(PostingLine(side, "1", amount) for side, amount in lines))
    place = data.draw(st.integers(0, len(lines) - 1))
    assert editing.filled(coding, place).difference == 0
    assert editing.added(coding, place).difference == 0


OWN = (
    PostingLine(Side.DEBIT, "402", Decimal("80.00"), "usługi"),
    PostingLine(Side.DEBIT, "223", Decimal("18.40"), "VAT"),
    PostingLine(Side.CREDIT, "202", Decimal("98.40"), "dostawca"),
)


def test_tax_and_debt_stay_to_the_grosz_and_the_cost_is_split_as_it_was() -> None:
    halves = editing.split(CODING, 0, editing.parts_of("75/25", NET))
    other = editing.put(halves, 1, replace(halves.lines[1], account="409", dimensions=(("mpk", "02"),)))
    lines = editing.copied(OWN, other.lines, ZERO)
    assert [(line.account, str(line.amount)) for line in lines] == [
        ("402", "60.00"), ("409", "20.00"), ("223", "18.40"), ("202", "98.40"),
    ]  # fmt: skip
    moved = editing.put(other, 0, replace(other.lines[0], account="401"))
    lines = editing.copied(OWN, moved.lines, ZERO)
    assert [(line.account, str(line.amount)) for line in lines] == [
        ("401", "60.00"), ("409", "20.00"), ("223", "18.40"), ("202", "98.40"),
    ]  # fmt: skip
    assert lines[1].dimensions == (("mpk", "02"),)
    assert Coding(lines=lines).difference == 0


@given(
    st.lists(st.tuples(st.sampled_from(["402", "409", "223"]), st.integers(1, 10**9)), min_size=1, max_size=9)
)
def test_a_copy_always_comes_to_this_document(before: list[tuple[str, int]]) -> None:
    debit = [PostingLine(Side.DEBIT, account, Decimal(units).scaleb(-2)) for account, units in before]
    earlier = Coding(lines=(*debit, PostingLine(Side.CREDIT, "202", Coding(lines=tuple(debit)).debit)))
    found = Coding(lines=editing.copied(OWN, earlier.lines, ZERO))
    assert (found.debit, found.credit) == (Decimal("98.40"), Decimal("98.40"))


@given(grosze.filter(bool))
def test_without_own_lines_an_earlier_document_s_come_to_the_total(total: Decimal) -> None:
    lines = editing.copied((), CODING.lines, total)
    copied = Coding(lines=lines)
    assert (copied.debit, copied.credit) == (total, total)
    assert [(line.side, line.account) for line in lines] == [(one.side, one.account) for one in CODING.lines]


def test_nothing_can_be_copied_from_nothing() -> None:
    assert "no lines to copy" in told(editing.copied, OWN, (), NET)
    assert editing.total_of(CODING) == GROSS
    assert editing.total_of(editing.deleted(CODING, 2)) == GROSS
