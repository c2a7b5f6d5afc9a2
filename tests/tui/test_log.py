"""Pobieranie: a log of any length read page by page, filtered, followed; a countdown that runs only in view."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from blink_tui.buffer import Buffer, LogFilter, LogRow
from blink_tui.model.clock import SystemClock
from blink_tui.model.dates import instant_of
from blink_tui.model.events import Event, PassFailed, PassFinished
from blink_tui.model.firms import CredentialKind, Firm
from blink_tui.tui import log_window
from blink_tui.tui.app import ConsoleApp
from blink_tui.tui.log_window import KEPT, PAGE, LogWindow
from blink_tui.tui.screens.log import LogRows, LogScreen, countdown
from tests.tui.conftest import Desk, OpenDesk, Wishes

EVERYTHING = LogFilter()


def passes(firm: Firm, first: int, count: int) -> list[Event]:
    return [PassFinished(run=f"{firm.id}-{n}", firm_id=firm.id, new=n) for n in range(first, first + count)]


def shown(desk: Desk) -> LogRows:
    return desk.app.screen.query_one(LogRows)


# The window


class Counting:
    """A log that counts the rows which are read of it."""

    def __init__(self, buffer: Buffer) -> None:
        self._log = buffer.log
        self.read = 0

    async def page(
        self, chosen: LogFilter, limit: int, *, before: int | None = None, after: int | None = None
    ) -> list[LogRow]:
        rows = await self._log.page(chosen, limit, before=before, after=after)
        self.read += len(rows)
        return rows


async def test_the_window_slides_over_the_whole_log_and_stays_small(
    buffer: Buffer, firms: list[Firm]
) -> None:
    total = 2 * KEPT
    await buffer.log.append(passes(firms[0], 1, total))
    log = Counting(buffer)
    window = await log_window.newest(log, EVERYTHING)
    assert (window.at_start, window.at_end, window.last_id) == (False, True, total)
    assert log.read == 2 * PAGE, "a long log is not read whole"
    met = {row.id for row in window.rows}
    while not window.at_start:
        window = await log_window.older(log, EVERYTHING, window)
        ids = [row.id for row in window.rows]
        assert ids == list(range(ids[0], ids[0] + len(ids))), "nothing is left out, nothing twice"
        assert len(ids) <= KEPT
        met.update(ids)
    assert met == set(range(1, total + 1))
    assert (window.at_start, window.at_end) == (True, False)
    assert await log_window.older(log, EVERYTHING, window) == window
    while not window.at_end:
        window = await log_window.newer(log, EVERYTHING, window)
        ids = [row.id for row in window.rows]
        assert ids == list(range(ids[0], ids[0] + len(ids)))
        assert len(ids) <= KEPT
    assert window.last_id == total
    assert not window.at_start


async def test_following_takes_what_came_or_jumps_where_too_much_came(
    buffer: Buffer, firms: list[Firm]
) -> None:
    await buffer.log.append(passes(firms[0], 1, 3))
    window = await log_window.newest(buffer.log, EVERYTHING)
    assert window.at_start
    await buffer.log.append(passes(firms[0], 4, 2))
    assert await log_window.unread(buffer.log, EVERYTHING, window) == 2
    window = await log_window.followed(buffer.log, EVERYTHING, window)
    assert [row.id for row in window.rows] == [1, 2, 3, 4, 5]
    await buffer.log.append(passes(firms[0], 6, 3 * PAGE))
    window = await log_window.followed(buffer.log, EVERYTHING, window)
    assert (window.at_end, window.last_id, len(window.rows)) == (True, 5 + 3 * PAGE, 2 * PAGE)


async def test_an_empty_log_has_both_ends(buffer: Buffer) -> None:
    assert await log_window.newest(buffer.log, EVERYTHING) == LogWindow([], at_start=True, at_end=True)


# The screen


async def test_older_passes_come_as_one_scrolls_and_home_leads_to_the_first(
    open_desk: OpenDesk, buffer: Buffer, firms: list[Firm]
) -> None:
    await buffer.log.append(passes(firms[0], 1, 5 * PAGE))
    async with open_desk() as desk:
        await desk.press("4")
        await desk.see(f"{5 * PAGE:,} new".replace(",", " "), "1 000 events · following the newest")
        shown(desk).move_to(3)
        await desk.see("1 500 events · scrolled back")
        await desk.until(lambda: shown(desk).cursor == 3 + PAGE)
        await desk.press("home")
        await desk.until(lambda: shown(desk).lines[0].rows[0].id == 1)
        await desk.until(lambda: shown(desk).cursor == 0)
        await desk.press("z")
        await desk.see("1 000 events · following the newest")
        await desk.press("up", "end")
        await desk.see("following the newest")


async def test_what_is_told_while_a_filter_is_read_leaves_no_rows_of_the_former_one(
    open_desk: OpenDesk, buffer: Buffer, firms: list[Firm], monkeypatch: pytest.MonkeyPatch
) -> None:
    await buffer.log.append([*passes(firms[0], 1, 20), *passes(firms[1], 21, 20)])
    read, newest = asyncio.Event(), log_window.newest

    async def slowly(log: log_window.LogSource, chosen: LogFilter) -> LogWindow:
        await read.wait()
        return await newest(log, chosen)

    async with open_desk() as desk:
        await desk.press("4")
        await desk.see("40 events")
        monkeypatch.setattr(log_window, "newest", slowly)
        await desk.press("f", *"zolw", "enter")
        await buffer.log.append(passes(firms[0], 41, 1))
        screen = desk.app.screen
        assert isinstance(screen, LogScreen)
        screen.reload()
        await desk.pilot.pause(0.3)
        read.set()
        await desk.see('21 events · "zolw"')


async def test_what_is_told_while_one_reads_back_waits_and_moves_nothing(
    open_desk: OpenDesk, buffer: Buffer, firms: list[Firm]
) -> None:
    await buffer.log.append(passes(firms[0], 1, 60))
    async with open_desk() as desk:
        await desk.press("4")
        await desk.see("60 new")
        await desk.press("up", "up", "up")
        before = desk.text.splitlines()[3:14]
        await buffer.log.append(passes(firms[0], 61, 7))
        await desk.see("scrolled back; End follows again", "+7 new, End")
        assert desk.text.splitlines()[3:14] == before
        await desk.press("end")
        text = await desk.see("67 new", "following the newest")
        assert "+7" not in text


async def test_words_of_firms_and_errors_alone(
    open_desk: OpenDesk, buffer: Buffer, firms: list[Firm]
) -> None:
    await buffer.log.append([*passes(firms[0], 1, 20), *passes(firms[1], 21, 20)])
    failed = PassFailed(run="x", firm_id=firms[0].id, code="c", problem="KSeF is silent.")
    await buffer.log.append([failed, *passes(firms[1], 41, 20)])
    async with open_desk() as desk:
        await desk.press("4")
        await desk.see("61 events")
        await desk.press("f", *"zolw", "enter")
        text = await desk.see('21 events · "zolw"', "! ERROR: KSeF is silent.")
        assert "Piekarnia" not in text
        await desk.press("e")
        await desk.see("1 event ·", "errors only")
        await desk.press("e", "f8", *([*"x"] * 3), "enter")
        await desk.see('0 events · "zolwxxx"', "Nothing was found. Esc shows the whole log again.")
        await desk.press("escape")
        await desk.see("61 events · following")
        await desk.press("escape")
        await desk.see("[1Desk]")


async def test_the_filter_is_found_again(open_desk: OpenDesk, buffer: Buffer, firms: list[Firm]) -> None:
    await buffer.log.append([*passes(firms[0], 1, 5), *passes(firms[1], 6, 5)])
    async with open_desk() as desk:
        desk.app.memory.keep("go-log", {"words": "piekarnia", "errors": False})
        await desk.press("4")
        await desk.see('5 events · "piekarnia"')


# The countdown

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


class Set(SystemClock):
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.moment = NOON

    def now(self) -> datetime:
        return self.moment


@pytest.mark.parametrize(
    ("left", "text"),
    [
        (timedelta(minutes=12, seconds=30), "12:30"),
        (timedelta(seconds=5), "00:05"),
        (timedelta(hours=1, minutes=2, seconds=3), "1:02:03"),
        (timedelta(days=1, hours=2), "1 d 2:00:00"),
        (timedelta(seconds=-5), "00:00"),
    ],
)
def test_a_time_that_runs_down(left: timedelta, text: str) -> None:
    assert countdown(left) == text


async def test_the_countdown_runs_in_view_alone(buffer: Buffer, firms: list[Firm], tmp_path: Path) -> None:
    credential = await buffer.credentials.add(
        CredentialKind.TOKEN, "token/1", "T", [firm.id for firm in firms]
    )
    assert credential
    async with buffer._database.transaction() as session:
        asked = instant_of(NOON - timedelta(minutes=1))
        await session.run("UPDATE schedule SET asked = ?", (asked,))
    clock = Set()
    app = ConsoleApp(buffer, Wishes(), who="anna", export_dir=tmp_path, clock=clock)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        desk = Desk(app, pilot, buffer, app.engine, tmp_path)  # type: ignore[arg-type]
        await desk.press("4")
        await desk.see("next request in ")
        screen = desk.app.screen
        assert isinstance(screen, LogScreen)
        assert ticks(screen)
        before = _countdown_line(desk)
        clock.moment += timedelta(seconds=7)
        await desk.until(lambda: _countdown_line(desk) != before)
        await desk.press("1")
        await desk.see("[1Desk]")
        assert not ticks(screen), "nothing ticks behind another screen"
        await desk.press("4")
        await desk.until(lambda: ticks(screen))
        clock.moment += timedelta(hours=2)
        await desk.see("a request is due now")
        assert not ticks(screen)


def ticks(screen: LogScreen) -> bool:
    return screen._ticking is not None


def _countdown_line(desk: Desk) -> str:
    return next((line for line in desk.text.splitlines() if "next request in" in line), "")


async def test_without_anything_planned_nothing_ticks(open_desk: OpenDesk) -> None:
    async with open_desk() as desk:
        await desk.press("4")
        await desk.see("no request is planned")
        screen = desk.app.screen
        assert isinstance(screen, LogScreen)
        assert not ticks(screen)


async def test_many_events_are_shown_at_once_not_one_by_one(
    open_desk: OpenDesk, buffer: Buffer, firms: list[Firm], monkeypatch: pytest.MonkeyPatch
) -> None:
    repaints: list[int] = []
    show: Callable[..., None] = LogRows.show

    def noted(self: LogRows, *values: object, **named: object) -> None:
        repaints.append(1)
        show(self, *values, **named)

    monkeypatch.setattr(LogRows, "show", noted)
    async with open_desk() as desk:
        await desk.press("4")
        await desk.see("Nothing was fetched yet.")
        repaints.clear()
        for turn in range(40):
            await buffer.log.append(passes(firms[0], 10 * turn, 10))
        await desk.see("400 events")
        assert len(repaints) < 20
