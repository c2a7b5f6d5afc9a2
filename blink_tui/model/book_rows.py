"""One row of books that another program keeps, as it is read back (BOOKKEEPING 6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from blink_tui.model.documents import Direction, Status
from blink_tui.model.matching import number_key
from blink_tui.model.months import Month
from blink_tui.model.text import folded
from blink_tui.model.values import KsefNumber, Nip

SELF_ASSESSED = frozenset(f"K_{number}" for number in range(23, 33))
"""Fields of the sales register that hold what the buyer taxes: WNT, imports, art. 17(1)(5) (FORMATS 6.3)."""
INTERNAL = frozenset({"RO", "WEW"})
"""Marks of rows that are no invoice: daily reports of a cash register, internal documents."""
_REVENUE = ("K_7", "K_8", "K_9")


class BookRegister(StrEnum):
    """Which book a row stands in."""

    SALES = "sales"
    """VAT register of sales."""
    PURCHASES = "purchases"
    KPIR = "kpir"
    REVENUE = "revenue"
    """Ewidencja przychodów."""


class Answer(StrEnum):
    """What a person says of a row of the books and a document that may be the same."""

    SAME = "same"
    ANOTHER = "another"
    DOUBLED = "doubled"
    """The seller issued it twice: what is booked stays, the document is not booked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookHead:
    """What a file of books says of itself."""

    source: str
    """`jpk_v7m`, `jpk_v7k`, `jpk_pkpir`, `jpk_ewp`, or `table-` and the register."""
    registers: tuple[BookRegister, ...]
    """What it holds whole for its months."""
    nip: Nip | None = None
    """Whose books they are; None where the file does not tell."""
    version: str = ""
    purpose: str = ""
    """`1` filed for the first time, `2` a correction."""
    first: Month
    last: Month


@dataclass(frozen=True, slots=True, kw_only=True)
class BookRow:
    """A row of a JPK or of a mapped register; amounts in PLN."""

    register: BookRegister
    position: int
    """Its number within the register of its file, from 1."""
    number: str
    """Of the document, as the books have it."""
    ksef_number: str = ""
    mark: str = ""
    """`OFF`, `BFK`, `DI`: why it has no number of KSeF's; empty where it has one, or the book knows no such marks."""
    country: str = ""
    """Prefix of the contractor's number; empty is Poland."""
    contractor: str = ""
    """The contractor's number without its country; empty for `BRAK`."""
    name: str = ""
    address: str = ""
    issued: date | None = None
    day: date | None = None
    """Sale, receipt, event or revenue, by the register."""
    entered: date | None = None
    """Day of the entry in the register of revenue, which is sorted by it."""
    month: Month | None = None
    """In which it is settled or booked."""
    net: Decimal | None = None
    vat: Decimal | None = None
    gross: Decimal | None = None
    amounts: tuple[tuple[str, Decimal], ...] = ()
    """Field as its file names it (`K_19`, `K_43`, `K_13` …) and amount."""
    marks: tuple[str, ...] = ()
    """`FP`, `GTU_12`, `MK`, `WEW` …"""
    description: str = ""
    bad_debt: tuple[str, date] | None = None
    """KorektaPodstawyOpodt: `TerminPlatnosci` or `DataZaplaty`, and its day."""

    @property
    def side(self) -> Direction:
        """Of what kind its document is: a self-assessed row of sales belongs to a purchase."""
        if self.register is BookRegister.SALES:
            bought = any(name in SELF_ASSESSED for name, _amount in self.amounts)
            return Direction.PURCHASE if bought else Direction.SALE
        if self.register is BookRegister.KPIR:
            sold = any(name in _REVENUE and amount for name, amount in self.amounts)
            return Direction.SALE if sold else Direction.PURCHASE
        return Direction.SALE if self.register is BookRegister.REVENUE else Direction.PURCHASE

    @property
    def number_key(self) -> str:
        """The number without what people write differently."""
        return number_key(folded(self.number))

    @property
    def key(self) -> str:
        """The same for the same row in whatever import: what answers are kept by."""
        when = self.issued or self.day
        gross = "" if self.gross is None else f"{self.gross:.2f}"
        return "|".join((self.register.value, self.contractor, self.number_key, f"{when or ''}", gross))


@dataclass(frozen=True, slots=True)
class Held:
    """A document as rows of books are compared with it."""

    document_id: int
    ksef_number: KsefNumber
    direction: Direction
    status: Status
    number: str
    number_key: str
    contractor: str
    """Number of the other side; empty where it has none."""
    issued: date | None
    received: date | None
    net: Decimal | None
    """As net and gross in the document's currency; VAT in PLN."""
    vat: Decimal | None
    gross: Decimal | None
    currency: str


class Differs(StrEnum):
    """In what a row and a document of the same number and contractor do not agree."""

    AMOUNT = "amount"
    DATE = "date"


Judge = Callable[[BookRow, Held], tuple[Differs, ...] | None]
"""Whether a row without a KSeF number may be a document: what of it does not agree, None where it is another one."""
