"""Exports: approved documents leave once, whatever happens meanwhile; reports mark nothing."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from blink_tui.buffer import BatchState, Buffer, GridFilter
from blink_tui.buffer.decisions import Every
from blink_tui.invoices import Depth
from blink_tui.ledger.placing import recover
from blink_tui.model.books import Keeper
from blink_tui.model.decisions import Action, Decision
from blink_tui.model.documents import Direction, Status
from blink_tui.model.errors import ExitCode
from blink_tui.model.months import Month
from blink_tui.sync.exporting import Wanted, export
from blink_tui.sync.exporting_again import again
from tests.sync.exporting import (
    NOW,
    WAPRO,
    approved,
    exported,
    leftovers,
    more,
    names,
    numbers,
    previewed,
    refused,
    statuses,
)
from tests.sync.renumbered import renumber
from tests.tui.coded_office import open_coded_office

A, E = Status.APPROVED, Status.EXPORTED


async def test_approved_documents_are_written_marked_and_named(buffer: Buffer, out: Path) -> None:
    firm = await approved(buffer, 6)
    foreseen = await previewed(buffer, firm)
    assert (foreseen.documents, foreseen.marks, await statuses(buffer, firm)) == (6, True, [A] * 6)
    assert not await asyncio.to_thread(out.exists)
    done = await exported(buffer, firm, out)
    (path,) = done.files
    assert (path.name, done.documents, done.refused) == (
        "1111111111-csv-all-20261120-130005.csv", 6, (),
    )  # fmt: skip
    assert [(one.name, one.size) for one in foreseen.files] == [(path.name, path.stat().st_size)]
    assert len(numbers(path)) == len(set(numbers(path))) == 6
    assert await statuses(buffer, firm) == [E] * 6
    (batch,) = await buffer.batches.list()
    assert (batch.id, batch.state, batch.who) == (done.batch_id, BatchState.PLACED, "anna")
    assert (batch.files[0].file, batch.files[0].size) == (str(path), path.stat().st_size)
    assert leftovers(out) == []
    assert (await buffer.history.verify(firm.id)).broken is None


async def test_the_preview_sums_by_register_and_rate_in_pln(buffer: Buffer) -> None:
    firm = await approved(buffer, 12)
    sums = (await previewed(buffer, firm)).sums
    rows = await buffer._database.reader.rows(
        "SELECT d.direction, count(*), sum(v.net) FROM document d JOIN document_vat v ON v.document_id = d.id"
        " WHERE d.currency = 'PLN' GROUP BY 1"
    )
    told = {(key[0].value): (one.documents, int(one.net * 100)) for key, one in sums.items()}
    assert told == {direction: (count, net) for direction, count, net in rows}
    assert {rate for _, rate in sums} == {"23"}


async def test_nothing_to_export_writes_nothing(buffer: Buffer, out: Path) -> None:
    firm = await approved(buffer, 0)
    done = await exported(buffer, firm, out)
    assert (done.files, done.documents, done.batch_id) == ((), 0, None)
    assert not await asyncio.to_thread(out.exists)
    assert (await previewed(buffer, firm)).documents == 0


async def test_many_documents_go_through_workers_in_their_order(buffer: Buffer, out: Path) -> None:
    firm = await approved(buffer, 620)
    heard: list[int] = []
    done = await export(
        buffer, firm, Wanted(format="csv"), out, who="anna", now=NOW, told=lambda n, total: heard.append(n)
    )
    rows = await buffer._database.reader.rows("SELECT ksef_number FROM document ORDER BY id")
    assert numbers(done.files[0]) == [row[0] for row in rows]
    assert heard == [250, 500, 620]


async def test_a_report_marks_nothing_and_does_not_stand_in_the_ledger_s_way(
    buffer: Buffer, out: Path
) -> None:
    firm = await approved(buffer, 4, books=WAPRO)
    for form in ("csv", "csv", "xlsx"):
        report = await exported(buffer, firm, out, form)
        assert (report.documents, report.marks, report.batch_id) == (4, False, None)
    assert await statuses(buffer, firm) == [A] * 4
    ledger = await exported(buffer, firm, out, "wapro")
    assert (ledger.documents, ledger.marks) == (4, True)
    assert (await exported(buffer, firm, out, "wapro")).documents == 0
    assert (await exported(buffer, firm, out, "csv")).documents == 4


async def test_a_month_chooses_by_vat_month_else_by_receipt(buffer: Buffer, out: Path) -> None:
    firm = await approved(buffer, 40)
    rows = await buffer._database.reader.rows(
        "SELECT ksef_number FROM document WHERE vat_month = '2026-09' ORDER BY id"
    )
    assert 0 < len(rows) < 40
    done = await exported(buffer, firm, out, months=(Month(2026, 9),))
    assert numbers(done.files[0]) == [row[0] for row in rows]
    assert "-csv-2026-09-" in done.files[0].name
    async with buffer._database.transaction() as session:
        await session.run("UPDATE document SET vat_month = ''")
    months = (Month(2026, 10), Month(2026, 11))
    counted = (await buffer.outgoing.sums(months))[firm.id]
    rest = await exported(buffer, firm, out, months=months)
    assert rest.documents == sum(count for _currency, count, _gross in counted)
    assert rest.documents == 40 - len(rows) - sum(
        row[0] for row in await buffer._database.reader.rows(
            "SELECT count(*) FROM document WHERE status = 'approved' AND received_date < '2026-10-01'"
        )
    )  # fmt: skip
    assert "-csv-2026-10_2026-11-" in rest.files[0].name


async def test_what_another_source_books_never_goes(buffer: Buffer, out: Path) -> None:
    firm = await approved(buffer, 12, books=replace(WAPRO, sales=Keeper.ELSEWHERE))
    rows = await buffer._database.reader.rows("SELECT direction, id FROM document ORDER BY id")
    sales = [id_ for direction, id_ in rows if direction == "sale"]
    assert sales
    done = await exported(buffer, firm, out, "wapro")
    assert done.documents == 12 - len(sales)
    asked = await exported(buffer, firm, out, "wapro", document_ids=sales)
    assert (asked.documents, {one.why[0].code for one in asked.refused}) == (0, {"kept-elsewhere"})


async def test_some_documents_alone_and_those_that_are_not_approved(buffer: Buffer, out: Path) -> None:
    firm = await approved(buffer, 5)
    await exported(buffer, firm, out, document_ids=[1])
    done = await exported(buffer, firm, out, document_ids=[1, 2, 3])
    assert (done.documents, [one.document_id for one in done.refused]) == (2, [1])
    assert "not approved" in str(done.refused[0].sentences[0])
    assert await statuses(buffer, firm) == [E, E, E, A, A]


async def test_what_cannot_be_written_stays_approved_and_the_others_go(buffer: Buffer, out: Path) -> None:
    firm = await approved(buffer, 3, books=WAPRO)
    async with buffer._database.transaction() as session:
        await session.run(
            "UPDATE invoice_xml SET body = x'00' WHERE ksef_number = (SELECT ksef_number FROM document WHERE id = 2)"
        )
    foreseen = await previewed(buffer, firm, "wapro")
    done = await exported(buffer, firm, out, "wapro")
    assert done.documents == foreseen.documents == 2
    assert [one.document_id for one in done.refused] == [2]
    assert done.refused == foreseen.refused
    assert "cannot be read" in str(done.refused[0].sentences[0])
    assert await statuses(buffer, firm) == [E, A, E]


async def test_numbers_that_become_alike_are_told_apart_or_refused(buffer: Buffer, out: Path) -> None:
    firm = await approved(buffer, 3, books=WAPRO)
    settings = {"cut_numbers": "tak"}
    long = "FV/2026/09/A very long number of "
    await renumber(buffer, firm, {1: f"{long}a supplier/1", 2: f"{long}a supplier/2"})
    assert [one.why[0].code for one in (await previewed(buffer, firm, "wapro")).refused] == [
        "number-too-long"
    ] * 2
    done = await exported(buffer, firm, out, "wapro", options=settings)
    assert [(one.document_id, one.why[0].code) for one in done.refused] == [(2, "numbers-alike")]
    assert await statuses(buffer, firm) == [E, A, E]


async def test_two_documents_with_one_number_are_kept_apart_in_the_ledger_and_told_in_reports(
    buffer: Buffer, out: Path
) -> None:
    firm = await approved(buffer, 3, books=WAPRO)
    alone = (await previewed(buffer, firm, "wapro", document_ids=[1, 3])).sums
    await renumber(buffer, firm, {1: "FV/1", 2: "FV/1"})
    foreseen = await previewed(buffer, firm, "wapro")
    assert (foreseen.documents, foreseen.sums) == (2, alone)  # without what is refused
    reported = await exported(buffer, firm, out, "xlsx")
    assert (reported.documents, reported.refused) == (3, ())
    doubled = [
        problem for one in reported.warnings for problem in one.warnings if "one of them" in problem.text
    ]
    done = await exported(buffer, firm, out, "wapro")
    assert [(one.document_id, one.why[0].code) for one in done.refused] == [(2, "numbers-doubled")]
    first = (await buffer.documents.get_many([1]))[0].ksef_number
    assert [one.values["other"] for one in doubled] == [first]
    assert first in str(done.refused[0].sentences[0])
    assert (await exported(buffer, firm, out, "wapro")).documents == 1  # whoever finds both right goes on


@pytest.mark.parametrize("told", [{"nonsense": "1"}, {"cut_numbers": "maybe"}, {"P_39": "1"}])
async def test_what_nothing_would_read_is_refused(buffer: Buffer, out: Path, told: dict[str, str]) -> None:
    firm = await approved(buffer, 1, books=WAPRO)
    error = await refused(exported(buffer, firm, out, "wapro", options=told))
    assert error.kind.exit_code == ExitCode.USAGE
    assert await statuses(buffer, firm) == [A]


async def test_documents_that_the_books_have_go_in_files_of_their_own(buffer: Buffer, out: Path) -> None:
    firm = await approved(buffer, 3)
    await exported(buffer, firm, out, document_ids=[1])
    await buffer.batches.amend([1], reason="złe konto", who="ewa")
    foreseen = await previewed(buffer, firm)
    assert (foreseen.documents, foreseen.amending) == (3, 1)
    done = await exported(buffer, firm, out)
    new, amending = done.files
    assert amending.name == "1111111111-csv-all-20261120-130005-DO-POPRAWY-W-KSIEGACH.csv"
    assert (len(numbers(new)), len(numbers(amending)), len(done.batch_ids)) == (2, 1, 2)
    assert set(numbers(new)).isdisjoint(numbers(amending))
    await buffer.batches.cancel(done.batch_ids[1], reason="nie to", who="ewa")
    await recover(buffer)
    assert not amending.exists()
    once_more = await exported(buffer, firm, out)
    assert ["DO-POPRAWY" in path.name for path in once_more.files] == [True]


async def test_a_cancelled_batch_s_files_can_no_longer_be_imported(buffer: Buffer, out: Path) -> None:
    firm = await approved(buffer, 2)
    done = await exported(buffer, firm, out)
    batch = await buffer.batches.cancel(done.batch_id or 0, reason="źle", who="anna")
    assert batch.state is BatchState.WITHDRAWING
    assert await recover(buffer) == []
    assert names(out) == [f"{done.files[0].name}.anulowany"]
    assert (await buffer.batches.get(batch.id)).state is BatchState.CANCELLED
    assert (await exported(buffer, firm, out)).documents == 2


async def test_a_file_that_somebody_else_put_there_is_left_alone(buffer: Buffer, out: Path) -> None:
    firm = await approved(buffer, 2)
    done = await exported(buffer, firm, out)
    done.files[0].write_text("another")
    await buffer.batches.cancel(done.batch_id or 0, reason="źle", who="anna")
    await recover(buffer)
    assert done.files[0].read_text() == "another"


@pytest.mark.parametrize("form", ["csv", "wapro"])
async def test_a_batch_is_written_again_byte_for_byte(
    buffer: Buffer, out: Path, tmp_path: Path, form: str
) -> None:
    firm = await approved(buffer, 7, books=replace(WAPRO, program=form))
    await buffer.documents.change_status([6], Status.QUERIED, who="anna", reason="?")
    done = await exported(buffer, firm, out, form)
    await buffer.export_settings.save(firm.id, "", {"full_name": "Inna nazwa"}, who="anna")
    await more(buffer, firm, 2, first=100)
    copies = await again(buffer, done.batch_id or 0, tmp_path / "again")
    assert [path.name for path in copies] == [path.name for path in done.files]
    assert [path.read_bytes() for path in copies] == [path.read_bytes() for path in done.files]
    twice = await again(buffer, done.batch_id or 0, tmp_path / "again")
    assert twice[0].stem == f"{copies[0].stem}-2"
    assert len(await buffer.batches.list()) == 1


async def test_a_batch_that_would_be_another_is_not_written_again(
    buffer: Buffer, out: Path, tmp_path: Path
) -> None:
    firm = await approved(buffer, 2, books=WAPRO)
    done = await exported(buffer, firm, out, "wapro")
    batch = done.batch_id or 0
    async with buffer._database.transaction() as session:
        await session.run("UPDATE batch_file SET sha256 = zeroblob(32)")
    assert (await refused(again(buffer, batch, tmp_path / "again"))).kind.code == "batch-not-the-same"
    assert names(tmp_path / "again") == []
    async with buffer._database.transaction() as session:
        await session.run("UPDATE batch SET settings = '{}'")
    assert (await refused(again(buffer, batch, tmp_path / "again"))).kind.code == "batch-not-the-same"
    await buffer.batches.cancel(batch, reason="źle", who="anna")
    assert (await refused(again(buffer, batch, tmp_path / "again"))).kind.code == "batch-cancelled"


@pytest.mark.parametrize("form", ["jpk_v7m", "wapro", "xlsx"])
async def test_files_are_the_same_as_from_invoices_that_are_read_whole(
    buffer: Buffer, out: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    firm = (await open_coded_office(buffer, 40))[0]
    for action in (Action.CODE, Action.APPROVE):
        await buffer.decisions.decide(Every(GridFilter()), Decision(action), who="anna")
    settings = {"full_name": "Firma", "email": "a@example.com", "tax_office": "1471"}
    wanted = {"months": (Month(2026, 9),), "options": settings}
    quick = await exported(buffer, firm, out, form, **wanted)
    monkeypatch.setattr("blink_tui.sync.exporting_work.depth_of", lambda *_: Depth.WHOLE)
    whole = await exported(buffer, firm, out, form, **wanted)
    assert quick.documents == whole.documents > 5
    assert quick.files[0].read_bytes() == whole.files[0].read_bytes()


async def test_what_is_for_information_only_is_never_handed_over(buffer: Buffer, out: Path) -> None:
    firm = await approved(buffer, 2)
    async with buffer._database.transaction() as session:
        await session.run("UPDATE document SET direction = ? WHERE id = 1", (Direction.NONE,))
    done = await exported(buffer, firm, out)
    assert done.documents == 1
    asked = await exported(buffer, firm, out, document_ids=[1])
    assert [one.why[0].code for one in asked.refused] == ["for-information"]
    assert Decimal(0) == sum(one.net for one in (await previewed(buffer, firm)).sums.values())
