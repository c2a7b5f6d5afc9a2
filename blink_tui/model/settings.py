"""What can be set in a profile: each setting's name, default, meaning, and which texts it takes.

A setting is kept as the text that was typed. To add one, name it here and put it into SETTINGS; whoever needs it reads
`await buffer.settings.value(SETTING)`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from blink_tui.i18n import N_, Message
from blink_tui.model.errors import BlinkError, ErrorKind, ExitCode

T = TypeVar("T")

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


def one_of(*known: str) -> Callable[[str], str]:
    """Takes these texts and no others."""

    def parse(text: str) -> str:
        if text not in known:
            raise ValueError(text)
        return text

    return parse


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

NOTIFY_AMOUNTS = Setting(
    "notify.amounts",
    "off",
    N_("Whether notices may tell sums of money beside counts and names of firms."),
    N_("on or off"),
    one_of("on", "off"),
)

SETTINGS: dict[str, Setting[Any]] = {
    setting.key: setting for setting in (TOKENS_END, CONSOLE_ON_HANGUP, PAYMENTS_KSEF_FROM, NOTIFY_AMOUNTS)
}
"""Every setting by its name."""
