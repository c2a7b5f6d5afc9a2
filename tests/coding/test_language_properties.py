"""Whatever is typed, and whatever is computed: an expression, an error with a place, or no value; nothing else."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from blink_tui.coding.language import EvaluationError, Expression, ExpressionError, Kind, parse
from tests.coding.small import DOCUMENT, NAMES

Texts = st.SearchStrategy[str]


def _parsed(text: str, kind: Kind) -> tuple[Expression | None, ExpressionError | None]:
    try:
        return parse(text, wanted=kind, names=NAMES), None
    except ExpressionError as error:
        return None, error


_PIECES = st.sampled_from(
    ["netto", "kurs", "mpp", "uwagi", "gtu", "opis", "termin", "wiersz.netto", "wiersz.nazwa", "suma(", "jest(", "(",
     ")", "[", "]", '"23"', '"a*b"', "23", "0", "1,5%", "i", "lub", "nie", "jeżeli", "to", "inaczej", "+", "-", "*",
     "/", "=", "<>", "<", "~", ",", "2026-03-01", "min(", "zaokr(", "rok(", "puste(", "„x”", "\u00a0", "\x00", "ż"]
)  # fmt: skip


@settings(max_examples=250, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(_PIECES, max_size=14).map(" ".join)), st.sampled_from(Kind))
def test_any_text_is_an_expression_or_an_error_with_a_place(text: str, kind: Kind) -> None:
    expression, error = _parsed(text, kind)
    if error is not None:
        assert 0 <= error.start <= error.end <= len(text)
        assert str(error)
    if expression is not None:
        with suppress(EvaluationError):
            expression.value(DOCUMENT)


def _computed(parts: Texts) -> Texts:
    return st.tuples(parts, st.sampled_from("+-*/"), parts).map(lambda one: f"({' '.join(one)})")


def _compared(parts: Texts) -> Texts:
    return st.tuples(parts, st.sampled_from(["=", "<>", "<", ">="]), parts).map(" ".join)


_OF_ROWS = _compared(
    st.recursive(st.sampled_from(["wiersz.netto", "netto", "0", "1"]), _computed, max_leaves=3)
).map(lambda text: f"wiersz.netto <> 0 i {text}") | st.just('wiersz.nazwa ~ "pal*, myj*a"')
_AMOUNTS = st.recursive(
    st.sampled_from(["0", "2,5", "50%", "netto", 'netto["23"]', "rok(termin)"])
    | _OF_ROWS.map(lambda text: f"suma(wiersz.netto, {text})"),
    lambda parts: (
        _computed(parts)
        | parts.map(lambda text: f"-zaokr({text})")
        | st.tuples(parts, parts).map(lambda two: f"min({two[0]}, {two[1]})")
    ),
    max_leaves=4,
)
_CONDITIONS = st.recursive(
    _compared(_AMOUNTS)
    | st.sampled_from(["mpp", 'gtu = "GTU_01"', "termin < 2026-01-01", 'uwagi ~ "nr"'])
    | st.tuples(st.sampled_from(["jest", "wszystkie"]), _OF_ROWS).map(lambda two: f"{two[0]}({two[1]})"),
    lambda parts: (
        st.tuples(parts, st.sampled_from(["i", "lub"]), parts).map(lambda one: f"({' '.join(one)})")
        | parts.map(lambda text: f"nie ({text})")
        | st.tuples(parts, parts, parts).map(lambda one: f"(jeżeli {one[0]} to {one[1]} inaczej {one[2]})")
    ),
    max_leaves=6,
)


@settings(max_examples=120, deadline=None)
@given(_CONDITIONS)
def test_a_right_condition_holds_or_not_or_has_no_value_and_tells_what_it_saw(text: str) -> None:
    expression = parse(text, wanted=Kind.FLAG, names=NAMES)
    value = None
    with suppress(EvaluationError):
        value = expression.value(DOCUMENT)
    if value is not None:
        assert isinstance(value, bool)
        assert all(field and isinstance(seen, str) for field, seen in expression.matched(DOCUMENT))


def _exact(parts: tuple[tuple[str, Fraction], str, tuple[str, Fraction]]) -> tuple[str, Fraction]:
    (left, one), sign, (right, other) = parts
    return f"({left} {sign} {right})", {"+": one + other, "-": one - other, "*": one * other}[sign]


_SUMS = st.recursive(
    st.decimals(min_value=-(10**6), max_value=10**6, places=2).map(lambda one: (f"({one})", Fraction(one))),
    lambda part: st.tuples(part, st.sampled_from("+-*"), part).map(_exact),
    max_leaves=4,
)


@settings(max_examples=100, deadline=None)
@given(_SUMS)
def test_arithmetic_agrees_with_fractions(sum_: tuple[str, Fraction]) -> None:
    text, wanted = sum_
    value = parse(text, wanted=Kind.AMOUNT, names=NAMES).value(DOCUMENT)
    assert Fraction(str(value)) == wanted
