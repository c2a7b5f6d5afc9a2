"""The demo, headless: once with everything, again with nothing new (and the same on another day)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cli.conftest import Blink
from tests.cli.inside import BlinkInside


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Blink, Any]:
    """A home in which the demo ran once, and what it told."""
    blink = BlinkInside(tmp_path_factory.mktemp("home"))
    return blink, blink("demo", "--headless", "--json").json


def test_the_demo_fetches_once_and_finds_nothing_new_again(shown: tuple[Blink, Any]) -> None:
    blink, first = shown
    assert first["firms"] == 6
    assert first["documents"]["new"] == first["documents"]["total"] > 100
    assert first["complete_until"]
    again = blink("demo", "--headless", "--json").json
    assert again["documents"] == {"new": 0, "total": first["documents"]["total"]}
    assert blink("--profile", "demo", "firm", "list", "--json").json


def test_the_demo_leaves_no_vault_behind(shown: tuple[Blink, Any]) -> None:
    blink, _first = shown
    assert not list(blink.home.rglob("vault*"))


def test_the_demo_proposes_for_its_firms_with_books(shown: tuple[Blink, Any]) -> None:
    blink, _first = shown
    firms = blink("--profile", "demo", "status", "--json").json["firms"]
    assert sorted(one["books"] or "" for one in firms) == ["", "", "", "kpir", "ledger", "lump-sum"]
    kept = next(one["firm"] for one in firms if one["books"] == "ledger")
    coded = blink("--profile", "demo", "doc", "code", "--firm", kept, "--json").json
    assert coded["done"] > 10
    assert blink("--profile", "demo", "doctor", "--audit", "--json").json["sound"]
    assert blink("--profile", "demo", "export", "--dry-run", "--json").json["documents"] == 0


@pytest.mark.proof
def test_the_demo_reset_fetches_all_anew(shown: tuple[Blink, Any]) -> None:
    blink, first = shown
    reset = blink("demo", "--headless", "--reset", "--json").json
    assert reset["documents"] == first["documents"]
