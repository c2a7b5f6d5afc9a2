"""What the engine does, as the console shows it: the log of passes, what stopped, what is asked of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.cells import cell_len

from blink_tui.buffer import Buffer
from blink_tui.i18n import set_language
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode
from blink_tui.model.events import DocumentsStored, PassFailed, PassFinished, PassStarted
from blink_tui.model.firms import CredentialKind, Firm
from blink_tui.model.settings import TOKENS_END
from blink_tui.tui.app import ConsoleApp
from blink_tui.tui.firm_words import coming
from blink_tui.tui.screens.log import LogRows
from blink_tui.tui.widgets.bars import TopBar
from tests.tui.conftest import Desk, OpenDesk

DISK_FULL = ErrorKind("disk-full", ExitCode.FAILED, "The disk is full. Make room and fetch again.")


async def test_the_log_follows_until_one_scrolls_back(
    open_desk: OpenDesk, buffer: Buffer, firms: list[Firm]
) -> None:
    events = [PassFinished(run=f"1-{number}", firm_id=firms[0].id, new=number) for number in range(50)]
    await buffer.log.append(events)
    async with open_desk() as desk:
        await desk.press("4")
        await desk.see("50 events · following the newest", "49 new")
        await desk.press("up", "up")
        await desk.see("scrolled back; End follows again")
        cursor = desk.app.screen.query_one(LogRows).cursor
        await buffer.log.append(
            [PassFailed(run="2", firm_id=firms[0].id, code="x", problem="[b]no[/b]", cause="450")]
        )
        await desk.see("50 events", "+1 new, End")
        assert desk.app.screen.query_one(LogRows).cursor == cursor
        await desk.press("end")
        await desk.see("! ERROR: [b]no[/b]", "x · 450", "following the newest")


async def test_a_pass_is_one_line_that_opens_into_all_it_told(
    open_desk: OpenDesk, buffer: Buffer, firms: list[Firm]
) -> None:
    of = firms[0].id
    async with open_desk() as desk:
        await desk.press("4")
        await desk.see("Nothing was fetched yet.")
        await buffer.log.append([PassStarted(run="1", firm_id=of)])
        await desk.see("Żółw i Synowie sp…   Fetching started")
        roles = ("seller", "buyer", "third_party", "authorized")
        await buffer.log.append(
            [
                DocumentsStored(run="1", firm_id=of, role=role, seen=2, new=2 * (role == "buyer"))
                for role in roles
            ]
        )
        await desk.see("office: Stored 2 documents, 0 of them new")
        await buffer.log.append([PassFinished(run="1", firm_id=of, new=2)])
        text = await desk.see("2 new: 2 buyer")
        assert text.splitlines()[3].rstrip().endswith("2 new: 2 buyer")
        await desk.press("enter")
        await desk.see("Fetching finished: 2 new documents", "Podmiot 3  Stored 2 documents")
        await desk.press("escape")
        await desk.see("[4Log]")


async def test_f5_asks_for_the_chosen_firm_alone(open_desk: OpenDesk, firms: list[Firm]) -> None:
    async with open_desk() as desk:
        await desk.press("enter")
        await desk.see("[5Buffer]", "Żółw i Synowie sp. z o.o. · All documents · 1/270")
        await desk.press("ctrl+r")
        await desk.until(lambda: desk.engine.asked == [(firms[0].id,)])
        await desk.press("ctrl+f", *"piek", "enter")
        await desk.see("Piekarnia „Pod Kasztanem” Anna Wójcik · All documents · 1/30")


async def test_quitting_asks_while_a_pass_runs(open_desk: OpenDesk) -> None:
    async with open_desk() as desk:
        desk.engine.busy = True
        await desk.see("fetching…")
        await desk.press("ctrl+q")
        await desk.see("End the program?")
        await desk.press("n")
        desk.engine.busy = False
        await desk.press("ctrl+q")
        await desk.until(lambda: desk.app.return_code == 0)


async def test_without_an_engine_f5_says_who_fetches(
    buffer: Buffer, firms: list[Firm], tmp_path: Path
) -> None:
    app = ConsoleApp(buffer, None, who="anna", export_dir=tmp_path)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        desk = Desk(app, pilot, buffer, engine=None, folder=tmp_path)  # type: ignore[arg-type]
        await desk.press("f5")
        await desk.see("Another process fetches")


async def test_the_title_stands_in_the_top_bar_where_there_is_room(
    buffer: Buffer, firms: list[Firm], tmp_path: Path
) -> None:
    for width, there in ((120, True), (60, False)):
        app = ConsoleApp(buffer, None, who="anna", export_dir=tmp_path, title="Demo: synthetic firms")
        async with app.run_test(size=(width, 24)) as pilot:
            desk = Desk(app, pilot, buffer, engine=None, folder=tmp_path)  # type: ignore[arg-type]
            first = (await desk.see("Firms")).splitlines()[0]
            assert ("Demo: synthetic firms" in first) is there


async def test_what_stopped_the_engine_is_said_once_and_stays_in_the_top_bar(open_desk: OpenDesk) -> None:
    async with open_desk() as desk:
        desk.engine.problem = BlinkError(DISK_FULL, cause="ENOSPC")
        await desk.see("! The disk is full. Make room and fetch again.", "ENOSPC")
        assert "! stopped" in desk.text.splitlines()[0]
        assert len(desk.app._notifications) == 1
        desk.engine.problem = None
        await desk.until(lambda: "! stopped" not in desk.text)


@pytest.mark.parametrize("language", ["pl", "en"])
def test_that_fetching_has_stopped_is_seen_on_the_narrowest_screen(language: str) -> None:
    set_language(language)
    bar = TopBar()
    bar.here = "buffer"
    bar.set_activity("! zatrzymane", alarm=True)
    shown = "".join(text for text, _style in bar.pieces(80))
    assert shown.endswith(" ! zatrzymane ")
    assert cell_len(shown) == 80


async def test_an_engine_that_ended_does_not_fetch_for_ever(open_desk: OpenDesk) -> None:
    async with open_desk() as desk:
        desk.engine.busy = True
        desk.engine.problem = RuntimeError("a bug")
        text = await desk.see("because of an error in the program", "start it again")
        assert "fetching…" not in text
        await desk.press("f5")
        assert desk.engine.asked == []
        await desk.press("ctrl+q")
        await desk.until(lambda: desk.app.return_code == 0)


async def test_a_firm_tells_when_it_is_asked_for_next(
    open_desk: OpenDesk, buffer: Buffer, firms: list[Firm]
) -> None:
    await buffer.credentials.add(CredentialKind.TOKEN, "token/1", "T", [firms[0].id])
    await buffer.settings.set(TOKENS_END.key, "none")  # a warning would take the line's place
    async with open_desk() as desk:
        await desk.press("end")
        await desk.see("Żółw i Synowie sp. z o.o. · 1111111111", "asked for now")
        await buffer.schedules.pause([firms[0].id], True)
        await desk.press("end")
        text = await desk.see("~ Paused: the schedule leaves it alone.")
        assert "asked for" not in text


def test_the_next_time_is_of_warsaw_with_its_day_unless_it_is_today() -> None:
    now = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    assert coming(now, now) == "asked for now"
    assert coming(now + timedelta(hours=1), now) == "asked for next at 14:00"
    assert coming(now + timedelta(hours=11), now) == "asked for next at 2026-11-21 00:00"
    assert coming(None, now) == ""


async def test_columns_stand_under_their_titles_whatever_a_firm_s_state(
    open_desk: OpenDesk, buffer: Buffer, firms: list[Firm]
) -> None:
    await buffer.schedules.pause([firms[1].id], True)
    async with open_desk(120, 24) as desk:
        lines = (await desk.see("~Piekarnia")).splitlines()
        title = next(line for line in lines if "NIP" in line).index("NIP")
        rows = [line for line in lines[:8] if "1111111111" in line or "2222222222" in line]
        assert [min(row.find(nip) for nip in ("1111111111", "2222222222") if nip in row) for row in rows] == [
            title, title,
        ]  # fmt: skip


async def test_f5_during_a_pass_is_answered_after_it(open_desk: OpenDesk) -> None:
    async with open_desk() as desk:
        desk.engine.busy = True
        await desk.press("f5")
        await desk.see("Fetching is under way; then KSeF is asked for: all firms.")
        assert desk.engine.asked == [None]
