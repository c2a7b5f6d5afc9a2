"""Everything a sandbox holds, in memory: documents, firms, tokens, sessions, exports, keys, limits, the log."""

from __future__ import annotations

from dataclasses import dataclass

from blink_tui.sandbox.arrivals import Arrivals
from blink_tui.sandbox.certificates import CertificateBook
from blink_tui.sandbox.clock import Clock, datetime_of, seconds
from blink_tui.sandbox.collective import CollectiveBook
from blink_tui.sandbox.documents import Repository
from blink_tui.sandbox.exports import ExportDesk
from blink_tui.sandbox.facts import Context
from blink_tui.sandbox.faults import FaultBook
from blink_tui.sandbox.generator import Series
from blink_tui.sandbox.grants import GrantBook
from blink_tui.sandbox.intake import Intake
from blink_tui.sandbox.journal import Journal
from blink_tui.sandbox.keys import KeyRing
from blink_tui.sandbox.latarnia import ConditionOrder, SystemStatus
from blink_tui.sandbox.limits import RateBook, common_rates
from blink_tui.sandbox.marks import PinnedMarks
from blink_tui.sandbox.options import SandboxOptions
from blink_tui.sandbox.people import People
from blink_tui.sandbox.quotas import ContextLimits
from blink_tui.sandbox.sending import SendingBook
from blink_tui.sandbox.sessions import SessionBook, Status
from blink_tui.sandbox.tokens import KsefToken


@dataclass(frozen=True, slots=True)
class Firm:
    """A context with a token, announced at the start."""

    nip: str
    name: str
    token: str


class Sandbox:
    """One simulated KSeF. Its server runs in one event loop; tests may read it and move its clock."""

    def __init__(self, options: SandboxOptions, clock: Clock) -> None:
        self.options = options
        self.clock = clock
        self.base = ""
        """Scheme, host and port under which it listens."""
        self.keys = KeyRing(clock)
        self.documents = Repository()
        self.intake = Intake(self.documents, options.seed)
        self.series = Series()
        """Numbers of all invoices that are generated here."""
        self.arrivals = Arrivals(self)
        self.sending = SendingBook(self.documents)
        self.firms: list[Firm] = []
        self.tokens: dict[str, KsefToken] = {}
        """By the whole token text."""
        self.sessions = SessionBook()
        self.people = People()
        self.grants = GrantBook(self.people)
        self.certificates = CertificateBook(datetime_of(clock.now()))
        self.login_outcomes: dict[Context, Status] = {}
        """How every login into a context ends, whatever the credential."""
        self.exports = ExportDesk(options)
        self.marks = PinnedMarks()
        self.held_mark: int | None = None
        """Instant beyond which the high-water mark does not go for now."""
        self.rates = RateBook(common_rates(options.limits, older=options.api == "2.6"))
        self.context_limits: dict[Context, ContextLimits] = {}
        """Sizes and numbers of contexts that have limits of their own."""
        self.collective = CollectiveBook()
        self.status = SystemStatus()
        self.status.change(ConditionOrder(options.latarnia), clock.now())
        self.faults = FaultBook()
        self.journal = Journal(options.log)
        self.problems: list[str] = []
        """Files that could not be seeded, each with its reason."""

    def high_water_mark(self) -> int:
        """Everything stored before it is complete: a lag behind now, in leaps if so asked, or held."""
        mark = self.clock.now() - seconds(self.options.hwm_lag)
        leap = seconds(self.options.hwm_step)
        if leap:
            mark -= mark % leap
        return mark if self.held_mark is None else min(mark, self.held_mark)
