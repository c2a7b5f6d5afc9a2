"""How a filter is asked, so that no question takes long at a million documents.

Few documents: their ids are gathered once, from the index of whatever is rare, and every question is about those.
Many: pages go along the order, counts read `document_facts`, an index of all that filters compare.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from blink_tui.buffer.database import Database
from blink_tui.buffer.grid_filter import (
    Condition,
    GridFilter,
    Part,
    conditions,
    joined,
    joined_for_all,
    until,
)
from blink_tui.buffer.sql import composed

FACTS = "INDEXED BY document_facts"
_OF_FIRMS = "INDEXED BY document_of_firm_by_arrival"
ANY = Part("1")
"""No condition."""

_SOME = "SELECT * FROM ({ids}) LIMIT ?"
_OF_SOME = "SELECT d.id FROM document d WHERE {which} AND {where}"
_OF_ALL = "SELECT d.id FROM document d {source} WHERE {where} LIMIT ?"
_COUNT = "SELECT count(*) FROM document d {source} WHERE {where}"
_COUNT_EVERY = "SELECT count(*) FROM ({every}) WHERE {until}"
_COUNTED = "SELECT count(*) FROM ({ids} AND {before})"
_REMEMBERED = 16


@dataclass(frozen=True, slots=True)
class Bounds:
    """Numbers of documents between which ways of asking are equally quick."""

    few: int = 10_000
    """So many are looked up and sorted in a few hundredths of a second."""
    near: int = 10_000
    """So many rows are tested along an order before everything is looked at."""


BOUNDS = Bounds()


class Narrowing:
    """The ids of a filter that leaves few documents, remembered until anything is written."""

    def __init__(self, database: Database, most: int) -> None:
        self._database = database
        self._most = most
        self._remembered: OrderedDict[GridFilter, tuple[int, list[int] | None]] = OrderedDict()

    async def few(self, chosen: GridFilter) -> list[int] | None:
        """Ids of all documents of a filter; None when there are many, or when an order's index decides it anyway."""
        if chosen.is_plain:
            return None
        version = await self._database.data_version()
        held = self._remembered.get(chosen)
        if held is None or held[0] != version:
            held = version, await self._gathered(chosen)
        self._remembered[chosen] = held
        self._remembered.move_to_end(chosen)
        if len(self._remembered) > _REMEMBERED:
            self._remembered.popitem(last=False)
        return held[1]

    async def _gathered(self, chosen: GridFilter) -> list[int] | None:
        found, before = conditions(chosen), until(chosen.max_id)
        for condition in sorted(found, key=lambda one: one.ids is not None and one.ids is one.every):
            if condition.ids is None:
                continue
            ids = await self._some(composed(_SOME, ids=condition.ids.sql), condition.ids.values)
            if ids is not None:
                return await self._those(ids, [*(one for one in found if one is not condition), before])
            if len(found) == 1:
                return None
        if all(condition.negated for condition in found):
            return None
        if chosen.firm_ids is not None and all(condition.plain for condition in found):
            where = joined([*found, before], free="")
            return await self._some(composed(_OF_ALL, source=_OF_FIRMS, where=where.sql), where.values)
        columns = [one for one in found if one.every is None]
        beyond = [one for one in found if one.every is not None]
        if columns and beyond:
            ids = await self._among_facts([*columns, before])
            if ids is not None:
                return await self._those(ids, beyond)
        return await self._among_facts([*found, before])

    async def _among_facts(self, found: Sequence[Condition]) -> list[int] | None:
        where = joined_for_all(found)
        return await self._some(composed(_OF_ALL, source=FACTS, where=where.sql), where.values)

    async def _some(self, sql: str, values: Sequence[object]) -> list[int] | None:
        """What a statement gives, unless it is more than few."""
        rows = await self._database.scan(sql, [*values, self._most + 1])
        return [id_ for (id_,) in rows] if len(rows) <= self._most else None

    async def _those(self, ids: list[int], found: Sequence[Condition]) -> list[int]:
        which, where = these(ids), joined(found, free="+")
        sql = composed(_OF_SOME, which=which.sql, where=where.sql)
        return [id_ for (id_,) in await self._database.scan(sql, [*which.values, *where.values])]


def these(ids: Sequence[int]) -> Part:
    """The condition that a document is one of these."""
    return Part("d.id IN (SELECT value FROM json_each(?))", (json.dumps(ids),))


def in_order(chosen: GridFilter, *, leads: bool) -> Part:
    """Conditions along an order's index: a `+` keeps them from choosing another, unless one firm leads its own."""
    found = [*conditions(chosen), until(chosen.max_id)]
    if not leads:
        return joined(found, free="+")
    firm, rest = joined(found[:1], free=""), joined(found[1:], free="+")
    return Part(f"{firm.sql} AND {rest.sql}", (*firm.values, *rest.values))


def whole(chosen: GridFilter) -> tuple[str, Part]:
    """Where many documents are read from at once, and by which conditions."""
    found = [*conditions(chosen), until(chosen.max_id)]
    if chosen.is_plain:
        return "", joined(found, free="")
    return FACTS, joined_for_all(found)


def count_of(chosen: GridFilter) -> Part:
    """The question how many documents of a filter there are, which are many."""
    found, before = conditions(chosen), until(chosen.max_id)
    if len(found) == 1 and found[0].every is not None:
        return _count_of_every(found[0].every, before, chosen.max_id, without=found[0].negated)
    if len(found) == 1 and found[0].ids is not None:
        ids = found[0].ids
        return Part(composed(_COUNTED, ids=ids.sql, before=before.sql), (*ids.values, *before.values))
    if all(one.plain for one in found):
        where = joined([*found, before], free="")
        return Part(composed(_COUNT, source="", where=where.sql), where.values)
    source, where = whole(chosen)
    return Part(composed(_COUNT, source=source, where=where.sql), where.values)


def _count_of_every(every: Part, before: Condition, max_id: int | None, *, without: bool) -> Part:
    """Of what one reading gives, or of all the others."""
    last = ANY if max_id is None else Part("document_id <= ?", (max_id,))
    counted = Part(composed(_COUNT_EVERY, every=every.sql, until=last.sql), (*every.values, *last.values))
    if not without:
        return counted
    total = composed(_COUNT, source="", where=before.sql)
    return Part(f"SELECT ({total}) - ({counted.sql})", (*before.values, *counted.values))
