"""Whether a soak's schedule was kept: who was asked when, by the sandbox's word and by what the office was told."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from blink_tui.sandbox.clock import parse_ticks
from tests.bench.soaking.day import Day
from tests.sync.histories.books import SUBJECTS
from tests.sync.histories.clock import SECOND

INTERVAL = 900.0
SPREAD = INTERVAL / 2
"""A firm that was late goes back to its own place, which is at the most half an interval further (timetable)."""
TURNS = 240.0
"""Of due firms one turn begins a minute, and a look at the schedule comes after five seconds; the rest is work."""
BOUND = INTERVAL + SPREAD + TURNS
_EARLY = 240.0
"""Between the noting of a pass and its first word lies a transaction; were it half a second on this machine's disk, the
page would have gone on by so much.
"""
_AGREE = 3.0
_OFTEN = ("seller", "buyer")
_FAILED = ("pass-failed", "login-failed", "waiting")


@dataclass(slots=True)
class Pass:
    """A pass over a firm, in seconds of the day."""

    began: float
    ended: float
    failed: set[str | None] = field(default_factory=set)
    """Roles that were told to have failed, None for all."""
    held_until: float = 0.0
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """What came of the schedule."""

    looks: int
    too_soon: tuple[str, ...]
    too_late: tuple[str, ...]
    longest: float
    """Seconds between two passes over a role, without what a sleep, an outage or an end of the daemon took."""


def kept(day: Day, until: float) -> Kept:
    """Judge the roles that are asked for every quarter of an hour: by what the sandbox was asked, what the daemon said,
    and what the profile notes.
    """
    passes = _passes(day)
    looks: dict[tuple[str, str], list[float]] = defaultdict(list)
    for ask in day.ksef.asks:
        if ask.begins:
            looks[ask.context, ask.subject].append((ask.at - day.start) / SECOND)
    too_soon: list[str] = []
    too_late: list[str] = []
    longest = 0.0
    for firm in day.ksef.state.firms:
        for role in _OFTEN:
            name, made = f"{role} of {firm.nip}", passes.get(firm.nip, [])
            looked, concerned = _asked(made, looks[firm.nip, SUBJECTS[role]], role)
            too_soon += [
                f"{name}: {one.began:.0f} and {other.began:.0f}"
                for one, other in pairwise(looked)
                if other.began - one.began < INTERVAL - _EARLY
            ]
            noted = sorted(day.asked.get((firm.nip, role), ()))
            too_soon += [
                f"{name}: noted {one:.0f} and {other:.0f}"
                for one, other in pairwise(noted)
                if other - one < INTERVAL
            ]
            for one, gap, at in _gaps(day, concerned, until):
                longest = max(longest, gap)
                if gap > BOUND:
                    too_late.append(f"{name}: {gap:.0f} s from {one.began:.0f} to {at:.0f}")
    return Kept(sum(map(len, looks.values())), tuple(too_soon), tuple(too_late), longest)


def _passes(day: Day) -> dict[str, list[Pass]]:
    """What the daemon said of passes, as it said it: by firm, in order."""
    found: dict[tuple[str, str], Pass] = {}
    for line in day.keeper.said.read_text().splitlines():
        try:
            told = json.loads(line)
        except ValueError:  # cut off by a kill
            continue
        if not told.get("firm"):
            continue
        moment = _seconds(day, told["at"])
        one = found.setdefault((told["firm"], told["run"]), Pass(moment, moment))
        one.ended = moment
        if told["event"] in _FAILED:
            one.failed.add(told.get("role"))
            one.refused = one.refused or told["event"] == "login-failed"
            if told.get("until"):
                one.held_until = max(one.held_until, _seconds(day, told["until"]))
    by_firm: dict[str, list[Pass]] = defaultdict(list)
    for (nip, _run), one in found.items():
        by_firm[nip].append(one)
    return {nip: sorted(some, key=lambda one: one.began) for nip, some in by_firm.items()}


def _seconds(day: Day, instant: str) -> float:
    return (parse_ticks(instant) - day.start) / SECOND


def _asked(passes: Sequence[Pass], looks: Iterable[float], role: str) -> tuple[list[Pass], list[Pass]]:
    """Passes with a look for the role, and all that concern it. What a console looked at while no daemon ran, and the
    daemon did not tell of, is a pass as well.
    """
    begins = [one.began for one in passes]
    found: dict[float, Pass] = {}
    for look in looks:
        place = bisect_right(begins, look + _AGREE) - 1
        one = passes[place] if place >= 0 else None
        if one is None or look > one.ended + _AGREE:
            one = Pass(look, look)
        found[one.began] = one
    looked = [found[began] for began in sorted(found)]
    failed = {one.began: one for one in passes if one.failed & {None, role}}
    return looked, sorted((failed | found).values(), key=lambda one: one.began)


def _gaps(day: Day, passes: Sequence[Pass], until: float) -> Iterable[tuple[Pass, float, float]]:
    """From each pass to the next, or to the end: seconds in which somebody could have asked, and that moment."""
    nexts = [*(one.began for one in passes[1:]), until]
    for one, at in zip(passes, nexts, strict=True):
        if one.refused:  # tried again on the next day, unless a person asks
            continue
        began = max(one.began, one.held_until - INTERVAL, one.ended - INTERVAL)
        away = sum(max(0.0, min(at, span.until) - max(began, span.since)) for span in day.away) + sum(
            max(0.0, min(at, back) - max(began, gone)) for gone, back in day.keeper.gaps
        )
        yield one, at - began - away, at
