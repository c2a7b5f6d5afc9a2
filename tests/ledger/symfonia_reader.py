"""An independent small reader of Symfonia's format 3.0, written from FORMATS 4; it shares nothing with the exporter."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

_FIELD = re.compile(r"([^{}=]+?) =([^{}=]*)")
_OPENS = re.compile(r"([^{}=]+)\{")


@dataclass
class Section:
    """A section with its fields, each name once, and the sections within it."""

    name: str
    fields: dict[str, str] = field(default_factory=dict)
    sections: list[Section] = field(default_factory=list)

    def __getitem__(self, name: str) -> str:
        return self.fields[name]

    def all(self, name: str) -> list[Section]:
        """Sections of a name, in order."""
        return [one for one in self.sections if one.name == name]

    def one(self, name: str) -> Section:
        """The only section of a name."""
        (found,) = self.all(name)
        return found

    @property
    def sale(self) -> bool:
        return {"sprzedaży": True, "zakupu": False}[self["rodzaj_dok"]]

    def side(self, side: str) -> Decimal:
        """Sum of its postings on a side."""
        return sum((Decimal(one["kwota"]) for one in self.all("Zapis") if one["strona"] == side), Decimal(0))


@dataclass(frozen=True)
class File:
    """A whole file."""

    info: Section
    contractors: dict[str, Section]
    documents: Sequence[Section]


def read(content: bytes) -> File:
    """A file; its lines, nesting, keys and references are asserted."""
    text = content.decode("cp1250")
    assert "\n" not in text.replace("\r\n", "")
    assert "\r" not in text.replace("\r\n", "")
    root = Section("")
    open_ = [root]
    for line in text.removesuffix("\r\n").split("\r\n"):
        bare = line.lstrip("\t")
        depth = len(line) - len(bare)
        if bare == "}":
            open_.pop()
            assert depth == len(open_) - 1, line
        elif match := _OPENS.fullmatch(bare):
            assert depth == len(open_) - 1, line
            section = Section(match[1])
            open_[-1].sections.append(section)
            open_.append(section)
        else:
            match = _FIELD.fullmatch(bare)
            assert match, line
            assert depth == len(open_) - 1, line
            assert match[1] not in open_[-1].fields, line
            open_[-1].fields[match[1]] = match[2]
    assert open_ == [root]
    contractors = {one["id"]: one for one in root.all("Kontrahent")}
    assert len(contractors) == len(root.all("Kontrahent"))
    documents = root.all("Dokument")
    for one in documents:
        _check(one, contractors)
    return File(root.one("INFO"), contractors, documents)


def _check(document: Section, contractors: dict[str, Section]) -> None:
    who = document.one("Dane Nabywcy")
    assert who["khid"] in contractors
    places = [one["IdDlaRozliczen"] for one in document.all("Zapis")]
    assert places == [str(place) for place in range(1, len(places) + 1)]
    for one in document.all("Transakcja"):
        assert one["IdDlaRozliczen"] in places
    for one in document.all("Rejestr"):
        assert Decimal(one["netto"]) + Decimal(one["VAT"]) == Decimal(one["brutto"])
        assert one["datarej"][:7] + "-01" == one["okres"]
