"""Proof of completeness: what KSeF lists for a firm's role against what the buffer holds, number by number.

The list comes as a metadata-only export over the whole span, so that one order proves ten thousand documents.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from blink_tui.buffer import Account
from blink_tui.ksef.client import Session
from blink_tui.ksef.errors import NOTHING_NEW
from blink_tui.ksef.packages import METADATA_NAME, decode_package_metadata, read_package
from blink_tui.ksef.wire import ExportPackage
from blink_tui.model import events
from blink_tui.model.clock import Clock
from blink_tui.model.dates import Instant, instant_key, instant_of
from blink_tui.model.documents import DocumentHeader, Role
from blink_tui.model.errors import BlinkError
from blink_tui.model.marks import Proof
from blink_tui.model.mismatches import PACKAGE, Disagreement
from blink_tui.model.values import KsefNumber
from blink_tui.sync import plan
from blink_tui.sync.arrival import download, scratch
from blink_tui.sync.errors import WINDOW_STANDS_STILL
from blink_tui.sync.exports import ready_package
from blink_tui.sync.passes import RolePass
from blink_tui.sync.role_work import RoleWork
from blink_tui.sync.verify import disagreement

Sums = Mapping[str, Decimal]
"""Gross by currency."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a role holds in [since, until) according to both sides."""

    role: Role
    since: Instant
    until: Instant
    listed: int
    missing: tuple[DocumentHeader, ...]
    """Listed by KSeF and not in the buffer."""
    different: tuple[KsefNumber, ...]
    """In both, with another hash or gross amount."""
    unlisted: tuple[KsefNumber, ...]
    """In the buffer, stored within the span by its own account, and not listed by KSeF."""
    listed_sums: Sums
    held_sums: Sums

    @property
    def equal(self) -> bool:
        """Both sides hold the same documents with the same bytes and amounts."""
        return not (self.missing or self.different or self.unlisted)


def compare(
    role: Role,
    since: Instant,
    until: Instant,
    listed: Sequence[DocumentHeader],
    held: Mapping[KsefNumber, Account],
) -> Comparison:
    """Both sides of a span, each document once. What was stored at its very end belongs to the next one."""
    end = instant_key(until)
    there = {header.ksef_number: header for header in listed}
    missing = tuple(
        header
        for number, header in there.items()
        if number not in held and (header.stored is None or instant_key(header.stored) < end)
    )
    both = [number for number in there if number in held]
    unlisted = tuple(
        number
        for number, account in held.items()
        if number not in there
        and account.stored is not None
        and instant_key(since) <= instant_key(account.stored) < end
    )
    return Comparison(
        role,
        since,
        until,
        len(both) + len(missing),
        missing,
        tuple(number for number in both if _differs(there[number], held[number])),
        unlisted,
        _sums((header.currency, header.gross) for header in (*map(there.__getitem__, both), *missing)),
        _sums((held[number].currency, held[number].gross) for number in (*both, *unlisted)),
    )


def _differs(header: DocumentHeader, account: Account) -> bool:
    """Other bytes, or another gross; an amount that one side does not tell contradicts nothing."""
    if header.sha256 != account.sha256:
        return True
    told = header.gross is not None and account.gross is not None
    return told and (header.gross, header.currency) != (account.gross, account.currency)


def _sums(amounts: Iterable[tuple[str, Decimal | None]]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for currency, amount in amounts:
        sums[currency] = sums.get(currency, Decimal(0)) + (amount or 0)
    return sums


async def reconcile(role_pass: RolePass, since: Instant | None) -> Comparison | None:
    """Compare a role with KSeF's list from `since`, or where its mark begins if later, to its mark; keep the result
    and fetch what is missing. None where the role has no mark yet. Raises BlinkError.
    """
    work = role_pass.work
    tools, firm, role = work.tools, work.firm, work.role
    mark = await tools.buffer.marks.get(firm.id, role)
    if mark is None:
        return None
    start = max(mark.since, since or mark.since, key=instant_key)
    listed = await listed_by_ksef(work.session, tools.clock, tools.folder, role, start, mark.until)
    held = await tools.buffer.documents.stored_between(firm.id, role, start, mark.until)
    elsewhere = [header.ksef_number for header in listed if header.ksef_number not in held]
    held |= await tools.buffer.documents.accounts(firm.id, role, elsewhere)
    comparison = compare(role, start, mark.until, listed, held)
    await _keep(work, comparison)
    await _fetch_missing(role_pass, comparison)
    return comparison


async def _keep(work: RoleWork, found: Comparison) -> None:
    counts = {
        "listed": found.listed,
        "missing": len(found.missing),
        "different": len(found.different),
        "unlisted": len(found.unlisted),
    }
    work.report(events.Reconciled, **counts)
    at = instant_of(work.tools.clock.now())
    proof = Proof(
        firm_id=work.firm.id, role=found.role, at=at, since=found.since, until=found.until, **counts
    )
    await work.tools.buffer.proofs.save(proof)


async def _fetch_missing(role_pass: RolePass, found: Comparison) -> None:
    """Few documents one by one, many as the packages that hold them."""
    if len(found.missing) <= plan.MOST_SINGLE:
        await role_pass.store_documents(await role_pass.fetch_singly(found.missing))
    else:
        await role_pass.read_again(found.since, found.until)


async def listed_by_ksef(
    session: Session, clock: Clock, folder: Path, role: Role, since: Instant, until: Instant
) -> list[DocumentHeader]:
    """Everything that KSeF lists for a role in a span. Raises BlinkError; a list cut short is never taken as whole."""
    found: list[DocumentHeader] = []
    for window in plan.windows_between(since, until):
        following: plan.Window | None = window
        while following is not None:
            headers, following = await _listed(session, clock, folder, role, following)
            found += headers
    return found


async def _listed(
    session: Session, clock: Clock, folder: Path, role: Role, window: plan.Window
) -> tuple[list[DocumentHeader], plan.Window | None]:
    """One list, and the window that follows when it was truncated."""
    key, iv = secrets.token_bytes(32), secrets.token_bytes(16)
    try:
        reference = await session.start_export(
            role, window.asked_from, window.end, key, iv, only_metadata=True
        )
        package = await ready_package(session, clock, reference)
    except BlinkError as error:
        if error.kind == NOTHING_NEW:
            return [], None
        raise
    if package is None:
        return [], None
    async with scratch(folder / f"list-{reference}") as place:
        files = await download(session, package.parts, place)
        headers = await asyncio.to_thread(_headers, files, package, key, iv)
    facts = plan.PackageFacts(
        package.truncated, package.last_permanent_storage, package.permanent_storage_hwm
    )
    if plan.stands_still(window, facts):
        raise BlinkError(WINDOW_STANDS_STILL, instant=window.start)
    if facts.truncated and facts.last_stored is not None:
        return headers, plan.Window(facts.last_stored, window.end)
    return headers, None


def _headers(files: tuple[Path, ...], package: ExportPackage, key: bytes, iv: bytes) -> list[DocumentHeader]:
    metadata = b'{"invoices": []}'
    for name, content in read_package(files, package.parts, key, iv):
        if name == METADATA_NAME:
            metadata = content
    headers, bad = decode_package_metadata(metadata)
    if bad or len(headers) != package.invoice_count:
        told, read = str(package.invoice_count), f"{len(headers)} and {len(bad)} unreadable"
        raise disagreement((Disagreement(PACKAGE, told, read),))
    return headers
