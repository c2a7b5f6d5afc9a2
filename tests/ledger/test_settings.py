"""Settings of exports: checked by what they mean, and what a format cannot do without."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import pytest

from blink_tui.ledger.exporter import Exporter, Kind, Setting, Span
from blink_tui.ledger.settings import FIRM, checked, missing, require
from blink_tui.model.errors import BlinkError

RIGHT = {one.name: one.example for one in FIRM}
WRONG = {
    "full_name": ["Dwie\nlinie", "x" * 241, "z\u202eodwrotem"],
    "birth_date": ["31.01.1980", "1980-02-30", "1880-01-31", "19800131"],
    "email": ["biuro", "biuro@", "@example.com", "a b@example.com", "a@b", "a@b@example.com"],
    "phone": ["1234", "dwadzieścia", "1" * 17],
    "tax_office": ["147", "14711", "1401", "0299", "abcd", "1474", "1471,1472", "१४७१"],
    "postal_code": ["00001", "0-001", "00-01"],
    "folder": ["ksiegowosc", "./tu", "~/dom"],
}


class Form:
    """A format that writes nothing."""

    kind, span, needs_books = Kind.REPORT, Span.VAT, False
    limits: Mapping[str, int] = {}

    def __init__(self, id: str, *settings: Setting) -> None:  # noqa: A002 - the field's own word
        self.id = self.name = id
        self.settings = settings


def form(name: str, *settings: Setting) -> Exporter:
    return cast("Exporter", Form(name, *settings))


def test_every_example_is_a_right_value_and_an_empty_one_forgets() -> None:
    assert checked((), RIGHT).firm == RIGHT
    assert checked((), dict.fromkeys(RIGHT, " ")).firm == dict.fromkeys(RIGHT, "")


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, some in WRONG.items() for value in some])
def test_a_wrong_value_is_refused_with_a_right_one_as_example(name: str, value: str) -> None:
    with pytest.raises(BlinkError) as refused:
        checked((), {name: value})
    assert refused.value.kind.code == "bad-export-setting"
    assert RIGHT[name] in str(refused.value)


@pytest.mark.parametrize("code", ["0202", "0271", "1449", "1473", "2472", "3025", "3271"])
def test_codes_of_tax_offices_are_known(code: str) -> None:
    assert checked((), {"tax_office": code}).firm == {"tax_office": code}


def test_a_formats_own_values_are_kept_apart_and_choices_are_listed() -> None:
    own = (Setting("encoding", "Encoding.", "utf-8", choices=("utf-8", "cp1250")),)
    told = checked(own, {"encoding": "cp1250", "city": " Łódź "})
    assert (told.firm, told.format) == ({"city": "Łódź"}, {"encoding": "cp1250"})
    with pytest.raises(BlinkError) as refused:
        checked(own, {"encoding": "latin2"})
    assert "utf-8, cp1250" in str(refused.value)
    with pytest.raises(BlinkError) as unknown:
        checked(own, {"colour": "red"})
    assert "encoding" in str(unknown.value)


def names(one: Exporter, told: Mapping[str, str]) -> list[str]:
    return [setting.name for setting in missing(one, told)]


def test_a_jpk_wants_the_office_and_who_the_taxpayer_is() -> None:
    vat, book = form("jpk_v7m"), form("jpk_pkpir")
    assert names(vat, {}) == ["tax_office", "email", "full_name"]
    assert names(book, {"full_name": "Firma", "tax_office": "1471"}) == []
    assert names(book, {"first_name": "Anna", "tax_office": "1471"}) == ["last_name", "birth_date"]
    person = {"first_name": "Anna", "last_name": "Nowa", "birth_date": "1980-01-31", "tax_office": "1471"}
    assert names(book, person) == []
    assert names(form("csv"), {}) == []


def test_a_format_without_what_it_requires_is_refused_with_the_command_that_tells_it() -> None:
    own = form(
        "optima", Setting("source_id", "Id.", required=True), Setting("kind", "Kind.", "FZ", required=True)
    )
    assert names(own, {}) == ["source_id"]
    with pytest.raises(BlinkError) as refused:
        require(own, {}, "1111111111")
    assert "blink export settings --firm 1111111111 --format optima" in str(refused.value)
    require(own, {"source_id": "BZR"}, "1111111111")
