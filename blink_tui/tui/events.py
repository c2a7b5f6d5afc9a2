"""The fetch log as people read it: a firm's pass is one line, all that it told is what the line holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from rich.cells import cell_len

from blink_tui.buffer import LogRow
from blink_tui.i18n import N_, _, ngettext
from blink_tui.model.documents import Role
from blink_tui.model.events import DocumentsStored, Event, PassFinished
from blink_tui.model.telling import Failure, role_of, sentence
from blink_tui.model.text import clean
from blink_tui.model.words import ROLE_SHORT
from blink_tui.tui.widgets.rows import Pieces
from blink_tui.tui.widgets.text import Paragraph
from blink_tui.tui.words import fit, moment, number, second

_LEVELS = {"error": ("! ", N_("ERROR"), "bad"), "warning": ("~ ", N_("WARNING"), "warn")}
_FIRM_WIDTH = 18
_ROLE_WIDTH = 10
_WIDE = 100
_CLOCK = len("00:00:00")


@dataclass(frozen=True, slots=True)
class LogLine:
    """What one run told of one firm, or of none, in the order of telling."""

    rows: tuple[LogRow, ...]

    @property
    def events(self) -> tuple[Event, ...]:
        """What was told."""
        return tuple(row.event for row in self.rows)

    @property
    def level(self) -> str:
        """The gravest level among them."""
        levels = {event.level for event in self.events}
        return next((level for level in _LEVELS if level in levels), "info")

    @property
    def quiet(self) -> bool:
        """Whether it ended well and brought nothing."""
        ends = [event for event in self.events if isinstance(event, PassFinished)]
        return self.level == "info" and bool(ends) and not ends[-1].new


def folded(rows: Iterable[LogRow]) -> list[LogLine]:
    """Rows gathered by run and firm; a line stands where its first row stood."""
    found: dict[tuple[str, int | None], list[LogRow]] = {}
    for row in rows:
        found.setdefault((row.event.run, row.event.firm_id), []).append(row)
    return [LogLine(tuple(rows)) for rows in found.values()]


def _told(event: Event) -> str:
    """An event in words, with its level and its role before it."""
    word = _(_LEVELS[event.level][1]) if event.level in _LEVELS else ""
    text = clean(event.problem) if isinstance(event, Failure) else sentence(event)
    return ": ".join(part for part in (word, role_of(event), text) if part)


def summary(line: LogLine) -> str:
    """A line in words: what stopped first, else how it ended, else how far it is; then what was warned of."""
    failures = [event for event in line.events if event.level == "error"]
    warnings = [event for event in line.events if event.level == "warning"]
    others = [event for event in line.events if event.level not in _LEVELS]
    parts = []
    if failures:
        parts.append(_told(failures[0]))
        if len(failures) > 1:
            parts.append(_("{count} more").format(count=len(failures) - 1))
    elif others:
        finished = [event for event in others if isinstance(event, PassFinished)]
        parts.append(_outcome(finished[-1], others) if finished else _told(others[-1]))
    return " · ".join(dict.fromkeys([*parts, *map(_told, warnings)]))


def _outcome(finished: PassFinished, events: Iterable[Event]) -> str:
    """How many documents a pass brought, and in which roles."""
    if not finished.new:
        return _("Nothing new")
    roles = dict.fromkeys(ROLE_SHORT, 0)
    for event in events:
        if isinstance(event, DocumentsStored) and event.role in ROLE_SHORT:
            roles[Role(event.role)] += event.new
    counts = ", ".join(f"{number(count)} {_(ROLE_SHORT[role])}" for role, count in roles.items() if count)
    text = ngettext("{count} new", "{count} new", finished.new).format(count=number(finished.new))
    return ": ".join(part for part in (text, counts) if part)


def log_line(line: LogLine, firms: Mapping[int, str], width: int) -> Pieces:
    """One line of the log."""
    first = line.rows[0]
    glyph, _word, tone = _LEVELS.get(line.level, ("  ", "", "dim" if line.quiet else "plain"))
    firm = fit(firms.get(first.event.firm_id or 0, ""), _FIRM_WIDTH)
    time = second(first.at) if width >= _WIDE else second(first.at)[-_CLOCK:]
    lead = f" {time} "
    text = f"{firm} {glyph}{summary(line)}"
    room = width - len(lead)
    return ((lead, "dim"), (fit(text, room) if cell_len(text) > room else text, tone))


def log_detail(line: LogLine, firms: Mapping[int, str]) -> list[Paragraph]:
    """All that a line holds: when and which firm, what went wrong with its causes, then every event."""
    first = line.rows[0]
    head = [moment(first.at), firms.get(first.event.firm_id or 0, "")]
    paragraphs = [Paragraph(" · ".join(part for part in head if part), "head")]
    wrong = [row for row in line.rows if row.event.level in _LEVELS]
    quiet = [row for row in line.rows if row.event.level not in _LEVELS]
    for row in (*wrong, *quiet):
        paragraphs += _row(row)
    return paragraphs


def _row(row: LogRow) -> Iterator[Paragraph]:
    event = row.event
    glyph, _word, tone = _LEVELS.get(event.level, ("", "", "plain"))
    lead = f"{second(row.at)[-_CLOCK:]} {fit(role_of(event), _ROLE_WIDTH)} "
    yield Paragraph(glyph + sentence(event), tone, lead)
    if isinstance(event, Failure):
        trace = _("trace {id}").format(id=clean(event.trace_id)) if event.trace_id else ""
        cause = " · ".join(part for part in (event.code, clean(event.cause), trace) if part)
        yield Paragraph(cause, "dim", " " * len(lead))
