"""Coding from the command line: proposals with their reasons, choices, rules tried and imported, payments."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from blink_tui.buffer import open_buffer
from blink_tui.model.documents import Role
from blink_tui.model.values import KsefNumber
from tests.cli.inside import Inside
from tests.sync.buying import OTHER, Books, Paper

FIRM, SISTER = "1111111111", "2222222222"
RULE = """
[[zasada]]
nazwa = "sprzątanie"
kierunek = "zakup"
warunek = 'jest(wiersz.nazwa ~ "sprzątan*")'
schemat = "zakup-materialy"
"""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two firms with full books and one purchase, one sale each, everything proposed."""
    blink = Inside(tmp_path_factory.mktemp("prepared") / "home")
    blink("firm", "list")
    fill(blink, _two_firms)
    blink("books", "set", "--all", "--kind", "ledger", "--program", "wapro", "--level", "full")
    blink("books", "chart", "start", "--firm", FIRM, "--firm", SISTER)
    blink("reindex", "--rest")
    return blink.home


@pytest.fixture
def office(prepared: Path, tmp_path: Path) -> Inside:
    """A copy of it."""
    shutil.copytree(prepared, tmp_path / "home")
    return Inside(tmp_path / "home")


def fill(blink: Inside, put: Callable[[Books], Awaitable[None]]) -> None:
    """Let documents come in, read and compared."""

    async def go() -> None:
        async with open_buffer(blink.buffer_path) as buffer:
            books = Books(buffer)
            await put(books)
            await books.settle()

    asyncio.run(go())


async def _two_firms(books: Books) -> None:
    for nip in (FIRM, SISTER):
        firm = await books.firm(nip)
        await books.get(firm, Paper(number=f"Z/{nip}", day=date(2026, 9, 1)))
        await books.get(firm, Paper(number=f"S/{nip}", day=date(2026, 9, 2), seller=OTHER), Role.SELLER)


def number(office: Inside, *words: str) -> KsefNumber:
    return KsefNumber(office("doc", "list", "--json", "--limit", "1", *words).json_lines[0]["ksef_number"])


def bought(office: Inside, firm: str = FIRM) -> KsefNumber:
    return number(office, "--firm", firm, "--direction", "purchase")


def test_a_document_shows_how_it_is_proposed_why_and_what_the_program_gets(office: Inside) -> None:
    one = bought(office)
    shown = office("doc", "show", one).text
    assert "Proposed (why: blink doc why):" in shown
    assert "Wn    402" in shown
    assert "Goes to WAPRO: document type FZ; VAT month 2026-09" in shown
    assert "Stays here: VAT register ZAK; accounts 202-5265877635, 223" in shown
    proposal = office("doc", "show", one, "--json").json["proposal"]
    assert [(line["side"], line["account"], line["amount"]) for line in proposal["lines"]] == [
        ("debit", "402", "100.00"),
        ("debit", "223", "23.00"),
        ("credit", "202-5265877635", "123.00"),
    ]
    assert proposal["rows"][0]["amounts"] == {"K_42": "100.00", "K_43": "23.00"}
    why = office("doc", "why", one).text
    assert "Chosen by: zakup * v1 #" in why
    assert "2026-09" in why
    assert office("doc", "why", one, "--json").json["candidates"][0]["matched"]


def test_by_proposals_one_and_many_and_back(office: Inside) -> None:
    assert office("doc", "code", "--firm", FIRM, "--dry-run", "--json").json["done"] == 2
    assert office("doc", "code", bought(office)).text == "1 document coded.\n"
    assert office("doc", "show", bought(office), "--json").json["status"] == "coded"
    listed = office("doc", "list", "--firm", FIRM, "--json").json_lines
    assert {one["direction"]: one["coding"] for one in listed} == {
        "purchase": {"state": "coded", "scheme": "zakup-uslugi", "complete": True, "vat_month": "2026-09"},
        "sale": {"state": "proposed", "scheme": "sprzedaz-uslugi", "complete": True, "vat_month": "2026-09"},
    }
    assert office("doc", "approve", bought(office)).text == "1 document approved.\n"
    left = office("doc", "code", "--filter", "status:pobrany", "--json").json
    assert (left["done"], left["refused"]) == (3, {})
    refused = office("doc", "code", bought(office), "--json", code=1).json["error"]
    assert refused["code"] == "decision-refused"


def test_by_a_scheme_and_month_of_one_s_own(office: Inside) -> None:
    one = bought(office)
    words = (
        "doc",
        "code",
        one,
        "--scheme",
        "zakup-towary",
        "--vat-month",
        "2026-10",
        "--books-day",
        "2026-09-30",
    )
    dry = office(*words, "--dry-run", "--json").json["documents"][0]["coding"]
    assert (dry["lines"][0]["account"], dry["vat_month"], dry["books_day"]) == (
        "330",
        "2026-10",
        "2026-09-30",
    )
    assert office("doc", "show", one, "--json").json["coding"] is None
    assert "VAT register (purchase)  2026-10" in office(*words).text
    coded = office("doc", "show", one, "--json").json
    assert (coded["status"], coded["coding"]["state"]) == ("coded", "coded")
    assert office("doc", "why", one).text.startswith("Coded by ")


def test_lines_made_by_hand_stay_when_months_change(office: Inside) -> None:
    one = bought(office)
    asyncio.run(_by_hand(office, one))
    coded = office("doc", "code", one, "--vat-month", "2026-10", "--json").json["documents"][0]["coding"]
    assert [line["amount"] for line in coded["lines"]] == ["60.00", "40.00", "23.00", "123.00"]
    assert coded["vat_month"] == "2026-10"


async def _by_hand(office: Inside, number: KsefNumber) -> None:
    """Split the cost into two lines."""
    from blink_tui.coding.editing import split

    async with open_buffer(office.buffer_path) as buffer:
        (document,) = await buffer.documents.find(number)
        proposal = await buffer.codings.proposal(document.id)
        assert proposal is not None
        made = split(proposal.coding, 0, ((Decimal(60), "biuro"), (Decimal(40), "sklep")))
        await buffer.codings.save_draft(document.id, document.version, made, who="anna")


def test_what_the_law_or_the_scheme_does_not_allow_stays_a_draft(office: Inside) -> None:
    one = bought(office)
    late = office("doc", "code", one, "--vat-month", "2027-06", "--json", code=1).json["error"]
    assert late["code"] == "coding-incomplete"
    assert "kept as a draft" in late["message"]
    document = office("doc", "show", one, "--json").json
    assert (document["status"], document["coding"]["state"]) == ("fetched", "draft")
    assert "NAME=VALUE" in office.failed("doc", "code", one, "--param", "account")
    dry = office("doc", "code", one, "--vat-month", "2027-06", "--dry-run", "--json").json
    assert (dry["done"], dry["documents"][0]["coding"]["complete"]) == (0, False)
    for scheme in ("nie-ma", "sprzedaz-uslugi"):
        assert scheme in office.failed("doc", "code", one, "--scheme", scheme)
    assert office("doc", "show", one, "--json").json == document
    for beyond in ("9999-12", "0001-01"):
        assert "2026-01" in office.failed("period", "lock", "--firm", FIRM, "--month", beyond)
        assert "2026-01" in office.failed("close", "--firm", FIRM, "--month", beyond)
    office("period", "lock", "--firm", FIRM, "--month", "2026-09")
    locked = office(
        "doc", "code", one, "--scheme", "zakup-uslugi", "--vat-month", "2026-09", "--json", code=1
    )
    assert "2026-09" in locked.json["error"]["message"]
    kept = office("doc", "code", bought(office, SISTER), "--scheme", "zakup-towary", "--draft")
    assert kept.text.endswith("1 draft kept.\n")


def test_rules_are_checked_tried_and_imported_as_new_versions(office: Inside, tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text(RULE)
    assert "rule sprzątanie: new" in office("rules", "check", str(file)).text
    tried = office("rules", "try", str(file), "--json").json
    assert (tried["looked_at"], tried["would_change"]) == (4, 2)
    change = tried["changes"][0]
    assert (change["before"]["scheme"], change["after"]["scheme"]) == ("zakup-uslugi", "zakup-materialy")
    one_firm = office("rules", "try", str(file), "--firm", FIRM).text
    assert one_firm.startswith("Would change 1 document of 2 fetched and coded.")
    assert "zakup-uslugi, Wn 402" in one_firm
    assert "zakup-materialy, Wn 401" in one_firm
    assert office("rules", "import", str(file), "--dry-run", "--json").json["waiting"] == 0
    assert office("rules", "import", str(file), "--json").json == {
        "changed": [{"kind": "rule", "name": "sprzątanie", "version": 1}],
        "dry_run": False,
        "waiting": 4,
    }
    assert "Everything is there already" in office("rules", "import", str(file)).text
    office("reindex", "--rest")
    assert (
        office("doc", "show", bought(office), "--json")
        .json["proposal"]["scheme"]
        .startswith("zakup-materialy")
    )
    file.write_text(RULE.replace("sprzątan*", "sprzątanie"))
    assert office("rules", "import", str(file), "--json").json["changed"][0]["version"] == 2
    versions = office("rules", "show", "sprzątanie", "--json").json["versions"]
    assert [one["version"] for one in versions] == [1, 2]
    assert "sprzątan*" in office("rules", "show", "sprzątanie", "--version", "1").text
    assert office("rules", "remove", "sprzątanie").text == "Out of use: sprzątanie\n"
    names = {one["name"] for one in office("rules", "list", "--json").json["entries"]}
    assert "sprzątanie" not in names


def test_what_is_exported_can_be_imported_and_changes_nothing(office: Inside, tmp_path: Path) -> None:
    file = tmp_path / "all.toml"
    written = office("rules", "export", "--out", str(file), "--json").json["entries"]
    assert written > 20
    assert office("rules", "import", str(file), "--json").json["changed"] == []
    assert office("rules", "export", "--own").text.strip() == ""


def test_wrong_rules_are_told_with_their_place(office: Inside, tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text(RULE.replace("schemat =", "szemat ="))
    assert "line 6" in office.failed("rules", "check", str(file))
    file.write_text(RULE.replace("wiersz.nazwa", "wiersz.nazwisko"))
    assert "nazwisko" in office.failed("rules", "import", str(file))
    file.write_text(RULE.replace("zakup-materialy", "nie-ma"))
    assert "nie-ma" in office.failed("rules", "try", str(file))
    file.write_bytes(b"\xff\xfe\x00")
    assert "no UTF-8" in office.failed("rules", "check", str(file))
    assert "no file" in office.failed("rules", "check", str(tmp_path / "none.toml"))
    assert "no rule or scheme" in office.failed("rules", "show", "nic")


def test_payments_of_the_cash_method_in_two_parts(office: Inside) -> None:
    office("books", "set", "--firm", FIRM, "--cash-method", "--since", "2026-01-01")
    office("reindex", "--rest")
    one = bought(office)
    assert office("doc", "show", one, "--json").json["proposal"]["identity"] == "on-payment"
    part = office("doc", "pay", one, "--on", "2026-10-05", "--amount", "61,50", "--json").json["coding"]
    assert [(row["month"], row["amounts"]["K_43"]) for row in part["rows"]] == [("2026-10", "11.50")]
    assert "61,50" in office.failed("doc", "pay", one, "--on", "2026-11-05", "--amount", "100")
    office("doc", "approve", one)
    rest = office("doc", "pay", one, "--on", "2026-11-05", "--json")
    assert [(row["month"], row["amounts"]["K_43"]) for row in rest.json["coding"]["rows"]] == [
        ("2026-10", "11.50"),
        ("2026-11", "11.50"),
    ]
    assert "approved anew" in rest.err
    assert office("doc", "show", one, "--json").json["status"] == "coded"
    other = bought(office, SISTER)
    assert "does not follow payments" in office.failed("doc", "pay", other, "--on", "2026-10-05", code=1)
    assert "no amount" in office.failed("doc", "pay", one, "--on", "2026-10-05", "--amount", "x")


def _rows(coding: Any) -> list[tuple[str, str]]:
    return [(row["month"], row["amounts"]["K_43"]) for row in coding["rows"]]


def test_a_part_is_paid_after_the_month_of_the_first_one_was_closed(office: Inside) -> None:
    office("books", "set", "--firm", FIRM, "--cash-method", "--since", "2026-01-01")
    office("reindex", "--rest")
    one = bought(office)
    office("doc", "pay", one, "--on", "2026-09-20", "--amount", "41", "--json")
    office("doc", "approve", one)
    office("period", "lock", "--firm", FIRM, "--month", "2026-09")
    inside = ("doc", "pay", one, "--on", "2026-09-21", "--amount", "20")
    for words in (inside, (*inside, "--dry-run")):
        error = office(*words, "--json", code=1).json["error"]
        assert (error["code"], "2026-09 is closed" in error["message"]) == ("closed-month-changes", True)
    assert office("doc", "show", one, "--json").json["status"] == "approved"
    second = ("doc", "pay", one, "--on", "2026-10-05", "--amount", "41", "--json")
    assert _rows(office(*second, "--dry-run").json["coding"]) == [("2026-09", "7.67"), ("2026-10", "7.66")]
    paid = office(*second)
    assert "approved anew" in paid.err
    assert _rows(paid.json["coding"]) == [("2026-09", "7.67"), ("2026-10", "7.66")]
    assert (paid.json["coding"]["books_day"], paid.json["coding"]["vat_month"]) == ("2026-09-01", "2026-09")
    assert "the last payment only" in office.failed(*inside, "--vat-month", "2026-11")
    last = office("doc", "pay", one, "--on", "2026-10-06", "--vat-month", "2026-11", "--json").json["coding"]
    assert _rows(last) == [("2026-09", "7.67"), ("2026-10", "7.66"), ("2026-11", "7.67")]
    told = office("doc", "history", one).text
    assert "payment\n" in told
    assert "approved → coded" in told
    assert "are as they were written" in office("doctor", "--audit").text
    assert "has a payment added" in office("doc", "undo").err
    assert office("doc", "show", one, "--json").json["status"] == "coded"


def test_a_payment_after_the_hand_over_comes_apart(office: Inside, tmp_path: Path) -> None:
    office("books", "set", "--firm", FIRM, "--cash-method", "--since", "2026-01-01")
    office("reindex", "--rest")
    one, out = bought(office), tmp_path / "out"
    office("doc", "pay", one, "--on", "2026-09-20", "--amount", "41", "--json")
    office("doc", "approve", one)
    first = office("export", "--firm", FIRM, "--out", str(out), "--json").json
    (batch,) = first["firms"][0]["batches"]
    paid = office("doc", "pay", one, "--on", "2026-10-05", "--amount", "41", "--json")
    assert "put right in the books" in paid.err
    assert office("export", "--firm", FIRM, "--out", str(out), "--json").json["documents"] == 0
    office("doc", "approve", one)
    second = office("export", "--firm", FIRM, "--out", str(out), "--json").json["firms"][0]
    assert (second["documents"], ["DO-POPRAWY" in file for file in second["files"]]) == (1, [True])
    refused = office.failed("export", "cancel", str(batch), "--reason", "x", "--not-imported", code=1)
    assert "cannot be cancelled whole" in refused
    assert "are as they were written" in office("doctor", "--audit").text


def test_a_firm_without_books_has_nothing_to_code(tmp_path: Path) -> None:
    blink = Inside(tmp_path / "home")
    blink("firm", "list")
    fill(blink, _two_firms)
    one = bought(blink)
    assert "no books yet" in blink.failed("doc", "why", one)
    assert "coding" not in blink("doc", "show", one, "--json").json
    assert "coding" not in blink("doc", "list", "--json").json_lines[0]
    assert blink("doc", "approve", one).text == "1 document approved.\n"


def test_status_tells_what_waits(office: Inside) -> None:
    office("doc", "query", bought(office), "--question", "Czyje?")
    told = {one["firm"]: one for one in office("status", "--json").json["firms"]}
    assert told[FIRM]["books"] == "ledger"
    assert told[FIRM]["waiting"] == {"fetched": 1, "queried": 1}
    assert told[FIRM]["questions"] == 1
    assert "questions without an answer: 1" in office("status").text


def test_amounts_come_out_of_papers_as_they_are(office: Inside) -> None:
    """The sum of a firm's register in the page of its month is that of its documents."""
    office("doc", "code", "--firm", FIRM)
    page = office("close", "--month", "2026-09", "--firm", FIRM, "--json").json
    assert page["registers"]["purchase"] == {"K_42": "100.00", "K_43": "23.00"}
    assert Decimal(page["registers"]["sale"]["K_19"]) == 100


def test_its_history_says_who_changed_which_coding_and_by_which_rule(office: Inside) -> None:
    one = bought(office)
    office("doc", "code", one)
    office("doc", "reopen", one, "--reason", "wrong month")
    office("doc", "code", one, "--param", "account=403")
    told = office("doc", "history", one).text
    assert "status: fetched → coded\n    rule zakup * v1 #" in told
    assert "scheme zakup-uslugi v1 #" in told
    assert "status: coded → fetched\n    wrong month" in told
    assert "draft\n" in told
    assert "postings: Wn 402 100,00" in told
    assert "→ Wn 403 100,00" in told
    events = office("doc", "history", one, "--json").json_lines
    assert [event["what"] for event in events] == ["fetched", "status", "status", "coding", "status"]
    assert events[3]["after"]["choices"]["parameters"]["account"] == "403"
