"""Whatever is sent, every operation answers as the contract says, never with a fault of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from blink_tui.sandbox import RunningSandbox, VirtualClock, running_sandbox
from blink_tui.sandbox.calls import Operation
from blink_tui.sandbox.control import OPERATIONS as CONTROLS
from blink_tui.sandbox.server import OPERATIONS
from tests.sandbox.caller import Caller
from tests.sandbox.conftest import NOON, Connect, relaxed

BODIES = (
    b"",
    b"{",
    b"null",
    b"[]",
    b"{}",
    b"7",
    b'"text"',
    b"\xff\xfe",
    b"<xml/>",
    b'{"invoices":null,"filters":[],"subjectType":7,"dateRange":"x","rateLimits":1,"contextIdentifier":{}}',
    b'{"subjectType":"Subject1","dateRange":{"dateType":"Issue","from":"9999-12-31T23:59:59+14:00"}}',
    b'{"subjectType":"Subject1","dateRange":{"dateType":"Invoicing","from":"0001-01-01T00:00:00+14:00"}}',
    b'{"dateCreatedFrom":"2026-02-30T00:00:00Z","dateCreatedTo":"2026-03-01T00:00:00Z"}',
    b"[" * 2_000,
)
PLACES = ("x", "%00", "%C5%BC", "1" * 36, "a" * 2_000)
QUERIES = (
    "",
    "?pageSize=0&pageOffset=-1",
    "?pageSize=99999999999999999999",
    "?sortOrder=%00&pageSize=%C5%BC",
)


@pytest.fixture(scope="module")
def patient() -> Iterator[RunningSandbox]:
    """A sandbox that may be maltreated."""
    with running_sandbox(relaxed(documents=5), VirtualClock(NOON)) as sandbox:
        yield sandbox


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_nonsense_is_refused_as_documented(
    patient: RunningSandbox, connect: Connect, operation: Operation
) -> None:
    caller = connect(patient)
    patient.state.rates.restore(("Nip", patient.firms[0].nip))  # one of the operations makes them strict
    caller.login(patient.firms[0])
    for target in targets(operation.path):
        for body in BODIES if operation.method != "GET" else (b"",):
            answer = sent(caller, operation, target, body)
            assert answer.status_code < 500, (target, body, answer.text)


def sent(caller: Caller, operation: Operation, target: str, body: bytes) -> httpx.Response:
    """The answer, judged by the contract; one that ended the login is begun anew."""
    answer = caller.http.request(operation.method, target, content=body)
    if answer.status_code == 401:
        del caller.http.headers["authorization"]
        caller.login(caller.sandbox.firms[0])
    return answer


def targets(path: str) -> Iterator[str]:
    """The path with odd places and odd queries."""
    places = PLACES if "{" in path else ("",)
    for place in places:
        filled = re.sub(r"\{\w+\}", place, path)
        for query in QUERIES if place == places[0] else ("",):
            yield filled + query


@pytest.mark.parametrize("operation", CONTROLS, ids=lambda operation: operation.name)
def test_nonsense_to_the_controls(patient: RunningSandbox, connect: Connect, operation: Operation) -> None:
    caller = connect(patient)
    for body in BODIES:
        path = operation.path.removeprefix("/_sandbox/")
        assert caller.control(operation.method, path, content=body).status_code < 500, body
