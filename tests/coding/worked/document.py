"""A worked document: the invoice, the books, what a person chose, and the coding written by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from blink_tui.coding.facts import Facts, Original
from blink_tui.invoices import read_invoice
from blink_tui.model.books import BookKind, Books, CodingLevel, ExchangeRate, VatKind, VatStatus
from blink_tui.model.coding import Choices, PartPaid
from blink_tui.model.documents import Direction, FirmKind, Role, Status
from blink_tui.model.months import Month
from blink_tui.model.values import KsefNumber, Nip
from tests.coding.worked.paper import EARLIER, FIRM

SALE, PURCHASE = Direction.SALE, Direction.PURCHASE
MARCH_13 = date(2026, 3, 13)
APRIL_2 = date(2026, 4, 2)
TODAY = date(2026, 5, 20)
NUMBER = KsefNumber("1111111111-20260313-0100000000FF-5D")

ACTIVE = VatStatus(date(2020, 1, 1), VatKind.MONTHLY)
EXEMPT = VatStatus(date(2020, 1, 1), VatKind.EXEMPT)
LEDGER = Books(kind=BookKind.LEDGER, level=CodingLevel.FULL, vat=(ACTIVE,))
KPIR = Books(kind=BookKind.KPIR, level=CodingLevel.DESCRIPTION, vat=(ACTIVE,))
LUMP_SUM = replace(KPIR, kind=BookKind.LUMP_SUM)

EUR = {
    "EUR": (
        ExchangeRate("EUR", date(2026, 3, 9), Decimal("4.2400"), "046/A/NBP/2026"),
        ExchangeRate("EUR", date(2026, 3, 10), Decimal("4.2500"), "047/A/NBP/2026"),
        ExchangeRate("EUR", date(2026, 3, 11), Decimal("4.2600"), "048/A/NBP/2026"),
        ExchangeRate("EUR", date(2026, 3, 12), Decimal("4.2700"), "049/A/NBP/2026"),
    )
}
"""Tables A around the documents' days: Monday to Thursday."""
FEBRUARY = (Original(ksef_number=KsefNumber(EARLIER), status=Status.APPROVED, vat_month=Month(2026, 2)),)
"""The invoice of 10 February, settled in its month."""


def vat(**changes: object) -> tuple[VatStatus, ...]:
    """The status of an active payer, changed."""
    return (replace(ACTIVE, **changes),)  # type: ignore[arg-type] # fields of VatStatus


def by(scheme: str = "", **more: object) -> Choices:
    """What a person chose."""
    return Choices(scheme=scheme, **more)  # type: ignore[arg-type] # fields of Choices


def paid(*parts: tuple[str, str]) -> tuple[PartPaid, ...]:
    """Payments as day and amount."""
    return tuple(PartPaid(date.fromisoformat(day), Decimal(amount)) for day, amount in parts)


@dataclass(frozen=True, kw_only=True)
class Worked:
    """One document of the set."""

    title: str
    source: str
    """The rule that it shows: a section of BOOKKEEPING or FORMATS, or a provision."""
    xml: bytes
    coded: str
    """The coding as an accountant writes it down (`table`)."""
    direction: Direction
    books: Books = LEDGER
    received: date = MARCH_13
    roles: frozenset[Role] = frozenset()
    firm_kind: FirmKind = FirmKind.TAXPAYER
    choices: Choices = field(default_factory=Choices)
    originals: tuple[Original, ...] = ()
    rates: Mapping[str, tuple[ExchangeRate, ...]] | None = None
    told: tuple[str, ...] = ()
    """Words that stand in what the coding explains, in Polish."""

    @property
    def facts(self) -> Facts:
        """What rules and schemes get to know."""
        role = Role.SELLER if self.direction is SALE else Role.BUYER
        return Facts(
            invoice=read_invoice(self.xml),
            ksef_number=NUMBER,
            direction=self.direction,
            roles=self.roles or frozenset({role}),
            received=self.received,
            firm_nip=Nip(FIRM),
            firm_kind=self.firm_kind,
            books=self.books,
            originals=self.originals,
            rates=self.rates,
            today=TODAY,
        )


def sale(title: str, source: str, xml: bytes, coded: str, **more: object) -> Worked:
    """A document that the firm issued."""
    return Worked(title=title, source=source, xml=xml, coded=coded, direction=SALE, **more)  # type: ignore[arg-type]


def purchase(title: str, source: str, xml: bytes, coded: str, **more: object) -> Worked:
    """A document that the firm got."""
    return Worked(title=title, source=source, xml=xml, coded=coded, direction=PURCHASE, **more)  # type: ignore[arg-type]
