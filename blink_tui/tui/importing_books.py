"""Reading a firm's books back from the console: a form with the file, then what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from blink_tui.i18n import _, ngettext
from blink_tui.ledger.readback.tables import TableMap, read_map
from blink_tui.model.book_row_words import REGISTER_WORDS
from blink_tui.model.book_rows import BookRegister
from blink_tui.model.errors import USAGE, BlinkError
from blink_tui.model.firms import Firm
from blink_tui.model.months import Month
from blink_tui.model.text import clean
from blink_tui.model.typed import checked_month
from blink_tui.sync.reading_back import ReadBack, import_books, measured
from blink_tui.tui.screens.forms import FormWindow
from blink_tui.tui.widgets.form import Field, Filled, WrongFieldError, yes_no
from blink_tui.tui.words import number

if TYPE_CHECKING:
    from blink_tui.tui.app import ConsoleApp

_MAP_LARGEST = 64 * 1024


def ask_for_books(console: ConsoleApp, firm: Firm, then: Callable[[], None]) -> None:
    """Ask for a file of the firm's books, and read it; Esc while it is read leaves nothing of it."""
    form: FormWindow[ReadBack]

    async def submit(filled: Filled) -> ReadBack:
        return await _read(console, firm, filled, lambda rows: form.say(_rows_read(rows)))

    form = FormWindow(
        f"books-back.{firm.id}",
        _("Read the books of {firm} back").format(firm=clean(firm.name)),
        _fields(),
        submit,
        intro=_(
            "JPK_V7, JPK_PKPIR and JPK_EWP tell everything themselves; a table needs its book and month."
        ),
    )

    def told(done: ReadBack | None) -> None:
        if done is not None:
            console.tell(read_told(done))
            then()

    console.push_screen(form, told)


def _fields() -> list[Field]:
    registers = [
        ("", _("as the file tells")),
        *((one.value, _(word)) for one, word in REGISTER_WORDS.items()),
    ]
    return [
        Field("file", _("File"), _("JPK (XML), CSV or XLSX."), check=_checked_file),
        Field("register", _("Which book"), choices=registers),
        Field("month", _("Month"), _("Of a table, as 2026-10; of a JPK nothing."), check=_checked_month),
        Field("map", _("Map of columns"), _("TOML that names the columns of a table; mostly nothing."),
              check=lambda text: _checked_file(text) if text.strip() else None),
        yes_no("filed", _("Filed"), hint=_("It was sent to the tax office: what it lacks takes a correction.")),
    ]  # fmt: skip


def _checked_file(text: str) -> Path:
    path = Path(text.strip()).expanduser()
    if not path.is_file():
        raise BlinkError(USAGE, problem=_("There is no such file."))
    return path


def _checked_month(text: str) -> Month | None:
    return checked_month(text.strip()) if text.strip() else None


async def _read(console: ConsoleApp, firm: Firm, filled: Filled, told: Callable[[int], None]) -> ReadBack:
    texts = filled.texts
    path, month = _checked_file(texts["file"]), _checked_month(texts["month"])
    read = 0

    def count(rows: int) -> None:
        nonlocal read
        read += rows
        told(read)

    try:
        named = await asyncio.to_thread(_map, texts["map"], texts["register"], month)
    except BlinkError as error:
        raise WrongFieldError("map", error) from error
    try:
        about = await asyncio.to_thread(measured, path)
    except OSError as error:
        raise WrongFieldError("file", BlinkError(USAGE, problem=str(error))) from error
    return await import_books(
        console.buffer, firm, path, about.sha256,
        who=console.who, named=named, month=month, filed=texts["filed"] == "yes", told=count,
    )  # fmt: skip


def _map(file: str, register: str, month: Month | None) -> TableMap:
    """How a table's columns are to be read. Raises BlinkError."""
    chosen = BookRegister(register) if register else None
    if not file.strip():
        return TableMap(chosen, month)
    path = _checked_file(file)
    if path.stat().st_size > _MAP_LARGEST:
        raise BlinkError(USAGE, problem=_("The map {file} is too large.").format(file=path.name))
    found = read_map(path.read_text(encoding="utf-8", errors="replace"))
    return replace(found, register=chosen or found.register, month=month)


def _rows_read(rows: int) -> str:
    return ngettext("{n} row read…", "{n} rows read…", rows).format(n=number(rows))


def read_told(done: ReadBack) -> str:
    """What was read, and how many documents became booked by it."""
    head = done.head
    months = str(head.first) if head.first == head.last else f"{head.first} – {head.last}"
    books = ", ".join(_(REGISTER_WORDS[one]) for one in head.registers)
    text = _("Read back: {books}, {months}, rows: {rows}.")
    booked = ngettext(
        "{n} document stands in them and is booked now.",
        "{n} documents stand in them and are booked now.",
        done.booked,
    )
    told = text.format(books=books, months=months, rows=number(done.rows))
    return told + " " + booked.format(n=number(done.booked))
