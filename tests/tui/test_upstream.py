"""What is overridden in Textual is as it was when the override was written; a change makes someone look."""

from __future__ import annotations

import hashlib
import inspect

import pytest
from textual.app import App
from textual.driver import Driver
from textual.drivers._writer_thread import WriterThread
from textual.drivers.linux_driver import LinuxDriver

LOOKED_AT = {
    WriterThread: "411a9202bed5a877",
    LinuxDriver.run_input_thread: "d796af6d69db337d",
    LinuxDriver.start_application_mode: "7c41f5ba11a8ef05",
    LinuxDriver.stop_application_mode: "9a7e99c8d4bdbd3b",
    LinuxDriver.write: "b78a34033db5a0eb",
    LinuxDriver.close: "c32293a24c1a6b91",
    LinuxDriver._get_terminal_size: "7e80e59356c609c4",
    Driver.send_message: "4ecf73a431b20ace",
    App._fatal_error: "2474616cec7fa94d",
    App._handle_exception: "baea2e7f88e7ac52",
    App.exit: "d8c06b817ac8e36e",
    App._print_error_renderables: "6e6be40346778a2d",
}
"""What we override or lean on, and the SHA-256 of its source in Textual 8.2.8."""


@pytest.mark.parametrize(
    ("source", "digest"), LOOKED_AT.items(), ids=lambda item: getattr(item, "__qualname__", "")
)
def test_textual_is_as_it_was(source: type, digest: str) -> None:
    found = hashlib.sha256(inspect.getsource(source).encode()).hexdigest()
    assert found.startswith(digest), (
        f"{source.__qualname__} changed upstream: compare it with blink_tui/tui/driver.py"
    )
    assert len(digest) == 16
