"""How a daemon is, in one line: for how many firms it fetches, complete until when, how many of them stand still."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from blink_tui.buffer import Buffer
from blink_tui.i18n import _, ngettext
from blink_tui.model.settings import WATCH_COMPLETE_WITHIN
from blink_tui.model.telling import minute_words
from blink_tui.ops.lateness import lateness_of
from blink_tui.sync.problems import passes_by_itself
from blink_tui.sync.standing import FirmStanding, complete_until, read_facts, standings_of


async def status_words(buffer: Buffer, now: datetime) -> str:
    """One line about the firms that the schedule fetches for. Raises BlinkError."""
    firms = await buffer.firms.list(enabled_only=True)
    facts = await read_facts(buffer, totals=False)
    asked = [firm for firm in firms if not firm.paused]
    systems = await buffer.outages.states()
    hours: int = await buffer.settings.value(WATCH_COMPLETE_WITHIN)

    def told() -> str:
        states = standings_of(facts, asked, now)
        late = lateness_of(states, systems, now, timedelta(hours=hours)).late
        return words_of(states, len(late))

    return await asyncio.to_thread(told)


def words_of(states: Sequence[FirmStanding], late: int) -> str:
    """The same, of firms whose standing is known and of which so many are late."""
    if not states:
        return _("No firms to fetch for yet; waits for the first.")
    parts = [ngettext("{count} firm", "{count} firms", len(states)).format(count=len(states))]
    until = complete_until(states)
    if until is not None:
        parts.append(_("complete until {moment}").format(moment=minute_words(until)))
    else:
        missing = sum(state.until is None for state in states)
        parts.append(_("not fetched whole yet: {count}").format(count=missing))
    stopped = sum(map(stands_still, states))
    if stopped:
        parts.append(_("stopped: {count}").format(count=stopped))
    if late:
        parts.append(_("late: {count}").format(count=late))
    return ", ".join(parts)


def stands_still(state: FirmStanding) -> bool:
    """Whether a person has to do something before a firm goes on: no access, a refusal, a document in quarantine."""
    if state.credential is None or state.credential.use.problem is not None or state.quarantine:
        return True
    problems = (one.scheduled.problem for one in state.asked)
    return any(problem is not None and not passes_by_itself(problem) for problem in problems)
