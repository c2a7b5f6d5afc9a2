"""The coding editor: other schemes, copies, "dlaczego", drafts that are found again, and how it looks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from blink_tui.buffer import Buffer
from blink_tui.i18n import set_language
from blink_tui.model.decisions import Action, Decision
from blink_tui.model.documents import Status
from blink_tui.model.firms import Firm
from blink_tui.tui.app import ConsoleApp
from blink_tui.tui.memory import Memory
from blink_tui.tui.screens.editor import EditorWindow
from blink_tui.tui.widgets.posting import LineGrid
from tests.tui.conftest import Desk, OpenDesk, Wishes
from tests.tui.editing import accounts, kept, office_with_proposals, opened, purchases


@pytest.fixture
async def firms(buffer: Buffer) -> list[Firm]:
    return await office_with_proposals(buffer)


async def test_another_scheme_takes_the_place_of_the_lines(open_desk: OpenDesk, firms: list[Firm]) -> None:
    async with open_desk(120, 40) as desk:
        window = await opened(desk, (await purchases(desk, firms[0]))[0])
        before = window.coding
        assert before.scheme is not None
        await desk.press("x", "f8")
        await desk.see("Which scheme?")
        await desk.press(*"zakup", "space", *"towar", "enter")
        await desk.until(lambda: desk.app.screen is window)
        assert window.coding.scheme is not None
        assert window.coding.scheme.name != before.scheme.name
        assert "330" in accounts(window.coding)
        assert window.coding.lines_by_hand is False
        assert window.coding.complete
        await desk.press("ctrl+z", "ctrl+z")
        assert window.coding == before


async def test_the_seller_s_last_document_is_copied_with_this_one_s_amounts(
    open_desk: OpenDesk, firms: list[Firm]
) -> None:
    async with open_desk() as desk:
        found = await purchases(desk, firms[0], 30)
        first = found[0]
        second = next(one for one in found[1:] if one.seller == first.seller and one.currency == "PLN")
        window = await opened(desk, second)
        own = window.coding
        await desk.press("f5")
        await desk.see("No document of this contractor is coded yet.")
        await desk.press("escape")
        await opened(desk, first)
        await desk.press("s", *"75/25", "enter", *"409-01", "enter", "f10")
        await desk.until(lambda: not isinstance(desk.app.screen, EditorWindow))
        window = await opened(desk, second)
        await desk.press("f5")
        await desk.until(
            lambda: "409-01" in accounts(window.coding), lambda: f"{window.coding.lines}\n{desk.text}"
        )
        assert window.coding.difference == 0
        by_account = {line.account: line.amount for line in window.coding.lines}
        tax = next(line for line in own.lines if line.account == "223")
        assert by_account["223"] == tax.amount
        assert {line.description for line in window.coding.lines} == {own.description}
        assert window.coding.complete


async def test_why_names_the_rule_what_fits_it_and_the_sentences_of_the_months(
    open_desk: OpenDesk, firms: list[Firm]
) -> None:
    async with open_desk(120, 40) as desk:
        window = await opened(desk, (await purchases(desk, firms[0]))[0])
        await desk.press("y")
        text = await desk.see("Why", "Rule that decided:", "precedence")
        assert window.coding.scheme is not None
        assert window.coding.scheme.name in text
        assert str(window.coding.periods.vat) in text
        await desk.press("escape")
        assert desk.app.screen is window


async def test_a_half_edited_document_is_found_again_after_a_lost_line(
    buffer: Buffer, firms: list[Firm], tmp_path: Path
) -> None:
    path = tmp_path / "memory.json"

    @asynccontextmanager
    async def console() -> AsyncIterator[Desk]:
        engine = Wishes()
        app = ConsoleApp(buffer, engine, who="anna", export_dir=tmp_path, memory=Memory(path))
        async with app.run_test(size=(80, 24), notifications=True) as pilot:
            yield Desk(app, pilot, buffer, engine, tmp_path)

    async with console() as desk:
        document = (await purchases(desk, firms[0]))[0]
        window = await opened(desk, document)
        await desk.press("right", *"77,00", "enter")
        half = window.coding
        desk.app.remember()  # twice a second by itself; the terminal is gone after it
    async with console() as desk:
        window = await opened(desk, document)
        await desk.see("Taken up from before", "77,00")
        assert window.coding == half
        await desk.press("ctrl+n")
        assert window.coding.lines[0].amount != 77
        await desk.press("ctrl+z", "f10")
        await desk.see("Saved as a draft.")
    async with console() as desk:
        await opened(desk, await desk.buffer.documents.get(document.id))
        assert "Taken up from before" not in desk.text, "what was saved is not offered again"


async def test_what_was_half_edited_is_kept_when_somebody_else_was_faster_and_says_who(
    open_desk: OpenDesk, firms: list[Firm]
) -> None:
    async with open_desk() as desk:
        document = (await purchases(desk, firms[0]))[0]
        window = await opened(desk, document)
        await desk.press("right", *"77,00", "enter", "escape")
        await desk.until(lambda: desk.app.screen is not window)
        coding = replace(window.coding, description="inny")
        await desk.buffer.codings.save_draft(document.id, document.version, coding, who="ewa")
        window = await opened(desk, document)
        await desk.see("was changed meanwhile by ewa: another", "Taken up from before")
        assert window.coding.lines[0].amount == 77
        assert window.coding.description != "inny"
        await desk.press("ctrl+n")
        assert window.coding.description == "inny"


async def test_what_was_half_edited_here_before_one_s_own_change_is_not_laid_over_it(
    open_desk: OpenDesk, firms: list[Firm]
) -> None:
    async with open_desk() as desk:
        document = (await purchases(desk, firms[0]))[0]
        window = await opened(desk, document)
        await desk.press("right", *"77,00", "enter", "escape")
        await desk.until(lambda: desk.app.screen is not window)
        coding = replace(window.coding, description="inny")
        await desk.buffer.codings.save_draft(document.id, document.version, coding, who=desk.app.who)
        window = await opened(desk, document)
        assert window.coding.description == "inny"
        assert "Taken up from before" not in desk.text


async def test_somebody_else_s_change_meanwhile_is_not_written_over(
    open_desk: OpenDesk, firms: list[Firm]
) -> None:
    async with open_desk() as desk:
        document = (await purchases(desk, firms[0]))[0]
        window = await opened(desk, document)
        await desk.buffer.decisions.decide({document.id: document.version}, Decision(Action.CODE), who="ewa")
        await desk.press("s", *"50/50", "enter", "f10")
        await desk.see("was changed meanwhile by ewa: coded")
        assert desk.app.screen is window
        status, coding = await kept(desk, document)
        assert (status, coding.lines_by_hand) == (Status.CODED, False)


async def test_hostile_names_stay_text(open_desk: OpenDesk, firms: list[Firm]) -> None:
    async with open_desk(120, 40) as desk:
        document = next(one for one in await purchases(desk, firms[0], 50) if one.seller.name)
        window = await opened(desk, document)
        grid = window.query_one(LineGrid)
        line = replace(window.coding.lines[0], description="[bold red]x[/] \x1b[2J\u202e")
        grid.show([line], 0)
        await desk.see("[bold red]x[/]")
        assert "\x1b[2J" not in desk.text


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_editor_is_whole_in_polish(
    open_desk: OpenDesk, firms: list[Firm], size: tuple[int, int]
) -> None:
    async with open_desk(*size) as desk:
        set_language("pl")
        document = (await purchases(desk, firms[0]))[0]
        from blink_tui.tui.screens.editor import edit_document

        desk.app.run_worker(edit_document(desk.app, document.id))
        text = await desk.see("Nazwa konta", "pójdzie do Comarch Optima:", "różnica 0,00", "F10 Zapisz")
        assert max(map(len, text.splitlines())) <= size[0]
        assert len(text.splitlines()) <= size[1]


# The queue and the lists
