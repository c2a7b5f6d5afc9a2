"""Any sequence of decisions and undos, against plain Python."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from blink_tui.buffer import Buffer, open_buffer
from blink_tui.model.decisions import Action
from blink_tui.model.documents import Status
from tests.buffer.deciding import (
    ALL,
    APPROVE,
    EXCLUDE,
    QUERY,
    REOPEN,
    A,
    B,
    C,
    E,
    F,
    Q,
    X,
    intact,
    states,
    stored,
    versions,
)
from tests.buffer.factory import NIP

WAYS = {
    Action.APPROVE: (APPROVE, {F, C}, A),
    Action.QUERY: (QUERY, {F, C, A}, Q),
    Action.EXCLUDE: (EXCLUDE, {F, C, A}, X),
    Action.REOPEN: (REOPEN, {C, A, Q, X}, F),
}
COUNT = 4


@dataclass
class Plain:
    """What a person would write down by hand."""

    states: list[tuple[Status, Status | None]] = field(default_factory=lambda: [(F, None)] * COUNT)
    touched: list[int] = field(default_factory=lambda: [0] * COUNT)
    """Number of the last thing that happened to each document."""
    now: int = 0
    decisions: list[dict[int, tuple[tuple[Status, Status | None], int, int]]] = field(default_factory=list)
    """Each decision: by document its state and its last happening before, and the happening that it was."""

    def happens(self, document: int, state: tuple[Status, Status | None]) -> None:
        self.now += 1
        self.states[document], self.touched[document] = state, self.now

    def decide(self, action: Action, documents: set[int]) -> int:
        _decision, allowed, to = WAYS[action]
        done: dict[int, tuple[tuple[Status, Status | None], int, int]] = {}
        for document in documents:
            before, status = self.states[document], self.states[document][0]
            if status in allowed:
                target = before[1] if status in (Q, X) else to
                last = self.touched[document]
                self.happens(document, (target or F, status if to in (Q, X) else None))
                done[document] = before, last, self.now
        if done:
            self.decisions.append(done)
        return len(done)

    def undo(self) -> int:
        back = 0
        for document, (before, last, happening) in self.decisions.pop().items():
            if self.touched[document] == happening and self.states[document][0] not in (E, B):
                self.happens(document, before)
                self.touched[document] = last
                back += 1
        return back


STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(sorted(WAYS)), st.sets(st.integers(0, COUNT - 1), min_size=1)),
        st.just("undo"),
        st.tuples(st.just("coded"), st.integers(0, COUNT - 1)),
        st.tuples(st.just("booked"), st.integers(0, COUNT - 1)),
    ),
    max_size=14,
)


@settings(max_examples=40, deadline=None)
@given(STEPS, st.booleans())
def test_any_sequence_of_decisions_and_undos_is_what_it_is_by_hand(steps: list[Any], by_filter: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_same_as_by_hand(Path(folder) / "b.db", steps, by_filter))


async def _same_as_by_hand(path: Path, steps: list[Any], by_filter: bool) -> None:
    plain = Plain()
    async with open_buffer(path) as buffer:
        firm = await buffer.firms.add(NIP, name="A", env="test")
        ids = await stored(buffer, firm, COUNT)
        for step in steps:
            await _both(buffer, plain, ids, step, by_filter)
            assert await states(buffer, ids) == plain.states
        assert len(await buffer.decisions.undoable("anna")) == len(plain.decisions)
        await intact(buffer, firm)


async def _both(buffer: Buffer, plain: Plain, ids: list[int], step: Any, by_filter: bool) -> None:
    if step == "undo":
        past = await buffer.decisions.undoable("anna", 1)
        assert bool(past) == bool(plain.decisions)
        if past:
            assert (await buffer.decisions.undo(past[0].id, who="anna")).done == plain.undo()
        return
    what, which = step
    if isinstance(which, int):
        to = Status(what)
        if plain.states[which][0] in (F, C, A) and (to is B or plain.states[which][0] is F):
            await buffer.documents.change_status([ids[which]], to, who="ewa")
            plain.happens(which, (to, None))
        return
    if by_filter:
        which = set(range(COUNT))
    looked = ALL if by_filter else await versions(buffer, [ids[place] for place in which])
    decision = WAYS[what][0]
    preview = await buffer.decisions.preview(looked, decision)
    outcome = await buffer.decisions.decide(looked, decision, who="anna")
    assert outcome.done == preview.count == plain.decide(what, which)
    assert outcome.done + sum(outcome.refused.values()) == len(which)
    assert outcome.refused == preview.refused
