"""Backups: kept once they were opened again, found in their folder, let go of by their number, made every night."""

from __future__ import annotations

import os
import random
import sqlite3
import stat
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from blink_tui.buffer import Buffer, open_buffer
from blink_tui.buffer.snapshot import Holding, Work, holding
from blink_tui.model.documents import Role
from blink_tui.model.errors import BlinkError
from blink_tui.model.profile import ProfilePaths
from blink_tui.model.secret import Secret
from blink_tui.ops import backup, backup_file
from blink_tui.ops.backup import BACKUP, CHECK, PASSPHRASE, backups, last_made, latest, make, verify
from blink_tui.ops.backup_scratch import nobody_s, scratch
from blink_tui.ops.chores import Surroundings, run_due
from blink_tui.vault import MemorySource, Vault, open_vault
from tests.accounts import ANNA, GROUP, PIOTR, office_folder, python_as
from tests.buffer.factory import NIP, invoice
from tests.clocks import VirtualClock

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
DOCUMENTS = 40


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup_file, "_COST", {"n": 2**4, "r": 8, "p": 1})


@pytest.fixture
def paths(tmp_path: Path) -> ProfilePaths:
    return ProfilePaths("default", tmp_path / "default")


@pytest.fixture
async def buffer(paths: ProfilePaths) -> AsyncIterator[Buffer]:
    async with open_buffer(paths.buffer_path) as opened:
        firm = await opened.firms.add(NIP, name="A", env="test")
        await opened.documents.store(firm, Role.BUYER, [invoice(n) for n in range(DOCUMENTS)])
        yield opened


def listed(folder: Path) -> list[str]:
    return sorted(
        path.name for path in folder.rglob("*") if path.is_file() and not path.name.startswith("handed-over-")
    )


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def flipped(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)


async def test_a_backup_holds_what_the_profile_holds_and_names_the_end_of_every_chain(
    buffer: Buffer, paths: ProfilePaths, tmp_path: Path
) -> None:
    paths.keymap_path.write_text("# keys")
    paths.vault_path.write_bytes(b"sealed")
    made = await make(buffer, paths, tmp_path / "to" / "here", now=NOW)
    held = made.verified.manifest.holding
    assert (held.firms, held.documents, held.invoices, held.events) == (1, DOCUMENTS, DOCUMENTS, DOCUMENTS)
    (firm,) = await buffer.firms.list()
    assert [(one.firm, one.head) for one in held.chains] == [
        (NIP, (await buffer.history.head(firm.id)).hex())
    ]
    assert {one.name for one in made.verified.manifest.files} == {
        "buffer.db", "vault.blink", "keymap.toml", "handed-over.log",
    }  # fmt: skip
    assert made.backup.path.name == "blink-default-20261130T120000Z.blink-backup"
    assert (mode(made.backup.path), mode(made.backup.path.parent)) == (0o600, 0o700)
    assert listed(tmp_path / "to") == [made.backup.path.name]
    assert not list(paths.folder.glob("work/*"))
    again = await verify(made.backup.path, paths.work_folder, None)
    assert (again.manifest, last_made(paths)) == (made.verified.manifest, made.backup)
    without = await make(buffer, paths, tmp_path / "x.blink-backup", now=NOW, with_vault=False)
    assert "vault.blink" not in {one.name for one in without.verified.manifest.files}


async def test_an_encrypted_one_holds_no_word_of_an_invoice(
    buffer: Buffer, paths: ProfilePaths, tmp_path: Path
) -> None:
    made = await make(buffer, paths, tmp_path / "to", now=NOW, passphrase=Secret("hej"))
    assert NIP.encode() not in made.backup.path.read_bytes()
    assert made.backup.encrypted
    with pytest.raises(BlinkError) as refused:
        await verify(made.backup.path, paths.work_folder, lambda: Secret("other"))
    assert refused.value.kind.code == "backup-wrong-passphrase"


@pytest.mark.parametrize("secret", [None, Secret("hej")])
async def test_a_flipped_bit_anywhere_is_found_and_the_file_is_named(
    secret: Secret | None, buffer: Buffer, paths: ProfilePaths, tmp_path: Path
) -> None:
    path = (await make(buffer, paths, tmp_path / "to", now=NOW, passphrase=secret)).backup.path
    chance, size = random.Random(5), path.stat().st_size
    for place in (0, size - 1, *(chance.randrange(size) for _ in range(10))):
        flipped(path, place)
        with pytest.raises(BlinkError) as refused:
            await verify(path, paths.work_folder, (lambda: secret) if secret else None)
        assert refused.value.kind.code in ("backup-damaged", "not-a-backup")
        assert str(path) in str(refused.value)
        flipped(path, place)
    await verify(path, paths.work_folder, (lambda: secret) if secret else None)
    assert not list(paths.folder.glob("work/*"))


async def test_the_newest_are_kept_and_nothing_but_this_buffer_s_backups_is_removed(
    buffer: Buffer, paths: ProfilePaths, tmp_path: Path
) -> None:
    to = tmp_path / "to"
    async with open_buffer(tmp_path / "other" / "buffer.db") as other:
        await make(other, ProfilePaths("default", tmp_path / "other"), to, now=NOW - timedelta(days=9))
    (to / "blink-default-20200101T000000Z.blink-backup").write_bytes(b"my own file")
    mine = [await make(buffer, paths, to, now=NOW + timedelta(days=day), keep=2) for day in (0, 1, 2)]
    assert [one.removed for one in mine] == [(), (), (mine[0].backup.path,)]
    assert len(listed(to)) == 4
    assert [one.origin == mine[0].backup.origin for one in backups(to)] == [False, True, True]
    before = await make(buffer, paths, to, now=NOW - timedelta(days=400), keep=1)  # a clock that was set back
    assert before.backup.path.exists()
    assert [one.path for one in backups(to) if one.origin == before.backup.origin] == [before.backup.path]
    assert latest(to, before.backup.origin) == before.backup


async def test_what_does_not_open_again_is_not_kept_and_costs_no_older_one(
    buffer: Buffer, paths: ProfilePaths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = await make(buffer, paths, tmp_path / "to", now=NOW, keep=1)
    write = backup._write

    def spoiled(path: Path, *rest: object) -> None:
        write(path, *rest)  # type: ignore[arg-type] # as it was called
        flipped(path, path.stat().st_size // 2)

    with monkeypatch.context() as patched:
        patched.setattr(backup, "_write", spoiled)
        with pytest.raises(BlinkError) as refused:
            await make(buffer, paths, tmp_path / "to", now=NOW + timedelta(days=1), keep=1)
    assert refused.value.kind.code == "backup-damaged"
    assert listed(tmp_path / "to") == [good.backup.path.name]


async def test_a_list_that_tells_of_other_contents_is_found(
    buffer: Buffer, paths: ProfilePaths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = (await make(buffer, paths, tmp_path / "to", now=NOW)).backup.path

    def altered(database: Path) -> Holding:
        return replace(holding(database), documents=DOCUMENTS + 1)

    monkeypatch.setattr(backup, "holding", altered)
    with pytest.raises(BlinkError) as refused:
        await verify(path, paths.work_folder, None)
    assert refused.value.kind.code == "backup-damaged"


async def test_a_buffer_that_is_damaged_itself_gives_no_backup_and_the_document_is_named(
    buffer: Buffer, paths: ProfilePaths, tmp_path: Path
) -> None:
    await make(buffer, paths, tmp_path / "to", now=NOW, keep=1)
    with closing(sqlite3.connect(paths.buffer_path, isolation_level=None)) as other:
        other.execute("UPDATE invoice_xml SET sha256 = zeroblob(32) WHERE rowid = 7")
        (number,) = other.execute("SELECT ksef_number FROM invoice_xml WHERE rowid = 7").fetchone()
    with pytest.raises(BlinkError) as refused:
        await make(buffer, paths, tmp_path / "to", now=NOW + timedelta(days=1), keep=1)
    assert refused.value.kind.code == "buffer-damaged"
    assert number in str(refused.value)
    assert len(listed(tmp_path / "to")) == 1


def stopping(last: str) -> Work:
    """Work that is stopped in one of its stages."""
    work = Work(lambda stage, *_: work.stop() if stage == last else None)
    return work


async def test_one_that_is_stopped_leaves_nothing(
    buffer: Buffer, paths: ProfilePaths, tmp_path: Path
) -> None:
    for last in ("copy", "bytes", "documents"):
        work = stopping(last)
        with pytest.raises(BlinkError) as stopped:
            await make(buffer, paths, tmp_path / "to", now=NOW, work=work)
        assert stopped.value.kind.code == "work-stopped"
        assert (listed(tmp_path / "to"), list(paths.folder.glob("work/*"))) == ([], [])


async def test_scratch_that_a_killed_process_left_is_cleared_away_and_another_s_is_not(
    paths: ProfilePaths,
) -> None:
    left = paths.work_folder / "backup-left"
    left.mkdir(parents=True)
    (left / "buffer.db").write_bytes(b"x")
    async with scratch(paths.work_folder) as mine:
        assert not left.exists()
        async with scratch(paths.work_folder) as other:
            assert mine.exists()
            assert other != mine


_SCRATCH = """
import asyncio, sys
from pathlib import Path
from blink_tui.ops.backup_scratch import scratch

async def main():
    async with scratch(Path(sys.argv[1])) as folder:
        print(folder.is_dir())

asyncio.run(main())
"""


def test_what_another_account_left_or_works_with_keeps_nobody_from_a_backup() -> None:
    with office_folder() as office:
        closed = office / "work" / "backup-closed"
        closed.mkdir(parents=True)
        closed.parent.chmod(0o2770)
        os.chown(closed.parent, ANNA, GROUP)
        closed.chmod(0o700)
        os.chown(closed, ANNA, GROUP)
        assert python_as(PIOTR, _SCRATCH, office / "work") == "True"
        assert closed.exists()


async def test_a_part_that_a_killed_process_left_goes_and_one_that_is_written_stays(
    buffer: Buffer, paths: ProfilePaths, tmp_path: Path
) -> None:
    to = tmp_path / "to"
    to.mkdir()
    left, going = (to / f".blink-default-{day}{backup.SUFFIX}.4711.part" for day in ("1", "2"))
    left.write_bytes(b"x")
    lock = backup._claimed(to / "x", going)
    await make(buffer, paths, to, now=NOW)
    os.close(lock)
    assert (left.exists(), going.exists()) == (False, True)
    going.unlink()
    seen: list[bool] = []
    work = Work(lambda stage, *_: seen.extend(nobody_s(one) for one in to.glob(".*.part")))
    await make(buffer, paths, to, now=NOW + timedelta(days=1), work=work)
    assert set(seen) == {False}


# By itself


@pytest.fixture
def vault() -> Vault:
    return open_vault(Path(), MemorySource(), create=True)


@pytest.fixture
def around(buffer: Buffer, paths: ProfilePaths, vault: Vault) -> Surroundings:
    return Surroundings(paths, buffer, vault, VirtualClock(datetime(2026, 11, 29, 12, 0, tzinfo=UTC)))


async def test_a_backup_is_made_every_night_at_the_time_that_is_set_in_warsaw(
    around: Surroundings, tmp_path: Path
) -> None:
    assert (await run_due([BACKUP], around)).next_at is None
    await around.buffer.settings.set("backup.folder", str(tmp_path / "to"))
    await around.buffer.settings.set("backup.keep", "2")
    assert (await run_due([BACKUP], around)).failures == ()
    for day in (30, 31):
        done = await run_due([BACKUP], around)
        assert done.next_at == datetime(2026, 11, 29, 1, 30, tzinfo=UTC) + timedelta(days=day - 29)
        around.clock.set_wall(done.next_at)  # type: ignore[attr-defined] # a virtual clock
        await run_due([BACKUP], around)
    assert [one.made_at[:16] for one in backups(tmp_path / "to")] == ["2026-11-30T01:30", "2026-12-01T01:30"]


async def test_a_nightly_backup_that_is_to_be_encrypted_is_never_written_in_clear(
    around: Surroundings, tmp_path: Path, vault: Vault
) -> None:
    await around.buffer.settings.set("backup.folder", str(tmp_path / "to"))
    await around.buffer.settings.set("backup.encrypt", "yes")
    locked = Surroundings(around.paths, around.buffer, None, around.clock)
    for case, code in ((locked, "vault-locked"), (around, "vault-entry-missing")):
        with pytest.raises(BlinkError) as refused:
            await BACKUP.run(case)
        assert refused.value.kind.code == code
        assert backups(tmp_path / "to") == []
    vault.put(PASSPHRASE, Secret("hej"))
    await BACKUP.run(around)
    (one,) = backups(tmp_path / "to")
    assert one.encrypted


async def test_the_buffer_is_looked_at_every_week_and_damage_is_told(around: Surroundings) -> None:
    assert (await run_due([CHECK], around)).failures == ()
    with closing(sqlite3.connect(around.paths.buffer_path, isolation_level=None)) as other:
        other.execute("UPDATE invoice_xml SET body = zeroblob(9) WHERE rowid = 3")
    around.clock.advance(7 * 86400)  # type: ignore[attr-defined] # a virtual clock
    ((name, error),) = (await run_due([CHECK], around)).failures
    assert (name, error.kind.code) == ("check", "buffer-damaged")
