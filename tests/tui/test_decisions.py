"""What is decided before anything is asked: approvals, the order of firms, sentences of the log."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from blink_tui.buffer import Buffer, GridFilter, GridRow, LogRow
from blink_tui.i18n import set_language
from blink_tui.model.dates import Instant
from blink_tui.model.documents import Direction, Status
from blink_tui.model.events import (
    DocumentQuarantined,
    DocumentsStored,
    Event,
    ExportForgotten,
    ExportReady,
    HistoryMoved,
    LimitsRead,
    LoggedIn,
    LoginFailed,
    MarkMoved,
    PassFailed,
    PassFinished,
    PassStarted,
    SystemWarned,
    Waiting,
    WindowAsked,
)
from blink_tui.model.firms import Firm
from blink_tui.model.telling import sentence
from blink_tui.tui.approval import approval_of
from blink_tui.tui.events import LogLine, folded, log_detail, log_line, summary
from blink_tui.tui.overview import last_failure
from blink_tui.tui.sums import sum_lines
from blink_tui.tui.themes import BLINK, theme_for
from blink_tui.tui.widgets.text import Paragraph
from blink_tui.tui.widgets.tree import Branch, branches_of, count_of


@pytest.fixture
async def row(buffer: Buffer, firms: list[Firm]) -> GridRow:
    return (await buffer.grid.first(GridFilter(), "id", False, 1))[0]


async def test_approval_takes_what_may_be_approved_and_tells_the_rest(row: GridRow) -> None:
    rows = [
        replace(row, id=1, version=4, gross=Decimal("10.50"), currency="PLN"),
        replace(row, id=2, version=1, gross=None, currency="PLN", status=Status.CODED),
        replace(row, id=3, version=2, gross=Decimal("-3.00"), currency="EUR"),
        *(replace(row, id=10 + n, status=status) for n, status in enumerate(Status) if status not in
          (Status.FETCHED, Status.CODED)),
    ]  # fmt: skip
    approval = approval_of(rows)
    assert approval.versions == {1: 4, 2: 1, 3: 2}
    assert approval.sums == [("EUR", 1, Decimal("-3.00")), ("PLN", 2, Decimal("10.50"))]
    assert (approval.gone, approval.settled) == (2, 3)
    assert "2 documents are handed over" in approval.refusal
    assert "3 documents are approved already" in approval.refusal
    assert sum_lines(approval.sums)[1].endswith("10,50")


async def test_nothing_to_refuse_is_an_empty_sentence(row: GridRow) -> None:
    assert approval_of([row]).refusal == ""


def logged(*events: Event) -> list[LogRow]:
    return [
        LogRow(number, Instant("2026-11-20T12:00:05.1Z"), event) for number, event in enumerate(events, 1)
    ]


def test_only_the_newest_run_counts_as_a_failure() -> None:
    failed = PassFailed(run="1", firm_id=1, code="refused", problem="no")
    assert last_failure([]) is None
    assert last_failure(logged(failed, PassFinished(run="1", firm_id=1, new=0))) is failed
    assert last_failure(logged(failed, PassFinished(run="2", firm_id=1, new=0))) is None


def test_a_refused_login_is_a_failure() -> None:
    refused = LoginFailed(run="1", firm_id=1, code="token-revoked", problem="no")
    assert last_failure(logged(STARTED, refused)) is refused


def test_a_failure_of_an_earlier_run_stands_until_its_role_is_cured() -> None:
    failed = PassFailed(run="1", firm_id=1, role="buyer", code="quarantined", problem="no")
    later = logged(failed, PassFinished(run="2", firm_id=1, new=0))
    assert last_failure(later, {"quarantined"}) is failed
    assert last_failure(later, {"export-stuck"}) is None


def test_events_are_sentences_with_warsaw_time() -> None:
    assert (
        sentence(MarkMoved(run="1", until="2026-11-20T12:00:00.1234567Z"))
        == "Complete until 2026-11-20 13:00"
    )
    assert sentence(MarkMoved(run="1", until="soon")) == "Complete until soon"


WAITING = Waiting(run="1", role="buyer", reason="The limit.", until="2026-11-20T12:00:00Z")
LIMITS = LimitsRead(run="1", lists=None, packages=20)
QUARANTINED = DocumentQuarantined(run="1", role="seller", number="5265877635-X", listed="aa", found="")


@pytest.mark.parametrize(
    ("event", "english", "polish"),
    [
        (
            WAITING,
            "Waiting until 2026-11-20 13:00: The limit.",
            "Oczekiwanie do 2026-11-20 13:00: The limit.",
        ),
        (replace(WAITING, until=None), "Waiting: The limit.", "Oczekiwanie: The limit."),
        (
            WindowAsked(run="1", window_from="2026-11-20T12:00:00Z", unknown=5),
            "Asked from 2026-11-20 13:00: 5 unknown documents",
            "Sprawdzono od 2026-11-20 13:00; nieznanych dokumentów: 5",
        ),
        (
            HistoryMoved(run="1", since="2026-01-01T00:00:00Z", until="2026-03-01T00:00:00Z"),
            "History complete from 2026-01-01 01:00 until 2026-03-01 01:00",
            "Historia kompletna od 2026-01-01 01:00 do 2026-03-01 01:00",
        ),
        (
            ExportForgotten(run="1", export=7, reason="given up"),
            "Package given up; it is ordered anew",
            "Zrezygnowano z paczki; zostanie zamówiona od nowa",
        ),
        (
            ExportForgotten(run="1", export=7, reason="210 expired"),
            "Package given up: 210 expired",
            "Zrezygnowano z paczki: 210 expired",
        ),
        (
            QUARANTINED,
            "In quarantine: 5265877635-X; KSeF lists aa, the bytes have nothing",
            "W kwarantannie: 5265877635-X; KSeF podaje aa, bajty mają nic",
        ),
        (
            replace(QUARANTINED, number="package", listed="5", found="4"),
            "In quarantine: the number of documents; KSeF lists 5, the bytes have 4",
            "W kwarantannie: liczba dokumentów; KSeF podaje 5, bajty mają 4",
        ),
        (
            LIMITS,
            "Request limits read: unlimited lists and 20 packages an hour",
            "Odczytano limity zapytań na godzinę: listy bez limitu, paczki 20",
        ),
        (LoginFailed(run="1", code="x", problem="No."), "Access refused: No.", "Odmowa dostępu: No."),
    ],
)
def test_what_the_engine_tells_reads_well_in_both_languages(event: Event, english: str, polish: str) -> None:
    assert sentence(event) == english
    set_language("pl")
    assert sentence(event) == polish


def line(*events: Event) -> LogLine:
    (found,) = folded(logged(*events))
    return found


STARTED = PassStarted(run="1", firm_id=1)
QUIET = DocumentsStored(run="1", firm_id=1, role="buyer", seen=4, new=0)


def test_a_refused_login_shows_its_cause_and_a_wait_its_role() -> None:
    refused = LoginFailed(run="1", firm_id=1, code="token-revoked", problem="No.", cause="450", trace_id="T")
    assert summary(line(STARTED, refused)) == "ERROR: No."
    assert "token-revoked · 450 · trace T" in [paragraph.text for paragraph in log_detail(line(refused), {})]
    assert (
        summary(line(replace(WAITING, firm_id=1)))
        == "WARNING: buyer: Waiting until 2026-11-20 13:00: The limit."
    )


def test_a_firms_pass_is_one_line() -> None:
    other = PassStarted(run="1", firm_id=2)
    later = PassStarted(run="2", firm_id=1)
    assert [line.events for line in folded(logged(STARTED, other, QUIET, later))] == [
        (STARTED, QUIET), (other,), (later,),
    ]  # fmt: skip


def test_a_pass_under_way_tells_how_far_it_is_and_in_which_role() -> None:
    assert summary(line(STARTED)) == "Fetching started"
    assert summary(line(STARTED, QUIET)) == "buyer: Stored 4 documents, 0 of them new"


def test_a_finished_pass_tells_what_each_role_brought() -> None:
    stored = [
        DocumentsStored(run="1", firm_id=1, role=role, seen=seen, new=new)
        for role, seen, new in (("seller", 1000, 1000), ("seller", 500, 500), ("third_party", 3, 2))
    ]
    finished = PassFinished(run="1", firm_id=1, new=1502)
    assert summary(line(STARTED, QUIET, *stored, finished)) == ("1 502 new: 1 500 seller, 2 Podmiot 3")
    nothing = line(STARTED, QUIET, PassFinished(run="1", firm_id=1, new=0))
    assert summary(nothing) == "Nothing new"
    assert [tone for _text, tone in log_line(nothing, {}, 80)] == ["dim", "dim"]


def test_what_stopped_is_told_before_the_end_and_counted() -> None:
    failed = [
        PassFailed(run="1", firm_id=1, role=role, code="x", problem="KSeF is silent.")
        for role in ("seller", "buyer")
    ]
    found = line(STARTED, *failed, PassFinished(run="1", firm_id=1, new=0))
    assert summary(found) == "ERROR: seller: KSeF is silent. · 1 more"


def test_a_warning_does_not_hide_how_it_ended() -> None:
    warned = SystemWarned(run="1", firm_id=1, warning="slow")
    found = line(warned, PassFinished(run="1", firm_id=1, new=1), warned)
    assert summary(found) == "1 new · WARNING: KSeF warns: slow"
    assert found.level == "warning"


@pytest.mark.parametrize("width", [80, 120])
def test_problems_are_told_by_word_and_glyph(width: int) -> None:
    failed = line(
        PassFailed(run="1", firm_id=1, role="buyer", code="x", problem="a\x1b[2Jb", cause="450", trace_id="t")
    )
    text = "".join(text for text, _tone in log_line(failed, {1: "Alfa"}, width))
    assert "13:00:05" in text
    assert "! ERROR: buyer: a[2Jb" in text
    assert ("2026-11-20" in text) is (width == 120)


def test_everything_told_is_in_the_detail_what_went_wrong_first() -> None:
    told = (
        STARTED,
        LoggedIn(run="1", firm_id=1),
        ExportReady(run="1", firm_id=1, role="buyer", reference="r", documents=0, parts=0),
        PassFailed(run="1", firm_id=1, role="seller", code="x", problem="no", cause="450", trace_id="t"),
        PassFinished(run="1", firm_id=1, new=0),
    )
    head, *detail = log_detail(line(*told), {1: "Alfa"})
    assert head.text == "2026-11-20 13:00 · Alfa"
    assert [(part.lead.split(), part.text) for part in detail] == [
        (["13:00:05", "seller"], "! Stopped: no"),
        ([], "x · 450 · trace t"),
        (["13:00:05"], "Fetching started"),
        (["13:00:05"], "Logged in to KSeF"),
        (["13:00:05", "buyer"], "Package ready: 0 documents, 0 parts"),
        (["13:00:05"], "Fetching finished: 0 new documents"),
    ]


@pytest.mark.parametrize("width", [40, 78])
def test_paragraphs_are_wrapped_under_themselves(width: int) -> None:
    lines = Paragraph("a long sentence of many words " * 4, "bad", lead="13:00:05 buyer ").lines(width)
    texts = ["".join(text for text, _tone in line) for line in lines]
    assert texts[0].startswith(" 13:00:05 buyer a long")
    assert all(text.startswith(" " * 16) and text[16] != " " for text in texts[1:])
    assert max(map(len, texts)) <= width


def test_the_tree_has_what_there_is() -> None:
    counts = {(Direction.PURCHASE, Status.FETCHED): 3, (Direction.PURCHASE, Status.APPROVED): 2}
    assert branches_of(counts) == [
        Branch(), Branch(Direction.PURCHASE), Branch(Direction.PURCHASE, Status.FETCHED),
        Branch(Direction.PURCHASE, Status.APPROVED), Branch(Direction.SALE),
    ]  # fmt: skip
    assert [count_of(branch, counts) for branch in branches_of(counts)] == [5, 5, 3, 2, 0]
    assert Branch(Direction.NONE) in branches_of({(Direction.NONE, Status.FETCHED): 1})


@pytest.mark.parametrize(
    ("colours", "no_color", "theme"),
    [("truecolor", False, BLINK.name), ("256", False, BLINK.name), ("standard", False, "ansi-dark"),
     (None, False, "ansi-dark"), ("truecolor", True, "ansi-dark")],
)  # fmt: skip
def test_few_colours_are_the_terminals_own(colours: str | None, no_color: bool, theme: str) -> None:
    assert theme_for(colours, no_color=no_color) == theme
