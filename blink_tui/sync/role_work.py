"""What every part of a pass over one role of one firm works with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from blink_tui.buffer import Buffer
from blink_tui.ksef.client import KsefClient, Session
from blink_tui.ksef.limiter import Limiter
from blink_tui.model.clock import Clock
from blink_tui.model.documents import Role
from blink_tui.model.events import Event
from blink_tui.model.firms import Firm
from blink_tui.sync.events import Reporter
from blink_tui.sync.workers import Worker
from blink_tui.vault import Vault


@dataclass(frozen=True, slots=True)
class PassTools:
    """What the passes of one environment share."""

    buffer: Buffer
    vault: Vault
    client: KsefClient
    worker: Worker
    clock: Clock
    folder: Path
    """Private folder for package parts."""
    limiter: Limiter


@dataclass(frozen=True, slots=True)
class RoleWork:
    """One role of one firm in one session."""

    tools: PassTools
    firm: Firm
    session: Session
    role: Role
    reporter: Reporter

    def report(self, kind: type[Event], **fields: object) -> None:
        """Tell an event of this role."""
        self.reporter(kind, role=self.role, **fields)

    def now(self) -> datetime:
        """The present by KSeF's clock: this machine's may be wrong."""
        return self.session.server_now()
