"""The books of a firm by keys: set up, changed, accounts by role, the chart; bad input is told where it stands."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from blink_tui.buffer import Buffer
from blink_tui.i18n import set_language
from blink_tui.model.books import (
    ROLES,
    Account,
    BookKind,
    Books,
    CodingLevel,
    Keeper,
    VatKind,
    VatStatus,
)
from blink_tui.model.firms import Firm
from blink_tui.tui.books_form import books_fields, change_of
from tests.tui.conftest import Desk, OpenDesk

LEDGER = Books(
    kind=BookKind.LEDGER, level=CodingLevel.FULL, vat=(VatStatus(date(2026, 1, 1), VatKind.MONTHLY),)
)


async def settled(desk: Desk, buffer: Buffer, firm: Firm) -> Books:
    """The firm's books, once there are some."""
    while (books := await buffer.books.get(firm.id)) is None:
        await desk.pilot.pause()
    return books


async def test_books_are_set_up_by_keys_and_bad_input_is_told_under_its_field(
    open_desk: OpenDesk, buffer: Buffer, firms: list[Firm]
) -> None:
    async with open_desk(120, 40) as desk:
        await desk.press("2")
        await desk.see(">!Piekarnia", "F3 Books")
        await desk.press("v")
        await desk.see(
            "Books of Piekarnia", "[full books]", "From now on its documents are coded", "VAT since"
        )
        await desk.press("ctrl+u", *"wczoraj", "f10")
        await desk.see("! A day is written as 2026-01-31; this is not: wczoraj")
        await desk.press("ctrl+u", *"2026-04-01", "down", "right")
        await desk.see("[quarterly]")
        await desk.press("down", "down", *"85,5", "down", "down", "down", "right")
        await desk.see("[booked in another source]")
        await desk.press("down", *"15 000", "f10")
        await desk.see("Accounts by role · Piekarnia", f"0 of {len(ROLES)} roles have an account")
        books = await settled(desk, buffer, firms[1])
        assert books.vat == (VatStatus(date(2026, 4, 1), VatKind.QUARTERLY, False, Decimal("0.855")),)
        assert (books.kind, books.purchases, books.four_eyes_from) == (
            BookKind.LEDGER, Keeper.ELSEWHERE, Decimal(15000),
        )  # fmt: skip


async def test_roles_take_accounts_of_the_chart_patterns_and_the_starter(
    open_desk: OpenDesk, buffer: Buffer, firms: list[Firm]
) -> None:
    await buffer.books.save(firms[1].id, LEDGER, who="anna", version=None)
    await buffer.charts.keep_accounts(
        firms[1].id, [Account("011-3", "Maszyny [red]"), Account("402-1", "Usługi obce")], who="anna"
    )

    async def roles() -> dict[str, str]:
        books = await buffer.books.get(firms[1].id)
        assert books is not None
        return dict(books.roles)

    async with open_desk(120, 40) as desk:
        await desk.press("2")
        await desk.see(">!Piekarnia")
        await desk.press("f3")
        await desk.see("Accounts by role", "Chart of accounts", "Rules and schemes")
        await desk.press(*"role", "enter")
        await desk.see("! none", "Schemes call it {fixed_assets}; the starter chart has 010 for it.")
        await desk.press("enter")
        await desk.see("Account for: fixed assets")
        await desk.press(*"masz")
        await desk.see("011-3  Maszyny [red]")
        await desk.press("enter")
        await desk.see("Maszyny [red]", f"1 of {len(ROLES)} roles have an account")
        assert (await roles())["fixed_assets"] == "011-3"
        await desk.press("down", "down", "enter", *"201-{nip}", "enter")
        await desk.see("201-{nip}", f"2 of {len(ROLES)} roles")
        await desk.press("s")
        await desk.see("Take the starter chart?", f"{len(ROLES) - 2} roles get")
        await desk.press("y")
        await desk.see(f"{len(ROLES)} of {len(ROLES)} roles")
        kept = await roles()
        assert (kept["fixed_assets"], kept["vat_in"]) == ("011-3", "223")
        await desk.press("home", "enter", "ctrl+u", "enter")
        await desk.see(f"{len(ROLES) - 1} of {len(ROLES)} roles")
        assert "fixed_assets" not in await roles()


async def test_the_chart_is_added_to_closed_and_read_from_a_file(
    open_desk: OpenDesk, buffer: Buffer, firms: list[Firm], tmp_path: Path
) -> None:
    await buffer.books.save(firms[1].id, LEDGER, who="anna", version=None)
    good, bad = tmp_path / "plan.csv", tmp_path / "bad.csv"
    good.write_text("konto;nazwa\n100;Kasa złotowa\n130;Bank\n", encoding="cp1250")
    bad.write_text("konto;nazwa\n;Kasa\n", encoding="utf-8")

    async def chart() -> list[tuple[str, str, bool]]:
        return [(one.number, one.name, one.open) for one in await buffer.charts.accounts(firms[1].id)]

    async with open_desk(100, 30) as desk:
        await desk.press("2")
        await desk.see(">!Piekarnia")
        await desk.press("f3")
        await desk.see("Chart of accounts")
        await desk.press(*"chart", "enter")
        await desk.see("No accounts yet.", "i Import", "s Starter")
        await desk.press("i")
        await desk.see("Read accounts from a file")
        await desk.press("ctrl+u")
        await desk.type(str(tmp_path / "nic.csv"))
        await desk.press("f10")
        await desk.see("! There is no such file.")
        await desk.press("end", "ctrl+u")
        await desk.type(str(bad))
        await desk.press("f10")
        await desk.see("! Nothing was taken: line 2")
        await desk.press("end", "ctrl+u")
        await desk.type(str(good))
        await desk.press("f10")
        await desk.see("2 accounts", "Kasa złotowa")
        await desk.press("n", *"130", "down", *"Inny", "f10")
        await desk.see("The chart has an account 130 already.")
        await desk.press("up", "end", *"-1", "f10")
        await desk.see("3 accounts", "130-1")
        await desk.press("end", "x")
        await desk.until(lambda: "closed" in desk.text)
        assert await chart() == [
            ("100", "Kasa złotowa", True),
            ("130", "Bank", True),
            ("130-1", "Inny", False),
        ]
        await desk.press("f", *"kasa", "enter")
        await desk.see("with “kasa”")
        await desk.until(lambda: "Bank" not in desk.text)
        await desk.press("enter")
        await desk.see("Account 100", "> Name")
        await desk.press("end", *" główna", "f10")
        await desk.see("Kasa złotowa główna")


def test_a_form_left_as_it_is_changes_nothing() -> None:
    statuses = (
        VatStatus(date(2026, 1, 1), VatKind.EXEMPT),
        VatStatus(date(2026, 7, 1), VatKind.QUARTERLY, True, Decimal("0.4")),
    )
    books = Books(
        kind=BookKind.KPIR, level=CodingLevel.REGISTER, program="wapro", vat=statuses, sales=Keeper.ELSEWHERE,
        four_eyes_from=Decimal("1500.50"), judgment_t_689=True, half_net=False, roles={"vat_in": "223"},
    )  # fmt: skip
    today = date(2026, 11, 20)
    texts = {one.name: one.start for one in books_fields(books, today)}
    assert change_of(texts, books).applied(books, today) == books
    dropped = change_of({**texts, "drop": "2026-01-01"}, books).applied(books, today)
    assert dropped.vat == statuses[1:]
    later = change_of({**texts, "vat_since": "2027-01-01", "cash": "no", "proportion": ""}, books)
    assert later.applied(books, today).vat == (
        *statuses, VatStatus(date(2027, 1, 1), VatKind.QUARTERLY, False, None),
    )  # fmt: skip


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_form_of_books_fits_and_scrolls_in_polish(
    open_desk: OpenDesk, buffer: Buffer, firms: list[Firm], size: tuple[int, int]
) -> None:
    await buffer.books.save(firms[1].id, LEDGER, who="anna", version=None)
    async with open_desk(*size) as desk:
        set_language("pl")
        await desk.press("9", "f3")
        await desk.until(lambda: "Piekarnia" in desk.text)
        await desk.press(*"piek", "enter")
        await desk.until(lambda: "Choose" in type(desk.app.screen).__name__)
        await desk.press("enter")
        await desk.until(lambda: type(desk.app.screen).__name__ == "FormWindow")
        await desk.pilot.pause()
        assert "F10" in desk.text
        assert max(map(len, desk.text.splitlines())) <= size[0]
