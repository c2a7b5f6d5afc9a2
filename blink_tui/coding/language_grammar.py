"""Text of an expression → tree, or an error that points at what cannot stand where it stands."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Final

from lark import Lark, Token, Tree, UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from blink_tui.coding.language_types import ExpressionError
from blink_tui.i18n import N_, Message
from blink_tui.model.text import clean, folded

MOST_CHARACTERS = 2000

Syntax = Tree[Token] | Token

WORDS: Final[dict[str, str]] = {
    "i": "_AND", "oraz": "_AND", "and": "_AND",
    "lub": "_OR", "albo": "_OR", "or": "_OR",
    "nie": "NOT", "not": "NOT", "no": "NOT", "false": "NOT", "falsz": "NOT",
    "tak": "YES", "yes": "YES", "true": "YES", "prawda": "YES",
    "jezeli": "_IF", "jesli": "_IF", "if": "_IF",
    "to": "_THEN", "then": "_THEN",
    "inaczej": "_ELSE", "else": "_ELSE",
}  # fmt: skip
"""Words of the language itself, folded, with what they are in the grammar."""

_OPENING = {"LPAR": "RPAR", "LSQB": "RSQB"}
_OPERANDS = frozenset({"NAME", "NUMBER", "TEXT"})


@lru_cache(maxsize=1)
def _grammar() -> Lark:
    text = files("blink_tui.coding").joinpath("language.lark").read_text(encoding="utf-8")
    return Lark(
        text,
        parser="lalr",
        lexer="basic",
        propagate_positions=True,
        maybe_placeholders=False,
        lexer_callbacks={"NAME": _word},
    )


def _word(token: Token) -> Token:
    kind = WORDS.get(folded(token))
    return token if kind is None else token.update(type=kind)


def tree_of(text: str) -> Syntax:
    """The tree of an expression. Raises ExpressionError."""
    if len(text) > MOST_CHARACTERS:
        too_long = Message(N_("An expression has {most} characters at the most."), {"most": MOST_CHARACTERS})
        raise ExpressionError(too_long, MOST_CHARACTERS, len(text))
    if not text.strip():
        raise ExpressionError(Message(N_("There is nothing here: write a condition or an amount.")), 0, 0)
    try:
        return _grammar().parse(text)
    except UnexpectedInput as error:
        raise _told(error, text) from None


def _told(error: UnexpectedInput, text: str) -> ExpressionError:
    place = error.pos_in_stream or 0
    if isinstance(error, UnexpectedCharacters):
        if text[place] in '"„”':
            return ExpressionError(
                Message(N_("The quotation mark that opens here is not closed.")), place, len(text)
            )
        wrong = Message(N_("“{text}” means nothing here."), {"text": clean(text[place]) or "?"})
        return ExpressionError(wrong, place, place + 1)
    token = error.token if isinstance(error, UnexpectedToken) else None
    at_end = token is None or token.type == "$END"
    if at_end and (opened := _left_open(text)) is not None:
        unclosed = Message(N_("The bracket “{text}” that opens here is not closed."), {"text": text[opened]})
        return ExpressionError(unclosed, opened, opened + 1)
    accepts = error.accepts if isinstance(error, UnexpectedToken) else set()
    return _misplaced(text, None if at_end else token, bool(_OPERANDS & accepts))


def _misplaced(text: str, token: Token | None, operand_wanted: bool) -> ExpressionError:
    """What has to come before a token, or at the end."""
    if token is None:
        end = len(text.rstrip())
        missing = N_("Something is missing at the end: a field, an amount or a text in quotes.")
        unfinished = N_("Something is missing at the end: “to” and “inaczej” belong to “jeżeli”.")
        return ExpressionError(Message(missing if operand_wanted else unfinished), end, end)
    start, end = _span(token)
    values = {"text": clean(text[start:end])}
    if token.type in ("RPAR", "RSQB") and not operand_wanted:
        return ExpressionError(
            Message(N_("No bracket is open that “{text}” could close."), values), start, end
        )
    if operand_wanted:
        sentence = N_("A field, an amount or a text in quotes is missing before “{text}”.")
    else:
        sentence = N_("Before “{text}” a sign or a word is missing, such as + - * / = < > ~ i lub.")
    return ExpressionError(Message(sentence, values), start, end)


def _left_open(text: str) -> int | None:
    """Place of the innermost bracket that is not closed."""
    opened: list[int] = []
    for token in _grammar().lex(text):
        if token.type in _OPENING:
            opened.append(_span(token)[0])
        elif token.type in _OPENING.values() and opened:
            opened.pop()
    return opened[-1] if opened else None


def _span(token: Token) -> tuple[int, int]:
    start = token.start_pos or 0
    return start, token.end_pos or start


def span_of(syntax: Syntax) -> tuple[int, int]:
    """Where a part of the tree stands in the text."""
    if isinstance(syntax, Token):
        return _span(syntax)
    return syntax.meta.start_pos, syntax.meta.end_pos
