"""Common to all tests: English texts unless a test asks for others."""

from __future__ import annotations

import pytest

from blink_tui.i18n import set_language


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLINK_LANG", "en")
    set_language("en")
