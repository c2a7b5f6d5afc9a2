"""Payments added to what is coded or approved: closed months keep what they hold, to the grosz, or it is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from blink_tui.buffer import Buffer
from blink_tui.buffer.audit import Touched
from blink_tui.buffer.codings import CodingState
from blink_tui.buffer.gists import seal_of
from blink_tui.buffer.payments import changed_month
from blink_tui.model.books import BookKind
from blink_tui.model.coding import (
    BookEntry,
    Coding,
    Identity,
    PartPaid,
    Periods,
    PostingLine,
    RegisterRow,
    Side,
)
from blink_tui.model.documents import Direction, Status
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import Firm
from blink_tui.model.months import Month
from blink_tui.model.refusals import Refusal
from tests.buffer.bookkeeping import OCTOBER, SEPTEMBER, UNBALANCED, coding
from tests.buffer.deciding import APPROVE, REOPEN, intact, states, stored, versions
from tests.buffer.factory import FILE
from tests.buffer.test_coding import BOOK, CODE, PURCHASE, A, C, decide, kept, undo

FIRST, SECOND = PartPaid(date(2026, 9, 20), Decimal("61.50")), PartPaid(date(2026, 10, 5), Decimal("61.50"))
HALF = (("K_42", Decimal("50.00")), ("K_43", Decimal("11.50")))
ROWS = {Direction.PURCHASE: dict(HALF)}


def transfer(amount: str = "11.50") -> tuple[PostingLine, ...]:
    return (
        PostingLine(Side.DEBIT, "223", Decimal(amount)),
        PostingLine(Side.CREDIT, "224", Decimal(amount)),
    )


def row(month: Month) -> RegisterRow:
    return RegisterRow(PURCHASE, month, HALF, marks=("MK",))


def paid(*parts: PartPaid, months: tuple[Month, ...] = (SEPTEMBER, OCTOBER), **changes: Any) -> Coding:
    """Half of the document for each payment, the whole of it a cost of September."""
    whole = coding(identity=Identity.ON_PAYMENT)
    made = replace(
        whole,
        choices=replace(whole.choices, payments=parts),
        lines=whole.lines + transfer() * len(parts),
        rows=tuple(row(month) for month in months[: len(parts)]),
        entries=(BookEntry(BookKind.KPIR, "13", Decimal("100.00"), date(2026, 9, 15)),),
    )
    return replace(made, **changes)


BEFORE, AFTER = paid(FIRST), paid(FIRST, SECOND)


@pytest.fixture
async def closed(buffer: Buffer, firm: Firm) -> int:
    """A document with a first part paid in September, which is closed."""
    (id_,) = await stored(buffer, firm, 1)
    await kept(buffer, firm, four_eyes_from=Decimal(0))
    await buffer.codings.save_draft(id_, 1, BEFORE, who="anna")
    await decide(buffer, id_, CODE)
    await buffer.locks.lock(firm.id, SEPTEMBER, who="anna")
    return id_


async def add(buffer: Buffer, id_: int, made: Coding = AFTER, who: str = "ewa") -> int:
    (version,) = (await versions(buffer, [id_])).values()
    return await buffer.payments.add_parts(id_, version, made, who=who)


async def refused(buffer: Buffer, id_: int, made: Coding) -> BlinkError:
    """Refused by the look as by the deed, and nothing is changed."""
    before = await everything(buffer)
    (version,) = (await versions(buffer, [id_])).values()
    with pytest.raises(BlinkError) as looked:
        await buffer.payments.check(id_, version, made)
    with pytest.raises(BlinkError) as done:
        await add(buffer, id_, made)
    assert str(looked.value) == str(done.value)
    assert await everything(buffer) == before
    return done.value


async def everything(buffer: Buffer) -> list[Any]:
    tables = ("document", "coding", "register_amount", "learned", "document_event", "decision")
    return [await buffer._database.reader.rows(f"SELECT * FROM {table}") for table in tables]


async def september(buffer: Buffer) -> list[Any]:
    return await buffer._database.reader.rows("SELECT * FROM register_amount WHERE month = '2026-09'")


@pytest.mark.parametrize("approved", [False, True])
async def test_a_second_part_leaves_the_closed_month_and_fills_the_open_one(
    buffer: Buffer, firm: Firm, closed: int, approved: bool
) -> None:
    if approved:
        assert await decide(buffer, closed, APPROVE, who="ewa") == {}
    before = await september(buffer)
    assert len(before) == len(HALF)
    await add(buffer, closed)
    assert await september(buffer) == before
    assert await buffer.registers.sums(firm.id, OCTOBER) == ROWS
    held = await buffer.codings.get(closed)
    assert held is not None
    assert (held.state, held.coding, held.who, held.month_before) == (CodingState.CODED, AFTER, "ewa", None)
    document = await buffer.documents.get(closed)
    assert (document.status, document.previous) == (Status.CODED, None)
    events = (await buffer.history.of_document(closed))[-2 if approved else -1 :]
    assert [(one.what, one.who) for one in events] == [("coding", "ewa"), ("status", "ewa")][: 1 + approved]
    assert seal_of(AFTER) in (events[0].reason or "")
    assert [(one.before, one.after) for one in events[1:]] == [("approved", "coded")] * approved
    await intact(buffer, firm)
    assert await decide(buffer, closed, APPROVE, who="ewa") == {Refusal.FOUR_EYES: 1}
    assert await decide(buffer, closed, APPROVE, who="anna") == {}
    await intact(buffer, firm)


async def test_the_audit_goes_by_the_coding_with_the_payment(buffer: Buffer, firm: Firm, closed: int) -> None:
    await add(buffer, closed)
    async with buffer._database.transaction() as session:
        await session.run("UPDATE register_amount SET amount = amount + 1 WHERE month = '2026-10'")
    broken = (await buffer.history.verify(firm.id)).broken
    assert broken is not None
    assert broken.touched is Touched.CODING
    assert broken.entry is not None
    assert (broken.entry.what, broken.entry.who) == ("coding", "ewa")


async def test_it_is_not_taken_back_and_the_coding_before_it_neither(
    buffer: Buffer, firm: Firm, closed: int
) -> None:
    decision = await add(buffer, closed, who="anna")
    before = (await everything(buffer))[:4]
    assert (await buffer.decisions.undoable("anna", 1))[0].id == decision
    assert await undo(buffer) == {Refusal.PAYMENT: 1}
    assert await undo(buffer) == {Refusal.CHANGED: 1}
    assert (await everything(buffer))[:4] == before
    await intact(buffer, firm)


async def test_later_decisions_are_taken_back_to_the_coding_with_the_payment(
    buffer: Buffer, firm: Firm, closed: int
) -> None:
    await add(buffer, closed)
    await buffer.locks.unlock(firm.id, SEPTEMBER, who="anna", reason="?")
    for decision in (APPROVE, REOPEN):
        await decide(buffer, closed, decision)
    assert (await buffer.registers.sums(firm.id, OCTOBER)) == {}
    for expected in (A, C):
        assert await undo(buffer) == {}
        assert (await buffer.documents.get(closed)).status is expected
        assert await buffer.registers.sums(firm.id, OCTOBER) == ROWS
        await intact(buffer, firm)


IN_SEPTEMBER = paid(FIRST, replace(FIRST, day=date(2026, 9, 25)), months=(SEPTEMBER, SEPTEMBER))
CHANGES: list[tuple[str, Coding]] = [
    ("a part dated in it", IN_SEPTEMBER),
    ("its part moved out of it", paid(FIRST, SECOND, months=(OCTOBER, OCTOBER))),
    (
        "a grosz of its part",
        replace(AFTER, rows=(replace(row(SEPTEMBER), amounts=(*HALF[:1], ("K_43", Decimal("11.51")))), row(OCTOBER))),
    ),
    ("its mark", replace(AFTER, rows=(replace(row(SEPTEMBER), marks=()), row(OCTOBER)))),
    ("its tax in the cost", replace(AFTER, rows=(replace(row(SEPTEMBER), not_deducted=Decimal(1)), row(OCTOBER)))),
    ("its cost", replace(AFTER, periods=replace(AFTER.periods, cost=OCTOBER))),
    ("the day in the books", replace(AFTER, periods=replace(AFTER.periods, books=date(2026, 9, 16)))),
    ("the books' month", replace(AFTER, periods=replace(AFTER.periods, books=date(2026, 10, 1)))),
    ("its column", replace(AFTER, entries=(replace(AFTER.entries[0], column="10"),))),
    ("a posting", replace(AFTER, lines=(replace(AFTER.lines[0], account="403"), *AFTER.lines[1:]))),
    ("a posting more", replace(AFTER, lines=(*AFTER.lines[:1], *AFTER.lines))),
    ("what its payment moves", replace(AFTER, lines=BEFORE.lines[:3] + transfer("11.51") + transfer())),
    ("a posting by hand", replace(AFTER, lines=(*AFTER.lines[1:], replace(AFTER.lines[0], account="403")))),
    ("the month of the VAT", replace(AFTER, periods=replace(AFTER.periods, vat=OCTOBER))),
]  # fmt: skip


@pytest.mark.parametrize(("_what", "made"), CHANGES, ids=[what for what, _made in CHANGES])
async def test_whatever_would_change_the_closed_month_is_refused_and_named(
    buffer: Buffer, closed: int, _what: str, made: Coding
) -> None:
    error = await refused(buffer, closed, made)
    assert error.kind.code == "closed-month-changes"
    assert "2026-09" in str(error)
    assert changed_month(BEFORE, made, [OCTOBER, SEPTEMBER]) is not None
    assert changed_month(BEFORE, made, []) is None


async def test_a_mistake_is_put_right_as_long_as_its_month_is_open(
    buffer: Buffer, firm: Firm, closed: int
) -> None:
    await add(buffer, closed)
    less = replace(row(OCTOBER), amounts=(("K_42", Decimal("10.00")), ("K_43", Decimal("2.30"))))
    lines = BEFORE.lines + transfer("2.30")
    part = replace(SECOND, amount=Decimal("12.30"))
    await add(buffer, closed, replace(paid(FIRST, part), rows=(row(SEPTEMBER), less), lines=lines))
    assert (await buffer.registers.sums(firm.id, OCTOBER))[PURCHASE]["K_43"] == Decimal("2.30")
    await add(buffer, closed, BEFORE)
    assert await buffer.registers.sums(firm.id, OCTOBER) == {}
    assert await buffer.registers.sums(firm.id, SEPTEMBER) == ROWS
    await intact(buffer, firm)


async def test_a_new_part_s_month_has_to_be_open_as_well(buffer: Buffer, firm: Firm, closed: int) -> None:
    await buffer.locks.lock(firm.id, OCTOBER, who="anna")
    assert "2026-10" in str(await refused(buffer, closed, AFTER))


async def test_only_payments_of_what_is_coded_and_not_yet_handed_over(
    buffer: Buffer, firm: Firm, closed: int
) -> None:
    assert (await refused(buffer, closed, BEFORE)).kind.code == "not-to-code"
    other = replace(AFTER, choices=replace(AFTER.choices, parameters={"account": "403"}))
    assert (await refused(buffer, closed, other)).kind.code == "not-to-code"
    assert (await refused(buffer, closed, replace(AFTER, identity=Identity.FULL))).kind.code == "not-to-code"
    incomplete = await refused(buffer, closed, replace(AFTER, problems=(UNBALANCED,)))
    assert (incomplete.kind.code, "Debit and credit differ." in str(incomplete)) == (
        "coding-incomplete",
        True,
    )
    with pytest.raises(BlinkError) as program:
        await add(buffer, closed, who="blink-tui")
    assert program.value.kind.code == "person-decides"
    with pytest.raises(BlinkError) as stale:
        await buffer.payments.add_parts(closed, 1, AFTER, who="ewa")
    assert stale.value.kind.code == "changed-meanwhile"
    (fetched,) = await stored(buffer, firm, 1)
    await buffer.codings.save_draft(fetched, 1, BEFORE, who="anna")
    assert (await refused(buffer, fetched, AFTER)).kind.code == "not-to-code"


@pytest.mark.parametrize("booked", [False, True], ids=["exported", "booked"])
async def test_a_payment_of_what_the_books_have_is_to_be_put_right_there(
    buffer: Buffer, firm: Firm, closed: int, booked: bool
) -> None:
    await decide(buffer, closed, APPROVE, who="ewa")
    batch = await buffer.batches.begin(firm.id, "csv", [closed], [FILE], who="anna")
    if booked:
        await decide(buffer, closed, BOOK, who="ewa")
    await add(buffer, closed, AFTER)
    assert await states(buffer, [closed]) == [(C, None)]
    assert await buffer.batches.amending([closed]) == {closed}
    with pytest.raises(BlinkError) as refusal:
        await buffer.batches.cancel(batch, reason="?", who="anna")
    assert refusal.value.kind.code == "batch-imported"
    assert await decide(buffer, closed, APPROVE, who="anna") == {}
    with pytest.raises(BlinkError) as apart:
        await buffer.batches.begin(firm.id, "csv", [closed], [FILE], who="anna")
    assert apart.value.kind.code == "amends-apart"
    await buffer.batches.begin(firm.id, "csv", [closed], [FILE], who="anna", amends=True)
    assert await buffer.batches.amending([closed]) == set()
    await intact(buffer, firm)


async def test_a_payment_that_would_change_a_closed_month_of_the_books_is_refused(
    buffer: Buffer, firm: Firm, closed: int
) -> None:
    await decide(buffer, closed, APPROVE, who="ewa")
    await buffer.batches.begin(firm.id, "csv", [closed], [FILE], who="anna")
    await buffer.locks.lock(firm.id, OCTOBER, who="anna")
    assert (await refused(buffer, closed, AFTER)).kind.code == "closed-month-changes"
    assert await states(buffer, [closed]) == [(Status.EXPORTED, None)]
    assert await buffer.batches.amending([closed]) == set()


async def test_the_first_payment_gives_the_document_its_month(buffer: Buffer, firm: Firm) -> None:
    (id_,) = await stored(buffer, firm, 1)
    await kept(buffer, firm)
    unpaid = paid(periods=Periods(books=date(2026, 9, 15), cost=SEPTEMBER))
    await buffer.codings.save_draft(id_, 1, unpaid, who="anna")
    await decide(buffer, id_, CODE)
    await buffer.locks.lock(firm.id, SEPTEMBER, who="anna")
    first = paid(SECOND, months=(OCTOBER,), periods=replace(unpaid.periods, vat=OCTOBER))
    await add(buffer, id_, first)
    month = await buffer._database.reader.row("SELECT vat_month FROM document WHERE id = ?", (id_,))
    assert month == ("2026-10",)
    assert await buffer.registers.sums(firm.id, OCTOBER) == ROWS
    await intact(buffer, firm)
