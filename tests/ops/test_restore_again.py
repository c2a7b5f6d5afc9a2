"""A profile that is restored more than once, beside another one, or after what took lines out of its journal."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from blink_tui.buffer import Buffer, open_buffer
from blink_tui.buffer.presence import Kind
from blink_tui.ledger.handover_journal import JOURNAL, forget
from blink_tui.ledger.placing import recover
from blink_tui.model.profile import ProfilePaths
from blink_tui.model.transfers import AccountCheck, PaidDocument
from blink_tui.model.values import Nip
from blink_tui.ops import restore
from blink_tui.ops.backup import make
from blink_tui.ops.restore import confirm
from blink_tui.sync import paying
from tests.buffer.factory import NIP, StillClock
from tests.ops.test_restore import E, back, buffer, disaster, named, out, paths, to
from tests.sync.exporting import NOW, approved, exported, handed_over, more, refused, statuses
from tests.sync.test_paying import approved as payable
from tests.sync.test_paying import made as paid

__all__ = ["buffer", "out", "paths", "to"]


async def test_restored_twice_what_was_not_known_is_still_not_known(
    buffer: Buffer, paths: ProfilePaths, to: Path, out: Path
) -> None:
    firm = await approved(buffer, 4)
    await exported(buffer, firm, out, document_ids=[1])
    file = (await make(buffer, paths, to, now=NOW)).backup.path
    await exported(buffer, firm, out)
    lost = await disaster(buffer, paths, journal=False)
    assert not (await back(file, lost)).known
    assert not (await back(file, lost, aside=True)).known


async def test_what_a_restored_profile_hands_over_itself_is_known(
    buffer: Buffer, paths: ProfilePaths, to: Path, out: Path
) -> None:
    firm = await approved(buffer, 2)
    await exported(buffer, firm, out, document_ids=[1])
    file = (await make(buffer, paths, to, now=NOW)).backup.path
    lost = await disaster(buffer, paths, journal=True)
    assert (await back(file, lost)).known
    async with open_buffer(lost.buffer_path, clock=StillClock()) as restored:
        await exported(restored, firm, out)
    outcome = await back(file, lost, aside=True)
    assert (outcome.known, outcome.marked) == (True, 1)


async def test_a_journal_of_another_profile_does_not_answer_for_a_backup_of_before_any_hand_over(
    buffer: Buffer, paths: ProfilePaths, to: Path, out: Path, tmp_path: Path
) -> None:
    other = ProfilePaths("other", tmp_path / "other")
    async with open_buffer(other.buffer_path, clock=StillClock()) as its:
        firm = await approved(its, 1)
        await exported(its, firm, tmp_path / "elsewhere")
    await approved(buffer, 2)
    file = (await make(buffer, paths, to, now=NOW)).backup.path
    assert not (await back(file, other, aside=True)).known


async def test_a_journal_that_lines_were_taken_out_of_does_not_answer_for_an_older_backup(
    buffer: Buffer, paths: ProfilePaths, to: Path, out: Path
) -> None:
    firm = await approved(buffer, 2)
    file = (await make(buffer, paths, to, now=NOW)).backup.path
    await exported(buffer, firm, out)
    await forget(buffer, firm)
    newer = (await make(buffer, paths, to, now=NOW + timedelta(days=1))).backup.path
    lost = await disaster(buffer, paths, journal=True)
    assert (await back(newer, lost)).known
    assert not (await back(file, lost, aside=True)).known


async def test_a_cancelled_batch_takes_no_document_that_is_approved_later(
    buffer: Buffer, paths: ProfilePaths, to: Path, out: Path
) -> None:
    firm = await approved(buffer, 1)
    file = (await make(buffer, paths, to, now=NOW)).backup.path
    await more(buffer, firm, 1, first=1)
    await exported(buffer, firm, out)
    lost = await disaster(buffer, paths, journal=True)
    await back(file, lost)
    async with open_buffer(lost.buffer_path, clock=StillClock()) as restored:
        (batch,) = await restored.batches.list()
        await restored.batches.cancel(batch.id, reason="wrong month", who="anna")
        await recover(restored)
        await more(restored, firm, 1, first=1)
        assert (await exported(restored, firm, out)).documents == 2
    assert len(handed_over(out)) == 4  # two of them in the file that was taken back
    assert sum(name.endswith(".csv") for name in named(out)) == 1


async def test_what_was_handed_over_and_put_right_after_the_backup_comes_back_once(
    buffer: Buffer, paths: ProfilePaths, to: Path, out: Path
) -> None:
    firm = await approved(buffer, 2)
    file = (await make(buffer, paths, to, now=NOW)).backup.path
    await exported(buffer, firm, out)
    await buffer.batches.amend([1], reason="wrong account", who="anna")
    await exported(buffer, firm, out)
    lost = await disaster(buffer, paths, journal=True)
    outcome = await back(file, lost)
    assert (len(outcome.learned), outcome.known) == (2, True)
    async with open_buffer(lost.buffer_path, clock=StillClock()) as restored:
        assert await statuses(restored, firm) == [E, E]
        assert [
            (one.amends, await restored.batches.documents(one.id)) for one in await restored.batches.list()
        ] == [
            (False, [1, 2]),
            (True, [1]),
        ]
        assert (await exported(restored, firm, out)).documents == 0


async def test_a_batch_that_got_another_number_is_cancelled_by_its_first_one_too(
    buffer: Buffer, paths: ProfilePaths, to: Path, out: Path
) -> None:
    firm = await approved(buffer, 1)
    file = (await make(buffer, paths, to, now=NOW)).backup.path
    ids = await more(buffer, firm, 1, first=1)
    await exported(buffer, firm, out, document_ids=ids)
    lost = await disaster(buffer, paths, journal=True)
    await back(file, lost)
    clock = StillClock()
    clock.moment += timedelta(minutes=1)
    async with open_buffer(lost.buffer_path, clock=clock) as restored:
        assert (await exported(restored, firm, out)).documents == 1
        await more(restored, firm, 1, first=1)
        await restored.restored.mark(firm.id, who="anna")
        assert [one.id for one in await restored.batches.list()] == [1, 2]
        await restored.batches.cancel(1, reason="wrong month", who="anna")
        await recover(restored)
    outcome = await back(file, lost, aside=True)
    assert outcome.known
    async with open_buffer(lost.buffer_path, clock=clock) as restored:
        assert await statuses(restored, firm) == [E]
        await more(restored, firm, 1, first=1)
        assert (await exported(restored, firm, out)).documents == 1


async def test_a_backup_of_while_a_firm_was_being_erased_comes_back(
    buffer: Buffer, paths: ProfilePaths, to: Path, tmp_path: Path
) -> None:
    firm = await approved(buffer, 2)
    await buffer.eraser.begin(firm.id, await buffer.history.head(firm.id), who="anna", reason="over")
    file = (await make(buffer, paths, to, now=NOW)).backup.path
    await back(file, ProfilePaths("x", tmp_path / "x"))


async def test_a_firm_that_is_added_again_is_answered_for_while_any_is(
    buffer: Buffer, paths: ProfilePaths, to: Path, out: Path
) -> None:
    other = await buffer.firms.add(Nip(NIP), name="B", env="test")
    file = (await make(buffer, paths, to, now=NOW)).backup.path
    firm = await approved(buffer, 1, of=1)
    await exported(buffer, firm, out)
    lost = await disaster(buffer, paths, journal=False)
    await back(file, lost)
    async with open_buffer(lost.buffer_path, clock=StillClock()) as restored:
        again = await approved(restored, 1, of=1)
        assert (await refused(exported(restored, again, out))).kind.code == "hand-overs-unknown"
        await confirm(restored, [other.id, again.id], who="anna", reason="compared with the ledger")
        assert not await restored.restored.unknown()
        await restored.firms.add(Nip("3333333338"), name="C", env="test")
        assert not await restored.restored.unknown()


async def test_a_copy_that_is_another_journal_s_is_made_anew_and_a_torn_one_too(
    buffer: Buffer, paths: ProfilePaths, to: Path, out: Path
) -> None:
    await buffer.settings.set("backup.folder", str(to))
    firm = await approved(buffer, 4)
    await exported(buffer, firm, out, document_ids=[1])
    await make(buffer, paths, to, now=NOW)
    (copy,) = [to / name for name in named(to) if name.startswith("handed-over-")]
    own = paths.folder / JOURNAL
    other = own.read_bytes().replace(b'{"journal":"', b'{"journal":"0')
    for number, strange in enumerate((other, own.read_bytes() + b'{"to":"bo', b""), 2):
        copy.write_bytes(strange)
        await exported(buffer, firm, out, document_ids=[number])
        assert copy.read_bytes() == own.read_bytes()
    assert copy.stat().st_mode & 0o077 == 0


async def test_one_that_may_have_a_twin_has_backups_of_its_own(
    buffer: Buffer, paths: ProfilePaths, to: Path, out: Path, tmp_path: Path
) -> None:
    await approved(buffer, 1)
    first = (await make(buffer, paths, to, now=NOW, keep=1)).backup
    for name, journal, same in (("known", True, True), ("unknown", False, False)):
        beside = ProfilePaths("default", tmp_path / name)
        beside.folder.mkdir()
        if journal:
            (beside.folder / JOURNAL).write_bytes((paths.folder / JOURNAL).read_bytes())
        await back(first.path, beside)
        async with open_buffer(beside.buffer_path) as restored:
            made = await make(restored, beside, tmp_path / f"of-{name}", now=NOW, keep=1)
        assert (made.backup.origin == first.origin) is same


async def test_who_opens_the_profile_while_it_is_restored_keeps_it(
    buffer: Buffer, paths: ProfilePaths, to: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await approved(buffer, 1)
    file = (await make(buffer, paths, to, now=NOW)).backup.path
    lost = await disaster(buffer, paths, journal=True)
    told = restore._told

    async def opened_meanwhile(*values: Any, **named: Any) -> restore.Outcome:
        async with open_buffer(lost.buffer_path, clock=StillClock()) as other:
            await other.presence.beat("elsewhere/boot/4711/9", Kind.DAEMON, "keeper")
        return await told(*values, **named)

    monkeypatch.setattr(restore, "_told", opened_meanwhile)
    assert (await refused(back(file, lost, aside=True))).kind.code == "profile-in-use"


async def test_a_group_s_profile_comes_back_as_the_group_s(
    buffer: Buffer, paths: ProfilePaths, to: Path, tmp_path: Path
) -> None:
    paths.vault_path.write_bytes(b"sealed")
    file = (await make(buffer, paths, to, now=NOW)).backup.path
    office = ProfilePaths("office", tmp_path / "office")
    office.folder.mkdir()
    office.folder.chmod(0o2770)
    await back(file, office)
    modes = {one.name: oct(one.stat().st_mode & 0o777) for one in office.folder.iterdir() if one.is_file()}
    assert modes == {"buffer.db": "0o660", JOURNAL: "0o660", "vault.blink": "0o600"}


async def test_a_list_of_payments_that_was_cancelled_after_the_backup_is_paid_by_another(
    buffer: Buffer, paths: ProfilePaths, to: Path, tmp_path: Path
) -> None:
    firm = await buffer.firms.add(Nip(NIP), name="A", env="test")
    await buffer.export_settings.save(firm.id, "payments", {"since": "2026-09-01"}, who="anna")
    await payable(buffer, firm, 1, 2)
    lists = tmp_path / "lists"
    lists.mkdir()
    (first,) = await paid(buffer, firm, lists, paying.Wanted(date(2026, 10, 31), document_ids=[1]))
    file = (await make(buffer, paths, to, now=NOW)).backup.path
    (second,) = await paid(buffer, firm, lists, paying.Wanted(date(2026, 10, 31), document_ids=[2]))
    for one in (first, second):
        await paying.cancel(buffer, one.batch.id, reason="wrong account", who="anna")
    lost = await disaster(buffer, paths, journal=True)
    outcome = await back(file, lost)
    assert (outcome.cancelled, outcome.learned) == (1, ())
    async with open_buffer(lost.buffer_path, clock=StillClock()) as restored:
        (third,) = await paid(restored, firm, lists)
        assert len(await restored.payment_batches.payments(third.batch.id)) == 2


async def test_no_list_of_payments_is_made_of_what_is_not_known_or_was_in_one(
    buffer: Buffer, paths: ProfilePaths, to: Path, tmp_path: Path
) -> None:
    firm = await buffer.firms.add(Nip(NIP), name="A", env="test")
    await buffer.export_settings.save(firm.id, "payments", {"since": "2026-09-01"}, who="anna")
    await payable(buffer, firm, 1, 2)
    file = (await make(buffer, paths, to, now=NOW)).backup.path
    lists = tmp_path / "lists"
    lists.mkdir()
    (one,) = await paid(buffer, firm, lists, paying.Wanted(date(2026, 10, 31), document_ids=[1]))
    lost = await disaster(buffer, paths, journal=False)
    await back(file, lost)
    async with open_buffer(lost.buffer_path, clock=StillClock()) as restored:
        assert (await refused(paid(restored, firm, lists))).kind.code == "hand-overs-unknown"
    known = ProfilePaths("known", tmp_path / "known")
    known.folder.mkdir()
    (known.folder / JOURNAL).write_bytes((paths.folder / JOURNAL).read_bytes())
    await back(file, known)
    payment = PaidDocument(
        document_id=1, amount=Decimal(1), currency="PLN", account="", check=AccountCheck.NOT_ASKED
    )
    async with open_buffer(known.buffer_path, clock=StillClock()) as restored:
        begun = restored.payment_batches.begin(firm.id, [payment], one.batch.file, who="anna", versions={})
        assert (await refused(begun)).kind.code == "handed-over-before-restore"


async def test_what_waited_to_be_put_right_and_was_after_the_backup_waits_no_more(
    buffer: Buffer, paths: ProfilePaths, to: Path, out: Path
) -> None:
    firm = await approved(buffer, 2)
    await exported(buffer, firm, out)
    await buffer.batches.amend([1, 2], reason="wrong account", who="anna")
    file = (await make(buffer, paths, to, now=NOW)).backup.path
    await exported(buffer, firm, out, document_ids=[1])
    lost = await disaster(buffer, paths, journal=True)
    await back(file, lost)
    async with open_buffer(lost.buffer_path, clock=StillClock()) as restored:
        assert await restored.batches.amending([1, 2]) == {2}
        waiting = "SELECT document_id FROM amendment WHERE again_in IS NULL"
        assert await restored._database.reader.rows(waiting) == [(2,)]
        assert (await exported(restored, firm, out)).documents == 1


async def test_keys_that_a_profile_has_stay(buffer: Buffer, paths: ProfilePaths, to: Path) -> None:
    paths.keymap_path.write_text("# of then")
    file = (await make(buffer, paths, to, now=NOW)).backup.path
    lost = ProfilePaths("again", paths.folder.with_name("again"))
    lost.folder.mkdir()
    lost.keymap_path.write_text("# mine")
    await back(file, lost)
    assert lost.keymap_path.read_text() == "# mine"
