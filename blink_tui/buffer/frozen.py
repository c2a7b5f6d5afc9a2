"""Reading a database beside which this account may make no file, while nobody writes into it.

SQLite keeps an index of its log beside the file, for readers too. Where nobody has the database open and this account
may not write into its folder, the file is read as one that does not change (`immutable`), and every answer counts only
if it has not changed: a writer makes its log before it touches the file. From then on it is read as usual.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import aiosqlite

from blink_tui.buffer.session import Row, Session, translated
from blink_tui.model.errors import BlinkError

_Stamp = tuple[int, int, int]
"""What changes with a file: its number, its size and when it was written."""


def frozen(path: Path) -> _Stamp | None:
    """Of a database that is to be read so; None where SQLite itself can see to what others write. Raises OSError."""
    if os.access(path.parent, os.W_OK) or path.with_name(path.name + "-wal").exists():
        return None
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


class FrozenSession(Session):
    """Statements on a database that does not change, or on the one that it has become."""

    def __init__(
        self,
        connection: aiosqlite.Connection,
        path: Path,
        stamp: _Stamp | None,
        connected: Callable[[_Stamp | None], Awaitable[aiosqlite.Connection]],
    ) -> None:
        """`stamp` is from before the connection was opened; `connected` opens another one."""
        super().__init__(connection, path)
        self._stamp = stamp
        self._connected = connected

    async def rows(self, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[Row]:
        """As of a session; what was answered while the file changed is asked again."""
        while True:
            try:
                found = await super().rows(sql, values)
            except BlinkError:
                if not await self._opened_again():
                    raise
            else:
                if not await self._opened_again():
                    return found

    async def _opened_again(self) -> bool:
        """Whether the file has changed; it is open anew then."""
        with translated(self._path):
            if self._stamp is None or (now := frozen(self._path)) == self._stamp:
                return False
            before = self.connection
            self.connection, self._stamp = await self._connected(now), now
            await (
                before.close()
            )  # a file that changes for days would use up the files that a process may open
            return True
