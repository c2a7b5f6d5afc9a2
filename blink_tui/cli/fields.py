"""`blink fields`: what conditions of rules and amounts of schemes may read of a document."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blink_tui.cli import output
from blink_tui.cli.options import AsJson
from blink_tui.i18n import N_, _
from blink_tui.model.errors import USAGE, BlinkError
from blink_tui.model.text import clean, folded

if TYPE_CHECKING:
    from blink_tui.coding.language import Catalogue, Field

_WIDTH = 76
_INDENT = "      "


def fields(
    word: Annotated[
        str, typer.Argument(metavar="[WORD]", help=_("Part of a name or a meaning; without it all of them."))
    ] = "",
    json: AsJson = False,
) -> None:
    from blink_tui.coding.scheme_fields import scheme_catalogue

    known = scheme_catalogue()
    found = [field for field in known if _is_about(field, folded(word.strip()))]
    if json:
        output.say_json([_json(field) for field in found])
        return
    if not found:
        raise BlinkError(USAGE, problem=_("No field is about “{word}”.").format(word=clean(word)))
    _say(found)
    if not word:
        _say_language(known)


def _is_about(field: Field, word: str) -> bool:
    texts = (field.name, *field.others, _(field.meaning), _(field.group))
    return any(word in folded(text) for text in texts)


def _say(found: list[Field]) -> None:
    group = ""
    for field in found:
        if field.group != group:
            output.say(("\n" if group else "") + _headed(field.group))
            group = field.group
        others = [name for name in (field.name, *field.others) if name != field.shown]
        also = f" ({', '.join(dict.fromkeys(others))})" if others else ""
        output.say(f"  {field.shown}{also}: {_(field.kind.value)}")
        output.say(textwrap.indent(textwrap.fill(_(field.meaning), _WIDTH), _INDENT))
        output.say(f"{_INDENT}{field.example_shown}")


def _headed(group: str) -> str:
    title = _(group)
    return f"{title[0].upper()}{title[1:]}"


def _say_language(known: Catalogue) -> None:
    """How fields become conditions and amounts."""
    from blink_tui.coding.language_functions import FUNCTIONS

    output.say("\n" + _headed(N_("functions")))
    for function in FUNCTIONS:
        output.say(f"  {function.example_shown}")
        output.say(textwrap.indent(textwrap.fill(_(function.meaning), _WIDTH), _INDENT))
    output.say("\n" + _headed(N_("how it is written")))
    for line in (
        _("Amounts: + - * /, 50% is 0.5, a comma or a point before decimals; dates: 2026-03-01."),
        _("Conditions: = <> < <= > >=, i, lub, nie, brackets; jeżeli … to … inaczej …"),
        _(
            'Texts stand in quotes, marks and case do not matter: = is the whole text, ~ "paliw*, olej napęd*" words.'
        ),
        _("A missing amount is 0, a missing text is empty, a missing date is neither before nor after any."),
    ):
        output.say(textwrap.fill(line, _WIDTH, initial_indent="  ", subsequent_indent="  "))


def _json(field: Field) -> dict[str, Any]:
    return {
        "name": field.name,
        "aliases": list(field.others),
        "group": _(field.group),
        "kind": field.kind.name.lower(),
        "meaning": _(field.meaning),
        "example": field.example_shown,
        "row": field.row,
        "keys": None if not field.keyed else sorted(set((field.keys or {}).values())),
        "words": None if field.words is None else sorted(set(field.words.values())),
    }
