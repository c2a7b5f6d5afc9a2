"""Who stands on an invoice, and where they are."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, kw_only=True)
class Address:
    """An address as written: free lines, never taken apart."""

    country: str | None = None
    """Two letters, as written."""
    lines: tuple[str, ...] = ()
    gln: str | None = None
    """Global location number."""


@dataclass(frozen=True, kw_only=True)
class Contact:
    """One way to reach a party."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None


@dataclass(frozen=True, kw_only=True)
class InvoiceParty:
    """A party with everything that identifies it; texts as written, to be cleaned before they are shown."""

    nip: str | None = None
    internal_id: str | None = None
    """IDWew: a unit of a taxpayer (`NIP-NNNNN`)."""
    tax_prefix: str | None = None
    """PrefiksPodatnika: the country before the seller's own number."""
    eu_country: str | None = None
    """KodUE, before `vat_ue`."""
    vat_ue: str | None = None
    id_country: str | None = None
    """Country that gave `other_id`."""
    other_id: str | None = None
    no_id: bool = False
    """BrakID: the party has no number, such as a consumer."""
    name: str | None = None
    trade_name: str | None = None
    """PEF: the name a party trades under, where it differs from the registered one."""
    eori: str | None = None
    seat: Address | None = None
    mailing: Address | None = None
    contacts: tuple[Contact, ...] = ()
    status: int | None = None
    """1 in liquidation, 2 in restructuring, 3 in bankruptcy, 4 an enterprise in inheritance."""
    customer_number: str | None = None
    """NrKlienta: the buyer's number in a contract or order."""
    link_id: str | None = None
    """IDNabywcy: joins a corrected buyer with its new data."""
    local_government: bool | None = None
    """JST: the invoice concerns a unit below a local government."""
    vat_group: bool | None = None
    """GV: the invoice concerns a member of a VAT group."""
    role: int | None = None
    """Role number of a third party (Podmiot3) or an authorised one."""
    role_description: str | None = None
    share: Decimal | None = None
    """Udzial of a further buyer, per cent."""
    endpoint: str | None = None
    """PEF: electronic address, with its scheme beside it."""
    endpoint_scheme: str | None = None
    identifications: tuple[tuple[str, str | None], ...] = ()
    """PEF: further identifiers with their schemes."""
    legal_id: str | None = None
    """PEF: number in the register of companies."""
    legal_scheme: str | None = None
    legal_form: str | None = None

    @property
    def country(self) -> str | None:
        """Country of the seat."""
        return self.seat.country if self.seat else None

    @property
    def address(self) -> tuple[str, ...]:
        """Lines of the seat's address."""
        return self.seat.lines if self.seat else ()

    @property
    def email(self) -> str | None:
        """First e-mail address."""
        return next((contact.email for contact in self.contacts if contact.email), None)

    @property
    def phone(self) -> str | None:
        """First telephone number."""
        return next((contact.phone for contact in self.contacts if contact.phone), None)

    @property
    def identifier(self) -> str | None:
        """The number by which books know the party: NIP, internal id, EU number with its country, or another."""
        return (
            self.nip
            or self.internal_id
            or (self.vat_ue and (self.eu_country or "") + self.vat_ue)
            or self.other_id
        )
