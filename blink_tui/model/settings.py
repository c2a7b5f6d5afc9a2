"""What can be set in a profile: each setting's name, default, meaning, and which texts it takes.

A setting is kept as the text that was typed. To add one, name it here and put it into SETTINGS; whoever needs it reads
`await buffer.settings.value(SETTING)`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Any, Generic, TypeVar

from blink_tui.i18n import N_, Message
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode

T = TypeVar("T")

_HOST = re.compile(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
"""A name with a dot that is no address in numbers."""

UNKNOWN_SETTING = ErrorKind(
    "unknown-setting", ExitCode.USAGE, N_("There is no setting {key}. See the known ones: blink config list")
)
BAD_SETTING = ErrorKind(
    "bad-setting", ExitCode.USAGE, N_("The setting {key} takes {wanted}; this is not it: {value}")
)

_EARLIEST, _LATEST = date(2026, 2, 1), date(2099, 12, 31)
"""KSeF 2.0 began on the first."""


@dataclass(frozen=True, slots=True)
class Setting(Generic[T]):
    """One setting, of values of one type."""

    key: str
    default: str
    """What holds until it is set."""
    text: str
    """What it is for."""
    wanted: str
    """Which values it takes, for the sentence about a wrong one."""
    parse: Callable[[str], T]
    """The value of a text; raises ValueError for one that it does not take."""

    def checked(self, text: str) -> T:
        """The value of what a person typed. Raises BlinkError(BAD_SETTING)."""
        try:
            return self.parse(text)
        except ValueError:
            raise BlinkError(BAD_SETTING, key=self.key, wanted=Message(self.wanted), value=text) from None


def day_or_none(text: str) -> date | None:
    """A calendar day of KSeF's time, or `none`. Raises ValueError."""
    if text == "none":
        return None
    day = date.fromisoformat(text)
    if not _EARLIEST <= day <= _LATEST or text != day.isoformat():
        raise ValueError(text)
    return day


def hosts(text: str) -> tuple[str, ...]:
    """Full names of hosts with commas between them, or `none`. Raises ValueError."""
    if text == "none":
        return ()
    names = tuple(name.strip().lower() for name in text.split(","))
    if not all(_HOST.fullmatch(name) for name in names):
        raise ValueError(text)
    return names


def one_of(*known: str) -> Callable[[str], str]:
    """Takes these texts and no others."""

    def parse(text: str) -> str:
        if text not in known:
            raise ValueError(text)
        return text

    return parse


def number_within(least: int, most: int) -> Callable[[str], int]:
    """Takes whole numbers between two others, both included."""

    def parse(text: str) -> int:
        if not (text.isascii() and text.isdigit()) or not least <= int(text) <= most:
            raise ValueError(text)
        return int(text)

    return parse


def time_of_day(text: str) -> time:
    """An hour and minute. Raises ValueError."""
    found = time.fromisoformat(text)
    if text != f"{found:%H:%M}":
        raise ValueError(text)
    return found


def folder_or_none(text: str) -> Path | None:
    """The whole path of a folder, or `none`. Raises ValueError."""
    if text == "none":
        return None
    if not text.startswith("/") or "\0" in text:
        raise ValueError(text)
    return Path(text)


TOKENS_END = Setting(
    "tokens.end",
    "2026-12-31",
    N_("The last day on which KSeF tokens log in, by the law in force; warnings go by it."),
    N_("a day written as 2026-12-31, or none"),
    day_or_none,
)

CONSOLE_ON_HANGUP = Setting(
    "console.on-hangup",
    "stop",
    N_("What fetching does when the terminal of the console vanishes: it stops, or goes on without one."),
    N_("stop or go-on"),
    one_of("stop", "go-on"),
)

PAYMENTS_KSEF_FROM = Setting(
    "payments.ksef-number-from",
    "2027-01-01",
    N_(
        "The first day on which transfers between active payers of VAT must name the KSeF number (art. 108g)."
    ),
    N_("a day written as 2027-01-01, or none"),
    day_or_none,
)

BACKUP_FOLDER = Setting(
    "backup.folder",
    "none",
    N_("The folder for backups; where one is set, a backup is made every night."),
    N_("the whole path of a folder, as /mnt/backup, or none"),
    folder_or_none,
)

BACKUP_AT = Setting(
    "backup.at",
    "02:30",
    N_("When the nightly backup is made, Warsaw time."),
    N_("a time of day written as 02:30"),
    time_of_day,
)

BACKUP_KEEP = Setting(
    "backup.keep",
    "14",
    N_("How many of the newest backups are kept in their folder."),
    N_("a number from 1 to 1000"),
    number_within(1, 1000),
)

BACKUP_ENCRYPT = Setting(
    "backup.encrypt",
    "no",
    N_("Whether nightly backups are encrypted, with the passphrase that blink backup --remember keeps."),
    N_("yes or no"),
    one_of("yes", "no"),
)

KSEF_PART_HOSTS = Setting(
    "ksef.part-hosts",
    "none",
    N_("Hosts outside ksef.mf.gov.pl from which packages may be fetched, once the Ministry announced them."),
    N_("names of hosts with commas between them, or none"),
    hosts,
)

LOG_LEVEL = Setting(
    "log.level",
    "info",
    N_("What the log of programs without a screen tells: everything from this level on."),
    N_("debug, info, warning or error"),
    one_of("debug", "info", "warning", "error"),
)

LOG_FORMAT = Setting(
    "log.format",
    "text",
    N_("How the log is written: lines for people, or one JSON document a line."),
    N_("text or json"),
    one_of("text", "json"),
)

LOG_TO = Setting(
    "log.to",
    "auto",
    N_(
        "Where the log goes: a file in the profile, stderr, or (auto) stderr where it is a terminal or the journal."
    ),
    N_("auto, stderr or file"),
    one_of("auto", "stderr", "file"),
)

LOG_KEEP_DAYS = Setting(
    "log.keep-days",
    "30",
    N_("For how many days log files are kept."),
    N_("a number from 1 to 3650"),
    number_within(1, 3650),
)

LOG_SIZE = Setting(
    "log.size",
    "10",
    N_("From which size on a new log file is begun, in megabytes."),
    N_("a number from 1 to 1000"),
    number_within(1, 1000),
)

METRICS_FOLDER = Setting(
    "metrics.folder",
    "none",
    N_("The folder into which metrics for Prometheus are written every minute (textfile collector)."),
    N_("the whole path of a folder, as /var/lib/prometheus/node-exporter, or none"),
    folder_or_none,
)

METRICS_NIPS = Setting(
    "metrics.nips",
    "off",
    N_("Whether metrics name firms by their NIPs."),
    N_("on or off"),
    one_of("on", "off"),
)

NOTIFY_AMOUNTS = Setting(
    "notify.amounts",
    "off",
    N_("Whether notices may tell sums of money beside counts and names of firms."),
    N_("on or off"),
    one_of("on", "off"),
)

WATCH_COMPLETE_WITHIN = Setting(
    "watch.complete-within",
    "24",
    N_("After how many hours without a complete pass a firm counts as late (blink status --check)."),
    N_("a number of hours from 1 to 1000"),
    number_within(1, 1000),
)

SETTINGS: dict[str, Setting[Any]] = {
    setting.key: setting
    for setting in (
        TOKENS_END,
        CONSOLE_ON_HANGUP,
        PAYMENTS_KSEF_FROM,
        LOG_LEVEL,
        LOG_FORMAT,
        LOG_TO,
        LOG_KEEP_DAYS,
        LOG_SIZE,
        METRICS_FOLDER,
        METRICS_NIPS,
        WATCH_COMPLETE_WITHIN,
        BACKUP_FOLDER,
        BACKUP_AT,
        BACKUP_KEEP,
        BACKUP_ENCRYPT,
        KSEF_PART_HOSTS,
        NOTIFY_AMOUNTS,
    )
}
"""Every setting by its name."""
