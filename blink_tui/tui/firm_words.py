"""A firm in full sentences: how far it is complete, what waits, what is wrong and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from blink_tui.i18n import _, ngettext
from blink_tui.model.dates import warsaw
from blink_tui.model.deadlines import Deadline
from blink_tui.model.documents import Role, Status
from blink_tui.model.firms import CredentialState, env_shown
from blink_tui.model.outages import SystemState
from blink_tui.model.telling import sentence, span_words, system_words
from blink_tui.model.text import clean
from blink_tui.model.words import DUTY_WORDS, ROLE_SHORT
from blink_tui.sync.problems import problem_words, quarantine_words
from blink_tui.sync.remaining import RequestsLeft, left_words
from blink_tui.sync.standing import span_of
from blink_tui.tui.overview import FirmState, Need
from blink_tui.tui.widgets.text import Paragraph
from blink_tui.tui.words import moment, number

GLYPHS = {
    Need.STOPPED: ("!", "bad"), Need.REFUSED: ("!", "bad"), Need.NO_ACCESS: ("!", "warn"),
    Need.QUARANTINE: ("!", "bad"), Need.LATE: ("~", "warn"), Need.NEVER_FETCHED: ("~", "warn"),
    Need.NOTHING: (" ", "plain"), Need.PAUSED: ("~", "warn"), Need.SWITCHED_OFF: (" ", "dim"),
}  # fmt: skip
"""The sign before a firm and its tone; the word stands beside or below it."""


def need_words(state: FirmState) -> str:
    """What a firm needs, in a word or two."""
    words = {
        Need.STOPPED: _("stopped"),
        Need.REFUSED: _("access refused"),
        Need.NO_ACCESS: _("no access"),
        Need.QUARANTINE: _("quarantine"),
        Need.LATE: _("late"),
        Need.NEVER_FETCHED: _("never fetched"),
        Need.PAUSED: _("paused"),
        Need.SWITCHED_OFF: _("switched off"),
    }
    if state.need is Need.NEVER_FETCHED:
        return _unfinished(state)
    return words.get(state.need, "")


def _unfinished(state: FirmState) -> str:
    """Why no span can be named in which a firm is complete."""
    return _("not every role was fetched yet") if state.fetched_once else _("never fetched")


def access_words(state: FirmState) -> str:
    """How a firm is let in, in a word or two."""
    credential, expiry = state.standing.credential, state.expiry
    if credential is None:
        return _("none")
    if credential.state is CredentialState.REFUSED:
        return "! " + _("refused")
    if expiry is not None and expiry.days_left < 0:
        return "! " + _("ended")
    if expiry is not None and expiry.near:
        return "~ " + _("{days} d left").format(days=expiry.days_left)
    return "~ " + _("unchecked") if credential.state is CredentialState.UNCHECKED else _("works")


def firm_paragraphs(state: FirmState, left: RequestsLeft | None, now: datetime) -> list[Paragraph]:
    """Everything of a firm: what is wrong stands before what is well."""
    firm = state.firm
    head = f"{clean(firm.name)} · {firm.context_value} · {clean(env_shown(firm.env))}"
    span = " · ".join(part for part in (_span(state), coming(state.standing.due, now)) if part)
    return [
        Paragraph(head, "head"),
        *(Paragraph(text, tone) for text, tone in _troubles(state)),
        Paragraph(span),
        Paragraph(_waiting(state)),
        *(Paragraph(text, "dim") for text in (left_words(left) if left is not None else ())),
    ]


def _span(state: FirmState) -> str:
    """Where a firm's own roles are complete, and apart from them those that are asked for once a night."""
    span = state.span
    if span is None:
        return _unfinished(state)
    text = _("complete from {since} to {until}").format(since=moment(span.since), until=moment(span.until))
    night = state.standing.at_night
    nightly = span_of(night)
    if not state.standing.by_day or not night or nightly == span:
        return text
    roles = _roles(one.role for one in night)
    if nightly is None:
        return text + "; " + _("once a night {roles}: not fetched yet").format(roles=roles)
    return (
        text + "; " + _("once a night {roles}: to {until}").format(roles=roles, until=moment(nightly.until))
    )


def coming(due: datetime | None, now: datetime) -> str:
    """When the schedule asks for a firm next; empty while it does not."""
    if due is None:
        return ""
    if due <= now:
        return _("asked for now")
    local, today = due.astimezone(warsaw()), now.astimezone(warsaw()).date()
    return _("asked for next at {time}").format(
        time=f"{local:%H:%M}" if local.date() == today else f"{local:%Y-%m-%d %H:%M}"
    )


def _waiting(state: FirmState) -> str:
    """What waits in a firm for whom, in numbers with their words."""

    def held(status: Status) -> int:
        return state.held(status)

    parts = (
        (state.new, _("{count} new since you last worked here")),
        (held(Status.FETCHED), _("{count} to decide on")),
        (state.ready, _("{count} with a proposal")),
        (state.drafts, _("{count} drafts")),
        (held(Status.CODED), _("{count} coded, to be approved")),
        (held(Status.QUERIED), _("{count} to be cleared up")),
        (held(Status.APPROVED), _("{count} approved, to be handed over")),
    )
    told = [text.format(count=number(count)) for count, text in parts if count]
    return " · ".join(told) or _("No document waits here.")


def _troubles(state: FirmState) -> Iterator[tuple[str, str]]:
    """What is wrong and what to do, each with its tone."""
    firm = state.firm.context_value
    if not state.firm.enabled:
        yield _("Switched off: nothing is fetched. In Firms (2) it is switched on again."), "dim"
        return
    yield from _stops(state)
    yield from _access_troubles(state)
    for mismatch in state.standing.quarantine:
        yield quarantine_words(mismatch, firm), "bad"
    if state.firm.paused:
        yield _("~ Paused: the schedule leaves it alone. In Firms (2), p lets it go on."), "warn"
    elif state.standing.late and not state.refused:
        yield _late(state), "warn"
    elif state.span is None and not state.refused:
        yield _("~ Not complete yet: F5 asks KSeF for it now."), "warn"
    for code, roles in state.held_up.items():
        yield (
            _("~ Waiting ({roles}): {problem}. It goes on by itself.").format(
                roles=_roles(roles), problem=problem_words(code)
            ),
            "warn",
        )


def _stops(state: FirmState) -> Iterator[tuple[str, str]]:
    told = state.failure
    if told is not None:
        yield f"! {sentence(told)} " + _("More in Fetching (4)."), "bad"
    for code, roles in state.stopped.items():
        if told is None or told.code != code:
            text = _("! Stopped ({roles}): {problem}. More in Fetching (4).")
            yield text.format(roles=_roles(roles), problem=problem_words(code)), "bad"


def _access_troubles(state: FirmState) -> Iterator[tuple[str, str]]:
    credential, expiry = state.standing.credential, state.expiry
    if credential is None:
        yield _("! Nothing logs in for it: register a token or a certificate in Access (3)."), "bad"
        return
    if credential.state is CredentialState.REFUSED:
        text = _("! KSeF refused the access ({code}). In Access (3), c checks it and tells what to do.")
        yield text.format(code=credential.use.problem or "?"), "bad"
    elif credential.state is CredentialState.UNCHECKED:
        yield _("~ The access was not checked yet: in Access (3), c checks it."), "warn"
    if expiry is not None and expiry.days_left < 0:
        text = _("! The access ended on {day}: register another one in Access (3).")
        yield text.format(day=expiry.ends.isoformat()), "bad"
    elif expiry is not None and expiry.near:
        text = ngettext(
            "~ The access ends on {day}, in {count} day: register the next one in Access (3).",
            "~ The access ends on {day}, in {count} days: register the next one in Access (3).",
            expiry.days_left,
        )
        yield text.format(day=expiry.ends.isoformat(), count=expiry.days_left), "warn"


def _late(state: FirmState) -> str:
    late = [one for one in state.standing.asked if one.late and one.lag is not None]
    lag = max((one.lag for one in late if one.lag is not None), default=None)
    return _("~ Late ({roles}): complete only to {lag} ago. F5 asks KSeF now.").format(
        roles=_roles(one.role for one in late), lag=span_words(lag) if lag is not None else "–"
    )


def _roles(roles: Iterable[Role]) -> str:
    return ", ".join(_(ROLE_SHORT[role]) for role in roles)


# The office as a whole


def deadline_words(deadline: Deadline, today: date) -> str:
    """A deadline with the days that are left."""
    duty = _(DUTY_WORDS[deadline.duty])
    days = deadline.days_left(today)
    if days < 0:
        return _("{duty}: the day was {day}").format(duty=duty, day=f"{deadline.day:%d.%m.%Y}")
    if days == 0:
        return _("{duty} today").format(duty=duty)
    left = ngettext("in {count} day", "in {count} days", days).format(count=days)
    return f"{duty} {left} ({deadline.day:%d.%m})"


def system_line(systems: Iterable[SystemState]) -> tuple[str, bool]:
    """How KSeF is, in the Ministry's words, and whether something is the matter."""
    known = list(systems)
    troubled = [system for system in known if system.troubled]
    if troubled:
        return " · ".join(map(system_words, troubled)), True
    silent = [system for system in known if system.silent]
    if silent:
        return _("KSeF: Latarnia does not answer"), False
    if any(system.status is not None for system in known):
        return _("KSeF works"), False
    return "", False
