"""Messages of the Ministry turned into failures: what they amount to, and what of it is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from blink_tui.ksef.latarnia import LatarniaMessage
from blink_tui.model.dates import Instant
from blink_tui.model.events import Event, MaintenanceAnnounced, OutageBegan, OutageEnded
from blink_tui.model.outages import Outage, OutageCategory
from blink_tui.model.telling import sentence
from blink_tui.sync.outages import news_of, outages_told

EIGHT, NINE, TEN, ELEVEN = (Instant(f"2026-11-10T{hour:02}:00:00Z") for hour in (8, 9, 10, 11))


def message(
    id_: str, type_: str = "FAILURE_START", category: str = "FAILURE", **other: Any
) -> LatarniaMessage:
    fields: dict[str, Any] = {"start": EIGHT, "end": None, "published": NINE, "event": "7", "version": 1}
    return LatarniaMessage(id=id_, category=category, type=type_, title="Awaria", text="", **fields | other)


START = message("s")
END = message("e", "FAILURE_END", end=TEN, published=TEN)
LOOSE = message("l", "FAILURE_END", start=TEN, published=ELEVEN, event="99")
"""An end as the simulated KSeF tells it: an event of its own, the moment of the end as its start."""
MAINTENANCE = message("m", "MAINTENANCE_ANNOUNCEMENT", "MAINTENANCE", start=TEN, end=ELEVEN, event="9")
OPEN = Outage("prod", "7", OutageCategory.FAILURE, EIGHT, None, "Awaria")
ENDED = replace(OPEN, end=TEN)


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ([], []),
        ([START], [OPEN]),
        ([START, END], [ENDED]),
        ([END], [ENDED]),
        ([START, START, END, END], [ENDED]),
        ([message("s", end=TEN)], [ENDED]),
        # corrections
        ([message("s", start=NINE), replace(START, version=2)], [OPEN]),
        ([START, END, replace(END, end=ELEVEN, version=2)], [replace(OPEN, end=ELEVEN)]),
        ([START, replace(END, end=ELEVEN), replace(END, version=2)], [ENDED]),
        ([replace(START, version=9, title="nine"), replace(START, version=10, title="ten")],
         [replace(OPEN, title="ten")]),
        ([START, replace(START, published=TEN, title="the same version")],
         [replace(OPEN, title="the same version")]),
        # more than one message with the same meaning: the longest failure that they tell
        ([message("t", start=NINE, published=EIGHT), START], [OPEN]),
        ([START, END, replace(END, id="f", end=ELEVEN)], [replace(OPEN, end=ELEVEN)]),
        # a failure that became a total one
        ([START, message("t", category="TOTAL_FAILURE", published=TEN)],
         [replace(OPEN, category=OutageCategory.TOTAL_FAILURE)]),
        ([replace(START, version=2), message("t", category="TOTAL_FAILURE", published=TEN)],
         [replace(OPEN, category=OutageCategory.TOTAL_FAILURE)]),
        # what is not told
        ([message("s", start=None)], [replace(OPEN, start=NINE)]),
        ([message("s", event="")], [replace(OPEN, event="message s")]),
        ([message("", event="7"), replace(END, id="")], [ENDED]),
        ([START, message("e", "FAILURE_END", published=TEN)], [ENDED]),
        ([START, message("e", "FAILURE_END", start=TEN, published=ELEVEN)], [ENDED]),
        ([START, message("e", "FAILURE_END", start=None, published=TEN)], [ENDED]),
        ([message("s", start=None, published=None)], []),
        ([START, message("x", start=None, end=TEN, published=None, event="8")], [OPEN]),
        ([message("", event="")], []),
        ([replace(END, start=None)], []),
        # contradictions and novelties
        ([message("s", start=NINE), replace(END, start=NINE, end=EIGHT)], [replace(ENDED, start=NINE)]),
        ([message("s", start=NINE, end=EIGHT)], [replace(OPEN, start=NINE)]),
        ([message("s", start=ELEVEN), replace(END, start=ELEVEN)], [replace(OPEN, start=ELEVEN)]),
        ([START, message("x", "FAILURE_PAUSE"), message("y", category="NOVELTY"), message("z", "", "")], [OPEN]),
        ([START, replace(START, type="FAILURE_PAUSE", version=2)], [OPEN]),
        ([message("x", "MAINTENANCE_ANNOUNCEMENT", "FAILURE")], []),
        # ends that name no known event
        ([START, LOOSE], [ENDED]),
        ([START, replace(LOOSE, start=None, end=TEN)], [ENDED]),
        ([START, replace(LOOSE, category="TOTAL_FAILURE")], [OPEN]),
        ([message("s", start=ELEVEN), LOOSE], [replace(OPEN, start=ELEVEN)]),
        ([LOOSE], []),
        # several events
        ([START, MAINTENANCE],
         [OPEN, Outage("prod", "9", OutageCategory.MAINTENANCE, TEN, ELEVEN, "Awaria")]),
        ([START, END, message("u", start=ELEVEN, event="8", published=ELEVEN)],
         [ENDED, replace(OPEN, event="8", start=ELEVEN)]),
    ],
)  # fmt: skip
def test_what_messages_amount_to(messages: Sequence[LatarniaMessage], expected: Sequence[Outage]) -> None:
    for order in permutations(messages):
        told = outages_told("prod", order)
        assert sorted(told, key=lambda one: one.event) == sorted(expected, key=lambda one: one.event)
        assert sorted(outages_told("prod", order, told), key=lambda one: one.event) == sorted(
            expected, key=lambda one: one.event
        )


@pytest.mark.parametrize(
    ("known", "messages", "expected"),
    [
        ([OPEN], [], [OPEN]),
        ([OPEN], [END], [ENDED]),
        ([OPEN], [replace(END, start=None)], [ENDED]),
        ([OPEN], [LOOSE], [ENDED]),
        ([ENDED], [START], [ENDED]),
        ([ENDED], [], [ENDED]),
        ([ENDED], [replace(END, end=NINE)], [replace(OPEN, end=NINE)]),
        ([ENDED], [replace(START, start=NINE)], [replace(ENDED, start=NINE)]),
        ([ENDED], [LOOSE], [ENDED]),
        ([replace(OPEN, env="test")], [START], [OPEN]),
    ],
)
def test_silence_takes_nothing_back(
    known: Sequence[Outage], messages: Sequence[LatarniaMessage], expected: Sequence[Outage]
) -> None:
    assert outages_told("prod", messages, known) == expected


def test_instants_are_kept_as_they_were_told() -> None:
    start, end = Instant("2026-11-10T09:30:00.1234567+01:00"), Instant("2026-11-10T08:30:00.2Z")
    (found,) = outages_told("prod", [message("s", start=start, end=end)])
    assert (found.start, found.end) == (start, end)


def test_a_title_has_bounds() -> None:
    (found,) = outages_told("prod", [replace(START, title="A" * 100_000)])
    assert found.title == "A" * 200


ANNOUNCED = Outage("prod", "9", OutageCategory.MAINTENANCE, TEN, ELEVEN, "Prace")


@pytest.mark.parametrize(
    ("before", "now", "kind"),
    [
        (None, OPEN, OutageBegan),
        (OPEN, OPEN, None),
        (OPEN, replace(OPEN, title="other"), None),
        (OPEN, replace(OPEN, category=OutageCategory.TOTAL_FAILURE), OutageBegan),
        (OPEN, ENDED, OutageEnded),
        (None, ENDED, OutageEnded),
        (ENDED, ENDED, None),
        (ENDED, replace(ENDED, end=ELEVEN), OutageEnded),
        (None, ANNOUNCED, MaintenanceAnnounced),
        (None, replace(ANNOUNCED, end=None), MaintenanceAnnounced),
        (ANNOUNCED, replace(ANNOUNCED, start=NINE), MaintenanceAnnounced),
        (ANNOUNCED, ANNOUNCED, None),
        (None, replace(ANNOUNCED, start=EIGHT, end=NINE), None),
    ],
)
def test_what_there_is_to_tell(before: Outage | None, now: Outage, kind: type[Event] | None) -> None:
    told = news_of("r", before, now, TEN)
    assert (type(told) if told else None) is kind


def test_what_is_told_reads_as_a_sentence_of_warsaw_times() -> None:
    def told(outage: Outage) -> str:
        event = news_of("r", None, outage, TEN)
        assert event is not None
        return sentence(event)

    assert told(OPEN) == "KSeF (prod): failure since 2026-11-10 09:00. Awaria"
    assert told(replace(ENDED, category=OutageCategory.TOTAL_FAILURE)) == (
        "KSeF (prod): total failure from 2026-11-10 09:00 until 2026-11-10 11:00, over"
    )
    assert told(ANNOUNCED) == ("KSeF (prod): maintenance from 2026-11-10 11:00 until 2026-11-10 12:00. Prace")
    assert told(replace(ANNOUNCED, end=None)) == "KSeF (prod): maintenance from 2026-11-10 11:00. Prace"
