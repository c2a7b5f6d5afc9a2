"""`blink doctor --audit`: every chain of events computed again, and written out for an inspection."""

from __future__ import annotations

import csv
import io
import json as jsonlib
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from blink_tui.cli import options, output
from blink_tui.cli.bar import bar
from blink_tui.cli.files import STDOUT
from blink_tui.i18n import _, ngettext
from blink_tui.model.errors import USAGE, BlinkError, ExitCode
from blink_tui.model.text import clean, guarded

if TYPE_CHECKING:
    from blink_tui.buffer import Buffer
    from blink_tui.buffer.audit import ChainState, Entry
    from blink_tui.cli.context import Profile
    from blink_tui.model.firms import Firm

_COLUMNS = ("firm", "seq", "at", "who", "what", "ksef_number", "before", "after", "reason", "hash")
"""How a cell begins that a spreadsheet would compute."""


async def prove(profile: Profile, texts: Sequence[str], export: str | None, *, as_json: bool) -> int:
    """Prove the chains of firms (all, or those named) and write their entries out; returns the exit code."""
    async with profile.open_buffer() as buffer:
        going = await buffer.eraser.all_begun()
        chosen = await options.chosen_firms(buffer, list(texts))
        firms = [
            firm for firm in chosen if firm.id not in going
        ]  # an erased chain ends in the list of erased firms
        wrong = await buffer.tombstones.wrong()
        written = _writer(export) if export is not None else None
        states: list[tuple[Firm, ChainState]] = []
        with bar(_("Proving"), len(firms)) as told:
            for firm in firms:
                states.append((firm, await buffer.history.verify(firm.id)))
                told(1)
        if export is not None and written is not None:
            await _export(buffer, firms, export, written)
    broken = [(firm, state) for firm, state in states if state.broken is not None]
    if export == STDOUT:
        for firm, state in broken:
            output.warn(f"{firm.context_value}: {_sentence(state)}")
    elif as_json:
        output.say_json(
            {
                "sound": not broken and wrong is None,
                "firms": [_json(firm, state) for firm, state in states],
                "erased": {"sound": wrong is None, "sentence": str(wrong or "")},
            }
        )
    else:
        _show(states, broken)
    if wrong is not None and not as_json:
        output.warn(str(wrong))
    return ExitCode.FAILED if broken or wrong is not None else ExitCode.DONE


def _show(states: Sequence[tuple[Firm, ChainState]], broken: Sequence[tuple[Firm, ChainState]]) -> None:
    head = (_("Firm"), _("Name"), _("Entries"), _("Last hash"), "")
    rows = [
        (
            firm.context_value,
            firm.name,
            str(state.length),
            state.head.hex()[:16],
            _("sound") if state.broken is None else _("TOUCHED"),
        )
        for firm, state in states
    ]
    output.say(output.table(head, rows))
    for firm, state in broken:
        output.warn(f"{firm.context_value}: {_sentence(state)}")
    if not broken:
        output.say(
            ngettext(
                "The chain of {n} firm is as it was written.",
                "The chains of {n} firms are as they were written.",
                len(states),
            ).format(n=len(states))
        )


def _sentence(state: ChainState) -> str:
    return clean(str(state.broken.message)) if state.broken is not None else ""


def _json(firm: Firm, state: ChainState) -> dict[str, Any]:
    broken = state.broken
    return {
        "firm": firm.context_value,
        "entries": state.length,
        "head": state.head.hex(),
        "sound": broken is None,
        "touched": None
        if broken is None
        else {"what": broken.touched, "seq": broken.seq, "sentence": _sentence(state)},
    }


# For an inspection


def _writer(export: str) -> Callable[[dict[str, Any]], str]:
    """How an entry becomes a line of a file with this name. Raises BlinkError (usage)."""
    suffix = Path(export).suffix.lower()
    if export == STDOUT or suffix == ".jsonl":
        return lambda row: jsonlib.dumps(row, ensure_ascii=False) + "\n"
    if suffix == ".csv":
        return lambda row: _csv_line([row[name] for name in _COLUMNS])
    raise BlinkError(
        USAGE,
        problem=_("The name ends with .csv or .jsonl, or is -; this does not: {file}").format(file=export),
    )


async def _export(
    buffer: Buffer, firms: Sequence[Firm], export: str, written: Callable[[dict[str, Any]], str]
) -> None:
    heading = [_csv_line(_COLUMNS)] if export.lower().endswith(".csv") else []
    if export == STDOUT:
        async for line in _lines(buffer, firms, written):
            output.say(line.removesuffix("\n"))
        return
    from blink_tui.sync.files import placing

    with placing(Path(export)) as file:
        for line in heading:
            file.write(line.encode("utf-8-sig"))
        async for line in _lines(buffer, firms, written):
            file.write(line.encode())


async def _lines(
    buffer: Buffer, firms: Sequence[Firm], written: Callable[[dict[str, Any]], str]
) -> AsyncIterator[str]:
    for firm in firms:
        async for entry in buffer.history.export(firm.id):
            yield written(_row(firm, entry))


def _row(firm: Firm, entry: Entry) -> dict[str, Any]:
    return {
        "firm": firm.context_value,
        "seq": entry.seq,
        "at": entry.at,
        "who": entry.who,
        "what": entry.what,
        "ksef_number": entry.ksef_number,
        "before": entry.before,
        "after": entry.after,
        "reason": entry.reason,
        "hash": entry.hash.hex(),
    }


def _csv_line(values: Sequence[object]) -> str:
    """One line; what a spreadsheet would compute is kept as text."""
    line = io.StringIO()
    shown = ["" if value is None else guarded(clean(str(value))) for value in values]
    csv.writer(line, delimiter=";", lineterminator="\r\n").writerow(shown)
    return line.getvalue()
