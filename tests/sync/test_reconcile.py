"""Proof of completeness: what is missing, other or unknown is named, and what is missing is fetched."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from blink_tui.buffer import Account
from blink_tui.model.dates import Instant
from blink_tui.model.documents import Direction, DocumentHeader, Party, Role
from blink_tui.model.values import KsefNumber, Sha256
from blink_tui.sandbox import RunningSandbox, SandboxOptions, running_sandbox
from blink_tui.sync.engine import Outcome, SyncEngine, Wish
from blink_tui.sync.plan import windows_between
from blink_tui.sync.reconcile import compare
from blink_tui.vault import Vault
from tests.sync.conftest import Office, office

SINCE, UNTIL = Instant("2026-11-01T00:00:00Z"), Instant("2026-11-20T00:00:00.5Z")
HASH, OTHER_HASH = Sha256(bytes(32)), Sha256(bytes([1]) * 32)
PARTY = Party("Nip", "5265877635", "A")


def header(number: str, stored: str, sha256: Sha256 = HASH) -> DocumentHeader:
    return DocumentHeader(
        KsefNumber(number), sha256, number, None, None, Instant(stored), PARTY, PARTY, None, None, Decimal("1.23"),
        "PLN", "FA (3)", "Vat", offline=False, self_invoicing=False, has_attachment=False,
    )  # fmt: skip


def account(
    stored: str | None, sha256: Sha256 = HASH, gross: Decimal | None = Decimal("1.23"), currency: str = "PLN"
) -> Account:
    return Account(sha256, Instant(stored) if stored else None, gross, currency, "", Direction.PURCHASE)


def test_equal_sides_are_equal_however_often_a_document_is_listed() -> None:
    listed = [header("A", "2026-11-02T00:00:00Z"), header("A", "2026-11-02T00:00:00Z")]
    held = {KsefNumber("A"): account("2026-11-02T00:00:00Z")}
    found = compare(Role.BUYER, SINCE, UNTIL, listed, held)
    assert found.equal
    assert found.listed == 1
    assert found.listed_sums == found.held_sums == {"PLN": Decimal("1.23")}


def test_what_is_missing_other_or_unknown_is_named() -> None:
    listed = [
        header("MISSING", "2026-11-02T00:00:00Z"),
        header("OTHER", "2026-11-03T00:00:00Z", OTHER_HASH),
        header("AT THE END", UNTIL),
    ]
    held = {
        KsefNumber("OTHER"): account("2026-11-03T00:00:00Z"),
        KsefNumber("UNLISTED"): account("2026-11-04T00:00:00Z"),
        KsefNumber("EARLIER"): account("2026-10-04T00:00:00Z"),
        KsefNumber("AFTER THE MARK"): account(UNTIL),
        KsefNumber("WITHOUT A DATE"): account(None),
    }
    found = compare(Role.BUYER, SINCE, UNTIL, listed, held)
    assert [one.ksef_number for one in found.missing] == ["MISSING"]
    assert (found.different, found.unlisted) == (("OTHER",), ("UNLISTED",))
    assert not found.equal
    assert found.listed_sums == {"PLN": Decimal("2.46")}
    assert found.held_sums == {"PLN": Decimal("2.46")}


@pytest.mark.parametrize(
    ("gross", "currency", "different"),
    [("1.24", "PLN", True), ("1.23", "EUR", True), (None, "PLN", False), ("1.23", "PLN", False)],
)
def test_another_amount_is_a_difference_and_an_amount_not_told_is_none(
    gross: str | None, currency: str, different: bool
) -> None:
    held = {KsefNumber("A"): account(UNTIL, gross=Decimal(gross) if gross else None, currency=currency)}
    found = compare(Role.BUYER, SINCE, UNTIL, [header("A", "2026-11-02T00:00:00Z")], held)
    assert found.different == (("A",) if different else ())


def test_a_long_span_is_cut_into_adjoining_windows() -> None:
    windows = windows_between(Instant("2026-01-01T00:00:00Z"), Instant("2026-11-20T00:00:00Z"))
    assert windows[0].start == "2026-01-01T00:00:00Z"
    assert windows[-1].end == "2026-11-20T00:00:00Z"
    assert [one.end for one in windows[:-1]] == [one.start for one in windows[1:]]
    assert windows_between(UNTIL, UNTIL) == []


@pytest.fixture(params=[10_000, 20], ids=["whole", "truncated"])
def sandbox(request: pytest.FixtureRequest) -> Iterator[RunningSandbox]:
    options = SandboxOptions(documents=60, firms=1, limits=False, export_delay=0.0, auth_delay=0.0)
    with running_sandbox(replace(options, max_package=request.param)) as running:
        yield running


@pytest.fixture
async def profile(sandbox: RunningSandbox, tmp_path: Path, vault: Vault) -> AsyncIterator[Office]:
    async with office(sandbox, tmp_path, vault) as opened:
        await opened.run()
        yield opened


async def reconciled(profile: Office) -> Outcome:
    """A reconciliation with the whole budget of requests, as on another day."""
    engine = SyncEngine(profile.buffer, profile.vault, profile.folder / f"work-{len(profile.told)}")
    profile.told.clear()
    outcome = await engine.run(profile.firms, Wish(reconcile=True))
    assert not outcome.failed
    return outcome


def remove(profile: Office, numbers: list[KsefNumber]) -> None:
    """Take documents out of the file behind the program's back, as a damage would."""
    with closing(sqlite3.connect(profile.folder / "buffer.db")) as raw, raw:
        for number in numbers:
            (document,) = raw.execute("SELECT id FROM document WHERE ksef_number = ?", (number,)).fetchone()
            for table in ("document_role", "document_vat", "document_search", "document_event"):
                raw.execute(f"DELETE FROM {table} WHERE document_id = ?", (document,))
            raw.execute("DELETE FROM document WHERE id = ?", (document,))
            raw.execute("DELETE FROM invoice_xml WHERE ksef_number = ?", (number,))


async def test_a_whole_buffer_equals_ksef_s_list(profile: Office) -> None:
    (firm,) = (await reconciled(profile)).firms
    assert {one.role for one in firm.comparisons} == set(Role)
    assert all(one.equal for one in firm.comparisons)
    assert sum(one.listed for one in firm.comparisons) >= len(await profile.documents(profile.firms[0]))


@pytest.mark.parametrize("lost", [3, 20])
async def test_what_was_lost_is_named_and_fetched_again(profile: Office, lost: int) -> None:
    before = {one.ksef_number for one in await profile.documents(profile.firms[0])}
    gone = sorted(before)[:lost]
    remove(profile, gone)
    (firm,) = (await reconciled(profile)).firms
    named = {header.ksef_number for one in firm.comparisons for header in one.missing}
    assert named == set(gone)
    assert firm.new == lost
    assert {one.ksef_number for one in await profile.documents(profile.firms[0])} == before
    (again,) = (await reconciled(profile)).firms
    assert all(one.equal for one in again.comparisons)
