"""A register as a spreadsheet has it, CSV or workbook: columns by headings, or as a map names them (FORMATS 7)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from blink_tui.i18n import N_, Message
from blink_tui.ledger.readback.errors import at_line, unreadable
from blink_tui.model.book_rows import BookHead, BookRegister, BookRow
from blink_tui.model.errors import USAGE, BlinkError
from blink_tui.model.months import Month
from blink_tui.model.rate_tables import day_of
from blink_tui.model.sheets import BadFieldError, Column, Layout, heading_key, laid_out, read_table
from blink_tui.model.text import clean, unguarded
from blink_tui.model.values import parse_ksef_number

COLUMNS = (
    Column("number", ("numer", "nr", "numer dokumentu", "nr dokumentu", "numer faktury", "nr faktury",
                      "nr dowodu ksiegowego", "nr dowodu", "numer dowodu", "dowod", "dokument", "number",
                      "document number", "invoice number", "invoice"), required=True),
    Column("ksef", ("numer ksef", "nr ksef", "ksef", "identyfikator ksef", "ksef number", "ksef id")),
    Column("mark", ("oznaczenie", "oznaczenie ksef", "mark")),
    Column("kind", ("typ dokumentu", "dokument zakupu", "document type")),
    Column("country", ("kraj", "kod kraju", "country")),
    Column("contractor", ("nip", "nr nip", "nip kontrahenta", "identyfikator podatkowy", "nr kontrahenta",
                          "nr dostawcy", "nip dostawcy", "nip nabywcy", "tax id", "vat id")),
    Column("name", ("kontrahent", "nazwa kontrahenta", "nazwa", "dostawca", "nabywca", "name", "contractor")),
    Column("address", ("adres", "adres kontrahenta", "address")),
    Column("issued", ("data wystawienia", "data dokumentu", "data faktury", "issue date", "issued",
                      "invoice date")),
    Column("day", ("data wplywu", "data sprzedazy", "data zdarzenia", "data zdarzenia gospodarczego",
                   "data otrzymania", "data przychodu", "data uzyskania przychodu", "data",
                   "date", "receipt date", "sale date")),
    Column("entered", ("data wpisu", "entry date")),
    Column("month", ("okres vat", "okres", "miesiac", "miesiac vat", "vat month", "month", "period")),
    Column("net", ("netto", "wartosc netto", "kwota netto", "razem netto", "net", "net amount")),
    Column("vat", ("vat", "kwota vat", "podatek vat", "razem vat", "podatek", "vat amount", "tax")),
    Column("gross", ("brutto", "wartosc brutto", "kwota brutto", "razem brutto", "razem", "gross",
                     "gross amount", "total")),
    Column("revenue", ("11 razem przychod", "razem przychod", "przychod razem", "przychod", "ogolem",
                         "razem przychody", "revenue")),
    Column("costs", ("16 razem wydatki", "razem wydatki", "wydatki razem", "costs", "expenses")),
    Column("description", ("opis", "opis zdarzenia", "opis zdarzenia gospodarczego", "uwagi", "description")),
)  # fmt: skip
"""What a register's columns may be called; a map may name any of them."""
_FIELD = re.compile(r"\bK_\d{2,3}\b|^\d{1,2}(?:[.,]5)?(?=\s*%$)")
"""A field of JPK_V7 in a heading, or a rate of the register of revenue."""
_AMOUNTS = ("net", "vat", "gross", "revenue", "costs")
_MARKS = {"OFF", "BFK", "DI"}
_TELLING = (
    (BookRegister.KPIR, ("data zdarzenia", "zakup towarow", "razem wydatki")),
    (BookRegister.PURCHASES, ("data wplywu", "dostaw", "odliczeni", "k_4")),
    (BookRegister.REVENUE, ("data przychodu", "ryczalt", "data uzyskania przychodu")),
    (BookRegister.SALES, ("data sprzedazy", "nabywc", "k_1")),
)
"""Words of headings by which a register is known."""
_SPACES = re.compile(r"[\s\u00a0\u202f']|(?:PLN|zł)\.?$", re.IGNORECASE)
_LARGEST = 256 * 1024 * 1024
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class TableMap:
    """What a person says of a table."""

    register: BookRegister | None = None
    month: Month | None = None
    """Of all rows; None: a column tells it."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Heading, or position from 1, by the name of a column."""


def read_map(text: str) -> TableMap:
    """A map as TOML: `register = "purchases"` and a table `[columns]`, such as `number = "Nr faktury"`.

    Raises BlinkError (usage) for what is none.
    """
    try:
        found: dict[str, Any] = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also of numbers and brackets without end
        raise BlinkError(USAGE, problem=Message(N_("The map is no TOML.")), cause=clean(str(error))) from None
    columns = found.get("columns", {})
    known = {column.name for column in COLUMNS}
    wrong = [name for name in found if name not in ("register", "columns")]
    wrong += [name for name in columns if name not in known] if isinstance(columns, dict) else ["columns"]
    if wrong:
        told = {
            "name": clean(wrong[0])[:40],
            "known": ", ".join(("register", *(one.name for one in COLUMNS))),
        }
        raise BlinkError(USAGE, problem=Message(N_("The map knows no {name}; it may name: {known}."), told))
    register = found.get("register")
    if register is not None and register not in set(BookRegister):
        raise BlinkError(
            USAGE,
            problem=Message(
                N_("There is no register {name}: sales, purchases, kpir or revenue."), {"name": register}
            ),
        )
    return TableMap(
        BookRegister(register) if register else None,
        columns={name: str(heading) for name, heading in columns.items()},
    )


def read_register(content: bytes, named: TableMap) -> Iterator[BookHead | BookRow]:
    """The head of a table, then its rows. Raises BlinkError: BAD_TABLE, UNREADABLE_BOOKS with the line, USAGE."""
    if len(content) > _LARGEST:
        raise unreadable(N_("it is too large, or holds no register"))
    lines = read_table(content)
    layout = laid_out(lines, COLUMNS, named.columns)
    headings = next((cells for _line, cells in lines if _is_heading(cells, layout)), [])
    register = named.register or _known(headings)
    found = ((place, _FIELD.search(cell.strip().upper())) for place, cell in enumerate(headings))
    fields = {place: match[0].replace(",", ".") for place, match in found if match}
    rows = [
        _row(layout, line, cells, fields, _Table(register, named.month, number))
        for number, (line, cells) in enumerate(_documents(layout), 1)
    ]
    months = [row.month for row in rows if row.month is not None]
    if not months:
        raise unreadable(N_("it has no rows"))
    yield BookHead(
        source=f"table-{register.value}", registers=(register,), first=min(months), last=max(months)
    )
    yield from rows


def _is_heading(cells: list[str], layout: Layout) -> bool:
    place = layout.places["number"]
    return place < len(cells) and clean(cells[place]) == layout.headings["number"]


def _documents(layout: Layout) -> Iterator[tuple[int, list[str]]]:
    """Lines of documents: those with a number; a line of sums has none."""
    place = layout.places["number"]
    for line, cells in layout.rows:
        if place < len(cells) and clean(cells[place]).strip():
            yield line, cells


def _known(headings: list[str]) -> BookRegister:
    keys = [heading_key(cell) for cell in headings]
    for register, words in _TELLING:
        if any(word in key for key in keys for word in words):
            return register
    raise BlinkError(
        USAGE,
        problem=Message(N_("Say which register the table is: --register sales, purchases, kpir or revenue.")),
    )


@dataclass(frozen=True, slots=True)
class _Table:
    """What a row has of its table."""

    register: BookRegister
    month: Month | None
    number: int


def _row(layout: Layout, line: int, cells: list[str], fields: Mapping[int, str], table: _Table) -> BookRow:
    try:
        return _read(layout.cells(cells), cells, fields, table)
    except BadFieldError as error:
        raise at_line(line, error.message.text, **error.message.values) from None


def _read(named: Mapping[str, str], cells: list[str], fields: Mapping[int, str], table: _Table) -> BookRow:
    sums = {name: _amount(named.get(name, "")) for name in _AMOUNTS}
    issued, day = _day(named.get("issued", "")), _day(named.get("day", ""))
    entered = _day(named.get("entered", ""))
    country, contractor = _party(named)
    net, gross = sums["net"], sums["gross"]
    if table.register in (BookRegister.KPIR, BookRegister.REVENUE):
        net = sums["revenue"] or sums["costs"] or net
    elif gross is None and net is not None:
        gross = net + (sums["vat"] or 0)
    amounts = [(name, _amount(cells[place])) for place, name in fields.items() if place < len(cells)]
    if table.register is BookRegister.KPIR:
        amounts += [("K_9", sums["revenue"]), ("K_14", sums["costs"])]
    mark = named.get("mark", "").upper()
    return BookRow(
        register=table.register,
        position=table.number,
        number=unguarded(named["number"]),
        ksef_number=_ksef(named.get("ksef", "")),
        mark=mark if mark in _MARKS else "",
        country=country,
        contractor=contractor,
        name=unguarded(named.get("name", "")),
        address=unguarded(named.get("address", "")),
        issued=issued,
        day=day,
        entered=entered,
        month=_month(named.get("month", ""), table, entered or day or issued),
        net=net,
        vat=sums["vat"],
        gross=gross,
        amounts=tuple((name, value) for name, value in amounts if value),
        marks=tuple(filter(None, named.get("kind", "").upper().split())),
        description=unguarded(named.get("description", "")),
    )


def _party(named: Mapping[str, str]) -> tuple[str, str]:
    """Country and number of the contractor; the country may stand before the number."""
    country = named.get("country", "").upper()
    number = unguarded(named.get("contractor", "")).replace(" ", "").replace("-", "")
    if number[:2].isalpha() and len(number) > 4 and (not country or number.upper().startswith(country)):
        country, number = number[:2].upper(), number[2:]
    return ("" if country == "PL" else country), ("" if number.upper() == "BRAK" else number)


def _ksef(text: str) -> str:
    try:
        return parse_ksef_number(text) if text else ""
    except ValueError:
        return text


def _month(text: str, table: _Table, day: date | None) -> Month:
    if table.month is not None:
        return table.month
    if text:
        try:
            return Month.parse(text[:7]) if text[4:5] == "-" else Month.parse(f"{text[-4:]}-{text[:-5]:0>2}")
        except ValueError:
            raise BadFieldError(N_("{text} is no month"), text=text[:40]) from None
    if table.register in (BookRegister.KPIR, BookRegister.REVENUE) and day is not None:
        return Month.of(day)
    raise BadFieldError(N_("it tells no month; say it with --month"))


def _day(text: str) -> date | None:
    """ISO or dd.mm.yyyy, also with hyphens or slashes and with a time behind."""
    bare = text.strip().split(" ")[0].split("T")[0]
    if not bare:
        return None
    found = day_of(bare) or day_of(bare.replace("/", ".").replace("-", "."))
    if found is None:
        raise BadFieldError(N_("{text} is no day"), text=text[:40])
    return found


def _amount(text: str) -> Decimal | None:
    """With comma or point, thousands apart by spaces or by the other one; None for an empty cell."""
    bare = _SPACES.sub("", text.strip().replace("−", "-"))
    if not bare:
        return None
    comma, point = bare.rfind(","), bare.rfind(".")
    if comma > point:
        bare = bare.replace(".", "").replace(",", ".")
    elif comma >= 0:
        bare = bare.replace(",", "")
    try:
        found = Decimal(bare)
        if not found.is_finite():
            raise InvalidOperation
        return found.quantize(_CENT, ROUND_HALF_UP)
    except InvalidOperation:
        raise BadFieldError(N_("{text} is no amount"), text=text[:40]) from None
