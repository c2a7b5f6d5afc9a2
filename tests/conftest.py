"""Common to all tests: English texts unless a test asks for others, limits of this run alone, a schema at hand."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import closing

import pytest

from blink_tui.buffer import schema
from blink_tui.i18n import set_language
from tests.ready_schema import ReadySchema

# Each of a thousand child processes would compile the whole program again, and each run all tests' assertions.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_collection_finish() -> None:
    """The thousands of collected tests stay to the end: the garbage collector need not look at them each time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _ready_schema(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with (
        closing(ReadySchema(tmp_path_factory.mktemp("schema"))) as ready,
        pytest.MonkeyPatch.context() as patched,
    ):
        patched.setattr(schema, "migrate", ready)
        yield


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.setenv("BLINK_LANG", "en")
    monkeypatch.setenv("BLINK_LIMITS_DIR", str(tmp_path_factory.getbasetemp() / "limits"))
    set_language("en")
