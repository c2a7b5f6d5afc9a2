"""What the sandbox knows of an invoice: the facts that KSeF's list of documents shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

Context = tuple[str, str]
"""Whose documents: type (`Nip`, `InternalId`) and value."""

SUBJECTS = ("Subject1", "Subject2", "Subject3", "SubjectAuthorized")


class UnreadableInvoiceError(Exception):
    """The file is no invoice that KSeF would have taken; the text says why."""


@dataclass(frozen=True, slots=True)
class Form:
    """Form code of the contract."""

    system_code: str
    schema_version: str
    value: str


@dataclass(frozen=True, slots=True)
class Named:
    """A party by identifier (`Nip`, `InternalId`, `VatUe`, `Other`, `None`) and name."""

    type: str
    value: str | None
    name: str | None
    role: int = 0
    """Role number of a third party or an authorised one."""


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """One invoice as InvoiceMetadata of the contract shows it; amounts as there (`vat` in PLN)."""

    form: Form
    kind: str
    """`Vat`, `Kor` … as the contract names them."""
    number: str
    issue_date: date
    seller: Named
    buyer: Named
    net: Decimal
    vat: Decimal
    gross: Decimal
    currency: str
    self_invoicing: bool = False
    attachment: bool = False
    third_subjects: tuple[Named, ...] = field(default=())
    authorized: Named | None = None
    corrected: str | None = None
    """KSeF number of the invoice that this one corrects, when it names one."""

    def viewers(self) -> Iterator[tuple[Context, str]]:
        """Who sees the document, and as which subject.

        A unit named by internal id is seen in its own context and in the one of its NIP.
        """
        yield ("Nip", self.seller.value or ""), "Subject1"
        if self.buyer.type == "Nip" and self.buyer.value:
            yield ("Nip", self.buyer.value), "Subject2"
        for third in self.third_subjects:
            if third.type in ("Nip", "InternalId") and third.value:
                yield (third.type, third.value), "Subject3"
                if third.type == "InternalId":
                    yield ("Nip", third.value.partition("-")[0]), "Subject3"
        if self.authorized is not None and self.authorized.value:
            yield ("Nip", self.authorized.value), "SubjectAuthorized"

    def parties(self) -> Iterator[tuple[str, str | None]]:
        """NIP and name of every party; the name of a unit is not its NIP's."""
        for party in (self.seller, self.buyer, *self.third_subjects, self.authorized):
            if party is None or not party.value:
                continue
            if party.type == "Nip":
                yield party.value, party.name
            elif party.type == "InternalId":
                yield party.value.partition("-")[0], None
