"""Where invoices lie that the tests read: those shipped, and those that may lie beside the checkout."""

from __future__ import annotations

from pathlib import Path

import pytest

from blink_tui.resources import resource_dir

_SHARED = Path(__file__).parents[2].parent / "shared"


def shared(*parts: str) -> Path:
    """A path among the shared examples; skips the test where it is absent."""
    path = _SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"{'/'.join(parts)} is not beside this checkout")
    return path


def sample_files() -> list[Path]:
    """Every invoice that can be found, shipped ones first."""
    shipped = resource_dir("sample_data").rglob("*.xml")
    return sorted(shipped) + sorted((_SHARED / "samples").rglob("*.xml"))


def named(path: Path) -> str:
    """Short name of a file for a test's id."""
    return f"{path.parent.name}/{path.name}"
