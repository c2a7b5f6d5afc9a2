"""The terminal at the end of an SSH line: wrong bytes, a vanished terminal and a stalled one do no harm.

Every use of Textual's private driver parts is gathered here; `tests/tui/test_upstream.py` holds the hashes of what
is overridden, so that a new Textual makes someone look.
"""

from __future__ import annotations

import os
import selectors
import signal
from codecs import getincrementaldecoder
from collections import deque
from collections.abc import Callable
from threading import Condition, Thread

from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

PENDING_LIMIT = 128 * 1024
"""Bytes that may wait for the terminal before frames are dropped: four whole screens of 120x40."""

_END_OF_SYNCHRONIZED_UPDATE = "\x1b[?2026l"


class WrongBytes(Message):
    """The terminal sent bytes that are not UTF-8; they were read as U+FFFD."""


def hang_up() -> None:
    """Tell the process that its terminal is gone, whether or not it was started to ignore that."""
    os.kill(os.getpid(), signal.SIGHUP)


class Output(Thread):
    """Writes frames to a terminal from a thread of its own; `write` never blocks.

    When a terminal stops reading, whole frames are dropped until it has read what it was sent; then `repaint` is
    called once, from this thread. `gone` is called when the terminal refuses to be written to.
    """

    def __init__(self, fileno: int, *, repaint: Callable[[], None], gone: Callable[[], None]) -> None:
        super().__init__(daemon=True, name="blink-output")
        self._fileno = fileno
        self._repaint = repaint
        self._gone = gone
        self._wake = Condition()
        self._frames: deque[bytes] = deque()
        self._pending = 0
        self._dropping = False
        self._keep_all = False
        self._stopping = False

    def write(self, text: str) -> None:
        """Queue one frame, or drop it and all that wait when the terminal is too far behind."""
        frame = text.encode("utf-8", "replace")
        with self._wake:
            behind = self._dropping or (self._pending and self._pending + len(frame) > PENDING_LIMIT)
            if behind and not self._keep_all:
                self._dropping = True
                self._pending -= sum(map(len, self._frames))
                self._frames.clear()
                return
            self._frames.append(frame)
            self._pending += len(frame)
            self._wake.notify()

    def keep_all(self) -> None:
        """Drop nothing any more: what follows restores the terminal."""
        with self._wake:
            broken_off = self._dropping
            self._keep_all, self._dropping = True, False
        if broken_off:
            self.write(_END_OF_SYNCHRONIZED_UPDATE)

    def stop(self, timeout: float) -> None:
        """End after what waits is written, at the latest after so many seconds."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        self.join(timeout)

    def run(self) -> None:
        while (frame := self._next()) is not None:
            try:
                self._send(frame)
            except OSError:
                self._gone()
                return
            with self._wake:
                self._pending -= len(frame)

    def _next(self) -> bytes | None:
        """The next frame, waiting for it; None at the end."""
        with self._wake:
            while not self._frames:
                if self._stopping:
                    return None
                if self._dropping:
                    self._dropping = False
                    self._repaint()
                self._wake.wait()
            return self._frames.popleft()

    def _send(self, frame: bytes) -> None:
        """Write a whole frame, past `sys.stderr`: a lock of it held by a stalled write hangs the exit."""
        while frame:
            frame = frame[os.write(self._fileno, frame) :]


class SshDriver(LinuxDriver):
    """Textual's driver for Linux and macOS with its faults on bad lines mended."""

    def start_application_mode(self) -> None:
        self._output = Output(self._file_number(), repaint=self._repaint_whole, gone=hang_up)
        self._output.start()
        super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual's own lacks types

    def _file_number(self) -> int:
        return self._file.fileno() if self._file is not None else self.fileno

    def _get_terminal_size(self) -> tuple[int, int]:
        """The size that the terminal has now: a shell may have exported COLUMNS and LINES of an earlier one."""
        try:
            return os.get_terminal_size(self.fileno)
        except OSError:
            return super()._get_terminal_size()

    def _repaint_whole(self) -> None:
        self._loop.call_soon_threadsafe(self._app.refresh)

    def write(self, data: str) -> None:
        self._output.write(data)

    def stop_application_mode(self) -> None:
        self._output.keep_all()
        super().stop_application_mode()

    def close(self) -> None:
        super().close()
        self._output.stop(timeout=1.0)

    def run_input_thread(self) -> None:
        """Read the terminal until told to end, or until it is gone."""
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")(errors="replace").decode
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(0.1):
                    data = self._read()
                    if not data:
                        hang_up()
                        return
                    text = decode(data)
                    if "\ufffd" in text:
                        self.send_message(WrongBytes())
                    if text:  # an empty text tells the parser that input has ended
                        for event in parser.feed(text):
                            self.process_message(event)
                for event in parser.tick():
                    self.process_message(event)

    def _read(self) -> bytes:
        try:
            return os.read(self.fileno, 4096)
        except OSError:
            return b""
