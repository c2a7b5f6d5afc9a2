"""What happens in a soak's day, drawn from a seed before it begins: invoices, faults, outages, ends of the daemon."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from blink_tui.sandbox.faults import KINDS, Fault

HOUR = 3600.0
CALM_BEFORE_END = 0.06
"""Share of the day at its end in which nothing more goes wrong on purpose."""
_RARE_ONCE = frozenset({"other-hash", "missing-file", "missing-entry", "wrong-count", "broken-archive"})
"""Struck three times in a row, a role goes to quarantine, which a person has to end."""
_LOGIN = ("challenge", "token_login", "login_status", "redeem", "refresh")
_ANSWERS = (
    {"status": 400, "code": 21405, "detail": "synthetic"},
    {"status": 401}, {"status": 403}, {"status": 404}, {"status": 410},
    {"status": 429, "retry_after": 60}, {"status": 429, "retry_after": 1800}, {"status": 500}, {"status": 502},
    {"status": 503}, {"status": 504}, {"status": 500, "after_work": True},
)  # fmt: skip
_STRUCK = ("*", "query_metadata", "order_export", "export_status", "get_invoice", "download_part", *_LOGIN)


class Do(StrEnum):
    """What may happen to the daemon or its machine."""

    KILL = "killed"
    TERM = "told to end"
    HUP = "told to read anew"
    SLEEP = "machine asleep"
    OUTAGE = "KSeF away"
    BACKUP = "backup made"


@dataclass(frozen=True, slots=True)
class Coming:
    """Invoices that come in."""

    firm: int
    role: str
    count: int


@dataclass(frozen=True, slots=True)
class Doing:
    """Something else; `length` in seconds of the day where it takes any."""

    what: Do
    length: float = 0.0


Happening = tuple[float, Coming | Doing | Fault]
"""Seconds since the day began, and what happens."""


def day_of(
    seed: int, firms: int, length: float, *, faults: float, per_firm: float, few: bool
) -> list[Happening]:
    """Everything in order. `faults` are so many an hour, `per_firm` invoices of a firm a day; `few` ends of the daemon
    are for a short one.
    """
    chance = Random(f"weather {seed}")
    rough = length * (1 - CALM_BEFORE_END)
    found: list[Happening] = [*_invoices(chance, firms, length, per_firm)]
    count = max(len(KINDS), round(rough / HOUR * faults))
    kinds = [*KINDS, *chance.choices(list(KINDS), k=count - len(KINDS))]
    chance.shuffle(kinds)
    found += [(chance.uniform(0, rough), _fault(chance, kind)) for kind in kinds]
    found += [(place * length, doing) for place, doing in _doings(chance, length, few=few)]
    return sorted(found, key=lambda one: one[0])


def _invoices(chance: Random, firms: int, length: float, per_firm: float) -> Iterator[Happening]:
    left = firms * per_firm * length / (24 * HOUR)
    while left > 0:
        count = chance.choice((1, 1, 1, 2, 3, 5, 8)) if chance.random() < 0.99 else chance.randint(50, 150)
        left -= count
        role = chance.choice(("seller", "buyer", "buyer"))
        yield chance.uniform(0, length * 0.98), Coming(chance.randrange(firms), role, count)


def _doings(chance: Random, length: float, *, few: bool) -> Iterator[tuple[float, Doing]]:
    """At shares of the day: the last life of the daemon begins before its half, so that its growth is seen."""
    for what, places in (
        (Do.KILL, (0.12, 0.22, 0.31)),
        (Do.TERM, (0.38, 0.17)),
        (Do.HUP, (0.55, 0.26, 0.8)),
        (Do.BACKUP, (0.5,)),
    ):
        taken = places[:1] if few else places
        yield from ((place + chance.uniform(-0.02, 0.02), Doing(what)) for place in taken)
    for place in (0.63, 0.34)[: 1 if few else 2]:
        yield place, Doing(Do.SLEEP, chance.uniform(0.01, 0.05) * length)
    for place in (0.72, 0.47, 0.2)[: 1 if few else 3]:
        yield place + chance.uniform(-0.02, 0.02), Doing(Do.OUTAGE, chance.uniform(0.004, 0.03) * length)


def _fault(chance: Random, kind: str) -> Fault:
    seed, times = chance.randrange(1 << 30), chance.randint(1, 3)
    if kind == "answer":
        given = chance.choice(_ANSWERS)
        return Fault(do=kind, operation=chance.choice(_STRUCK), times=times, seed=seed, **given)
    if kind == "fail":
        return Fault(do=kind, status=chance.choice((415, 420, 500, 550)), times=1, seed=seed)
    if kind == "hang":
        return Fault(do=kind, seconds=chance.choice((60.0, 900.0, None)), times=1, seed=seed)
    if kind in ("slow", "delay"):
        return Fault(
            do=kind,
            operation=chance.choice(_STRUCK),
            seconds=chance.uniform(0.1, 1.0),
            times=times,
            seed=seed,
        )
    if kind in ("silence", "drop"):
        after = chance.random() < 0.5
        return Fault(do=kind, operation=chance.choice(_STRUCK), times=times, after_work=after, seed=seed)
    if KINDS[kind].strikes:
        operation = chance.choice(KINDS[kind].strikes)
        return Fault(do=kind, operation=operation, times=1 if kind in _RARE_ONCE else times, seed=seed)
    return Fault(do=kind, operation=chance.choice(_STRUCK), times=times, seed=seed)
