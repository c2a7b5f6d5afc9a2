"""`docs/exporters.md`: its example works as it says."""

from __future__ import annotations

import re
import sys
import types
from pathlib import Path

from blink_tui.ledger.exporter import Exporter
from blink_tui.ledger.exporters.book_tables import KPIR, LUMP_SUM, OTHERS, POSTINGS
from blink_tui.ledger.exporters.registers import PURCHASES, SALES, SELF_ASSESSED
from tests.ledger.hostile import exported, purchase, sale

_PAGE = (Path(__file__).parents[2] / "docs" / "exporters.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    """The one block of a language."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", _PAGE, re.DOTALL)
    return str(found)


def example() -> Exporter:
    module = types.ModuleType("terms")
    sys.modules[module.__name__] = module
    exec(compile(block("python"), "docs/exporters.md", "exec"), vars(module))
    found: Exporter = module.EXPORTER
    return found


def test_the_example_writes_what_the_page_says() -> None:
    content, pieces = exported(example(), sale(), purchase())
    assert content.decode("cp1250").replace("\r\n", "\n") == block("text")
    assert [(piece.document_id, [one.code for one in piece.warnings]) for piece in pieces] == [
        (4, ["text-cut"])
    ]


def test_the_page_names_the_tables() -> None:
    for table in (SALES, PURCHASES, SELF_ASSESSED, POSTINGS, KPIR, LUMP_SUM, OTHERS):
        assert f"| `{table.id}` | {table.title} |" in _PAGE
