"""Faults on demand: which strike, whom, how often. What each does is in `spoiling`, `packages` and `delivery`.

A fault is a row of a scenario file or of `POST /_sandbox/faults`. Of those that meet a request one of each kind
strikes, the first; and of those that replace the answer or break the line one in all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum, auto
from random import Random
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import Meta

if TYPE_CHECKING:
    from blink_tui.sandbox.calls import Operation


class Stage(Enum):
    """Where in a request a fault strikes."""

    LINE = auto()
    """The connection, or another answer in place of the right one."""
    ORDER = auto()
    """An export as it is ordered; it stays with the export."""
    ANSWER = auto()
    """The right answer is altered."""
    KEYS = auto()
    """The server's keys, before the work."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One sort of fault."""

    stage: Stage
    strikes: tuple[str, ...] = ()
    """Operations that it can meet, the first unless one is named; empty is any."""
    takes: frozenset[str] = frozenset()
    """Parameters of its own."""


def _takes(*names: str) -> frozenset[str]:
    return frozenset(names)


_ORDERED = ("order_export",)
_PAGES = ("query_metadata", "order_export")
"""`order_export` alters `_metadata.json` of its package."""

KINDS: dict[str, Kind] = {
    "answer": Kind(
        Stage.LINE, takes=_takes("status", "code", "detail", "reason", "retry_after", "after_work")
    ),
    "silence": Kind(Stage.LINE, takes=_takes("after_work")),
    "drop": Kind(Stage.LINE, takes=_takes("after_work")),
    "half-body": Kind(Stage.LINE),
    "slow": Kind(Stage.LINE, takes=_takes("seconds", "pieces")),
    "delay": Kind(Stage.LINE, takes=_takes("seconds")),
    "rotate-keys": Kind(Stage.KEYS, ("order_export", "token_login")),
    "hang": Kind(Stage.ORDER, _ORDERED, _takes("seconds")),
    "expire": Kind(Stage.ORDER, _ORDERED),
    "fail": Kind(Stage.ORDER, _ORDERED, _takes("status", "detail")),
    "missing-file": Kind(Stage.ORDER, _ORDERED, _takes("ksef_number")),
    "missing-entry": Kind(Stage.ORDER, _ORDERED, _takes("ksef_number")),
    "other-hash": Kind(Stage.ORDER, _ORDERED, _takes("ksef_number")),
    "wrong-count": Kind(Stage.ORDER, _ORDERED),
    "broken-archive": Kind(Stage.ORDER, _ORDERED),
    "repeat-document": Kind(Stage.ANSWER, _PAGES),
    "null-amounts": Kind(Stage.ANSWER, _PAGES),
    "unknown-values": Kind(Stage.ANSWER, _PAGES),
    "unknown-fields": Kind(Stage.ANSWER),
    "truncated-without-date": Kind(Stage.ANSWER, ("export_status",)),
    "wrong-part-hash": Kind(Stage.ANSWER, ("export_status",)),
    "expired-link": Kind(Stage.ANSWER, ("export_status",)),
    "cut-part": Kind(Stage.ANSWER, ("download_part",)),
    "damaged-part": Kind(Stage.ANSWER, ("download_part",)),
}
"""Every sort of fault by its name."""

_COMMON = _takes("do", "operation", "context", "times", "skip", "probability", "seed")


class Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What shall go wrong, where and how often."""

    do: str
    """A name of `KINDS`."""
    operation: str = ""
    """Name of an operation or `METHOD /path`, `*` for every one; empty is the first one that the kind can meet."""
    context: str | None = None
    """NIP or internal id of the context that it strikes; None is every one."""
    times: Annotated[int, Meta(ge=1)] | Literal["always"] = 1
    """How many requests it strikes."""
    skip: Annotated[int, Meta(ge=0)] = 0
    """How many it lets pass before the first."""
    probability: Annotated[float, Meta(gt=0, le=1)] = 1.0
    """Share of the requests that it strikes."""
    seed: int = 0
    """Chance follows from it."""
    after_work: bool = False
    """The work is done, and only its answer is lost."""
    status: int = 0
    """HTTP status of an answer; status code of a failed export."""
    code: int | None = None
    """KSeF's code of an answer 400."""
    detail: str | None = None
    reason: str = "missing-permissions"
    """Reason code of an answer 403."""
    retry_after: int | str | None = None
    """`Retry-After` of an answer."""
    seconds: float | None = None
    """How long a hang (of the sandbox's clock; None is for ever), a delay or the whole of a slow answer takes."""
    pieces: Annotated[int, Meta(ge=2, le=1000)] = 20
    """In how many pieces a slow answer comes."""
    ksef_number: str | None = None
    """The document of a package that it strikes; None is the one with the lowest KSeF number."""

    def __post_init__(self) -> None:
        """Raises ValueError when the fault makes no sense."""
        kind = KINDS.get(self.do)
        if kind is None:
            raise ValueError(f"no such fault: {self.do}")
        given = {name for name, value in _changed(self)} - _COMMON - kind.takes
        if given:
            raise ValueError(f"{self.do} does not take {', '.join(sorted(given))}")
        if kind.strikes and self.operation not in ("", *kind.strikes):
            raise ValueError(f"{self.do} cannot strike {self.operation}")
        if not kind.strikes and not self.operation:
            raise ValueError(f"{self.do} needs an operation")
        if "status" in kind.takes and self.status not in _STATUSES[self.do]:
            raise ValueError(f"{self.do} cannot have status {self.status}")
        if self.do in ("slow", "delay") and not self.seconds:
            raise ValueError(f"{self.do} needs seconds")

    @property
    def stage(self) -> Stage:
        """Where it strikes."""
        return KINDS[self.do].stage

    def meets(self, operation: Operation, context: str | None) -> bool:
        """It is meant for such a request."""
        wanted = self.operation or KINDS[self.do].strikes[0]
        names = ("*", operation.name, operation.key)
        return wanted in names and self.context in (None, context)


_STATUSES = {
    "answer": (400, 401, 403, 404, 410, 429, 500, 502, 503, 504),
    "fail": (415, 420, 500, 550),
}


def _changed(fault: Fault) -> Iterable[tuple[str, Any]]:
    """The parameters that differ from their defaults."""
    for info in msgspec.structs.fields(fault):
        value = getattr(fault, info.name)
        if value != info.default:
            yield info.name, value


@dataclass(frozen=True, slots=True)
class Struck:
    """The faults that strike one request."""

    faults: tuple[Fault, ...] = ()

    @property
    def line(self) -> Fault | None:
        """The one that breaks the line or replaces the answer."""
        return next(iter(self.at(Stage.LINE)), None)

    def at(self, stage: Stage) -> tuple[Fault, ...]:
        """Those of one stage."""
        return tuple(fault for fault in self.faults if fault.stage is stage)

    @property
    def names(self) -> str | None:
        """What the log tells."""
        return "+".join(fault.do for fault in self.faults) or None


UNHURT = Struck()


@dataclass(slots=True)
class _Armed:
    """A fault that waits for its requests."""

    fault: Fault
    hits: int = 0
    met: int = 0
    random: Random = field(init=False)

    def __post_init__(self) -> None:
        self.random = Random(self.fault.seed)  # noqa: S311 - reproducible on purpose

    @property
    def over(self) -> bool:
        return self.fault.times != "always" and self.hits >= self.fault.times

    def strikes(self, operation: Operation, context: str | None) -> bool:
        """Count a request; it is hit."""
        if self.over or not self.fault.meets(operation, context):
            return False
        self.met += 1
        if self.met <= self.fault.skip or self.random.random() >= self.fault.probability:
            return False
        self.hits += 1
        return True


class FaultBook:
    """The faults in force."""

    def __init__(self) -> None:
        self._armed: list[_Armed] = []
        self.operations: frozenset[str] = frozenset()
        """Names, and methods with paths, that faults may strike."""

    def add(self, *faults: Fault) -> None:
        """Put faults in force after those that are. Raises ValueError when there is no such operation."""
        for fault in faults:
            if fault.operation not in ("", "*", *self.operations):
                raise ValueError(f"no such operation: {fault.operation}")
        self._armed += [_Armed(fault) for fault in faults]

    def clear(self) -> None:
        """Let everything go right again; what was done to exports stays."""
        self._armed.clear()

    def strike(self, operation: Operation, context: str | None) -> Struck:
        """The faults that strike a request; only these are spent."""
        if not self._armed:
            return UNHURT
        struck: dict[str | Stage, Fault] = {}
        for armed in self._armed:
            fault = armed.fault
            place = fault.stage if fault.stage is Stage.LINE else fault.do
            if place not in struck and armed.strikes(operation, context):
                struck[place] = fault
        self._armed = [armed for armed in self._armed if not armed.over]
        return Struck(tuple(struck.values())) if struck else UNHURT

    def published(self) -> list[dict[str, Any]]:
        """The faults in force with the hits each has made."""
        return [dict(_changed(armed.fault)) | {"hits": armed.hits} for armed in self._armed]
