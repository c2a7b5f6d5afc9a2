"""Collective identifiers as KSeF tells of them, and what is made of answers that are not as they should be."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from blink_tui.ksef import collective, errors
from blink_tui.ksef.client import KsefClient, Session
from blink_tui.model.collective import Listed, Member, Payment
from blink_tui.model.dates import Instant
from blink_tui.model.errors import BlinkError
from blink_tui.model.secret import Secret
from blink_tui.model.values import CollectiveNumber, KsefNumber
from blink_tui.sandbox import RunningSandbox, SandboxOptions, VirtualClock, running_sandbox
from tests.collectives import fake_number, make
from tests.ksef.conftest import ManualClock
from tests.ksef.peer import Peer, Reply

LIST, INVOICES = "POST /collective-identifiers/query", "POST /collective-identifiers/invoices"
IZ = CollectiveNumber("1111111111-IZ202607-65ED02180000-E7")
INVOICE = "1111111111-20260612-6310EC800000-DA"
SINCE, UNTIL = Instant("2026-05-01T00:00:00Z"), Instant("2026-06-01T00:00:00Z")
DAY = datetime(2026, 11, 20, 11, tzinfo=UTC)


def row(number: object = IZ, **changes: object) -> dict[str, object]:
    return {
        "collectiveIdentifierNumber": number,
        "dateCreated": "2026-07-11T12:00:00+00:00",
        "createdInCurrentContext": True,
        "invoiceCount": 16,
        **changes,
    }


def page(*records: object, token: str | None = None, name: str = "collectiveIdentifiers") -> Reply:
    return Reply(200, {"continuationToken": token, name: list(records)})


def member(**changes: object) -> dict[str, object]:
    return {"ksefNumber": INVOICE, "collectiveIdentifierNumber": IZ, "detailsHidden": False, **changes}


async def listed(session: Session) -> tuple[list[Listed], int]:
    pages = [one async for one in collective.listed(session, SINCE, UNTIL)]
    return [one for page in pages for one in page.records], sum(page.unreadable for page in pages)


async def members(session: Session, *numbers: CollectiveNumber) -> list[Member]:
    return [one async for page in collective.invoices(session, numbers or (IZ,)) for one in page.records]


async def test_pages_go_on_by_the_token_that_came_with_the_last(session: Session, peer: Peer) -> None:
    peer.on(LIST, page(row(), token="a+/="), page(token="b"), page(row(), token=""))
    assert (await listed(session))[0] == [Listed(IZ, Instant("2026-07-11T12:00:00+00:00"), True, 16)] * 2
    asked = peer.asked(LIST)
    assert [one.headers.get("x-continuation-token") for one in asked] == [None, "a+/=", "b"]
    assert {one.query["pageSize"] for one in asked} == {"200"}
    assert asked[0].json == {"dateCreatedFrom": SINCE, "dateCreatedTo": UNTIL}


async def test_a_bad_record_hides_no_other_and_is_counted(session: Session, peer: Peer) -> None:
    peer.on(LIST, page(7, {}, row("other form"), row(None), row(dateCreated="once", invoiceCount=None)))
    assert await listed(session) == ([Listed(IZ, None, True, None)], 4)


@pytest.mark.parametrize("token", ["a", "zażółć", "line\nbreak", "x" * 9000])
async def test_a_list_that_cannot_go_on_is_an_error_and_not_taken_for_whole(
    session: Session, peer: Peer, token: str
) -> None:
    peer.on(LIST, page(row(), token="a"), page(row(), token=token))
    with pytest.raises(BlinkError) as caught:
        await listed(session)
    assert caught.value.kind is errors.ANSWER_UNREADABLE
    assert len(peer.asked(LIST)) == 2


async def test_an_absurd_count_of_invoices_is_a_bad_record(session: Session, peer: Peer) -> None:
    """It would not fit the store; the others are told."""
    peer.on(LIST, page(row(invoiceCount=10**19 - 1), row(invoiceCount=-1), row()))
    records, unreadable = await listed(session)
    assert (len(records), unreadable) == (1, 2)


async def test_an_invoice_counts_even_where_its_details_cannot_be_read(session: Session, peer: Peer) -> None:
    bare = Member(IZ, KsefNumber(INVOICE))
    peer.on(
        INVOICES,
        page(
            member(payment={"amount": 45.1, "currency": "PLN"}, description="za\u202etowar\n"),
            member(payment={"amount": None, "currency": "PLN"}),
            member(payment={"amount": 1, "currency": 7}),
            member(detailsHidden=True),
            member(collectiveIdentifierNumber=None),
            name="invoices",
        ),
    )
    assert await members(session) == [
        Member(IZ, KsefNumber(INVOICE), Payment(Decimal("45.1"), "PLN"), "za\u202etowar\n"),
        bare,
        bare,
        Member(IZ, KsefNumber(INVOICE), hidden=True),
    ]


async def test_an_amount_that_nobody_pays_is_not_calculated_with(session: Session, peer: Peer) -> None:
    body = b'{"invoices": [{"ksefNumber": "%s", "collectiveIdentifierNumber": "%s", "payment": {"amount": 1E+999999,'
    peer.on(INVOICES, Reply(200, body % (INVOICE.encode(), IZ.encode()) + b' "currency": "PLN"}}]}'))
    assert await members(session) == [Member(IZ, KsefNumber(INVOICE))]


async def test_a_minutes_limit_is_waited_out_in_the_middle_and_a_longer_one_is_not(
    session: Session, peer: Peer, clock: ManualClock
) -> None:
    peer.on(LIST, page(row(), token="a"), Reply(429, b"", {"Retry-After": "37"}), page(row()))
    clock.slept.clear()
    assert len((await listed(session))[0]) == 2
    assert clock.slept == [37]
    peer.on(LIST, page(row(), token="a"), Reply(429, b"", {"Retry-After": "61"}))
    with pytest.raises(errors.AskedToWaitError):
        await listed(session)


@pytest.fixture(params=["2.6", "2.9"])
def sandbox(request: pytest.FixtureRequest) -> Iterator[RunningSandbox]:
    options = SandboxOptions(documents=40, firms=2, sales=0.5, auth_delay=0, api=request.param)
    with running_sandbox(options, VirtualClock(DAY)) as running:
        yield running


@pytest.fixture
async def entered(sandbox: RunningSandbox) -> AsyncIterator[Session]:
    firm = sandbox.firms[0]
    async with KsefClient(sandbox.url) as client:
        yield await client.login("Nip", firm.nip, Secret(firm.token))


@pytest.mark.parametrize("sandbox", ["2.9"], indirect=True)
async def test_long_lists_come_whole_from_the_sandbox(sandbox: RunningSandbox, entered: Session) -> None:
    nip = sandbox.firms[0].nip
    many = {make(sandbox, nip, [fake_number(nip, 1), fake_number(nip, 2)]) for _ in range(450)}
    long = make(sandbox, nip, [fake_number(nip, place) for place in range(1200)])
    since, until = Instant("2026-11-19T00:00:00Z"), Instant("2026-11-21T00:00:00Z")
    pages = [one async for one in collective.listed(entered, since, until)]
    assert {one.number for page in pages for one in page.records} >= {*many, long}
    assert len(pages) == 3
    told = await members(entered, CollectiveNumber(long))
    assert {one.ksef_number for one in told} == {fake_number(nip, place) for place in range(1200)}
    (one,) = [one async for page in collective.listed(entered, since, until, long) for one in page.records]
    assert (one.number, one.invoices, one.own) == (long, 1200, True)
    back = [one async for page in collective.of_invoice(entered, fake_number(nip, 7)) for one in page.records]
    assert [one.number for one in back] == [long]


@pytest.mark.parametrize("sandbox", ["2.6"], indirect=True)
async def test_a_server_without_the_paths_is_named(sandbox: RunningSandbox, entered: Session) -> None:
    number = fake_number(sandbox.firms[0].nip, 1)
    for ask in (
        collective.listed(entered, SINCE, UNTIL),
        collective.of_invoice(entered, number),
        collective.invoices(entered, [IZ]),
    ):
        with pytest.raises(BlinkError) as caught:
            await anext(ask)
        assert caught.value.kind is errors.COLLECTIVES_NOT_OFFERED
