"""Everything of a role in one query, and nothing of the role beside it."""

from __future__ import annotations

from blink_tui.buffer import Buffer, MarkMove
from blink_tui.model.documents import Role
from blink_tui.model.firms import Firm
from blink_tui.model.mismatches import Disagreement
from tests.buffer.factory import instant


async def test_a_role_that_was_never_asked_for_has_nothing(buffer: Buffer, firm: Firm) -> None:
    state = await buffer.roles.of(firm.id, Role.BUYER)
    assert (state.mark, state.ranges, state.exports, state.mismatches) == (None, (), (), ())


async def test_each_role_has_its_own(buffer: Buffer, firm: Firm) -> None:
    for role, second in ((Role.BUYER, 10), (Role.SELLER, 50)):
        await buffer.documents.store(firm, role, [], move=MarkMove(instant(second), instant(second + 5)))
        await buffer.ranges.add(firm.id, role, instant(0), instant(second))
        await buffer.exports.begin(firm.id, role, instant(second), None, b"key", b"iv", instant(second))
        await buffer.mismatches.saw(firm.id, role, [Disagreement(role, "a", "b")], instant(second))
    for role, second in ((Role.BUYER, 10), (Role.SELLER, 50)):
        state = await buffer.roles.of(firm.id, role)
        assert state.mark == await buffer.marks.get(firm.id, role)
        assert state.mark is not None
        assert state.mark.until == instant(second + 5)
        assert list(state.ranges) == await buffer.ranges.of(firm.id, role)
        assert [one.asked_at for one in state.exports] == [instant(second)]
        assert [one.what.subject for one in state.mismatches] == [role]
    assert await buffer.roles.of(firm.id, Role.AUTHORIZED) == await buffer.roles.of(firm.id + 1, Role.BUYER)
