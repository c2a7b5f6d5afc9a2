"""What waits for the books, firm by firm: the program that gets it, how much, and what stands in its way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from blink_tui.buffer import Buffer
from blink_tui.ledger.exporter import Setting
from blink_tui.ledger.formats import exporters
from blink_tui.ledger.settings import missing
from blink_tui.model.firms import Firm
from blink_tui.model.months import Month
from blink_tui.sync.exporting import ledger_of
from blink_tui.tui.question_lines import waits
from blink_tui.tui.sums import Sums


@dataclass(frozen=True, slots=True)
class Waiting:
    """A firm's approved documents."""

    firm: Firm
    format: str
    """Id of the format by which its ledger program gets them."""
    sums: Sums
    missing: tuple[Setting, ...] = ()
    """Settings without which the format cannot be written."""
    coded: bool = True
    """The firm has books, so that its documents are coded."""
    questions: int = 0
    """Questions to the client that nobody has answered."""

    @property
    def documents(self) -> int:
        """How many there are."""
        return sum(count for _currency, count, _total in self.sums)


async def waiting_firms(buffer: Buffer, firms: Sequence[Firm], month: Month | None) -> list[Waiting]:
    """Firms with approved documents, the most documents first; read by as many statements for one firm as for all."""
    sums = await buffer.outgoing.sums(() if month is None else (month,))
    books, settings = await buffer.books.all(), await buffer.export_settings.all()
    asked: dict[int, int] = {}
    for question in await buffer.questions.open():
        asked[question.firm_id] = asked.get(question.firm_id, 0) + waits(question)
    found = []
    for firm in firms:
        if firm.id not in sums:
            continue
        format_, of_firm = ledger_of(firm, books.get(firm.id)), settings.get(firm.id, {})
        told = {**of_firm.get("", {}), **of_firm.get(format_, {})}
        exporter = exporters().get(format_)
        found.append(
            Waiting(
                firm,
                format_,
                sums[firm.id],
                missing(exporter, told) if exporter is not None else (),
                firm.id in books,
                asked.get(firm.id, 0),
            )
        )
    return sorted(found, key=lambda one: (-one.documents, one.firm.name.lower()))


def gross_of(waiting: Sequence[Waiting]) -> Sums:
    """Sums of several firms, by currency."""
    found: dict[str, tuple[int, Decimal]] = {}
    for currency, count, total in (part for one in waiting for part in one.sums):
        held, gross = found.get(currency, (0, Decimal(0)))
        found[currency] = held + count, gross + total
    return [(currency, count, total) for currency, (count, total) in sorted(found.items())]
