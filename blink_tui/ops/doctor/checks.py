"""Every check in the order of its line, and the surroundings in which they run: whatever opens of the profile."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from blink_tui.buffer import Buffer, open_buffer
from blink_tui.buffer.opening import not_opened
from blink_tui.model.clock import Clock
from blink_tui.model.errors import BlinkError
from blink_tui.model.profile import ProfilePaths
from blink_tui.ops.doctor.backups import BACKUPS
from blink_tui.ops.doctor.check import Around, Check, Level, Report
from blink_tui.ops.doctor.database import CHAINS, DATABASE
from blink_tui.ops.doctor.files import FILES
from blink_tui.ops.doctor.machine import MEMORY, VERSIONS
from blink_tui.ops.doctor.network import network_checks
from blink_tui.ops.doctor.retention import RETENTION
from blink_tui.ops.doctor.schedule import HAND_OVERS, RUNNING, SCHEDULE
from blink_tui.ops.doctor.space import SPACE
from blink_tui.ops.doctor.terminal import LOCALE, TERMINAL
from blink_tui.ops.doctor.vault import VAULT

_ORDER = tuple(Level)


def all_checks(*, network: bool = True) -> tuple[Check, ...]:
    """Every check, or those that ask no other machine."""
    checks = (
        DATABASE,
        CHAINS,
        VAULT,
        FILES,
        SPACE,
        BACKUPS,
        *network_checks(),
        SCHEDULE,
        RUNNING,
        HAND_OVERS,
        RETENTION,
        LOCALE,
        TERMINAL,
        MEMORY,
        VERSIONS,
    )
    return tuple(check for check in checks if network or not check.network)


@asynccontextmanager
async def opened(paths: ProfilePaths, clock: Clock) -> AsyncIterator[Around]:
    """The surroundings of a profile: its buffer is opened for reading alone, and it may be missing or broken."""
    async with AsyncExitStack() as stack:
        buffer: Buffer | None = None
        refusal: BlinkError | None = None
        try:
            if paths.buffer_path.exists():
                buffer = await stack.enter_async_context(
                    open_buffer(paths.buffer_path, clock=clock, read_only=True)
                )
            firms = await buffer.firms.list() if buffer is not None else []
        except BlinkError as error:
            buffer, refusal, firms = None, error, []
        except OSError as error:  # the folder may not be entered
            refusal, firms = not_opened(paths.buffer_path, error), []
        yield Around(paths, clock, buffer, refusal, firms)


def worst(reports: Iterable[Report]) -> Level:
    """The level of the gravest finding."""
    levels: Sequence[Level] = [finding.level for report in reports for finding in report.findings]
    return max(levels, key=_ORDER.index, default=Level.OK)
