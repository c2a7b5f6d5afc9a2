"""A firm that is erased goes out of the journal of hand-overs, and nobody's line is lost beside it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import msgspec

from blink_tui.ledger import handover_journal
from blink_tui.ledger.handover_journal import JOURNAL, read
from blink_tui.model.dates import Instant
from blink_tui.model.hand_overs import HandedTo, HandOver

GOES, STAYS = ("Nip", "1111111111", "test"), ("Nip", "5265877635", "test")


def line(context: tuple[str, str, str], number: int) -> bytes:
    type_, value, env = context
    told = HandOver(
        to=HandedTo.BOOKS, number=number, context_type=type_, context=value, env=env, format="csv",
        at=Instant("2026-10-01T08:30:00Z"), who="anna", amends=False, files=(), documents=(), cancelled_at=None,
        cancelled_by="", reason="",
    )  # fmt: skip
    return msgspec.json.encode(told) + b"\n"


def test_lines_that_are_written_meanwhile_stay(tmp_path: Path) -> None:
    path, copy = tmp_path / JOURNAL, tmp_path / "copy.log"
    handover_journal._append(path, line(GOES, 0), copy)

    def write(number: int) -> None:
        handover_journal._append(path, line(STAYS, number), None)

    def forget() -> None:
        handover_journal._forget(path, GOES, None)

    with ThreadPoolExecutor(8) as threads:
        work = [threads.submit(forget if number % 3 == 0 else partial(write, number)) for number in range(90)]
    for one in work:
        one.result()
    handover_journal._forget(path, GOES, copy)
    assert sorted(one.number for one in read(path)) == [number for number in range(90) if number % 3]
    assert sorted(one.number for one in read(copy)) == [number for number in range(90) if number % 3]
    assert [file.name for file in tmp_path.iterdir() if file.name.startswith(".")] == []
    assert path.stat().st_mode & 0o077 == 0
