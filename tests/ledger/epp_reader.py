"""An independent small reader of EDI++ 1.11, written from FORMATS 3; it shares nothing with the exporter."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True)
class Rate:
    """A record of the VAT table."""

    symbol: str
    percent: Decimal
    net: Decimal
    vat: Decimal
    gross: Decimal
    margin: tuple[Decimal, ...]


@dataclass(frozen=True)
class Read:
    """A document; fields are counted from 1, as the specification counts them."""

    fields: tuple[str, ...]
    rates: tuple[Rate, ...]

    def __getitem__(self, place: int) -> str:
        return self.fields[place - 1]

    @property
    def sale(self) -> bool:
        return self[1] in {"FS", "KFS", "FM", "KFM"}

    def day(self, place: int) -> date:
        text = self[place]
        assert text.endswith("000000"), text
        return datetime.strptime(text, "%Y%m%d%H%M%S").date()  # noqa: DTZ007  # a day has no zone


@dataclass(frozen=True)
class File:
    """A whole file."""

    info: list[str]
    documents: tuple[Read, ...]
    sections: dict[str, list[list[str]]]

    def by_number(self, section: str) -> dict[str, list[str]]:
        rows = {row[0]: row[1:] for row in self.sections[section]}
        assert len(rows) == len(self.sections[section])
        return rows


def read(content: bytes) -> File:
    """A file; lengths of records, line ends and the blank lines are asserted."""
    text = content.decode("cp1250")
    assert text.endswith("\r\n\r\n")
    assert "\n" not in text.replace("\r\n", "")
    assert "\r" not in text.replace("\r\n", "")
    blocks = [block.split("\r\n") for block in text.removesuffix("\r\n\r\n").split("\r\n\r\n") if block]
    label, info_line = blocks[0]
    assert label == "[INFO]"
    info = _fields(info_line)
    assert len(info) == 24
    documents, sections = [], {}
    pairs = blocks[1:]
    for head, body in zip(pairs[::2], pairs[1::2], strict=True):
        assert (head[0], body[0]) == ("[NAGLOWEK]", "[ZAWARTOSC]"), (head, body)
        assert len(head) == 2
        fields = _fields(head[1])
        if len(fields) == 1:
            sections[fields[0]] = [_fields(line) for line in body[1:]]
        else:
            documents.append(_document(fields, body[1:]))
    lengths = {"KONTRAHENCI": 31, "DOKUMENTYZNACZNIKIJPKVAT": 31}
    for name, rows in sections.items():
        assert {len(row) for row in rows} <= {lengths.get(name, len(rows[0]) if rows else 0)}
    codes = [row[1] for row in sections["KONTRAHENCI"]]
    assert len(set(codes)) == len(codes)
    assert {one[12] for one in documents} == set(codes)
    return File(info, tuple(documents), sections)


def _document(fields: list[str], lines: list[str]) -> Read:
    assert len(fields) == 62
    rates = tuple(_rate(_fields(line)) for line in lines)
    found = Read(tuple(fields), rates)
    assert int(found[25]) == len(rates)
    assert sum((rate.net for rate in rates), Decimal(0)) == Decimal(found[28])
    assert sum((rate.vat for rate in rates), Decimal(0)) == Decimal(found[29])
    assert Decimal(found[28]) + Decimal(found[29]) == Decimal(found[30])
    assert len(found[7]) <= 30
    return found


def _rate(fields: list[str]) -> Rate:
    assert len(fields) == 18
    assert fields[2:5] == fields[5:8]
    net, vat, gross = map(Decimal, fields[2:5])
    assert net + vat == gross
    return Rate(fields[0], Decimal(fields[1]), net, vat, gross, tuple(map(Decimal, fields[14:18])))


def _fields(line: str) -> list[str]:
    (found,) = csv.reader([line], strict=True)
    return found
