"""What a service tells systemd, read from real datagram sockets."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from blink_tui.ops.sd_notify import Notifier, notifier_of


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[socket.socket, str]]:
    """A socket as systemd has one, and the address that it would write into the environment."""
    name = str(tmp_path / "notify")
    if request.param == "abstract":
        name = f"@blink-test-{os.getpid()}-{tmp_path.name}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind("\0" + name[1:] if name[0] == "@" else name)
        listening.setblocking(False)
        yield listening, name


def test_everything_arrives_as_systemd_reads_it(manager: tuple[socket.socket, str]) -> None:
    listening, address = manager
    notifier = Notifier(address)
    notifier.ready()
    notifier.status("12 firm, komplet\ndo 14:05")
    notifier.status("12 firm, komplet do 14:05")
    notifier.alive()
    notifier.reloading(12.5)
    notifier.stopping()
    assert [listening.recv(4096).decode() for _ in range(5)] == [
        "READY=1",
        "STATUS=12 firm, komplet do 14:05",
        "WATCHDOG=1",
        "RELOADING=1\nMONOTONIC_USEC=12500000",
        "STOPPING=1",
    ]
    with pytest.raises(BlockingIOError):  # the same status was not sent twice
        listening.recv(4096)


def test_a_manager_that_is_gone_or_does_not_read_holds_up_nothing(tmp_path: Path) -> None:
    Notifier(str(tmp_path / "nobody")).ready()
    Notifier(None).ready()
    Notifier("relative/path").ready()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as deaf:
        deaf.bind(str(tmp_path / "deaf"))
        notifier = Notifier(str(tmp_path / "deaf"))
        for _ in range(2000):  # more than its queue takes
            notifier.alive()


@pytest.mark.parametrize(
    ("process", "usec", "watchdog"),
    [
        ("", "30000000", timedelta(seconds=30)),
        ("own", "500000", timedelta(seconds=0.5)),
        ("1", "30000000", None),
        ("", "", None),
        ("", "0", None),
        ("", "soon", None),
    ],
)
def test_the_environment_says_whether_signs_of_life_are_wanted_and_is_not_handed_on(
    process: str, usec: str, watchdog: timedelta | None
) -> None:
    named = str(os.getpid()) if process == "own" else process
    environment = {"WATCHDOG_PID": named, "WATCHDOG_USEC": usec, "NOTIFY_SOCKET": "@x", "HOME": "/"}
    assert notifier_of(environment).watchdog == watchdog
    assert environment == {"HOME": "/"}
