"""What changed rules would do: fetched and coded documents are proposed anew, nothing is kept, the changes listed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from textual.screen import Screen
from textual.worker import WorkType

from blink_tui.buffer import Buffer
from blink_tui.i18n import _, ngettext
from blink_tui.model.documents import Direction
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import Firm
from blink_tui.model.text import clean
from blink_tui.sync.proposing_work import Change, Gist
from blink_tui.sync.trying import Edit, Tried, try_rules
from blink_tui.tui.keys import bindings
from blink_tui.tui.screens.lists import ListWindow
from blink_tui.tui.widgets.text import Paragraph
from blink_tui.tui.words import amount, day, fit, fit_right, number

if TYPE_CHECKING:
    from blink_tui.tui.app import ConsoleApp

_NUMBER, _GROSS, _DAY = 20, 14, 10
_LISTED = 500
"""Changes that are listed; all are counted."""


@dataclass(frozen=True, slots=True)
class ChangedDocument:
    """A document that would be treated otherwise."""

    change: Change
    number: str
    other: str
    """The other party."""
    issued: str
    gross: str


def try_and_show(screen: Screen[Any], firm: Firm | None, edits: Sequence[Edit], owner: int) -> None:
    """Try over the documents of a firm, or of all that have books, beside the loop; then list the changes."""
    console = cast("ConsoleApp", screen.app)
    console.tell(_("Trying on the documents that are not approved yet…"))

    async def run() -> None:
        buffer = console.buffer
        ids = [firm.id] if firm is not None and owner == firm.id else list(await buffer.books.all())
        try:
            tried = await try_rules(buffer, ids, edits, owner, console.today)
            listed = await _documents(buffer, tried.changes[:_LISTED])
        except BlinkError as error:
            console.tell_error(error)
            return
        screen.call_later(console.push_screen, TrialWindow(tried, listed))

    work: WorkType[None] = partial(run)
    screen.run_worker(work, group="try", exclusive=True)


async def _documents(buffer: Buffer, changes: Sequence[Change]) -> list[ChangedDocument]:
    known = {one.id: one for one in await buffer.documents.get_many([one.document_id for one in changes])}
    found = []
    for change in changes:
        document = known[change.document_id]
        other = document.buyer if document.direction is Direction.SALE else document.seller
        gross = f"{amount(document.gross)} {clean(document.currency)}"
        found.append(
            ChangedDocument(
                change, clean(document.invoice_number), clean(other.name), day(document.issue_date), gross
            )
        )
    return found


class TrialWindow(ListWindow[ChangedDocument]):
    """Documents with what they would become instead."""

    BINDINGS = bindings("close", "narrow")
    OPENS = False

    def __init__(self, tried: Tried, listed: Sequence[ChangedDocument]) -> None:
        super().__init__(_("What it would change"))
        self._tried = tried
        self._listed = listed

    async def load(self) -> Sequence[ChangedDocument]:
        return self._listed

    def summary(self) -> str:
        count = len(self._tried.changes)
        told = ngettext("would change {count} document", "would change {count} documents", count)
        of = _("of {count} looked at").format(count=number(self._tried.looked_at))
        return f"{told.format(count=number(count))} {of}"

    def head(self, width: int) -> str:
        return self._cells(width, _("Number"), _("With"), _("Issued"), _("Gross"))

    def row(self, item: ChangedDocument, width: int) -> tuple[str, str]:
        return self._cells(width, item.number, item.other, item.issued, item.gross), "plain"

    @staticmethod
    def _cells(width: int, number_: str, other: str, issued: str, gross: str) -> str:
        left = width - _NUMBER - _GROSS - _DAY - 3
        return f"{fit(number_, _NUMBER)} {fit(other, left)} {fit(issued, _DAY)} {fit_right(gross, _GROSS)}"

    def told(self, item: ChangedDocument) -> list[Paragraph]:
        before, after = item.change.before, item.change.after
        return [
            Paragraph(_gist(before), lead=fit(" " + _("now"), 12)),
            Paragraph(_gist(after), "new", lead=fit(" " + _("then"), 12)),
        ]

    def nothing(self) -> str:
        return _("It would change nothing.")


def _gist(gist: Gist) -> str:
    if not gist.scheme:
        return _("no rule fits: a person codes it")
    parts = (
        _("scheme {scheme}").format(scheme=gist.scheme),
        _("by {rule}").format(rule=gist.rule) if gist.rule else "",
        ", ".join(gist.accounts),
        _("column {column}").format(column=gist.column) if gist.column else "",
        gist.vat_month,
        "" if gist.complete else _("not complete"),
    )
    return clean(" · ".join(part for part in parts if part))
