"""The schedule of each role: read by whoever decides what is due, written where a pass begins and ends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from blink_tui.buffer.database import Database
from blink_tui.buffer.session import Row, Session
from blink_tui.buffer.sql import composed, places, sliced
from blink_tui.model.clock import Clock
from blink_tui.model.dates import Instant, instant_of
from blink_tui.model.documents import Role
from blink_tui.model.schedule import RoleEnd, ScheduledRole

_SELECT = """
    SELECT firm_id, role, every, asked, wanted, not_before, problem, brought, brought_before, swept, holder IS NOT NULL
    FROM schedule LEFT JOIN lease USING (firm_id, role) {where} ORDER BY firm_id, role
"""


def _scheduled(row: Row) -> ScheduledRole:
    firm_id, role, every, asked, wanted, not_before, problem, brought, before, swept, begun = row
    return ScheduledRole(
        firm_id, Role(role), every, asked, wanted, not_before, problem, (brought, before), swept, bool(begun)
    )


async def start(session: Session, *firm_ids: int) -> None:
    """Make the schedules of new firms within the caller's transaction."""
    await session.run_many(
        "INSERT INTO schedule (firm_id, role) VALUES (?, ?)",
        [(firm_id, role.value) for firm_id in firm_ids for role in Role],
    )


async def asked(session: Session, firm_id: int) -> dict[Role, Instant | None]:
    """When each role was asked for last; none of a firm that the schedule leaves alone, or that is gone."""
    rows = await session.rows(
        "SELECT role, asked FROM schedule JOIN firm ON firm.id = firm_id"
        " WHERE firm_id = ? AND enabled AND NOT paused",
        (firm_id,),
    )
    return {Role(role): at for role, at in rows}


async def begun(session: Session, firm_id: int, roles: Iterable[Role], at: Instant) -> None:
    """Roles are asked for from now on, within the caller's transaction."""
    await session.run_many(
        "UPDATE schedule SET asked = ? WHERE firm_id = ? AND role = ?",
        [(at, firm_id, role.value) for role in roles],
    )


async def ended(session: Session, firm_id: int, ends: Mapping[Role, RoleEnd]) -> None:
    """What came of roles, within the caller's transaction."""
    await session.run_many(
        "UPDATE schedule SET problem = ?, not_before = ?, brought = ?, brought_before = brought,"
        " every = coalesce(?, every) WHERE firm_id = ? AND role = ?",
        [
            (end.problem, end.not_before, end.brought, end.every, firm_id, role.value)
            for role, end in ends.items()
        ],
    )


async def let_go(session: Session, firm_id: int, roles: Iterable[Role]) -> None:
    """Roles that were put off come in their turn again, within the caller's transaction."""
    await session.run_many(
        "UPDATE schedule SET not_before = NULL WHERE firm_id = ? AND role = ?",
        [(firm_id, role.value) for role in roles],
    )


class Schedules:
    """The schedules of a profile's firms."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def all(self) -> list[ScheduledRole]:
        """Every role of every firm."""
        rows = await self._database.reader.rows(composed(_SELECT, where=""))
        return [_scheduled(row) for row in rows]

    async def of(self, firm_id: int) -> dict[Role, ScheduledRole]:
        """The roles of one firm."""
        rows = await self._database.reader.rows(composed(_SELECT, where="WHERE firm_id = ?"), (firm_id,))
        return {one.role: one for one in map(_scheduled, rows)}

    async def set_interval(self, places: Sequence[tuple[int, Role]], every: int | None) -> None:
        """Ask for roles, each with its firm's id, every so many minutes, NIGHTLY, NEVER, or as is usual (None)."""
        async with self._database.transaction() as session:
            await session.run_many(
                "UPDATE schedule SET every = ?, not_before = NULL WHERE firm_id = ? AND role = ?",
                [(every, firm_id, role.value) for firm_id, role in places],
            )

    async def pause(self, firm_ids: Sequence[int], paused: bool) -> int:
        """Leave firms alone, or ask for them again; returns how many of them did not stand so already."""
        changed, now = 0, instant_of(self._clock.now())
        async with self._database.transaction() as session:
            for some in sliced(firm_ids):
                sql = composed(
                    "UPDATE firm SET paused = ?1, version = version + 1, watched_since = ?2"
                    " WHERE paused <> ?1 AND id IN ({places}) RETURNING id",
                    places=places(len(some)),
                )
                changed += len(await session.rows(sql, (int(paused), now, *some)))
        return changed

    async def want(self, firm_ids: Sequence[int], roles: Sequence[Role], at: Instant) -> None:
        """Ask whoever runs the schedule for a pass now."""
        async with self._database.transaction() as session:
            await session.run_many(
                "UPDATE schedule SET wanted = ? WHERE firm_id = ? AND role = ?",
                [(at, firm_id, role.value) for firm_id in firm_ids for role in roles],
            )

    async def swept(self, firm_id: int, role: Role, at: Instant) -> None:
        """A role was compared with KSeF's list by the schedule."""
        async with self._database.transaction() as session:
            await session.run(
                "UPDATE schedule SET swept = ? WHERE firm_id = ? AND role = ?", (at, firm_id, role)
            )

    async def asked_by_people(self) -> tuple[Instant | None, ...]:
        """Another value after everything by which a person wants the schedule to do otherwise at once: a pass wanted,
        a firm added, changed, paused, a credential. It is far cheaper than the schedule itself.
        """
        row = await self._database.reader.row(
            "SELECT (SELECT max(wanted) FROM schedule), (SELECT sum(version) FROM firm),"
            " (SELECT max(id) FROM credential), (SELECT count(*) FROM credential_firm)"
        )
        return tuple(row or ())
