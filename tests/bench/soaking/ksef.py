"""The sandbox of a soak: it notes who was asked for what and when, and can be ended and begun again as it was."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from blink_tui.sandbox import RunningSandbox, SandboxOptions, running, running_sandbox
from blink_tui.sandbox.arrivals import Arrival
from blink_tui.sandbox.delivery import Lines
from blink_tui.sandbox.journal import Entry, Journal
from blink_tui.sandbox.state import Sandbox
from tests.sync.histories.clock import SharedClock

_LISTS = "/invoices/query/metadata"


@dataclass(frozen=True, slots=True)
class Ask:
    """A question for a list of documents, at an instant in ticks."""

    at: int
    context: str
    subject: str
    since: str
    until: str | None
    page: str

    @property
    def begins(self) -> bool:
        """It asks for what is new: from the mark on, the first page."""
        return self.until is None and "pageOffset=0" in self.page


class _Noted(Journal):
    """Counts what was refused and what was struck; keeps no more than the last requests."""

    def __init__(self) -> None:
        super().__init__()
        self.refused: list[Entry] = []
        """For a limit, and not by a fault."""
        self.struck: Counter[str] = Counter()

    def add(self, entry: Entry) -> None:
        super().add(entry)
        if entry.status == 429 and entry.fault is None:
            self.refused.append(entry)
        if entry.fault is not None:
            self.struck.update(entry.fault.split("+"))


class Ksef:
    """A sandbox with firms; `stop` and `start` are an outage. Called from one thread that is not the server's."""

    def __init__(self, firms: int, clock: SharedClock, as_of: Any) -> None:
        self._options = SandboxOptions(firms=firms, documents=0, as_of=as_of)
        self._clock = clock
        self._stack = ExitStack()
        self._state: Sandbox | None = None
        self.journal = _Noted()
        self.asks: list[Ask] = []
        self.under_way = 0
        """Requests that are not answered yet."""
        self.url = self.start().url
        self._options = replace(self._options, port=int(self.url.rpartition(":")[2].partition("/")[0]))

    @property
    def state(self) -> Sandbox:
        assert self._state is not None
        return self._state

    def start(self) -> RunningSandbox:
        """Answer, with everything that was there before."""
        kept, make_app = self._state, vars(running)["make_app"]

        def watched(sandbox: Sandbox, lines: Lines) -> ASGIApp:
            return self._watched(make_app(sandbox, lines), sandbox)

        ours: dict[str, Any] = {"make_app": watched}
        if kept is not None:
            ours |= {"Sandbox": lambda *_: kept, "seed": lambda _sandbox: None}
        with patch.multiple(running, **ours):
            found = self._stack.enter_context(running_sandbox(self._options, self._clock))
        self._state = found.state
        found.state.journal = self.journal
        return found

    def stop(self) -> None:
        """Hang up on everybody and answer no more."""
        self._stack.close()
        self.under_way = 0

    def arrive(
        self, nip: str, role: Any, count: int, stored: list[str] | None = None, *, late: bool = False
    ) -> None:
        """Let invoices come in."""
        self.state.arrivals.take(
            Arrival(generate=count, firm=nip, role=role, stored=stored, behind_mark=late)
        )

    def _watched(self, app: ASGIApp, sandbox: Sandbox) -> ASGIApp:
        async def watched(scope: Scope, receive: Receive, send: Send) -> None:
            self.under_way += 1
            try:
                if scope["type"] == "http" and scope["path"].endswith(_LISTS):
                    receive = await self._noted(sandbox, scope, receive)
                await app(scope, receive, send)
            finally:
                self.under_way = max(0, self.under_way - 1)

        return watched

    async def _noted(self, sandbox: Sandbox, scope: Scope, receive: Receive) -> Receive:
        """Note a question; what was read of it is read again by whoever answers."""
        read: list[Message] = [await receive()]
        while read[-1].get("more_body"):
            read.append(await receive())
        now = sandbox.clock.now()
        token = dict(scope["headers"]).get(b"authorization", b"").decode().partition(" ")[2]
        bearer = sandbox.sessions.bearer(token, now)
        body = b"".join(one.get("body", b"") for one in read)
        if bearer is not None and body:
            asked = json.loads(body)
            dates = asked["dateRange"]
            self.asks.append(
                Ask(
                    now, bearer.operation.context[1], asked["subjectType"], dates["from"], dates.get("to"),
                    scope["query_string"].decode(),
                )
            )  # fmt: skip

        async def again() -> Message:
            return read.pop(0) if read else await receive()

        return again
