"""Exports and batches from the command line: all firms in one run, previews, cancelling, single documents again."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.inside import Inside
from tests.cli.test_coding import FIRM, SISTER, bought, prepared

__all__ = ["prepared"]  # a fixture


@pytest.fixture(scope="module")
def approved(prepared: Path) -> Path:
    """Two firms with all of their documents approved."""
    blink = Inside(prepared)
    blink("doc", "code", "--firm", FIRM, "--firm", SISTER)
    blink("doc", "approve", "--firm", FIRM, "--firm", SISTER)
    return prepared


@pytest.fixture
def office(approved: Path, tmp_path: Path) -> Inside:
    """A copy of it."""
    shutil.copytree(approved, tmp_path / "home")
    return Inside(tmp_path / "home")


def test_all_firms_in_the_formats_of_their_ledgers(office: Inside, tmp_path: Path) -> None:
    office("books", "set", "--firm", SISTER, "--program", "csv")
    out = tmp_path / "out"
    plan = office("export", "--dry-run", "--json").json
    assert (plan["documents"], plan["dry_run"], out.exists()) == (4, True, False)
    assert {(one["register"], one["rate"]) for one in plan["firms"][0]["sums"]} == {
        ("sale", "23"),
        ("purchase", "23"),
    }
    shown = office("export", "--dry-run").text
    assert ["purchases", "23", "1", "100,00", "23,00"] in [line.split() for line in shown.splitlines()]
    made = office("export", "--out", str(out), "--json").json
    assert [(one["firm"], one["format"], one["documents"], one["marks"]) for one in made["firms"]] == [
        (FIRM, "wapro", 2, True), (SISTER, "csv", 2, True),
    ]  # fmt: skip
    assert all(Path(file).exists() for one in made["firms"] for file in one["files"])
    again = office("export", "--out", str(out), "--json").json
    assert again == {"documents": 0, "dry_run": False, "firms": [], "failures": []}
    assert "Nothing waits" in office("export", "--out", str(out)).text
    assert "were written" in office("doctor", "--audit").text


def test_another_ledger_s_format_is_a_report_and_says_so(office: Inside, tmp_path: Path) -> None:
    told = office("export", "--format", "csv", "--firm", FIRM, "--out", str(tmp_path / "out")).text
    assert "no document is marked" in told
    assert office("export", "--firm", FIRM, "--out", str(tmp_path / "out"), "--json").json["documents"] == 2
    listed = office("export", "list", "--json").json
    assert [(one["format"], one["documents"], one["state"]) for one in listed] == [("wapro", 2, "placed")]


def test_months_a_quarter_and_a_year(office: Inside, tmp_path: Path) -> None:
    def documents(*words: str) -> int:
        found: int = office("export", "--dry-run", "--firm", FIRM, "--json", *words).json["documents"]
        return found

    assert documents("--month", "2026-08") == 0
    assert documents("--month", "2026-08", "--month", "2026-09") == 2
    assert (documents("--quarter", "2026-3"), documents("--quarter", "2026Q2")) == (2, 0)
    assert (documents("--year", "2026"), documents("--year", "2025")) == (2, 0)
    assert "not several" in office.failed("export", "--year", "2026", "--month", "2026-09")
    assert "A quarter is written" in office.failed("export", "--quarter", "2026-5")


def test_some_firms_fail_and_others_do_not(office: Inside, tmp_path: Path) -> None:
    office("export", "settings", "--firm", SISTER, "--set", "tax_office=1471", "--set", "email=a@example.com",
           "--set", "full_name=Firma")  # fmt: skip
    call = ("export", "--format", "jpk_v7m", "--month", "2026-09", "--out", str(tmp_path / "out"))
    made = office(*call, "--json", code=3).json
    assert [one["firm"] for one in made["firms"]] == [SISTER]
    assert [(one["firm"], one["code"]) for one in made["failures"]] == [(FIRM, "export-settings-missing")]
    alone = office(*call, "--firm", FIRM, "--json", code=1).json["error"]
    assert alone["code"] == "export-settings-missing"


def test_a_batch_is_shown_written_again_and_cancelled(office: Inside, tmp_path: Path) -> None:
    out = tmp_path / "out"
    made = office("export", "--firm", FIRM, "--out", str(out), "--json").json["firms"][0]
    (file,), batch = made["files"], str(made["batches"][0])
    one = bought(office)
    shown = office("export", "show", batch).text
    assert (one in shown, Path(file).name in shown, "handed over" in shown) == (True, True, True)
    copy = office("export", "again", batch, "--out", str(tmp_path / "copy"), "--json").json["files"]
    assert Path(copy[0]).read_bytes() == Path(file).read_bytes()
    assert "imported the file" in office.failed("export", "cancel", batch, "--reason", "zły miesiąc")
    assert "--document" in office.failed("export", "cancel", batch, "--reason", "x", "--imported")
    assert "without --document" in office.failed(
        "export", "cancel", batch, "--reason", "x", "--not-imported", "--document", one
    )
    told = office("export", "cancel", batch, "--reason", "zły miesiąc", "--not-imported").text
    assert "2 documents are approved again" in told
    assert (Path(file).exists(), Path(f"{file}.anulowany").exists()) == (False, True)
    (listed,) = office("export", "list", "--json").json
    assert (listed["state"], listed["cancel_reason"]) == ("cancelled", "zły miesiąc")
    assert "zły miesiąc" in office("export", "show", batch).text
    assert office("export", "--firm", FIRM, "--out", str(out), "--json").json["documents"] == 2


def test_of_an_imported_batch_single_documents_come_again(office: Inside, tmp_path: Path) -> None:
    out = tmp_path / "out"
    batch = str(office("export", "--firm", FIRM, "--out", str(out), "--json").json["firms"][0]["batches"][0])
    one = bought(office)
    other = bought(office, SISTER)
    call = ("export", "cancel", batch, "--reason", "złe konto", "--imported", "--document")
    assert "no document" in office.failed(*call, other)
    assert "put right in the books" in office(*call, one).text
    (told,) = office("export", "--firm", FIRM, "--out", str(out), "--json").json["firms"]
    assert (told["documents"], ["DO-POPRAWY" in file for file in told["files"]]) == (1, [True])
    assert "to be put right" in office("export", "list").text
    assert office("export", "amend", one, "--reason", "jeszcze raz", "--json").json == {"amended": [one]}
    assert "not handed over" in office.failed("export", "amend", other, "--reason", "x", code=1)
    assert "There is no such batch" in office.failed("export", "show", "99")
