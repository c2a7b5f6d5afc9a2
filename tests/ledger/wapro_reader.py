"""An independent small reader of MAGIK_EKSPORT, written from FORMATS 1; it shares nothing with the exporter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from lxml import etree

_FLAGS = (
    "CZY_DOKUMENT_KOREKTY", "CZY_FAKTURA_ZALICZKOWA", "CZY_FAKTURA_KONCOWA", "CZY_KOREKTA_FZAL",
    "CZY_KOREKTA_FZAL_KONCOWEJ", "TROJSTRONNY_UE", "METODA_KASOWA", "ODWROTNY", "FAKTURA_DO_PARAGONU", "PODLEGA_PP",
)  # fmt: skip


@dataclass(frozen=True)
class Rate:
    """A STAWKA."""

    code: str
    net: Decimal
    vat: Decimal
    net_currency: Decimal
    vat_currency: Decimal
    margin: bool
    cost: Decimal
    """KW_NABYCIA."""
    day: date
    rate_day: date
    rate: Decimal


@dataclass(frozen=True)
class Read:
    """A DOKUMENT; `fields` are all its leaves by their path."""

    fields: dict[str, str]
    rates: tuple[Rate, ...]
    lines: tuple[dict[str, str], ...]

    def __getitem__(self, name: str) -> str:
        return self.fields[name]

    @property
    def id(self) -> int:
        return int(self["ID_DOKUMENTU_ORYG"])

    @property
    def sale(self) -> bool:
        return {"S": True, "Z": False}[self["ZAKUP_SPRZEDAZ"]]

    @property
    def flags(self) -> list[str]:
        return [name for name in _FLAGS if self[name] != "0"]

    def day(self, name: str) -> date:
        return date(1800, 12, 28) + timedelta(days=int(self[name]))


@dataclass(frozen=True)
class File:
    """A whole file."""

    info: dict[str, str]
    documents: tuple[Read, ...]
    contractors: dict[str, dict[str, str]]
    """By ID_KONTRAHENTA."""


def read(content: bytes) -> File:
    """A file; every promise of the envelope is asserted."""
    root = etree.fromstring(content)
    assert [child.tag for child in root] == [
        "INFO_EKSPORTU", "DOKUMENTY", "KARTOTEKA_KONTRAHENTOW", "KARTOTEKA_PRACOWNIKOW", "KARTOTEKA_ARTYKULOW",
    ]  # fmt: skip
    info = _leaves(root[0])
    documents = tuple(_document(one) for one in root[1])
    assert int(info["LICZBA_DOKUMENTOW"]) == len(documents) <= 999
    ids = [one.id for one in documents]
    assert len(set(ids)) == len(ids)
    cards = [_leaves(one) for one in root[2]]
    contractors = {card["ID_KONTRAHENTA"]: card for card in cards}
    assert len(contractors) == len(cards)
    assert {one["ID_KONTRAHENTA"] for one in documents} == contractors.keys()
    assert all(0 < int(number) < 2**31 for number in contractors)
    return File(info, documents, contractors)


def _document(element: etree._Element) -> Read:
    head, *rest = element
    assert head.tag == "NAGLOWEK_DOKUMENTU"
    assert [one.tag for one in rest] in (["VAT"], ["POZYCJE_DOKUMENTU", "VAT"])
    fields = _leaves(head)
    assert fields["RODZAJ_DOKUMENTU"] == "H"
    assert fields["ID_KONTRAHENTA"] == fields["ID_PLATNIKA"]
    lines = tuple(_leaves(one) for one in rest[0]) if len(rest) == 2 else ()
    return Read(fields, tuple(_rate(_leaves(one)) for one in rest[-1]), lines)


def _rate(found: dict[str, str]) -> Rate:
    return Rate(
        code=found["KOD_VAT"],
        net=Decimal(found["NETTO"]),
        vat=Decimal(found["VAT"]),
        net_currency=Decimal(found["NETTO_WALUTA"]),
        vat_currency=Decimal(found["VAT_WALUTA"]),
        margin=found["MARZA"] == "1",
        cost=Decimal(found["KW_NABYCIA"]),
        day=date(1800, 12, 28) + timedelta(days=int(found["DATA_VAT"])),
        rate_day=date(1800, 12, 28) + timedelta(days=int(found["DATA_KURSU"])),
        rate=Decimal(found["KURS_VAT"]),
    )


def _leaves(element: etree._Element) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, text in _walk(element):
        assert name not in found, name
        found[name] = text
    return found


def _walk(element: etree._Element) -> Iterator[tuple[str, str]]:
    for child in element:
        if len(child):
            yield from _walk(child)
        else:
            yield str(child.tag), child.text or ""
