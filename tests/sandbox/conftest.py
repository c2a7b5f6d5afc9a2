"""A sandbox whose clock the test moves, and a caller who speaks to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import pytest

from blink_tui.sandbox import RunningSandbox, SandboxOptions, VirtualClock, running_sandbox
from tests.sandbox.caller import Caller
from tests.sandbox.signing import Identity, log_in, seal

Start = Callable[..., RunningSandbox]
Connect = Callable[..., Caller]
Desk = Callable[..., Caller]


NOON = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> VirtualClock:
    """Noon of 31 March 2026 in UTC."""
    return VirtualClock(NOON)


def relaxed(**options: Any) -> SandboxOptions:
    """Options of a small sandbox that is in no hurry to refuse; keywords change them."""
    easy = {"limits": False, "auth_delay": 0.0, "export_delay": 0.0, "documents": 60}
    return SandboxOptions(**(easy | options))


@pytest.fixture
def start(clock: VirtualClock) -> Iterator[Start]:
    """Starts sandboxes with a clock that the test may move; keywords are options."""
    with ExitStack() as stack:

        def starting(**options: Any) -> RunningSandbox:
            return stack.enter_context(running_sandbox(relaxed(**options), clock))

        yield starting


@pytest.fixture(scope="session")
def standing() -> Iterator[RunningSandbox]:
    """One small sandbox for all tests that leave it as it was; its clock stands still at noon."""
    with running_sandbox(relaxed(), VirtualClock(NOON)) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def buying() -> Iterator[RunningSandbox]:
    """The same with one firm that buys all 60 documents and packages in parts of 10,000 bytes."""
    options = relaxed(firms=1, sales=0.0, part_size=10_000)
    with running_sandbox(options, VirtualClock(NOON)) as sandbox:
        yield sandbox


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
def caller(standing: RunningSandbox, connect: Connect) -> Caller:
    """Someone logged in as the first firm of the sandbox that stands still."""
    someone = connect(standing)
    someone.login(standing.firms[0])
    return someone


@pytest.fixture
def buyer(buying: RunningSandbox, connect: Connect) -> Caller:
    """Someone logged in as the one firm that buys everything."""
    someone = connect(buying)
    someone.login(buying.firms[0])
    return someone


@pytest.fixture
def sandbox(start: Start) -> RunningSandbox:
    """A small one."""
    return start()


@pytest.fixture
def client(sandbox: RunningSandbox) -> str:
    """NIP of a firm with documents."""
    return sandbox.firms[0].nip


@pytest.fixture
def desk(sandbox: RunningSandbox, connect: Connect) -> Desk:
    """Opens callers who have logged in by signature."""

    def opening(who: Identity, context: tuple[str, str], **changes: str) -> Caller:
        caller = connect(sandbox)
        log_in(caller, who, context, **changes)
        return caller

    return opening


@pytest.fixture
def owner(desk: Desk, client: str) -> Caller:
    """The client himself."""
    return desk(seal(client), ("Nip", client))


@pytest.fixture(scope="module")
def faulty() -> Iterator[RunningSandbox]:
    """A sandbox for all faults of this module; the clock stands still."""
    with running_sandbox(relaxed(firms=2, sales=0.0, documents=20), VirtualClock(NOON)) as sandbox:
        yield sandbox


@pytest.fixture
def struck(faulty: RunningSandbox, connect: Connect) -> Iterator[Caller]:
    """Logged in as the first firm; what he put in force is gone afterwards."""
    someone = connect(faulty)
    someone.login(faulty.firms[0])
    yield someone
    faulty.state.faults.clear()
