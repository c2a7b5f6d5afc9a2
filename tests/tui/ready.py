"""What each test of the console would make anew and always the same: the small office, and the parsed style sheets."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet

from blink_tui.buffer import Buffer, open_buffer
from blink_tui.model.firms import Firm
from tests.tui.office import open_office


class ReadyOffice:
    """Puts copies of one small office into buffers that hold nothing yet."""

    def __init__(self, folder: Path, documents: int) -> None:
        self._documents = documents
        path = folder / "office.sqlite"
        self._firms = asyncio.run(self._made(path))
        self._ready = sqlite3.connect(path, check_same_thread=False)

    async def _made(self, path: Path) -> list[Firm]:
        async with open_buffer(path) as buffer:
            return await open_office(buffer, self._documents)

    async def put_into(self, buffer: Buffer, path: Path) -> list[Firm]:
        assert not await buffer.firms.list()
        with closing(sqlite3.connect(path)) as file:
            self._ready.backup(file)
        return list(self._firms)

    def close(self) -> None:
        self._ready.close()


def parsed_once() -> Callable[..., list[RuleSet]]:
    """Stands in for `Stylesheet._parse_rules`: what an earlier app has parsed with the same variables is taken."""
    parse, parsed = Stylesheet._parse_rules, dict[Any, list[RuleSet]]()

    def parse_rules(sheet: Stylesheet, *given: Any, **named: Any) -> list[RuleSet]:
        key = (frozenset(sheet._variables.items()), given, frozenset(named.items()))
        if key not in parsed:
            parsed[key] = parse(sheet, *given, **named)
        return list(parsed[key])

    return parse_rules
