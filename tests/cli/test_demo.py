"""The demo, headless: once with everything, again with nothing new (and the same on another day)."""

from __future__ import annotations

from tests.cli.conftest import Blink


def test_the_demo_fetches_once_and_finds_nothing_new_again(blink: Blink) -> None:
    first = blink("demo", "--headless", "--json").json
    assert first["firms"] == 6
    assert first["documents"]["new"] == first["documents"]["total"] > 100
    assert first["complete_until"]
    again = blink("demo", "--headless", "--json").json
    assert again["documents"] == {"new": 0, "total": first["documents"]["total"]}
    assert blink("--profile", "demo", "firm", "list", "--json").json
    reset = blink("demo", "--headless", "--reset", "--json").json
    assert reset["documents"] == first["documents"]


def test_the_demo_leaves_no_vault_behind(blink: Blink) -> None:
    blink("demo", "--headless", "--json")
    assert not list(blink.home.rglob("vault*"))


def test_the_demo_proposes_for_its_firms_with_books(blink: Blink) -> None:
    blink("demo", "--headless", "--json")
    firms = blink("--profile", "demo", "status", "--json").json["firms"]
    assert sorted(one["books"] or "" for one in firms) == ["", "", "", "kpir", "ledger", "lump-sum"]
    kept = next(one["firm"] for one in firms if one["books"] == "ledger")
    coded = blink("--profile", "demo", "doc", "code", "--firm", kept, "--json").json
    assert coded["done"] > 10
    assert blink("--profile", "demo", "doctor", "--audit", "--json").json["sound"]
