from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from blink_tui.buffer import Buffer, MarkMove
from blink_tui.model.documents import Role
from blink_tui.model.errors import BlinkError, ExitCode
from blink_tui.model.firms import Firm
from tests.buffer.factory import instant, invoice
from tests.buffer.test_firms import CHECKOUT


def test_a_full_disk_is_one_clear_error_and_works_again_with_room(tmp_path: Path) -> None:
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        pytest.skip("a small disk of its own needs root and unshare")
    inside = 'mount -t tmpfs -o size=4m tmpfs "$1" || exit 77; exec "$2" -m tests.buffer.filling "$1"'
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", inside, "sh", str(tmp_path), sys.executable],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode == 77 or "unshare failed" in done.stderr:
        pytest.skip(f"no private disk here: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["disk-full 1", "True True", "1 None", "disk-full"]


async def test_a_quota_of_the_file_is_the_same_error(buffer: Buffer, firm: Firm) -> None:
    await buffer.documents.store(firm, Role.BUYER, [invoice(1)], move=MarkMove(instant(0), instant(1)))
    async with buffer._database.transaction() as session:
        row = await session.row("PRAGMA page_count")
    assert row is not None
    await buffer._database._writer.execute_fetchall(f"PRAGMA max_page_count = {row[0] + 2}")
    with pytest.raises(BlinkError) as caught:
        await buffer.documents.store(
            firm,
            Role.BUYER,
            [invoice(number, xml=os.urandom(5000)) for number in range(2, 50)],
            move=MarkMove(instant(0), instant(2)),
        )
    assert (caught.value.kind.code, caught.value.kind.exit_code) == ("disk-full", ExitCode.FAILED)
    mark = await buffer.marks.get(firm.id, Role.BUYER)
    assert mark is not None
    assert (mark.until, await buffer.documents.total()) == (instant(1), 1)
    await buffer._database._writer.execute_fetchall("PRAGMA max_page_count = 4294967294")
    await buffer.documents.store(firm, Role.BUYER, [invoice(2)], move=MarkMove(instant(0), instant(2)))
    assert await buffer.documents.total() == 2
