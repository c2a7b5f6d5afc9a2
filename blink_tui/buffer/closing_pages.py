"""Closing pages as they were signed off: kept for good, and compared with what the chain of events says of them."""

from __future__ import annotations

import asyncio
import hashlib
import json
from dataclasses import dataclass

from blink_tui.buffer.session import Session
from blink_tui.model.dates import Instant
from blink_tui.model.months import Month

_KEEP = """
    INSERT INTO closing_page (firm_id, month, sha256, at, who, body) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (firm_id, month, sha256) DO NOTHING
"""
_IN_FORCE = """
    SELECT p.body FROM month_lock l JOIN closing_page p
        ON p.firm_id = l.firm_id AND p.month = l.month AND p.sha256 = l.signed
    WHERE l.firm_id = ? AND l.month = ?
"""
_OF_MONTH = """
    SELECT p.sha256, p.at, p.who, p.body, EXISTS (
        SELECT 1 FROM month_lock l WHERE l.firm_id = p.firm_id AND l.month = p.month AND l.signed = p.sha256)
    FROM closing_page p WHERE p.firm_id = ? AND p.month = ? ORDER BY p.id
"""
_TOLD = "SELECT seq, at, who, after FROM firm_event WHERE firm_id = ? AND what = 'month-signed' ORDER BY seq"
_IDS = "SELECT id FROM closing_page WHERE firm_id = ? ORDER BY id"
_PAGE = "SELECT month, sha256, at, who, body FROM closing_page WHERE id = ?"


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A page with which a month was signed off."""

    sha256: str
    """Of the body, in hex: the chain of events names it."""
    at: Instant
    who: str
    body: str
    """JSON, as it was given when the month was locked."""
    in_force: bool
    """The month is locked by it; else it was opened again since."""


async def keep(session: Session, firm_id: int, month: Month, body: str, *, at: Instant, who: str) -> str:
    """Keep a page; returns its hash in hex. The very same page signed once more is kept as it was."""
    sha256 = _digest(body)
    await session.run(_KEEP, (firm_id, str(month), sha256, at, who, body))
    return sha256


async def in_force(session: Session, firm_id: int, month: Month) -> str | None:
    """Body of the page that a month is locked by; None where it is open or locked without one."""
    row = await session.row(_IN_FORCE, (firm_id, str(month)))
    return row[0] if row else None


async def of_month(session: Session, firm_id: int, month: Month) -> list[KeptPage]:
    """Every page with which a firm's month was ever signed off, the first one first."""
    rows = await session.rows(_OF_MONTH, (firm_id, str(month)))
    return [KeptPage(sha256, at, who, body, bool(valid)) for sha256, at, who, body, valid in rows]


@dataclass(frozen=True, slots=True)
class Wrong:
    """A page that the chain does not bear out."""

    seq: int | None
    """Of the entry whose page is gone or changed; None for a page that no entry tells of."""


async def first_wrong(session: Session, firm_id: int) -> Wrong | None:
    """The first of a firm's pages that is not as the chain's entries tell; None when all are. Reads page by page."""
    told = await _told(session, firm_id)
    kept = set()
    for (id_,) in await session.rows(_IDS, (firm_id,)):
        month, sha256, at, who, body = (await session.rows(_PAGE, (id_,)))[0]
        sound = await asyncio.to_thread(_digest, body) == sha256
        kept.add((month, sha256, at, who) if sound else ())
    for page, seq in told.items():
        if page not in kept:
            return Wrong(seq)
    if (
        kept <= told.keys() or kept <= (await _told(session, firm_id)).keys()
    ):  # it may have been signed meanwhile
        return None
    return Wrong(None)


async def _told(session: Session, firm_id: int) -> dict[tuple[str, ...], int]:
    """Month, hash, time and signer of each page that the chain tells of, with the position of its first entry."""
    found: dict[tuple[str, str], tuple[int, str, str]] = {}
    for seq, at, who, after in await session.rows(_TOLD, (firm_id,)):
        named = json.loads(after)
        found.setdefault((named["month"], named["sha256"]), (seq, at, who))
    return {(*page, at, who): seq for page, (seq, at, who) in found.items()}


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()
