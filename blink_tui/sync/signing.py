"""Signing a month off: refused with sentences while something stands in the way, then the month is locked.

Points that are absolute (the month is over, whole, fetched to now) cannot be signed over; the others can, with a reason
that is kept on the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec

from blink_tui.buffer import Buffer
from blink_tui.i18n import N_, language
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode
from blink_tui.model.firms import Firm
from blink_tui.model.months import Month
from blink_tui.sync.closing_page import ClosingPage, FirmClosing, page_of, read_closing
from blink_tui.sync.closing_points import obstacles

NOT_SIGNED = ErrorKind(
    "month-not-signed",
    ExitCode.FAILED,
    N_("{month} of this firm cannot be signed off: {points}."),
)
REASON_NEEDED = ErrorKind(
    "month-needs-reason",
    ExitCode.FAILED,
    N_("In {month} something is left: {points}. Finish it, or sign with a reason that is kept on the page."),
)
ALREADY_CLOSED = ErrorKind(
    "month-closed",
    ExitCode.FAILED,
    N_("{month} of this firm is closed already, by {who}. Unlock it first, with a reason."),
)
NO_SUCH_PAGE = ErrorKind(
    "no-such-page",
    ExitCode.USAGE,
    N_("{month} of this firm has no signed page {number}; signed pages: {signed}."),
)


@dataclass(frozen=True, slots=True)
class SignedPage:
    """The page of a month as it was signed off: kept for good, never made anew."""

    title: str
    text: str
    html: str
    language: str
    reason: str
    """Why it was signed although points were open; empty where none was."""
    open: tuple[str, ...]
    """Names of the points that were open (`closing_points.About`)."""


def kept(signed: str) -> SignedPage:
    """The page that the buffer holds."""
    return msgspec.json.decode(signed, type=SignedPage)


async def printed(
    buffer: Buffer, firm: Firm, month: Month, *, who: str, now: datetime, as_signed: bool = True
) -> SignedPage | ClosingPage:
    """The page for a printer: as it was signed, where that was done and is wanted, else as the month stands now."""
    if as_signed:
        signed = await buffer.closing.signed(firm.id, month)
        if signed is not None:
            return kept(signed)
    return page_of(await read_closing(buffer, firm, month, now), who=who)


async def printed_again(buffer: Buffer, firm: Firm, month: Month, number: int) -> SignedPage:
    """The page of one signing, 1 being the first, in force or not. Raises BlinkError: NO_SUCH_PAGE."""
    pages = await buffer.closing.pages(firm.id, month)
    if not 1 <= number <= len(pages):
        raise BlinkError(
            NO_SUCH_PAGE, firm=firm.context_value, month=str(month), number=number, signed=len(pages)
        )
    return kept(pages[number - 1].body)


def require_signable(closing: FirmClosing, reason: str) -> None:
    """Raises BlinkError: ALREADY_CLOSED, NOT_SIGNED for what no reason removes, REASON_NEEDED for the rest."""
    lock, month, firm = closing.found.lock, str(closing.month), closing.firm.context_value
    if lock is not None:
        raise BlinkError(ALREADY_CLOSED, firm=firm, month=month, who=lock.who)
    standing = obstacles(closing.points)
    absolute = [one.text for one in standing if one.absolute]
    if absolute:
        raise BlinkError(NOT_SIGNED, firm=firm, month=month, points="; ".join(absolute))
    if standing and not reason.strip():
        told = "; ".join(one.text for one in standing)
        raise BlinkError(REASON_NEEDED, firm=firm, month=month, points=told)


async def sign_off(
    buffer: Buffer, firm: Firm, month: Month, *, who: str, now: datetime, reason: str = ""
) -> ClosingPage:
    """Sign a firm's month off and lock it; returns the page, which the buffer keeps.

    Raises BlinkError as `require_signable`, and CHANGED_MEANWHILE where something of the firm changed while the page
    was made.
    """
    closing = await read_closing(buffer, firm, month, now)
    require_signable(closing, reason)
    left = tuple(one.about.value for one in obstacles(closing.points))
    kept_reason = reason.strip() if left else ""
    page = page_of(closing, who=who, reason=kept_reason, signed=True)
    signed = SignedPage(page.title, page.text, page.html, language(), kept_reason, left)
    await buffer.locks.lock(
        firm.id, month, who=who, signed=msgspec.json.encode(signed).decode(), seen=closing.chain_head
    )
    return page
