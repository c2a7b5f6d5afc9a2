"""Every leaf of the official schemas has a rule in the readers' tables: unseen documents lose nothing either."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from blink_tui.invoices.fa import FA
from blink_tui.invoices.fa_rr import FA_RR
from blink_tui.invoices.tables import Record
from tests.invoices.samples import shared
from tests.invoices.test_nothing_lost import NOT_CARRIED

_XS = "{http://www.w3.org/2001/XMLSchema}"

_BY_FUNCTION = {
    "Naglowek/KodFormularza",
    "Fa/Platnosc/TerminPlatnosci/TerminOpis",
    "Fa/Platnosc/TerminPlatnosci/TerminOpis/Ilosc",
    "Fa/Platnosc/TerminPlatnosci/TerminOpis/Jednostka",
    "Fa/Platnosc/TerminPlatnosci/TerminOpis/ZdarzeniePoczatkowe",
    "Zalacznik/BlokDanych/Tabela/TNaglowek/Kol/NKom",
    "Zalacznik/BlokDanych/Tabela/Wiersz/WKom",
    "Zalacznik/BlokDanych/Tabela/Suma/SKom",
}
"""Read by a function of their parent's; the tests of samples and of hostile input see these."""


@pytest.mark.parametrize(
    ("schema", "record"),
    [
        ("FA/schemat_FA(3)_v1-0E.xsd", FA),
        ("FA/schemat_FA(2)_v1-0E.xsd", FA),
        ("RR/schemat_FA_RR(1)_v1-1E.xsd", FA_RR),
    ],
)
def test_every_leaf_of_the_schema_has_a_rule(schema: str, record: Record) -> None:
    wanted = set(_leaves_of_schema(shared("ksef", "xsd", schema)))
    assert len(wanted) > 100
    known = set(_paths_of_table(record)) | _BY_FUNCTION
    missing = {path for path in wanted - known if path.rpartition("/")[2] not in NOT_CARRIED}
    assert missing == set()


def _leaves_of_schema(path: Path) -> Iterator[str]:
    schema = etree.parse(path).getroot()
    types = {found.get("name"): found for found in schema.iterfind(f"{_XS}complexType")}
    root = next(schema.iterfind(f"{_XS}element"))

    def walk(node: etree._Element, above: tuple[str, ...]) -> Iterator[str]:
        base = (node.get("type") or node.get("base") or "").rpartition(":")[2]
        if base in types:
            yield from walk(types[base], above)
        for child in node:
            if child.tag != f"{_XS}element":
                yield from walk(child, above)
                continue
            here = (*above, child.get("name", ""))
            below = list(walk(child, here))
            yield from below or ["/".join(here)]

    return walk(root, ())


def _paths_of_table(record: Record, above: tuple[str, ...] = ()) -> Iterator[str]:
    for tag, (_, _, action) in record.table.items():
        here = (*above, tag)
        if isinstance(action, Record):
            yield from _paths_of_table(action, here)
        else:
            yield "/".join(here)
