"""Rules and schemes by keys: listed, changed in a form and as text, tried on documents, with versions."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from blink_tui.buffer import Buffer
from blink_tui.coding.shapes import Rule, Scheme
from blink_tui.coding.toml import read, written
from blink_tui.i18n import set_language
from blink_tui.model.clock import SystemClock
from blink_tui.model.documents import Direction
from blink_tui.model.errors import BlinkError
from blink_tui.model.firms import Firm
from blink_tui.model.rulebook import OFFICE, EntryKind
from blink_tui.tui.app import ConsoleApp
from blink_tui.tui.rule_form import (
    Known,
    checked_condition,
    checked_parameters,
    complete_condition,
    rule_fields,
    rule_of,
    whose_choices,
)
from blink_tui.tui.screens.rule_text import RuleTextWindow
from blink_tui.tui.screens.rules import RulesWindow
from blink_tui.tui.widgets.completing import WrongPlaceError
from tests.tui.coded_office import keep_books
from tests.tui.conftest import Desk, Wishes

Open = Callable[..., AbstractAsyncContextManager[Desk]]
LATER = datetime(2026, 11, 20, 13, 5, tzinfo=UTC)


class Then(SystemClock):
    def now(self) -> datetime:
        return LATER


@pytest.fixture
def opened(buffer: Buffer, firms: list[Firm], tmp_path: Path) -> Open:
    """Opens the rules of the office, or those of the second firm, which has books and thirty documents."""

    @asynccontextmanager
    async def opens(*, of_firm: bool = False, width: int = 120, height: int = 40) -> AsyncIterator[Desk]:
        if await buffer.books.get(firms[1].id) is None:
            await keep_books(buffer, firms[1])
        app = ConsoleApp(buffer, Wishes(), who="anna", export_dir=tmp_path, clock=Then())
        async with app.run_test(size=(width, height), notifications=True) as pilot:
            desk = Desk(app, pilot, buffer, Wishes(), tmp_path)
            await desk.see("Piekarnia")
            await desk.press("2")
            await desk.until(lambda: ">" in desk.text and "Piekarnia" in desk.text)
            if of_firm:
                await desk.press("home", "v")
                await desk.see("Rules and schemes of the firm")
                await desk.press(*"rules", "enter")
            else:
                await desk.press("r")
            await desk.until(lambda: isinstance(app.screen, RulesWindow) and bool(app.screen.items))
            yield desk

    return opens


async def newest(buffer: Buffer, firm_id: int, name: str) -> str:
    found = await buffer.rules.versions(firm_id, EntryKind.RULE, name)
    return found[-1].text


async def test_a_rule_is_made_by_keys_with_completion_and_errors_that_point(
    opened: Open, buffer: Buffer
) -> None:
    async with opened() as desk:
        await desk.see("Rules and schemes of the office", "scheme", "program", "F4 As text")
        await desk.press("n")
        await desk.see("A new rule", "> Name", "Condition", "F9 Try", "F10 Save")
        await desk.type("abonament")
        await desk.press("down")
        await desk.type("Abonamenty")
        await desk.press("down", "down", *"sprzedawca.ni")
        await desk.see("Tab: sprzedawca.nip")
        await desk.press("tab")
        await desk.type(' = "333" i nettto > 0')
        await desk.press("f10")
        await desk.see("! At “nettto”")
        line = desk.app.focused
        assert getattr(line, "cursor_position", None) == getattr(line, "value", "").index("nettto")
        await desk.press("delete", "down")
        await desk.type("brak-takiego")
        await desk.press("f10")
        await desk.see("! At “ettto”")
        await desk.press(*["delete"] * 5, *"netto", "f10")
        await desk.see("! There is no scheme brak-takiego; there are:")
        window = desk.app.screen_stack[-2]
        assert isinstance(window, RulesWindow)
        scheme = next(
            one.item
            for one in window.items
            if isinstance(one.item, Scheme) and Direction.PURCHASE in one.item.directions
        )
        await desk.press("end", "ctrl+u")
        await desk.type(scheme.name)
        await desk.press("down")
        await desk.type("account=402-01, share")
        await desk.press("f10")
        await desk.see("! A parameter is given as name=value; this is not: share")
        await desk.press("ctrl+k", *["backspace"] * 2, "down", "right", "f10")
        await desk.see("Saved: abonament.")
        (rule,) = read(await newest(buffer, OFFICE, "abonament"))
        assert rule == Rule(
            name="abonament", title="Abonamenty", condition='sprzedawca.nip = "333" i netto > 0',
            scheme=scheme.name, parameters={"account": "402-01"}, automatic=True,
        )  # fmt: skip


async def test_what_a_rule_would_change_is_tried_before_it_is_saved(
    opened: Open, buffer: Buffer, firms: list[Firm]
) -> None:
    async with opened(of_firm=True) as desk:
        window = desk.app.screen
        assert isinstance(window, RulesWindow)
        scheme = next(one.item for one in window.items if isinstance(one.item, Scheme)
                      and one.item.directions == {Direction.PURCHASE} and "account" in one.item.parameters)  # fmt: skip
        await desk.press("n")
        await desk.type("wszystko")
        await desk.press("down", "down", "right", "down", "down")
        await desk.type(scheme.name)
        await desk.press("down")
        await desk.type("account=409-02")
        await desk.press("f9")
        await desk.see("What it would change", "looked at", "scheme " + scheme.name, "409-02")
        told = desk.text
        assert "would change" in told
        await desk.press("escape", "escape", "escape")
        entries = await buffer.rules.entries(firms[1].id)
        assert "wszystko" not in {one.name for one in entries}, "a trial keeps nothing"


async def test_versions_stay_and_what_is_retired_is_not_used_any_more(
    opened: Open, buffer: Buffer, firms: list[Firm]
) -> None:
    rule = Rule(name="prad", title="Prąd", scheme="nie-ma")
    await buffer.rules.save(OFFICE, [(EntryKind.RULE, "prad", written([rule]))], who="ola")
    await buffer.rules.save(
        OFFICE, [(EntryKind.RULE, "prad", written([Rule(name="prad", scheme="x")]))], who="ewa"
    )
    async with opened(width=80, height=24) as desk:
        await desk.press("f", *"prad", "enter")
        await desk.see("prad v2, saved by ewa")
        await desk.press("v")
        text = await desk.see("Versions of prad", "v2", "ewa", "v1", "ola", 'tytul = "Prąd"')
        assert text.index("ewa") < text.index("ola")
        await desk.press("escape", "x")
        await desk.see("Take it out of use?", "no firm uses it any more")
        await desk.press("y")
        await desk.see("Nothing is called so.")
        found = await buffer.rules.versions(OFFICE, EntryKind.RULE, "prad")
        assert [one.text == "" for one in found] == [False, False, True]


async def test_a_scheme_is_changed_as_text_and_faults_stand_with_their_line(
    opened: Open, buffer: Buffer
) -> None:
    async with opened() as desk:
        window = desk.app.screen
        assert isinstance(window, RulesWindow)
        entry = next(one.entry for one in window.items if one.entry.kind is EntryKind.SCHEME)
        await desk.press("f")
        await desk.type(f"scheme {entry.name}")
        await desk.press("enter")
        await desk.until(lambda: window.shown[0].entry == entry)
        await desk.press("home", "enter")
        await desk.see(f"scheme {entry.name} v1", "[[schemat]]", "F9 Try")
        text = desk.app.screen
        assert isinstance(text, RuleTextWindow)
        text.area.text = entry.text.replace("tytul = ", "tytl = ", 1)
        await desk.press("f10")
        await desk.see("! line ", "tytl")
        assert (await buffer.rules.versions(OFFICE, EntryKind.SCHEME, entry.name))[-1].version == 1
        text.area.text = entry.text.replace(f'nazwa = "{entry.name}"', 'nazwa = "inna"', 1)
        await desk.press("f10")
        await desk.see(f"Here stands {entry.name} alone")
        changed = entry.text.replace("tytul = ", "# uwaga\ntytul = ", 1).replace(
            'tytul = "', 'tytul = "Nowy ', 1
        )
        text.area.text = changed
        await desk.press("escape")
        await desk.until(lambda: isinstance(desk.app.screen, RulesWindow))
        await desk.press("enter")
        await desk.see("Taken up from before", "Nowy")
        await desk.press("f10")
        await desk.see(f"Saved: {entry.name}")
        kept = (await buffer.rules.versions(OFFICE, EntryKind.SCHEME, entry.name))[-1]
        assert kept.version == 2
        (scheme,) = read(kept.text)
        assert isinstance(scheme, Scheme)
        assert scheme.title.startswith("Nowy ")


async def test_a_firms_own_rule_stands_in_the_place_of_the_offices(
    opened: Open, buffer: Buffer, firms: list[Firm]
) -> None:
    async with opened() as desk:
        window = desk.app.screen
        assert isinstance(window, RulesWindow)
        scheme = next(one.item for one in window.items if isinstance(one.item, Scheme))
    rule = Rule(name="wspolna", title="Wspólna", scheme=scheme.name)
    await buffer.rules.save(OFFICE, [(EntryKind.RULE, "wspolna", written([rule]))], who="ola")
    async with opened(of_firm=True) as desk:
        await desk.press("f", *"wspolna", "enter")
        await desk.see("Wspólna", "office")
        await desk.press("enter")
        await desk.see("Rule wspolna", "the whole office")
        await desk.press("end", *" firmy", "f10")
        await desk.see("Wspólna firmy", "firm")
        (own,) = read(await newest(buffer, firms[1].id, "wspolna"))
        assert isinstance(own, Rule)
        assert own.title == "Wspólna firmy"
        (office,) = read(await newest(buffer, OFFICE, "wspolna"))
        assert office == rule


def test_a_form_left_as_it_is_gives_the_same_rule() -> None:
    rule = Rule(
        name="a", title="Tytuł", direction=Direction.SALE, condition="netto > 0", scheme="s",
        parameters={"account": "402-1", "share": "50%"}, automatic=True, weight=-3,
    )  # fmt: skip
    known = Known({}, frozenset())
    texts = {one.name: one.start for one in rule_fields(rule, known, whose_choices(OFFICE, ""), "0")}
    assert rule_of(texts, rule) == rule


@pytest.mark.parametrize(
    ("text", "wrong"), [("nettto > 0", "nettto"), ("netto > ", ""), ("netto", "netto"), ('"a" ~', "")]
)
def test_a_condition_that_is_wrong_is_wrong_at_a_place(text: str, wrong: str) -> None:
    with pytest.raises(WrongPlaceError) as caught:
        checked_condition(text)
    assert 0 <= caught.value.start <= len(text)
    if wrong:
        assert text[caught.value.start : caught.value.end] == wrong


def test_completion_knows_both_languages_and_leaves_texts_alone() -> None:
    set_language("pl")
    whole = {found.text for found in complete_condition("mpp i sprzedawca.nip", 20)}
    assert "sprzedawca.nip" not in whole, "what is typed whole is not offered"
    assert "sprzedawca.nip" in {found.text for found in complete_condition("sprz", 4)}
    assert "seller.nip" in {found.text for found in complete_condition("seller.n", 8)}
    assert complete_condition('wiersz.nazwa ~ "sprz', 20) == ()
    assert [found.text for found in complete_condition('kierunek = "spr', 15)] == ["sprzedaż"]
    assert complete_condition("mpp ", 4) == (), "where nothing is begun Tab goes to the next field"


def test_parameters_are_read_as_they_are_written() -> None:
    assert checked_parameters(" account = 402-1 ,share=50%, ") == {"account": "402-1", "share": "50%"}
    with pytest.raises(BlinkError):
        checked_parameters("=3")
