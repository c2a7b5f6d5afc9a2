"""Lists of payments at the keyboard: what falls due is marked one by one, written once, taken back with a reason."""

from __future__ import annotations

from decimal import Decimal

from blink_tui.buffer import GridFilter
from blink_tui.model.documents import Direction, Status
from blink_tui.model.firms import Firm
from tests.tui.conftest import OpenDesk


async def test_a_list_is_previewed_marked_written_and_taken_back(
    open_desk: OpenDesk, firms: list[Firm]
) -> None:
    firm = firms[1]
    async with open_desk(120, 40) as desk:
        buffer = desk.buffer
        chosen = GridFilter(firm_ids=(firm.id,), direction=Direction.PURCHASE)
        rows = [one for one in await buffer.grid.first(chosen, "id", False, 8) if one.currency == "PLN"][:3]
        await buffer.documents.change_status([one.id for one in rows], Status.APPROVED, who="anna")
        told = {"since": "2026-09-01", "unlisted": "pay"}
        await buffer.export_settings.save(firm.id, "payments", told, who="anna")
        desk.app.choose_firm(firm)
        await desk.press("8", "p")
        await desk.see("No list of payments yet")
        await desk.press("f10")
        await desk.see("What is to be paid?")
        await desk.press("f10")
        await desk.see("To be paid: Piekarnia", "3 payments")
        await desk.press("minus", "space", "space")
        await desk.see("2 payments")
        await desk.press("f10")
        await desk.see("Write a list of 2 payments?")
        await desk.press("enter")
        await desk.see("Payments: Piekarnia", "przelewy-PLN")
        (batch,) = await buffer.payment_batches.list(firm.id)
        assert batch.documents == 2
        assert batch.total > Decimal(0)
        assert len(list(desk.folder.glob("*.csv"))) == 1
        await desk.press("x")
        await desk.see("Why is list 1 taken back?")
        await desk.type("zły rachunek")
        await desk.press("enter")
        await desk.see("x cancelled")
        assert (await buffer.payment_batches.get(batch.id)).cancel_reason == "zły rachunek"
