"""What one request without a login shows of an environment: whether it answers, its certificate, its clock."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx

from blink_tui.ksef.handshake import Shown, read_shown
from blink_tui.ksef.operations import KEYS, Context
from blink_tui.ksef.transport import Gate, Transport
from blink_tui.model.clock import Clock
from blink_tui.model.errors import BlinkError

_NOBODY = Context("None", "")
_HALF_A_SECOND = timedelta(seconds=0.5)
"""HTTP tells whole seconds, cut."""


@dataclass(slots=True)
class Seen:
    """What was seen before an answer came or failed to come."""

    ahead: timedelta | None = None
    """How far KSeF's clock is ahead of this machine's, to a second; None where it did not tell."""
    certificate: Shown | None = None
    """The certificate that was believed; None without TLS."""
    problem: BlinkError | None = None
    """What came in place of an answer."""


async def look(base_url: str, clock: Clock, gate: Gate) -> Seen:
    """Ask an environment for its public keys, as every login does first. Raises BlinkError for a wrong address."""
    seen = Seen()
    async with Transport(base_url, clock, gate, None) as transport:
        sent = clock.now()

        async def note(response: httpx.Response) -> None:
            seen.ahead = _ahead(response.headers.get("date", ""), sent, clock.now())
            line = response.extensions["network_stream"].get_extra_info("ssl_object")
            if isinstance(line, ssl.SSLObject):
                der = line.getpeercert(binary_form=True)
                seen.certificate = read_shown(der) if der else None

        transport.http.event_hooks["response"].append(note)
        try:
            await transport.call(KEYS, _NOBODY)
        except BlinkError as error:
            seen.problem = error
    return seen


def _ahead(told: str, sent: datetime, received: datetime) -> timedelta | None:
    """Between a `Date` header and the middle of the request."""
    try:
        return parsedate_to_datetime(told) + _HALF_A_SECOND - (sent + (received - sent) / 2)
    except (TypeError, ValueError):
        return None
