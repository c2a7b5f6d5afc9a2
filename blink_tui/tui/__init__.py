"""The console in the terminal: it shows and asks; what is right is decided below it."""

from __future__ import annotations

import locale
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from blink_tui.i18n import _
from blink_tui.model.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable

    from blink_tui.model.ports import Engine
    from blink_tui.vault import VaultHolder

os.environ.setdefault("ESCDELAY", "500")  # an arrow key split by Wi-Fi is Esc and letters at Textual's 100 ms
os.environ["TEXTUAL_ANIMATIONS"] = "none"


def run_console(
    buffer_path: Path,
    engine: Engine | None,
    *,
    who: str,
    export_dir: Path,
    title: str = "",
    vault: VaultHolder | None = None,
    work_folder: Path | None = None,
    language_told: bool = False,
    ready: Callable[[], None] | None = None,
    read_only: bool = False,
) -> int:
    """Show the console until it is ended; returns the exit code.

    `engine` is None when another process holds the work. `who` is written into the events of decisions. Without
    a `vault` that of the buffer's folder is meant, not open; `work_folder` is where the engine counts requests. With
    `language_told` the language in force is kept, whatever was chosen here before. `ready` is called once the first
    screen stands. In what is `read_only` nothing is changed. 129 and 143 follow SIGHUP and SIGTERM, 1 an error in the
    program, 2 a terminal that does not speak UTF-8. Raises BlinkError when the buffer cannot be opened.
    """
    if not _speaks_utf8():
        print(_not_utf8(), file=sys.stderr)  # noqa: T201 - said before there is a screen
        return ExitCode.USAGE
    from blink_tui.tui.run import Setup, run_to_end
    from blink_tui.vault import VaultHolder

    setup = Setup(
        buffer_path,
        engine,
        who,
        export_dir,
        title,
        vault or VaultHolder(buffer_path.with_name("vault.blink")),
        work_folder or buffer_path.with_name("work"),
        language_told,
        ready,
        read_only,
    )
    return run_to_end(setup)


def _speaks_utf8() -> bool:
    return locale.getencoding().lower().replace("-", "") == "utf8"


def _not_utf8() -> str:
    return _(
        "The console needs a terminal in UTF-8; this one says {encoding}. Set for example LANG=pl_PL.UTF-8."
    ).format(encoding=locale.getencoding())
