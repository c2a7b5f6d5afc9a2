"""All that rules and schemes may know of a document: the invoice, the firm's books, what surrounds it. No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from blink_tui.model.books import Books, Contractor, ExchangeRate
from blink_tui.model.coding import Coding
from blink_tui.model.documents import Direction, FirmKind, Role, Status
from blink_tui.model.invoice import Invoice
from blink_tui.model.months import Month
from blink_tui.model.values import KsefNumber, Nip


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """A document that this one corrects or settles, as far as the buffer has it."""

    ksef_number: KsefNumber
    status: Status
    vat_month: Month | None
    scheme: str = ""
    """By which it is coded; empty: it is not."""
    parameters: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What a firm's earlier documents of the same seller say."""

    documents: int = 0
    """How many came before from the seller (for a sale: to the buyer)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One document of one firm."""

    invoice: Invoice
    ksef_number: KsefNumber
    direction: Direction
    roles: frozenset[Role]
    received: date | None
    """Warsaw day of acquisition."""
    offline: bool = False
    firm_nip: Nip
    firm_kind: FirmKind = FirmKind.TAXPAYER
    books: Books
    findings: frozenset[str] = frozenset()
    """Ids of what checks found (`account-new`, `duplicate-number` …)."""
    originals: Sequence[Original] = ()
    past: Past = Past()
    rates: Mapping[str, Sequence[ExchangeRate]] | None = None
    """National Bank's tables by currency, in the order of their days, as far as they were loaded."""
    locked: frozenset[Month] = frozenset()
    """Months of the firm that nothing may be put into."""
    kept: Coding | None = None
    """As it is coded already, where payments are added: what stands so keeps its months, closed ones as well."""
    today: date
    """Warsaw day on which this is asked."""
    contractor: Contractor | None = None
    """The other side, where the firm's ledger knows it."""
    labels: tuple[str, ...] = ()
    """Of the firm."""

    @property
    def contractor_nip(self) -> str:
        """NIP of the other side, empty where it has none."""
        party = self.invoice.buyer if self.direction is Direction.SALE else self.invoice.seller
        return party.nip or ""
