"""How a firm keeps its books: kind, VAT with dates, cars, who books what, accounts by role (BOOKKEEPING 2 to 4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from blink_tui.i18n import N_
from blink_tui.model.documents import Direction


class BookKind(StrEnum):
    """Which books a firm keeps."""

    LEDGER = "ledger"
    """Full books with a chart of accounts (pełna księgowość)."""
    KPIR = "kpir"
    """Podatkowa księga przychodów i rozchodów, columns of 2026 (FORMATS 9)."""
    LUMP_SUM = "lump-sum"
    """Ewidencja przychodów of a payer of the lump sum (ryczałt)."""


class CodingLevel(StrEnum):
    """What has to be there before a document counts as coded (BOOKKEEPING 3)."""

    REGISTER = "register"
    """VAT rows and month."""
    DESCRIPTION = "description"
    """Besides a category, a column or one account: what WAPRO, EPP and Optima's KPiR can carry."""
    FULL = "full"
    """Balanced debit and credit."""


class VatKind(StrEnum):
    """How a firm settles VAT."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    EXEMPT = "exempt"


class CarUse(StrEnum):
    """Whose car the firm's car costs are for, which decides how much of them is a cost (FORMATS 9)."""

    COMPANY_ONLY = "company-only"
    """Used for the firm alone, with a register of its trips: all VAT and all of the cost."""
    COMPANY_MIXED = "company-mixed"
    """The firm's car, used privately as well: half the VAT, 75 % of the cost."""
    PRIVATE = "private"
    """The owner's own car: half the VAT, 20 % of the cost."""


class Keeper(StrEnum):
    """Who books the documents of a direction."""

    HERE = "here"
    ELSEWHERE = "elsewhere"
    """Another source books them: fetched, checked and compared, never exported."""


@dataclass(frozen=True, slots=True)
class VatStatus:
    """How VAT is settled from a day on, until the next one begins."""

    since: date
    kind: VatKind
    cash_method: bool = False
    """Metoda kasowa of the firm itself: its output and input tax follow payments."""
    proportion: Decimal | None = None
    """Share of input tax that may be deducted, 0 to 1 (pre-coefficient × coefficient); None: all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """Books of a firm. Without them a firm's documents are fetched and approved, and not coded."""

    kind: BookKind
    level: CodingLevel
    program: str = "csv"
    """The ledger that gets the documents (`model.targets.TARGETS`)."""
    vat: tuple[VatStatus, ...]
    """In the order of their days, at least one."""
    cars: CarUse = CarUse.COMPANY_MIXED
    sales: Keeper = Keeper.HERE
    purchases: Keeper = Keeper.HERE
    four_eyes_from: Decimal | None = None
    """Gross in PLN from which the one who coded may not approve; 0 is every document, None is none."""
    judgment_t_689: bool = False
    """The taxpayer's decision to deduct in the month of the tax point (T-689/24)."""
    half_net: bool = True
    """A car's half deduction also shows half the net in the register: the habit, not the law (FORMATS 8.5)."""
    untaxed_in_register: bool = False
    """Purchases at 0 %, exempt or outside tax also stand in K_42 (FORMATS 8.5)."""
    roles: Mapping[str, str] = field(default_factory=dict)
    """The firm's account for each role of `ROLES` that it uses; may hold `{nip}` for an analytic of the contractor."""

    def vat_on(self, day: date) -> VatStatus:
        """The status in force on a day; the first one for days before it."""
        in_force = [one for one in self.vat if one.since <= day]
        return in_force[-1] if in_force else self.vat[0]

    def keeper(self, direction: Direction) -> Keeper:
        """Who books a direction; what is for information is booked by nobody, which counts as here."""
        return {Direction.SALE: self.sales, Direction.PURCHASE: self.purchases}.get(direction, Keeper.HERE)


@dataclass(frozen=True, slots=True)
class AccountRole:
    """What an account is for, whatever number a firm gives it (FORMATS 10.1)."""

    name: str
    meaning: str
    """English source text, to be translated when shown."""
    account: str
    """Number in the starter chart."""


ROLES: dict[str, AccountRole] = {
    role.name: role
    for role in (
        AccountRole("fixed_assets", N_("fixed assets"), "010"),
        AccountRole("assets_in_progress", N_("fixed assets under construction"), "080"),
        AccountRole("receivable", N_("customers"), "201-{nip}"),
        AccountRole("payable", N_("suppliers"), "202-{nip}"),
        AccountRole("advances_paid", N_("advances paid to suppliers"), "205-{nip}"),
        AccountRole("advances_received", N_("advances received, deferred income"), "845"),
        AccountRole("vat_out", N_("output VAT"), "222"),
        AccountRole("vat_out_deferred", N_("output VAT of the cash method, not due yet"), "222-1"),
        AccountRole("vat_in", N_("input VAT"), "223"),
        AccountRole("vat_in_deferred", N_("input VAT that is not deducted yet"), "224"),
        AccountRole("goods", N_("goods"), "330"),
        AccountRole("materials", N_("materials and energy"), "401"),
        AccountRole("services", N_("external services"), "402"),
        AccountRole("taxes_and_fees", N_("taxes and fees"), "403"),
        AccountRole("car_costs", N_("costs of cars"), "401-03"),
        AccountRole("car_costs_not_tax", N_("costs of cars that are no tax costs"), "401-03-NKUP"),
        AccountRole("other_costs", N_("other costs"), "409"),
        AccountRole("sales_services", N_("sales of services and products"), "702"),
        AccountRole("sales_goods", N_("sales of goods"), "730"),
        AccountRole("sales_margin", N_("sales in the margin procedure"), "731"),
        AccountRole("sales_assets", N_("sales of fixed assets, other operating income"), "760"),
        AccountRole("cost_settlement", N_("settlement of costs (490)"), "490"),
        AccountRole("cost_centre", N_("costs by place (team 5)"), "550"),
    )
}  # fmt: skip
"""Roles that schemes name as `{role}`; a firm maps them to its own accounts (`Books.roles`)."""


@dataclass(frozen=True, slots=True)
class Account:
    """One account of a firm's chart."""

    number: str
    name: str
    open: bool = True
    """A closed one is not offered any more."""


@dataclass(frozen=True, slots=True)
class Contractor:
    """Somebody whom the ledger knows already."""

    nip: str
    name: str
    code: str = ""
    """Its symbol in the ledger."""
    payable: str = ""
    """Its own account as a supplier, where it has one."""
    receivable: str = ""


@dataclass(frozen=True, slots=True)
class DimensionValue:
    """A value that posting lines may be marked with, such as a place of costs."""

    dimension: str
    """`mpk` (place of costs), `project`, or what the office names."""
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class ExchangeRate:
    """Mid rate of the National Bank's table A for one unit of a currency."""

    currency: str
    day: date
    """Day of the table."""
    rate: Decimal
    table: str
    """Number of the table, such as `042/A/NBP/2026`."""
