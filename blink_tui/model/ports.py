"""The small Protocols by which parts ask for one another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol


class Engine(Protocol):
    """What a screen may ask of the engine; every call returns at once."""

    def fetch_now(self, firm_ids: Sequence[int] | None = None) -> None:
        """Ask for a pass over these firms, all enabled ones when None; a running pass is not doubled."""

    @property
    def busy(self) -> bool:
        """True while a pass runs."""

    @property
    def problem(self) -> BaseException | None:
        """What stopped the last pass as a whole, such as a full disk; None when nothing did."""

    def vault_opened(self) -> None:
        """The vault was made or opened while the program runs: it is used from the next turn on."""

    def stop(self, timeout: float = 5.0) -> bool:
        """End the engine at its next safe point; True when it ended within so many seconds."""


class Full(NamedTuple):
    """Why a request cannot go yet."""

    earliest: float
    """Reading of the steady clock before which there is no room."""
    running: bool
    """True when there is room then only if an answer comes that is still awaited."""


class BookTicket(NamedTuple):
    """A request that the book counts."""

    context: str
    counter: str
    number: int


class Standing(NamedTuple):
    """What the book knows of a context besides its requests. Moments are readings of the steady clock."""

    parked_until: float = 0.0
    """Nothing may be asked for the context before."""
    parked_for: float = 0.0
    """How long KSeF asked to wait, in seconds."""
    limits: str = ""
    """The limits that KSeF told, as they were put down; empty when it was never asked."""
    read_at: float = 0.0
    """When they were read: seconds since 1970 by the clock that may be set."""
    read_steady: float = 0.0


class LimitBook(Protocol):
    """Requests of each context, remembered past the process (DESIGN, rule 4).

    `now` is always a reading of the steady clock; what an earlier boot wrote is carried over when the book is opened.
    A context's name holds its environment. Calls raise BlinkError when the disk refuses them.
    """

    def standing(self, context: str, now: float) -> Standing:
        """Until when a context is parked, and its limits."""

    def take(
        self, context: str, counter: str, windows: Sequence[tuple[float, int]], now: float
    ) -> BookTicket | Full:
        """Count one more request, if every window (seconds, requests) has room: its ticket."""

    def answered(self, ticket: BookTicket, moment: float) -> None:
        """The response has come: the windows of the request run from here."""

    def park(self, context: str, now: float, seconds: float) -> None:
        """Ask nothing for a context for so long; a shorter time does not shorten a longer one."""

    def learn(self, context: str, limits: str, read_at: float, now: float) -> None:
        """Put down the limits that KSeF told."""

    def requests(self, context: str, since: float) -> Mapping[str, Sequence[float]]:
        """For each counter, when its requests were answered after a moment; in the future: not answered yet."""
