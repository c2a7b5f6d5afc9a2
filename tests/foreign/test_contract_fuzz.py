"""Every operation of the sandbox answers whatever the contract allows or forbids as the contract has it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from blink_tui.sandbox import RunningSandbox, VirtualClock, running_sandbox
from blink_tui.sandbox.server import OPERATIONS
from tests.foreign.requests_of_contract import Operation, Request, operations, requests, spoilings, strange
from tests.sandbox import contract
from tests.sandbox.caller import Caller, bearer
from tests.sandbox.conftest import NOON, relaxed
from tests.sandbox.signing import begin, log_in, seal

pytestmark = [
    pytest.mark.proof,
    pytest.mark.skipif(not contract.present(), reason="the official contract is not beside the repository"),
]

EXAMPLES = 10
SPOILED = 2
"""Right requests of an operation that are spoiled at every spot."""
JUNK = (b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"a": "\\ud800"}', b"null", b"3", b'"text"')
"""Bodies that are no request of any operation."""
_SETTINGS = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    # The sandbox remembers what it was asked, so a smaller failing request would be judged in another state.
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


def _shape(name: str) -> str:
    return re.sub(r"\{\w+\}", "{}", name)


_SIMULATED = {_shape(operation.key) for operation in OPERATIONS}
_JUDGED = [each for each in operations() if _shape(each.name) in _SIMULATED] if contract.present() else []


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    """A small one for one operation: some of them change it for good."""
    with running_sandbox(relaxed(documents=12, firms=2), VirtualClock(NOON)) as running:
        yield running


class Insistent:
    """Somebody with all rights in a firm's context who logs in anew when he is no longer let in."""

    def __init__(self, caller: Caller, operation: Operation) -> None:
        self._caller = caller
        self._operation = operation
        self._nip = caller.sandbox.firms[0].nip
        self._headers: dict[str, str] = {}

    def ask(self, request: Request, content: bytes | None) -> httpx.Response:
        """One request, so that the work itself is reached."""
        answer = self._send(request, content)
        if answer.status_code == 401:
            self._headers = self._log_in()
            answer = self._send(request, content)
        return answer

    def _send(self, request: Request, content: bytes | None) -> httpx.Response:
        headers = self._headers | request.headers
        if content is not None:
            headers["Content-Type"] = "application/json"
        url = self._caller.http.base_url.copy_with(raw_path=f"/v2{request.path}".encode())
        return self._caller.http.request(
            self._operation.method, url, params=request.query, headers=headers, content=content
        )

    def _log_in(self) -> dict[str, str]:
        """Headers with the kind of token that the operation takes."""
        context = ("Nip", self._nip)
        if self._operation.name == "POST /auth/token/refresh":
            return bearer(log_in(self._caller, seal(self._nip), context)["refreshToken"]["token"])
        if self._operation.name in ("POST /auth/token/redeem", "GET /auth/{referenceNumber}"):
            return self._caller.operation(begin(self._caller, seal(self._nip), context))
        return bearer(log_in(self._caller, seal(self._nip), context)["accessToken"]["token"])


@pytest.fixture
def caller(sandbox: RunningSandbox) -> Iterator[Caller]:
    """Somebody who compares every answer with the contract."""
    caller = Caller(sandbox)
    with caller.http:
        yield caller


@pytest.mark.parametrize("operation", _JUDGED, ids=lambda operation: operation.name)
def test_answers_are_those_of_the_contract(
    sandbox: RunningSandbox, caller: Caller, operation: Operation
) -> None:
    asker = Insistent(caller, operation)
    known = _known(sandbox)

    @_SETTINGS
    @given(requests(operation, known))
    def right(request: Request) -> None:
        content = None if operation.body is None else json.dumps(request.body).encode()
        asker.ask(request, content)

    @settings(_SETTINGS, max_examples=SPOILED)
    @given(requests(operation, known))
    def wrong(request: Request) -> None:
        for body in spoilings(request.body):
            if not contract.agrees(body, operation.body or {}):
                answer = asker.ask(request, json.dumps(body).encode())
                assert 400 <= answer.status_code < 500, (body, answer.text)

    @_SETTINGS
    @given(strange(operation))
    def strangely(request: Request) -> None:
        asker.ask(request, None)

    right()
    if operation.parameters:
        strangely()
    if operation.body is not None:
        wrong()
        for junk in JUNK:
            assert 400 <= asker.ask(Request(operation.path, {}, {}, None), junk).status_code < 500


def _known(sandbox: RunningSandbox) -> list[str]:
    """Texts of the sandbox that requests may name."""
    state = sandbox.state
    return [
        *(firm.nip for firm in sandbox.firms),
        *list(state.documents.by_number)[:5],
        *(token.reference for token in state.tokens.values()),
        "88102341294",
        "PL",
        "2026-03-25T00:00:00Z",
    ]
