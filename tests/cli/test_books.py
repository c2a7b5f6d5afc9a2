"""Books from the command line: set up for many firms, changed, charts and lists taken out of files."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.inside import Inside

ONE, TWO = "1111111111", "5265877635"


@pytest.fixture
def office(tmp_path: Path) -> Inside:
    blink = Inside(tmp_path / "home")
    for nip in (ONE, TWO):
        blink("firm", "add", "--nip", nip, "--env", "test")
    return blink


def test_books_of_many_firms_at_once_and_vat_from_a_day_on(office: Inside) -> None:
    words = ("--kind", "ledger", "--program", "wapro", "--vat", "quarterly", "--since", "2026-01-01")
    set_up = office("books", "set", "--all", *words, "--json").json
    assert [one["firm"] for one in set_up] == [ONE, TWO]
    assert all(one["books"]["level"] == "description" for one in set_up)
    later = ("--vat", "monthly", "--proportion", "85,5%", "--since", "2026-07-01", "--four-eyes", "15 000,00")
    books = office("books", "set", "--firm", TWO, *later, "--cars", "private", "--json").json[0]["books"]
    assert [(one["since"], one["kind"], one["proportion"]) for one in books["vat"]] == [
        ("2026-01-01", "quarterly", None),
        ("2026-07-01", "monthly", "0.855"),
    ]
    assert books["four_eyes_from"] == "15000.00"
    shown = office("books", "show", TWO).text
    assert "VAT by months, proportion 85,5 %" in shown
    assert "the owner's own" in shown
    assert office("books", "show", ONE, "--json").json["books"]["four_eyes_from"] is None
    listed = office("books", "list").text
    assert "WAPRO" in listed
    assert "0/23" in listed


def test_what_is_said_wrongly_is_refused_in_words(office: Inside) -> None:
    assert "--kind ledger | kpir" in office.failed("books", "set", "--firm", ONE, "--level", "full")
    assert "no books yet" in office.failed("books", "show", ONE)
    assert "--firm" in office.failed("books", "set", "--kind", "kpir")
    assert "such as --kind" in office.failed("books", "set", "--firm", ONE)
    assert "there are: wapro" in office.failed("books", "set", "--firm", ONE, "--program", "excel")
    assert "no amount" in office.failed("books", "set", "--firm", ONE, "--four-eyes", "-1")
    assert "no amount" in office.failed("books", "set", "--firm", ONE, "--four-eyes", "1e99999")
    assert "choose one of ledger, kpir, lump-sum." in office.failed("books", "set", "--all", "--kind", "nic")
    assert "there is no such file" in office.failed("books", "rates", "import", "nic.csv")
    assert "it is at least 1" in office.failed("rules", "show", "paliwo", "--version", "0")
    office("books", "set", "--firm", ONE, "--kind", "kpir")
    refused = office("books", "set", "--all", "--cars", "private", "--json", code=2).json["error"]
    assert refused["firm"] == TWO
    assert office("books", "show", ONE, "--json").json["books"]["cars"] == "company-mixed"
    assert "--since" in office.failed("books", "set", "--firm", ONE, "--vat", "exempt")
    assert "Only full books" in office.failed("books", "chart", "start", "--firm", ONE)


def test_a_starter_chart_is_mapped_to_the_firm_s_own(office: Inside, tmp_path: Path) -> None:
    office("books", "set", "--firm", ONE, "--kind", "ledger")
    assert office("books", "chart", "start", "--firm", ONE, "--json").json["firms"] == [ONE]
    roles = office("books", "show", ONE, "--json").json["books"]["roles"]
    assert (roles["payable"], roles["vat_in"]) == ("202-{nip}", "223")
    own = tmp_path / "plan.csv"
    own.write_bytes("Konto;Nazwa\n202;Dostawcy\n402-01;Usługi obce\n222-1;VAT naliczony\n".encode("cp1250"))
    preview = office("books", "chart", "import", str(own), "--firm", ONE, "--dry-run")
    assert "Usługi obce" in preview.text
    assert "number = Konto" in preview.err
    assert len(office("books", "chart", "list", "--firm", ONE, "--json").json) > 15
    taken = office("books", "chart", "import", str(own), "--firm", ONE)
    assert "vat_in=223" in taken.err
    assert [
        one["number"] for one in office("books", "chart", "list", "usługi", "--firm", ONE, "--json").json
    ] == ["402-01"]
    assert "no account 229" in office.failed("books", "chart", "map", "--firm", ONE, "vat_in=229")
    mapped = office("books", "chart", "map", "--firm", ONE, "vat_in=222-1", "services=402-01", "--json").json
    assert mapped[0]["roles"]["services"] == "402-01"


def test_lists_with_bad_lines_are_taken_whole_or_not_at_all(office: Inside, tmp_path: Path) -> None:
    office("books", "set", "--firm", ONE, "--kind", "ledger")
    wrong = tmp_path / "kontrahenci.csv"
    wrong.write_text("NIP;Nazwa\n5265877635;Alfa\n12;Beta\n")
    words = ("books", "contractors", "import", str(wrong), "--firm", ONE)
    refused = office(*words, "--json", code=2).json
    assert refused["error"]["code"] == "bad-list"
    assert refused["problems"] == [{"line": 3, "message": "a NIP has ten digits; this has not: 12"}]
    assert "Line 3" in office(*words, code=2).err
    wrong.write_text("NIP;Nazwa\n5265877635;Alfa\n")
    assert office(*words).text.endswith("1 line taken.\n")
    places = tmp_path / "mpk.csv"
    places.write_text("kod;nazwa\n01;Biuro\n")
    assert "--dimension" in office.failed("books", "dimensions", "import", str(places), "--firm", ONE)
    done = office(
        "books", "dimensions", "import", str(places), "--firm", ONE, "--dimension", "mpk", "--json"
    ).json
    assert done == {"rows": 1, "firms": [ONE], "dry_run": False}
    assert "NAME=HEADING" in office.failed(*words, "--column", "nip")


def test_rates_of_the_bank_s_archive(office: Inside, tmp_path: Path) -> None:
    archive = tmp_path / "archiwum_tab_a_2026.csv"
    archive.write_bytes(
        "data;1USD;100HUF;pełny numer tabeli\n20260102;3,5981;1,09;001/A/NBP/2026\n".encode("cp1250")
    )
    done = office("books", "rates", "import", str(archive))
    assert "0.0109" in done.text
    assert done.text.endswith("2 lines taken.\n")
