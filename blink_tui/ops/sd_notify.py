"""Tells systemd how a service is: ready, its status, that it lives (sd_notify(3)); without systemd it tells nobody."""

from __future__ import annotations

import os
import socket
from collections.abc import MutableMapping
from contextlib import suppress
from datetime import timedelta

_STATUS_LENGTH = 400
"""Characters; systemctl shows one line."""


class Notifier:
    """Datagrams to the socket that systemd named. What cannot be sent is not sent: a service works without."""

    def __init__(self, address: str | None = None, watchdog: timedelta | None = None) -> None:
        self._address = _socket_address(address)
        self._status = ""
        self.watchdog = watchdog
        """A sign of life has to come within this time; None when nobody waits for one."""

    def ready(self) -> None:
        """It started, or has read everything anew."""
        self._send("READY=1")

    def status(self, text: str) -> None:
        """How it is, in one line; the same again is not sent."""
        line = " ".join(text.split())[:_STATUS_LENGTH]
        if line != self._status:
            self._status = line
            self._send(f"STATUS={line}")

    def alive(self) -> None:
        """A sign of life."""
        self._send("WATCHDOG=1")

    def reloading(self, steady: float) -> None:
        """It reads everything anew; `steady` is the reading of CLOCK_MONOTONIC, in seconds. `ready` ends it."""
        self._send(f"RELOADING=1\nMONOTONIC_USEC={int(steady * 1_000_000)}")

    def stopping(self) -> None:
        """It begins to end."""
        self._send("STOPPING=1")

    def _send(self, message: str) -> None:
        if self._address is None:
            return
        with (
            suppress(OSError),
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender,
        ):
            sender.setblocking(False)
            sender.sendto(message.encode(), self._address)


def notifier_of(environment: MutableMapping[str, str]) -> Notifier:
    """The notifier that the environment of a service asks for; what it says is taken out, as it is not for children."""
    address = environment.pop("NOTIFY_SOCKET", None)
    microseconds = environment.pop("WATCHDOG_USEC", "")
    process = environment.pop("WATCHDOG_PID", "")
    meant = process in ("", str(os.getpid()))
    watchdog = None
    if meant and microseconds.isdecimal() and int(microseconds) > 0:
        watchdog = timedelta(microseconds=int(microseconds))
    return Notifier(address, watchdog)


def _socket_address(address: str | None) -> str | None:
    """A path, or a name in the abstract namespace, which systemd writes with @ in place of its null byte."""
    if not address or address[0] not in "/@":
        return None
    return "\0" + address[1:] if address[0] == "@" else address
