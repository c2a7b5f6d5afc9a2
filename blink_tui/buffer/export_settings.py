"""What each firm says about its exports, by format; every change is told in the firm's chain."""

from __future__ import annotations

import json
from collections.abc import Mapping

from blink_tui.buffer import errors, history, meanwhile
from blink_tui.buffer.database import Database
from blink_tui.buffer.session import Session
from blink_tui.model.clock import Clock
from blink_tui.model.dates import instant_of

_KIND = "export-settings"
_SAVE = """
    INSERT INTO export_setting (firm_id, format, name, value) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET value = excluded.value
"""


class ExportSettings:
    """Texts by firm, format and name; the empty format is the firm itself. Whoever saves has checked them."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def of(self, firm_id: int, format: str) -> dict[str, str]:  # noqa: A002 - the field's own word
        """What a firm said of itself and of a format; what it did not say is not there."""
        return {**await _kept(self._database.reader, firm_id, ""), **await self.own(firm_id, format)}

    async def own(self, firm_id: int, format: str) -> dict[str, str]:  # noqa: A002 - as above
        """What it said of a format alone."""
        return await _kept(self._database.reader, firm_id, format)

    async def folders(self) -> list[str]:
        """Every folder that some firm named for a ledger program."""
        rows = await self._database.reader.rows(
            "SELECT DISTINCT value FROM export_setting WHERE name = 'folder' ORDER BY value"
        )
        return [str(row[0]) for row in rows]

    async def all(self) -> dict[int, dict[str, dict[str, str]]]:
        """By firm and format what was said; the empty format is the firm itself."""
        found: dict[int, dict[str, dict[str, str]]] = {}
        for firm_id, format_, name, value in await self._database.reader.rows(
            "SELECT firm_id, format, name, value FROM export_setting ORDER BY firm_id, format, name"
        ):
            found.setdefault(firm_id, {}).setdefault(format_, {})[name] = value
        return found

    async def save(
        self,
        firm_id: int,
        format: str,  # noqa: A002 - as above
        values: Mapping[str, str],
        *,
        who: str,
        seen: Mapping[str, str] | None = None,
    ) -> None:
        """Keep values, forget those that are empty, leave others as they are.

        `seen` is what stood there when it was looked at. Raises BlinkError(CHANGED_MEANWHILE).
        """
        async with self._database.transaction() as session:
            before = await _kept(session, firm_id, format)
            if seen is not None and any(before.get(name, "") != seen.get(name, "") for name in values):
                raise await meanwhile.of_firm(session, firm_id, _KIND, errors.EXPORT_SETTINGS)
            after = {name: value for name, value in {**before, **values}.items() if value}
            if after == before:
                return
            gone = [(firm_id, format, name) for name in before.keys() - after.keys()]
            await session.run_many(
                "DELETE FROM export_setting WHERE firm_id = ? AND format = ? AND name = ?", gone
            )
            await session.run_many(_SAVE, [(firm_id, format, *one) for one in after.items()])
            at = instant_of(self._clock.now())
            told = [json.dumps({format: one}, ensure_ascii=False, sort_keys=True) for one in (before, after)]
            await history.append_firm(session, firm_id, _KIND, *told, at=at, who=who)


async def _kept(session: Session, firm_id: int, format_: str) -> dict[str, str]:
    rows = await session.rows(
        "SELECT name, value FROM export_setting WHERE firm_id = ? AND format = ? ORDER BY name",
        (firm_id, format_),
    )
    return dict(rows)
