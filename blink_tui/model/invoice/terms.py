"""WarunkiTransakcji: contracts, orders and the way the goods travelled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from blink_tui.model.invoice.parties import Address, InvoiceParty


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """A contract or an order, by number and day."""

    number: str | None = None
    day: date | None = None


@dataclass(frozen=True, kw_only=True)
class Transport:
    """One journey of the goods."""

    kind: int | None = None
    """1 sea, 2 rail, 3 road, 4 air, 5 post, 7 fixed installation, 8 inland waterway."""
    other_kind: str | None = None
    carrier: InvoiceParty | None = None
    order_number: str | None = None
    cargo: int | None = None
    """OpisLadunku: 1 can … 13 pallet … 20 sack."""
    other_cargo: str | None = None
    packing_unit: str | None = None
    started: str | None = None
    """Instant as written."""
    ended: str | None = None
    sent_from: Address | None = None
    sent_through: tuple[Address, ...] = ()
    sent_to: Address | None = None


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What the parties agreed."""

    contracts: tuple[Agreement, ...] = ()
    orders: tuple[Agreement, ...] = ()
    lots: tuple[str, ...] = ()
    """NrPartiiTowaru."""
    delivery: str | None = None
    """WarunkiDostawy, such as Incoterms."""
    agreed_rate: Decimal | None = None
    """KursUmowny: by which amounts in PLN were converted; never a rate for tax."""
    agreed_currency: str | None = None
    transports: tuple[Transport, ...] = ()
    intermediary: bool = False
    """PodmiotPosredniczacy."""
