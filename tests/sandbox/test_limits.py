"""The documented limits as sliding windows, alone and over HTTP."""

from __future__ import annotations

import httpx
import pytest

from blink_tui.sandbox import VirtualClock
from blink_tui.sandbox.clock import SECOND
from blink_tui.sandbox.errors import ApiError
from blink_tui.sandbox.limits import GROUPS, Limiter, Rates
from tests.sandbox.caller import Caller
from tests.sandbox.conftest import Connect, Start


def refused(limiter: Limiter, seconds: float, rates: Rates) -> int | None:
    """Seconds to wait when a request at a moment is refused, None when it is admitted."""
    try:
        limiter.admit(round(seconds * SECOND), ("key", rates))
    except ApiError as error:
        return int(error.headers["Retry-After"])
    return None


def test_window_slides() -> None:
    limiter, rates = Limiter(), Rates(2)
    assert [refused(limiter, moment, rates) for moment in (0.0, 0.9, 0.95)] == [None, None, 1]
    assert refused(limiter, 1.95, rates) is None
    assert refused(limiter, 2.0, rates) is None


def test_all_windows_hold_at_once() -> None:
    limiter, rates = Limiter(), Rates(100, 3, 5)
    assert [refused(limiter, moment, rates) for moment in (0, 1, 2)] == [None] * 3
    assert refused(limiter, 3, rates) == 57
    assert [refused(limiter, moment, rates) for moment in (61, 62)] == [None] * 2
    assert refused(limiter, 200, rates) == 3400
    assert refused(limiter, 3600, rates) is None


def test_waiting_as_told_is_enough() -> None:
    limiter, rates = Limiter(), GROUPS["invoiceMetadata"]
    moment, admitted = 0.0, 0
    while moment < 7200:
        wait = refused(limiter, moment, rates)
        admitted += wait is None
        moment += wait or 0
    assert admitted == 40


def test_coming_again_too_early_prolongs_the_block() -> None:
    limiter, rates = Limiter(), Rates(100, 1)
    assert refused(limiter, 0, rates) is None
    assert refused(limiter, 10, rates) == 50
    assert refused(limiter, 20, rates) == 41
    assert refused(limiter, 60, rates) == 2
    assert refused(limiter, 62, rates) is None


def test_refused_request_counts_nowhere() -> None:
    limiter, narrow, wide = Limiter(), Rates(1), Rates(2)
    for moment, admitted in ((0, True), (0, False), (0, False)):
        try:
            limiter.admit(moment, ("wide", wide), ("narrow", narrow))
        except ApiError:
            assert not admitted
        else:
            assert admitted
    limiter.admit(0, ("wide", wide))


def drain(caller: Caller, most: int = 100) -> httpx.Response:
    """Query until refused; the refusal."""
    for _ in range(most):
        answer = caller.query()
        if answer.status_code == 429:
            return answer
        assert answer.status_code == 200
    raise AssertionError("never refused")


def test_limits_over_http(start: Start, connect: Connect, clock: VirtualClock) -> None:
    sandbox = start(limits=True)
    caller = connect(sandbox)
    caller.login(sandbox.firms[0])
    answers = [caller.query() for _ in range(9)]
    assert [answer.status_code for answer in answers] == [200] * 8 + [429]
    assert answers[-1].headers["Retry-After"] == "1"
    assert answers[-1].json()["detail"].startswith("Przekroczono limit 8 żądań na sekundę")
    clock.advance(1)
    assert [caller.query().status_code for _ in range(8)] == [200] * 8
    clock.advance(1)
    assert caller.query().headers["Retry-After"] == "58"
    clock.advance(58)
    assert [caller.query().status_code for _ in range(4)] == [200] * 4
    clock.advance(60)
    assert drain(caller).headers["Retry-After"] == str(3600 - 120)


def test_contexts_and_operations_have_windows_of_their_own(start: Start, connect: Connect) -> None:
    sandbox = start(limits=True)
    first, second = connect(sandbox), connect(sandbox)
    first.login(sandbox.firms[0])
    second.login(sandbox.firms[1])
    drain(first)
    assert second.query().status_code == 200
    assert first.order()[0].status_code == 201
    for _ in range(10):
        assert first.http.get("/rate-limits").status_code == 200
    assert first.http.get("/rate-limits").status_code == 429
    assert first.http.get("/tokens").status_code == 200


def test_addresses_have_a_window_of_their_own(start: Start, connect: Connect, clock: VirtualClock) -> None:
    caller = connect(start(limits=True))
    codes = [caller.http.post("/auth/challenge").status_code for _ in range(61)]
    assert codes == [200] * 60 + [429]
    assert [caller.http.get("/security/public-key-certificates").status_code for _ in range(16)] == [
        *[200] * 15,
        429,
    ]
    clock.advance(1)
    assert caller.http.post("/auth/challenge").status_code == 200


def test_old_shape_of_a_refusal(start: Start, connect: Connect) -> None:
    sandbox = start(limits=True)
    caller = connect(sandbox, problem_details=False)
    caller.login(sandbox.firms[0])
    body = drain(caller).json()
    assert body["status"]["code"] == 429


def test_rates_in_force_are_told(start: Start, connect: Connect) -> None:
    sandbox = start(limits=True)
    caller = connect(sandbox)
    caller.login(sandbox.firms[0])
    told = caller.http.get("/rate-limits").json()
    assert told["invoiceDownload"] == {"perSecond": 8, "perMinute": 16, "perHour": 64}
    assert told["global"] == {"perSecond": 75, "perMinute": -1, "perHour": -1}


def test_without_limits_nothing_is_refused(caller: Caller) -> None:
    assert {caller.query().status_code for _ in range(30)} == {200}
    told = caller.http.get("/rate-limits").json()
    assert {rate for rates in told.values() for rate in rates.values()} == {-1}


@pytest.mark.parametrize("part", ["/storage/x/invoice-part/y", "/_sandbox/requests"])
def test_what_is_not_the_api_is_not_counted(start: Start, part: str) -> None:
    sandbox = start(limits=True)
    base = sandbox.url.removesuffix("/v2")
    with httpx.Client() as http:
        assert 429 not in {http.get(base + part).status_code for _ in range(80)}
