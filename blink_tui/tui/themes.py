"""Colours that people who see colours differently can tell apart, and a terminal's own where it has few."""

from __future__ import annotations

from textual.theme import Theme

from blink_tui.i18n import N_

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

BLINK_LIGHT = Theme(
    name="blink-light",
    primary="#00578F",
    secondary="#4A5560",
    accent="#7A3B00",
    success="#00614A",
    warning="#8A5000",
    error="#A63A00",
    foreground="#14181D",
    background="#FFFFFF",
    surface="#EEF1F4",
    panel="#DDE2E7",
    dark=False,
)
"""The same hues, darkened to be legible on white."""

OWN_THEMES = (BLINK, BLINK_LIGHT)
THEME_WORDS = {
    BLINK.name: N_("dark, for all eyes"),
    BLINK_LIGHT.name: N_("light, for all eyes"),
    "ansi-dark": N_("the terminal's own colours, dark"),
    "ansi-light": N_("the terminal's own colours, light"),
}
"""What can be chosen, by the theme's name."""

_FEW = "ansi-dark"
_ENOUGH = {"256", "truecolor"}


def theme_for(color_system: str | None, *, no_color: bool) -> str:
    """Name of the theme for what a terminal can show (Rich's name of it): 16 colours collapse RGB unpredictably."""
    return _FEW if no_color or color_system not in _ENOUGH else BLINK.name
