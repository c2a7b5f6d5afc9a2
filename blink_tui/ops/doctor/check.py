"""What a check is, what it finds, and how all of them are run: side by side, none hindered by another."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import TypeVar

from blink_tui.buffer import Buffer
from blink_tui.i18n import N_, Message
from blink_tui.model.clock import Clock
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import Firm
from blink_tui.model.profile import ProfilePaths

T = TypeVar("T")

SECONDS = 7.0
"""What a check may take: the command ends within ten with everything down."""


class Level(StrEnum):
    """How much a finding matters, from nothing to what makes the command fail."""

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of a check."""

    level: Level
    sentence: Message
    advice: Message | None = None
    """What to do; None where nothing is to be done."""
    cause: str | None = None
    """The technical cause."""


def ok(text: str, **values: object) -> Finding:
    """All is well."""
    return Finding(Level.OK, Message(text, values))


def note(text: str, advice: str | None = None, **values: object) -> Finding:
    """Worth knowing, and nothing wrong."""
    return _found(Level.NOTE, text, advice, values)


def warning(text: str, advice: str, **values: object) -> Finding:
    """It works, but not for ever or not for everybody."""
    return _found(Level.WARNING, text, advice, values)


def failure(text: str, advice: str, **values: object) -> Finding:
    """It does not work, or somebody can read what he should not."""
    return _found(Level.FAILURE, text, advice, values)


def _found(level: Level, text: str, advice: str | None, values: Mapping[str, object]) -> Finding:
    return Finding(
        level, Message(text, dict(values)), None if advice is None else Message(advice, dict(values))
    )


def refused(error: BlinkError, level: Level = Level.FAILURE, advice: str | None = None) -> Finding:
    """What a refusal means, in its own sentence, which says what to do."""
    return Finding(level, error.message, None if advice is None else Message(advice), error.cause)


@dataclass(frozen=True, slots=True)
class Around:
    """What a check may look at."""

    paths: ProfilePaths
    clock: Clock
    buffer: Buffer | None
    """Open for reading only; None where it cannot be opened, or is not there yet."""
    refusal: BlinkError | None
    """Why it cannot be opened; None also where it is not there yet."""
    firms: Sequence[Firm] = ()
    """The firms that are looked at."""
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    """Variables of the process."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to look at. Its `run` may raise BlinkError, which is a failure with that sentence."""

    id: str
    """What scripts know it by."""
    title: str
    meaning: str
    """What it means when it fails, for docs/doctor.md."""
    run: Callable[[Around], Awaitable[Sequence[Finding]]]
    network: bool = False
    """It asks other machines."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found, in its order."""

    check: Check
    findings: tuple[Finding, ...]


_CRASHED = N_("This check itself failed: {cause}")
_REPORT_IT = N_("Report this line; the other checks went on.")
_REFUSED = N_("The system refuses a look: {cause}")
_SEE_FILES = N_("See the line about permissions; run the doctor as the account whose profile it is.")
_TOO_SLOW = N_("No answer within {seconds} s.")
_LOOK_WHAT_HANGS = N_(
    "Look what hangs: a network folder that is away, a disk that fails, a server that is silent."
)


async def examine(
    checks: Sequence[Check], around: Around, told: Callable[[Check], None] = lambda check: None
) -> list[Report]:
    """Run checks at once; `told` hears of each that has ended. Never raises but when cancelled."""

    async def one(check: Check) -> Report:
        report = Report(check, tuple(await _findings(check, around)))
        told(check)
        return report

    return list(await asyncio.gather(*map(one, checks)))


async def _findings(check: Check, around: Around) -> Sequence[Finding]:
    try:
        async with asyncio.timeout(SECONDS):
            return await check.run(around)
    except TimeoutError:
        return [failure(_TOO_SLOW, _LOOK_WHAT_HANGS, seconds=round(SECONDS))]
    except BlinkError as error:
        return [refused(error)]
    except OSError as error:
        return [failure(_REFUSED, _SEE_FILES, cause=error)]
    except Exception as error:  # whatever a check stumbles over, the others are still of use
        return [failure(_CRASHED, _REPORT_IT, cause=f"{type(error).__name__}: {error}")]


async def aside(call: Callable[[], T]) -> T:
    """A call that may block for ever, in a thread that the program's end does not wait for.

    asyncio's own threads are waited for at the end: a resolver or a network folder that hangs would hold the command.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(how: Callable[[], None]) -> None:
        if not done.done():  # or given up meanwhile
            how()

    def run() -> None:
        try:
            how = partial(done.set_result, call())
        except Exception as error:
            how = partial(done.set_exception, error)
        with suppress(RuntimeError):  # the loop has ended: nobody waits any more
            loop.call_soon_threadsafe(settle, how)

    threading.Thread(target=run, daemon=True, name="doctor").start()
    return await done
