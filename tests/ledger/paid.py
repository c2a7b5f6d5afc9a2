"""Invoices that want a transfer, and what becomes of them in a list of payments."""

from __future__ import annotations

from datetime import date
from typing import Any

from blink_tui.ledger.payable import Payable, Terms, Transfer
from blink_tui.ledger.payments_list import payments
from blink_tui.model.documents import Direction, Status
from blink_tui.model.invoice import (
    BankAccount,
    Invoice,
    InvoiceParty,
    Payment,
    PaymentTerm,
)
from tests.coding.documents import invoice

ACCOUNT, OTHER = "61109010140000071219812874", "27114020040000300201355387"
FACTOR = BankAccount(number="83101010230000261395100000")
SELLER = InvoiceParty(nip="1111111111", name="Łąkowa Hurtownia")
TODAY = date(2026, 11, 30)
KSEF = "1111111111-20261101-0100000000FF-5D"
TERMS = Terms(nip="5265877635", settings={}, today=TODAY, ksef_from=date(2027, 1, 1))
DUE = PaymentTerm(day=date(2026, 12, 14))


def bought(table: str = "23 1000 230", /, **changes: Any) -> Invoice:
    """An invoice that wants a transfer."""
    payment = Payment(form=6, bank_accounts=(BankAccount(number=ACCOUNT),), terms=(DUE,))
    return invoice(table, **({"seller": SELLER, "payment": payment} | changes))


def payable(one: Invoice | None = None, number: int = 1, **changes: Any) -> Payable:
    usual: dict[str, Any] = {
        "document_id": number,
        "ksef_number": KSEF,
        "direction": Direction.PURCHASE,
        "status": Status.APPROVED,
        "invoice": one or bought(),
    }
    return Payable(**(usual | changes))


def correction(net: str, tax: str, number: int = 9, **changes: Any) -> Payable:
    return payable(
        bought(f"23 {net} {tax}", kind="KOR", number=f"KOR/{number}", **changes),
        number,
        ksef_number="1111111111-20261105-0100000000FE-5D",
    )


def only(one: Payable, terms: Terms = TERMS) -> Transfer:
    (transfer,) = payments([one], terms).transfers
    return transfer


def why(one: Payable, terms: Terms = TERMS) -> str:
    found = payments([one], terms)
    assert found.transfers == ()
    (refused,) = found.refused
    return refused.reason.text
