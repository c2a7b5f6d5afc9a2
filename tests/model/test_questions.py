"""The letter of questions, and answers out of replies as people and mail programs write them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blink_tui.i18n import set_language
from blink_tui.model.questions import Asked, answers_in, letter

_ASKED = (
    Asked(1, "Czyj to samochód?", "Hurtownia Łódzka S.A.", "FV/1", date(2026, 9, 1), Decimal("1234.50"), "PLN"),
    Asked(2, "Prywatne czy firmowe? " * 9, "Zażółć Transport", "FV/2", date(2026, 9, 2), None, "PLN"),
    Asked(12, "Co to jest?", "\x1b[2JEvil", "FV/3", None, Decimal(-5), "EUR"),
)  # fmt: skip
_NUMBERS = [one.number for one in _ASKED]


@pytest.fixture(params=["pl", "en"])
def mail(request: pytest.FixtureRequest) -> str:
    set_language(request.param)
    return letter("Żółw i Synowie", "1111111111", _ASKED, date(2026, 10, 1))


def test_the_letter_names_each_document_and_leaves_a_place(mail: str) -> None:
    assert "[1] Hurtownia Łódzka S.A., FV/1" in mail
    assert "1 234,50 PLN" in mail
    assert "\x1b" not in mail
    assert max(map(len, mail.splitlines())) <= 80
    assert answers_in(mail, _NUMBERS).found == {}


def _filled(mail: str) -> str:
    """Answers typed after the places left for them."""
    places = {f" {number}:": number for number in _NUMBERS}
    lines = []
    for line in mail.splitlines():
        number = next((one for end, one in places.items() if line.endswith(end)), None)
        lines.append(f"{line} odpowiedź {number}" if number else line)
    return "\n".join(lines)


def _below(mail: str) -> str:
    """Quoted, with the answers between."""
    lines = ["Dzień dobry,", "", "W dniu 1.10.2026 biuro napisało:", "Jan Nowak napisał(a):"]
    for line in mail.splitlines():
        lines.append(f"> {line}")
        if line.startswith("["):
            number = line[1 : line.index("]")]
            continue
        if line.endswith(":") and any(line.endswith(f" {one}:") for one in _NUMBERS):
            lines += ["", f"odpowiedź {number}", ""]
    return "\n".join(lines)


def _above(mail: str) -> str:
    """Numbered by hand above the quoted letter."""
    own = [
        "Dzień dobry",
        "1. odpowiedź 1",
        "2) odpowiedź",
        "   druga",
        "Ad 12: odpowiedź 12",
        "Jan Nowak napisał(a):",
    ]
    return "\n".join([*own, *(f">> {line}" for line in mail.splitlines())])


@pytest.mark.parametrize("reply", [_filled, _below, _above])
def test_answers_are_found_wherever_they_were_written(mail: str, reply: object) -> None:
    assert callable(reply)
    found = answers_in(reply(mail), _NUMBERS)
    expected = {number: f"odpowiedź {number}" for number in _NUMBERS}
    assert found.found == (expected | {2: "odpowiedź druga"} if reply is _above else expected)
    assert found.unknown == ()


def test_a_number_that_nobody_asked_is_told_and_not_taken() -> None:
    found = answers_in("Odpowiedź 7: tak\nOdpowiedź 1: nie\n-- \nJan\n1. ulica", [1])
    assert (found.found, found.unknown) == ({1: "nie"}, (7,))
    assert answers_in("1. pierwsza\n3. z listą\n3 sztuki\n2.03 zapłacono", [1]).found == {
        1: "pierwsza 3. z listą 3 sztuki 2.03 zapłacono"
    }


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    assert set(answers_in(text, _NUMBERS).found) <= set(_NUMBERS)
