"""The windows of an address: exact, shared by all processes, and not to be upset by what stands in the file."""

from __future__ import annotations

import errno
import fcntl
import resource
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from blink_tui.ksef.address_window import AddressTicket, AddressWindow, environment_of, shared_window
from blink_tui.model.ports import Full

ALL = {"global": 75}
LOGIN = {"global": 75, "anonymous": 60}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "test.window"


@pytest.fixture
def window(path: Path) -> Iterator[AddressWindow]:
    with AddressWindow(path, "test", "boot") as window:
        yield window


def sent(window: AddressWindow, now: float, wanted: dict[str, int] = ALL) -> AddressTicket:
    """A request that finds room and is answered at once."""
    ticket = window.take(wanted, now)
    assert isinstance(ticket, AddressTicket)
    window.answered(ticket, now)
    return ticket


def room(window: AddressWindow, now: float, wanted: dict[str, int] = ALL) -> int:
    """How many requests find room at a moment."""
    return sum(isinstance(window.take(wanted, now), AddressTicket) for _ in range(80))


@pytest.mark.parametrize("shared", [True, False])
def test_a_second_holds_75_requests_and_frees_exactly_one_second_after_each_answer(
    path: Path, *, shared: bool
) -> None:
    with AddressWindow(path if shared else None) as window:
        sent(window, 99.75)
        for _ in range(74):
            sent(window, 100.0)
        assert window.take(ALL, 100.5) == Full(100.75, running=False)
        sent(window, 100.75)
        assert window.take(ALL, 100.9375) == Full(101.0, running=False)
        assert room(window, 101.0) == 74


def test_an_awaited_answer_holds_its_slot(window: AddressWindow) -> None:
    tickets = [window.take(ALL, 100.0) for _ in range(75)]
    assert window.take(ALL, 150.0) == Full(151.0, running=True)
    assert isinstance(tickets[7], AddressTicket)
    window.answered(tickets[7], 150.0)
    assert window.take(ALL, 150.5) == Full(151.0, running=False)
    assert room(window, 151.0) == 1


def test_an_answer_that_never_comes_counts_as_there_after_90_seconds(window: AddressWindow) -> None:
    assert room(window, 100.0) == 75
    assert window.take(ALL, 189.9375) == Full(190.9375, running=True)
    assert window.take(ALL, 190.0) == Full(191.0, running=False)
    assert room(window, 191.0) == 75


def test_an_answer_that_comes_too_late_does_not_end_another_request(window: AddressWindow) -> None:
    tickets = [window.take(ALL, 100.0) for _ in range(75)]
    assert room(window, 191.0) == 75
    assert isinstance(tickets[0], AddressTicket)
    window.answered(tickets[0], 192.0)
    assert room(window, 193.0) == 0


def test_what_was_not_sent_is_given_back_whole(window: AddressWindow) -> None:
    assert room(window, 100.0, LOGIN) == 60
    assert room(window, 100.0) == 15
    with AddressWindow(None) as other:
        for _ in range(100):
            ticket = other.take(LOGIN, 100.0)
            assert isinstance(ticket, AddressTicket)
            other.release(ticket)
        assert room(other, 100.0, LOGIN) == 60


def test_a_login_needs_room_in_both_windows_and_takes_none_if_one_is_full(window: AddressWindow) -> None:
    for _ in range(60):
        sent(window, 100.0, LOGIN)
    assert window.take(LOGIN, 100.25) == Full(101.0, running=False)
    assert room(window, 100.25) == 15
    assert window.take(LOGIN, 101.0) != Full(102.0, running=True)
    assert room(window, 101.0) == 59


def test_a_narrower_window_counts_all_requests_of_the_address(window: AddressWindow) -> None:
    sent(window, 100.0)
    sent(window, 100.25)
    narrow = {"global": 3}
    sent(window, 100.5, narrow)
    assert window.take(narrow, 100.5) == Full(101.0, running=False)
    assert room(window, 100.5) == 72
    assert window.take(narrow, 101.0) == Full(102.0, running=True)


def test_a_wider_window_than_the_address_has_is_not_given(window: AddressWindow) -> None:
    assert room(window, 100.0, {"global": 76}) == 75
    assert room(window, 200.0, {"global": 74}) == 74
    assert room(window, 200.0, {"global": 75}) == 1
    assert room(window, 200.0, {"anonymous": 61}) == 60


def test_parking_holds_one_kind_of_request_until_it_ends(window: AddressWindow) -> None:
    window.park("anonymous", 100.0, 30.0)
    window.park("anonymous", 101.0, 2.0)
    assert window.take(LOGIN, 129.0) == Full(130.0, running=False)
    assert window.parked_until("anonymous", 129.0) == 130.0
    assert window.parked_until("global", 129.0) == 0.0
    assert isinstance(window.take(ALL, 129.0), AddressTicket)
    assert isinstance(window.take(LOGIN, 130.0), AddressTicket)
    window.park("anonymous", 130.0, 30.0)
    assert window.parked_until("anonymous", 131.0) == 160.0


def test_parking_that_ends_with_a_longer_one_does_not_replace_it(path: Path) -> None:
    with AddressWindow(path, boot="before") as window:
        window.park("anonymous", 100.0, 30.0)
        window.park("anonymous", 110.0, 20.0)
    with AddressWindow(path, boot="after") as window:
        assert window.parked_until("anonymous", 0.0) == 30.0


def test_what_was_not_sent_is_given_back_in_the_first_seconds_of_a_boot_too(window: AddressWindow) -> None:
    tickets = [window.take(ALL, 1.0) for _ in range(75)]
    for ticket in tickets:
        assert isinstance(ticket, AddressTicket)
        window.release(ticket)
    assert room(window, 1.0) == 75


def test_parking_for_ever_is_parking_for_a_day(path: Path, window: AddressWindow) -> None:
    window.park("anonymous", 100.0, 1e9)
    assert window.parked_until("anonymous", 100.0) == 100.0 + 86_400
    with AddressWindow(path, boot="after") as another:
        assert another.parked_until("anonymous", 0.0) == 86_400


def test_the_shortest_parking_holds(path: Path) -> None:
    with AddressWindow(path, boot="before") as window:
        window.park("anonymous", 100.0, 1.0)
        assert window.parked_until("anonymous", 100.5) == 101.0
    with AddressWindow(path, boot="after") as window:
        assert window.parked_until("anonymous", 0.0) == 1.0


# Processes and boots

_CHILD = """
import sys
import threading
from pathlib import Path
from blink_tui.ksef.address_window import AddressTicket, AddressWindow
with AddressWindow(Path(sys.argv[1])) as window:
    print(sum(isinstance(window.take({"global": 75}, 100.0), AddressTicket) for _ in range(50)), flush=True)
"""


def test_processes_share_the_window_and_a_dead_one_s_requests_count(path: Path) -> None:
    processes = [
        subprocess.Popen([sys.executable, "-c", _CHILD, str(path)], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    assert sum(int(process.communicate()[0]) for process in processes) == 75
    with AddressWindow(path) as window:
        assert window.take(ALL, 189.0) == Full(190.0, running=True)
        assert room(window, 191.0) == 75


def test_who_holds_the_file_is_waited_for(path: Path, window: AddressWindow) -> None:
    found: list[AddressTicket | Full] = []
    with path.open("rb+") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        taking = threading.Thread(target=lambda: found.append(window.take(ALL, 100.0)))
        taking.start()
        taking.join(0.2)
        assert taking.is_alive()
        other.seek(24 + 16)
        other.write(struct.pack("<75d", *[99.5] * 75))
    taking.join()
    assert found == [Full(100.5, running=False)]


def test_what_another_boot_asked_is_over_but_its_parking_lasts_as_long_as_ksef_asked(path: Path) -> None:
    with AddressWindow(path, boot="before") as window:
        for _ in range(75):
            window.take(ALL, 5000.0)
        window.park("anonymous", 5000.0, 60.0)
    with AddressWindow(path, boot="after") as window:
        assert window.take(LOGIN, 10.0) == Full(60.0, running=False)
        assert room(window, 10.0) == 75
    with AddressWindow(path, boot="after") as window:
        assert room(window, 10.0) == 0
        assert window.parked_until("anonymous", 59.0) == 60.0


def test_the_first_second_of_a_boot_is_the_last_one_s(path: Path) -> None:
    with AddressWindow(path, boot="before") as window:
        sent(window, 5000.0)
    with AddressWindow(path, boot="after") as window:
        assert window.take(ALL, 0.5) == Full(1.0, running=False)
        assert room(window, 1.0) == 75


# The file


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff" * 7,
        b"\xff" * 5000,
        b"blinkw2\n" + b"\xff" * 5000,
        struct.pack("<150d", *[1e300] * 150),
        struct.pack("<150d", *[150.0] * 150),  # nothing of another program's file is carried over
    ],
)
def test_a_spoilt_file_holds_up_nothing(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with AddressWindow(path) as window:
        assert room(window, 100.0, LOGIN) == 60
        assert room(window, 100.0) == 15


@pytest.mark.parametrize("value", [1e300, float("nan"), float("inf"), 100.0 + 92.0])
@pytest.mark.parametrize("parked_for", [60.0, 1e300, -1.0, float("nan")])
def test_moments_that_no_clock_of_this_boot_wrote_hold_up_nothing(
    path: Path, window: AddressWindow, value: float, parked_for: float
) -> None:
    sent(window, 100.0)
    head = path.read_bytes()[:24]
    windows = (struct.pack(f"<2d{most}d", value, parked_for, *[value] * most) for most in (75, 60))
    path.write_bytes(head + b"".join(windows))
    assert room(window, 100.0, LOGIN) == 60
    assert room(window, 100.0) == 15


@pytest.mark.parametrize(
    ("now", "moment", "found"),
    [
        (100.0, 191.0, Full(101.0, running=True)),  # asked at 101, by a clock that is a second ahead
        (100.0, 191.5, AddressTicket((40,), 190.0)),
        (1.0, 1e300, AddressTicket((40,), 91.0)),
    ],
)
def test_moments_a_second_ahead_count_and_those_further_do_not(
    path: Path, window: AddressWindow, now: float, moment: float, found: Full | AddressTicket
) -> None:
    path.write_bytes(path.read_bytes()[:24] + struct.pack("<77d", 0.0, 0.0, *[moment] * 75))
    assert window.take(ALL, now) == found


@pytest.mark.parametrize(
    ("until", "seconds", "parked"),
    [(161.0, 60.0, 161.0), (161.5, 60.0, 0.0), (100.5, 0.0, 0.0), (100.5, 0.5, 100.5)],
)
def test_parking_that_no_clock_of_this_boot_wrote_holds_up_nothing(
    path: Path, window: AddressWindow, until: float, seconds: float, parked: float
) -> None:
    path.write_bytes(path.read_bytes()[:24] + struct.pack("<2d", until, seconds))
    assert window.parked_until("global", 100.0) == parked


def test_a_window_that_finds_the_disk_full_is_not_opened() -> None:
    window = AddressWindow(Path("/dev/full"))
    with pytest.raises(OSError, match="No space left") as caught:
        window.__enter__()
    assert caught.value.errno == errno.ENOSPC
    assert window._file == -1


def test_a_file_that_takes_a_part_alone_is_told_as_a_full_disk(path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        with pytest.raises(OSError, match="No space left") as caught:
            AddressWindow(path).__enter__()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert (caught.value.errno, caught.value.filename) == (errno.ENOSPC, str(path))


def test_a_file_cut_short_meanwhile_is_filled_up(path: Path, window: AddressWindow) -> None:
    sent(window, 100.0)
    path.write_bytes(b"")
    assert room(window, 100.0) == 75
    assert room(window, 100.0) == 0


_FULL_DISK = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
from blink_tui.ksef.address_window import AddressTicket, shared_window
with shared_window("https://api.ksef.mf.gov.pl/v2") as window:
    print(sum(isinstance(window.take({"global": 75}, 100.0), AddressTicket) for _ in range(80)))
"""


def test_on_a_full_disk_a_process_counts_for_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLINK_LIMITS_DIR", str(tmp_path))
    child = subprocess.run([sys.executable, "-c", _FULL_DISK], capture_output=True, text=True, check=True)
    assert child.stdout == "75\n"


def test_the_file_has_its_size_before_it_is_used(path: Path, window: AddressWindow) -> None:
    size = path.stat().st_size
    room(window, 100.0, LOGIN)
    window.park("anonymous", 100.0, 5.0)
    assert path.stat().st_size == size > 135 * 8


def test_all_users_may_write_the_file(path: Path, window: AddressWindow) -> None:
    assert path.stat().st_mode & 0o777 == 0o666


def test_a_link_is_not_followed(path: Path, tmp_path: Path) -> None:
    (tmp_path / "aim").touch()
    path.symlink_to(tmp_path / "aim")
    with pytest.raises(OSError, match="symbolic"):
        AddressWindow(path).__enter__()


@pytest.mark.parametrize(
    ("url", "environment"),
    [
        ("https://api.ksef.mf.gov.pl/v2", "api.ksef.mf.gov.pl"),
        ("https://API-test.ksef.mf.gov.pl/v2/", "api-test.ksef.mf.gov.pl"),
        ("http://somebody@127.0.0.1:8080/v2", "127.0.0.1:8080"),
    ],
)
def test_environments_are_told_apart_by_host_and_port(url: str, environment: str) -> None:
    assert environment_of(url) == environment


def test_a_window_of_no_environment_names_none() -> None:
    assert AddressWindow(None).environment == ""


def test_the_shared_window_lies_where_it_is_wanted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "deep" / "limits"
    monkeypatch.setenv("BLINK_LIMITS_DIR", str(folder))
    for _ in range(2):
        with shared_window("http://127.0.0.1:8080/v2") as window:
            assert window.environment == "127.0.0.1:8080"
            room(window, 100.0)
    assert [file.name for file in folder.iterdir()] == ["127.0.0.1_8080.window"]
    assert folder.stat().st_mode & 0o7777 == 0o1777
    with shared_window("http://127.0.0.1:8080/v2") as window:
        assert room(window, 100.0) == 0
    with shared_window("http://127.0.0.1:8081/v2") as window:
        assert room(window, 100.0) == 75


def test_without_a_wish_it_lies_in_the_system_s_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BLINK_LIMITS_DIR")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with shared_window("https://api.ksef.mf.gov.pl/v2"):
        assert (tmp_path / "blink-limits" / "api.ksef.mf.gov.pl.window").exists()


def test_where_no_file_can_be_a_process_counts_for_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("BLINK_LIMITS_DIR", str(tmp_path / "file"))
    for _ in range(2):
        with shared_window("https://api.ksef.mf.gov.pl/v2") as window:
            assert window.environment == "api.ksef.mf.gov.pl"
            assert room(window, 100.0) == 75
