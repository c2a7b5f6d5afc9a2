"""A firm's month in points, in the order in which a month is closed, each with the key that leads there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from blink_tui.i18n import _, ngettext
from blink_tui.model.deadlines import deadlines_of
from blink_tui.model.documents import Direction, Status
from blink_tui.model.text import clean
from blink_tui.sync.closing import FirmMonth, Sums
from blink_tui.sync.standing import span_of
from blink_tui.tui.firm_words import deadline_words
from blink_tui.tui.keys import ACTIONS
from blink_tui.tui.widgets.text import Paragraph
from blink_tui.tui.words import amount, moment, number

_NOWHERE = "    "


def month_paragraphs(found: FirmMonth, today: date) -> list[Paragraph]:
    """Everything of a firm's month; what is still to be done is marked, what is done is told as well."""
    firm = found.firm
    head = f"{clean(firm.name)} · {firm.context_value} · {found.month}"
    verdict = (
        _("ready: nothing is left and the month is covered")
        if found.ready
        else _("not ready: see the points")
    )
    return [
        Paragraph(head, "head"),
        Paragraph(verdict, "good" if found.ready else "warn"),
        *_points(found, today),
    ]


def _point(text: str, leads_to: str = "", *, open_: bool = False) -> Paragraph:
    """A point with the key of the screen on which it is worked on."""
    lead = f"{'!' if open_ else ' '} {ACTIONS[leads_to].keys[0]} " if leads_to else _NOWHERE
    return Paragraph(text, "warn" if open_ else "plain", lead)


def _points(found: FirmMonth, today: date) -> Iterator[Paragraph]:
    yield _access(found)
    yield _coverage(found)
    for mismatch in found.standing.quarantine:
        text = _("In quarantine: {subject}").format(subject=clean(mismatch.what.subject))
        yield _point(text, "go-log", open_=True)
    for status, leads_to, text in (
        (Status.FETCHED, "go-coding", _("undecided: {count}")),
        (Status.QUERIED, "go-buffer", _("to be cleared up: {count}")),
        (Status.CODED, "go-buffer", _("coded and not approved: {count}")),
        (Status.APPROVED, "go-handover", _("approved and not handed over: {count}")),
        (Status.EXPORTED, "go-buffer", _("handed over and not booked: {count}")),
    ):
        count = found.held(status)
        yield _point(text.format(count=_counted(count, found.sums(status))), leads_to, open_=count > 0)
    if found.without_month:
        text = _("not settled and without a VAT month, some may belong here: {count}")
        yield _point(text.format(count=number(found.without_month)), "go-buffer", open_=True)
    yield from _late(found)
    count = found.held(Status.EXCLUDED)
    text = _("not to be booked: {count}").format(count=_counted(count, found.sums(Status.EXCLUDED)))
    yield _point(text, "go-buffer" if count else "")
    for deadline in deadlines_of(found.month):
        yield _point(deadline_words(deadline, today))


def _access(found: FirmMonth) -> Paragraph:
    credential = found.standing.credential
    if credential is None:
        return _point(_("access to KSeF: none is registered"), "go-access", open_=True)
    if found.let_in:
        return _point(_("access to KSeF: works"), "go-access")
    text = _("access to KSeF: {problem}").format(problem=credential.use.problem or _("not checked"))
    return _point(text, "go-access", open_=True)


def _coverage(found: FirmMonth) -> Paragraph:
    span = span_of(found.standing.asked)
    if span is None:
        return _point(_("not every role was fetched yet"), "go-log", open_=True)
    text = _("complete from {since} to {until}").format(since=moment(span.since), until=moment(span.until))
    if found.covered:
        return _point(_("{span}: the month is covered").format(span=text), "go-log")
    return _point(_("{span}: the month is not covered").format(span=text), "go-log", open_=True)


def _late(found: FirmMonth) -> Iterator[Paragraph]:
    bought, sold = found.late(Direction.PURCHASE), found.late(Direction.SALE)
    if bought:
        text = _("purchases of earlier months that were received in this one and are deducted here: {count}")
        yield _point(text.format(count=_counted(bought, found.late_sums(Direction.PURCHASE))), "go-buffer")
    if sold:
        text = _(
            "sales received after the VAT was due, which take a correction of the JPK for {month}: {count}"
        )
        counted = _counted(sold, found.late_sums(Direction.SALE))
        yield _point(text.format(month=found.month, count=counted), "go-buffer")


def _counted(count: int, sums: Sums) -> str:
    told = ", ".join(f"{amount(total)} {clean(currency)}" for currency, total in sums)
    return f"{number(count)} ({told})" if count and told else number(count)


def firms_ready(months: list[FirmMonth]) -> str:
    """How many of these firms are ready."""
    ready = sum(one.ready for one in months)
    return ngettext("{ready} of {count} firm ready", "{ready} of {count} firms ready", len(months)).format(
        ready=number(ready), count=number(len(months))
    )
