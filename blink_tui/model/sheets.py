"""A table out of a spreadsheet: CSV as offices write it, or a workbook (XLSX, XLS, ODS); every cell as text; pure.

What looks like a formula is text like any other. Columns are found by their headings, in any order.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from blink_tui.i18n import N_, Message
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode
from blink_tui.model.text import clean, folded

BAD_TABLE = ErrorKind("bad-table", ExitCode.USAGE, N_("The file cannot be read as a table: {problem}."))

_DELIMITERS = ";\t,"
_HEADING_WITHIN = 20
"""Lines of a title that may stand above the headings."""
_BOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
"""How workbooks begin: a zip, or the older Excel's compound file."""
_UNPACKED_AT_MOST = 256 * 1024 * 1024

_CELLS_AT_MOST = 10_000_000
_REFERENCE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{0,7})([0-9]{1,10})["']""")
"""Place of a cell or row in a sheet of XLSX: XFD1048576."""

Line = tuple[int, list[str]]
"""Number of a line as an editor counts them (the first is 1), and its cells."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about a line of a file."""

    line: int
    message: Message


@dataclass(frozen=True, slots=True)
class Column:
    """A column that means something."""

    name: str
    headings: tuple[str, ...]
    """What it may be called, folded."""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the columns of a table are."""

    places: Mapping[str, int]
    """Position by the name of the column, for those that are there."""
    headings: Mapping[str, str]
    """What they are called in the file; its position (from 1) where there are no headings."""
    rows: Sequence[Line]
    """What stands below the headings."""

    def cells(self, fields: Sequence[str]) -> dict[str, str]:
        """The cells of a line by the names of their columns; those that a short line lacks are empty."""
        return {
            name: clean(fields[place]).strip() if place < len(fields) else ""
            for name, place in self.places.items()
        }


class BadFieldError(Exception):
    """A cell cannot be what its column holds."""

    def __init__(self, sentence: str, /, **values: object) -> None:
        super().__init__(sentence)
        self.message = Message(sentence, values)


def read_table(content: bytes) -> list[Line]:
    """The lines of a file that hold anything. Raises BlinkError(BAD_TABLE)."""
    if content.startswith(_BOOKS):
        return list(_workbook(content))
    text = decoded(content)
    if text is None:
        raise _bad(N_("it is neither a text file nor a workbook"))
    try:
        return list(csv_lines(text))
    except csv.Error as error:
        raise BlinkError(
            BAD_TABLE, problem=Message(N_("it is no CSV that can be read")), cause=str(error)
        ) from None


def decoded(content: bytes) -> str | None:
    """Text in UTF-8, or cp1250 as older Excels write it; None when it is none."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    if b"\0" in content:
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1250", errors="replace")


def csv_lines(text: str) -> Iterator[Line]:
    """Each record with the number of the line on which it begins; empty ones are left out.

    `;`, tab or comma between the fields, whichever the first lines have most of. Raises csv.Error.
    """
    head = "\n".join(text.lstrip().splitlines()[:_HEADING_WITHIN])
    delimiter = max(_DELIMITERS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    begins = 1
    for fields in reader:
        if any(field.strip() for field in fields):
            yield begins, fields
        begins = reader.line_num + 1


def laid_out(
    lines: Sequence[Line], columns: Sequence[Column], named: Mapping[str, str] | None = None
) -> Layout:
    """Find columns by their headings, which may stand below a title.

    `named` says what a column is called in this file, or its position from 1. Raises BlinkError(BAD_TABLE) when the
    file is empty, a column that has to be there is not, or is there twice.
    """
    if not lines:
        raise _bad(N_("it is empty"))
    named = named or {}
    for index, (_line, fields) in enumerate(lines[:_HEADING_WITHIN]):
        places = _places(fields, columns, named)
        if all(column.name in places for column in columns if column.required):
            headings = {name: clean(fields[place]) for name, place in places.items()}
            return Layout(places, headings, lines[index + 1 :])
    positions = {name: int(text) - 1 for name, text in named.items() if text.isdecimal()}
    if all(column.name in positions for column in columns if column.required):
        return Layout(positions, {name: str(place + 1) for name, place in positions.items()}, lines)
    missing = next(column for column in columns if column.required and column.name not in positions)
    raise BlinkError(
        BAD_TABLE,
        problem=Message(
            N_("no column is called {headings}; say which one it is with --column {name}=HEADING"),
            {"headings": " / ".join(missing.headings[:4]), "name": missing.name},
        ),
    )


def heading_key(text: str) -> str:
    """A heading as headings are compared: folded, single spaces, without what stands around words."""
    return re.sub(r"\s+", " ", folded(clean(text))).strip(" .:")


def _places(fields: Sequence[str], columns: Sequence[Column], named: Mapping[str, str]) -> dict[str, int]:
    keys = [heading_key(field) for field in fields]
    places = {}
    for column in columns:
        wanted = (heading_key(named[column.name]),) if column.name in named else column.headings
        found = [place for place, key in enumerate(keys) if key and key in wanted]
        if len(found) > 1:
            raise BlinkError(
                BAD_TABLE,
                problem=Message(
                    N_("two columns could be {name}: {headings}"),
                    {"name": column.name, "headings": ", ".join(clean(fields[place]) for place in found)},
                ),
            )
        if found:
            places[column.name] = found[0]
    return places


def _workbook(content: bytes) -> Iterator[Line]:
    """The lines of the first sheet that holds any."""
    from python_calamine import CalamineError, CalamineWorkbook

    _refuse_bombs(content)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = (book.get_sheet_by_name(name) for name in book.sheet_names)
        rows: Sequence[Sequence[object]] = next(
            filter(None, (sheet.to_python(skip_empty_area=False) for sheet in sheets)), []
        )
    except CalamineError as error:
        raise BlinkError(
            BAD_TABLE, problem=Message(N_("it is no workbook that can be read")), cause=str(error)
        ) from None
    for number, cells in enumerate(rows, 1):
        texts = [_cell(cell) for cell in cells]
        if any(text.strip() for text in texts):
            yield number, texts


def _refuse_bombs(content: bytes) -> None:
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(one.file_size for one in archive.infolist()) > _UNPACKED_AT_MOST:
            raise _bad(N_("it is too large when unpacked"))
        for one in archive.infolist():
            if one.filename.endswith(".bin") and "worksheets/" in one.filename:
                raise _bad(N_("it is a binary workbook (XLSB); save it as XLSX"))
            if one.filename.endswith(".xml") and "worksheets/" in one.filename:
                _refuse_wide(archive.read(one))


def _refuse_wide(sheet: bytes) -> None:
    """Refuse cells so far apart that the reader's table of everything between them would not fit in memory."""
    rows, columns = [0], [0]
    for letters, number in _REFERENCE.findall(sheet):
        rows.append(int(number))
        columns.append(_column_number(letters))
    if max(rows) * max(columns) > _CELLS_AT_MOST:
        raise _bad(N_("its cells are too many or too far apart"))


def _column_number(letters: bytes) -> int:
    """Column of a reference, A is 1."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("@")
    return number


def _cell(value: object) -> str:
    """A cell of a workbook as a person would type it: 401 and not 401.0, days as 2026-01-31."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _bad(problem: str) -> BlinkError:
    return BlinkError(BAD_TABLE, problem=Message(problem))
