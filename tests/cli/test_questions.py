"""Questions out to clients and their answers in; months locked and closed; chains proved, from the command line."""

from __future__ import annotations

import asyncio
import csv
import json
import shutil
import sqlite3
from datetime import date
from pathlib import Path

import msgspec
import pytest

from blink_tui.buffer import open_buffer
from blink_tui.model.months import Month
from blink_tui.sync.signing import SignedPage
from tests.cli.inside import Inside
from tests.sync.buying import Books, Paper

FIRM, SISTER = "1111111111", "2222222222"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two firms with three purchases each."""
    blink = Inside(tmp_path_factory.mktemp("prepared") / "home")
    blink("firm", "list")

    async def fill() -> None:
        async with open_buffer(blink.buffer_path) as buffer:
            books = Books(buffer)
            for nip in (FIRM, SISTER):
                firm = await books.firm(nip)
                for day in (1, 2, 3):
                    await books.get(firm, Paper(number=f"FV/{day}", day=date(2026, 9, day)))
            await books.settle()

    asyncio.run(fill())
    return blink.home


@pytest.fixture
def office(prepared: Path, tmp_path: Path) -> Inside:
    """A copy of it."""
    shutil.copytree(prepared, tmp_path / "home")
    return Inside(tmp_path / "home")


def numbers(office: Inside, firm: str) -> list[str]:
    """KSeF numbers of a firm's documents, the oldest first."""
    listed = office("doc", "list", "--firm", firm, "--json").json_lines
    return sorted(str(one["ksef_number"]) for one in listed)


def test_questions_go_out_as_a_letter_and_answers_come_back_quoted(office: Inside, tmp_path: Path) -> None:
    first, second, _third = numbers(office, FIRM)
    office("doc", "query", first, "--question", "Czyj to samochód?")
    office("doc", "query", second, "--question", "Prywatne?")
    office("doc", "query", numbers(office, SISTER)[0], "--question", "Gdzie umowa?")
    letters = office("doc", "query", "--export", str(tmp_path / "out"), "--json").json
    assert [(one["firm"], one["questions"]) for one in letters] == [(FIRM, 2), (SISTER, 1)]
    letter = Path(letters[0]["file"]).read_text(encoding="utf-8-sig")
    assert "Czyj to samochód?" in letter
    assert "FV/1, of 2026-09-01, 123,00 PLN" in letter
    office("doc", "query", numbers(office, SISTER)[1], "--question", "A ta?")
    again = office("doc", "query", "--export", str(tmp_path / "out"), "--json").json
    assert [Path(one["file"]).stem[-2:] for one in again if one["firm"] == SISTER] == ["-2"]
    assert again[0]["file"] == letters[0]["file"]
    reply = tmp_path / "reply.txt"
    quoted = "\n".join(f"> {line}" for line in letter.splitlines())
    reply.write_text(f"Dzień dobry\n1) prezesa\n2. tak, prywatne\n-- \nJan\nBiuro napisało:\n{quoted}\n")
    words = ("doc", "answers", str(reply), "--firm", FIRM)
    assert office(*words, "--dry-run", "--json").json["answers"] == {"1": "prezesa", "2": "tak, prywatne"}
    assert "2 answers kept." in office(*words, "--return").text
    assert office("doc", "show", first, "--json").json["status"] == "fetched"
    assert [one["firm"] for one in office("doc", "query", "--list", "--json").json] == [SISTER, SISTER]
    assert "No answer was found" in office.failed(*words)


def test_answers_to_nobody_are_told(office: Inside, tmp_path: Path) -> None:
    office("doc", "query", numbers(office, FIRM)[0], "--question", "Czyje?")
    office("doc", "query", numbers(office, FIRM)[1], "--question", "Na co?")
    reply = tmp_path / "reply.txt"
    reply.write_text("Odpowiedź 1: moje\nOdpowiedź 9: nie wiem\n")
    told = office("doc", "answers", str(reply), "--firm", FIRM)
    assert "settled: 9" in told.err
    assert "without an answer: 2" in told.err
    assert "no file" in office.failed("doc", "answers", str(tmp_path / "none"), "--firm", FIRM)
    reply.write_bytes(b"\x00\x01")
    assert "no reply" in office.failed("doc", "answers", str(reply), "--firm", FIRM)
    assert "--firm alone" in office.failed("doc", "query", "--list", "--question", "x")


def test_months_are_locked_for_many_firms_and_opened_with_a_reason(office: Inside) -> None:
    both = ("--firm", FIRM, "--firm", SISTER, "--month", "2026-09")
    assert office("period", "lock", *both).text == "2026-09 locked for 2 firms.\n"
    locked = office("period", "list", "--json").json
    assert [(one["firm"], one["month"], one["signed"]) for one in locked] == [
        (FIRM, "2026-09", False),
        (SISTER, "2026-09", False),
    ]
    assert "--reason" in office.failed("period", "unlock", *both)
    office("period", "unlock", "--firm", FIRM, "--month", "2026-09", "--reason", "zapomniana faktura")
    again = office("period", "lock", *both, "--json", code=3).json
    assert (again["firms"], again["failures"][0]["firm"]) == ([FIRM], SISTER)
    assert "2026-13" in office.failed("period", "lock", "--firm", FIRM, "--month", "2026-13")


def test_chains_are_proved_and_a_touched_entry_is_named(office: Inside, tmp_path: Path) -> None:
    office("doc", "query", numbers(office, FIRM)[0], "--question", "=HYPERLINK()")
    sound = office("doctor", "--audit", "--json").json
    assert sound["sound"]
    assert [one["entries"] for one in sound["firms"]] == [4, 3]
    assert "chains of 2 firms are as they were written" in office("doctor", "--audit").text
    out = tmp_path / "events.csv"
    office("doctor", "--audit", "--firm", FIRM, "--export", str(out))
    with out.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened, delimiter=";"))
    assert [row["what"] for row in rows] == ["fetched", "fetched", "fetched", "status"]
    assert rows[-1]["reason"] == "'=HYPERLINK()"  # a spreadsheet would compute it
    lines = office("doctor", "--audit", "--export", "-").text.splitlines()
    assert len([json.loads(line) for line in lines]) == 7
    assert "is there already" in office.failed("doctor", "--audit", "--export", str(out), code=1)
    assert ".csv" in office.failed("doctor", "--audit", "--export", "events.xlsx")
    assert "--audit" in office.failed("doctor", "--export", str(out))
    with sqlite3.connect(office.buffer_path) as database:
        database.execute("UPDATE document_event SET reason = 'other' WHERE what = 'status'")
    touched = office("doctor", "--audit", "--json", code=1).json
    assert not touched["sound"]
    assert touched["firms"][0]["touched"]["seq"] == 4
    assert touched["firms"][1]["sound"]
    assert "Entry 4" in office("doctor", "--audit", code=1).err


def test_a_month_is_shown_printed_and_not_signed_while_it_is_not_whole(
    office: Inside, tmp_path: Path
) -> None:
    table = office("close", "--month", "2026-09", "--json").json
    assert [(one["firm"], one["documents"], one["covered"]) for one in table["firms"]] == [
        (FIRM, 3, False),
        (SISTER, 3, False),
    ]
    assert "Ready to be signed off: 0 of 2." in office("close", "--month", "2026-09").text
    one = office("close", "--month", "2026-09", "--firm", FIRM)
    assert one.text.startswith(("!", "·"))
    page = tmp_path / "page.html"
    office("close", "--month", "2026-09", "--firm", FIRM, "--print", str(page))
    assert FIRM in page.read_text()
    office("close", "--month", "2026-09", "--print", str(tmp_path / "pages"))
    assert len(list((tmp_path / "pages").glob("*-2026-09.html"))) == 2
    assert "need a folder" in office.failed("close", "--month", "2026-09", "--print", "page.txt")
    signed = office("close", "--month", "2026-09", "--firm", FIRM, "--sign", "--json", code=1).json
    assert signed["error"]["code"] == "month-not-signed"
    assert "--firm" in office.failed("close", "--month", "2026-09", "--sign")


def test_the_page_of_a_month_that_was_opened_again_is_printed(office: Inside, tmp_path: Path) -> None:
    async def sign() -> None:
        async with open_buffer(office.buffer_path) as buffer:
            firm = next(one for one in await buffer.firms.list() if one.context_value == FIRM)
            page = SignedPage("Closing", "first page", "<p>first page</p>", "en", "", ())
            signed = msgspec.json.encode(page).decode()
            await buffer.locks.lock(firm.id, Month(2026, 9), who="anna", signed=signed)

    asyncio.run(sign())
    words = ("close", "--month", "2026-09", "--firm", FIRM)
    assert "signed page 1: anna" in office(*words).text
    assert "first page" in office(*words, "--print", "-").text
    office("period", "unlock", *words[1:], "--reason", "zapomniana faktura")
    assert "first page" not in office(*words, "--print", "-").text
    assert "the month was opened again since" in office(*words).text
    (page,) = office(*words, "--json").json["pages"]
    assert (page["number"], page["who"], page["in_force"]) == (1, "anna", False)
    file = tmp_path / "first.html"
    office(*words, "--page", "1", "--print", str(file))
    assert file.read_text() == "<p>first page</p>"
    assert "no signed page 2" in office.failed(*words, "--page", "2", "--print", "-")
    assert "--print" in office.failed(*words, "--page", "1")
    assert "--firm" in office.failed("close", "--month", "2026-09", "--page", "1", "--print", "-")
    assert office("doctor", "--audit", "--json").json["sound"]
    with sqlite3.connect(office.buffer_path) as database:
        database.execute("DELETE FROM closing_page")
    touched = office("doctor", "--audit", "--json", code=1).json["firms"][0]["touched"]
    assert touched["what"] == "page"
