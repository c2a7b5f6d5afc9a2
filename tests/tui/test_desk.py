"""Pulpit: what needs a hand first, in words; a fixed number of statements; deadlines, KSeF's state, charts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from blink_tui.buffer import Buffer, GridFilter, MarkMove, schedules
from blink_tui.buffer.session import Row, Session
from blink_tui.model.clock import SystemClock
from blink_tui.model.dates import Instant, instant_of
from blink_tui.model.decisions import Action, Decision
from blink_tui.model.documents import Role, Status
from blink_tui.model.events import LoginFailed, PassFailed
from blink_tui.model.firms import ContextType, CredentialKind, Firm, NewFirm
from blink_tui.model.mismatches import Disagreement
from blink_tui.model.months import Month
from blink_tui.model.schedule import RoleEnd
from blink_tui.model.values import Nip
from blink_tui.sync.closing import read_month
from blink_tui.sync.compare import compare_pending
from blink_tui.tui import cut
from blink_tui.tui.app import ConsoleApp
from blink_tui.tui.memory import Memory
from blink_tui.tui.overview import Need, read_office
from blink_tui.tui.pace import Pace
from blink_tui.tui.seen import Seen
from blink_tui.tui.widgets.firms import FirmRows
from tests.tui.coded_office import keep_books
from tests.tui.conftest import Desk, Wishes
from tests.tui.office import make, open_office, store

NOW = datetime(2026, 11, 20, 12, 10, tzinfo=UTC)
TODAY = date(2026, 11, 20)
UNTIL = Instant("2026-11-20T12:00:00Z")
SINCE = Instant("2026-09-01T00:00:00Z")


class Noon(SystemClock):
    """A clock that shows one moment; what waits really waits."""

    def now(self) -> datetime:
        return NOW


Open = Callable[..., AbstractAsyncContextManager[Desk]]


@pytest.fixture
def open_at_noon(buffer: Buffer, tmp_path: Path) -> Open:
    """Opens a console over the buffer as it is, on 20 November."""

    @asynccontextmanager
    async def opened(width: int = 80, height: int = 24, memory: Memory | None = None) -> AsyncIterator[Desk]:
        engine = Wishes()
        app = ConsoleApp(buffer, engine, who="anna", export_dir=tmp_path, clock=Noon(), memory=memory)
        async with app.run_test(size=(width, height), notifications=True) as pilot:
            yield Desk(app, pilot, buffer, engine, tmp_path)

    return opened


async def named(
    buffer: Buffer, name: str, number: int, *, fetched: bool = True, lets_in: bool = True
) -> Firm:
    firm = await buffer.firms.add(Nip(f"{number:010}"), name=name, env="test")
    if lets_in:
        credential = await buffer.credentials.add(CredentialKind.TOKEN, f"token/{number}", "T", [firm.id])
        await buffer.credentials.note_accepted(credential.id, firm.id, UNTIL)
    if fetched:
        for role in Role:
            await buffer.documents.store(firm, role, [], move=MarkMove(SINCE, UNTIL))
    return firm


async def ended(buffer: Buffer, firm: Firm, role: Role, problem: str) -> None:
    async with buffer._database.transaction() as session:
        await schedules.ended(session, firm.id, {role: RoleEnd(0, problem)})


async def troubled_office(buffer: Buffer) -> dict[Need, Firm]:
    """A firm for each need, registered in no order of theirs."""
    firms = {
        Need.NOTHING: await named(buffer, "Alfa", 1),
        Need.SWITCHED_OFF: await named(buffer, "Beta", 2),
        Need.LATE: await named(buffer, "Celta", 3, fetched=False),
        Need.REFUSED: await named(buffer, "Delta", 4),
        Need.NEVER_FETCHED: await named(buffer, "Echo", 5, fetched=False),
        Need.STOPPED: await named(buffer, "Foka", 6),
        Need.PAUSED: await named(buffer, "Gama", 7),
        Need.QUARANTINE: await named(buffer, "Herba", 8),
        Need.NO_ACCESS: await named(buffer, "Iskra", 9, lets_in=False),
    }
    await buffer.firms.set_enabled(firms[Need.SWITCHED_OFF].id, 1, False)
    await buffer.schedules.pause([firms[Need.PAUSED].id], True)
    late = instant_of(NOW - timedelta(hours=3))
    for role in Role:
        await buffer.documents.store(firms[Need.LATE], role, [], move=MarkMove(SINCE, late))
    refused = await buffer.credentials.for_firm(firms[Need.REFUSED].id)
    assert refused is not None
    await buffer.credentials.note_refused(refused.id, firms[Need.REFUSED].id, "token-revoked", {}, UNTIL)
    await ended(buffer, firms[Need.STOPPED], Role.BUYER, "worker-died")
    for _package in range(3):
        await buffer.mismatches.saw(
            firms[Need.QUARANTINE].id, Role.BUYER, [Disagreement("package", "5", "4")], UNTIL
        )
    return firms


async def test_what_needs_a_hand_comes_first(buffer: Buffer) -> None:
    firms = await troubled_office(buffer)
    office = await read_office(buffer, NOW, TODAY, 0)
    assert [state.need for state in office.states] == sorted(Need)
    assert [state.firm.id for state in office.states] == [firms[need].id for need in sorted(Need)]


async def test_each_need_is_told_with_what_to_do(buffer: Buffer, open_at_noon: Open) -> None:
    await troubled_office(buffer)
    told = {
        Need.STOPPED: ("Foka", "! Stopped (buyer): worker-died. More in Fetching (4)."),
        Need.REFUSED: ("Delta", "! KSeF refused the access (token-revoked). In Access (3), c checks"),
        Need.NO_ACCESS: ("Iskra", "! Nothing logs in for it: register a token or a certificate"),
        Need.QUARANTINE: ("Herba", "! in quarantine: the number of documents; KSeF lists 5"),
        Need.LATE: ("Celta", "~ Late (seller, buyer): complete only to 3 h ago. F5 asks KSeF now."),
        Need.NEVER_FETCHED: ("Echo", "~ Not complete yet: F5 asks KSeF for it now."),
        Need.NOTHING: ("Alfa", "No document waits here."),
        Need.PAUSED: ("Gama", "~ Paused: the schedule leaves it alone. In Firms (2), p lets it go on."),
        Need.SWITCHED_OFF: ("Beta", "Switched off: nothing is fetched."),
    }
    async with open_at_noon(160, 40) as desk:
        await desk.see("9 firms", "! 3 firms stopped")
        for name, sentence in (told[need] for need in sorted(Need)):
            await desk.see(f"{name} · 0", sentence)
            await desk.press("down")


async def test_a_wait_that_ends_by_itself_stops_nothing(buffer: Buffer, open_at_noon: Open) -> None:
    await ended(buffer, await named(buffer, "Alfa", 1), Role.BUYER, "export-stuck")
    async with open_at_noon() as desk:
        text = await desk.see("~ Waiting (buyer): KSeF prepares a package. It goes on by itself.")
        assert "stopped" not in text


async def test_the_roles_of_the_night_do_not_make_the_firm_look_old(
    buffer: Buffer, open_at_noon: Open
) -> None:
    firm = await named(buffer, "Alfa", 1, fetched=False)
    night = instant_of(NOW - timedelta(hours=9))
    for role in Role:
        until = UNTIL if role in (Role.SELLER, Role.BUYER) else night
        await buffer.documents.store(firm, role, [], move=MarkMove(SINCE, until))
    async with open_at_noon() as desk:
        text = await desk.see("complete from 2026-09-01 02:00 to 2026-11-20 13:00; once a night")
        assert "Podmiot 3, office: to 2026-11-20 04:10" in " ".join(text.split())
        row = next(line for line in text.splitlines() if ">" in line)
        assert "2026-11-20 13:00" in row


async def test_an_access_that_ends_is_told_with_its_day(buffer: Buffer, open_at_noon: Open) -> None:
    await named(buffer, "Alfa", 1)
    await buffer.settings.set("tokens.end", "2026-11-25")
    async with open_at_noon(120, 40) as desk:
        await desk.see("~ The access ends on 2026-11-25, in 5 days", "~ 5 d left")


async def test_deadlines_and_the_ministry_s_word_stand_above(buffer: Buffer, open_at_noon: Open) -> None:
    await named(buffer, "Alfa", 1)
    async with open_at_noon() as desk:
        await desk.see("income tax, ZUS today · VAT, JPK in 5 days (25.11)")
        await buffer.outages.note_asked("test", UNTIL, "AVAILABLE", silent=False)
        await desk.see("VAT, JPK in 5 days (25.11) · KSeF works")
        await buffer.outages.note_asked("prod", UNTIL, "FAILURE", silent=False)
        await buffer.outages.note_asked("test", UNTIL, "FAILURE", silent=False)
        text = await desk.see("! KSeF (test): failure, the Ministry said at 2026-11-20 13:00")
        assert "(prod)" not in text, "no firm here is in that environment"


async def test_charts_stand_where_there_is_room(buffer: Buffer, open_at_noon: Open) -> None:
    await open_office(buffer, 60)
    async with open_at_noon(120, 40) as desk:
        text = await desk.see("Documents a day, by receipt:", "Sales, gross PLN", "█")
        sums = await buffer.overview.gross_per_month(Month(2026, 9), Month(2026, 11))
        month = next(line for line in text.splitlines() if " 2026-09 " in line)
        for (of, _direction), total in sums.items():
            if of == Month(2026, 9):
                assert f"{int(total):,}".replace(",", " ") in month
        await desk.pilot.resize_terminal(80, 24)
        await desk.until(lambda: "gross PLN" not in desk.text)
        assert max(map(len, desk.text.splitlines())) <= 80


async def test_my_clients_alone_and_all_of_them_again(
    buffer: Buffer, open_at_noon: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    await named(buffer, "Alfa", 1)
    await named(buffer, "Beta", 2)
    monkeypatch.setattr(cut, "is_mine", lambda firm, who: (firm.name, who) == ("Beta", "anna"))
    async with open_at_noon(memory=Memory(tmp_path / "m.json")) as desk:
        await desk.see("2 firms", "Alfa")
        await desk.press("b")
        text = await desk.see("my clients · 1 firm", "Beta")
        assert "Alfa" not in text
        desk.app.remember()
    async with open_at_noon(memory=Memory(tmp_path / "m.json")) as desk:
        await desk.see("my clients · 1 firm")
        await desk.press("b")
        await desk.see("2 firms", "Alfa")
    monkeypatch.setattr(cut, "is_mine", lambda firm, who: False)
    async with open_at_noon() as desk:
        await desk.see("2 firms")
        await desk.press("b")
        await desk.see("No firm is looked after by you. b shows all firms again.")


async def test_the_cursor_is_found_again_at_the_next_start(
    buffer: Buffer, open_at_noon: Open, tmp_path: Path
) -> None:
    await open_office(buffer, 30)
    async with open_at_noon(memory=Memory(tmp_path / "m.json")) as desk:
        await desk.see("2 firms")
        await desk.press("end")
        wanted = desk.app.screen.query_one(FirmRows).current
        desk.app.remember()
    async with open_at_noon(memory=Memory(tmp_path / "m.json")) as desk:
        await desk.see("2 firms")
        current = desk.app.screen.query_one(FirmRows).current
        assert wanted is not None
        assert current is not None
        assert current.firm.id == wanted.firm.id
        assert desk.app.screen.query_one(FirmRows).cursor == 1


async def test_new_documents_are_counted_from_the_last_day_of_work(
    buffer: Buffer, open_at_noon: Open, tmp_path: Path
) -> None:
    firms = await open_office(buffer, 30)
    memory = Memory(tmp_path / "m.json")
    newest = await buffer.grid.max_id()
    memory.keep("go-desk", {"seen": {"day": "2026-11-19", "before": 0, "newest": newest}})
    await store(buffer, firms[1], make(firms[1], 4, first=500))
    async with open_at_noon(memory=memory) as desk:
        await desk.see("34 documents to decide on · 4 new")
        await store(buffer, firms[1], make(firms[1], 2, first=600))
        await desk.see("· 6 new")


def test_what_is_new_stays_new_for_the_whole_day() -> None:
    seen = Seen()
    assert seen.on(date(2026, 11, 19), 100) == 100, "at the very first look nothing is new"
    assert seen.on(date(2026, 11, 19), 130) == 100
    assert seen.on(date(2026, 11, 20), 150) == 130
    again = Seen.recalled(seen.kept())
    assert again.on(date(2026, 11, 20), 160) == 130
    assert again.on(date(2026, 11, 23), 170) == 160
    for damaged in (None, 5, {"day": 1}, {"day": "x", "before": "y", "newest": 1}):
        assert Seen.recalled(damaged).on(date(2026, 11, 20), 7) == 7


def test_a_pace_lets_one_through_and_then_waits() -> None:
    now = [10.0]
    pace = Pace(2.0, lambda: now[0])
    assert pace.left == 0
    pace.begin()
    now[0] = 10.5
    assert pace.left == 1.5
    now[0] = 12.5
    assert pace.left == 0


@pytest.mark.parametrize("reader", ["office", "month"])
async def test_the_number_of_statements_does_not_grow_with_the_firms(
    buffer: Buffer, monkeypatch: pytest.MonkeyPatch, reader: str
) -> None:
    asked: list[str] = []
    rows = Session.rows

    async def noted(self: Session, sql: str, values: tuple[object, ...] = ()) -> list[Row]:
        asked.append(sql)
        return await rows(self, sql, values)

    async def count() -> int:
        with monkeypatch.context() as patch:
            patch.setattr(Session, "rows", noted)
            asked.clear()
            if reader == "office":
                await read_office(buffer, NOW, TODAY, 0)
            else:
                await read_month(buffer, Month(2026, 11), NOW)
        return len(asked)

    await open_office(buffer, 20)
    few = await count()
    assert few > 5
    new = [NewFirm(Nip(f"{n:010}"), ContextType.NIP, f"{n:010}", f"F {n}", "test") for n in range(10, 208)]
    added = await buffer.firms.add_many(new)
    for firm in added[:50]:
        await buffer.log.append([
            PassFailed(run="1", firm_id=firm.id, code="x", problem="no"),
            LoginFailed(run="2", firm_id=firm.id, code="y", problem="no"),
        ])  # fmt: skip
    assert await count() == few


async def test_enter_opens_the_firm_s_documents(buffer: Buffer, open_at_noon: Open) -> None:
    firms = await open_office(buffer, 30)
    rows = await buffer.grid.first(GridFilter(firm_ids=(firms[0].id,)), "id", False, 5)
    await buffer.documents.change_status([row.id for row in rows], Status.APPROVED, who="anna")
    async with open_at_noon() as desk:
        await desk.see("22 to decide on · 5 approved, to be handed over")
        await desk.press("enter")
        await desk.see("[5Buffer]", "Żółw i Synowie sp. z o.o. · All documents · 1/27")


# What people have begun and not ended


async def asked(buffer: Buffer, firm: Firm, count: int, days_ago: int) -> list[int]:
    """Questions about the firm's first documents, so many days old."""
    rows = await buffer.grid.first(
        GridFilter(firm_ids=(firm.id,), statuses=(Status.FETCHED,)), "id", False, count
    )
    ids = [row.id for row in rows]
    question = Decision(Action.QUERY, "Co to za usługa?")
    for row in rows:  # one by one: of many, possible doubles are left out
        await buffer.decisions.decide({row.id: row.version}, question, who="anna")
    at = instant_of(NOW - timedelta(days=days_ago))
    async with buffer._database.transaction() as session:
        await session.run_many(
            "UPDATE question SET asked_at = ? WHERE document_id = ?", [(at, id_) for id_ in ids]
        )
    return ids


async def test_questions_stand_with_their_age_and_lead_to_their_documents(
    open_at_noon: Open, buffer: Buffer
) -> None:
    firms = await open_office(buffer, 60)
    await asked(buffer, firms[0], 2, 8)
    await asked(buffer, firms[0], 1, 4)
    (fresh,) = await asked(buffer, firms[1], 1, 1)
    async with open_at_noon(120, 40) as desk:
        await desk.see("! w: 4 questions open (2 over 7 days, 1 over 3 days)")
        await desk.press("w")
        text = await desk.see("Questions to clients", "!8", "Asked by anna", "Co to za usługa?")
        ages = [
            line.split()[0].lstrip("!>") for line in text.splitlines() if "Co to za" in line and "FV/" in line
        ]
        assert ages[-1] == "1"
        await desk.press("end", "enter")
        await desk.see("[5 Buffer]")
        document = await buffer.documents.get(fresh)
        await desk.see(document.invoice_number, "1/1")
        assert desk.app.firm == firms[1]


async def test_an_answered_question_is_told_as_answered_and_no_longer_old(
    open_at_noon: Open, buffer: Buffer
) -> None:
    firms = await open_office(buffer, 60)
    await asked(buffer, firms[0], 1, 9)
    await buffer.questions.answer(firms[0].id, {1: "Remont dachu"}, who="ola")
    async with open_at_noon(120, 40) as desk:
        await desk.see("w: 1 question open (1 answered)")
        await desk.press("w")
        await desk.see("=9", "Answer: Remont dachu")


async def test_proposals_drafts_and_what_is_to_be_approved_are_counted(
    open_at_noon: Open, buffer: Buffer
) -> None:
    firms = await open_office(buffer, 60)
    await compare_pending(buffer, TODAY)
    await keep_books(buffer, firms[1])
    ready = await buffer.overview.ready()
    assert set(ready) == {firms[1].id}
    assert 0 < ready[firms[1].id] <= 6
    rows = await buffer.grid.first(GridFilter(firm_ids=(firms[1].id,)), "id", False, 3)
    proposal = await buffer.codings.proposal(rows[0].id)
    assert proposal is not None
    await buffer.codings.save_draft(rows[0].id, rows[0].version, proposal.coding, who="anna")
    assert await buffer.overview.drafts() == {firms[1].id: 1}
    async with open_at_noon(120, 40) as desk:
        await desk.see(f"6: {ready[firms[1].id]} proposals", "1 drafts", "! 7: 2026-10 open in 1 firm")
        await buffer.locks.lock(firms[1].id, Month(2026, 10), who="anna")
        await desk.until(lambda: "7: 2026-10" not in desk.text)
