"""`--filter` in the grid's language, and the filters that people keep."""

from __future__ import annotations

import asyncio
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from blink_tui.buffer import open_buffer
from blink_tui.cli.context import system_user
from blink_tui.model.documents import Role, Status
from tests.buffer.factory import NIP, SELLER, invoice
from tests.cli.conftest import Blink
from tests.cli.inside import BlinkInside


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Blink:
    """Four documents of two firms, one of which is the user's own client."""
    blink = BlinkInside(tmp_path_factory.mktemp("home"))
    me = system_user()
    blink(
        "firm", "add", "--nip", NIP, "--env", "test", "--name", "Biuro", "--accountant", me, "--label", "KPiR,nowi"
    )  # fmt: skip
    blink("firm", "add", "--nip", SELLER, "--env", "test", "--name", "Żółw")

    async def fill(path: Path) -> None:
        async with open_buffer(path) as buffer:
            mine, other = await buffer.firms.list()
            items = [
                invoice(number, gross=Decimal(number * 1000), issue_date=date(2026, 9, number))
                for number in (1, 2, 3)
            ]
            await buffer.documents.store(mine, Role.BUYER, items)
            await buffer.documents.store(other, Role.SELLER, [invoice(4, currency="EUR")])
            await buffer.documents.change_status([2], Status.APPROVED, who="a")

    asyncio.run(fill(blink.home / "data" / "default" / "buffer.db"))
    return blink


def numbers(blink: Blink, text: str, *words: str) -> list[str]:
    listed: list[dict[str, Any]] = blink("doc", "list", "--json", "--filter", text, *words).json_lines
    return sorted(one["invoice_number"].split("/")[1] for one in listed)


def test_documents_are_listed_by_fields(office: Blink) -> None:
    assert numbers(office, "kwota:>=2000") == ["2", "3"]
    assert numbers(office, "status:zatwierdzone") == ["2"]
    assert numbers(office, "-status:zatwierdzone do:2026-09-02 waluta:PLN") == ["1"]
    assert numbers(office, "opiekun:ja") == ["1", "2", "3"]
    assert numbers(office, "firma:zolw") == ["4"]
    assert numbers(office, "etykieta:kpir", "--status", "fetched") == ["1", "3"]
    assert numbers(office, "opiekun:-", "--firm", NIP) == []


def test_a_wrong_filter_is_shown_at_its_place(office: Blink) -> None:
    ended = office("doc", "list", "--filter", "żółw status:pobrny", code=2)
    assert ended.err.splitlines() == [
        "  żółw status:pobrny",
        "              ^^^^^^",
        "There is no “pobrny” here. Did you mean pobrany?",
    ]
    assert ended.text == ""
    for command in (("doc", "list"), ("doc", "pdf"), ("doc", "xml"), ("filter", "save", "x")):
        words = [*command, *(() if command[0] == "filter" else ("--filter",)), "kwotaa:1"]
        assert "kwota:?" in office(*words, code=2, BLINK_LANG="pl").err
    failed = office("doc", "list", "--json", "--filter", "a\x1b[31m\tb status:x", code=2)
    assert failed.json["error"]["code"] == "bad-filter"
    assert "\x1b" not in failed.err


def test_a_finding_that_nothing_has_is_said(office: Blink) -> None:
    assert "of the kind acount-new" in office("doc", "list", "--filter", "uwaga:acount-new").err
    assert office("doc", "list", "--filter", "-uwaga:acount-new").err == ""


@pytest.mark.proof
def test_a_kept_filter_is_used_by_its_name(office: Blink) -> None:
    assert office("filter", "list", "--json").json == []
    saved = office("filter", "save", "duże", "amount:>=2000", "--json").json
    assert (saved["name"], saved["filter"]) == ("duże", "kwota:>=2000")
    assert numbers(office, "@duże") == ["2", "3"]
    assert numbers(office, "@duże -status:zatw") == ["3"]
    assert "@duże" in office("filter", "save", "duże", "kwota:1", code=2).err
    office("filter", "save", "@duże", "kwota:1000", "--replace")
    assert numbers(office, "@duże") == ["1"]
    assert "@duże  kwota:1000" in office("filter", "list").text
    office("filter", "remove", "duże")
    assert office("filter", "remove", "duże", "--json", code=2).json["error"]["code"] == "no-filter"
    assert office("doc", "list", "--filter", "@duże", code=2).text == ""
    assert office("filter", "save", "a b", "kwota:1", code=2).text == ""


def test_filters_of_others_are_not_seen(tmp_path: Path) -> None:
    async def check() -> None:
        async with open_buffer(tmp_path / "buffer.db") as buffer:
            await buffer.saved_filters.save("anna", "x", "kwota:1")
            await buffer.saved_filters.save("ola", "x", "kwota:2")
            assert [one.text for one in await buffer.saved_filters.list("anna")] == ["kwota:1"]
            await buffer.saved_filters.remove("ola", "x")
            assert (await buffer.saved_filters.get("anna", "x")).text == "kwota:1"

    asyncio.run(check())


def test_the_fields_are_told_in_both_languages(office: Blink) -> None:
    text = office("filter", "fields", BLINK_LANG="pl").text
    assert "miesiąc rozliczenia VAT" in text
    assert "kwota:1000..2500,50" in text
    assert "(accountant, księgowy, księgowa)" in " ".join(text.split())
    assert max(map(len, text.splitlines())) <= 80
    listed = office("filter", "fields", "--json").json
    assert {"name": "waluta", "aliases": ["currency"]}.items() <= listed[4].items()
    assert "filter fields" in " ".join(office("doc", "list", "--help").text.split())


def test_a_firm_has_an_accountant_and_labels(tmp_path: Path) -> None:
    blink = BlinkInside(tmp_path)
    blink(
        "firm", "add", "--nip", NIP, "--env", "test", "--accountant", "anna", "--label", "a", "--label", "B,a"
    )
    (firm,) = blink("firm", "list", "--json").json
    assert (firm["accountant"], firm["labels"]) == ("anna", ["a", "B"])
    assert "anna" in blink("firm", "list").text
    edited = blink("firm", "edit", NIP, "--accountant", "", "--label", "", "--json").json
    assert (edited["accountant"], edited["labels"]) == (None, [])
    assert "anna maria" in blink("firm", "edit", NIP, "--accountant", "anna maria", code=2).err
    blink("firm", "edit", NIP, "--label", "x" * 41, code=2)
    listing = tmp_path / "firms.csv"
    listing.write_text(f"NIP;Nazwa;KSeF;Opiekun;Etykiety\n{NIP};Biuro;test;ola;x|y\n{SELLER};Dwa;test;;\n")
    blink("firm", "import", str(listing), "--update")
    found = {one["nip"]: one for one in blink("firm", "list", "--json").json}
    assert (found[NIP]["accountant"], found[NIP]["labels"]) == ("ola", ["x", "y"])
    assert (found[SELLER]["accountant"], found[SELLER]["labels"]) == (None, [])
    listing.write_text(f"NIP;Opiekun\n{NIP};dwie osoby\n")
    assert "dwie osoby" in blink("firm", "import", str(listing), "--env", "test", code=2).err
