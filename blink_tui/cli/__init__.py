"""The blink command: parses, wires, prints.

Parts that cost time to load are imported inside the commands that need them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from blink_tui.i18n import set_language
from blink_tui.model.memory import keep_to_itself


def main(arguments: list[str] | None = None) -> None:
    """Run one command and end the process with its exit code (DESIGN, "The command line")."""
    _require_streams()
    keep_to_itself()
    words = sys.argv[1:] if arguments is None else arguments
    set_language(option_value(words, "--lang"))
    from blink_tui.cli.app import run
    from blink_tui.cli.last_words import without_secrets

    without_secrets()
    sys.exit(run(words))


def _require_streams() -> None:
    """Where the program was started with a standard stream closed, nothing stands in its place: the next file that is
    opened, such as the buffer, must not get its number.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            nothing = os.open(os.devnull, os.O_RDWR)
            if nothing != number:
                os.dup2(nothing, number)
                os.close(nothing)
            setattr(sys, name, open(number, "w" if number else "r", encoding="utf-8"))  # noqa: SIM115, PTH123


def option_value(words: Sequence[str], name: str) -> str | None:
    """The value of an option before it is parsed: help texts are made, and crashes reported, without parsing."""
    for place, word in enumerate(words):
        if word == name:
            return words[place + 1] if place + 1 < len(words) else None
        if word.startswith(f"{name}="):
            return word.removeprefix(f"{name}=")
    return None
