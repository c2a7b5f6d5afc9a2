"""Every text has its Polish, whole."""

from __future__ import annotations

import ast
import string
from pathlib import Path

from babel.messages.catalog import Message

import blink_tui
from tests.tools.catalogue import polish, texts_of_the_source


def _forms(text: object) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ())  # type: ignore[arg-type]  # babel types it loosely


def _places(text: str) -> set[str | None]:
    return {name for _literal, name, _spec, _conversion in string.Formatter().parse(text) if name is not None}


def _translated() -> list[Message]:
    return [message for message in polish() if message.id]


def test_the_catalogue_holds_the_texts_of_the_source_and_no_others() -> None:
    source = {message.id for message in texts_of_the_source() if message.id}
    assert {message.id for message in _translated()} == source, "run: python -m tests.tools.catalogue"


def test_every_text_has_all_its_polish_forms() -> None:
    unfinished = [
        message.id
        for message in _translated()
        if message.fuzzy
        or not all(_forms(message.string))
        or (isinstance(message.id, tuple) and len(_forms(message.string)) != 3)
    ]
    assert not unfinished


def test_a_translation_has_the_places_of_its_text() -> None:
    for message in _translated():
        wanted = _places(_forms(message.id)[-1])
        for form in _forms(message.string):
            assert _places(form) <= wanted, message.id
            assert wanted - _places(form) <= {"n"}, message.id


def test_what_has_plural_forms_is_never_asked_for_without_a_count() -> None:
    """It would be told in the form for one: `190 nowy`."""
    plural = {message.id[0] for message in _translated() if isinstance(message.id, tuple)}
    calls = (
        (file, node)
        for file in Path(blink_tui.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "N_")
    )
    wrong = [
        f"{file.name}:{node.lineno}"
        for file, node in calls
        if node.args and isinstance(node.args[0], ast.Constant) and node.args[0].value in plural
    ]
    assert not wrong


def test_both_catalogue_and_source_are_not_empty() -> None:
    assert len(_translated()) > 100
