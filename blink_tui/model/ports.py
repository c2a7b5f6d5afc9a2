"""The small Protocols by which parts ask for one another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol


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

    def stop(self, timeout: float = 5.0) -> bool:
        """End the engine at its next safe point; True when it ended within so many seconds."""


class LimitBook(Protocol):
    """Requests of each context, remembered past the process (DESIGN, rule 4)."""

    def take(self, counter: str, limits: Mapping[timedelta, int], now: datetime) -> int | datetime | None:
        """Count one more request, if every window has room: its ticket. Else the moment at which there will be
        room, or None when that depends on an answer still to come.
        """

    def answered(self, ticket: int, now: datetime) -> None:
        """The response has come: its windows run from here."""

    def park(self, context: str, until: datetime) -> None:
        """Ask nothing for a context before an instant."""

    def parked(self, context: str) -> datetime | None:
        """Until when nothing may be asked for a context."""
