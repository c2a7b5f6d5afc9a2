"""What is sold on generated invoices."""

from __future__ import annotations

from typing import NamedTuple


class Good(NamedTuple):
    """Goods or a service; prices in grosze."""

    name: str
    unit: str
    low: int
    high: int
    rate: str
    gtu: str | None = None
    pkwiu: str | None = None
    annex_15: bool = False
    whole: bool = True
    """Sold in whole units."""


GOODS: tuple[Good, ...] = (
    Good("Papier ksero A4 80 g/m²", "ryza", 1590, 2890, "23"),
    Good("Toner do drukarki „Kruk 300”", "szt.", 8900, 31900, "23", annex_15=True),
    Good("Długopisy żelowe, 12 szt.", "opak.", 1290, 4590, "23"),
    Good("Usługa księgowa za okres rozliczeniowy", "mies.", 45000, 260000, "23", "GTU_12", "69.20.2"),
    Good("Przegląd techniczny wózka widłowego", "usł.", 35000, 120000, "23"),
    Good("Wynajem powierzchni biurowej", "m²", 4500, 9800, "23", None, "68.20.1", whole=False),
    Good("Energia elektryczna czynna, taryfa C11", "kWh", 62, 98, "23", whole=False),
    Good("Olej napędowy", "l", 489, 612, "23", "GTU_02", annex_15=True, whole=False),
    Good("Usługa transportowa Łódź – Gdańsk", "usł.", 89000, 340000, "23"),
    Good("Cement portlandzki 25 kg", "worek", 1590, 2490, "23"),
    Good("Stal zbrojeniowa Ø 12 mm", "t", 289000, 389000, "23", annex_15=True, whole=False),
    Good('Laptop 15,6" z torbą', "szt.", 259000, 689000, "23", "GTU_06", annex_15=True),
    Good("Projekt graficzny ulotki „Wiosna & Lato”", "usł.", 25000, 98000, "23"),
    Good("Hosting i domena, opłata roczna", "rok", 9900, 49900, "23"),
    Good("Środki czystości – zestaw", "kpl.", 3900, 12900, "23"),
    Good("Kawa ziarnista 1 kg", "kg", 4990, 11900, "23", whole=False),
    Good("Montaż instalacji w budynku mieszkalnym", "usł.", 120000, 980000, "8"),
    Good("Nocleg ze śniadaniem", "doba", 18900, 48900, "8"),
    Good("Usługa gastronomiczna", "szt.", 2500, 18900, "8"),
    Good("Nawóz ogrodniczy 20 kg", "worek", 5900, 9900, "8"),
    Good("Bilet na przejazd osób", "szt.", 1200, 8900, "8"),
    Good("Chleb żytni na zakwasie", "szt.", 590, 1290, "5"),
    Good("Mąka pszenna typ 500", "kg", 219, 459, "5", whole=False),
    Good("Jabłka odmiany Źródlana", "kg", 249, 599, "5", whole=False),
    Good("Podręcznik „Podatki dla początkujących”", "egz.", 3900, 8900, "5"),
    Good("Usługa medyczna – badanie wstępne", "usł.", 9000, 25000, "zw", None, "86.21.1"),
    Good("Szkolenie finansowane ze środków publicznych", "os.", 45000, 180000, "zw"),
    Good("Ubezpieczenie – prowizja pośrednika", "usł.", 12000, 89000, "zw"),
    Good("Żywność przekazana organizacji pożytku publicznego", "kg", 350, 990, "0 KR", whole=False),
    Good("Usługa transportu międzynarodowego", "usł.", 180000, 720000, "0 KR"),
)
"""Of the domestic market."""

UNION_GOODS = (
    Good("Części do maszyn rolniczych", "szt.", 12000, 89000, "0 WDT"),
    Good("Meble drewniane – komoda „Wężyk”", "szt.", 45000, 120000, "0 WDT"),
)
EXPORT_GOODS = (
    Good("Opakowania szklane 0,5 l", "szt.", 120, 390, "0 EX"),
    Good("Obrabiarka sterowana numerycznie", "szt.", 8900000, 24900000, "0 EX"),
)
UNION_SERVICES = (Good("Usługi programistyczne dla kontrahenta z UE", "godz.", 18000, 32000, "np II"),)
FOREIGN_SERVICES = (Good("Doradztwo techniczne poza terytorium kraju", "godz.", 22000, 39000, "np I"),)
REVERSED = (Good("Przeniesienie uprawnień do emisji gazów cieplarnianych", "szt.", 25000, 39000, "oo"),)
