"""What is refused, each with a sentence that says why and what to do: through the engine and the real buffer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from blink_tui.buffer import Buffer, open_buffer
from blink_tui.buffer.history import ENGINE
from blink_tui.coding.propose import checked, code, propose
from blink_tui.coding.rulebook import Rulebook
from blink_tui.coding.shapes import Rule, Scheme
from blink_tui.coding.toml import read, shipped_entries, written
from blink_tui.model.coding import PostingLine, Side
from blink_tui.model.decisions import Action, Decider, Decision, Exclusion, Reason
from blink_tui.model.documents import Status
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import Firm
from blink_tui.model.months import Month
from blink_tui.model.refusals import Refusal, refused_sentence
from blink_tui.model.rulebook import OFFICE, EntryKind, RulebookEntry
from tests.coding.engine import AT, coded, sentences, shipped, speaking
from tests.coding.kept import decide, drafted, firm_with_books, standing, store, sums
from tests.coding.worked.document import by
from tests.coding.worked.purchases import PURCHASES
from tests.coding.worked.sales import SALES

SALE, BOUGHT = SALES[0], PURCHASES[0]
MARCH, APRIL = Month(2026, 3), Month(2026, 4)
CODE, APPROVE = Decision(Action.CODE), Decision(Action.APPROVE)


def _excluded(reason: Reason, reference: str = "") -> Decision:
    return Decision(
        Action.EXCLUDE, exclusion=Exclusion(reason, Decider.CLIENT, "Jan", date(2026, 4, 1), reference)
    )


@pytest.fixture
async def buffer(tmp_path: Path) -> AsyncIterator[Buffer]:
    async with open_buffer(tmp_path / "buffer.db") as opened:
        yield opened


@pytest.fixture
async def firm(buffer: Buffer) -> Firm:
    return await firm_with_books(buffer)


def _said(why: Refusal) -> tuple[str, str]:
    with speaking("pl"):
        polish = refused_sentence(why, 1)
    with speaking("en"):
        return polish, refused_sentence(why, 1)


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason is not Reason.BOOKED_ELSEWHERE])
async def test_a_sale_is_not_excluded(buffer: Buffer, firm: Firm, reason: Reason) -> None:
    """A sale with a KSeF number is always taxed (BOOKKEEPING 3)."""
    id_ = await drafted(buffer, firm, SALE, coded(SALE))
    for _ in range(3):  # fetched, coded, approved
        before = await standing(buffer, id_)
        assert await decide(buffer, id_, _excluded(reason)) == {Refusal.SALE: 1}
        assert await standing(buffer, id_) == before
        await decide(buffer, id_, CODE if before[0] is Status.FETCHED else APPROVE)
    assert _said(Refusal.SALE) == (
        "1 dokument to sprzedaż, zawsze opodatkowana: może być tylko księgowana w innym źródle.",
        "1 document is a sale, which is always taxed: it can only be booked in another source.",
    )


async def test_a_sale_that_another_source_books_is_set_aside(buffer: Buffer, firm: Firm) -> None:
    id_ = await store(buffer, firm, SALE)
    assert await decide(buffer, id_, _excluded(Reason.BOOKED_ELSEWHERE, "raport dobowy 12/03")) == {}


@pytest.mark.parametrize("who", [ENGINE, f"{ENGINE}: zasada telefony v3", "", "  "])
async def test_neither_the_program_nor_a_rule_approves(buffer: Buffer, firm: Firm, who: str) -> None:
    """Automatic never means approved (BOOKKEEPING 3)."""
    id_ = await drafted(buffer, firm, BOUGHT, coded(BOUGHT))
    assert await decide(buffer, id_, CODE) == {}
    for decision in (APPROVE, _excluded(Reason.PRIVATE), Decision(Action.QUERY, "?")):
        with pytest.raises(BlinkError) as refused, speaking("en"):
            await decide(buffer, id_, decision, who=who)
        assert refused.value.kind.code == "person-decides"
        assert "Only a person" in str(refused.value)
    with pytest.raises(BlinkError):
        await buffer.documents.change_status([id_], Status.APPROVED, who=who)
    assert await standing(buffer, id_) == (Status.CODED, None)


def test_a_rule_cannot_even_say_that_it_approves() -> None:
    """What a rule may do by itself is to code: its language has no word for more."""
    assert {one.name for one in fields(Rule)} == {
        "name", "title", "direction", "condition", "scheme", "parameters", "automatic", "weight",
    }  # fmt: skip
    proposal = propose(BOUGHT.facts, shipped())
    assert not proposal.automatic  # no shipped rule codes by itself unless the office says so


async def test_nothing_is_coded_into_a_locked_month(buffer: Buffer, firm: Firm) -> None:
    """By the engine's word, and by the buffer's where a draft is older than the lock."""
    id_ = await drafted(buffer, firm, BOUGHT, coded(BOUGHT))
    await buffer.locks.lock(firm.id, APRIL, who="anna")
    assert await decide(buffer, id_, CODE) == {Refusal.LOCKED: 1}
    assert await standing(buffer, id_) == (Status.FETCHED, None)
    assert await sums(buffer, firm) == {}
    facts = replace(BOUGHT.facts, locked=frozenset({APRIL}))
    coding = code(facts, shipped(), by(vat_month=APRIL))
    assert not coding.complete
    assert "2026-04 is closed: choose another month or open it again." in sentences(coding, "en")


@pytest.mark.parametrize("part", ["books", "cost"])
async def test_a_draft_whose_books_or_cost_lie_in_a_locked_month_is_not_coded(
    buffer: Buffer, firm: Firm, part: str
) -> None:
    coding = coded(BOUGHT)
    periods = replace(coding.periods, books=date(2026, 4, 1), cost=APRIL)
    moved = replace(coding, periods=replace(periods, **{part: getattr(coding.periods, part)}))
    id_ = await drafted(buffer, firm, BOUGHT, moved)
    await buffer.locks.lock(firm.id, MARCH, who="anna")
    assert await decide(buffer, id_, CODE) == {Refusal.LOCKED: 1}


async def test_a_sale_of_a_locked_month_waits_with_its_effect_in_words(buffer: Buffer, firm: Firm) -> None:
    coding = code(replace(SALE.facts, locked=frozenset({MARCH})), shipped(), SALE.choices)
    id_ = await drafted(buffer, firm, SALE, coding)
    assert await decide(buffer, id_, CODE) == {Refusal.INCOMPLETE: 1}


def _row(name: str, amount: str, when: str = "") -> Callable[[Scheme], Scheme]:
    """The scheme with another amount in a field of its register row."""
    return lambda scheme: replace(
        scheme,
        rows=tuple(replace(row, amounts={**row.amounts, name: amount}, when=when) for row in scheme.rows),
    )


def _line(place: int, *, account: str = "", amount: str = "") -> Callable[[Scheme], Scheme]:
    """The scheme with one of its lines changed: 0 the cost, 1 the tax, 2 the supplier."""

    def changed(scheme: Scheme) -> Scheme:
        line = scheme.lines[place]
        line = replace(line, account=account or line.account, amount=amount or line.amount)
        return replace(scheme, lines=(*scheme.lines[:place], line, *scheme.lines[place + 1 :]))

    return changed


FALSE = {
    "mniej odliczone niż na fakturze": _row("K_43", "vat_odliczony * 90%"),
    "podstawa nie z tej faktury": _row("K_42", "netto_rejestru + 1"),
    "bez wiersza rejestru": _row("K_42", "netto_rejestru", "netto_rejestru < 0"),
    "Wn różne od Ma": _line(0, amount="koszt - 5"),
    "rozrachunek inny niż faktura": _line(2, amount="do_zaplaty_pln * 2"),
    "VAT odliczony na koncie kosztu": _line(1, account="{account}"),
}
"""What is changed of the shipped scheme of services."""


@pytest.mark.parametrize("what", FALSE)
async def test_a_scheme_whose_identity_fails_codes_nothing(buffer: Buffer, firm: Firm, what: str) -> None:
    coding = code(BOUGHT.facts, _with_scheme(FALSE[what]), by("zakup-uslugi"))
    assert not coding.complete
    assert all(sentence and "{" not in sentence for sentence in sentences(coding))
    id_ = await drafted(buffer, firm, BOUGHT, coding)
    assert await decide(buffer, id_, CODE) == {Refusal.INCOMPLETE: 1}
    assert await sums(buffer, firm) == {}


def test_the_sentence_says_which_field_is_wrong_and_by_how_much() -> None:
    coding = code(BOUGHT.facts, _with_scheme(FALSE["mniej odliczone niż na fakturze"]), by("zakup-uslugi"))
    (first, *_rest) = sentences(coding, "en")
    assert first == "Register rows give K_41 + K_43 207,00, the VAT table 230,00."


def test_lines_that_a_person_left_unbalanced_stay_a_draft() -> None:
    coding = coded(BOUGHT)
    edited = replace(
        coding,
        lines=(*coding.lines[1:], PostingLine(Side.DEBIT, "402", Decimal("999.99"))),
        lines_by_hand=True,
    )
    found = checked(edited, BOUGHT.facts, shipped())
    assert not found.complete
    assert "Debit 1 229,99 and credit 1 230,00 differ by -0,01." in [
        sentence.replace("\xa0", " ") for sentence in sentences(found, "en")
    ]
    assert checked(coding, BOUGHT.facts, shipped()).complete


def _with_scheme(changed: Callable[[Scheme], Scheme]) -> Rulebook:
    """The shipped rulebook with its scheme of services changed."""
    entries = []
    for kind, name, text, digest in shipped_entries():
        if (kind, name) == (EntryKind.SCHEME, "zakup-uslugi"):
            (scheme,) = read(text)
            assert isinstance(scheme, Scheme)
            entries.append(
                RulebookEntry(OFFICE, kind, name, 2, written([changed(scheme)]), digest, AT, "anna", False)
            )
        else:
            entries.append(RulebookEntry(OFFICE, kind, name, 1, text, digest, AT, "blink", True))
    return Rulebook.of(entries)
