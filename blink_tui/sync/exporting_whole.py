"""What makes a report whole: the rows of the books that were read back, beside the buffer's documents."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from blink_tui.buffer import Buffer
from blink_tui.buffer.book_imports import BookImport
from blink_tui.i18n import N_, Message
from blink_tui.ledger.exporter import Exporter
from blink_tui.model.book_rows import BookRegister, BookRow
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode
from blink_tui.model.firms import Firm
from blink_tui.model.months import Month

NEVER_WHOLE = ErrorKind(
    "format-never-whole",
    ExitCode.USAGE,
    N_("{format} is never whole: it holds documents of the buffer alone. Whole are: {known}."),
)
NOT_READ_BACK = ErrorKind(
    "books-not-read-back",
    ExitCode.FAILED,
    N_("A whole {format} needs the books of {months}: read them back first with blink books import."),
)
QUESTIONS_OPEN = ErrorKind(
    "book-questions-open",
    ExitCode.FAILED,
    N_(
        "Rows of the books of these months may be documents of the buffer ({documents}). Answer first with"
        " blink books answer, otherwise they would stand twice in a whole {format}."
    ),
)
REGISTERS: Mapping[str, tuple[BookRegister, ...]] = {
    "jpk_v7m": (BookRegister.SALES, BookRegister.PURCHASES),
    "jpk_v7k": (BookRegister.SALES, BookRegister.PURCHASES),
    "jpk_pkpir": (BookRegister.KPIR,),
    "jpk_ewp": (BookRegister.REVENUE,),
    "jpk_fa": (BookRegister.SALES,),
}
"""Formats that can be whole, and the registers of which they need to know all rows."""
_SHOWN = 5


async def rest_of(buffer: Buffer, firm: Firm, form: Exporter, months: Sequence[Month]) -> tuple[BookRow, ...]:
    """Rows of the books for these months that the buffer's own documents do not bring themselves.

    A row whose document is approved or later and coded is left out: the document stands for it. One whose document
    has its number of KSeF's by now carries it. Raises BlinkError: NEVER_WHOLE, NOT_READ_BACK, QUESTIONS_OPEN.
    """
    registers, name = REGISTERS.get(form.id), Message(form.name)
    if registers is None:
        raise BlinkError(NEVER_WHOLE, format=name, known=", ".join(REGISTERS))
    places = _places(await buffer.book_rows.imports(firm.id), registers, months)
    lacking = [str(month) for month in months if any((one, month) not in places for one in registers)]
    if lacking or not months:
        raise BlinkError(NOT_READ_BACK, format=name, months=", ".join(lacking) or "–")
    await _refuse_questions(buffer, firm, name, frozenset(registers), frozenset(months))
    return await buffer.book_rows.beside((import_id, *place) for place, import_id in places.items())


def _places(
    imports: Sequence[BookImport], registers: Collection[BookRegister], months: Collection[Month]
) -> dict[tuple[BookRegister, Month], int]:
    """The import that tells of each register and month: a JPK before a table, the newest of several."""
    found: dict[tuple[BookRegister, Month], int] = {}
    for one in sorted(imports, key=lambda one: (one.source.startswith("jpk"), one.at, one.id)):
        for register in set(one.registers) & set(registers):
            found |= {(register, month): one.id for month in months if one.covers(month)}
    return found


async def _refuse_questions(
    buffer: Buffer,
    firm: Firm,
    name: Message,
    registers: frozenset[BookRegister],
    months: frozenset[Month],
) -> None:
    asked = [
        one.ksef_number
        for one in await buffer.book_rows.questions(firm_id=firm.id)
        if one.row.register in registers and one.row.month in months
    ]
    if asked:
        numbers = dict.fromkeys(asked)
        shown = ", ".join(list(numbers)[:_SHOWN]) + (" …" if len(numbers) > _SHOWN else "")
        raise BlinkError(QUESTIONS_OPEN, documents=shown, format=name)
