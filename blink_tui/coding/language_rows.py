"""What an expression computes over the rows of a document: sums, counts, whether some or all are so."""

from __future__ import annotations

from decimal import Decimal

from blink_tui.coding.language_eval import EXACT, ZERO, Node, Tell, Told, bounded, fields_of, shown
from blink_tui.coding.language_types import Env, Kind


def summed(amount: Node, condition: Node | None, label: str, start: int, end: int) -> Node:
    """`suma(a, condition)`."""
    each, holds = amount.run, condition.run if condition else None

    def run(env: Env, row: Env | None) -> Decimal:
        total = ZERO
        for line in env.lines:
            if holds is None or holds(env, line):
                total = EXACT.add(total, each(env, line))
        return bounded(total)

    fields = fields_of((amount, condition) if condition else (amount,))
    return Node(Kind.AMOUNT, run, lambda env, row: ((label, shown(run(env, row))),), start, end, fields)


def counted(condition: Node, label: str, start: int, end: int) -> Node:
    """`liczba(condition)`."""
    holds = condition.run

    def run(env: Env, row: Env | None) -> Decimal:
        return Decimal(sum(1 for line in env.lines if holds(env, line)))

    return Node(
        Kind.AMOUNT, run, lambda env, row: ((label, shown(run(env, row))),), start, end, condition.fields
    )


def some_row(condition: Node, start: int, end: int) -> Node:
    """`jest(condition)`: tells the first row that it holds for."""
    holds = condition.run

    def run(env: Env, row: Env | None) -> bool:
        return any(holds(env, line) for line in env.lines)

    return Node(
        Kind.FLAG, run, _told_of_row(condition, True), start, end, condition.fields, condition.decides
    )


def every_row(condition: Node, start: int, end: int) -> Node:
    """`wszystkie(condition)`: of a document with rows; tells the first one."""
    holds = condition.run

    def run(env: Env, row: Env | None) -> bool:
        lines = env.lines
        return bool(lines) and all(holds(env, line) for line in lines)

    def tell(env: Env, row: Env | None) -> Told:
        return _told_of_row(condition, run(env, row))(env, row)

    return Node(Kind.FLAG, run, tell, start, end, condition.fields, condition.decides)


def _told_of_row(condition: Node, wanted: bool) -> Tell:
    def tell(env: Env, row: Env | None) -> Told:
        line = next((line for line in env.lines if condition.run(env, line) is wanted), None)
        return condition.tell(env, line) if line is not None else ()

    return tell
