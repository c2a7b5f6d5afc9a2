"""Common to all tests: English texts unless a test asks for others, and limits counted for this run alone."""

from __future__ import annotations

import pytest

from blink_tui.i18n import set_language


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.setenv("BLINK_LANG", "en")
    monkeypatch.setenv("BLINK_LIMITS_DIR", str(tmp_path_factory.getbasetemp() / "limits"))
    set_language("en")
