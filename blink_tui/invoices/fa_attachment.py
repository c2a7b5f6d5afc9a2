"""FA: attachment (Zalacznik), footer and registers (Stopka)."""

from __future__ import annotations

from typing import Any

from lxml import etree

from blink_tui.invoices.tables import Fields, Record, Rule, into, many, special, text, text_of, texts
from blink_tui.invoices.xml import name_of
from blink_tui.model.invoice import AttachmentBlock, AttachmentTable, Registers


def _pair(key: str = "", value: str = "") -> tuple[str, str]:
    return key, value


def _cells(element: etree._Element) -> tuple[str, ...]:
    """All cells of a row: an empty one keeps its place."""
    return tuple(text_of(cell) for cell in element)


def _heads(element: etree._Element) -> Fields:
    heads: list[Any] = []
    for column in element:
        name = next((text_of(cell) for cell in column if name_of(cell)[1] == "NKom"), "")
        heads.append((name, column.get("Typ", "")))
    return {"heads": heads}


_TABLE = Record(
    AttachmentTable,
    {
        "TMetaDane": many("metadata", Record(_pair, {"TKlucz": text("key"), "TWartosc": text("value")})),
        "Opis": text("description"),
        "TNaglowek": special(_heads, "heads"),
        "Wiersz": special(lambda element: {"rows": [_cells(element)]}, "rows"),
        "Suma": special(lambda element: {"sums": list(_cells(element))}, "sums"),
    },
)

_BLOCK = Record(
    AttachmentBlock,
    {
        "ZNaglowek": text("title"),
        "MetaDane": many("metadata", Record(_pair, {"ZKlucz": text("key"), "ZWartosc": text("value")})),
        "Tekst": into({"Akapit": texts("paragraphs")}),
        "Tabela": many("tables", _TABLE),
    },
)

ATTACHMENT: dict[str, Rule] = {"BlokDanych": many("attachment", _BLOCK)}

_REGISTERS = Record(
    Registers,
    {
        "PelnaNazwa": text("name"),
        "KRS": text("krs"),
        "REGON": text("regon"),
        "BDO": text("bdo"),
    },
)

FOOTER: dict[str, Rule] = {
    "Informacje": into({"StopkaFaktury": texts("footer")}),
    "Rejestry": many("registers", _REGISTERS),
}
