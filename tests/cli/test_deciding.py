"""Decisions from the command line: by number, by filter, dry, and taken back."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from blink_tui.buffer import open_buffer
from tests.cli.conftest import Blink
from tests.cli.inside import BlinkInside
from tests.tui.office import open_office


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Blink:
    """Sixty documents of two firms, nothing decided."""
    blink = BlinkInside(tmp_path_factory.mktemp("home"))
    asyncio.run(_fill(blink.home / "data" / "default" / "buffer.db"))
    return blink


@pytest.fixture
def office(filled: Blink, blink: Blink) -> Blink:
    """A copy of it."""
    shutil.copytree(filled.home / "data", blink.home / "data")
    return blink


async def _fill(path: Path) -> None:
    async with open_buffer(path) as buffer:
        await open_office(buffer, 60)


def number(office: Blink, *words: str) -> str:
    return str(office("doc", "list", "--json", "--limit", "1", *words).json_lines[0]["ksef_number"])


def status(office: Blink, number: str) -> str:
    return str(office("doc", "show", number, "--json").json["status"])


def test_each_decision_by_number_and_back(office: Blink) -> None:
    one = number(office, "--direction", "purchase")
    assert office("doc", "query", one, "--question", "whose car?").text == "1 document is to be cleared up.\n"
    failed = office("doc", "approve", one, "--json", code=1).json["error"]
    assert failed["code"] == "decision-refused"
    assert "set aside" in failed["message"]
    office("doc", "reopen", one, "--reason", "the client called")
    words = ("--reason", "private", "--decider", "client", "--name", "Jan Kowalski", "--date", "2026-01-31")
    done = office("doc", "exclude", one, *words, "--json").json
    assert (done["done"], done["refused"]) == (1, {})
    assert status(office, one) == "excluded"
    table = office("doc", "undo", "--list").text
    assert "private; decided by the client: Jan Kowalski, 2026-01-31" in table
    assert "1 document is back" in office("doc", "undo").text
    assert status(office, one) == "fetched"
    assert [row["action"] for row in office("doc", "undo", "--list", "--json").json_lines] == [
        "reopen",
        "query",
    ]


def test_all_of_a_filter_is_told_first_and_then_done(office: Blink) -> None:
    one = number(office, "--firm", "1111111111")
    office("doc", "query", one, "-q", "?")
    dry = office("doc", "approve", "--firm", "1111111111", "--dry-run", "--json").json
    assert dry["done"] == 53
    assert dry["refused"] == {"set-aside": 1}
    assert set(dry["gross"]) == {"PLN", "EUR"}
    assert not office("doc", "list", "--status", "approved", "--json").json_lines
    done = office("doc", "approve", "--firm", "1111111111")
    assert done.text == "53 documents approved.\n"
    assert "1 document was set aside" in done.err
    assert len(office("doc", "list", "--status", "approved", "--json").json_lines) == 53
    assert office("doc", "undo", "--json").json["undone"] == 53


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("approve",), "by number"),
        (("query", "--filter", "x"), "what is to be cleared up"),
        (("reopen", "--filter", "x"), "why it is reopened"),
        (("exclude", "--filter", "x"), "--reason not-ours"),
        (("exclude", "--filter", "x", "--reason", "booked-elsewhere"), "where it is booked"),
        (("exclude", "--filter", "x", "--reason", "private", "--decider", "client"), "who decided"),
        (("exclude", "--filter", "x", "--reason", "private", "--date", "2999-01-01"), "still to come"),
        (("undo",), "taken back"),
    ],
)
def test_what_is_missing_is_said(filled: Blink, words: tuple[str, ...], part: str) -> None:
    assert part in filled("doc", *words, code=2).err


def test_what_was_handed_over_is_confirmed_as_booked(office: Blink, tmp_path: Path) -> None:
    one = number(office, "--firm", "1111111111", "--direction", "purchase")
    refused = office("doc", "book", one, "--json", code=1).json["error"]
    assert "not handed over" in refused["message"]
    office("doc", "approve", one)
    office("export", "--format", "csv", "--firm", "1111111111", "--out", str(tmp_path))
    assert office("doc", "book", one, "--reference", "KP/7").text == "1 document is booked.\n"
    assert status(office, one) == "booked"
    office("doc", "undo")
    assert status(office, one) == "exported"
