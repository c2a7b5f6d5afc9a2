"""Colours that people who see colours differently can tell apart, and a terminal's own where it has few."""

from __future__ import annotations

from textual.theme import Theme

BLINK = Theme(
    name="blink-cb",
    primary="#56B4E9",
    secondary="#9AA5B1",
    accent="#F0E442",
    success="#2FC79A",
    warning="#E69F00",
    error="#F08A4B",
    foreground="#E4E7EB",
    background="#14181D",
    surface="#1B2026",
    panel="#262D35",
    dark=True,
)
"""The palette of Okabe and Ito, its green and vermilion lightened to be legible on a dark ground."""

_FEW = "ansi-dark"
_ENOUGH = {"256", "truecolor"}


def theme_for(color_system: str | None, *, no_color: bool) -> str:
    """Name of the theme for what a terminal can show (Rich's name of it): 16 colours collapse RGB unpredictably."""
    return _FEW if no_color or color_system not in _ENOUGH else BLINK.name
