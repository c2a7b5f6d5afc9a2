"""Proof of completeness: what KSeF lists for a firm's role against what the buffer holds, number by number.

The list comes as a metadata-only export over the whole span, so that one order proves ten thousand documents.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from blink_tui.ksef.client import Session
from blink_tui.ksef.errors import NOTHING_NEW
from blink_tui.ksef.packages import METADATA_NAME, decode_package_metadata, read_package
from blink_tui.ksef.wire import ExportPackage
from blink_tui.model.clock import Clock
from blink_tui.model.dates import Instant, instant_key
from blink_tui.model.documents import DocumentHeader, Role
from blink_tui.model.errors import BlinkError
from blink_tui.model.values import KsefNumber, Sha256
from blink_tui.sync import plan
from blink_tui.sync.arrival import download, scratch
from blink_tui.sync.errors import PACKAGE_DISAGREES, WINDOW_STANDS_STILL
from blink_tui.sync.exports import ready_package


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
    """In both, with another hash."""
    unlisted: tuple[KsefNumber, ...]
    """In the buffer, stored within the span by its own account, and not listed by KSeF."""

    @property
    def equal(self) -> bool:
        """Both sides hold the same documents with the same bytes."""
        return not (self.missing or self.different or self.unlisted)


def compare(
    role: Role,
    since: Instant,
    until: Instant,
    listed: Sequence[DocumentHeader],
    held: Mapping[KsefNumber, tuple[Sha256, Instant | None]],
) -> Comparison:
    """Both sides of a span, each document once. What was stored at its very end belongs to the next one."""
    end = instant_key(until)
    there = {header.ksef_number: header for header in listed}
    missing = tuple(
        header
        for number, header in there.items()
        if number not in held and (header.stored is None or instant_key(header.stored) < end)
    )
    different = tuple(
        number for number, header in there.items() if number in held and held[number][0] != header.sha256
    )
    unlisted = tuple(
        number
        for number, (_sha256, stored) in held.items()
        if number not in there and stored is not None and instant_key(since) <= instant_key(stored) < end
    )
    return Comparison(role, since, until, len(there), missing, different, unlisted)


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
        cause = f"{package.invoice_count} announced, {len(headers)} listed, {len(bad)} unreadable"
        raise BlinkError(PACKAGE_DISAGREES, cause=cause)
    return headers
