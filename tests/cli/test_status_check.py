"""`blink status --check`: the dead-man check by its exit codes, sentences and JSON."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest

from tests.cli.conftest import Blink

FIRST, SECOND = "5265877635", "5250001009"
NOWHERE = "http://127.0.0.1:9/v2"


@pytest.fixture
def change(blink: Blink) -> Callable[..., None]:
    def changed(sql: str, *values: object) -> None:
        (path,) = blink.home.rglob("buffer.db")
        with closing(sqlite3.connect(path)) as file, file:
            file.execute(sql, values)

    return changed


def test_a_firm_that_was_just_added_is_not_late(blink: Blink) -> None:
    blink("firm", "add", "--nip", FIRST, "--name", "Alfa", "--env", NOWHERE)
    told = blink("status", "--check")
    assert told.text.strip() == "1 firm watched, none late (limit: 24 h)"


def test_some_late_is_3_and_all_late_their_common_code(blink: Blink, change: Callable[..., None]) -> None:
    blink("firm", "add", "--nip", FIRST, "--name", "Alfa", "--env", NOWHERE)
    blink("firm", "add", "--nip", SECOND, "--name", "Beta", "--env", NOWHERE)
    change("UPDATE firm SET watched_since = '2026-02-01T00:00:00Z' WHERE nip = ?", FIRST)
    told = blink("status", "--check", code=3)
    assert told.text.splitlines() == [
        "No complete pass for more than 24 h: 1 of 2 firms",
        f"  Alfa ({FIRST}): never complete; nothing logs in for it",
        f"    → blink credential add --firm {FIRST}",
    ]
    blink("status", "--check", "--firm", FIRST, code=4)
    blink("status", "--check", "--firm", SECOND)
    document = blink("status", "--check", "--json", "--within", "5", code=3).json
    assert (document["within_hours"], document["watched"]) == (5, 2)
    (late,) = document["late"]
    assert (late["firm"], late["reason"], late["complete_until"]) == (FIRST, "no-access", None)
    assert late["since"] == "2026-02-01T00:00:00Z"
    change("UPDATE firm SET paused = 1")
    assert "switched off or paused" in blink("status", "--check").text


def test_a_wrong_profile_or_word_is_not_taken_for_well(blink: Blink) -> None:
    assert blink("status", "--check", "--json", code=2).json["error"]["code"] == "no-firms"
    blink("status", "--within", "5", code=2)
    blink("status", "--check", "--within", "0", code=2)
    blink("status", "--check", "--firm", "123", code=2)


def test_status_tells_of_the_program_for_programs(blink: Blink) -> None:
    document = blink("status", "--json").json
    assert document["version"]
    assert (document["daemon"], document["backup"]) == (None, None)
    assert document["chores"] == []
