"""How long a workbook of many documents takes: `python -m tests.bench.workbook [DOCUMENTS]`.

Prepared in two worker processes, written in this one, as an export does it; each document has a row in a register and
four posting lines. The documents stand in the workers' memory: reading and coding them is not this bench's matter.
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import BinaryIO

from blink_tui.ledger.exporter import Piece
from blink_tui.ledger.exporters.xlsx import EXPORTER
from blink_tui.model.coding import PostingLine, Side
from tests.ledger.six import frame, six_ledger

CHUNK = 500
_FRAME = frame()


class _OneFile:
    """The one file, on disk."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def create(self, part: str, suffix: str) -> Iterator[BinaryIO]:
        with self._path.open("wb") as file:
            yield file


_six = cache(six_ledger)


def _prepared(first: int) -> tuple[list[Piece], float]:
    """Pieces of a chunk, and the seconds of this process that they took."""
    found = []
    six, busy = _six(), 0.0
    for number in range(first, first + CHUNK):
        document = six[number % len(six)]
        lines = document.coding.lines
        while len(lines) < 4:
            lines = (
                *lines,
                PostingLine(Side.DEBIT, f"500-{number % 90:02}", lines[0].amount, lines[0].description),
            )
        ksef = f"{1_000_000_000 + number * 7919 % 9_000_000_000}-20260205-{number * 7_654_321:012X}-37"
        known = replace(
            document,
            id=number,
            ksef_number=ksef,
            invoice=replace(document.invoice, number=f"FS/{number}/02/2026"),
            coding=replace(document.coding, lines=lines),
        )
        began = time.process_time()
        piece = EXPORTER.prepare(known, _FRAME)
        busy += time.process_time() - began
        assert piece is not None
        found.append(piece)
    return found, busy


def main() -> None:
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder, multiprocessing.get_context("forkserver").Pool(2) as pool:
        pool.map(_prepared, [0, CHUNK], chunksize=1)
        path = Path(folder) / "ledger.xlsx"
        began, busy = time.perf_counter(), time.process_time()
        writer, preparing = EXPORTER.writer(_FRAME, _OneFile(path)), 0.0
        for pieces, spent in pool.imap(_prepared, range(0, wanted, CHUNK)):
            for piece in pieces:
                writer.add(piece)
            preparing += spent
        joined = time.perf_counter() - began
        writer.close()
        took = time.perf_counter() - began
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"{wanted} documents: {joined:.1f} s to the last row, {took:.1f} s in all,")
        print(f"{time.process_time() - busy:.1f} s of this process, {memory} MB of it at most,")
        print(f"{preparing:.1f} s of preparing in the workers,")
        print(f"{path.stat().st_size / 1e6:.1f} MB of workbook")


if __name__ == "__main__":
    main()
