"""`blink payments`, from a firm that makes no lists to a list taken back."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path

import pytest

from blink_tui.buffer import DerivedRow, open_buffer
from blink_tui.model.documents import Role, Status
from tests.buffer.factory import NIP, invoice, ksef_number
from tests.cli.inside import Inside
from tests.ledger.test_vat_register import flat_file
from tests.sync.test_paying import ACCOUNT, xml

MAKE = ("payments", "make", "--firm", NIP, "--until", "2026-10-31")


@pytest.fixture
def run(tmp_path: Path) -> Inside:
    inside = Inside(tmp_path / "home")
    inside("firm", "add", "--nip", NIP, "--env", "test")

    async def fill() -> None:
        async with open_buffer(inside.buffer_path) as buffer:
            (firm,) = await buffer.firms.list()
            await buffer.documents.store(firm, Role.BUYER, [invoice(one, xml=xml(one)) for one in (1, 2, 3)])
            await buffer.derived.save(
                [DerivedRow(id_, 1, date(2026, 10, 5), "", None, ()) for id_ in (1, 2, 3)]
            )
            await buffer.documents.change_status([1, 2], Status.APPROVED, who="anna")
            await buffer.documents.change_status([2], Status.QUERIED, who="anna", reason="co to?")

    asyncio.run(fill())
    return inside


def test_lists_are_off_shown_made_shown_and_taken_back(run: Inside, tmp_path: Path) -> None:
    assert "--set since=" in run.failed(*MAKE)
    run("export", "settings", "--firm", NIP, "--format", "payments", "--set", "since=2026-09-01")
    shown = run(*MAKE, "--dry-run", "--json").json
    assert (shown["totals"], shown["lists"]) == ({"PLN": "123.00"}, [])
    assert [(one["number"], one["account"]) for one in shown["payments"]] == [("FV/1/2026", f"PL{ACCOUNT}")]
    assert [one["reason"] for one in shown["refused"]] == ["it is to be cleared up"]
    named = run(*MAKE, "--dry-run", "--document", ksef_number(3), "--json").json
    assert [one["reason"] for one in named["refused"]] == ["it is not approved"]
    assert run("payments", "list", "--json").json == []

    (made,) = run(*MAKE, "--out", str(tmp_path / "out"), "--json").json["lists"]
    assert Path(made["file"]).exists()
    assert "Nothing is to be paid." in run(*MAKE).text
    (kept,) = run("payments", "show", "1", "--json").json["payments"]
    assert (kept["ksef_number"], kept["amount"], kept["account_check"]) == (
        ksef_number(1),
        "123.00",
        "not-asked",
    )
    assert "FV/1/2026" in run("payments", "show", "1").text
    assert "--reason" in run.failed("payments", "cancel", "1")
    assert run("payments", "cancel", "1", "--reason", "pomyłka", "--json").json["reason"] == "pomyłka"
    assert "cancelled" in run("payments", "list", "--firm", NIP).text
    assert "7" in run.failed("payments", "show", "7")
    assert "list of payments: 1" in run("doc", "history", ksef_number(1)).text


def test_the_register_is_loaded_from_a_file_and_told(run: Inside, tmp_path: Path) -> None:
    assert run("payments", "register", "--json").json == {"day": None, "active": 0, "exempt": 0}
    assert "unchecked" in run("payments", "register").text
    flat = str(flat_file(tmp_path / "flat.json"))
    assert "2026-11-30" in run("payments", "register", flat).text
    (tmp_path / "wrong.json").write_text("{}")
    assert "podatki.gov.pl" in run.failed("payments", "register", str(tmp_path / "wrong.json"))
    run.failed("payments", "register", str(tmp_path / "none.json"), code=1)
    assert run("payments", "register", "--json").json["active"] == 5002


def test_bad_input_is_told_in_a_sentence(run: Inside) -> None:
    settings = ("export", "settings", "--firm", NIP, "--format", "payments", "--set")
    assert "2026-12-01" in run.failed(*settings, "since=jutro")
    assert "61 1090" in run.failed(*settings, "account=61109010140000071219812875")
    assert "net, show" in run.failed(*settings, "corrections=maybe")
    assert "2026-01-31" in run.failed("payments", "make", "--firm", NIP, "--until", "wkrótce")
    assert "KSeF" in run.failed(*MAKE, "--document", "FV/1")
