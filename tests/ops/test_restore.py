"""A restored profile goes on without loss and without handing anything over twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from blink_tui.buffer import BatchState, Buffer, open_buffer
from blink_tui.buffer.presence import Kind
from blink_tui.ledger.handover_journal import JOURNAL, read
from blink_tui.ledger.placing import recover, recover_payments
from blink_tui.model.documents import Role, Status
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import CredentialKind
from blink_tui.model.profile import ProfilePaths
from blink_tui.ops.backup import make
from blink_tui.ops.restore import Outcome, confirm, restore
from blink_tui.sync import paying
from tests.buffer.factory import NIP, StillClock, instant
from tests.sync.exporting import NOW, approved, exported, handed_over, more, previewed, refused, statuses
from tests.sync.test_paying import approved as payable
from tests.sync.test_paying import made as paid

A, E = Status.APPROVED, Status.EXPORTED


@pytest.fixture
def paths(tmp_path: Path) -> ProfilePaths:
    return ProfilePaths("default", tmp_path / "default")


@pytest.fixture
async def buffer(paths: ProfilePaths) -> AsyncIterator[Buffer]:
    async with open_buffer(paths.buffer_path, clock=StillClock()) as opened:
        yield opened


@pytest.fixture
def to(tmp_path: Path) -> Path:
    return tmp_path / "backups"


async def back(
    file: Path, paths: ProfilePaths, *, aside: bool = False, journal: Path | None = None
) -> Outcome:
    return await restore(file, paths, who="anna", clock=StillClock(), aside=aside, journal=journal)


def named(folder: Path) -> list[str]:
    """Files that a ledger would see."""
    return [one.name for one in folder.iterdir() if not one.name.startswith(".")]


async def disaster(buffer: Buffer, paths: ProfilePaths, *, journal: bool) -> ProfilePaths:
    """The database is gone. What the profile's folder still has stands in the one that is restored into."""
    lost = ProfilePaths("default", paths.folder.with_name("again"))
    lost.folder.mkdir()
    if journal:
        (lost.folder / JOURNAL).write_bytes((paths.folder / JOURNAL).read_bytes())
    return lost


async def test_a_profile_comes_back_as_it_was(
    buffer: Buffer, paths: ProfilePaths, to: Path, tmp_path: Path
) -> None:
    firm = await approved(buffer, 7)
    paths.vault_path.write_bytes(b"sealed")
    paths.keymap_path.write_text("# keys")
    head = await buffer.history.head(firm.id)
    file = (await make(buffer, paths, to, now=NOW)).backup.path
    other = ProfilePaths("other", tmp_path / "home" / "other")
    outcome = await back(file, other)
    assert sorted(one.name for one in other.folder.iterdir()) == [
        "buffer.db", "handed-over.log", "keymap.toml", "vault.blink",
    ]  # fmt: skip
    assert {oct(one.stat().st_mode & 0o777) for one in other.folder.iterdir()} == {"0o600"}
    assert other.vault_path.read_bytes() == b"sealed"
    async with open_buffer(other.buffer_path) as restored:
        assert await statuses(restored, firm) == [A] * 7
        entries = [one async for one in restored.history.export(firm.id)]
        assert (entries[-2].hash, entries[-1].what, entries[-1].who) == (head, "restored", "anna")
        assert (await restored.history.verify(firm.id)).broken is None
    assert (outcome.learned, outcome.known) == ((), False)


async def test_what_processes_of_the_backup_held_is_forgotten_and_marks_stay(
    buffer: Buffer, paths: ProfilePaths, to: Path, tmp_path: Path
) -> None:
    firm = await buffer.firms.add(NIP, name="A", env="test")
    await buffer.credentials.add(CredentialKind.TOKEN, "token/1", "t", [firm.id])
    async with buffer._database.transaction() as session:
        await session.run(
            "INSERT INTO mark (firm_id, role, since, until, until_key) VALUES (?, 'buyer', ?, ?, ?)",
            (firm.id, instant(0), instant(5), instant(5)),
        )
        await session.run(
            "INSERT INTO pending_export (firm_id, role, window_from, wrapped_key, iv, asked_at)"
            " VALUES (?, 'buyer', ?, x'00', x'00', ?)",
            (firm.id, instant(0), instant(1)),
        )
        await session.run("UPDATE schedule SET wanted = ?", (instant(3),))
    await buffer.presence.beat("elsewhere/boot/4711/9", Kind.DAEMON, "keeper")
    await buffer.leases.take(firm.id, [Role.BUYER], "elsewhere/1/2/3", lambda _holder: False)
    file = (await make(buffer, paths, to, now=NOW)).backup.path
    other = ProfilePaths("other", tmp_path / "other")
    await back(file, other)
    async with open_buffer(other.buffer_path) as restored:
        rows = restored._database.reader
        assert await rows.row("SELECT count(*) FROM lease") == (0,)
        assert await rows.row("SELECT count(*) FROM presence") == (0,)
        assert await rows.row("SELECT count(*) FROM pending_export") == (0,)
        assert await rows.row("SELECT count(wanted) FROM schedule") == (0,)
        mark = await restored.marks.get(firm.id, Role.BUYER)
        assert mark is not None
        assert mark.until == instant(5)


# What was handed over after the backup


async def test_with_the_journal_nothing_is_handed_over_twice_and_the_rest_is(
    buffer: Buffer, paths: ProfilePaths, to: Path, out: Path
) -> None:
    firm = await approved(buffer, 4)
    await exported(buffer, firm, out)
    new = await more(buffer, firm, 6, first=4)
    file = (await make(buffer, paths, to, now=NOW)).backup.path
    batch = await exported(buffer, firm, out, document_ids=new[:4])
    before = handed_over(out)
    assert len(before) == 8
    lost = await disaster(buffer, paths, journal=True)
    outcome = await back(file, lost)
    assert ([one.number for one in outcome.learned], outcome.marked, outcome.known) == (
        [batch.batch_id],
        4,
        True,
    )
    async with open_buffer(lost.buffer_path, clock=StillClock()) as restored:
        assert await statuses(restored, firm) == [E] * 8 + [A] * 2
        assert [(one.id, one.state, one.documents) for one in await restored.batches.list()] == [
            (1, BatchState.PLACED, 4), (2, BatchState.PLACED, 4),
        ]  # fmt: skip
        assert (await restored.batches.get(2)).files[0].file == str(batch.files[0])
        assert (await exported(restored, firm, out)).documents == 2
        assert (await restored.history.verify(firm.id)).broken is None
        assert (await exported(restored, firm, out)).documents == 0
    assert len(handed_over(out)) == len(set(handed_over(out))) == 10


async def test_what_comes_again_from_ksef_and_was_handed_over_is_only_marked(
    buffer: Buffer, paths: ProfilePaths, to: Path, out: Path
) -> None:
    firm = await approved(buffer, 2)
    file = (await make(buffer, paths, to, now=NOW)).backup.path
    await more(buffer, firm, 3, first=2)
    batch = await exported(buffer, firm, out)
    lost = await disaster(buffer, paths, journal=True)
    outcome = await back(file, lost)
    assert (outcome.marked, len(outcome.learned[0].documents)) == (2, 5)
    async with open_buffer(lost.buffer_path, clock=StillClock()) as restored:
        assert [(one.told.number, one.waiting) for one in await restored.restored.lost()] == [
            (batch.batch_id, 3)
        ]
        ids = await more(restored, firm, 4, first=2)
        seen = await previewed(restored, firm, document_ids=ids)
        assert (seen.documents, [one.why[0].code for one in seen.refused]) == (
            1,
            ["handed-over-before"] * 3,
        )
        with pytest.raises(BlinkError) as held:
            await restored.batches.begin(firm.id, "csv", ids[:1], [], who="anna")
        assert held.value.kind.code == "handed-over-before-restore"
        assert (await exported(restored, firm, out)).documents == 1
        assert await statuses(restored, firm) == [E] * 6
        assert await restored.restored.lost() == []
        assert await restored.batches.documents(batch.batch_id or 0) == [1, 2, *ids[:3]]
        assert (await restored.history.verify(firm.id)).broken is None
    assert len(handed_over(out)) == len(set(handed_over(out))) == 6


async def test_a_firm_that_was_added_after_the_backup_is_remembered_by_the_journal(
    buffer: Buffer, paths: ProfilePaths, to: Path, out: Path
) -> None:
    file = (await make(buffer, paths, to, now=NOW)).backup.path
    firm = await approved(buffer, 3)
    await exported(buffer, firm, out)
    lost = await disaster(buffer, paths, journal=True)
    await back(file, lost)
    async with open_buffer(lost.buffer_path, clock=StillClock()) as restored:
        again = await approved(restored, 3)
        done = await exported(restored, again, out)
        assert (done.documents, await statuses(restored, again)) == (0, [E] * 3)
    assert len(handed_over(out)) == 3


async def test_a_batch_that_was_cancelled_after_the_backup_is_cancelled_again(
    buffer: Buffer, paths: ProfilePaths, to: Path, out: Path
) -> None:
    firm = await approved(buffer, 3)
    first = (await exported(buffer, firm, out)).batch_id or 0
    file = (await make(buffer, paths, to, now=NOW)).backup.path
    await buffer.batches.cancel(first, reason="wrong month", who="anna")
    await recover(buffer)
    second = (await exported(buffer, firm, out)).batch_id or 0
    await buffer.batches.cancel(second, reason="once more", who="anna")
    await recover(buffer)
    third = await exported(buffer, firm, out)
    lost = await disaster(buffer, paths, journal=True)
    outcome = await back(file, lost)
    assert (outcome.cancelled, [one.number for one in outcome.learned]) == (1, [third.batch_id])
    async with open_buffer(lost.buffer_path, clock=StillClock()) as restored:
        await recover(restored)
        assert await statuses(restored, firm) == [E] * 3
        assert [(one.id, one.cancelled) for one in await restored.batches.list()] == [(1, True), (3, False)]
        assert (await exported(restored, firm, out)).documents == 0


async def test_files_that_were_still_aside_get_their_names_by_the_restored_buffer(
    buffer: Buffer, paths: ProfilePaths, to: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm = await approved(buffer, 3)
    file = (await make(buffer, paths, to, now=NOW)).backup.path

    def dies(_files: object) -> None:
        raise OSError

    with monkeypatch.context() as patched:
        patched.setattr("blink_tui.ledger.placing.place", dies)
        assert (await exported(buffer, firm, out)).unplaced is not None
    assert not named(out)
    lost = await disaster(buffer, paths, journal=True)
    await back(file, lost)
    async with open_buffer(lost.buffer_path, clock=StillClock()) as restored:
        await recover(restored)
        assert [one.state for one in await restored.batches.list()] == [BatchState.PLACED]
        assert (await exported(restored, firm, out)).documents == 0
    assert len(handed_over(out)) == 3


async def test_without_the_journal_nothing_is_handed_over_until_a_person_answers_for_it(
    buffer: Buffer, paths: ProfilePaths, to: Path, out: Path
) -> None:
    firm = await approved(buffer, 3)
    file = (await make(buffer, paths, to, now=NOW)).backup.path
    await exported(buffer, firm, out)
    lost = await disaster(buffer, paths, journal=False)
    assert not (await back(file, lost)).known
    async with open_buffer(lost.buffer_path, clock=StillClock()) as restored:
        for work in (exported(restored, firm, out), previewed(restored, firm)):
            error = await refused(work)
            assert (error.kind.code, error.firm) == ("hand-overs-unknown", firm.context_value)
        error = await refused(restored.batches.begin(firm.id, "csv", [1], [], who="anna"))
        assert error.kind.code == "hand-overs-unknown"
        assert (await exported(restored, firm, out, "xlsx")).documents == 3  # a report marks nothing
        assert (
            await refused(confirm(restored, [firm.id], who="anna", reason=" "))
        ).kind.code == "reason-wanted"
        assert await confirm(restored, [firm.id], who="anna", reason="the ledger has none of November") == 1
        error = await refused(confirm(restored, [firm.id], who="anna", reason="again"))
        assert error.kind.code == "nothing-to-confirm"
        *_, entry = [one async for one in restored.history.export(firm.id)]
        assert (entry.what, entry.after, entry.reason) == (
            "restored",
            "confirmed",
            "the ledger has none of November",
        )
        assert (await exported(restored, firm, out)).documents == 3


async def test_the_copy_beside_the_backups_and_a_saved_journal_tell_too_but_do_not_answer_for_all(
    buffer: Buffer, paths: ProfilePaths, to: Path, out: Path, tmp_path: Path
) -> None:
    await buffer.settings.set("backup.folder", str(to))
    firm = await approved(buffer, 3)
    file = (await make(buffer, paths, to, now=NOW)).backup.path
    await exported(buffer, firm, out)
    (copy,) = [to / name for name in named(to) if name.startswith("handed-over-")]
    assert copy.read_bytes() == (paths.folder / JOURNAL).read_bytes()
    saved = tmp_path / "saved.log"
    copy.rename(saved)
    for journal in (None, saved):
        if journal is None:
            saved.rename(copy)
        outcome = await back(file, ProfilePaths("x", tmp_path / f"again-{journal is None}"), journal=journal)
        assert (len(outcome.learned), outcome.marked, outcome.known) == (1, 3, False)
        if journal is None:
            copy.rename(saved)


async def test_a_journal_of_another_buffer_does_not_answer_for_this_one(
    buffer: Buffer, paths: ProfilePaths, to: Path, out: Path, tmp_path: Path
) -> None:
    firm = await approved(buffer, 2)
    await exported(buffer, firm, out)
    file = (await make(buffer, paths, to, now=NOW)).backup.path
    strange = ProfilePaths("x", tmp_path / "strange")
    strange.folder.mkdir()
    line = (paths.folder / JOURNAL).read_bytes().replace(firm.context_value.encode(), b"9999999999")
    (strange.folder / JOURNAL).write_bytes(line)
    assert not (await back(file, strange)).known
    (paths.folder / JOURNAL).write_bytes(b"{}\n")
    error = await refused(back(file, ProfilePaths("y", tmp_path / "y"), journal=paths.folder / JOURNAL))
    assert error.kind.code == "handover-journal-unreadable"
    assert not (tmp_path / "y").exists()


async def test_no_document_is_paid_twice(
    buffer: Buffer, paths: ProfilePaths, to: Path, tmp_path: Path
) -> None:
    firm = await buffer.firms.add(NIP, name="A", env="test")
    await buffer.export_settings.save(firm.id, "payments", {"since": "2026-09-01"}, who="anna")
    await payable(buffer, firm, 1, 2, 3)
    file = (await make(buffer, paths, to, now=NOW)).backup.path
    folder = tmp_path / "lists"
    folder.mkdir()
    wanted = paying.Wanted(date(2026, 10, 31), document_ids=[1, 2])
    (first,) = await paid(buffer, firm, folder, wanted)
    lost = await disaster(buffer, paths, journal=True)
    outcome = await back(file, lost)
    assert ([one.number for one in outcome.learned], outcome.known) == ([first.batch.id], True)
    async with open_buffer(lost.buffer_path, clock=StillClock()) as restored:
        await recover_payments(restored)
        (second,) = await paid(restored, firm, folder)
        assert [one.document_id for one in await restored.payment_batches.payments(second.batch.id)] == [3]
        for number, told in enumerate(read(lost.folder / JOURNAL), 1):
            assert (told.to, len(told.documents)) == ("bank", 3 - number)


async def test_a_torn_line_of_the_journal_is_none_and_the_next_one_takes_its_place(
    buffer: Buffer, paths: ProfilePaths, out: Path
) -> None:
    firm = await approved(buffer, 2)
    await exported(buffer, firm, out, document_ids=[1])
    path = paths.folder / JOURNAL
    whole = path.read_bytes()
    path.write_bytes(whole + whole.splitlines()[-1][:-9])
    assert len(list(read(path))) == 1
    await exported(buffer, firm, out, document_ids=[2])
    assert [one.number for one in read(path)] == [1, 2]


async def test_no_file_has_its_name_before_the_journal_tells_of_it(
    buffer: Buffer, paths: ProfilePaths, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm = await approved(buffer, 2)

    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("blink_tui.ledger.handover_journal._append", full)
        assert (await exported(buffer, firm, out)).unplaced is not None
    assert not named(out)
    await recover(buffer)
    assert len(handed_over(out)) == 2
    assert [one.number for one in read(paths.folder / JOURNAL)] == [1]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"
