"""A reader of JPK files that shares nothing with their exporter, and what the tests of JPK ask of an export."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import pytest

from blink_tui.ledger.document import LedgerDocument
from blink_tui.ledger.exporter import Frame
from blink_tui.ledger.formats import exporter
from blink_tui.ledger.schema_check import validated
from blink_tui.ledger.writing import write
from blink_tui.model.errors import BlinkError
from blink_tui.model.months import Month
from tests.invoices.samples import shared
from tests.ledger.memory import MemoryFiles

SCHEMAS = {
    "jpk_v7m": "JPK_V7M_3_reconstructed.xsd",
    "jpk_v7k": "JPK_V7K_3_reconstructed.xsd",
    "jpk_pkpir": "Struktura_Schemat_JPK_PKPIR_3__v1-0.xsd",
    "jpk_ewp": "Struktura_Schemat_JPK_EWP_4__v1-0.xsd",
    "jpk_fa": "Schemat_JPK_FA_4__v1-0.xsd",
}
PARTIAL = "CZESCIOWY-NIE-DO-WYSYLKI.xml"
WHOLE = ".xml"
YEAR = tuple(Month(2026, number) for number in range(1, 13))
PERSON = {"full_name": "", "first_name": "Jan", "last_name": "Testowy", "birth_date": "1980-01-01"}
PLACE = {"province": "mazowieckie", "county": "Warszawa", "commune": "Warszawa"}
_SHOWN = {
    "SprzedazWiersz",
    "ZakupWiersz",
    "PKPIRWiersz",
    "EWPWiersz",
    "Faktura",
    "FakturaWiersz",
    "Zamowienie",
}

Row = dict[str, str]


@dataclass(frozen=True)
class Jpk:
    """A file as it reads: fields without their namespaces, in the order in which they stand."""

    comments: tuple[str, ...]
    """In front of everything."""
    fields: Mapping[str, str]
    """All leaves but those of rows, by tag; of two alike the later."""
    order: tuple[str, ...]
    """Tags of those leaves."""
    rows: Mapping[str, Sequence[Row]]
    """By tag of the row."""

    def of(self, tag: str) -> Sequence[Row]:
        return self.rows.get(tag, ())

    def amount(self, tag: str) -> Decimal:
        return Decimal(self.fields[tag])


def read_jpk(content: bytes) -> Jpk:
    """Raises ParseError."""
    comments: list[str] = []
    root: ET.Element | None = None
    for event, node in ET.iterparse(io.BytesIO(content), events=("start", "comment")):
        if event == "comment":
            comments.append(node.text or "")
        elif root is None:
            root = node
    assert root is not None
    leaves: list[tuple[str, str]] = []
    rows: dict[str, list[Row]] = {}
    _walk(root, leaves, rows)
    return Jpk(tuple(comments), dict(leaves), tuple(tag for tag, _text in leaves), rows)


def _walk(node: ET.Element, leaves: list[tuple[str, str]], rows: dict[str, list[Row]]) -> None:
    for child in node:
        tag = child.tag.rpartition("}")[2]
        if tag in _SHOWN:
            rows.setdefault(tag, []).append({one.tag.rpartition("}")[2]: one.text or "" for one in child})
        elif len(child):
            _walk(child, leaves, rows)
        else:
            leaves.append((tag, child.text or ""))


def written(form: str, documents: Iterable[LedgerDocument], frame: Frame) -> dict[str, bytes]:
    """The files of an export by what follows their common name."""
    files = MemoryFiles()
    write(exporter(form), documents, frame, files)
    return files.written


def partial(form: str, documents: Iterable[LedgerDocument], frame: Frame) -> Jpk:
    """A part of the books, which says so."""
    files = written(form, documents, frame)
    assert list(files) == [PARTIAL]
    check(form, files[PARTIAL])
    return read_jpk(files[PARTIAL])


def whole(form: str, documents: Iterable[LedgerDocument], frame: Frame, schema: Path, **options: str) -> Jpk:
    """A whole file, judged by a schema on its way."""
    told = replace(frame, complete=True, options={**frame.options, "schema": str(schema), **options})
    files = written(form, documents, told)
    assert list(files) == [WHOLE]
    check(form, files[WHOLE])
    return read_jpk(files[WHOLE])


def check(form: str, content: bytes) -> None:
    """Against the official schema where it is there; without it the file is only read."""
    try:
        schema = shared("ledger", "xsd", SCHEMAS[form])
    except pytest.skip.Exception:
        return
    assert validated(io.BytesIO(content), schema) == []


@contextmanager
def refused(code: str) -> Iterator[pytest.ExceptionInfo[BlinkError]]:
    """What is inside is refused for this kind of reason."""
    with pytest.raises(BlinkError) as error:
        yield error
    assert error.value.kind.code == code


def lax_schema(folder: Path, namespace: str) -> Path:
    """A schema that takes every JPK of a namespace, where the official one is not at hand."""
    path = folder / "lax.xsd"
    path.write_text(
        f"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="{namespace}">
<xs:element name="JPK"><xs:complexType><xs:sequence>
<xs:any processContents="skip" maxOccurs="unbounded"/></xs:sequence></xs:complexType></xs:element></xs:schema>"""
    )
    return path
