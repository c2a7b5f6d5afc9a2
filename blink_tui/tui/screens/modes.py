"""The numbered screens, each loaded when it is first shown: all of them at once would hold up the first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from textual.screen import Screen


def _access() -> Screen[Any]:
    from blink_tui.tui.screens.access import AccessScreen

    return AccessScreen()


def _buffer() -> Screen[Any]:
    from blink_tui.tui.screens.buffer import BufferScreen

    return BufferScreen()


def _coding() -> Screen[Any]:
    from blink_tui.tui.screens.coding import CodingScreen

    return CodingScreen()


def _desk() -> Screen[Any]:
    from blink_tui.tui.screens.desk import DeskScreen

    return DeskScreen()


def _firms() -> Screen[Any]:
    from blink_tui.tui.screens.firms import FirmsScreen

    return FirmsScreen()


def _handover() -> Screen[Any]:
    from blink_tui.tui.screens.handover import HandoverScreen

    return HandoverScreen()


def _log() -> Screen[Any]:
    from blink_tui.tui.screens.log import LogScreen

    return LogScreen()


def _manual() -> Screen[Any]:
    from blink_tui.tui.screens.manual import ManualScreen

    return ManualScreen()


def _months() -> Screen[Any]:
    from blink_tui.tui.screens.months import MonthsScreen

    return MonthsScreen()


def _settings() -> Screen[Any]:
    from blink_tui.tui.screens.settings import SettingsScreen

    return SettingsScreen()


SCREENS: Mapping[str, Callable[[], Screen[Any]]] = {
    "desk": _desk,
    "firms": _firms,
    "access": _access,
    "log": _log,
    "buffer": _buffer,
    "coding": _coding,
    "months": _months,
    "handover": _handover,
    "settings": _settings,
    "manual": _manual,
}
"""By the name that the actions `go(…)` use."""
