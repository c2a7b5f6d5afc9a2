"""The small Protocols by which parts ask for one another."""

from __future__ import annotations

from collections.abc import Sequence
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
