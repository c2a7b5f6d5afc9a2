"""Books read back from the command line: imported, compared, answered, and refused with a sentence."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from blink_tui.buffer import open_buffer
from blink_tui.model.documents import Role
from blink_tui.model.values import KsefNumber
from tests.cli.inside import Inside
from tests.ledger.books_xml import NIP, Row, v7
from tests.sync.buying import Books, Paper


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[KsefNumber]]:
    """A firm with two purchases and a sale."""
    blink = Inside(tmp_path_factory.mktemp("made") / "home")
    blink("firm", "list")

    async def go() -> list[KsefNumber]:
        async with open_buffer(blink.buffer_path) as buffer:
            books = Books(buffer)
            firm = await books.firm(NIP)
            numbers = [await books.get(firm, Paper(number=f"FV/{n}")) for n in (1, 2)]
            numbers.append(await books.get(firm, Paper(number="FS/1"), Role.SELLER))
            await books.settle()
            return numbers

    return blink.home, asyncio.run(go())


@pytest.fixture
def office(made: tuple[Path, list[KsefNumber]], tmp_path: Path) -> tuple[Inside, list[KsefNumber], Path]:
    """A copy of it, and a folder for its books."""
    shutil.copytree(made[0], tmp_path / "home")
    return Inside(tmp_path / "home"), made[1], tmp_path


def test_books_are_imported_compared_and_answered(office: tuple[Inside, list[KsefNumber], Path]) -> None:
    blink, (one, other, sold), folder = office
    file = folder / "jpk.xml"
    rows = [Row(number="FV/1", ksef=one), Row(number="FV/2", mark="DI")]
    file.write_bytes(v7(rows, [Row(number="FS/1", ksef=sold, party="5252344078", net="200.00", vat="46.00")]))
    told = blink("books", "import", str(file), "--firm", NIP, "--filed").text
    assert "rows: 3" in told
    assert "2 documents stand in them and are booked now." in told
    found = blink("books", "compare", "--firm", NIP, "--month", "2026-09", "--json").json
    assert [(item["kind"], item["ksef_number"]) for item in found["findings"]] == [
        ("question", other), ("amounts-apart", sold),
    ]  # fmt: skip
    assert found["sums"]["purchases"]["books"] == {"K_42": "200.00", "K_43": "46.00"}
    assert found["imports"][0]["filed"]
    lines = blink("books", "compare", "--firm", NIP, "--format", "tsv").text.splitlines()
    assert [line.split("\t")[0] for line in lines] == ["question", "amounts-apart"]
    answered = blink("books", "answer", other, "same", "--firm", NIP, "--json").json
    assert (answered["status"], answered["rows"]) == ("booked", 1)
    assert "the JPK has to be corrected" in blink("books", "compare", "--firm", NIP).text
    assert blink("books", "answer", other, "back", "--firm", NIP, "--json").json["status"] == "fetched"
    assert "no open question" in blink.failed("books", "answer", one, "another", "--firm", NIP)


def test_a_batch_that_was_never_imported_shows_up(office: tuple[Inside, list[KsefNumber], Path]) -> None:
    blink, (one, *_rest), folder = office
    blink("doc", "approve", one, "--firm", NIP)
    blink("export", "--format", "csv", "--firm", NIP, "--out", str(folder / "out"))
    (folder / "jpk.xml").write_bytes(v7([]))
    blink("books", "import", str(folder / "jpk.xml"), "--firm", NIP)
    (found,) = blink("books", "compare", "--firm", NIP, "--json").json["findings"]
    assert (found["kind"], found["ksef_number"], found["batch"]) == ("exported-not-in-books", one, 1)


def test_what_may_stand_in_the_books_is_not_exported(office: tuple[Inside, list[KsefNumber], Path]) -> None:
    blink, (one, other, _sold), folder = office
    (folder / "jpk.xml").write_bytes(v7([Row(number="FV/1", mark="BFK")]))
    blink("books", "import", str(folder / "jpk.xml"), "--firm", NIP)
    blink("doc", "approve", one, "--firm", NIP)
    blink("doc", "approve", other, "--firm", NIP)
    words = ("export", "--format", "csv", "--firm", NIP, "--out", str(folder / "out"), "--json")
    made = blink(*words, code=0).json
    states = {
        number: blink("doc", "show", number, "--firm", NIP, "--json").json["status"]
        for number in (one, other)
    }
    assert states == {one: "approved", other: "exported"}, made
    blink("books", "answer", one, "another", "--firm", NIP)
    blink(*words)
    assert blink("doc", "show", one, "--firm", NIP, "--json").json["status"] == "exported"


def test_a_table_is_read_by_a_map_or_asks_for_what_it_lacks(
    office: tuple[Inside, list[KsefNumber], Path],
) -> None:
    blink, (one, *_rest), folder = office
    table, named = folder / "rejestr.csv", folder / "map.toml"
    table.write_text(f"Dok;N;Razem\nFV/1;{one};123,00\n", encoding="utf-8")
    named.write_text('[columns]\nnumber = "Dok"\nksef = "N"\n', encoding="utf-8")
    words = ("books", "import", str(table), "--firm", NIP, "--map", str(named))
    assert "--register" in blink.failed(*words)
    assert "--month" in blink.failed(*words, "--register", "purchases")
    done = blink(*words, "--register", "purchases", "--month", "2026-09", "--json").json
    assert (done["source"], done["rows"], done["booked"], done["findings"]) == ("table-purchases", 1, 1, [])


@pytest.mark.parametrize(
    ("content", "more", "told"),
    [
        (v7([], nip="2222222222"), (), "2222222222"),
        (v7([Row(number="1")])[:-200], (), "line 1"),
        (v7([]), ("--month", "2026-08"), "2026-09, not of 2026-08"),
    ],
)
def test_refusals_keep_nothing(
    office: tuple[Inside, list[KsefNumber], Path], content: bytes, more: tuple[str, ...], told: str
) -> None:
    blink, _numbers, folder = office
    (folder / "jpk.xml").write_bytes(content)
    assert told in blink.failed("books", "import", str(folder / "jpk.xml"), "--firm", NIP, *more)
    assert blink("books", "compare", "--firm", NIP, "--json").json["imports"] == []


@pytest.mark.proof
def test_an_import_killed_at_any_moment_leaves_nothing_half(
    office: tuple[Inside, list[KsefNumber], Path],
) -> None:
    """What counts afterwards is nothing, or all of it; the next import finishes either way."""
    blink, (one, *_rest), folder = office
    rows = [Row(number="FV/1", ksef=one), *(Row(number=f"X/{n}", mark="BFK") for n in range(4_000))]
    (folder / "jpk.xml").write_bytes(v7(rows))
    words = [sys.executable, "-m", "blink_tui.cli", "--home", str(blink.home), "books", "import",
             str(folder / "jpk.xml"), "--firm", NIP]  # fmt: skip
    whole = set()
    for tenths in range(4, 26, 3):
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + tenths / 10
        while process.poll() is None and time.monotonic() < deadline:
            os.sched_yield()
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.wait()
        compared = blink("books", "compare", "--firm", NIP, "--json").json
        whole.add(compared["outside"])
    assert whole <= {0, 4_000}
    assert blink("books", "import", str(folder / "jpk.xml"), "--firm", NIP, "--json").json["rows"] == 4_001
    assert blink("doc", "show", one, "--firm", NIP, "--json").json["status"] == "booked"
