"""The log: lines that no invoice forges, and no secret is in."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import stat
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from blink_tui.buffer import open_buffer
from blink_tui.i18n import N_, set_language
from blink_tui.model import events
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode
from blink_tui.model.profile import ProfilePaths
from blink_tui.model.secret import Secret
from blink_tui.model.settings import LOG_FORMAT, LOG_LEVEL, LOG_TO
from blink_tui.ops.logs import Form, Target, error_fields, hear, log_settings, start_log

NOON = datetime(2026, 8, 26, 12, tzinfo=UTC)
LOGGER = logging.getLogger("blink_tui.ops.test")

Start = Callable[..., AbstractContextManager[None]]


@pytest.fixture
def paths(tmp_path: Path) -> ProfilePaths:
    return ProfilePaths("default", tmp_path)


@pytest.fixture
def start(paths: ProfilePaths) -> Start:
    def started(form: Form = Form.TEXT, level: str = "info", **more: Any) -> AbstractContextManager[None]:
        return start_log(paths, to=Target.FILE, form=form, level=level, **more)

    return started


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    set_language("en")
    yield
    set_language("pl")


def _lines(paths: ProfilePaths) -> list[str]:
    return (paths.log_folder / "daemon.log").read_text().splitlines()


STORED = events.DocumentsStored(run="r1", firm_id=7, role="buyer", seen=5, new=2)


def test_an_event_is_a_line_for_people(paths: ProfilePaths, start: Start) -> None:
    with start():
        hear(STORED, "5265877635")
    line = _lines(paths)[0].partition(" ")[2]
    assert line == (
        "INFO blink_tui.sync Stored 5 documents, 2 of them new"
        " [event=documents-stored firm=5265877635 run=r1 role=buyer seen=5 new=2]"
    )


def test_an_event_is_a_document_for_programs(paths: ProfilePaths, start: Start) -> None:
    with start(Form.JSON):
        hear(STORED)
        hear(events.PassFailed(run="r1", firm_id=8, code="ksef-down", problem="No answer", cause="503"))
    first, second = map(json.loads, _lines(paths))
    assert datetime.fromisoformat(first.pop("time")).utcoffset() == timedelta()
    assert first == {
        "level": "info", "logger": "blink_tui.sync", "message": "Stored 5 documents, 2 of them new",
        "event": "documents-stored", "firm": 7, "run": "r1", "role": "buyer", "seen": 5, "new": 2,
    }  # fmt: skip
    assert (second["level"], second["code"], second["cause"]) == ("error", "ksef-down", "503")


def test_what_every_pass_tells_is_debugging_unless_something_came_of_it(
    paths: ProfilePaths, start: Start
) -> None:
    told = (
        events.PassStarted(run="r"),
        replace(STORED, new=0),
        STORED,
        events.Reconciled(run="r", listed=5, missing=0, different=0, unlisted=0),
        events.Reconciled(run="r", listed=5, missing=1, different=0, unlisted=0),
    )
    for level, count in (("info", 2), ("debug", 5)):
        with start(level=level, kind=level):
            for event in told:
                hear(event)
        assert len((paths.log_folder / f"{level}.log").read_text().splitlines()) == count


def test_below_the_level_nothing_is_written_and_libraries_tell_warnings_only(
    paths: ProfilePaths, start: Start
) -> None:
    with start(level="debug"):
        LOGGER.debug("ours")
        for name in ("httpx", "httpcore.http11", "apprise", "asyncio"):
            logging.getLogger(name).info("GET https://x?sig=abc")
            logging.getLogger(name).warning("%s warns", name)
    assert [line.split(" ", 3)[3] for line in _lines(paths)] == [
        "ours", "httpx warns", "httpcore.http11 warns", "apprise warns", "asyncio warns",
    ]  # fmt: skip
    assert logging.getLogger().level == logging.WARNING
    with start(level="error"):
        LOGGER.warning("not this")
        logging.getLogger("httpx").warning("nor this")
    assert len(_lines(paths)) == 5


FORGED = (
    "done\n2026-08-26T12:00:00+02:00 INFO blink_tui forged\r\x1b[2K\x1b]0;x\x07\u2028<0>forged\u202e]\x85"
)


@pytest.mark.parametrize("form", list(Form))
def test_nothing_from_outside_makes_a_line_of_its_own(paths: ProfilePaths, start: Start, form: Form) -> None:
    with start(form):
        LOGGER.warning("%s", FORGED)
        hear(events.SystemWarned(run="r", firm_id=None, warning=FORGED))
        hear(events.PassFailed(run="r", code="x", problem=FORGED, cause=f'"{FORGED}'))
        try:
            raise ValueError(FORGED)
        except ValueError:
            LOGGER.exception("failed", stack_info=True)
    whole = (paths.log_folder / "daemon.log").read_bytes().decode()
    records = [line for line in whole.split("\n") if line and not line.startswith("    ")]
    assert len(records) == 4
    assert "\r" not in whole
    assert whole.replace("\n", "").isprintable()
    if form is Form.JSON:
        assert [json.loads(line)["logger"] for line in records].count("blink_tui.sync") == 2
    else:
        assert all(line.split()[2].startswith("blink_tui.") for line in records)


@pytest.mark.parametrize("form", list(Form))
def test_no_secret_is_written_by_whatever_way_it_comes(
    paths: ProfilePaths, start: Start, form: Form, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = Secret("na-pewno-tajne-haslo")
    value = secret.reveal_text()

    class Talks:
        def __del__(self) -> None:
            raise RuntimeError(value)

    async def forgets() -> None:
        asyncio.get_running_loop().call_soon(lambda: (_ for _ in ()).throw(RuntimeError(value)))
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    with start(form):
        LOGGER.info("value %s", value)
        LOGGER.info("%(it)s", {"it": value})
        LOGGER.info("fields", extra={"fields": {"it": value, "token": "abc1", "n": 1}})
        LOGGER.warning(value, stack_info=True)
        logging.getLogger("httpx").warning("GET https://u:pw12@h/part?sig=sigsig1 %s", value)
        hear(events.PassFailed(run="r", code="x", problem=value, cause=value))
        try:
            try:
                raise KeyError(value)
            except KeyError as error:
                error.add_note(value)
                raise ValueError(value) from error
        except ValueError:
            LOGGER.exception("failed")
        thread = threading.Thread(target=lambda: (_ for _ in ()).throw(RuntimeError(value)))
        thread.start()
        thread.join()
        asyncio.run(forgets())
        Talks()
        gc.collect()
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn(value, stacklevel=1)
        LOGGER.info("%d", value)
        sys.excepthook(RuntimeError, RuntimeError(value), None)
        no = BlinkError(
            ErrorKind("no", ExitCode.FAILED, N_("{problem}")), firm="5265877635", cause=value, problem=""
        )
        LOGGER.error("%s", no, extra=error_fields(no))
    told = "\n".join(_lines(paths))
    assert not [one for one in (value, "abc1", "pw12", "sigsig1") if one in told]
    assert told.count("RuntimeError") >= 4
    assert "KeyError" in told
    assert "UserWarning" in told
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.splitlines() == ["blink_tui.ops.test: TypeError"]
    assert secret


def test_values_of_variables_stay_out_of_tracebacks(paths: ProfilePaths, start: Start) -> None:
    local = "only-in-a-variable-9"
    with start():
        try:
            raise ValueError(len(local))
        except ValueError:
            LOGGER.exception("failed")
    assert not [line for line in _lines(paths) if line.endswith(local) or f"'{local}'" in line]


def test_what_ends_the_program_is_in_its_log(paths: ProfilePaths, start: Start) -> None:
    kind = ErrorKind("no", ExitCode.FAILED, N_("{problem}"))
    with pytest.raises(BlinkError), start():
        raise BlinkError(kind, cause="because", problem="It ends")
    with pytest.raises(ZeroDivisionError), start():
        _ = 1 / 0
    lines = _lines(paths)
    assert lines[0].endswith("ERROR blink_tui It ends [code=no cause=because]")
    assert lines[1].endswith("CRITICAL blink_tui ZeroDivisionError")
    assert lines[-1] == "    ZeroDivisionError: division by zero"


_TO_STDERR = """
import logging, os, sys
from pathlib import Path
from blink_tui.model.profile import ProfilePaths
from blink_tui.ops.logs import Form, Target, start_log
found = os.fstat(2)
os.environ["JOURNAL_STREAM"] = sys.argv[1].format(f"{found.st_dev}:{found.st_ino}")
with start_log(ProfilePaths("d", Path(sys.argv[2])), to=Target.STDERR, form=Form.TEXT, level="debug"):
    log = logging.getLogger("blink_tui.x")
    log.debug("a"); log.info("b"); log.warning("c")
    try: raise ValueError("two\\nlines")
    except ValueError: log.exception("d")
    log.critical("e")
"""


def _on_stderr(tmp_path: Path, stream: str) -> list[str]:
    command = [sys.executable, "-c", _TO_STDERR, stream, str(tmp_path)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stderr.splitlines()


def test_the_journal_gets_priorities_and_no_second_date(tmp_path: Path) -> None:
    lines = _on_stderr(tmp_path, "{}")
    assert lines[:4] == ["<7>blink_tui.x a", "<6>blink_tui.x b", "<4>blink_tui.x c", "<3>blink_tui.x d"]
    assert all(line.startswith("<3>    ") for line in lines[4:-1])
    assert lines[-1] == "<2>blink_tui.x e"


def test_a_terminal_that_is_not_the_journal_gets_dated_lines(tmp_path: Path) -> None:
    lines = _on_stderr(tmp_path, "1:2")
    assert [line.split(" ")[1:] for line in lines[:2]] == [
        ["DEBUG", "blink_tui.x", "a"],
        ["INFO", "blink_tui.x", "b"],
    ]
    assert not list(tmp_path.iterdir())


def test_files_are_for_the_account_or_the_group_alone(paths: ProfilePaths, tmp_path: Path) -> None:
    shared = ProfilePaths("office", tmp_path / "office")
    shared.folder.mkdir()
    shared.folder.chmod(0o2770)
    for of, modes in ((paths, (0o700, 0o600)), (shared, (0o2770, 0o660))):
        with start_log(of, to=Target.FILE, form=Form.TEXT, level="info"):
            LOGGER.info("x")
        found = (of.log_folder, of.log_folder / "daemon.log")
        assert tuple(stat.S_IMODE(path.stat().st_mode) for path in found) == modes


def test_a_log_that_cannot_be_written_stops_nothing_and_is_told_once(
    paths: ProfilePaths, start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    paths.log_folder.write_text("no folder")
    with start():
        for number in range(3):
            LOGGER.info("lost %s", number)
        paths.log_folder.unlink()
        LOGGER.info("written")
        LOGGER.info("again")
    told = capsys.readouterr().err
    assert told.count("The log cannot be written") == 1
    assert "Lines that could not be written before this one: 3" in _lines(paths)[0]
    assert [line.split(" ")[-1] for line in _lines(paths)[1:]] == ["written", "again"]


_FULL = """
import logging, resource, signal, sys
from pathlib import Path
from blink_tui.model.profile import ProfilePaths
from blink_tui.ops.logs import Form, Target, start_log
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2_000_000))
with start_log(ProfilePaths("d", Path(sys.argv[1])), to=Target.FILE, form=Form.JSON, level="info"):
    log = logging.getLogger("blink_tui.x")
    for number in range(40): log.info("line %s", number)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))
    for number in range(40, 50): log.info("line %s", number)
"""


def test_a_line_that_a_full_disk_cut_spoils_no_other(paths: ProfilePaths) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _FULL, str(paths.folder)], capture_output=True, text=True, check=True
    )
    assert len(done.stderr.splitlines()) == 1
    lines = _lines(paths)
    whole = [json.loads(line)["message"] for line in lines if line.endswith("}")]
    assert len(whole) >= len(lines) - 1
    assert whole[-10:] == [f"line {number}" for number in range(40, 50)]


def test_logrotate_may_move_the_file(tmp_path: Path, paths: ProfilePaths, start: Start) -> None:
    with start():
        LOGGER.info("one")
        (paths.log_folder / "daemon.log").rename(paths.log_folder / "moved")
        LOGGER.info("two")
    with start():
        LOGGER.info("three")
    assert (paths.log_folder / "moved").read_text().endswith("one\n")
    assert [line.split(" ")[-1] for line in _lines(paths)] == ["two", "three"]


async def test_the_settings_say_how_and_where(
    paths: ProfilePaths, capsys: pytest.CaptureFixture[str]
) -> None:
    async with open_buffer(paths.buffer_path) as buffer:
        assert await log_settings(buffer) == {
            "to": Target.AUTO, "form": Form.TEXT, "level": "info", "keep": timedelta(days=30), "most_bytes": 10_000_000,
        }  # fmt: skip
        with start_log(paths, **await log_settings(buffer)):
            LOGGER.info("nobody reads stderr here")
        for setting, text in ((LOG_TO, "stderr"), (LOG_FORMAT, "json"), (LOG_LEVEL, "warning")):
            await buffer.settings.set(setting.key, text)
        with start_log(paths, **await log_settings(buffer)):
            LOGGER.info("not this")
            LOGGER.warning("this")
    assert [line.split(" ", 3)[3] for line in _lines(paths)] == ["nobody reads stderr here"]
    assert json.loads(capsys.readouterr().err)["message"] == "this"
