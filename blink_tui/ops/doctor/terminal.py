"""What the console needs of the terminal and the system's language."""

from __future__ import annotations

import locale
import shutil
import sys
from collections.abc import Iterator

from blink_tui.i18n import N_
from blink_tui.ops.doctor.check import Around, Check, Finding, note, ok, warning

_COLUMNS, _ROWS = 80, 24
_WITHOUT_CURSOR = ("", "dumb", "unknown")
_MANY_COLOURS = ("truecolor", "24bit")
_SAMPLE = "ąćęłńóśźż ĄĆĘŁŃÓŚŹŻ ─│┌┐"


async def _locale(_around: Around) -> list[Finding]:
    encoding = locale.getencoding()
    if encoding.lower().replace("-", "") != "utf8":
        return [
            warning(
                N_("The system's locale is in {encoding}, not UTF-8: the console does not start."),
                N_("Set for example LANG=pl_PL.UTF-8 or LANG=C.UTF-8, for the service as well."),
                encoding=encoding,
            )
        ]
    return [ok(N_("The locale is in UTF-8."))]


async def _terminal(around: Around) -> list[Finding]:
    if not sys.stdout.isatty():
        return [note(N_("There is no terminal here, so it was not looked at."))]
    return list(
        terminal_findings(around.environment.get("TERM", ""), around.environment.get("COLORTERM", ""))
    )


def terminal_findings(term: str, colours: str) -> Iterator[Finding]:
    """What is to be said of the terminal of this process."""
    if term in _WITHOUT_CURSOR:
        yield warning(
            N_("TERM is “{term}”, so the console cannot place its texts."),
            N_("Set TERM to what the terminal is, for example xterm-256color."),
            term=term,
        )
    columns, rows = shutil.get_terminal_size((_COLUMNS, _ROWS))
    if columns < _COLUMNS or rows < _ROWS:
        yield warning(
            N_(
                "The terminal has {columns} × {rows} characters; the console is made for 80 × 24 at the least."
            ),
            N_("Make the window larger or the letters smaller."),
            columns=columns,
            rows=rows,
        )
    if colours not in _MANY_COLOURS and "256" not in term:
        yield note(
            N_("The terminal tells of few colours (TERM {term}); the console uses what there is."),
            N_("Set TERM=xterm-256color where the terminal can do it."),
            term=term,
        )
    yield ok(N_("These must be Polish letters and lines: {sample}"), sample=_SAMPLE)


LOCALE = Check(
    "locale",
    N_("Language"),
    N_("The locale is not in UTF-8: the console refuses to start; commands still work."),
    _locale,
)
TERMINAL = Check(
    "terminal",
    N_("Terminal"),
    N_("The terminal is too small or not told apart; the console is hard to use or does not start."),
    _terminal,
)
