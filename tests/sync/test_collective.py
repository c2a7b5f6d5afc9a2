"""Collective identifiers by the schedule: once a night, what is new alone, and never to the harm of documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from blink_tui.buffer import Buffer
from blink_tui.ksef.client import Session
from blink_tui.model import events
from blink_tui.model.collective import Listed, Payment
from blink_tui.model.dates import Instant, datetime_of, instant_of
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import Firm
from blink_tui.model.values import CollectiveNumber
from blink_tui.sandbox import RunningSandbox, SandboxOptions, VirtualClock, running_sandbox
from blink_tui.sync.access import logged_in
from blink_tui.sync.clients import KsefClients
from blink_tui.sync.collective import (
    NO_SUCH_COLLECTIVE,
    around_month,
    ask_identifier,
    ask_invoice,
    batches,
    windows,
)
from blink_tui.sync.engine import Outcome, Wish
from tests.collectives import fake_number, make
from tests.sync.clocks import SandboxClock
from tests.sync.conftest import Office, fault
from tests.sync.settled import make_due

NIGHT = datetime(2026, 11, 24, 4, 35, tzinfo=UTC)
"""Before 06:00 in Warsaw, with every firm's place in the night behind."""
DUE = Wish(due=True)
OPERATIONS = ("query_collectives", "collective_invoices", "collectives_of_invoice")
LISTED, COVERED = OPERATIONS[:2]


@pytest.fixture
def sandbox(request: pytest.FixtureRequest) -> Iterator[RunningSandbox]:
    changes = getattr(request, "param", {})
    options = SandboxOptions(
        **{"documents": 40, "firms": 2, "sales": 0.5, "export_delay": 0.0, "auth_delay": 0.0, **changes}
    )
    with running_sandbox(options, VirtualClock(NIGHT)) as running:
        running.state.collective._all.clear()  # those that it is seeded with
        yield running


async def due(
    profile: Office, sandbox: RunningSandbox, firm: Firm | None = None
) -> tuple[Counter[str], Outcome]:
    """A pass of the schedule for one firm, which is due; what it asked about identifiers."""
    firm = firm or profile.firms[0]
    assert profile.clock is not None
    sandbox.state.clock.advance(1)
    await make_due(profile.buffer, [firm], profile.clock)
    before = sandbox.state.journal.total
    outcome = await profile.run(firm, wish=DUE)
    assert [one.firm for one in outcome.firms] == [firm]
    rows = sandbox.state.journal.rows(before)
    return Counter(row["operation"] for row in rows if row["operation"] in OPERATIONS), outcome


async def known(buffer: Buffer, number: CollectiveNumber) -> set[str]:
    return {one.member.ksef_number for one in await buffer.collective.members(number)}


async def session_of(profile: Office, clients: KsefClients, firm: Firm) -> Session:
    client = await clients.for_firm(firm)
    return await logged_in(profile.buffer, profile.vault, client, firm, clients.clock)


async def test_a_night_costs_one_request_and_new_identifiers_are_asked_for_once(
    profile: Office, sandbox: RunningSandbox, clock: SandboxClock
) -> None:
    nip = profile.firms[0].nip
    assert (await due(profile, sandbox))[0] == {LISTED: 1}
    clock.pass_by(minutes=6)
    assert (await due(profile, sandbox))[0] == {}
    covered = [fake_number(nip, place) for place in range(40)]
    first = make(sandbox, nip, covered, 12.5, "za towar")
    clock.pass_by(hours=8)
    assert (await due(profile, sandbox))[0] == {}  # it is day
    clock.pass_by(hours=15, minutes=54)
    assert (await due(profile, sandbox))[0] == {LISTED: 1, COVERED: 1}
    assert await known(profile.buffer, first) == set(covered)
    (told,) = (event for event in profile.told if isinstance(event, events.CollectivesFound))
    assert (told.new, told.unreadable, told.firm_id) == (1, 0, profile.firms[0].id)
    clock.pass_by(hours=24)
    assert (await due(profile, sandbox))[0] == {LISTED: 1}
    (under,) = await profile.buffer.collective.of_invoice(covered[7])
    assert (under.collective.number, under.collective.invoices) == (first, 40)
    assert (under.member.payment, under.member.description) == (Payment(Decimal("12.50"), "PLN"), "za towar")


async def test_an_identifier_that_ksef_lists_late_is_not_missed(
    profile: Office, sandbox: RunningSandbox, clock: SandboxClock
) -> None:
    nip = profile.firms[0].nip
    await due(profile, sandbox)
    sandbox.state.clock.advance(-23 * 3600)
    late = make(sandbox, nip, [fake_number(nip, 1), fake_number(nip, 2)])
    clock.pass_by(hours=47)
    assert (await due(profile, sandbox))[0] == {LISTED: 1, COVERED: 1}
    assert len(await known(profile.buffer, late)) == 2


async def test_a_pass_on_demand_asks_nothing_of_identifiers(profile: Office, sandbox: RunningSandbox) -> None:
    await profile.run(profile.firms[0])
    assert not [row for row in sandbox.state.journal.rows() if row["operation"] in OPERATIONS]


async def test_many_identifiers_come_in_pages_and_as_many_at_a_time_as_an_answer_holds(
    profile: Office, sandbox: RunningSandbox
) -> None:
    nip = profile.firms[0].nip
    small = [make(sandbox, nip, [fake_number(nip, 1), fake_number(nip, 2)]) for _ in range(205)]
    large = [make(sandbox, nip, [fake_number(nip, place) for place in range(size)]) for size in (300, 800)]
    asked, outcome = await due(profile, sandbox)
    assert not outcome.failed
    # a page of 200 and one of 7; ten a request at the most, and two pages for the largest
    assert asked[LISTED] == 2
    assert 21 <= asked[COVERED] <= 26
    for number, size in [*((number, 2) for number in small), (large[0], 300), (large[1], 800)]:
        assert len(await known(profile.buffer, number)) == size


async def test_two_firms_that_see_one_identifier_are_told_of_one(
    profile: Office, sandbox: RunningSandbox
) -> None:
    """Its buyer made it, over invoices on which the seller stands: KSeF lists it to both."""
    buyer, seller = profile.firms
    held = sandbox.state.documents.shelf(("Nip", seller.nip), "Subject1").all()[0].ksef_number
    number = make(sandbox, buyer.nip, [held, fake_number(seller.nip, 2)], 100, "pierwsza")
    assert (await due(profile, sandbox, seller))[0] == {LISTED: 1, COVERED: 1}
    seen = {one.member.ksef_number: one.member for one in await profile.buffer.collective.members(number)}
    assert seen[fake_number(seller.nip, 2)].hidden
    assert seen[fake_number(seller.nip, 2)].payment is None
    assert (await due(profile, sandbox, buyer))[0] == {LISTED: 1, COVERED: 1}
    after = await profile.buffer.collective.members(number)
    assert {(one.member.hidden, one.member.payment, one.member.description) for one in after} == {
        (False, Payment(Decimal("100.00"), "PLN"), "pierwsza")
    }
    one = await profile.buffer.collective.find(number)
    assert one is not None
    assert one.firm_ids == tuple(sorted((buyer.id, seller.id)))


async def test_what_is_known_whole_is_not_asked_for_again_by_a_second_firm(
    profile: Office, sandbox: RunningSandbox
) -> None:
    buyer, seller = profile.firms
    make(sandbox, buyer.nip, [fake_number(seller.nip, 1), fake_number(seller.nip, 2)], 100)
    assert (await due(profile, sandbox, buyer))[0] == {LISTED: 1, COVERED: 1}
    assert (await due(profile, sandbox, seller))[0] == {LISTED: 1}


@pytest.mark.parametrize("sandbox", [{"api": "2.6"}], indirect=True)
async def test_an_older_server_costs_one_request_a_night_and_is_no_failure(
    profile: Office, sandbox: RunningSandbox, clock: SandboxClock
) -> None:
    asked, outcome = await due(profile, sandbox)
    assert not outcome.failed
    assert outcome.new > 0
    assert not [event for event in profile.told if event.level in ("warning", "error")]
    paths = [row["path"] for row in sandbox.state.journal.rows() if "collective" in row["path"]]
    assert len(paths) == 1, asked
    clock.pass_by(minutes=6)
    await due(profile, sandbox)
    assert len([row for row in sandbox.state.journal.rows() if "collective" in row["path"]]) == 1


@pytest.mark.parametrize(
    ("wrong", "requests"), [({"status": 403}, 2), ({"status": 500}, 1), ({"status": 400, "code": 21405}, 1)]
)
async def test_a_refusal_is_told_and_waits_for_the_next_night(
    profile: Office, sandbox: RunningSandbox, clock: SandboxClock, wrong: dict[str, int], requests: int
) -> None:
    fault(sandbox, "answer", operation=LISTED, times="always", **wrong)
    asked, outcome = await due(profile, sandbox)
    assert not outcome.failed
    assert outcome.new > 0
    assert asked == {LISTED: requests}  # lacking rights cause one new login
    (told,) = (event for event in profile.told if isinstance(event, events.CollectivesNotRead))
    assert told.problem
    clock.pass_by(minutes=6)
    assert (await due(profile, sandbox))[0] == {}
    held = await profile.buffer.credentials.for_firm(profile.firms[0].id)
    assert held is not None
    assert held.use.state == "accepted"


async def test_what_a_limit_interrupts_goes_on_in_the_same_night_where_it_stopped(
    profile: Office, sandbox: RunningSandbox, clock: SandboxClock
) -> None:
    nip = profile.firms[0].nip
    made = [
        make(sandbox, nip, [fake_number(nip, 10 * place), fake_number(nip, 10 * place + 1)], 1)
        for place in range(35)
    ]
    fault(sandbox, "answer", operation=COVERED, status=429, retry_after=300, skip=2)
    asked, outcome = await due(profile, sandbox)
    assert not outcome.failed
    assert asked == {LISTED: 1, COVERED: 3}
    kept = [number for number in made if await known(profile.buffer, number)]
    assert len(kept) == 20
    (waiting,) = (event for event in profile.told if isinstance(event, events.Waiting))
    assert waiting.until is not None
    clock.pass_by(minutes=6)
    assert (await due(profile, sandbox))[0] == {LISTED: 1, COVERED: 2}
    assert all([len(await known(profile.buffer, number)) == 2 for number in made])
    clock.pass_by(minutes=6)
    assert (await due(profile, sandbox))[0] == {}


async def test_a_list_that_a_limit_interrupts_is_read_again_whole(
    profile: Office, sandbox: RunningSandbox, clock: SandboxClock
) -> None:
    nip = profile.firms[0].nip
    made = [make(sandbox, nip, [fake_number(nip, 1), fake_number(nip, 2)]) for _ in range(250)]
    fault(sandbox, "answer", operation=LISTED, status=429, retry_after=300, skip=1)
    assert (await due(profile, sandbox))[0] == {LISTED: 2}
    firm = profile.firms[0]
    assert (await profile.buffer.collective.asked()).get(firm.id) is None
    clock.pass_by(minutes=6)
    asked, outcome = await due(profile, sandbox)
    assert (asked[LISTED], outcome.failed) == (2, ())
    assert len([number for number in made if await known(profile.buffer, number)]) == 250


async def test_after_half_a_year_the_list_is_read_in_ranges_that_ksef_takes(
    profile: Office, sandbox: RunningSandbox, clock: SandboxClock
) -> None:
    nip = profile.firms[0].nip
    await due(profile, sandbox)
    made = []
    clock.pass_by(hours=-1)  # summer time
    for _month in range(6):
        clock.pass_by(days=31)
        made.append(make(sandbox, nip, [fake_number(nip, 1), fake_number(nip, 2)]))
    asked, outcome = await due(profile, sandbox)
    assert not [event for event in profile.told if isinstance(event, events.CollectivesNotRead)]
    assert asked == {LISTED: 3, COVERED: 1}
    assert all([await known(profile.buffer, number) for number in made])
    assert not outcome.failed


async def test_a_seller_s_identifier_is_found_from_the_invoice_on_demand(
    profile: Office, sandbox: RunningSandbox, clock: SandboxClock
) -> None:
    """KSeF does not list it to the buyer, who is asked to pay under it."""
    buyer, seller = profile.firms
    invoice = fake_number(seller.nip, 1)
    number = make(sandbox, seller.nip, [invoice, fake_number(seller.nip, 2)], 5)
    assert (await due(profile, sandbox, buyer))[0] == {LISTED: 1}
    assert await profile.buffer.collective.find(number) is None
    async with KsefClients(profile.folder / "work", clock=clock) as clients:
        session = await session_of(profile, clients, buyer)
        before = sandbox.state.journal.total
        await ask_invoice(profile.buffer, session, buyer, invoice)
        await ask_invoice(profile.buffer, session, buyer, invoice)
        rows = [row["operation"] for row in sandbox.state.journal.rows(before)]
    assert rows == ["collectives_of_invoice", "collective_invoices", "collectives_of_invoice"]
    assert len(await known(profile.buffer, number)) == 2


async def test_an_identifier_from_a_bank_statement_is_asked_for_by_its_number(
    profile: Office, sandbox: RunningSandbox, clock: SandboxClock
) -> None:
    buyer, seller = profile.firms
    number = make(sandbox, seller.nip, [fake_number(seller.nip, 1), fake_number(seller.nip, 2)])
    async with KsefClients(profile.folder / "work", clock=clock) as clients:
        session = await session_of(profile, clients, buyer)
        await ask_identifier(profile.buffer, session, buyer, number)
        found = await profile.buffer.collective.find(number)
        assert found is not None
        assert (found.created, found.firm_ids, found.whole) == (None, (buyer.id,), True)
        await ask_identifier(profile.buffer, await session_of(profile, clients, seller), seller, number)
        found = await profile.buffer.collective.find(number)
        assert found is not None
        assert found.created is not None
        assert found.invoices == 2
        unknown = CollectiveNumber("1111111111-IZ202607-65ED02180000-E7")
        with pytest.raises(BlinkError) as caught:
            await ask_identifier(profile.buffer, session, buyer, unknown)
    assert caught.value.kind is NO_SUCH_COLLECTIVE
    assert await profile.buffer.collective.find(unknown) is None


def listed(*sizes: int | None) -> list[Listed]:
    return [Listed(CollectiveNumber(str(place)), None, True, size) for place, size in enumerate(sizes)]


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ((), []),
        ((2,) * 21, [10, 10, 1]),
        ((250, 250, 1), [2, 1]),
        ((900, 2), [1, 1]),
        ((None, 2, 2, None), [1, 2, 1]),
    ],
)
def test_batches_fit_one_answer(sizes: tuple[int | None, ...], expected: list[int]) -> None:
    assert [len(batch) for batch in batches(listed(*sizes))] == expected
    assert [one for batch in batches(listed(*sizes)) for one in batch] == [
        one.number for one in listed(*sizes)
    ]


@pytest.mark.parametrize("days", [0, 1, 89, 90, 178, 400])
def test_ranges_adjoin_and_are_as_long_as_ksef_takes(days: int) -> None:
    cut = list(windows(NIGHT - timedelta(days=days), NIGHT))
    assert (cut[0][0], cut[-1][1]) == (NIGHT - timedelta(days=days), NIGHT)
    assert all(one[1] == other[0] for one, other in pairwise(cut))
    assert all(high - low <= timedelta(days=89) for low, high in cut)


def test_the_month_in_a_number_lies_within_what_is_asked() -> None:
    low, high = around_month(CollectiveNumber("1111111111-IZ202612-65ED02180000-E7"))
    assert (low, high) == (Instant("2026-11-29T23:00:00.000000Z"), Instant("2027-01-01T23:00:00.000000Z"))
    assert datetime_of(high) - datetime_of(low) < timedelta(days=100)
    assert instant_of(datetime_of(low)) == low
