"""A firm receives every hostile file between good ones: all good ones arrive, the mark moves, the others are listed."""

from __future__ import annotations

import unicodedata
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from hashlib import sha256

import pytest

from blink_tui.buffer import Buffer, open_buffer
from blink_tui.model.values import KsefNumber
from blink_tui.sandbox import RunningSandbox, SandboxOptions, running_sandbox
from blink_tui.sandbox.arrivals import Arrival
from blink_tui.sandbox.clock import SECOND
from blink_tui.sandbox.documents import Stamps
from blink_tui.sandbox.metadata import read_invoice
from tests.cli.conftest import Blink, Ended
from tests.invoices.documents import faktura
from tests.invoices.hostile import BIDI, ESCAPES, READABLE, UNKNOWN, UNREADABLE

_MADE = {**UNREADABLE, **UNKNOWN, **READABLE}
_ALONE = ["billion laughs", "NUL bytes", "bidirectional"]
"""Few enough that they are fetched one by one."""


@dataclass(frozen=True)
class Received:
    """What KSeF holds for the firm, and the program that fetched it."""

    blink: Blink
    sandbox: RunningSandbox
    good: frozenset[str]
    hostile: dict[str, str]
    """Name of the hostile file → its KSeF number."""

    @asynccontextmanager
    async def buffer(self) -> AsyncIterator[Buffer]:
        async with open_buffer(self.blink.home / "data" / "default" / "buffer.db") as opened:
            yield opened


@pytest.fixture(scope="module")
def sandbox() -> Iterator[RunningSandbox]:
    options = SandboxOptions(
        documents=0, firms=1, limits=False, export_delay=0.0, auth_delay=0.0, hwm_lag=0.0
    )
    with running_sandbox(options) as running:
        yield running


def _deliver(sandbox: RunningSandbox, names: list[str]) -> tuple[list[str], dict[str, str]]:
    """Hostile files as KSeF would hand them over, a good one before and after each."""
    firm = sandbox.firms[0].nip
    good: list[str] = []
    hostile: dict[str, str] = {}

    def sound() -> None:
        (one,) = sandbox.state.arrivals.take(Arrival(generate=1, firm=firm, role="buyer"))
        good.append(one.ksef_number)

    sandbox.state.held_mark = sandbox.state.clock.now()
    facts = read_invoice(faktura().replace("5252344078", firm).encode())
    sound()
    for place, name in enumerate(names):
        now = sandbox.state.clock.now()
        told = replace(
            facts,
            number=f"{place}/{ESCAPES}",
            seller=replace(facts.seller, name=BIDI + ESCAPES),
        )
        xml = _MADE[name]().replace(b"5252344078", firm.encode())
        document = sandbox.state.intake.store(xml, told, Stamps(now - 13 * SECOND, now - 8 * SECOND, now))
        hostile[name] = document.ksef_number
        sound()
    sandbox.state.held_mark = None
    return good, hostile


@pytest.fixture(scope="module")
def received(sandbox: RunningSandbox, tmp_path_factory: pytest.TempPathFactory) -> Received:
    """Most of them in a package, the last few one by one in a pass of their own."""
    blink = Blink(tmp_path_factory.mktemp("home"))
    blink.add_firm(sandbox.url, sandbox.firms[0].nip, sandbox.firms[0].token)
    names = [name for name in _MADE if name not in _ALONE]
    good, hostile = _deliver(sandbox, names)
    assert _fetched(blink) == len(good) + len(hostile)
    exports = _requests(sandbox, "order_export")
    more_good, more_hostile = _deliver(sandbox, _ALONE)
    assert _fetched(blink) == len(more_good) + len(more_hostile)
    assert _requests(sandbox, "order_export") == exports
    assert _requests(sandbox, "get_invoice") == len(more_good) + len(more_hostile)
    return Received(blink, sandbox, frozenset(good + more_good), hostile | more_hostile)


def _fetched(blink: Blink) -> int:
    return int(blink("sync", "--role", "buyer", "--json").json["documents"]["new"])


def _requests(sandbox: RunningSandbox, operation: str) -> int:
    return sum(row["operation"] == operation for row in sandbox.state.journal.rows())


async def test_all_arrive_with_their_bytes(received: Received) -> None:
    numbers = [row["ksef_number"] for row in received.blink("doc", "list", "--json").json_lines]
    assert sorted(numbers) == sorted(received.good | set(received.hostile.values()))
    held = received.sandbox.state.documents.by_number
    async with received.buffer() as buffer:
        for number in numbers:
            xml = await buffer.documents.xml(KsefNumber(number))
            assert sha256(xml).digest() == held[number].sha256


def test_the_mark_moves(received: Received) -> None:
    (firm,) = received.blink("status", "--json").json["firms"]
    (mark,) = [role["complete_until"] for role in firm["roles"] if role["role"] == "buyer"]
    last = max(one.stored_text for one in received.sandbox.state.documents.by_number.values())
    assert mark > last


async def test_those_that_cannot_be_read_say_why(received: Received) -> None:
    problems = {}
    async with received.buffer() as buffer:
        for name, number in received.hostile.items():
            (document,) = await buffer.documents.find(KsefNumber(number))
            assert document.derived_version > 0
            problems[name] = document.problem
        for number in received.good:
            (document,) = await buffer.documents.find(KsefNumber(number))
            assert document.problem is None
    assert {name for name, problem in problems.items() if problem} == UNREADABLE.keys() | UNKNOWN.keys()
    codes = {name: problem.partition(":")[0] for name, problem in problems.items() if problem}
    assert codes == dict.fromkeys(UNREADABLE, "invoice-unreadable") | dict.fromkeys(
        UNKNOWN, "invoice-form-unknown"
    )
    assert all(len(problem) < 400 and problem.isprintable() for problem in problems.values() if problem)


@pytest.mark.proof  # one process for each of the files
def test_what_is_shown_steers_no_terminal(received: Received) -> None:
    """Neither the list nor a page has a control, bidirectional or zero-width character; markup is only letters."""
    whole = received.blink("doc", "list")
    _is_harmless(whole)
    assert "Firma gro.live" in whole.text
    for name, number in received.hostile.items():
        page = received.blink("doc", "show", number)
        _is_harmless(page)
        assert number in page.text, name
        reason = "cannot be read" in page.text or "is not known" in page.text
        assert reason is (name not in READABLE), name
    page = received.blink("doc", "show", received.hostile["escape sequences"])
    assert "31mRed 0;title [@click=app.quit]x[/] [bold]y[/bold]" in page.text


def _is_harmless(ended: Ended) -> None:
    bad = {
        unicodedata.name(char, f"U+{ord(char):04X}")
        for char in set(ended.text) | set(ended.err)
        if char != "\n" and unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
    }
    assert bad == set()
