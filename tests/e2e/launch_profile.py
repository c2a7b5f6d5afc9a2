"""Starts the console as `blink` does on a profile in a folder: `python -m tests.e2e.launch_profile FOLDER`.

Tokens of a sandbox's firms stand in `tokens.json` of the folder, as {NIP: token}; the vault lives in memory.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from blink_tui.i18n import set_language


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--lang", default="en")
    parser.add_argument("--without-engine", action="store_true")
    options = parser.parse_args()
    set_language(options.lang)
    if options.without_engine:
        from blink_tui.tui import run_console

        return run_console(
            options.folder / "buffer.db", None, who="anna", export_dir=options.folder / "export"
        )
    from blink_tui.cli.console import open_console
    from blink_tui.cli.context import Profile, memory_vault
    from blink_tui.model.secret import Secret

    vault, tokens = memory_vault(), options.folder / "tokens.json"
    for nip, token in json.loads(tokens.read_text()).items() if tokens.exists() else ():
        vault.put(f"token/{nip}", Secret(token))
    return open_console(Profile("bench", options.folder), vault)


if __name__ == "__main__":
    sys.exit(main())
