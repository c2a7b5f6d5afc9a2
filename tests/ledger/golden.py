"""Golden files: what our own code wrote once and a person read; BLINK_WRITE_GOLDEN=1 writes them anew."""

from __future__ import annotations

import os
from pathlib import Path

_FOLDER = Path(__file__).with_name("golden")


def same_as_golden(name: str, text: str) -> None:
    """Compare a text with a golden file of this name."""
    path = _FOLDER / name
    if os.environ.get("BLINK_WRITE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text.splitlines() == path.read_text(encoding="utf-8").splitlines()
