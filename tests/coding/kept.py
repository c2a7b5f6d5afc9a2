"""Worked documents in a real buffer: stored as KSeF gives them, with the engine's coding as their draft."""

from __future__ import annotations

from decimal import Decimal

from blink_tui.buffer import Buffer
from blink_tui.model.books import Books
from blink_tui.model.coding import Coding
from blink_tui.model.dates import Instant
from blink_tui.model.decisions import Decision
from blink_tui.model.documents import Direction, FirmKind, Party, Role, Status
from blink_tui.model.firms import Firm
from blink_tui.model.months import Month
from blink_tui.model.refusals import Refusal
from blink_tui.model.values import Nip
from tests.buffer.factory import invoice
from tests.coding.worked.document import LEDGER, Worked
from tests.coding.worked.paper import CENTRAL, CUSTOMER, FIRM, SUPPLIER

WHO = "anna"
MONTHS = [Month(2026, number) for number in range(1, 13)]
_THIRD = {FirmKind.VAT_GROUP_MEMBER: 10, FirmKind.LOCAL_GOVERNMENT_UNIT: 8}
"""Role among Podmiot3."""
Sums = dict[Month, dict[Direction, dict[str, Decimal]]]


async def firm_with_books(buffer: Buffer, books: Books = LEDGER, kind: FirmKind = FirmKind.TAXPAYER) -> Firm:
    """The firm of the worked set, with full books or others."""
    firm = await buffer.firms.add(Nip(FIRM), name="Żuraw Usługi", env="test", kind=kind)
    await buffer.books.save(firm.id, books, who=WHO, version=None)
    return firm


async def store(buffer: Buffer, firm: Firm, one: Worked) -> int:
    """A worked document as the firm fetched it, at ten in the morning of its day; its id."""
    number = await buffer.documents.total() + 1
    role = next(iter(one.roles), Role.SELLER if one.direction is Direction.SALE else Role.BUYER)
    seller, buyer = (FIRM, CUSTOMER) if role is Role.SELLER else (SUPPLIER, FIRM)
    third = ((Party("Nip", FIRM, "Jednostka"), _THIRD[firm.kind]),) if role is Role.THIRD_PARTY else ()
    at = Instant(f"{one.received}T08:00:00.0000000Z")
    item = invoice(
        number,
        xml=one.xml,
        seller=Party("Nip", seller, "Sprzedawca"),
        buyer=Party("Nip", CENTRAL if third else buyer, "Nabywca"),
        third_parties=third,
        received=at,
        stored=at,
        form=one.facts.invoice.form,
        currency=one.facts.invoice.currency,
    )
    await buffer.documents.store(firm, role, [item])
    return number


async def drafted(buffer: Buffer, firm: Firm, one: Worked, coding: Coding) -> int:
    """The same with a draft."""
    id_ = await store(buffer, firm, one)
    await buffer.codings.save_draft(id_, await version(buffer, id_), coding, who=WHO)
    return id_


async def version(buffer: Buffer, id_: int) -> int:
    """A document's version."""
    return (await buffer.documents.get_many([id_]))[0].version


async def decide(buffer: Buffer, id_: int, decision: Decision, who: str = WHO) -> dict[Refusal, int]:
    """Decide on one document; what was refused."""
    looked = {id_: await version(buffer, id_)}
    return dict((await buffer.decisions.decide(looked, decision, who=who)).refused)


async def standing(buffer: Buffer, id_: int) -> tuple[Status, Status | None]:
    """Status of a document, and the one that it came from."""
    document = (await buffer.documents.get_many([id_]))[0]
    return document.status, document.previous


async def sums(buffer: Buffer, firm: Firm) -> Sums:
    """The registers of all months that hold something."""
    found = {month: await buffer.registers.sums(firm.id, month) for month in MONTHS}
    return {month: held for month, held in found.items() if held}


async def month_of(buffer: Buffer, id_: int) -> str:
    """The month that a document's VAT is counted in; empty where none."""
    row = await buffer._database.reader.row("SELECT vat_month FROM document WHERE id = ?", (id_,))
    return str(row[0]) if row else ""
