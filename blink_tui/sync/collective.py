"""Collective identifiers (IZ) of a firm: asked for once a night, or when a person wants to know.

A night in which nothing is new costs one request; the invoices of new identifiers are asked for as many identifiers
at a time as one answer holds, so that a refusal for limits costs nothing that was told before it. KSeF lists to a
firm what was made in its own context or over its sales; an identifier that a seller made is found from its invoice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from blink_tui.buffer import Buffer
from blink_tui.buffer.collective import Asked
from blink_tui.i18n import N_
from blink_tui.ksef import collective
from blink_tui.ksef.access import Access
from blink_tui.ksef.errors import COLLECTIVES_NOT_OFFERED, AskedToWaitError
from blink_tui.model import events
from blink_tui.model.collective import Listed
from blink_tui.model.dates import Instant, datetime_of, instant_of, start_of_warsaw_day
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode
from blink_tui.model.firms import Firm
from blink_tui.model.values import CollectiveNumber, KsefNumber
from blink_tui.sync.events import Reporter
from blink_tui.sync.plan import first_instant

NO_SUCH_COLLECTIVE = ErrorKind(
    "no-such-collective",
    ExitCode.USAGE,
    N_("KSeF tells firm {firm} of no collective identifier {number}. Check the number."),
)
_OVERLAP = timedelta(days=1)
"""Asked again each night: nothing says how soon after it was made an identifier is listed."""
_LONGEST = timedelta(days=89)
"""KSeF takes ranges of at most 100 days."""
_A_DAY = timedelta(days=1)
_MORE_THAN_A_MONTH = timedelta(days=32)


async def ask_nightly(buffer: Buffer, access: Access, firm: Firm, asked: Asked, report: Reporter) -> None:
    """Ask for what is new, and tell it; what goes wrong is told and never raised as BlinkError.

    What limits put off is asked for again in the same night, anything else in the next one.
    """
    try:
        new, unreadable = await gather(buffer, access, firm, asked.until)
        if new or unreadable:
            report(events.CollectivesFound, new=new, unreadable=unreadable)
    except AskedToWaitError as error:
        until = instant_of(access.clock.now() + timedelta(seconds=error.retry_after))
        report(events.Waiting, reason=str(error), until=until)
        return
    except BlinkError as error:
        if error.kind is not COLLECTIVES_NOT_OFFERED:
            report(
                events.CollectivesNotRead,
                code=error.kind.code,
                problem=str(error),
                cause=error.cause,
                trace_id=error.trace_id,
            )
    await buffer.collective.note_tried(firm.id, instant_of(access.clock.now()))


async def gather(buffer: Buffer, access: Access, firm: Firm, until: Instant | None) -> tuple[int, int]:
    """Keep what KSeF lists since `until`, and the invoices of what is new; counts of new and unreadable records.

    Raises BlinkError as KSeF's answers do; what was told before is kept.
    """
    now = datetime_of(instant_of(access.server_now()))
    new = unreadable = 0
    for low, high in windows(_start(firm, until, now), now):
        async for page in collective.listed(access, instant_of(low), instant_of(high)):
            new += await buffer.collective.keep(firm.id, page.records)
            unreadable += page.unreadable
        if not unreadable:  # what could not be read is asked for again
            await buffer.collective.note_listed(firm.id, instant_of(high))
    return new, unreadable + await _members(buffer, access, firm, await buffer.collective.pending(firm.id))


async def ask_invoice(buffer: Buffer, access: Access, firm: Firm, number: KsefNumber) -> None:
    """Keep the identifiers of an invoice, whoever made them, and what they cover. Raises BlinkError."""
    told: set[CollectiveNumber] = set()
    async for page in collective.of_invoice(access, number):
        await buffer.collective.keep(firm.id, page.records)
        told.update(one.number for one in page.records)
    pending = [one for one in await buffer.collective.pending(firm.id) if one.number in told]
    await _members(buffer, access, firm, pending)


async def ask_identifier(buffer: Buffer, access: Access, firm: Firm, number: CollectiveNumber) -> None:
    """Keep what KSeF tells a firm of an identifier. Raises BlinkError, NO_SUCH_COLLECTIVE when it tells nothing."""
    low, high = around_month(number)
    pages = collective.listed(access, low, high, number)
    listed = [one async for page in pages for one in page.records if one.number == number]
    answers = [page async for page in collective.invoices(access, [number])]
    members = [one for page in answers for one in page.records]
    whole = not any(page.unreadable for page in answers)
    if not listed and not members:
        raise BlinkError(NO_SUCH_COLLECTIVE, firm=firm.context_value, number=number)
    await buffer.collective.keep(firm.id, listed or [Listed(number, None, own=False)])
    at = instant_of(access.clock.now()) if whole else None
    await buffer.collective.keep_members(firm.id, [number], members, at)


def windows(since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Adjoining ranges that KSeF takes, oldest first; pure."""
    while since + _LONGEST < until:
        yield since, since + _LONGEST
        since += _LONGEST
    yield since, until


def batches(listed: Sequence[Listed]) -> Iterator[list[CollectiveNumber]]:
    """Identifiers whose invoices fit one answer, or one alone; of an unknown size one at a time; pure."""
    batch: list[CollectiveNumber] = []
    size = 0
    for one in listed:
        more = one.invoices or collective.INVOICES_A_PAGE
        if batch and (len(batch) == collective.NUMBERS_AT_ONCE or size + more > collective.INVOICES_A_PAGE):
            yield batch
            batch, size = [], 0
        batch.append(one.number)
        size += more
    if batch:
        yield batch


def around_month(number: CollectiveNumber) -> tuple[Instant, Instant]:
    """A range that holds the month in an identifier's number, in any time zone; pure."""
    first = date(int(number[13:17]), int(number[17:19]), 1)
    return start_of_warsaw_day(first - _A_DAY), start_of_warsaw_day(first + _MORE_THAN_A_MONTH)


def _start(firm: Firm, until: Instant | None, now: datetime) -> datetime:
    """Where the first range begins; what lies ahead was noted by a clock that has been set back since."""
    if until is None:
        return min(datetime_of(first_instant(firm.first_day, now)), now)
    return min(datetime_of(until), now) - _OVERLAP


async def _members(buffer: Buffer, access: Access, firm: Firm, listed: Sequence[Listed]) -> int:
    """Ask what identifiers cover and keep it, answer by answer; how many records could not be read."""
    unreadable = 0
    for numbers in batches(listed):
        pages = [page async for page in collective.invoices(access, numbers)]
        told = [one for page in pages for one in page.records]
        damaged = sum(page.unreadable for page in pages)
        at = None if damaged else instant_of(access.clock.now())
        await buffer.collective.keep_members(firm.id, numbers, told, at)
        unreadable += damaged
    return unreadable
