"""How firms stand: decided over the roles that the schedule asks for, read with a fixed number of queries."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from blink_tui.buffer import Buffer, MarkMove, open_buffer
from blink_tui.buffer.session import Row, Session
from blink_tui.model.dates import Instant, instant_of
from blink_tui.model.documents import Direction, Role
from blink_tui.model.firms import CredentialKind, Firm
from blink_tui.model.marks import Proof
from blink_tui.model.mismatches import Disagreement
from blink_tui.model.schedule import NEVER
from blink_tui.model.values import Nip
from blink_tui.sync.standing import FirmStanding, complete_until, standings
from blink_tui.sync.summary import by_vat_month
from tests.sync.test_reconcile import account

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SINCE = Instant("2026-10-01T00:00:00Z")
OFTEN, NIGHTLY = (Role.SELLER, Role.BUYER), (Role.THIRD_PARTY, Role.AUTHORIZED)


def before(**age: float) -> Instant:
    return instant_of(NOW - timedelta(**age))


@pytest.fixture
async def buffer(tmp_path: Path) -> AsyncIterator[Buffer]:
    async with open_buffer(tmp_path / "buffer.db") as opened:
        yield opened


@pytest.fixture
async def firm(buffer: Buffer) -> Firm:
    firm = await buffer.firms.add(Nip("1111111111"), name="A", env="prod")
    await buffer.credentials.add(CredentialKind.TOKEN, "token/1", "T", [firm.id])
    return firm


async def fetched(buffer: Buffer, firm: Firm, role: Role, until: Instant, since: Instant = SINCE) -> None:
    await buffer.documents.store(firm, role, [], move=MarkMove(since, until))


async def standing(buffer: Buffer, firm: Firm) -> FirmStanding:
    (found,) = await standings(buffer, [await buffer.firms.get(firm.id)], NOW)
    return found


async def test_a_firm_is_complete_where_all_roles_of_its_schedule_are(buffer: Buffer, firm: Firm) -> None:
    await fetched(
        buffer, firm, Role.SELLER, before(minutes=4, microseconds=1), Instant("2026-10-05T00:00:00Z")
    )
    await fetched(buffer, firm, Role.BUYER, before(minutes=4))
    await fetched(buffer, firm, Role.THIRD_PARTY, before(hours=20))
    found = await standing(buffer, firm)
    assert (found.since, found.until, found.lag) == (None, None, None)
    await buffer.schedules.set_interval([(firm.id, Role.AUTHORIZED)], NEVER)
    found = await standing(buffer, firm)
    assert (found.since, found.until) == ("2026-10-05T00:00:00Z", before(hours=20))
    assert found.lag == timedelta(hours=20)
    await buffer.schedules.set_interval([(firm.id, Role.THIRD_PARTY)], NEVER)
    found = await standing(buffer, firm)
    assert found.until == before(minutes=4, microseconds=1)
    assert complete_until([found]) == found.until
    assert complete_until([found, replace(found, roles=())]) is None


@pytest.mark.parametrize(
    ("role", "every", "age", "late"),
    [
        (Role.BUYER, None, timedelta(minutes=30), False),
        (Role.BUYER, None, timedelta(minutes=30, microseconds=1), True),
        (Role.BUYER, 60, timedelta(minutes=119), False),
        (Role.BUYER, 60, timedelta(minutes=121), True),
        (Role.BUYER, NEVER, timedelta(days=9), False),
        (Role.AUTHORIZED, None, timedelta(hours=47), False),
        (Role.AUTHORIZED, None, timedelta(hours=49), True),
    ],
)
async def test_late_is_what_two_intervals_do_not_explain(
    buffer: Buffer, firm: Firm, role: Role, every: int | None, age: timedelta, late: bool
) -> None:
    await buffer.schedules.set_interval([(firm.id, role)], every)
    await fetched(buffer, firm, role, instant_of(NOW - age))
    found = await standing(buffer, firm)
    assert {one.role: one.late for one in found.roles}[role] is late
    assert found.late is late


async def test_what_is_left_of_history_and_what_was_proven_stands_beside_the_role(
    buffer: Buffer, firm: Firm
) -> None:
    await buffer.ranges.add(firm.id, Role.BUYER, before(days=100), before(days=60))
    proof = Proof(firm.id, Role.BUYER, before(hours=1), SINCE, before(hours=2), 3, 1, 0, 0)
    await buffer.proofs.save(proof)
    roles = {one.role: one for one in (await standing(buffer, firm)).roles}
    assert roles[Role.BUYER].days_left == 40
    assert roles[Role.BUYER].proof == proof
    assert (roles[Role.SELLER].days_left, roles[Role.SELLER].proof) == (0, None)


async def test_nothing_comes_next_for_a_firm_at_rest_or_without_access(buffer: Buffer, firm: Firm) -> None:
    assert (await standing(buffer, firm)).due == NOW
    await buffer.schedules.pause([firm.id], True)
    assert (await standing(buffer, firm)).due is None
    await buffer.schedules.pause([firm.id], False)
    known = await buffer.credentials.for_firm(firm.id)
    assert known is not None
    await buffer.credentials.remove(known.id)
    found = await standing(buffer, firm)
    assert (found.due, found.credential) == (None, None)


async def test_the_newest_credential_of_a_firm_counts(buffer: Buffer, firm: Firm) -> None:
    newer = await buffer.credentials.add(CredentialKind.TOKEN, "token/2", "U", [firm.id])
    held = (await standing(buffer, firm)).credential
    assert held is not None
    assert held.id == newer.id


async def test_only_what_was_seen_three_times_waits_for_a_person(buffer: Buffer, firm: Firm) -> None:
    twice, thrice = Disagreement("A", "1", "2"), Disagreement("B", "3", "4")
    for some in ((thrice,), (twice, thrice), (twice, thrice)):
        await buffer.mismatches.saw(firm.id, Role.BUYER, some, before(hours=1))
    found = await standing(buffer, firm)
    assert {one.what for one in found.mismatches} == {twice, thrice}
    assert [one.what for one in found.quarantine] == [thrice]


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Statements that are run inside."""
    asked: list[str] = []
    rows = Session.rows

    async def noted(self: Session, sql: str, values: tuple[object, ...] = ()) -> list[Row]:
        asked.append(sql)
        return await rows(self, sql, values)

    with monkeypatch.context() as patch:
        patch.setattr(Session, "rows", noted)
        yield asked


async def test_the_number_of_queries_does_not_grow_with_the_firms(
    buffer: Buffer, firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = []
    for number in (0, 40):
        for index in range(number):
            await buffer.firms.add(Nip(f"{2_000_000_000 + index}"), name=str(index), env="prod")
        with counted(monkeypatch) as asked:
            found = await standings(buffer, await buffer.firms.list(), NOW)
        assert len(found) == number + 1
        counts.append(len(asked))
    assert counts[0] == counts[1] > 0


def test_documents_are_summed_by_vat_month_direction_and_currency() -> None:
    found = by_vat_month(
        [
            account(None)._replace(vat_month="2026-11"),
            account(None)._replace(vat_month="2026-11"),
            account(None, currency="EUR")._replace(vat_month="2026-11"),
            account(None, gross=None)._replace(vat_month="2026-10", direction=Direction.SALE),
            account(None),
        ]
    )
    told = [
        (one.vat_month, one.direction, one.documents, {key: str(sum_) for key, sum_ in one.gross.items()})
        for one in found
    ]
    assert told == [
        ("", Direction.PURCHASE, 1, {"PLN": "1.23"}),
        ("2026-10", Direction.SALE, 1, {"PLN": "0"}),
        ("2026-11", Direction.PURCHASE, 3, {"PLN": "2.46", "EUR": "1.23"}),
    ]
