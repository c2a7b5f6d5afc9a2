"""Lists of payments over a real buffer: each document in one, whatever interrupts or competes."""

from __future__ import annotations

import asyncio
import csv
import io
import random
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from blink_tui.buffer import BatchState, Buffer, DerivedRow
from blink_tui.invoices.checks.suspicion import same_number
from blink_tui.ledger.payable import Payments
from blink_tui.ledger.payment_settings import FORMAT
from blink_tui.ledger.placing import recover_payments
from blink_tui.model.documents import Direction, Role, Status
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import Firm
from blink_tui.model.transfers import AccountCheck
from blink_tui.sync.paying import Made, Wanted, cancel, make, preview
from tests.buffer.deciding import intact
from tests.buffer.factory import NIP, StillClock, invoice, ksef_number
from tests.invoices.documents import faktura
from tests.ledger.test_vat_register import DAY, flat_file

ACCOUNT = "61109010140000071219812874"
NOW = StillClock().now()
UNTIL = Wanted(date(2026, 10, 31))
PAYMENT = (
    "<Platnosc><TerminPlatnosci><Termin>{due}</Termin></TerminPlatnosci><FormaPlatnosci>6</FormaPlatnosci>"
    "<RachunekBankowy><NrRB>{account}</NrRB></RachunekBankowy></Platnosc>"
)


def xml(number: int, due: str = "2026-10-05", total: str = "123.00") -> bytes:
    text = faktura(more=PAYMENT.format(due=due, account=ACCOUNT), total=total)
    return text.replace("FV/1/2026", f"FV/{number}/2026").encode()


@pytest.fixture
async def firm(buffer: Buffer) -> Firm:
    found = await buffer.firms.add(NIP, name="Biuro Przykładowe", env="test")
    await buffer.export_settings.save(found.id, FORMAT, {"since": "2026-09-01"}, who="anna")
    return found


async def approved(buffer: Buffer, firm: Firm, *numbers: int) -> None:
    """Documents whose ids are their numbers, where nothing was stored before them."""
    await buffer.documents.store(firm, Role.BUYER, [invoice(one, xml=xml(one)) for one in numbers])
    await derived(buffer, *numbers)
    await buffer.documents.change_status(list(numbers), Status.APPROVED, who="anna")


async def derived(buffer: Buffer, *ids: int, due: date = date(2026, 10, 5)) -> None:
    await buffer.derived.save([DerivedRow(id_, 1, due, "", None, ()) for id_ in ids])


async def made(buffer: Buffer, firm: Firm, folder: Path, wanted: Wanted = UNTIL) -> list[Made]:
    register = folder / "register"
    return (await make(buffer, firm, wanted, folder, register=register, who="anna", now=NOW))[0]


async def seen(buffer: Buffer, firm: Firm, folder: Path, wanted: Wanted = UNTIL) -> Payments:
    return await preview(buffer, firm, wanted, register=folder / "register", now=NOW)


def rows(path: Path) -> list[dict[str, str]]:
    text = path.read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def files(folder: Path) -> list[Path]:
    """All of them, finished or not."""
    return [path for path in folder.iterdir() if path.is_file()]


async def refusal(work: object) -> BlinkError:
    with pytest.raises(BlinkError) as refused:
        await work  # type: ignore[misc]
    return refused.value


async def test_payments_are_off_until_the_firm_says_since_when(buffer: Buffer, tmp_path: Path) -> None:
    firm = await buffer.firms.add(NIP, name="Biuro", env="test")
    refused = await refusal(seen(buffer, firm, tmp_path))
    assert refused.kind.code == "payments-off"
    assert "blink export settings --firm 1111111111 --format payments --set since=" in str(refused)


async def test_a_list_is_written_once_and_each_document_knows_its_list(
    buffer: Buffer, firm: Firm, tmp_path: Path
) -> None:
    await approved(buffer, firm, 1, 2)
    shown = await seen(buffer, firm, tmp_path)
    assert [one.document_id for one in shown.transfers] == [1, 2]
    assert files(tmp_path) == []
    (one,) = await made(buffer, firm, tmp_path)
    assert [row["Numer faktury"] for row in rows(one.path)] == ["FV/1/2026", "FV/2/2026"]
    assert (one.batch.state, one.batch.documents, str(one.batch.total)) == (BatchState.PLACED, 2, "246.00")
    assert await made(buffer, firm, tmp_path) == []
    (first, _second) = await buffer.payment_batches.payments(one.batch.id)
    assert (first.number, first.recipient, first.account) == (
        "FV/1/2026", "Łódzka Hurtownia Sp. z o.o.", f"PL{ACCOUNT}",
    )  # fmt: skip
    assert await buffer.payment_batches.of_document(1) == one.batch.id
    assert {(await buffer.documents.get(id_)).status for id_ in (1, 2)} == {Status.APPROVED}
    told = [(event.what, event.before, event.after) for event in await buffer.history.of_document(1)]
    assert told[-1] == ("payment", None, "1")
    await intact(buffer, firm)


async def test_only_what_was_received_since_and_falls_due_until_is_paid(
    buffer: Buffer, firm: Firm, tmp_path: Path
) -> None:
    await approved(buffer, firm, 1, 2)
    await derived(buffer, 2, due=date(2026, 11, 1))
    assert [one.document_id for one in (await seen(buffer, firm, tmp_path)).transfers] == [1]
    named = Wanted(UNTIL.until, [2])
    assert [one.document_id for one in (await seen(buffer, firm, tmp_path, named)).transfers] == [2]
    await buffer.export_settings.save(firm.id, FORMAT, {"since": "2026-09-02"}, who="anna")
    assert (await seen(buffer, firm, tmp_path)).transfers == ()


async def test_a_cancelled_list_lets_its_documents_be_paid_by_another(
    buffer: Buffer, firm: Firm, tmp_path: Path
) -> None:
    await approved(buffer, firm, 1)
    (first,) = await made(buffer, firm, tmp_path)
    (listed,) = (await seen(buffer, firm, tmp_path, Wanted(UNTIL.until, [1]))).refused
    assert "list of payments" in listed.reason.text
    assert (await refusal(cancel(buffer, 1, reason=" ", who="anna"))).kind.code == "reason-wanted"
    await cancel(buffer, 1, reason="zły rachunek", who="ewa")
    assert (await buffer.payment_batches.get(1)).state is BatchState.CANCELLED
    assert not first.path.exists()
    assert (await refusal(cancel(buffer, 1, reason="znowu", who="ewa"))).kind.code == "payments-cancelled"
    assert (await refusal(cancel(buffer, 7, reason="x", who="ewa"))).kind.code == "payments-unknown"
    (second,) = await made(buffer, firm, tmp_path)
    assert (second.batch.id, await buffer.payment_batches.of_document(1)) == (2, 2)
    events = [(one.before, one.after, one.reason) for one in await buffer.history.of_document(1)][-3:]
    assert events == [(None, "1", None), ("1", "", "zły rachunek"), (None, "2", None)]
    await intact(buffer, firm)


async def test_no_two_lists_of_one_second_have_one_name(buffer: Buffer, firm: Firm, tmp_path: Path) -> None:
    """The bank's program may have taken the first file before the second is written."""
    await approved(buffer, firm, 1)
    (first,) = await made(buffer, firm, tmp_path)
    first.path.unlink()
    await approved(buffer, firm, 2)
    (second,) = await made(buffer, firm, tmp_path)
    assert first.path != second.path
    await cancel(buffer, first.batch.id, reason="pomyłka", who="anna")
    assert second.path.exists()


async def test_possible_duplicates_wait_until_one_of_them_is_excluded(
    buffer: Buffer, firm: Firm, tmp_path: Path
) -> None:
    await approved(buffer, firm, 1, 2)
    twins = {1: same_number([ksef_number(2)]), 2: same_number([ksef_number(1)])}
    await buffer.derived.save(
        [DerivedRow(id_, 1, None, "", None, (), findings=(one,)) for id_, one in twins.items()]
    )
    assert len((await seen(buffer, firm, tmp_path)).refused) == 2
    await buffer.documents.change_status([2], Status.EXCLUDED, who="anna", reason="zdublowana")
    assert [one.document_id for one in (await seen(buffer, firm, tmp_path)).transfers] == [1]


async def test_a_document_that_rows_of_the_books_may_be_waits_for_an_answer(
    buffer: Buffer, firm: Firm, tmp_path: Path
) -> None:
    await approved(buffer, firm, 1)
    statements = (
        f"INSERT INTO book_import VALUES (1, {firm.id}, 'jpk_v7m', '2026-09', '2026-09', '3', '1', 0, 'f', x'00', '',"
        " 'anna', 1, 'current')",
        f"INSERT INTO book_row VALUES (1, 'purchases', 1, {firm.id}, '2026-09', 'purchase', '', 'fv', 'k', '{{}}',"
        " NULL, 0)",
        "INSERT INTO book_question VALUES (1, 1, 'purchases', 1, '')",
    )
    async with buffer._database.transaction() as session:
        for statement in statements:
            await session.run(statement)
    (left,) = (await seen(buffer, firm, tmp_path)).refused
    assert "answer that first" in left.reason.text


@pytest.mark.parametrize("back", [False, True])
async def test_what_changed_since_it_was_looked_at_is_not_paid(
    buffer: Buffer, firm: Firm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, back: bool
) -> None:
    from blink_tui.ledger import payments_csv

    await approved(buffer, firm, 1)
    write, loop = payments_csv.write, asyncio.get_running_loop()

    async def change() -> None:
        await buffer.documents.change_status([1], Status.QUERIED, who="ewa", reason="co to?")
        if back:
            await buffer.documents.change_status([1], Status.APPROVED, who="ewa")

    def meanwhile(*arguments: object) -> None:
        asyncio.run_coroutine_threadsafe(change(), loop).result()
        write(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(payments_csv, "write", meanwhile)
    assert (await refusal(made(buffer, firm, tmp_path))).kind.code == (
        "changed-meanwhile" if back else "not-to-pay"
    )
    assert files(tmp_path) == []
    assert await buffer.payment_batches.list() == []


async def test_nothing_but_a_persons_list_of_own_purchases_is_recorded(
    buffer: Buffer, firm: Firm, tmp_path: Path
) -> None:
    await approved(buffer, firm, 1)
    with pytest.raises(BlinkError) as refused:
        await make(buffer, firm, UNTIL, tmp_path, register=tmp_path / "r", who="blink-tui", now=NOW)
    assert refused.value.kind.code == "person-decides"
    await buffer.documents.set_direction(1, 2, Direction.NONE, who="anna", reason="do wglądu")
    (left,) = (await seen(buffer, firm, tmp_path, Wanted(UNTIL.until, [1]))).refused
    assert left.reason.text == "it is no purchase"


async def test_the_register_is_asked_and_its_answer_kept(buffer: Buffer, firm: Firm, tmp_path: Path) -> None:
    from blink_tui.ledger.vat_register import load
    from tests.ledger.test_vat_register import sum_of

    large = [invoice(1, xml=xml(1, total="20000.00"))]
    await buffer.documents.store(firm, Role.BUYER, large)
    await derived(buffer, 1)
    await buffer.documents.change_status([1], Status.APPROVED, who="anna")
    unchecked = (await seen(buffer, firm, tmp_path)).transfers[0]
    assert unchecked.check is AccountCheck.UNCHECKED
    flat = flat_file(tmp_path / "flat.json", skrotyPodatnikowCzynnych=[sum_of("5265877635", ACCOUNT)])
    load(flat, tmp_path / "register")
    (one,) = await made(buffer, firm, tmp_path)
    (kept,) = await buffer.payment_batches.payments(one.batch.id)
    assert (kept.check, f"{kept.checked_on:%Y%m%d}") == (AccountCheck.LISTED, DAY)
    assert rows(one.path)[0]["Rachunek w wykazie podatników VAT"] == "tak"


async def test_a_folder_that_cannot_be_written_leaves_everything_unpaid(
    buffer: Buffer, firm: Firm, tmp_path: Path
) -> None:
    await approved(buffer, firm, 1)
    (tmp_path / "file").write_text("in the way")
    blocked = make(buffer, firm, UNTIL, tmp_path / "file", register=tmp_path / "r", who="anna", now=NOW)
    assert (await refusal(blocked)).kind.code == "folder-refused"
    assert await buffer.payment_batches.of_document(1) is None


_CHILD = """
import asyncio, os, signal, sys
from datetime import UTC, date, datetime
from pathlib import Path
from blink_tui.buffer import open_buffer
from blink_tui.buffer.payment_batches import PaymentBatches
from blink_tui.ledger import placing
from blink_tui.model.errors import BlinkError
from blink_tui.sync import paying

UNTIL = paying.Wanted(date(2026, 10, 31))
NOW = datetime(2026, 10, 1, 8, 30, tzinfo=UTC)

def kill(*_args, **_kwargs):
    os.kill(os.getpid(), signal.SIGKILL)

async def main():
    async with open_buffer(Path(sys.argv[1])) as buffer:
        (firm,) = await buffer.firms.list()
        if sys.argv[3] == "before recording":
            PaymentBatches.begin = kill
        elif sys.argv[3] == "before placing":
            placing.place = kill
        elif sys.argv[3] == "before settling":
            place = placing.place
            placing.place = lambda files: (place(files), kill())
        else:
            print("ready", flush=True)
            sys.stdin.readline()
        folder = Path(sys.argv[2])
        try:
            done, _left = await paying.make(
                buffer, firm, UNTIL, folder, register=folder / "register", who="anna", now=NOW
            )
            print("made", len(done))
        except BlinkError as error:
            print(error.kind.code)

asyncio.run(main())
"""


def child(path: Path, out: Path, how: str) -> subprocess.Popen[str]:
    words = [sys.executable, "-c", _CHILD, str(path), str(out), how]
    return subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize(
    ("moment", "taken"),
    [
        ("before recording", False),
        ("before placing", False),
        ("before settling", False),
        ("before settling", True),
    ],
)
async def test_a_kill_leaves_a_whole_list_or_none(
    buffer: Buffer, firm: Firm, tmp_path: Path, moment: str, taken: bool
) -> None:
    await approved(buffer, firm, 1, 2)
    out = tmp_path / "out"
    process = child(buffer.path, out, moment)
    process.communicate()
    assert process.returncode == -9
    visible = list(out.glob("[!.]*.csv"))
    if taken:
        for path in visible:
            path.unlink()
    assert await recover_payments(buffer) == 0
    files, lists = list(out.glob("[!.]*.csv")), await buffer.payment_batches.list()
    if moment == "before recording":
        assert (files, lists) == ([], [])
        assert len((await seen(buffer, firm, out)).transfers) == 2
    else:
        assert [one.state for one in lists] == [BatchState.PLACED]
        assert len(files) == (0 if taken and visible else 1)
        assert (await seen(buffer, firm, out)).transfers == ()


async def test_two_processes_at_once_pay_each_document_once(
    buffer: Buffer, firm: Firm, tmp_path: Path
) -> None:
    await approved(buffer, firm, *range(1, 21))
    both = [child(buffer.path, tmp_path / "out", "wait") for _ in range(2)]
    for process in both:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in both:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    told = sorted([process.communicate()[0].strip() for process in both])
    assert told[-1] == "made 1"
    assert told[0] in ("already-in-payments", "made 0")
    assert len(list((tmp_path / "out").iterdir())) == 1
    assert await live(buffer) == dict.fromkeys(range(1, 21), 1)


async def live(buffer: Buffer) -> dict[int, int]:
    """In how many lists that are not cancelled each document is."""
    found: Counter[int] = Counter()
    for batch in await buffer.payment_batches.list():
        if not batch.cancelled:
            found.update(one.document_id for one in await buffer.payment_batches.payments(batch.id))
    return dict(found)


@pytest.mark.parametrize("seed", range(3))
async def test_no_history_brings_a_document_into_two_live_lists(
    buffer: Buffer, firm: Firm, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    await approved(buffer, firm, *range(1, 9))
    for _step in range(25):
        some = chance.sample(range(1, 9), 3)
        batches = [one.id for one in await buffer.payment_batches.list()]
        what = chance.choice(("make", "make", "cancel", "query", "return"))
        try:
            if what == "make":
                await made(buffer, firm, tmp_path, Wanted(UNTIL.until, some))
            elif what == "cancel" and batches:
                await cancel(buffer, chance.choice(batches), reason="próba", who="ewa")
            elif what == "query":
                await buffer.documents.change_status(some[:1], Status.QUERIED, who="ewa", reason="?")
            else:
                await buffer.documents.change_status(some[:1], Status.APPROVED, who="ewa")
        except BlinkError:
            pass  # refused: already cancelled, or no way between these statuses
        found = await live(buffer)
        assert set(found.values()) <= {1}
        owner = [(one, await buffer.payment_batches.of_document(one)) for one in range(1, 9)]
        assert {one for one, batch in owner if batch is not None} == set(found)
    await intact(buffer, firm)
