"""The way to each environment in use, and how far apart its clock and this machine's are."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx

from blink_tui.buffer.limit_book import LimitBook
from blink_tui.i18n import N_, Message
from blink_tui.ksef import errors
from blink_tui.ksef.address_window import shared_window
from blink_tui.ksef.handshake import (
    TLS_DATE,
    TLS_FAILED,
    TLS_ISSUER,
    TLS_NAME,
    Shown,
    shown_by,
)
from blink_tui.ksef.limiter import Limiter
from blink_tui.ksef.probe import Seen, look
from blink_tui.ksef.proxies import PROXY_UNREACHABLE, proxy_of, proxy_shown, unusable
from blink_tui.ksef.transport import checked_base, is_loopback
from blink_tui.model.clock import Clock
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import ENVIRONMENTS, env_shown
from blink_tui.model.telling import span_words
from blink_tui.ops.doctor.check import Around, Check, Finding, Level, aside, failure, note, ok, warning
from blink_tui.ops.doctor.database import NOT_LOOKED_AT

_SECONDS = 5.0
"""For each environment, all side by side."""
_CLOCK_OFF, _CLOCK_FAR_OFF = timedelta(seconds=30), timedelta(minutes=5)
_MINUTE = timedelta(minutes=1)
_SOON = timedelta(days=7)

_ASK_NETWORK = N_("Check the connection and DNS of this computer, or ask whoever looks after the network.")
_SET_CLOCK = N_("Set the clock and let it be kept: timedatectl set-ntp true")
_LATER = N_("Try later; what the Ministry says of it: blink status")
_NOTHING_ANSWERS = N_("{env}: nothing answers at {host} ({cause}).")
_AWAY = N_("{env}: KSeF answers that it is not available now ({cause}).")

_UNSAFE = {
    TLS_ISSUER: N_(
        "A proxy or an antivirus program may look into encrypted traffic: have {host} excepted from that, or name the"
        " file with its authority in SSL_CERT_FILE. Nothing is sent until then."
    ),
    TLS_NAME: N_("Another server answers: check the firm's environment, DNS and the proxy. Nothing is sent."),
    TLS_DATE: N_(
        "Check the date and time of this computer; if they are right, ask whoever looks after the network."
    ),
    TLS_FAILED: N_("Ask whoever looks after the network. Nothing is sent until then."),
}
"""What a handshake failed with → what to do."""
_PROBLEMS = {
    errors.UNREACHABLE: (Level.FAILURE, _NOTHING_ANSWERS, _ASK_NETWORK),
    errors.CONNECTION_LOST: (Level.FAILURE, _NOTHING_ANSWERS, _ASK_NETWORK),
    errors.TIMED_OUT: (Level.FAILURE, _NOTHING_ANSWERS, _ASK_NETWORK),
    errors.SERVER_AWAY: (Level.WARNING, _AWAY, _LATER),
    errors.SERVER_PAUSED: (Level.WARNING, _AWAY, _LATER),
    errors.SERVER_FAILED: (Level.WARNING, _AWAY, _LATER),
    errors.LIMITS: (
        Level.NOTE,
        N_("{env}: KSeF wants no more requests for {seconds} s, so it was not asked."),
        None,
    ),
    PROXY_UNREACHABLE: (
        Level.FAILURE,
        N_("{env}: the proxy {proxy} does not answer ({cause})."),
        N_("Check the variable HTTPS_PROXY, or ask whoever looks after the network."),
    ),
    errors.PROXY_ANSWERED: (
        Level.FAILURE,
        N_("{env}: a proxy, a firewall or a login page answered in place of KSeF ({cause})."),
        N_("Ask whoever looks after the network to let requests to {host} through."),
    ),
}
"""What came in place of an answer → how grave that is, what to say, what to do."""
_STRANGE = (
    Level.FAILURE,
    N_("{env}: what answers at {host} is not KSeF ({cause})."),
    N_("Check the firm's environment: blink firm edit NIP --env …"),
)


@dataclass(frozen=True, slots=True)
class Way:
    """What is known of the way to one environment."""

    env: str
    host: str
    proxy: str | None
    unresolved: str | None = None
    """The name that the resolver does not know, with what it said."""
    seen: Seen | None = None
    """None where nothing was asked, or no answer came in time."""
    shown: Shown | None = None
    """The certificate that was refused."""


class Ways:
    """The ways to the environments in use, each gone once for all checks that ask."""

    def __init__(self) -> None:
        self._asked: asyncio.Task[list[Way]] | None = None

    async def seen(self, around: Around) -> list[Way]:
        """One for each environment of the firms that are fetched for. Raises BlinkError for a wrong address."""
        if self._asked is None:
            envs = sorted({firm.env for firm in around.firms if firm.enabled})
            self._asked = asyncio.create_task(_all(envs, around.clock))
        return await asyncio.shield(self._asked)


async def _all(envs: Sequence[str], clock: Clock) -> list[Way]:
    return list(await asyncio.gather(*(_gone(env, clock) for env in envs)))


async def _gone(env: str, clock: Clock) -> Way:
    base = ENVIRONMENTS.get(env, env)
    url = checked_base(base)
    proxy = None if is_loopback(url.host) else proxy_of(url)
    try:
        target = url if proxy is None else httpx.URL(proxy if "://" in proxy else f"http://{proxy}")
    except httpx.InvalidURL as error:
        raise unusable(proxy or "-", error) from None
    way = Way(env, url.host, proxy)
    try:
        async with asyncio.timeout(_SECONDS):
            await aside(lambda: socket.getaddrinfo(target.host, target.port or 443))
            return await _asked(way, base, url, clock)
    except OSError as error:  # socket.gaierror; TimeoutError is one as well
        if isinstance(error, TimeoutError):
            return way
        return Way(env, url.host, proxy, unresolved=f"{target.host}: {error.strerror or error}")


async def _asked(way: Way, base: str, url: httpx.URL, clock: Clock) -> Way:
    with LimitBook(None) as book, shared_window(base) as window:
        seen = await look(base, clock, Limiter(clock, book, window))
    refused = seen.problem is not None and seen.problem.kind in _UNSAFE
    shown = await aside(lambda: shown_by(url, way.proxy)) if refused else None
    return Way(way.env, way.host, way.proxy, seen=seen, shown=shown)


# What it means


async def _network(around: Around, ways: Ways) -> list[Finding]:
    if around.refusal is not None:
        return [note(NOT_LOOKED_AT)]
    if not any(firm.enabled for firm in around.firms):
        return [note(N_("There are no firms yet, so nothing was asked."))]
    found: list[Finding] = []
    for way in await ways.seen(around):
        found += way_findings(way, around.clock.now())
    return found


def way_findings(way: Way, now: datetime) -> Iterator[Finding]:
    """What is to be said of one environment."""
    if way.proxy is not None:
        yield note(
            N_("{env}: requests go through the proxy {proxy}, which HTTPS_PROXY or ALL_PROXY names."),
            env=way.env,
            proxy=proxy_shown(way.proxy),
        )
    if way.unresolved is not None:
        yield failure(
            N_("{env}: the name cannot be found ({cause})."), _ASK_NETWORK, env=way.env, cause=way.unresolved
        )
    elif way.seen is None:
        yield failure(
            N_("{env}: {host} did not answer within {seconds} s."),
            _ASK_NETWORK,
            env=way.env,
            host=way.host,
            seconds=round(_SECONDS),
        )
    elif way.seen.problem is not None:
        yield _problem(way, way.seen.problem)
    else:
        yield _answered(way, way.seen, now)


def _problem(way: Way, error: BlinkError) -> Finding:
    values = {**error.values, "env": way.env, "host": way.host, "cause": error.cause}
    if error.kind in _UNSAFE:
        return _unsafe(way, _UNSAFE[error.kind], values)
    level, text, advice = _PROBLEMS.get(error.kind, _STRANGE)
    return Finding(level, Message(text, values), None if advice is None else Message(advice, values))


def _unsafe(way: Way, advice: str, values: Mapping[str, object]) -> Finding:
    """Who it was that answered, where that could be seen."""
    if way.shown is None:
        return failure(N_("{env}: {host} did not prove who it is ({cause})."), advice, **values)
    return failure(
        N_(
            "{env}: {host} showed a certificate for {names}, issued by {issuer}, valid until {until}: refused."
        ),
        advice,
        **values,
        names=", ".join(way.shown.names[:3]),
        issuer=way.shown.issuer,
        until=f"{way.shown.until:%Y-%m-%d}",
    )


def _answered(way: Way, seen: Seen, now: datetime) -> Finding:
    if seen.certificate is None:
        return note(
            N_("{env}: answers, without encryption: only fit for a sandbox on this machine."),
            env=env_shown(way.env),
        )
    left = seen.certificate.until - now
    values = {
        "env": way.env,
        "host": way.host,
        "until": f"{seen.certificate.until:%Y-%m-%d}",
        "days": left.days,
    }
    text = N_("{env}: {host} answers; its certificate is valid until {until} ({days} days).")
    if left < _SOON:
        return note(text, N_("Whoever runs that server renews it; there is nothing to do here."), **values)
    return ok(text, **values)


async def _clock(around: Around, ways: Ways) -> list[Finding]:
    told = [
        (way, way.seen.ahead) for way in await ways.seen(around) if way.seen and way.seen.ahead is not None
    ]
    if not told:
        return [note(N_("No server told the time, so the clock was not compared."))]
    return [clock_finding(way.env, ahead) for way, ahead in told]


def clock_finding(env: str, ahead: timedelta) -> Finding:
    """What the difference of two clocks means."""
    if abs(ahead) <= _CLOCK_OFF:
        return ok(
            N_("The clock agrees with {env} to {seconds} s."),
            env=env,
            seconds=round(abs(ahead).total_seconds()),
        )
    values = {"env": env, "span": span_words(_MINUTE * round(abs(ahead) / _MINUTE))}
    text = (
        N_("This computer's clock is {span} behind that of {env}.")
        if ahead > timedelta()
        else N_("This computer's clock is {span} ahead of that of {env}.")
    )
    if abs(ahead) <= _CLOCK_FAR_OFF:
        return warning(text, _SET_CLOCK, **values)
    return Finding(
        Level.FAILURE,
        Message(text, values),
        Message(
            N_(
                "{set_clock}. Logging in goes by KSeF's time and still works, but certificates are judged, days are"
                " told and events are dated by this clock."
            ),
            {"set_clock": Message(_SET_CLOCK)},
        ),
    )


def network_checks() -> tuple[Check, ...]:
    """Both go by the same requests."""
    ways = Ways()
    return (
        Check(
            "network",
            N_("Network"),
            N_(
                "KSeF cannot be asked: name, proxy, certificate or server are in the way. What was fetched stays."
            ),
            lambda around: _network(around, ways),
            network=True,
        ),
        Check(
            "clock",
            N_("Clock"),
            N_(
                "The clock is minutes off. Logins go by KSeF's time and work, but certificates are judged and events"
                " dated wrongly, and what is due comes too early or too late."
            ),
            lambda around: _clock(around, ways),
            network=True,
        ),
    )
