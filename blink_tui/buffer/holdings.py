"""Everything that the buffer holds of a firm, or about one person, read a few hundred rows at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from blink_tui.buffer import xml_codec
from blink_tui.buffer.belongings import Belonging, belongings
from blink_tui.buffer.database import Database
from blink_tui.buffer.session import Row
from blink_tui.buffer.sql import composed, places
from blink_tui.model.personal import PERSONAL
from blink_tui.model.text import folded

_PAGE = 500
_XML = "invoice_xml"
_SEALED: Mapping[str, tuple[str, ...]] = {"pending_export": ("wrapped_key", "iv")}
"""Columns that are secrets, even in their wrapping."""
_WIDER = {"rulebook": "firm_id IN (0, ?1)"}
"""The office's own rules apply to the firm as well."""


@dataclass(frozen=True, slots=True)
class HeldTable:
    """A table with rows about a firm."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    where: str


@dataclass(frozen=True, slots=True)
class HeldXml:
    """An invoice's bytes as KSeF sent them."""

    ksef_number: str
    xml: bytes


@dataclass(frozen=True, slots=True)
class HeldMonth:
    """Documents of a firm in a month."""

    month: str
    """YYYY-MM of issue; empty where that is not known."""
    direction: str
    documents: int


class Holdings:
    """What there is, for whoever may ask for it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def tables(self) -> list[HeldTable]:
        """Every table that may hold rows about a firm, the XML left out."""
        found = (await belongings(self._database.reader)).values()
        return [_held(one, _WIDER.get(one.table, one.concerns)) for one in found if one.table != _XML]

    async def rows(self, table: HeldTable, first: object) -> AsyncIterator[list[Row]]:
        """Its rows in the order of their keys; `first` is the value of ?1, the firm's id or the text looked for."""
        key = ", ".join(table.key)
        sql = "SELECT {columns}, {key} FROM {table} WHERE ({where}) {beyond} ORDER BY {key} LIMIT {page}"
        beyond, last = "", Row()
        while True:
            statement = composed(
                sql,
                columns=", ".join(table.columns),
                key=key,
                table=table.name,
                where=table.where,
                beyond=beyond,
                page=str(_PAGE),
            )
            found = await self._database.scan(statement, (first, *last))
            if found:
                yield [row[: len(table.columns)] for row in found]
            if len(found) < _PAGE:
                return
            last = found[-1][len(table.columns) :]
            beyond = composed("AND ({key}) > ({places})", key=key, places=places(len(table.key)))

    async def xml(self, firm_id: int) -> AsyncIterator[list[HeldXml]]:
        """The XML of a firm's documents in the order of their arrival."""
        last = 0
        while True:
            rows = await self._database.reader.rows(
                "SELECT d.id, x.ksef_number, x.body, x.dictionary FROM document d"
                " JOIN invoice_xml x ON x.ksef_number = d.ksef_number"
                " WHERE d.firm_id = ? AND d.id > ? ORDER BY d.id LIMIT ?",
                (firm_id, last, _PAGE),
            )
            if not rows:
                return
            yield await asyncio.to_thread(_unpacked, [row[1:] for row in rows])
            last = rows[-1][0]

    async def months(self, firm_id: int) -> list[HeldMonth]:
        """A firm's documents by month of issue and direction."""
        rows = await self._database.reader.rows(
            "SELECT substr(issue_date, 1, 7), direction, count(*) FROM document WHERE firm_id = ?"
            " GROUP BY 1, 2 ORDER BY 1, 2",
            (firm_id,),
        )
        return [HeldMonth(*row) for row in rows]

    # About one person

    async def naming(self) -> list[HeldTable]:
        """Tables with data of persons, to be asked for the rows in which a folded text (?1) stands."""
        found = await belongings(self._database.reader)
        named = [one for one in found.values() if one.table in PERSONAL and one.table != _XML]
        return [_held(one, _names(PERSONAL[one.table])) for one in named]

    async def invoices(self) -> int:
        """How many invoices there are, whoever holds them."""
        row = await self._database.reader.row("SELECT count(*) FROM invoice_xml")
        return int(row[0]) if row else 0

    async def xml_naming(self, text: str) -> AsyncIterator[tuple[int, list[HeldXml]]]:
        """How many invoices were looked through, and those of them in whose content a text stands, folded."""
        last = ""
        while True:
            rows = await self._database.reader.rows(
                "SELECT ksef_number, body, dictionary FROM invoice_xml WHERE ksef_number > ?"
                " ORDER BY ksef_number LIMIT ?",
                (last, _PAGE),
            )
            if not rows:
                return
            yield len(rows), await asyncio.to_thread(_naming, rows, folded(text))
            last = rows[-1][0]

    async def holders(self, ksef_number: str) -> list[str]:
        """Contexts of the firms that hold an invoice."""
        rows = await self._database.reader.rows(
            "SELECT f.context_value FROM document d JOIN firm f ON f.id = d.firm_id WHERE d.ksef_number = ?"
            " ORDER BY f.id",
            (ksef_number,),
        )
        return [row[0] for row in rows]


def _held(one: Belonging, where: str) -> HeldTable:
    columns = tuple(name for name in one.columns if name not in _SEALED.get(one.table, ()))
    return HeldTable(one.table, columns, one.key, where)


def _names(columns: Sequence[str] | Mapping[str, str]) -> str:
    return " OR ".join(f"instr(folded(coalesce({name}, '')), ?1)" for name in columns)


def _unpacked(rows: Sequence[Row]) -> list[HeldXml]:
    return [HeldXml(number, xml_codec.decompress(body, dictionary)) for number, body, dictionary in rows]


def _naming(rows: Sequence[Row], text: str) -> list[HeldXml]:
    """Digits are looked for in the bytes; the numbers of persons are nothing else."""
    found = _unpacked(rows)
    if text.isdigit():
        return [one for one in found if text.encode() in one.xml]
    return [one for one in found if text in folded(one.xml.decode("utf-8", "replace"))]
