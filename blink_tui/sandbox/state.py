"""Everything a sandbox holds, in memory: documents, firms, tokens, sessions, exports, keys, limits, the log."""

from __future__ import annotations

from dataclasses import dataclass, field

from blink_tui.sandbox.clock import Clock, datetime_of, seconds
from blink_tui.sandbox.documents import Document, Shelf
from blink_tui.sandbox.exports import ExportDesk
from blink_tui.sandbox.facts import SUBJECTS, Context, InvoiceFacts
from blink_tui.sandbox.journal import Journal
from blink_tui.sandbox.keys import KeyRing
from blink_tui.sandbox.limits import GROUPS, NO_LIMIT, Limiter
from blink_tui.sandbox.marks import PinnedMarks
from blink_tui.sandbox.options import SandboxOptions
from blink_tui.sandbox.queries import plain_number
from blink_tui.sandbox.sessions import SessionBook
from blink_tui.sandbox.tokens import KsefToken

_NOTHING = Shelf()


@dataclass(frozen=True, slots=True)
class Firm:
    """A context with a token, announced at the start."""

    nip: str
    name: str
    token: str


@dataclass(slots=True)
class Repository:
    """The documents, by number and by who sees them."""

    by_number: dict[str, Document] = field(default_factory=dict)
    shelves: dict[tuple[Context, str], Shelf] = field(default_factory=dict)

    def add(self, document: Document, facts: InvoiceFacts) -> None:
        """Store a document and let its parties see it, each once per subject."""
        self.by_number[document.ksef_number] = document
        for viewer in dict.fromkeys(facts.viewers()):
            self.shelves.setdefault(viewer, Shelf()).add(document)

    def shelf(self, context: Context, subject: str) -> Shelf:
        """What a context sees under a subject."""
        return self.shelves.get((context, subject), _NOTHING)

    def find(self, context: Context, number: str) -> Document | None:
        """A document by number, if the context sees it at all."""
        document = self.by_number.get(plain_number(number))
        seen = document is not None and any(document in self.shelf(context, subject) for subject in SUBJECTS)
        return document if seen else None


class Sandbox:
    """One simulated KSeF. Its server runs in one event loop; tests may read it and move its clock."""

    def __init__(self, options: SandboxOptions, clock: Clock) -> None:
        self.options = options
        self.clock = clock
        self.base = ""
        """Scheme, host and port under which it listens."""
        self.keys = KeyRing(datetime_of(clock.now()))
        self.documents = Repository()
        self.firms: list[Firm] = []
        self.tokens: dict[str, KsefToken] = {}
        """By the whole token text."""
        self.sessions = SessionBook()
        self.exports = ExportDesk(options)
        self.marks = PinnedMarks()
        self.limiter = Limiter()
        self.rates = GROUPS if options.limits else dict.fromkeys(GROUPS, NO_LIMIT)
        """Request limits in force, by group."""
        self.journal = Journal()
        self.problems: list[str] = []
        """Files that could not be seeded, each with its reason."""

    def high_water_mark(self) -> int:
        """Everything stored before it is complete."""
        return self.clock.now() - seconds(self.options.hwm_lag)
