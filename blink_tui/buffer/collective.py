"""Collective identifiers (IZ) as KSeF told the firms here: which there are, what they cover, what is still to ask.

An identifier and its invoices do not change, so what is told again changes nothing; details that one firm was not
told come from another that was.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from blink_tui.buffer.amounts import known_units, to_amount
from blink_tui.buffer.database import Database
from blink_tui.buffer.session import Row
from blink_tui.buffer.sql import composed
from blink_tui.model.collective import Collective, HeldMember, Listed, Member, PaidUnder, Payment
from blink_tui.model.dates import Instant
from blink_tui.model.values import CollectiveNumber, KsefNumber

_COLLECTIVE = """c.number, c.created, c.invoices,
    (SELECT json_group_array(v.firm_id) FROM collective_viewer v WHERE v.number = c.number),
    EXISTS (SELECT 1 FROM collective_viewer v WHERE v.number = c.number AND v.asked IS NOT NULL)"""
_MEMBER = "m.number, m.ksef_number, m.paid, m.paid_text, m.currency, m.description, m.hidden"

_OF_INVOICE = """
    SELECT {member}, {collective} FROM collective_member m JOIN collective c ON c.number = m.number
    WHERE m.ksef_number = ? ORDER BY c.created DESC, c.number DESC
"""
_MEMBERS = """
    SELECT {member}, (SELECT json_group_array(d.firm_id) FROM document d WHERE d.ksef_number = m.ksef_number),
        (SELECT max(d.invoice_number) FROM document d WHERE d.ksef_number = m.ksef_number)
    FROM collective_member m WHERE m.number = ? ORDER BY m.ksef_number
"""
_PENDING = """
    SELECT c.number, c.created, v.own, c.invoices FROM collective_viewer v JOIN collective c ON c.number = v.number
    WHERE v.firm_id = ? AND v.asked IS NULL
        AND (NOT EXISTS (SELECT 1 FROM collective_viewer w WHERE w.number = v.number AND w.asked IS NOT NULL)
            OR EXISTS (SELECT 1 FROM collective_member m WHERE m.number = v.number AND m.hidden))
    ORDER BY c.number
"""
_KEEP = """
    INSERT INTO collective (number, created, invoices) VALUES (?, ?, ?)
    ON CONFLICT (number) DO UPDATE SET created = coalesce(created, excluded.created),
        invoices = coalesce(invoices, excluded.invoices)
    WHERE (created IS NULL AND excluded.created IS NOT NULL)
        OR (invoices IS NULL AND excluded.invoices IS NOT NULL)
"""
_KEEP_VIEWER = """
    INSERT INTO collective_viewer (firm_id, number, own) VALUES (?, ?, ?)
    ON CONFLICT (firm_id, number) DO UPDATE SET own = 1 WHERE own < excluded.own
"""
_KEEP_MEMBER = """
    INSERT INTO collective_member (number, ksef_number, paid, paid_text, currency, description, hidden)
    VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (number, ksef_number) DO UPDATE SET paid = excluded.paid, paid_text = excluded.paid_text,
        currency = excluded.currency, description = excluded.description, hidden = 0
    WHERE hidden AND NOT excluded.hidden
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """How far a firm's identifiers were asked for."""

    until: Instant | None = None
    """The list was read whole up to here; None for never."""
    tried: Instant | None = None
    """When the schedule last asked, with whatever outcome."""


NEVER_ASKED = Asked()


class Collectives:
    """Identifiers, who was told of them, and their invoices."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def asked(self) -> dict[int, Asked]:
        """How far each firm was asked for; one that never was is left out."""
        rows = await self._database.reader.rows("SELECT firm_id, until, tried FROM collective_asked")
        return {firm_id: Asked(until, tried) for firm_id, until, tried in rows}

    async def note_tried(self, firm_id: int, at: Instant) -> None:
        """The schedule asked for a firm, whatever came of it."""
        async with self._database.transaction() as session:
            await session.run(
                "INSERT INTO collective_asked (firm_id, tried) VALUES (?, ?)"
                " ON CONFLICT (firm_id) DO UPDATE SET tried = excluded.tried",
                (firm_id, at),
            )

    async def note_listed(self, firm_id: int, until: Instant) -> None:
        """A firm's list was read whole up to an instant."""
        async with self._database.transaction() as session:
            await session.run(
                "INSERT INTO collective_asked (firm_id, until) VALUES (?, ?)"
                " ON CONFLICT (firm_id) DO UPDATE SET until = excluded.until",
                (firm_id, until),
            )

    async def keep(self, firm_id: int, listed: Sequence[Listed]) -> int:
        """Keep identifiers that KSeF listed to a firm; how many of them it had not been told of."""
        async with self._database.transaction() as session:
            before = await session.row(
                "SELECT count(*) FROM collective_viewer WHERE firm_id = ?"
                " AND number IN (SELECT value FROM json_each(?))",
                (firm_id, json.dumps([one.number for one in listed])),
            )
            await session.run_many(_KEEP, [(one.number, one.created, one.invoices) for one in listed])
            await session.run_many(_KEEP_VIEWER, [(firm_id, one.number, one.own) for one in listed])
        return len({one.number for one in listed}) - (before[0] if before else 0)

    async def pending(self, firm_id: int) -> list[Listed]:
        """Identifiers told to a firm that it is to ask for the invoices of: not known whole, or with hidden details."""
        rows = await self._database.reader.rows(_PENDING, (firm_id,))
        return [
            Listed(CollectiveNumber(number), created, bool(own), count)
            for number, created, own, count in rows
        ]

    async def keep_members(
        self, firm_id: int, numbers: Sequence[CollectiveNumber], members: Sequence[Member], at: Instant | None
    ) -> None:
        """Keep the invoices under identifiers, as told to a firm that `keep` knows to see them.

        `at` is when all of them were told; None where some could not be read, so that they are asked for again.
        """
        async with self._database.transaction() as session:
            await session.run_many(_KEEP_MEMBER, [_row(one) for one in members if one.collective in numbers])
            if at is not None:
                await session.run_many(
                    "UPDATE collective_viewer SET asked = ? WHERE firm_id = ? AND number = ?",
                    [(at, firm_id, number) for number in numbers],
                )

    async def find(self, number: CollectiveNumber) -> Collective | None:
        """What is known of an identifier; None when no firm was told of it."""
        row = await self._database.reader.row(
            composed("SELECT {collective} FROM collective c WHERE c.number = ?", collective=_COLLECTIVE),
            (number,),
        )
        return None if row is None else _collective(row)

    async def of_invoice(self, ksef_number: KsefNumber) -> list[PaidUnder]:
        """The identifiers of an invoice, newest first, each with what is paid for it."""
        rows = await self._database.reader.rows(
            composed(_OF_INVOICE, member=_MEMBER, collective=_COLLECTIVE), (ksef_number,)
        )
        return [PaidUnder(_collective(row[7:]), _member(row)) for row in rows]

    async def members(self, number: CollectiveNumber) -> list[HeldMember]:
        """The invoices under an identifier, and which firms have them."""
        rows = await self._database.reader.rows(composed(_MEMBERS, member=_MEMBER), (number,))
        return [HeldMember(_member(row), tuple(json.loads(row[7])), row[8]) for row in rows]


def _row(member: Member) -> Row:
    payment = member.payment
    amount = payment.amount if payment else None
    units = known_units(amount)
    return (
        member.collective,
        member.ksef_number,
        units,
        str(amount) if amount is not None and units is None else None,
        payment.currency if payment else None,
        member.description,
        member.hidden,
    )


def _member(row: Row) -> Member:
    number, ksef_number, paid, paid_text, currency, description, hidden = row[:7]
    amount = to_amount(paid) if paid_text is None else Decimal(paid_text)
    return Member(
        CollectiveNumber(number),
        KsefNumber(ksef_number),
        None if amount is None else Payment(amount, currency),
        description,
        bool(hidden),
    )


def _collective(row: Row) -> Collective:
    number, created, invoices, viewers, whole = row
    return Collective(
        CollectiveNumber(number), created, invoices, tuple(sorted(json.loads(viewers))), bool(whole)
    )
