"""The page about JPK names every position that is typed, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from blink_tui.ledger.exporters.jpk_declaration import TYPED
from blink_tui.sync.exporting_whole import REGISTERS

PAGE = Path(__file__).parents[2] / "docs" / "jpk.md"


def test_the_page_names_every_typed_position_and_every_format() -> None:
    text = PAGE.read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| `P_") and "| declaration |" in line]
    assert {name for row in rows for name in re.findall(r"`(P_\w+)`", row)} == TYPED
    assert set(re.findall(r"`(jpk_\w+)`", text)) == set(REGISTERS)
