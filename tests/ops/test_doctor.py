"""The doctor: what each check says of something broken, and that a broken check hinders no other."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from blink_tui.buffer import Buffer, open_buffer, schedules
from blink_tui.buffer.chores import ChoreState
from blink_tui.ksef import errors
from blink_tui.ksef.handshake import TLS_NAME, Shown
from blink_tui.ksef.probe import Seen
from blink_tui.model.dates import Instant, instant_of
from blink_tui.model.documents import Role
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import CredentialKind
from blink_tui.model.profile import ProfilePaths
from blink_tui.model.secret import Secret
from blink_tui.ops.backup import Backup
from blink_tui.ops.doctor import Around, Check, Finding, Level, all_checks, check, examine, opened, worst
from blink_tui.ops.doctor.backups import backup_findings
from blink_tui.ops.doctor.database import writers
from blink_tui.ops.doctor.files import barrier_to
from blink_tui.ops.doctor.machine import swap_devices
from blink_tui.ops.doctor.network import Way, clock_finding, way_findings
from blink_tui.ops.doctor.schedule import chore_findings, lease_findings
from blink_tui.ops.doctor.space import Disk, space_finding
from blink_tui.ops.doctor.terminal import terminal_findings
from blink_tui.sync.leases import holder_name
from blink_tui.vault import PassphraseSource, open_vault
from tests.buffer.factory import NIP, SELLER
from tests.clocks import VirtualClock

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def paths(tmp_path: Path) -> ProfilePaths:
    return ProfilePaths("default", tmp_path / "default")


@pytest.fixture
async def buffer(paths: ProfilePaths, clock: VirtualClock) -> AsyncIterator[Buffer]:
    async with open_buffer(paths.buffer_path, clock=clock) as made:
        yield made


async def found(paths: ProfilePaths, clock: VirtualClock, *ids: str) -> dict[str, tuple[Finding, ...]]:
    """What the checks that ask no other machine say."""
    async with opened(paths, clock) as around:
        reports = await examine([one for one in all_checks(network=False) if one.id in ids], around)
    return {report.check.id: report.findings for report in reports}


def levels(findings: Sequence[Finding]) -> list[str]:
    return [one.level.value for one in findings]


def said(findings: Sequence[Finding]) -> str:
    return " ".join(f"{one.sentence} {one.advice or ''}" for one in findings)


# Checks as such


async def test_a_check_that_fails_refuses_or_hangs_is_one_line_and_the_others_go_on(
    paths: ProfilePaths, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "SECONDS", 0.05)
    never = threading.Event()

    async def crashes(_around: Around) -> list[Finding]:
        raise ZeroDivisionError("no")

    async def refuses(_around: Around) -> list[Finding]:
        raise BlinkError(errors.LATARNIA_SILENT, cause="why")

    async def may_not(_around: Around) -> list[Finding]:
        raise PermissionError(13, "no")

    async def hangs(_around: Around) -> list[Finding]:
        return await check.aside(lambda: [check.ok("never")] if never.wait() else [])

    async def well(_around: Around) -> list[Finding]:
        return [check.ok("well")]

    checks = [Check(one.__name__, "t", "m", one) for one in (crashes, refuses, may_not, hangs, well)]
    ended: list[str] = []
    reports = await examine(checks, Around(paths, clock, None, None), lambda one: ended.append(one.id))
    never.set()
    assert [levels(report.findings) for report in reports] == [["failure"]] * 4 + [["ok"]]
    assert sorted(ended) == sorted(one.id for one in checks)
    assert "ZeroDivisionError: no" in said(reports[0].findings)
    assert reports[1].findings[0].cause == "why"
    assert "permissions" in said(reports[2].findings)
    assert worst(reports) is Level.FAILURE
    assert worst(reports[4:]) is Level.OK


async def test_what_nobody_waits_for_any_more_disturbs_nobody() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow() -> int:
        begun.set()
        go_on.wait()
        return 1

    waiting = asyncio.create_task(check.aside(slow))
    await asyncio.to_thread(begun.wait)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    go_on.set()
    assert await check.aside(lambda: 2) == 2


# The database


async def test_a_broken_database_is_one_failure_and_the_rest_is_looked_at(
    paths: ProfilePaths, clock: VirtualClock
) -> None:
    paths.folder.mkdir(mode=0o700)
    paths.buffer_path.write_bytes(b"this is no database" * 100)
    paths.buffer_path.chmod(0o600)
    lines = await found(paths, clock, "database", "history", "schedule", "files", "space", "backup")
    assert levels(lines["database"]) == ["failure"]
    assert levels(lines["backup"]) == ["warning"]
    assert "backup" in said(lines["database"])
    assert levels(lines["history"]) == levels(lines["schedule"]) == ["note"]
    assert levels(lines["files"]) == ["ok"]


async def test_a_cut_chain_is_named(paths: ProfilePaths, clock: VirtualClock, buffer: Buffer) -> None:
    await buffer.firms.add(NIP, name="A", env="test")
    lines = await found(paths, clock, "database", "history")
    assert levels(lines["database"]) == levels(lines["history"]) == ["ok"]
    async with buffer._database.transaction() as session:
        await session.run("UPDATE chain SET length = 1, head = x'00'")
    lines = await found(paths, clock, "history")
    assert levels(lines["history"]) == ["failure"]
    assert NIP in said(lines["history"])


async def test_a_damaged_page_is_a_failure(paths: ProfilePaths, clock: VirtualClock) -> None:
    async with open_buffer(paths.buffer_path, clock=clock):
        pass
    with closing(sqlite3.connect(paths.buffer_path)) as connection:
        named = "SELECT rootpage FROM sqlite_schema WHERE name = 'saved_filter'"
        (root,) = connection.execute(named).fetchone()
    with paths.buffer_path.open("r+b") as file:
        file.seek((root - 1) * 8192)
        file.write(b"\xff" * 8192)
    lines = await found(paths, clock, "database", "space")
    assert levels(lines["database"])[0] == "failure"
    assert "blink restore" in said(lines["database"])
    assert levels(lines["space"]) == ["ok"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not tell who holds locks")
async def test_who_writes_is_named(paths: ProfilePaths, buffer: Buffer) -> None:
    assert writers(paths.buffer_path) == []
    code = (
        "import sqlite3, sys\n"
        "connection = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "connection.execute('BEGIN IMMEDIATE')\n"
        "print('writes', flush=True)\n"
        "sys.stdin.read()"
    )
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, str(paths.buffer_path), stdin=-1, stdout=-1
    )
    assert child.stdout is not None
    await child.stdout.readline()
    assert writers(paths.buffer_path) == [child.pid]
    await child.communicate(b"")
    assert writers(paths.buffer_path) == []


# Vault and files


async def test_a_vault_without_key_without_entries_and_with_too_many(
    paths: ProfilePaths, clock: VirtualClock, buffer: Buffer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    firm = await buffer.firms.add(NIP, name="A", env="test")
    await buffer.credentials.add(CredentialKind.TOKEN, "token/one", "FIRST", [firm.id])
    lines = await found(paths, clock, "vault")
    assert levels(lines["vault"]) == ["failure"]
    vault = open_vault(paths.vault_path, PassphraseSource(lambda: Secret("a passphrase")), create=True)
    vault.put("token/two", Secret("x"))
    monkeypatch.delenv("BLINK_VAULT_PASSPHRASE_FILE", raising=False)
    lines = await found(paths, clock, "vault")
    assert levels(lines["vault"]) == ["warning", "failure", "note"]
    assert "BLINK_VAULT_PASSPHRASE_FILE" in said(lines["vault"])
    assert "FIRST" in said(lines["vault"])
    for passphrase, level in (("a passphrase", "ok"), ("another one", "failure")):
        (tmp_path / "passphrase").write_text(passphrase)
        monkeypatch.setenv("BLINK_VAULT_PASSPHRASE_FILE", str(tmp_path / "passphrase"))
        lines = await found(paths, clock, "vault")
        assert levels(lines["vault"])[0] == level


async def test_what_others_may_read_is_told_with_the_command_that_closes_it(
    paths: ProfilePaths, clock: VirtualClock, buffer: Buffer, tmp_path: Path
) -> None:
    lines = await found(paths, clock, "files")
    assert levels(lines["files"]) == ["ok"]
    (paths.folder / "export").mkdir(mode=0o755)
    (paths.folder / "export").chmod(0o755)
    lines = await found(paths, clock, "files")
    assert levels(lines["files"]) == ["warning"]  # the folder above is closed
    paths.folder.chmod(0o755)
    paths.vault_path.touch()
    paths.vault_path.chmod(0o640)
    passphrase = tmp_path / "passphrase"
    passphrase.touch()
    passphrase.chmod(0o644)
    async with opened(paths, clock) as around:
        named = {"BLINK_VAULT_PASSPHRASE_FILE": str(passphrase)}
        (files,) = [one for one in all_checks() if one.id == "files"]
        (report,) = await examine([files], replace(around, environment=named))
    assert levels(report.findings) == ["failure", "failure", "failure"]
    for command in (
        f"chmod 600 {paths.vault_path}",
        f"chmod -R go= {paths.folder}",
        f"chmod 600 {passphrase}",
    ):
        assert command in said(report.findings)


def test_the_way_to_a_folder_that_is_not_there_is_free(tmp_path: Path) -> None:
    assert barrier_to(tmp_path / "a" / "b") is None
    assert barrier_to(tmp_path) is None


# The network


def test_clocks_apart_are_nothing_a_warning_and_a_failure() -> None:
    cases = {0: "ok", 29: "ok", -120: "warning", 120: "warning", 3600: "failure", -3600: "failure"}
    for seconds, level in cases.items():
        assert clock_finding("prod", timedelta(seconds=seconds)).level == level
    assert "60 min behind" in str(clock_finding("prod", timedelta(hours=1)).sentence)
    assert "60 min ahead" in str(clock_finding("prod", timedelta(hours=-1)).sentence)


def test_every_end_of_the_way_to_ksef_says_what_to_do() -> None:
    def told(seen: Seen | None, unresolved: str | None = None) -> tuple[list[str], str]:
        lines = list(way_findings(Way("prod", "ksef.test", None, unresolved, seen), NOW))
        return levels(lines), said(lines)

    def failed(error: BlinkError) -> Seen:
        return Seen(problem=error)

    certificate = Shown(("ksef.test",), "CA", NOW + timedelta(days=90))
    soon = Shown(("ksef.test",), "CA", NOW + timedelta(days=3))
    assert told(Seen(certificate=certificate)) == (
        ["ok"],
        "prod: ksef.test answers; its certificate is valid until 2027-02-20 (90 days). ",
    )
    assert told(Seen(certificate=soon))[0] == ["note"]
    assert told(Seen())[0] == ["note"]
    assert told(None)[0] == ["failure"]
    assert told(None, "ksef.test: no such name")[0] == ["failure"]
    assert told(failed(BlinkError(TLS_NAME, cause="c")))[0] == ["failure"]
    assert told(failed(BlinkError(errors.SERVER_AWAY, cause="HTTP 503")))[0] == ["warning"]
    wait = errors.AskedToWaitError(errors.LIMITS, 7, cause="keys")
    assert told(failed(wait)) == (
        ["note"],
        "prod: KSeF wants no more requests for 7 s, so it was not asked. ",
    )
    assert "{" not in told(failed(BlinkError(errors.WRONG_ADDRESS, cause="HTTP 404")))[1]
    proxied = Way(
        "prod", "ksef.test", "http://anna:secret@proxy.test:3128", seen=Seen(certificate=certificate)
    )
    lines = list(way_findings(proxied, NOW))
    assert levels(lines) == ["note", "ok"]
    assert "http://proxy.test:3128" in said(lines)
    assert "secret" not in said(lines)


# Schedule, leases, chores, backups


async def test_firms_that_are_not_fetched_for_are_told(
    paths: ProfilePaths, clock: VirtualClock, buffer: Buffer
) -> None:
    bare = await buffer.firms.add(NIP, name="A", env="prod")
    other = await buffer.firms.add(SELLER, name="B", env="prod")
    await buffer.credentials.add(CredentialKind.TOKEN, "token/b", "B", [other.id])
    lines = await found(paths, clock, "schedule", "running", "backup")
    assert "blink credential add" in said(lines["schedule"])
    assert "never asked" in said(lines["schedule"])
    assert levels(lines["backup"]) == ["warning"]
    await buffer.schedules.set_interval([(other.id, role) for role in Role], 15)
    await buffer.schedules.pause([bare.id], True)
    async with buffer._database.transaction() as session:
        await schedules.begun(session, other.id, tuple(Role), instant_of(clock.now()))
    lines = await found(paths, clock, "schedule")
    assert "blink schedule pause --firm NIP --undo" in said(lines["schedule"])
    assert "more often than KSeF allows" in said(
        lines["schedule"]
    )  # four roles, 16 lists an hour, 15 are allowed
    await buffer.schedules.set_interval([(other.id, Role.AUTHORIZED)], 60)
    lines = await found(paths, clock, "schedule")
    assert "more often" not in said(lines["schedule"])
    clock.advance(3600 * 3)
    lines = await found(paths, clock, "running")
    assert "blink daemon" in said(lines["running"])
    clock.advance(86400 * 3)
    lines = await found(paths, clock, "schedule")
    assert "fetched whole" in said(lines["schedule"])


def test_the_dead_and_the_living_hold_leases() -> None:
    machine = holder_name().rpartition("/")[0].rpartition("/")[0]
    dead, alive = lease_findings({f"{machine}/1/0": 2, holder_name(): 3})
    assert "takes them over" in str(dead.advice)
    assert "3 roles" in str(alive.sentence)


def test_a_chore_that_fails_is_told_with_when_it_last_went_well() -> None:
    at = Instant("2026-11-22T10:00:00.0000000Z")
    good = ChoreState("backup", at, "h", at, None)
    bad = ChoreState("notices", at, "h", None, "vault-locked")
    (line,) = chore_findings({"backup": good, "notices": bad})
    assert line.level is Level.WARNING
    assert "vault-locked" in str(line.sentence)


def test_backups_that_are_missing_old_or_beside_the_profile(tmp_path: Path) -> None:
    def told(age: timedelta | None, folder: Path | None = tmp_path) -> tuple[list[str], str]:
        made = None if age is None else instant_of(NOW - age)
        newest = made and Backup(tmp_path / "a.blink-backup", made, 1, False, "default", "o")
        lines = list(backup_findings(newest or None, folder, tmp_path, NOW))
        return levels(lines), said(lines)

    assert told(None, None)[0] == told(None)[0] == ["warning"]
    assert "backup.folder" in told(None, None)[1]
    assert told(timedelta(hours=9))[0] == ["ok", "note"]
    assert told(timedelta(days=9))[0] == ["warning", "note"]
    assert "9 d old" in told(timedelta(days=9))[1]


# Disk, terminal, machine


def test_room_on_a_disk_and_for_how_long() -> None:
    def told(free: int, days: int | None, *, read_only: bool = False) -> str:
        disk = Disk(("profile", "temp"), Path("/x"), free, read_only)
        finding = space_finding(disk, days, only=False)
        assert "the profile + temporary files" in str(finding.sentence)
        return finding.level.value

    gigabyte = 2**30
    assert told(50 * gigabyte, None) == told(50 * gigabyte, 400) == told(50 * gigabyte, 99999) == "ok"
    assert told(50 * gigabyte, 20) == told(gigabyte // 2, None) == told(gigabyte // 2, 400) == "warning"
    assert told(gigabyte // 20, None) == told(50 * gigabyte, 400, read_only=True) == "failure"


def test_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("LINES", "30")
    assert levels(list(terminal_findings("xterm-256color", ""))) == ["ok"]
    assert levels(list(terminal_findings("dumb", "truecolor"))) == ["warning", "ok"]
    assert levels(list(terminal_findings("vt100", ""))) == ["note", "ok"]
    monkeypatch.setenv("COLUMNS", "60")
    assert levels(list(terminal_findings("xterm-256color", ""))) == ["warning", "ok"]


def test_devices_of_swap() -> None:
    told = "Filename\t\tType\n/dev/dm-1   partition 8 0 -2\n/swapfile file 9 0 -3\n"
    assert swap_devices(told) == ["/dev/dm-1", "/swapfile"]
    assert swap_devices("Filename\n") == []
