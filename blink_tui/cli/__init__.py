"""The blink command: parses, wires, prints.

Parts that cost time to load are imported inside the commands that need them.
"""

from __future__ import annotations

import sys

from blink_tui.i18n import set_language


def main(arguments: list[str] | None = None) -> None:
    """Run one command and end the process with its exit code (DESIGN, "The command line")."""
    words = sys.argv[1:] if arguments is None else arguments
    set_language(_language_asked(words))
    from blink_tui.cli.app import run

    sys.exit(run(words))


def _language_asked(words: list[str]) -> str | None:
    """The value of `--lang`, needed before the commands' help texts are made."""
    for place, word in enumerate(words):
        if word == "--lang":
            return words[place + 1] if place + 1 < len(words) else None
        if word.startswith("--lang="):
            return word.removeprefix("--lang=")
    return None
