"""Warnings of an export by their kind: how many, some of them, and how many more."""

from __future__ import annotations

from decimal import Decimal

from blink_tui.cli.export_text import grouped, sums_table, warned
from blink_tui.i18n import set_language
from blink_tui.model.coding import Problem
from blink_tui.model.documents import Direction
from blink_tui.sync.exporting_work import Sum, Told

_CUT = "{field}: “{text}” is longer than {limit} characters and was cut."


def told(number: int, *problems: Problem) -> Told:
    return Told(number, f"1111111111-20260901-00000000000{number}-0A", f"FV/{number}", problems)


def cut(text: str) -> Problem:
    return Problem("text-cut", _CUT, {"field": "OPIS", "text": text, "limit": "50"}, blocks=False)


def test_many_of_a_kind_are_a_count_and_some_examples() -> None:
    set_language("pl")
    lines = list(grouped(warned(told(place, cut("a" * place)) for place in range(1, 9))))
    assert lines[0] == "  8 dokumentów:"
    assert lines[1].startswith("    FV/1 (1111111111-20260901-000000000001-0A): OPIS: „a”")
    assert lines[-1] == "    … i 5 dalszych (--json pokaże wszystkie)"
    assert max(map(len, lines)) <= 80


def test_one_sentence_of_several_documents_is_said_once_and_one_more_is_shown_rather_than_counted() -> None:
    set_language("en")
    same = Problem("receipt", "Nothing travels.", blocks=False)
    lines = list(grouped(warned(told(place, same) for place in range(1, 5))))
    assert lines[0] == "  4 documents: Nothing travels."
    assert lines[1:] == [
        f"    FV/{place} (1111111111-20260901-00000000000{place}-0A)" for place in range(1, 5)
    ]


def test_kinds_are_kept_apart_and_a_single_one_is_a_sentence() -> None:
    set_language("en")
    lines = list(
        grouped(warned([told(1, cut("x"), Problem("other", "Of 12 345,60 nothing.", blocks=False))]))
    )
    assert [line.split(": ", 1)[1][:5] for line in lines if line.startswith("  FV/1")] == ["OPIS:", "Of 12"]
    assert "12\u00a0345,60" in lines[-1]


def test_registers_are_summed() -> None:
    set_language("en")
    sums = {
        (Direction.SALE, "23"): Sum(2, Decimal("100.10"), Decimal("23.02")),
        (Direction.SALE, "zw"): Sum(1, Decimal("-0.20"), Decimal("0.00")),
    }
    assert [line.split() for line in sums_table(sums)][-1] == ["sales", "in", "all", "99,90", "23,02"]
