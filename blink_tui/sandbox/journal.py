"""The log of every request: a ring in memory, read by `GET /_sandbox/requests`."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

from blink_tui.sandbox.clock import text_of

_SIZE = 20_000


class Journal:
    """The last requests in order of their answers, and how many there have been."""

    def __init__(self) -> None:
        self._rows: deque[tuple[int, str, str, str, str, str | None, bool, int, int]] = deque(maxlen=_SIZE)
        self.total = 0

    def add(
        self,
        at: int,
        method: str,
        path: str,
        query: str,
        user_agent: str,
        context: str | None,
        bearer: bool,
        status: int,
        body_size: int,
    ) -> None:
        """Note one answered request; `body_size` is of the answer, in bytes."""
        self.total += 1
        self._rows.append((at, method, path, query, user_agent, context, bearer, status, body_size))

    def rows(self) -> Iterator[dict[str, Any]]:
        """The requests as plain values, oldest first."""
        for at, method, path, query, user_agent, context, bearer, status, size in self._rows:
            yield {
                "at": text_of(at),
                "method": method,
                "path": path,
                "query": query,
                "user_agent": user_agent,
                "context": context,
                "bearer": bearer,
                "status": status,
                "body_size": size,
            }
