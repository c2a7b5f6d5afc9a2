"""A vault that dies with the test."""

from __future__ import annotations

from pathlib import Path

import pytest

from blink_tui.vault import MemorySource, Vault, open_vault


@pytest.fixture
def vault() -> Vault:
    return open_vault(Path(), MemorySource(), create=True)
