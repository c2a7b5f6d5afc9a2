"""Erasing a firm: whether it may be, what goes with it besides the buffer's rows, and how it goes on after a kill."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from blink_tui.buffer import Buffer
from blink_tui.buffer.limit_book import LimitBook
from blink_tui.buffer.retentions import Handover
from blink_tui.buffer.scrubbing import QUICK, scrub, size_of
from blink_tui.buffer.snapshot import copies_before_migration
from blink_tui.buffer.tombstones import Tombstone
from blink_tui.i18n import N_
from blink_tui.ksef.address_window import environment_of
from blink_tui.ksef.budget import Budget
from blink_tui.ksef.operations import Context
from blink_tui.ledger import handover_journal
from blink_tui.model.clock import Clock
from blink_tui.model.documents import Role
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode
from blink_tui.model.firms import Firm
from blink_tui.model.profile import ProfilePaths
from blink_tui.ops.holdings import package_name
from blink_tui.ops.restore import FORMER
from blink_tui.ops.retention import Keeping, keeping
from blink_tui.sync.access import KeptLogins
from blink_tui.sync.files import refusals_told
from blink_tui.sync.leases import heartbeat, holder_name, is_gone, leased, work_held
from blink_tui.vault import Vault

KEPT = ErrorKind(
    "documents-kept",
    ExitCode.FAILED,
    N_(
        "Documents of {name} are kept until {day}; the last one is {document} of {month}. Before, only a firm whose"
        " documents were handed over is erased: blink firm data --firm {firm} --protocol"
    ),
)
ON_HOLD = ErrorKind(
    "documents-on-hold",
    ExitCode.FAILED,
    N_(
        "Documents of {name} are kept for as long as this stands: {reason}. Release them first: blink firm retention"
        " --firm {firm} --release"
    ),
)
NO_PROTOCOL = ErrorKind(
    "no-protocol",
    ExitCode.USAGE,
    N_("There is no protocol {protocol} of {name}. Make one: blink firm data --firm {firm} --protocol"),
)
PROTOCOL_OLD = ErrorKind(
    "protocol-old",
    ExitCode.FAILED,
    N_(
        "Protocol {protocol} does not cover everything that is held of {name}: since it was made {documents} documents"
        " came and {entries} entries were written. Hand over anew: blink firm data --firm {firm} --protocol"
    ),
)
OPEN_ELSEWHERE = ErrorKind(
    "firm-open-elsewhere",
    ExitCode.WORK_HELD,
    N_("{who} has a document of {name} open just now. Ask them to leave it, and try again."),
)
_FEWEST_LETTERS = 8
"""Of a package's hash by which a protocol may be named."""


@dataclass(frozen=True, slots=True)
class Plan:
    """An erasing that may be done."""

    firm: Firm
    keeping: Keeping
    protocol: Handover | None
    """By which the documents were handed over; None where their time is over."""
    head: bytes
    """Of the firm's chain by which it was decided."""
    documents: int
    shared: int
    """Documents that other firms hold, too: their XML stays."""
    credentials: int
    """What logs in for this firm alone."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasing left behind."""

    stone: Tombstone
    scrubbed: bool
    """The bytes are gone from the buffer's file, too; else that is still to be done."""
    why_not: BlinkError | None
    """What kept the file from being written anew; None where it is too large to do so while others work."""
    named_by_others: int
    """Documents of other firms that name its NIP, and stay."""
    files: tuple[Path, ...]
    """Files that were handed over and still stand where they were put."""
    copies: tuple[Path, ...]
    """Copies of the whole buffer in the profile's folder, of before a new schema or a restore."""


async def plan(buffer: Buffer, firm: Firm, today: date, protocol: str | None = None) -> Plan:
    """What erasing a firm means. Raises BlinkError where it may not be: KEPT, ON_HOLD, NO_PROTOCOL, PROTOCOL_OLD."""
    head = await buffer.history.head(firm.id)
    held = await keeping(buffer, firm, today)
    names = _names(firm)
    if held.retention.held:
        raise BlinkError(ON_HOLD, reason=held.retention.reason, **names)
    handover = None if protocol is None else await _handover(buffer, firm, protocol)
    if handover is not None and handover.head != head:
        documents, entries = await buffer.retentions.since(handover)
        raise BlinkError(
            PROTOCOL_OLD, protocol=handover.number, documents=documents, entries=entries, **names
        )
    if handover is None and not held.is_over(today):
        latest = held.latest
        raise BlinkError(
            KEPT,
            day=held.until or "–",
            document=latest.ksef_number if latest and latest.ksef_number else "JPK",
            month=latest.month or "–" if latest else "–",
            **names,
        )
    return Plan(
        firm,
        held,
        handover,
        head,
        await buffer.documents.total(firm.id),
        await buffer.eraser.shared(firm.id),
        len(await buffer.eraser.own_credentials(firm.id)),
    )


def _names(firm: Firm) -> dict[str, str]:
    """For sentences about a firm."""
    return {"firm": firm.context_value, "name": firm.name}


async def _handover(buffer: Buffer, firm: Firm, named: str) -> Handover:
    for one in await buffer.retentions.handovers(firm.id):
        by_hash = len(named) >= _FEWEST_LETTERS and one.sha256.hex().startswith(named.lower())
        if named == str(one.number) or by_hash:
            return one
    raise BlinkError(NO_PROTOCOL, protocol=named, **_names(firm))


async def erase(
    buffer: Buffer,
    paths: ProfilePaths,
    vault: Vault | None,
    clock: Clock,
    firm: Firm,
    decided: Plan | None,
    *,
    who: str,
    reason: str,
    told: Callable[[int], None] = lambda count: None,
) -> Erased:
    """Erase a firm; `decided` is None where it goes on with what was begun. `told` hears of documents that are gone.

    Interrupted at any moment it is gone on with by the next call. Raises BlinkError: work-held while another process
    fetches for the firm, CHANGED_MEANWHILE where something came since it was decided.
    """
    async with leased(buffer, firm, tuple(Role)) as held, heartbeat(buffer, clock):
        if held.others:
            raise work_held(firm, next(iter(held.others.values())))
        await _nobody_on(buffer, firm)
        if decided is not None:
            handover = decided.protocol
            await buffer.eraser.begin(
                firm.id,
                decided.head,
                who=who,
                reason=reason,
                protocol=handover.number if handover else None,
                package=handover.sha256 if handover else None,
            )
        files = await buffer.eraser.files(firm.id)
        await _forget_secrets(buffer, vault, firm)
        async for count in buffer.eraser.documents(firm.id):
            told(count)
        with refusals_told(buffer.path):
            await handover_journal.forget(buffer, firm)
        await asyncio.to_thread(_forget_requests, paths.folder / "limits.db", firm, clock)
        await buffer.eraser.mentions(firm)
        await buffer.eraser.merge_words()
        named = await buffer.eraser.named_by_others(firm.nip)
        stone = await buffer.eraser.finish(firm.id)
    problem: BlinkError | None = None
    scrubbed = False
    if await asyncio.to_thread(size_of, buffer.path) <= QUICK:
        try:
            await compact(buffer)
            scrubbed = True
        except BlinkError as error:
            problem = error
    standing, copies = await asyncio.to_thread(lambda: (_standing(files, paths, firm), _copies(paths)))
    return Erased(stone, scrubbed, problem, named, standing, copies)


def _standing(files: list[str], paths: ProfilePaths, firm: Firm) -> tuple[Path, ...]:
    """What was handed over and still stands, packages of the firm's data in the profile among it."""
    packages = sorted(paths.export_folder.glob(package_name(firm, "*")))
    return (*packages, *(path for path in map(Path, files) if path.exists()))


def _copies(paths: ProfilePaths) -> tuple[Path, ...]:
    return (*copies_before_migration(paths.buffer_path), *sorted(paths.folder.glob(f"{FORMER}*")))


async def compact(buffer: Buffer) -> int:
    """Write the buffer's file anew, so that bytes of erased firms leave it; how many firms that concerned.

    Raises BlinkError where others hold the file for too long, or the disk has no room for a second copy.
    """
    stones, before = await buffer.tombstones.all(), await buffer.tombstones.unscrubbed()
    await scrub(buffer.path)
    await buffer.tombstones.scrubbed(stones[-1].seq if stones else 0)
    return before


async def _nobody_on(buffer: Buffer, firm: Firm) -> None:
    """Raises BlinkError(OPEN_ELSEWHERE) while a console has a document of the firm open."""
    for one in await buffer.presence.all(is_gone):
        if one.document_id is None or one.holder == holder_name():
            continue
        if await buffer.eraser.holds(firm.id, one.document_id):
            raise BlinkError(OPEN_ELSEWHERE, who=one.who, **_names(firm))


async def _forget_secrets(buffer: Buffer, vault: Vault | None, firm: Firm) -> None:
    if vault is None:
        return
    names = await buffer.eraser.own_credentials(firm.id)
    await asyncio.to_thread(vault.remove, *names)
    twins = [one for one in await buffer.firms.find(firm.context_value) if one.base_url == firm.base_url]
    if all(one.id == firm.id for one in twins):
        await KeptLogins(vault).dropped(firm)


def _forget_requests(path: Path, firm: Firm, clock: Clock) -> None:
    if path.exists():
        with LimitBook(path) as book:
            context = Context(firm.context_type, firm.context_value)
            book.forget(Budget(clock, book, environment_of(firm.base_url)).name_of(context))
