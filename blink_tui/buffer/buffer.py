"""The buffer of a profile: opening it, and the parts it is made of."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from blink_tui.buffer import health, schema
from blink_tui.buffer.audit import History
from blink_tui.buffer.batches import Batches
from blink_tui.buffer.book_compare import BookComparing
from blink_tui.buffer.book_rows import BookRows
from blink_tui.buffer.books import BooksOfFirms
from blink_tui.buffer.briefs import Briefs
from blink_tui.buffer.charts import Charts
from blink_tui.buffer.chores import Chores
from blink_tui.buffer.closing import Closing
from blink_tui.buffer.codings import Codings
from blink_tui.buffer.collective import Collectives
from blink_tui.buffer.comparing import Comparing
from blink_tui.buffer.counters import Counters
from blink_tui.buffer.credentials import Credentials
from blink_tui.buffer.database import Database, open_database
from blink_tui.buffer.decisions import Decisions
from blink_tui.buffer.derived import Derived
from blink_tui.buffer.diagnosis import Diagnosis
from blink_tui.buffer.documents import Documents
from blink_tui.buffer.erasing import Eraser
from blink_tui.buffer.export_settings import ExportSettings
from blink_tui.buffer.exports import PendingExports
from blink_tui.buffer.findings import Findings
from blink_tui.buffer.firms import Firms
from blink_tui.buffer.grid import Grid
from blink_tui.buffer.holdings import Holdings
from blink_tui.buffer.learning import Learning
from blink_tui.buffer.leases import Leases
from blink_tui.buffer.locks import Locks
from blink_tui.buffer.log import FetchLog
from blink_tui.buffer.marks import Marks
from blink_tui.buffer.mismatches import Mismatches
from blink_tui.buffer.notice_targets import NoticeTargets
from blink_tui.buffer.offices import Offices
from blink_tui.buffer.outages import Outages
from blink_tui.buffer.outbox import Outbox
from blink_tui.buffer.outgoing import Outgoing
from blink_tui.buffer.overview import Overview
from blink_tui.buffer.payment_batches import PaymentBatches
from blink_tui.buffer.payments import Payments
from blink_tui.buffer.presence import Presence
from blink_tui.buffer.proofs import Proofs
from blink_tui.buffer.questions import Questions
from blink_tui.buffer.ranges import HistoryRanges
from blink_tui.buffer.rates import ExchangeRates
from blink_tui.buffer.registers import Registers
from blink_tui.buffer.restored import Restored
from blink_tui.buffer.retentions import Retentions
from blink_tui.buffer.role_states import RoleStates
from blink_tui.buffer.rules import Rules
from blink_tui.buffer.saved_filters import SavedFilters
from blink_tui.buffer.schedules import Schedules
from blink_tui.buffer.settings import Settings
from blink_tui.buffer.tombstones import Tombstones
from blink_tui.buffer.webs import Webs
from blink_tui.model.clock import Clock, SystemClock


class Buffer:
    """One repository for each kind of thing kept; all write through one connection, one transaction at a time."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self.firms = Firms(database, clock)
        self.credentials = Credentials(database)
        self.offices = Offices(database)
        self.marks = Marks(database)
        self.ranges = HistoryRanges(database)
        self.exports = PendingExports(database)
        self.schedules = Schedules(database, clock)
        self.mismatches = Mismatches(database)
        self.roles = RoleStates(database)
        self.proofs = Proofs(database)
        self.documents = Documents(database, clock)
        self.history = History(database)
        self.derived = Derived(database)
        self.findings = Findings(database)
        self.comparing = Comparing(database)
        self.webs = Webs(database)
        self.collective = Collectives(database)
        self.leases = Leases(database, clock)
        self.outages = Outages(database)
        self.log = FetchLog(database, clock)
        self.counters = Counters(database)
        self.batches = Batches(database, clock)
        self.outgoing = Outgoing(database)
        self.restored = Restored(database, clock)
        self.settings = Settings(database)
        self.export_settings = ExportSettings(database, clock)
        self.saved_filters = SavedFilters(database, clock)
        self.grid = Grid(database)
        self.decisions = Decisions(database, clock, self.grid, self.webs)
        self.overview = Overview(database)
        self.books = BooksOfFirms(database, clock)
        self.book_rows = BookRows(database, clock)
        self.book_comparing = BookComparing(database)
        self.charts = Charts(database, clock)
        self.chores = Chores(database)
        self.notice_targets = NoticeTargets(database)
        self.outbox = Outbox(database)
        self.rates = ExchangeRates(database)
        self.rules = Rules(database, clock)
        self.codings = Codings(database, clock)
        self.payments = Payments(database, clock)
        self.payment_batches = PaymentBatches(database, clock)
        self.presence = Presence(database, clock)
        self.briefs = Briefs(database)
        self.learning = Learning(database)
        self.diagnosis = Diagnosis(database)
        self.locks = Locks(database, clock)
        self.questions = Questions(database, clock)
        self.registers = Registers(database)
        self.closing = Closing(database)
        self.eraser = Eraser(database, clock)
        self.holdings = Holdings(database)
        self.retentions = Retentions(database, clock)
        self.tombstones = Tombstones(database)

    @property
    def path(self) -> Path:
        """The file."""
        return self._database.path

    @property
    def read_only(self) -> bool:
        """Whether it refuses every change."""
        return self._database.read_only

    async def data_version(self) -> int:
        """Another number after every commit of any process, this one included."""
        return await self._database.data_version()

    async def schema_version(self) -> int:
        """Number of the schema in the file now: a newer program may have changed it since it was opened."""
        return await schema.version_of(self._database)

    async def change_token(self) -> tuple[int, int]:
        """Equal as long as nothing in the buffer has changed."""
        return await self._database.data_version(), self._database.changes


@asynccontextmanager
async def open_buffer(
    path: Path, *, clock: Clock | None = None, read_only: bool = False
) -> AsyncIterator[Buffer]:
    """The buffer in a file, which is made where it is missing and brought to the newest schema.

    A read-only buffer must exist and be up to date; it refuses every change. Raises BlinkError:
    NEWER_SCHEMA, OLDER_SCHEMA, DAMAGED, NOT_OPENED, DISK_FULL, BUSY, OLD_SQLITE.
    """
    async with open_database(path, read_only=read_only) as database:
        migrations = schema.scripts()
        if read_only:
            await schema.require_current(database, len(migrations))
        else:
            await schema.migrate(database, migrations)
        await health.quick(database.reader)
        yield Buffer(database, clock or SystemClock())
