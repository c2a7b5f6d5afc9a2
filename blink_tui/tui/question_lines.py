"""Open questions to clients: how old each is, which are to be reminded of, and the work that waits beside them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from blink_tui.buffer.questions import Question
from blink_tui.i18n import _, ngettext
from blink_tui.model.dates import warsaw_day
from blink_tui.model.deadlines import Duty, deadlines_of
from blink_tui.model.documents import Status
from blink_tui.model.months import Month
from blink_tui.tui.overview import FirmState
from blink_tui.tui.words import number

OLD, VERY_OLD = 3, 7
"""Days after which an unanswered question is told as old, and after which it is told first."""
_NEAR = 7
"""Days before the VAT is due from which on months that are not closed want attention."""


def age_of(question: Question, today: date) -> int:
    """Days since it was asked."""
    return (today - warsaw_day(question.asked_at)).days


def waits(question: Question) -> bool:
    """Nobody has answered it yet."""
    return question.answer is None


def age_tone(question: Question, today: date) -> str:
    """How urgently it wants a reminder."""
    if not waits(question):
        return "new"
    age = age_of(question, today)
    return "bad" if age >= VERY_OLD else "warn" if age >= OLD else "plain"


def questions_told(questions: Sequence[Question], today: date) -> str:
    """How many are open, how many of them have waited for too long, how many are answered."""
    if not questions:
        return ""
    count = len(questions)
    open_ = ngettext("{count} question open", "{count} questions open", count).format(count=number(count))
    ages = [age_of(one, today) for one in questions if waits(one)]
    answered = count - len(ages)
    very_old, old = sum(age >= VERY_OLD for age in ages), sum(OLD <= age < VERY_OLD for age in ages)
    parts = (
        _("{count} over {days} days").format(count=number(very_old), days=VERY_OLD) if very_old else "",
        _("{count} over {days} days").format(count=number(old), days=OLD) if old else "",
        _("{count} answered").format(count=number(answered)) if answered else "",
    )
    more = ", ".join(part for part in parts if part)
    return f"{open_} ({more})" if more else open_


def work_parts(states: Sequence[FirmState], today: date) -> tuple[list[str], str]:
    """What waits for people in the office, each with the key that leads there; and what of it is pressing."""
    month = Month.of(today).plus(-1)
    ready, drafts = sum(one.ready for one in states), sum(one.drafts for one in states)
    coded = sum(one.held(Status.CODED) for one in states)
    unclosed = sum(one.to_close for one in states)
    parts = [
        _("6: {count} proposals").format(count=number(ready)) if ready else "",
        _("{count} drafts").format(count=number(drafts)) if drafts else "",
        _("5: {count} coded").format(count=number(coded)) if coded else "",
    ]
    (due,) = (one for one in deadlines_of(month) if one.duty is Duty.VAT)
    left = due.days_left(today)
    text = ngettext("7: {month} open in {count} firm", "7: {month} open in {count} firms", unclosed)
    told = text.format(month=month, count=number(unclosed)) if unclosed else ""
    pressing = bool(unclosed) and left <= _NEAR
    return [part for part in (*parts, "" if pressing else told) if part], f"! {told}" if pressing else ""


def question_parts(states: Sequence[FirmState], today: date) -> tuple[str, str]:
    """What clients were asked, with the key that leads there: as it is told, or as an alarm where one is very old."""
    questions = [one for state in states for one in state.questions]
    if not questions:
        return "", ""
    told = _("w: {questions}").format(questions=questions_told(questions, today))
    late = any(age_tone(one, today) == "bad" for one in questions)
    return ("", f"! {told}") if late else (told, "")
