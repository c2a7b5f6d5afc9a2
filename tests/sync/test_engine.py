"""A firm's pass against a real sandbox: everything once, nothing claimed that is not there."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from blink_tui.ksef.client import MetadataPage, QueryWindow, Session
from blink_tui.model.dates import shifted
from blink_tui.model.documents import Direction, Role
from blink_tui.model.errors import ExitCode
from blink_tui.model.secret import Secret
from blink_tui.model.values import parse_ksef_number
from blink_tui.sandbox import RunningSandbox, SandboxOptions, running_sandbox
from blink_tui.sandbox.documents import Document as Held
from blink_tui.sandbox.exports import Export, ExportDesk
from blink_tui.sandbox.packages import PackageShop
from blink_tui.sync.engine import SyncEngine, Wish
from blink_tui.vault import Vault
from tests.sync.conftest import Office, office

DOCUMENTS = 60


@pytest.fixture
def options() -> SandboxOptions:
    return SandboxOptions(documents=DOCUMENTS, firms=2, limits=False, export_delay=0.0, auth_delay=0.0)


@pytest.fixture
def sandbox(options: SandboxOptions) -> Iterator[RunningSandbox]:
    with running_sandbox(options) as running:
        yield running


@pytest.fixture
async def profile(sandbox: RunningSandbox, tmp_path: Path, vault: Vault) -> AsyncIterator[Office]:
    async with office(sandbox, tmp_path, vault) as opened:
        yield opened


def held(sandbox: RunningSandbox, nip: str) -> dict[str, Held]:
    """What the sandbox holds for a NIP, by number."""
    repository, context = sandbox.state.documents, ("Nip", nip)
    return {
        number: document
        for number, document in repository.by_number.items()
        if repository.find(context, number) is not None
    }


async def same_as_held(profile: Office, sandbox: RunningSandbox) -> None:
    for firm in profile.firms:
        expected = held(sandbox, firm.nip)
        documents = await profile.documents(firm)
        assert sorted(one.ksef_number for one in documents) == sorted(expected)
        for one in documents:
            assert await profile.buffer.documents.xml(one.ksef_number) == expected[one.ksef_number].xml


async def test_everything_arrives_once_with_its_bytes(profile: Office, sandbox: RunningSandbox) -> None:
    outcome = await profile.run()
    assert not outcome.failed
    assert outcome.new == sum(len(held(sandbox, firm.nip)) for firm in profile.firms) > DOCUMENTS
    await same_as_held(profile, sandbox)
    assert (await profile.run()).new == 0
    await same_as_held(profile, sandbox)


async def test_what_is_stored_is_read(profile: Office) -> None:
    await profile.run()
    for firm in profile.firms:
        for one in await profile.documents(firm):
            assert one.problem is None
            assert one.derived_version > 0
            assert one.direction is not Direction.NONE or Role.SELLER not in one.roles


async def test_an_idle_role_costs_one_request_and_its_mark_moves(
    profile: Office, sandbox: RunningSandbox
) -> None:
    firm = profile.firms[0]
    await profile.run(firm)
    before = {mark.role: mark.until for mark in await profile.buffer.marks.all()}
    asked = len(journal(sandbox, "POST", "/v2/invoices/query/metadata"))
    exports = len(journal(sandbox, "POST", "/v2/invoices/exports"))
    await profile.run(firm)
    assert len(journal(sandbox, "POST", "/v2/invoices/query/metadata")) == asked + len(Role)
    assert len(journal(sandbox, "POST", "/v2/invoices/exports")) == exports
    after = {mark.role: mark.until for mark in await profile.buffer.marks.all()}
    assert all(after[role] > before[role] for role in Role)


async def test_the_next_window_starts_one_second_before_the_mark(
    profile: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm = profile.firms[0]
    await profile.run(firm)
    marks = {mark.role: mark.until for mark in await profile.buffer.marks.all()}
    asked: list[QueryWindow] = []
    query = Session.query_metadata

    async def recorded(self: Session, window: QueryWindow, page: int = 0) -> MetadataPage:
        asked.append(window)
        return await query(self, window, page)

    monkeypatch.setattr(Session, "query_metadata", recorded)
    await profile.run(firm)
    assert {one.role: one.window_from for one in asked} == {
        role: shifted(until, timedelta(seconds=-1)) for role, until in marks.items()
    }


class TestTruncated:
    """Packages cut by KSeF are continued from their last document."""

    @pytest.fixture
    def options(self) -> SandboxOptions:
        return SandboxOptions(
            documents=DOCUMENTS, firms=2, limits=False, export_delay=0.0, auth_delay=0.0, max_package=7,
            part_size=4000,
        )  # fmt: skip

    async def test_truncated_packages_are_continued(self, profile: Office, sandbox: RunningSandbox) -> None:
        assert not (await profile.run()).failed
        await same_as_held(profile, sandbox)


async def stops_with(profile: Office, code: str) -> None:
    """A pass that stores nothing, moves no mark and says why."""
    outcome = await profile.run(profile.firms[0])
    errors = outcome.failed[0].errors
    assert {error.kind.code for error in errors} == {code}
    assert {error.kind.exit_code for error in errors} == {ExitCode.FAILED}
    assert all(str(error) and "{" not in str(error) for error in errors)
    assert await profile.buffer.marks.all() == []
    assert await profile.documents(profile.firms[0]) == []


async def test_a_damaged_part_is_not_taken_and_the_next_pass_is_whole(
    profile: Office, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Export.encrypted_part

    async def damaged(self: Export, number: int) -> tuple[bytes, str]:
        data, digest = await whole(self, number)
        return bytes([data[0] ^ 1]) + data[1:], digest

    with monkeypatch.context() as spoilt:
        spoilt.setattr(Export, "encrypted_part", damaged)
        await stops_with(profile, "part-damaged")
    assert not (await profile.run()).failed
    await same_as_held(profile, sandbox)


def without_last_file(documents: Sequence[Held], metadata: bytes) -> tuple[Sequence[Held], bytes]:
    return documents[:-1], metadata


def without_last_entry(documents: Sequence[Held], metadata: bytes) -> tuple[Sequence[Held], bytes]:
    listed = json.loads(metadata)
    return documents, json.dumps({"invoices": listed["invoices"][:-1]}).encode()


def with_another_hash(documents: Sequence[Held], metadata: bytes) -> tuple[Sequence[Held], bytes]:
    listed = json.loads(metadata)
    listed["invoices"][0]["invoiceHash"] = "A" * 43 + "="
    return documents, json.dumps(listed).encode()


Spoil = Callable[[Sequence[Held], bytes], tuple[Sequence[Held], bytes]]


@pytest.mark.parametrize("spoil", [without_last_file, without_last_entry, with_another_hash])
async def test_a_package_that_contradicts_itself_moves_no_mark_and_leaves_what_is_proven(
    profile: Office, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch, spoil: Spoil
) -> None:
    from blink_tui.sandbox import packages

    whole = packages.tar_gz

    def lying(documents: Sequence[Held], metadata: bytes) -> bytes:
        return whole(*spoil(documents, metadata)) if documents else whole(documents, metadata)

    with monkeypatch.context() as spoilt:
        spoilt.setattr(packages, "tar_gz", lying)
        outcome = await profile.run(profile.firms[0])
        assert {error.kind.code for one in outcome.failed for error in one.errors} == {"package-disagrees"}
        marked = {mark.role for mark in await profile.buffer.marks.all()}
        assert not marked & {Role.SELLER, Role.BUYER}
        proven = await profile.documents(profile.firms[0])
        expected = held(sandbox, profile.firms[0].nip)
        assert 0 < len(proven) < len(expected)
        for one in proven:
            assert await profile.buffer.documents.xml(one.ksef_number) == expected[one.ksef_number].xml
    monkeypatch.setattr(
        PackageShop, "package", PackageShop._build
    )  # what was built wrong is not served again
    assert not (await profile.run()).failed
    await same_as_held(profile, sandbox)


async def test_a_wrong_token_stops_its_firm_alone(profile: Office, sandbox: RunningSandbox) -> None:
    bad, good = profile.firms
    token = sandbox.firms[0].token
    profile.vault.put(f"token/{bad.nip}", Secret(token[:-1] + ("0" if token[-1] != "0" else "1")))
    outcome = await profile.run()
    by_firm: dict[str, Any] = {one.firm.nip: one for one in outcome.firms}
    assert [error.kind.exit_code for error in by_firm[bad.nip].errors] == [ExitCode.CREDENTIAL_REFUSED]
    assert by_firm[good.nip].new == len(held(sandbox, good.nip))


async def test_an_export_that_was_under_way_is_finished_first(
    profile: Office, sandbox: RunningSandbox
) -> None:
    firm = profile.firms[0]
    asked = len(journal(sandbox, "POST", "/v2/invoices/exports"))

    class InterruptedHereError(Exception):
        """Stands for a kill between the package and its storing."""

    async def interrupted(*_: object, **__: object) -> None:
        raise InterruptedHereError

    store = profile.buffer.documents.store
    profile.buffer.documents.store = interrupted  # type: ignore[method-assign,assignment]
    with pytest.raises(InterruptedHereError):
        await profile.run(firm)
    profile.buffer.documents.store = store  # type: ignore[method-assign]
    pending = await profile.buffer.exports.list(firm.id)
    assert pending
    assert any(one.reference for one in pending)
    assert not (await profile.run(firm)).failed
    assert await profile.buffer.exports.list(firm.id) == []
    assert {one.ksef_number for one in await profile.documents(firm)} == set(held(sandbox, firm.nip))
    assert len(journal(sandbox, "POST", "/v2/invoices/exports")) > asked


def journal(sandbox: RunningSandbox, method: str, path: str) -> list[Any]:
    return [one for one in sandbox.state.journal.rows() if one["method"] == method and one["path"] == path]


async def test_links_that_expired_are_asked_for_again(
    profile: Office, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm = profile.firms[0]
    links = ExportDesk.by_link
    refused: list[str] = []

    def expired_once(self: ExportDesk, name: str, expires: str, signature: str, now: int) -> Any:
        if not refused:
            refused.append(name)
            return None
        return links(self, name, expires, signature, now)

    monkeypatch.setattr(ExportDesk, "by_link", expired_once)
    assert not (await profile.run(firm)).failed
    assert refused
    assert {one.ksef_number for one in await profile.documents(firm)} == set(held(sandbox, firm.nip))


async def test_one_document_comes_by_its_number_and_no_mark_moves(
    profile: Office, sandbox: RunningSandbox
) -> None:
    firm = profile.firms[0]
    number = next(iter(held(sandbox, firm.nip)))
    engine = SyncEngine(profile.buffer, profile.vault, profile.folder / "work")
    for new in (1, 0):
        outcome = await engine.run([firm], Wish(number=parse_ksef_number(number)))
        assert (outcome.new, outcome.failed) == (new, ())
    assert [one.ksef_number for one in await profile.documents(firm)] == [number]
    assert (await profile.documents(firm))[0].received_date is not None
    assert await profile.buffer.marks.all() == []


async def test_a_number_that_ksef_does_not_list_is_told(profile: Office) -> None:
    engine = SyncEngine(profile.buffer, profile.vault, profile.folder / "work")
    absent = parse_ksef_number("5265877635-20261120-0100001AF629-AF")
    outcome = await engine.run(profile.firms[:1], Wish(number=absent))
    assert [error.kind.code for error in outcome.failed[0].errors] == ["not-listed"]
