"""Approved documents leave once, whatever interrupts the hand-over."""

from __future__ import annotations

import csv
import hashlib
import io
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from blink_tui.buffer import BatchState, Buffer, DerivedRow, open_buffer
from blink_tui.ledger.handover import hand_over, recover
from blink_tui.model.documents import Party, Role, Status
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import Firm
from blink_tui.model.invoice import VatAmount
from tests.buffer.factory import NIP, SELLER, StillClock, invoice

HOSTILE = '=HYPERLINK("http://example.invalid";"x")'


def leftovers(folder: Path) -> list[Path]:
    """Unfinished files of hand-overs."""
    return list(folder.glob(".*.part"))


@pytest.fixture
async def buffer(tmp_path: Path) -> AsyncIterator[Buffer]:
    async with open_buffer(tmp_path / "profile" / "buffer.db", clock=StillClock()) as opened:
        yield opened


@pytest.fixture
async def firm(buffer: Buffer) -> Firm:
    return await buffer.firms.add(NIP, name="Biuro Przykładowe", env="test")


async def approved(buffer: Buffer, firm: Firm, *documents: int) -> list[int]:
    await buffer.documents.store(firm, Role.BUYER, [invoice(number) for number in documents])
    ids = list(range(1, len(documents) + 1))
    vat = (VatAmount(rate="23", net=Decimal("100.00"), vat=Decimal("23.00")),)
    await buffer.derived.save([DerivedRow(id_, 1, date(2026, 9, 15), "", None, vat) for id_ in ids])
    await buffer.documents.change_status(ids, Status.APPROVED, who="anna")
    return ids


def rows(path: Path) -> list[dict[str, str]]:
    text = path.read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


async def test_the_file_is_what_a_polish_spreadsheet_reads(
    buffer: Buffer, firm: Firm, tmp_path: Path
) -> None:
    ids = await approved(buffer, firm, 1, 2)
    done = await hand_over(buffer, firm, ids, tmp_path / "out", who="anna", clock=StillClock())
    assert done.documents == 2
    content = done.path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\r\n") == content.count(b"\n") == 3
    first = rows(done.path)[0]
    assert first["Numer dokumentu"] == "FV/1/2026"
    assert first["Kontrahent"] == "Łódzka Hurtownia Sp. z o.o."
    assert (first["Netto 23%"], first["VAT 23%"], first["Netto 8%"], first["Brutto"]) == (
        "100,00", "23,00", "", "123,00",
    )  # fmt: skip
    assert (first["Data wpływu"], first["Termin płatności"]) == ("2026-09-01", "2026-09-15")
    (batch,) = await buffer.batches.list()
    assert batch.state is BatchState.PLACED
    assert batch.sha256 == hashlib.sha256(content).digest()


async def test_text_of_a_supplier_is_no_formula(buffer: Buffer, firm: Firm, tmp_path: Path) -> None:
    hostile = invoice(1, seller=Party("Nip", SELLER, HOSTILE), invoice_number="@SUM(A1)\x1b[31m")
    await buffer.documents.store(firm, Role.BUYER, [hostile])
    await buffer.documents.change_status([1], Status.APPROVED, who="anna")
    done = await hand_over(buffer, firm, [1], tmp_path, who="anna")
    (row,) = rows(done.path)
    assert row["Kontrahent"] == f"'{HOSTILE}"
    assert row["Numer dokumentu"] == "'@SUM(A1)[31m"


async def test_what_is_not_approved_is_refused_and_nothing_is_written(
    buffer: Buffer, firm: Firm, tmp_path: Path
) -> None:
    ids = await approved(buffer, firm, 1)
    await buffer.documents.store(firm, Role.BUYER, [invoice(2)])
    with pytest.raises(BlinkError) as refusal:
        await hand_over(buffer, firm, [*ids, 2], tmp_path / "out", who="anna")
    assert refusal.value.kind.code == "not-approved"
    assert not (tmp_path / "out").exists()
    assert (await buffer.documents.get(1)).status is Status.APPROVED


async def test_a_second_hand_over_within_the_second_takes_another_name(
    buffer: Buffer, firm: Firm, tmp_path: Path
) -> None:
    ids = await approved(buffer, firm, 1, 2)
    first = await hand_over(buffer, firm, ids[:1], tmp_path, who="anna", clock=StillClock())
    second = await hand_over(buffer, firm, ids[1:], tmp_path, who="anna", clock=StillClock())
    assert first.path != second.path
    assert len(rows(first.path)) == len(rows(second.path)) == 1


_KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from blink_tui.buffer import open_buffer
from blink_tui.buffer.batches import Batches
from blink_tui.ledger import handover

def kill(*_args, **_kwargs):
    os.kill(os.getpid(), signal.SIGKILL)

async def main():
    async with open_buffer(Path(sys.argv[1])) as buffer:
        (firm,) = await buffer.firms.list()
        if sys.argv[3] == "before marking":
            Batches.begin = kill
        elif sys.argv[3] == "before placing":
            handover._place = kill
        else:
            Batches.placed = kill
        await handover.hand_over(buffer, firm, [1, 2], Path(sys.argv[2]), who="anna")

asyncio.run(main())
"""


@pytest.mark.parametrize("taken", [False, True], ids=["file stays", "file taken at once"])
@pytest.mark.parametrize("moment", ["before marking", "before placing", "before recording"])
async def test_a_kill_hands_nothing_over_twice_and_marks_nothing_without_its_file(
    buffer: Buffer, firm: Firm, tmp_path: Path, moment: str, taken: bool
) -> None:
    await approved(buffer, firm, 1, 2)
    out = tmp_path / "out"
    child = [sys.executable, "-c", _KILLED, str(tmp_path / "profile" / "buffer.db"), str(out), moment]
    assert subprocess.run(child, check=False).returncode == -9  # noqa: ASYNC221 - nothing else runs here
    visible = [path for path in out.iterdir() if path.suffix == ".csv"]
    if taken:
        for path in visible:
            path.unlink()
    await recover(buffer)
    statuses = {(await buffer.documents.get(id_)).status for id_ in (1, 2)}
    files = [path for path in out.iterdir() if path.suffix == ".csv"]
    if moment == "before marking":
        assert (statuses, files) == ({Status.APPROVED}, [])
    else:
        assert statuses == {Status.EXPORTED}
        assert len(files) == (0 if taken and visible else 1)
    assert await buffer.batches.unplaced() == []
    assert await recover(buffer) == 0


async def test_a_folder_without_the_right_to_write_marks_nothing(
    buffer: Buffer, firm: Firm, tmp_path: Path
) -> None:
    ids = await approved(buffer, firm, 1)
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(BlinkError) as refusal:
        await hand_over(buffer, firm, ids, tmp_path / "file", who="anna")
    assert refusal.value.kind.code == "folder-refused"
    assert (await buffer.documents.get(1)).status is Status.APPROVED
    assert leftovers(tmp_path) == []
