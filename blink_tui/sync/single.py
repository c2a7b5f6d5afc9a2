"""One document by its KSeF number, with what the list says of it; no mark moves."""

from __future__ import annotations

import asyncio

from blink_tui.buffer import Buffer, StoreResult
from blink_tui.i18n import N_
from blink_tui.ksef.client import Session
from blink_tui.model.documents import Role
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode
from blink_tui.model.firms import Firm
from blink_tui.model.values import KsefNumber
from blink_tui.sync.unpack import single_invoice

NOT_LISTED = ErrorKind(
    "not-listed",
    ExitCode.FAILED,
    N_("KSeF does not list {number} for {firm} in any role. See whether the number and the firm are right."),
)


async def fetch_number(
    buffer: Buffer, session: Session, firm: Firm, roles: tuple[Role, ...], number: KsefNumber
) -> StoreResult:
    """Store a document in every role in which KSeF lists it for the firm; it is new when it was in none.

    Raises BlinkError: not-listed, or what KSeF answers.
    """
    listed = [(role, await session.find_metadata(number, role)) for role in roles]
    found = [(role, header) for role, header in listed if header is not None]
    if not found:
        raise BlinkError(NOT_LISTED, firm=firm.context_value, number=number)
    content = await session.invoice(number)
    new = 0
    for role, header in found:
        invoice = await asyncio.to_thread(single_invoice, header, content)
        new += (await buffer.documents.store(firm, role, [invoice])).new
    return StoreResult(1, new)
