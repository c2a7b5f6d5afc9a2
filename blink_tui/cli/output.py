"""What commands print: JSON for programs on stdout, text for people; stdout is written nowhere else."""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from blink_tui.model.errors import BlinkError
from blink_tui.model.text import clean


def use_utf8() -> None:
    """Write UTF-8 whatever the locale."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def say(text: str = "") -> None:
    """One line for people."""
    sys.stdout.write(f"{text}\n")


def say_json(document: Any) -> None:
    """One JSON document on a line, at once."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def say_bytes(content: bytes) -> None:
    """Bytes as they are."""
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def warn(text: str) -> None:
    """A diagnostic line."""
    sys.stderr.write(f"{text}\n")


def failure_json(error: BlinkError) -> dict[str, Any]:
    """An error as scripts read it."""
    return {
        "error": {
            "code": error.kind.code,
            "message": str(error),
            "firm": error.firm,
            "cause": _cause(error),
            "trace_id": error.trace_id,
        }
    }


def _cause(error: BlinkError) -> str | None:
    """What a library or a server said may name what logs in: links with their signatures, headers."""
    from blink_tui.model.redaction import redacted

    return redacted(clean(error.cause)) if error.cause else None


def failure_lines(error: BlinkError) -> list[str]:
    """An error for people: the sentence, and below it the technical cause."""
    firm = f"{error.firm}: " if error.firm else ""
    lines = [f"{firm}{error}"]
    if error.cause:
        lines.append(f"  ({_cause(error)})")
    if error.trace_id:
        lines.append(f"  (trace id {clean(error.trace_id)})")
    return lines


def table(head: Sequence[str], rows: Iterable[Sequence[str]], width: int | None = None) -> str:
    """Columns as wide as their widest cell; amounts stand right, and titles of columns that hold nothing else.

    On a terminal (or within `width`) wider ones are broken between words, never within one: numbers stay whole.
    Elsewhere each row is one line, for programs that read it.
    """
    cells = [[clean(cell) for cell in row] for row in rows]
    columns = range(len(head))
    if width is None and sys.stdout.isatty():
        width = shutil.get_terminal_size((80, 24)).columns
    wanted = [max(len(row[column]) for row in (head, *cells)) for column in columns]
    widths = wanted if width is None else _narrowed(wanted, [head, *cells], width)
    titles = [
        title.rjust(width) if cells and all(_is_amount(row[column]) for row in cells) else title
        for column, title, width in zip(columns, head, widths, strict=True)
    ]
    lines = [*_broken(titles, widths), ["-" * width for width in widths]]
    for row in cells:
        lines.extend(_broken(row, widths))
    return "\n".join(
        "  ".join(
            cell.rjust(width) if _is_amount(cell) else cell.ljust(width)
            for cell, width in zip(line, widths, strict=True)
        ).rstrip()
        for line in lines
    )


def _narrowed(wanted: list[int], rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """Widths of columns that fit into a line as far as their longest words let them: the widest give way first."""
    least = [
        max(len(word) for row in rows for word in (row[column].split(" ") or [""]))
        for column in range(len(wanted))
    ]
    widths = list(wanted)
    while sum(widths) + 2 * (len(widths) - 1) > width:
        spare = [column for column, one in enumerate(widths) if one > least[column]]
        if not spare:
            break
        widths[max(spare, key=lambda column: widths[column])] -= 1
    return widths


def _broken(row: Sequence[str], widths: Sequence[int]) -> list[list[str]]:
    """A row as the lines that its cells need at these widths."""
    cells = [
        [cell]
        if len(cell) <= width
        else textwrap.wrap(cell, width, break_long_words=False, break_on_hyphens=False)
        for cell, width in zip(row, widths, strict=True)
    ]
    return [list(line) for line in zip_longest(*cells, fillvalue="")]


def amount(value: Decimal | None) -> str:
    """`1 234,56`, as Poles write amounts; empty when there is none."""
    return "" if value is None else f"{value:,.2f}".replace(",", "\u00a0").replace(".", ",")


def _is_amount(cell: str) -> bool:
    return cell.endswith(tuple("0123456789")) and "," in cell[-4:]


def moment(instant: str | None) -> str:
    """An instant of KSeF in Warsaw time, to the minute; a dash when there is none."""
    from blink_tui.model.dates import Instant, datetime_of, warsaw

    return "–" if instant is None else f"{datetime_of(Instant(instant)).astimezone(warsaw()):%Y-%m-%d %H:%M}"
