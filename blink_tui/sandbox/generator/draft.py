"""An invoice before it is written: everything that the writer puts into FA(3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from blink_tui.sandbox.generator.amounts import Line, VatRow
from blink_tui.sandbox.generator.names import Company


@dataclass(frozen=True, slots=True)
class Third:
    """A Podmiot3: factor (1), recipient (2), further buyer (4), local government unit (8) …"""

    company: Company
    role: int
    unit: str = ""
    """Internal id (`NIP-NNNNN`) in place of the NIP."""


@dataclass(frozen=True, slots=True)
class Reference:
    """An earlier invoice; without a KSeF number it counts as issued outside KSeF."""

    number: str
    issued: date
    ksef_number: str | None


@dataclass(frozen=True, slots=True)
class Correction:
    """What a correction says of itself."""

    reason: str
    type: int
    """TypKorekty: 1 as the original, 2 as the correction, 3 by rows."""
    original: Reference
    advance_before: int | None = None
    """P_15ZK: payment before the correction of an advance invoice."""


@dataclass(frozen=True, slots=True)
class Payment:
    """How it is paid; `form` as in FormaPlatnosci (1 cash, 2 card, 6 transfer)."""

    form: int
    due: date | None = None
    paid_on: date | None = None
    to_factor: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One invoice; amounts in the minor unit of its currency."""

    kind: str
    number: str
    """Empty until the seller's series gives one."""
    issued: date
    seller: Company
    buyer: Company
    lines: tuple[Line, ...]
    table: tuple[VatRow, ...]
    total: int
    payment: Payment
    sold: date | None = None
    period: tuple[date, date] | None = None
    currency: str = "PLN"
    exchange: int = 0
    """Złotys for a unit of the currency, in ten-thousandths."""
    consumer: bool = False
    """The buyer has no tax number."""
    ordered: tuple[Line, ...] = ()
    """Rows of the order of an advance invoice."""
    order_value: int = 0
    thirds: tuple[Third, ...] = ()
    authorized: Company | None = None
    cash_method: bool = False
    self_billing: bool = False
    reverse_charge: bool = False
    split_payment: bool = False
    exemption: str = ""
    """Ground of an exemption (P_19A)."""
    correction: Correction | None = None
    advances: tuple[Reference, ...] = ()
    order_number: str = ""
    note: str = ""
