"""The Ministry's public word on how KSeF is ("Latarnia"): no login, no limits of ours (PROTOCOL 1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeVar

import msgspec

from blink_tui.ksef import errors
from blink_tui.ksef.operations import LATARNIA_MESSAGES, LATARNIA_STATUS, Context, Operation
from blink_tui.ksef.transport import OpenGate, Transport, checked_base, is_loopback
from blink_tui.ksef.wire import WireStruct, decoded, readable_instant
from blink_tui.model.clock import Clock, SystemClock
from blink_tui.model.dates import Instant
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import ENVIRONMENTS
from blink_tui.model.text import clean

LATARNIA = {
    "prod": "https://api-latarnia.ksef.mf.gov.pl",
    "test": "https://api-latarnia-test.ksef.mf.gov.pl",
}
"""Bases by the name of the environment that they tell of; there is none for `demo`."""

AVAILABLE = "AVAILABLE"

_T = TypeVar("_T")

_NOBODY = Context("None", "")


@dataclass(frozen=True, slots=True)
class LatarniaMessage:
    """One announcement, its texts made safe to show."""

    id: str
    category: str
    """`MAINTENANCE`, `FAILURE`, `TOTAL_FAILURE` or what may be added."""
    type: str
    """`MAINTENANCE_ANNOUNCEMENT`, `FAILURE_START`, `FAILURE_END` or what may be added."""
    title: str
    text: str
    start: Instant | None
    end: Instant | None
    published: Instant | None
    event: str = ""
    """The same for all messages about one failure; empty when it was not told."""
    version: int = 0
    """Of the messages with one id the one with the highest holds; 0 when it was not told."""


@dataclass(frozen=True, slots=True)
class LatarniaStatus:
    """How KSeF is, in the Ministry's words."""

    status: str
    """`AVAILABLE`, `MAINTENANCE`, `FAILURE`, `TOTAL_FAILURE` or what may be added."""
    messages: tuple[LatarniaMessage, ...]

    @property
    def available(self) -> bool:
        """True when nothing is the matter."""
        return self.status == AVAILABLE


class _Message(WireStruct):
    id: str = ""
    event_id: Any = None
    category: str = ""
    type: str = ""
    title: str | None = None
    text: str | None = None
    start: str | None = None
    end: str | None = None
    version: Any = None
    published: str | None = None


class _Status(WireStruct):
    status: str
    messages: list[msgspec.Raw] | None = None


def latarnia_of(env: str) -> str | None:
    """Base of the service that tells of an environment (a name or the base of an API); None where there is none.

    A simulated KSeF on this machine has its own beside its API. Raises BlinkError(INSECURE_ADDRESS).
    """
    url = ENVIRONMENTS.get(env, env).rstrip("/")
    for name, api in ENVIRONMENTS.items():
        if url == api:
            return LATARNIA.get(name)
    base = checked_base(url)
    return str(base.copy_with(path="/latarnia")) if is_loopback(base.host) else None


class Latarnia:
    """The status service of one environment. Use as `async with`.

    Raises BlinkError(INSECURE_ADDRESS) for an address that is neither https nor this machine.
    """

    def __init__(self, base_url: str, *, clock: Clock | None = None) -> None:
        self._transport = Transport(base_url, clock or SystemClock(), OpenGate(), None)

    async def __aenter__(self) -> Self:
        await self._transport.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._transport.__aexit__(kind, error, trace)

    async def status(self) -> LatarniaStatus:
        """How KSeF is now, with what is announced of it. Raises BlinkError(LATARNIA_SILENT)."""
        answer = await self._fetch(_Status, LATARNIA_STATUS)
        return LatarniaStatus(clean(answer.status), _messages(answer.messages or ()))

    async def messages(self) -> tuple[LatarniaMessage, ...]:
        """Everything announced, past and to come. Raises BlinkError(LATARNIA_SILENT)."""
        return _messages(await self._fetch(list[msgspec.Raw], LATARNIA_MESSAGES))

    async def _fetch(self, result: type[_T], operation: Operation) -> _T:
        try:
            return decoded((await self._transport.call(operation, _NOBODY)).body, result)
        except (BlinkError, ValueError) as error:
            cause = error.cause if isinstance(error, BlinkError) else f"{operation.name}: {error}"
            raise BlinkError(errors.LATARNIA_SILENT, cause=cause) from error


def _messages(records: Iterable[msgspec.Raw]) -> tuple[LatarniaMessage, ...]:
    """Records that cannot be read are left out: an announcement must not hide the status."""
    messages = []
    for record in records:
        try:
            messages.append(_message(msgspec.json.decode(record, type=_Message)))
        except ValueError:
            continue
    return tuple(messages)


def _message(told: _Message) -> LatarniaMessage:
    return LatarniaMessage(
        id=clean(told.id),
        category=clean(told.category),
        type=clean(told.type),
        title=clean(told.title),
        text=clean(told.text),
        start=readable_instant(told.start),
        end=readable_instant(told.end),
        published=readable_instant(told.published),
        event="" if told.event_id is None else clean(str(told.event_id)),
        version=_number(told.version),
    )


def _number(told: object) -> int:
    """A whole number however it is written; a message is not lost for the lack of one."""
    try:
        return int(str(told))
    except ValueError:
        return 0
