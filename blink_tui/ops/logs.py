"""The log of programs without a screen: a line for each record, as text or JSON, without secrets, forged by nobody."""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import threading
import traceback
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import fields as fields_of
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from blink_tui.buffer import Buffer
from blink_tui.i18n import _
from blink_tui.model import events
from blink_tui.model.dates import warsaw
from blink_tui.model.errors import BlinkError
from blink_tui.model.events import Event
from blink_tui.model.profile import ProfilePaths
from blink_tui.model.redaction import redacted
from blink_tui.model.settings import LOG_FORMAT, LOG_KEEP_DAYS, LOG_LEVEL, LOG_SIZE, LOG_TO
from blink_tui.model.telling import sentence
from blink_tui.model.text import clean
from blink_tui.ops.log_file import LogFile

LOGGER = logging.getLogger("blink_tui")
"""The root of this program's loggers: `blink_tui.ops…`, `blink_tui.sync…`."""
_EVENTS = logging.getLogger("blink_tui.sync")
_ROUTINE = frozenset(
    kind.name
    for kind in (
        events.PassStarted, events.LoggedIn, events.LimitsRead, events.WindowAsked, events.ExportRequested,
        events.ExportReady, events.DocumentsStored, events.MarkMoved, events.HistoryMoved, events.PassFinished,
        events.DocumentsDerived, events.DocumentsProposed, events.Reconciled,
    )
)  # fmt: skip
"""What every pass tells: with many firms that is for debugging, unless one of these numbers is more than none."""
_REMARKABLE = ("new", "unreadable", "missing", "different", "unlisted")

_READ_AT_MOST, _TEXT_AT_MOST, _VALUE_AT_MOST, _TRACE_AT_MOST = 65_536, 8_192, 2_048, 32_768
_WORD = re.compile(r"[\w.:+|*/-]+")
_PRIORITIES = ((logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6))
"""Those of syslog, which the journal reads from the beginning of a line."""


class Target(StrEnum):
    """Where the log goes."""

    STDERR = "stderr"
    """The terminal, or the journal of the system where a service runs."""
    FILE = "file"
    """A file in the profile's log folder."""
    AUTO = "auto"
    """Stderr where it is a terminal or the journal, else the file."""


class Form(StrEnum):
    """How a record is written."""

    TEXT = "text"
    JSON = "json"


def hear(event: Event, firm: str | None = None) -> None:
    """Write an event of the engine, with the context of its firm."""
    level = logging.getLevelName(event.level.upper())
    if event.name in _ROUTINE and not any(getattr(event, name, 0) for name in _REMARKABLE):
        level = logging.DEBUG
    if _EVENTS.isEnabledFor(level):
        _EVENTS.log(level, "%s", sentence(event), extra={"fields": _fields(event, firm)})


@contextmanager
def start_log(
    paths: ProfilePaths,
    *,
    to: Target,
    form: Form,
    level: str,
    kind: str = "daemon",
    keep: timedelta = timedelta(days=30),
    most_bytes: int = 10_000_000,
) -> Iterator[None]:
    """Write the records of this process until the end of the block, its unforeseen faults included.

    `level` is the lowest that is written (`debug`, `info`, `warning`, `error`); libraries tell warnings at the least.
    `kind` names the file of programs of one kind. A log that cannot be written stops nothing: that is told on stderr.
    """
    handler: logging.Handler
    journal = _stderr_is_the_journal()
    if to is Target.FILE or (to is Target.AUTO and not journal and not sys.stderr.isatty()):
        path = paths.log_folder / f"{kind}.log"
        handler = _FileHandler(LogFile(path, most_bytes=most_bytes, keep=keep), str(path))
        handler.setFormatter(_FORMATTERS[form]())
    else:
        handler = _StderrHandler()
        lines = _TextLines(dated=not journal) if form is Form.TEXT else _JsonLines()
        handler.setFormatter(_JournalLines(lines) if journal else lines)
    lowest = logging.getLevelName(level.upper())
    with ExitStack() as stack:
        stack.callback(handler.close)
        stack.enter_context(_as_root(handler, lowest))
        stack.enter_context(_hooks())
        try:
            yield
        except BlinkError as error:
            if isinstance(handler, _FileHandler):  # on stderr it is told anyway
                LOGGER.error("%s", error, extra=error_fields(error))
            raise
        except Exception as error:
            LOGGER.critical("%s", type(error).__name__, exc_info=True)
            raise


def error_fields(error: BlinkError) -> dict[str, dict[str, Any]]:
    """What a record tells of an error beside its sentence: `logger.error("%s", error, extra=error_fields(error))`."""
    told = {"code": error.kind.code, "firm": error.firm, "cause": error.cause, "trace_id": error.trace_id}
    return {"fields": {name: value for name, value in told.items() if value}}


async def log_settings(buffer: Buffer) -> dict[str, Any]:
    """What the profile's settings say of its log, as `start_log` takes it."""
    days: int = await buffer.settings.value(LOG_KEEP_DAYS)
    megabytes: int = await buffer.settings.value(LOG_SIZE)
    return {
        "to": Target(await buffer.settings.value(LOG_TO)),
        "level": await buffer.settings.value(LOG_LEVEL),
        "form": Form(await buffer.settings.value(LOG_FORMAT)),
        "keep": timedelta(days=days),
        "most_bytes": megabytes * 1_000_000,
    }


def _fields(event: Event, firm: str | None) -> dict[str, Any]:
    """An event's values by name."""
    values = {one.name: getattr(event, one.name) for one in fields_of(event)}
    firm_id = values.pop("firm_id")
    told = {"event": event.name, "firm": firm or firm_id, **values}
    return {name: value for name, value in told.items() if value is not None}


# One record


class _Lines(logging.Formatter):
    """Makes a record's line: the one place where everything that is logged is cleaned and redacted."""

    def format(self, record: logging.LogRecord) -> str:
        values = getattr(record, "fields", {})
        fields = {name: _value(name, value) for name, value in values.items()}
        return self.line(record, _told(record.getMessage(), _TEXT_AT_MOST), fields, _trace(record))

    def line(
        self, record: logging.LogRecord, message: str, fields: Mapping[str, Any], trace: list[str]
    ) -> str:
        """The line of what is safe to write."""
        raise NotImplementedError


class _TextLines(_Lines):
    """For people: Warsaw time, the sentence, the values in brackets; a traceback follows, set in."""

    def __init__(self, *, dated: bool = True) -> None:
        super().__init__()
        self._dated = dated

    def line(
        self, record: logging.LogRecord, message: str, fields: Mapping[str, Any], trace: list[str]
    ) -> str:
        moment = datetime.fromtimestamp(record.created, warsaw()).isoformat(timespec="milliseconds")
        begin = f"{moment} {record.levelname} {record.name} " if self._dated else f"{record.name} "
        values = " ".join(f"{name}={_word(value)}" for name, value in fields.items())
        return "\n    ".join([begin + message + (f" [{values}]" if values else ""), *trace])


class _JsonLines(_Lines):
    """For programs: one JSON document a line, UTC time."""

    def line(
        self, record: logging.LogRecord, message: str, fields: Mapping[str, Any], trace: list[str]
    ) -> str:
        document = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": message,
            **{name: value for name, value in fields.items() if name not in _TAKEN},
        }
        if trace:
            document["traceback"] = "\n".join(trace)
        return json.dumps(document, ensure_ascii=False)


_TAKEN = ("time", "level", "logger", "message", "traceback")
_FORMATTERS: Mapping[Form, type[_Lines]] = {Form.TEXT: _TextLines, Form.JSON: _JsonLines}


class _JournalLines(logging.Formatter):
    """Puts the priority before each line of what another formatter makes (sd-daemon(3))."""

    def __init__(self, lines: _Lines) -> None:
        super().__init__()
        self._lines = lines

    def format(self, record: logging.LogRecord) -> str:
        priority = next((number for level, number in _PRIORITIES if record.levelno >= level), 7)
        return "\n".join(f"<{priority}>{line}" for line in self._lines.format(record).split("\n"))


def _told(text: str, most: int) -> str:
    """One line without what steers a terminal and without secrets."""
    return redacted(clean(text[:_READ_AT_MOST]))[:most]


def _value(name: str, value: Any) -> Any:
    """A value beside its name, which may say that it is a secret."""
    if value is None or isinstance(value, bool | int | float):
        return value
    return redacted(f"{name}={clean(str(value)[:_READ_AT_MOST])}").partition("=")[2][:_VALUE_AT_MOST]


def _word(value: Any) -> str:
    """A value as one word, in quotes where it would not be one."""
    text = str(value)
    return text if _WORD.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def _trace(record: logging.LogRecord) -> list[str]:
    """The lines of a record's exception and stack; values of variables are in neither."""
    parts = []
    if record.exc_info and record.exc_info[1] is not None:
        parts += traceback.format_exception(record.exc_info[1])
    if record.stack_info:
        parts.append(record.stack_info)
    whole = redacted("".join(parts)[-_TRACE_AT_MOST:])
    return [redacted(clean(line)) for line in whole.splitlines()]


# Where lines go


class _Handler(logging.Handler):
    """Loses a line rather than stop the program, and shows nothing of it by mistake."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """The usual way would print the record's values."""
        kind = sys.exc_info()[0]
        _say(f"{record.name}: {kind.__name__ if kind else ''}")


class _StderrHandler(_Handler):
    def emit(self, record: logging.LogRecord) -> None:
        try:
            _say(self.format(record))
        except Exception:
            self.handleError(record)


class _FileHandler(_Handler):
    def __init__(self, file: LogFile, name: str) -> None:
        super().__init__()
        self._file = file
        self._name = name
        self._lost = 0

    def emit(self, record: logging.LogRecord) -> None:
        try:
            text = self.format(record)
        except Exception:
            self.handleError(record)
            return
        try:
            self._write(text, record)
        except OSError as error:
            self._lost += 1
            if self._lost == 1:
                problem = _("The log cannot be written, work goes on without it: {path} ({reason})")
                _say(problem.format(path=self._name, reason=error.strerror or type(error).__name__))

    def _write(self, text: str, record: logging.LogRecord) -> None:
        moment = datetime.fromtimestamp(record.created, UTC)
        if self._lost:
            lost = logging.makeLogRecord(
                {"name": __name__, "levelno": logging.WARNING, "levelname": "WARNING"}
            )
            lost.msg = _("Lines that could not be written before this one: {count}").format(count=self._lost)
            self._file.write(self._encoded(self.format(lost)), moment)
            self._lost = 0
        self._file.write(self._encoded(text), moment)

    def close(self) -> None:
        self._file.close()
        super().close()

    @staticmethod
    def _encoded(text: str) -> bytes:
        return f"{text}\n".encode(errors="backslashreplace")


def _say(text: str) -> None:
    """A line on stderr, or nowhere when nobody reads it any more."""
    try:
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):
        return


def _stderr_is_the_journal() -> bool:
    """Whether systemd gave stderr to its journal (systemd.exec(5), JOURNAL_STREAM)."""
    try:
        found = os.fstat(sys.stderr.fileno())
    except (OSError, ValueError, AttributeError):
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{found.st_dev}:{found.st_ino}"


# While it is written


@contextmanager
def _as_root(handler: logging.Handler, lowest: int) -> Iterator[None]:
    """Take the records of all loggers: of this program from `lowest` on, of libraries warnings."""
    root = logging.getLogger()
    before = root.handlers[:], root.level, LOGGER.level
    root.handlers[:] = [handler]
    root.setLevel(max(lowest, logging.WARNING))
    LOGGER.setLevel(lowest)
    logging.captureWarnings(True)
    try:
        yield
    finally:
        logging.captureWarnings(False)
        root.handlers[:], level, own = before
        root.setLevel(level)
        LOGGER.setLevel(own)


@contextmanager
def _hooks() -> Iterator[None]:
    """Write faults that nobody caught, of whatever thread; asyncio tells its own through its logger."""
    before = sys.excepthook, threading.excepthook, sys.unraisablehook

    def uncaught(kind: type[BaseException], error: BaseException | None, _trace: Any) -> None:
        if not issubclass(kind, KeyboardInterrupt | SystemExit):
            LOGGER.critical("%s", kind.__name__, exc_info=error)

    sys.excepthook = uncaught
    threading.excepthook = lambda told: uncaught(told.exc_type, told.exc_value, told.exc_traceback)
    sys.unraisablehook = lambda told: uncaught(told.exc_type, told.exc_value, told.exc_traceback)
    try:
        yield
    finally:
        sys.excepthook, threading.excepthook, sys.unraisablehook = before
