"""What the fetch log told in all: numbers that only grow, also when its oldest rows go, and over any restart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from blink_tui.buffer.database import Database
from blink_tui.model.documents import Status

_AT_ONCE = 20_000
"""Rows counted in one transaction: about 30 ms."""
_COUNT = """
    INSERT INTO counter (name, label, value)
    SELECT 'events', name, count(*) FROM fetch_log WHERE id > ?1 AND id <= ?2 GROUP BY name
    UNION ALL
    SELECT 'failures', ifnull(json_extract(payload, '$.code'), ''), count(*) FROM fetch_log
    WHERE id > ?1 AND id <= ?2 AND name IN ('pass-failed', 'login-failed') GROUP BY 2
    UNION ALL
    SELECT 'documents', '', sum(json_extract(payload, '$.new')) FROM fetch_log
    WHERE id > ?1 AND id <= ?2 AND name = 'documents-stored' GROUP BY name
    ON CONFLICT (name, label) DO UPDATE SET value = value + excluded.value
"""


@dataclass(frozen=True, slots=True)
class Counted:
    """Numbers since the buffer was made, as far as the log went back when it was counted first."""

    events: Mapping[str, int]
    """By the event's name."""
    failures: Mapping[str, int]
    """Passes, roles and logins that failed, by the failure's code."""
    documents: int
    """Documents that came in."""


class Counters:
    """Counts of a buffer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def counted(self) -> Counted:
        """All that was told until now; writes only where there is something new."""
        while await self._count():
            pass
        rows = await self._database.reader.rows("SELECT name, label, value FROM counter")
        found: dict[str, dict[str, int]] = {}
        for name, label, value in rows:
            found.setdefault(name, {})[label] = value
        documents = found.get("documents", {})
        return Counted(found.get("events", {}), found.get("failures", {}), documents.get("", 0))

    async def statuses(self) -> dict[Status, int]:
        """How many documents there are of each status."""
        rows = await self._database.scan("SELECT status, count(*) FROM document GROUP BY status")
        return dict.fromkeys(Status, 0) | {Status(status): count for status, count in rows}

    async def _count(self) -> bool:
        """Count some rows; False when there are no more."""
        last = await self._database.reader.row(
            "SELECT ifnull(max(id), 0), ifnull((SELECT value FROM counter WHERE name = 'upto'), 0) FROM fetch_log"
        )
        if last is None or last[0] <= last[1]:
            return False
        async with self._database.transaction(durable=False) as session:
            row = await session.row("SELECT value FROM counter WHERE name = 'upto'")
            begin = int(row[0]) if row else 0
            end = max(begin, min(int(last[0]), begin + _AT_ONCE))
            await session.run(_COUNT, (begin, end))
            await session.run(
                "INSERT INTO counter (name, label, value) VALUES ('upto', '', ?)"
                " ON CONFLICT (name, label) DO UPDATE SET value = excluded.value",
                (end,),
            )
        return end < int(last[0])
