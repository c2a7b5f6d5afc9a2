"""Asks for what is not shown while it is typed; Ctrl-C ends the question at once, whatever the command is doing."""

from __future__ import annotations

import signal

from blink_tui.i18n import _
from blink_tui.model.secret import Secret
from blink_tui.model.typed import checked_passphrase


def asked(question: str) -> Secret:
    """What a person types at the terminal; called in the main thread. Raises KeyboardInterrupt on Ctrl-C.

    A command's event loop takes the first Ctrl-C as a wish to end at the next await, which a question is not.
    """
    import getpass

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return Secret(getpass.getpass(question))
    finally:
        signal.signal(signal.SIGINT, before)


def asked_twice(question: str) -> Secret:
    """A new passphrase, typed twice. Raises BlinkError: nothing was typed, or not the same twice."""
    first = asked(question)
    again = asked(_("The same once more: ")) if first.reveal() else first
    return checked_passphrase(first, again)
