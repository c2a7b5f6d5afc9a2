"""Metrics: read by Prometheus's own parser, bounded labels, counters that never fall, a file that stands whole."""

from __future__ import annotations

import os
import stat
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from blink_tui.buffer import Buffer, MarkMove, open_buffer
from blink_tui.buffer.limit_book import LimitBook
from blink_tui.ksef.address_window import environment_of
from blink_tui.model import events
from blink_tui.model.dates import Instant, instant_of
from blink_tui.model.documents import Role
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import CredentialKind, Firm
from blink_tui.model.profile import ProfilePaths
from blink_tui.model.settings import METRICS_FOLDER, METRICS_NIPS
from blink_tui.model.values import Nip
from blink_tui.ops.chores import Surroundings, run_due
from blink_tui.ops.metrics import METRICS, exposition, gather
from tests.buffer.factory import invoice
from tests.clocks import VirtualClock
from tests.sync.test_standing import counted

NIP = "5265877635"
Samples = dict[tuple[str, str], float]


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
async def around(tmp_path: Path, clock: VirtualClock) -> AsyncIterator[Surroundings]:
    paths = ProfilePaths("office", tmp_path / "office")
    async with open_buffer(paths.buffer_path, clock=clock) as buffer:
        yield Surroundings(paths, buffer, None, clock)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "textfile"
    folder.mkdir()
    return folder


async def _firm(buffer: Buffer, nip: str) -> Firm:
    firm = await buffer.firms.add(Nip(nip), name=f"Firma {nip}", env="prod")
    await buffer.credentials.add(CredentialKind.TOKEN, f"token/{nip}", f"T {nip}", [firm.id])
    return firm


async def _fetched(buffer: Buffer, firm: Firm, clock: VirtualClock) -> None:
    move = MarkMove(Instant("2026-01-01T00:00:00Z"), instant_of(clock.now()))
    for role in Role:
        await buffer.documents.store(firm, role, [], move=move)


async def _samples(around: Surroundings) -> Samples:
    return _read(exposition(await gather(around)).decode())


def _read(text: str) -> Samples:
    """Samples by name and the label beside the profile's."""
    found: Samples = {}
    for family in text_string_to_metric_families(text):
        assert family.documentation
        for sample in family.samples:
            labels = dict(sample.labels)
            assert labels.pop("profile") == "office"
            key = sample.name, "".join(labels.values())
            assert key not in found
            found[key] = sample.value
    return found


def _files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_an_empty_profile_has_metrics(around: Surroundings, clock: VirtualClock) -> None:
    found = await _samples(around)
    assert found["blink_firms", ""] == found["blink_firms_watched", ""] == found["blink_daemon_up", ""] == 0
    assert found["blink_written_timestamp_seconds", ""] == clock.now().timestamp()
    assert ("blink_complete_timestamp_seconds", "") not in found
    assert ("blink_backup_bytes", "") not in found


async def test_firms_are_told_of_in_sums(around: Surroundings, clock: VirtualClock) -> None:
    buffer = around.buffer
    firms = [await _firm(buffer, f"{number:010}") for number in range(4)]
    for firm in firms[:2]:
        await _fetched(buffer, firm, clock)
    first = clock.now().timestamp()
    clock.advance(3600)
    await _fetched(buffer, firms[1], clock)
    clock.advance(48 * 3600)
    await _fetched(buffer, firms[2], clock)
    await buffer.schedules.pause([firms[3].id], True)
    found = await _samples(around)
    assert (found["blink_firms", ""], found["blink_firms_watched", ""]) == (4, 3)
    assert found["blink_firms_never_complete", ""] == 0
    assert found["blink_firms_late", "not-asked"] == 2
    assert found["blink_firms_late", "quarantine"] == 0
    assert [
        found["blink_firms_by_lag_seconds", le] for le in ("900", "86400", "172800", "604800", "+Inf")
    ] == [
        1,
        1,
        2,
        3,
        3,
    ]
    assert found["blink_lag_max_seconds", ""] == 49 * 3600
    assert found["blink_complete_timestamp_seconds", ""] == first
    assert found["blink_firms_without_access", ""] == 0


async def test_documents_requests_and_credentials(around: Surroundings, clock: VirtualClock) -> None:
    buffer = around.buffer
    firm = await _firm(buffer, NIP)
    await buffer.documents.store(firm, Role.BUYER, [invoice(1), invoice(2)])
    context = f"{environment_of(firm.base_url)}|Nip|{NIP}"
    with LimitBook(around.paths.work_folder / "limits.db") as book:
        for _ in range(3):
            book.take(context, "invoiceMetadata", [(3600.0, 20)], clock.steady())
    found = await _samples(around)
    assert (found["blink_documents", "fetched"], found["blink_documents", "booked"]) == (2, 0)
    assert found["blink_requests_last_hour", "invoiceMetadata"] == 3
    assert found["blink_requests_left_min", "lists"] == 17
    ahead = found["blink_credential_days_left_min", ""]
    clock.advance(86400)
    assert (await _samples(around))["blink_credential_days_left_min", ""] == ahead - 1


async def test_counters_never_fall_and_count_nothing_twice(tmp_path: Path, around: Surroundings) -> None:
    failed = events.PassFailed(run="r", code="ksef-limits", problem="x")
    stored = events.DocumentsStored(run="r", seen=9, new=7)
    await around.buffer.log.append([failed, failed, stored])

    async def told(of: Surroundings) -> tuple[float, float, float]:
        found = await _samples(of)
        names = ("blink_failures_total", "ksef-limits"), ("blink_events_total", "pass-failed")
        return found[names[0]], found[names[1]], found["blink_documents_fetched_total", ""]

    assert await told(around) == await told(around) == (2, 2, 7)
    async with open_buffer(around.paths.buffer_path, clock=around.clock) as other:
        again = Surroundings(around.paths, other, None, around.clock)
        await other.log.append([failed])
        async with other._database.transaction() as session:
            await session.run("DELETE FROM fetch_log WHERE id < 3")
        assert await told(again) == await told(around) == (3, 3, 7)
        await around.buffer.log.append([stored])
        assert await told(again) == (3, 3, 14)


async def test_labels_name_nobody_unless_switched_on(around: Surroundings, clock: VirtualClock) -> None:
    firm = await _firm(around.buffer, NIP)
    await _fetched(around.buffer, firm, clock)
    await around.buffer.log.append(
        [events.PassFailed(run="r", firm_id=firm.id, code="c", problem=NIP, cause=NIP)]
    )
    text = exposition(await gather(around)).decode()
    assert NIP not in text
    assert "Firma" not in text
    await around.buffer.settings.set(METRICS_NIPS.key, "on")
    found = await _samples(around)
    assert (found["blink_firm_lag_seconds", NIP], found["blink_firm_late", NIP]) == (0, 0)


async def test_the_number_of_queries_and_of_samples_does_not_grow_with_firms(
    around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    for number in (1, 20):
        for index in range(number):
            await _firm(around.buffer, f"{number}{index:08}")
        with counted(monkeypatch) as statements:
            samples = await _samples(around)
        seen.append((len(statements), len(samples)))
    assert seen[0] == seen[1] > (5, 20)


async def test_the_file_is_written_each_minute_for_everybody_to_read(
    around: Surroundings, folder: Path, clock: VirtualClock
) -> None:
    assert (await run_due([METRICS], around)).next_at is None
    await around.buffer.settings.set(METRICS_FOLDER.key, str(folder))
    (folder / ".blink-office.prom.1").write_text("left by a killed process of another number")
    before = os.umask(0o077)  # as services have it
    done = await run_due([METRICS], around)
    os.umask(before)
    path = folder / "blink-office.prom"
    assert (done.failures, done.next_at) == ((), clock.now() + timedelta(minutes=1))
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    first, number = _read(path.read_text()), path.stat().st_ino
    assert first["blink_info", next(label for name, label in first if name == "blink_info")] == 1
    clock.advance(60)
    await run_due([METRICS], around)
    assert path.stat().st_ino != number, "replaced whole"
    assert _read(path.read_text())["blink_written_timestamp_seconds", ""] == clock.now().timestamp()
    assert _files(folder) == [".blink-office.prom.1", "blink-office.prom"]


async def test_a_folder_that_cannot_be_written_is_told(around: Surroundings, folder: Path) -> None:
    for name, code in (("missing", "no-metrics-folder"), ("textfile", "file-not-written")):
        await around.buffer.settings.set(METRICS_FOLDER.key, str(folder.parent / name))
        (folder / "blink-office.prom").mkdir(exist_ok=True)
        with pytest.raises(BlinkError) as refused:
            await METRICS.run(around)
        assert refused.value.kind.code == code
    assert _files(folder) == ["blink-office.prom"]
