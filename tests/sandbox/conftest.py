"""A sandbox whose clock the test moves, and a caller who speaks to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import pytest

from blink_tui.sandbox import RunningSandbox, SandboxOptions, VirtualClock, running_sandbox
from tests.sandbox.caller import Caller

Start = Callable[..., RunningSandbox]
Connect = Callable[..., Caller]


@pytest.fixture
def clock() -> VirtualClock:
    """Noon of 31 March 2026 in UTC."""
    return VirtualClock(datetime(2026, 3, 31, 12, 0, tzinfo=UTC))


@pytest.fixture
def start(clock: VirtualClock) -> Iterator[Start]:
    """Starts sandboxes that are in no hurry to refuse; keywords are options."""
    with ExitStack() as stack:

        def starting(**options: Any) -> RunningSandbox:
            relaxed = {"limits": False, "auth_delay": 0.0, "export_delay": 0.0, "documents": 60}
            return stack.enter_context(running_sandbox(SandboxOptions(**(relaxed | options)), clock))

        yield starting


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Opens callers of sandboxes and closes them."""
    with ExitStack() as stack:

        def connecting(sandbox: RunningSandbox, *, problem_details: bool = True) -> Caller:
            caller = Caller(sandbox, problem_details=problem_details)
            stack.enter_context(caller.http)
            return caller

        yield connecting


@pytest.fixture
def caller(start: Start, connect: Connect) -> Caller:
    """Someone logged in as the first firm of a small sandbox."""
    sandbox = start()
    someone = connect(sandbox)
    someone.login(sandbox.firms[0])
    return someone
