"""The language of conditions and amounts: small, typed, exact, without side effects.

`netto["23"] * 50%`, `jest(wiersz.nazwa ~ "paliw*, olej napęd*") i nie mpp`, `jeżeli netto > 0 to netto inaczej 0`.
Words and names are Polish or English, with or without marks. What it can do is told in `docs/coding-fields.md`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import cast

from blink_tui.coding.language_eval import Node
from blink_tui.coding.language_grammar import MOST_CHARACTERS, tree_of
from blink_tui.coding.language_types import (
    Catalogue,
    Decides,
    Env,
    EvaluationError,
    ExpressionError,
    Field,
    Kind,
    Value,
)
from blink_tui.coding.language_typing import Typing

__all__ = [
    "MOST_CHARACTERS",
    "Catalogue",
    "Decides",
    "Env",
    "EvaluationError",
    "Expression",
    "ExpressionError",
    "Field",
    "Kind",
    "Value",
    "parse",
]


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression that is understood."""

    text: str
    node: Node

    @property
    def kind(self) -> Kind:
        """Of its value."""
        return self.node.kind

    @property
    def fields(self) -> frozenset[str]:
        """Names of the fields that it may read."""
        return self.node.fields

    @property
    def decides(self) -> frozenset[Decides]:
        """What of a document has to be a certain thing for this condition to hold: its precedence."""
        return self.node.decides

    def value(self, env: Env) -> Value:
        """What it comes to for a document. Raises EvaluationError, as for a division by zero."""
        return cast("Value", self.node.run(env, None))

    def matched(self, env: Env) -> tuple[tuple[str, str], ...]:
        """Fields, and what the document has there, that made the expression what it is; texts are safe to show.

        Raises EvaluationError.
        """
        return tuple(dict.fromkeys(self.node.tell(env, None)))


@lru_cache(maxsize=4096)
def parse(text: str, *, wanted: Kind, names: Catalogue) -> Expression:
    """The expression that a text says, of the kind that is wanted. Raises ExpressionError."""
    typing = Typing(text, names)
    node = typing.node(tree_of(text))
    typing.wanted(node, wanted)
    return Expression(text, node)
