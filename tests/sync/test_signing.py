"""A month signed off on a real buffer: what refuses it, what the page says, what is listed once it is closed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from blink_tui.buffer import Buffer, GridFilter, MarkMove, open_buffer
from blink_tui.buffer.errors import CHANGED_MEANWHILE
from blink_tui.model.books import BookKind, Books, CodingLevel, VatKind, VatStatus
from blink_tui.model.clock import SystemClock
from blink_tui.model.dates import Instant
from blink_tui.model.deadlines import Duty
from blink_tui.model.documents import Direction, Role, Status
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import ContextType, CredentialKind, Firm, NewFirm
from blink_tui.model.months import Month
from blink_tui.model.values import Nip
from blink_tui.sync.closing import read_firm_month, read_month
from blink_tui.sync.closing_page import page_of, read_closing
from blink_tui.sync.closing_points import About, obstacles, points_of
from blink_tui.sync.signing import (
    ALREADY_CLOSED,
    NO_SUCH_PAGE,
    NOT_SIGNED,
    REASON_NEEDED,
    kept,
    printed,
    printed_again,
    sign_off,
)
from tests.tui.office import make, store

OCTOBER, NOVEMBER = Month(2026, 10), Month(2026, 11)
NOW = datetime(2026, 12, 3, 12, 0, tzinfo=UTC)
MINUTES_AGO = Instant("2026-12-03T11:45:00Z")


class Ticking(SystemClock):
    """A minute later at each look."""

    def __init__(self) -> None:
        self.moment = NOW

    def now(self) -> datetime:
        self.moment += timedelta(minutes=1)
        return self.moment


@pytest.fixture
async def buffer(tmp_path: Path) -> AsyncIterator[Buffer]:
    async with open_buffer(tmp_path / "buffer.db", clock=Ticking()) as opened:
        yield opened


@pytest.fixture
async def firm(buffer: Buffer) -> Firm:
    """A firm that is let in and fetched to now, with twenty documents of autumn, all of them booked."""
    firm = await buffer.firms.add(Nip("1111111111"), name="Żółw <i>Synowie</i>", env="test")
    await store(buffer, firm, make(firm, 20))
    await buffer.documents.change_status(await ids_of(buffer, firm), Status.BOOKED, who="anna")
    await fetched(buffer, firm, MINUTES_AGO)
    credential = await buffer.credentials.add(CredentialKind.TOKEN, "token/1", "Żółw", [firm.id], None)
    await buffer.credentials.note_accepted(credential.id, firm.id, MINUTES_AGO)
    return firm


async def fetched(buffer: Buffer, firm: Firm, until: Instant) -> None:
    for role in Role:
        move = MarkMove(Instant("2026-09-01T00:00:00Z"), until)
        await buffer.documents.store(firm, role, [], move=move)


async def ids_of(buffer: Buffer, firm: Firm, direction: Direction | None = None) -> list[int]:
    chosen = GridFilter(firm_ids=(firm.id,), direction=direction)
    return [row.id for row in await buffer.grid.first(chosen, "id", False, 500)]


async def change(buffer: Buffer, ids: list[int], **values: object) -> None:
    """Make documents of other days, months and amounts than they came with."""
    async with buffer._database.transaction() as session:
        for name, value in values.items():
            await session.run_many(
                f"UPDATE document SET {name} = ? WHERE id = ?", [(value, id_) for id_ in ids]
            )


async def add(buffer: Buffer, firm: Firm, first: int, **values: object) -> int:
    """One more document of the firm, fetched now."""
    before = set(await ids_of(buffer, firm))
    await store(buffer, firm, make(firm, 1, first=first))
    await fetched(buffer, firm, MINUTES_AGO)
    (new,) = set(await ids_of(buffer, firm)) - before
    await change(buffer, [new], **values)
    return new


async def refused(buffer: Buffer, firm: Firm, month: Month = NOVEMBER, reason: str = "") -> BlinkError:
    with pytest.raises(BlinkError) as caught:
        await sign_off(buffer, firm, month, who="anna", now=NOW, reason=reason)
    return caught.value


async def about(buffer: Buffer, firm: Firm, month: Month = NOVEMBER) -> dict[About, str]:
    found = await read_firm_month(buffer, firm, month, NOW)
    return {one.about: one.text for one in points_of(found, NOW.date())}


# What refuses it


async def test_a_month_with_nothing_left_is_signed_and_locked_with_its_page(
    buffer: Buffer, firm: Firm
) -> None:
    head = await buffer.history.head(firm.id)
    page = await sign_off(buffer, firm, NOVEMBER, who="anna", now=NOW)
    ((lock,),) = (await buffer.locks.all()).values()
    assert (lock.month, lock.who) == (NOVEMBER, "anna")
    signed = kept(await buffer.closing.signed(firm.id, NOVEMBER) or "")
    assert (signed.text, signed.html, signed.reason, signed.open) == (page.text, page.html, "", ())
    for part in (
        "Signed off by",
        "anna, 2026-12-03 13:00",
        head.hex(),
        "signed off and locked",
        "NIP 1111111111",
    ):
        assert part in page.text
    assert (await refused(buffer, firm)).kind is ALREADY_CLOSED
    assert await printed(buffer, firm, NOVEMBER, who="ola", now=NOW) == signed
    now = await printed(buffer, firm, NOVEMBER, who="ola", now=NOW, as_signed=False)
    assert "locked by anna" in now.text
    assert "Printed by" in now.text


async def test_the_page_of_a_month_opened_again_is_printed_as_it_was_signed(
    buffer: Buffer, firm: Firm
) -> None:
    first = await sign_off(buffer, firm, NOVEMBER, who="anna", now=NOW)
    await buffer.locks.unlock(firm.id, NOVEMBER, who="ola", reason="korekta")
    assert "Printed by" in (await printed(buffer, firm, NOVEMBER, who="ola", now=NOW)).text
    second = await sign_off(buffer, firm, NOVEMBER, who="ola", now=NOW)
    texts = [(await printed_again(buffer, firm, NOVEMBER, number)).text for number in (1, 2)]
    assert texts == [first.text, second.text]
    for number in (0, 3):
        with pytest.raises(BlinkError) as caught:
            await printed_again(buffer, firm, NOVEMBER, number)
        assert caught.value.kind is NO_SUCH_PAGE
    assert (await buffer.history.verify(firm.id)).broken is None


@pytest.mark.parametrize(
    ("until", "month", "sentence"),
    [
        ("2026-12-02T11:45:00Z", NOVEMBER, "not fetched to now: 24 h behind"),
        ("2026-11-20T12:00:00Z", NOVEMBER, "the month is not covered"),
        ("2026-12-03T11:45:00Z", Month(2026, 12), "the month is not over: its last day is 2026-12-31"),
    ],
)
async def test_no_reason_signs_a_month_that_may_not_be_whole(
    buffer: Buffer, firm: Firm, until: str, month: Month, sentence: str
) -> None:
    async with buffer._database.transaction() as session:
        await session.run("UPDATE mark SET until = ?", (until,))
    for reason in ("", "szef tak chce"):
        error = await refused(buffer, firm, month, reason)
        assert error.kind is NOT_SIGNED
        assert sentence in str(error)
    assert await buffer.locks.all() == {}


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (Status.FETCHED, About.UNDECIDED), (Status.QUERIED, About.QUERIED), (Status.CODED, About.CODED),
        (Status.APPROVED, About.APPROVED), (Status.EXPORTED, About.EXPORTED),
    ],
)  # fmt: skip
async def test_what_is_left_takes_a_reason_that_stays_on_the_page(
    buffer: Buffer, firm: Firm, status: Status, name: About
) -> None:
    some = (await ids_of(buffer, firm, Direction.PURCHASE))[:2]
    await change(buffer, some, status=status.value, vat_month="2026-11", gross=100_00)
    error = await refused(buffer, firm)
    assert error.kind is REASON_NEEDED
    assert "2 (200,00 PLN)" in str(error)
    page = await sign_off(buffer, firm, NOVEMBER, who="anna", now=NOW, reason="  klient na urlopie ")
    assert "klient na urlopie" in page.text
    assert "! open" in page.text
    assert kept(await buffer.closing.signed(firm.id, NOVEMBER) or "").open == (name.value,)


async def test_a_right_withdrawn_may_be_signed_over_and_stands_on_the_page(
    buffer: Buffer, firm: Firm
) -> None:
    credential = (await buffer.credentials.by_firm())[firm.id]
    await buffer.credentials.note_refused(credential.id, firm.id, "no-right", {}, MINUTES_AGO)
    assert (await refused(buffer, firm)).kind is REASON_NEEDED
    page = await sign_off(buffer, firm, NOVEMBER, who="anna", now=NOW, reason="umowa wypowiedziana")
    assert "access to KSeF:" in page.text


async def test_what_happens_while_the_page_is_made_is_not_signed_unseen(buffer: Buffer, firm: Firm) -> None:
    closing = await read_closing(buffer, firm, NOVEMBER, NOW)
    await add(buffer, firm, 60)
    with pytest.raises(BlinkError) as caught:
        await buffer.locks.lock(firm.id, NOVEMBER, who="anna", signed="{}", seen=closing.chain_head)
    assert caught.value.kind is CHANGED_MEANWHILE
    assert await buffer.locks.all() == {}


# After it was closed


async def test_what_comes_after_closing_is_counted_and_told_with_its_effect(
    buffer: Buffer, firm: Firm
) -> None:
    await add(buffer, firm, 40, vat_month="2026-11", direction="purchase", status="booked")
    old = await add(buffer, firm, 45, vat_month="2026-11", status="excluded", previous="fetched")
    await sign_off(buffer, firm, NOVEMBER, who="anna", now=NOW)
    await buffer.documents.change_status([old], Status.FETCHED, who="anna", reason="jednak nasza")
    assert (await read_firm_month(buffer, firm, NOVEMBER, NOW)).after == 0, "it was there before"
    days = {"received_date": "2026-12-03", "vat_month": "2026-11", "vat": 23_00}
    await add(buffer, firm, 41, direction="purchase", gross=123_00, **days)
    await add(buffer, firm, 42, direction="sale", gross=123_00, **days)
    await add(buffer, firm, 43, direction="purchase", gross=-123_00, **{**days, "vat": -23_00})
    await add(buffer, firm, 44, direction="purchase", **{**days, "vat_month": "2026-12"})
    found = await read_firm_month(buffer, firm, NOVEMBER, NOW)
    assert found.after == 3
    (point,) = [one for one in points_of(found, NOW.date()) if one.about is About.AFTER]
    assert point.open
    page = page_of(await read_closing(buffer, firm, NOVEMBER, NOW), who="anna")
    after = page.html[page.html.index("After closing") :]
    for effect in (
        "deducted in 2026-12, in 2027-02 at the latest",
        "correction of the JPK for 2026-11, VAT 23,00 PLN",
        "correction of the JPK for 2026-11, VAT -23,00 PLN",
    ):
        assert effect in after
    assert (await read_firm_month(buffer, firm, OCTOBER, NOW)).after == 0


# What the page says


async def test_late_documents_stand_with_what_it_means(buffer: Buffer, firm: Firm) -> None:
    bought = (await ids_of(buffer, firm, Direction.PURCHASE))[:3]
    (sold, *_rest) = await ids_of(buffer, firm, Direction.SALE)
    await change(buffer, bought[:2], vat_month="2026-11", issue_date="2026-10-20", gross=246_00)
    await change(buffer, bought[2:], vat_month="2026-12", issue_date="2026-11-30", gross=10_00)
    await change(buffer, [sold], vat_month="2026-11", received_date="2026-12-29", vat=46_00, gross=246_00)
    points = await about(buffer, firm)
    assert points[About.LATE_PURCHASES].endswith("2 (492,00 PLN)")
    assert "correction of the JPK for 2026-11: 1 (246,00 PLN)" in points[About.LATE_SALES]
    page = page_of(await read_closing(buffer, firm, NOVEMBER, NOW), who="anna")
    assert page.html.count("deducted in 2026-11, in 2027-02 at the latest") == 2
    assert "correction of the JPK for 2026-11, VAT 46,00 PLN" in page.html
    assert '<td>2026-12</td><td class="n">1</td><td class="n">10,00</td>' in page.html


async def test_a_quarterly_payer_has_two_quarters_and_other_deadlines(buffer: Buffer, firm: Firm) -> None:
    books = Books(
        kind=BookKind.KPIR, level=CodingLevel.REGISTER, vat=(VatStatus(date(2026, 1, 1), VatKind.QUARTERLY),)
    )
    await buffer.books.save(firm.id, books, who="anna", version=None)
    (bought, *_rest) = await ids_of(buffer, firm, Direction.PURCHASE)
    await change(buffer, [bought], vat_month="2026-11", issue_date="2026-10-20")
    closing = await read_closing(buffer, firm, NOVEMBER, NOW)
    assert "deducted in 2026-11, in 2027-06 at the latest" in page_of(closing, who="anna").html
    assert [(one.duty, one.day.isoformat()) for one in closing.found.deadlines] == [
        (Duty.INCOME, "2026-12-21"), (Duty.REGISTERS, "2026-12-28"), (Duty.VAT, "2027-01-25"),
    ]  # fmt: skip


async def test_corrections_in_minus_and_what_is_excluded_stand_with_their_sums(
    buffer: Buffer, firm: Firm
) -> None:
    bought = (await ids_of(buffer, firm, Direction.PURCHASE))[:3]
    await change(buffer, bought, vat_month="2026-11", gross=-50_00, status="fetched")
    await buffer.documents.change_status(bought[:1], Status.EXCLUDED, who="ola", reason="zakup <prywatny>")
    points = await about(buffer, firm)
    assert points[About.MINUS].endswith("3 (-150,00 PLN)")
    assert points[About.EXCLUDED].endswith("1 (-50,00 PLN)")
    page = page_of(await read_closing(buffer, firm, NOVEMBER, NOW), who="anna")
    assert "zakup &lt;prywatny&gt;" in page.html
    assert "zakup <prywatny>" in page.text.replace("\n", " ")


async def test_a_seller_of_three_of_the_last_four_months_is_missed(buffer: Buffer, firm: Firm) -> None:
    bought = await ids_of(buffer, firm, Direction.PURCHASE)
    await change(buffer, bought, seller_value="5555555552", seller_name="Inny")
    for seller, months in (
        ("3333333338", ("2026-07", "2026-08", "2026-10")),
        ("4444444449", ("2026-09", "2026-10")),
        ("6666666663", ("2026-06", "2026-08", "2026-10")),
        ("7777777774", ("2026-08", "2026-09", "2026-10", "2026-11")),
    ):
        for month in months:
            await change(
                buffer, [bought.pop()], seller_value=seller, seller_name=f"Firma {seller}", vat_month=month
            )
    found = await read_firm_month(buffer, firm, NOVEMBER, NOW)
    assert {(one.seller, one.name, one.months) for one in found.missing} >= {
        ("3333333338", "Firma 3333333338", 3)
    }
    assert not {one.seller for one in found.missing} & {"4444444449", "6666666663", "7777777774"}
    assert "Firma 3333333338" in (await about(buffer, firm))[About.MISSING]


async def test_nothing_of_an_invoice_becomes_a_page(buffer: Buffer, firm: Firm) -> None:
    page = page_of(await read_closing(buffer, firm, NOVEMBER, NOW), who="<b>anna</b>")
    assert "<i>" not in page.html
    assert "<b>" not in page.html
    assert "Żółw &lt;i&gt;Synowie&lt;/i&gt;" in page.html
    assert "In the books: not compared" in page.text


async def test_sales_of_one_month_numbered_in_the_next_are_read_by_their_vat_month(
    buffer: Buffer, firm: Firm
) -> None:
    (sold, *_rest) = await ids_of(buffer, firm, Direction.SALE)
    await change(
        buffer, [sold], vat_month="2026-10", issue_date="2026-11-02", received_date="2026-11-02",
        status="fetched", gross=99_00,
    )  # fmt: skip
    assert (await about(buffer, firm, OCTOBER))[About.UNDECIDED] == "undecided: 1 (99,00 PLN)"
    assert (await about(buffer, firm, NOVEMBER))[About.UNDECIDED] == "undecided: 0"


async def test_open_points_come_absolute_ones_first(buffer: Buffer, firm: Firm) -> None:
    found = await read_firm_month(buffer, firm, Month(2026, 12), NOW)
    standing = obstacles(points_of(found, NOW.date()))
    assert [one.absolute for one in standing] == sorted((one.absolute for one in standing), reverse=True)
    assert standing[0].about is About.OVER


async def test_two_thousand_firms_take_as_many_statements_as_one(
    buffer: Buffer, firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    from blink_tui.buffer.session import Session

    asked: list[str] = []
    rows = Session.rows

    async def counted(self: Session, sql: str, values: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
        asked.append(sql)
        return await rows(self, sql, values)

    monkeypatch.setattr(Session, "rows", counted)
    await read_month(buffer, NOVEMBER, NOW)
    few = len(asked)
    many = [str(3_000_000_000 + number) for number in range(2000)]
    await buffer.firms.add_many([NewFirm(Nip(nip), ContextType.NIP, nip, nip, "test") for nip in many])
    asked.clear()
    assert len(await read_month(buffer, NOVEMBER, NOW)) == 2001
    assert len(asked) == few <= 15
