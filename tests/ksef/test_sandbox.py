"""The client against the simulated KSeF: what is fetched is what it holds, byte for byte."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from blink_tui.ksef import errors
from blink_tui.ksef.auth import reference_of_token
from blink_tui.ksef.client import KsefClient, QueryWindow, Session
from blink_tui.ksef.operations import Context, check_allowed
from blink_tui.ksef.packages import METADATA_NAME, decode_package_metadata, read_package
from blink_tui.ksef.rights import lack_of
from blink_tui.ksef.wire import ExportPackage
from blink_tui.model.dates import Instant, instant_of
from blink_tui.model.documents import Role
from blink_tui.model.errors import BlinkError
from blink_tui.model.secret import Secret
from blink_tui.sandbox import RunningSandbox, SandboxOptions, VirtualClock, running_sandbox
from blink_tui.sandbox.subjects import Subject
from tests.ksef.certs import credential, name
from tests.ksef.packing import IV, KEY

START = datetime(2026, 10, 20, 12, tzinfo=UTC)
SINCE = instant_of(START - timedelta(days=30))
DOCUMENTS = 300


class SharedClock:
    """One time for client and sandbox: a sleep of the client moves both."""

    def __init__(self) -> None:
        self.sandbox = VirtualClock(START)
        self._present = START

    def now(self) -> datetime:
        return self._present

    def steady(self) -> float:
        return self._present.timestamp()

    async def sleep(self, seconds: float) -> None:
        self._present += timedelta(seconds=seconds)
        self.sandbox.advance(seconds)


@pytest.fixture
def clock() -> SharedClock:
    return SharedClock()


@pytest.fixture
def sandbox(clock: SharedClock) -> Iterator[RunningSandbox]:
    options = SandboxOptions(
        documents=DOCUMENTS, firms=2, as_of=START.date(), part_size=40_000, max_package=120
    )
    with running_sandbox(options, clock.sandbox) as running:
        yield running


@pytest.fixture
async def client(sandbox: RunningSandbox, clock: SharedClock) -> AsyncIterator[KsefClient]:
    async with KsefClient(sandbox.url, clock=clock) as client:
        yield client


@pytest.fixture
async def session(client: KsefClient, sandbox: RunningSandbox) -> Session:
    firm = sandbox.firms[0]
    return await client.login("Nip", firm.nip, Secret(firm.token))


def held(sandbox: RunningSandbox) -> dict[str, bytes]:
    return {number: document.xml for number, document in sandbox.state.documents.by_number.items()}


def held_for(sandbox: RunningSandbox, nip: str) -> dict[str, bytes]:
    """What a firm sees as seller or buyer, told by the sandbox itself."""
    documents = sandbox.state.documents
    shelves = [documents.shelf(("Nip", nip), subject) for subject in ("Subject1", "Subject2")]
    return {
        number: document.xml
        for number, document in documents.by_number.items()
        if any(document in shelf for shelf in shelves)
    }


async def ready(session: Session, clock: SharedClock, reference: str) -> ExportPackage:
    while (status := await session.export_status(reference)).code == 100:
        await clock.sleep(5)
    assert status.package is not None
    return status.package


@pytest.mark.parametrize("compression", ["Zip", "TarGz"])
async def test_every_document_comes_byte_for_byte(
    session: Session, sandbox: RunningSandbox, clock: SharedClock, tmp_path: Path, compression: str
) -> None:
    fetched: dict[str, bytes] = {}
    most_parts = 0
    for role in (Role.SELLER, Role.BUYER):
        window_from: Instant | None = SINCE
        while window_from is not None:
            reference = await session.start_export(role, window_from, None, KEY, IV, compression)
            package = await ready(session, clock, reference)
            files = [tmp_path / f"{reference}-{part.ordinal}" for part in package.parts]
            for part, file in zip(package.parts, files, strict=True):
                await session.download_part(part, file)
            members = dict(read_package(files, package.parts, KEY, IV))
            headers, bad = decode_package_metadata(members.pop(METADATA_NAME))
            assert bad == []
            assert len(headers) == package.invoice_count == len(members)
            for header in headers:
                xml = members[f"{header.ksef_number}.xml"]
                assert hashlib.sha256(xml).digest() == header.sha256
                fetched[header.ksef_number] = xml
            most_parts = max(most_parts, len(files))
            window_from = package.last_permanent_storage if package.truncated else None
    assert fetched == held_for(sandbox, sandbox.firms[0].nip)
    assert len(fetched) > 120
    assert most_parts > 1


async def test_the_list_and_single_documents(session: Session, sandbox: RunningSandbox) -> None:
    pages = []
    page = await session.query_metadata(QueryWindow(Role.SELLER, SINCE))
    pages.append(page)
    while page.has_more:
        page = await session.query_metadata(QueryWindow(Role.SELLER, SINCE), len(pages))
        pages.append(page)
    headers = [header for page in pages for header in page.headers]
    assert headers
    assert not any(page.problems for page in pages)
    assert all(page.hwm for page in pages)
    documents = held(sandbox)
    assert {header.ksef_number for header in headers} <= documents.keys()
    number = headers[-1].ksef_number
    assert await session.invoice(number) == documents[number]


async def test_what_a_session_tells_of_itself(session: Session, sandbox: RunningSandbox) -> None:
    limits = await session.rate_limits()
    assert limits["invoiceExport"].per_hour == 20
    reference = reference_of_token(Secret(sandbox.firms[0].token))
    assert reference is not None
    state = await session.own_token(reference)
    assert "InvoiceRead" in state.requested_permissions
    assert state.context == session.context
    await session.logout()


async def test_a_window_past_the_mark(session: Session, clock: SharedClock) -> None:
    future = instant_of(START + timedelta(days=1))
    page = await session.query_metadata(QueryWindow(Role.BUYER, future))
    assert (page.headers, page.hwm) == ((), None)


async def test_a_mistyped_token(client: KsefClient, sandbox: RunningSandbox) -> None:
    firm = sandbox.firms[0]
    wrong = firm.token[:-4] + ("0000" if not firm.token.endswith("0000") else "1111")
    with pytest.raises(BlinkError) as caught:
        await client.login("Nip", firm.nip, Secret(wrong))
    assert caught.value.kind is errors.TOKEN_UNKNOWN


async def test_an_expired_link_and_a_fresh_one(session: Session, clock: SharedClock, tmp_path: Path) -> None:
    reference = await session.start_export(Role.SELLER, SINCE, None, KEY, IV)
    package = await ready(session, clock, reference)
    await clock.sleep(2 * 3600)
    with pytest.raises(BlinkError) as caught:
        await session.download_part(package.parts[0], tmp_path / "part")
    assert caught.value.kind is errors.PART_LINK_EXPIRED
    package = await ready(session, clock, reference)
    await session.download_part(package.parts[0], tmp_path / "part")
    assert (tmp_path / "part").stat().st_size == package.parts[0].encrypted_size


async def test_limits_are_told_whole(session: Session) -> None:
    window = QueryWindow(Role.SELLER, SINCE)
    for _ in range(8):
        await session.query_metadata(window)
    with pytest.raises(errors.AskedToWaitError) as caught:
        await session.query_metadata(window)
    assert caught.value.kind is errors.LIMITS
    assert caught.value.retry_after >= 1


OFFICE = "1111111111"


def granted(
    sandbox: RunningSandbox, nip: str, scope: str = "InvoiceRead", to: Subject = ("Nip", OFFICE)
) -> None:
    state = sandbox.state
    state.grants.grant(("Nip", nip), to, scope, state.clock.now(), kind="entity", can_delegate=True)


@pytest.mark.parametrize("kind", ["RSA-2048", "P-256", "P-384"])
async def test_the_certificate_of_an_office(client: KsefClient, sandbox: RunningSandbox, kind: str) -> None:
    nip = sandbox.firms[0].nip
    with pytest.raises(BlinkError) as caught:
        await client.login("Nip", nip, credential(kind))
    assert caught.value.kind is errors.NO_RIGHTS
    granted(sandbox, nip)
    session = await client.login("Nip", nip, credential(kind))
    assert (await session.query_metadata(QueryWindow(Role.SELLER, SINCE))).headers
    assert lack_of(await session.rights(), session.context) is None


async def test_a_holder_known_by_the_fingerprint(client: KsefClient, sandbox: RunningSandbox) -> None:
    one = credential(subject=name(COMMON_NAME="Anna Żak"))
    granted(sandbox, sandbox.firms[0].nip, to=("Fingerprint", one.info.fingerprint))
    session = await client.login("Nip", sandbox.firms[0].nip, one)
    assert (await session.query_metadata(QueryWindow(Role.SELLER, SINCE))).headers


async def test_the_owner_of_a_firm(client: KsefClient, sandbox: RunningSandbox) -> None:
    nip = sandbox.firms[0].nip
    one = credential(subject=name(COMMON_NAME="Właściciel", SERIAL_NUMBER=f"TINPL-{nip}"))
    session = await client.login("Nip", nip, one)
    rights = await session.rights()
    assert lack_of(rights, session.context) is None
    assert (await session.own_rights()).grants == ()


async def test_the_clients_of_an_office_are_found(client: KsefClient, sandbox: RunningSandbox) -> None:
    for firm in sandbox.firms:
        granted(sandbox, firm.nip)
    session = await client.login("Nip", OFFICE, credential())
    grants = await session.grants_to_office()
    assert {(grant.context, grant.scope, grant.can_delegate) for grant in grants} == {
        (Context("Nip", firm.nip), "InvoiceRead", True) for firm in sandbox.firms
    }
    assert all(grant.since for grant in grants)
    assert (await session.units(), await session.own_roles(), await session.authorizations()) == ((), (), ())


async def test_rights_granted_and_withdrawn_while_logged_in(
    client: KsefClient, sandbox: RunningSandbox, clock: SharedClock
) -> None:
    nip, window = sandbox.firms[0].nip, QueryWindow(Role.SELLER, SINCE)
    granted(sandbox, nip, "InvoiceWrite")
    session = await client.login("Nip", nip, credential())
    problem = lack_of(await session.rights(), session.context)
    assert problem is not None
    assert problem.kind is errors.MISSING_PERMISSION
    granted(sandbox, nip)
    session = await client.resume("Nip", nip, credential(), session.refresh_secret())
    assert (await session.query_metadata(window)).headers
    sandbox.state.grants.remove(lambda grant: True)
    await clock.sleep(16 * 60)
    with pytest.raises(BlinkError) as caught:
        await session.query_metadata(window)
    assert caught.value.kind is errors.NO_RIGHTS


async def test_a_restart_does_not_log_in_anew(
    session: Session, sandbox: RunningSandbox, clock: SharedClock
) -> None:
    firm, stored = sandbox.firms[0], session.refresh_secret()
    before = len(list(sandbox.state.journal.rows()))
    async with KsefClient(sandbox.url, clock=clock) as started_again:
        session = await started_again.resume("Nip", firm.nip, Secret(firm.token), stored)
        await session.rate_limits()
    paths = [row["path"] for row in list(sandbox.state.journal.rows())[before:]]
    assert paths == ["/v2/auth/token/refresh", "/v2/rate-limits"]


async def test_a_package_of_the_list_alone(session: Session, clock: SharedClock, tmp_path: Path) -> None:
    reference = await session.start_export(Role.SELLER, SINCE, None, KEY, IV, only_metadata=True)
    package = await ready(session, clock, reference)
    await session.download_part(package.parts[0], tmp_path / "part")
    members = dict(read_package([tmp_path / "part"], package.parts, KEY, IV))
    headers, bad = decode_package_metadata(members.pop(METADATA_NAME))
    assert (members, bad, len(headers)) == ({}, [], package.invoice_count)


async def test_the_list_tells_of_one_document(session: Session) -> None:
    header = (await session.query_metadata(QueryWindow(Role.SELLER, SINCE))).headers[-1]
    assert await session.find_metadata(header.ksef_number, Role.SELLER) == header
    assert await session.find_metadata(header.ksef_number, Role.THIRD_PARTY) is None


async def test_only_calls_of_the_list_reach_the_server(
    session: Session, sandbox: RunningSandbox, clock: SharedClock, tmp_path: Path
) -> None:
    package = await ready(session, clock, await session.start_export(Role.SELLER, SINCE, None, KEY, IV))
    await session.download_part(package.parts[0], tmp_path / "part")
    await session.logout()
    rows = [row for row in sandbox.state.journal.rows() if row["user_agent"].startswith("blink-tui/")]
    assert len(rows) >= 9
    for row in rows:
        if row["path"].startswith("/v2/"):
            check_allowed(row["method"], row["path"].removeprefix("/v2"))
        else:
            assert (row["method"], row["bearer"]) == ("GET", False)
