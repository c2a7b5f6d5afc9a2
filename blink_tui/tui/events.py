"""Rows of the fetch log as people read them: time, firm, sentence; a problem has its word and glyph."""

from __future__ import annotations

from collections.abc import Mapping

from blink_tui.buffer import LogRow
from blink_tui.i18n import N_, Message, _
from blink_tui.model.dates import parse_instant
from blink_tui.model.documents import Role
from blink_tui.model.events import Event, PassFailed
from blink_tui.model.text import clean
from blink_tui.tui.widgets.rows import Pieces
from blink_tui.tui.words import ROLE_WORDS, fit, moment, second

_LEVELS = {"error": ("! ", N_("ERROR"), "bad"), "warning": ("~ ", N_("WARNING"), "warn")}
_INSTANTS = ("until", "window_from")
_FIRM_WIDTH = 18
_WIDE = 100


def sentence(event: Event) -> str:
    """An event in words; instants in it as Warsaw time."""
    values = {name: getattr(event, name) for name in event.__dataclass_fields__}
    for name in _INSTANTS:
        if name in values:
            values[name] = _readable(values[name])
    return clean(str(Message(event.text, values))) or event.name


def _readable(instant: str) -> str:
    try:
        return moment(parse_instant(instant))
    except ValueError:
        return instant


def log_line(row: LogRow, firms: Mapping[int, str], width: int) -> Pieces:
    """One row of the log in one line."""
    glyph, word, tone = _LEVELS.get(row.event.level, ("  ", "", "plain"))
    firm = fit(firms.get(row.event.firm_id or 0, ""), _FIRM_WIDTH)
    text = f"{_(word)}: {sentence(row.event)}" if word else sentence(row.event)
    if row.event.role in ROLE_WORDS:
        text += f" ({_(ROLE_WORDS[Role(row.event.role)])})"
    time = second(row.at) if width >= _WIDE else second(row.at)[-len("00:00:00") :]
    return ((f" {time} ", "dim"), (f"{firm} {glyph}{text}", tone))


def log_detail(row: LogRow, firms: Mapping[int, str]) -> list[str]:
    """All that a row says, in sentences: what happened, where, the technical cause."""
    event = row.event
    where = [moment(row.at), firms.get(event.firm_id or 0, "")]
    if event.role in ROLE_WORDS:
        where.append(_(ROLE_WORDS[Role(event.role)]))
    lines = [" · ".join(part for part in where if part), sentence(event)]
    if isinstance(event, PassFailed):
        cause = clean(event.cause)
        trace = _("trace {id}").format(id=clean(event.trace_id)) if event.trace_id else ""
        lines.append(" · ".join(part for part in (event.code, cause, trace) if part))
    return lines
