"""Columns of the document grid: which of them fit a width, and how a document fills them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from blink_tui.buffer import GridRow, Sort
from blink_tui.i18n import N_, _, language
from blink_tui.model.findings import Severity
from blink_tui.model.text import clean
from blink_tui.tui.widgets.rows import Pieces
from blink_tui.tui.words import (
    DIRECTION_WORDS,
    STATUS_GLYPHS,
    STATUS_TONES,
    STATUS_WORDS,
    amount,
    day,
    fit,
    fit_right,
    fit_title,
)

Choice = tuple[tuple[str, int], ...]
"""Columns as a person ordered them: names, each with its width, 0 for its own. Empty: as many as fit, by weight."""

WIDEST = 60


@dataclass(frozen=True, slots=True)
class Column:
    """One column. It is shown when the width suffices for all of lower or equal `rank`; without one, if chosen."""

    name: str
    title: str
    width: int
    rank: int | None
    text: Callable[[GridRow], str]
    right: bool = False
    stretch: int = 0
    """Share of what is left over; 0 keeps the width."""
    sort: Sort | None = None
    """Name of the order that this column shows."""


def _party(row: GridRow) -> str:
    return clean(row.party_name) or clean(row.party_nip)


def _short_day(row: GridRow) -> str:
    return f"{row.issue_date:%d.%m}" if row.issue_date else ""


_ISSUED_SHORT = Column("issued", N_("Date"), 5, 1, _short_day, sort="issue_date")
COLUMNS = (
    Column("received", N_("Received"), 10, 5, lambda row: day(row.received_date), sort="received_date"),
    Column("issued", N_("Issued"), 10, 1, lambda row: day(row.issue_date), sort="issue_date"),
    Column("number", N_("Number"), 15, 1, lambda row: clean(row.invoice_number), stretch=1),
    Column("firm", N_("Firm"), 16, 7, lambda row: clean(row.firm_name), stretch=1),
    Column("party", N_("Other party"), 13, 1, _party, stretch=3, sort="seller"),
    Column("nip", N_("NIP"), 10, 4, lambda row: clean(row.party_nip)),
    Column("due", N_("Due"), 10, 6, lambda row: day(row.due_date)),
    Column("kind", N_("Kind"), 6, None, lambda row: clean(row.kind).upper()),
    Column("direction", N_("Direction"), 8, None, lambda row: _(DIRECTION_WORDS[row.direction])),
    Column("ksef", N_("KSeF number"), 35, None, lambda row: row.ksef_number),
    Column("net", N_("Net"), 12, 8, lambda row: amount(row.net), right=True),
    Column("vat", N_("VAT in PLN"), 12, None, lambda row: amount(row.vat), right=True),
    Column("gross", N_("Gross"), 12, 1, lambda row: amount(row.gross), right=True, sort="gross"),
    Column("currency", N_("Cur."), 4, 1, lambda row: clean(row.currency)),
)
"""From left to right; rank says which go first when the screen is narrow."""

BY_NAME = {column.name: column for column in COLUMNS}

_LEAD = 5
"""Cursor, mark, glyph of the status, sign of what was found, space."""
_FOUND: dict[int, tuple[str, str]] = {Severity.ALARM: ("!", "bad"), Severity.WARNING: ("!", "warn")}
"""What asks for a look has a sign; a mere note has none."""
_CHOSEN_RANK = 2
"""Weight of a column that is shown only where it was chosen."""
_WORD = 14
_WORD_RANK = 3
_NARROW = 64
_ROOM = 7
"""Cells that the stretching columns get before a column of less weight is added."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Columns chosen for a width, each with its width."""

    columns: tuple[tuple[Column, int], ...]
    word: bool
    """Whether the status is written out beside its glyph."""

    def head(self, sort: Sort, descending: bool) -> Pieces:
        """The head line; the column that rules the order carries an arrow."""
        arrow = "v" if descending else "^"
        cells = [fit(_("Status"), _WORD)] if self.word else []
        for column, width in self.columns:
            title = _(column.title) + (f" {arrow}" if column.sort == sort else "")
            cells.append(fit_title(title, width) if column.right else fit(title, width))
        return ((" " * _LEAD + " ".join(cells), "head"),)

    def cells(self, row: GridRow) -> str:
        """A document's cells, without lead and status."""
        return " ".join(
            fit_right(column.text(row), width) if column.right else fit(column.text(row), width)
            for column, width in self.columns
        )

    def pieces(self, row: GridRow, *, cursor: bool, marked: bool) -> Pieces:
        """A document as a row: `>` at the cursor, `*` at a mark, the status, `!` at what asks for a look, the cells."""
        lead = (">" if cursor else " ") + ("*" if marked else " ")
        word = fit(_(STATUS_WORDS[row.status]), _WORD) + " " if self.word else ""
        tone = STATUS_TONES[row.status]
        return (
            (lead, "mark" if marked else "plain"),
            (STATUS_GLYPHS[row.status], tone),
            _FOUND.get(row.attention, (" ", "plain")),
            (" " + word, tone),
            (self.cells(row), "plain"),
        )


def _by_weight(width: int, all_firms: bool) -> Layout:
    """As many columns as fit, those of most weight first, in their own order."""
    left = width - _LEAD + 1
    columns = [_ISSUED_SHORT if width < _NARROW and c.name == "issued" else c for c in COLUMNS]
    chosen: list[Column] = []
    word = False
    ranks = sorted({column.rank for column in COLUMNS if column.rank is not None} | {_WORD_RANK})
    for rank in ranks:
        group = [c for c in columns if c.rank == rank and (all_firms or c.name != "firm")]
        needed = sum(column.width + 1 for column in group) + (_WORD + 1 if rank == _WORD_RANK else 0)
        if rank > 1 and needed + _ROOM > left:
            continue
        left -= needed
        chosen += group
        word = word or rank == _WORD_RANK
    return Layout(_stretched([(c, c.width) for c in columns if c in chosen], set(), left), word)


def _as_ordered(width: int, choice: Choice) -> Layout:
    """The columns that a person ordered; where there is no room for all, those of least weight stay away."""
    left = width - _LEAD + 1
    wanted = [(BY_NAME[name], wide or BY_NAME[name].width) for name, wide in choice]
    lightest_first = sorted(wanted, key=lambda one: -(one[0].rank or _CHOSEN_RANK))
    while len(wanted) > 1 and sum(wide + 1 for _column, wide in wanted) > left:
        wanted.remove(lightest_first.pop(0))
    chosen = [(column, min(wide, max(1, left - 1))) for column, wide in wanted]
    left -= sum(wide + 1 for _column, wide in chosen)
    return Layout(_stretched(chosen, {name for name, wide in choice if wide}, left), word=False)


def _stretched(
    columns: list[tuple[Column, int]], fixed: set[str], left: int
) -> tuple[tuple[Column, int], ...]:
    """Share what is left over among the columns whose width nobody fixed."""
    shares = sum(column.stretch for column, _width in columns if column.name not in fixed)
    return tuple(
        (
            column,
            width + (max(0, left) * column.stretch // shares if shares and column.name not in fixed else 0),
        )
        for column, width in columns
    )


@lru_cache(maxsize=16)
def _layout(width: int, all_firms: bool, choice: Choice, _language: str) -> Layout:
    return _as_ordered(width, choice) if choice else _by_weight(width, all_firms)


def layout(width: int, *, all_firms: bool, choice: Choice = ()) -> Layout:
    """The columns that fit a width: those chosen, else by weight, with the firm's name only where firms are mixed."""
    return _layout(width, all_firms, choice, language())


def choice_of(kept: object) -> Choice:
    """A choice as it was kept, without what this version of the program does not know."""
    if not isinstance(kept, list):
        return ()
    found: dict[str, int] = {}
    for one in kept:
        if isinstance(one, list) and len(one) == 2 and one[0] in BY_NAME and isinstance(one[1], int):
            found[one[0]] = max(0, min(one[1], WIDEST))
    return tuple(found.items())
