"""A document of a few fields, and a catalogue of them, for tests of the language alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from blink_tui.coding.language import Catalogue, Decides, Field, Kind, Value


def _field(name: str, kind: Kind, *others: str, **more: object) -> Field:
    return Field(name, others, kind, "group", "meaning", name, name, **more)  # type: ignore[arg-type]  # of a test


NAMES = Catalogue(
    (
        _field("netto", Kind.AMOUNT, "net", keyed=True, keys={"23": "23", "22": "23", "zw": "zw"}),
        _field("kurs", Kind.AMOUNT, "rate"),
        _field("mpp", Kind.FLAG),
        _field("data_sprzedazy", Kind.DATE, "sale_date"),
        _field("termin", Kind.DATE, "due"),
        _field("uwagi", Kind.TEXT, "remarks"),
        _field("opis", Kind.TEXT, "remark", keyed=True),
        _field("gtu", Kind.TEXTS),
        _field("sprzedawca.nip", Kind.TEXT, "seller.nip", decides=Decides.CONTRACTOR),
        _field("wiersz.nazwa", Kind.TEXT, "line.name", decides=Decides.CONTENT),
        _field("wiersz.netto", Kind.AMOUNT, "line.net"),
    )
)


@dataclass
class Small:
    """What each field is; keyed ones by name and key."""

    values: Mapping[str, Value]
    keyed_values: Mapping[tuple[str, str], Value] = field(default_factory=dict)
    rows: Sequence[Small] = ()

    def value(self, name: str) -> Value:
        return self.values[name]

    def keyed(self, name: str, key: str) -> Value:
        return self.keyed_values.get((name, key), Decimal(0) if name == "netto" else "")

    @property
    def lines(self) -> Sequence[Small]:
        return self.rows


def row(name: str, net: str) -> Small:
    return Small({"wiersz.nazwa": name, "wiersz.netto": Decimal(net)})


DOCUMENT = Small(
    {
        "netto": Decimal("130.10"),
        "kurs": Decimal("4.2511"),
        "mpp": False,
        "data_sprzedazy": date(2026, 3, 31),
        "termin": None,
        "uwagi": "Umowa nr 7/2026",
        "gtu": ("GTU_01", "GTU_02"),
        "sprzedawca.nip": "5265877635",
    },
    {
        ("netto", "23"): Decimal("30.10"),
        ("netto", "zw"): Decimal("100.00"),
        ("opis", "Rejestracja"): "WX 1234A",
    },
    (row("Paliwo ON B7", "10.10"), row("Olej napędowy", "20.00"), row("Myjnia", "100.00")),
)
