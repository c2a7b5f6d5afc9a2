"""Tree of an expression → computable parts, with every kind checked before anything is computed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from typing import Final, cast

from lark import Token, Tree

from blink_tui.coding import language_eval as computing
from blink_tui.coding.language_eval import EQUALS, ORDERS, Node
from blink_tui.coding.language_functions import BY_NAME, FUNCTIONS, Function
from blink_tui.coding.language_grammar import Syntax, span_of
from blink_tui.coding.language_types import Catalogue, Decides, ExpressionError, Field, Kind
from blink_tui.coding.wording import MOST_WORDS, wording
from blink_tui.i18n import N_, Message
from blink_tui.model.text import clean, folded
from blink_tui.model.values import parse_nip

MOST_DEPTH = 40
"""Brackets, negations and choices within one another."""
_MOST_DIGITS = 15
_MOST_DECIMALS = 6
_LONGEST_GUESSED = 60
_TEXTUAL = frozenset({Kind.TEXT, Kind.TEXTS})


def refused(sentence: str, start: int, end: int, /, **values: object) -> ExpressionError:
    """An error with its sentence and place."""
    return ExpressionError(Message(sentence, dict(values)), start, end)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name that a mistyped one is most like."""
    if len(word) > _LONGEST_GUESSED:
        return None
    by_folded = {folded(name): name for name in known}
    found = get_close_matches(folded(word), by_folded, 1)
    return by_folded[found[0]] if found else None


class Typing:
    """Makes parts out of the tree of one text."""

    def __init__(self, text: str, names: Catalogue) -> None:
        self._text = text
        self._names = names

    def node(self, syntax: Syntax, *, row: bool = False, depth: int = 0) -> Node:
        """The part that a tree says; `row` where it is asked of each row. Raises ExpressionError."""
        start, end = span_of(syntax)
        if depth > MOST_DEPTH:
            raise refused(N_("Too many brackets within one another."), start, end)
        if isinstance(syntax, Token):
            return self._leaf(syntax, row, start, end)
        return self._inner(syntax, row, depth + 1, start, end)

    def _inner(self, tree: Tree[Token], row: bool, depth: int, start: int, end: int) -> Node:
        if tree.data == "no":
            return computing.constant(Kind.FLAG, False, start, end)
        if tree.data == "keyed":
            return self._keyed(tree, row, start, end)
        if tree.data == "call":
            return self._call(tree, row, depth, start, end)
        signs = [str(child) for child in tree.children if isinstance(child, Token) and child.type in _SIGNS]
        parts = [
            self.node(child, row=row, depth=depth)
            for child in tree.children
            if not (isinstance(child, Token) and child.type in _SIGNS)
        ]
        return self._combined(str(tree.data), signs, parts, start)

    def _combined(self, what: str, signs: Sequence[str], parts: Sequence[Node], start: int) -> Node:
        if what in ("both", "either", "negation"):
            for part in parts:
                self.wanted(part, Kind.FLAG)
            if what == "negation":
                return computing.negation(parts[0], start)
            return computing.both(parts) if what == "both" else computing.either(parts)
        if what == "choose":
            self.wanted(parts[0], Kind.FLAG)
            self.wanted(parts[2], parts[1].kind)
            return computing.choice(parts[0], parts[1], parts[2], start)
        if what == "comparison":
            return self._comparison(signs[0], parts[0], parts[1])
        for part in parts:
            self.wanted(part, Kind.AMOUNT)
        if what == "negative":
            return computing.negative(parts[0], start)
        return computing.computed(parts[0], tuple(zip(signs, parts[1:], strict=True)))

    # what stands alone

    def _leaf(self, token: Token, row: bool, start: int, end: int) -> Node:
        if token.type == "NAME":
            return self._field(token, row, start, end)
        if token.type == "TEXT":
            return computing.constant(Kind.TEXT, token[1:-1], start, end)
        if token.type == "YES":
            return computing.constant(Kind.FLAG, True, start, end)
        if token.type == "DATE":
            return computing.constant(Kind.DATE, _day(token, start, end), start, end)
        return computing.constant(Kind.AMOUNT, _number(token, start, end), start, end)

    def _field(self, name: str, row: bool, start: int, end: int) -> Node:
        field = self._known(name, row, start, end)
        if field.needs_key:
            raise refused(
                N_("{name} needs a key in square brackets, as in {example}"),
                start, end, name=field.shown, example=field.example_shown,
            )  # fmt: skip
        return computing.reading(field, None, field.name, start, end)

    def _known(self, name: str, row: bool, start: int, end: int) -> Field:
        field = self._names.find(name)
        if field is None:
            raise self._unknown(name, start, end)
        if field.row and not row:
            raise refused(
                N_("{name} is of one row. Ask for it within suma(…), jest(…), wszystkie(…) or liczba(…)."),
                start, end, name=field.shown,
            )  # fmt: skip
        return field

    def _unknown(self, name: str, start: int, end: int) -> ExpressionError:
        if folded(name) in BY_NAME:
            example = BY_NAME[folded(name)].example
            return refused(
                N_("{name} is a function: write brackets behind it, as in {example}"),
                start, end, name=clean(name), example=example,
            )  # fmt: skip
        guess = nearest(name, (one for field in self._names for one in (field.name, *field.others)))
        if guess is None:
            return refused(
                N_("There is no field “{name}”. A text stands in quotes; fields: blink fields."),
                start, end, name=clean(name)[:_LONGEST_GUESSED],
            )  # fmt: skip
        return refused(
            N_("There is no field “{name}”. Did you mean {guess}?"),
            start, end, name=clean(name), guess=guess,
        )  # fmt: skip

    def _keyed(self, tree: Tree[Token], row: bool, start: int, end: int) -> Node:
        name, key = cast("list[Token]", tree.children)
        field = self._known(name, row, *span_of(name))
        if not field.keyed:
            raise refused(N_("{name} takes no key."), *span_of(key), name=field.shown)
        typed = (key[1:-1] if key.type == "TEXT" else str(key)).strip()
        found = typed if field.keys is None else field.keys.get(computing.plain(typed))
        if not found:
            known = ", ".join(dict.fromkeys((field.keys or {"": "…"}).values()))
            raise refused(
                N_("{name} has no key “{key}”. There are: {known}."),
                *span_of(key), name=field.shown, key=clean(typed), known=known,
            )  # fmt: skip
        return computing.reading(field, found, f'{field.name}["{found}"]', start, end)

    # functions

    def _call(self, tree: Tree[Token], row: bool, depth: int, start: int, end: int) -> Node:
        name, *given = cast("tuple[Token, *tuple[Syntax, ...]]", tuple(tree.children))
        function = BY_NAME.get(folded(name))
        if function is None:
            guess = nearest(name, (one for known in FUNCTIONS for one in (known.name, *known.others)))
            known = ", ".join(one.name for one in FUNCTIONS)
            if guess is not None:
                sentence = N_("There is no function “{name}”. Did you mean {guess}?")
            else:
                sentence = N_("There is no function “{name}”. There are: {known}.")
            raise refused(sentence, *span_of(name), name=clean(name), guess=guess, known=known)
        if function.over_rows and row:
            raise refused(
                N_("{name}(…) cannot stand within another sum over rows."), start, end, name=clean(name)
            )
        self._right_count(function, len(given), start, end)
        parts = [self.node(one, row=row or function.over_rows, depth=depth) for one in given]
        for part, kinds in zip(parts, function.takes, strict=False):
            self.one_of(part, kinds)
        if function.over_rows and not any(self._names[field].row for field in parts[0].fields):
            raise refused(
                N_("{name}(…) goes over the rows: it needs a field of a row, as in {example}"),
                parts[0].start, parts[0].end, name=function.name, example=function.example,
            )  # fmt: skip
        return function.build(parts, clean(self._text[start:end]), start, end)

    def _right_count(self, function: Function, count: int, start: int, end: int) -> None:
        most = len(function.takes)
        if not most - function.optional <= count <= most:
            raise refused(
                N_("{name}(…) takes other values, as in {example}. A comma and a space stand between two of them."),
                start, end, name=function.name, example=function.example,
            )  # fmt: skip

    # comparisons

    def _comparison(self, sign: str, left: Node, right: Node) -> Node:
        if sign == "~":
            return self._text_test(left, right)
        if sign in ORDERS:
            self.one_of(left, frozenset({Kind.AMOUNT, Kind.DATE}))
            self._alike(left, right)
            return computing.ordered(sign, left, right)
        if right.kind is Kind.TEXTS and left.kind is Kind.TEXT:
            left, right = right, left
        self._alike(left, right)
        left, right = _as_written(left, right), _as_written(right, left)
        node = computing.equal(left, right, _decided(left, right))
        return node if sign in EQUALS else computing.negation(node, node.start)

    def _text_test(self, left: Node, right: Node) -> Node:
        self.one_of(left, _TEXTUAL)
        if right.literal is None:
            raise refused(N_("After ~ words in quotes are wanted."), right.start, right.end)
        try:
            test = wording(right.literal)
        except ValueError:
            raise refused(
                N_("These are no words to look for: write 1 to {most} of them, with commas between."),
                right.start, right.end, most=MOST_WORDS,
            ) from None  # fmt: skip
        return computing.fitting(left, right, test, _decided(left, right))

    def _alike(self, left: Node, right: Node) -> None:
        if left.kind is right.kind and left.kind is not Kind.TEXTS:
            return
        if left.kind is Kind.TEXTS and right.kind is Kind.TEXT:
            return
        if Kind.AMOUNT in (left.kind, right.kind) and _TEXTUAL & {left.kind, right.kind}:
            sentence = N_(
                "{one} and {other} cannot be compared: a text stands in quotes, an amount does not."
            )
        else:
            sentence = N_("{one} and {other} cannot be compared.")
        kinds = {"one": Message(left.kind.value), "other": Message(right.kind.value)}
        raise refused(sentence, right.start, right.end, **kinds)

    def wanted(self, node: Node, kind: Kind) -> None:
        """Raises ExpressionError for a part of another kind."""
        self.one_of(node, frozenset({kind}))

    def one_of(self, node: Node, kinds: frozenset[Kind]) -> None:
        """Raises ExpressionError for a part of none of these kinds."""
        if node.kind in kinds:
            return
        wanted = next(kind for kind in Kind if kind in kinds)
        sentence = N_("“{text}” is {found}; {wanted} is wanted here.")
        if wanted is Kind.FLAG:
            sentence = N_("“{text}” is {found}; {wanted} is wanted here: compare it, with = or ~ or >.")
        raise refused(
            sentence, node.start, node.end,
            text=clean(self._text[node.start : node.end]),
            found=Message(node.kind.value), wanted=Message(wanted.value),
        )  # fmt: skip


_SIGNS: Final = frozenset({"PLUS", "MINUS", "TIMES", "DIVIDED", "COMPARED", "FITS", "NOT"})


def _decided(left: Node, right: Node) -> frozenset[Decides]:
    """What a document has to be for `field = "text"` to hold."""
    field, other = (left.field, right) if left.field else (right.field, left)
    if field is None or field.decides is None or not other.literal:
        return frozenset()
    return frozenset({field.decides})


def _as_written(node: Node, other: Node) -> Node:
    """A text in quotes as documents write it: a known word of the field, a NIP without hyphens and country."""
    if node.literal is None or other.field is None:
        return node
    typed, field = node.literal, other.field
    if field.words is not None and typed:
        word = field.words.get(computing.plain(typed))
        if word is None:
            known = ", ".join(dict.fromkeys(field.words.values()))
            guess = nearest(typed, field.words.values())
            sentence = N_("{name} is never “{text}”. There are: {known}.")
            if guess is not None:
                sentence = N_("{name} is never “{text}”. Did you mean {guess}?")
            values = {"name": field.shown, "text": clean(typed), "known": known, "guess": guess}
            raise refused(sentence, node.start, node.end, **values)
        return computing.constant(Kind.TEXT, word, node.start, node.end)
    if field.decides is Decides.CONTRACTOR:
        with suppress(ValueError):
            return computing.constant(Kind.TEXT, parse_nip(typed), node.start, node.end)
    return node


def _day(text: str, start: int, end: int) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise refused(N_("There is no day {text}."), start, end, text=text) from None


def _number(text: str, start: int, end: int) -> Decimal:
    digits = text.rstrip("% \u00a0").replace(",", ".")
    whole, _, decimals = digits.partition(".")
    if len(whole) > _MOST_DIGITS or len(decimals) > _MOST_DECIMALS:
        raise refused(
            N_("A number has {digits} digits and {decimals} decimals at the most."),
            start, end, digits=_MOST_DIGITS, decimals=_MOST_DECIMALS,
        )  # fmt: skip
    return Decimal(digits).scaleb(-2) if text.endswith("%") else Decimal(digits)
