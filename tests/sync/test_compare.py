"""Documents beside one another in a real buffer: what is told of each, in whatever order they arrive."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from blink_tui.buffer import open_buffer
from blink_tui.buffer.comparing import Compared
from blink_tui.model.dates import Instant
from blink_tui.model.documents import Role
from blink_tui.model.findings import Severity
from blink_tui.model.firms import Firm
from blink_tui.model.outages import Outage, OutageCategory
from blink_tui.model.values import KsefNumber, crc8
from blink_tui.sync.derive import derive_pending
from tests.sync.buying import ANOTHER, OTHER, SELLER, TODAY, Books, Paper

_FIRM, _SISTER = "1111111111", "2222222222"
_START = date(2026, 6, 1)


@pytest.fixture
async def books(tmp_path: Path) -> AsyncIterator[Books]:
    async with open_buffer(tmp_path / "buffer.db") as buffer:
        yield Books(buffer)


async def _monthly(books: Books, firm: Firm, months: int = 6, gross: str = "123.00") -> list[KsefNumber]:
    """A seller's habit: one invoice a month, always alike."""
    made = []
    for month in range(months):
        paper = Paper(
            number=f"{month + 1}/2026", day=_START + timedelta(days=30 * month), gross=Decimal(gross)
        )
        made.append(await books.get(firm, paper))
    return made


_LATER = _START + timedelta(days=200)


async def test_a_habit_raises_nothing_but_the_first(books: Books) -> None:
    firm = await books.firm(_FIRM)
    numbers = await _monthly(books, firm)
    await books.settle()
    told = [set(await books.found(firm, number)) for number in numbers]
    assert told == [{"seller-first"}, *[set[str]()] * 5]


async def test_an_account_new_for_the_seller_is_told_with_those_before(books: Books) -> None:
    firm = await books.firm(_FIRM)
    await _monthly(books, firm)
    odd = await books.get(firm, Paper(number="7/2026", day=_LATER, account=ANOTHER))
    await books.settle()
    found = (await books.found(firm, odd))["account-new"]
    assert ANOTHER in str(found.message)
    assert "PL61109010140000071219812874" in str(found.message)
    document = (await books.buffer.documents.find(odd, firm.id))[0]
    assert document.attention == Severity.WARNING


async def test_an_account_seen_with_another_seller_is_an_alarm_for_the_later_one_alone(books: Books) -> None:
    firm, sister = await books.firm(_FIRM), await books.firm(_SISTER)
    (first,) = await _monthly(books, firm, 1)
    later = await books.get(sister, Paper(number="A1", seller=OTHER, day=_LATER))
    await books.settle()
    assert "account-of-another" in await books.found(sister, later)
    assert "account-of-another" not in await books.found(firm, first)
    assert SELLER in str((await books.found(sister, later))["account-of-another"].message)


async def test_an_amount_far_outside_the_habit(books: Books) -> None:
    firm = await books.firm(_FIRM)
    await _monthly(books, firm)
    large = await books.get(firm, Paper(number="7/2026", day=_LATER, gross=Decimal("1230.00")))
    larger = await books.get(
        firm, Paper(number="8/2026", day=_LATER + timedelta(days=1), gross=Decimal("230.00"))
    )
    await books.settle()
    assert "1 230,00" in str((await books.found(firm, large))["amount-unusual"].message)
    assert "amount-unusual" not in await books.found(firm, larger)


async def test_a_shorter_term(books: Books) -> None:
    firm = await books.firm(_FIRM)
    await _monthly(books, firm)
    hasty = await books.get(firm, Paper(number="7/2026", day=_LATER, term=3))
    await books.settle()
    assert set(await books.found(firm, hasty)) == {"term-shorter"}


@pytest.mark.parametrize("number", ["FV 7/2026", "fv-07/2026", "FV7/2026"])
async def test_the_same_number_and_amount_is_told_of_both(books: Books, number: str) -> None:
    firm = await books.firm(_FIRM)
    one = await books.get(firm, Paper(number="FV/7/2026", day=_START))
    await books.settle()
    two = await books.get(firm, Paper(number=number, day=_LATER))
    await books.settle()
    assert two in str((await books.found(firm, one))["duplicate-number"].message)
    assert one in str((await books.found(firm, two))["duplicate-number"].message)
    assert (await books.buffer.documents.find(one, firm.id))[0].attention == Severity.ALARM


async def test_another_kind_may_bear_the_same_number(books: Books) -> None:
    """VAT, KOR and ROZ may share a number (BOOKKEEPING 2)."""
    firm = await books.firm(_FIRM)
    one = await books.get(firm, Paper(number="FV/7/2026"))
    two = await books.get(firm, Paper(number="FV/7/2026", kind="ROZ", day=_LATER))
    await books.settle()
    for number in (one, two):
        assert "duplicate-number" not in await books.found(firm, number)


async def test_the_same_amount_and_day_with_the_same_text_or_another(books: Books) -> None:
    firm = await books.firm(_FIRM)
    one = await books.get(firm, Paper(number="A/1"))
    two = await books.get(firm, Paper(number="B/9"))
    three = await books.get(firm, Paper(number="C/5", text="Dostawa kawy ziarnistej"))
    await books.settle()
    assert two in str((await books.found(firm, one))["duplicate-amount"].message)
    assert "same-amount-and-day" in await books.found(firm, three)


async def test_a_series_of_one_amount_on_one_day_is_no_double(books: Books) -> None:
    """Tolls, tickets, fuel cards: what was told of the first few goes when more come; a double number stays one."""
    firm = await books.firm(_FIRM)
    numbers = [await books.get(firm, Paper(number=f"T/{n}")) for n in range(4)]
    await books.settle()
    assert all([set(await books.found(firm, one)) >= {"duplicate-amount"} for one in numbers])
    numbers += [await books.get(firm, Paper(number=f"T/{n}")) for n in range(4, 9)]
    await books.settle()
    assert not any(["duplicate-amount" in await books.found(firm, one) for one in numbers])
    twice = await books.get(firm, Paper(number="T 8"))
    await books.settle()
    for one in (numbers[8], twice):
        assert "duplicate-number" in await books.found(firm, one)


async def test_sales_are_compared_by_their_number(books: Books) -> None:
    firm = await books.firm(_FIRM)
    one = await books.get(firm, Paper(number="S 1/2026"), Role.SELLER)
    await books.settle()
    same_day = await books.get(firm, Paper(number="S 2/2026"), Role.SELLER)
    twice = await books.get(firm, Paper(number="S/001/2026", day=_LATER), Role.SELLER)
    await books.settle()
    assert await books.found(firm, same_day) == {}
    assert set(await books.found(firm, twice)) == set(await books.found(firm, one)) == {"duplicate-number"}


async def test_one_text_to_many_firms_is_told_of_all_of_them(books: Books) -> None:
    firms = [await books.firm(f"{index}{_FIRM[1:]}") for index in (1, 2, 3, 4)]
    for firm in firms:
        await books.get(firm, Paper(number="old", seller=OTHER, day=_START, text="Prąd"))
    spam = [
        await books.get(
            firm, Paper(number=f"R/{n}", day=_LATER + timedelta(days=n), text="Wpis do rejestru firm")
        )
        for n, firm in enumerate(firms[:2])
    ]
    await books.settle()
    assert "same-text" not in await books.found(firms[0], spam[0])
    spam.append(await books.get(firms[2], Paper(number="R/3", day=_LATER, text="Wpis do rejestru firm")))
    await books.settle()
    for firm, number in zip(firms, spam, strict=False):
        assert "3" in str((await books.found(firm, number))["same-text"].message)


async def test_a_correction_is_joined_to_its_original_with_the_balance(books: Books) -> None:
    firm = await books.firm(_FIRM)
    original = await books.get(firm, Paper(number="1"))
    await books.settle()
    first = await books.get(
        firm, Paper(number="K1", kind="KOR", gross=Decimal("-23.00"), corrects=original, day=_LATER)
    )
    await books.settle()
    assert "100,00" in str((await books.found(firm, original))["corrected"].message)
    assert first in str((await books.found(firm, original))["corrected"].message)
    assert "100,00" in str((await books.found(firm, first))["correction-balance"].message)
    second = await books.get(
        firm, Paper(number="K2", kind="KOR", gross=Decimal("-100.00"), corrects=original, day=_LATER)
    )
    await books.settle()
    found = await books.found(firm, original)
    assert (found["corrected-to-zero"].severity, "corrected" in found) == (Severity.WARNING, False)
    assert second in str(found["corrected-to-zero"].message)


def _number_of(serial: int) -> KsefNumber:
    """The number that the document put in as this one will bear."""
    body = f"{SELLER}-20260901-{serial:012X}"
    return KsefNumber(f"{body}-{crc8(body.encode()):02X}")


async def test_an_original_that_comes_later_is_found(books: Books) -> None:
    firm = await books.firm(_FIRM)
    correction = await books.get(
        firm, Paper(number="K1", kind="KOR", gross=Decimal("-23.00"), corrects=_number_of(2), day=_LATER)
    )
    await books.settle()
    assert _number_of(2) in str((await books.found(firm, correction))["original-missing"].message)
    assert await books.get(firm, Paper(number="1")) == _number_of(2)
    await books.settle()
    assert "original-missing" not in await books.found(firm, correction)
    assert "correction-balance" in await books.found(firm, correction)


async def test_an_original_named_by_its_own_number_alone(books: Books) -> None:
    firm = await books.firm(_FIRM)
    original = await books.get(firm, Paper(number="FV 12/2026"))
    correction = await books.get(
        firm,
        Paper(number="K1", kind="KOR", gross=Decimal("-23.00"), corrects_number="FV/12/2026", day=_LATER),
    )
    await books.settle()
    assert original in str((await books.found(firm, correction))["correction-balance"].message)


async def test_a_changed_buyer_is_told_to_both_firms(books: Books) -> None:
    firm, sister = await books.firm(_FIRM), await books.firm(_SISTER)
    original = await books.get(firm, Paper(number="1"))
    await books.settle()
    correction = await books.get(
        sister,
        Paper(number="K1", kind="KOR", gross=Decimal("0.00"), corrects=original, was_buyer=_FIRM, day=_LATER),
    )
    await books.settle()
    assert "corrected" not in await books.found(firm, original)  # the correction is not this firm's document
    given = (await books.found(firm, original))["buyer-given-away"]
    assert (given.severity, _SISTER in str(given.message)) == (Severity.ALARM, True)
    taken = (await books.found(sister, correction))["buyer-taken-over"]
    assert original in str(taken.message)


async def test_to_zero_and_anew_is_one_case(books: Books) -> None:
    firm = await books.firm(_FIRM)
    original = await books.get(firm, Paper(number="1"))
    zero = await books.get(
        firm, Paper(number="K1", kind="KOR", gross=Decimal("-123.00"), corrects=original, day=_LATER)
    )
    await books.settle()
    assert "issued-anew" not in await books.found(firm, original)
    anew = await books.get(firm, Paper(number="2", day=_LATER + timedelta(days=2)))
    await books.settle()
    for number in (original, zero, anew):
        said = str((await books.found(firm, number))["issued-anew"].message)
        assert original in said
        assert zero in said
        assert anew in said


async def test_advances_are_joined_to_their_settlement(books: Books) -> None:
    firm = await books.firm(_FIRM)
    advance = await books.get(firm, Paper(number="Z1", kind="ZAL"))
    settlement = await books.get(firm, Paper(number="R1", kind="ROZ", settles=advance, day=_LATER))
    lost = await books.get(firm, Paper(number="R2", kind="ROZ", settles=_number_of(99), day=_LATER))
    await books.settle()
    assert settlement in str((await books.found(firm, advance))["advance-settled"].message)
    assert "advance-missing" not in await books.found(firm, settlement)
    assert "advance-missing" in await books.found(firm, lost)


async def test_offline_documents_issued_in_a_failure_are_told(books: Books) -> None:
    """The failure is learned after the documents, then its end, before one of them."""
    firm = await books.firm(_FIRM)
    days = [date(2026, 9, day) for day in (1, 2, 3, 4)]
    papers = [Paper(number=f"{day:%d}", day=day, offline=True, term=None) for day in days]
    numbers = [await books.get(firm, paper) for paper in papers]
    online = await books.get(firm, Paper(number="on", day=days[2], term=None, text="Dostawa kawy ziarnistej"))
    await books.settle()
    begun = Outage("test", "1", OutageCategory.FAILURE, Instant("2026-09-01T22:30:00Z"), None, "Awaria")

    async def told(outage: Outage) -> list[bool]:
        await books.buffer.outages.keep("test", [outage])
        await books.buffer.comparing.again("test", days[1])
        await books.settle()
        return ["issued-in-failure" in await books.found(firm, number) for number in (*numbers, online)]

    assert await told(begun) == [False, True, True, True, False]
    ended = replace(begun, end=Instant("2026-09-03T21:59:59Z"))
    assert await told(ended) == [False, True, True, False, False]
    assert await told(replace(ended, category=OutageCategory.MAINTENANCE)) == [False] * 5
    assert "issued-in-maintenance" in await books.found(firm, numbers[1])


async def test_what_arrives_late_is_compared_as_if_it_had_come_in_time(books: Books) -> None:
    """History that is fetched afterwards gives the same findings as documents that came in their order."""
    early, late = await books.firm(_FIRM), await books.firm(_SISTER)
    papers = [
        Paper(
            number=f"{n}",
            day=_START + timedelta(days=n),
            account=ANOTHER if n in (3, 8) else None,
            term=20 - n,
        )
        for n in range(10)
    ]
    in_order = [await books.get(early, paper) for paper in papers]
    await books.settle()
    numbers = {}
    for paper in reversed(papers):
        paper.buyer = ""
        numbers[paper.number] = await books.get(late, paper)
        await books.settle()
    for paper, number in zip(papers, in_order, strict=True):
        told = set(await books.found(early, number))
        assert set(await books.found(late, numbers[paper.number])) == told - {"account-of-another"}


async def test_a_document_sent_back_while_it_is_compared_is_compared_again(books: Books) -> None:
    """Two processes compare at once: what the first found before the second's document came does not stand."""
    firm = await books.firm(_FIRM)
    one = await books.get(firm, Paper(number="FV/7/2026", day=_START))
    await derive_pending(books.buffer, TODAY)
    (looked_at,) = await books.buffer.comparing.waiting(firm.id, 10)
    twin = await books.get(firm, Paper(number="FV 7/2026", day=_LATER))
    await derive_pending(books.buffer, TODAY)
    both = {one.ksef_number: one for one in await books.buffer.comparing.waiting(firm.id, 10)}
    second = Compared(both[twin].document_id, both[twin].seen, ())
    await books.buffer.comparing.save(1, [second], [looked_at.document_id])
    first = Compared(looked_at.document_id, looked_at.seen, ())
    await books.buffer.comparing.save(1, [first], [])
    assert [one.ksef_number for one in await books.buffer.comparing.waiting(firm.id, 10)] == [one]
    await books.settle()
    assert "duplicate-number" in await books.found(firm, one)


async def test_reading_everything_again_finds_the_same(books: Books) -> None:
    firm = await books.firm(_FIRM)
    numbers = await _monthly(books, firm)
    numbers.append(await books.get(firm, Paper(number="1/2026", day=_LATER, account=ANOTHER)))
    numbers.append(await books.get(firm, Paper(number="K", kind="KOR", corrects=numbers[0], day=_LATER)))
    await books.settle()
    before = [await books.found(firm, number) for number in numbers]
    assert await books.buffer.derived.read_again() == len(numbers)
    await books.settle()
    assert [await books.found(firm, number) for number in numbers] == before
    assert await books.buffer.comparing.count() == 0
