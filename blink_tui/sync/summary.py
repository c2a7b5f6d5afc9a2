"""What a run amounts to: one exit code, and per firm how far it is complete."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from blink_tui.buffer import Buffer
from blink_tui.model.dates import Instant, instant_key
from blink_tui.model.errors import BlinkError, ExitCode
from blink_tui.model.firms import Firm
from blink_tui.model.marks import Mark


@dataclass(frozen=True, slots=True)
class Completeness:
    """For one firm: every role in use is complete in [since, until); None while a role has no mark."""

    firm: Firm
    since: Instant | None
    until: Instant | None
    documents: int


async def completeness(buffer: Buffer, firms: Iterable[Firm]) -> list[Completeness]:
    """How far each firm is complete, taken over the roles that have a mark."""
    by_firm: dict[int, list[Mark]] = {}
    for mark in await buffer.marks.all():
        by_firm.setdefault(mark.firm_id, []).append(mark)
    return [
        Completeness(
            firm,
            max((mark.since for mark in by_firm.get(firm.id, [])), key=instant_key, default=None),
            min((mark.until for mark in by_firm.get(firm.id, [])), key=instant_key, default=None),
            await buffer.documents.total(firm.id),
        )
        for firm in firms
    ]


def complete_until(firms: Sequence[Completeness]) -> Instant | None:
    """Until when all of them are complete; None while one is not."""
    known = [firm.until for firm in firms if firm.until is not None]
    return min(known, key=instant_key) if known and len(known) == len(firms) else None


def exit_code_for(errors_by_firm: Sequence[Sequence[BlinkError]]) -> ExitCode:
    """One exit code for many firms (DESIGN, "The command line").

    Nothing failed: 0. Some firms failed and others did not: 3. All failed by one cause: its code; else 1.
    """
    failed = [errors for errors in errors_by_firm if errors]
    if not failed:
        return ExitCode.DONE
    if len(failed) < len(errors_by_firm):
        return ExitCode.PARTLY_FAILED
    codes = {error.kind.exit_code for errors in failed for error in errors}
    return codes.pop() if len(codes) == 1 else ExitCode.FAILED
