"""Books, charts, rates, rules and locks: kept in versions, each change told in the firm's chain."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from decimal import Decimal

import pytest

from blink_tui.buffer import Buffer
from blink_tui.model.books import Account, Contractor, DimensionValue, ExchangeRate, Keeper
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import Firm
from blink_tui.model.rulebook import OFFICE, EntryKind
from tests.buffer.bookkeeping import OCTOBER, SEPTEMBER, books, proposed
from tests.buffer.deciding import intact, stored


async def test_books_are_kept_whole_and_nobodys_change_is_lost(buffer: Buffer, firm: Firm) -> None:
    assert await buffer.books.get(firm.id) is None
    kept = books(four_eyes_from=Decimal("1000.50"), purchases=Keeper.ELSEWHERE, roles={"vat_in": "223-1"})
    assert await buffer.books.save(firm.id, kept, who="anna", version=None) == 1
    assert await buffer.books.get(firm.id) == kept
    assert await buffer.books.all() == {firm.id: kept}
    for stale in (None, 2):
        with pytest.raises(BlinkError) as refused:
            await buffer.books.save(firm.id, books(), who="ewa", version=stale)
        assert refused.value.kind.code == "changed-meanwhile"
    assert await buffer.books.save(firm.id, books(), who="ewa", version=1) == 2
    assert await buffer.books.save(firm.id, books(), who="ewa", version=2) == 2
    assert await buffer.books.version(firm.id) == 2
    assert await intact(buffer, firm) == 2


async def test_accounts_are_offered_by_number_then_by_words(buffer: Buffer, firm: Firm) -> None:
    chart = [
        Account("402", "Usługi obce"),
        Account("402-1", "Usługi łączności"),
        Account("403", "Podatki i opłaty"),
        Account("202", "Dostawcy usług 402"),
        Account("401", "Usługi dawne", open=False),
    ]
    await buffer.charts.keep_accounts(firm.id, chart, who="anna")
    assert await buffer.charts.accounts(firm.id) == sorted(chart, key=lambda one: one.number)

    async def found(text: str, limit: int = 9) -> list[str]:
        return [one.number for one in await buffer.charts.find_accounts(firm.id, text, limit)]

    assert await found("402") == ["402", "402-1", "202"]
    assert await found("402", 1) == ["402"]
    assert await found("LACZ usl") == ["402-1"]
    assert await found("dawne") == []
    assert await found("") == ["202", "402", "402-1", "403"]
    assert await buffer.charts.find_accounts(firm.id + 1, "402") == []


async def test_only_what_differs_of_a_list_is_written_and_told(buffer: Buffer, firm: Firm) -> None:
    first = [Account("402", "Usługi"), Account("403", "Opłaty")]
    await buffer.charts.keep_accounts(firm.id, first, who="anna")
    await buffer.charts.keep_accounts(firm.id, [first[0], Account("404", "Płace")], who="ewa")
    await buffer.charts.keep_accounts(firm.id, [first[0], Account("404", "Płace")], who="ewa")
    known = Contractor("5265877635", "Hurtownia", "H1", payable="202-7")
    await buffer.charts.keep_contractors(firm.id, [known], who="anna")
    assert await buffer.charts.contractors(firm.id) == {"5265877635": known}
    places = [DimensionValue("mpk", "01", "Biuro"), DimensionValue("project", "01", "Most")]
    await buffer.charts.keep_dimensions(firm.id, places, who="anna")
    assert await buffer.charts.dimensions(firm.id) == places
    assert await intact(buffer, firm) == 4
    events = [event async for event in buffer.history.export(firm.id)]
    assert [(event.who, event.what) for event in events][:2] == [("anna", "account"), ("ewa", "account")]
    assert [json.loads(text or "[]") for text in (events[1].before, events[1].after)] == [
        [["403", "Opłaty", 1, "403 oplaty"]],
        [["404", "Płace", 1, "404 place"]],
    ]


async def test_rates_come_back_exactly_by_currency_and_day(buffer: Buffer) -> None:
    rates = [
        ExchangeRate("EUR", date(2026, 9, day), Decimal(f"4.25{day:02}"), f"{day:03}/A/NBP/2026")
        for day in (2, 1)
    ]
    await buffer.rates.keep([*rates, ExchangeRate("USD", date(2026, 9, 1), Decimal("3.9000"), "001")])
    await buffer.rates.keep([ExchangeRate("USD", date(2026, 9, 1), Decimal("3.9100"), "001")])
    assert (await buffer.rates.by_currency(["EUR"])) == {"EUR": rates[::-1]}
    assert [one.rate for one in (await buffer.rates.by_currency())["USD"]] == [Decimal("3.9100")]
    assert await buffer.rates.by_currency([]) == {}


async def test_a_rule_has_a_new_version_only_where_its_text_differs(buffer: Buffer, firm: Firm) -> None:
    rule, scheme = EntryKind.RULE, EntryKind.SCHEME
    refs = await buffer.rules.save(OFFICE, [(rule, "a", "1"), (scheme, "a", "2")], who="p", shipped=True)
    assert [str(ref) for ref in refs] == ["a v1 #6b86b273", "a v1 #d4735e3a"]
    await buffer.rules.save(firm.id, [(rule, "a", "own"), (rule, "b", "")], who="anna")
    assert [(e.firm_id, e.kind, e.text) for e in await buffer.rules.entries(firm.id)] == [
        (OFFICE, rule, "1"),
        (OFFICE, scheme, "2"),
        (firm.id, rule, "own"),
    ]
    assert await buffer.rules.save(firm.id, [(rule, "a", "own")], who="anna") == []
    await buffer.rules.save(firm.id, [(rule, "a", "")], who="ewa")
    assert [entry.firm_id for entry in await buffer.rules.entries(firm.id)] == [OFFICE, OFFICE]
    texts = [(e.version, e.text, e.who) for e in await buffer.rules.versions(firm.id, rule, "a")]
    assert texts == [(1, "own", "anna"), (2, "", "ewa")]
    assert await intact(buffer, firm) == 2


async def test_what_the_office_has_changed_is_left_alone_by_what_is_shipped(buffer: Buffer) -> None:
    rule = EntryKind.RULE
    for text, shipped in (("1", True), ("2", True), ("ours", False), ("3", True)):
        await buffer.rules.save(OFFICE, [(rule, "a", text)], who="p", shipped=shipped)
    assert [one.text for one in await buffer.rules.versions(OFFICE, rule, "a")] == ["1", "2", "ours"]


async def test_whatever_proposals_rest_on_makes_documents_wait_for_new_ones(
    buffer: Buffer, firm: Firm
) -> None:
    ids = await stored(buffer, firm, 2)
    await proposed(buffer, ids)
    assert await buffer.codings.to_propose(None, 9) == []
    await buffer.books.save(firm.id, books(), who="anna", version=None)

    async def waiting() -> bool:
        found = await buffer.codings.to_propose([firm.id], 9)
        assert len(found) in (0, 2)
        assert await buffer.codings.count_to_propose() == len(found)
        assert await buffer.codings.to_propose([firm.id + 1], 9) == []
        await proposed(buffer, ids)
        return bool(found)

    assert await waiting()
    assert not await waiting()
    await buffer.rules.save(OFFICE, [(EntryKind.RULE, "a", "1")], who="p")
    assert await waiting()
    await buffer.rules.save(firm.id, [(EntryKind.RULE, "a", "1")], who="anna")
    assert await waiting()
    await buffer.books.save(firm.id, books(half_net=False), who="anna", version=1)
    assert await waiting()
    await buffer.locks.lock(firm.id, SEPTEMBER, who="anna")
    assert await waiting()
    await buffer.codings.propose_again([firm.id])
    assert await waiting()
    await buffer.rules.save(OFFICE, [(EntryKind.RULE, "a", "1")], who="p")
    assert not await waiting()


async def test_a_proposal_that_was_overtaken_is_made_anew(buffer: Buffer, firm: Firm) -> None:
    (id_,) = await stored(buffer, firm, 1)
    await buffer.books.save(firm.id, books(), who="anna", version=None)
    before = await buffer.codings.about([id_])
    await proposed(buffer, [id_])
    await buffer.codings.propose_again()
    from blink_tui.buffer.codings import Proposed
    from tests.buffer.bookkeeping import proposal

    await buffer.codings.save_proposals([Proposed(id_, before[0].stamp, proposal())])
    assert [one.document_id for one in await buffer.codings.to_propose(None, 9)] == [id_]


async def test_a_month_is_locked_once_and_opened_with_a_reason(buffer: Buffer, firm: Firm) -> None:
    head = await buffer.locks.lock(firm.id, SEPTEMBER, who="anna", signed='{"page": 1}')
    await buffer.locks.lock(firm.id, OCTOBER, who="anna")
    assert await buffer.locks.locked(firm.id) == {SEPTEMBER, OCTOBER}
    first, second = (await buffer.locks.all())[firm.id]
    assert (first.month, first.who, first.signed, first.chain_head) == (
        SEPTEMBER,
        "anna",
        True,
        head,
    )
    assert not second.signed
    assert await buffer.closing.signed(firm.id, SEPTEMBER) == '{"page": 1}'
    with pytest.raises(BlinkError) as twice:
        await buffer.locks.lock(firm.id, OCTOBER, who="anna")
    assert twice.value.kind.code == "month-locked"
    with pytest.raises(BlinkError) as unsaid:
        await buffer.locks.unlock(firm.id, OCTOBER, who="anna", reason=" ")
    assert unsaid.value.kind.code == "reason-wanted"
    await buffer.locks.unlock(firm.id, OCTOBER, who="ewa", reason="korekta")
    assert await buffer.locks.locked(firm.id) == {SEPTEMBER}
    with pytest.raises(BlinkError):
        await buffer.locks.unlock(firm.id, OCTOBER, who="ewa", reason="korekta")
    events = [(e.who, e.what, e.reason) async for e in buffer.history.export(firm.id)]
    assert events == [
        ("anna", "month-signed", None),
        ("anna", "month-locked", None),
        ("ewa", "month-unlocked", "korekta"),
    ]
    await intact(buffer, firm)


async def test_signed_pages_outlive_the_lock(buffer: Buffer, firm: Firm) -> None:
    for who, page in (("anna", '{"page": 1}'), ("ewa", '{"page": 2}')):
        await buffer.locks.lock(firm.id, SEPTEMBER, who=who, signed=page)
        assert await buffer.closing.signed(firm.id, SEPTEMBER) == page
        await buffer.locks.unlock(firm.id, SEPTEMBER, who=who, reason="korekta")
        assert await buffer.closing.signed(firm.id, SEPTEMBER) is None
    await buffer.locks.lock(firm.id, SEPTEMBER, who="ola", signed='{"page": 1}')
    pages = await buffer.closing.pages(firm.id, SEPTEMBER)
    assert [(one.who, one.body, one.in_force) for one in pages] == [
        ("anna", '{"page": 1}', True),
        ("ewa", '{"page": 2}', False),
    ]
    assert pages[0].sha256 == hashlib.sha256(b'{"page": 1}').hexdigest()
    assert await buffer.closing.pages(firm.id, OCTOBER) == []
    await intact(buffer, firm)
