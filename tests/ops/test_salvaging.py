"""A damaged profile without a backup: people's work comes over, documents come again, nothing is handed over twice."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from blink_tui.buffer import Buffer, open_buffer
from blink_tui.buffer.health import whole
from blink_tui.buffer.snapshot import Work
from blink_tui.model.documents import Role, Status
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import Firm
from blink_tui.model.profile import ProfilePaths
from blink_tui.ops.restore import confirm
from blink_tui.ops.salvaging import Outcome, salvage_profile
from tests.buffer.factory import StillClock, instant
from tests.sync.exporting import approved, exported, handed_over, more, refused, statuses

A, E = Status.APPROVED, Status.EXPORTED
DOCUMENTS = 300


@pytest.fixture
def paths(tmp_path: Path) -> ProfilePaths:
    return ProfilePaths("default", tmp_path / "default")


async def filled(paths: ProfilePaths, out: Path) -> Firm:
    """Half of its documents handed over, a mark, a setting of a person's."""
    async with open_buffer(paths.buffer_path, clock=StillClock()) as buffer:
        firm = await approved(buffer, DOCUMENTS)
        await exported(buffer, firm, out, document_ids=list(range(1, DOCUMENTS // 2 + 1)))
        await buffer.settings.set("tokens.end", "2027-01-31")
        await marked(buffer, firm)
        return firm


async def marked(buffer: Buffer, firm: Firm) -> None:
    async with buffer._database.transaction() as session:
        await session.run(
            "INSERT OR REPLACE INTO mark (firm_id, role, since, until, until_key) VALUES (?, 'buyer', ?, ?, ?)",
            (firm.id, instant(0), instant(5), instant(5)),
        )


def torn(path: Path, table: str) -> None:
    """Destroy a page in the middle of a table."""
    with closing(sqlite3.connect(path)) as database:
        (size,) = database.execute("PRAGMA page_size").fetchone()
        pages = [
            row[0]
            for row in database.execute(
                "SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf'", (table,)
            )
        ]
    assert len(pages) > 2
    page = pages[len(pages) // 2]
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)


async def salvaged(paths: ProfilePaths) -> Outcome:
    return await salvage_profile(paths, who="anna", clock=StillClock())


async def test_a_firm_whose_schedule_is_gone_gets_one_again(paths: ProfilePaths, tmp_path: Path) -> None:
    firm = await filled(paths, tmp_path / "out")
    async with open_buffer(paths.buffer_path, clock=StillClock()) as buffer:
        await buffer.schedules.set_interval([(firm.id, Role.BUYER)], 60)
        async with buffer._database.transaction() as session:
            await session.run("DELETE FROM schedule WHERE role <> 'buyer'", ())
    await salvaged(paths)
    async with open_buffer(paths.buffer_path, clock=StillClock()) as buffer:
        found = await buffer.schedules.of(firm.id)
    assert {role: one.every for role, one in found.items()} == dict.fromkeys(Role) | {Role.BUYER: 60}


async def test_all_of_a_sound_buffer_comes_over(paths: ProfilePaths, tmp_path: Path) -> None:
    firm = await filled(paths, tmp_path / "out")
    paths.vault_path.write_bytes(b"sealed")
    done = await salvaged(paths)
    assert (done.salvaged.torn, done.salvaged.left_out, done.salvaged.invoices, done.broken) == (
        (),
        {},
        (),
        (),
    )
    assert paths.vault_path.read_bytes() == b"sealed"
    async with open_buffer(paths.buffer_path) as buffer:
        assert await statuses(buffer, firm) == [E] * 150 + [A] * 150
        mark = await buffer.marks.get(firm.id, Role.BUYER)
        assert mark is not None
        assert mark.until == instant(5)
        assert await buffer.restored.unknown() == {}


async def test_documents_that_are_gone_are_fetched_again_and_not_handed_over_again(
    paths: ProfilePaths, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    firm = await filled(paths, out)
    torn(paths.buffer_path, "document")
    done = await salvaged(paths)
    assert "document" in done.salvaged.torn
    assert done.salvaged.left_out["document_event"] > 0
    assert [context for context, _ in done.broken] == [firm.context_value]
    assert whole(paths.buffer_path, Work()) == []
    async with open_buffer(paths.buffer_path, clock=StillClock()) as buffer:
        assert await buffer.settings.get("tokens.end") == "2027-01-31"
        kept = len(await statuses(buffer, firm))
        assert DOCUMENTS * 0.7 < kept < DOCUMENTS
        mark = await buffer.marks.get(firm.id, Role.BUYER)
        assert mark is not None
        assert mark.until == mark.since == instant(0)
        assert (await refused(exported(buffer, firm, out))).kind.code == "hand-overs-unknown"
        await confirm(buffer, [firm.id], who="anna", reason="the journal tells of all")
        await more(buffer, firm, DOCUMENTS)  # KSeF sends them again; a person approves them again
        await exported(buffer, firm, out)
        assert await statuses(buffer, firm) == [E] * DOCUMENTS
    assert len(handed_over(out)) == len(set(handed_over(out))) == DOCUMENTS


async def test_an_invoice_with_other_bytes_goes_and_comes_again(paths: ProfilePaths, tmp_path: Path) -> None:
    firm = await filled(paths, tmp_path / "out")
    with closing(sqlite3.connect(paths.buffer_path, isolation_level=None)) as database:
        database.execute("UPDATE invoice_xml SET body = zeroblob(20) WHERE rowid = 200")
    done = await salvaged(paths)
    assert (len(done.salvaged.invoices), done.salvaged.documents_lost) == (1, True)
    async with open_buffer(paths.buffer_path) as buffer:
        assert len(await statuses(buffer, firm)) == DOCUMENTS - 1


async def test_what_cannot_be_read_at_all_is_left_as_it_is(paths: ProfilePaths, tmp_path: Path) -> None:
    with pytest.raises(BlinkError) as nothing:
        await salvaged(paths)
    assert nothing.value.kind.code == "nothing-to-salvage"
    await filled(paths, tmp_path / "out")
    data = b"no database" * 1000
    paths.buffer_path.write_bytes(data)
    with pytest.raises(BlinkError) as unreadable:
        await salvaged(paths)
    assert unreadable.value.kind.code == "buffer-damaged"
    assert paths.buffer_path.read_bytes() == data
