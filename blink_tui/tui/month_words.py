"""A firm's month in points on the screen, each with the key that leads there and what is to be done about it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from blink_tui.i18n import N_, _, ngettext
from blink_tui.model.text import clean
from blink_tui.sync.closing import FirmMonth
from blink_tui.sync.closing_points import About, Point, points_of
from blink_tui.tui.firm_words import deadline_words
from blink_tui.tui.keys import ACTIONS
from blink_tui.tui.widgets.text import Paragraph
from blink_tui.tui.words import moment, number

LEADS = {
    About.ACCESS: "go-access",
    About.COVERED: "go-log",
    About.FETCHED: "go-log",
    About.QUARANTINE: "go-log",
    About.UNDECIDED: "go-coding",
    About.APPROVED: "go-handover",
}
"""The screen on which a point is worked on; of all others the documents of the buffer."""

_TO_DO = {
    About.OVER: N_("Wait until the month has ended."),
    About.ACCESS: N_("Check what logs in for the firm; a right that was withdrawn has to be granted again."),
    About.COVERED: N_("Fetch the firm from the first day of the month on: F5, or an earlier first day in Firms."),
    About.FETCHED: N_("F5 asks KSeF for the firm."),
    About.QUARANTINE: N_("Compare both accounts and accept one: blink doc accept."),
    About.UNDECIDED: N_("Code them, or exclude them with a reason: F4 opens one after another."),
    About.QUERIED: N_("Remind whoever was asked; an answer puts the document back."),
    About.CODED: N_("Look them through and approve them with F9."),
    About.APPROVED: N_("Hand them over to the books."),
    About.EXPORTED: N_("Confirm that they stand in the books."),
    About.BOOK_QUESTIONS: N_("Say whether each is the same: blink books answer."),
    About.BOOKS: N_("Compare with the registers here: blink books compare."),
    About.NO_MONTH: N_("Give each of them its month in coding."),
    About.LATE_PURCHASES: N_("They may also be deducted in one of the next months; a note for the return."),
    About.LATE_SALES: N_("Correct the JPK of that month."),
    About.MINUS: N_("They lower the tax of this month, whatever the seller's type of correction says."),
    About.EXCLUDED: N_("Look once more whether each is rightly left out."),
    About.MISSING: N_("Ask the client whether the invoice is still to come."),
    About.AFTER: N_("Purchases go to a later month, sales and corrections in minus take a correction of the JPK."),
}  # fmt: skip


def month_paragraphs(found: FirmMonth, today: date) -> list[Paragraph]:
    """Everything of a firm's month; what is still to be done is marked, what is done is told as well."""
    firm = found.firm
    head = f"{clean(firm.name)} · {firm.context_value} · {found.month}"
    return [
        Paragraph(head, "head"),
        verdict(found),
        *(point_paragraph(one) for one in points_of(found, today)),
        *_deadlines(found, today),
    ]


def verdict(found: FirmMonth) -> Paragraph:
    """How the month stands, in a sentence."""
    lock = found.lock
    if lock is not None:
        signed = _("signed off by {who} on {at}") if lock.signed else _("locked by {who} on {at}")
        text = signed.format(who=clean(lock.who), at=moment(lock.at))
        if found.after:
            came = ngettext(
                "{count} document came after closing", "{count} documents came after closing", found.after
            )
            return Paragraph(f"{text}; {came.format(count=number(found.after))}", "warn")
        return Paragraph(text, "good")
    if found.ready:
        return Paragraph(_("ready: nothing is left and the month is covered"), "good")
    return Paragraph(_("not ready: see the points"), "warn")


def point_paragraph(point: Point) -> Paragraph:
    """A point with the key of the screen on which it is worked on."""
    return Paragraph(point.text, "warn" if point.open else "plain", point_lead(point))


def point_lead(point: Point) -> str:
    """The sign of an open point, and the key that leads there."""
    leads_to = LEADS.get(point.about, "go-buffer" if point.filter else "")
    key = ACTIONS[leads_to].keys[0] if leads_to else " "
    return f"{'!' if point.open else ' '} {key} "


def to_do(point: Point) -> str:
    """What is to be done about a point; empty where nothing is."""
    done = not point.open and point.about in (About.OVER, About.ACCESS, About.COVERED, About.FETCHED)
    none_left = not point.open and point.about in (
        About.UNDECIDED, About.QUERIED, About.CODED, About.APPROVED, About.EXPORTED
    )  # fmt: skip
    return "" if done or none_left else _(_TO_DO[point.about])


def _deadlines(found: FirmMonth, today: date) -> Iterator[Paragraph]:
    for deadline in found.deadlines:
        yield Paragraph(deadline_words(deadline, today), lead="    ")


def state_words(found: FirmMonth) -> tuple[str, str]:
    """The state of a firm's month in a word, and its tone."""
    if found.lock is not None:
        return (_("! after"), "warn") if found.after else (_("= closed"), "good")
    if found.ready:
        return _("ready"), "good"
    return (_("open"), "plain") if found.covered else (_("! gap"), "warn")


def firms_ready(months: list[FirmMonth]) -> str:
    """How many of these firms are ready, and how many are closed."""
    closed = sum(one.closed for one in months)
    ready = sum(one.ready and not one.closed for one in months)
    told = ngettext("{ready} of {count} firm ready", "{ready} of {count} firms ready", len(months)).format(
        ready=number(ready), count=number(len(months))
    )
    return told + (" · " + _("{count} closed").format(count=number(closed)) if closed else "")
