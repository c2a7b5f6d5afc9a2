"""Proposals after a pass in a real buffer: for whom, once, by which rules, and what is coded by itself."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from blink_tui.buffer import Document, open_buffer
from blink_tui.buffer.codings import CodingState
from blink_tui.coding.propose import propose
from blink_tui.model.books import BookKind, Contractor, ExchangeRate, Keeper
from blink_tui.model.books_change import BooksChange, VatChange
from blink_tui.model.clock import SystemClock
from blink_tui.model.coding import Identity
from blink_tui.model.decisions import Action, Decision
from blink_tui.model.documents import Role, Status
from blink_tui.model.events import DocumentsProposed, Event
from blink_tui.model.firms import Firm
from blink_tui.model.months import Month
from blink_tui.model.rulebook import OFFICE, EntryKind
from blink_tui.model.values import KsefNumber
from blink_tui.sync.attendant import Attendant
from blink_tui.sync.engine import SyncEngine
from blink_tui.sync.proposing import propose_pending, read_facts, seed_rulebook
from blink_tui.sync.proposing_work import propose_batch
from blink_tui.sync.surroundings import around, firm_sides, read_desk
from blink_tui.vault import Vault
from tests.sync.buying import ANOTHER, OTHER, SELLER, TODAY, Books, Paper
from tests.sync.test_cost import Statements, statements

__all__ = ["statements"]  # a fixture
FIRM, SISTER = "1111111111", "2222222222"
LEDGER = BooksChange(kind=BookKind.LEDGER, roles={"vat_in": "223", "payable": "202-{nip}", "services": "402"})
ALONE = """
[[zasada]]
nazwa = "sprzątanie"
kierunek = "zakup"
warunek = 'jest(wiersz.nazwa ~ "sprzątan*")'
schemat = "zakup-uslugi"
sama = true
"""


@pytest.fixture
async def books(tmp_path: Path) -> AsyncIterator[Books]:
    async with open_buffer(tmp_path / "buffer.db") as buffer:
        yield Books(buffer)


async def keep(books: Books, firm: Firm, change: BooksChange = LEDGER) -> None:
    """Set up a firm's books, or change them."""
    version = await books.buffer.books.version(firm.id)
    changed = change.applied(await books.buffer.books.get(firm.id), TODAY)
    await books.buffer.books.save(firm.id, changed, who="anna", version=version)


async def rule(books: Books, text: str = ALONE, firm_id: int = OFFICE) -> None:
    """Put one rule into a rulebook."""
    from blink_tui.coding.toml import key_of, read, written

    (item,) = read(text)
    await books.buffer.rules.save(firm_id, [(*key_of(item), written([item]))], who="anna")


async def run(books: Books) -> tuple[int, int]:
    await books.settle()
    return await propose_pending(books.buffer, TODAY)


async def document(books: Books, firm: Firm, number: KsefNumber) -> Document:
    return (await books.buffer.documents.find(number, firm.id))[0]


async def scheme(books: Books, firm: Firm, number: KsefNumber) -> str | None:
    """What is proposed for a document; None where nothing is."""
    found = await books.buffer.codings.proposal((await document(books, firm, number)).id)
    return found.coding.scheme.name if found is not None and found.coding.scheme else None


async def test_only_firms_with_books_get_proposals_and_each_document_once(books: Books) -> None:
    firm, sister = await books.firm(FIRM), await books.firm(SISTER)
    await keep(books, firm)
    bought, sold = (
        await books.get(firm, Paper(number="1")),
        await books.get(firm, Paper(number="2"), Role.SELLER),
    )
    without = await books.get(sister, Paper(number="1"))
    assert await run(books) == (2, 0)
    assert await scheme(books, firm, bought) == "zakup-uslugi"
    assert await scheme(books, firm, sold) == "sprzedaz-uslugi"
    assert await scheme(books, sister, without) is None
    assert await run(books) == (0, 0)
    later = await books.get(firm, Paper(number="3", day=TODAY))
    assert (await run(books))[0] >= 1
    assert await scheme(books, firm, later) == "zakup-uslugi"


async def test_what_proposals_rest_on_makes_them_anew(books: Books) -> None:
    firm = await books.firm(FIRM)
    await keep(books, firm)
    number = await books.get(firm, Paper(number="1"))
    await run(books)
    await keep(books, firm, BooksChange(roles={"services": "402-01"}))
    assert await run(books) == (1, 0)
    proposal = await books.buffer.codings.proposal((await document(books, firm, number)).id)
    assert proposal is not None
    assert proposal.coding.lines[0].account == "402-01"
    await rule(books, ALONE.replace("uslugi", "materialy").replace("sama = true\n", ""), firm.id)
    assert await run(books) == (1, 0)
    assert await scheme(books, firm, number) == "zakup-materialy"


async def test_without_a_pass_the_schedule_s_keeper_makes_what_waits(
    books: Books, tmp_path: Path, vault: Vault
) -> None:
    """As after books were set up in the console: no firm is due, nothing logs in for it."""
    firm = await books.firm(FIRM)
    number = await books.get(firm, Paper(number="1"))
    await books.settle()
    told: list[Event] = []
    engine = SyncEngine(books.buffer, vault, tmp_path / "work", listener=told.append)
    attendant = Attendant(books.buffer, vault, engine, SystemClock())
    assert await attendant.due() == []
    assert told == []
    await keep(books, firm)
    assert await attendant.due() == []
    assert await scheme(books, firm, number) == "zakup-uslugi"
    (event,) = told
    assert isinstance(event, DocumentsProposed)
    assert (event.proposed, event.coded) == (1, 0)


async def test_a_rule_that_may_codes_by_itself_and_the_event_names_it(books: Books) -> None:
    firm = await books.firm(FIRM)
    await keep(books, firm)
    await rule(books)
    await books.get(firm, Paper(number="1", day=date(2026, 6, 1)))
    second = await books.get(firm, Paper(number="2"))
    assert await run(books) == (2, 2)
    coded = await document(books, firm, second)
    assert coded.status is Status.CODED
    kept = await books.buffer.codings.get(coded.id)
    assert kept is not None
    assert (kept.state, kept.coding.complete, kept.who) == (CodingState.CODED, True, "blink-tui")
    event = next(one for one in await books.buffer.history.of_document(coded.id) if one.what == "status")
    assert (event.who, event.before, event.after) == ("blink-tui", "fetched", "coded")
    reason = json.loads(event.reason or "")
    assert reason["rule"].startswith("sprzątanie v1 #")
    assert reason["scheme"].startswith("zakup-uslugi v1 #")
    assert await books.buffer.learning.of(firm.id, SELLER, coded.direction) == []


async def test_what_must_not_be_coded_by_itself_waits_for_a_person(books: Books) -> None:
    firm = await books.firm(FIRM)
    await keep(books, firm)
    await rule(books)
    first = await books.get(firm, Paper(number="1", day=date(2026, 6, 1)))
    await run(books)
    waiting = [
        await books.get(firm, Paper(number="K1", kind="KOR", gross=Decimal("-23.00"), corrects=first)),
        await books.get(firm, Paper(number="2", account=ANOTHER)),
        await books.get(firm, Paper(number="3", gross=Decimal("61500.00"))),
        await books.get(firm, Paper(number="1")),
    ]
    await run(books)
    for number in waiting:
        found = await document(books, firm, number)
        assert found.status is Status.FETCHED, number
        proposal = await books.buffer.codings.proposal(found.id)
        assert proposal is not None
        assert not proposal.automatic


async def test_a_locked_month_takes_nothing_by_itself(books: Books) -> None:
    firm = await books.firm(FIRM)
    await keep(books, firm)
    await rule(books)
    number = await books.get(firm, Paper(number="S/1"), Role.SELLER)
    bought = await books.get(firm, Paper(number="1"))
    for month in (Month(2026, 9), Month(2026, 10), Month(2026, 11), Month(2026, 12)):
        await books.buffer.locks.lock(firm.id, month, who="anna")
    assert (await run(books))[1] == 0
    for one in (number, bought):
        assert (await document(books, firm, one)).status is Status.FETCHED
        proposal = await books.buffer.codings.proposal((await document(books, firm, one)).id)
        assert proposal is not None
        assert not proposal.coding.complete


async def test_what_a_person_put_aside_and_back_is_not_coded_unasked(books: Books) -> None:
    firm = await books.firm(FIRM)
    await keep(books, firm)
    asked = await document(books, firm, await books.get(firm, Paper(number="1", day=date(2026, 6, 1))))
    for decision in (Decision(Action.QUERY, "whose?"), Decision(Action.RETURN)):
        version = (await books.buffer.documents.get(asked.id)).version
        assert (await books.buffer.decisions.decide({asked.id: version}, decision, who="anna")).done == 1
    await rule(books)
    assert await run(books) == (1, 0)
    assert (await books.buffer.documents.get(asked.id)).status is Status.FETCHED


async def test_what_a_person_reopened_is_not_coded_again_unasked(books: Books) -> None:
    firm = await books.firm(FIRM)
    await keep(books, firm)
    await rule(books)
    number = await books.get(firm, Paper(number="1", day=date(2026, 6, 1)))
    assert await run(books) == (1, 1)
    coded = await document(books, firm, number)
    reopened = Decision(Action.REOPEN, "wrong account")
    assert (await books.buffer.decisions.decide({coded.id: coded.version}, reopened, who="anna")).done == 1
    await keep(books, firm, BooksChange(roles={"services": "409"}))
    assert (await run(books))[1] == 0
    assert (await document(books, firm, number)).status is Status.FETCHED


async def test_interrupted_in_the_middle_it_goes_on_where_it_was(books: Books) -> None:
    """More than a thread takes on, so by worker processes."""
    firm = await books.firm(FIRM)
    await keep(books, firm)
    await rule(books)
    count = 301
    for index in range(count):
        day, gross = date(2026, 6, 1) + timedelta(days=index % 90), Decimal("123.00") + index
        await books.get(firm, Paper(number=f"{index}/A", day=day, gross=gross))
    await books.settle()

    class _StoppedError(Exception):
        pass

    def stop(done: int) -> None:
        raise _StoppedError

    with pytest.raises(_StoppedError):
        await propose_pending(books.buffer, TODAY, stop)
    left = await books.buffer.codings.count_to_propose()
    assert 0 < left < count
    told: list[int] = []
    proposed, coded = await propose_pending(books.buffer, TODAY, told.append)
    assert proposed == sum(told) == left
    assert left < coded <= count  # those of before the stop, too
    assert await propose_pending(books.buffer, TODAY) == (0, 0)


async def test_many_documents_take_as_many_queries_as_few(tmp_path: Path, statements: Statements) -> None:
    queries = []
    for count in (3, 60):
        async with open_buffer(tmp_path / f"{count}-buffer.db") as buffer:
            books = Books(buffer)
            firm = await books.firm(FIRM)
            await keep(books, firm)
            first = await books.get(firm, Paper(number="first", day=date(2026, 5, 1)))
            for index in range(count):
                paper = Paper(number=f"{index}/A", kind="KOR", gross=Decimal(-1), corrects=first)
                await books.get(firm, paper)
            await books.settle()
            statements.clear()
            assert await propose_pending(buffer, TODAY) == (count + 1, 0)
            queries.append(sum(one.lstrip().startswith(("SELECT", "WITH")) for one in statements.all))
    assert queries[0] == queries[1]


async def test_a_fault_with_one_document_does_not_keep_the_others(books: Books) -> None:
    firm = await books.firm(FIRM)
    await keep(books, firm)
    for index in (1, 2):
        await books.get(firm, Paper(number=f"{index}/A"))
    await books.settle()
    await seed_rulebook(books.buffer)
    first, second = await around(books.buffer, await books.buffer.codings.to_propose(None, 10))
    sides = await firm_sides(books.buffer, {firm.id})
    broken = replace(first, learned=(None,))  # type: ignore[arg-type]  # what no document should bring about
    rows = next(propose_batch([(sides[firm.id], [broken, second])], {}, TODAY))
    await books.buffer.codings.save_proposals(rows)
    faulty, sound = [await books.buffer.codings.proposal(one.document.document_id) for one in (first, second)]
    assert faulty is not None
    assert sound is not None
    assert [problem.code for problem in faulty.coding.problems] == ["program-failed"]
    assert (faulty.coding.complete, sound.coding.complete) == (False, True)


async def test_shipped_texts_are_renewed_and_a_person_s_are_left_alone(books: Books) -> None:
    await seed_rulebook(books.buffer)
    entries = {entry.name: entry for entry in await books.buffer.rules.entries(OFFICE)}
    name = "zakup-uslugi"
    text = entries[name].text
    older = text.replace("[[schemat]]", "[[schemat]]\n# older", 1)
    await books.buffer.rules.save(OFFICE, [(EntryKind.SCHEME, name, older)], who="blink-tui", shipped=True)
    await seed_rulebook(books.buffer)
    newest = (await books.buffer.rules.versions(OFFICE, EntryKind.SCHEME, name))[-1]
    assert (newest.version, newest.text, newest.shipped) == (3, text, True)
    await books.buffer.rules.save(OFFICE, [(EntryKind.SCHEME, name, older)], who="anna")
    await seed_rulebook(books.buffer)
    newest = (await books.buffer.rules.versions(OFFICE, EntryKind.SCHEME, name))[-1]
    assert (newest.text, newest.who) == (older, "anna")


async def test_all_that_the_buffer_knows_around_a_document(books: Books) -> None:
    firm = await books.firm(FIRM)
    await keep(books, firm)
    buffer = books.buffer
    await buffer.charts.keep_contractors(firm.id, [Contractor(SELLER, "Sprzątacze", "SPR")], who="anna")
    await buffer.rates.keep([ExchangeRate("EUR", date(2026, 8, 31), Decimal("4.25"), "168/A/NBP/2026")])
    await buffer.locks.lock(firm.id, Month(2026, 7), who="anna")
    first = await books.get(firm, Paper(number="1", day=date(2026, 6, 1)))
    await run(books)
    original = await document(books, firm, first)
    proposed = await buffer.codings.proposal(original.id)
    assert proposed is not None
    chosen = replace(proposed.coding, rule=None)  # by a person: what a rule decides teaches nothing
    version = await buffer.codings.save_draft(original.id, original.version, chosen, who="anna")
    coded = await buffer.decisions.decide({original.id: version}, Decision(Action.CODE), who="anna")
    assert coded.done == 1
    later = await books.get(
        firm, Paper(number="K1", kind="KOR", gross=Decimal("-23.00"), corrects=first, account=ANOTHER)
    )
    await run(books)
    facts = await read_facts(buffer, (await document(books, firm, later)).id)
    assert [(one.ksef_number, one.status, one.scheme) for one in facts.originals] == [
        (first, Status.CODED, "zakup-uslugi")
    ]
    assert (facts.past.documents, facts.contractor) == (1, Contractor(SELLER, "Sprzątacze", "SPR"))
    assert "account-new" in facts.findings
    assert facts.locked == {Month(2026, 7)}
    assert not facts.rates  # a document in PLN needs none
    desk = await read_desk(buffer, (await document(books, firm, later)).id)
    assert {one.uses for one in desk.learned} == {1}
    assert propose(desk.facts, desk.rulebook, desk.learned).coding.complete


async def test_what_another_source_books_is_never_coded(books: Books) -> None:
    firm = await books.firm(FIRM)
    await keep(books, firm, replace(LEDGER, purchases=Keeper.ELSEWHERE))
    await rule(books)
    number = await books.get(firm, Paper(number="1", day=date(2026, 6, 1)))
    assert (await run(books))[1] == 0
    assert (await document(books, firm, number)).status is Status.FETCHED


async def test_each_firm_has_rules_of_its_own(books: Books) -> None:
    firm, other = await books.firm(FIRM), await books.firm(SISTER)
    for one in (firm, other):
        await keep(books, one)
    await rule(books, ALONE.replace("uslugi", "towary"), other.id)
    numbers: list[Any] = [await books.get(one, Paper(number="1", seller=OTHER)) for one in (firm, other)]
    await run(books)
    assert await scheme(books, firm, numbers[0]) == "zakup-uslugi"
    assert await scheme(books, other, numbers[1]) == "zakup-towary"


async def test_cash_method_waits_for_a_payment(books: Books) -> None:
    firm = await books.firm(FIRM)
    await keep(books, firm, replace(LEDGER, vat=VatChange(cash_method=True)))
    number = await books.get(firm, Paper(number="1"))
    await run(books)
    proposal = await books.buffer.codings.proposal((await document(books, firm, number)).id)
    assert proposal is not None
    assert proposal.coding.identity is Identity.ON_PAYMENT
