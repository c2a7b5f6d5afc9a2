"""The book of requests: exact windows, shared by processes, carried over a kill and a reboot."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

from blink_tui.buffer.limit_book import LimitBook
from blink_tui.model.ports import BookTicket, Full, Standing
from tests.buffer.limit_requests import HOURLY, moments, sent

ONE_SECOND = ((1.0, 2),)


def test_a_window_has_room_again_exactly_one_length_after_the_answer(book: LimitBook) -> None:
    sent(book, 100.0, ONE_SECOND)
    sent(book, 100.25, ONE_SECOND)
    assert book.take("firm", "lists", ONE_SECOND, 100.9375) == Full(101.0, running=False)
    sent(book, 101.0, ONE_SECOND)
    assert book.take("firm", "lists", ONE_SECOND, 101.0) == Full(101.25, running=False)


def test_an_awaited_answer_holds_its_place_until_it_comes(book: LimitBook) -> None:
    tickets = [book.take("firm", "lists", ONE_SECOND, 100.0) for _ in range(2)]
    assert book.take("firm", "lists", ONE_SECOND, 130.0) == Full(131.0, running=True)
    assert isinstance(tickets[0], BookTicket)
    book.answered(tickets[0], 130.0)
    assert book.take("firm", "lists", ONE_SECOND, 130.0) == Full(131.0, running=False)
    assert isinstance(book.take("firm", "lists", ONE_SECOND, 131.0), BookTicket)


def test_of_several_full_windows_the_one_that_frees_last_is_told(book: LimitBook) -> None:
    windows = ((1.0, 1), (60.0, 2))
    sent(book, 100.0, windows)
    sent(book, 101.0, windows)
    assert book.take("firm", "lists", windows, 101.5) == Full(160.0, running=False)
    assert book.take("firm", "lists", windows, 101.5) == Full(160.0, running=False)
    assert isinstance(book.take("firm", "lists", ((1.0, 1),), 102.0), BookTicket)


def test_what_has_no_limits_is_counted_all_the_same(book: LimitBook) -> None:
    for _ in range(30):
        sent(book, 100.0, ())
    assert book.take("firm", "lists", HOURLY, 101.0) == Full(3700.0, running=False)


def test_contexts_and_counters_are_apart(book: LimitBook) -> None:
    for _ in range(2):
        sent(book, 100.0, ONE_SECOND)
    assert isinstance(book.take("firm", "exports", ONE_SECOND, 100.0), BookTicket)
    assert isinstance(book.take("other", "lists", ONE_SECOND, 100.0), BookTicket)


def test_nothing_older_than_the_longest_window_is_kept(book: LimitBook) -> None:
    sent(book, 100.0)
    sent(book, 3699.0)
    assert moments(book) == [100.0, 3699.0]
    sent(book, 3700.0)
    assert moments(book) == [3699.0, 3700.0]


def test_a_young_boot_forgets_as_an_old_one_does(book: LimitBook) -> None:
    sent(book, 0.0)
    sent(book, 3600.5)
    assert moments(book) == [3600.5]


def test_a_number_is_not_given_twice(book: LimitBook) -> None:
    first, second = (book.take("firm", "lists", HOURLY, 100.0) for _ in range(2))
    assert (first, second) == (BookTicket("firm", "lists", 1), BookTicket("firm", "lists", 2))
    assert isinstance(first, BookTicket)
    book.answered(first, 101.0)
    third = book.take("firm", "lists", HOURLY, 3701.0)
    assert third == BookTicket("firm", "lists", 3)
    assert moments(book) == [190.0, 3791.0]


def test_a_shorter_parking_does_not_shorten_a_longer_one(book: LimitBook) -> None:
    assert book.standing("firm", 100.0) == Standing()
    book.park("firm", 100.0, 60.0)
    book.park("firm", 110.0, 5.0)
    assert book.standing("firm", 110.0) == Standing(160.0, 60.0)
    book.park("firm", 120.0, 60.0)
    assert book.standing("firm", 120.0) == Standing(180.0, 60.0)
    assert book.standing("other", 120.0) == Standing()


def test_limits_and_parking_leave_one_another_alone(book: LimitBook) -> None:
    book.learn("firm", "{}", 5.0, 100.0)
    book.park("firm", 100.0, 60.0)
    assert book.standing("firm", 100.0) == Standing(160.0, 60.0, "{}", 5.0, 100.0)
    book.learn("firm", "{1}", 6.0, 101.0)
    assert book.standing("firm", 101.0) == Standing(160.0, 60.0, "{1}", 6.0, 101.0)


def test_only_requests_after_a_moment_are_told(book: LimitBook) -> None:
    for now in (100.0, 200.0):
        sent(book, now)
    book.take("firm", "exports", HOURLY, 300.0)
    assert book.requests("firm", 100.0) == {"lists": [200.0], "exports": [390.0]}
    assert book.requests("other", 0.0) == {}


# Processes and boots


_CHILD = """
import sys
import threading
from pathlib import Path
from blink_tui.buffer.limit_book import LimitBook
from blink_tui.model.ports import Full
with LimitBook(Path(sys.argv[1])) as book:
    taken = 0
    for _ in range(int(sys.argv[2])):
        taken += not isinstance(book.take("firm", "lists", ((1.0, 60),), 100.0), Full)
    print(taken, flush=True)
    sys.stdin.read()
"""


def child(path: Path, requests: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _CHILD, str(path), str(requests)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def answer(process: subprocess.Popen[str]) -> int:
    """What a child printed."""
    assert process.stdout is not None
    return int(process.stdout.readline())


def end(process: subprocess.Popen[str]) -> None:
    process.communicate()
    assert process.returncode == 0


def test_processes_that_open_a_new_book_at_once_share_its_windows(path: Path) -> None:
    processes = [child(path, 40) for _ in range(4)]
    assert sum(map(answer, processes)) == 60
    for process in processes:
        end(process)


def test_looking_for_room_and_taking_it_are_one(book: LimitBook, path: Path) -> None:
    found: list[BookTicket | Full] = []
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    taking = threading.Thread(target=lambda: found.append(book.take("firm", "lists", ((1.0, 1),), 100.0)))
    taking.start()
    taking.join(0.2)
    assert taking.is_alive()
    other.execute("INSERT INTO request VALUES ('firm', 'lists', 1, 99.5)")
    other.execute("COMMIT")
    other.close()
    taking.join()
    assert found == [Full(100.5, running=False)]


def test_a_killed_process_s_request_counts_as_answered_after_a_while(path: Path) -> None:
    process = child(path, 60)
    assert answer(process) == 60
    process.send_signal(signal.SIGKILL)
    process.communicate()
    with LimitBook(path) as book:
        assert book.take("firm", "lists", ((1.0, 60),), 100.5) == Full(101.5, running=True)
        assert book.take("firm", "lists", ((1.0, 60),), 190.0) == Full(191.0, running=False)
        assert isinstance(book.take("firm", "lists", ((1.0, 60),), 191.0), BookTicket)


def test_windows_of_another_boot_run_from_the_start_of_this_one_at_the_latest(path: Path) -> None:
    with LimitBook(path, "before") as book:
        for now in (1000.0, 5000.0, 8000.0):
            sent(book, now)
        book.take("firm", "lists", HOURLY, 8500.0)  # never answered
    with LimitBook(path, "after") as book:
        # That boot lasted until 8500 at least: the last answer was 500 s before its end, the one before 3500.
        assert moments(book) == [-3500.0, -500.0, 0.0]
    with LimitBook(path, "after") as book:
        assert moments(book) == [-3500.0, -500.0, 0.0]
    with LimitBook(path, "third") as book:
        assert moments(book) == [-3500.0, -500.0, 0.0]
        assert book.take("firm", "lists", ((3600.0, 1),), 10.0) == Full(3600.0, running=False)


def test_a_request_of_another_boot_is_forgotten_one_window_before_its_end(path: Path) -> None:
    with LimitBook(path, "before") as book:
        for now in (1000.0, 1000.0625):
            sent(book, now)
        book.take("firm", "exports", HOURLY, 4600.0)
    with LimitBook(path, "after") as book:
        assert moments(book) == [-3599.9375]


def test_parking_of_another_boot_lasts_no_longer_than_ksef_asked(path: Path) -> None:
    with LimitBook(path, "before") as book:
        book.park("firm", 500_000.0, 3565.0)
    with LimitBook(path, "after") as book:
        assert book.standing("firm", 10.0) == Standing(3565.0, 3565.0)


def test_parking_of_another_boot_is_shorter_by_what_that_boot_is_known_to_have_waited(path: Path) -> None:
    with LimitBook(path, "before") as book:
        book.park("firm", 5000.0, 3565.0)
        book.learn("firm", "{}", 7.0, 4000.0)
        book.take("firm", "lists", HOURLY, 6000.0)
    with LimitBook(path, "after") as book:
        assert book.standing("firm", 10.0) == Standing(2565.0, 3565.0, "{}", 7.0, -2000.0)


def test_limits_that_another_boot_learnt_last_are_as_old_as_this_one_at_least(path: Path) -> None:
    with LimitBook(path, "before") as book:
        book.take("firm", "lists", HOURLY, 6000.0)
        book.learn("firm", "{}", 7.0, 9000.0)
    with LimitBook(path, "after") as book:
        assert book.standing("firm", 10.0).read_steady == 0.0


def test_a_parking_that_ends_with_a_longer_one_does_not_replace_it(book: LimitBook) -> None:
    book.park("firm", 100.0, 60.0)
    book.park("firm", 110.0, 50.0)
    assert book.standing("firm", 110.0) == Standing(160.0, 60.0)


def test_where_boots_cannot_be_told_apart_moments_from_the_future_are_another_one_s(path: Path) -> None:
    with LimitBook(path, "-") as book:
        sent(book, 9000.0)
    with LimitBook(path, "-") as book:
        assert book.take("firm", "lists", ((3600.0, 1),), 8730.0) == Full(12330.0, running=True)
        assert isinstance(
            book.take("firm", "lists", ((3600.0, 1),), 8729.0), BookTicket
        )  # older than this boot


def test_a_book_of_a_boot_that_cannot_be_told_apart_is_carried_over_when_it_is_noticed(path: Path) -> None:
    with LimitBook(path, "-") as book:
        sent(book, 90_000.0)
        book.park("firm", 90_000.0, 600.0)
    with LimitBook(path, "-") as book:
        assert book.take("firm", "lists", ((3600.0, 1),), 20.0) == Full(3600.0, running=False)
        assert book.standing("firm", 20.0)[:2] == (600.0, 600.0)


def test_parking_alone_shows_another_boot_too(path: Path) -> None:
    with LimitBook(path, "-") as book:
        book.park("firm", 1000.0, 600.0)
        assert book.standing("firm", 820.0) == Standing(1600.0, 600.0)
        assert book.standing("firm", 819.0) == Standing(600.0, 600.0)


def test_a_book_in_memory_ends_with_its_process() -> None:
    for _ in range(2):
        with LimitBook(None) as book:
            assert moments(book) == []
            sent(book, 100.0)
            assert moments(book) == [100.0]
