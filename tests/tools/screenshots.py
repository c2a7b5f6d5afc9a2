"""Pictures of every screen of the console, as SVG and PNG: `python -m tests.tools.screenshots [FOLDER]`.

A synthetic office at a fixed moment, so that a picture changes only when the screen does. Without a folder they go
where the documentation shows them, in Polish at 120x40; `--all` adds 80x24 and English.
"""

from __future__ import annotations

import argparse
import asyncio
import html
import re
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import cairosvg  # type: ignore[import-untyped]  # it has no types
from textual.pilot import Pilot

from blink_tui.buffer import open_buffer
from blink_tui.i18n import set_language
from blink_tui.tui.app import ConsoleApp
from tests.tools.catalogue import ROOT
from tests.tui.conftest import Wishes
from tests.tui.showcase import open_showcase

_NOW = datetime(2026, 11, 20, 13, 5, tzinfo=UTC)
_SETTLES = 12
"""Turns of the loop after which a screen at rest has drawn all that it reads."""
_FONT = re.compile(r"@font-face\s*\{[^}]*\}", re.DOTALL)

_TEXT = re.compile(
    r'(?P<before><text class="[^"]*matrix"|<text class="[^"]*-r\d+") x="(?P<x>[\d.]+)"(?P<after>[^>]*?)'
    r' textLength="[^"]*"(?P<rest>[^>]*)>(?P<text>[^<]*)<'
)
_CELL = 12.2
"""Width of a cell in Textual's pictures."""


class FrozenClock:
    """The same moment for ever; waits last as long as they do."""

    def now(self) -> datetime:
        return _NOW

    def steady(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@dataclass(frozen=True)
class Shot:
    """One picture: its name and the keys that lead there."""

    name: str
    keys: tuple[str, ...]
    patience: int = 1
    """How many times as long as others it takes to settle: it waits for a process."""


_LEDGER = ("6", "down", "down", "down")
"""Keys to what waits in the firm that keeps full books."""
SHOTS = (
    Shot("1-desk", ("1",)),
    Shot("1-questions", ("1", "w")),
    Shot("2-firms", ("2",)),
    Shot("2-books", ("2", "end", "f3", "enter")),
    Shot("2-roles", ("2", "end", "f3", "down", "enter")),
    Shot("2-chart", ("2", "end", "f3", "down", "down", "enter")),
    Shot("2-rules", ("2", "r", "end")),
    Shot("2-rule", ("2", "r", "enter")),
    Shot(
        "2-rule-tried", ("2", "r", "enter", "down", "down", "down", "down", "end", "backspace", "9", "f9"), 40
    ),
    Shot("2-scheme-text", ("2", "r", "end", "f4")),
    Shot("3-access", ("3",)),
    Shot("4-fetching", ("4",)),
    Shot("5-buffer", ("5",)),
    Shot("5-buffer-filter", ("5", "f8", *"kwota:>50000 lodzka", "enter")),
    Shot("5-document", ("5", "enter")),
    Shot("5-approve", ("5", "space", "space", "space", "f9")),
    Shot("5-queue", ("5", "f4")),
    Shot("5-columns", ("5", "c")),
    Shot("6-coding", ("6",)),
    Shot("6-queue", (*_LEDGER, "f4")),
    Shot("6-editor", (*_LEDGER, "f4", "f4")),
    Shot("6-editor-split", (*_LEDGER, "f4", "f4", "s", *"30%", "enter", "enter", *"40")),
    Shot("6-editor-data", (*_LEDGER, "f4", "f4", "f4")),
    Shot("6-editor-kpir", ("6", "f4", "f4")),
    Shot("6-why", (*_LEDGER, "f4", "y")),
    Shot("7-months", ("7",)),
    Shot("7-points", ("7", "down", "enter")),
    Shot("7-not-signed", ("7", "f10")),
    Shot("7-closed", ("7", "end")),
    Shot("7-print", ("7", "end", "p")),
    Shot("8-handover", ("8",)),
    Shot("8-preview", ("8", "enter"), 30),
    Shot("8-batch", ("8", "f6", "f6", "enter")),
    Shot("8-cancel", ("8", "f6", "f6", "enter", "space", "space", "x")),
    Shot("8-report", ("8", "r", "enter")),
    Shot("8-settings", ("8", "s", "enter")),
    Shot("8-setting", ("8", "s", "enter", "down", "enter")),
    Shot("9-settings", ("9",)),
    Shot("0-manual", ("0",)),
    Shot("palette", ("ctrl+p",)),
    Shot("help", ("5", "f1")),
)


async def take(folder: Path, language: str, size: tuple[int, int], only: str = "") -> list[Path]:
    """Every picture in a language and size, or those whose names begin so."""
    set_language(language)
    made = []
    with tempfile.TemporaryDirectory() as place:
        async with open_buffer(Path(place) / "buffer.db", clock=FrozenClock()) as buffer:
            await open_showcase(buffer)
            for shot in (one for one in SHOTS if one.name.startswith(only)):
                app = ConsoleApp(
                    buffer, Wishes(), who="anna", export_dir=Path("/srv/blink/export"), clock=FrozenClock()
                )
                app.theme = "blink-cb"
                async with app.run_test(size=size) as pilot:
                    await _press(pilot, shot.keys)
                    for _turn in range(shot.patience - 1):
                        await _settle(pilot)
                    made.append(_save(app, folder / f"{shot.name}-{language}-{size[0]}x{size[1]}"))
    return made


async def _press(pilot: Pilot[None], keys: tuple[str, ...]) -> None:
    await _settle(pilot)
    for key in keys:
        await pilot.press(*("space",) if key == " " else (key,))
        await _settle(pilot)


async def _settle(pilot: Pilot[None]) -> None:
    for _turn in range(_SETTLES):
        await pilot.pause(0.02)


def _save(app: ConsoleApp, path: Path) -> Path:
    """Write SVG and PNG; the fonts are the reader's own, none is fetched from elsewhere."""
    svg = _FONT.sub("", app.export_screenshot(title="blink"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".svg").write_text(svg, encoding="utf-8")
    cairosvg.svg2png(
        bytestring=_spaced(svg).encode(), write_to=str(path.with_suffix(".png")), output_width=1200
    )
    return path.with_suffix(".png")


def _spaced(svg: str) -> str:
    """Every letter on its cell: cairosvg does not space a line as its length says, and cuts off its end."""

    def placed(match: re.Match[str]) -> str:
        letters = len(html.unescape(match["text"]))
        places = " ".join(f"{float(match['x']) + _CELL * number:.1f}" for number in range(letters))
        return f'{match["before"]} x="{places}"{match["after"]}{match["rest"]}>{match["text"]}<'

    return _TEXT.sub(placed, svg)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT / "docs" / "screens")
    parser.add_argument("--all", action="store_true", help="also 80x24 and English")
    parser.add_argument("--only", default="", help="pictures whose names begin so")
    options = parser.parse_args()
    sizes = ((120, 40), (80, 24)) if options.all else ((120, 40),)
    for language in ("pl", "en") if options.all else ("pl",):
        for size in sizes:
            for path in asyncio.run(take(options.folder, language, size, options.only)):
                print(path)


if __name__ == "__main__":
    main()
