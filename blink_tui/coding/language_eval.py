"""What an expression computes: closures over an Env, exact in Decimal, that can also tell what they saw."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from functools import lru_cache
from typing import Any, Final, TypeAlias

from blink_tui.coding.language_types import Decides, Env, EvaluationError, Field, Kind, Value
from blink_tui.coding.wording import Wording
from blink_tui.i18n import N_, Message, _
from blink_tui.model.text import clean, folded

Run: TypeAlias = Callable[[Env, Env | None], Any]
"""A value out of a document and, within suma(…) and the like, one of its rows."""
Told: TypeAlias = tuple[tuple[str, str], ...]
"""Fields and what the document has there."""
Tell: TypeAlias = Callable[[Env, Env | None], Told]

ZERO: Final = Decimal(0)
_CENT: Final = Decimal("0.01")
EXACT: Final = Context(prec=100, rounding=ROUND_HALF_UP, traps=[InvalidOperation, DivisionByZero, Overflow])
"""More digits than sums and products of what an invoice can hold have."""
_MOST_DIGITS = 30
"""Digits before the point; more is no money but an attempt."""
_SHOWN_LENGTH = 80
_SHOWN_TEXTS = 5
_KEPT_TEXT = 300


@dataclass(frozen=True, slots=True)
class Node:
    """A part of an expression with its kind, ready to be computed."""

    kind: Kind
    run: Run
    tell: Tell
    start: int
    end: int
    fields: frozenset[str] = frozenset()
    """Names of the fields that it may read."""
    decides: frozenset[Decides] = frozenset()
    """What of a document has to be a certain thing for it to hold."""
    field: Field | None = None
    """It is this field and nothing else."""
    literal: str | None = None
    """It is this text, in quotes."""


def _nothing(env: Env, row: Env | None) -> Told:
    return ()


def constant(kind: Kind, value: Value, start: int, end: int) -> Node:
    """A value as written."""
    literal = value if isinstance(value, str) else None
    return Node(kind, lambda env, row: value, _nothing, start, end, literal=literal)


def reading(field: Field, key: str | None, label: str, start: int, end: int) -> Node:
    """The value of a field; `label` is how it is called when it tells what it saw."""
    name = field.name
    if key is not None:

        def run(env: Env, row: Env | None) -> Value:
            return env.keyed(name, key)

    elif field.row:

        def run(env: Env, row: Env | None) -> Value:
            return row.value(name) if row is not None else None

    else:

        def run(env: Env, row: Env | None) -> Value:
            return env.value(name)

    return Node(
        field.kind,
        run,
        lambda env, row: ((label, shown(run(env, row))),),
        start,
        end,
        fields=frozenset({name}),
        field=field if key is None else None,
    )


def shown(value: Value) -> str:
    """A value as a person reads it; text of an invoice is cleaned and cut."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Decimal):
        plain = value if value == value.to_integral_value() else value.normalize(EXACT)
        places = max(2, -int(plain.as_tuple().exponent))
        return f"{value:,.{places}f}".replace(",", "\u00a0").replace(".", ",")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        more = "; …" if len(value) > _SHOWN_TEXTS else ""
        return "; ".join(map(shown, value[:_SHOWN_TEXTS])) + more
    text = clean(value)
    return text if len(text) <= _SHOWN_LENGTH else f"{text[: _SHOWN_LENGTH - 1]}…"


def plain(text: str) -> str:
    """A text as it is compared: folded, spaces alike."""
    return _plain_kept(text) if len(text) <= _KEPT_TEXT else _plain(text)


def _plain(text: str) -> str:
    return " ".join(folded(text).split())


_plain_kept = lru_cache(maxsize=8192)(_plain)


# arithmetic


def bounded(value: Decimal) -> Decimal:
    """The same; raises EvaluationError for one of absurdly many digits."""
    if value.adjusted() >= _MOST_DIGITS:
        raise EvaluationError(Message(N_("The result has too many digits to be an amount.")))
    return value


def _divided(left: Decimal, right: Decimal) -> Decimal:
    if not right:
        raise EvaluationError(Message(N_("Division by zero.")))
    return EXACT.divide(left, right)


_ARITHMETIC: Final[dict[str, Callable[[Decimal, Decimal], Decimal]]] = {
    "+": EXACT.add,
    "-": EXACT.subtract,
    "−": EXACT.subtract,
    "*": EXACT.multiply,
    "×": EXACT.multiply,
    "/": _divided,
}


def computed(first: Node, steps: Sequence[tuple[str, Node]]) -> Node:
    """`a + b - c` or `a * b / c`, from left to right."""
    start_run = first.run
    rest = tuple((_ARITHMETIC[sign], node.run) for sign, node in steps)

    def run(env: Env, row: Env | None) -> Decimal:
        value: Decimal = start_run(env, row)
        for step, other in rest:
            value = bounded(step(value, other(env, row)))
        return value

    return joined(Kind.AMOUNT, run, (first, *(node for _sign, node in steps)))


def negative(node: Node, start: int) -> Node:
    """`-a`."""
    return applied(node, EXACT.minus, Kind.AMOUNT, start, node.end)


def applied(node: Node, function: Callable[[Any], Value], kind: Kind, start: int, end: int) -> Node:
    """A function of one value; it tells what its part tells."""
    inner = node.run
    return Node(kind, lambda env, row: function(inner(env, row)), node.tell, start, end, node.fields)


def applied_to_two(
    parts: tuple[Node, Node], function: Callable[[Any, Any], Value], kind: Kind, start: int, end: int
) -> Node:
    """A function of two values."""
    first, second = parts[0].run, parts[1].run
    node = joined(kind, lambda env, row: function(first(env, row), second(env, row)), parts)
    return replace(node, start=start, end=end)


def size(value: Decimal) -> Decimal:
    """Without its sign."""
    return EXACT.abs(value)


def rounded(value: Decimal) -> Decimal:
    """To grosze, half up."""
    return bounded(value).quantize(_CENT, ROUND_HALF_UP, EXACT)


def joined(kind: Kind, run: Run, parts: Sequence[Node]) -> Node:
    """A value computed of parts, which tells what all of them tell."""
    tells = tuple(part.tell for part in parts)
    return Node(
        kind,
        run,
        lambda env, row: tuple(told for tell in tells for told in tell(env, row)),
        parts[0].start,
        parts[-1].end,
        fields=fields_of(parts),
    )


def fields_of(parts: Iterable[Node]) -> frozenset[str]:
    """All fields that parts may read."""
    return frozenset().union(*(part.fields for part in parts))


# conditions


def negation(node: Node, start: int) -> Node:
    """`nie a`."""
    inner = node.run
    return Node(
        Kind.FLAG, lambda env, row: not inner(env, row), node.tell, start, node.end, fields=node.fields
    )


def both(parts: Sequence[Node]) -> Node:
    """`a i b`: tells all parts when it holds, else the one that does not."""
    runs = tuple(part.run for part in parts)

    def run(env: Env, row: Env | None) -> bool:
        return all(part(env, row) for part in runs)

    decides = frozenset[Decides]().union(*(part.decides for part in parts))
    return _conditions(run, parts, decides, first_that=False)


def either(parts: Sequence[Node]) -> Node:
    """`a lub b`: tells the part that holds, all of them when none does."""
    runs = tuple(part.run for part in parts)

    def run(env: Env, row: Env | None) -> bool:
        return any(part(env, row) for part in runs)

    decides = parts[0].decides.intersection(*(part.decides for part in parts[1:]))
    return _conditions(run, parts, decides, first_that=True)


def _conditions(run: Run, parts: Sequence[Node], decides: frozenset[Decides], *, first_that: bool) -> Node:
    def tell(env: Env, row: Env | None) -> Told:
        found = next((part for part in parts if part.run(env, row) is first_that), None)
        telling = parts if found is None else (found,)
        return tuple(told for part in telling for told in part.tell(env, row))

    return Node(Kind.FLAG, run, tell, parts[0].start, parts[-1].end, fields=fields_of(parts), decides=decides)


def choice(condition: Node, then: Node, otherwise: Node, start: int) -> Node:
    """`jeżeli … to … inaczej …`: only the branch that is chosen is computed."""
    asked, yes, no = condition.run, then.run, otherwise.run

    def tell(env: Env, row: Env | None) -> Told:
        chosen = then if asked(env, row) else otherwise
        return (*condition.tell(env, row), *chosen.tell(env, row))

    return Node(
        then.kind,
        lambda env, row: yes(env, row) if asked(env, row) else no(env, row),
        tell,
        start,
        otherwise.end,
        fields=fields_of((condition, then, otherwise)),
    )


_ORDERS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    "≤": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "≥": operator.ge,
}
EQUALS: Final = frozenset({"=", "=="})
ORDERS: Final = frozenset(_ORDERS)


def ordered(sign: str, left: Node, right: Node) -> Node:
    """`a < b` of amounts or dates; a date that is missing is neither before nor after any."""
    compare, first, second = _ORDERS[sign], left.run, right.run

    def run(env: Env, row: Env | None) -> bool:
        one, other = first(env, row), second(env, row)
        return one is not None and other is not None and compare(one, other)

    return joined(Kind.FLAG, run, (left, right))


def equal(left: Node, right: Node, decides: frozenset[Decides]) -> Node:
    """`a = b`; texts by what a person reads, several texts when one of them is."""
    first, second = left.run, right.run
    if left.kind is Kind.TEXTS:
        return _some(left, right, lambda text, other: plain(text) == plain(other), decides)
    if left.kind is Kind.TEXT:

        def run(env: Env, row: Env | None) -> bool:
            return plain(first(env, row)) == plain(second(env, row))

    else:

        def run(env: Env, row: Env | None) -> bool:
            return bool(first(env, row) == second(env, row))

    return replace(joined(Kind.FLAG, run, (left, right)), decides=decides)


def _some(left: Node, right: Node, same: Callable[[str, str], bool], decides: frozenset[Decides]) -> Node:
    """One of several texts is as the other side; that one is told."""
    first, second, label = left.run, right.run, left.field.name if left.field else ""

    def run(env: Env, row: Env | None) -> bool:
        other = second(env, row)
        return any(same(text, other) for text in first(env, row))

    def tell(env: Env, row: Env | None) -> Told:
        other = second(env, row)
        fitting = tuple(text for text in first(env, row) if same(text, other))
        return ((label, shown(fitting)),) if label and fitting else left.tell(env, row)

    return Node(Kind.FLAG, run, tell, left.start, right.end, fields_of((left, right)), decides)


def fitting(left: Node, right: Node, test: Wording, decides: frozenset[Decides]) -> Node:
    """`a ~ "words"`."""
    if left.kind is Kind.TEXTS:
        return _some(left, right, lambda text, _other: test.fits(text), decides)
    first, fits = left.run, test.fits
    return Node(
        Kind.FLAG,
        lambda env, row: fits(first(env, row)),
        left.tell,
        left.start,
        right.end,
        left.fields,
        decides,
    )
