"""What a command loads before it knows what is asked of it (DESIGN, "The command line")."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "blink_tui"
HEAVY = {
    "textual", "keyring", "signxml", "apprise", "xlsxwriter", "typst", "starlette", "uvicorn",
    "httpx", "aiosqlite", "lxml", "cryptography", "rich", "prometheus_client", "logging.handlers", "multiprocessing",
    "http", "smtplib", "sqlite3",
}  # fmt: skip


@pytest.mark.parametrize("module", ["blink_tui.cli", "blink_tui.cli.app"])
def test_the_command_line_loads_nothing_heavy(module: str) -> None:
    code = f"import sys, {module}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout
    assert not HEAVY & set(loaded.split())


@pytest.mark.parametrize("module", ["blink_tui.sync.unpack", "blink_tui.sync.derive_work"])
def test_workers_load_neither_network_nor_database(module: str) -> None:
    code = f"import sys, {module}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout
    assert not {"httpx", "aiosqlite", "textual", "typer"} & set(loaded.split())


def test_parts_are_not_imported_by_name_at_run_time() -> None:
    """Import-linter does not see such imports; the one place allowed loads names of its own part."""
    dynamic = re.compile(r"import_module\(|__import__\(")
    users = {
        str(path.relative_to(PACKAGE)) for path in PACKAGE.rglob("*.py") if dynamic.search(path.read_text())
    }
    assert users <= {"buffer/__init__.py"}
