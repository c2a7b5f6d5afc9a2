"""`blink sync` with a wish: from a day on, beyond the mark; what goes on is told while it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from blink_tui.cli.app import run
from blink_tui.cli.progress import Progress
from blink_tui.model.dates import instant_of
from blink_tui.model.errors import BlinkError
from blink_tui.model.events import DocumentsStored, ExportReady, ExportRequested, Waiting
from blink_tui.model.typed import checked_start
from tests.cli.conftest import Blink, SandboxProcess

NOW = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def sandbox(start_sandbox: Callable[..., Any]) -> Iterator[SandboxProcess]:
    with start_sandbox("--demo", "--no-limits") as running:
        yield running


def test_a_start_is_a_day_of_warsaw_or_so_many_days_ago() -> None:
    assert checked_start("2026-11-01", NOW) == date(2026, 11, 1)
    assert checked_start("0d", NOW) == date(2026, 11, 23)
    assert checked_start("14d", NOW) == date(2026, 11, 9)
    assert checked_start("2022-01-01", NOW) == date(2022, 1, 1)
    for text in ("2026-11-24", "2021-12-31", "9999d", "14", "14w", "yesterday", "2026-02-30", ""):
        with pytest.raises(BlinkError):
            checked_start(text, NOW)


@pytest.mark.proof
def test_everything_from_a_day_on_is_read_again_and_no_mark_moves_back(
    blink: Blink, sandbox: SandboxProcess
) -> None:
    known = sandbox.firms[1]
    blink.add_firm(sandbox.url, known["nip"], known["token"])
    first = blink("sync", "--json").json
    before = blink("status", "--json").json["firms"][0]
    last = blink("log", "--json", "--limit", "1000").json_lines[-1]["run"]
    within = date.fromisoformat(before["complete_since"][:10]) + timedelta(days=2)  # of what is complete
    again = blink("sync", "--since", within.isoformat(), "--json").json
    assert again["documents"] == {"new": 0, "total": first["documents"]["total"]}
    after = blink("status", "--json").json["firms"][0]
    assert after["complete_since"] == before["complete_since"]
    assert after["complete_until"] >= before["complete_until"]
    lines = [line for line in blink("log", "--json", "--limit", "1000").json_lines if line["run"] != last]
    assert {"history-moved"} <= {line["event"] for line in lines}
    assert sum(line["seen"] for line in lines if line["event"] == "documents-stored") > 0
    newest = blink("sync", "--beyond-mark", "--role", "buyer", "--json").json
    assert newest["by_firm"][0]["errors"] == []


@pytest.mark.parametrize(
    "words",
    [
        ("--due", "--since", "14d"),
        ("--due", "--beyond-mark"),
        ("--due", "--ksef-number", "5265877635-20250826-0100001AF629-AF"),
        ("--since", "14d", "--ksef-number", "5265877635-20250826-0100001AF629-AF"),
        ("--beyond-mark", "--ksef-number", "5265877635-20250826-0100001AF629-AF"),
    ],
    ids=" ".join,
)
def test_wishes_that_exclude_one_another_are_told(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["sync", *words]) == 2
    assert "do not go together" in capsys.readouterr().err


@pytest.mark.proof
def test_the_sums_of_both_sides_and_the_vat_months_are_shown(blink: Blink, sandbox: SandboxProcess) -> None:
    known = sandbox.firms[1]
    blink.add_firm(sandbox.url, known["nip"], known["token"])
    (firm,) = blink("reconcile", "--json").json["firms"]
    assert firm["equal"]
    roles = {role["role"]: role for role in firm["roles"]}
    assert roles["buyer"]["listed_sums"] == roles["buyer"]["held_sums"] != {}
    held = blink("doc", "list", "--json").json_lines
    assert sum(one["documents"] for one in firm["vat_months"]) == len(held)
    assert {one["direction"] for one in firm["vat_months"]} == {one["direction"] for one in held}
    assert all(len(one["vat_month"]) == len("2026-11") for one in firm["vat_months"])
    told = blink("reconcile", "--month", max(one["vat_month"] for one in firm["vat_months"])).text
    assert "VAT month" in told
    assert "Both sides are equal." in told
    assert all(len(line) <= 80 for line in told.splitlines())
    proofs = [role["proof"] for role in blink("status", "--json").json["firms"][0]["roles"]]
    assert all(proof["equal"] for proof in proofs)
    assert "compared with KSeF" in blink("status").text


def test_progress_counts_documents_and_the_time_that_is_left() -> None:
    progress = Progress({1: "Alfa"})
    ordered = ExportRequested(run="1", firm_id=1, role="buyer", window_from="x", reference="R")
    assert progress.line(NOW) == ""
    progress.heard(DocumentsStored(run="1", firm_id=1, role="seller", seen=9, new=3), NOW)
    assert progress.heard(ordered, NOW) == "3 documents · Alfa · 0:00 · Package ordered, from x"
    assert "· Alfa · 1:15 ·" in progress.line(NOW + timedelta(seconds=75))
    ready = ExportReady(run="1", firm_id=1, role="buyer", reference="R", documents=1, parts=1)
    assert progress.heard(ready, NOW) == "3 documents · Alfa · Package ready: 1 documents, 1 parts"
    until = instant_of(NOW + timedelta(seconds=90))
    waiting = Waiting(run="1", firm_id=1, role="buyer", reason="the limit", until=until)
    line = "3 documents · Alfa{left} · Waiting until 2026-11-23 00:31: the limit"
    assert progress.heard(waiting, NOW) == line.format(left=" · -1:30")
    assert progress.line(NOW + timedelta(seconds=91)) == line.format(left="")
    assert "Alfa" not in progress.heard(replace(waiting, firm_id=None), NOW)
