"""`blink reindex`: everything is read again, whatever interrupts it."""

from __future__ import annotations

import asyncio
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pexpect  # type: ignore[import-untyped]  # it brings no types
import pytest

from blink_tui.buffer import open_buffer
from tests.bench.filling import fill
from tests.cli.conftest import Blink
from tests.cli.inside import BlinkInside

_DOCUMENTS = 1500


async def _filled(path: Path) -> int:
    async with open_buffer(path) as buffer:
        await fill(buffer, _DOCUMENTS, firms=3)
        return await buffer.documents.total()


def _path(blink: Blink) -> Path:
    return blink.home / "data" / "default" / "buffer.db"


def _derived(blink: Blink) -> list[object]:
    """All that is derived, as rows."""
    tables = {
        "document": "id, due_date, problem, vat_month, attention",
        "document_vat": "*",
        "document_search": "*",
        "document_finding": "*",
        "document_link": "*",
        "document_trait": "*",
    }
    found: list[object] = []
    with closing(sqlite3.connect(_path(blink))) as connection:
        for table, columns in tables.items():
            found += sorted(connection.execute(f"SELECT {columns} FROM {table}"), key=repr)
    return found


def _scalar(blink: Blink, sql: str) -> int:
    with closing(sqlite3.connect(_path(blink), timeout=30)) as connection:
        return int(connection.execute(sql).fetchone()[0])


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Blink, int]:
    """A home with documents that were never read."""
    blink = BlinkInside(tmp_path_factory.mktemp("home"))
    return blink, asyncio.run(_filled(_path(blink)))


@pytest.fixture(scope="module")
def prepared_and_read(prepared: tuple[Blink, int], tmp_path_factory: pytest.TempPathFactory) -> Blink:
    """The same, read and compared."""
    blink = BlinkInside(tmp_path_factory.mktemp("home"))
    shutil.copytree(prepared[0].home / "data", blink.home / "data")
    blink("reindex")
    return blink


@pytest.fixture
def filled(prepared: tuple[Blink, int], blink: Blink) -> tuple[Blink, int]:
    """A copy of what was never read."""
    shutil.copytree(prepared[0].home / "data", blink.home / "data")
    return blink, prepared[1]


@pytest.fixture
def read(prepared: tuple[Blink, int], prepared_and_read: Blink, blink: Blink) -> tuple[Blink, int]:
    """A copy of what was read."""
    shutil.copytree(prepared_and_read.home / "data", blink.home / "data")
    return blink, prepared[1]


def test_all_is_read_and_read_again_alike(filled: tuple[Blink, int]) -> None:
    blink, total = filled
    done = {"read": total, "unreadable": 0, "compared": total, "proposed": 0, "coded": 0}
    assert blink("reindex", "--json").json == done
    before = _derived(blink)
    assert blink("reindex", "--json").json == done
    assert _derived(blink) == before
    assert set(blink("reindex", "--rest", "--json").json.values()) == {0}


@pytest.mark.proof
def test_a_run_that_is_killed_goes_on_where_it_was(read: tuple[Blink, int]) -> None:
    blink, total = read
    whole = _derived(blink)
    waiting = "SELECT count(*) FROM document WHERE derived_version = 0"
    child = subprocess.Popen(
        [sys.executable, "-m", "blink_tui.cli", "reindex"],
        env=blink.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    while child.poll() is None and not 0 < _scalar(blink, waiting) < total:
        pass
    child.send_signal(signal.SIGKILL)
    child.wait()
    left = _scalar(blink, waiting)
    assert 0 < left < total
    assert blink("reindex", "--rest", "--json").json["read"] == left
    assert _derived(blink) == whole


def test_only_what_could_not_be_read_is_read_again(read: tuple[Blink, int]) -> None:
    blink, _total = read
    with closing(sqlite3.connect(_path(blink))) as connection:
        connection.execute("UPDATE document SET problem = 'form-unknown: FA (9)' WHERE id IN (3, 5)")
        connection.commit()
    listed = [one["ksef_number"] for one in blink("doc", "list", "--unreadable", "--json").json_lines]
    assert len(listed) == 2
    assert blink("reindex", "--unreadable", "--json").json["read"] == 2
    assert blink("doc", "list", "--unreadable", "--json").json_lines == []


def test_findings_choose_documents_and_a_mistyped_one_is_told(read: tuple[Blink, int]) -> None:
    blink, _total = read
    some = blink("doc", "list", "--finding", "split-payment", "--json").json_lines
    assert some
    assert {one["attention"] for one in some} <= {"note", "warning", "alarm"}
    wrong = blink("doc", "list", "--finding", "split-paymnet", "--json")
    assert wrong.json_lines == []
    assert "split-paymnet" in wrong.err
    assert "split-payment" in wrong.err


def test_an_unknown_firm_is_refused_before_anything_is_touched(read: tuple[Blink, int]) -> None:
    blink, total = read
    assert "1234563218" in blink("reindex", "--firm", "1234563218", code=2).err
    assert _scalar(blink, "SELECT count(*) FROM document WHERE derived_version > 0") == total


def test_a_terminal_sees_how_far_it_is(filled: tuple[Blink, int]) -> None:
    blink, total = filled
    child = pexpect.spawn(
        sys.executable, ["-m", "blink_tui.cli", "reindex"],
        env=blink.environment, encoding="utf-8", timeout=60, dimensions=(24, 80),
    )  # fmt: skip
    child.expect("Reading")
    child.expect(f"{total}/{total}")
    child.expect("Comparing")
    child.expect(f"{total} documents were read")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
