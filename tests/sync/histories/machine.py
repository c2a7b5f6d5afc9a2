"""Histories: whatever may happen between KSeF and a machine that fetches from it, in any order."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, timedelta
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from blink_tui.model.dates import instant_of
from blink_tui.model.documents import Role
from blink_tui.sandbox.faults import KINDS, Fault
from blink_tui.sync.engine import Wish
from tests.sync.histories.invoices import SHAPES
from tests.sync.histories.world import DAY, HOUR, Coming, Setting, Spot, World

_STARTS = (
    datetime(2026, 3, 16, 11, 0, 0, 123_456, tzinfo=UTC),
    datetime(2026, 3, 28, 23, 50, tzinfo=UTC),  # summer time begins
    datetime(2026, 10, 24, 23, 50, tzinfo=UTC),  # and ends
    datetime(2026, 12, 31, 22, 50, tzinfo=UTC),  # New Year in Warsaw
)
_WAITS = (1.0, 60.0, 119.9999999, 121.0, 15 * 60.0, 59 * 60.0, HOUR + 1, 5 * HOUR, DAY, 7 * DAY, 30 * DAY)
_JUMPS = (-3 * DAY, -HOUR, -61.0, 61.0, HOUR, 3 * DAY)
_AWAITS = st.one_of(st.integers(1, 200), st.integers(1, 500), st.integers(1, 2_000))
"""The awaits at which processes die: a pass with nothing to do has 170, most have fewer than 500."""

_LINE = (
    "query_metadata", "get_invoice", "get_invoice", "order_export", "order_export", "export_status", "download_part",
    "public_keys", "challenge", "token_login", "login_status", "redeem", "refresh", "*",
)  # fmt: skip
"""Operations that a downloading client meets; what brings documents more often."""
_OF_THE_LINE = ("answer", "answer", "answer", "drop", "half-body", "silence")
"""Faults that can strike every request, and so are drawn more often."""
_STATUSES = (400, 401, 403, 404, 410, 429, 500, 502, 503, 504)
_CODES = (21165, 21175, 21182, 21183, 21301, 21405, 21470)
_REASONS = ("missing-permissions", "security-service-blocked", "ip-not-allowed")
_CONTRADICTING = ("missing-file", "missing-entry", "other-hash", "wrong-count", "broken-archive")
"""Three packages with the same fault of these would rightly lead into quarantine."""


@st.composite
def settings(draw: st.DrawFn) -> Setting:
    """Where a history is set; the simplest is a server of today and a firm since yesterday."""
    start = draw(st.sampled_from(_STARTS))
    back = draw(st.sampled_from([1, 2, 40, 100, 200]))
    return Setting(
        start=start,
        first_day=date.fromordinal(start.toordinal() - back),
        firms=draw(st.sampled_from([1, 1, 2])),
        bounds=draw(st.sampled_from(["[]", "[)", "(]", "()"])),
        hwm_lag=draw(st.sampled_from([120.0, 0.0, 300.0, 1_800.0])),
        hwm_step=draw(st.sampled_from([0.0, 60.0, 900.0])),
        max_package=draw(st.sampled_from([10_000, 5, 12])),
        truncate_after=draw(st.sampled_from([10_000, 3])),
        part_size=draw(st.sampled_from([50_000_000, 700])),
        api=draw(st.sampled_from(["2.9", "2.6"])),
        digits=draw(st.sampled_from([6, 7])),
        package_digits=draw(st.sampled_from([7, 6])),
        answer_takes=draw(st.sampled_from([0.0, 0.02, 0.7])),
    )


_comings = st.builds(
    Coming,
    shape=st.sampled_from([*SHAPES, "generated sale", "generated purchase"]),
    spot=st.sampled_from(Spot),
    count=st.sampled_from([1, 2, 3, 9, 20]),
    number=st.integers(0, 50),
    corrects=st.booleans(),
)


wishes = st.one_of(
    st.just(Wish()),
    st.sampled_from(
        [
            Wish((Role.BUYER,)),
            Wish((Role.SELLER, Role.AUTHORIZED)),
            Wish(due=True),
            Wish(beyond_mark=True),
            Wish(reconcile=True),
            *(Wish(since=instant_of(start - timedelta(days=150))) for start in _STARTS),
        ]
    ),
)
"""What passes are made for: everything, on time, or what a person may ask."""


@st.composite
def faults(draw: st.DrawFn) -> Fault:
    """A fault of any kind that can meet a client which downloads."""
    do = draw(st.one_of(st.sampled_from(_OF_THE_LINE), st.sampled_from(sorted(KINDS))))
    kind = KINDS[do]
    most = 2 if do in _CONTRADICTING or do == "silence" else 3
    chosen: dict[str, object] = {
        "do": do,
        "operation": draw(st.sampled_from(kind.strikes or _LINE)),
        "times": draw(st.integers(1, most)),
        "skip": draw(st.sampled_from([0, 0, 1, 2, 5])),
    }
    if "after_work" in kind.takes:
        chosen["after_work"] = draw(st.booleans())
    if do == "answer":
        status = chosen["status"] = draw(st.sampled_from(_STATUSES))
        if status == 400:
            chosen["code"] = draw(st.sampled_from(_CODES))
        elif status == 403:
            chosen["reason"] = draw(st.sampled_from(_REASONS))
        elif status in (429, 503):
            chosen["retry_after"] = draw(st.sampled_from([1, 30, 2680, 3565]))
    elif do == "fail":
        chosen["status"] = draw(st.sampled_from([415, 420, 500, 550]))
    elif do == "hang":
        chosen["seconds"] = draw(st.sampled_from([4.0, 600.0, 2 * DAY, None]))
    elif do in ("slow", "delay"):
        chosen["seconds"] = draw(st.sampled_from([0.02, 0.6]))
    return Fault(**chosen)  # type: ignore[arg-type]


class History(RuleBasedStateMachine):
    """One firm or two, and what happens to them; in the end the buffer holds what the sandbox holds."""

    failures: ClassVar[list[str]] = []
    """Stories of those that failed."""
    world: World

    @initialize(setting=settings(), shape=st.sampled_from(list(SHAPES)), count=st.sampled_from([0, 1, 9, 30]))
    def begin(self, setting: Setting, shape: str, count: int) -> None:
        self.world = World(setting, self.failures.append)
        if count:
            self.world.backlog(shape, count)

    @rule(length=st.sampled_from(_WAITS))
    def wait(self, length: float) -> None:
        self.world.wait(length)

    @rule(coming=_comings)
    def come(self, coming: Coming) -> None:
        self.world.come(coming)

    @rule(coming=_comings)
    def come_and_be_covered(self, coming: Coming) -> None:
        """The mark passes them soon."""
        self.world.come(coming)
        self.world.wait(self.world.setting.hwm_lag + self.world.setting.hwm_step)

    @rule(fault=faults())
    def go_wrong(self, fault: Fault) -> None:
        self.world.go_wrong(fault)

    @rule(jump=st.sampled_from(_JUMPS))
    def set_the_clock(self, jump: float) -> None:
        """Somebody sets the machine's clock, wrongly, or right again."""
        self.world.set_clock(jump)

    @rule()
    def restart_the_machine(self) -> None:
        self.world.restart_machine()

    @rule(back=st.sampled_from([0.0, 1.0, 600.0]))
    def hold_the_mark(self, back: float) -> None:
        self.world.hold_mark(back)

    @precondition(lambda self: self.world.sandbox.held_mark is not None)
    @rule()
    def release_the_mark(self) -> None:
        self.world.release_mark()

    @rule(wish=wishes)
    def fetch(self, wish: Wish) -> None:
        self.world.passes(None, wish=wish)

    @rule(coming=_comings, after=st.integers(1, 30))
    def fetch_while_invoices_come(self, coming: Coming, after: int) -> None:
        self.world.journal.plan = after, lambda: self.world.come(coming)
        self.world.passes(None)

    @rule(jump=st.sampled_from(_JUMPS), after=st.integers(1, 30))
    def fetch_while_the_clock_is_set(self, jump: float, after: int) -> None:
        self.world.journal.plan = after, lambda: self.world.set_clock(jump)
        self.world.passes(None)

    @rule(some=st.lists(faults(), min_size=1, max_size=3))
    def fetch_while_something_goes_wrong(self, some: list[Fault]) -> None:
        for fault in some:
            self.world.go_wrong(fault)
        self.world.passes(None)

    @rule(
        coming=_comings,
        some=st.lists(faults(), min_size=1, max_size=3),
        dies_at=st.one_of(st.none(), _AWAITS),
    )
    def fetch_what_came(self, coming: Coming, some: list[Fault], dies_at: int | None) -> None:
        """New documents beside what is held already, fetched with trouble and once more without dying."""
        self.come_and_be_covered(coming)
        for fault in some:
            self.world.go_wrong(fault)
        self.world.passes(dies_at)
        self.world.passes(None)

    @rule(dies_at=_AWAITS, wish=wishes)
    def fetch_and_die(self, dies_at: int, wish: Wish) -> None:
        self.world.passes(dies_at, wish=wish)

    @rule(dies_at=_AWAITS, again=_AWAITS)
    def die_twice(self, dies_at: int, again: int) -> None:
        self.world.passes(dies_at)
        self.world.passes(again)

    @rule(dies_at=st.one_of(st.none(), _AWAITS))
    def fetch_twice_at_once(self, dies_at: int | None) -> None:
        self.world.passes(None, dies_at)

    @rule(jump=st.sampled_from(_JUMPS), after=st.integers(1, 30))
    def fetch_twice_at_once_while_the_clock_is_set(self, jump: float, after: int) -> None:
        """What a machine does that was asleep, too: time has passed, and both are still there."""
        self.world.journal.plan = after, lambda: self.world.set_clock(jump)
        self.world.passes(None, None)

    def teardown(self) -> None:
        """What the history comes to, unless it has failed before."""
        if not hasattr(self, "world"):
            return
        try:
            if sys.exc_info()[0] is None:
                self.world.settle()
        finally:
            self.world.close()
