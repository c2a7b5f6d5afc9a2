"""The file of the book of requests: private, damaged, full, held by others."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from blink_tui.buffer import errors
from blink_tui.buffer.limit_book import LimitBook
from blink_tui.model.errors import BlinkError
from blink_tui.model.ports import Standing
from tests.buffer.limit_requests import HOURLY, moments, sent


def test_folders_that_are_missing_are_made(tmp_path: Path) -> None:
    with LimitBook(tmp_path / "home" / "profile" / "limits.db") as book:
        sent(book, 100.0)


def test_a_book_in_memory_has_a_name_in_what_it_says() -> None:
    with LimitBook(None) as book:
        book._connection.execute("PRAGMA query_only = 1")
        with pytest.raises(BlinkError) as caught:
            book.park("firm", 101.0, 5.0)
    assert caught.value.values["path"] == ":memory:"


def test_the_file_is_private(path: Path) -> None:
    with LimitBook(path):
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("content", [b"not a database at all" * 400, b"SQLite format 3\0" + b"\xff" * 8000])
def test_a_damaged_file_is_begun_anew(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    Path(f"{path}-wal").write_bytes(b"\xff" * 5000)
    with LimitBook(path) as book:
        sent(book, 100.0)
    with LimitBook(path) as book:
        assert moments(book) == [100.0]


def test_one_opened_twice_in_a_process_keeps_its_file_from_others(path: Path) -> None:
    """Closing a file lets go of all locks that a process has on it: who closes a database last takes its log away."""
    with LimitBook(path) as first, LimitBook(path):
        other = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('SELECT count(*) FROM request').fetchone()"
        subprocess.run([sys.executable, "-c", other, path], check=True)
        sent(first, 100.0)
        with LimitBook(path) as second:
            assert moments(second) == [100.0]
    with LimitBook(path) as book:
        assert moments(book) == [100.0]


def test_a_file_of_another_version_is_begun_anew(path: Path) -> None:
    with LimitBook(path) as book:
        sent(book, 100.0)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 1")
    connection.close()
    with LimitBook(path) as book:
        assert moments(book) == []
        sent(book, 100.0)


def test_a_file_that_cannot_be_opened_says_so(tmp_path: Path) -> None:
    with pytest.raises(BlinkError) as caught:
        LimitBook(tmp_path).__enter__()
    assert caught.value.kind is errors.NOT_OPENED
    assert caught.value.values["path"] == str(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(BlinkError) as caught:
        LimitBook(tmp_path / "file" / "limits.db").__enter__()
    assert caught.value.kind is errors.NOT_OPENED
    assert caught.value.values["path"] == str(tmp_path / "file" / "limits.db")


@pytest.mark.parametrize("table", ["request", "context"])
def test_a_file_with_a_damaged_page_is_begun_anew(path: Path, table: str) -> None:
    with LimitBook(path) as book:
        sent(book, 100.0)
        book.park("firm", 100.0, 60.0)
    _damage(path, table)
    with LimitBook(path) as book:
        assert moments(book) == []
        assert book.standing("firm", 100.0) == Standing()
        sent(book, 101.0)


@pytest.mark.parametrize(
    ("table", "read"),
    [
        ("request", lambda book: book.requests("firm", 0.0)),
        ("context", lambda book: book.standing("firm", 100.0)),
    ],
)
def test_a_page_that_is_damaged_meanwhile_is_told_when_it_is_read(
    path: Path, table: str, read: Callable[[LimitBook], object]
) -> None:
    with LimitBook(path) as book:
        sent(book, 100.0)
        book.park("firm", 100.0, 60.0)
        book._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        book._connection.execute("PRAGMA shrink_memory")
        _damage(path, table)
        with pytest.raises(BlinkError) as caught:
            read(book)
    assert caught.value.kind is errors.DAMAGED
    assert caught.value.values["path"] == str(path)


def _damage(path: Path, table: str) -> None:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).fetchone()
    content = bytearray(path.read_bytes())
    content[(page - 1) * 1024 : page * 1024] = b"\xff" * 1024
    path.write_bytes(content)


def test_a_full_disk_is_told_and_what_was_counted_stays(book: LimitBook) -> None:
    ticket = sent(book, 100.0)
    book._connection.execute("PRAGMA max_page_count = 1")  # the nearest to a disk that is full from here on
    for refused in (
        lambda number: book.take("firm", f"{number:500}", (), 101.0),
        lambda number: book.park(f"{number:500}", 101.0, 5.0),
    ):
        with pytest.raises(BlinkError) as caught:
            list(map(refused, range(100)))
        assert caught.value.kind is errors.DISK_FULL
    book.answered(ticket, 105.0)
    assert moments(book) == [105.0]


def test_a_book_that_another_program_holds_is_told(book: LimitBook, path: Path) -> None:
    ticket = sent(book, 100.0)
    book.park("of another boot", 90_000.0, 60.0)
    book._connection.execute("PRAGMA busy_timeout = 1")  # instead of ten seconds
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for refused in (
        lambda: book.take("firm", "lists", HOURLY, 101.0),
        lambda: book.answered(ticket, 101.0),
        lambda: book.park("firm", 101.0, 5.0),
        lambda: book.learn("firm", "{}", 0.0, 101.0),
        lambda: book.standing("of another boot", 101.0),
    ):
        with pytest.raises(BlinkError) as caught:
            refused()
        assert caught.value.kind is errors.BUSY
        assert caught.value.values["path"] == str(path)
    other.close()
    sent(book, 101.0)
    assert moments(book) == [100.0, 101.0]
