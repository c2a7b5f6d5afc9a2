"""A firm with its buffer and the files of its books, for the tests of reading them back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from blink_tui.buffer import Buffer, Document
from blink_tui.buffer.records import BatchFile
from blink_tui.ledger.comparing import Kind
from blink_tui.model.book_rows import Answer
from blink_tui.model.documents import Role, Status
from blink_tui.model.firms import Firm
from blink_tui.model.values import KsefNumber, Sha256
from blink_tui.sync import reading_back
from blink_tui.sync.reading_back import compare_books, import_books, measured
from tests.sync.buying import Books, Paper

DAY = date(2026, 11, 30)


@dataclass
class Office:
    """A firm with its buffer, and the files of its books."""

    books: Books
    firm: Firm
    folder: Path

    @property
    def buffer(self) -> Buffer:
        return self.books.buffer

    async def get(self, *papers: Paper, role: Role = Role.BUYER) -> list[KsefNumber]:
        numbers = [await self.books.get(self.firm, paper, role) for paper in papers]
        await self.books.settle()
        return numbers

    async def document(self, number: KsefNumber) -> Document:
        return (await self.buffer.documents.find(number, self.firm.id))[0]

    async def status(self, number: KsefNumber) -> Status:
        return (await self.document(number)).status

    async def read(
        self, content: bytes, *, filed: bool = False, name: str = "jpk.xml"
    ) -> reading_back.ReadBack:
        path = self.folder / name
        path.write_bytes(content)
        return await import_books(
            self.buffer, self.firm, path, measured(path).sha256, who="anna", filed=filed
        )

    async def approve(self, *numbers: KsefNumber) -> list[int]:
        ids = [(await self.document(number)).id for number in numbers]
        await self.buffer.documents.change_status(ids, Status.APPROVED, who="anna")
        return ids

    async def export(self, ids: Sequence[int], *, amends: bool = False) -> int:
        file = BatchFile(str(self.folder / "out.csv"), str(self.folder / "tmp"), Sha256(bytes(32)), 1)
        return await self.buffer.batches.begin(self.firm.id, "csv", ids, [file], who="anna", amends=amends)

    async def kinds(self) -> list[Kind]:
        return [one.kind for one in (await compare_books(self.buffer, self.firm)).findings]

    async def say(self, number: KsefNumber, said: Answer) -> int:
        return await reading_back.answer(self.buffer, await self.document(number), said, who="anna", day=DAY)
